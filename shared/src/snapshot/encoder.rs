//! The server's half: what a client holds, and the bits that bring it up to date.
//!
//! ```text
//! World --> History (past states, shared bits) --+
//! Visible (interest) -----------------------------+--> ClientView::encode --> bytes
//! byte budget --> Plan (who waits) ---------------+
//! ```
//!
//! A client's baseline is the last snapshot handed to its socket, which is ordered and reliable.

use super::bits::BitWriter;
use super::changes::{
    find_destroyed, is_any_damaged, write_arrivals, write_damage, write_removals,
};
use super::history::History;
use super::late_ships::LateShips;
use super::own::{predict_own, write_own};
use super::parts::{write_asteroid, write_ore, write_ship};
use super::priority::{NearDistance, Plan, Situation};
use super::round::Round;
use super::ship_updates::ShipUpdates;
use super::shots::{is_shot_of, write_shot, write_shot_of};
use super::slots::{Slot, SlotSet, slot_of};
use super::state_ages::StateAges;
use super::tally::{SnapshotPart, SnapshotTally};
use super::visible::{PerKind, Visible};
use super::waiting::Waiting;
use super::{KIND_BITS, KIND_DELTA, KIND_FULL, MARGIN_BITS};
use crate::limits::HISTORY_TICKS;
use crate::sim::{OwnState, World};
use crate::units::{PlayerId, Tick};

/// What one client holds, as the server knows it: the baseline of its next snapshot.
#[derive(Clone, Debug, Default)]
pub struct ClientView {
    /// The tick of the last snapshot, `None` before the first.
    pub(super) tick: Option<Tick>,
    margin: i8,
    own: OwnState,
    pub(super) held: PerKind<SlotSet>,
    pub(super) waiting: Waiting,
    pub(super) near_distance: NearDistance,
    round: Round,
}

/// Snapshots over the budget for one whose ages are counted.
const AGES_SAMPLING: u32 = 64;

/// What a snapshot is to be like.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotOrder {
    /// Whose client it is for.
    pub player: PlayerId,
    /// How many ticks before its use the newest input command arrived, negative when late.
    pub margin: i8,
    /// About how many bits it may take. What is gone, what is dangerous and the own ship come first;
    /// beyond those, who is far waits.
    pub budget: BitBudget,
}

/// How many bits a snapshot may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BitBudget {
    /// For once.
    pub most: usize,
    /// As many as can be had in each tick, no more than `most`.
    pub evenly: usize,
}

impl BitBudget {
    /// So many in each tick.
    pub const fn of(bits: usize) -> Self {
        BitBudget { most: bits, evenly: bits }
    }
}

