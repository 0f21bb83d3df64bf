//! The server's half: what each client holds, and the bits that bring it up to date.
//!
//! ```text
//! World --> History (past states, shared bits) --+
//! Visible (interest) -----------------------------+--> ClientView::encode --> bytes
//! byte budget --> Plan (which ships wait) --------+
//! ```
//!
//! A client's baseline is the last snapshot handed to its socket, because the socket is ordered and reliable.

mod belief;
mod changes;
mod extrapolations;
pub mod late_ships;
mod ship_updates;
mod update_cache;

use super::budget::{
    BitBudget, NearDistance, Plan, PlanInput, RoundRobin, SnapshotPart, SnapshotTally, StateAges,
};
use super::format::header::{SnapshotHeader, SnapshotKind};
use super::format::own::{own_state, predict_own};
use super::format::parts;
use super::format::shots::{is_shot_of, pellet, shot, write_shot_of};
use super::history::{History, Source};
use super::sets::{PerKind, Slot, SlotSet, Visible, Waiting, slot_of};
use crate::sim::{OwnState, World};
use crate::units::{PlayerId, Tick};
use crate::wire::{BitWriter, NEVER_FAILS};
use changes::{find_destroyed, is_any_damaged, write_arrivals, write_damage, write_removals};
use late_ships::LateShips;
use ship_updates::ShipUpdates;

/// What one client holds, as the server knows it: the baseline of its next snapshot.
#[derive(Clone, Debug, Default)]
pub struct ClientView {
    /// The tick of the last snapshot; `None` before the first.
    tick: Option<Tick>,
    /// Whether no delta can be written against it, because it is of another epoch.
    is_outdated: bool,
    margin: i8,
    own: OwnState,
    held: PerKind<SlotSet>,
    waiting: Waiting,
    near_distance: NearDistance,
    round: RoundRobin,
}

/// One in this many snapshots over the budget is sampled for state ages.
const AGES_SAMPLING: u32 = 64;

/// Parameters of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotOrder {
    /// The client's player.
    pub player: PlayerId,
    /// The input margin: how many ticks before its use the newest input command arrived; negative when late.
    pub margin: i8,
    /// Approximate size limit in bits. Removals, dangerous entities and the own state come first; beyond those,
    /// updates of far ships wait.
    pub budget: BitBudget,
}

/// Memory reused between snapshots, for one world only: part of it is a cache for the current tick.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// What the client may see. Fill it in before [`ClientView::encode`].
    pub visible: Visible,
    /// How stale clients' ship states are, in a sample of the snapshots that did not fit their budget.
    pub ages: StateAges,
    out: BitWriter,
    destroyed: PerKind<SlotSet>,
    gone: PerKind<SlotSet>,
    plan: Plan,
    late_ships: LateShips,
    own: OwnState,
}

impl Workspace {
    /// The bytes of the last snapshot.
    pub fn bytes(&self) -> &[u8] {
        self.out.finished()
    }
}

impl ClientView {
    /// Forgets what the client holds, so that the next snapshot is a full one.
    pub fn reset(&mut self) {
        *self = ClientView::default();
    }

    /// The next snapshot is a full one, of another epoch. What the client has been sent can still be acknowledged.
    pub fn begin_epoch(&mut self) {
        self.is_outdated = true;
    }

    /// The tick of the last snapshot; `None` before the first.
    pub fn tick(&self) -> Option<Tick> {
        self.tick
    }

    /// What the client holds, for the hysteresis of interest.
    pub fn held(&self) -> &PerKind<SlotSet> {
        &self.held
    }

