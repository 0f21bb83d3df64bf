//! Records without content.

use std::sync::Arc;

use driftfield_shared::units::Tick;

#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub last: Option<Tick>,
}

impl Batch {
    pub fn of<T>(_record: T) -> Self {
        Batch::default()
    }

    pub fn push<T>(&mut self, _record: T) {}

    pub fn bytes(&self) -> usize {
        10
    }

    pub fn is_of_room(&self) -> bool {
        true
    }
}

#[derive(Clone, Copy, Debug)]
pub struct ChainHash;

impl ChainHash {
    pub fn start(_room: &str, _run: u32) -> Self {
        ChainHash
    }
}

pub struct Fence {
    pub room: Arc<str>,
    pub run: u32,
    pub tick: Tick,
    pub next_run: u32,
}

pub struct JournalChunk {
    pub chain: ChainHash,
}

impl JournalChunk {
    pub fn after(
        chain: ChainHash,
        _room: Arc<str>,
        _run: u32,
        _ticks: (Tick, Tick),
        _bytes: Vec<u8>,
    ) -> Self {
        JournalChunk { chain }
    }
}

pub struct RoomHistory {
    pub next_run: u32,
}

pub struct RoomCheckpoint;

impl RoomCheckpoint {
    pub fn new(
        _room: Arc<str>,
        _run: u32,
        _tick: Tick,
        _chain: ChainHash,
        _bytes: Vec<u8>,
    ) -> Self {
        RoomCheckpoint
    }
}
