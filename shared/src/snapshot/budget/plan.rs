//! The plan: which ships a snapshot updates and which arrivals it contains, when not everything fits its byte budget.
//!
//! 1. Near ships, the player's own among them, and ships that have just fired are in every snapshot.
//! 2. All arrivals are in it, or the most valuable of them (`arrivals.rs`).
//! 3. All other ships take turns that depend on slot and tick alone (`round_robin.rs`). Most clients then hold a ship
//!    as of the same tick, so its update is written once and copied.
//!
//! No value is computed per ship and client: in a crowd that took longer than writing the chosen ships.

use super::BitBudget;
use super::arrivals::Arrivals;
use super::input::PlanInput;
use super::round_robin::RoundRobin;
use crate::limits::VISIBLE_PER_KIND_MAX;
use crate::snapshot::sets::{PerKind, SlotSet, Visible, slot_of};

/// Distance along both axes, in units, within which ships are in every snapshot when all of them fit.
const NEAR_DISTANCE: f32 = 150.0;
/// The same distance in the densest crowd: only ships that touch the client's own.
const NEAR_DISTANCE_MIN: f32 = 40.0;
/// Factors by which that distance follows the crowd, per snapshot.
const NEAR_SHRINK: f32 = 0.9;
const NEAR_GROW: f32 = 1.05;
/// One part in this many of the bits for turns may go to out-of-turn ships, which are updated until their turn comes.
const OUT_OF_TURN_PARTS: usize = 3;

/// Estimated bits of a removal, and of header, counts and own state together. They decide what is tried, not what is
/// written.
const REMOVAL_BITS: usize = 8;
const OVERHEAD_BITS: usize = 80;
/// Upper bound for the bits of any entity: a ship update in which nothing is as predicted.
const ENTITY_BITS_MAX: usize = 200;

/// What a snapshot of this tick contains.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Ships that are updated; all other held ships wait.
    pub updates: SlotSet,
    /// The chosen arrivals, if not all of them fit.
    chosen: PerKind<SlotSet>,
    takes_all_arrivals: bool,
    /// Ships that are in every snapshot because they are near.
    near: SlotSet,
    /// Ships that fired in this tick.
    firing: SlotSet,
    arrivals: Arrivals,
}

/// Distance along both axes, in units, within which a client's ships are in every snapshot. It adapts so that in a
/// crowd they take a third of the budget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NearDistance(f32);

impl Default for NearDistance {
    fn default() -> Self {
        NearDistance(NEAR_DISTANCE)
    }
}

impl NearDistance {
    /// Adapts to `count` near ships, whose updates take `bits` each, of a budget of `bits_max`.
    fn follow(&mut self, count: usize, bits: usize, bits_max: usize) {
        let room = bits_max / 3 / bits.max(1);
        if count > room {
            self.0 = (self.0 * NEAR_SHRINK).max(NEAR_DISTANCE_MIN);
        } else if count < room * 3 / 4 {
            self.0 = (self.0 * NEAR_GROW).min(NEAR_DISTANCE);
        }
    }
}

impl PlanInput<'_> {
    /// Whether the whole snapshot may exceed `bits`, so that a plan is needed.
    pub(crate) fn exceeds(&self, bits: usize) -> bool {
        // A cheap upper bound shows that most snapshots are small.
        let at_most = OVERHEAD_BITS + (self.held.len() + self.visible.len()) * ENTITY_BITS_MAX;
        let is_small = at_most <= bits;
        !is_small && (self.is_too_much() || self.other_bits() + self.bits_of_ships() > bits)
    }

    /// Estimated bits for everything except ship updates and arrivals.
    fn fixed_bits(&self) -> usize {
        let (held, visible) = (self.held, self.visible);
        let removals =
            held.ships.len_without(&visible.ships) + held.shots.len_without(&visible.shots);
        OVERHEAD_BITS + removals * REMOVAL_BITS
    }

    /// Estimated bits for everything except ship updates.
    fn other_bits(&self) -> usize {
        self.fixed_bits() + Arrivals::bits_of_all(self)
    }

    /// Ships of one word of slots that are held and fly as predicted: these take one bit each and are exact.
    #[inline]
    fn free_word(&self, index: usize) -> u64 {
        let quiet = if self.ticks == 1 { self.source.history.quiet().word(index) } else { 0 };
        self.held.ships.word(index) & quiet & !self.waiting.ships().word(index)
    }

    /// Estimated bits to update all held ships.
    fn bits_of_ships(&self) -> usize {
        let (held, waiting) = (&self.held.ships, self.waiting.ships().len());
        match self.ticks {
            0 => 0,
            1 if waiting == 0 => {
                held.stretches().map(|(first, end)| self.source.history.updates(first, end).2).sum()
            }
            1 => {
                // There are many stretches, so the mean over all ships is used.
                let mean =
                    self.source.history.update_bits() / self.source.world.ships().len().max(1);
                let exact = (held.len() - waiting) * mean;
                exact + waiting * self.late_update_bits
            }
            _ => held.len() * self.late_update_bits,
        }
    }

    /// Whether more is visible than a client can hold.
    fn is_too_much(&self) -> bool {
        let kinds = self.visible.as_array();
        kinds.iter().any(|visible| visible.len() > VISIBLE_PER_KIND_MAX)
    }
}