/// What is used again from one snapshot to the next, of one world only: some of it is kept for a tick.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// What the client may see; to be filled in before [`ClientView::encode`].
    pub visible: Visible,
    /// Snapshots for which the budget did not do.
    pub planned: u32,
    /// How old is what clients hold of ships, in some of the snapshots for which the budget did not do.
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
    /// Forgets what the client holds: the next snapshot is a full one.
    pub fn reset(&mut self) {
        *self = ClientView::default();
    }

    /// The tick of the last snapshot, `None` before the first.
    pub fn tick(&self) -> Option<Tick> {
        self.tick
    }

    /// What the client holds, for the hysteresis of interest.
    pub fn held(&self) -> &PerKind<SlotSet> {
        &self.held
    }

    /// The tick as of which the client holds a ship exactly that waits.
    #[inline]
    pub(super) fn waiting_since(&self, ship: Slot) -> Tick {
        self.waiting.since(ship, self.tick.unwrap_or_default())
    }

    /// Writes the snapshot of the world's present tick into the workspace, and takes it as the next baseline.
    /// Full for a new client and for one that lags too far, else a delta. Returns where the bits went.
    pub fn encode(
        &mut self,
        world: &World,
        history: &History,
        order: SnapshotOrder,
        space: &mut Workspace,
    ) -> SnapshotTally {
        let now = world.tick();
        let ticks = self.tick.map_or(0, |tick| self.delta_ticks(now.since(tick), now, history));
        if ticks == 0 {
            self.reset();
        }
        self.find_gone(now, ticks, history, space);
        space.late_ships.begin(world);
        let late_update_bits = space.late_ships.mean_bits();
        let situation = Situation {
            world,
            history,
            visible: &space.visible,
            view: self,
            player: order.player,
            ticks,
            late_update_bits,
        };
        let mut is_planned = false;
        let BitBudget { most, evenly } = order.budget;
        // What was saved goes to who does not need it in each tick.
        let enough = if self.waiting.ships().is_empty() { most } else { evenly };
        if situation.bits_at_most() > enough {
            let ships_bits = situation.bits_of_ships();
            let all_bits = situation.bits_of_all(ships_bits);
            let is_too_much = situation.is_too_much();
            is_planned = all_bits > enough || is_too_much;
            if is_planned {
                let plan = &mut space.plan;
                let near = plan.begin(&situation);
                let other_bits = all_bits - ships_bits;
                let turns = (!is_too_much)
                    .then(|| plan.take_turns(&situation, other_bits, order.budget, self.round));
                match turns.flatten() {
                    Some(round) => self.round = round,
                    None => plan.choose(situation, ships_bits, most),
                }
                space.planned += 1;
                self.near_distance.follow(near, late_update_bits, evenly);
            }
        }
        let has_waited = !self.waiting.ships().is_empty();
        let out = &mut space.out;
        out.clear();
        self.write_header(world, ticks, order.margin, has_waited, history, out);
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
        let updates = ShipUpdates { world, history, ticks, has_waited, plan };
        self.write_ship_updates(&updates, &mut space.late_ships, out);
        tally.spend(SnapshotPart::ShipUpdates, bits_since(out), self.held.ships.len());
        let ship_at = |slot| {
            let ship = history.ships().key(slot).and_then(|key| world.ships().get(key));
            ship.map(|ship| &ship.state)
        };
        write_arrivals(out, &mut self.held.ships, &arrivals.ships, |out, slot, before| {
            if let Some(ship) = ship_at(slot) {
                let before = before.and_then(ship_at).map(|ship| ship.player);
                write_ship(out, ship, before, world.rules(), world.side());
            }
        });
        let bits = removals_bits + bits_since(out);
        tally.spend(SnapshotPart::ShipArrivals, bits, self.held.ships.len());
        write_removals(out, &self.held.shots, &gone.shots, &destroyed.shots);
        let has_fired =
            self.write_shot_arrivals(world, order.player, &arrivals.shots, history, out);
        tally.spend(SnapshotPart::Shots, bits_since(out), self.held.shots.len());

        // Asteroids and ore: mostly nothing has happened to any of them, and one bit says so.
        let since = now.minus(ticks);
        let (held, gone, destroyed) = (&mut self.held, &space.gone, &space.destroyed);
        let is_news = !gone.asteroids.is_empty()
            || !gone.ores.is_empty()
            || arrivals.asteroids.len_without(&held.asteroids) > 0
            || arrivals.ores.len_without(&held.ores) > 0
            || is_any_damaged(&held.asteroids, world, history, since);
        out.write_bool(is_news);
        if is_news {
            write_removals(out, &held.asteroids, &gone.asteroids, &destroyed.asteroids);
            write_damage(out, &held.asteroids, world, history, since);
            write_arrivals(out, &mut held.asteroids, &arrivals.asteroids, |out, slot, _| {
                let key = history.asteroids().key(slot);
                if let Some(asteroid) = key.and_then(|key| world.asteroids().get(key)) {
                    write_asteroid(out, &asteroid.state, world.rules(), world.side());
                }
            });
        }
        let asteroids_bits = bits_since(out);
        if is_news {
            write_removals(out, &held.ores, &gone.ores, &destroyed.ores);
            write_arrivals(out, &mut held.ores, &arrivals.ores, |out, slot, _| {
                if let Some(ore) = history.ores().key(slot).and_then(|key| world.ores().get(key)) {
                    write_ore(out, ore, now, world.rules(), world.side());
                }
            });
        }
        let bits = (asteroids_bits, bits_since(out));
        tally.spend(SnapshotPart::Asteroids, bits.0, held.asteroids.len());
        tally.spend(SnapshotPart::Ores, bits.1, held.ores.len());
        let before_own = out.len_bits();
        self.write_own(world, order.player, has_fired, ticks, &mut space.own, out);
        tally.spend(SnapshotPart::Own, out.len_bits() - before_own, 1);
        out.finish();
        self.tick = Some(now);
        // One client in so many does to tell how old things are.
        let turn = now.0.wrapping_add(u32::from(order.player.0));
        if is_planned && turn.is_multiple_of(AGES_SAMPLING) {
            let (visible, view, player) = (&space.visible, &*self, order.player);
            Situation { world, history, visible, view, player, ticks, late_update_bits }
                .count_ages(&mut space.ages);
        }
        tally
    }

    /// The ticks that a delta spans, 0 if there can be none.
    fn delta_ticks(&self, ticks: u32, now: Tick, history: &History) -> u32 {
        // What flies by itself is predicted with one side: a change over several ticks needs a fresh start.
        let is_possible = ticks == 1
            || (2..HISTORY_TICKS).contains(&ticks) && history.has_same_side_since(now.minus(ticks));
        if is_possible { ticks } else { 0 }
    }

    /// Finds what the client holds and is to lose, and takes it out.
    fn find_gone(&mut self, now: Tick, ticks: u32, history: &History, space: &mut Workspace) {
        let Workspace { visible, gone, destroyed, .. } = space;
        let held = &mut self.held;
        let lose =
            |held: &mut SlotSet, visible: &SlotSet, gone: &mut SlotSet, destroyed: &SlotSet| {
                gone.assign_without(held, visible);
                gone.insert_all(destroyed);
                held.remove_all(gone);
            };
        find_destroyed(history.ships(), now, ticks, &mut held.ships, &mut destroyed.ships);
        lose(&mut held.ships, &visible.ships, &mut gone.ships, &destroyed.ships);
        // A ship that waited until its past was forgotten, because the client took nothing for long, comes anew.
        let baseline = self.tick.unwrap_or_default();
        self.waiting.for_each_forgotten(now, baseline, |slot| {
            if held.ships.remove(slot) {
                gone.ships.insert(slot);
            }
        });
        self.waiting.remove_all(&gone.ships);
        find_destroyed(history.shots(), now, ticks, &mut held.shots, &mut destroyed.shots);
        lose(&mut held.shots, &visible.shots, &mut gone.shots, &destroyed.shots);
        find_destroyed(
            history.asteroids(),
            now,
            ticks,
            &mut held.asteroids,
            &mut destroyed.asteroids,
        );
        lose(&mut held.asteroids, &visible.asteroids, &mut gone.asteroids, &destroyed.asteroids);
        find_destroyed(history.ores(), now, ticks, &mut held.ores, &mut destroyed.ores);
        lose(&mut held.ores, &visible.ores, &mut gone.ores, &destroyed.ores);
    }

    fn write_header(
        &mut self,
        world: &World,
        ticks: u32,
        margin: i8,
        has_waited: bool,
        history: &History,
        out: &mut BitWriter,
    ) {
        let margin = margin.clamp(-64, 63);
        let is_new_margin = margin != self.margin;
        let is_new_side = ticks == 0 || !history.has_same_side_since(world.tick().minus(ticks));
        match ticks {
            0 => {
                out.write(KIND_FULL, KIND_BITS);
                out.write(u64::from(world.tick().0), 32);
            }
            _ => {
                out.write(KIND_DELTA, KIND_BITS);
                let is_plain = ticks == 1 && !is_new_margin && !is_new_side && !has_waited;
                out.write_bool(!is_plain);
                if is_plain {
                    return;
                }
                out.write_golomb(ticks - 1, 0);
                out.write_bool(has_waited);
            }
        }
        out.write_bool(is_new_margin);
        if is_new_margin {
            out.write(u64::from(margin as u8 & 0x7f), MARGIN_BITS);
        }
        self.margin = margin;
        if ticks > 0 {
            out.write_bool(is_new_side);
        }
        if is_new_side {
            out.write(u64::from(world.side().to_bits()), 32);
        }
    }

    /// Returns whether the client sees its own ship fire.
    fn write_shot_arrivals(
        &mut self,
        world: &World,
        player: PlayerId,
        arrivals: &SlotSet,
        history: &History,
        out: &mut BitWriter,
    ) -> bool {
        let mut has_fired = false;
        let (ships, waiting) = (&self.held.ships, self.waiting.ships());
        let ships_len = ships.len() as u32;
        let (now, rules, side) = (world.tick(), world.rules(), world.side());
        write_arrivals(out, &mut self.held.shots, arrivals, |out, slot, _| {
            let shot = history.shots().key(slot).and_then(|key| world.shots().get(key));
            let Some(shot) = shot else { return };
            let is_exact = |ship: &Slot| ships.contains(*ship) && !waiting.contains(*ship);
            let ship = history.shot_glance(slot).birth.filter(is_exact);
            out.write_bool(ship.is_some());
            if let Some(ship) = ship {
                out.write_below(ships.rank(ship) as u32, ships_len);
                has_fired |= shot.state.shooter == player;
                return;
            }
            let ship = Some(slot_of(shot.ship)).filter(is_exact);
            let ship = ship.zip(world.ships().get(shot.ship));
            let ship = ship.filter(|(_, ship)| is_shot_of(&shot.state, &ship.state, now, rules));
            out.write_bool(ship.is_some());
            match ship {
                Some((slot, ship)) => {
                    out.write_below(ships.rank(slot) as u32, ships_len);
                    write_shot_of(out, &shot.state, &ship.state, now, rules, side);
                }
                None => write_shot(out, &shot.state, now, rules, side),
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
        write_own(out, &self.own, own);
        // Both are filled in again without an allocation.
        std::mem::swap(&mut self.own, own);
    }
}
