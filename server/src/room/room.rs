//! The room's state and what it does in a tick, without the clock that says when.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use driftfield_shared::limits::LEADERBOARD_LINES_MAX;
use driftfield_shared::protocol::{
    CONTENT_HASH, CloseReason, Greeting, Hello, InputTicket, LeaderboardLine, ServerControl, Token,
    Welcome, encode_server_control,
};
use driftfield_shared::sim::{Command, Event, World};
use driftfield_shared::snapshot::History;
use driftfield_shared::units::{Controls, PlayerId};
use tracing::{debug, info, warn};

use super::RoomSettings;
use super::batch::Batch;
use super::busy::Busy;
use super::checkpoint::{self, Checkpoint};
use super::client::Client;
use super::crew::Crew;
use super::input_path::InputPath;
use super::load::Load;
use super::reading::{Left, Reader, ReadingTime};
use super::seats::Seats;
use super::secret;
use super::sender::{Outgoing, Sender};
use crate::connection::{Connection, ConnectionEnd};
use crate::metrics::RoomMetrics;

/// Seconds between the notice of a shutdown and the goodbye.
const DRAIN_NOTICE: Duration = Duration::from_millis(500);

/// A room, between two ticks or in one.
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
    crew: Crew,
    readers: Vec<Reader>,
    senders: Vec<Sender>,
    busy: Busy,
    load: Load,
    /// Snapshots of the last tick for which the budget did not do.
    planned: u32,
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
            crew: Crew::new(settings.cores.clone()),
            readers: Vec::new(),
            senders: Vec::new(),
            busy: Busy::default(),
            load: Load::default(),
            planned: 0,
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

    /// Gives up what was kept for those who play, when nobody does: the past, and what reading and sending worked with. After a
    /// crowd it is most of the memory that a room has.
    pub fn rest(&mut self) {
        debug_assert!(self.is_idle(), "somebody holds a snapshot of the past");
        self.history = History::default();
        self.crew = Crew::new(self.settings.cores.clone());
        self.readers = Vec::new();
        self.senders = Vec::new();
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

    /// Notes that a tick of length `tick` took `busy`: if that is too much, the room is helped, and clients are sent less.
    pub fn note_load(&mut self, busy: Duration, tick: Duration) {
        self.busy.note(busy.as_secs_f32() / tick.as_secs_f32().max(f32::EPSILON));
        self.crew.note(self.busy);
        self.load.note(self.busy, self.planned > 0);
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
        if let Some(client) = self.take_client(player) {
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
        let (tick, tick_hz) = (self.world.tick(), self.settings.rules.tick_hz);
        let time = ReadingTime { now, tick, tick_hz };
        let (readers, clients) = (&mut self.readers, &mut self.clients);
        self.crew.share_out(readers, clients, Batch::CLIENTS, |reader: &mut Reader, clients| {
            reader.read(time, clients);
        });
        let mut readers = std::mem::take(&mut self.readers);
        for Reader { found, .. } in &mut readers {
            found.tell(&self.metrics);
            self.commands.append(&mut found.commands);
            found.played.drain(..).for_each(|player| self.seats.note_played(player));
            found.ended_paths.drain(..).for_each(|(path, end)| self.end_input_path(path, end));
            for (player, left) in found.left.drain(..) {
                if let Some(client) = self.take_client(player) {
                    self.handle_left(client, left);
                }
            }
        }
        self.readers = readers;
    }

    fn take_client(&mut self, player: PlayerId) -> Option<Client> {
        let index = self.clients.iter().position(|client| client.player == player)?;
        Some(self.clients.swap_remove(index))
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

    /// Lets a client go, and keeps its seat unless it said goodbye or is a house bot: another one comes, not the same.
    fn handle_left(&mut self, mut client: Client, left: Left) {
        let (player, comes_back) = (client.player, !client.connection.is_house_bot());
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
        if !comes_back || !self.seats.vacate(player, self.world.tick()) {
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
        let outgoing = Outgoing {
            world: &self.world,
            history: &self.history,
            budget_share: self.load.share(),
            broadcasts: &self.broadcasts,
        };
        let (senders, clients) = (&mut self.senders, &mut self.clients);
        self.crew.share_out(senders, clients, Batch::CLIENTS, |sender: &mut Sender, clients| {
            sender.send(&outgoing, clients);
        });
        self.broadcasts.clear();
        self.metrics.helpers.set(self.crew.helpers() as i64);
        self.planned = 0;
        for counts in self.senders.iter_mut().map(Sender::take_counts) {
            self.planned += counts.planned;
            self.metrics.count_sent(&counts);
        }
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
