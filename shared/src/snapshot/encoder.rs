//! The server's half: what a client holds, and the bits that bring it up to date.
//!
//! ```text
//! World --> History (states of past ticks, bits of this one) --+
//! Visible (interest) -------------------------------------------+--> ClientView::encode --> bytes
//! ```
//!
//! A client's baseline is the last snapshot handed to its socket, which is ordered and reliable. The
//! bits of a ship from one tick to the next are the same for every client whose baseline is the tick
//! before: they are made once per tick and copied.

use slotmap::{Key, SecondaryMap};

use super::bits::BitWriter;
use super::own::{predict_own, write_own};
use super::parts::{
    write_asteroid, write_hit_points, write_ore, write_ship, write_ship_update, write_shot,
};
use super::tally::{SnapshotPart, SnapshotTally};
use super::{COUNT_ORDER, GAP_ORDER, INDEX_ORDER, KIND_BITS, KIND_DELTA, KIND_FULL, MARGIN_BITS};
use crate::limits::HISTORY_TICKS;
use crate::sim::{AsteroidKey, OreKey, OwnState, ShipKey, ShipState, ShotKey, World, muzzle};
use crate::units::{PlayerId, Tick};

/// What one client may see in this tick, found by interest. Each list in ascending order of keys.
#[derive(Clone, Debug, Default)]
pub struct Visible {
    /// Ships; the client's own always among them.
    pub ships: Vec<ShipKey>,
    /// Shots.
    pub shots: Vec<ShotKey>,
    /// Asteroids.
    pub asteroids: Vec<AsteroidKey>,
    /// Ore.
    pub ores: Vec<OreKey>,
}

/// What a room remembers to write deltas: ship states of past ticks, and this tick's bits.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Ring of states by tick.
    ships: Vec<(Tick, SecondaryMap<ShipKey, ShipState>)>,
    sides: Vec<(Tick, f32)>,
    pool: BitWriter,
    /// Range of each ship's update of this tick against the tick before, in the finished pool.
    updates: SecondaryMap<ShipKey, (u32, u32)>,
    pool_bytes: Vec<u8>,
}

impl History {
    /// Takes in the state after a step, and writes every ship's update of this tick.
    pub fn record(&mut self, world: &World) {
        let tick = world.tick();
        let slot = tick.0 as usize % HISTORY_TICKS as usize;
        while self.ships.len() <= slot {
            self.ships.push((Tick(0), SecondaryMap::new()));
            self.sides.push((Tick(0), 0.0));
        }
        self.sides[slot] = (tick, world.side());
        let (at, states) = &mut self.ships[slot];
        *at = tick;
        states.clear();
        states.set_capacity(world.ships().capacity());
        for (key, ship) in world.ships() {
            states.insert(key, ship.state);
        }
        self.pool.clear();
        self.updates.clear();
        for (key, ship) in world.ships() {
            let Some(base) = self.ship_at(tick.minus(1), key) else { continue };
            let base = *base;
            let start = self.pool.len_bits();
            write_ship_update(&mut self.pool, &base, &ship.state, 1, world.rules(), world.side());
            self.updates.insert(key, (start as u32, (self.pool.len_bits() - start) as u32));
        }
        self.pool_bytes.clear();
        self.pool_bytes.extend_from_slice(self.pool.finish());
    }

    fn ship_at(&self, tick: Tick, key: ShipKey) -> Option<&ShipState> {
        let (at, states) = self.ships.get(tick.0 as usize % HISTORY_TICKS as usize)?;
        if *at == tick { states.get(key) } else { None }
    }

    fn side_at(&self, tick: Tick) -> Option<f32> {
        let (at, side) = self.sides.get(tick.0 as usize % HISTORY_TICKS as usize)?;
        (*at == tick).then_some(*side)
    }
}

