//! What the page tells the renderer beside the scene: settings, and who is who.

use driftfield_shared::units::PlayerId;

use super::quality::Quality;

/// Settings and look-ups for one frame.
pub struct Visuals<'a> {
    /// No shake, no parallax, no pulsing: the player asked for less motion.
    pub reduced_motion: bool,
    /// How much light spills over, 0..=1; 1 is what the look is made for and still restrained.
    pub bloom: f32,
    /// Boost that is left, 0..=1, drawn beside our ship while it is not full.
    pub boost: f32,
    /// A fixed tier, or `None` to follow what the machine can do.
    pub quality: Option<Quality>,
    /// Who flies which ship.
    pub roster: &'a dyn Roster,
}

/// Names for player identifiers.
pub trait Roster {
    /// What is known of a player; a ship of an unknown one has no label.
    fn look(&self, player: PlayerId) -> Option<PlayerLook<'_>>;
}

/// What the renderer wants to know about a player.
#[derive(Clone, Copy, Debug)]
pub struct PlayerLook<'a> {
    /// The name on the label.
    pub name: &'a str,
    /// Bots are drawn a little paler.
    pub is_bot: bool,
}

/// A roster that knows nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRoster;

impl Roster for NoRoster {
    fn look(&self, _player: PlayerId) -> Option<PlayerLook<'_>> {
        None
    }
}
