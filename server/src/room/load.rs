//! Keeps the tick on time in a crowd: when it takes too long, clients are sent less.
//!
//! What a crowd costs is mostly the writing of ships that everyone sees. A smaller byte budget writes fewer of
//! them in a tick, and each a little later: others are told of at a lower rate, nobody's tick is late.

use super::busy::Busy;

/// How much of their byte budget the clients of a room get.
#[derive(Clone, Debug)]
pub struct Load {
    share: f32,
}

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
        Load { share: 1.0 }
    }
}

impl Load {
    /// Notes how busy the room is after one more tick, and whether a budget was felt in it: where none was, a smaller one
    /// would save nothing.
    pub fn note(&mut self, busy: Busy, is_felt: bool) {
        if busy.share() > BUSY && is_felt {
            self.share = (self.share * SHRINK).max(SHARE_MIN);
        } else if busy.share() < RELAXED || !is_felt {
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

    /// Ticks of which so much of the time goes into what is done in any case, and so much into the full budget.
    fn settle(load: &mut Load, fixed: f32, full: f32) -> f32 {
        let mut busy = Busy::default();
        for _ in 0..300 {
            busy.note(fixed + full * load.share());
            load.note(busy, true);
        }
        fixed + full * load.share()
    }

    #[test]
    fn a_room_with_time_to_spare_gives_everything() {
        let mut load = Load::default();
        settle(&mut load, 0.15, 0.3);
        assert_eq!(load.share(), 1.0);
    }

    #[test]
    fn a_crowd_gets_as_much_as_the_tick_has_time_for_and_all_again_when_it_is_gone() {
        let mut load = Load::default();
        let busy = settle(&mut load, 0.36, 0.6);
        assert!(busy < 0.85, "{busy}");
        assert!(load.share() > 0.65, "no less than needed: {}", load.share());
        settle(&mut load, 0.15, 0.03);
        assert_eq!(load.share(), 1.0);
    }

    #[test]
    fn where_no_budget_is_felt_none_shrinks_however_busy_the_room_is() {
        let (mut load, mut busy) = (Load::default(), Busy::default());
        for _ in 0..300 {
            busy.note(3.0);
            load.note(busy, false);
        }
        assert_eq!(load.share(), 1.0);
    }

    #[test]
    fn a_machine_that_is_too_small_still_gives_most_of_it() {
        let mut load = Load::default();
        settle(&mut load, 1.8, 0.9);
        assert_eq!(load.share(), SHARE_MIN);
    }
}
