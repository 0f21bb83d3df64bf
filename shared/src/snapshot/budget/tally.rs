//! Counts the bits of snapshots by part, with the entities that they are spent on.

use serde::{Deserialize, Serialize};

/// The parts of a snapshot that are counted separately.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SnapshotPart {
    /// Header: ticks, input margin, side of the sector.
    Header,
    /// Updates of held ships.
    ShipUpdates,
    /// Ships that come into view or leave it.
    ShipArrivals,
    /// Shots: births and ends. Their flight costs nothing.
    Shots,
    /// Asteroids.
    Asteroids,
    /// Ore.
    Ores,
    /// The state that only the ship's owner sees.
    Own,
}

/// Bits and entities of one part.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Spent {
    /// Bits written.
    pub bits: u64,
    /// Entities of that kind that the client held, summed over snapshots.
    pub entities: u64,
}

/// The bits of any number of snapshots, by part.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct SnapshotTally {
    parts: [Spent; SnapshotPart::ALL.len()],
}

impl SnapshotPart {
    /// All parts, in the order of the wire.
    pub const ALL: [SnapshotPart; 7] = [
        SnapshotPart::Header,
        SnapshotPart::ShipUpdates,
        SnapshotPart::ShipArrivals,
        SnapshotPart::Shots,
        SnapshotPart::Asteroids,
        SnapshotPart::Ores,
        SnapshotPart::Own,
    ];

    /// One word, for labels of metrics and reports.
    pub fn label(self) -> &'static str {
        match self {
            SnapshotPart::Header => "header",
            SnapshotPart::ShipUpdates => "ship_updates",
            SnapshotPart::ShipArrivals => "ship_arrivals",
            SnapshotPart::Shots => "shots",
            SnapshotPart::Asteroids => "asteroids",
            SnapshotPart::Ores => "ores",
            SnapshotPart::Own => "own",
        }
    }
}

impl SnapshotTally {
    /// The count of one part.
    pub fn of(&self, part: SnapshotPart) -> Spent {
        self.parts[part as usize]
    }

    /// Bits of all parts together.
    pub fn bits(&self) -> u64 {
        self.parts.iter().map(|spent| spent.bits).sum()
    }

    /// Adds what one snapshot spent on a part.
    pub fn spend(&mut self, part: SnapshotPart, bits: usize, entities: usize) {
        let spent = &mut self.parts[part as usize];
        spent.bits += bits as u64;
        spent.entities += entities as u64;
    }

    /// What was spent since `before`, an earlier state of the same tally.
    pub fn since(&self, before: &SnapshotTally) -> SnapshotTally {
        let mut since = *self;
        for (spent, before) in since.parts.iter_mut().zip(before.parts) {
            debug_assert!(spent.bits >= before.bits, "what was spent stays spent");
            spent.bits -= before.bits;
            spent.entities -= before.entities;
        }
        since
    }

    /// Adds another tally.
    pub fn add(&mut self, other: &SnapshotTally) {
        for (spent, other) in self.parts.iter_mut().zip(other.parts) {
            spent.bits += other.bits;
            spent.entities += other.entities;
        }
    }
}
