//! Players who want the ear of everybody, as a program: each floods the hub and its room with all that a player may ask for.
//!
//! ```text
//! away -> welcome -> lines, whispers, invitations, reports, votes, names, history, subscriptions ... -> cut -> away
//!                                  \-> replies: what was done, what was refused, and why
//! ```
//!
//! They are honest in all but measure: what they send is well-formed, they read and acknowledge, and they stay below what
//! would cut their connection. They do not wait for answers.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::limits::{INBOUND_FRAMES_PER_SECOND, SUBSCRIPTIONS_MAX};
use driftfield_shared::netcode::{Client, ClientConfig};
use driftfield_shared::protocol::{
    AccountSecret, AccountTicket, CHAT, ClientControl, Complaint, HubBody, HubRequest, KILLS,
    LineId, LinesOf, Nonce, Outcome, ROSTER, RefusalReason, Request, RequestBody, RequestId, SayTo,
    Saying, ServerControl, ServerMessage, Whom, decode_server, encode_client_control,
};
use driftfield_shared::sim::NamedContent;
use driftfield_shared::topics::{Handle, Subscribe};
use driftfield_shared::units::PlayerId;
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGINT, SIGTERM};
use tungstenite::handshake::client::generate_key;
use tungstenite::http;
use tungstenite::{Message, WebSocket};

/// Time between two passes over all of them.
const STEP: Duration = Duration::from_millis(10);
/// What each sends in a pass, beside its input commands and acknowledgements: as much as costs no connection.
const MESSAGES_PER_STEP: u32 = 1;
/// Seats of the room that they turn to, one after the other.
const SEATS: u64 = 256;
/// Pause before one that was cut connects again.
const AWAY: Duration = Duration::from_secs(1);
/// Longest wait for the answer to a request for a ticket or a socket.
const PATIENCE: Duration = Duration::from_secs(10);
const _: () = {
    let per_second = MESSAGES_PER_STEP * 1_000 / STEP.as_millis() as u32;
    // A command and an acknowledgement for each tick come on top.
    assert!(per_second + 2 * 30 < INBOUND_FRAMES_PER_SECOND);
};

/// What a nuisance asks for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// To say a line to the room.
    Line,
    /// To whisper to one player after the other.
    Whisper,
    /// To be a friend of one player after the other.
    Invitation,
    /// To report one player after the other.
    Report,
    /// To have one player after the other voted out.
    Vote,
    /// To have another name.
    Name,
    /// To read what was said.
    History,
    /// To subscribe to a topic.
    Subscription,
}

/// What became of it all.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct NuisanceReport {
    /// How many there were.
    pub count: u64,
    /// Those of them that were told to wait.
    pub told_to_wait: u64,
    /// Those of them that were told that they may not speak for some time.
    pub told_mute: u64,
    /// What was asked for, by kind.
    pub asked: BTreeMap<String, u64>,
    /// What was done, by kind.
    pub done: BTreeMap<String, u64>,
    /// What was refused, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Connections that ended, by reason.
    pub ends: BTreeMap<String, u64>,
}

struct Nuisance {
    index: u64,
    client: Client,
    socket: Option<WebSocket<TcpStream>>,
    away_until: Instant,
    turn: u64,
    next_id: u32,
    /// Requests without an answer.
    asked: HashMap<RequestId, Kind>,
    was_told_to_wait: bool,
    was_told_mute: bool,
}

/// Where they are.
struct Place<'a> {
    server: SocketAddr,
    room: &'a str,
    start: Instant,
}

/// Plagues a room until it is asked to end, and writes down what became of it.
///
/// # Errors
/// When an account cannot be had, or the report cannot be written.
pub fn run(server: SocketAddr, room: &str, count: u32, report: &Path) -> io::Result<()> {
    let is_over = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, is_over.clone())?;
    }
    let place = Place { server, room, start: Instant::now() };
    let all: io::Result<Vec<Nuisance>> =
        (0..count.into()).map(|index| Nuisance::new(&place, index)).collect();
    let mut all = all?;
    let mut totals = NuisanceReport { count: count.into(), ..NuisanceReport::default() };
    for step in 1_u32.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        all.iter_mut().for_each(|nuisance| nuisance.step(&place, &mut totals));
        thread::sleep((place.start + STEP * step).saturating_duration_since(Instant::now()));
    }
    let told = |was_told: fn(&Nuisance) -> bool| all.iter().filter(|it| was_told(it)).count();
    totals.told_to_wait = told(|nuisance| nuisance.was_told_to_wait) as u64;
    totals.told_mute = told(|nuisance| nuisance.was_told_mute) as u64;
    std::fs::write(report, serde_json::to_vec_pretty(&totals)?)
}

