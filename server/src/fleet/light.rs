//! A bot for load: it follows the ticks of its snapshots and flies by dice, and keeps nothing of the world.
//!
//! ```text
//! bytes, time --> handle_* --> header, clock --> Wander --> controls --> poll_transmit
//!                                          \-> poll_event --> meters
//! ```
//!
//! To the server it is as any other: it says hello, acknowledges each snapshot, and sends a command for each tick at the
//! moment that the netcode's clock says. Of a snapshot it checks the lane, the header, that the first is a full one, that
//! the ticks go forward, and that the margin names a command that was sent. What is behind the header it does not read.

use std::collections::VecDeque;

use driftfield_shared::limits::SERVER_MESSAGE_BYTES_MAX;
use driftfield_shared::netcode::{
    ClientError, ClientStats, ClockSample, ClockSync, RoundTrip, SentCommands,
};
use driftfield_shared::protocol::{
    CONTENT_HASH, ClientControl, Greeting, Hello, InputMessage, InputTicket, ServerControl,
    ServerMessage, Welcome, decode_server, encode_client_control,
};
use driftfield_shared::sim::Rules;
use driftfield_shared::snapshot::{BitReader, SnapshotHeader, SnapshotKind};
use driftfield_shared::units::{Micros, Tick, ViewLag};
use thiserror::Error;

use super::brain::Wander;

/// Client ticks run in one go after a pause; what is older would only come late.
const CATCH_UP_TICKS: u32 = 4;
/// Ticks by which others would be shown behind the newest snapshot: what a client settles at on a quiet link.
const INTERPOLATION_TICKS: u32 = 1;

/// What a server sent that no server of this version sends, as far as a light bot can see it.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum LightError {
    /// What any client would find.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A message longer than any that a server may send.
    #[error("a message of {0} bytes; {SERVER_MESSAGE_BYTES_MAX} are allowed")]
    TooLong(usize),
    /// A header and nothing behind it.
    #[error("a snapshot without anything behind its header")]
    Empty,
    /// Time goes back.
    #[error("a full snapshot of tick {0:?} behind tick {1:?}")]
    Backwards(Tick, Tick),
    /// The margin is that of a command which nobody sent.
    #[error("a margin that names the command for tick {0:?}, which was not sent")]
    UnsentCommand(Tick),
}

/// What a light bot has to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LightEvent {
    /// It is in, in a room with so many ticks per second.
    Welcome(u16),
    /// A snapshot arrived.
    Snapshot,
    /// A command was acknowledged this long after it was given to the socket.
    InputEffect(Micros),
}

/// A connection that only puts load on a server.
pub(super) struct LightBot {
    name: String,
    wander: Wander,
    asked: Micros,
    session: Option<Session>,
    stats: ClientStats,
    transmits: VecDeque<Vec<u8>>,
    events: VecDeque<LightEvent>,
}

/// What exists from the welcome on.
struct Session {
    input_ticket: InputTicket,
    rules: Rules,
    clock: ClockSync,
    round_trip: RoundTrip,
    sent: SentCommands,
    tick: Option<Tick>,
    margin: i8,
}

