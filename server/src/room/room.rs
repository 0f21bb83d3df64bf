//! The room's state and what it does in a tick, without the clock that says when.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use driftfield_shared::limits::LEADERBOARD_LINES_MAX;
use driftfield_shared::protocol::{
    CONTENT_HASH, CloseReason, Greeting, Hello, InputTicket, LeaderboardLine, ServerControl, Token,
    Welcome, encode_server_control,
};
use driftfield_shared::sim::{Command, Event, World};
use driftfield_shared::snapshot::{History, SnapshotTally, Workspace};
use driftfield_shared::units::{Controls, PlayerId};
use tracing::{debug, info, warn};

use super::RoomSettings;
use super::batch::Batch;
use super::checkpoint::{self, Checkpoint};
use super::client::{Client, SnapshotMaker};
use super::input_path::InputPath;
use super::load::Load;
use super::reading::{InputCounts, Left, read_client, read_input_path};
use super::seats::Seats;
use super::secret;
use crate::connection::{Connection, ConnectionEnd, Inbox};
use crate::metrics::RoomMetrics;

/// Seconds between the notice of a shutdown and the goodbye.
const DRAIN_NOTICE: Duration = Duration::from_millis(500);

/// A room on its thread.
pub struct Room {
    settings: RoomSettings,
    metrics: RoomMetrics,
    world: World,
    history: History,
    seats: Seats,
    clients: Vec<Client>,
    /// Connections on their way out.
    closing: Vec<Connection>,
    commands: Vec<Command>,
    events: Vec<Event>,
    leaderboard: Vec<LeaderboardLine>,
    /// Control messages of this tick for everyone, as bytes.
    broadcasts: Vec<Vec<u8>>,
    drain_at: Option<Instant>,
    space: Workspace,
    inbox: Inbox,
    batch: Batch,
    frame: Vec<u8>,
    load: Load,
}

impl Room {
    /// A room with a new world.
    pub fn new(settings: RoomSettings, metrics: RoomMetrics) -> Self {
        Room {
            world: World::new(settings.rules.clone(), settings.seed),
            history: History::default(),
            seats: Seats::new(settings.max_players as usize),
            clients: Vec::new(),
            closing: Vec::new(),
            commands: Vec::new(),
            events: Vec::new(),
            leaderboard: Vec::new(),
            broadcasts: Vec::new(),
            drain_at: None,
            space: Workspace::default(),
            inbox: Inbox::default(),
            batch: Batch::default(),
            frame: Vec::new(),
            load: Load::default(),
            settings,
            metrics,
        }
    }

    /// Goes on from the state that the last run saved, if there is one under these rules.
    pub fn restore(&mut self) {
        let Some(path) = self.checkpoint_path() else { return };
        let room = &self.settings.id;
        let checkpoint = match Checkpoint::read(&path, &self.settings.rules) {
            Ok(Some(checkpoint)) => checkpoint,
            Ok(None) => return,
            Err(error) => return warn!(room, %error, path = %path.display(), "starting anew"),
        };
        self.world = World::resume(self.settings.rules.clone(), checkpoint.world);
        self.seats.restore(checkpoint.seats, self.world.tick());
        let seats = &self.seats;
        let gone = self.world.pilots().filter(|pilot| !seats.is_taken(pilot.player));
        self.commands.extend(gone.map(|pilot| Command::Leave(pilot.player)));
        info!(room, tick = self.world.tick().0, "going on where the last run stopped");
    }

    /// Saves the state for the next run, if the room has a place for it.
    pub fn save(&self) {
        let Some(path) = self.checkpoint_path() else { return };
        let seats = self.seats.save();
        let checkpoint = Checkpoint::new(&self.settings.rules, self.world.save(), seats);
        if let Err(error) = checkpoint.write(&path) {
            warn!(room = self.settings.id, %error, path = %path.display(), "not saved");
        }
    }

    fn checkpoint_path(&self) -> Option<PathBuf> {
        let data_dir = self.settings.data_dir.as_deref()?;
        Some(checkpoint::path(data_dir, &self.settings.id))
    }

    /// Takes a connection in for what its client said in the request; `None`: it speaks another version.
    pub fn admit(&mut self, mut connection: Connection, greeting: Option<Greeting>) {
        if self.drain_at.is_some() {
            connection.close(CloseReason::ShuttingDown);
            self.closing.push(connection);
            return;
        }
        match greeting {
            Some(Greeting::Hello(hello)) => self.handle_hello(connection, &hello),
            Some(Greeting::AttachInputs(ticket)) => self.handle_attach(connection, &ticket),
            None => self.refuse(connection, CloseReason::WrongVersion),
        }
    }

