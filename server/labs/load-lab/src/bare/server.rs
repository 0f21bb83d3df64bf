//! The server half: one thread, absolute deadlines, two system calls for each client and tick.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{INPUT_BYTES, WARM_UP};
use crate::stretch::Quantiles;

/// Size of the read buffer in bytes, the same as in the game's server.
const READ_BYTES: usize = 4 * 1_024;
/// File descriptors besides the sockets.
const DESCRIPTORS_RESERVED: u64 = 64;

/// Listens on a free loopback port, prints the address, waits for all clients, and serves them until all have left.
/// Then prints its tick lateness over `seconds` after the warm-up: [`Quantiles`] as JSON.
///
/// # Errors
/// When a system call fails.
pub fn run(count: u32, bytes: u32, tick_hz: u16, seconds: f64) -> io::Result<()> {
    rlimit::increase_nofile_limit(u64::from(count) + DESCRIPTORS_RESERVED)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    let (count, bytes) = (count as usize, bytes as usize);
    let late = serve(&listener, count, bytes, tick_hz, || println!("all are connected"))?;
    // Leaves out the ticks at the end, during which the clients leave.
    let ticks = |seconds: f64| (seconds * f64::from(tick_hz)) as usize;
    let late = late.into_iter().skip(ticks(WARM_UP.as_secs_f64())).take(ticks(seconds)).collect();
    println!("{}", serde_json::to_string(&Quantiles::of_times(late))?);
    Ok(())
}

/// Accepts `count` clients, calls `ready`, and writes `bytes` to each in every tick until all have left. Returns the
/// lateness of each tick.
pub(super) fn serve(
    listener: &TcpListener,
    count: usize,
    bytes: usize,
    tick_hz: u16,
    ready: impl FnOnce(),
) -> io::Result<Vec<Duration>> {
    let mut clients = Vec::with_capacity(count);
    while clients.len() < count {
        let (client, _) = listener.accept()?;
        client.set_nodelay(true)?;
        client.set_nonblocking(true)?;
        clients.push(client);
    }
    ready();
    let tick = Duration::from_secs(1) / u32::from(tick_hz.max(1));
    let message = vec![0x5a; bytes];
    let mut buffer = [0; READ_BYTES];
    const { assert!(READ_BYTES >= INPUT_BYTES) };
    let mut late = Vec::new();
    let mut deadline = Instant::now();
    while !clients.is_empty() {
        deadline += tick;
        thread::sleep(deadline.saturating_duration_since(Instant::now()));
        late.push(deadline.elapsed());
        clients.retain_mut(|client| exchange(client, &mut buffer, &message));
    }
    Ok(late)
}

/// One blind read and one write. Returns false when the client has left.
fn exchange(client: &mut TcpStream, buffer: &mut [u8], message: &[u8]) -> bool {
    let is_pending =
        |error: &io::Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted);
    let is_there = match client.read(buffer) {
        Ok(read) => read > 0,
        Err(error) => is_pending(&error),
    };
    // What does not fit a full socket is dropped: nobody parses these bytes.
    is_there && client.write(message).map_or_else(|error| is_pending(&error), |_| true)
}