/// What one client holds, as the server knows it: the baseline of its next snapshot.
#[derive(Clone, Debug, Default)]
pub struct ClientView {
    /// The tick of the last snapshot, `None` before the first.
    tick: Option<Tick>,
    margin: i8,
    own: OwnState,
    ships: Vec<ShipKey>,
    shots: Vec<(ShotKey, Tick)>,
    asteroids: Vec<AsteroidKey>,
    ores: Vec<(OreKey, Tick)>,
    scratch: Scratch,
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

    /// Ships that the client holds, for the hysteresis of interest.
    pub fn ships(&self) -> &[ShipKey] {
        &self.ships
    }

    /// Shots that the client holds.
    pub fn shots(&self) -> impl Iterator<Item = ShotKey> {
        self.shots.iter().map(|(key, _)| *key)
    }

    /// Asteroids that the client holds.
    pub fn asteroids(&self) -> &[AsteroidKey] {
        &self.asteroids
    }

    /// Ore that the client holds.
    pub fn ores(&self) -> impl Iterator<Item = OreKey> {
        self.ores.iter().map(|(key, _)| *key)
    }

    /// Entities that the client holds, its own ship included.
    pub fn entities(&self) -> usize {
        self.ships.len() + self.shots.len() + self.asteroids.len() + self.ores.len()
    }

    /// Writes the snapshot of the world's present tick into `out`, which is cleared first, and takes it
    /// as the next baseline. Full for a new client and for one that lags too far, else a delta.
    ///
    /// `margin` is how many ticks before its use the newest input command arrived, negative when late.
    /// Returns where the bits went.
    pub fn encode(
        &mut self,
        world: &World,
        history: &History,
        player: PlayerId,
        margin: i8,
        visible: &Visible,
        out: &mut BitWriter,
    ) -> SnapshotTally {
        let now = world.tick();
        let delta_ticks = self.tick.map(|tick| now.since(tick)).filter(|ticks| {
            // What flies by itself is predicted with one side: a change over several ticks needs a fresh start.
            *ticks == 1
                || (2..HISTORY_TICKS).contains(ticks)
                    && history.side_at(now.minus(*ticks)) == Some(world.side())
        });
        out.clear();
        match delta_ticks {
            Some(ticks) => {
                out.write(KIND_DELTA, KIND_BITS);
                out.write_golomb(ticks - 1, 0);
            }
            None => {
                self.reset();
                out.write(KIND_FULL, KIND_BITS);
                out.write(u64::from(now.0), 32);
            }
        }
        self.write_margin(margin, out);
        let is_same_side = delta_ticks
            .is_some_and(|ticks| history.side_at(now.minus(ticks)) == Some(world.side()));
        out.write_bool(!is_same_side);
        if !is_same_side {
            out.write(u64::from(world.side().to_bits()), 32);
        }
        let ticks = delta_ticks.unwrap_or(0);
        let mut tally = SnapshotTally::default();
        let mut start = 0;
        let mut bits_since = |out: &BitWriter| {
            let bits = out.len_bits() - start;
            start = out.len_bits();
            bits
        };
        tally.spend(SnapshotPart::Header, bits_since(out), 1);
        self.write_ship_removals(world, visible, out);
        let removals_bits = bits_since(out);
        self.write_ship_updates(world, history, ticks, out);
        tally.spend(SnapshotPart::ShipUpdates, bits_since(out), self.ships.len());
        self.write_ship_arrivals(world, visible, out);
        let bits = removals_bits + bits_since(out);
        tally.spend(SnapshotPart::ShipArrivals, bits, self.ships.len());
        let has_fired = self.write_shots(world, player, visible, out);
        tally.spend(SnapshotPart::Shots, bits_since(out), self.shots.len());
        self.write_asteroids(world, ticks, visible, out);
        tally.spend(SnapshotPart::Asteroids, bits_since(out), self.asteroids.len());
        self.write_ores(world, visible, out);
        tally.spend(SnapshotPart::Ores, bits_since(out), self.ores.len());
        self.write_own(world, player, has_fired, ticks, out);
        tally.spend(SnapshotPart::Own, bits_since(out), 1);
        self.tick = Some(now);
        tally
    }

