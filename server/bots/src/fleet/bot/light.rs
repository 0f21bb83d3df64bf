//! A light bot, for load tests: it follows the ticks of its snapshots, flies by random numbers, and keeps no world.
//!
//! ```text
//! bytes, time --> handle_* --> header, clock --> Wander --> controls --> poll_transmit
//!                                          \-> poll_event --> meters
//! ```
//!
//! To the server it is like any other client: it sends a greeting, acknowledges each snapshot, subscribes to what a page
//! shows besides names, and sends a command for each tick at the moment that the netcode's clock chooses. Of a snapshot it checks the lane, the header, that
//! the first is a full one, that the ticks ascend, and that the margin refers to a command that was sent. It does not
//! read what follows the header.

use std::collections::VecDeque;

use driftfield_shared::limits::SERVER_MESSAGE_BYTES_MAX;
use driftfield_shared::netcode::{
    Asked, ClientError, ClientStats, Contents, Requests, RoomSubscriber, RoomTopics, TickSync,
};
use driftfield_shared::protocol::{
    AccountTicket, CONTENT_FROM_SERVER, ClientControl, Greeting, Hello, InputMessage, InputTicket,
    Reply, RequestId, ServerControl, ServerMessage, Token, Welcome, decode_server,
    encode_client_control,
};
use driftfield_shared::sim::{ContentHash, NamedContent, Rules};
use driftfield_shared::snapshot::{SnapshotHeader, SnapshotKind};
use driftfield_shared::topics::{Handle, News};
use driftfield_shared::units::{Micros, Tick, ViewLag};
use driftfield_shared::wire::BitReader;
use thiserror::Error;

use crate::brains::Wander;

/// Ticks by which others would be shown behind the newest snapshot: the usual value of a client on a quiet link.
const INTERPOLATION_TICKS: u32 = 1;
/// What a page subscribes to, except names: in a run that is measured nobody comes or goes.
const TOPICS: RoomTopics =
    RoomTopics { roster: false, leaderboard: true, standing: true, kills: true };

/// A message that no server of this version sends, as far as a light bot can tell.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum LightError {
    /// An error that every client would find.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A message longer than allowed.
    #[error("a message of {0} bytes; at most {SERVER_MESSAGE_BYTES_MAX} are allowed")]
    TooLong(usize),
    /// A header with nothing after it.
    #[error("a snapshot with nothing after its header")]
    Empty,
    /// The margin refers to a command that was not sent.
    #[error("a margin that refers to the command for tick {0:?}, which was not sent")]
    UnsentCommand(Tick),
}

/// Events of a light bot.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::fleet) enum LightEvent {
    /// It was admitted to a room.
    Welcome {
        /// Ticks per second of the room.
        tick_hz: u16,
        /// Whether it has the seat that it had before.
        resumed: bool,
    },
    /// A snapshot arrived.
    Snapshot,
    /// A command was acknowledged this long after it was given to the socket.
    InputEffect(Micros),
    /// News of a topic that it subscribed to beside those of the room.
    Topic(Handle, News),
    /// A request is answered.
    Reply(Reply),
}

/// A connection that only puts load on a server.
pub(in crate::fleet) struct LightBot {
    name: String,
    wander: Wander,
    contents: Contents,
    token: Option<Token>,
    ticket: Option<AccountTicket>,
    asked: Micros,
    session: Option<Session>,
    topics: RoomSubscriber,
    requests: Requests,
    stats: ClientStats,
    transmits: VecDeque<Vec<u8>>,
    events: VecDeque<LightEvent>,
}

/// State that exists from the welcome on.
struct Session {
    token: Token,
    input_ticket: InputTicket,
    rules: Rules,
    sync: TickSync,
    /// The latest tick for which a command was ever sent, even if it was sent again since.
    newest_sent: Option<Tick>,
    tick: Option<Tick>,
    margin: i8,
}

