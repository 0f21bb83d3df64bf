//! What clients say, read once a tick: commands into their buffers, and why a client goes.

use std::time::Instant;

use driftfield_shared::protocol::{
    ClientControl, ClientMessage, CloseReason, InputMessage, decode_client,
};
use driftfield_shared::sim::Command;
use driftfield_shared::units::{PlayerId, Tick};

use super::client::Client;
use super::input_buffer::Received;
use super::input_path::InputPath;
use crate::connection::{ConnectionEnd, Inbox};
use crate::metrics::RoomMetrics;

/// Who reads what clients say: on one thread, with memory that is used again.
#[derive(Debug, Default)]
pub struct Reader {
    inbox: Inbox,
    /// What was found.
    pub found: Found,
}

/// What readers found, to be dealt with before the step.
#[derive(Debug, Default)]
pub struct Found {
    /// For the step. Those of different players may come in any order.
    pub commands: Vec<Command>,
    /// Whose first input command has come.
    pub played: Vec<PlayerId>,
    /// Who goes.
    pub left: Vec<(PlayerId, Left)>,
    /// Second connections that ended.
    pub ended_paths: Vec<(InputPath, ConnectionEnd)>,
    counts: InputCounts,
}

/// When is read.
#[derive(Clone, Copy, Debug)]
pub struct ReadingTime {
    /// Time by the clock.
    pub now: Instant,
    /// The last tick that was simulated.
    pub tick: Tick,
    /// Ticks a second.
    pub tick_hz: u16,
}

impl Reader {
    /// Reads all that these clients sent since the last tick, and takes out their commands for the next.
    pub fn read(&mut self, time: ReadingTime, clients: &mut [Client]) {
        let Reader { inbox, found } = self;
        for client in clients {
            client.connection.begin_tick(time.now);
            let left = read_client(client, time.tick, inbox, &mut found.counts).and_then(|()| {
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
            // Nothing more of this client comes before the step, and now it is in the processor's cache.
            if let Some(input) = client.take_input(time.tick.next()) {
                found.commands.push(Command::Steer(client.player, input.controls));
                found.commands.push(Command::See(client.player, input.view_lag));
            }
        }
    }
}

impl Found {
    /// Hands over what was counted.
    pub fn tell(&mut self, metrics: &RoomMetrics) {
        std::mem::take(&mut self.counts).tell(metrics);
    }
}

/// Why a client goes.
#[derive(Debug)]
pub enum Left {
    /// Its connection has ended.
    End(ConnectionEnd),
    /// It did what no client does.
    Refuse(CloseReason),
    /// It said goodbye.
    Leave,
}

/// What became of input commands. Counted here and told to the metrics once a tick: those are shared between
/// threads, and each addition to them makes the processor wait until all it has written before is in the cache.
#[derive(Debug, Default)]
struct InputCounts {
    received: u64,
    late: u64,
    duplicate: u64,
    too_early: u64,
    again: u64,
}

impl InputCounts {
    /// Hands over what was counted.
    fn tell(self, metrics: &RoomMetrics) {
        metrics.inputs_received.inc_by(self.received);
        metrics.inputs_late.inc_by(self.late);
        metrics.inputs_duplicate.inc_by(self.duplicate);
        for (label, count) in [("input_too_early", self.too_early), ("input_again", self.again)] {
            if count > 0 {
                metrics.count_rejected_by(label, count);
            }
        }
    }
}

/// Reads all that a client sent since the last tick, over its first connection.
///
/// # Errors
/// Why it goes.
fn read_client(
    client: &mut Client,
    now: Tick,
    inbox: &mut Inbox,
    counts: &mut InputCounts,
) -> Result<(), Left> {
    inbox.clear();
    while let Some(bytes) = client.connection.receive(inbox).map_err(Left::End)? {
        match decode_client(&bytes) {
            Ok(ClientMessage::Input(input)) => take_input(client, now, &input, counts),
            Ok(ClientMessage::Control(ClientControl::Leave)) => return Err(Left::Leave),
            Err(_) => return Err(Left::Refuse(CloseReason::Malformed)),
        }
    }
    Ok(())
}

/// Reads the second connection of a client, if it has one. Gives it back when it has ended.
fn read_input_path(
    client: &mut Client,
    ReadingTime { now, tick, tick_hz }: ReadingTime,
    inbox: &mut Inbox,
    counts: &mut InputCounts,
) -> Option<(InputPath, ConnectionEnd)> {
    let mut path = client.input_path.take()?;
    inbox.clear();
    path.begin_tick(now);
    loop {
        match path.receive(tick, tick_hz, inbox) {
            Ok(Some(input)) => take_input(client, tick, &input, counts),
            Ok(None) => break,
            Err(end) => return Some((*path, end)),
        }
    }
    client.input_path = Some(path);
    None
}

/// Takes in an input command, over whichever connection it came, and counts what became of it.
fn take_input(client: &mut Client, now: Tick, input: &InputMessage, counts: &mut InputCounts) {
    let received = client.handle_input(now, input);
    if received == Received::Again && client.has_copies() {
        counts.duplicate += 1;
        return;
    }
    counts.received += 1;
    match received {
        Received::Kept => {}
        Received::Late => counts.late += 1,
        // Harmless, and what a client does whose clock was set anew: counted, not punished.
        Received::TooEarly => counts.too_early += 1,
        Received::Again => counts.again += 1,
    }
}
