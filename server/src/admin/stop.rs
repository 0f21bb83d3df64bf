//! When the server ends by the host's command.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

/// A clock that is set to the time of the end. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct StopClock(Arc<watch::Sender<Option<Instant>>>);

impl Default for StopClock {
    fn default() -> Self {
        StopClock(Arc::new(watch::Sender::new(None)))
    }
}

impl StopClock {
    /// Sets the end; `None`: there is none. Returns whether there was one.
    pub fn set(&self, end: Option<Instant>) -> bool {
        self.0.send_replace(end).is_some()
    }

    /// Waits for the end.
    pub async fn reached(&self) {
        let mut changes = self.0.subscribe();
        loop {
            let end = *changes.borrow_and_update();
            let changed = async {
                // The sender lives as long as the clock.
                let _ = changes.changed().await;
            };
            match end {
                None => changed.await,
                Some(end) => tokio::select! {
                    () = tokio::time::sleep_until(end) => return,
                    () = changed => {}
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_last_time_that_was_set_counts_and_it_can_be_taken_back() {
        let (clock, start) = (StopClock::default(), Instant::now());
        let minutes = |minutes: u64| Some(start + Duration::from_secs(60 * minutes));
        let waits = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.reached().await;
                Instant::now()
            }
        });
        assert!(!clock.set(minutes(5)));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(clock.set(None));
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert!(!waits.is_finished());
        clock.set(minutes(30));
        clock.set(minutes(20));
        assert_eq!(Some(waits.await.unwrap()), minutes(20));
    }
}
