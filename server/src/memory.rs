//! Keeps the memory of the process together, and gives it back to the system when a crowd has gone.
//!
//! The C library keeps what is freed in case it is needed again, for ever. A dedicated server that had a
//! thousand players one evening shares its machine with others the day after.

use std::time::Duration;

use tracing::debug;

use crate::admission::Admission;

/// Lets all threads allocate from one heap. Before any other thread is started.
///
/// The C library gives each thread one of its own, and what one has freed no other can use. A room's memory would be in two,
/// its own thread's and that of its standby, each as large as what it ever allocated; so would that of two rooms between which
/// a crowd moves. A tick in the steady state allocates next to nothing, so nobody waits for the lock.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the C library offers it in no other way")]
pub fn share_one_heap() {
    // SAFETY: `mallopt(3)` has no preconditions but that no other thread allocates meanwhile: there is none yet.
    let is_set = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) } == 1;
    if !is_set {
        debug!("threads allocate from heaps of their own");
    }
}

/// Other systems' allocators have other ways.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn share_one_heap() {}

/// Looks after the memory, for ever.
pub async fn look_after(admission: Admission) {
    let mut tide = Tide::default();
    loop {
        tokio::time::sleep(INTERVAL).await;
        let connections = admission.open();
        if tide.has_gone_out(connections) {
            debug!(connections, "memory given back");
            // Not on this thread: it takes milliseconds, in which others wait for their handshake. A room that allocates
            // meanwhile may wait, too: hence only when few are left, whose ticks have time to spare.
            let _ = tokio::task::spawn_blocking(give_back).await;
        }
    }
}

/// The number of connections, as it comes and goes.
#[derive(Debug, Default)]
struct Tide {
    /// Most of them since memory was last given back.
    high: usize,
}

impl Tide {
    /// Notes the connections there are now. Returns whether it is worth giving memory back: three quarters of them are
    /// gone, and more than a handful.
    fn has_gone_out(&mut self, connections: usize) -> bool {
        self.high = self.high.max(connections);
        let gone = self.high - connections;
        let is_worth_it = gone >= GONE_MIN && gone >= 3 * connections;
        if is_worth_it {
            self.high = connections;
        }
        is_worth_it
    }
}

/// Returns to the system all whole pages that hold nothing.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the C library offers it in no other way")]
fn give_back() {
    // SAFETY: `malloc_trim(3)` has no preconditions, and is safe to call on any thread.
    unsafe { libc::malloc_trim(0) };
}

/// Other systems' allocators return memory by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(5);
/// Connections whose memory is worth the work.
const GONE_MIN: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_given_back_once_when_most_of_a_crowd_has_gone() {
        let mut tide = Tide::default();
        let given: Vec<bool> = [0, 400, 1_000, 500, 251, 250, 249, 100, 63, 62, 0]
            .map(|connections| tide.has_gone_out(connections))
            .to_vec();
        assert_eq!(
            given,
            [false, false, false, false, false, true, false, false, false, true, true],
            "at a quarter of each high tide"
        );
    }

    #[test]
    fn a_handful_that_comes_and_goes_is_not_worth_it() {
        let mut tide = Tide::default();
        assert!((0..100).all(|n| !tide.has_gone_out(if n % 2 == 0 { 49 } else { 0 })));
    }
}