impl LightBot {
    /// A bot without a connection.
    pub(in crate::fleet) fn new(name: String, wander: Wander) -> Self {
        LightBot {
            name,
            wander,
            contents: Contents::default(),
            token: None,
            ticket: None,
            asked: 0,
            session: None,
            topics: RoomSubscriber::new(TOPICS),
            requests: Requests::default(),
            stats: ClientStats::default(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Sets the ticket of the next greeting.
    pub(super) fn set_ticket(&mut self, ticket: Option<AccountTicket>) {
        self.ticket = ticket;
    }

    /// Starts again with a connection that is opened at `now`, and returns the greeting for its request.
    pub(super) fn connect(&mut self, now: Micros) -> Greeting {
        self.asked = now;
        self.session = None;
        self.contents.restart();
        self.transmits.clear();
        Greeting::Hello(Hello {
            content_hash: CONTENT_FROM_SERVER,
            name: self.name.clone(),
            token: self.token,
            ticket: self.ticket,
            is_bot: true,
            // It holds no state that could be checked.
            wants_checks: false,
        })
    }

    /// Handles one message of the server.
    ///
    /// # Errors
    /// When no server of this version sends such a message.
    pub(super) fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), LightError> {
        if bytes.len() > SERVER_MESSAGE_BYTES_MAX {
            return Err(LightError::TooLong(bytes.len()));
        }
        self.stats.payload_bytes_received += bytes.len() as u64;
        match self.contents.is_waiting() {
            true => self.hold_back(bytes),
            false => self.receive(now, bytes),
        }
    }

    /// Content that it needs to go on.
    pub(super) fn wanted_content(&self) -> Option<ContentHash> {
        self.contents.wanted()
    }

    /// Takes that content.
    ///
    /// # Errors
    /// As [`LightBot::handle_message`].
    pub(super) fn handle_content(
        &mut self,
        now: Micros,
        content: NamedContent,
    ) -> Result<(), LightError> {
        self.contents.learn(content);
        for message in self.contents.release() {
            self.receive(now, &message)?;
        }
        Ok(())
    }

    fn hold_back(&mut self, message: &[u8]) -> Result<(), LightError> {
        let has_room = self.contents.hold_back(message);
        has_room.then_some(()).ok_or(ClientError::TooManyHeldBack.into())
    }

    fn receive(&mut self, now: Micros, bytes: &[u8]) -> Result<(), LightError> {
        match decode_server(bytes).map_err(ClientError::from)? {
            ServerMessage::Snapshot(bytes) => self.handle_snapshot(now, bytes),
            ServerMessage::Control(ServerControl::Welcome(welcome)) => {
                let Some(content) = self.contents.find(welcome.content).cloned() else {
                    self.contents.want(welcome.content);
                    return self.hold_back(bytes);
                };
                self.handle_welcome(now, *welcome, content)
            }
            ServerMessage::Control(ServerControl::SeatKept) => {
                self.token = self.session.as_ref().map(|session| session.token);
                Ok(())
            }
            ServerMessage::Topic(handle, update) => {
                if self.session.is_none() {
                    return Err(ClientError::OutOfOrder.into());
                }
                self.stats.topic_bytes_received += bytes.len() as u64;
                let told = self.topics.handle_update(handle, update, |_| ());
                let other = told.map_err(ClientError::from)?;
                self.events.extend(other.map(|news| LightEvent::Topic(handle, news)));
                self.ask();
                Ok(())
            }
            ServerMessage::Control(ServerControl::Reply(reply)) => {
                if self.requests.handle_reply(reply.id) {
                    self.events.push_back(LightEvent::Reply(reply));
                }
                Ok(())
            }
            ServerMessage::Control(_) => Ok(()),
        }
    }

    /// Subscribes to another topic.
    pub(super) fn subscribe(&mut self, topic: &str) -> Option<Handle> {
        let handle = self.topics.subscribe(topic, None);
        self.ask();
        handle
    }

    /// Asks for something. `None` before the first welcome, and while too many requests have no answer.
    pub(super) fn request(&mut self, asked: Asked) -> Option<RequestId> {
        let id = self.requests.ask(asked);
        self.ask();
        id
    }

    /// Sends what is to be asked, once there is somebody to ask.
    fn ask(&mut self) {
        if self.session.is_none() {
            return;
        }
        let LightBot { topics, requests, transmits, .. } = self;
        let topics = std::iter::from_fn(|| topics.poll_transmit());
        let requests = std::iter::from_fn(|| requests.poll_transmit());
        let controls = topics.chain(requests);
        transmits.extend(controls.map(|control| encode_client_control(&control)));
    }

    /// The greeting for its second connection for input commands; `None` before the welcome.
    pub(super) fn attach_inputs(&self) -> Option<Greeting> {
        Some(Greeting::AttachInputs(self.session.as_ref()?.input_ticket))
    }

    /// Sets whether its commands also go over a second connection.
    pub(super) fn set_second_path(&mut self, is_there: bool) {
        if let Some(session) = &mut self.session {
            session.sync.set_second_path(is_there);
        }
    }

    /// Sends the commands that are due.
    pub(super) fn handle_time(&mut self, now: Micros) {
        let Some(session) = &mut self.session else { return };
        while let Some((tick, ack)) = session.sync.poll_command(now) {
            let controls = self.wander.wander(&session.rules, tick.minus(1));
            let lag = tick.since(ack) + INTERPOLATION_TICKS;
            let input = InputMessage::new(tick, ack, ViewLag::from_ticks(lag.into()), controls);
            self.transmits.push_back(input.encode());
            session.newest_sent = session.newest_sent.max(Some(tick));
            self.stats.predicted_ticks += 1;
        }
    }

    /// When [`LightBot::handle_time`] must be called next.
    pub(super) fn next_time(&self) -> Option<Micros> {
        self.session.as_ref()?.sync.next_time()
    }

    /// Gives up the seat.
    pub(super) fn leave(&mut self) {
        self.transmits.push_back(encode_client_control(&ClientControl::Leave));
    }

    /// The next binary message to send.
    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    /// The next event. Drain them after each `handle_*`.
    pub(super) fn poll_event(&mut self) -> Option<LightEvent> {
        self.events.pop_front()
    }

    /// The statistics so far. Those that need the world's state are 0.
    pub(super) fn stats(&self) -> &ClientStats {
        &self.stats
    }

    fn handle_welcome(
        &mut self,
        now: Micros,
        welcome: Welcome,
        content: NamedContent,
    ) -> Result<(), LightError> {
        if self.session.is_some() {
            return Err(ClientError::OutOfOrder.into());
        }
        let tick_hz = welcome.tick_hz;
        let rules = Rules::new(content, &welcome.sector, &welcome.mode, tick_hz);
        self.session = Some(Session {
            token: welcome.token,
            input_ticket: welcome.input_ticket,
            rules: rules.map_err(ClientError::from)?,
            sync: TickSync::new(tick_hz, now.saturating_sub(self.asked)),
            newest_sent: None,
            tick: None,
            margin: 0,
        });
        self.topics.handle_welcome(welcome.player);
        self.requests.handle_welcome(welcome.newest_request);
        self.ask();
        self.events.push_back(LightEvent::Welcome { tick_hz, resumed: welcome.resumed });
        Ok(())
    }

    fn handle_snapshot(&mut self, now: Micros, bytes: &[u8]) -> Result<(), LightError> {
        let session = self.session.as_mut().ok_or(ClientError::OutOfOrder)?;
        let tick = session.follow(bytes)?;
        let margin = session.margin;
        let news = session.sync.handle_snapshot(now, tick, margin);
        self.stats.add_commands(news.effects.len(), news.late);
        self.events.extend(news.effects.into_iter().map(LightEvent::InputEffect));
        if let Some(seen) = session.sync.poll_ack(now) {
            let acknowledge = ClientControl::Acknowledge(seen);
            self.transmits.push_back(encode_client_control(&acknowledge));
        }
        self.stats.add_snapshot(now, tick, margin, 0);
        self.stats.ping_micros = session.sync.ping();
        self.events.push_back(LightEvent::Snapshot);
        Ok(())
    }
}

impl Session {
    /// Checks a snapshot's framing, and takes over its tick and margin.
    fn follow(&mut self, bytes: &[u8]) -> Result<Tick, LightError> {
        let mut input = BitReader::new(bytes);
        let header = SnapshotHeader::read(&mut input).map_err(ClientError::from)?;
        let tick = header.tick(self.tick).map_err(ClientError::from)?;
        if input.position_bits() == bytes.len() * 8 {
            return Err(LightError::Empty);
        }
        let held = match header.kind {
            SnapshotKind::Delta(_) => self.margin,
            SnapshotKind::Full(_) => 0,
        };
        let margin = header.margin.unwrap_or(held);
        let newest = Tick(tick.0.saturating_add_signed(i32::from(margin)));
        if margin > 0 && self.newest_sent.is_none_or(|sent| newest > sent) {
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

    /// A session in an empty room, and the server's side of it.
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
                token: Token([0; 16]),
                input_ticket: InputTicket([0; 16]),
                rules: Rules::clone(script.world.rules()),
                sync: TickSync::new(30, 2_000),
                newest_sent: None,
                tick: None,
                margin: 0,
            };
            Rig { session, script, history: History::default(), view: ClientView::default() }
        }

        /// Lets `ticks` pass, and returns the snapshot after them.
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
        let again = refused(SnapshotError::OutOfOrder(tick.0, tick.0));
        assert_eq!(rig.session.follow(&full), again);
        assert_eq!(rig.session.follow(&delta), Ok(tick.next()));
        // A margin of three ticks, though no command was sent.
        let ahead = rig.snapshot(1, 3);
        assert_eq!(rig.session.follow(&ahead), Err(LightError::UnsentCommand(tick.plus(5))));
        rig.session.newest_sent = Some(tick.plus(5));
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
