//! The state of a room from its journal: the latest checkpoint, and everything executed after it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use driftfield_shared::sim::Rules;
use driftfield_shared::units::Tick;
use tracing::{error, warn};

use super::checkpoint::{self, CheckpointError};
use super::chunk::{ChunkError, ChunkReader, Executed};
use crate::room::state::{RoomCommand, RoomState, Transfer};
use crate::store::{BuildId, RoomHistory};

/// Ticks whose commands are set aside before the journal after the checkpoint is given up.
const SET_ASIDE_MAX: usize = 3;
/// How often a command must panic to be set aside.
const PANICS_MAX: u32 = 2;

/// What recovery found.
#[derive(Debug)]
pub struct Recovered {
    /// The room after its last durable tick.
    pub state: RoomState,
    /// Ticks that were executed again.
    pub ticks: u32,
    /// What panicked again and again, and was left out.
    pub set_aside: Vec<SetAside>,
    /// The first tick after which the state was not that of the run, if there is one: a bug.
    pub differs_at: Option<Tick>,
    /// The last tick until which the room did again what it had done, at the end of a chunk: what is booked until then stands.
    pub alike_until: Tick,
    /// What changed hands after it.
    pub transfers: Vec<Transfer>,
}

/// What an execution without a panic came to.
#[derive(Debug, Default)]
struct Outcome {
    /// The first tick after which the state has another hash than it had.
    differs_at: Option<Tick>,
    /// The last tick before that after which it had the same.
    last_alike: Option<Tick>,
    transfers: Vec<(Tick, Transfer)>,
}

/// Commands of one tick that were left out, because they panic.
#[derive(Clone, Debug, PartialEq)]
pub struct SetAside {
    /// The tick.
    pub tick: Tick,
    /// The commands.
    pub commands: Vec<RoomCommand>,
}

/// Where an execution panicked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Panicked {
    tick: Tick,
    /// The command; `None`: the step with all of them.
    command: Option<usize>,
}

/// Executes the history of a room again; `None` if it has none.
///
/// # Errors
/// When the checkpoint cannot be used.
pub fn recover(
    room: &str,
    rules: &Rules,
    history: &RoomHistory,
) -> Result<Option<Recovered>, CheckpointError> {
    recover_by(room, rules, history, RoomState::apply)
}

/// The same with another way to apply a command, for tests.
pub(super) fn recover_by(
    room: &str,
    rules: &Rules,
    history: &RoomHistory,
    apply: impl Fn(&mut RoomState, &RoomCommand) -> bool,
) -> Result<Option<Recovered>, CheckpointError> {
    let Some(found) = &history.checkpoint else { return Ok(None) };
    let mut ticks = read_chunks(room, history);
    // The first tick in which something else is executed than was.
    let mut changed_at = None;
    let mut set_aside: Vec<SetAside> = Vec::new();
    let mut last_panic = None;
    let mut panics = 0;
    loop {
        let mut state = checkpoint::decode(rules, &found.bytes)?;
        match execute(&mut state, &ticks, &apply) {
            Ok(Outcome { differs_at, last_alike, mut transfers }) => {
                let ticks = ticks.len() as u32;
                let surprise = differs_at.map(|_| last_alike.unwrap_or(found.tick).next());
                let changed_at = changed_at.into_iter().chain(surprise).min();
                let alike_until = match changed_at {
                    Some(changed_at) => last_end_before(changed_at, found.tick, history),
                    None => state.world().tick(),
                };
                transfers.retain(|(tick, _)| *tick > alike_until);
                let transfers = transfers.into_iter().map(|(_, transfer)| transfer).collect();
                return Ok(Some(Recovered {
                    state,
                    ticks,
                    set_aside,
                    differs_at,
                    alike_until,
                    transfers,
                }));
            }
            Err(panicked) => {
                panics =
                    if last_panic.replace(panicked) == Some(panicked) { panics + 1 } else { 1 };
                if panics < PANICS_MAX {
                    continue;
                }
                let index = panicked.tick.since(found.tick) as usize - 1;
                changed_at = changed_at.into_iter().chain([panicked.tick]).min();
                let is_too_much =
                    set_aside.len() == SET_ASIDE_MAX || ticks[index].commands.is_empty();
                if is_too_much {
                    // The step panics by itself: the room goes back to the tick before.
                    error!(room, tick = panicked.tick.0, "the journal panics and is cut here");
                    ticks.truncate(index);
                    continue;
                }
                let commands = &mut ticks[index].commands;
                let commands = match panicked.command {
                    Some(command) => vec![commands.remove(command)],
                    None => std::mem::take(commands),
                };
                // The states that follow are others.
                ticks[index..].iter_mut().for_each(|executed| executed.hash = None);
                error!(
                    room,
                    tick = panicked.tick.0,
                    ?commands,
                    "commands panic again and are set aside"
                );
                set_aside.push(SetAside { tick: panicked.tick, commands });
            }
        }
    }
}

/// What was executed in each tick after the checkpoint, as far as it can be read and this build executes it alike.
fn read_chunks(room: &str, history: &RoomHistory) -> Vec<Executed> {
    let mut reader = ChunkReader::default();
    let mut ticks = Vec::new();
    for chunk in &history.chunks {
        if chunk.build != BuildId::current() {
            warn!(room, "the journal is of another build: going on from the checkpoint");
            break;
        }
        let read = reader.read(&chunk.bytes).and_then(|executed| {
            let count = chunk.last_tick.since(chunk.first_tick) as usize + 1;
            if executed.len() == count { Ok(executed) } else { Err(ChunkError::OutOfRange) }
        });
        match read {
            Ok(executed) => ticks.extend(executed),
            Err(error) => {
                error!(room, %error, tick = chunk.first_tick.0, "the journal is cut here");
                break;
            }
        }
    }
    ticks
}

/// The end of the last chunk before a tick, or the checkpoint: bookings are those of whole chunks.
fn last_end_before(tick: Tick, checkpoint: Tick, history: &RoomHistory) -> Tick {
    let ends = history.chunks.iter().map(|chunk| chunk.last_tick);
    ends.filter(|end| *end < tick).max().unwrap_or(checkpoint)
}

/// Executes ticks.
fn execute(
    state: &mut RoomState,
    ticks: &[Executed],
    apply: impl Fn(&mut RoomState, &RoomCommand) -> bool,
) -> Result<Outcome, Panicked> {
    let mut outcome = Outcome::default();
    for Executed { commands, hash } in ticks {
        let tick = state.world().tick().next();
        let mut command = None;
        let executed = catch_unwind(AssertUnwindSafe(|| {
            for (index, next) in commands.iter().enumerate() {
                command = Some(index);
                apply(state, next);
            }
            command = None;
            state.step();
            state.take_events();
        }));
        executed.map_err(|_| Panicked { tick, command })?;
        outcome.transfers.extend(state.take_transfers().into_iter().map(|moved| (tick, moved)));
        match hash {
            Some(hash) if outcome.differs_at.is_none() && *hash == state.hash() => {
                outcome.last_alike = Some(tick);
            }
            Some(_) => _ = outcome.differs_at.get_or_insert(tick),
            None => {}
        }
    }
    Ok(outcome)
}
