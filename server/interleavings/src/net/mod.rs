//! Connections without a network.

pub mod connection;
