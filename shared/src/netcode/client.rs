//! A client's connection to a room, as a state machine without a socket or a clock.
//!
//! ```text
//! bytes, time, controls --> handle_*, set_controls --> Client --> poll_event    --> drawing, brains
//!                                                            \-> poll_transmit --> socket
//! ```
//!
//! After each `handle_*` drain both polls. The browser and the bots stand on this same code.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::Vec2;
use thiserror::Error;

use super::clock::{ClockSample, ClockSync};
use super::frame::Frame;
use super::hits::{HitOutcome, Hits, Sight};
use super::playback::Around;
use super::playout::Playout;
use super::prediction::{Predicted, Predictor};
use super::sent::SentCommands;
use super::stats::{ClientStats, RoundTrip};
use crate::protocol::{
    CONTENT_HASH, ClientControl, DecodeError, Greeting, Hello, InputMessage, ServerControl,
    ServerMessage, Token, Welcome, decode_server, encode_client_control,
};
use crate::sim::{Rules, RulesError, ShotState};
use crate::snapshot::{Decoder, SnapshotError};
use crate::units::{Controls, Micros, Tick, ViewLag};

/// Client ticks run in one go after a pause; what is older would only come late.
const CATCH_UP_TICKS: u32 = 4;
/// Events kept for a caller that does not poll; the oldest go first.
const EVENTS_MAX: usize = 1024;
/// Snapshots kept to see where others were: as long as lag compensation looks back, and a stall.
const FRAMES_MAX: usize = 32;

/// Who a client is.
#[derive(Clone, Debug, Default)]
pub struct ClientConfig {
    /// The name to play under.
    pub name: String,
    /// The token of a seat to take back.
    pub token: Option<Token>,
    /// Whether a program plays.
    pub is_bot: bool,
}

/// What a server sent that no server of this version sends.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ClientError {
    /// Bytes out of form.
    #[error("the server's message cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// A snapshot out of form.
    #[error("the server's snapshot cannot be read: {0}")]
    Snapshot(#[from] SnapshotError),
    /// Rules that cannot be played by.
    #[error("the server's rules cannot be used: {0}")]
    Rules(#[from] RulesError),
    /// A snapshot before the welcome, or a second welcome.
    #[error("the server's messages are out of order")]
    OutOfOrder,
}

/// What a client has to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientEvent {
    /// We are in.
    Welcome(Box<Welcome>),
    /// A snapshot.
    Frame(Arc<Frame>),
    /// Our own ship moved, by a client tick or by reconciliation.
    Predicted(Predicted),
    /// A control message that is not a welcome.
    Control(ServerControl),
    /// A command was acknowledged this long after it was given to the socket.
    InputEffect(Micros),
    /// A prediction was off by so many units.
    Corrected(f32),
    /// The server judged a hit that was seen on our screen.
    Hit(HitOutcome),
}

/// One client's connection.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    session: Option<Session>,
    asked: Micros,
    controls: Controls,
    /// The trigger was pulled since the last client tick, however briefly.
    has_pulled_trigger: bool,
    stats: ClientStats,
    transmits: VecDeque<Vec<u8>>,
    events: VecDeque<ClientEvent>,
}

/// What exists from the welcome on.
#[derive(Debug)]
struct Session {
    welcome: Welcome,
    rules: Arc<Rules>,
    decoder: Decoder,
    clock: ClockSync,
    predictor: Predictor,
    playout: Playout,
    hits: Hits,
    round_trip: RoundTrip,
    sent: SentCommands,
    /// The newest snapshots, the last one newest.
    frames: VecDeque<Arc<Frame>>,
    predicted: Option<Predicted>,
}

