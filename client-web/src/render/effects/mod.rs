//! Visual effects of what happened between two scenes: flashes, sparks, trails, explosions, camera shake.
//!
//! ```text
//! scene before, scene now --> Effects::advance --> particles, flashes of ships and asteroids, trauma
//! ```
//!
//! Events are guessed, because snapshots only contain the current state and the removals. For example, a shot that
//! was not in the scene before means that a gun fired.

mod bursts;
mod particles;
mod ships;

pub use particles::{Dice, direction};
pub use ships::ShipGlow;

use glam::Vec2;

use driftfield_shared::netcode::{EntityKey, EntityKind, Removal, Scene};
use driftfield_shared::sim::{AsteroidState, OreState, ShipState, ShotState};
use driftfield_shared::units::PlayerId;

use self::bursts::Bursts;
use self::particles::Particles;
use self::ships::Ships;
use super::palette::{self, Rgb};
use super::tables::Tables;
use super::visuals::{Roster, Visuals};
use crate::sorted_map::SortedMap;

/// Time constant of the flash on something that was hit, in seconds.
const FLASH_SECONDS: f32 = 0.07;
/// The same of a gate that a ship passed.
const GATE_FLASH_SECONDS: f32 = 0.25;
/// A new shot further from its shooter than this, in world units, was not just fired.
const MUZZLE_UNITS_MAX: f32 = 320.0;
/// Distance within which a death shakes the camera, in world units.
const SHAKE_UNITS: f32 = 500.0;
/// Distance within which a ship is assumed to have picked up a chunk of ore, in world units.
const TAKER_UNITS: f32 = 90.0;

/// Input of the effects.
pub struct Moment<'a> {
    /// The current scene.
    pub scene: &'a Scene,
    /// Seconds since the previous scene.
    pub seconds: f32,
    /// Figures of the content.
    pub tables: &'a Tables,
    /// Settings and names.
    pub visuals: &'a Visuals<'a>,
    /// Share of the particles that are made, 0..=1.
    pub particle_share: f32,
}

/// The state of all effects.
#[derive(Debug, Default)]
pub struct Effects {
    particles: Particles,
    dice: Dice,
    ships: Ships,
    /// Hit points and flash of each visible asteroid.
    rocks: SortedMap<EntityKey, (u16, f32)>,
    /// Flashes of gates that a ship passed: place and strength.
    gates: Vec<(Vec2, f32)>,
    before: Before,
}

/// The entities of the previous scene, because removals refer to them.
#[derive(Debug, Default)]
struct Before {
    ships: Vec<(EntityKey, ShipState)>,
    shots: Vec<(EntityKey, ShotState)>,
    asteroids: Vec<(EntityKey, AsteroidState)>,
    ores: Vec<(EntityKey, OreState)>,
    shot_keys: SortedMap<EntityKey, ()>,
    any: bool,
}

impl Effects {
    /// Advances to a new scene. Returns the camera trauma that it causes, 0..=1.
    pub fn advance(&mut self, moment: &Moment) -> f32 {
        self.particles.advance(moment.seconds);
        let mut bursts = Bursts {
            particles: &mut self.particles,
            dice: &mut self.dice,
            share: moment.particle_share,
            flash: if moment.visuals.reduced_motion { 0.45 } else { 1.0 },
        };
        let mut trauma = self.ships.advance(moment, &mut bursts);
        if self.before.any {
            fire(moment, &self.before, &mut bursts);
        }
        for removal in moment.scene.removals.iter().filter(|removal| removal.destroyed) {
            trauma += remove(moment, &self.before, removal, &mut bursts);
        }
        self.flash_rocks(moment);
        self.flash_gates(moment);
        self.before.keep(moment.scene);
        trauma
    }

    /// The lights of one ship.
    pub fn ship(&self, player: PlayerId) -> ShipGlow {
        self.ships.glow(player)
    }

    /// Strength of an asteroid's flash after a hit, 0..=1.
    pub fn rock_flash(&self, key: EntityKey) -> f32 {
        self.rocks.get(&key).map_or(0.0, |(_, flash)| *flash)
    }

    /// Strength of the flash of a gate around a place, 0..=1.
    pub fn gate_flash(&self, place: Vec2, radius: f32) -> f32 {
        let near = self.gates.iter().filter(|(at, _)| at.distance(place) < radius * 2.0);
        near.map(|(_, flash)| *flash).fold(0.0, f32::max)
    }

    /// All particles.
    pub fn particles(&self) -> &Particles {
        &self.particles
    }

    /// Clears everything, for a new session.
    pub fn clear(&mut self) {
        *self = Effects::default();
    }

