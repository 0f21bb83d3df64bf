//! The state of a room and its work in a tick, without the clock that schedules it.

use std::hash::RandomState;
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftfield_shared::protocol::{
    CloseReason, HubRequest, Outcome, Request, ServerControl, encode_server_control,
};
use driftfield_shared::sim::{Rules, World};
use driftfield_shared::snapshot::History;
use driftfield_shared::units::{PlayerId, Tick};
use tracing::{error, info};

use super::client::Client;
use super::epochs::Epochs;
use super::hub_line::HubLine;
use super::inbound::{Reader, ReadingTime};
use super::journal::{self, Recorder};
use super::membership::{Context, Membership};
use super::outbound::batch::Batch;
use super::outbound::{Outgoing, Sender};
use super::state::{Holder, Judgement, RoomCommand, Seat};
use super::topics::Topics;
use super::workers::worker_pool::WorkerPool;
use super::{Entry, RoomSettings};
use crate::hub::{HubReply, Present, Wanted, Whereabouts};
use crate::limits::JOURNAL_TIME_MAX;
use crate::metrics::RoomMetrics;
use crate::net::connection::Connection;
use crate::store::AccountId;

/// Time between the notice of a shutdown and the goodbye.
const DRAIN_NOTICE: Duration = Duration::from_millis(500);

/// A room, between two ticks or in one.
pub struct Room {
    settings: RoomSettings,
    metrics: RoomMetrics,
    recorder: Recorder,
    history: History,
    epochs: Epochs,
    membership: Membership,
    /// Makes numbers of networks that do not tell their addresses.
    holder_key: RandomState,
    topics: Topics,
    hub_line: HubLine,
    /// Encoded control messages of this tick for all clients.
    broadcasts: Vec<Vec<u8>>,
    /// When clients were last read.
    read_at: Option<Instant>,
    drain_at: Option<Instant>,
    has_dismissed_all: bool,
    worker_pool: WorkerPool,
    readers: Vec<Reader>,
    senders: Vec<Sender>,
}

impl Room {
    /// A room that goes on after the last durable tick of its journal; with a new world if there is none.
    pub fn open(settings: RoomSettings, metrics: RoomMetrics) -> Self {
        let recorder = journal::open(&settings, &metrics);
        Room::with(recorder, settings, metrics)
    }

    /// A room with a new world, whatever its journal says.
    pub fn anew(settings: RoomSettings, metrics: RoomMetrics) -> Self {
        let recorder = journal::open_anew(&settings);
        Room::with(recorder, settings, metrics)
    }

    fn with(recorder: Recorder, settings: RoomSettings, metrics: RoomMetrics) -> Self {
        let accounts = recorder.state().seats().iter().filter_map(Seat::account);
        settings.purses.seats_of(&settings.id, accounts);
        Room {
            topics: Topics::new(recorder.state().players(), &settings.hub),
            hub_line: HubLine::default(),
            recorder,
            history: History::default(),
            epochs: Epochs::default(),
            membership: Membership::default(),
            holder_key: RandomState::new(),
            broadcasts: Vec::new(),
            read_at: None,
            drain_at: None,
            has_dismissed_all: false,
            worker_pool: WorkerPool::new(settings.cores.clone()),
            readers: Vec::new(),
            senders: Vec::new(),
            settings,
            metrics,
        }
    }

    /// Ends the journal, and waits until it is durable, but not for long. Returns whether it is, or nothing is kept.
    pub fn end_journal(&mut self) -> bool {
        let is_kept = self.recorder.finish(Instant::now() + JOURNAL_TIME_MAX);
        self.metrics.count_save(is_kept);
        if !is_kept {
            error!(room = self.settings.id, "the room could not be saved");
        }
        is_kept
    }

    /// Admits a connection, according to the client's greeting.
    pub fn admit(&mut self, connection: Connection, entry: Entry) {
        let holder = connection.peer().map(|peer| Holder::of(peer.ip(), &self.holder_key));
        self.admit_from(connection, holder, entry);
    }

