//! Who waits when the byte budget does not do for everything: the far and the harmless.
//!
//! Everything that could be written is a candidate with what it is worth and about what it takes; the
//! worthiest go until the budget is spent. A ship is worth more for each tick that it has waited, so
//! everyone's turn comes: near ones every tick, far ones at a lower rate. The idea is the priority
//! accumulator of G. Fiedler, "State Synchronization", 2015.

use glam::Vec2;

use super::encoder::ClientView;
use super::history::History;
use super::slots::{Slot, SlotSet};
use super::visible::{PerKind, Visible};
use crate::limits::VISIBLE_PER_KIND_MAX;
use crate::sim::World;
use crate::units::{PlayerId, Tick};

/// Distance at which something is worth half, units.
const HALF_WORTH_DISTANCE: f32 = 300.0;
/// Distance from our ship's centre within which a shot will pass that is dangerous, units.
const DANGER_DISTANCE: f32 = 60.0;
/// What something dangerous is worth more.
const DANGER: f32 = 6.0;
/// What comes into view is worth as much as a ship that has waited for so many ticks.
const SHIP_ARRIVAL_WORTH: f32 = 12.0;
const SHOT_ARRIVAL_WORTH: f32 = 30.0;
const ASTEROID_ARRIVAL_WORTH: f32 = 24.0;
const ORE_ARRIVAL_WORTH: f32 = 4.0;
/// Ticks after which a ship waits no longer, whatever it costs: its past state is soon forgotten.
const WAIT_TICKS_MAX: u32 = 45;

/// Bits that things usually take. They decide what is tried, not what is written.
const LATE_UPDATE_BITS: usize = 60;
const SHIP_ARRIVAL_BITS: usize = 120;
const SHOT_BIRTH_BITS: usize = 14;
const SHOT_ARRIVAL_BITS: usize = 105;
const ASTEROID_ARRIVAL_BITS: usize = 110;
const ORE_ARRIVAL_BITS: usize = 100;
const REMOVAL_BITS: usize = 8;
/// Header, counts and the own state.
const OVERHEAD_BITS: usize = 80;

/// What is written of this tick.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Ships that are brought up to date; all others wait.
    pub updates: SlotSet,
    /// What comes into view.
    pub arrivals: PerKind<SlotSet>,
    candidates: Vec<Candidate>,
    /// By slot of a ship: what the shots are worth that it fires in this tick.
    shots_worth: Vec<f32>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    worth: f32,
    what: What,
    slot: Slot,
    bits: u32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum What {
    ShipUpdate,
    Ship,
    Shot,
    Asteroid,
    Ore,
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
}

