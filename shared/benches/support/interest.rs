//! Interest as the server has it, without the hysteresis at the border: what a client may see.

use driftfield_shared::sim::World;
use driftfield_shared::snapshot::Visible;
use driftfield_shared::units::PlayerId;

/// Units beyond the view within which things are seen, as in the server.
const ENTER_MARGIN: f32 = 110.0;

/// Finds what `player` may see, into `visible`, in ascending order of keys.
pub fn find_visible(world: &World, player: PlayerId, visible: &mut Visible) {
    visible.ships.clear();
    visible.shots.clear();
    visible.asteroids.clear();
    visible.ores.clear();
    let Some(half) = world.rules().sector.view_half else {
        visible.ships.extend(world.ships().keys());
        visible.shots.extend(world.shots().keys());
        visible.asteroids.extend(world.asteroids().keys());
        visible.ores.extend(world.ores().keys());
        return sort(visible);
    };
    let Some(pilot) = world.pilot(player) else { return };
    let ship = pilot.ship.and_then(|key| world.ships().get(key));
    let centre = ship.map_or(pilot.last_position, |ship| ship.state.position);
    let (min, max) = (centre - half - ENTER_MARGIN, centre + half + ENTER_MARGIN);
    world.ship_cells().for_each_in(min, max, |near| visible.ships.push(near.key));
    world.shot_cells().for_each_in(min, max, |near| visible.shots.push(near.key));
    world.asteroid_cells().for_each_in(min, max, |near| visible.asteroids.push(near.key));
    world.ore_cells().for_each_in(min, max, |near| visible.ores.push(near.key));
    sort(visible);
}

/// How many entities are seen, of all kinds.
pub fn count(visible: &Visible) -> usize {
    let Visible { ships, shots, asteroids, ores } = visible;
    ships.len() + shots.len() + asteroids.len() + ores.len()
}

fn sort(visible: &mut Visible) {
    visible.ships.sort_unstable();
    visible.shots.sort_unstable();
    visible.asteroids.sort_unstable();
    visible.ores.sort_unstable();
}
