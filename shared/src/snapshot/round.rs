//! Turns that ships take to be brought up to date, where a client holds more than its byte budget does for.
//!
//! Turns go by slots and ticks, and by nothing that is a client's own: so most clients hold the ships of a row as of
//! the same tick, and what one of them takes is copied to all. A round of 2ⁿ ticks is every second one of 2ⁿ⁻¹:
//! whoever goes from one round to another misses no turn, and nobody waits for longer than the longest round.

use super::slots::WORD_BITS;
use crate::units::Tick;

/// How often the ships of a client come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Round {
    /// Quarters of rows that come half as often as they could: four of them double the round.
    quarters: u32,
}

/// Slots whose turns come together.
const ROW_SLOTS: usize = 16;

/// Quarters by which less must do before rows come more often: a budget is not the same in each tick.
const STEADY: u32 = 2;

impl Round {
    /// Ticks for which a ship waits at the most.
    pub const TICKS_MAX: u32 = 32;
    /// That with these.
    pub const LONGEST: Round = Round { quarters: Round::QUARTERS_MAX };
    const QUARTERS_MAX: u32 = 4 * Round::TICKS_MAX.ilog2();

    /// The shortest round in whose ticks no more than `room` of `all` comes; `None`: there is none.
    pub fn that_fits(all: usize, room: usize) -> Option<Round> {
        (0..=Round::QUARTERS_MAX).find_map(|quarters| Round { quarters }.if_fits(all, room))
    }

    /// One in whose ticks about half as much again comes of `all` as there is `room` for, so that the worthiest of it can be
    /// chosen; a short one, so that who was not chosen for long still comes before its past is forgotten.
    pub fn for_candidates(all: usize, room: usize) -> Round {
        const TICKS_MAX: u32 = 8;
        let longest = Round { quarters: 4 * TICKS_MAX.ilog2() };
        let fits = Round::that_fits(all, room + room / 2).unwrap_or(longest);
        Round { quarters: fits.quarters.min(longest.quarters) }
    }

    /// Ticks until everyone has come.
    pub fn ticks(self) -> u32 {
        1 << self.quarters.div_ceil(4)
    }

    /// This one, if no more than `room` of `all` comes in its ticks.
    pub fn if_fits(self, all: usize, room: usize) -> Option<Round> {
        (self.share_of(all) <= room).then_some(self)
    }

    /// What comes in a tick when `all` take their turns.
    fn share_of(self, all: usize) -> usize {
        let (doubled, quarters) = (self.quarters / 4, self.quarters % 4);
        (all * (8 - quarters as usize) / 8) >> doubled
    }

    /// Takes what would fit for the next round: at once if it is longer, a step at a time if it is shorter.
    pub fn follow(&mut self, fits: Round) {
        if fits.quarters > self.quarters {
            *self = fits;
        } else if fits.quarters + STEADY <= self.quarters {
            self.quarters -= 1;
        }
    }

    /// For each word of slots those whose turn came in the `ticks` up to `now`.
    pub fn words(self, now: Tick, ticks: u32) -> impl Iterator<Item = u64> {
        const ROWS: u32 = (WORD_BITS / ROW_SLOTS) as u32;
        let doubled = self.quarters / 4;
        let short = (1 << doubled) - 1;
        let long = short * 2 + 1;
        let late_quarters = self.quarters % 4;
        (0..).step_by(ROWS as usize).map(move |first: u32| {
            (0..ROWS).fold(0, |word, place| {
                let row = first + place;
                let place_in_round = row.wrapping_add(now.0);
                // Two rows that follow one another in the short round, and come in different ticks of the long one, are of
                // the same quarter.
                let quarter = ((row >> doubled) / 2 + (row & short)) % 4;
                let round = if quarter < late_quarters { long } else { short };
                let is_their_turn = place_in_round & round < ticks;
                let slots = u64::from(is_their_turn) * ((1 << ROW_SLOTS) - 1);
                word | slots << (place as usize * ROW_SLOTS)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: usize = 32;

    fn slots(round: Round, now: Tick, ticks: u32) -> Vec<u64> {
        round.words(now, ticks).take(WORDS).collect()
    }

    fn all_rounds() -> impl Iterator<Item = Round> {
        (0..=Round::QUARTERS_MAX).map(|quarters| Round { quarters })
    }

    #[test]
    fn about_the_same_share_comes_in_each_tick_and_the_longer_the_round_the_less() {
        for (round, words) in
            all_rounds().flat_map(|round| [(round, 6), (round, 16), (round, WORDS)])
        {
            let wanted = round.share_of(words * WORD_BITS) as u32;
            let mut came = 0;
            for now in (0..64).map(Tick) {
                let count: u32 =
                    round.words(now, 1).take(words).map(|word| word.count_ones()).sum();
                let most = wanted / 3 + 2 * ROW_SLOTS as u32;
                assert!(count.abs_diff(wanted) <= most, "{round:?}, {words}: {count} for {wanted}");
                came += count;
            }
            let wanted = wanted * 64;
            assert!(came.abs_diff(wanted) <= wanted / 6, "{round:?}, {words}: {came} for {wanted}");
        }
        let shares: Vec<usize> = all_rounds().map(|round| round.share_of(1_000_000)).collect();
        assert!(shares.is_sorted_by(|more, less| more > less), "{shares:?}");
    }

    #[test]
    fn the_shortest_that_fits_is_taken_and_none_if_all_are_too_short() {
        assert_eq!(Round::that_fits(1_000, 1_000), Some(Round { quarters: 0 }));
        assert_eq!(Round::that_fits(1_000, 999), Some(Round { quarters: 1 }));
        assert_eq!(Round::that_fits(1_000, 500), Some(Round { quarters: 4 }));
        assert_eq!(Round::that_fits(3_200, 100), Some(Round { quarters: Round::QUARTERS_MAX }));
        assert_eq!(Round::that_fits(3_200, 99), None);
    }

    #[test]
    fn a_longer_round_is_taken_at_once_and_a_shorter_one_only_when_it_is_far() {
        let mut round = Round { quarters: 4 };
        round.follow(Round { quarters: 9 });
        assert_eq!(round, Round { quarters: 9 });
        round.follow(Round { quarters: 8 });
        assert_eq!(round, Round { quarters: 9 });
        round.follow(Round { quarters: 0 });
        assert_eq!(round, Round { quarters: 8 });
    }

    proptest! {
        #[test]
        fn nobody_waits_for_longer_than_the_longest_round_whatever_rounds_there_are(
            start in any::<u32>(),
            rounds in prop::collection::vec((0..=Round::QUARTERS_MAX, 1..5_u32), 20..80),
        ) {
            let mut now = Tick(start);
            let mut waited = vec![0; WORDS * WORD_BITS];
            for (quarters, ticks) in rounds {
                now = Tick(now.0.wrapping_add(ticks));
                let words = slots(Round { quarters }, now, ticks);
                for (slot, waited) in waited.iter_mut().enumerate() {
                    *waited += ticks;
                    if words[slot / WORD_BITS] >> (slot % WORD_BITS) & 1 == 1 {
                        *waited = 0;
                    }
                    prop_assert!(*waited < Round::TICKS_MAX + ticks, "{waited} ticks");
                }
            }
        }
    }
}