    /// The same for a client whose seat is counted to `holder`.
    pub fn admit_from(&mut self, connection: Connection, holder: Option<Holder>, entry: Entry) {
        if self.drain_at.is_some() {
            return self.membership.turn_away(connection, CloseReason::ShuttingDown);
        }
        let (membership, mut context) = self.membership();
        membership.admit(connection, holder, entry, &mut context);
    }

    fn world(&self) -> &World {
        self.recorder.state().world()
    }

    /// The members of the room, and the parts of the room that changes of membership use.
    fn membership(&mut self) -> (&mut Membership, Context<'_>) {
        let context = Context {
            settings: &self.settings,
            metrics: &self.metrics,
            recorder: &mut self.recorder,
            coming_epoch: self.epochs.coming(),
            topics: &mut self.topics,
        };
        (&mut self.membership, context)
    }

    /// Lets an account go, which plays elsewhere now.
    pub fn let_go(&mut self, account: AccountId) {
        let (membership, mut context) = self.membership();
        membership.let_go(account, &mut context);
    }

    /// Everyone with a seat.
    pub fn present(&mut self) -> Vec<Present> {
        let (membership, context) = self.membership();
        membership.present(&context)
    }

    /// Who of these is there, and where.
    pub fn whereabouts(&mut self, wanted: &Wanted) -> Vec<Whereabouts> {
        let (membership, context) = self.membership();
        membership.whereabouts(&context, wanted)
    }

    /// Tells all players that the room ends, and lets them go soon after; at once if the room is empty.
    pub fn drain(&mut self, now: Instant) {
        if self.drain_at.is_none() {
            let notice = if self.membership.is_empty() { Duration::ZERO } else { DRAIN_NOTICE };
            self.drain_at = Some(now + notice);
            let seconds = notice.as_secs_f32().ceil() as u16;
            self.broadcast(&ServerControl::Draining { seconds });
        }
    }

    /// Lets all players go now, with one attempt to tell them.
    pub fn dismiss_all_now(&mut self, now: Instant) {
        self.dismiss_all(CloseReason::ShuttingDown);
        self.membership.poll_closing(now);
    }

    /// Whether nobody plays any more after [`Room::drain`]: the state saved from now on is final.
    pub fn has_dismissed_all(&self) -> bool {
        self.has_dismissed_all
    }

    /// After a bug: tells all players to come back in a moment, with one attempt, and ends the journal with what was
    /// executed when it happened.
    pub fn fail(&mut self, now: Instant) {
        self.dismiss_all(CloseReason::InternalError);
        self.membership.poll_closing(now);
        self.recorder.abandon(Instant::now() + JOURNAL_TIME_MAX);
    }

    /// Whether the room is empty and has nothing left to send.
    pub fn is_idle(&self) -> bool {
        self.membership.is_empty()
            && self.membership.has_told_who_left()
            && self.recorder.state().players().next().is_none()
    }

    /// Frees the past states and the buffers for reading and sending, when nobody plays. After a crowd they are most
    /// of the room's memory.
    pub fn rest(&mut self) {
        debug_assert!(self.is_idle(), "clients still hold past snapshots");
        self.recorder.rest();
        self.history = History::default();
        self.worker_pool = WorkerPool::new(self.settings.cores.clone());
        self.readers = Vec::new();
        self.senders = Vec::new();
    }

    /// Whether all players have left after [`Room::drain`].
    pub fn is_drained(&self) -> bool {
        self.drain_at.is_some() && self.has_dismissed_all && self.membership.is_empty()
    }

    /// The last tick.
    #[cfg(test)]
    pub fn tick(&self) -> Tick {
        self.world().tick()
    }

    /// The state.
    #[cfg(test)]
    pub fn state(&self) -> &super::state::RoomState {
        self.recorder.state()
    }

    /// The last durable tick.
    #[cfg(test)]
    pub fn durable(&self) -> Tick {
        self.recorder.durable()
    }

