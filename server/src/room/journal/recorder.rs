//! A room's state, and the record of everything that it executes.

use std::time::Instant;

use driftfield_shared::units::Tick;

use super::chunk::ChunkWriter;
use super::scribe::{Page, Scribe};
use crate::room::RoomSettings;
use crate::room::state::{GraceTicks, RoomCommand, RoomEvent, RoomState, Transfer};

/// Chunks per second: what a crash of the machine may cost is about twice that.
const CHUNKS_PER_SECOND: u32 = 10;
/// Seconds between two checkpoints: as long takes a recovery at most, divided by how much faster than time a room is
/// executed again.
const CHECKPOINT_SECONDS: u32 = 10;

/// A room's state, with its journal.
#[derive(Debug)]
pub struct Recorder {
    state: RoomState,
    tick_hz: u32,
    /// Commands executed for the next tick.
    executed: Vec<RoomCommand>,
    writer: ChunkWriter,
    /// What changed hands since the last chunk.
    transfers: Vec<Transfer>,
    /// Whether something should be kept of this room.
    is_kept: bool,
    scribe: Option<Scribe>,
    /// The last tick in the record.
    recorded: Tick,
    /// The tick of the last checkpoint.
    checkpoint: Tick,
    /// The last tick that is known to be durable, with all before it.
    durable: Tick,
    /// Since when the journal has a gap: a new run must begin.
    gap: Option<Tick>,
}

impl Recorder {
    /// Opens a room in this state under its settings of this run. Its journal begins with a checkpoint.
    pub fn new(state: RoomState, settings: &RoomSettings, scribe: Option<Scribe>) -> Self {
        let now = state.world().tick();
        let mut recorder = Recorder {
            state,
            tick_hz: settings.rules.tick_hz.into(),
            executed: Vec::new(),
            writer: ChunkWriter::default(),
            transfers: Vec::new(),
            is_kept: settings.store.is_some(),
            scribe,
            recorded: now,
            durable: now,
            checkpoint: now,
            gap: None,
        };
        recorder.begin_run();
        let (seconds, tick_hz) = (settings.grace_seconds, settings.rules.tick_hz);
        let grace = match settings.is_grace_whole {
            true => GraceTicks::whole(seconds, tick_hz),
            false => GraceTicks::new(seconds, tick_hz),
        };
        recorder.execute(RoomCommand::Open { seats: settings.max_players, grace });
        // No news for a new world, and for one that was saved under the same content.
        recorder.execute(RoomCommand::SetContent(settings.rules.content.clone()));
        // Nobody is there who could be told of it.
        recorder.take_events();
        recorder.transfers = recorder.state.take_transfers();
        recorder
    }

    /// The state.
    pub fn state(&self) -> &RoomState {
        &self.state
    }

    /// Executes a command for the next tick. Returns whether it has an effect; only then it is recorded.
    pub fn execute(&mut self, command: RoomCommand) -> bool {
        // Recorded first: if it panics, the record tells which command did.
        self.executed.push(command);
        let has_effect = self.executed.last().is_some_and(|command| self.state.apply(command));
        if !has_effect {
            self.executed.pop();
        }
        has_effect
    }

    /// Advances the room by one tick.
    pub fn step(&mut self) {
        self.state.step();
        let transfers = self.state.take_transfers();
        if self.scribe.is_none() {
            self.executed.clear();
            return;
        }
        self.transfers.extend(transfers);
        let now = self.state.world().tick();
        let hash = now.0.is_multiple_of(self.tick_hz).then(|| self.state.hash());
        self.record(now, hash);
        if self.writer.ticks() >= self.tick_hz.div_ceil(CHUNKS_PER_SECOND) {
            self.end_chunk();
        }
        if now.since(self.checkpoint) >= CHECKPOINT_SECONDS * self.tick_hz {
            self.make_checkpoint();
        }
        if let Some(durable) = self.scribe.as_ref().and_then(Scribe::poll_durable) {
            self.durable = self.durable.max(durable);
        }
        if self.scribe.as_ref().is_some_and(Scribe::take_torn) {
            self.gap.get_or_insert(now);
        }
        if self.gap.is_some_and(|since| now.since(since) >= self.tick_hz) {
            self.begin_run();
        }
    }

    /// The last tick that is durable, with all before it: what it did may be confirmed to players. Where nothing is kept,
    /// all is as durable as it will be.
    pub fn durable(&self) -> Tick {
        if self.is_kept { self.durable } else { self.state.world().tick() }
    }

    /// What has happened since the last call.
    pub fn take_events(&mut self) -> Vec<RoomEvent> {
        self.state.take_events()
    }

    /// Hands over everything, because no tick follows for a while.
    pub fn rest(&mut self) {
        match self.scribe {
            Some(_) if self.gap.is_some() => self.begin_run(),
            Some(_) if self.state.world().tick() != self.checkpoint => self.make_checkpoint(),
            _ => {}
        }
    }

    /// Ends the journal after the last tick. Returns whether all of it is durable by `deadline`, or nothing is kept.
    pub fn finish(&mut self, deadline: Instant) -> bool {
        self.rest();
        let is_whole = self.gap.is_none();
        match self.scribe.take() {
            Some(scribe) => scribe.finish(deadline) && is_whole,
            None => !self.is_kept,
        }
    }

    /// Ends the journal after a panic, with what was executed of the tick in which it happened: recovery finds out
    /// whether that panics again.
    pub fn abandon(&mut self, deadline: Instant) {
        if !self.executed.is_empty() {
            self.record(self.recorded.next(), None);
        }
        self.end_chunk();
        self.scribe.take().map(|scribe| scribe.finish(deadline));
    }

    /// Waits until everything is durable, for tests.
    #[cfg(test)]
    pub fn wait_durable(&mut self) {
        while self.durable < self.recorded {
            std::thread::sleep(std::time::Duration::from_millis(1));
            let polled = self.scribe.as_ref().and_then(Scribe::poll_durable);
            self.durable = polled.unwrap_or(self.durable);
        }
    }

    fn record(&mut self, tick: Tick, hash: Option<u64>) {
        self.executed.drain(..).for_each(|command| self.writer.add(&command));
        self.writer.end_tick(tick, hash);
        self.recorded = tick;
    }

    fn end_chunk(&mut self) {
        let transfers = std::mem::take(&mut self.transfers);
        let Some(chunk) = self.writer.take() else { return };
        let is_taken = self.gap.is_none() && self.send(Page::Chunk(chunk, transfers));
        if !is_taken {
            self.gap.get_or_insert(self.state.world().tick());
        }
    }

    fn make_checkpoint(&mut self) {
        self.end_chunk();
        if self.gap.is_some() {
            return;
        }
        let now = self.state.world().tick();
        self.checkpoint = now;
        // What follows is read without what was before.
        self.writer.start_anew();
        let rules = self.state.world().rules().clone();
        self.send(Page::Checkpoint(now, rules, Box::new(self.state.save())));
    }

    /// Begins a new run of the journal in the present state, between two ticks.
    fn begin_run(&mut self) {
        if self.scribe.is_none() {
            return;
        }
        let now = self.state.world().tick();
        self.writer = ChunkWriter::default();
        self.checkpoint = now;
        let rules = self.state.world().rules().clone();
        let is_taken = self.send(Page::Run(now, rules, Box::new(self.state.save())));
        self.gap = (!is_taken).then_some(now);
    }

    fn send(&self, page: Page) -> bool {
        self.scribe.as_ref().is_some_and(|scribe| scribe.try_send(page))
    }
}
