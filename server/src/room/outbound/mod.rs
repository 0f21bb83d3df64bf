//! Sends clients what is due in a tick: control messages, snapshots, and behind these what is new of topics.

pub mod batch;

use driftfield_shared::protocol::{ServerControl, encode_server_control};
use driftfield_shared::sim::World;
use driftfield_shared::snapshot::{History, SnapshotTally, StateAges, Workspace};
use driftfield_shared::units::Tick;

use super::client::Client;
use super::topics::{TopicMessages, Topics};
use crate::metrics::RoomMetrics;
use batch::Batch;

/// What is sent in a tick, and the data to encode it from.
pub struct Outgoing<'a> {
    /// The world after the step.
    pub world: &'a World,
    /// Past states, and the bits that clients share.
    pub history: &'a History,
    /// Encoded control messages for all clients.
    pub broadcasts: &'a [Vec<u8>],
    /// What clients may subscribe to.
    pub topics: &'a Topics,
    /// The last tick that is durable, with all before it.
    pub durable: Tick,
    /// Whether nothing becomes durable at the moment.
    pub is_unsaved: bool,
}

/// Encodes and writes snapshots on one thread, with reused memory.
#[derive(Debug, Default)]
pub struct Sender {
    space: Workspace,
    batch: Batch,
    topics: TopicMessages,
    frame: Vec<u8>,
    counts: SentCounts,
}

/// Counts of what was sent.
#[derive(Debug, Default)]
pub struct SentCounts {
    /// Snapshots.
    pub snapshots: u64,
    /// Snapshots that were due but not sent because the clients were behind.
    pub skipped: u64,
    /// Bytes of snapshots.
    pub snapshot_bytes: u64,
    /// Bytes of control messages.
    pub control_bytes: u64,
    /// Bytes of updates of topics.
    pub topic_bytes: u64,
    /// Subscriptions to topics that there are not.
    pub unknown_topics: u64,
    /// Bits of snapshots, by part.
    pub tally: SnapshotTally,
    /// How stale clients' ship states are.
    pub ages: StateAges,
}

impl SentCounts {
    /// Adds the counts to the metrics.
    pub fn tell(&self, metrics: &RoomMetrics) {
        metrics.snapshots_sent.inc_by(self.snapshots);
        metrics.snapshots_skipped.inc_by(self.skipped);
        metrics.sent_snapshot_bytes.inc_by(self.snapshot_bytes);
        metrics.sent_control_bytes.inc_by(self.control_bytes);
        metrics.sent_topic_bytes.inc_by(self.topic_bytes);
        if self.unknown_topics > 0 {
            metrics.count_rejected_by("unknown_topic", self.unknown_topics);
        }
        metrics.count_bits(&self.tally);
        metrics.count_ages(&self.ages);
    }
}

impl Sender {
    /// Writes each of these clients its control messages and its snapshot in one call.
    pub fn send(&mut self, outgoing: &Outgoing<'_>, clients: &mut [Client]) {
        let counts = &mut self.counts;
        let now = outgoing.world.tick();
        // An ended connection is handled at the next read, so errors are not lost here.
        self.batch.clear();
        for client in &mut *clients {
            let is_behind = client.is_behind();
            for message in outgoing.broadcasts {
                if client.connection.send(message).is_ok() {
                    counts.control_bytes += message.len() as u64;
                }
            }
            let seat_kept =
                client.take_seat_kept(outgoing.durable).then_some(ServerControl::SeatKept);
            let unsaved = client.take_unsaved(outgoing.is_unsaved).map(ServerControl::Unsaved);
            let replies = std::iter::from_fn(|| client.replies.poll(outgoing.durable));
            let replies = replies.map(ServerControl::Reply);
            for control in seat_kept.into_iter().chain(replies).chain(unsaved) {
                let message = encode_server_control(&control);
                if client.connection.send(&message).is_ok() {
                    counts.control_bytes += message.len() as u64;
                }
            }
            counts.skipped += u64::from(is_behind);
            self.batch.push((!is_behind).then(|| {
                let Outgoing { world, history, .. } = outgoing;
                counts.tally.add(&client.make_snapshot(world, history, &mut self.space));
                self.space.bytes()
            }));
        }
        for (client, snapshot) in clients.iter_mut().zip(self.batch.snapshots()) {
            let Some(bytes) = snapshot else {
                let _ = client.connection.flush();
                continue;
            };
            let topics = &mut self.topics;
            counts.unknown_topics += client.tell_topics(outgoing.topics, now, topics);
            let messages = std::iter::once(bytes).chain(topics.iter());
            if client.connection.write(messages, &mut self.frame).is_ok() {
                counts.snapshots += 1;
                counts.snapshot_bytes += bytes.len() as u64;
                counts.topic_bytes += topics.len_bytes() as u64;
                if let Some(check) = client.poll_check()
                    && client.connection.send(&check).is_ok()
                {
                    counts.control_bytes += check.len() as u64;
                    let _ = client.connection.flush();
                }
            }
        }
    }

    /// Takes the counts since the last call.
    pub fn take_counts(&mut self) -> SentCounts {
        SentCounts {
            ages: std::mem::take(&mut self.space.ages),
            ..std::mem::take(&mut self.counts)
        }
    }
}
