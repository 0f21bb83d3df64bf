//! The client's half: snapshots to state. What is not in a snapshot is as predicted.

use std::sync::Arc;

use thiserror::Error;

use super::bits::{BitReader, BitsError};
use super::header::{SnapshotHeader, SnapshotKind};
use super::own::{predict_own, read_own};
use super::parts::{
    gap_order, read_asteroid, read_hit_points, read_ore, read_ship, read_ship_update,
};
use super::shots::{read_shot, read_shot_of};
use super::tally::{SnapshotPart, SnapshotTally};
use super::{COUNT_ORDER, EntityKey, EntityKind, Removal};
use crate::limits::{HISTORY_TICKS, VISIBLE_PER_KIND_MAX};
use crate::sim::{
    AsteroidState, OreState, OwnState, Rules, ShipState, ShotState, drift, float, fly_shot, muzzle,
};
use crate::units::{PlayerId, Tick};

/// Why a snapshot cannot be taken. The connection is of no more use after it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum SnapshotError {
    /// The bits end early or a number is out of range.
    #[error("snapshot: {0}")]
    Bits(#[from] BitsError),
    /// A delta without a baseline.
    #[error("the first snapshot is not a full one")]
    NoBaseline,
    /// More ticks in one delta than a server may write.
    #[error("a delta over {0} ticks; {HISTORY_TICKS} are kept")]
    TooManyTicks(u32),
    /// A place in a list that has no such place.
    #[error("place {0} in a list of {1} entities")]
    NoSuchEntity(usize, usize),
    /// More entities than a client can see.
    #[error("more than {VISIBLE_PER_KIND_MAX} entities of a kind")]
    TooManyEntities,
    /// A side that no sector has.
    #[error("a sector of side {0}")]
    Side(u32),
    /// Bits behind the end.
    #[error("bits are left over behind the snapshot")]
    TrailingBits,
}

/// What this client holds: the baseline of the next snapshot.
#[derive(Clone, Debug)]
pub struct Decoder {
    rules: Arc<Rules>,
    player: PlayerId,
    tick: Option<Tick>,
    margin: i8,
    side: f32,
    own: OwnState,
    ships: Vec<(EntityKey, ShipState)>,
    shots: Vec<(EntityKey, ShotState)>,
    asteroids: Vec<(EntityKey, AsteroidState)>,
    ores: Vec<(EntityKey, OreState)>,
    removals: Vec<Removal>,
    tally: SnapshotTally,
    next_key: u32,
}

impl Decoder {
    /// A decoder that holds nothing yet.
    pub fn new(rules: Arc<Rules>, player: PlayerId) -> Self {
        Decoder {
            rules,
            player,
            tick: None,
            margin: 0,
            side: 0.0,
            own: OwnState::default(),
            ships: Vec::new(),
            shots: Vec::new(),
            asteroids: Vec::new(),
            ores: Vec::new(),
            removals: Vec::new(),
            tally: SnapshotTally::default(),
            next_key: 0,
        }
    }

