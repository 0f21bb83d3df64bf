//! What comes, goes and is hurt among what a client holds of a kind, each with its place in the list.

use slotmap::Key;

use super::COUNT_ORDER;
use super::bits::BitWriter;
use super::history::History;
use super::parts::{gap_order, write_hit_points};
use super::roster::Roster;
use super::slots::{Slot, SlotSet};
use crate::sim::World;
use crate::units::Tick;

/// Finds which of the held entities were destroyed in the `ticks` up to `now`. Those whose time is over both
/// ends drop without a word: they are taken out here.
pub(super) fn find_destroyed<K: Key>(
    roster: &Roster<K>,
    now: Tick,
    ticks: u32,
    held: &mut SlotSet,
    destroyed: &mut SlotSet,
) {
    destroyed.clear();
    // Most clients lose nothing in a tick, and that is quickly told.
    if ticks == 1 && !held.meets(roster.ended_now()) {
        return;
    }
    for ended in roster.ended_in(now, ticks) {
        // Who came into the slot after the one that is held was never held.
        if !held.contains(ended.slot) || destroyed.contains(ended.slot) {
            continue;
        }
        if ended.expires <= now {
            held.remove(ended.slot);
        } else {
            destroyed.insert(ended.slot);
        }
    }
}

/// Writes which entities a client loses, with whether each was destroyed.
pub(super) fn write_removals(
    out: &mut BitWriter,
    kept: &SlotSet,
    gone: &SlotSet,
    destroyed: &SlotSet,
) {
    let count = gone.len();
    out.write_golomb(count as u32, COUNT_ORDER);
    if count == 0 {
        return;
    }
    let order = gap_order(kept.len() + count, count);
    let mut before = 0;
    for slot in gone.iter() {
        let rank = kept.rank(slot);
        out.write_golomb((rank - before) as u32, order);
        out.write_bool(destroyed.contains(slot));
        before = rank;
    }
}

/// Writes those of `arrivals` that are not held yet, each with its place in the list, and takes them as
/// held. `write` is told which one will be in front of each.
pub(super) fn write_arrivals(
    out: &mut BitWriter,
    held: &mut SlotSet,
    arrivals: &SlotSet,
    mut write: impl FnMut(&mut BitWriter, Slot, Option<Slot>),
) {
    let count = arrivals.len_without(held);
    out.write_golomb(count as u32, COUNT_ORDER);
    if count == 0 {
        return;
    }
    let held_count = held.len();
    let order = gap_order(held_count, count);
    let mut before = 0;
    let mut last = None;
    for slot in arrivals.without(held) {
        if held_count > 0 {
            let rank = held.rank(slot);
            out.write_golomb((rank - before) as u32, order);
            before = rank;
        }
        write(out, slot, last.max(held.last_below(slot)));
        last = Some(slot);
    }
    held.insert_all(arrivals);
}

/// The held asteroids that lost hit points after the tick `since`, each with its place in the list.
fn damaged<'a>(
    held: &'a SlotSet,
    world: &'a World,
    history: &'a History,
    since: Tick,
) -> impl Iterator<Item = (usize, u16)> + 'a {
    held.iter().enumerate().filter_map(move |(place, slot)| {
        let asteroid = world.asteroids().get(history.asteroids().key(slot)?)?;
        (asteroid.damaged > since).then_some((place, asteroid.state.hit_points))
    })
}

/// Whether there are any; of the last tick that is known without a look at each.
pub(super) fn is_any_damaged(
    held: &SlotSet,
    world: &World,
    history: &History,
    since: Tick,
) -> bool {
    match since.next() == world.tick() {
        true => held.meets(history.damaged_now()),
        false => damaged(held, world, history, since).next().is_some(),
    }
}

/// Writes which of the held asteroids lost hit points after the tick `since`.
pub(super) fn write_damage(
    out: &mut BitWriter,
    held: &SlotSet,
    world: &World,
    history: &History,
    since: Tick,
) {
    let count = damaged(held, world, history, since).count();
    out.write_golomb(count as u32, COUNT_ORDER);
    let order = gap_order(if count == 0 { 0 } else { held.len() }, count);
    let mut next = 0;
    for (place, hit_points) in damaged(held, world, history, since) {
        out.write_golomb((place - next) as u32, order);
        write_hit_points(out, hit_points);
        next = place + 1;
    }
}
