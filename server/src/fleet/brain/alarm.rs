//! Noticing an attack, as a person would: the hull is hit, and somebody nearby points a gun this way.

use driftfield_shared::sim::ShipState;
use driftfield_shared::units::{Angle, PlayerId, Tick};

use super::BrainView;

/// Angle off our ship within which a gun counts as pointed at us, turns.
const POINTED: f32 = 0.05;
/// Distance at which an attacker is suspected.
const SUSPICION_RANGE: f32 = 900.0;

/// Knows when we were hit last and by whom, as far as can be seen.
#[derive(Clone, Debug, Default)]
pub struct Alarm {
    hit_points: Option<u16>,
    hurt_at: Option<Tick>,
    attacker: Option<PlayerId>,
}

impl Alarm {
    /// Looks at the hull; call it once per tick. Returns whether it was hit since the last time.
    pub fn update(&mut self, view: &BrainView<'_>) -> bool {
        let now = view.ship.hit_points;
        let is_hit = self.hit_points.is_some_and(|before| now < before);
        self.hit_points = Some(now);
        if is_hit {
            self.hurt_at = Some(view.now);
            self.attacker = suspect(view).map(|ship| ship.player);
        }
        is_hit
    }

    /// Whether we were hit within the last seconds.
    pub fn is_hurt_within(&self, view: &BrainView<'_>, seconds: f32) -> bool {
        self.hurt_at.is_some_and(|at| view.seconds_since(at) < seconds)
    }

    /// The suspected attacker, while in view.
    pub fn attacker(&self, view: &BrainView<'_>) -> Option<ShipState> {
        let attacker = self.attacker?;
        view.others().map(|(_, ship)| ship).find(|ship| ship.player == attacker)
    }

    /// All is forgotten: this is a new ship.
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

/// Who it probably was: the nearest with a gun pointed at us, else the nearest.
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