impl Situation<'_> {
    /// About how many bits it takes to write all there is to say.
    pub(super) fn bits_of_all(&self) -> usize {
        let (view, visible) = (self.view, self.visible);
        let updates = match self.ticks {
            0 => 0,
            1 => {
                let stretches = view.held.ships.stretches();
                let exact: usize =
                    stretches.map(|(first, end)| self.history.updates(first, end).2).sum();
                exact + view.waiting.len() * LATE_UPDATE_BITS
            }
            _ => view.held.ships.len() * LATE_UPDATE_BITS,
        };
        let shots: usize =
            visible.shots.without(&view.held.shots).map(|slot| self.shot_bits(slot)).sum();
        let removals = view.held.ships.len_without(&visible.ships)
            + view.held.shots.len_without(&visible.shots);
        OVERHEAD_BITS
            + updates
            + removals * REMOVAL_BITS
            + visible.ships.len_without(&view.held.ships) * SHIP_ARRIVAL_BITS
            + shots
            + visible.asteroids.len_without(&view.held.asteroids) * ASTEROID_ARRIVAL_BITS
            + visible.ores.len_without(&view.held.ores) * ORE_ARRIVAL_BITS
    }

    /// Whether a client could not hold all that is visible.
    pub(super) fn is_too_much(&self) -> bool {
        let kinds = self.visible.as_array();
        kinds.iter().any(|visible| visible.len() > VISIBLE_PER_KIND_MAX)
    }

    fn shot_bits(&self, slot: Slot) -> usize {
        let birth = self.history.shots().key(slot).and_then(|key| self.history.birth(key));
        if birth.is_some() { SHOT_BIRTH_BITS } else { SHOT_ARRIVAL_BITS }
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
    /// Chooses what about `bits_max` bits do for. What the client holds must have been rid of what is gone.
    pub(super) fn make(&mut self, situation: Situation<'_>, bits_max: usize) {
        let Situation { world, history, visible, view, player, ticks } = situation;
        let centre = situation.centre();
        let worth_at = |place: Vec2| {
            let scale = HALF_WORTH_DISTANCE * HALF_WORTH_DISTANCE;
            scale / (scale + place.distance_squared(centre))
        };
        self.candidates.clear();
        self.shots_worth.clear();
        for slot in visible.shots.without(&view.held.shots) {
            let Some(key) = history.shots().key(slot) else { continue };
            let Some(shot) = world.shots().get(key) else { continue };
            let danger = if will_pass(&shot.state.position, shot.state.velocity, centre) {
                DANGER
            } else {
                1.0
            };
            let worth = SHOT_ARRIVAL_WORTH * worth_at(shot.state.position) * danger;
            if let Some(ship) = history.birth(key) {
                // A shot is cheap to tell of when its ship is exactly known.
                if self.shots_worth.len() <= ship as usize {
                    self.shots_worth.resize(ship as usize + 1, 0.0);
                }
                let ships = &mut self.shots_worth[ship as usize];
                *ships = worth.max(*ships);
            }
            self.candidate(What::Shot, slot, worth, situation.shot_bits(slot));
        }
        let shots_worth = std::mem::take(&mut self.shots_worth);
        let ship_worth = |slot: Slot, worth: f32| {
            let shots = shots_worth.get(slot as usize).copied().unwrap_or(0.0);
            worth.max(shots * 1.01)
        };
        for slot in view.held.ships.iter() {
            let bits = match ticks {
                1 if !view.waiting.contains(slot) => history.updates(slot, slot + 1).2,
                _ => LATE_UPDATE_BITS,
            };
            // As predicted: it takes its one bit and is exact.
            if bits == 1 {
                self.candidate(What::ShipUpdate, slot, f32::INFINITY, 0);
                continue;
            }
            let Some(ship) = history.ships().key(slot).and_then(|key| world.ships().get(key))
            else {
                continue;
            };
            let waited = world.tick().since(view.exact_at(slot).unwrap_or(world.tick()));
            let is_overdue = waited >= WAIT_TICKS_MAX;
            let worth = match ship.state.player == player || is_overdue {
                true => f32::INFINITY,
                false => ship_worth(slot, waited as f32 * worth_at(ship.state.position)),
            };
            self.candidate(What::ShipUpdate, slot, worth, bits);
        }
        for slot in visible.ships.without(&view.held.ships) {
            let Some(ship) = history.ships().key(slot).and_then(|key| world.ships().get(key))
            else {
                continue;
            };
            let worth = match ship.state.player == player {
                true => f32::INFINITY,
                false => ship_worth(slot, SHIP_ARRIVAL_WORTH * worth_at(ship.state.position)),
            };
            self.candidate(What::Ship, slot, worth, SHIP_ARRIVAL_BITS);
        }
        self.shots_worth = shots_worth;
        for slot in visible.asteroids.without(&view.held.asteroids) {
            let asteroid = history.asteroids().key(slot).and_then(|key| world.asteroids().get(key));
            let Some(asteroid) = asteroid else { continue };
            let worth = ASTEROID_ARRIVAL_WORTH * worth_at(asteroid.state.position);
            self.candidate(What::Asteroid, slot, worth, ASTEROID_ARRIVAL_BITS);
        }
        for slot in visible.ores.without(&view.held.ores) {
            let Some(ore) = history.ores().key(slot).and_then(|key| world.ores().get(key)) else {
                continue;
            };
            let worth = ORE_ARRIVAL_WORTH * worth_at(ore.position);
            self.candidate(What::Ore, slot, worth, ORE_ARRIVAL_BITS);
        }
        let held_bits = 2 * view.held.ships.len();
        self.choose(view, bits_max.saturating_sub(held_bits));
    }

    fn candidate(&mut self, what: What, slot: Slot, worth: f32, bits: usize) {
        self.candidates.push(Candidate { worth, what, slot, bits: bits as u32 });
    }

    /// The worthiest until the bits are spent; the first one in any case, so that there is progress.
    fn choose(&mut self, view: &ClientView, bits_max: usize) {
        self.updates.clear();
        self.arrivals.as_array_mut().into_iter().for_each(SlotSet::clear);
        self.candidates.sort_unstable_by(|a, b| b.worth.total_cmp(&a.worth));
        let held = view.held.as_array().map(SlotSet::len);
        let mut room = held.map(|held| VISIBLE_PER_KIND_MAX.saturating_sub(held));
        let (mut spent, mut is_first) = (0, true);
        for candidate in &self.candidates {
            let is_due = candidate.worth == f32::INFINITY || is_first;
            if !is_due && spent + candidate.bits as usize > bits_max {
                break;
            }
            let arrivals = match candidate.what {
                What::ShipUpdate => {
                    self.updates.insert(candidate.slot);
                    None
                }
                What::Ship => Some((&mut self.arrivals.ships, 0)),
                What::Shot => Some((&mut self.arrivals.shots, 1)),
                What::Asteroid => Some((&mut self.arrivals.asteroids, 2)),
                What::Ore => Some((&mut self.arrivals.ores, 3)),
            };
            if let Some((arrivals, kind)) = arrivals {
                if room[kind] == 0 {
                    continue;
                }
                room[kind] -= 1;
                arrivals.insert(candidate.slot);
            }
            is_first &= candidate.worth == f32::INFINITY;
            spent += candidate.bits as usize;
        }
    }
}

