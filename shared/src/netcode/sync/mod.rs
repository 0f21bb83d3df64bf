//! Timing: the client's tick clock, the playout delay, the sent commands, and the statistics of a connection.

pub mod clock;
pub mod late_commands;
pub mod playout;
pub mod sent;
pub mod stats;
pub mod tick_sync;

/// The value that would have this index if the values were sorted. Their order changes. This is here once for all, because
/// each sort of floats is two kilobytes of the page.
fn nth_smallest(values: &mut [f64], index: usize) -> f64 {
    *values.select_nth_unstable_by(index, f64::total_cmp).1
}
