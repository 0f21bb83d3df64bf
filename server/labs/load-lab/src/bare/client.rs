//! The client half: all clients on one thread, as in the bots, with their inputs spread over the tick.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::INPUT_BYTES;

/// Size of one read: a shorter read has emptied the socket.
const READ_BYTES: usize = 64 * 1_024;
/// Events polled at once.
const EVENTS_MAX: usize = 512;
/// File descriptors besides the sockets.
const DESCRIPTORS_RESERVED: u64 = 64;

/// Connects all clients and sends inputs until the server half ends.
///
/// # Errors
/// When a system call fails.
pub fn run(count: u32, server: SocketAddr, tick_hz: u16) -> io::Result<()> {
    rlimit::increase_nofile_limit(u64::from(count) + DESCRIPTORS_RESERVED)?;
    let mut poll = Poll::new()?;
    let mut clients = Vec::with_capacity(count as usize);
    for index in 0..count {
        // Blocking and one at a time, because the listener's queue is shorter than the number of clients.
        let stream = std::net::TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(index as usize), Interest::READABLE)?;
        clients.push(stream);
    }
    let mut events = Events::with_capacity(EVENTS_MAX);
    let mut buffer = vec![0; READ_BYTES];
    let start = Instant::now();
    let interval = Duration::from_secs(1) / u32::from(tick_hz.max(1)) / count.max(1);
    let mut inputs: u64 = 0;
    loop {
        let due = Duration::from_nanos(interval.as_nanos() as u64 * inputs);
        match poll.poll(&mut events, Some(due.saturating_sub(start.elapsed()))) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        for event in &events {
            let Token(index) = event.token();
            if !read_all(&mut clients[index], &mut buffer) {
                return Ok(());
            }
        }
        let elapsed = start.elapsed();
        while Duration::from_nanos(interval.as_nanos() as u64 * inputs) <= elapsed {
            let index = (inputs % u64::from(count.max(1))) as usize;
            match clients[index].write(&[0x5a; INPUT_BYTES]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // The server half has ended.
                Err(_) => return Ok(()),
            }
            inputs += 1;
        }
    }
}

/// Reads until a socket is empty. Returns false when the server has closed it.
fn read_all(client: &mut TcpStream, buffer: &mut [u8]) -> bool {
    loop {
        match client.read(buffer) {
            Ok(0) => return false,
            Ok(read) if read < buffer.len() => return true,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}
