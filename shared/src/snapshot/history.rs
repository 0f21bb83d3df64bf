//! What a room remembers to write deltas: past states, who ended, and the bits that many clients share.
//!
//! The bits of a ship from the last tick to this one are the same for everyone who holds it exactly: they
//! are written once per tick, one ship behind the other in order of slots, so that a stretch of ships is
//! copied in one go. Nothing changes in here until the next tick: many threads may make snapshots from it.

use glam::Vec2;

use super::bits::BitWriter;
use super::parts::write_ship_update;
use super::past_ships::PastShips;
use super::roster::Roster;
use super::sights::Sights;
use super::slots::{Slot, SlotSet, WORD_BITS, slot_of};
use super::tick_ring::TickRing;
use super::visible::PerKind;
use crate::sim::{AsteroidKey, OreKey, ShipKey, ShipState, ShotKey, World, muzzle};
use crate::units::Tick;

/// The past of a room, as far as snapshots need it.
#[derive(Clone, Debug, Default)]
pub struct History {
    past_ships: PastShips,
    /// The sector's side.
    sides: TickRing<f32>,
    /// The tick from which on the side has been what it is.
    side_since: Tick,
    ships: Roster<ShipKey>,
    shots: Roster<ShotKey>,
    asteroids: Roster<AsteroidKey>,
    ores: Roster<OreKey>,
    /// Asteroids that lost hit points in this tick.
    damaged_now: SlotSet,
    sights: PerKind<Sights>,
    /// Where ships are, by slot, up to the end of a word of slots.
    ship_xs: Vec<f32>,
    ship_ys: Vec<f32>,
    /// By slot.
    shot_glances: Vec<ShotGlance>,
    /// Ships of which a shot was born in the last tick, and in the one before.
    fired: [SlotSet; 2],
    /// Every ship's update of this tick against the tick before.
    updates: BitWriter,
    /// Where a slot's update begins in them, and the end as the last element.
    starts: Vec<u32>,
    /// Ships that did in this tick what was expected of them.
    quiet: SlotSet,
}

/// What decides how much a shot matters, and how it is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ShotGlance {
    pub place: Vec2,
    pub velocity: Vec2,
    /// The slot of the ship that fired it in this very tick, if it lies exactly in that ship's muzzle.
    pub birth: Option<Slot>,
}

/// From where to where a ship is brought up to date.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Span {
    /// The tick as of which the client holds the ship exactly.
    pub exact_at: Tick,
    /// The client's last snapshot.
    pub baseline: Tick,
}

impl History {
    /// Takes in the state after a step, and writes every ship's update of this tick.
    pub fn record(&mut self, world: &World) {
        let tick = world.tick();
        if self.side_at(tick.minus(1)) != Some(world.side()) {
            self.side_since = tick;
        }
        *self.sides.begin(tick) = world.side();
        self.past_ships.record(tick, world.ships().iter().map(|(key, ship)| (key, ship.state)));
        self.ships.record(tick, world.ships().keys().map(|key| (key, NEVER)));
        self.shots.record(tick, world.shots().iter().map(|(key, s)| (key, s.state.expires)));
        self.asteroids.record(tick, world.asteroids().keys().map(|key| (key, NEVER)));
        self.ores.record(tick, world.ores().iter().map(|(key, ore)| (key, ore.expires)));
        self.damaged_now.clear();
        for (key, asteroid) in world.asteroids() {
            if asteroid.damaged == tick {
                self.damaged_now.insert(slot_of(key));
            }
        }
        self.take_glances(world);
        self.take_sights(world);
        self.write_updates(world);
    }

    /// Ships by slot.
    pub fn ships(&self) -> &Roster<ShipKey> {
        &self.ships
    }

    /// Shots by slot.
    pub fn shots(&self) -> &Roster<ShotKey> {
        &self.shots
    }

    /// Asteroids by slot.
    pub fn asteroids(&self) -> &Roster<AsteroidKey> {
        &self.asteroids
    }

    /// Ore by slot.
    pub fn ores(&self) -> &Roster<OreKey> {
        &self.ores
    }

    /// Where everything is, if not everyone sees everything.
    pub(super) fn sights(&self) -> &PerKind<Sights> {
        &self.sights
    }

    /// Asteroids that lost hit points in the last tick.
    pub(super) fn damaged_now(&self) -> &SlotSet {
        &self.damaged_now
    }

    fn take_sights(&mut self, world: &World) {
        if world.rules().sector.view_half.is_none() {
            return;
        }
        let (side, sights) = (world.side(), &mut self.sights);
        sights.ships.record(side, world.ships().iter().map(|(key, s)| (key, s.state.position)));
        sights.shots.record(side, world.shots().iter().map(|(key, s)| (key, s.state.position)));
        sights
            .asteroids
            .record(side, world.asteroids().iter().map(|(key, a)| (key, a.state.position)));
        sights.ores.record(side, world.ores().iter().map(|(key, ore)| (key, ore.position)));
    }

