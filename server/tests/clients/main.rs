//! Clients that fly without a browser: fleets of bots, bots of the house, a script.
//!
//! One program for all of them: each that is linked costs time and disk.

mod example_client;
mod fleet;
#[path = "../support/mod.rs"]
mod support;