impl Nuisance {
    fn new(place: &Place<'_>, index: u64) -> io::Result<Self> {
        let config = ClientConfig {
            name: format!("Nuisance {index}"),
            ticket: Some(ticket(place.server, index)?),
            is_bot: true,
            ..ClientConfig::default()
        };
        let content = NamedContent::built_in().map_err(io::Error::other)?;
        Ok(Nuisance {
            index,
            client: Client::new(config).knowing(content),
            socket: None,
            away_until: place.start,
            turn: index,
            next_id: 0,
            asked: HashMap::new(),
            was_told_to_wait: false,
            was_told_mute: false,
        })
    }

    fn step(&mut self, place: &Place<'_>, totals: &mut NuisanceReport) {
        let outcome = match &self.socket {
            Some(_) => self.play(place, totals),
            None if Instant::now() < self.away_until => Ok(()),
            None => self.connect(place),
        };
        if let Err(end) = outcome {
            *totals.ends.entry(end.to_string()).or_default() += 1;
            (self.socket, self.away_until) = (None, Instant::now() + AWAY);
        }
    }

    fn connect(&mut self, place: &Place<'_>) -> io::Result<()> {
        let greeting = self.client.connect(place.start.elapsed().as_micros() as u64);
        let Place { server, room, .. } = place;
        let request = http::Request::builder()
            .uri(format!("ws://{server}/ws?room={room}"))
            .header("Host", server.to_string())
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", generate_key())
            .header("Sec-WebSocket-Protocol", greeting.protocols().join(", "))
            .body(());
        let stream = TcpStream::connect_timeout(server, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let request = request.map_err(io::Error::other)?;
        let (socket, _) = tungstenite::client(request, stream).map_err(io::Error::other)?;
        socket.get_ref().set_nonblocking(true)?;
        self.socket = Some(socket);
        Ok(())
    }

    fn play(&mut self, place: &Place<'_>, totals: &mut NuisanceReport) -> io::Result<()> {
        let now = place.start.elapsed().as_micros() as u64;
        while let Some(message) = self.read()? {
            match decode_server(&message).map_err(io::Error::other)? {
                ServerMessage::Control(ServerControl::Reply(reply)) => {
                    self.note(reply.id, reply.outcome, totals);
                }
                // Its client knows nothing of these subscriptions, and would take the update for a fault of the server.
                ServerMessage::Topic(handle, _) if handle.index() >= OWN_HANDLES => continue,
                ServerMessage::Control(_)
                | ServerMessage::Snapshot(_)
                | ServerMessage::Topic(..) => {}
            }
            self.client.handle_message(now, &message).map_err(io::Error::other)?;
        }
        self.client.handle_time(now);
        while self.client.poll_event().is_some() {}
        while let Some(message) = self.client.poll_transmit() {
            self.write(message)?;
        }
        if let Some(welcome) = self.client.welcome() {
            self.next_id = self.next_id.max(welcome.newest_request.0 + 1);
            for _ in 0..MESSAGES_PER_STEP {
                let message = self.ask(totals);
                self.write(encode_client_control(&message))?;
            }
        }
        let socket = self.socket.as_mut().ok_or(ErrorKind::NotConnected)?;
        pending(socket.flush())?;
        Ok(())
    }

    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let socket = self.socket.as_mut().ok_or(ErrorKind::NotConnected)?;
        match pending(socket.read())? {
            None => Ok(None),
            Some(Message::Binary(message)) => Ok(Some(message.into())),
            Some(Message::Close(Some(frame))) => Err(io::Error::other(frame.reason.to_string())),
            Some(_) => Err(ErrorKind::ConnectionAborted.into()),
        }
    }

    fn write(&mut self, message: Vec<u8>) -> io::Result<()> {
        let socket = self.socket.as_mut().ok_or(ErrorKind::NotConnected)?;
        pending(socket.write(Message::binary(message)))?;
        Ok(())
    }

    /// What it asks for next.
    fn ask(&mut self, totals: &mut NuisanceReport) -> ClientControl {
        let turn = self.turn;
        self.turn += 1;
        let (kind, round) =
            (KINDS[(turn % KINDS.len() as u64) as usize], turn / KINDS.len() as u64);
        *totals.asked.entry(name(kind)).or_default() += 1;
        let player = PlayerId(((round + self.index) % SEATS) as u16);
        let (whom, text) = (Whom::Player(player), format!("hear me {round}"));
        let body = match kind {
            Kind::Line => HubBody::Say { to: SayTo::Room, saying: Saying::Text(text) },
            Kind::Whisper => HubBody::Say { to: SayTo::Player(player), saying: Saying::Text(text) },
            Kind::Invitation => HubBody::Befriend { whom, is_wanted: true },
            Kind::Report => HubBody::Report { whom, complaint: Complaint::Spam, note: text },
            Kind::Vote => HubBody::StartVote { whom, note: text },
            Kind::History => HubBody::History { of: LinesOf::Room, before: LineId(u64::MAX) },
            Kind::Name => {
                let (id, name) = (self.number(kind), format!("Nuisance {turn}"));
                return ClientControl::Request(Request { id, body: RequestBody::Rename { name } });
            }
            Kind::Subscription => {
                let topic = TOPICS[(round % TOPICS.len() as u64) as usize].to_owned();
                let number = OWN_HANDLES + round as usize % (SUBSCRIPTIONS_MAX - OWN_HANDLES);
                let handle = Handle::all().nth(number).expect("there are more handles than that");
                let subscribe = Subscribe { handle, topic, since: None, only: None };
                return ClientControl::Subscribe(subscribe);
            }
        };
        let nonce = Nonce(self.index << 32 | turn);
        ClientControl::HubRequest(HubRequest { id: self.number(kind), nonce, body })
    }