impl Client {
    /// A client without a connection.
    pub fn new(config: ClientConfig) -> Self {
        Client {
            config,
            session: None,
            asked: 0,
            controls: Controls::default(),
            has_pulled_trigger: false,
            stats: ClientStats::default(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Begins anew with a connection that is opened at `now`, and gives what its request says.
    pub fn connect(&mut self, now: Micros) -> Greeting {
        self.asked = now;
        self.session = None;
        Greeting::Hello(Hello {
            content_hash: CONTENT_HASH,
            name: self.config.name.clone(),
            token: self.config.token,
            is_bot: self.config.is_bot,
        })
    }

    /// Takes one message of the server.
    ///
    /// # Errors
    /// What no server of this version sends: close the socket.
    pub fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), ClientError> {
        self.stats.payload_bytes_received += bytes.len() as u64;
        match decode_server(bytes)? {
            ServerMessage::Snapshot(bytes) => self.handle_snapshot(now, bytes),
            ServerMessage::Control(ServerControl::Welcome(welcome)) => {
                self.handle_welcome(now, *welcome)
            }
            ServerMessage::Control(control) => {
                self.note_players(&control);
                self.push_event(ClientEvent::Control(control));
                Ok(())
            }
        }
    }

    /// Sets what the player asks for from now on; read at each client tick.
    pub fn set_controls(&mut self, controls: Controls) {
        self.has_pulled_trigger |= controls.fire;
        self.controls = controls;
    }

    /// Gives up the seat at once, instead of holding it for a return.
    pub fn leave(&mut self) {
        self.transmits.push_back(encode_client_control(&ClientControl::Leave));
    }

    /// What the request for a second connection for input commands says; `None` before the welcome. Once that is open,
    /// every message of [`Client::poll_transmit`] that [is an input command](crate::protocol::is_input_command) goes over
    /// both, and [`Client::set_second_path`] is told so.
    pub fn attach_inputs(&self) -> Option<Greeting> {
        Some(Greeting::AttachInputs(self.session.as_ref()?.welcome.input_ticket))
    }

    /// Whether input commands go over a second connection, too: then they need less of a lead. To be said again after
    /// each welcome.
    pub fn set_second_path(&mut self, is_there: bool) {
        if let Some(session) = &mut self.session {
            session.clock.set_second_path(is_there);
        }
    }

    /// Runs the client ticks that are due.
    pub fn handle_time(&mut self, now: Micros) {
        let Some(session) = &mut self.session else { return };
        let overdue = session.clock.overdue(now);
        if overdue > CATCH_UP_TICKS {
            session.clock.skip(overdue - CATCH_UP_TICKS);
        }
        let mut predicted = None;
        while let Some(tick) = session.clock.poll(now) {
            let Some(ack) = session.decoder.tick() else { break };
            if tick <= ack {
                // After a long sleep the server is past it.
                continue;
            }
            let mut controls = self.controls;
            controls.fire |= std::mem::take(&mut self.has_pulled_trigger);
            session.predictor.command(tick, controls);
            self.stats.predicted_ticks += 1;
            let view = session.playout.advance(now);
            let view_lag = ViewLag::from_ticks(f64::from(tick.0) - view.tick);
            let input = InputMessage::new(tick, ack, view_lag, controls);
            self.transmits.push_back(input.encode());
            session.sent.push(tick, now);
            let struck = session.strike(tick, view_lag);
            predicted = Some(session.predict(tick, now, Vec2::ZERO, struck));
        }
        if let Some(predicted) = predicted {
            self.push_event(ClientEvent::Predicted(predicted));
        }
    }

    /// When [`Client::handle_time`] wants to be called next.
    pub fn next_time(&self) -> Option<Micros> {
        self.session.as_ref()?.clock.next_time()
    }

    /// Bytes for one binary message.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.events.pop_front()
    }

    /// The figures so far.
    pub fn stats(&self) -> &ClientStats {
        &self.stats
    }

    /// The welcome, once we are in.
    pub fn welcome(&self) -> Option<&Welcome> {
        self.session.as_ref().map(|session| &session.welcome)
    }

    /// The rules of the room, once we are in.
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

    fn handle_welcome(&mut self, now: Micros, welcome: Welcome) -> Result<(), ClientError> {
        if self.session.is_some() {
            return Err(ClientError::OutOfOrder);
        }
        let content = Arc::new(welcome.content.clone());
        let rules = Rules::new(content, &welcome.sector, &welcome.mode, welcome.tick_hz)?;
        let rules = Arc::new(rules);
        self.config.token = Some(welcome.token);
        self.session = Some(Session {
            decoder: Decoder::new(rules.clone(), welcome.player),
            clock: ClockSync::new(welcome.tick_hz),
            predictor: Predictor::new(rules.clone()),
            playout: Playout::new(welcome.tick_hz),
            hits: Hits::default(),
            round_trip: RoundTrip::of_join(now.saturating_sub(self.asked)),
            sent: SentCommands::default(),
            frames: VecDeque::with_capacity(FRAMES_MAX),
            predicted: None,
            welcome: welcome.clone(),
            rules,
        });
        self.push_event(ClientEvent::Welcome(Box::new(welcome)));
        Ok(())
    }

    fn handle_snapshot(&mut self, now: Micros, bytes: &[u8]) -> Result<(), ClientError> {
        let session = self.session.as_mut().ok_or(ClientError::OutOfOrder)?;
        session.decoder.decode(bytes)?;
        let Some(tick) = session.decoder.tick() else { return Err(ClientError::OutOfOrder) };
        let margin = session.decoder.margin();
        let mut events = Vec::new();
        let newest = Tick(tick.0.saturating_add_signed(i32::from(margin)));
        let newest_given = session.sent.given(newest);
        let next_given = session.sent.given(newest.next());
        if let Some(at) = newest_given {
            session.round_trip.add(now, now.saturating_sub(at));
        }
        let last = session.frames.back().map_or(Tick(0), |frame| frame.tick);
        for (sent, at) in session.sent.answered(last, tick) {
            // A command comes after all before it, so the newest that arrived tells of the rest.
            self.stats.inputs_late += u64::from(sent > newest);
            events.push(ClientEvent::InputEffect(now.saturating_sub(at)));
        }
        let round_trip = session.round_trip.best();
        let sample = ClockSample { tick, newest_given, next_given, round_trip };
        session.clock.handle_snapshot(now, &sample);
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
        let (last_tick, at) = last.map_or((tick, now), |last| (last.tick, last.at));
        let had_ship = last.is_some_and(|last| last.ship.is_some());
        let is_first = last.is_none();
        if is_first {
            session.playout.advance(now);
        }
        let predicted = session.predict(last_tick.max(tick), at, jump, Vec::new());
        if is_first || correction.is_some() || had_ship != predicted.ship.is_some() {
            events.push(ClientEvent::Predicted(predicted));
        }
        self.stats.add_snapshot(now, tick, margin, frame.visible_entities());
        self.stats.tally = *session.decoder.tally();
        self.stats.ping_micros = session.round_trip.best();
        if session.frames.len() == FRAMES_MAX {
            session.frames.pop_front();
        }
        session.frames.push_back(frame.clone());
        events.push(ClientEvent::Frame(frame));
        events.into_iter().for_each(|event| self.push_event(event));
        Ok(())
    }

    /// Keeps the list of players in the welcome true.
    fn note_players(&mut self, control: &ServerControl) {
        let Some(session) = &mut self.session else { return };
        let players = &mut session.welcome.players;
        match control {
            ServerControl::PlayerJoined(info) => {
                players.retain(|other| other.player != info.player);
                players.push(info.clone());
            }
            ServerControl::PlayerLeft(player) => players.retain(|other| other.player != *player),
            _ => {}
        }
    }

    fn push_event(&mut self, event: ClientEvent) {
        if self.events.len() == EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}

impl Session {
    /// Takes the predictor's state as the newest one.
    fn predict(
        &mut self,
        tick: Tick,
        at: Micros,
        correction: Vec2,
        struck: Vec<ShotState>,
    ) -> Predicted {
        let mut shots = self.predictor.shots().to_vec();
        shots.retain(|shot| !self.hits.has_struck(shot));
        let predicted = Predicted {
            tick,
            at,
            ship: self.predictor.ship().copied(),
            boost_charge: self.predictor.boost_charge(),
            correction,
            shots,
            struck,
            view: self.playout.view(),
        };
        self.predicted = Some(predicted.clone());
        predicted
    }

    /// Finds which of our shots hit something on our screen in this client tick.
    fn strike(&mut self, tick: Tick, view_lag: ViewLag) -> Vec<ShotState> {
        if self.predictor.shots().is_empty() {
            return Vec::new();
        }
        // As the server sees it: in the steps of the wire, and not beyond the cap.
        let seen = f64::from(tick.0) - f64::from(view_lag.ticks());
        let is_compensated = view_lag <= self.rules.view_lag_max;
        let around = is_compensated.then(|| Around::find(&self.frames, seen)).flatten();
        let sight = Sight {
            tick,
            around,
            asteroids: self.predictor.asteroids(),
            player: self.welcome.player,
        };
        self.hits.judge(self.predictor.shots(), &sight, &self.rules)
    }
}
