//! Looks ten times a second whether the store fails or lags, for everybody who must know: the host, and the players.
//!
//! A disk that fails and works in turns is one trouble, not many: a trouble is over when all has been well for some seconds.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tracing::{info, warn};

use super::failure::Failure;
use super::writer::StoreStatus;

/// Why what happens now may be lost in a crash.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// The store cannot write.
    Failing(Failure),
    /// It writes, but what it got a second ago is not durable yet.
    Slow,
}

/// A thread that looks. It stops when this is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts the thread.
    pub(super) fn start(status: StoreStatus) -> io::Result<Watch> {
        let (stop, stopped) = channel();
        let thread = thread::Builder::new().name("store watch".to_owned());
        let thread = Some(thread.spawn(move || watch(&status, &stopped))?);
        Ok(Watch { stop: Some(stop), thread })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic was reported already.
            let _ = thread.join();
        }
    }
}

fn watch(status: &StoreStatus, stopped: &Receiver<()>) {
    let mut judge = Judge::default();
    while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
        let (failure, lag) = (status.failure().map(|(failure, _)| failure), status.lag());
        let before = judge.trouble();
        let now = judge.look(Instant::now(), failure, lag);
        status.note_trouble(now);
        match (before, now) {
            // The writer tells with what error it fails.
            (None | Some(Trouble::Failing(_)), Some(Trouble::Slow)) => {
                warn!(
                    lag = lag.as_secs_f32(),
                    "the store is slow: what it got a second ago is not on the disk yet. Play goes on, and nothing is \
                     confirmed before it is"
                );
            }
            (Some(_), None) => info!("the store keeps up again: all is durable"),
            _ => {}
        }
    }
}

/// Decides what is a trouble, and when it is over.
#[derive(Debug, Default)]
struct Judge {
    /// The trouble, and when it was last seen.
    trouble: Option<(Trouble, Instant)>,
}

impl Judge {
    fn trouble(&self) -> Option<Trouble> {
        self.trouble.map(|(trouble, _)| trouble)
    }

    /// Notes how the store is now. Returns what is told of it.
    fn look(&mut self, now: Instant, failure: Option<Failure>, lag: Duration) -> Option<Trouble> {
        let is_slow = lag >= LAG_MAX;
        let seen = failure.map(Trouble::Failing).or(is_slow.then_some(Trouble::Slow));
        match (seen, self.trouble) {
            (Some(seen), _) => self.trouble = Some((seen, now)),
            (None, Some((_, at))) if now.saturating_duration_since(at) >= WELL_TIME => {
                self.trouble = None;
            }
            (None, _) => {}
        }
        self.trouble()
    }
}

/// Time between two looks.
const INTERVAL: Duration = Duration::from_millis(100);
/// Ten commits: less is a busy disk, and no news.
const LAG_MAX: Duration = Duration::from_secs(1);
/// How long all must be well until a trouble is over.
const WELL_TIME: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Failure = Failure::DiskFull;

    /// What is told of a store that is looked at with these failures and lags, in milliseconds, once a second.
    fn told(looks: &[(Option<Failure>, u64)]) -> Vec<Option<Trouble>> {
        let (mut judge, start) = (Judge::default(), Instant::now());
        (0..)
            .zip(looks)
            .map(|(second, (failure, lag))| {
                let now = start + Duration::from_secs(second);
                judge.look(now, *failure, Duration::from_millis(*lag))
            })
            .collect()
    }

    #[test]
    fn a_second_of_lag_is_told_and_less_is_not() {
        assert_eq!(
            told(&[(None, 0), (None, 999), (None, 1_000)]),
            [None, None, Some(Trouble::Slow)]
        );
    }

    #[test]
    fn a_store_that_fails_and_works_in_turns_is_one_trouble_which_ends_when_all_is_well_for_a_while()
     {
        let failing = Some(Trouble::Failing(FULL));
        let looks =
            [(Some(FULL), 100), (None, 0), (Some(FULL), 0), (None, 0), (None, 0), (None, 0)];
        assert_eq!(told(&looks), [failing, failing, failing, failing, None, None]);
    }

    #[test]
    fn what_fails_is_not_told_as_slow_and_what_is_slow_after_it_is() {
        let (failing, slow) = (Some(Trouble::Failing(FULL)), Some(Trouble::Slow));
        assert_eq!(told(&[(Some(FULL), 5_000), (None, 5_000), (None, 0)]), [failing, slow, slow]);
    }
}
