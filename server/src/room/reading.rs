//! What clients say, read once a tick: commands into their buffers, and why a client goes.

use std::time::Instant;

use driftfield_shared::protocol::{
    ClientControl, ClientMessage, CloseReason, InputMessage, decode_client,
};
use driftfield_shared::units::Tick;

use super::client::Client;
use super::input_buffer::Received;
use super::input_path::InputPath;
use crate::connection::{ConnectionEnd, Inbox};
use crate::metrics::RoomMetrics;

/// Why a client goes.
pub enum Left {
    /// Its connection has ended.
    End(ConnectionEnd),
    /// It did what no client does.
    Refuse(CloseReason),
    /// It said goodbye.
    Leave,
}

/// Reads all that a client sent since the last tick, over its first connection.
///
/// # Errors
/// Why it goes.
pub fn read_client(
    client: &mut Client,
    now: Tick,
    inbox: &mut Inbox,
    metrics: &RoomMetrics,
) -> Result<(), Left> {
    inbox.clear();
    while let Some(bytes) = client.connection.receive(inbox).map_err(Left::End)? {
        match decode_client(&bytes) {
            Ok(ClientMessage::Input(input)) => take_input(client, now, &input, metrics),
            Ok(ClientMessage::Control(ClientControl::Leave)) => return Err(Left::Leave),
            Err(_) => return Err(Left::Refuse(CloseReason::Malformed)),
        }
    }
    Ok(())
}

/// Reads the second connection of a client, if it has one. Gives it back when it has ended.
pub fn read_input_path(
    client: &mut Client,
    now: Instant,
    tick: Tick,
    tick_hz: u16,
    inbox: &mut Inbox,
    metrics: &RoomMetrics,
) -> Option<(InputPath, ConnectionEnd)> {
    let mut path = client.input_path.take()?;
    inbox.clear();
    path.begin_tick(now);
    loop {
        match path.receive(tick, tick_hz, inbox) {
            Ok(Some(input)) => take_input(client, tick, &input, metrics),
            Ok(None) => break,
            Err(end) => return Some((*path, end)),
        }
    }
    client.input_path = Some(path);
    None
}

/// Takes in an input command, over whichever connection it came, and counts what became of it.
fn take_input(client: &mut Client, now: Tick, input: &InputMessage, metrics: &RoomMetrics) {
    let received = client.handle_input(now, input);
    if received == Received::Again && client.has_copies() {
        metrics.inputs_duplicate.inc();
        return;
    }
    metrics.inputs_received.inc();
    match received {
        Received::Kept => {}
        Received::Late => {
            metrics.inputs_late.inc();
        }
        // Harmless, and what a client does whose clock was set anew: counted, not punished.
        Received::TooEarly => metrics.count_rejected("input_too_early"),
        Received::Again => metrics.count_rejected("input_again"),
    }
}
