//! What one peer may send, and how much of it is read in a tick.
//!
//! ```text
//! within the budgets -> read as it comes
//! beyond             -> read at the rate of the budgets; the rest waits in the kernel, which stops the peer
//! beyond for seconds -> a violation
//! ```
//!
//! So a flood costs no more than a busy client, and the start of the next connection after it no more than a second's
//! budget: that a peer sent a lot at once is believed only of one that was here long enough to have saved it up.

use std::time::{Duration, Instant};

use driftfield_shared::limits::{
    CLIENT_MESSAGE_BYTES_MAX, EXCESS_SECONDS_MAX, INBOUND_BYTES_BURST, INBOUND_BYTES_PER_SECOND,
    INBOUND_BYTES_PER_TICK, INBOUND_FRAMES_BURST, INBOUND_FRAMES_PER_SECOND, TICK_HZ_MIN,
};
use driftfield_shared::protocol::CloseReason;
use thiserror::Error;

use super::frames::FrameScanner;
use crate::budget::Tokens;

/// A limit that the peer broke. Travels through the WebSocket layer inside an [`std::io::Error`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum Violation {
    #[error("more than the budgets for longer than a burst")]
    Excess,
    #[error("a frame is longer than any message")]
    FrameTooLong,
}

impl Violation {
    pub(super) fn reason(self) -> CloseReason {
        match self {
            Violation::Excess => CloseReason::TooMuch,
            Violation::FrameTooLong => CloseReason::TooLong,
        }
    }
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Meter {
    scanner: FrameScanner,
    bytes: Tokens,
    frames: Tokens,
    now: Option<Instant>,
    /// Whether the budgets allow less in this tick than any tick reads.
    is_held_back: bool,
    /// Whether the peer's bytes came to an end in this tick.
    is_emptied: bool,
    /// For how long there was always more than the budgets allow.
    excess: Duration,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            scanner: FrameScanner::default(),
            bytes: Tokens::of_a_second(INBOUND_BYTES_PER_SECOND, INBOUND_BYTES_BURST),
            frames: Tokens::of_a_second(INBOUND_FRAMES_PER_SECOND, INBOUND_FRAMES_BURST),
            now: None,
            is_held_back: false,
            is_emptied: false,
            excess: Duration::ZERO,
        }
    }

    /// A new tick: budgets accrue. Returns the bytes that may be read in it, so few that neither budget is
    /// overdrawn even if they are the shortest frames there are.
    pub(super) fn begin_tick(&mut self, now: Instant) -> usize {
        let since = self.now.map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        if self.is_emptied {
            self.excess = Duration::ZERO;
        } else if self.is_held_back {
            // When we stand still ourselves it is no fault of the peer's.
            self.excess += since.min(TICK_MAX);
        }
        self.now = Some(now);
        self.is_emptied = false;
        let seconds = since.as_secs_f64();
        self.bytes.accrue(seconds);
        self.frames.accrue(seconds);
        let budget = self.bytes.left().min(self.frames.left() * FRAME_BYTES_MIN) as usize;
        self.is_held_back = budget < INBOUND_BYTES_PER_TICK;
        budget.min(INBOUND_BYTES_PER_TICK)
    }

    /// Whether the peer may go on.
    pub(super) fn check(&self) -> Result<(), Violation> {
        if self.excess > Duration::from_secs_f32(EXCESS_SECONDS_MAX) {
            return Err(Violation::Excess);
        }
        Ok(())
    }

    /// Notes that the peer has nothing more for us.
    pub(super) fn note_emptied(&mut self) {
        self.is_emptied = true;
    }

    /// Whether the peer's bytes came to an end in this tick.
    pub(super) fn is_emptied(&self) -> bool {
        self.is_emptied
    }

    /// Whether all that was taken so far ended with a whole message.
    pub(super) fn is_between_messages(&self) -> bool {
        self.scanner.is_between_messages()
    }

    /// Takes bytes that were read.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Violation> {
        let frames = self
            .scanner
            .scan(bytes, CLIENT_MESSAGE_BYTES_MAX as u64)
            .map_err(|_| Violation::FrameTooLong)?;
        self.spend(frames, bytes.len());
        Ok(())
    }

    /// Takes `bytes` of whole short frames, each a message, that were counted already. Only between messages.
    pub(super) fn take_plain(&mut self, frames: u32, bytes: usize) {
        debug_assert!(self.is_between_messages(), "the scanner does not see these frames");
        self.spend(frames, bytes);
    }

    fn spend(&mut self, frames: u32, bytes: usize) {
        self.frames.take_what_is_there(frames);
        self.bytes.take_what_is_there(bytes as u32);
    }
}

/// The longest tick, of a room of [`TICK_HZ_MIN`].
const TICK_MAX: Duration = Duration::from_millis(1_000 / TICK_HZ_MIN as u64);

/// Bytes of the shortest frame that a client may send: two of header, four of masking key (RFC 6455, 5.2).
const FRAME_BYTES_MIN: u32 = 6;

#[cfg(test)]
mod tests {
    use driftfield_shared::limits::{STALL_SECONDS_MAX, TICK_HZ_MAX};

    use super::*;

