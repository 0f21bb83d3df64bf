//! The lower bound for a server that answers every client in every tick: bare sockets with as many messages.
//!
//! ```text
//! server half (process): each tick and client: one blind read and one write
//! client half (process): each tick and client: one input, spread over the tick; reads what arrives
//! ```
//!
//! There is no WebSocket, no framing and no simulation. The halves are two processes, so that the server half's
//! processor time can be measured alone.

mod around;
mod client;
mod server;

pub use around::{BYTES_BEFORE, BareAround};
pub use client::run as run_client;
pub use server::run as run_server;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use driftfield_lab_common::Program;
use serde::{Deserialize, Serialize};

use crate::lab::{END_PATIENCE, Lab, LabError};
use crate::readings::{ProcessCounts, stolen};
use crate::stretch::Quantiles;

/// Bytes of a client's input command on the wire: 2 of header, 4 of mask, 8 of payload.
pub const INPUT_BYTES: usize = 14;

/// The cost of bare sockets.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Bare {
    /// Number of clients.
    pub clients: u32,
    /// Bytes written to each client in each tick.
    pub bytes: u32,
    /// Seconds measured.
    pub seconds: f64,
    /// Processor time of the server half, in seconds per second.
    pub server_cpu: f64,
    /// Processor time of the server half per client and tick, in microseconds.
    pub micros_per_client_tick: f64,
    /// Processor time of the client half per client and tick, in microseconds.
    pub client_half_micros_per_client_tick: f64,
    /// Tick lateness from single samples: what this machine does to a thread that only sleeps until a deadline.
    /// `None` in older results.
    pub tick_lateness_ms: Option<Quantiles>,
    /// Processor time that the host took, in seconds per second. `None` in older results.
    pub stolen_cpu: Option<f64>,
}

/// Runs both halves and measures the server half for the given number of seconds.
///
/// # Errors
/// When a system call fails.
pub fn measure(
    lab: &Lab,
    clients: u32,
    bytes: u32,
    seconds: f64,
    tick_hz: u16,
) -> Result<Bare, LabError> {
    let hz = tick_hz.to_string();
    let count = clients.to_string();
    let mut command = lab.own();
    command.args(["bare-server", "--count", &count, "--tick-hz", &hz]);
    command.args(["--bytes", &bytes.to_string(), "--seconds", &seconds.to_string()]);
    let mut server = Program::start_heard(command)?;
    let line = server.read_line()?;
    let address: SocketAddr = line.parse().map_err(|_| LabError::NoAddress(line))?;
    let mut command = lab.own();
    command.args(["bare-client", "--count", &count, "--tick-hz", &hz]);
    command.args(["--server", &address.to_string()]);
    let mut client = Program::start_silent(command)?;
    // The server half prints a line when all clients are connected.
    server.read_line()?;
    let pause = |time, server: &mut Program, client: &mut Program| {
        lab.pause(time, &mut [("the bare server", server), ("the bare clients", client)])
    };
    pause(WARM_UP, &mut server, &mut client)?;
    let look = |server: &Program, client: &Program| -> Result<_, LabError> {
        let server = ProcessCounts::read(server.id())?;
        let client = ProcessCounts::read(client.id())?;
        Ok((Instant::now(), server.cpu, client.cpu, stolen()?))
    };
    let (from, server_before, client_before, stolen_before) = look(&server, &client)?;
    pause(Duration::from_secs_f64(seconds), &mut server, &mut client)?;
    let (to, server_after, client_after, stolen_after) = look(&server, &client)?;
    client.end(END_PATIENCE)?;
    let line = server.read_line()?;
    let tick_lateness_ms = serde_json::from_str(&line).map_err(|_| LabError::NoLateness(line))?;
    let seconds = to.saturating_duration_since(from).as_secs_f64().max(1e-9);
    let client_ticks = seconds * f64::from(tick_hz) * f64::from(clients);
    let server_cpu = server_after.saturating_sub(server_before).as_secs_f64();
    let client_cpu = client_after.saturating_sub(client_before).as_secs_f64();
    Ok(Bare {
        clients,
        bytes,
        seconds,
        server_cpu: server_cpu / seconds,
        micros_per_client_tick: server_cpu * 1e6 / client_ticks,
        client_half_micros_per_client_tick: client_cpu * 1e6 / client_ticks,
        tick_lateness_ms: Some(tick_lateness_ms),
        stolen_cpu: Some(stolen_after.saturating_sub(stolen_before).as_secs_f64() / seconds),
    })
}

/// Length of a server's message on the wire: an unmasked frame, RFC 6455, section 5.2.
pub fn framed_bytes(payload_bytes: f64) -> u32 {
    let payload = payload_bytes.round().max(1.0) as u32;
    payload + if payload <= 125 { 2 } else { 4 }
}

/// Time from the last connection to the start of the measurement.
const WARM_UP: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::*;

    #[test]
    fn a_message_has_the_header_that_its_length_takes() {
        assert_eq!([0.0, 40.4, 125.0, 126.0, 900.0].map(framed_bytes), [3, 42, 127, 130, 904]);
    }

    #[test]
    fn each_client_gets_its_bytes_until_all_are_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || server::serve(&listener, 2, 10, 120, || {}));
        let mut clients = [0; 2].map(|_| TcpStream::connect(address).unwrap());
        for client in &mut clients {
            let mut bytes = [0; 110];
            client.read_exact(&mut bytes).unwrap();
        }
        drop(clients);
        let late = server.join().unwrap().unwrap();
        assert!(late.len() > 10, "one for each tick: {}", late.len());
    }
}
