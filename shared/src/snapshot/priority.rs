//! Who waits when the byte budget does not do for everything: the far and the harmless.
//!
//! Everything that could be written is a candidate with what it is worth and about what it takes; the
//! worthiest go until the budget is spent. A ship is worth more for each tick that it has waited, so
//! everyone's turn comes: near ones every tick, far ones at a lower rate. The idea is the priority
//! accumulator of G. Fiedler, "State Synchronization", 2015.
//!
//! In a crowd that takes too much time for each client: there ships take turns (`turns.rs`) while the budget does for that,
//! and this here is for the tick in which it doesn't.

use glam::Vec2;

use super::candidates::{Arrival, Candidates, DUE};
use super::encoder::ClientView;
use super::history::History;
use super::round::Round;
use super::slots::{Slot, SlotSet, WORD_BITS, bit_of, slot_of, slots_of};
use super::state_ages::StateAges;
use super::turns::SHIPS_IN_TURNS;
use super::visible::{PerKind, Visible};
use crate::limits::VISIBLE_PER_KIND_MAX;
use crate::sim::World;
use crate::units::PlayerId;

/// Distance at which something is worth half, units.
const HALF_WORTH_DISTANCE: f32 = 300.0;
/// Distance along both axes within which ships are looked at in every tick, units, where there is room for all of them.
const NEAR_DISTANCE: f32 = 150.0;
/// The same in the densest crowd: who touches us.
const NEAR_DISTANCE_MIN: f32 = 40.0;
/// How fast that distance follows the crowd, in a snapshot.
const NEAR_SHRINK: f32 = 0.9;
const NEAR_GROW: f32 = 1.05;
/// Distance from our ship's centre within which a shot will pass that is dangerous, units.
const DANGER_DISTANCE: f32 = 60.0;
/// What something dangerous is worth more.
const DANGER: f32 = 6.0;
/// What comes into view is worth as much as a ship that has waited for so many ticks.
const SHIP_ARRIVAL_WORTH: f32 = 12.0;
const SHOT_ARRIVAL_WORTH: f32 = 30.0;
const ASTEROID_ARRIVAL_WORTH: f32 = 24.0;
const ORE_ARRIVAL_WORTH: f32 = 4.0;
/// What all of that is worth more when it is near.
const NEAR_ARRIVAL: f32 = 16.0;
/// Ticks after which a ship waits no longer, whatever it costs: its past state is soon forgotten.
const WAIT_TICKS_MAX: u32 = 45;
/// Ticks after which ships that wait come a few at a time, so that those who began together do not all come together when
/// they can wait no longer.
const WAIT_TICKS_LONG: u32 = 25;

/// Bits that things usually take. They decide what is tried, not what is written.
const SHIP_ARRIVAL_BITS: usize = 105;
const SHOT_BIRTH_BITS: usize = 14;
const SHOT_ARRIVAL_BITS: usize = 85;
const ASTEROID_ARRIVAL_BITS: usize = 85;
const ORE_ARRIVAL_BITS: usize = 65;
const REMOVAL_BITS: usize = 8;
/// Bits that anything takes, at most: an update of a ship for which nothing is as expected.
const ENTITY_BITS_MAX: usize = 200;
/// Header, counts and the own state.
const OVERHEAD_BITS: usize = 80;

/// What is written of this tick.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Ships that are brought up to date; all others wait.
    pub updates: SlotSet,
    /// What comes into view, where not all of it does.
    arrivals: PerKind<SlotSet>,
    pub(super) takes_all_arrivals: bool,
    /// Ships that are looked at in every tick.
    pub(super) near: SlotSet,
    candidates: Candidates,
    /// Ships that have waited for long: for how many ticks, and which candidate each is.
    long_waits: Vec<(u32, (usize, Slot))>,
    /// Ships that fire in this tick, and by slot what their shots are worth.
    pub(super) firing: SlotSet,
    shots_worth: Vec<f32>,
}