    const TICK: Duration = Duration::from_millis(33);
    /// An empty final binary frame, masked: the shortest there is.
    const SHORTEST: [u8; 6] = [0x82, 0x80, 0, 0, 0, 0];
    /// One with as many bytes as an input command has.
    const INPUT: [u8; 14] = [0x82, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// A peer whose kernel holds what it has not been allowed to send.
    struct Peer {
        meter: Meter,
        now: Instant,
        waiting: Vec<u8>,
        frames_read: usize,
    }

    impl Peer {
        fn new() -> Self {
            Peer { meter: Meter::new(), now: Instant::now(), waiting: Vec::new(), frames_read: 0 }
        }

        /// One tick, in which so many frames come.
        fn tick(&mut self, frame: &[u8], count: usize) -> Result<(), Violation> {
            self.now += TICK;
            self.waiting.extend(frame.repeat(count));
            let readable = self.meter.begin_tick(self.now);
            self.meter.check()?;
            let bytes = readable.min(self.waiting.len());
            let read: Vec<u8> = self.waiting.drain(..bytes).collect();
            self.frames_read += read.len() / frame.len();
            self.meter.take(&read)?;
            if bytes < readable {
                self.meter.note_emptied();
            }
            Ok(())
        }
    }

    #[test]
    fn a_flood_is_read_at_the_rate_of_the_budget_and_then_cut() {
        let mut peer = Peer::new();
        let ticks = (0..).take_while(|_| peer.tick(&SHORTEST, 1_000).is_ok()).count();
        let seconds = ticks as f32 * TICK.as_secs_f32();
        assert!((EXCESS_SECONDS_MAX..EXCESS_SECONDS_MAX + 0.5).contains(&seconds), "{seconds} s");
        let allowed = (1.0 + seconds) * INBOUND_FRAMES_PER_SECOND as f32;
        assert!(peer.frames_read as f32 <= allowed, "{} frames read", peer.frames_read);
        assert!(peer.frames_read as f32 > allowed * 0.9, "{} frames read", peer.frames_read);
    }

    #[test]
    fn a_little_more_than_the_budget_is_cut_when_it_has_used_up_what_it_saved() {
        let mut peer = Peer::new();
        let per_tick = (INBOUND_FRAMES_PER_SECOND as f32 * TICK.as_secs_f32() * 1.5) as usize;
        let ticks = (0..3_000).take_while(|_| peer.tick(&INPUT, per_tick).is_ok()).count();
        let seconds = ticks as f32 * TICK.as_secs_f32();
        assert!((5.0..12.0).contains(&seconds), "{seconds} s");
    }

    #[test]
    fn what_an_honest_client_wrote_in_a_stall_is_read_at_once_and_forgiven() {
        // Ten seconds of play, then as long a stall as a connection survives.
        let mut peer = Peer::new();
        let per_tick = (f32::from(TICK_HZ_MAX) * TICK.as_secs_f32()).ceil() as usize;
        let stall = (STALL_SECONDS_MAX / TICK.as_secs_f32()) as usize;
        for _ in 0..300 {
            assert_eq!(peer.tick(&INPUT, per_tick), Ok(()));
        }
        for _ in 0..stall {
            assert_eq!(peer.tick(&INPUT, 0), Ok(()));
        }
        let missed = (STALL_SECONDS_MAX * f32::from(TICK_HZ_MAX)) as usize;
        assert_eq!(peer.tick(&INPUT, missed), Ok(()));
        let bytes_missed = missed * INPUT.len();
        for _ in 0..bytes_missed / INBOUND_BYTES_PER_TICK + 1 {
            assert_eq!(peer.tick(&INPUT, per_tick), Ok(()));
        }
        assert!(peer.waiting.is_empty(), "{} bytes wait", peer.waiting.len());
        for _ in 0..300 {
            assert_eq!(peer.tick(&INPUT, per_tick), Ok(()));
        }
    }

    #[test]
    fn a_stall_right_after_the_join_is_forgiven_too() {
        let mut peer = Peer::new();
        for _ in 0..90 {
            assert_eq!(peer.tick(&INPUT, 0), Ok(()));
        }
        assert_eq!(peer.tick(&INPUT, 3 * usize::from(TICK_HZ_MAX)), Ok(()));
        assert_eq!(peer.tick(&INPUT, 0), Ok(()));
        assert_eq!(peer.tick(&INPUT, 0), Ok(()));
        assert!(peer.waiting.is_empty(), "{} bytes wait", peer.waiting.len());
    }

    #[test]
    fn that_the_server_stood_still_is_no_excess_of_the_peer() {
        let mut peer = Peer::new();
        for _ in 0..3 {
            assert_eq!(peer.tick(&SHORTEST, 400), Ok(()));
        }
        assert!(!peer.waiting.is_empty(), "it is held back");
        peer.now += Duration::from_secs(20);
        assert_eq!(peer.tick(&SHORTEST, 0), Ok(()));
    }

    #[test]
    fn a_frame_longer_than_any_message_is_refused_when_it_is_declared() {
        let mut meter = Meter::new();
        assert_eq!(meter.take(&[0x82, 0xfe, 0xff, 0xff]), Err(Violation::FrameTooLong));
    }
}
