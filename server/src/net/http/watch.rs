//! What an HTTP connection is doing, and until when it may.
//!
//! ```text
//! silent --first byte--> a request's head --complete--> its answer --written--> idle --first byte--> a request's head
//! ```
//!
//! A reader may be slow: as long as it takes something now and then, its answer goes on.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::limits::{ANSWER_STALL_MAX, REQUEST_TIME_MAX};

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Watch {
    keep_alive: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    phase: Phase,
    /// Start of the phase; in an answer, when the reader last took some of it.
    since: Instant,
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// Nothing was ever sent over it.
    Silent,
    /// A request has begun.
    Head,
    /// A request is answered.
    Answer {
        /// Whether some of the answer has been written.
        has_begun: bool,
    },
    /// Between two requests.
    Idle,
}

impl Watch {
    pub(super) fn new(keep_alive: Duration, now: Instant) -> Self {
        let state = Mutex::new(State { phase: Phase::Silent, since: now });
        Self { keep_alive, state }
    }

    /// What it is doing.
    pub(super) fn phase(&self) -> Phase {
        self.state().phase
    }

    /// When it has done so for too long.
    pub(super) fn deadline(&self) -> Instant {
        let State { phase, since } = *self.state();
        since
            + match phase {
                Phase::Silent | Phase::Head => REQUEST_TIME_MAX,
                Phase::Answer { .. } => ANSWER_STALL_MAX,
                Phase::Idle => self.keep_alive,
            }
    }

    /// A complete request has come.
    pub(super) fn note_request(&self, now: Instant) {
        *self.state() = State { phase: Phase::Answer { has_begun: false }, since: now };
    }

    /// It was idle for too long: a request that comes in this very moment has the usual time.
    pub(super) fn note_leaving(&self, now: Instant) {
        *self.state() = State { phase: Phase::Head, since: now };
    }

    fn note_read(&self, now: Instant) {
        let mut state = self.state();
        // What comes during an answer is the next request: its time counts from the end of the answer.
        if matches!(state.phase, Phase::Silent | Phase::Idle) {
            *state = State { phase: Phase::Head, since: now };
        }
    }

    fn note_written(&self, now: Instant) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Answer { .. }) {
            *state = State { phase: Phase::Answer { has_begun: true }, since: now };
        }
    }

    /// Everything that was to be written is with the kernel.
    fn note_flushed(&self, now: Instant) {
        let mut state = self.state();
        if state.phase == (Phase::Answer { has_begun: true }) {
            *state = State { phase: Phase::Idle, since: now };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket whose every step is noted.
#[derive(Debug)]
pub(super) struct WatchedSocket {
    socket: TcpStream,
    watch: Arc<Watch>,
}

impl WatchedSocket {
    pub(super) fn new(socket: TcpStream, watch: Arc<Watch>) -> Self {
        Self { socket, watch }
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.socket
    }

    fn wrote(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(outcome, Poll::Ready(Ok(1..))) {
            self.watch.note_written(Instant::now());
        }
        outcome
    }
}

impl AsyncRead for WatchedSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.socket).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.watch.note_read(Instant::now());
        }
        outcome
    }
}

impl AsyncWrite for WatchedSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.wrote(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.wrote(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.socket).poll_flush(context);
        if outcome.is_ready() {
            self.watch.note_flushed(Instant::now());
        }
        outcome
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP_ALIVE: Duration = Duration::from_secs(75);

    #[test]
    fn a_slow_reader_that_takes_something_now_and_then_is_never_cut() {
        let start = Instant::now();
        let watch = Watch::new(KEEP_ALIVE, start);
        watch.note_read(start);
        watch.note_request(start);
        // A megabyte at 16 kbit/s, in steps of a send buffer's third.
        let mut now = start;
        for _ in 0..25 {
            now += Duration::from_secs(20);
            assert!(watch.deadline() > now, "cut after {:?}", now - start);
            watch.note_written(now);
        }
        assert_eq!(watch.deadline(), now + ANSWER_STALL_MAX, "a reader that has stopped is cut");
    }

    #[test]
    fn an_idle_connection_is_kept_and_a_request_that_has_begun_has_its_own_time() {
        let start = Instant::now();
        let watch = Watch::new(KEEP_ALIVE, start);
        assert_eq!(watch.deadline(), start + REQUEST_TIME_MAX, "nothing was ever said");
        watch.note_read(start);
        watch.note_request(start);
        watch.note_flushed(start);
        assert_eq!(watch.phase(), Phase::Answer { has_begun: false }, "nothing was written yet");
        watch.note_written(start);
        watch.note_flushed(start);
        assert_eq!((watch.phase(), watch.deadline()), (Phase::Idle, start + KEEP_ALIVE));
        let later = start + KEEP_ALIVE - Duration::from_secs(1);
        watch.note_read(later);
        watch.note_read(later + Duration::from_secs(1));
        assert_eq!(watch.deadline(), later + REQUEST_TIME_MAX, "more bytes buy no more time");
    }
}