/// Distance along both axes within which a client's ships are looked at in every tick, units. In a crowd it is such that
/// they take a third of the budget: the rest of the room's time is not spent on who cannot come.
#[derive(Clone, Copy, Debug)]
pub(super) struct NearDistance(f32);

impl Default for NearDistance {
    fn default() -> Self {
        NearDistance(NEAR_DISTANCE)
    }
}

impl NearDistance {
    /// Notes that `count` ships were near, where updates take `bits` each and `bits_max` may be spent.
    pub fn follow(&mut self, count: usize, bits: usize, bits_max: usize) {
        let room = bits_max / 3 / bits.max(1);
        if count > room {
            self.0 = (self.0 * NEAR_SHRINK).max(NEAR_DISTANCE_MIN);
        } else if count < room * 3 / 4 {
            self.0 = (self.0 * NEAR_GROW).min(NEAR_DISTANCE);
        }
    }
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub(super) struct Situation<'a> {
    pub world: &'a World,
    pub history: &'a History,
    pub visible: &'a Visible,
    pub view: &'a ClientView,
    pub player: PlayerId,
    /// Ticks since the client's last snapshot, 0 if this one is a full one.
    pub ticks: u32,
    /// About how many bits it takes to bring a ship up to date that has waited.
    pub late_update_bits: usize,
}

impl Situation<'_> {
    /// More bits than all there is to say can take, quickly told.
    pub(super) fn bits_at_most(&self) -> usize {
        OVERHEAD_BITS + (self.view.held.len() + self.visible.len()) * ENTITY_BITS_MAX
    }

    /// About how many bits it takes to write all there is to say, where the updates of ships take `ships_bits`.
    pub(super) fn bits_of_all(&self, ships_bits: usize) -> usize {
        let (view, visible) = (self.view, self.visible);
        let shots: usize =
            visible.shots.without(&view.held.shots).map(|slot| self.shot_bits(slot)).sum();
        let removals = view.held.ships.len_without(&visible.ships)
            + view.held.shots.len_without(&visible.shots);
        OVERHEAD_BITS
            + ships_bits
            + removals * REMOVAL_BITS
            + visible.ships.len_without(&view.held.ships) * SHIP_ARRIVAL_BITS
            + shots
            + visible.asteroids.len_without(&view.held.asteroids) * ASTEROID_ARRIVAL_BITS
            + visible.ores.len_without(&view.held.ores) * ORE_ARRIVAL_BITS
    }

    /// Ships of a word of slots that are held and fly as predicted: these take their one bit and are exact.
    #[inline]
    pub(super) fn free_word(&self, index: usize) -> u64 {
        let quiet = if self.ticks == 1 { self.history.quiet().word(index) } else { 0 };
        self.view.held.ships.word(index) & quiet & !self.view.waiting.ships().word(index)
    }

    /// About how many bits it takes to bring all ships up to date that are held.
    pub(super) fn bits_of_ships(&self) -> usize {
        let (held, waiting) = (&self.view.held.ships, self.view.waiting.ships().len());
        match self.ticks {
            0 => 0,
            1 if waiting == 0 => {
                held.stretches().map(|(first, end)| self.history.updates(first, end).2).sum()
            }
            1 => {
                // Of many stretches: a ship like any other will do.
                let mean = self.history.update_bits() / self.world.ships().len().max(1);
                let exact = (held.len() - waiting) * mean;
                exact + waiting * self.late_update_bits
            }
            _ => held.len() * self.late_update_bits,
        }
    }

    /// Whether a client could not hold all that is visible.
    pub(super) fn is_too_much(&self) -> bool {
        let kinds = self.visible.as_array();
        kinds.iter().any(|visible| visible.len() > VISIBLE_PER_KIND_MAX)
    }

    fn shot_bits(&self, slot: Slot) -> usize {
        let is_birth = self.history.shot_glance(slot).birth.is_some();
        if is_birth { SHOT_BIRTH_BITS } else { SHOT_ARRIVAL_BITS }
    }

    /// Counts how old is what the client holds of ships.
    pub(super) fn count_ages(&self, ages: &mut StateAges) {
        let centre = self.centre();
        let Situation { world, history, view, .. } = self;
        for slot in view.held.ships.iter() {
            let waits = view.waiting.ships().contains(slot);
            let age = if waits { world.tick().since(view.waiting_since(slot)) } else { 0 };
            ages.note(history.ship_place(slot).distance(centre), age);
        }
    }

    /// Where the client's player looks from.
    fn centre(&self) -> Vec2 {
        let pilot = self.world.pilot(self.player);
        let own = pilot.and_then(|pilot| pilot.ship).and_then(|key| self.world.ships().get(key));
        own.map(|ship| ship.state.position)
            .or(pilot.map(|pilot| pilot.last_position))
            .unwrap_or_default()
    }
}

