//! A tick allocates nothing for a client that flies: counted by an allocator of the test's own.
//!
//! Joining allocates, and so may a tick as a whole (a table that grows, the line-up once a second); what must
//! not be is an allocation for each client and tick.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use driftfield_bots::fleet::{Flags, Progress};

use support::TestServer;

/// Counts what each thread allocates.
struct Counting;

/// Allocations of the threads, by the number that the system gives them.
static ALLOCATIONS: [AtomicU64; THREADS_MAX] = [const { AtomicU64::new(0) }; THREADS_MAX];
const THREADS_MAX: usize = 1 << 12;

thread_local! {
    static PLACE: Cell<Option<usize>> = const { Cell::new(None) };
}

fn count() {
    // A thread that is ending has nothing to count with, and nothing that counts.
    let _ = PLACE.try_with(|place| {
        let index = place.get().unwrap_or_else(|| {
            let index = place_of(rustix::thread::gettid().as_raw_nonzero().get());
            place.set(Some(index));
            index
        });
        ALLOCATIONS[index].fetch_add(1, Ordering::Relaxed);
    });
}

fn place_of(thread: i32) -> usize {
    thread.unsigned_abs() as usize % THREADS_MAX
}

// SAFETY: every call goes to the system's allocator as it came.
#[allow(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as promised by the caller.
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations so far of the threads of all rooms; those that nobody is in sleep.
fn allocations_of_rooms() -> u64 {
    let tasks = fs::read_dir("/proc/self/task").expect("this runs on Linux");
    let rooms = tasks.flatten().filter_map(|task| {
        let name = fs::read_to_string(task.path().join("comm")).ok()?;
        let number: i32 = task.file_name().to_str()?.parse().ok()?;
        let is_of_room = name.starts_with("room ") || name.starts_with("standby ");
        is_of_room.then(|| place_of(number))
    });
    rooms.map(|place| ALLOCATIONS[place].load(Ordering::Relaxed)).sum()
}

#[test]
fn a_tick_allocates_nothing_for_each_client() {
    const CLIENTS: u64 = 40;
    let server = TestServer::start(|_| {});
    let url = format!("ws://{}/ws", server.address);
    let count = CLIENTS.to_string();
    let flags = Flags::parse_from([
        "bots",
        "--server",
        &url,
        "--room",
        "proving-ground-open",
        "--count",
        &count,
        "--seconds",
        "60",
        // Bots that read everything have the server check what they hold, which allocates.
        "--brain",
        "wander",
        "--decode",
        "light",
    ]);
    let progress = Arc::new(Progress::default());
    let bots = thread::spawn({
        let (plan, progress) = (flags.plan().expect("a plan"), progress.clone());
        move || plan.fly(&progress).expect("a flight")
    });
    // Everyone is in, and all that grows has grown: shots live for a second and a half.
    thread::sleep(Duration::from_secs(6));
    let before = allocations_of_rooms();
    assert!(before > CLIENTS, "joining allocates, and that is counted: {before}");
    thread::sleep(Duration::from_secs(4));
    let allocations = allocations_of_rooms() - before;
    progress.stop();
    let report = bots.join().expect("bots that land");
    assert_eq!(report.connected, CLIENTS);
    assert!(report.snapshots_received > CLIENTS * 100, "they flew: {report:?}");
    let per_client_and_tick = allocations as f64 / (4 * 30 * CLIENTS) as f64;
    println!("{per_client_and_tick:.3} allocations a client and tick, {allocations} in all");
    assert!(per_client_and_tick < 0.1, "{per_client_and_tick} a client and tick");
}