/// The ships of one word of slots, by state.
struct Word {
    held: u64,
    /// They fly as predicted, so their update costs one bit.
    free: u64,
    /// They are in every snapshot.
    always: u64,
    /// They were updated out of turn, and are updated until their turn comes.
    out_of_turn: u64,
}

impl Plan {
    /// The arrivals of the snapshot, out of everything visible.
    pub(crate) fn arrivals<'a>(&'a self, visible: &'a Visible) -> &'a PerKind<SlotSet> {
        if self.takes_all_arrivals { visible } else { &self.chosen }
    }

    /// Plans a snapshot for `budget`. Adapts the length of the round and the near distance to what was needed.
    pub(crate) fn make(
        &mut self,
        input: &PlanInput<'_>,
        budget: BitBudget,
        round: &mut RoundRobin,
        near_distance: &mut NearDistance,
    ) {
        let near_count = self.find_near(input, near_distance.0);
        let BitBudget { most, evenly } = budget;
        self.find_firing(input);
        let (first, out_of_turn, all) = self.count(input, *round);
        let late_bits = input.late_update_bits;
        // Every held ship has two flags: whether it waits, and whether it is as predicted.
        let flag_bits = 2 * input.held.ships.len();
        let taken = input.other_bits() + first * late_bits + flag_bits;
        let rest = (all - first) * late_bits * input.ticks as usize;
        let mut room = evenly.saturating_sub(taken);
        let out_of_turn_bits = out_of_turn * late_bits;
        let mut goes_on = out_of_turn_bits <= room / OUT_OF_TURN_PARTS;
        room -= if goes_on { out_of_turn_bits } else { 0 };
        // Saved bits are spent before any arrival has to wait.
        let saved = most.checked_sub(taken).filter(|_| !input.is_too_much());
        let fits = saved.and_then(|saved| {
            let evenly = RoundRobin::that_fits(rest, room);
            evenly.or_else(|| RoundRobin::LONGEST.if_fits(rest, saved))
        });
        self.takes_all_arrivals = fits.is_some();
        let round = match fits {
            Some(fits) => {
                round.follow(fits);
                *round
            }
            // Applies to this snapshot only: arrivals that came at once are spread over a few snapshots.
            None => {
                goes_on = false;
                let left = most
                    .saturating_sub(input.fixed_bits() + self.near.len() * late_bits + flag_bits);
                let turns = RoundRobin::LONGEST.share_of(rest);
                // However many ships are held, half of the budget is for arrivals.
                let for_arrivals = left.saturating_sub(turns).max(most / 2);
                self.firing.clear();
                self.chosen.clear();
                let spent =
                    self.arrivals.choose(input, for_arrivals, &mut self.chosen, &mut self.firing);
                RoundRobin::that_fits(rest, left.saturating_sub(spent))
                    .unwrap_or(RoundRobin::LONGEST)
            }
        };
        let (now, before) =
            (input.source.world.tick(), input.source.world.tick().minus(input.ticks));
        self.updates.clear();
        let (ticks, count) = (input.ticks, input.held.ships.words());
        let turns = round.words(now, ticks, count).zip(round.words(before, ticks, count));
        for (index, (turn, turn_before)) in turns.enumerate() {
            let word = self.word(input, index, turn_before);
            let goes_on = if goes_on { word.out_of_turn } else { 0 };
            self.updates.set_word(index, word.free | word.always | goes_on | word.held & turn);
        }
        near_distance.follow(near_count, late_bits, evenly);
    }

    /// Finds the near ships. Returns their number.
    fn find_near(&mut self, input: &PlanInput<'_>, distance: f32) -> usize {
        self.near.clear();
        let mut count = 0;
        input.source.world.ship_cells().for_each_near(input.centre(), distance, |ship| {
            self.near.insert(slot_of(ship.key));
            count += 1;
        });
        count
    }

    /// Finds the ships whose shots come into view: a shot is cheap to write when its ship is known exactly.
    fn find_firing(&mut self, input: &PlanInput<'_>) {
        self.firing.clear();
        for slot in input.visible.shots.without(&input.held.shots) {
            if let Some(ship) = input.source.history.shot_glance(slot).birth {
                self.firing.insert(ship);
            }
        }
    }

    fn word(&self, input: &PlanInput<'_>, index: usize, turn_before: u64) -> Word {
        let (held, waiting) = (input.held.ships.word(index), input.waiting.ships().word(index));
        let free = input.free_word(index);
        let always = held & !free & (self.near.word(index) | self.firing.word(index));
        // A ship that was updated out of turn is updated until its turn comes, so that it then waits as of the same
        // tick as its neighbours. Which ships fired in the last tick is the same for every client.
        let may_wait = waiting | turn_before | input.source.history.fired_before().word(index);
        Word { held, free, always, out_of_turn: held & !free & !always & !may_wait }
    }

    /// Counts the ships that are in every snapshot, those out of turn, and all that are not free.
    fn count(&self, input: &PlanInput<'_>, round: RoundRobin) -> (usize, usize, usize) {
        let before = input.source.world.tick().minus(input.ticks);
        let words = round.words(before, input.ticks, input.held.ships.words()).enumerate();
        words.fold((0, 0, 0), |(first, out_of_turn, all), (index, turn_before)| {
            let word = self.word(input, index, turn_before);
            (
                first + word.always.count_ones() as usize,
                out_of_turn + word.out_of_turn.count_ones() as usize,
                all + (word.held & !word.free).count_ones() as usize,
            )
        })
    }
}