/// Whether something that flies on from `place` will pass close to `centre`.
fn will_pass(place: &Vec2, velocity: Vec2, centre: Vec2) -> bool {
    let way = centre - *place;
    let along = way.dot(velocity);
    let across = way.perp_dot(velocity);
    along > 0.0 && across * across < velocity.length_squared() * DANGER_DISTANCE * DANGER_DISTANCE
}

/// How old what clients hold of ships is, by distance.
#[derive(Clone, Debug, Default)]
pub struct StateAges {
    counts: [[u64; StateAges::TICKS.len() + 1]; StateAges::DISTANCES.len() + 1],
}

impl StateAges {
    /// Upper ends of the bands of distance, units; the last band has none.
    pub const DISTANCES: [f32; 3] = [200.0, 400.0, 800.0];
    /// Upper ends of the ages, ticks; the last has none.
    pub const TICKS: [u32; 7] = [0, 1, 2, 4, 8, 16, 32];

    /// Takes in a ship that a client holds.
    pub fn note(&mut self, distance: f32, ticks: u32) {
        let band = StateAges::DISTANCES.iter().position(|end| distance <= *end);
        let age = StateAges::TICKS.iter().position(|end| ticks <= *end);
        let band = &mut self.counts[band.unwrap_or(StateAges::DISTANCES.len())];
        band[age.unwrap_or(StateAges::TICKS.len())] += 1;
    }

    /// For each band of distance, how many were of each age.
    pub fn counts(&self) -> &[[u64; StateAges::TICKS.len() + 1]] {
        &self.counts
    }

    /// Takes in all ships that a client holds.
    pub(super) fn note_all(&mut self, situation: &Situation<'_>) {
        let centre = situation.centre();
        let Situation { world, history, view, .. } = situation;
        for slot in view.held.ships.iter() {
            let Some(ship) = history.ships().key(slot).and_then(|key| world.ships().get(key))
            else {
                continue;
            };
            let exact_at = if view.waiting.contains(slot) { view.exact_at(slot) } else { None };
            let age = world.tick().since(exact_at.unwrap_or(Tick(u32::MAX)));
            self.note(ship.state.position.distance(centre), age);
        }
    }
}
