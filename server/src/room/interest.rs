//! Interest: what one client may see in this tick, at a cost proportional to it.
//!
//! The rectangle around the client's ship, with a margin so that nothing appears at the edge of the
//! screen. Who is in stays in until well outside (hysteresis), so that nobody flickers on the border.

use driftfield_shared::sim::World;
use driftfield_shared::snapshot::{ClientView, Visible};
use driftfield_shared::units::PlayerId;
use glam::Vec2;

/// Units beyond the view within which things come into view: the largest asteroid's radius, and what a
/// ship flies in the time by which the client is ahead.
const ENTER_MARGIN: f32 = 110.0;
/// Units beyond the view from which things leave it.
const LEAVE_MARGIN: f32 = 180.0;

/// Finds what `player` may see, into `visible`. `view` is what the client holds.
pub fn find_visible(world: &World, player: PlayerId, view: &ClientView, visible: &mut Visible) {
    visible.ships.clear();
    visible.shots.clear();
    visible.asteroids.clear();
    visible.ores.clear();
    match world.rules().sector.view_half {
        Some(half) => find_near(world, player, view, half, visible),
        None => find_all(world, visible),
    }
}

fn find_all(world: &World, visible: &mut Visible) {
    visible.ships.extend(world.ships().keys());
    visible.shots.extend(world.shots().keys());
    visible.asteroids.extend(world.asteroids().keys());
    visible.ores.extend(world.ores().keys());
    sort(visible);
}

fn find_near(
    world: &World,
    player: PlayerId,
    view: &ClientView,
    half: Vec2,
    visible: &mut Visible,
) {
    let Some(pilot) = world.pilot(player) else { return };
    let own = pilot.ship.and_then(|key| world.ships().get(key));
    let centre = own.map_or(pilot.last_position, |ship| ship.state.position);
    let enter = half + ENTER_MARGIN;
    let (min, max) = (centre - enter, centre + enter);
    world.ship_cells().for_each_in(min, max, |near| visible.ships.push(near.key));
    world.shot_cells().for_each_in(min, max, |near| visible.shots.push(near.key));
    world.asteroid_cells().for_each_in(min, max, |near| visible.asteroids.push(near.key));
    world.ore_cells().for_each_in(min, max, |near| visible.ores.push(near.key));
    let leave = half + LEAVE_MARGIN;
    // In the ring between the two rectangles only what the client holds already stays.
    let lingers = |place: Vec2| {
        let away = (place - centre).abs();
        away.cmple(leave).all() && !(place.cmpge(min).all() && place.cmple(max).all())
    };
    for key in view.ships() {
        if world.ships().get(*key).is_some_and(|ship| lingers(ship.state.position)) {
            visible.ships.push(*key);
        }
    }
    for key in view.shots() {
        if world.shots().get(key).is_some_and(|shot| lingers(shot.state.position)) {
            visible.shots.push(key);
        }
    }
    for key in view.asteroids() {
        if world.asteroids().get(*key).is_some_and(|asteroid| lingers(asteroid.state.position)) {
            visible.asteroids.push(*key);
        }
    }
    for key in view.ores() {
        if world.ores().get(key).is_some_and(|ore| lingers(ore.position)) {
            visible.ores.push(key);
        }
    }
    sort(visible);
}

/// The order that the encoder wants.
fn sort(visible: &mut Visible) {
    visible.ships.sort_unstable();
    visible.shots.sort_unstable();
    visible.asteroids.sort_unstable();
    visible.ores.sort_unstable();
}
