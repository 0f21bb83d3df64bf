//! Ships, asteroids, ore and shots as instances.

use driftfield_shared::netcode::EntityKey;
use driftfield_shared::sim::ShipState;

use super::super::effects::{Effects, Moment, direction, ship_color, shot_color};
use super::super::instances::Instances;
use super::super::palette;
use super::FrameInfo;

/// Number of baked asteroid variants; `gl::bake` makes as many.
pub const ROCK_VARIANTS: u8 = 12;
/// Reach of a ship's light, shield included, in ship radii.
const SHIP_REACH: f32 = 3.0;
/// Half length of a shot in its radii; length of its tail in seconds of flight.
const SHOT_LENGTH_RADII: f32 = 2.6;
const SHOT_TAIL_SECONDS: f32 = 0.075;
/// Half size of a chunk with one unit of ore, and the growth per further unit, in world units.
const ORE_RADIUS: f32 = 8.5;
const ORE_RADIUS_PER_UNIT: f32 = 0.9;
const ORE_RADIUS_MAX: f32 = 14.0;

/// Asteroids turn slowly, each at its own rate. This is visual only: in the simulation they are circles.
pub(super) fn rocks(moment: &Moment, effects: &Effects, info: &FrameInfo, out: &mut Instances<12>) {
    out.clear();
    for (key, rock) in &moment.scene.asteroids {
        let look = moment.tables.size(rock.size);
        if !info.view.shows(rock.position, look.radius * 1.3) {
            continue;
        }
        let seed = noise(*key);
        let rate =
            (seed - 0.5) * if info.reduced_motion { 0.0 } else { 16.0 / look.radius.max(8.0) };
        let turn = direction(f32::from(rock.shape) * 0.7 + rate * info.seconds);
        let damage = 1.0 - (f32::from(rock.hit_points) / look.hit_points).min(1.0);
        let [r, g, b] = moment.tables.ore(rock.ore);
        let mirror = if rock.shape & 0x80 == 0 { 1.0 } else { -1.0 };
        out.push([
            rock.position.x,
            rock.position.y,
            turn.x,
            turn.y,
            look.radius,
            f32::from(rock.shape % ROCK_VARIANTS),
            damage,
            effects.rock_flash(*key),
            r,
            g,
            b,
            mirror,
        ]);
    }
}

pub(super) fn ores(moment: &Moment, info: &FrameInfo, out: &mut Instances<8>) {
    out.clear();
    for (key, ore) in &moment.scene.ores {
        let radius = ORE_RADIUS + ORE_RADIUS_PER_UNIT * f32::from(ore.amount.saturating_sub(1));
        let radius = radius.min(ORE_RADIUS_MAX);
        if !info.view.shows(ore.position, radius * 3.0) {
            continue;
        }
        let seed = noise(*key);
        let turn =
            seed * 6.0 + if info.reduced_motion { 0.0 } else { info.seconds * (seed - 0.35) };
        let [r, g, b] = moment.tables.ore(ore.ore);
        out.push([ore.position.x, ore.position.y, radius, turn, r, g, b, seed]);
    }
}

/// Our own ship is drawn last, so it is above the others.
pub(super) fn ships(moment: &Moment, effects: &Effects, info: &FrameInfo, out: &mut Instances<16>) {
    out.clear();
    let is_own = |ship: &ShipState| ship.player == moment.scene.player;
    let ships = || moment.scene.ships.iter().map(|(_, ship)| ship);
    for ship in ships().filter(|ship| !is_own(ship)).chain(ships().filter(|ship| is_own(ship))) {
        let look = moment.tables.hull(ship.hull);
        if !info.view.shows(ship.position, look.radius * SHIP_REACH) {
            continue;
        }
        let glow = effects.ship(ship.player);
        let turn = ship.aim.direction();
        let [r, g, b] = ship_color(moment.scene, ship.player, moment.visuals.roster);
        out.push([
            ship.position.x,
            ship.position.y,
            turn.x,
            turn.y,
            look.radius,
            f32::from(ship.hull.0),
            glow.flash,
            glow.shield,
            r,
            g,
            b,
            (f32::from(ship.hit_points) / look.hit_points).min(1.0),
            f32::from(u8::from(is_own(ship))),
            noise(EntityKey(u32::from(ship.player.0))),
            glow.throttle,
            0.0,
        ]);
    }
}

pub(super) fn shots(moment: &Moment, info: &FrameInfo, out: &mut Instances<12>) {
    out.clear();
    for (_, shot) in &moment.scene.shots {
        let radius = moment.tables.shot_radius(shot.weapon);
        let speed = shot.velocity.length();
        let tail = speed * SHOT_TAIL_SECONDS;
        if !info.view.shows(shot.position, tail + radius * 4.0) {
            continue;
        }
        let heading = shot.velocity.normalize_or(glam::Vec2::X);
        let own = shot.shooter == moment.scene.player;
        let [r, g, b] = palette::mix(shot_color(moment.scene, shot), [1.0; 3], 0.1);
        out.push([
            shot.position.x,
            shot.position.y,
            heading.x,
            heading.y,
            radius * SHOT_LENGTH_RADII,
            radius * 0.8,
            tail,
            f32::from(u8::from(own)),
            r,
            g,
            b,
            0.0,
        ]);
    }
}

/// A number in 0..1 that is always the same for the same entity.
fn noise(key: EntityKey) -> f32 {
    (key.0.wrapping_mul(0x9E37_79B1) >> 8) as f32 / (1 << 24) as f32
}