    /// The settings with which the room was opened.
    #[cfg(test)]
    pub fn settings(&self) -> &RoomSettings {
        &self.settings
    }

    /// The room's metrics.
    pub fn metrics(&self) -> &RoomMetrics {
        &self.metrics
    }

    /// Number of seats of people and of programs.
    pub fn seat_count(&self) -> (u32, u32) {
        self.recorder.state().seats().count()
    }

    /// Reads from clients and advances the world by one tick.
    pub fn read_and_step(&mut self, now: Instant) {
        self.read_clients(now);
        let (membership, mut context) = self.membership();
        membership.watch_idle(&mut context);
        membership.dismiss_banned(&mut context);
        self.begin_epoch_if_due();
        self.recorder.step();
        let (membership, mut context) = self.membership();
        membership.handle_events(&mut context);
        membership.tell_who_left(&context);
        self.history.record(self.recorder.state().world());
        self.metrics.ticks.inc();
    }

    /// Sends all clients what is due, once after all steps of a wake-up.
    pub fn write(&mut self, now: Instant) {
        self.take_answers();
        self.topics.rank(self.recorder.state().world());
        self.topics.seal(self.recorder.state().world().tick(), self.settings.rules.tick_hz);
        self.send();
        if self.drain_at.is_some_and(|at| at <= now) {
            self.dismiss_all(CloseReason::ShuttingDown);
        }
        self.membership.poll_closing(now);
        let (entities, clients) = (self.world().entities(), self.membership.client_count());
        self.metrics.entities.set(entities);
        self.metrics.tick.set(self.world().tick().0.into());
        self.metrics.durable_tick.set(self.recorder.durable().0.into());
        self.metrics.clients.set(clients);
    }

    /// Goes on under these rules, which are [`Rules::next_epoch`] of the present ones: at once if nobody is here, else when
    /// everyone has had the time to fetch their content.
    pub fn set_rules(&mut self, rules: Arc<Rules>) {
        let (tick, is_empty) = (self.world().tick(), self.membership.client_count() == 0);
        if let Some(epoch) = self.epochs.add(rules, tick, is_empty) {
            self.broadcast(&epoch);
        }
    }

    /// Begins the epoch that is due with the next tick. Clients get a full snapshot under it: no delta spans two epochs.
    fn begin_epoch_if_due(&mut self) {
        let next = self.world().tick().next();
        let Some(rules) = self.epochs.due(next) else { return };
        info!(room = self.settings.id, tick = next.0, content = %rules.content_hash, "an epoch begins");
        self.recorder.execute(RoomCommand::SetContent(rules.content.clone()));
        self.history = History::default();
        self.membership.clients().iter_mut().for_each(Client::begin_epoch);
        if let Some(epoch) = self.epochs.follow(self.world().tick()) {
            self.broadcast(&epoch);
        }
    }

    /// Notes that a tick of length `tick` took `took`. If that is too much, the room gets helper threads.
    pub fn note_load(&mut self, took: Duration, tick: Duration) {
        self.worker_pool.note(took.as_secs_f32() / tick.as_secs_f32().max(f32::EPSILON));
    }

    fn read_clients(&mut self, now: Instant) {
        let (tick, tick_hz) = (self.world().tick(), self.settings.rules.tick_hz);
        let since = self.read_at.replace(now).map(|at| now.saturating_duration_since(at));
        let two_ticks = Duration::from_secs(2) / u32::from(tick_hz);
        let has_stood_still = since.is_some_and(|since| since >= two_ticks);
        let time = ReadingTime { now, tick, tick_hz, has_stood_still };
        let (readers, clients) = (&mut self.readers, self.membership.clients());
        self.worker_pool.share_out(
            readers,
            clients,
            Batch::CLIENTS,
            |reader: &mut Reader, clients| {
                reader.read(time, clients);
            },
        );
        let mut readers = std::mem::take(&mut self.readers);
        for Reader { found, .. } in &mut readers {
            found.tell(&self.metrics);
            let (_, mut context) = self.membership();
            for (player, input) in found.inputs.drain(..) {
                context.execute(RoomCommand::Input(player, input));
            }
            for player in found.played.drain(..) {
                context.execute(RoomCommand::Play(player));
            }
            for (player, request) in found.requests.drain(..) {
                self.answer(player, request);
            }
            for (player, request) in found.hub_requests.drain(..) {
                self.ask_hub(player, request);
            }
            let (membership, mut context) = self.membership();
            for (path, end) in found.ended_paths.drain(..) {
                membership.end_input_path(path, end, &context);
            }
            for (player, left) in found.left.drain(..) {
                membership.handle_left(player, left, &mut context);
            }
        }
        self.readers = readers;
    }

