//! Keeps the process's heap in one piece, and returns free memory to the system.
//!
//! The C library keeps freed memory for later allocations and never returns it by itself. A dedicated server that had
//! a thousand players one evening shares its machine with other programs the day after.

use std::time::Duration;

use tracing::debug;

use crate::net::admission::Admission;

/// Makes all threads allocate from one heap. Call it before any other thread is started.
///
/// By default the C library gives each thread its own heap, and memory freed in one cannot be used in another. A
/// room's memory would then be in two heaps, its own thread's and its standby's, each as large as its highest use; so
/// would that of two rooms between which a crowd moves. A tick in the steady state allocates next to nothing, so the
/// lock is hardly ever contended.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the C library offers no safe interface")]
pub fn share_one_heap() {
    // SAFETY: `mallopt(3)` only requires that no other thread allocates meanwhile, and there is no other thread yet.
    let is_set = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) } == 1;
    if !is_set {
        debug!("cannot make all threads share one heap");
    }
}

/// Other systems' allocators work differently.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn share_one_heap() {}

/// Watches the number of connections and returns memory; never ends.
pub async fn look_after(admission: Admission) {
    let mut tide = Tide::default();
    loop {
        tokio::time::sleep(INTERVAL).await;
        let connections = admission.open();
        if tide.is_worth_giving_back(connections) {
            debug!(connections, "returned free memory to the system");
            // Not on this thread: after many connections have ended it takes milliseconds, in which handshakes would
            // wait.
            let _ = tokio::task::spawn_blocking(give_back).await;
        }
    }
}

/// Decides when to return memory, from the number of connections over time.
#[derive(Debug, Default)]
struct Tide {
    /// Highest number of connections since memory was last returned.
    high: usize,
    /// Number of checks since then.
    looks: u32,
}

impl Tide {
    /// Notes the current number of connections. Returns whether memory should be returned.
    ///
    /// Immediately after three quarters of the connections have ended, if more than a handful did. Otherwise at
    /// intervals: handshakes that came all at once leave as much behind, and so do rooms that used helpers in a bad
    /// moment. A room that allocates in that moment waits: a tenth of a millisecond with 500 clients that come and
    /// go, longer the more have left.
    fn is_worth_giving_back(&mut self, connections: usize) -> bool {
        self.high = self.high.max(connections);
        self.looks += 1;
        let gone = self.high - connections;
        let has_gone_out = gone >= GONE_MIN && gone >= 3 * connections;
        let is_worth_it = has_gone_out || self.looks >= LOOKS_MAX;
        if is_worth_it {
            *self = Tide { high: connections, looks: 0 };
        }
        is_worth_it
    }
}

/// Returns all whole free pages to the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the C library offers no safe interface")]
fn give_back() {
    // SAFETY: `malloc_trim(3)` has no preconditions, and is safe to call on any thread.
    unsafe { libc::malloc_trim(0) };
}

/// Other systems' allocators return memory by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

/// Time between two checks.
const INTERVAL: Duration = Duration::from_secs(5);
/// Checks after which memory is returned in any case: one minute.
const LOOKS_MAX: u32 = 12;
/// Number of ended connections whose memory is worth returning.
const GONE_MIN: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn given(connections: &[usize]) -> Vec<bool> {
        let mut tide = Tide::default();
        connections.iter().map(|connections| tide.is_worth_giving_back(*connections)).collect()
    }

    #[test]
    fn memory_is_given_back_once_when_most_of_a_crowd_has_gone() {
        assert_eq!(
            given(&[0, 400, 1_000, 500, 251, 250, 249, 100, 63, 62, 0]),
            [false, false, false, false, false, true, false, false, false, true, true],
            "when a quarter of the highest number is left"
        );
    }

    #[test]
    fn a_handful_that_comes_and_goes_is_not_worth_it_at_once_but_after_a_minute() {
        let handful: Vec<usize> = (0..40).map(|n| if n % 2 == 0 { 49 } else { 0 }).collect();
        let when: Vec<usize> = (1..)
            .zip(given(&handful))
            .filter_map(|(look, is_given)| is_given.then_some(look))
            .collect();
        assert_eq!(when, [12, 24, 36]);
    }

    #[test]
    fn what_is_in_use_is_not_given_back() {
        // Small pieces with holes between them, which is what a crowd leaves behind.
        let mut pieces: Vec<_> = (0..4_000_u32).map(|n| vec![n as u8; 1_000]).collect();
        let mut number = 0..;
        pieces.retain(|_| number.next().is_some_and(|n: u32| n.is_multiple_of(2)));
        give_back();
        let is_whole = |(n, piece): (u32, &Vec<u8>)| piece.iter().all(|byte| *byte == n as u8);
        assert!((0..).step_by(2).zip(&pieces).all(is_whole));
    }

    #[test]
    fn the_minute_begins_anew_when_a_crowd_has_gone() {
        let connections: Vec<usize> = [100; 8].into_iter().chain([0; 14]).collect();
        let given = given(&connections);
        assert!(given[8], "the connections have ended");
        assert_eq!(given.iter().position(|is_given| *is_given), Some(8));
        assert_eq!(given.iter().rposition(|is_given| *is_given), Some(8 + 12));
    }
}
