//! A client's connection to a room, as a state machine without a socket or a clock.
//!
//! ```text
//! bytes, time, controls --> handle_*, set_controls --> Client --> poll_event    --> drawing, brains
//!                                                            \-> poll_transmit --> socket
//! ```
//!
//! Drain both polls after each `handle_*`. The browser and the bots use this same code.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::Vec2;

use super::config::ClientConfig;
use super::contents::Contents;
use super::event::{ClientError, ClientEvent};
use super::lanes::{Asked, Requests, RoomSubscriber};
use super::predict::hits::{HitOutcome, Hits};
use super::predict::prediction::Predicted;
use super::session::{NewRules, Session};
use super::sync::late_commands::LateCommands;
use super::sync::stats::ClientStats;
use super::view::frame::Frame;
use crate::protocol::{
    AccountTicket, CONTENT_FROM_SERVER, ClientControl, Greeting, Hello, InputMessage, PlayerInfo,
    RequestId, ServerControl, ServerMessage, Welcome, decode_server, encode_client_control,
};
use crate::sim::{ContentHash, NamedContent, Rules};
use crate::snapshot::Held;
use crate::topics::{Handle, Key};
use crate::units::{Controls, Micros, Tick, ViewLag};

/// Events kept for a caller that does not poll; the oldest are dropped first.
const EVENTS_MAX: usize = 1024;
/// Seconds of snapshots kept for the past positions of other ships: as long as lag compensation looks back, plus a
/// stall.
const FRAMES_SECONDS: f32 = 1.1;

/// One client's connection.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    contents: Contents,
    session: Option<Session>,
    topics: RoomSubscriber,
    requests: Requests,
    asked: Micros,
    controls: Controls,
    /// Whether the trigger was pulled since the last client tick, however briefly.
    has_pulled_trigger: bool,
    stats: ClientStats,
    late_commands: LateCommands,
    transmits: VecDeque<Vec<u8>>,
    events: VecDeque<ClientEvent>,
}

