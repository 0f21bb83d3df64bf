//! Gates: pairs of openings. A ship that flies into one comes out of the other.

use glam::Vec2;
use serde::{Deserialize, Serialize};

/// Seconds after a passage without another one, if the file does not say.
const COOLDOWN_SECONDS: f32 = 1.0;

/// One of two gates that lead to each other.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its identifier in the sector.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Identifier of the gate that it leads to, which leads back.
    pub partner: String,
    /// Position of its centre.
    pub position: Vec2,
    /// Radius of the opening.
    pub radius: f32,
    /// Direction that it is turned to, in turns: a quarter turn from its partner's turns a ship's course by a quarter.
    #[serde(default)]
    pub turn: f32,
    /// Seconds for which a ship that came in here cannot use another gate.
    #[serde(default = "cooldown_seconds")]
    pub cooldown_seconds: f32,
}

fn cooldown_seconds() -> f32 {
    COOLDOWN_SECONDS
}
