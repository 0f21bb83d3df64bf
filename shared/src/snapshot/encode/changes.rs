//! Arrivals, removals and damage among the entities of one kind that a client holds, each with its place in the list.

use crate::snapshot::COUNT_ORDER;
use crate::snapshot::format::parts::{gap_order, hit_points};
use crate::snapshot::history::{Roster, Source};
use crate::snapshot::sets::{Slot, SlotSet};
use crate::units::Tick;
use crate::wire::{BitWriter, NEVER_FAILS};

/// Finds which held entities were destroyed in the `ticks` up to `now`. Entities that have expired are removed from
/// `held` here, because both ends drop them without a message.
pub(crate) fn find_destroyed(
    roster: &Roster,
    now: Tick,
    ticks: u32,
    held: &mut SlotSet,
    destroyed: &mut SlotSet,
) {
    destroyed.clear();
    // Most clients lose nothing in a tick, and this check is cheap.
    if ticks == 1 && !held.meets(roster.ended_now()) {
        return;
    }
    for ended in roster.ended_in(now, ticks) {
        // A later entity in the same slot was never held.
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

/// Writes which entities a client loses, and whether each was destroyed.
pub(crate) fn write_removals(
    out: &mut BitWriter,
    kept: &SlotSet,
    gone: &SlotSet,
    destroyed: &SlotSet,
) {
    debug_assert!(!kept.meets(gone), "what a client loses it does not keep");
    debug_assert_eq!(destroyed.len_without(gone), 0, "what is destroyed is gone");
    let count = gone.len();
    out.write_golomb(count as u32, COUNT_ORDER);
    if count == 0 {
        return;
    }
    let order = gap_order(kept.len() + count, count);
    let mut before = 0;
    for slot in gone.iter() {
        let rank = kept.rank(slot);
        debug_assert!(rank >= before, "places come in order");
        out.write_golomb((rank - before) as u32, order);
        out.write_bool(destroyed.contains(slot));
        before = rank;
    }
}

/// Writes the `arrivals` that are not held yet, each with its place in the list, and marks them as held. `write` gets
/// the entity in front of each.
pub(crate) fn write_arrivals(
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
    debug_assert_eq!(
        held.len(),
        held_count + count,
        "the decoder's list grows by what was written"
    );
}

/// The held asteroids that lost hit points after tick `since`, each with its place in the list.
fn damaged<'a>(
    held: &'a SlotSet,
    source: Source<'a>,
    since: Tick,
) -> impl Iterator<Item = (usize, u16)> + 'a {
    held.iter().enumerate().filter_map(move |(place, slot)| {
        let asteroid = source.asteroid(slot)?;
        (asteroid.damaged > since).then_some((place, asteroid.state.hit_points))
    })
}

/// Whether there are any. For the last tick this needs no look at each asteroid.
pub(crate) fn is_any_damaged(held: &SlotSet, source: Source<'_>, since: Tick) -> bool {
    match since.next() == source.world.tick() {
        true => held.meets(source.history.damaged_now()),
        false => damaged(held, source, since).next().is_some(),
    }
}

/// Writes which held asteroids lost hit points after tick `since`.
pub(crate) fn write_damage(out: &mut BitWriter, held: &SlotSet, source: Source<'_>, since: Tick) {
    let count = damaged(held, source, since).count();
    out.write_golomb(count as u32, COUNT_ORDER);
    let order = gap_order(if count == 0 { 0 } else { held.len() }, count);
    let mut next = 0;
    for (place, left) in damaged(held, source, since) {
        out.write_golomb((place - next) as u32, order);
        hit_points(out, left).expect(NEVER_FAILS);
        next = place + 1;
    }
}
