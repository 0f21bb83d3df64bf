//! Notices attacks as a person would: the hull is hit, and a ship nearby points its gun at us.

use driftfield_shared::sim::ShipState;
use driftfield_shared::units::{Angle, PlayerId, Tick};

use crate::sdk::BrainView;

/// Largest angle between a gun and the direction to our ship at which it counts as pointed at us, in turns.
const POINTED: f32 = 0.05;
/// Distance in units up to which a ship is suspected.
const SUSPICION_RANGE: f32 = 900.0;

/// Remembers when we were hit last, and the probable attacker.
#[derive(Clone, Debug, Default)]
pub struct Alarm {
    before: Option<ShipState>,
    hurt_at: Option<Tick>,
    attacker: Option<PlayerId>,
}

impl Alarm {
    /// Looks at our hull. Call it once per tick. Returns whether the hull was hit since the last call.
    pub fn update(&mut self, view: &BrainView<'_>) -> bool {
        let now = *view.ship;
        let is_hit = self.before.is_some_and(|before| now.is_hurt_since(&before));
        self.before = Some(now);
        if is_hit {
            self.hurt_at = Some(view.now);
            self.attacker = suspect(view).map(|ship| ship.player);
        }
        is_hit
    }

    /// Whether we were hit within the last `seconds`.
    pub fn is_hurt_within(&self, view: &BrainView<'_>, seconds: f32) -> bool {
        self.hurt_at.is_some_and(|at| view.seconds_since(at) < seconds)
    }

    /// The suspected attacker, while in view.
    pub fn attacker(&self, view: &BrainView<'_>) -> Option<ShipState> {
        let attacker = self.attacker?;
        view.others().map(|(_, ship)| ship).find(|ship| ship.player == attacker)
    }

    /// Forgets everything, because there is a new ship.
    pub fn reset(&mut self) {
        *self = Alarm::default();
    }
}

/// Whether a ship's gun points at us.
fn is_pointed_at_us(view: &BrainView<'_>, ship: &ShipState) -> bool {
    let towards_us = Angle::from_direction(view.ship.position - ship.position);
    let off = f32::from(ship.aim.distance_from(towards_us)).abs();
    off < POINTED * f32::from(Angle::STEPS)
}

/// The probable attacker: the nearest ship whose gun points at us, otherwise the nearest ship.
fn suspect(view: &BrainView<'_>) -> Option<ShipState> {
    view.others()
        .map(|(_, ship)| ship)
        .filter(|ship| view.distance(ship.position) < SUSPICION_RANGE)
        .min_by(|a, b| {
            let rank =
                |ship: &ShipState| (!is_pointed_at_us(view, ship), view.distance(ship.position));
            let ((a_aside, a_far), (b_aside, b_far)) = (rank(a), rank(b));
            a_aside.cmp(&b_aside).then(a_far.total_cmp(&b_far))
        })
}
