//! The plan for a crowd: who is far comes when it is its turn, and nothing is weighed against anything else.
//!
//! To weigh a thousand ships for each client takes longer than to write those that are chosen. And ships that are
//! chosen by what they are worth to one client are held as of some other tick by the next: little of what is written for
//! one can be copied to others.

use super::encoder::BitBudget;
use super::priority::{Plan, Situation};
use super::round::Round;

/// Ships from which on they take turns.
pub(super) const SHIPS_IN_TURNS: usize = 256;
/// One part in so many of the room for turns may go to ships that are told of out of turn.
const OUT_OF_TURN_PARTS: usize = 3;

impl Plan {
    /// Takes everything that comes into view, who is near and who fires, and of the other ships those whose turn it is, if
    /// the budget does for that: so nothing is weighed against anything else. `other_bits` go into what are no
    /// updates of ships. Returns the round that follows on the last one, `None` if the budget does not do.
    pub(super) fn take_turns(
        &mut self,
        situation: &Situation<'_>,
        other_bits: usize,
        budget: BitBudget,
        mut round: Round,
    ) -> Option<Round> {
        let Situation { world, history, visible, view, ticks, late_update_bits, .. } = *situation;
        let ships = &view.held.ships;
        if ships.len() < SHIPS_IN_TURNS {
            return None;
        }
        self.firing.clear();
        for slot in visible.shots.without(&view.held.shots) {
            if let Some(ship) = history.shot_glance(slot).birth {
                self.firing.insert(ship);
            }
        }
        let before = world.tick().minus(ticks);
        let of_word = |(index, turn_before): (usize, u64)| {
            let (held, waiting) = (ships.word(index), view.waiting.ships().word(index));
            let free = situation.free_word(index);
            let always = held & !free & (self.near.word(index) | self.firing.word(index));
            // Whoever is told of out of turn goes on until the turn comes, so as to wait as of the same tick as its
            // neighbours. Who fired in the last tick is the same for everyone.
            let may_wait = waiting | turn_before | history.fired_before().word(index);
            let out_of_turn = held & !free & !always & !may_wait;
            OfWord { held, free, always, out_of_turn }
        };
        let (mut first, mut out_of_turn, mut all) = (0, 0, 0);
        for word in (0..ships.words()).zip(round.words(before, ticks)).map(of_word) {
            first += word.always.count_ones() as usize;
            out_of_turn += word.out_of_turn.count_ones() as usize;
            all += (word.held & !word.free).count_ones() as usize;
        }
        let taken = other_bits + first * late_update_bits + 2 * ships.len();
        let mut room = budget.evenly.saturating_sub(taken);
        let out_of_turn_bits = out_of_turn * late_update_bits;
        let goes_on = out_of_turn_bits <= room / OUT_OF_TURN_PARTS;
        room -= if goes_on { out_of_turn_bits } else { 0 };
        let rest = (all - first) * late_update_bits * ticks as usize;
        // What was saved does for a while where nothing else helps: to weigh one against the other takes more time.
        let saved = budget.most.saturating_sub(taken);
        round.follow(Round::that_fits(rest, room).or_else(|| Round::LONGEST.if_fits(rest, saved))?);
        self.updates.clear();
        let words = (0..ships.words()).zip(round.words(before, ticks)).map(of_word);
        for ((index, word), turn) in words.enumerate().zip(round.words(world.tick(), ticks)) {
            let goes_on = if goes_on { word.out_of_turn } else { 0 };
            let due = word.free | word.always | goes_on | word.held & turn;
            self.updates.insert_word(index, due);
        }
        self.takes_all_arrivals = true;
        Some(round)
    }
}

/// Ships of a word of slots.
struct OfWord {
    held: u64,
    free: u64,
    always: u64,
    out_of_turn: u64,
}