    /// Writes the snapshot of the world's current tick into the workspace, and makes it the next baseline. It is full
    /// for a new client and for one that lags too far behind, otherwise a delta. Returns where the bits went.
    pub fn encode(
        &mut self,
        world: &World,
        history: &History,
        order: SnapshotOrder,
        space: &mut Workspace,
    ) -> SnapshotTally {
        let (now, source) = (world.tick(), Source { world, history });
        let (rules, side) = (world.rules(), world.side());
        assert!(self.tick.is_none_or(|tick| tick <= now), "a client's snapshots follow the world");
        let mut ticks = self.tick.map_or(0, |tick| self.delta_ticks(now.since(tick), now, history));
        if self.is_outdated {
            ticks = 0;
        }
        if world.pilot(order.player).is_none() && self.own != OwnState::default() {
            // A delta cannot say that there is no hold any more: whoever has given up the seat begins anew.
            ticks = 0;
        }
        if ticks == 0 {
            self.reset();
        }
        self.find_gone(now, ticks, history, space);
        space.late_ships.begin(source);
        // Saved bits go to clients that do not need them in every tick.
        let is_exact = self.waiting.ships().is_empty();
        let enough = if is_exact { order.budget.most } else { order.budget.evenly };
        let input = PlanInput {
            source,
            visible: &space.visible,
            held: &self.held,
            waiting: &self.waiting,
            player: order.player,
            ticks,
            late_update_bits: space.late_ships.mean_bits(),
        };
        let is_planned = input.exceeds(enough);
        if is_planned {
            let (round, near_distance) = (&mut self.round, &mut self.near_distance);
            space.plan.make(&input, order.budget, round, near_distance);
        }
        let has_waited = !self.waiting.ships().is_empty();
        let out = &mut space.out;
        out.clear();
        self.header(source, ticks, order.margin, has_waited).pass(out).expect(NEVER_FAILS);
        let mut tally = SnapshotTally::default();
        let mut start = 0;
        let mut bits_since = |out: &BitWriter| {
            let bits = out.len_bits() - start;
            start = out.len_bits();
            bits
        };
        let plan = is_planned.then_some(&space.plan);
        let arrivals = plan.map_or(&space.visible, |plan| plan.arrivals(&space.visible));
        tally.spend(SnapshotPart::Header, bits_since(out), 1);
        let (held, gone, destroyed) = (&mut self.held, &space.gone, &space.destroyed);
        write_removals(out, &held.ships, &gone.ships, &destroyed.ships);
        let removals_bits = bits_since(out);
        let updates = ShipUpdates { source, ticks, has_waited, plan };
        self.write_ship_updates(&updates, &mut space.late_ships, out);
        tally.spend(SnapshotPart::ShipUpdates, bits_since(out), self.held.ships.len());
        write_arrivals(out, &mut self.held.ships, &arrivals.ships, |out, slot, before| {
            if let Some(ship) = source.ship(slot) {
                let before = before.and_then(|slot| source.ship(slot));
                let before = before.map(|ship| ship.state.player);
                parts::ship(out, &ship.state, before, rules, side).expect(NEVER_FAILS);
            }
        });
        let bits = removals_bits + bits_since(out);
        tally.spend(SnapshotPart::ShipArrivals, bits, self.held.ships.len());
        write_removals(out, &self.held.shots, &gone.shots, &destroyed.shots);
        let has_fired = self.write_shot_arrivals(source, order.player, &arrivals.shots, out);
        tally.spend(SnapshotPart::Shots, bits_since(out), self.held.shots.len());

        // Asteroids and ore: usually nothing has happened to any of them, and one bit says so.
        let since = now.minus(ticks);
        let (held, gone, destroyed) = (&mut self.held, &space.gone, &space.destroyed);
        let is_news = !gone.asteroids.is_empty()
            || !gone.ores.is_empty()
            || arrivals.asteroids.len_without(&held.asteroids) > 0
            || arrivals.ores.len_without(&held.ores) > 0
            || is_any_damaged(&held.asteroids, source, since);
        out.write_bool(is_news);
        if is_news {
            write_removals(out, &held.asteroids, &gone.asteroids, &destroyed.asteroids);
            write_damage(out, &held.asteroids, source, since);
            write_arrivals(out, &mut held.asteroids, &arrivals.asteroids, |out, slot, _| {
                if let Some(asteroid) = source.asteroid(slot) {
                    parts::asteroid(out, &asteroid.state, rules, side).expect(NEVER_FAILS);
                }
            });
        }
        tally.spend(SnapshotPart::Asteroids, bits_since(out), held.asteroids.len());
        if is_news {
            write_removals(out, &held.ores, &gone.ores, &destroyed.ores);
            write_arrivals(out, &mut held.ores, &arrivals.ores, |out, slot, _| {
                if let Some(ore) = source.ore(slot) {
                    parts::ore(out, ore, now, rules, side).expect(NEVER_FAILS);
                }
            });
        }
        tally.spend(SnapshotPart::Ores, bits_since(out), held.ores.len());
        self.write_own(world, order.player, has_fired, ticks, &mut space.own, out);
        tally.spend(SnapshotPart::Own, bits_since(out), 1);
        out.finish();
        let waiting_unheld = self.waiting.ships().len_without(&self.held.ships);
        debug_assert_eq!(
            waiting_unheld, 0,
            "only what a client holds waits to be brought up to date"
        );
        self.tick = Some(now);
        // One client in this many is a large enough sample of state ages.
        let turn = now.0.wrapping_add(u32::from(order.player.0));
        if is_planned && turn.is_multiple_of(AGES_SAMPLING) {
            space.ages.count(source, order.player, &self.held.ships, &self.waiting);
        }
        tally
    }

