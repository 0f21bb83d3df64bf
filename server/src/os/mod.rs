//! Everything that depends on the operating system: thread placement, scheduling, returning memory, ignored signals.

pub mod affinity;
pub mod memory;
pub mod scheduling;
pub mod send_queue;
pub mod signals;
