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

use super::clock::ClockSync;
use super::frame::Frame;
use super::prediction::{Authority, Predicted, Predictor};
use super::stats::{ClientStats, RoundTrip};
use crate::protocol::{
    CONTENT_HASH, ClientControl, DecodeError, Hello, InputMessage, PROTOCOL_VERSION, ServerControl,
    ServerMessage, Token, Welcome, decode_server, encode_client_control,
};
use crate::sim::{AsteroidState, Rules, RulesError};
use crate::snapshot::{Decoder, SnapshotError};
use crate::units::{Controls, Micros, Tick};

/// Client ticks run in one go after a pause; what is older would only come late.
const CATCH_UP_TICKS: u32 = 4;
/// Events kept for a caller that does not poll; the oldest go first.
const EVENTS_MAX: usize = 1024;

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
    Frame(Box<Frame>),
    /// Our own ship moved, by a client tick or by reconciliation.
    Predicted(Predicted),
    /// A control message that is not a welcome.
    Control(ServerControl),
    /// A command was acknowledged this long after it was given to the socket.
    InputEffect(Micros),
    /// A prediction was off by so many units.
    Corrected(f32),
}

/// One client's connection.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    session: Option<Session>,
    opened: Micros,
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
    round_trip: RoundTrip,
    /// Commands sent and not yet acknowledged.
    sent: VecDeque<(Tick, Micros)>,
    frame: Option<Frame>,
    predicted: Option<Predicted>,
    asteroids: Vec<AsteroidState>,
}

impl Client {
    /// A client that waits for its socket.
    pub fn new(config: ClientConfig) -> Self {
        Client {
            config,
            session: None,
            opened: 0,
            controls: Controls::default(),
            has_pulled_trigger: false,
            stats: ClientStats::default(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// The socket is open: says hello.
    pub fn handle_open(&mut self, now: Micros) {
        self.opened = now;
        self.session = None;
        let hello = Hello {
            protocol_version: PROTOCOL_VERSION,
            content_hash: CONTENT_HASH,
            name: self.config.name.clone(),
            token: self.config.token,
            is_bot: self.config.is_bot,
        };
        self.transmits.push_back(encode_client_control(&ClientControl::Hello(hello)));
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
            self.transmits.push_back(InputMessage::new(tick, ack, controls).encode());
            session.sent.push_back((tick, now));
            if session.sent.len() > crate::limits::PREDICTED_TICKS_MAX {
                session.sent.pop_front();
            }
            predicted = Some(session.predict(tick, now, Vec2::ZERO));
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
        self.session.as_ref()?.frame.as_ref()
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
            round_trip: RoundTrip::new(now.saturating_sub(self.opened)),
            sent: VecDeque::new(),
            frame: None,
            predicted: None,
            asteroids: Vec::new(),
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
        let newest = tick.0.saturating_add_signed(i32::from(margin));
        let newest_sent = session.sent.iter().find(|(sent, _)| sent.0 == newest);
        if let Some((_, at)) = newest_sent {
            session.round_trip.add(now, now.saturating_sub(*at));
        }
        while let Some((sent, at)) = session.sent.front()
            && *sent <= tick
        {
            events.push(ClientEvent::InputEffect(now.saturating_sub(*at)));
            session.sent.pop_front();
        }
        session.clock.handle_snapshot(now, tick, margin, session.round_trip.best());
        let frame = Frame {
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
        };
        session.asteroids.clear();
        session.asteroids.extend(frame.asteroids.iter().map(|(_, asteroid)| *asteroid));
        let (correction, jump) = session.predictor.reconcile(&Authority {
            tick,
            ship: frame.own_ship(),
            boost_charge: frame.own.boost_charge,
            asteroids: &session.asteroids,
            side: frame.side,
        });
        if let Some(correction) = correction {
            self.stats.corrections += 1;
            events.push(ClientEvent::Corrected(correction.units));
        }
        let last = session.predicted.unwrap_or_default();
        let predicted = session.predict(last.tick.max(tick), last.at.max(1), jump);
        if correction.is_some() || last.ship.is_some() != predicted.ship.is_some() {
            events.push(ClientEvent::Predicted(predicted));
        }
        self.stats.add_snapshot(now, tick, margin, frame.visible_entities());
        self.stats.ping_micros = session.round_trip.best();
        session.frame = Some(frame.clone());
        events.push(ClientEvent::Frame(Box::new(frame)));
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
    fn predict(&mut self, tick: Tick, at: Micros, correction: Vec2) -> Predicted {
        let predicted = Predicted {
            tick,
            at,
            ship: self.predictor.ship().copied(),
            boost_charge: self.predictor.boost_charge(),
            correction,
        };
        self.predicted = Some(predicted);
        predicted
    }
}
