//! Reads clients' messages once per tick: commands go to their buffers; clients that must leave are listed.

use std::time::Instant;

use driftfield_shared::protocol::{
    ClientControl, ClientMessage, CloseReason, HubRequest, InputMessage, Request, decode_client,
};
use driftfield_shared::units::{PlayerId, Tick};

use super::client::input_buffer::Received;
use super::client::input_path::InputPath;
use super::client::{Client, NeverSent};
use super::state::InputCommand;
use crate::metrics::RoomMetrics;
use crate::net::connection::{Disconnect, Inbox};

/// Reads clients on one thread, with reused memory.
#[derive(Debug, Default)]
pub struct Reader {
    inbox: Inbox,
    /// The results.
    pub found: Found,
}

/// What readers found, to be handled before the step.
#[derive(Debug, Default)]
pub struct Found {
    /// Input commands for the step, in any order.
    pub inputs: Vec<(PlayerId, InputCommand)>,
    /// Clients whose first input command has come.
    pub played: Vec<PlayerId>,
    /// What clients ask for, those of each client in their order.
    pub requests: Vec<(PlayerId, Request)>,
    /// What they ask the hub for.
    pub hub_requests: Vec<(PlayerId, HubRequest)>,
    /// Clients that leave, with reasons.
    pub left: Vec<(PlayerId, Left)>,
    /// Second connections that ended.
    pub ended_paths: Vec<(InputPath, Disconnect)>,
    counts: InputCounts,
}

/// The time of reading.
#[derive(Clone, Copy, Debug)]
pub struct ReadingTime {
    /// Clock time.
    pub now: Instant,
    /// The last simulated tick.
    pub tick: Tick,
    /// Ticks per second.
    pub tick_hz: u16,
    /// Whether the room has stood still since the tick before.
    pub has_stood_still: bool,
}

impl Reader {
    /// Reads everything that these clients have sent since the last tick, and takes out their commands for the next
    /// one.
    pub fn read(&mut self, time: ReadingTime, clients: &mut [Client]) {
        let Reader { inbox, found } = self;
        for client in clients {
            client.connection.begin_tick(time.now);
            if time.has_stood_still {
                client.note_standstill(time.tick);
            }
            let left = read_client(client, time.tick, inbox, found).and_then(|()| {
                let overdue = client.overdue(time.tick, time.tick_hz);
                overdue.map_or(Ok(()), |reason| Err(Left::Refuse(reason)))
            });
            found.ended_paths.extend(read_input_path(client, time, inbox, &mut found.counts));
            if let Err(left) = left {
                found.left.push((client.player, left));
                continue;
            }
            if client.is_first_input() {
                found.played.push(client.player);
            }
            // Nothing more comes from this client before the step, and its data is now in the processor's cache.
            if let Some(input) = client.take_input(time.tick.next()) {
                found.inputs.push((client.player, input));
            }
        }
    }
}

impl Found {
    /// Adds the counts to the metrics.
    pub fn tell(&mut self, metrics: &RoomMetrics) {
        std::mem::take(&mut self.counts).tell(metrics);
    }
}

/// Why a client leaves.
#[derive(Debug)]
pub enum Left {
    /// Its connection has ended.
    End(Disconnect),
    /// It broke the protocol.
    Refuse(CloseReason),
    /// It left on purpose.
    Leave,
}

/// Counts of input commands. They are added to the metrics once per tick, because metrics are shared between threads,
/// and each atomic addition makes the processor wait until its earlier writes have reached the cache.
#[derive(Debug, Default)]
struct InputCounts {
    received: u64,
    late: u64,
    duplicate: u64,
    too_early: u64,
    again: u64,
    desyncs: u64,
    requests_dropped: u64,
}

