//! Interest: what one client may see in this tick, at a cost proportional to it.
//!
//! The rectangle around the client's ship, with a margin so that nothing appears at the edge of the
//! screen. Who is in stays in until well outside (hysteresis), so that nobody flickers on the border.

use glam::Vec2;

use super::encoder::ClientView;
use super::history::History;
use super::sights::Outlook;
use super::visible::Visible;
use crate::sim::World;
use crate::units::PlayerId;

/// Units beyond the view within which things come into view: the largest asteroid's radius, and what a
/// ship flies in the time by which the client is ahead.
const ENTER_MARGIN: f32 = 110.0;
/// Units beyond the view from which things leave it.
const LEAVE_MARGIN: f32 = 180.0;

/// Finds what `player` may see, into `visible`. `view` is what the client holds.
pub fn find_visible(
    world: &World,
    history: &History,
    player: PlayerId,
    view: &ClientView,
    visible: &mut Visible,
) {
    match world.rules().sector.view_half {
        Some(half) => {
            visible.clear();
            find_near(world, history, player, view, half, visible);
        }
        None => find_all(history, visible),
    }
}

fn find_all(history: &History, visible: &mut Visible) {
    visible.ships.assign(history.ships().present());
    visible.shots.assign(history.shots().present());
    visible.asteroids.assign(history.asteroids().present());
    visible.ores.assign(history.ores().present());
}

fn find_near(
    world: &World,
    history: &History,
    player: PlayerId,
    view: &ClientView,
    half: Vec2,
    visible: &mut Visible,
) {
    let Some(pilot) = world.pilot(player) else { return };
    let own = pilot.ship.and_then(|key| world.ships().get(key));
    let centre = own.map_or(pilot.last_position, |ship| ship.state.position);
    let outlook = Outlook { centre, enter: half + ENTER_MARGIN, leave: half + LEAVE_MARGIN };
    let (sights, held) = (history.sights(), view.held());
    // A slot that a later entity has got is no harm: it is seen a little early.
    sights.ships.find(&outlook, &held.ships, &mut visible.ships);
    sights.shots.find(&outlook, &held.shots, &mut visible.shots);
    sights.asteroids.find(&outlook, &held.asteroids, &mut visible.asteroids);
    sights.ores.find(&outlook, &held.ores, &mut visible.ores);
}
