//! The client's half: from snapshots to state. Whatever a snapshot does not mention is as predicted.

use std::sync::Arc;

use glam::Vec2;

use super::budget::{SnapshotPart, SnapshotTally};
use super::format::error::SnapshotError;
use super::format::header::{SnapshotHeader, SnapshotKind};
use super::format::own::{own_state, predict_own};
use super::format::parts::{self, gap_order, hit_points, ship_update};
use super::format::shots::{pellet, read_shot_of, shot};
use super::{COUNT_ORDER, EntityKey, EntityKind, Held, Removal};
use crate::limits::{SECTOR_SIDE_MAX, SECTOR_SIDE_MIN, VISIBLE_PER_KIND_MAX};
use crate::sim::{
    AsteroidState, OreState, OwnState, Rules, ShipState, ShotState, drift, float, fly_shot,
    last_place, shoot,
};
use crate::units::{PlayerId, Tick};
use crate::wire::BitReader;

/// The state that this client holds: the baseline of the next snapshot.
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
    /// An empty decoder.
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

    /// Decodes a snapshot. After an error the state is undefined, so the connection must be closed.
    ///
    /// # Errors
    /// If the bytes are not what a server writes.
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
        read_removals(&mut input, &mut self.ships, &mut self.removals, of_ship)?;
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
        let is_news = input.read_bool()?;
        if is_news {
            self.read_asteroids(&mut input)?;
        }
        self.tally.spend(SnapshotPart::Asteroids, bits_since(&input), self.asteroids.len());
        if is_news {
            self.read_ores(&mut input, now)?;
        }
        self.tally.spend(SnapshotPart::Ores, bits_since(&input), self.ores.len());
        let ship = self.ships.iter().map(|(_, ship)| ship).find(|ship| ship.player == self.player);
        predict_own(&mut self.own, ship, has_fired, ticks, &self.rules);
        own_state(&mut input, &mut self.own, &OwnState::default(), &self.rules)?;
        self.tally.spend(SnapshotPart::Own, bits_since(&input), 1);
        if !input.is_at_end() {
            return Err(SnapshotError::TrailingBits);
        }
        let counts = [self.ships.len(), self.shots.len(), self.asteroids.len(), self.ores.len()];
        assert!(counts.iter().all(|count| *count <= VISIBLE_PER_KIND_MAX), "arrivals are bounded");
        assert!(
            (SECTOR_SIDE_MIN..=SECTOR_SIDE_MAX).contains(&self.side),
            "the header has checked it"
        );
        self.tick = Some(now);
        Ok(())
    }

    /// The tick of a snapshot, and whether it needs nothing before it, without decoding it.
    ///
    /// # Errors
    /// If its header is not what a server writes.
    pub fn peek(&self, bytes: &[u8]) -> Result<(Tick, bool), SnapshotError> {
        let header = SnapshotHeader::read(&mut BitReader::new(bytes))?;
        Ok((header.tick(self.tick)?, matches!(header.kind, SnapshotKind::Full(_))))
    }

    /// Snapshots are written under other rules from the next one on, which must be a full one.
    pub fn set_rules(&mut self, rules: Arc<Rules>) {
        self.rules = rules;
    }

    /// The tick of the last snapshot; `None` before the first.
    pub fn tick(&self) -> Option<Tick> {
        self.tick
    }

    /// The input margin: how many ticks before its use our newest input command arrived; negative when too late.
    pub fn margin(&self) -> i8 {
        self.margin
    }

    /// Side of the sector in units.
    pub fn side(&self) -> f32 {
        self.side
    }

    /// The state of our ship that only we are sent.
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

    /// Bits of all snapshots so far, by part.
    pub fn tally(&self) -> &SnapshotTally {
        &self.tally
    }

    /// The entities that the last snapshot removed.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// Everything that this client holds, for comparison with the server's record; `None` before the first snapshot.
    pub fn held(&self) -> Option<Held> {
        Some(Held {
            tick: self.tick?,
            margin: self.margin,
            side: self.side,
            own: self.own.clone(),
            ships: self.ships.iter().map(|(_, ship)| *ship).collect(),
            shots: self.shots.iter().map(|(_, shot)| *shot).collect(),
            asteroids: self.asteroids.iter().map(|(_, asteroid)| *asteroid).collect(),
            ores: self.ores.iter().map(|(_, ore)| *ore).collect(),
        })
    }

    fn forget(&mut self) {
        self.ships.clear();
        self.shots.clear();
        self.asteroids.clear();
        self.ores.clear();
        self.own = OwnState::default();
        self.margin = 0;
    }

    fn read_ship_updates(
        &mut self,
        input: &mut BitReader<'_>,
        ticks: u32,
        has_waited: bool,
    ) -> Result<(), SnapshotError> {
        for (_, ship) in &mut self.ships {
            let has_waited = has_waited && input.read_bool()?;
            *ship = ship_update(input, ship, ship, ticks, has_waited, &self.rules, self.side)?;
        }
        Ok(())
    }

    fn read_ship_arrivals(&mut self, input: &mut BitReader<'_>) -> Result<(), SnapshotError> {
        let (rules, side) = (&self.rules, self.side);
        read_arrivals(input, &mut self.ships, &mut self.next_key, |input, before| {
            let before = before.map(|ship| ship.player);
            Ok(parts::ship(input, &ShipState::default(), before, rules, side)?)
        })
    }

    /// Returns whether our own ship is seen to fire.
    fn read_shots(
        &mut self,
        input: &mut BitReader<'_>,
        now: Tick,
        ticks: u32,
    ) -> Result<bool, SnapshotError> {
        let (rules, side) = (&self.rules, self.side);
        let baseline = now.minus(ticks);
        let of_ended =
            |shot: &ShotState| (EntityKind::Shot, last_place(shot, rules, side, baseline));
        for (key, shot) in self.shots.extract_if(.., |(_, shot)| shot.ends() <= now) {
            let (kind, position) = of_ended(&shot);
            let destroyed = shot.ends_at_wall();
            self.removals.push(Removal { key, kind, position, destroyed });
        }
        for (_, shot) in &mut self.shots {
            for _ in 0..ticks {
                fly_shot(shot, rules, side);
            }
        }
        read_removals(input, &mut self.shots, &mut self.removals, of_shot)?;
        let (ships, player) = (&self.ships, self.player);
        let mut has_fired = false;
        read_arrivals(input, &mut self.shots, &mut self.next_key, |input, _| {
            let is_born = input.read_bool()?;
            if !is_born && !input.read_bool()? {
                return Ok(shot(input, &ShotState::default(), now, rules, side)?);
            }
            let index = input.read_below(ships.len() as u32)? as usize;
            let missing = SnapshotError::NoSuchEntity(index, ships.len());
            let (_, ship) = ships.get(index).ok_or(missing)?;
            if !is_born {
                return Ok(read_shot_of(input, ship, now, rules, side)?);
            }
            has_fired |= ship.player == player;
            let pellet = pellet(input, 0, ship, rules)?;
            Ok(shoot(ship, rules, now, pellet))
        })?;
        Ok(has_fired)
    }

    /// Asteroids drift and ore floats on; ore that has expired is removed.
    fn move_asteroids_and_ores(&mut self, now: Tick, ticks: u32) {
        let (rules, side) = (&self.rules, self.side);
        for (_, asteroid) in &mut self.asteroids {
            for _ in 0..ticks {
                drift(asteroid, rules, side);
            }
        }
        remove_expired(&mut self.ores, &mut self.removals, |ore| ore.expires <= now, of_ore);
        for (_, ore) in &mut self.ores {
            for _ in 0..ticks {
                float(ore, rules, side);
            }
        }
    }

    fn read_asteroids(&mut self, input: &mut BitReader<'_>) -> Result<(), SnapshotError> {
        let (rules, side) = (&self.rules, self.side);
        read_removals(input, &mut self.asteroids, &mut self.removals, of_asteroid)?;
        let count = read_count(input, 0)?;
        let order = gap_order(if count == 0 { 0 } else { self.asteroids.len() }, count);
        let mut next = 0_usize;
        for _ in 0..count {
            let index = next.saturating_add(input.read_golomb(order)? as usize);
            let missing = SnapshotError::NoSuchEntity(index, self.asteroids.len());
            let (_, asteroid) = self.asteroids.get_mut(index).ok_or(missing)?;
            asteroid.hit_points = hit_points(input, 0)?;
            next = index + 1;
        }
        read_arrivals(input, &mut self.asteroids, &mut self.next_key, |input, _| {
            Ok(parts::asteroid(input, &AsteroidState::default(), rules, side)?)
        })
    }

    fn read_ores(&mut self, input: &mut BitReader<'_>, now: Tick) -> Result<(), SnapshotError> {
        let (rules, side) = (&self.rules, self.side);
        read_removals(input, &mut self.ores, &mut self.removals, of_ore)?;
        read_arrivals(input, &mut self.ores, &mut self.next_key, |input, _| {
            Ok(parts::ore(input, &OreState::default(), now, rules, side)?)
        })
    }
}

