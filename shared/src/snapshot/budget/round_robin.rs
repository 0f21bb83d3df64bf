//! Turns in which waiting ships are updated when a client holds more ships than fit its byte budget.
//!
//! Turns depend on slot and tick only, not on the client. So most clients hold the ships of a row as of the same
//! tick, and each ship's update is written once and copied to all. A round of 2ⁿ ticks is every second round of 2ⁿ⁻¹
//! ticks: a client that changes from one length to the other misses no turn, and no ship waits longer than the
//! longest round.

use crate::snapshot::sets::WORD_BITS;
use crate::units::Tick;

/// Length of a client's round.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct RoundRobin {
    /// Quarters of the rows that have their turn half as often; four quarters double the round.
    quarters: u32,
}

/// Slots that share a turn. Fewer slots spend a small budget on a slow path more evenly; more slots make it cheaper
/// to copy neighbours' updates in a crowd.
const ROW_SLOTS: usize = 4;
/// The same with at most [`FEW_WORDS`] words of slots.
const ROW_SLOTS_FEW: usize = 2;
const FEW_WORDS: usize = 2;

/// Hysteresis in quarters: the round gets shorter only if it could be shorter by this much, because the budget
/// varies.
const STEADY: u32 = 2;

impl RoundRobin {
    /// Longest wait of a ship, in ticks.
    pub const TICKS_MAX: u32 = 32;
    /// The longest round.
    pub const LONGEST: RoundRobin = RoundRobin { quarters: RoundRobin::QUARTERS_MAX };
    const QUARTERS_MAX: u32 = 4 * RoundRobin::TICKS_MAX.ilog2();

    /// The shortest round in which at most `room` of `all` have their turn per tick; `None` if there is none.
    pub fn that_fits(all: usize, room: usize) -> Option<RoundRobin> {
        (0..=RoundRobin::QUARTERS_MAX)
            .find_map(|quarters| RoundRobin { quarters }.if_fits(all, room))
    }

    /// This round, if at most `room` of `all` have their turn per tick.
    pub fn if_fits(self, all: usize, room: usize) -> Option<RoundRobin> {
        (self.share_of(all) <= room).then_some(self)
    }

    /// How many of `all` have their turn per tick.
    pub fn share_of(self, all: usize) -> usize {
        debug_assert!(self.quarters <= Self::QUARTERS_MAX, "no round is longer than the longest");
        let (doubled, quarters) = (self.quarters / 4, self.quarters % 4);
        (all * (8 - quarters as usize) / 8) >> doubled
    }

    /// Adapts to the round that would fit: at once if it is longer, one step at a time if it is shorter.
    pub fn follow(&mut self, fits: RoundRobin) {
        if fits.quarters > self.quarters {
            *self = fits;
        } else if fits.quarters + STEADY <= self.quarters {
            self.quarters -= 1;
        }
    }

    /// For each of `count` words of slots: the slots whose turn came in the `ticks` up to `now`.
    pub fn words(self, now: Tick, ticks: u32, count: usize) -> impl Iterator<Item = u64> {
        let row_slots = if count <= FEW_WORDS { ROW_SLOTS_FEW } else { ROW_SLOTS };
        let rows = (WORD_BITS / row_slots) as u32;
        let doubled = self.quarters / 4;
        let short = (1 << doubled) - 1;
        let long = short * 2 + 1;
        let late_quarters = self.quarters % 4;
        (0..count as u32).map(move |index| index * rows).map(move |first: u32| {
            (0..rows).fold(0, |word, place| {
                let row = first + place;
                let place_in_round = row.wrapping_add(now.0);
                // Two rows that are adjacent in the short round, and have their turns in different ticks of the long
                // one, are of the same quarter.
                let quarter = ((row >> doubled) / 2 + (row & short)) % 4;
                let round = if quarter < late_quarters { long } else { short };
                let is_their_turn = place_in_round & round < ticks;
                let slots = u64::from(is_their_turn) * ((1 << row_slots) - 1);
                word | slots << (place as usize * row_slots)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: usize = 32;

    fn slots(round: RoundRobin, now: Tick, ticks: u32) -> Vec<u64> {
        round.words(now, ticks, WORDS).collect()
    }

    fn all_rounds() -> impl Iterator<Item = RoundRobin> {
        (0..=RoundRobin::QUARTERS_MAX).map(|quarters| RoundRobin { quarters })
    }

    #[test]
    fn about_the_same_share_comes_in_each_tick_and_the_longer_the_round_the_less() {
        for (round, words) in
            all_rounds().flat_map(|round| [(round, 6), (round, 16), (round, WORDS)])
        {
            let wanted = round.share_of(words * WORD_BITS) as u32;
            let mut came = 0;
            for now in (0..64).map(Tick) {
                let count: u32 = round.words(now, 1, words).map(|word| word.count_ones()).sum();
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
        assert_eq!(RoundRobin::that_fits(1_000, 1_000), Some(RoundRobin { quarters: 0 }));
        assert_eq!(RoundRobin::that_fits(1_000, 999), Some(RoundRobin { quarters: 1 }));
        assert_eq!(RoundRobin::that_fits(1_000, 500), Some(RoundRobin { quarters: 4 }));
        assert_eq!(
            RoundRobin::that_fits(3_200, 100),
            Some(RoundRobin { quarters: RoundRobin::QUARTERS_MAX })
        );
        assert_eq!(RoundRobin::that_fits(3_200, 99), None);
    }

    #[test]
    fn a_longer_round_is_taken_at_once_and_a_shorter_one_only_when_it_is_far() {
        let mut round = RoundRobin { quarters: 4 };
        round.follow(RoundRobin { quarters: 9 });
        assert_eq!(round, RoundRobin { quarters: 9 });
        round.follow(RoundRobin { quarters: 8 });
        assert_eq!(round, RoundRobin { quarters: 9 });
        round.follow(RoundRobin { quarters: 0 });
        assert_eq!(round, RoundRobin { quarters: 8 });
    }

    proptest! {
        #[test]
        fn nobody_waits_for_longer_than_the_longest_round_whatever_rounds_there_are(
            start in any::<u32>(),
            rounds in prop::collection::vec((0..=RoundRobin::QUARTERS_MAX, 1..5_u32), 20..80),
        ) {
            let mut now = Tick(start);
            let mut waited = vec![0; WORDS * WORD_BITS];
            for (quarters, ticks) in rounds {
                now = Tick(now.0.wrapping_add(ticks));
                let words = slots(RoundRobin { quarters }, now, ticks);
                for (slot, waited) in waited.iter_mut().enumerate() {
                    *waited += ticks;
                    if words[slot / WORD_BITS] >> (slot % WORD_BITS) & 1 == 1 {
                        *waited = 0;
                    }
                    prop_assert!(*waited < RoundRobin::TICKS_MAX + ticks, "{waited} ticks");
                }
            }
        }
    }
}
