//! A clock that advances between the steps of a coarse one.
//!
//! Browsers that resist fingerprinting give the time in steps of up to 100 ms. Without help all client ticks of a
//! step would run at once. Other sources tell the time between the steps: a timer that has fired has waited at least
//! as long as it was set for, and frames come evenly.

use driftfield_shared::units::Micros;

/// Longest step that is smoothed: this clock is never further ahead of the browser's than this.
const STEP_MAX: Micros = 100_000;
/// A clock that has not moved during such a wait is coarse; timers may fire this much early.
const COARSE_WAIT: Micros = 4_000;

/// Reads a clock that may be coarse.
#[derive(Clone, Copy, Debug, Default)]
pub struct SteadyClock {
    /// Last value of the browser's clock.
    raw: Micros,
    /// Last value of this clock.
    last: Micros,
    is_coarse: bool,
}

impl SteadyClock {
    /// The time when the browser's clock says `raw`. It never decreases while that does not.
    pub fn read(&mut self, raw: Micros) -> Micros {
        if raw < self.raw {
            // The system has set its clock back, so the past is meaningless.
            *self = SteadyClock { is_coarse: self.is_coarse, ..SteadyClock::default() };
        }
        self.raw = raw;
        self.last = self.last.max(raw);
        self.last
    }

    /// The browser's clock says `raw`, at least `waited` after a moment that was `from` on this clock.
    pub fn note_wait(&mut self, raw: Micros, from: Micros, waited: Micros) {
        self.is_coarse |= raw == self.raw && raw <= from && waited >= COARSE_WAIT;
        self.read(raw);
        if self.is_coarse {
            let believed = from.saturating_add(waited).min(raw.saturating_add(STEP_MAX));
            self.last = self.last.max(believed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ticks of `interval` that are due in each turn of a timer loop of a worker, with a clock of such steps.
    fn most_ticks_at_once(step: Micros, interval: Micros, is_steady: bool) -> usize {
        let mut clock = SteadyClock::default();
        let coarse = |now: Micros| now / step * step;
        let start: Micros = 1_000_000_000;
        let mut now = start;
        let mut next = start;
        let mut most = 0;
        for turn in 0..1_000_u64 {
            let read = clock.read(coarse(now));
            let mut due = 0;
            while next <= read {
                next += interval;
                due += 1;
            }
            most = most.max(due);
            let wait = (next - read).div_ceil(1_000) * 1_000;
            // Timers fire late, never early.
            now += wait + turn % 7 * 300;
            if is_steady {
                clock.note_wait(coarse(now), read, wait);
            }
            assert!(clock.read(coarse(now)) <= coarse(now) + STEP_MAX);
        }
        most
    }

    #[test]
    fn ticks_stay_apart_on_a_clock_in_steps() {
        for hz in [20, 30, 60, 120] {
            let interval = 1_000_000 / hz;
            // A client makes up for four ticks at once; the rest of what is due it drops.
            assert!(most_ticks_at_once(100_000, interval, true) <= 3, "{hz} Hz");
            assert!(most_ticks_at_once(16_667, interval, true) <= 3, "{hz} Hz");
        }
        assert!(
            most_ticks_at_once(100_000, 16_667, false) >= 6,
            "what a clock in steps does by itself"
        );
    }

    #[test]
    fn a_fine_clock_is_left_as_it_is() {
        let mut clock = SteadyClock::default();
        let mut now: Micros = 1_000_000_000;
        for turn in 0..1_000_u64 {
            let from = clock.read(now);
            // Some timers fire a little early.
            now += 16_667 - turn % 3 * 300;
            clock.note_wait(now, from, 17_000);
            assert_eq!(clock.read(now), now);
        }
    }

    #[test]
    fn it_never_goes_back_between_the_steps_and_follows_a_clock_that_is_set_back() {
        let mut clock = SteadyClock::default();
        assert_eq!(clock.read(1_000_000), 1_000_000);
        clock.note_wait(1_000_000, 1_000_000, 90_000);
        assert_eq!(clock.read(1_000_000), 1_090_000);
        clock.note_wait(1_000_000, 1_090_000, 90_000);
        assert_eq!(clock.read(1_000_000), 1_100_000, "no further ahead than a step");
        assert_eq!(clock.read(1_100_000), 1_100_000);
        assert_eq!(clock.read(500_000), 500_000);
    }
}
