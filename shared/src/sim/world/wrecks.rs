//! Destroyed ships that some screens still show.
//!
//! A shot that hits a ship on its shooter's screen ends there, even if another shot has destroyed that ship in the
//! meantime. Otherwise the shot would appear again on that screen, behind the explosion.

use glam::Vec2;
use serde::{Deserialize, Serialize};

use crate::sim::entities::{Ship, Trail};
use crate::sim::rules::{Epoch, Rules};
use crate::units::{HullId, PlayerId, Tick, ViewLag};

/// A destroyed ship. It still stops the shots of pilots that see it.
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

    /// Whether a screen may still show the ship.
    pub(super) fn is_shown(&self, now: Tick, rules: &Rules) -> bool {
        let gone = now.since(self.destroyed).saturating_mul(ViewLag::STEPS_PER_TICK);
        gone < u32::from(rules.view_lag_max.0)
    }

    /// Whether part of its trail may be within `reach` of a place. `reach` must include the way that a ship flies within
    /// the cap of lag compensation.
    pub(super) fn is_near(&self, place: Vec2, reach: f32) -> bool {
        let newest = self.trail.at(ViewLag::default());
        newest.is_some_and(|newest| (newest - place).abs().max_element() <= reach)
    }

    /// The ship's place on a screen that is `lag` behind `now`; `None` if that screen already shows its end.
    pub(super) fn at(&self, now: Tick, lag: ViewLag) -> Option<Vec2> {
        let gone = now.since(self.destroyed) * ViewLag::STEPS_PER_TICK;
        let before_the_end = u32::from(lag.0).checked_sub(gone).filter(|steps| *steps > 0)?;
        // No more than `lag`, so it fits.
        self.trail.at(ViewLag(before_the_end as u8))
    }
}

/// The wrecks of the last ticks, for as long as lag compensation looks back.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Wrecks {
    wrecks: Vec<Wreck>,
}

impl Wrecks {
    pub(super) fn add(&mut self, ship: Ship, destroyed: Tick) {
        self.wrecks.push(Wreck::new(ship, destroyed));
    }

    /// Removes the wrecks that no screen shows any more.
    pub(super) fn expire(&mut self, now: Tick, rules: &Rules) {
        self.wrecks.retain(|wreck| wreck.is_shown(now, rules));
    }

    /// Other rules apply from now on.
    pub(super) fn begin_epoch(&mut self, now: Tick, epoch: &Epoch) {
        let places_max = Trail::places_max(epoch.rules.view_lag_max);
        self.wrecks.retain_mut(|wreck| {
            wreck.hull = epoch.hull(wreck.hull);
            wreck.trail.shorten(places_max);
            wreck.destroyed == now || wreck.is_shown(now, &epoch.rules)
        });
    }

    /// All wrecks, the oldest first. They are few: ships destroyed within the cap of lag compensation.
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
