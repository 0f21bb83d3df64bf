//! Arrivals: entities that come into view, and the choice of the most valuable ones when not all fit the budget.
//!
//! An arriving entity is worth more the nearer it is. A shot that will pass close to the player is worth the most.
//! The most valuable arrivals are chosen until the bits are spent.

use glam::Vec2;

use super::input::PlanInput;
use crate::limits::VISIBLE_PER_KIND_MAX;
use crate::snapshot::format::entity::EntityKind;
use crate::snapshot::history::Source;
use crate::snapshot::sets::{PerKind, Slot, SlotSet, slot_of};

/// Distance in units at which an entity has half its value.
const HALF_WORTH_DISTANCE: f32 = 300.0;
/// Distance along both axes, in units, within which an entity must be shown before the ship can bump into it.
const COLLISION_DISTANCE: f32 = 300.0;
/// Distance from the ship's centre, in units, within which a dangerous shot will pass.
const DANGER_DISTANCE: f32 = 60.0;
/// Relative value of each kind at the same place, and the factors for nearness and danger.
const SHIP_WORTH: f32 = 12.0;
const SHOT_WORTH: f32 = 30.0;
const ASTEROID_WORTH: f32 = 24.0;
const ORE_WORTH: f32 = 4.0;
const NEAR: f32 = 16.0;
const DANGER: f32 = 6.0;

/// Usual size of an arrival of each kind, in bits. It decides what is tried, not what is written.
const SHIP_BITS: usize = 105;
const SHOT_BIRTH_BITS: usize = 14;
const SHOT_BITS: usize = 85;
const ASTEROID_BITS: usize = 85;
const ORE_BITS: usize = 65;

/// An entity that comes into view.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    kind: EntityKind,
    slot: Slot,
    worth: f32,
    bits: usize,
    /// For a new shot: the held ship that has just fired it, which must be up to date for the shot to be cheap.
    ship: Option<Slot>,
}

/// The arrivals of one snapshot. The memory is reused.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    all: Vec<Arrival>,
}

impl Arrivals {
    /// Estimated bits for writing all arrivals.
    pub fn bits_of_all(input: &PlanInput<'_>) -> usize {
        let PlanInput { visible, held, .. } = *input;
        let shots = visible.shots.without(&held.shots).map(|slot| input.shot_bits(slot));
        visible.ships.len_without(&held.ships) * SHIP_BITS
            + shots.sum::<usize>()
            + visible.asteroids.len_without(&held.asteroids) * ASTEROID_BITS
            + visible.ores.len_without(&held.ores) * ORE_BITS
    }

    /// Puts the most valuable arrivals into `chosen`, and the ships that have just fired a chosen shot into `firing`,
    /// until about `bits_max` bits are spent. Chooses at least one, so that there is progress, and no more of a kind
    /// than a client can hold. Returns the estimated bits.
    pub fn choose(
        &mut self,
        input: &PlanInput<'_>,
        bits_max: usize,
        chosen: &mut PerKind<SlotSet>,
        firing: &mut SlotSet,
    ) -> usize {
        self.find(input);
        self.all.sort_unstable_by(|a, b| {
            b.worth.total_cmp(&a.worth).then((a.kind as u8, a.slot).cmp(&(b.kind as u8, b.slot)))
        });
        let held = input.held.as_array().map(SlotSet::len);
        let mut room = held.map(|held| VISIBLE_PER_KIND_MAX.saturating_sub(held));
        let mut spent = 0;
        for arrival in &self.all {
            let room = &mut room[arrival.kind as usize];
            let ship_bits = match arrival.ship {
                Some(ship) if !firing.contains(ship) => input.late_update_bits,
                _ => 0,
            };
            let bits = arrival.bits + ship_bits;
            if *room == 0 || spent > 0 && spent + bits > bits_max {
                continue;
            }
            *room -= 1;
            spent += bits;
            chosen.as_array_mut()[arrival.kind as usize].insert(arrival.slot);
            if let Some(ship) = arrival.ship {
                firing.insert(ship);
            }
        }
        spent
    }

    fn find(&mut self, input: &PlanInput<'_>) {
        let PlanInput { source, visible, held, player, .. } = *input;
        let Source { world, history } = source;
        let (centre, exit) = (input.centre(), input.exit());
        let own = world.pilot(player).and_then(|pilot| pilot.ship).map(slot_of);
        let worth_at = |place: Vec2| {
            // What is at an exit is as near as if the ship were there already.
            let exit =
                exit.filter(|exit| exit.distance_squared(place) < centre.distance_squared(place));
            let centre = exit.unwrap_or(centre);
            let is_near = (place - centre).abs().max_element() <= COLLISION_DISTANCE;
            let nearness = if is_near { NEAR } else { 1.0 };
            nearness * worth_at(place.distance_squared(centre))
        };
        self.all.clear();
        for slot in visible.ships.without(&held.ships) {
            let Some(ship) = source.ship(slot) else { continue };
            let worth = SHIP_WORTH * worth_at(ship.state.position);
            let worth = if Some(slot) == own { f32::MAX } else { worth };
            self.push(EntityKind::Ship, slot, worth, SHIP_BITS);
        }
        for slot in visible.shots.without(&held.shots) {
            let shot = history.shot_glance(slot);
            let is_danger = will_pass(shot.place, shot.velocity, centre);
            let danger = if is_danger { DANGER * NEAR } else { 1.0 };
            let worth = SHOT_WORTH * self::worth_at(shot.place.distance_squared(centre)) * danger;
            let ship = shot.birth.filter(|ship| held.ships.contains(*ship));
            self.all.push(Arrival {
                kind: EntityKind::Shot,
                slot,
                worth,
                bits: input.shot_bits(slot),
                ship,
            });
        }
        for slot in visible.asteroids.without(&held.asteroids) {
            if let Some(asteroid) = source.asteroid(slot) {
                let worth = ASTEROID_WORTH * worth_at(asteroid.state.position);
                self.push(EntityKind::Asteroid, slot, worth, ASTEROID_BITS);
            }
        }
        for slot in visible.ores.without(&held.ores) {
            if let Some(ore) = source.ore(slot) {
                self.push(EntityKind::Ore, slot, ORE_WORTH * worth_at(ore.position), ORE_BITS);
            }
        }
    }

    fn push(&mut self, kind: EntityKind, slot: Slot, worth: f32, bits: usize) {
        self.all.push(Arrival { kind, slot, worth, bits, ship: None });
    }
}

impl PlanInput<'_> {
    /// Estimated bits of a shot that comes into view.
    fn shot_bits(&self, slot: Slot) -> usize {
        let is_birth = self.source.history.shot_glance(slot).birth.is_some();
        if is_birth { SHOT_BIRTH_BITS } else { SHOT_BITS }
    }
}

/// Value of an entity at a distance, `0.0..=1.0`.
fn worth_at(distance_squared: f32) -> f32 {
    const SCALE: f32 = HALF_WORTH_DISTANCE * HALF_WORTH_DISTANCE;
    SCALE / (SCALE + distance_squared)
}

/// Whether an entity that keeps its velocity will pass close to `centre`.
fn will_pass(place: Vec2, velocity: Vec2, centre: Vec2) -> bool {
    let way = centre - place;
    let along = way.dot(velocity);
    let across = way.perp_dot(velocity);
    along > 0.0 && across * across < velocity.length_squared() * DANGER_DISTANCE * DANGER_DISTANCE
}