impl LightBot {
    /// A bot without a connection.
    pub(super) fn new(name: String, wander: Wander) -> Self {
        LightBot {
            name,
            wander,
            asked: 0,
            session: None,
            stats: ClientStats::default(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Begins with a connection that is opened at `now`, and gives what its request says.
    pub(super) fn connect(&mut self, now: Micros) -> Greeting {
        self.asked = now;
        Greeting::Hello(Hello {
            content_hash: CONTENT_HASH,
            name: self.name.clone(),
            token: None,
            is_bot: true,
        })
    }

    /// Takes one message of the server.
    ///
    /// # Errors
    /// What no server of this version sends.
    pub(super) fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), LightError> {
        if bytes.len() > SERVER_MESSAGE_BYTES_MAX {
            return Err(LightError::TooLong(bytes.len()));
        }
        self.stats.payload_bytes_received += bytes.len() as u64;
        match decode_server(bytes).map_err(ClientError::from)? {
            ServerMessage::Snapshot(bytes) => self.handle_snapshot(now, bytes),
            ServerMessage::Control(ServerControl::Welcome(welcome)) => {
                self.handle_welcome(now, *welcome)
            }
            ServerMessage::Control(_) => Ok(()),
        }
    }

    /// What the request for its second connection for input commands says; `None` before the welcome.
    pub(super) fn attach_inputs(&self) -> Option<Greeting> {
        Some(Greeting::AttachInputs(self.session.as_ref()?.input_ticket))
    }

    /// Whether its commands go over a second connection, too.
    pub(super) fn set_second_path(&mut self, is_there: bool) {
        if let Some(session) = &mut self.session {
            session.clock.set_second_path(is_there);
        }
    }

    /// Sends the commands that are due.
    pub(super) fn handle_time(&mut self, now: Micros) {
        let Some(session) = &mut self.session else { return };
        let overdue = session.clock.overdue(now);
        if overdue > CATCH_UP_TICKS {
            session.clock.skip(overdue - CATCH_UP_TICKS);
        }
        while let Some(tick) = session.clock.poll(now) {
            let Some(ack) = session.tick else { break };
            if tick <= ack {
                // After a long sleep the server is past it.
                continue;
            }
            let controls = self.wander.wander(&session.rules, tick.minus(1));
            let lag = tick.since(ack) + INTERPOLATION_TICKS;
            let input = InputMessage::new(tick, ack, ViewLag::from_ticks(lag.into()), controls);
            self.transmits.push_back(input.encode());
            session.sent.push(tick, now);
            self.stats.predicted_ticks += 1;
        }
    }

    /// When [`LightBot::handle_time`] wants to be called next.
    pub(super) fn next_time(&self) -> Option<Micros> {
        self.session.as_ref()?.clock.next_time()
    }

    /// Gives up the seat.
    pub(super) fn leave(&mut self) {
        self.transmits.push_back(encode_client_control(&ClientControl::Leave));
    }

    /// Bytes for one binary message.
    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    /// What happened. To be drained after each `handle_*`.
    pub(super) fn poll_event(&mut self) -> Option<LightEvent> {
        self.events.pop_front()
    }

    /// The figures so far. What takes the state of the world to know is 0.
    pub(super) fn stats(&self) -> &ClientStats {
        &self.stats
    }

    fn handle_welcome(&mut self, now: Micros, welcome: Welcome) -> Result<(), LightError> {
        if self.session.is_some() {
            return Err(ClientError::OutOfOrder.into());
        }
        let tick_hz = welcome.tick_hz;
        let content = welcome.content.into();
        let rules = Rules::new(content, &welcome.sector, &welcome.mode, tick_hz);
        self.session = Some(Session {
            input_ticket: welcome.input_ticket,
            rules: rules.map_err(ClientError::from)?,
            clock: ClockSync::new(tick_hz),
            round_trip: RoundTrip::of_join(now.saturating_sub(self.asked)),
            sent: SentCommands::default(),
            tick: None,
            margin: 0,
        });
        self.events.push_back(LightEvent::Welcome(tick_hz));
        Ok(())
    }

    fn handle_snapshot(&mut self, now: Micros, bytes: &[u8]) -> Result<(), LightError> {
        let session = self.session.as_mut().ok_or(ClientError::OutOfOrder)?;
        let before = session.tick;
        let tick = session.follow(bytes)?;
        let margin = session.margin;
        let newest = Tick(tick.0.saturating_add_signed(i32::from(margin)));
        let newest_given = session.sent.given(newest);
        if let Some(at) = newest_given {
            session.round_trip.add(now, now.saturating_sub(at));
        }
        for (sent, at) in session.sent.answered(before.unwrap_or_default(), tick) {
            self.stats.inputs_late += u64::from(sent > newest);
            self.events.push_back(LightEvent::InputEffect(now.saturating_sub(at)));
        }
        let round_trip = session.round_trip.best();
        let next_given = session.sent.given(newest.next());
        let sample = ClockSample { tick, newest_given, next_given, round_trip };
        session.clock.handle_snapshot(now, &sample);
        self.stats.add_snapshot(now, tick, margin, 0);
        self.stats.ping_micros = round_trip;
        self.events.push_back(LightEvent::Snapshot);
        Ok(())
    }
}

impl Session {
    /// Checks a snapshot's framing and takes its tick and margin as the newest.
    fn follow(&mut self, bytes: &[u8]) -> Result<Tick, LightError> {
        let mut input = BitReader::new(bytes);
        let header = SnapshotHeader::read(&mut input).map_err(ClientError::from)?;
        let tick = header.tick(self.tick).map_err(ClientError::from)?;
        if input.position_bits() == bytes.len() * 8 {
            return Err(LightError::Empty);
        }
        if let Some(before) = self.tick.filter(|before| tick <= *before) {
            return Err(LightError::Backwards(tick, before));
        }
        let held = match header.kind {
            SnapshotKind::Delta(_) => self.margin,
            SnapshotKind::Full(_) => 0,
        };
        let margin = header.margin.unwrap_or(held);
        let newest = Tick(tick.0.saturating_add_signed(i32::from(margin)));
        if margin > 0 && self.sent.newest().is_none_or(|sent| newest > sent) {
            return Err(LightError::UnsentCommand(newest));
        }
        (self.tick, self.margin) = (Some(tick), margin);
        Ok(tick)
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::sim::script::Script;
    use driftfield_shared::snapshot::{
        BitBudget, ClientView, History, SnapshotError, SnapshotOrder, Workspace,
    };
    use driftfield_shared::units::PlayerId;

    use super::*;

    /// A session of a room in which nothing is seen, and the server's side of it.
    struct Rig {
        session: Session,
        script: Script,
        history: History,
        view: ClientView,
    }

    impl Rig {
        fn new() -> Self {
            let script = Script::new("proving-ground", "proving-ground", 4).unwrap();
            let session = Session {
                input_ticket: InputTicket([0; 16]),
                rules: Rules::clone(script.world.rules()),
                clock: ClockSync::new(30),
                round_trip: RoundTrip::of_join(2_000),
                sent: SentCommands::default(),
                tick: None,
                margin: 0,
            };
            Rig { session, script, history: History::default(), view: ClientView::default() }
        }

        /// Lets `ticks` pass, and gives the snapshot behind them.
        fn snapshot(&mut self, ticks: u32, margin: i8) -> Vec<u8> {
            for _ in 0..ticks {
                self.script.step();
                self.history.record(&self.script.world);
            }
            let mut space = Workspace::default();
            let order =
                SnapshotOrder { player: PlayerId(0), margin, budget: BitBudget::of(usize::MAX) };
            self.view.encode(&self.script.world, &self.history, order, &mut space);
            space.bytes().to_vec()
        }
    }

    #[test]
    fn the_ticks_of_what_a_server_writes_are_followed() {
        let mut rig = Rig::new();
        for ticks in [1, 1, 5, 1, 200, 1] {
            let bytes = rig.snapshot(ticks, -3);
            assert_eq!(rig.session.follow(&bytes), Ok(rig.script.world.tick()));
            assert_eq!(rig.session.margin, -3);
        }
    }

    #[test]
    fn what_no_server_writes_is_refused_by_name() {
        let mut rig = Rig::new();
        let full = rig.snapshot(1, 0);
        let delta = rig.snapshot(1, 0);
        let refused = |error: SnapshotError| Err(ClientError::Snapshot(error).into());
        assert_eq!(rig.session.follow(&delta), refused(SnapshotError::NoBaseline));
        let tick = rig.session.follow(&full).unwrap();
        assert_eq!(rig.session.follow(&full), Err(LightError::Backwards(tick, tick)));
        assert_eq!(rig.session.follow(&delta), Ok(tick.next()));
        // A margin of three ticks, though nothing was sent.
        let ahead = rig.snapshot(1, 3);
        assert_eq!(rig.session.follow(&ahead), Err(LightError::UnsentCommand(tick.plus(5))));
        rig.session.sent.push(tick.plus(5), 0);
        assert_eq!(rig.session.follow(&ahead), Ok(tick.plus(2)));
        assert!(rig.session.follow(&[]).is_err());
    }

    #[test]
    fn a_light_bot_says_hello_as_any_other() {
        let mut bot = LightBot::new("Ada".to_owned(), Wander::new(1));
        let Greeting::Hello(hello) = bot.connect(0) else { panic!("no hello") };
        assert_eq!((hello.name.as_str(), hello.is_bot), ("Ada", true));
        assert_eq!(bot.next_time(), None);
        let snapshot = Rig::new().snapshot(1, 0);
        let early = bot.handle_message(1, &snapshot);
        assert_eq!(early, Err(ClientError::OutOfOrder.into()));
    }
}