    /// Tells everyone that the room ends, and lets them go soon after.
    pub fn drain(&mut self, now: Instant) {
        if self.drain_at.is_none() {
            self.drain_at = Some(now + DRAIN_NOTICE);
            let seconds = DRAIN_NOTICE.as_secs_f32().ceil() as u16;
            self.broadcast(&ServerControl::Draining { seconds });
        }
    }

    /// After a bug: tells everyone to come back in a moment, with one attempt to say so.
    pub fn fail(&mut self, now: Instant) {
        self.dismiss_all(CloseReason::InternalError);
        self.closing.retain_mut(|connection| !connection.poll_closed(now));
    }

    /// Whether nobody is here and nothing is left to be said.
    pub fn is_idle(&self) -> bool {
        self.clients.is_empty() && self.closing.is_empty() && self.seats.iter().next().is_none()
    }

    /// Whether everyone has gone after [`Room::drain`].
    pub fn is_drained(&self) -> bool {
        self.drain_at.is_some() && self.clients.is_empty() && self.closing.is_empty()
    }

    /// How it was opened.
    #[cfg(test)]
    pub fn settings(&self) -> &RoomSettings {
        &self.settings
    }

    /// What this room counts.
    pub fn metrics(&self) -> &RoomMetrics {
        &self.metrics
    }

    /// Seats of people and of programs.
    pub fn seat_count(&self) -> (u32, u32) {
        self.seats.count()
    }

    /// Reads what came in and advances the world by one tick.
    pub fn read_and_step(&mut self, now: Instant) {
        self.read_clients(now);
        self.expire_seats();
        self.world.step(&self.commands, &mut self.events);
        self.commands.clear();
        self.history.record(&self.world);
        self.report_events();
        self.metrics.ticks.inc();
    }

    /// Sends everyone what is due, once after all steps of a wake-up.
    pub fn write(&mut self, now: Instant) {
        self.rank();
        self.send();
        if self.drain_at.is_some_and(|at| at <= now) {
            self.dismiss_all(CloseReason::ShuttingDown);
        }
        self.closing.retain_mut(|connection| !connection.poll_closed(now));
        let (entities, clients) = (self.world.entities(), self.clients.len());
        self.metrics.entities.set(entities);
        self.metrics.clients.set(clients);
    }

    /// Notes that a tick of length `tick` took `busy`: if that is too much, clients are sent less.
    pub fn note_load(&mut self, busy: Duration, tick: Duration) {
        let is_felt = std::mem::take(&mut self.space.planned) > 0;
        self.load.note(busy, tick, is_felt);
        self.metrics.budget_share.set(self.load.share().into());
    }

    fn handle_hello(&mut self, connection: Connection, hello: &Hello) {
        if hello.content_hash != CONTENT_HASH {
            return self.refuse(connection, CloseReason::WrongContent);
        }
        let (Some(token), Some(ticket)) = (secret::random(), secret::random()) else {
            return self.refuse(connection, CloseReason::InternalError);
        };
        let (token, input_ticket) = (Token(token), InputTicket(ticket));
        let resumed = hello.token.and_then(|old| self.seats.resume(&old, &token));
        let is_resumed = resumed.is_some();
        if let Some(info) = &resumed {
            self.take_over(info.player);
        }
        let is_bot = hello.is_bot || connection.is_house_bot();
        let now = self.world.tick();
        let info = resumed.or_else(|| {
            let info = self.seats.take(&hello.name, is_bot, &token, now).or_else(|| {
                // People come before the house's own bots.
                (!is_bot && self.free_house_seat())
                    .then(|| self.seats.take(&hello.name, false, &token, now))?
            })?;
            self.commands.push(Command::Join(info.player));
            self.broadcast(&ServerControl::PlayerJoined(info.clone()));
            Some(info)
        });
        let Some(info) = info else { return self.refuse(connection, CloseReason::RoomFull) };
        debug!(room = self.settings.id, name = info.name, is_resumed, "joined");
        let rules = &self.settings.rules;
        let welcome = ServerControl::Welcome(Box::new(Welcome {
            player: info.player,
            token,
            input_ticket,
            resumed: is_resumed,
            tick_hz: rules.tick_hz,
            room: self.settings.id.clone(),
            room_name: self.settings.name.clone(),
            sector: rules.sector.id.clone(),
            mode: rules.mode.id.clone(),
            content: (*rules.content).clone(),
            players: self.seats.iter().map(|seat| seat.info.clone()).collect(),
        }));
        let mut client =
            Client::new(connection, info.player, self.world.tick(), rules.tick_hz, &input_ticket);
        let mut messages = vec![encode_server_control(&welcome)];
        if !self.leaderboard.is_empty() {
            let leaderboard = ServerControl::Leaderboard(self.leaderboard.clone());
            messages.push(encode_server_control(&leaderboard));
        }
        for message in &messages {
            self.metrics.sent_control_bytes.inc_by(message.len() as u64);
            if client.connection.send(message).is_err() {
                // The tick's reading sees the same end and deals with it.
                break;
            }
        }
        let _ = client.connection.flush();
        self.clients.push(client);
    }

