//! What goes into a step, and what comes out of it.

use serde::{Deserialize, Serialize};

use crate::units::{Controls, Credits, OreId, PlayerId, Units, ViewLag};

/// An instruction from outside the world. Everything that happens follows from commands and the seed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub enum Command {
    /// A player takes a seat and gets a ship at once.
    Join(PlayerId),
    /// A player gives up the seat. The ship is removed, and its cargo floats.
    Leave(PlayerId),
    /// A pilot's controls. They stay until the next command.
    Steer(PlayerId, Controls),
    /// How far in the past a pilot sees others; the mode caps the part that is compensated. It stays until the next
    /// command.
    See(PlayerId, ViewLag),
}

/// Something that happened in a step and matters outside the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A ship was destroyed by a shot.
    Kill {
        /// The pilot that shot.
        killer: PlayerId,
        /// The pilot that lost the ship.
        victim: PlayerId,
    },
    /// A ship has taken floating ore.
    Collected {
        /// Whose ship.
        player: PlayerId,
        /// Which ore.
        ore: OreId,
        /// How much.
        units: Units,
    },
    /// The station has bought ore.
    Sold {
        /// From whose ship.
        player: PlayerId,
        /// Which ore.
        ore: OreId,
        /// How much.
        units: Units,
        /// What was paid.
        credits: Credits,
    },
    /// Ore was in a ship that is gone. Some of it may float now.
    Lost {
        /// Whose ship.
        player: PlayerId,
        /// Which ore.
        ore: OreId,
        /// How much.
        units: Units,
    },
}
