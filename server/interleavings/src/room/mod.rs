//! A room's life, its threads and its helpers, around a room that only counts its ticks.

mod handle;
#[path = "../../../src/room/health.rs"]
mod health;
pub mod journal;
#[path = "../../../src/room/lifecycle.rs"]
mod lifecycle;
pub mod scenarios;
mod schedule;
pub mod state;
pub mod workers;

use std::sync::{Arc, Mutex};

use crate::hub::Purses;

/// What the threads of a room need of its settings, and what the room notes.
#[derive(Clone, Debug)]
pub struct RoomSettings {
    pub id: String,
    pub purses: Purses,
    /// Of the standard library: what is noted there is no step of the room.
    pub notes: Arc<Mutex<Notes>>,
    /// At which tick the room's thread panics, as a bug would make it.
    pub fails_at: Option<u32>,
}

/// What has happened in a room.
#[derive(Debug, Default)]
pub struct Notes {
    /// The deadline of each tick, in order, and whether the standby ran it.
    pub ticks: Vec<(crate::sync::Instant, bool)>,
    /// Whoever has come.
    pub joined: u32,
    /// Rooms that were opened, and that are gone with all their threads.
    pub opened: u32,
    pub gone: u32,
}
