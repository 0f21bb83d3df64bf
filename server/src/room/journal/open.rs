//! Opens a room: from its journal, or with a new world.

use std::panic::{AssertUnwindSafe, catch_unwind};

use driftfield_shared::sim::RulesError;
use driftfield_shared::units::Tick;
use tracing::{error, info};

use super::recorder::Recorder;
use super::recovery::{Recovered, SetAside, recover};
use super::scribe::{Past, Scribe};
use crate::metrics::RoomMetrics;
use crate::room::RoomSettings;
use crate::room::state::{RoomState, Transfer};
use crate::store::{RoomHistory, StoreHandle};

/// Goes on after the last durable tick of the room's journal; with a new world if there is none, or it is of no use.
pub fn open(settings: &RoomSettings, metrics: &RoomMetrics) -> Recorder {
    let Some((store, history)) = history(settings) else { return open_anew(settings) };
    let (room, rules) = (&settings.id, &settings.rules);
    let recovered = catch_unwind(AssertUnwindSafe(|| recover(room, rules, &history)));
    let mut past = Past::of_new_world(&history);
    let state = match recovered {
        Ok(Ok(None)) => new_state(settings),
        Ok(Ok(Some(recovered))) => {
            let Recovered { state, ticks, set_aside, differs_at, alike_until, transfers } =
                recovered;
            metrics.recovered.inc();
            info!(room, tick = state.world().tick().0, ticks, "going on from the journal");
            if let Some(Tick(tick)) = differs_at {
                error!(room, tick, "the room executed again is not the one that was: a bug");
            }
            set_aside.iter().for_each(|commands| keep_commands(store, room, commands));
            match can_go_on(&state, settings) {
                Ok(()) => {
                    past = Some(past_of(&history, alike_until, transfers));
                    state
                }
                Err(error) => {
                    error!(room, %error, "the saved world does not fit the content; starting with a new world");
                    keep_checkpoint(store, room, &history);
                    new_state(settings)
                }
            }
        }
        Ok(Err(error)) => {
            error!(room, %error, "the journal cannot be used; starting with a new world");
            keep_checkpoint(store, room, &history);
            new_state(settings)
        }
        Err(_) => {
            error!(room, "the room panics with its checkpoint; starting with a new world");
            keep_checkpoint(store, room, &history);
            new_state(settings)
        }
    };
    begin(state, settings, store, &history, past)
}

/// Begins with a new world, in a new run of the journal.
pub fn open_anew(settings: &RoomSettings) -> Recorder {
    let state = new_state(settings);
    match history(settings) {
        Some((store, history)) => {
            keep_checkpoint(store, &settings.id, &history);
            let past = Past::of_new_world(&history);
            begin(state, settings, store, &history, past)
        }
        None => Recorder::new(state, settings, None),
    }
}

/// Whether a room that was saved under other content can go on under that of its settings.
fn can_go_on(state: &RoomState, settings: &RoomSettings) -> Result<(), RulesError> {
    state.world().rules().next_epoch(settings.rules.content.clone()).map(drop)
}

fn new_state(settings: &RoomSettings) -> RoomState {
    RoomState::new(settings.rules.clone(), settings.seed)
}

/// The history of a room whose journal is kept. Without it no run can begin that could not be taken for another one.
fn history(settings: &RoomSettings) -> Option<(&StoreHandle, RoomHistory)> {
    let store = settings.store.as_ref()?;
    match store.room_history(&settings.id) {
        Ok(history) => Some((store, history)),
        Err(error) => {
            error!(room = settings.id, %error, "the journal cannot be read; this room will not be saved");
            None
        }
    }
}

/// Goes on from what a recovery has found, for tests.
#[cfg(test)]
pub(super) fn go_on_from(
    recovered: Recovered,
    settings: &RoomSettings,
    history: &RoomHistory,
) -> Recorder {
    let Recovered { state, alike_until, transfers, .. } = recovered;
    let store = settings.store.as_ref().expect("its journal is kept");
    begin(state, settings, store, history, Some(past_of(history, alike_until, transfers)))
}

fn past_of(history: &RoomHistory, tick: Tick, transfers: Vec<Transfer>) -> Past {
    let run = history.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.run);
    Past { run, tick, transfers }
}

fn begin(
    state: RoomState,
    settings: &RoomSettings,
    store: &StoreHandle,
    history: &RoomHistory,
    past: Option<Past>,
) -> Recorder {
    let room = &settings.id;
    let scribe = Scribe::start(room, store.clone(), history.next_run, past);
    let scribe = scribe.inspect_err(|error| {
        error!(room, %error, "there is no thread for the journal; this room will not be saved");
    });
    Recorder::new(state, settings, scribe.ok())
}

fn keep_checkpoint(store: &StoreHandle, room: &str, history: &RoomHistory) {
    let Some(checkpoint) = &history.checkpoint else { return };
    let name = format!("{room}-run{}-tick{}.set-aside", checkpoint.run, checkpoint.tick.0);
    if let Some(kept) = store.keep_evidence(&name, &checkpoint.bytes) {
        info!(room, kept = %kept.display(), "the last checkpoint is kept in a file");
    }
}

fn keep_commands(store: &StoreHandle, room: &str, SetAside { tick, commands }: &SetAside) {
    let text = format!("{commands:#?}\n");
    store.keep_evidence(&format!("{room}-tick{}.commands", tick.0), text.as_bytes());
}
