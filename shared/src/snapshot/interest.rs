//! Interest: what one client may see in this tick, at a cost proportional to it.
//!
//! The view is a rectangle around the client's ship, with a margin so that nothing appears at the edge of the screen.
//! An entity in view stays in view until it is well outside (hysteresis), so that none flickers at the border.

use glam::Vec2;

use super::history::History;
use super::history::ViewRect;
use super::sets::{PerKind, SlotSet, Visible};
use crate::sim::World;
use crate::units::PlayerId;

/// Units beyond the screen within which entities come into view: the largest asteroid's radius, plus what a ship
/// flies in the time by which the client predicts ahead.
const ENTER_MARGIN: f32 = 110.0;
/// Units beyond the screen at which entities leave the view.
const LEAVE_MARGIN: f32 = 180.0;

/// Finds what `player` may see, and puts it into `visible`. `held` is what the client holds already.
pub fn find_visible(
    world: &World,
    history: &History,
    player: PlayerId,
    held: &PerKind<SlotSet>,
    visible: &mut Visible,
) {
    let Some(half) = world.rules().sector.view_half else {
        let all = history.rosters().as_array().into_iter();
        all.zip(visible.as_array_mut()).for_each(|(all, visible)| visible.assign(all.present()));
        return;
    };
    visible.clear();
    let Some(centre) = view_centre(world, player) else { return };
    let view_rect = ViewRect { centre, enter: half + ENTER_MARGIN, leave: half + LEAVE_MARGIN };
    // If a later entity has taken the slot, it comes into view a little early, which does no harm.
    let kinds = history.grids().as_array().into_iter().zip(held.as_array());
    for ((grid, held), visible) in kinds.zip(visible.as_array_mut()) {
        grid.find(&view_rect, held, visible);
    }
}

/// The centre of a player's view: the own ship, or where it was last.
pub(super) fn view_centre(world: &World, player: PlayerId) -> Option<Vec2> {
    let pilot = world.pilot(player)?;
    let own = pilot.ship.and_then(|key| world.ships().get(key));
    Some(own.map_or(pilot.last_position, |ship| ship.state.position))
}
