//! Waiting times between connection attempts: longer each time, and random, so that clients that were cut at once do
//! not return at once.

/// Longest wait before the first attempt, in milliseconds.
const FIRST_MS: u32 = 500;
/// Longest wait between attempts, in milliseconds.
const LONGEST_MS: u32 = 8_000;
/// Milliseconds that a connection must have lasted to count as a success: a server that admits a client and closes it
/// at once must not be hammered.
const STABLE_MS: f64 = 10_000.0;

/// The waiting times.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// Attempts since the last success.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// Notes the end of a connection that lasted this many milliseconds; `None` if it never opened.
    pub fn note_end(&mut self, stood_ms: Option<f64>) {
        if stood_ms.is_some_and(|stood| stood >= STABLE_MS) {
            self.tries = 0;
        }
    }

    /// Milliseconds to wait now; `chance` is uniform in 0..1. Full jitter over the upper half, so that not all
    /// clients reach a restarted server at the same moment.
    pub fn next_wait_ms(&mut self, chance: f64) -> u32 {
        let longest = FIRST_MS.saturating_mul(1 << self.tries.min(10)).min(LONGEST_MS);
        self.tries = self.tries.saturating_add(1);
        let half = f64::from(longest) / 2.0;
        (half + half * chance.clamp(0.0, 1.0)) as u32
    }

    /// Starts again.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_differ_by_chance() {
        let waits = |chance: f64| {
            let mut backoff = Backoff::default();
            (0..12).map(|_| backoff.next_wait_ms(chance)).collect::<Vec<u32>>()
        };
        let (short, long) = (waits(0.0), waits(1.0));
        assert_eq!(short[..4], [250, 500, 1000, 2000]);
        assert_eq!(long[..4], [500, 1000, 2000, 4000]);
        assert!(long.is_sorted() && long.last() == Some(&LONGEST_MS));
    }

    #[test]
    fn only_a_connection_that_stood_starts_the_waits_anew() {
        let mut backoff = Backoff::default();
        backoff.next_wait_ms(0.0);
        backoff.next_wait_ms(0.0);
        backoff.note_end(None);
        backoff.note_end(Some(300.0));
        assert_eq!(backoff.tries(), 2);
        backoff.note_end(Some(60_000.0));
        assert_eq!(backoff.next_wait_ms(0.0), 250);
    }
}
