//! Pilots in a tick: they take and give up seats, lose their ships, and return.

use glam::Vec2;

use crate::sim::entities::{Owned, Ship, ShipKey, ShipState, Trail};
use crate::sim::world::{Event, Pilot, World};
use crate::units::{Angle, Controls, HullId, PlayerId, Thrust, ViewLag, snap_position};

/// Places tried for a ship before a crowded one is taken.
const PLACEMENT_TRIES: u32 = 12;
/// Free distance around the place of a returning ship, in its radii.
const PLACEMENT_RADII: f32 = 6.0;
/// The same to walls, which stand still.
const WALL_RADII: f32 = 2.0;

impl World {
    pub(super) fn join(&mut self, player: PlayerId) {
        if self.state.pilots.get(player).is_some() {
            return;
        }
        self.state.pilots.insert(Pilot {
            player,
            ship: None,
            respawn_ticks: 0,
            last_position: Vec2::ZERO,
            hull: HullId(0),
            fit: self.rules.hull(HullId(0)).fit,
            owned: Owned::default(),
            credits: 0,
            score: 0,
            kills: 0,
            deaths: 0,
        });
        self.state.side = self.rules.side(self.state.pilots.count());
        self.launch(player);
    }

    pub(super) fn leave(&mut self, player: PlayerId, events: &mut Vec<Event>) {
        let Some(pilot) = self.state.pilots.remove(player) else { return };
        if let Some(ship) = pilot.ship.and_then(|key| self.state.ships.remove(key)) {
            self.drop_cargo(&ship, events);
        }
    }

    /// Counts down to the returns of pilots without a ship, and launches the ships that are due.
    pub(super) fn step_returns(&mut self) {
        let mut due = Vec::new();
        for pilot in self.state.pilots.iter_mut().filter(|pilot| pilot.ship.is_none()) {
            pilot.respawn_ticks = pilot.respawn_ticks.saturating_sub(1);
            if pilot.respawn_ticks == 0 {
                due.push(pilot.player);
            }
        }
        for player in due {
            self.launch(player);
        }
    }

    fn launch(&mut self, player: PlayerId) {
        let pilot = self.state.pilots.get(player).map(|pilot| (pilot.hull, pilot.fit));
        let Some((hull, fit)) = pilot else { return };
        let (position, aim) = self.place_for_ship(self.rules.hull(hull).radius);
        let rules = self.rules.hull(hull);
        let protection = self.rules.mode.spawn_protection_seconds * f32::from(self.rules.tick_hz);
        let ship = Ship {
            state: ShipState {
                player,
                hull,
                fit,
                position,
                velocity: Vec2::ZERO,
                aim,
                aim_rate: 0,
                thrust: Thrust::NONE,
                boosting: false,
                protected: protection >= 1.0 || self.rules.is_safe(position),
                hit_points: rules.hit_points,
                shield: self.rules.shield(&fit).most,
                shield_wait: 0,
                gate_ticks: 0,
            },
            controls: Controls { aim, ..Controls::default() },
            boost_charge: rules.boost_charge_max,
            gun_cooldown: 0,
            energy: self.rules.energy(hull, &fit).most,
            protection_ticks: protection as u16,
            hold: vec![0; self.rules.content.ores.len()],
            view_lag: ViewLag::default(),
            trail: Trail::default(),
        };
        let key = self.state.ships.insert(ship);
        if let Some(pilot) = self.state.pilots.get_mut(player) {
            pilot.ship = Some(key);
            pilot.last_position = position;
        }
    }

    /// A place with room around it: in a spawn zone if there is one, else near a station if there is one, else anywhere.
    fn place_for_ship(&mut self, radius: f32) -> (Vec2, Angle) {
        let rules = self.rules.clone();
        let (zones, stations) = (&rules.sector.spawn_zones, &rules.sector.stations);
        let mut place = (Vec2::ZERO, Angle::default());
        for _ in 0..PLACEMENT_TRIES {
            let rng = &mut self.state.rng;
            let direction = rng.angle();
            let any = if zones.is_empty() { stations.len() } else { zones.len() };
            let any = if any > 0 { rng.below(any as u32) as usize } else { 0 };
            let position = if let Some(zone) = zones.get(any) {
                rng.in_area(&zone.area)
            } else if let Some(station) = stations.get(any) {
                let distance = rng.range(station.radius * 0.5, station.dock_radius);
                station.position + direction.direction() * distance
            } else {
                rng.in_square(self.state.side / 2.0 - radius)
            };
            place = (position, direction);
            let mut is_free = true;
            let reach = radius * PLACEMENT_RADII;
            self.ship_cells.for_each_near(place.0, reach, |_| is_free = false);
            self.asteroid_cells.for_each_near(place.0, reach, |_| is_free = false);
            is_free &= !rules.walls.overlaps(place.0, radius * WALL_RADII);
            is_free &= !rules.gates.overlaps(place.0, radius);
            if is_free {
                break;
            }
        }
        let free = rules.walls.push_out(snap_position(place.0), radius, self.state.side / 2.0);
        (snap_position(free), place.1)
    }

    /// Removes a ship after a kill: its cargo floats, its pilot waits, the killer scores.
    pub(super) fn destroy_ship(&mut self, key: ShipKey, killer: PlayerId, events: &mut Vec<Event>) {
        let Some(ship) = self.state.ships.remove(key) else { return };
        self.drop_cargo(&ship, events);
        let respawn_ticks = self.rules.ticks(self.rules.mode.respawn_seconds);
        if let Some(pilot) = self.state.pilots.get_mut(ship.state.player) {
            pilot.ship = None;
            pilot.respawn_ticks = respawn_ticks;
            pilot.last_position = ship.state.position;
            pilot.deaths = pilot.deaths.saturating_add(1);
        }
        self.state.wrecks.add(ship, self.state.tick);
        let kill_score = self.rules.mode.kill_score;
        if let Some(pilot) = self.state.pilots.get_mut(killer) {
            pilot.kills = pilot.kills.saturating_add(1);
            pilot.score = pilot.score.saturating_add(kill_score);
        }
    }
}
