//! Carries packets between two TUN devices over two [`Wire`]s, on its own thread.
//!
//! ```text
//! TUN of the server --> Wire down --> TUN of the bots
//!                   <-- Wire up   <--
//! ```

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::setpriority_process;
use tun_rs::{DeviceBuilder, SyncDevice};

use crate::wire::{Wire, WireCounts, WireProfile};

/// A running relay. Dropping it stops it.
#[derive(Debug)]
pub struct Relay {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<RelayCounts>>>,
}

/// What the relay has carried.
#[derive(Clone, Copy, Debug, Default)]
pub struct RelayCounts {
    /// From the server to the bots.
    pub down: WireCounts,
    /// From the bots to the server.
    pub up: WireCounts,
    /// Longest delay between a packet's due time and its delivery, which is the relay's own error.
    pub lateness_max: Duration,
    /// Mean of the same over all packets.
    pub lateness_mean: Duration,
}

/// Opens a TUN device. It exists until it is closed, also after it is moved to another namespace.
///
/// # Errors
/// Without permission, without the `tun` module, or when the name is taken.
pub fn open_tun(name: &str) -> io::Result<SyncDevice> {
    let device = DeviceBuilder::new().name(name).enable(false).build_sync()?;
    device.set_nonblocking(true)?;
    Ok(device)
}

impl Relay {
    /// Starts the relay with the same profile in both directions.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(
        server: SyncDevice,
        bots: SyncDevice,
        profile: WireProfile,
        seed: u64,
    ) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        // Two seeds, so that the directions do not lose the same packets.
        let mut seeds = fastrand::Rng::with_seed(seed);
        let down = Lane::new(server, Wire::new(profile, seeds.u64(..)));
        let up = Lane::new(bots, Wire::new(profile, seeds.u64(..)));
        let stopped = stop.clone();
        let thread = thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || carry(down, up, &stopped))?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Stops the relay and returns its figures.
    ///
    /// # Errors
    /// When a device could not be read or written, which ended the relay earlier.
    pub fn stop(mut self) -> io::Result<RelayCounts> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().expect("a relay is stopped once");
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the relay panicked")))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A caller that only drops the relay has another error to report.
            let _ = thread.join();
        }
    }
}

/// One direction: the source device and the wire.
struct Lane {
    source: SyncDevice,
    wire: Wire,
}

impl Lane {
    fn new(source: SyncDevice, wire: Wire) -> Self {
        Self { source, wire }
    }

    /// Reads all packets that wait at the source.
    fn take(&mut self, epoch: Instant, buffer: &mut [u8]) -> io::Result<()> {
        loop {
            match self.source.recv(buffer) {
                Ok(length) => {
                    self.wire.handle_packet(epoch.elapsed(), &buffer[..length]);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Delivers all packets that have arrived.
    fn give(&mut self, to: &SyncDevice, epoch: Instant, late: &mut Lateness) -> io::Result<()> {
        let now = epoch.elapsed();
        while let Some((due, packet)) = self.wire.poll_packet(now) {
            late.note(now - due);
            to.send(&packet)?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Lateness {
    max: Duration,
    sum: Duration,
    packets: u32,
}

impl Lateness {
    fn note(&mut self, late: Duration) {
        self.max = self.max.max(late);
        self.sum += late;
        self.packets = self.packets.saturating_add(1);
    }
}

fn carry(mut down: Lane, mut up: Lane, stop: &AtomicBool) -> io::Result<RelayCounts> {
    // Server and bots keep the processors busy, and a real network would not wait for them. On Linux the priority
    // applies to the calling thread alone. Where it is refused, the lateness in the report shows the effect.
    let _ = setpriority_process(None, PRIORITY);
    let epoch = Instant::now();
    let mut buffer = vec![0; PACKET_BYTES_MAX];
    let mut late = Lateness::default();
    while !stop.load(Ordering::Relaxed) {
        down.take(epoch, &mut buffer)?;
        up.take(epoch, &mut buffer)?;
        down.give(&up.source, epoch, &mut late)?;
        up.give(&down.source, epoch, &mut late)?;

        let next = [down.wire.poll_timeout(), up.wire.poll_timeout()].into_iter().flatten().min();
        let wait = next.map_or(WAIT_MAX, |due| due.saturating_sub(epoch.elapsed()).min(WAIT_MAX));
        wait_for_packets(&down.source, &up.source, wait)?;
    }
    Ok(RelayCounts {
        down: down.wire.counts(),
        up: up.wire.counts(),
        lateness_max: late.max,
        lateness_mean: late.sum / late.packets.max(1),
    })
}

/// Returns when a device is readable, or after `wait`.
fn wait_for_packets(a: &SyncDevice, b: &SyncDevice, wait: Duration) -> io::Result<()> {
    let timeout = Timespec::try_from(wait).expect("at most WAIT_MAX");
    let mut devices = [PollFd::new(a, PollFlags::IN), PollFd::new(b, PollFlags::IN)];
    match poll(&mut devices, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Before every thread of normal priority: the highest "nice" value.
const PRIORITY: i32 = -20;
/// How long the relay may take to notice that it should stop.
const WAIT_MAX: Duration = Duration::from_millis(50);
/// Largest possible IP packet. The devices deliver no more than their MTU.
const PACKET_BYTES_MAX: usize = 65_536;
