//! Which brains many bots get: all the same one, or a mix.

use std::fmt;
use std::str::FromStr;

use super::{BRAINS, BrainKind};

/// The brains of many bots.
#[derive(Clone, Copy, Debug)]
pub enum BrainChoice {
    /// All bots have the same brain.
    All(&'static BrainKind),
    /// A mix of the brains that play, in their shares. The server's own bots are mixed in the same way.
    Mixed,
}

impl FromStr for BrainChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match BrainKind::find(name) {
            Some(kind) => Ok(BrainChoice::All(kind)),
            None if name == MIXED => Ok(BrainChoice::Mixed),
            None => {
                let names: Vec<&str> = BRAINS.iter().map(|kind| kind.name).collect();
                Err(format!("there is {}, and {MIXED} of those that play", names.join(", ")))
            }
        }
    }
}

impl fmt::Display for BrainChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BrainChoice::All(kind) => kind.name,
            BrainChoice::Mixed => MIXED,
        })
    }
}

/// The name of the mix on the command line.
const MIXED: &str = "mix";