impl InputCounts {
    /// Adds the counts to the metrics.
    fn tell(self, metrics: &RoomMetrics) {
        metrics.inputs_received.inc_by(self.received);
        metrics.inputs_late.inc_by(self.late);
        metrics.inputs_duplicate.inc_by(self.duplicate);
        metrics.desyncs.inc_by(self.desyncs);
        for (label, count) in [
            ("input_too_early", self.too_early),
            ("input_again", self.again),
            ("requests_without_an_answer", self.requests_dropped),
        ] {
            if count > 0 {
                metrics.count_rejected_by(label, count);
            }
        }
    }
}

/// Reads everything that a client has sent since the last tick over its first connection.
///
/// # Errors
/// Why it goes.
fn read_client(
    client: &mut Client,
    now: Tick,
    inbox: &mut Inbox,
    found: &mut Found,
) -> Result<(), Left> {
    let Found { requests, hub_requests, counts, .. } = found;
    inbox.clear();
    while let Some(bytes) = client.connection.receive(inbox).map_err(Left::End)? {
        match decode_client(&bytes) {
            Ok(ClientMessage::Input(input)) => take_input(client, now, &input, counts)
                .map_err(|NeverSent| Left::Refuse(CloseReason::Malformed))?,
            Ok(ClientMessage::Control(ClientControl::Leave)) => return Err(Left::Leave),
            Ok(ClientMessage::Control(ClientControl::Acknowledge(tick))) => client
                .acknowledge(now, tick)
                .map_err(|NeverSent| Left::Refuse(CloseReason::Malformed))?,
            Ok(ClientMessage::Control(ClientControl::Desync(tick))) => {
                counts.desyncs += u64::from(client.handle_desync(tick));
            }
            Ok(ClientMessage::Control(ClientControl::Subscribe(subscribe))) => {
                client.topics.subscribe(subscribe);
            }
            Ok(ClientMessage::Control(ClientControl::Unsubscribe(handle))) => {
                client.topics.unsubscribe(handle);
            }
            Ok(ClientMessage::Control(ClientControl::Request(request))) => {
                match client.replies.expect(request.id) {
                    true => requests.push((client.player, request)),
                    // No honest client has so many without an answer.
                    false => counts.requests_dropped += 1,
                }
            }
            Ok(ClientMessage::Control(ClientControl::HubRequest(request))) => {
                match client.replies.expect(request.id) {
                    true => hub_requests.push((client.player, request)),
                    false => counts.requests_dropped += 1,
                }
            }
            Err(_) => return Err(Left::Refuse(CloseReason::Malformed)),
        }
    }
    Ok(())
}

/// Reads the second connection of a client, if it has one. Gives it back when it has ended.
fn read_input_path(
    client: &mut Client,
    ReadingTime { now, tick, tick_hz, .. }: ReadingTime,
    inbox: &mut Inbox,
    counts: &mut InputCounts,
) -> Option<(InputPath, Disconnect)> {
    let mut path = client.input_path.take()?;
    inbox.clear();
    path.begin_tick(now);
    loop {
        match path.receive(tick, tick_hz, inbox) {
            Ok(Some(input)) => {
                if take_input(client, tick, &input, counts).is_err() {
                    return Some((*path, Disconnect::Refused(CloseReason::Malformed)));
                }
            }
            Ok(None) => break,
            Err(end) => return Some((*path, end)),
        }
    }
    client.input_path = Some(path);
    None
}

/// Takes in an input command, over whichever connection it came, and counts what became of it.
///
/// # Errors
/// When it acknowledges what was not sent.
fn take_input(
    client: &mut Client,
    now: Tick,
    input: &InputMessage,
    counts: &mut InputCounts,
) -> Result<(), NeverSent> {
    let received = client.handle_input(now, input)?;
    if received == Received::Again && client.has_copies() {
        counts.duplicate += 1;
        return Ok(());
    }
    counts.received += 1;
    match received {
        Received::Kept => {}
        Received::Late => counts.late += 1,
        // Harmless, and what a client does whose clock was set anew: counted, not punished.
        Received::TooEarly => counts.too_early += 1,
        Received::Again => counts.again += 1,
    }
    Ok(())
}