    fn write_margin(&mut self, margin: i8, out: &mut BitWriter) {
        let margin = margin.clamp(-64, 63);
        out.write_bool(margin != self.margin);
        if margin != self.margin {
            out.write(u64::from(margin as u8 & 0x7f), MARGIN_BITS);
        }
        self.margin = margin;
    }

    fn write_ship_removals(&mut self, world: &World, visible: &Visible, out: &mut BitWriter) {
        let ships = &mut self.ships;
        let is_destroyed = |key| !world.ships().contains_key(key);
        self.scratch.write_removals(out, ships, |key| *key, &visible.ships, is_destroyed);
    }

    fn write_ship_updates(
        &self,
        world: &World,
        history: &History,
        ticks: u32,
        out: &mut BitWriter,
    ) {
        for key in &self.ships {
            if ticks == 1
                && let Some((start, count)) = history.updates.get(*key)
            {
                out.copy_bits(&history.pool_bytes, *start as usize, *count as usize);
            } else if let (Some(base), Some(ship)) =
                (history.ship_at(world.tick().minus(ticks), *key), world.ships().get(*key))
            {
                let (rules, side) = (world.rules(), world.side());
                write_ship_update(out, base, &ship.state, ticks, rules, side);
            }
        }
    }

    fn write_ship_arrivals(&mut self, world: &World, visible: &Visible, out: &mut BitWriter) {
        out.write_golomb(self.scratch.news_len(), COUNT_ORDER);
        for key in self.scratch.news(&visible.ships) {
            if let Some(ship) = world.ships().get(key) {
                write_ship(out, &ship.state, world.side());
                self.ships.push(key);
            }
        }
    }

    /// Returns whether the client sees its own ship fire.
    fn write_shots(
        &mut self,
        world: &World,
        player: PlayerId,
        visible: &Visible,
        out: &mut BitWriter,
    ) -> bool {
        let now = world.tick();
        // Both ends know when a shot fades.
        self.shots.retain(|(_, expires)| *expires > now);
        // Flying on out of view would cost nothing, but the end of a shot would tell of what it hit there.
        let shots = &mut self.shots;
        let is_destroyed = |key| !world.shots().contains_key(key);
        self.scratch.write_removals(out, shots, |(key, _)| *key, &visible.shots, is_destroyed);
        out.write_golomb(self.scratch.news_len(), COUNT_ORDER);
        let mut has_fired = false;
        for key in self.scratch.news(&visible.shots) {
            let Some(shot) = world.shots().get(key) else { continue };
            let muzzle_index = (shot.fired == now).then_some(shot.ship).and_then(|ship_key| {
                let ship = world.ships().get(ship_key)?;
                let is_exact = muzzle(&ship.state, world.rules(), now) == shot.state;
                if is_exact { self.ships.iter().position(|key| *key == ship_key) } else { None }
            });
            out.write_bool(muzzle_index.is_some());
            match muzzle_index {
                Some(index) => {
                    out.write_golomb(index as u32, INDEX_ORDER);
                    has_fired |= shot.state.shooter == player;
                }
                None => write_shot(out, &shot.state, now, world.side()),
            }
            self.shots.push((key, shot.state.expires));
        }
        has_fired
    }

    fn write_asteroids(
        &mut self,
        world: &World,
        ticks: u32,
        visible: &Visible,
        out: &mut BitWriter,
    ) {
        let asteroids = &mut self.asteroids;
        let is_destroyed = |key| !world.asteroids().contains_key(key);
        self.scratch.write_removals(out, asteroids, |key| *key, &visible.asteroids, is_destroyed);
        let since = world.tick().minus(ticks);
        let damaged = || {
            self.asteroids.iter().enumerate().filter_map(|(index, key)| {
                let asteroid = world.asteroids().get(*key)?;
                (asteroid.damaged > since).then_some((index, asteroid.state.hit_points))
            })
        };
        out.write_golomb(damaged().count() as u32, COUNT_ORDER);
        let mut next = 0;
        for (index, hit_points) in damaged() {
            out.write_golomb((index - next) as u32, GAP_ORDER);
            write_hit_points(out, hit_points);
            next = index + 1;
        }
        out.write_golomb(self.scratch.news_len(), COUNT_ORDER);
        for key in self.scratch.news(&visible.asteroids) {
            if let Some(asteroid) = world.asteroids().get(key) {
                write_asteroid(out, &asteroid.state, world.side());
                self.asteroids.push(key);
            }
        }
    }

