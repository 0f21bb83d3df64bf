//! One of each tool: what most brains start with.

use super::{Aimed, Alarm, Gunner, Helm, Patrol, Skill, Steering, Target};
use crate::sdk::BrainView;

/// The tools of one brain.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Flies around obstacles.
    pub helm: Helm,
    /// Aims and fires.
    pub gunner: Gunner,
    /// Chooses where to go.
    pub patrol: Patrol,
    /// Notices attacks. [`Tools::update`] keeps it up to date.
    pub alarm: Alarm,
    is_docking: bool,
}

impl Tools {
    /// Tools whose random choices follow from the seed.
    pub fn new(seed: u64) -> Self {
        Tools {
            helm: Helm::new(seed ^ 1),
            gunner: Gunner::new(seed ^ 2),
            patrol: Patrol::new(seed ^ 3),
            alarm: Alarm::default(),
            is_docking: false,
        }
    }

    /// Looks at our hull. Call it once per tick, before anything else.
    pub fn update(&mut self, view: &BrainView<'_>) {
        self.alarm.update(view);
    }

    /// Forgets what belonged to the ship, because it was destroyed.
    pub fn lose_ship(&mut self) {
        self.alarm.reset();
        self.patrol.reset();
        self.is_docking = false;
    }

    /// Searches the sector, with the gun at rest.
    pub fn search(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        (self.patrol.search(view, &mut self.helm), self.gunner.rest(view))
    }

    /// Flees from the suspected attacker and fires back.
    pub fn flee(&mut self, view: &BrainView<'_>) -> (Steering, Aimed) {
        let attacker = self.alarm.attacker(view);
        let from = attacker.map(|ship| ship.position);
        let steering = self.patrol.flee(view, &mut self.helm, from);
        let aimed = match attacker.and_then(|ship| Target::ship(view, ship.player)) {
            Some(target) => self.gunner.track(view, &target, &Skill::FRIGHT),
            None => self.gunner.rest(view),
        };
        (steering, aimed)
    }

    /// Whether the ship should be on its way to the station or in its dock. A call there starts when `is_due`, and lasts
    /// until everything is sold and repaired.
    pub fn must_dock(&mut self, view: &BrainView<'_>, is_due: bool) -> bool {
        let is_done = view.cargo() == 0 && view.hull_share() >= 1.0;
        self.is_docking = (self.is_docking || is_due) && !is_done;
        self.is_docking
    }

    /// Flies into the dock and rests there; `None` where there is no station.
    pub fn dock(&mut self, view: &BrainView<'_>, wants_boost: bool) -> Option<Steering> {
        self.patrol.dock(view, &mut self.helm, wants_boost)
    }

    /// Stays under cover for a moment after an escape to the station; `None` at all other times.
    pub fn shelter(&mut self, view: &BrainView<'_>) -> Option<Steering> {
        self.patrol.shelter(view, &mut self.helm)
    }
}
