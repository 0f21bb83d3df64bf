//! Brings ships up to date one by one, in a crowd: those that had to wait, and others beside them.
//!
//! What a ship takes is written when the first client needs it, and kept for the others of this tick. Threads that
//! make snapshots beside one another each keep their own: what they share, they only read.

use super::bits::BitWriter;
use super::flights::Flights;
use super::history::{History, Span};
use super::late_updates::LateUpdates;
use super::parts::write_ship_update;
use super::slots::Slot;
use crate::sim::{ShipKey, ShipState, World, fly_on};
use crate::units::Tick;

/// The updates of one tick, and what they were made from.
#[derive(Clone, Debug, Default)]
pub(super) struct LateShips {
    now: Option<Tick>,
    updates: LateUpdates,
    flights: Flights,
}

impl LateShips {
    /// Forgets what was written in an earlier tick than the world's.
    pub fn begin(&mut self, world: &World) {
        if self.now.replace(world.tick()) != Some(world.tick()) {
            self.updates.clear(world.ships().capacity() + 1);
            self.flights.retain(|ship| world.ships().contains_key(ship));
        }
    }

    /// Writes what brings a ship over a span to this tick.
    #[inline]
    pub fn write_update(
        &mut self,
        world: &World,
        history: &History,
        slot: Slot,
        span: Span,
        out: &mut BitWriter,
    ) {
        match self.updates.find(world.tick(), span, slot).piece() {
            Some(piece) => out.write_piece(piece),
            None => self.write_rare(world, history, slot, span, out),
        }
    }

    /// The same for an update that is long, or that nobody needed before.
    #[cold]
    fn write_rare(
        &mut self,
        world: &World,
        history: &History,
        slot: Slot,
        span: Span,
        out: &mut BitWriter,
    ) {
        let now = world.tick();
        let mut update = self.updates.find(now, span, slot);
        if update.is_unknown() {
            self.make(world, history, slot, span);
            update = self.updates.find(now, span, slot);
        }
        match update.is_unknown() {
            // A ship that is held and not gone has its past: `delta_ticks` saw to that.
            true => out.write_bool(false),
            false => self.updates.copy(update, out),
        }
    }

    /// Writes an update for all who need it in this tick.
    fn make(&mut self, world: &World, history: &History, slot: Slot, span: Span) -> Option<()> {
        let now = world.tick();
        if span.exact_at == now.minus(1) {
            let (source, start, bits) = history.updates(slot, slot + 1);
            self.updates.write(now, span, slot, |out| out.copy_bits(source, start, bits));
            return Some(());
        }
        let key = history.ships().key(slot)?;
        let state = &world.ships().get(key)?.state;
        let held = self.held(world, history, key, span)?;
        let ticks = now.since(span.baseline);
        let has_waited = span.exact_at != span.baseline;
        let (rules, side) = (world.rules(), world.side());
        self.updates.write(now, span, slot, |bits| {
            write_ship_update(bits, &held, state, ticks, has_waited, rules, side);
        });
        Some(())
    }

    /// About how many bits it takes to bring a ship up to date that has waited.
    pub fn mean_bits(&self) -> usize {
        self.updates.mean_bits()
    }

    /// What a client holds of a ship that it has not been told of since `span.exact_at`.
    fn held(
        &mut self,
        world: &World,
        history: &History,
        key: ShipKey,
        span: Span,
    ) -> Option<ShipState> {
        let (mut at, mut held) = match self.flights.find(key, span) {
            Some(flown) => flown,
            None => (span.exact_at, *history.ship_at(span.exact_at, key)?),
        };
        while at != span.baseline {
            at = at.plus(1);
            fly_on(&mut held, world.rules(), history.side_at(at)?);
        }
        self.flights.keep(key, span, &held);
        Some(held)
    }
}