    fn take_glances(&mut self, world: &World) {
        for (key, ship) in world.ships() {
            let slot = slot_of(key) as usize;
            if self.ship_xs.len() <= slot {
                let end = (slot + 1).next_multiple_of(WORD_BITS);
                self.ship_xs.resize(end, 0.0);
                self.ship_ys.resize(end, 0.0);
            }
            (self.ship_xs[slot], self.ship_ys[slot]) = ship.state.position.into();
        }
        self.fired.swap(0, 1);
        self.fired[0].clear();
        for (key, shot) in world.shots() {
            let slot = slot_of(key) as usize;
            if self.shot_glances.len() <= slot {
                self.shot_glances.resize(slot + 1, ShotGlance::default());
            }
            let birth = (shot.fired == world.tick()).then_some(shot.ship).filter(|ship| {
                let ship = world.ships().get(*ship);
                ship.is_some_and(|ship| {
                    muzzle(&ship.state, world.rules(), world.tick()) == shot.state
                })
            });
            if birth.is_some() {
                self.fired[0].insert(slot_of(shot.ship));
            }
            let (place, velocity) = (shot.state.position, shot.state.velocity);
            self.shot_glances[slot] = ShotGlance { place, velocity, birth: birth.map(slot_of) };
        }
    }

    fn write_updates(&mut self, world: &World) {
        let tick = world.tick();
        let mut updates = std::mem::take(&mut self.updates);
        updates.clear();
        self.starts.clear();
        self.quiet.clear();
        // In order of slots, as the map is walked.
        for (key, ship) in world.ships() {
            let start = updates.len_bits() as u32;
            self.starts.resize(slot_of(key) as usize + 1, start);
            if let Some(base) = self.ship_at(tick.minus(1), key).copied() {
                write_ship_update(
                    &mut updates,
                    &base,
                    &ship.state,
                    1,
                    false,
                    world.rules(),
                    world.side(),
                );
                if updates.len_bits() as u32 == start + 1 {
                    self.quiet.insert(slot_of(key));
                }
            }
        }
        self.starts.push(updates.len_bits() as u32);
        updates.finish();
        self.updates = updates;
    }

    /// Where the ship of a slot is that is not vacant.
    pub(super) fn ship_place(&self, slot: Slot) -> Vec2 {
        let place = self.ship_xs.get(slot as usize).zip(self.ship_ys.get(slot as usize));
        place.map_or(Vec2::ZERO, |(x, y)| Vec2::new(*x, *y))
    }

    /// The same of all ships of a word of slots, along either axis; `None` beyond the last.
    pub(super) fn ship_places(
        &self,
        word: usize,
    ) -> Option<(&[f32; WORD_BITS], &[f32; WORD_BITS])> {
        self.ship_xs.as_chunks().0.get(word).zip(self.ship_ys.as_chunks().0.get(word))
    }

    /// The shot in a slot that is not vacant.
    pub(super) fn shot_glance(&self, slot: Slot) -> ShotGlance {
        self.shot_glances.get(slot as usize).copied().unwrap_or_default()
    }

    /// The bits that bring the ships of `first..end` from the last tick to this one: all of them, from
    /// where, and how many.
    pub(super) fn updates(&self, first: Slot, end: Slot) -> (&[u8], usize, usize) {
        let at = |slot: Slot| {
            let start = self.starts.get(slot as usize).or(self.starts.last());
            start.map_or(0, |start| *start as usize)
        };
        (self.updates.finished(), at(first), at(end) - at(first))
    }

    /// Ships that fired in the tick before the last one.
    pub(super) fn fired_before(&self) -> &SlotSet {
        &self.fired[1]
    }

    /// How many bits bring the ship of a slot from the last tick to this one.
    pub(super) fn bits_of_update(&self, slot: Slot) -> usize {
        match self.starts.get(slot as usize..slot as usize + 2) {
            Some([start, end]) => (end - start) as usize,
            _ => 0,
        }
    }

    /// Bits of all updates of this tick, to a byte.
    pub(super) fn update_bits(&self) -> usize {
        self.updates.finished().len() * 8
    }

    /// Ships whose update of this tick says no more than that they did what was expected of them.
    pub(super) fn quiet(&self) -> &SlotSet {
        &self.quiet
    }

    /// The state of a ship in a tick that is not too long ago.
    pub(super) fn ship_at(&self, tick: Tick, key: ShipKey) -> Option<&ShipState> {
        self.past_ships.at(tick, key)
    }

    /// The sector's side in a tick that is not too long ago.
    pub(super) fn side_at(&self, tick: Tick) -> Option<f32> {
        self.sides.at(tick).copied()
    }

    /// Whether the sector has not changed its side since `tick`.
    pub(super) fn has_same_side_since(&self, tick: Tick) -> bool {
        self.side_since <= tick
    }
}

/// The tick in which what lasts expires.
const NEVER: Tick = Tick(u32::MAX);