    /// The number of its next request.
    fn number(&mut self, kind: Kind) -> RequestId {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        self.asked.insert(id, kind);
        id
    }

    fn note(&mut self, id: RequestId, outcome: Outcome, totals: &mut NuisanceReport) {
        let Some(kind) = self.asked.remove(&id) else { return };
        match outcome {
            Outcome::Done(_) => *totals.done.entry(name(kind)).or_default() += 1,
            Outcome::Refused(reason) => {
                self.was_told_to_wait |= matches!(reason, RefusalReason::TooOften { .. });
                self.was_told_mute |= matches!(reason, RefusalReason::Mute { .. });
                *totals.refused.entry(reason.label().to_owned()).or_default() += 1;
            }
        }
    }
}

/// All kinds, as each nuisance goes through them.
const KINDS: [Kind; 8] = [
    Kind::Line,
    Kind::Whisper,
    Kind::Invitation,
    Kind::Report,
    Kind::Vote,
    Kind::Name,
    Kind::History,
    Kind::Subscription,
];
/// Handles that are left to the subscriptions of the client itself.
const OWN_HANDLES: usize = 8;
/// Topics that they subscribe to. The last one is none.
const TOPICS: [&str; 4] = [ROSTER, KILLS, CHAT, "weather"];

fn name(kind: Kind) -> String {
    format!("{kind:?}").to_lowercase()
}

/// Treats "no data now" as nothing.
fn pending<T>(outcome: tungstenite::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(tungstenite::Error::Io(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// A ticket of an account of its own.
fn ticket(server: SocketAddr, index: u64) -> io::Result<AccountTicket> {
    let mut secret = [0x6e; 16];
    secret[..8].copy_from_slice(&index.to_le_bytes());
    let body = format!(r#"{{"secret":"{}","is_bot":true}}"#, AccountSecret(secret).to_text());
    let mut socket = TcpStream::connect_timeout(&server, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    write!(
        socket,
        "POST /api/session HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    socket.take(16 << 10).read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let ticket = serde_json::from_str(body)
        .ok()
        .and_then(|answer: serde_json::Value| AccountTicket::from_text(answer["ticket"].as_str()?));
    ticket.ok_or_else(|| io::Error::other(format!("no ticket: {answer}")))
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::{ClientMessage, decode_client};

    use super::*;

    fn nuisance(index: u64) -> Nuisance {
        Nuisance {
            index,
            client: Client::new(ClientConfig::default()),
            socket: None,
            away_until: Instant::now(),
            turn: 0,
            next_id: 5,
            asked: HashMap::new(),
            was_told_to_wait: false,
            was_told_mute: false,
        }
    }

    #[test]
    fn what_they_ask_for_is_well_formed_and_of_every_kind() {
        let (mut nuisance, mut totals) = (nuisance(3), NuisanceReport::default());
        for _ in 0..100 * KINDS.len() {
            let message = nuisance.ask(&mut totals);
            let decoded = decode_client(&encode_client_control(&message));
            assert_eq!(decoded, Ok(ClientMessage::Control(message)));
        }
        assert!(totals.asked.len() == KINDS.len() && totals.asked.values().all(|n| *n == 100));
        // Every one but a subscription is answered.
        assert_eq!(nuisance.asked.len(), 100 * (KINDS.len() - 1));
        assert_eq!(nuisance.next_id as usize, 5 + nuisance.asked.len());
    }

    #[test]
    fn answers_are_counted_by_what_they_say() {
        let (mut nuisance, mut totals) = (nuisance(0), NuisanceReport::default());
        let (line, whisper) = (nuisance.number(Kind::Line), nuisance.number(Kind::Whisper));
        let refused = Outcome::Refused(RefusalReason::Mute { seconds: 60 });
        nuisance.note(line, refused.clone(), &mut totals);
        nuisance.note(line, refused, &mut totals);
        let refused = Outcome::Refused(RefusalReason::TooOften { seconds: 1 });
        nuisance.note(whisper, refused, &mut totals);
        assert!(nuisance.was_told_mute && nuisance.was_told_to_wait);
        assert_eq!(totals.refused["request_mute"], 1, "an answer counts once");
        assert_eq!(totals.refused.values().sum::<u64>(), 2);
    }
}
