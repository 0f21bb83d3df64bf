//! What the port does over real sockets: connections, requests, and those who mean ill.
//!
//! One program for all of them: each that is linked costs time and disk.

mod connection;
mod hostile;
mod http;
mod join;
mod second_connection;
#[path = "../support/mod.rs"]
mod support;