impl Plan {
    /// What comes into view of what is visible.
    pub(super) fn arrivals<'a>(&'a self, visible: &'a Visible) -> &'a PerKind<SlotSet> {
        if self.takes_all_arrivals { visible } else { &self.arrivals }
    }

    /// Begins with who is near, in a new tick or for another client. Returns how many ships that are.
    pub(super) fn begin(&mut self, situation: &Situation<'_>) -> usize {
        let (centre, distance) = (situation.centre(), situation.view.near_distance.0);
        let near = &mut self.near;
        near.clear();
        let mut near_count = 0;
        situation.world.ship_cells().for_each_near(centre, distance, |ship| {
            near.insert(slot_of(ship.key));
            near_count += 1;
        });
        near_count
    }

    /// Chooses what about `bits_max` bits do for, where the updates of all ships would take `ships_bits`. What the client
    /// holds must have been rid of what is gone.
    pub(super) fn choose(&mut self, situation: Situation<'_>, ships_bits: usize, bits_max: usize) {
        let Situation { world, history, visible, view, player, ticks, late_update_bits } =
            situation;
        let centre = situation.centre();
        let worth_at = |place: Vec2| worth_at(place.distance_squared(centre));
        let own = world.pilot(player).and_then(|pilot| pilot.ship).map(slot_of);
        // What comes into view next to us comes before anyone who waits: nobody bumps into what was not shown.
        let nearness = |place: Vec2| {
            let is_near = (place - centre).abs().max_element() <= 2.0 * NEAR_DISTANCE;
            if is_near { NEAR_ARRIVAL } else { 1.0 }
        };
        self.candidates.clear();
        self.firing.clear();
        let has_room = |held: &SlotSet| held.len() < VISIBLE_PER_KIND_MAX;
        if has_room(&view.held.shots) {
            for slot in visible.shots.without(&view.held.shots) {
                let shot = history.shot_glance(slot);
                let danger =
                    if will_pass(shot.place, shot.velocity, centre) { DANGER } else { 1.0 };
                let worth = SHOT_ARRIVAL_WORTH * worth_at(shot.place) * danger;
                if let Some(ship) = shot.birth {
                    // A shot is cheap to tell of when its ship is exactly known.
                    if self.shots_worth.len() <= ship as usize {
                        self.shots_worth.resize(ship as usize + 1, 0.0);
                    }
                    let before = &mut self.shots_worth[ship as usize];
                    *before = if self.firing.contains(ship) { worth.max(*before) } else { worth };
                    self.firing.insert(ship);
                }
                let bits = situation.shot_bits(slot);
                self.candidates.push_arrival(Arrival::Shot, slot, worth, bits);
            }
        }
        let (firing, shots_worth) = (&self.firing, &self.shots_worth);
        // A ship comes right before the shots that it fires.
        let worth_of_firing = |slot: Slot| match firing.contains(slot) {
            true => shots_worth.get(slot as usize).map_or(0.0, |worth| worth * ABOVE_ITS_SHOTS),
            false => 0.0,
        };
        let now = world.tick();
        // A few are all looked at in no time.
        let is_crowd = view.held.ships.len() >= SHIPS_IN_TURNS;
        let round = match is_crowd {
            true => Round::for_candidates(ships_bits, bits_max),
            false => Round::default(),
        };
        self.updates.clear();
        self.long_waits.clear();
        let turns = round.words(now, ticks).zip(Round::LONGEST.words(now, ticks));
        for (index, (turn, last_turn)) in (0..view.held.ships.words()).zip(turns) {
            let held = view.held.ships.word(index);
            let waiting = view.waiting.ships().word(index);
            let free = situation.free_word(index);
            self.updates.insert_word(index, free);
            // The others take turns, but for those that are near or fire: no time goes into who cannot come.
            let always = self.near.word(index) | firing.word(index);
            let ships = held & !free & (turn | always);
            if ships == 0 {
                continue;
            }
            let Some((xs, ys)) = history.ship_places(index) else { continue };
            let mut waited = [ticks as f32; WORD_BITS];
            let mut due = own.filter(|own| *own as usize / WORD_BITS == index).map_or(0, bit_of);
            for slot in slots_of(index, ships & waiting) {
                let since = now.since(view.waiting_since(slot));
                waited[slot as usize % WORD_BITS] = since as f32;
                // Who does not come now waits for another of the longest rounds, if ships take turns from now on.
                if is_crowd && since + Round::TICKS_MAX >= WAIT_TICKS_MAX {
                    due |= last_turn & bit_of(slot);
                }
                if since >= WAIT_TICKS_LONG {
                    self.long_waits.push((since, self.candidates.next_ship(slot)));
                    due |= if since >= WAIT_TICKS_MAX { bit_of(slot) } else { 0 };
                }
            }
            if ticks >= WAIT_TICKS_MAX {
                due = u64::MAX;
            }
            let worth = |lane: usize| {
                let away = Vec2::new(xs[lane], ys[lane]) - centre;
                waited[lane] * self::worth_at(away.length_squared())
            };
            let late = if ticks == 1 { waiting } else { u64::MAX };
            let bits = |slot: Slot| match late & bit_of(slot) != 0 {
                true => late_update_bits,
                false => history.bits_of_update(slot),
            };
            let word = self.candidates.push_ships(index, ships, worth, bits);
            for slot in slots_of(index, ships & firing.word(index)) {
                self.candidates.raise(word, slot, worth_of_firing(slot));
            }
            for slot in slots_of(index, ships & due) {
                self.candidates.raise(word, slot, DUE);
            }
        }
        // Their turn comes again with the first snapshot that is as many ticks ahead.
        let due = due_now(&self.long_waits, round.ticks().next_multiple_of(ticks.max(1)));
        if due < self.long_waits.len() {
            self.long_waits.select_nth_unstable_by(due, |a, b| b.cmp(a));
        }
        for (_, (word, slot)) in self.long_waits.iter().take(due) {
            self.candidates.raise(*word, *slot, DUE);
        }
        if has_room(&view.held.ships) {
            for slot in visible.ships.without(&view.held.ships) {
                let place = history.ship_place(slot);
                let worth = SHIP_ARRIVAL_WORTH * worth_at(place) * nearness(place);
                let worth = if Some(slot) == own { DUE } else { worth.max(worth_of_firing(slot)) };
                self.candidates.push_arrival(Arrival::Ship, slot, worth, SHIP_ARRIVAL_BITS);
            }
        }
        for slot in visible.asteroids.without(&view.held.asteroids) {
            let asteroid = history.asteroids().key(slot).and_then(|key| world.asteroids().get(key));
            let Some(asteroid) = asteroid else { continue };
            let place = asteroid.state.position;
            let worth = ASTEROID_ARRIVAL_WORTH * worth_at(place) * nearness(place);
            self.candidates.push_arrival(Arrival::Asteroid, slot, worth, ASTEROID_ARRIVAL_BITS);
        }
        for slot in visible.ores.without(&view.held.ores) {
            let Some(ore) = history.ores().key(slot).and_then(|key| world.ores().get(key)) else {
                continue;
            };
            let worth = ORE_ARRIVAL_WORTH * worth_at(ore.position) * nearness(ore.position);
            self.candidates.push_arrival(Arrival::Ore, slot, worth, ORE_ARRIVAL_BITS);
        }
        let held_bits = 2 * view.held.ships.len();
        // However many are held, half of the budget is for news.
        let bits_max = bits_max.saturating_sub(held_bits).max(bits_max / 2);
        let held = view.held.as_array().map(SlotSet::len);
        let room = held.map(|held| VISIBLE_PER_KIND_MAX.saturating_sub(held));
        self.arrivals.clear();
        self.takes_all_arrivals = false;
        self.candidates.choose(bits_max, room, &mut self.updates, &mut self.arrivals);
    }
}

