//! What a room keeps in order to write deltas: past states, ended entities, and the bits that many clients share.
//!
//! The update of a ship from the last tick to this one is the same for every client that holds the ship exactly. It
//! is written once per tick, one ship after the other in the order of slots, so that a stretch of ships is copied in
//! one piece. Nothing in here changes until the next tick, so many threads can encode snapshots from it.

mod grid;
mod past_ships;
mod roster;
mod source;
mod tick_ring;

use glam::Vec2;

use super::format::parts::ship_update;
use super::sets::PerKind;
use super::sets::{Slot, SlotSet, slot_of};
use crate::limits::history_ticks;
use crate::sim::{ShipKey, ShipState, World, shoot};
use crate::units::Tick;
use crate::wire::{BitWriter, NEVER_FAILS};
use grid::EntityGrid;
pub(super) use grid::ViewRect;
use past_ships::PastShips;
pub use roster::Roster;
pub(super) use source::Source;
use tick_ring::TickRing;

/// The past of a room, as far as snapshots need it.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Ticks whose states are remembered, which follows from the tick rate.
    ticks_kept: u32,
    past_ships: PastShips,
    /// The sector's side.
    sides: TickRing<f32>,
    /// The tick from which the sector has had this side.
    side_since: Tick,
    rosters: PerKind<Roster>,
    /// Asteroids that lost hit points in this tick.
    damaged_now: SlotSet,
    grids: PerKind<EntityGrid>,
    /// Summaries of shots, by slot.
    shot_glances: Vec<ShotGlance>,
    /// Ships that fired a shot in the last tick, and in the tick before.
    fired: [SlotSet; 2],
    /// Every ship's update from the last tick to this one.
    updates: BitWriter,
    /// Start of each slot's update in them, and their end as the last element.
    starts: Vec<u32>,
    /// Ships that behaved in this tick as predicted.
    quiet: SlotSet,
}

/// The facts about a shot that decide its value and its encoding.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ShotGlance {
    pub place: Vec2,
    pub velocity: Vec2,
    /// Slot of the ship that fired it in this tick, if the shot is exactly in that ship's muzzle.
    pub birth: Option<Slot>,
}

/// The span of an update of a ship.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Span {
    /// The tick as of which the client holds the ship exactly.
    pub exact_at: Tick,
    /// The tick of the client's last snapshot.
    pub baseline: Tick,
}

impl History {
    /// Records the state after a step, and writes every ship's update of this tick.
    pub fn record(&mut self, world: &World) {
        let tick = world.tick();
        if self.side_at(tick.minus(1)) != Some(world.side()) {
            self.side_since = tick;
        }
        let kept = history_ticks(world.rules().tick_hz);
        self.ticks_kept = kept;
        *self.sides.begin(tick, kept) = world.side();
        self.past_ships.record(
            tick,
            kept,
            world.ships().iter().map(|(key, ship)| (key, ship.state)),
        );
        let rosters = &mut self.rosters;
        rosters.ships.record(tick, kept, world.ships().keys().map(|key| (key, NEVER)));
        rosters.shots.record(
            tick,
            kept,
            world.shots().iter().map(|(key, s)| (key, s.state.ends())),
        );
        rosters.asteroids.record(tick, kept, world.asteroids().keys().map(|key| (key, NEVER)));
        rosters.ores.record(tick, kept, world.ores().iter().map(|(key, ore)| (key, ore.expires)));
        self.damaged_now.clear();
        for (key, asteroid) in world.asteroids() {
            if asteroid.damaged == tick {
                self.damaged_now.insert(slot_of(key));
            }
        }
        self.take_glances(world);
        self.fill_grids(world);
        self.write_updates(world);
    }

    /// The entities of each kind by slot.
    pub fn rosters(&self) -> &PerKind<Roster> {
        &self.rosters
    }

    /// Ticks whose states are remembered.
    pub(super) fn ticks_kept(&self) -> u32 {
        self.ticks_kept
    }

    /// Positions of all entities, kept unless everyone sees everything.
    pub(super) fn grids(&self) -> &PerKind<EntityGrid> {
        &self.grids
    }

    /// Asteroids that lost hit points in the last tick.
    pub(super) fn damaged_now(&self) -> &SlotSet {
        &self.damaged_now
    }

    fn fill_grids(&mut self, world: &World) {
        if world.rules().sector.view_half.is_none() {
            return;
        }
        let (side, grids) = (world.side(), &mut self.grids);
        grids.ships.record(side, world.ships().iter().map(|(key, s)| (key, s.state.position)));
        grids.shots.record(side, world.shots().iter().map(|(key, s)| (key, s.state.position)));
        grids
            .asteroids
            .record(side, world.asteroids().iter().map(|(key, a)| (key, a.state.position)));
        grids.ores.record(side, world.ores().iter().map(|(key, ore)| (key, ore.position)));
    }

    fn take_glances(&mut self, world: &World) {
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
                    shoot(&ship.state, world.rules(), world.tick(), shot.pellet) == shot.state
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
        // In the order of slots, as the map iterates.
        for (key, ship) in world.ships() {
            let start = updates.len_bits() as u32;
            self.starts.resize(slot_of(key) as usize + 1, start);
            if let Some(base) = self.ship_at(tick.minus(1), key).copied() {
                let (rules, side) = (world.rules(), world.side());
                ship_update(&mut updates, &base, &ship.state, 1, false, rules, side)
                    .expect(NEVER_FAILS);
                if updates.len_bits() as u32 == start + 1 {
                    self.quiet.insert(slot_of(key));
                }
            }
        }
        self.starts.push(updates.len_bits() as u32);
        updates.finish();
        self.updates = updates;
    }

    /// Summary of the shot in a slot that is not vacant.
    pub(super) fn shot_glance(&self, slot: Slot) -> ShotGlance {
        self.shot_glances.get(slot as usize).copied().unwrap_or_default()
    }

    /// The bits that bring the ships of slots `first..end` from the last tick to this one: the buffer, the first bit,
    /// and the number of bits.
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

    /// Bits of all updates of this tick, rounded up to a byte.
    pub(super) fn update_bits(&self) -> usize {
        self.updates.finished().len() * 8
    }

    /// Ships whose update of this tick says only that they behaved as predicted.
    pub(super) fn quiet(&self) -> &SlotSet {
        &self.quiet
    }

    /// The state of a ship in a past tick within the history.
    pub(super) fn ship_at(&self, tick: Tick, key: ShipKey) -> Option<&ShipState> {
        self.past_ships.at(tick, key)
    }

    /// The sector's side in a past tick within the history.
    pub(super) fn side_at(&self, tick: Tick) -> Option<f32> {
        self.sides.at(tick).copied()
    }

    /// Whether the sector has kept its side since `tick`.
    pub(super) fn has_same_side_since(&self, tick: Tick) -> bool {
        self.side_since <= tick
    }
}

/// The expiry of entities that never expire.
const NEVER: Tick = Tick(u32::MAX);
