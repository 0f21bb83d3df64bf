//! A room is brought back from its journal as it was, wherever that was cut.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use driftfield_shared::content::Content;
use driftfield_shared::sim::{Rng, Rules};
use driftfield_shared::units::Tick;
use driftfield_shared::wire::codec;

use super::chunk::ChunkReader;
use super::recorder::Recorder;
use super::recovery::{Recovered, recover, recover_by};
use super::replay::Replay;
use super::scribe::Scribe;
use crate::room::schedule::scheduled_room::tests::settings;
use crate::room::state::tests::{RandomPlayers, SEATS};
use crate::room::state::{RoomCommand, RoomState};
use crate::room::{RoomSettings, workers::worker_pool::Cores};
use crate::store::tests::faults::Fault;
use crate::store::tests::in_memory;
use crate::store::tests::rig::Rig;
use crate::store::{BuildId, QueueLimits, RoomHistory, Store, StoreHandle, StoreSettings, Stretch};

pub(super) const ROOM: &str = "test";

/// A room with random players whose journal goes to a store.
pub(super) struct Run {
    /// Kept open.
    _store: Option<Store>,
    pub(super) handle: StoreHandle,
    rules: Arc<Rules>,
    pub(super) recorder: Recorder,
    players: RandomPlayers,
    /// The bytes of the state after each tick, and before the first.
    states: Vec<Vec<u8>>,
}

/// Ticks whose chunks certainly find a place in front of the thread that writes them.
const TICKS_AHEAD: u32 = 90;

fn bytes(state: &RoomState) -> Vec<u8> {
    codec::encode_file(&state.save())
}

impl Run {
    fn new(seed: u64) -> Run {
        Run::with(RoomSettings { max_players: SEATS, ..settings(30) }, seed)
    }

    pub(super) fn with(settings: RoomSettings, seed: u64) -> Run {
        let store = in_memory();
        let settings =
            RoomSettings { store: Some(store.handle()), cores: Cores::new(0), ..settings };
        Run::of(settings, store.handle(), seed).keeping(store)
    }

    fn keeping(self, store: Store) -> Run {
        Run { _store: Some(store), ..self }
    }

    fn into_store(handle: StoreHandle, seed: u64) -> Run {
        let settings = RoomSettings {
            max_players: SEATS,
            store: Some(handle.clone()),
            cores: Cores::new(0),
            ..settings(30)
        };
        Run::of(settings, handle, seed)
    }

    pub(super) fn of(settings: RoomSettings, handle: StoreHandle, seed: u64) -> Run {
        let rules = settings.rules.clone();
        let state = RoomState::new(rules.clone(), seed);
        let states = vec![bytes(&state)];
        let scribe = Scribe::start(ROOM, handle.clone(), 1, None).unwrap();
        let recorder = Recorder::new(state, &settings, Some(scribe));
        Run { _store: None, handle, rules, recorder, players: RandomPlayers::new(seed), states }
    }

    fn run(&mut self, ticks: u32) {
        for _ in 0..ticks {
            for command in self.players.tick() {
                self.recorder.execute(command);
            }
            self.recorder.step();
            self.recorder.take_events();
            self.states.push(bytes(self.recorder.state()));
        }
    }

    /// The same, no faster than the store takes it.
    fn run_in_step_with_the_store(&mut self, ticks: u32) {
        let ends = (0..ticks).step_by(TICKS_AHEAD as usize);
        for begun in ends {
            self.run(TICKS_AHEAD.min(ticks - begun));
            self.history();
        }
    }

