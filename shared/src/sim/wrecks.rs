//! Ships that are gone while screens still show them.
//!
//! A shot that is seen to hit a ship ends there, also when another shot has destroyed that ship in the
//! meantime: else it would come back on the shooter's screen, behind the explosion that it was part of.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use super::rules::Rules;
use super::trail::Trail;
use super::world::Ship;
use crate::units::{HullId, PlayerId, Tick, ViewLag};

/// What stops shots of those who still see a ship that has been destroyed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Wreck {
    pub(super) player: PlayerId,
    pub(super) hull: HullId,
    pub(super) trail: Trail,
    pub(super) destroyed: Tick,
}

impl Wreck {
    fn new(ship: Ship, destroyed: Tick) -> Self {
        Wreck { player: ship.state.player, hull: ship.state.hull, trail: ship.trail, destroyed }
    }

    /// Whether anything of its trail may be within `reach` of a place, where `reach` includes how far a ship moves within
    /// the cap of lag compensation.
    pub(super) fn is_near(&self, place: Vec2, reach: f32) -> bool {
        let newest = self.trail.at(ViewLag::default());
        newest.is_some_and(|newest| (newest - place).abs().max_element() <= reach)
    }

    /// Where the ship is on a screen that is `lag` behind `now`, `None` if its end is already seen there.
    pub(super) fn at(&self, now: Tick, lag: ViewLag) -> Option<Vec2> {
        let gone = now.since(self.destroyed) * ViewLag::STEPS_PER_TICK;
        let before_the_end = u32::from(lag.0).checked_sub(gone).filter(|steps| *steps > 0)?;
        // No more than `lag`, so it fits.
        self.trail.at(ViewLag(before_the_end as u8))
    }
}

/// The wrecks of the last ticks, as long as lag compensation looks back.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Wrecks {
    wrecks: Vec<Wreck>,
}

impl Wrecks {
    pub(super) fn add(&mut self, ship: Ship, destroyed: Tick) {
        self.wrecks.push(Wreck::new(ship, destroyed));
    }

    /// Forgets those that nobody's screen shows any more.
    pub(super) fn expire(&mut self, now: Tick, rules: &Rules) {
        let shown = u32::from(rules.view_lag_max.0);
        self.wrecks.retain(|wreck| now.since(wreck.destroyed) * ViewLag::STEPS_PER_TICK < shown);
    }

    /// All of them, the oldest first. They are few: those who died within the cap of lag compensation.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Wreck> {
        self.wrecks.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wreck_is_where_the_ship_was_on_screens_that_still_show_it() {
        let mut trail = Trail::default();
        for tick in 0..7 {
            trail.push(Vec2::new(tick as f32 * 8.0, 0.0), ViewLag(48));
        }
        let (player, hull) = (PlayerId(1), HullId(0));
        let wreck = Wreck { player, hull, trail, destroyed: Tick(100) };
        assert_eq!(wreck.at(Tick(102), ViewLag(40)), Some(Vec2::new(24.0, 0.0)));
        assert_eq!(wreck.at(Tick(102), ViewLag(17)), Some(Vec2::new(47.0, 0.0)));
        assert_eq!(wreck.at(Tick(102), ViewLag(16)), None, "the moment of its end");
        assert_eq!(wreck.at(Tick(105), ViewLag(16)), None);
    }
}
