//! Keeps the memory of the process together, and gives back to the system what is free.
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
        if tide.is_worth_giving_back(connections) {
            debug!(connections, "memory given back");
            // Not on this thread: when many have gone it takes milliseconds, in which others wait for their handshake.
            let _ = tokio::task::spawn_blocking(give_back).await;
        }
    }
}

/// The number of connections, as it comes and goes.
#[derive(Debug, Default)]
struct Tide {
    /// Most of them since memory was last given back.
    high: usize,
    /// How often it was not since then.
    looks: u32,
}

impl Tide {
    /// Notes the connections there are now. Returns whether memory should be given back.
    ///
    /// At once when three quarters of them are gone, and more than a handful. Otherwise now and then: handshakes that came
    /// all together leave as much behind, and rooms that were helped in a bad moment. A room that allocates in that very moment
    /// waits: a tenth of a millisecond with 500 that come and go, longer the more have gone since.
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
/// Looks after which memory is given back in any case: a minute.
const LOOKS_MAX: u32 = 12;
/// Connections whose memory is worth the work.
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
            "at a quarter of each high tide"
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
    fn the_minute_begins_anew_when_a_crowd_has_gone() {
        let connections: Vec<usize> = [100; 8].into_iter().chain([0; 14]).collect();
        let given = given(&connections);
        assert!(given[8], "they have gone");
        assert_eq!(given.iter().position(|is_given| *is_given), Some(8));
        assert_eq!(given.iter().rposition(|is_given| *is_given), Some(8 + 12));
    }
}