    /// What is durable once everything up to the last whole chunk is.
    fn history(&self) -> RoomHistory {
        let last = Tick(self.states.len() as u32 - 1);
        loop {
            let history = self.handle.room_history(ROOM).unwrap();
            let end = history.chunks.last().map(|chunk| chunk.last_tick);
            let end = end.or(history.checkpoint.as_ref().map(|checkpoint| checkpoint.tick));
            if end.is_some_and(|end| last.since(end) < 3) {
                return history;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn recover(&self, history: &RoomHistory) -> Recovered {
        recover(ROOM, &self.rules, history).unwrap().unwrap()
    }
}

#[test]
fn a_room_is_byte_for_byte_as_it_was_after_the_last_durable_tick_wherever_the_journal_is_cut() {
    for seed in 1..=3 {
        let mut run = Run::new(seed);
        // Two checkpoints, and some more.
        run.run_in_step_with_the_store(700 + 10 * seed as u32);
        let mut history = run.history();
        let mut rng = Rng::new(seed);
        assert!(history.checkpoint.as_ref().unwrap().tick >= Tick(600), "seed {seed}");
        while !history.chunks.is_empty() {
            let end = history.chunks.last().unwrap().last_tick;
            let recovered = run.recover(&history);
            assert_eq!(recovered.state.world().tick(), end, "seed {seed}");
            assert_eq!(recovered.differs_at, None, "seed {seed}");
            let is_same = bytes(&recovered.state) == run.states[end.0 as usize];
            assert!(is_same, "cut after {end:?}, seed {seed}");
            let kept = rng.below(history.chunks.len() as u32) as usize;
            history.chunks.truncate(kept);
        }
    }
}

#[test]
fn a_change_of_content_comes_again_with_the_journal_wherever_that_is_cut() {
    let mut run = Run::new(4);
    let mut hashes = vec![run.rules.content_hash; 51];
    for hit_points in [40, 90] {
        run.run_in_step_with_the_store(50);
        let mut content = Content::built_in().unwrap();
        content.hulls[0].hit_points = hit_points;
        let content = Arc::new(content);
        assert!(run.recorder.execute(RoomCommand::SetContent(content.clone())));
        assert!(!run.recorder.execute(RoomCommand::SetContent(content)), "it is no news");
        hashes.resize(hashes.len() + 50, run.recorder.state().world().rules().content_hash);
    }
    run.run_in_step_with_the_store(300);
    hashes.resize(run.states.len(), hashes[hashes.len() - 1]);
    let mut history = run.history();
    // The checkpoint on the way has the content in it, whatever the settings say now.
    assert!(history.checkpoint.as_ref().unwrap().tick >= Tick(300));
    let check = |history: &RoomHistory| {
        let recovered = run.recover(history);
        let tick = recovered.state.world().tick().0 as usize;
        assert_eq!(recovered.differs_at, None);
        assert!(bytes(&recovered.state) == run.states[tick], "after tick {tick}");
        assert_eq!(recovered.state.world().rules().content_hash, hashes[tick], "tick {tick}");
    };
    check(&history);
    // A history that begins before, as it is in the first ten seconds.
    let mut run_early = Run::new(5);
    run_early.run_in_step_with_the_store(40);
    let mut content = Content::built_in().unwrap();
    content.ores[0].id = "xenon".to_owned();
    run_early.recorder.execute(RoomCommand::SetContent(Arc::new(content)));
    run_early.run_in_step_with_the_store(40);
    history = run_early.history();
    while !history.chunks.is_empty() {
        let recovered = run_early.recover(&history);
        let tick = recovered.state.world().tick().0 as usize;
        assert!(bytes(&recovered.state) == run_early.states[tick], "after tick {tick}");
        history.chunks.pop();
    }
}

#[test]
fn a_replay_goes_through_a_change_of_content_and_finds_every_state_again() {
    let rig = Rig::new("replay-content");
    let mut run = Run::into_store(rig.handle(), 7);
    run.run_in_step_with_the_store(100);
    let mut content = Content::built_in().unwrap();
    content.hulls[0].hit_points = 40;
    content.hulls[0].acceleration *= 1.5;
    let content = Arc::new(content);
    let switch = run.recorder.state().world().tick();
    assert!(run.recorder.execute(RoomCommand::SetContent(content.clone())));
    run.run_in_step_with_the_store(300);
    let last = run.history().chunks.last().map(|chunk| chunk.last_tick);
    let stretch = Stretch::read(rig.folder.path(), ROOM, Some(Tick(0))).unwrap().unwrap();
    // As a file, too: whoever gets it has none of the content.
    let replay = Replay::from_bytes(&Replay::from(stretch).to_bytes()).unwrap();
    let mut hashes = Vec::new();
    let report = replay.execute_watched(|world| hashes.push(world.rules().content_hash)).unwrap();
    assert_eq!(report.differs_at, None, "{report}");
    assert!(report.from <= switch && Some(report.to) >= last && report.compared > 10, "{report}");
    let switched = hashes.iter().position(|hash| *hash != hashes[0]);
    assert_eq!(switched, Some(switch.since(report.from) as usize + 1), "with the next tick");
    assert_eq!(hashes.last(), Some(&run.recorder.state().world().rules().content_hash));
}

#[test]
fn a_room_that_was_saved_under_other_content_goes_on_under_that_of_its_settings() {
    let mut run = Run::new(6);
    run.run(30);
    let state = run.recover(&run.history()).state;
    let mut content = Content::built_in().unwrap();
    content.hulls.iter_mut().for_each(|hull| hull.hit_points = 40);
    let rules = run.rules.next_epoch(Arc::new(content)).unwrap();
    let hash = rules.content_hash;
    let settings = RoomSettings { rules: Arc::new(rules), max_players: SEATS, ..settings(30) };
    let recorder = Recorder::new(state, &settings, None);
    assert_eq!(recorder.state().world().rules().content_hash, hash);
    let full = recorder.state().world().ships().values().all(|ship| ship.state.hit_points <= 40);
    assert!(full);
}

#[test]
fn a_journal_of_another_build_is_not_executed_and_its_checkpoint_is_used() {
    let mut run = Run::new(1);
    run.run(60);
    let mut history = run.history();
    assert_eq!(run.recover(&history).ticks, 60);
    for chunk in &mut history.chunks {
        chunk.build = BuildId(chunk.build.0 ^ 1);
    }
    let recovered = run.recover(&history);
    assert_eq!((recovered.ticks, recovered.state.world().tick()), (0, Tick(0)));
    assert_eq!(bytes(&recovered.state), run.states[0]);
}

#[test]
fn a_command_that_panics_twice_is_set_aside_and_everything_else_is_executed() {
    let mut run = Run::new(1);
    run.run(60);
    let history = run.history();
    let mut reader = ChunkReader::default();
    let executed = history.chunks.iter().flat_map(|chunk| reader.read(&chunk.bytes).unwrap());
    let mut commands = executed.flat_map(|executed| executed.commands);
    let culprit = commands.find(|command| matches!(command, RoomCommand::Join(_))).unwrap();
    let recovered = recover_by(ROOM, &run.rules, &history, |state, command| {
        assert_ne!(*command, culprit, "a bug");
        state.apply(command)
    });
    let recovered = recovered.unwrap().unwrap();
    let set_aside: Vec<_> = recovered.set_aside.into_iter().map(|aside| aside.commands).collect();
    assert_eq!(set_aside, [[culprit]]);
    assert_eq!((recovered.ticks, recovered.differs_at), (60, None));
}

#[test]
fn a_room_that_always_panics_goes_back_to_its_checkpoint() {
    let mut run = Run::new(1);
    run.run(30);
    let history = run.history();
    let recovered = recover_by(ROOM, &run.rules, &history, |_, _| panic!("a bug"));
    let recovered = recovered.unwrap().unwrap();
    assert!(recovered.state.world().tick() < Tick(30));
    assert!(recovered.set_aside.len() <= 3);
}

#[test]
fn what_is_told_durable_is_in_the_history() {
    let mut run = Run::new(1);
    run.run(30);
    assert!(run.recorder.durable() < Tick(31), "it has not come yet");
    // The store writes ten times a second, by the system's clock.
    while run.recorder.durable() < Tick(30) {
        run.run(3);
        thread::sleep(Duration::from_millis(5));
    }
    let durable = run.recorder.durable();
    let history = run.handle.room_history(ROOM).unwrap();
    let recovered = run.recover(&history);
    assert!(recovered.state.world().tick() >= durable);
}

#[test]
fn a_store_that_takes_nothing_for_long_costs_a_gap_after_which_a_new_run_begins() {
    let queue = QueueLimits { batches: 4, ..StoreSettings::default().queue };
    let rig = Rig::with_queue("gap", queue);
    rig.disk.set(Fault::Full);
    let mut run = Run::into_store(rig.handle(), 1);
    // More chunks than the store and the thread have room for; none of them is waited for.
    run.run(600);
    assert_eq!(run.recorder.durable(), Tick(0));
    rig.disk.set(Fault::None);
    // At the pace of a room: the store has to catch up with what waits.
    let caught_up = (0..600).any(|_| {
        run.run(3);
        thread::sleep(Duration::from_millis(100));
        run.recorder.durable() >= Tick(600)
    });
    assert!(caught_up);
    let history = run.history();
    assert!(history.checkpoint.as_ref().unwrap().run > 1, "a gap is no history");
    let recovered = run.recover(&history);
    let tick = recovered.state.world().tick();
    assert!(tick >= Tick(600) && recovered.differs_at.is_none());
    assert!(bytes(&recovered.state) == run.states[tick.0 as usize]);
}

#[test]
fn a_run_that_follows_another_begins_where_that_ended() {
    let mut run = Run::new(1);
    run.run(60);
    let history = run.history();
    let settings =
        RoomSettings { max_players: SEATS, store: Some(run.handle.clone()), ..settings(30) };
    let scribe = Scribe::start(ROOM, run.handle.clone(), history.next_run, None);
    let state = run.recover(&history).state;
    run.recorder = Recorder::new(state, &settings, Some(scribe.unwrap()));
    run.run(60);
    let history = run.history();
    assert_eq!(history.checkpoint.as_ref().unwrap().tick, Tick(60));
    let recovered = run.recover(&history);
    assert_eq!(bytes(&recovered.state), *run.states.last().unwrap());
}
