//! The server's record of a client's state, for comparison with what the client actually holds.

use super::ClientView;
use crate::sim::{ShipState, World, fly_on};
use crate::snapshot::Held;
use crate::snapshot::history::{History, Source};
use crate::snapshot::sets::Slot;

impl ClientView {
    /// Everything that the client holds as of its last snapshot, which must be of the world's current tick; `None` if
    /// it is not. This takes much longer than a snapshot, so it is done once per second, for clients that asked for
    /// it.
    pub fn held_by_client(&self, world: &World, history: &History) -> Option<Held> {
        let tick = self.tick.filter(|tick| *tick == world.tick())?;
        let (held, source) = (&self.held, Source { world, history });
        let shots = held.shots.iter().filter_map(|slot| source.shot(slot));
        let asteroids = held.asteroids.iter().filter_map(|slot| source.asteroid(slot));
        Some(Held {
            tick,
            margin: self.margin,
            side: world.side(),
            own: self.own.clone(),
            ships: held.ships.iter().filter_map(|slot| self.ship_held(source, slot)).collect(),
            shots: shots.map(|shot| shot.state).collect(),
            asteroids: asteroids.map(|asteroid| asteroid.state).collect(),
            ores: held.ores.iter().filter_map(|slot| source.ore(slot).copied()).collect(),
        })
    }

    /// A ship's exact state, or, if it waits for an update, its state as extrapolated by the client since the last
    /// one.
    fn ship_held(&self, source: Source<'_>, slot: Slot) -> Option<ShipState> {
        let Source { world, history } = source;
        if !self.waiting.ships().contains(slot) {
            return Some(source.ship(slot)?.state);
        }
        let now = world.tick();
        let mut at = self.waiting.since(slot, now);
        let mut ship = *history.ship_at(at, history.rosters().ships.key(slot)?)?;
        while at != now {
            at = at.next();
            fly_on(&mut ship, world.rules(), history.side_at(at)?);
        }
        Some(ship)
    }
}