/// How many of those who have waited for long must come now, if their next turn is `ticks` ahead and as many come in each:
/// the fewest with which all come before they have waited for [`WAIT_TICKS_MAX`]. Where that is soon, nothing can be spread
/// any more: nobody comes before the time is over.
fn due_now<T>(long_waits: &[(u32, T)], ticks: u32) -> usize {
    const AGES: usize = (WAIT_TICKS_MAX - WAIT_TICKS_LONG) as usize;
    if ticks as usize > AGES / 2 {
        return 0;
    }
    let mut by_age = [0_usize; AGES + 1];
    for (waited, _) in long_waits {
        by_age[AGES.min((waited - WAIT_TICKS_LONG) as usize)] += 1;
    }
    let (mut due, mut as_old) = (0, 0);
    for (age, count) in by_age.iter().enumerate().rev() {
        as_old += count;
        let turns = ((AGES - age) / ticks as usize).max(1);
        due = due.max(as_old.div_ceil(turns));
    }
    due
}

/// A ship comes right before the shots that it fires.
const ABOVE_ITS_SHOTS: f32 = 1.5;
/// What a tick of waiting is worth at a distance.
fn worth_at(distance_squared: f32) -> f32 {
    const SCALE: f32 = HALF_WORTH_DISTANCE * HALF_WORTH_DISTANCE;
    SCALE / (SCALE + distance_squared)
}

