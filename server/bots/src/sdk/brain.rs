//! The interface of a brain.

use driftfield_shared::sim::Item;
use driftfield_shared::units::{Controls, Credits};

use super::BrainView;

/// Decides what a bot does with its ship.
///
/// All random choices are the brain's own: seed an [`Rng`](super::Rng), so that the same seed and the same views give
/// the same controls and a flight can be repeated. Take times from [`BrainView::now`], not from a clock.
pub trait Brain: Send {
    /// Returns the controls for the tick after [`BrainView::now`]. Called once per tick while there is a ship: 10 to
    /// 120 times per second, depending on the room. It should take well below a millisecond.
    ///
    /// All [`Controls`] are held, not pressed: to fire once, set `fire` in one tick and clear it in the next.
    fn think(&mut self, view: &BrainView<'_>) -> Controls;

    /// What the bot wants to buy or mount, and what it costs; 0 for what it owns. Called once a second while the ship is docked.
    /// By default it wants nothing.
    fn wish(&mut self, _view: &BrainView<'_>) -> Option<(Item, Credits)> {
        None
    }

    /// The ship was destroyed. The next view shows a new one at another place.
    fn lose_ship(&mut self) {}
}