    /// Takes input commands from a second connection of a client, too, instead of an earlier one.
    fn handle_attach(&mut self, connection: Connection, ticket: &InputTicket) {
        let path = InputPath::new(connection, self.world.tick());
        // Once, and not for each client: anyone may send tickets.
        let ticket_hash = secret::hash(&ticket.0);
        let client = self.clients.iter_mut().find(|client| client.has_ticket(&ticket_hash));
        let Some(client) = client else {
            self.metrics.count_rejected(CloseReason::NoSeat.label());
            self.closing.push(path.close(CloseReason::NoSeat));
            return;
        };
        let replaced = client.attach(path);
        self.closing.extend(replaced.map(|path| path.close(CloseReason::TakenOver)));
    }

    /// Closes the older connection of a seat that was taken back.
    fn take_over(&mut self, player: PlayerId) {
        if let Some(index) = self.clients.iter().position(|client| client.player == player) {
            let client = self.clients.swap_remove(index);
            self.dismiss(client, CloseReason::TakenOver);
        }
    }

    /// Sends the newest house bot away. Returns whether there was one.
    fn free_house_seat(&mut self) -> bool {
        let newest = self.clients.iter().rposition(|client| client.connection.is_house_bot());
        let Some(index) = newest else { return false };
        let client = self.clients.swap_remove(index);
        let player = client.player;
        self.dismiss(client, CloseReason::SeatNeeded);
        self.give_up_seat(player);
        true
    }

    fn read_clients(&mut self, now: Instant) {
        let tick = self.world.tick();
        let tick_hz = self.settings.rules.tick_hz;
        let mut counts = InputCounts::default();
        let mut index = 0;
        while index < self.clients.len() {
            let client = &mut self.clients[index];
            client.connection.begin_tick(now);
            let left = read_client(client, tick, &mut self.inbox, &mut counts).and_then(|()| {
                client.overdue(tick, tick_hz).map_or(Ok(()), |reason| Err(Left::Refuse(reason)))
            });
            if let Some((path, end)) =
                read_input_path(client, now, tick, tick_hz, &mut self.inbox, &mut counts)
            {
                self.end_input_path(path, end);
            }
            match left {
                Ok(()) => {
                    let client = &mut self.clients[index];
                    if client.is_first_input() {
                        self.seats.note_played(client.player);
                    }
                    // Nothing more of this client comes before the step, and now it is in the processor's cache.
                    if let Some(input) = client.take_input(tick.next()) {
                        self.commands.push(Command::Steer(client.player, input.controls));
                        self.commands.push(Command::See(client.player, input.view_lag));
                    }
                    index += 1;
                }
                Err(left) => {
                    let client = self.clients.swap_remove(index);
                    self.handle_left(client, left);
                }
            }
        }
        counts.tell(&self.metrics);
    }

    /// Lets a second connection go, whose first stays as it is.
    fn end_input_path(&mut self, path: InputPath, end: ConnectionEnd) {
        self.note_end(end);
        let reason = match end {
            ConnectionEnd::Refused(reason) => reason,
            // It has ended already: nothing is said any more.
            ConnectionEnd::Closed | ConnectionEnd::Lost(_) => CloseReason::Left,
        };
        self.closing.push(path.close(reason));
    }

    /// Lets a client go, and keeps its seat unless it said goodbye.
    fn handle_left(&mut self, mut client: Client, left: Left) {
        let player = client.player;
        match left {
            Left::End(end) => {
                self.note_end(end);
                self.close_input_path(&mut client, CloseReason::NoSeat);
                self.closing.push(client.connection);
            }
            Left::Refuse(reason) => {
                self.close_input_path(&mut client, CloseReason::NoSeat);
                self.refuse(client.connection, reason);
            }
            Left::Leave => {
                self.dismiss(client, CloseReason::Left);
                return self.give_up_seat(player);
            }
        }
        if !self.seats.vacate(player, self.world.tick()) {
            return self.give_up_seat(player);
        }
        // The ship drifts on with its engines off and its gun silent.
        let aim = self.world.pilot(player).and_then(|pilot| pilot.ship);
        let aim = aim.and_then(|key| self.world.ships().get(key)).map(|ship| ship.state.aim);
        let controls = Controls { aim: aim.unwrap_or_default(), ..Controls::default() };
        self.commands.push(Command::Steer(player, controls));
    }