    /// Executes what a player asks for, if that is new, and makes the reply.
    fn answer(&mut self, player: PlayerId, request: Request) {
        let (membership, mut context) = self.membership();
        let Some(client) = membership.client(player) else { return };
        context.execute(RoomCommand::Request(player, request.clone()));
        let state = context.recorder.state();
        // Executed for the tick that comes next, by now or some time before.
        let (mut durable_at, id) = (state.world().tick().next(), request.id);
        let outcome = match state.judge(player, &request) {
            Some(Judgement::Answered(reply)) => reply.outcome,
            Some(Judgement::Refused(reason)) => {
                context.metrics.count_rejected(reason.label());
                // There is nothing to keep.
                durable_at = Tick(0);
                Outcome::Refused(reason)
            }
            Some(Judgement::New) | None => {
                client.replies.give_up(id);
                return;
            }
        };
        client.replies.push(durable_at, id, outcome);
    }

    /// Hands on what a player asks the hub for. What is refused here is answered at once.
    fn ask_hub(&mut self, player: PlayerId, request: HubRequest) {
        let Some(client) = self.membership.client(player) else { return };
        let (id, seats) = (request.id, self.recorder.state().seats());
        if let Err(reason) = self.hub_line.ask(seats, &self.settings, player, request) {
            self.metrics.count_rejected(reason.label());
            client.replies.push(Tick(0), id, Outcome::Refused(reason));
        }
    }

    /// Takes the hub's answers, for players who are still there.
    fn take_answers(&mut self) {
        while let Some(HubReply { player, account, id, outcome }) = self.hub_line.poll() {
            // Meanwhile somebody else may have the seat.
            let is_same = self.recorder.state().seats().account_of(player) == Some(account);
            if let Some(client) = self.membership.client(player).filter(|_| is_same) {
                if let Outcome::Refused(reason) = outcome {
                    self.metrics.count_rejected(reason.label());
                }
                client.replies.push(Tick(0), id, outcome);
            }
        }
    }

    fn broadcast(&mut self, control: &ServerControl) {
        self.broadcasts.push(encode_server_control(control));
    }

    /// Writes every client this tick's control messages and its snapshot in one call.
    fn send(&mut self) {
        let (world, history) = (self.recorder.state().world(), &self.history);
        let durable = self.recorder.durable();
        let (broadcasts, topics) = (&self.broadcasts, &self.topics);
        let store = self.settings.store.as_ref();
        let is_unsaved = store.is_some_and(|store| store.status().trouble().is_some());
        let outgoing = Outgoing { world, history, broadcasts, topics, durable, is_unsaved };
        let (senders, clients) = (&mut self.senders, self.membership.clients());
        self.worker_pool.share_out(
            senders,
            clients,
            Batch::CLIENTS,
            |sender: &mut Sender, clients| {
                sender.send(&outgoing, clients);
            },
        );
        self.broadcasts.clear();
        self.metrics.helpers.set(self.worker_pool.helpers() as i64);
        for counts in self.senders.iter_mut().map(Sender::take_counts) {
            counts.tell(&self.metrics);
        }
    }

    fn dismiss_all(&mut self, reason: CloseReason) {
        self.membership.dismiss_all(reason);
        self.has_dismissed_all = self.drain_at.is_some();
    }
}