impl Client {
    /// A client without a connection.
    pub fn new(config: ClientConfig) -> Self {
        Client {
            topics: RoomSubscriber::new(config.topics),
            requests: Requests::default(),
            config,
            contents: Contents::default(),
            session: None,
            asked: 0,
            controls: Controls::default(),
            has_pulled_trigger: false,
            stats: ClientStats::default(),
            late_commands: LateCommands::default(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// The same, with content that it has already.
    pub fn knowing(mut self, content: NamedContent) -> Self {
        self.contents.learn(content);
        self
    }

    /// Starts again with a connection that is opened at `now`, and returns the greeting for its request.
    pub fn connect(&mut self, now: Micros) -> Greeting {
        self.asked = now;
        self.session = None;
        self.contents.restart();
        // They were for the connection before.
        self.transmits.clear();
        Greeting::Hello(Hello {
            content_hash: CONTENT_FROM_SERVER,
            name: self.config.name.clone(),
            token: self.config.token,
            ticket: self.config.ticket,
            is_bot: self.config.is_bot,
            wants_checks: self.config.wants_checks,
        })
    }

    /// Handles one message of the server.
    ///
    /// # Errors
    /// When no server of this version sends such a message. Close the socket.
    pub fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), ClientError> {
        self.stats.payload_bytes_received += bytes.len() as u64;
        match self.contents.is_waiting() {
            true => self.hold_back(bytes),
            false => self.receive(now, bytes),
        }
    }

    /// The name of content that the server plays by and that is not known here. Fetch it at `/content/HASH`, and give it to
    /// [`Client::handle_content`]; until then messages wait.
    pub fn wanted_content(&self) -> Option<ContentHash> {
        self.contents.wanted()
    }

    /// Takes content that was fetched, and handles the messages that waited for it.
    ///
    /// # Errors
    /// As [`Client::handle_message`].
    pub fn handle_content(
        &mut self,
        now: Micros,
        content: NamedContent,
    ) -> Result<(), ClientError> {
        self.contents.learn(content);
        self.prepare_epoch()?;
        if self.contents.wanted().is_none() {
            for message in self.contents.release() {
                match self.contents.is_waiting() {
                    true => self.hold_back(&message)?,
                    false => self.receive(now, &message)?,
                }
            }
        }
        Ok(())
    }

    /// Predicts by the rules of the coming epoch from its first tick on, if their content is known.
    fn prepare_epoch(&mut self) -> Result<(), ClientError> {
        let Some(session) = &mut self.session else { return Ok(()) };
        let Some((tick, hash)) = session.coming_epoch else { return Ok(()) };
        if let Some(content) = self.contents.find(hash) {
            let rules = session.rules_under(content)?;
            session.predictor.set_epoch(tick, rules);
        }
        Ok(())
    }

    /// Begins the epoch that a snapshot is of. Returns whether its content is known.
    fn is_in_epoch(&mut self, snapshot: &[u8]) -> Result<bool, ClientError> {
        let Some(session) = &mut self.session else { return Ok(true) };
        let Some((first, hash)) = session.coming_epoch else { return Ok(true) };
        let (tick, is_full) = session.decoder.peek(snapshot)?;
        if tick < first {
            return Ok(true);
        }
        let Some(content) = self.contents.find(hash) else {
            self.contents.want(hash);
            return Ok(false);
        };
        if !is_full {
            return Err(ClientError::OutOfOrder);
        }
        let rules = session.rules_under(content)?;
        session.begin_epoch(rules.clone());
        self.push_event(ClientEvent::Epoch(NewRules(rules)));
        Ok(true)
    }

    fn hold_back(&mut self, message: &[u8]) -> Result<(), ClientError> {
        self.contents.hold_back(message).then_some(()).ok_or(ClientError::TooManyHeldBack)
    }

    fn receive(&mut self, now: Micros, bytes: &[u8]) -> Result<(), ClientError> {
        match decode_server(bytes)? {
            ServerMessage::Snapshot(bytes) => match self.is_in_epoch(bytes)? {
                true => self.handle_snapshot(now, bytes),
                false => self.hold_back(bytes),
            },
            ServerMessage::Control(ServerControl::Epoch { tick, content }) => {
                let session = self.session.as_mut().ok_or(ClientError::OutOfOrder)?;
                session.coming_epoch = Some((tick, content));
                self.contents.want(content);
                self.prepare_epoch()
            }
            ServerMessage::Control(ServerControl::Welcome(welcome)) => {
                let Some(content) = self.contents.find(welcome.content).cloned() else {
                    self.contents.want(welcome.content);
                    return self.hold_back(bytes);
                };
                self.handle_welcome(now, *welcome, content)
            }
            ServerMessage::Topic(handle, bytes) => self.handle_update(handle, bytes),
            ServerMessage::Control(ServerControl::StateCheck { tick, hash }) => {
                self.handle_check(tick, hash)
            }
            ServerMessage::Control(ServerControl::Held(server)) => {
                let session = self.session.as_mut().ok_or(ClientError::OutOfOrder)?;
                // One desync is reported at a time; later checks would report the same again.
                if let Some(client) = session.desync.take_if(|client| client.tick == server.tick) {
                    self.push_event(ClientEvent::Desync(Held::differences(&client, &server)));
                }
                Ok(())
            }
            ServerMessage::Control(control) => {
                if control == ServerControl::SeatKept {
                    let session = self.session.as_ref().ok_or(ClientError::OutOfOrder)?;
                    // Until now a crash of the server would have made the token before it the right one again.
                    self.config.token = Some(session.welcome.token);
                }
                if let ServerControl::Reply(reply) = &control
                    && !self.requests.handle_reply(reply.id)
                {
                    // Whoever had the seat before us asked, or it was answered before.
                    return Ok(());
                }
                self.push_event(ClientEvent::Control(control));
                Ok(())
            }
        }
    }

    /// Sets the player's controls from now on. Each client tick reads them.
    pub fn set_controls(&mut self, controls: Controls) {
        self.has_pulled_trigger |= controls.fire;
        self.controls = controls;
    }

    /// Gives up the seat at once. Otherwise the server holds it for a return.
    pub fn leave(&mut self) {
        self.transmits.push_back(encode_client_control(&ClientControl::Leave));
    }

    /// The greeting for a second connection for input commands; `None` before the welcome. Once that is open, send
    /// every message of [`Client::poll_transmit`] that [is an input command](crate::protocol::is_input_command) over
    /// both, and call [`Client::set_second_path`].
    pub fn attach_inputs(&self) -> Option<Greeting> {
        Some(Greeting::AttachInputs(self.session.as_ref()?.welcome.input_ticket))
    }

    /// Asks the room or the hub for something. The answer comes as a [`ServerControl::Reply`] with this number, however
    /// often the connection is lost until then. `None` before the first welcome, while too many requests have no answer,
    /// and for a text that is too long.
    pub fn request(&mut self, asked: impl Into<Asked>) -> Option<RequestId> {
        let id = self.requests.ask(asked.into());
        self.ask();
        id
    }

    /// Everyone in the room, by seat, as far as that is known. Nobody without a subscription to the roster.
    pub fn players(&self) -> &[PlayerInfo] {
        self.topics.players()
    }

    /// Subscribes to another topic than those of the settings, from now on over all connections. `None` if there are
    /// too many.
    pub fn subscribe(&mut self, topic: &str, only: Option<Key>) -> Option<Handle> {
        let handle = self.topics.subscribe(topic, only);
        self.ask();
        handle
    }

    /// Ends such a subscription.
    pub fn unsubscribe(&mut self, handle: Handle) {
        self.topics.unsubscribe(handle);
        self.ask();
    }

    /// Sets the ticket of the next greeting.
    pub fn set_ticket(&mut self, ticket: Option<AccountTicket>) {
        self.config.ticket = ticket;
    }

    /// Whether the next greeting asks for a seat that it had before.
    pub fn has_token(&self) -> bool {
        self.config.token.is_some()
    }

    /// Sets whether input commands also go over a second connection, because they then need less lead. Call it again
    /// after each welcome.
    pub fn set_second_path(&mut self, is_there: bool) {
        if let Some(session) = &mut self.session {
            session.sync.set_second_path(is_there);
        }
    }

    /// Whether commands are late so often that they should also go over a second connection.
    pub fn wants_second_path(&self) -> bool {
        self.late_commands.is_too_often()
    }

    /// Runs the client ticks that are due.
    pub fn handle_time(&mut self, now: Micros) {
        let Some(session) = &mut self.session else { return };
        let mut predicted = None;
        while let Some((tick, ack)) = session.sync.poll_command(now) {
            let mut controls = self.controls;
            controls.fire |= std::mem::take(&mut self.has_pulled_trigger);
            session.predictor.command(tick, controls);
            self.stats.predicted_ticks += 1;
            let view = session.playout.advance(now);
            let view_lag = ViewLag::from_ticks(f64::from(tick.0) - view.tick);
            let input = InputMessage::new(tick, ack, view_lag, controls);
            self.transmits.push_back(input.encode());
            let struck = session.strike(tick, view_lag);
            predicted = Some(session.predict(tick, now, Vec2::ZERO, struck));
        }
        if let Some(predicted) = predicted {
            self.push_event(ClientEvent::Predicted(predicted));
        }
    }

    /// When [`Client::handle_time`] must be called next.
    pub fn next_time(&self) -> Option<Micros> {
        self.session.as_ref()?.sync.next_time()
    }

    /// The next binary message to send.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.events.pop_front()
    }

    /// The statistics so far.
    pub fn stats(&self) -> &ClientStats {
        &self.stats
    }

    /// The welcome, once it has arrived.
    pub fn welcome(&self) -> Option<&Welcome> {
        self.session.as_ref().map(|session| &session.welcome)
    }

    /// The rules of the room, once the welcome has arrived.
    pub fn rules(&self) -> Option<&Arc<Rules>> {
        self.session.as_ref().map(|session| &session.rules)
    }

    /// The newest snapshot.
    pub fn frame(&self) -> Option<&Frame> {
        self.session.as_ref()?.frames.back().map(Arc::as_ref)
    }

    /// Our own ship at the newest client tick.
    pub fn predicted(&self) -> Option<&Predicted> {
        self.session.as_ref()?.predicted.as_ref()
    }

    fn handle_welcome(
        &mut self,
        now: Micros,
        welcome: Welcome,
        content: NamedContent,
    ) -> Result<(), ClientError> {
        if self.session.is_some() {
            return Err(ClientError::OutOfOrder);
        }
        let rules = Rules::new(content, &welcome.sector, &welcome.mode, welcome.tick_hz)?;
        let rules = Arc::new(rules);
        self.late_commands.handle_welcome(now);
        let round_trip = now.saturating_sub(self.asked);
        let player = welcome.player;
        self.session = Some(Session::new(welcome.clone(), rules, round_trip));
        self.topics.handle_welcome(player);
        self.requests.handle_welcome(welcome.newest_request);
        self.push_event(ClientEvent::Welcome(Box::new(welcome)));
        self.ask();
        Ok(())
    }

    fn handle_update(&mut self, handle: Handle, bytes: &[u8]) -> Result<(), ClientError> {
        if self.session.is_none() {
            return Err(ClientError::OutOfOrder);
        }
        self.stats.topic_bytes_received += bytes.len() as u64 + 1;
        let mut told = Vec::new();
        let other = self.topics.handle_update(handle, bytes, |news| told.push(news))?;
        told.into_iter().for_each(|news| self.push_event(ClientEvent::News(news)));
        other.into_iter().for_each(|news| self.push_event(ClientEvent::Topic(handle, news)));
        // A handle may be free again, for which something waits.
        self.ask();
        Ok(())
    }

    /// Sends what the other lanes have to ask, once there is a seat.
    fn ask(&mut self) {
        if self.session.is_none() {
            return;
        }
        let Client { topics, requests, transmits, .. } = self;
        let topics = std::iter::from_fn(|| topics.poll_transmit());
        let requests = std::iter::from_fn(|| requests.poll_transmit());
        let controls = topics.chain(requests);
        transmits.extend(controls.map(|control| encode_client_control(&control)));
    }

    fn handle_snapshot(&mut self, now: Micros, bytes: &[u8]) -> Result<(), ClientError> {
        let session = self.session.as_mut().ok_or(ClientError::OutOfOrder)?;
        session.decoder.decode(bytes)?;
        let Some(tick) = session.decoder.tick() else { return Err(ClientError::OutOfOrder) };
        let margin = session.decoder.margin();
        let mut events = Vec::new();
        let news = session.sync.handle_snapshot(now, tick, margin);
        self.stats.add_commands(news.effects.len(), news.late);
        events.extend(news.effects.into_iter().map(ClientEvent::InputEffect));
        if news.clock.has_slept {
            session.playout.restart();
            session.hits = Hits::default();
        }
        (0..news.late).for_each(|_| self.late_commands.note(now));
        if let Some(again_from) = news.clock.again_from {
            session.predictor.forget_from(again_from);
        }
        session.playout.handle_snapshot(now, tick);
        let frame = Arc::new(Frame {
            tick,
            arrived: now,
            side: session.decoder.side(),
            player: session.welcome.player,
            own: session.decoder.own().clone(),
            ships: session.decoder.ships().to_vec(),
            shots: session.decoder.shots().to_vec(),
            asteroids: session.decoder.asteroids().to_vec(),
            ores: session.decoder.ores().to_vec(),
            removals: session.decoder.removals().to_vec(),
        });
        let last_frame = session.frames.back().map(Arc::as_ref);
        for outcome in session.hits.reconcile(&frame, last_frame, &session.rules) {
            self.stats.hits_predicted += 1;
            self.stats.hits_confirmed += u64::from(outcome == HitOutcome::Confirmed);
            events.push(ClientEvent::Hit(outcome));
        }
        let (correction, jump) = session.predictor.reconcile(&frame);
        if let Some(correction) = correction {
            self.stats.corrections += 1;
            events.push(ClientEvent::Corrected(correction.units));
        }
        let last = session.predicted.as_ref();
        let (mut last_tick, mut at) = last.map_or((tick, now), |last| (last.tick, last.at));
        if let Some(again_from) = news.clock.again_from {
            (last_tick, at) = (last_tick.min(again_from.minus(1)), now);
        }
        let had_ship = last.is_some_and(|last| last.ship.is_some());
        let is_first = last.is_none();
        if is_first || news.clock.has_slept {
            session.playout.advance(now);
        }
        let predicted = session.predict(last_tick.max(tick), at, jump, Vec::new());
        let is_again = news.clock.again_from.is_some();
        if is_first || is_again || correction.is_some() || had_ship != predicted.ship.is_some() {
            events.push(ClientEvent::Predicted(predicted));
        }
        self.stats.add_snapshot(now, tick, margin, frame.visible_entities());
        self.stats.tally = *session.decoder.tally();
        self.stats.ping_micros = session.sync.ping();
        let kept = (FRAMES_SECONDS * f32::from(session.welcome.tick_hz)).max(8.0) as usize;
        if session.frames.len() >= kept {
            session.frames.pop_front();
        }
        session.frames.push_back(frame.clone());
        events.push(ClientEvent::Frame(frame));
        if let Some(seen) = session.sync.poll_ack(now) {
            let acknowledge = ClientControl::Acknowledge(seen);
            self.transmits.push_back(encode_client_control(&acknowledge));
        }
        events.into_iter().for_each(|event| self.push_event(event));
        Ok(())
    }

    /// Compares the state held here with the server's record, which it sends right after a snapshot.
    fn handle_check(&mut self, tick: Tick, hash: u64) -> Result<(), ClientError> {
        let session = self.session.as_mut().ok_or(ClientError::OutOfOrder)?;
        let held = session.decoder.held().filter(|held| held.tick == tick);
        let held = held.ok_or(ClientError::OutOfOrder)?;
        self.stats.state_checks += 1;
        if held.hash() == hash {
            return Ok(());
        }
        self.stats.desyncs += 1;
        session.desync.get_or_insert_with(|| Box::new(held));
        self.transmits.push_back(encode_client_control(&ClientControl::Desync(tick)));
        Ok(())
    }

    fn push_event(&mut self, event: ClientEvent) {
        if self.events.len() == EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
