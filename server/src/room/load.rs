//! Keeps the tick on time in a crowd: when it takes too long, clients are sent less.
//!
//! What a crowd costs is mostly the writing of ships that everyone sees. A smaller byte budget writes fewer of
//! them in a tick, and each a little later: others are told of at a lower rate, nobody's tick is late.

use std::time::Duration;

/// How much of their byte budget the clients of a room get.
#[derive(Clone, Debug)]
pub struct Load {
    share: f32,
    /// Share of a tick's time that ticks take, on average of late: a single long one is no crowd.
    busy: f32,
}

/// Ticks over which their length is averaged, about.
const TICKS: f32 = 10.0;
/// Share of a tick's time from which on budgets shrink, and below which they grow again.
const BUSY: f32 = 0.82;
const RELAXED: f32 = 0.76;
/// What is left of the budgets after a busy tick, and what they grow to after a relaxed one.
const SHRINK: f32 = 0.98;
const GROW: f32 = 1.01;
/// The smallest share. Below it less is gained than lost: the longer ships wait, the more it takes to bring each
/// up to date, and the fewer clients share the work.
const SHARE_MIN: f32 = 0.6;

impl Default for Load {
    fn default() -> Self {
        Load { share: 1.0, busy: 0.0 }
    }
}

impl Load {
    /// Notes that a tick of length `tick` took `busy`, and whether a budget was felt in it: where none was, a
    /// smaller one would save nothing.
    pub fn note(&mut self, busy: Duration, tick: Duration, is_felt: bool) {
        let busy = busy.as_secs_f32() / tick.as_secs_f32().max(f32::EPSILON);
        // What is far beyond a tick says no more than that it is.
        self.busy += (busy.min(2.0) - self.busy) / TICKS;
        if self.busy > BUSY && is_felt {
            self.share = (self.share * SHRINK).max(SHARE_MIN);
        } else if self.busy < RELAXED || !is_felt {
            self.share = (self.share * GROW).min(1.0);
        }
    }

    /// The share, `0.6..=1.0`.
    pub fn share(&self) -> f32 {
        self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(33);

    /// Ticks whose length follows from the share: so much in any case, and so much at the full budget.
    fn settle(load: &mut Load, fixed: Duration, full: Duration) -> Duration {
        let mut busy = Duration::ZERO;
        for _ in 0..300 {
            busy = fixed + full.mul_f32(load.share());
            load.note(busy, TICK, true);
        }
        busy
    }

    #[test]
    fn a_room_with_time_to_spare_gives_everything() {
        let mut load = Load::default();
        settle(&mut load, Duration::from_millis(5), Duration::from_millis(10));
        assert_eq!(load.share(), 1.0);
    }

    #[test]
    fn a_crowd_gets_as_much_as_the_tick_has_time_for_and_all_again_when_it_is_gone() {
        let mut load = Load::default();
        let busy = settle(&mut load, Duration::from_millis(12), Duration::from_millis(20));
        assert!(busy < TICK.mul_f32(0.85), "{busy:?}");
        assert!(load.share() > 0.65, "no less than needed: {}", load.share());
        settle(&mut load, Duration::from_millis(5), Duration::from_millis(1));
        assert_eq!(load.share(), 1.0);
    }

    #[test]
    fn where_no_budget_is_felt_none_shrinks_however_busy_the_room_is() {
        let mut load = Load::default();
        for _ in 0..300 {
            load.note(TICK * 3, TICK, false);
        }
        assert_eq!(load.share(), 1.0);
    }

    #[test]
    fn a_machine_that_is_too_small_still_gives_most_of_it() {
        let mut load = Load::default();
        settle(&mut load, Duration::from_millis(60), Duration::from_millis(30));
        assert_eq!(load.share(), SHARE_MIN);
    }
}
