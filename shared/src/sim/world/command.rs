//! What goes into a step, and what comes out of it.

use serde::{Deserialize, Serialize};

use super::pilots::Pilot;
use crate::sim::entities::{Fit, Item, Owned};
use crate::units::{Controls, Credits, HullId, OreId, PlayerId, Units, ViewLag};

/// What a player owns whatever the seat, and how the ship was fitted last.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Belongings {
    /// Credits to spend.
    pub credits: Credits,
    /// What was bought.
    pub owned: Owned,
    /// The hull; one that is not owned becomes the first.
    pub hull: HullId,
    /// What is mounted; what is not owned becomes what everybody has.
    pub fit: Fit,
}

impl Belongings {
    /// What a pilot has.
    pub fn of(pilot: &Pilot) -> Self {
        let &Pilot { credits, owned, hull, fit, .. } = pilot;
        Belongings { credits: Credits(credits), owned, hull, fit }
    }
}

/// An instruction from outside the world. Everything that happens follows from commands and the seed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub enum Command {
    /// A player takes a seat and gets a ship at once.
    Join(PlayerId),
    /// A player gives up the seat. The ship is removed, and its cargo floats.
    Leave(PlayerId),
    /// A pilot's controls. They stay until the next command.
    Steer(PlayerId, Controls),
    /// A player who has just taken a seat brings what is owned already. The new ship is fitted with it.
    Bring(PlayerId, Belongings),
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
    /// A pilot owns something from now on.
    Bought {
        /// Who.
        player: PlayerId,
        /// What.
        item: Item,
        /// For how much; 0 for what comes with a hull.
        credits: Credits,
    },
    /// A ship is fitted otherwise than before.
    Fitted {
        /// Whose.
        player: PlayerId,
        /// The hull.
        hull: HullId,
        /// What is mounted in it.
        fit: Fit,
    },
    /// Something that a pilot owned does not exist under the new content, and was paid back.
    Refunded {
        /// To whom.
        player: PlayerId,
        /// What, under the content before.
        item: Item,
        /// How much.
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