    /// The ticks that a delta would span; 0 if no delta is possible.
    fn delta_ticks(&self, ticks: u32, now: Tick, history: &History) -> u32 {
        // Free-flying entities are predicted with one side of the sector. If it changed over several ticks, a full
        // snapshot is needed.
        let is_possible = ticks == 1
            || (2..history.ticks_kept()).contains(&ticks)
                && history.has_same_side_since(now.minus(ticks));
        if is_possible { ticks } else { 0 }
    }

    /// Finds the entities that the client holds and loses now, and removes them from `held`.
    fn find_gone(&mut self, now: Tick, ticks: u32, history: &History, space: &mut Workspace) {
        let Workspace { visible, gone, destroyed, .. } = space;
        let (gone_of, destroyed_of) = (gone.as_array_mut(), destroyed.as_array_mut());
        for (kind, roster) in history.rosters().as_array().into_iter().enumerate() {
            let (held, visible) = (&mut *self.held.as_array_mut()[kind], visible.as_array()[kind]);
            let (gone, destroyed) = (&mut *gone_of[kind], &mut *destroyed_of[kind]);
            find_destroyed(roster, now, ticks, held, destroyed);
            gone.assign_without(held, visible);
            gone.insert_all(destroyed);
            held.remove_all(gone);
        }
        // A ship that waited until its past was forgotten, because the client read nothing for long, arrives anew.
        let (baseline, kept) = (self.tick.unwrap_or_default(), history.ticks_kept());
        self.waiting.for_each_forgotten(now, baseline, kept, |slot| {
            if self.held.ships.remove(slot) {
                gone.ships.insert(slot);
            }
        });
        self.waiting.remove_all(&gone.ships);
    }

    /// The header of the snapshot, which the client then holds.
    fn header(
        &mut self,
        Source { world, history }: Source<'_>,
        ticks: u32,
        margin: i8,
        has_waited: bool,
    ) -> SnapshotHeader {
        let now = world.tick();
        let margin = margin.clamp(-64, 63);
        let before = std::mem::replace(&mut self.margin, margin);
        let is_new_side = ticks == 0 || !history.has_same_side_since(now.minus(ticks));
        let kind = if ticks == 0 { SnapshotKind::Full(now) } else { SnapshotKind::Delta(ticks) };
        SnapshotHeader {
            kind,
            margin: (margin != before).then_some(margin),
            side: is_new_side.then_some(world.side()),
            has_waited,
        }
    }

    /// Returns whether the client sees its own ship fire.
    fn write_shot_arrivals(
        &mut self,
        source: Source<'_>,
        player: PlayerId,
        arrivals: &SlotSet,
        out: &mut BitWriter,
    ) -> bool {
        let mut has_fired = false;
        let (ships, waiting) = (&self.held.ships, self.waiting.ships());
        let ships_len = ships.len() as u32;
        let Source { world, history } = source;
        let (now, rules, side) = (world.tick(), world.rules(), world.side());
        write_arrivals(out, &mut self.held.shots, arrivals, |out, slot, _| {
            let Some(fired) = source.shot(slot) else { return };
            let is_exact = |ship: &Slot| ships.contains(*ship) && !waiting.contains(*ship);
            let ship = history.shot_glance(slot).birth.filter(is_exact);
            out.write_bool(ship.is_some());
            if let Some(slot) = ship {
                out.write_below(ships.rank(slot) as u32, ships_len);
                if let Some(ship) = world.ships().get(fired.ship) {
                    pellet(out, fired.pellet, &ship.state, rules).expect(NEVER_FAILS);
                }
                has_fired |= fired.state.shooter == player;
                return;
            }
            let ship = Some(slot_of(fired.ship)).filter(is_exact);
            let ship = ship.zip(world.ships().get(fired.ship));
            let ship = ship.filter(|(_, ship)| is_shot_of(&fired.state, &ship.state, now, rules));
            out.write_bool(ship.is_some());
            match ship {
                Some((slot, ship)) => {
                    out.write_below(ships.rank(slot) as u32, ships_len);
                    write_shot_of(out, &fired.state, &ship.state, now, rules, side);
                }
                None => {
                    shot(out, &fired.state, now, rules, side).expect(NEVER_FAILS);
                }
            }
        });
        has_fired
    }

    fn write_own(
        &mut self,
        world: &World,
        player: PlayerId,
        has_fired: bool,
        ticks: u32,
        own: &mut OwnState,
        out: &mut BitWriter,
    ) {
        world.read_own_state(player, own);
        let key = world.pilot(player).and_then(|pilot| pilot.ship);
        let ship = key.and_then(|key| world.ships().get(key)).map(|ship| &ship.state);
        predict_own(&mut self.own, ship, has_fired, ticks, world.rules());
        own_state(out, &mut self.own, own, world.rules()).expect(NEVER_FAILS);
        debug_assert_eq!(self.own, *own, "what was written is what the client holds");
    }
}
