//! Updates ships one by one in a crowd: those whose update had to wait, and others among them.
//!
//! An update is written when the first client needs it, and kept for the other clients of this tick. Threads that
//! encode in parallel each keep their own updates; what they share is read-only.

use super::extrapolations::Extrapolations;
use super::update_cache::UpdateCache;
use crate::sim::{ShipKey, ShipState, fly_on};
use crate::snapshot::format::parts::ship_update;
use crate::snapshot::history::{Source, Span};
use crate::snapshot::sets::Slot;
use crate::units::Tick;
use crate::wire::{BitWriter, NEVER_FAILS};

/// The updates of one tick, and the data they are made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct LateShips {
    now: Option<Tick>,
    updates: UpdateCache,
    extrapolations: Extrapolations,
}

impl LateShips {
    /// Drops updates of an earlier tick than the world's.
    pub fn begin(&mut self, Source { world, history }: Source<'_>) {
        if self.now.replace(world.tick()) != Some(world.tick()) {
            self.updates.clear(world.ships().capacity() + 1, history.ticks_kept());
            self.extrapolations.retain(|ship| world.ships().contains_key(ship));
        }
    }

    /// Writes the update that brings a ship over a span to this tick.
    #[inline]
    pub(in crate::snapshot) fn write_update(
        &mut self,
        source: Source<'_>,
        slot: Slot,
        span: Span,
        out: &mut BitWriter,
    ) {
        match self.updates.find(source.world.tick(), span, slot).piece() {
            Some(piece) => out.write_piece(piece),
            None => self.write_rare(source, slot, span, out),
        }
    }

    /// Handles an update that is long or that no client has needed before.
    #[cold]
    fn write_rare(&mut self, source: Source<'_>, slot: Slot, span: Span, out: &mut BitWriter) {
        let now = source.world.tick();
        let mut update = self.updates.find(now, span, slot);
        if update.is_unknown() {
            self.make(source, slot, span);
            update = self.updates.find(now, span, slot);
        }
        match update.is_unknown() {
            // The past of a ship that is held and exists is still known: `delta_ticks` guarantees it.
            true => out.write_bool(false),
            false => self.updates.copy(update, out),
        }
    }

    /// Makes the update for all clients that need it in this tick.
    fn make(&mut self, source: Source<'_>, slot: Slot, span: Span) -> Option<()> {
        let Source { world, history } = source;
        let now = world.tick();
        if span.exact_at == now.minus(1) {
            let (source, start, bits) = history.updates(slot, slot + 1);
            self.updates.write(now, span, slot, |out| out.copy_bits(source, start, bits));
            return Some(());
        }
        let state = &source.ship(slot)?.state;
        let held = self.held(source, history.rosters().ships.key(slot)?, span)?;
        let ticks = now.since(span.baseline);
        let has_waited = span.exact_at != span.baseline;
        let (rules, side) = (world.rules(), world.side());
        self.updates.write(now, span, slot, |bits| {
            ship_update(bits, &held, state, ticks, has_waited, rules, side).expect(NEVER_FAILS);
        });
        Some(())
    }

    /// Estimated bits to update a ship that has waited.
    pub fn mean_bits(&self) -> usize {
        self.updates.mean_bits()
    }

    /// The state that a client holds of a ship whose last update was of `span.exact_at`.
    fn held(&mut self, source: Source<'_>, key: ShipKey, span: Span) -> Option<ShipState> {
        let Source { world, history } = source;
        let (mut at, mut held) = match self.extrapolations.find(key, span) {
            Some(flown) => flown,
            None => (span.exact_at, *history.ship_at(span.exact_at, key)?),
        };
        while at != span.baseline {
            at = at.plus(1);
            fly_on(&mut held, world.rules(), history.side_at(at)?);
        }
        self.extrapolations.keep(key, span, &held);
        Some(held)
    }
}
