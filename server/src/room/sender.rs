//! Hands clients what is due in a tick: control messages and snapshots.

use driftfield_shared::sim::World;
use driftfield_shared::snapshot::{History, SnapshotTally, StateAges, Workspace};

use super::batch::Batch;
use super::client::{Client, SnapshotMaker};

/// What is sent in a tick, and what it is made from.
pub struct Outgoing<'a> {
    /// The world after the step.
    pub world: &'a World,
    /// Its past, and the bits that clients share.
    pub history: &'a History,
    /// Share of their byte allowances that clients get, `0.0..=1.0`.
    pub budget_share: f32,
    /// Control messages for everyone, as bytes.
    pub broadcasts: &'a [Vec<u8>],
}

/// Who makes and writes snapshots: on one thread, with memory that is used again.
#[derive(Debug, Default)]
pub struct Sender {
    space: Workspace,
    batch: Batch,
    frame: Vec<u8>,
    counts: SentCounts,
}

/// What was sent.
#[derive(Debug, Default)]
pub struct SentCounts {
    /// Snapshots.
    pub snapshots: u64,
    /// Snapshots that were due and not sent, for their clients are behind.
    pub skipped: u64,
    /// Bytes of snapshots.
    pub snapshot_bytes: u64,
    /// Bytes of control messages.
    pub control_bytes: u64,
    /// Where the bits of snapshots went.
    pub tally: SnapshotTally,
    /// Snapshots for which the budget did not do.
    pub planned: u32,
    /// How old is what clients hold of ships.
    pub ages: StateAges,
}

impl Sender {
    /// Hands each of these clients its control messages and its snapshot, and writes them in one go.
    pub fn send(&mut self, outgoing: &Outgoing<'_>, clients: &mut [Client]) {
        let counts = &mut self.counts;
        let mut maker =
            SnapshotMaker { outgoing, space: &mut self.space, tally: &mut counts.tally };
        // An ended connection is dealt with at the next reading: errors are not lost here.
        self.batch.clear();
        for client in &mut *clients {
            let is_behind = client.is_behind();
            for message in outgoing.broadcasts {
                if client.connection.send(message).is_ok() {
                    counts.control_bytes += message.len() as u64;
                }
            }
            counts.skipped += u64::from(is_behind);
            self.batch.push((!is_behind).then(|| client.make_snapshot(&mut maker)));
        }
        for (client, snapshot) in clients.iter_mut().zip(self.batch.snapshots()) {
            let Some(bytes) = snapshot else {
                let _ = client.connection.flush();
                continue;
            };
            if client.connection.write(bytes, &mut self.frame).is_ok() {
                counts.snapshots += 1;
                counts.snapshot_bytes += bytes.len() as u64;
            }
        }
    }

    /// Takes what was counted since this was last asked.
    pub fn take_counts(&mut self) -> SentCounts {
        let (planned, ages) = (&mut self.space.planned, &mut self.space.ages);
        SentCounts {
            planned: std::mem::take(planned),
            ages: std::mem::take(ages),
            ..std::mem::take(&mut self.counts)
        }
    }
}