/// Whether something that flies on from `place` will pass close to `centre`.
fn will_pass(place: Vec2, velocity: Vec2, centre: Vec2) -> bool {
    let way = centre - place;
    let along = way.dot(velocity);
    let across = way.perp_dot(velocity);
    along > 0.0 && across * across < velocity.length_squared() * DANGER_DISTANCE * DANGER_DISTANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_began_to_wait_together_comes_a_few_at_a_time_and_in_time() {
        for (count, ticks) in [(1, 1), (40, 1), (300, 1), (300, 4)] {
            let mut waited = vec![WAIT_TICKS_LONG; count];
            let mut most = 0;
            while !waited.is_empty() {
                let waits: Vec<(u32, usize)> = waited.iter().map(|waited| (*waited, 0)).collect();
                let due = due_now(&waits, ticks);
                most = most.max(due);
                waited.truncate(waited.len() - due);
                assert!(waited.iter().all(|waited| *waited < WAIT_TICKS_MAX), "{waited:?}");
                waited.iter_mut().for_each(|waited| *waited += ticks);
            }
            let evenly = count.div_ceil(20 / ticks as usize);
            assert!(most <= evenly + 1, "{most} of {count} at once");
        }
    }

    #[test]
    fn who_can_wait_no_longer_comes_at_once_and_the_others_at_their_rate() {
        assert_eq!(due_now::<()>(&[], 1), 0);
        assert_eq!(due_now(&[(WAIT_TICKS_MAX, 0), (WAIT_TICKS_MAX + 9, 1)], 1), 2);
        let waits: Vec<(u32, usize)> =
            (WAIT_TICKS_LONG..WAIT_TICKS_MAX).map(|waited| (waited, 0)).collect();
        assert_eq!(due_now(&waits, 1), 1, "one becomes due in each tick");
    }
}