    fn expire_seats(&mut self) {
        let tick_hz = self.settings.rules.tick_hz;
        let grace = self.settings.grace_seconds * f32::from(tick_hz);
        for player in self.seats.expired(self.world.tick(), grace as u32, tick_hz) {
            self.give_up_seat(player);
        }
    }

    fn give_up_seat(&mut self, player: PlayerId) {
        self.seats.free(player);
        self.commands.push(Command::Leave(player));
        self.broadcast(&ServerControl::PlayerLeft(player));
    }

    fn report_events(&mut self) {
        for event in std::mem::take(&mut self.events) {
            match event {
                Event::Kill { killer, victim } => {
                    self.broadcast(&ServerControl::Kill { killer, victim });
                }
            }
        }
    }

    /// Tells everyone the best players, once a second and if that has changed.
    fn rank(&mut self) {
        if !self.world.tick().0.is_multiple_of(u32::from(self.settings.rules.tick_hz)) {
            return;
        }
        let mut lines: Vec<LeaderboardLine> = self
            .world
            .pilots()
            .map(|pilot| LeaderboardLine {
                player: pilot.player,
                score: pilot.score,
                kills: pilot.kills,
            })
            .collect();
        lines.sort_by_key(|line| (std::cmp::Reverse(line.score), line.player));
        lines.truncate(LEADERBOARD_LINES_MAX);
        if lines != self.leaderboard {
            self.broadcast(&ServerControl::Leaderboard(lines.clone()));
            self.leaderboard = lines;
        }
    }

    fn broadcast(&mut self, control: &ServerControl) {
        self.broadcasts.push(encode_server_control(control));
    }

    /// Hands every client this tick's control messages and its snapshot, and writes them in one go.
    fn send(&mut self) {
        let broadcasts = std::mem::take(&mut self.broadcasts);
        let mut maker = SnapshotMaker {
            world: &self.world,
            history: &mut self.history,
            space: &mut self.space,
            budget_share: self.load.share(),
            tally: SnapshotTally::default(),
        };
        let (mut sent, mut skipped, mut snapshot_bytes, mut control_bytes) = (0, 0, 0, 0);
        for clients in self.clients.chunks_mut(Batch::CLIENTS) {
            // An ended connection is dealt with at the next reading: errors are not lost here.
            self.batch.clear();
            for client in &mut *clients {
                let is_behind = client.is_behind();
                for message in &broadcasts {
                    if client.connection.send(message).is_ok() {
                        control_bytes += message.len();
                    }
                }
                skipped += u64::from(is_behind);
                self.batch.push((!is_behind).then(|| client.make_snapshot(&mut maker)));
            }
            for (client, snapshot) in clients.iter_mut().zip(self.batch.snapshots()) {
                let Some(bytes) = snapshot else {
                    let _ = client.connection.flush();
                    continue;
                };
                if client.connection.write(bytes, &mut self.frame).is_ok() {
                    sent += 1;
                    snapshot_bytes += bytes.len();
                }
            }
        }
        self.metrics.snapshots_sent.inc_by(sent);
        self.metrics.snapshots_skipped.inc_by(skipped);
        self.metrics.sent_snapshot_bytes.inc_by(snapshot_bytes as u64);
        self.metrics.sent_control_bytes.inc_by(control_bytes as u64);
        self.metrics.count_bits(&maker.tally);
        self.metrics.count_ages(&std::mem::take(&mut self.space.ages));
    }

    fn dismiss_all(&mut self, reason: CloseReason) {
        for client in std::mem::take(&mut self.clients) {
            self.dismiss(client, reason);
        }
    }

    /// Closes the second connection of a client that goes, if it has one.
    fn close_input_path(&mut self, client: &mut Client, reason: CloseReason) {
        self.closing.extend(client.input_path.take().map(|path| path.close(reason)));
    }

    /// Closes a client's connections for a reason that is nobody's fault.
    fn dismiss(&mut self, mut client: Client, reason: CloseReason) {
        self.close_input_path(&mut client, reason);
        client.connection.close(reason);
        self.closing.push(client.connection);
    }

    /// Closes a connection that did wrong, and counts it.
    fn refuse(&mut self, mut connection: Connection, reason: CloseReason) {
        self.metrics.count_rejected(reason.label());
        debug!(room = self.settings.id, peer = ?connection.peer(), %reason, "refused");
        connection.close(reason);
        self.closing.push(connection);
    }

    fn note_end(&self, end: ConnectionEnd) {
        if let ConnectionEnd::Refused(reason) = end {
            self.metrics.count_rejected(reason.label());
        }
        debug!(room = self.settings.id, %end, "connection ended");
    }
}
