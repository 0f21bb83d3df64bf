//! Timing: the client's tick clock, the playout delay, the sent commands, and the statistics of a connection.

pub mod clock;
pub mod late_commands;
pub mod playout;
pub mod sent;
pub mod stats;
pub mod tick_sync;