/// Reads the number of entities that follow, given how many of the kind are held.
fn read_count(input: &mut BitReader<'_>, held: usize) -> Result<usize, SnapshotError> {
    let count = input.read_golomb(COUNT_ORDER)? as usize;
    match held.saturating_add(count) <= VISIBLE_PER_KIND_MAX {
        true => Ok(count),
        false => Err(SnapshotError::TooManyEntities),
    }
}

/// Kind and position of an entity, for its removal.
type Gone = (EntityKind, Vec2);

fn of_ship(ship: &ShipState) -> Gone {
    (EntityKind::Ship, ship.position)
}

fn of_shot(shot: &ShotState) -> Gone {
    (EntityKind::Shot, shot.position)
}

fn of_asteroid(asteroid: &AsteroidState) -> Gone {
    (EntityKind::Asteroid, asteroid.position)
}

fn of_ore(ore: &OreState) -> Gone {
    (EntityKind::Ore, ore.position)
}

fn remove_expired<T>(
    held: &mut Vec<(EntityKey, T)>,
    removals: &mut Vec<Removal>,
    has_expired: impl Fn(&T) -> bool,
    of: fn(&T) -> Gone,
) {
    for (key, entity) in held.extract_if(.., |(_, entity)| has_expired(entity)) {
        let (kind, position) = of(&entity);
        removals.push(Removal { key, kind, position, destroyed: false });
    }
}

fn read_removals<T>(
    input: &mut BitReader<'_>,
    held: &mut Vec<(EntityKey, T)>,
    removals: &mut Vec<Removal>,
    of: fn(&T) -> Gone,
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
        let destroyed = input.read_bool()?;
        let (key, entity) = held.remove(index);
        let (kind, position) = of(&entity);
        removals.push(Removal { key, kind, position, destroyed });
        from = index;
    }
    Ok(())
}

/// Reads arrivals, each with its place in the list. `read` gets the entity in front of it.
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
        debug_assert!(place <= held.len(), "each arrival has a place in the list");
        let in_front = place.checked_sub(1).and_then(|place| held.get(place));
        let state = read(input, in_front.map(|(_, state)| state))?;
        *next_key = next_key.wrapping_add(1);
        held.insert(place, (EntityKey(*next_key), state));
    }
    Ok(())
}
