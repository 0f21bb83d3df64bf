//! The server's hand-made synchronisation under a scheduler that tries many orders of its threads.
//!
//! ```text
//! server/src/.../queue.rs, tick_loop.rs, ...  --compiled as they are--> here, with `crate::sync` of shuttle
//! scenarios: some threads and the rules that must hold  --> tests/: thousands of schedules each, the failing one printed
//! ```
//!
//! [Shuttle](https://docs.rs/shuttle) runs all threads on one, changes between them at locks, channels and atomic numbers, and
//! chooses who is next at random. It sees orders, lost wake-ups and deadlocks. It does not see what weaker memory orders
//! than sequential consistency allow: data is published here under locks and through channels, and the atomic numbers that stand
//! beside them say only how far something has come.
//!
//! What the files need from the rest of the server is here in the simplest form.
//!
//! Not built for unit tests, which Clippy would do: those of the files that are compiled here run where they belong.
#![cfg(not(test))]
#![allow(dead_code, reason = "the files are compiled whole, and a scenario uses a part of each")]
#![allow(missing_debug_implementations, missing_docs, reason = "for the tests of this crate only")]

pub mod hub;
mod metrics;
pub mod net;
mod os;
pub mod room;
pub mod store;
pub mod sync;
