//! A player who talks over a real socket, and everything that he reads.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent, RoomTopics};
use driftfield_shared::protocol::{
    ANNOUNCEMENTS, AccountTicket, CHAT, ChatLine, CloseReason, HubBody, INBOX, NOTICES, Nonce,
    Notice, Outcome, PARTY, PARTY_CHAT, PartyMember, RequestId, SayTo, Saying, ServerControl, VOTE,
    VoteLine, read_member_key,
};
use driftfield_shared::sim::NamedContent;
use driftfield_shared::topics::{EndReason, Handle, News};
use driftfield_shared::units::PlayerId;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use super::{room_request, websocket_request};

pub const PATIENCE: Duration = Duration::from_secs(30);

/// A player who talks and listens.
pub struct Talker {
    pub client: Client,
    start: Instant,
    pub socket: Option<WebSocket<MaybeTlsStream<TcpStream>>>,
    pub nonce: u64,
    pub chat: Option<Handle>,
    pub inbox: Option<Handle>,
    /// What was read, each line as often as it came.
    pub lines: Vec<ChatLine>,
    pub whispers: Vec<ChatLine>,
    pub ended: Vec<(Handle, EndReason)>,
    pub outcomes: HashMap<RequestId, Outcome>,
    /// What it was told, in both feeds.
    pub notices: Vec<Notice>,
    /// The room's vote, as it stands.
    pub vote: Option<VoteLine>,
    /// Everyone in the party.
    pub members: Vec<PartyMember>,
    /// What was read there: another party's feed begins anew.
    pub party_lines: Vec<ChatLine>,
    /// Why the server has closed the connection.
    pub closed: Option<CloseReason>,
    own_notices: Option<Handle>,
    announcements: Option<Handle>,
    votes: Option<Handle>,
    party: Option<Handle>,
    party_chat: Option<Handle>,
    room: Option<String>,
}

impl Talker {
    /// Somebody with the account of this number; `None`: a guest.
    pub fn new(address: SocketAddr, name: &str, account: Option<u8>) -> Talker {
        Talker::anywhere(address, name, account, None)
    }

    /// The same in a room other than the default one.
    pub fn in_room(address: SocketAddr, name: &str, account: Option<u8>, room: &str) -> Talker {
        Talker::anywhere(address, name, account, Some(room.to_owned()))
    }

    fn anywhere(
        address: SocketAddr,
        name: &str,
        account: Option<u8>,
        room: Option<String>,
    ) -> Talker {
        let ticket = account.map(|number| ticket(address, number));
        let topics = RoomTopics { roster: true, ..RoomTopics::default() };
        let config = ClientConfig { name: name.to_owned(), ticket, topics, ..Default::default() };
        let mut client = Client::new(config).knowing(NamedContent::built_in().expect("sound"));
        let chat = client.subscribe(CHAT, None);
        let inbox = client.subscribe(INBOX, None);
        let own_notices = client.subscribe(NOTICES, None);
        let announcements = client.subscribe(ANNOUNCEMENTS, None);
        let votes = client.subscribe(VOTE, None);
        let party = client.subscribe(PARTY, None);
        let party_chat = client.subscribe(PARTY_CHAT, None);
        let nonce = u64::from(account.unwrap_or(0)) << 32;
        let (lines, whispers, ended, outcomes) = Default::default();
        let start = Instant::now();
        let mut talker = Talker {
            client,
            start,
            socket: None,
            nonce,
            chat,
            inbox,
            lines,
            whispers,
            ended,
            outcomes,
            notices: Vec::new(),
            vote: None,
            members: Vec::new(),
            party_lines: Vec::new(),
            closed: None,
            own_notices,
            announcements,
            votes,
            party,
            party_chat,
            room,
        };
        talker.connect(address);
        talker
    }