    fn write_ores(&mut self, world: &World, visible: &Visible, out: &mut BitWriter) {
        let now = world.tick();
        self.ores.retain(|(_, expires)| *expires > now);
        let ores = &mut self.ores;
        let is_destroyed = |key| !world.ores().contains_key(key);
        self.scratch.write_removals(out, ores, |(key, _)| *key, &visible.ores, is_destroyed);
        out.write_golomb(self.scratch.news_len(), COUNT_ORDER);
        for key in self.scratch.news(&visible.ores) {
            if let Some(ore) = world.ores().get(key) {
                write_ore(out, ore, now, world.side());
                self.ores.push((key, ore.expires));
            }
        }
    }

    fn write_own(
        &mut self,
        world: &World,
        player: PlayerId,
        has_fired: bool,
        ticks: u32,
        out: &mut BitWriter,
    ) {
        let own = world.own_state(player).unwrap_or_default();
        let key = world.pilot(player).and_then(|pilot| pilot.ship);
        let ship = key.and_then(|key| world.ships().get(key)).map(|ship| &ship.state);
        let expected = predict_own(&self.own, ship, has_fired, ticks, world.rules());
        write_own(out, &expected, &own);
        self.own = own;
    }
}

/// What was found out about one kind of entity, kept to be used again.
#[derive(Clone, Debug, Default)]
struct Scratch {
    /// For each visible entity, whether the client holds it.
    is_known: Vec<bool>,
    /// For each held entity, whether it is visible.
    is_kept: Vec<bool>,
}

impl Scratch {
    /// Writes which of the `held` entities are not `visible` any more, with whether each was destroyed, and
    /// takes them out. The order of the rest stays.
    fn write_removals<T, K: Key>(
        &mut self,
        out: &mut BitWriter,
        held: &mut Vec<T>,
        key: impl Fn(&T) -> K,
        visible: &[K],
        is_destroyed: impl Fn(K) -> bool,
    ) {
        self.is_known.clear();
        self.is_known.resize(visible.len(), false);
        self.is_kept.clear();
        for entry in held.iter() {
            let found = visible.binary_search(&key(entry));
            self.is_kept.push(found.is_ok());
            if let Ok(index) = found {
                self.is_known[index] = true;
            }
        }
        let removed = self.is_kept.iter().filter(|is_kept| !**is_kept).count();
        out.write_golomb(removed as u32, COUNT_ORDER);
        if removed == 0 {
            return;
        }
        let mut gap = 0;
        let mut is_kept = self.is_kept.iter();
        held.retain(|entry| {
            // As many as are held: they were just looked at one by one.
            let keep = *is_kept.next().unwrap_or(&true);
            if keep {
                gap += 1;
            } else {
                out.write_golomb(gap, GAP_ORDER);
                out.write_bool(is_destroyed(key(entry)));
                gap = 0;
            }
            keep
        });
    }

    /// How many of the visible entities are not held yet.
    fn news_len(&self) -> u32 {
        self.is_known.iter().filter(|is_known| !**is_known).count() as u32
    }

    /// Those entities, in order of keys.
    fn news<'a, K: Key>(&'a self, visible: &'a [K]) -> impl Iterator<Item = K> + 'a {
        let all = visible.iter().zip(&self.is_known);
        all.filter(|(_, is_known)| !**is_known).map(|(key, _)| *key)
    }
}
