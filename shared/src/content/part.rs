//! Parts: what is mounted in a hull beside its weapon, with what each gains and costs.

use serde::{Deserialize, Serialize};

/// A place in a hull for one part.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mount {
    /// What pushes.
    Engine,
    /// What takes harm before the hull does.
    Shield,
    /// What carries more.
    Hold,
    /// What helps in the fields.
    Tool,
}

impl Mount {
    /// Their number.
    pub const COUNT: usize = 4;
    /// All of them, in the order of the wire.
    pub const ALL: [Mount; Mount::COUNT] = [Mount::Engine, Mount::Shield, Mount::Hold, Mount::Tool];

    /// Its place in [`Mount::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its word in content files.
    pub fn word(self) -> &'static str {
        match self {
            Mount::Engine => "engine",
            Mount::Shield => "shield",
            Mount::Hold => "hold",
            Mount::Tool => "tool",
        }
    }
}

/// A part. Each figure is what it adds or by which factor it changes the ship, whatever mount it is in.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Name of the entry in `parts.toml`.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// What it costs, in credits. The first part of a mount costs nothing, and everybody has it.
    pub price: u32,
    /// Factor on the acceleration.
    #[serde(default = "unchanged")]
    pub acceleration: f32,
    /// Factor on the acceleration during a boost, beside the one above.
    #[serde(default = "unchanged")]
    pub boost: f32,
    /// Factor on the energy that comes back per second.
    #[serde(default = "unchanged")]
    pub recharge: f32,
    /// Units that the hold takes in addition.
    #[serde(default)]
    pub hold: u16,
    /// Factor on the harm done to asteroids.
    #[serde(default = "unchanged")]
    pub drill: f32,
    /// Units beyond the hull from which ore is taken, in addition.
    #[serde(default)]
    pub pick_up_reach: f32,
    /// Harm that it takes before the hull does.
    #[serde(default)]
    pub shield: u16,
    /// Harm per second that it recovers from.
    #[serde(default)]
    pub shield_per_second: f32,
    /// Seconds without harm after which it begins to recover.
    #[serde(default)]
    pub shield_delay_seconds: f32,
}

fn unchanged() -> f32 {
    1.0
}
