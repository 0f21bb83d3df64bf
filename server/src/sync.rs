//! What threads share: locks, channels, atomic numbers, threads and time, as the standard library has them.
//!
//! The files that take them from here are compiled a second time in `server/interleavings`. There these names stand for
//! a scheduler that tries many orders in which threads can run.

pub use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError, atomic, mpsc};
pub use std::thread;
pub use std::time::Instant;