    /// Takes the bytes of a snapshot. After an error the state is undefined: give up the connection.
    ///
    /// # Errors
    /// What no server writes.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        let mut input = BitReader::new(bytes);
        self.removals.clear();
        let header = SnapshotHeader::read(&mut input)?;
        let now = header.tick(self.tick)?;
        let has_waited = header.has_waited;
        let ticks = match header.kind {
            SnapshotKind::Delta(ticks) => ticks,
            SnapshotKind::Full(_) => {
                self.forget();
                0
            }
        };
        self.margin = header.margin.unwrap_or(self.margin);
        self.side = header.side.unwrap_or(self.side);
        let mut start = 0;
        let mut bits_since = |input: &BitReader<'_>| {
            let bits = input.position_bits() - start;
            start = input.position_bits();
            bits
        };
        self.tally.spend(SnapshotPart::Header, bits_since(&input), 1);
        self.read_ship_removals(&mut input)?;
        let removals_bits = bits_since(&input);
        let updated = self.ships.len();
        self.read_ship_updates(&mut input, ticks, has_waited)?;
        self.tally.spend(SnapshotPart::ShipUpdates, bits_since(&input), updated);
        self.read_ship_arrivals(&mut input)?;
        let bits = removals_bits + bits_since(&input);
        self.tally.spend(SnapshotPart::ShipArrivals, bits, self.ships.len());
        let has_fired = self.read_shots(&mut input, now, ticks)?;
        self.tally.spend(SnapshotPart::Shots, bits_since(&input), self.shots.len());
        self.move_asteroids_and_ores(now, ticks);
        if input.read_bool()? {
            self.read_asteroids(&mut input)?;
            self.tally.spend(SnapshotPart::Asteroids, bits_since(&input), self.asteroids.len());
            self.read_ores(&mut input, now)?;
            self.tally.spend(SnapshotPart::Ores, bits_since(&input), self.ores.len());
        } else {
            self.tally.spend(SnapshotPart::Asteroids, bits_since(&input), self.asteroids.len());
            self.tally.spend(SnapshotPart::Ores, 0, self.ores.len());
        }
        let ship = self.ships.iter().map(|(_, ship)| ship).find(|ship| ship.player == self.player);
        predict_own(&mut self.own, ship, has_fired, ticks, &self.rules);
        read_own(&mut input, &mut self.own, &self.rules)?;
        self.tally.spend(SnapshotPart::Own, bits_since(&input), 1);
        if !input.is_at_end() {
            return Err(SnapshotError::TrailingBits);
        }
        self.tick = Some(now);
        Ok(())
    }

    /// The tick of the last snapshot, `None` before the first.
    pub fn tick(&self) -> Option<Tick> {
        self.tick
    }

    /// How many ticks before its use our newest input command arrived; negative when too late.
    pub fn margin(&self) -> i8 {
        self.margin
    }

    /// Side of the sector.
    pub fn side(&self) -> f32 {
        self.side
    }

    /// What only we know about our ship.
    pub fn own(&self) -> &OwnState {
        &self.own
    }

    /// Ships in view.
    pub fn ships(&self) -> &[(EntityKey, ShipState)] {
        &self.ships
    }

    /// Shots in flight.
    pub fn shots(&self) -> &[(EntityKey, ShotState)] {
        &self.shots
    }

    /// Asteroids in view.
    pub fn asteroids(&self) -> &[(EntityKey, AsteroidState)] {
        &self.asteroids
    }

    /// Ore in view.
    pub fn ores(&self) -> &[(EntityKey, OreState)] {
        &self.ores
    }

    /// Where the bits of all snapshots so far went.
    pub fn tally(&self) -> &SnapshotTally {
        &self.tally
    }

    /// What the last snapshot took away.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    fn forget(&mut self) {
        self.ships.clear();
        self.shots.clear();
        self.asteroids.clear();
        self.ores.clear();
        self.own = OwnState::default();
        self.margin = 0;
    }

    fn read_ship_removals(&mut self, input: &mut BitReader<'_>) -> Result<(), SnapshotError> {
        let removals = &mut self.removals;
        read_removals(input, &mut self.ships, |(key, ship), destroyed| {
            let kind = EntityKind::Ship;
            removals.push(Removal { key: *key, kind, position: ship.position, destroyed });
        })
    }

    fn read_ship_updates(
        &mut self,
        input: &mut BitReader<'_>,
        ticks: u32,
        has_waited: bool,
    ) -> Result<(), SnapshotError> {
        for (_, ship) in &mut self.ships {
            let has_waited = has_waited && input.read_bool()?;
            read_ship_update(input, ship, ticks, has_waited, &self.rules, self.side)?;
        }
        Ok(())
    }

    fn read_ship_arrivals(&mut self, input: &mut BitReader<'_>) -> Result<(), SnapshotError> {
        let (rules, side) = (&self.rules, self.side);
        read_arrivals(input, &mut self.ships, &mut self.next_key, |input, before| {
            let before = before.map(|ship| ship.player);
            Ok(read_ship(input, before, rules, side)?)
        })
    }

    /// Returns whether our own ship was seen to fire.
    fn read_shots(
        &mut self,
        input: &mut BitReader<'_>,
        now: Tick,
        ticks: u32,
    ) -> Result<bool, SnapshotError> {
        let (rules, side, removals) = (&self.rules, self.side, &mut self.removals);
        self.shots.retain(|(key, shot)| {
            let is_flying = shot.expires > now;
            if !is_flying {
                let (kind, position) = (EntityKind::Shot, shot.position);
                removals.push(Removal { key: *key, kind, position, destroyed: false });
            }
            is_flying
        });
        for (_, shot) in &mut self.shots {
            for _ in 0..ticks {
                fly_shot(shot, rules, side);
            }
        }
        read_removals(input, &mut self.shots, |(key, shot), destroyed| {
            let kind = EntityKind::Shot;
            removals.push(Removal { key: *key, kind, position: shot.position, destroyed });
        })?;
        let (ships, player) = (&self.ships, self.player);
        let mut has_fired = false;
        read_arrivals(input, &mut self.shots, &mut self.next_key, |input, _| {
            let is_born = input.read_bool()?;
            if !is_born && !input.read_bool()? {
                return Ok(read_shot(input, now, rules, side)?);
            }
            let index = input.read_below(ships.len() as u32)? as usize;
            let missing = SnapshotError::NoSuchEntity(index, ships.len());
            let (_, ship) = ships.get(index).ok_or(missing)?;
            if !is_born {
                return Ok(read_shot_of(input, ship, now, rules, side)?);
            }
            has_fired |= ship.player == player;
            Ok(muzzle(ship, rules, now))
        })?;
        Ok(has_fired)
    }

    /// Asteroids drift and ore floats on; ore whose time is over is gone.
    fn move_asteroids_and_ores(&mut self, now: Tick, ticks: u32) {
        let (rules, side, removals) = (&self.rules, self.side, &mut self.removals);
        for (_, asteroid) in &mut self.asteroids {
            for _ in 0..ticks {
                drift(asteroid, rules, side);
            }
        }
        self.ores.retain(|(key, ore)| {
            let is_floating = ore.expires > now;
            if !is_floating {
                let (kind, position) = (EntityKind::Ore, ore.position);
                removals.push(Removal { key: *key, kind, position, destroyed: false });
            }
            is_floating
        });
        for (_, ore) in &mut self.ores {
            for _ in 0..ticks {
                float(ore, rules, side);
            }
        }
    }

    fn read_asteroids(&mut self, input: &mut BitReader<'_>) -> Result<(), SnapshotError> {
        let (rules, side, removals) = (&self.rules, self.side, &mut self.removals);
        read_removals(input, &mut self.asteroids, |(key, asteroid), destroyed| {
            let kind = EntityKind::Asteroid;
            removals.push(Removal { key: *key, kind, position: asteroid.position, destroyed });
        })?;
        let count = read_count(input, 0)?;
        let order = gap_order(if count == 0 { 0 } else { self.asteroids.len() }, count);
        let mut next = 0_usize;
        for _ in 0..count {
            let index = next.saturating_add(input.read_golomb(order)? as usize);
            let missing = SnapshotError::NoSuchEntity(index, self.asteroids.len());
            let (_, asteroid) = self.asteroids.get_mut(index).ok_or(missing)?;
            asteroid.hit_points = read_hit_points(input)?;
            next = index + 1;
        }
        read_arrivals(input, &mut self.asteroids, &mut self.next_key, |input, _| {
            Ok(read_asteroid(input, rules, side)?)
        })
    }

    fn read_ores(&mut self, input: &mut BitReader<'_>, now: Tick) -> Result<(), SnapshotError> {
        let (rules, side, removals) = (&self.rules, self.side, &mut self.removals);
        read_removals(input, &mut self.ores, |(key, ore), destroyed| {
            let kind = EntityKind::Ore;
            removals.push(Removal { key: *key, kind, position: ore.position, destroyed });
        })?;
        read_arrivals(input, &mut self.ores, &mut self.next_key, |input, _| {
            Ok(read_ore(input, now, rules, side)?)
        })
    }
}