    pub fn now(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    pub fn connect(&mut self, address: SocketAddr) {
        self.closed = None;
        self.request_socket(address);
        self.until("a welcome", |talker| talker.client.welcome().is_some());
        self.until("a snapshot", |talker| talker.client.frame().is_some());
    }

    /// The same without waiting for a seat: there may be none.
    pub fn request_socket(&mut self, address: SocketAddr) {
        let greeting = self.client.connect(self.now());
        let (mut socket, _) =
            tungstenite::connect(room_request(address, self.room.as_deref(), &greeting))
                .expect("a server");
        if let MaybeTlsStream::Plain(plain) = socket.get_mut() {
            plain.set_read_timeout(Some(Duration::from_millis(2))).expect("a socket");
            plain.set_nodelay(true).expect("a socket");
        }
        self.socket = Some(socket);
    }

    /// The status with which the request for a socket is refused.
    pub fn refused_socket(&mut self, address: SocketAddr) -> u16 {
        let greeting = self.client.connect(self.now());
        match tungstenite::connect(websocket_request(address, &greeting)) {
            Err(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
            other => panic!("{other:?}"),
        }
    }

    /// Loses the connection.
    pub fn lose(&mut self) {
        self.socket = None;
    }

    /// Sends what waits to be sent, and reads nothing.
    pub fn send(&mut self) {
        let now = self.now();
        self.client.handle_time(now);
        while let Some(message) = self.client.poll_transmit() {
            self.socket.as_mut().expect("open").send(Message::binary(message)).expect("a server");
        }
    }

    /// Plays for a moment.
    pub fn step(&mut self) {
        let now = self.now();
        let Some(socket) = &mut self.socket else { return };
        self.client.handle_time(now);
        while let Some(message) = self.client.poll_transmit() {
            if let Err(error) = socket.send(Message::binary(message)) {
                assert!(self.closed.is_some(), "{error}");
            }
        }
        match socket.read() {
            Ok(Message::Binary(bytes)) => {
                self.client.handle_message(now, &bytes).expect("a message of this version");
            }
            Ok(Message::Close(Some(frame))) => {
                self.closed = CloseReason::from_code(frame.code.into());
                assert!(self.closed.is_some(), "{frame:?}");
                self.socket = None;
            }
            Ok(other) => panic!("{other:?}"),
            Err(tungstenite::Error::Io(_)) => {}
            Err(error) => panic!("{error}"),
        }
        self.note_events();
    }

    /// Reads what has come from a server that is no longer there, and loses the connection.
    pub fn read_last_words(&mut self) {
        let now = self.now();
        let Some(mut socket) = self.socket.take() else { return };
        while let Ok(Message::Binary(bytes)) = socket.read() {
            self.client.handle_message(now, &bytes).expect("a message of this version");
        }
        self.note_events();
    }

    fn note_events(&mut self) {
        while let Some(event) = self.client.poll_event() {
            match event {
                ClientEvent::Control(ServerControl::Reply(reply)) => {
                    let again = self.outcomes.insert(reply.id, reply.outcome);
                    assert_eq!(again, None, "a request is answered once");
                }
                ClientEvent::Topic(handle, News::Feed { entries, gap, .. })
                    if Some(handle) == self.party_chat =>
                {
                    if gap.is_some() {
                        self.party_lines.clear();
                    }
                    let lines = entries.iter().map(|entry| ChatLine::read(entry).expect("a line"));
                    self.party_lines.extend(lines);
                }
                ClientEvent::Topic(handle, News::Feed { entries, gap, .. }) => {
                    assert_eq!(gap, None, "nothing is missing");
                    if [self.own_notices, self.announcements].contains(&Some(handle)) {
                        let notices =
                            entries.iter().map(|entry| Notice::read(entry).expect("a notice"));
                        self.notices.extend(notices);
                        continue;
                    }
                    let lines = entries.iter().map(|entry| ChatLine::read(entry).expect("a line"));
                    match Some(handle) == self.chat {
                        true => self.lines.extend(lines),
                        false => self.whispers.extend(lines),
                    }
                }
                ClientEvent::Topic(handle, News::Ended(reason)) => {
                    self.ended.push((handle, reason))
                }
                ClientEvent::Topic(handle, News::Board { changes, .. })
                    if Some(handle) == self.party =>
                {
                    for (key, value) in changes {
                        let account = read_member_key(&key).expect("a member");
                        self.members.retain(|member| member.account != account);
                        let member =
                            value.map(|it| PartyMember::read(&key, &it).expect("a member"));
                        self.members.extend(member);
                    }
                }
                ClientEvent::Topic(handle, News::Board { changes, .. })
                    if Some(handle) == self.votes =>
                {
                    for (_, value) in changes {
                        self.vote = value.map(|value| VoteLine::read(&value).expect("a vote"));
                    }
                }
                _ => {}
            }
        }
    }

    pub fn until(&mut self, what: &str, is_so: impl Fn(&Talker) -> bool) {
        wait(&mut [self], what, |talkers| is_so(talkers[0]));
    }

    pub fn ask(&mut self, body: HubBody) -> RequestId {
        self.nonce += 1;
        self.client.request((Nonce(self.nonce), body)).expect("a seat")
    }

    pub fn say_to(&mut self, to: SayTo, text: &str) -> RequestId {
        self.ask(HubBody::Say { to, saying: Saying::Text(text.to_owned()) })
    }

    pub fn say(&mut self, text: &str) -> RequestId {
        self.say_to(SayTo::Room, text)
    }

    /// What became of a request, when that is known.
    pub fn outcome(&mut self, id: RequestId) -> Outcome {
        self.until("an answer", |talker| talker.outcomes.contains_key(&id));
        self.outcomes[&id].clone()
    }

    pub fn player(&self) -> PlayerId {
        self.client.welcome().expect("a seat").player
    }
}

/// Lets all of them play until something is so.
pub fn wait(talkers: &mut [&mut Talker], what: &str, is_so: impl Fn(&[&mut Talker]) -> bool) {
    let start = Instant::now();
    while !is_so(talkers) {
        let closed: Vec<_> = talkers.iter().map(|talker| talker.closed).collect();
        assert!(start.elapsed() < PATIENCE, "{what} did not come; closed: {closed:?}");
        talkers.iter_mut().for_each(|talker| talker.step());
    }
}

pub fn texts(lines: &[ChatLine]) -> Vec<&str> {
    pub fn text(line: &ChatLine) -> &str {
        match &line.saying {
            Saying::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }
    lines.iter().map(text).collect()
}

/// A ticket of the account of this number.
pub fn ticket(address: SocketAddr, number: u8) -> AccountTicket {
    let secret = data_encoding::BASE64URL_NOPAD.encode(&[number; 16]);
    let body = format!("{{\"secret\":\"{secret}\"}}");
    let request = format!(
        "POST /api/session HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/json\r\n\r\n{body}",
        body.len()
    );
    let mut socket = TcpStream::connect(address).expect("a server");
    std::io::Write::write_all(&mut socket, request.as_bytes()).expect("a request");
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut socket, &mut answer).expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let ticket = body["ticket"].as_str().expect("a ticket");
    let bytes = data_encoding::BASE64URL_NOPAD.decode(ticket.as_bytes()).expect("base64url");
    AccountTicket(bytes.try_into().expect("16 bytes"))
}
