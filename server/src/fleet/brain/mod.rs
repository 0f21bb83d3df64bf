//! Brains: what a bot does with what the wire shows it.
//!
//! ```text
//! BrainView (own ship, newest snapshot, rules) --> Brain::think --> Controls, once per client tick
//! ```
//!
//! A brain knows what a person at a screen knows, flies by the same rules, and owns its luck: with the
//! same seed and the same views it gives the same controls. To add one, write a file beside this one
//! and a line in [`BRAINS`]. [`Helm`] flies around rocks, [`Gunner`] leads targets, [`Alarm`] notices
//! attacks and [`Patrol`] finds something to do; a brain that uses them fits on a page. `wander` and `linger` do
//! without them and are the shortest to read.

mod alarm;
mod gunner;
mod helm;
mod hunter;
mod miner;
mod obstacles;
mod patrol;
#[cfg(test)]
mod tests;
mod trader;
mod view;
mod wander;

pub use alarm::Alarm;
pub use gunner::{Aimed, Gunner, Mark, Skill};
pub use helm::{Helm, Steering};
pub use hunter::Hunter;
pub use miner::Miner;
pub use patrol::Patrol;
pub use trader::Trader;
pub use view::BrainView;
pub use wander::Wander;

use driftfield_shared::sim::Rng;
use driftfield_shared::units::Controls;

/// What flies a ship.
pub trait Brain: Send {
    /// What to do in the next tick. Called once per client tick while there is a ship.
    fn think(&mut self, view: &BrainView<'_>) -> Controls;

    /// The ship was destroyed; the next view shows a new one.
    fn lose_ship(&mut self) {}
}

/// A brain that can be asked for by name.
#[derive(Clone, Copy, Debug)]
pub struct BrainKind {
    /// The name on the command line.
    pub name: &'static str,
    /// What goes before the name of a bot with this brain, as players read it.
    pub title: &'static str,
    /// How many of [`MIX`] bots in a mixed crew have it.
    pub share: u32,
    create: fn(u64) -> Box<dyn Brain>,
    /// The same without a look at the world, of those that take none.
    create_blind: Option<fn(u64) -> Wander>,
}

/// All brains. A new one is a line here.
pub const BRAINS: [BrainKind; 5] = [
    BrainKind {
        name: "miner",
        title: "Miner",
        share: 5,
        create: |seed| Box::new(Miner::new(seed)),
        create_blind: None,
    },
    BrainKind {
        name: "hunter",
        title: "Hunter",
        share: 3,
        create: |seed| Box::new(Hunter::new(seed)),
        create_blind: None,
    },
    BrainKind {
        name: "trader",
        title: "Trader",
        share: 3,
        create: |seed| Box::new(Trader::new(seed)),
        create_blind: None,
    },
    BrainKind {
        name: "wander",
        title: "Drifter",
        share: 1,
        create: |seed| Box::new(Wander::new(seed)),
        create_blind: Some(Wander::new),
    },
    // A load for a server, not a neighbour: none in a mixed crew.
    BrainKind {
        name: "linger",
        title: "Lingerer",
        share: 0,
        create: |seed| Box::new(Wander::lingering(seed)),
        create_blind: Some(Wander::lingering),
    },
];

/// Bots of which a mixed crew has all shares.
pub const MIX: u32 = {
    let mut sum = 0;
    let mut index = 0;
    while index < BRAINS.len() {
        sum += BRAINS[index].share;
        index += 1;
    }
    sum
};

impl BrainKind {
    /// The brain called `name`.
    pub fn find(name: &str) -> Option<&'static BrainKind> {
        BRAINS.iter().find(|kind| kind.name == name)
    }

    /// The brain of the `index`th bot of a mixed crew, such that any few bots are mixed already.
    pub fn of_mix(index: usize) -> &'static BrainKind {
        // The one that is furthest behind its share comes next.
        let mut given = [0_u32; BRAINS.len()];
        let mut chosen = 0;
        for turn in 0..=(index % MIX as usize) as u32 {
            let behind = |kind: usize| {
                let due = i64::from(BRAINS[kind].share) * i64::from(turn + 1);
                due - i64::from(given[kind]) * i64::from(MIX)
            };
            chosen =
                (0..BRAINS.len()).max_by_key(|kind| (behind(*kind), -(*kind as i64))).unwrap_or(0);
            given[chosen] += 1;
        }
        &BRAINS[chosen]
    }

    /// A new brain; what it does by chance follows from the seed.
    pub fn create(&self, seed: u64) -> Box<dyn Brain> {
        (self.create)(seed)
    }

    /// One that takes no look at the world, if its kind takes none.
    pub fn create_blind(&self, seed: u64) -> Option<Wander> {
        Some((self.create_blind?)(seed))
    }

    /// Whether it can be flown by who sees nothing.
    pub fn is_blind(&self) -> bool {
        self.create_blind.is_some()
    }
}

/// Whole ticks, at least one, of a length by chance between two numbers of seconds.
fn ticks_between(view: &BrainView<'_>, rng: &mut Rng, min: f32, max: f32) -> u32 {
    view.rules.ticks(rng.range(min, max))
}

#[cfg(test)]
mod mix_tests {
    use super::*;

    #[test]
    fn a_mixed_crew_keeps_the_shares_and_starts_mixed() {
        for kind in &BRAINS {
            let count = (0..MIX as usize).filter(|i| BrainKind::of_mix(*i).name == kind.name);
            assert_eq!(count.count() as u32, kind.share, "{}", kind.name);
        }
        let first: Vec<&str> = (0..3).map(|index| BrainKind::of_mix(index).name).collect();
        assert_eq!(first, ["miner", "hunter", "trader"]);
        assert_eq!(BrainKind::of_mix(0).name, BrainKind::of_mix(MIX as usize).name);
    }
}