/// Reads how many entities follow, given how many of the kind are held.
fn read_count(input: &mut BitReader<'_>, held: usize) -> Result<usize, SnapshotError> {
    let count = input.read_golomb(COUNT_ORDER)? as usize;
    match held.saturating_add(count) <= VISIBLE_PER_KIND_MAX {
        true => Ok(count),
        false => Err(SnapshotError::TooManyEntities),
    }
}

fn read_removals<T>(
    input: &mut BitReader<'_>,
    held: &mut Vec<T>,
    mut removed: impl FnMut(&T, bool),
) -> Result<(), SnapshotError> {
    let count = read_count(input, 0)?;
    let order = gap_order(if count == 0 { 0 } else { held.len() }, count);
    let mut from = 0_usize;
    for _ in 0..count {
        let gap = input.read_golomb(order)? as usize;
        let index = from.saturating_add(gap);
        if index >= held.len() {
            return Err(SnapshotError::NoSuchEntity(index, held.len()));
        }
        removed(&held[index], input.read_bool()?);
        held.remove(index);
        from = index;
    }
    Ok(())
}

/// Reads what comes into view, each at its place in the list. `read` is told which one is in front of it.
fn read_arrivals<T>(
    input: &mut BitReader<'_>,
    held: &mut Vec<(EntityKey, T)>,
    next_key: &mut u32,
    mut read: impl FnMut(&mut BitReader<'_>, Option<&T>) -> Result<T, SnapshotError>,
) -> Result<(), SnapshotError> {
    let held_count = held.len();
    let count = read_count(input, held_count)?;
    let order = gap_order(held_count, count);
    let mut before = 0_usize;
    for arrived in 0..count {
        if held_count > 0 {
            before = before.saturating_add(input.read_golomb(order)? as usize);
            if before > held_count {
                return Err(SnapshotError::NoSuchEntity(before, held_count));
            }
        }
        let place = if held_count > 0 { before + arrived } else { arrived };
        let in_front = place.checked_sub(1).and_then(|place| held.get(place));
        let state = read(input, in_front.map(|(_, state)| state))?;
        *next_key = next_key.wrapping_add(1);
        held.insert(place, (EntityKey(*next_key), state));
    }
    Ok(())
}
