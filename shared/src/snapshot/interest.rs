//! Interest: what one client may see in this tick, at a cost proportional to it.
//!
//! The view is a rectangle around the client's ship, with a margin so that nothing appears at the edge of the screen.
//! Near a gate there is another such rectangle around its exit.
//!
//! An entity in view stays in view until it is well outside (hysteresis), so that none flickers at the border.

use glam::Vec2;

use super::history::History;
use super::history::ViewRect;
use super::sets::{PerKind, SlotSet, Visible};
use crate::sim::{Passage, World};
use crate::units::PlayerId;

/// Units beyond the screen within which entities come into view: the largest asteroid's radius, plus what a ship
/// flies in the time by which the client predicts ahead.
const ENTER_MARGIN: f32 = 110.0;
/// Distance in units from a gate within which what is at its exit is in view: with a boost a ship needs most of a second.
const GATE_SIGHT: f32 = 420.0;
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
    for centre in std::iter::once(centre).chain(exit_near(world, centre)) {
        let (enter, leave) = (half + ENTER_MARGIN, half + LEAVE_MARGIN);
        let view_rect = ViewRect { centre, enter, leave };
        // If a later entity has taken the slot, it comes into view a little early, which does no harm.
        let kinds = history.grids().as_array().into_iter().zip(held.as_array());
        for ((grid, held), visible) in kinds.zip(visible.as_array_mut()) {
            grid.find(&view_rect, held, visible);
        }
    }
}

/// The exit of the gate that is nearest to a ship, if one is near. What is there comes into view before the ship does: the
/// client flies through ahead of us, and must find everything that it can bump into.
pub(super) fn exit_near(world: &World, place: Vec2) -> Option<Vec2> {
    let distance = |passage: &Passage| passage.entrance.distance(place) - passage.radius;
    let passages = world.rules().gates.passages().iter();
    let nearest = passages.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (distance(nearest) <= GATE_SIGHT).then_some(nearest.exit)
}

/// The centre of a player's view: the own ship, or where it was last.
pub(super) fn view_centre(world: &World, player: PlayerId) -> Option<Vec2> {
    let pilot = world.pilot(player)?;
    let own = pilot.ship.and_then(|key| world.ships().get(key));
    Some(own.map_or(pilot.last_position, |ship| ship.state.position))
}
