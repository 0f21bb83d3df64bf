//! Brains that are ready to fly, and their names.
//!
//! To add one, write a file beside this one and add a line to [`BRAINS`]. `wander` and `linger` do not use the
//! [toolkit](crate::sdk::toolkit) and are the shortest to read.

mod choice;
mod hunter;
mod miner;
mod names;
#[cfg(test)]
mod tests;
mod trader;
mod wander;

pub use choice::BrainChoice;
pub use hunter::Hunter;
pub use miner::Miner;
pub use names::name;
pub use trader::Trader;
pub use wander::Wander;

use crate::sdk::Brain;

/// A kind of brain, with its name.
#[derive(Clone, Copy, Debug)]
pub struct BrainKind {
    /// The name on the command line.
    pub name: &'static str,
    /// The word before the name of a bot with this brain, as in "Miner Ada".
    pub title: &'static str,
    /// How many of [`MIX`] bots in a mix have it.
    pub share: u32,
    create: fn(u64) -> Box<dyn Brain>,
    /// The same for a brain that needs no view of the world.
    create_blind: Option<fn(u64) -> Wander>,
}

/// All brains.
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
    // It loads a server and does not play, so there is none in a mix.
    BrainKind {
        name: "linger",
        title: "Lingerer",
        share: 0,
        create: |seed| Box::new(Wander::lingering(seed)),
        create_blind: Some(Wander::lingering),
    },
];

/// Number of bots in which a mix has exactly its shares.
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

    /// The brain of bot `index` in a mix. The first few bots are mixed already.
    pub fn of_mix(index: usize) -> &'static BrainKind {
        // The kind that is furthest behind its share is next.
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

    /// A new brain whose random choices follow from the seed.
    pub fn create(&self, seed: u64) -> Box<dyn Brain> {
        (self.create)(seed)
    }

    /// A new brain that needs no view of the world; `None` if this kind needs one.
    pub fn create_blind(&self, seed: u64) -> Option<Wander> {
        Some((self.create_blind?)(seed))
    }

    /// Whether it needs no view of the world.
    pub fn is_blind(&self) -> bool {
        self.create_blind.is_some()
    }
}

/// A seed for one of many. Seeds of neighbours are unrelated (the finaliser of SplitMix64).
pub fn mix(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
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