    fn flash_gates(&mut self, moment: &Moment) {
        let fade = libm::expf(-moment.seconds / GATE_FLASH_SECONDS);
        self.gates.retain_mut(|(_, flash)| {
            *flash *= fade;
            *flash > 0.02
        });
        let flash = if moment.visuals.reduced_motion { 0.4 } else { 1.0 };
        for (from, to) in self.ships.passages() {
            self.gates.extend([(*from, flash), (*to, flash)]);
        }
    }

    fn flash_rocks(&mut self, moment: &Moment) {
        let fade = libm::expf(-moment.seconds / FLASH_SECONDS);
        let mut rocks = std::mem::take(&mut self.rocks);
        for (key, asteroid) in &moment.scene.asteroids {
            let now = asteroid.hit_points;
            let (before, flash) = rocks.remove(key).unwrap_or((now, 0.0));
            let flash = if now < before { 1.0 } else { flash * fade };
            self.rocks.insert(*key, (now, flash));
        }
    }
}

impl Before {
    fn keep(&mut self, scene: &Scene) {
        self.ships.clone_from(&scene.ships);
        self.shots.clone_from(&scene.shots);
        self.asteroids.clone_from(&scene.asteroids);
        self.ores.clone_from(&scene.ores);
        self.shot_keys.clear();
        for (key, _) in &scene.shots {
            self.shot_keys.insert(*key, ());
        }
        self.any = true;
    }
}

/// The colour of a shot: our own, or one that can hurt us.
pub fn shot_color(scene: &Scene, shot: &ShotState) -> Rgb {
    if shot.shooter == scene.player { palette::OWN } else { palette::DANGER }
}

/// The colour of a ship.
pub fn ship_color(scene: &Scene, player: PlayerId, roster: &dyn Roster) -> Rgb {
    if player == scene.player {
        return palette::OWN;
    }
    palette::ship(player, roster.look(player).is_some_and(|look| look.is_bot))
}

/// Muzzle flashes of shots that were not in the previous scene.
fn fire(moment: &Moment, before: &Before, bursts: &mut Bursts) {
    for (key, shot) in &moment.scene.shots {
        if before.shot_keys.get(key).is_some() {
            continue;
        }
        let shooter = moment.scene.ships.iter().find(|(_, ship)| ship.player == shot.shooter);
        let Some((_, ship)) = shooter else { continue };
        if ship.position.distance(shot.position) > MUZZLE_UNITS_MAX {
            continue;
        }
        let heading = ship.aim.direction();
        let muzzle = ship.position + heading * (moment.tables.hull(ship.hull).radius * 1.35);
        bursts.muzzle(muzzle, heading, ship.velocity, shot_color(moment.scene, shot));
    }
}

/// The effects of something that was destroyed or picked up. Returns the camera trauma.
fn remove(moment: &Moment, before: &Before, removal: &Removal, bursts: &mut Bursts) -> f32 {
    let (scene, tables) = (moment.scene, moment.tables);
    let place = removal.position;
    match removal.kind {
        EntityKind::Ship => {
            let Some(ship) = find(&before.ships, removal.key) else { return 0.0 };
            let color = ship_color(scene, ship.player, moment.visuals.roster);
            bursts.ship(place, ship.velocity, tables.hull(ship.hull).radius, color);
            if ship.player == scene.player {
                return 0.8;
            }
            0.35 * (1.0 - place.distance(scene.camera) / SHAKE_UNITS).max(0.0)
        }
        EntityKind::Shot => {
            if let Some(shot) = find(&before.shots, removal.key) {
                let heading = shot.velocity.normalize_or_zero();
                bursts.hit(place, heading, shot_color(scene, shot));
            }
            0.0
        }
        EntityKind::Asteroid => {
            let Some(rock) = find(&before.asteroids, removal.key) else { return 0.0 };
            let radius = tables.size(rock.size).radius;
            bursts.asteroid(place, rock.velocity, radius, tables.ore(rock.ore));
            let near = (1.0 - place.distance(scene.camera) / SHAKE_UNITS).max(0.0);
            0.15 * near * (radius / 70.0)
        }
        EntityKind::Ore => {
            if let Some(ore) = find(&before.ores, removal.key) {
                bursts.pick_up(place, nearest_ship(scene, place), tables.ore(ore.ore));
            }
            0.0
        }
    }
}

fn find<T>(entities: &[(EntityKey, T)], key: EntityKey) -> Option<&T> {
    entities.iter().find(|(other, _)| *other == key).map(|(_, entity)| entity)
}

/// The ship that most likely picked up what was at `place`.
fn nearest_ship(scene: &Scene, place: Vec2) -> Option<Vec2> {
    let positions = scene.ships.iter().map(|(_, ship)| ship.position);
    positions
        .filter(|position| position.distance(place) < TAKER_UNITS)
        .min_by(|a, b| a.distance_squared(place).total_cmp(&b.distance_squared(place)))
}
