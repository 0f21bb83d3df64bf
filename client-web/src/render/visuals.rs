//! What the page gives the renderer in addition to the scene: settings, and names of players.

use driftfield_shared::units::PlayerId;

use super::quality::Quality;
use crate::chat::Ping;
use crate::party::Mate;
use crate::plates::Rect;

/// Settings and lookups for one frame.
pub struct Visuals<'a> {
    /// The player asked for reduced motion: no shake, no parallax, no pulsing.
    pub reduced_motion: bool,
    /// Strength of the glow, 0..=1. The graphics are designed for 1.
    pub bloom: f32,
    /// Remaining boost, 0..=1, drawn beside our ship while it is not full.
    pub boost: f32,
    /// What is left of the shield, 0..=1, drawn likewise.
    pub shield: f32,
    /// What is left of the energy, 0..=1, drawn likewise.
    pub energy: f32,
    /// Units that our hold takes.
    pub hold: u32,
    /// CSS pixels per pixel of a mark: names, bars and edge marks grow with the interface.
    pub ui_scale: f32,
    /// The plates that cover parts of the world; no mark is drawn under them.
    pub plates: &'a [Rect],
    /// A fixed tier, or `None` to let the governor choose.
    pub quality: Option<Quality>,
    /// Places that somebody points at.
    pub pings: &'a [Ping],
    /// Others of the party in this room.
    pub mates: &'a [Mate],
    /// The players of the ships.
    pub roster: &'a dyn Roster,
}

/// Names for player identifiers.
pub trait Roster {
    /// A player's details, if known. A ship of an unknown player has no label.
    fn look(&self, player: PlayerId) -> Option<PlayerLook<'_>>;
}

/// What the renderer needs to know about a player.
#[derive(Clone, Copy, Debug)]
pub struct PlayerLook<'a> {
    /// The name on the label.
    pub name: &'a str,
    /// Whether it is a bot; bots are drawn a little paler.
    pub is_bot: bool,
}

/// A roster without players.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRoster;

impl Roster for NoRoster {
    fn look(&self, _player: PlayerId) -> Option<PlayerLook<'_>> {
        None
    }
}
