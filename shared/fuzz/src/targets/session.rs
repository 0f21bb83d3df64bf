//! What a server sends, to the client that has to live with it.

use std::sync::OnceLock;

use driftfield_shared::netcode::{Client, ClientConfig, ClientEvent, RoomTopics};
use driftfield_shared::protocol::{
    Done, InputTicket, Kill, LeaderboardLine, Outcome, PlayerInfo, RefusalReason, Reply, RequestId,
    ServerControl, ServerMessage, Standing, Token, Welcome, decode_server, encode_server_control,
    player_key, topic_lane,
};
use driftfield_shared::sim::NamedContent;
use driftfield_shared::topics::{Board, Feed, Handle, Told, Topic};
use driftfield_shared::units::PlayerId;
use driftfield_shared::wire::codec;

use super::HOME;
use super::snapshots::{SECTORS, rules, some_snapshots};
use crate::Target;
use crate::input::{Input, pack};

/// A server's messages, one after the other, are refused or decoded; a client that was welcomed takes them without a panic
/// until it refuses one.
///
/// The first byte names the sector of the welcome; every value beyond leaves the welcome to the messages.
pub const DECODE_SERVER: Target = Target { name: "decode_server", run, seeds, home: HOME };

/// Microseconds from one message to the next: a tick, and now and then a pause.
const STEPS: [u64; 4] = [33_333, 0, 40_000, 900_000];
/// Messages that one input may hold: enough to see a sequence.
const MESSAGES_MAX: usize = 64;

fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    // The content of all rules is the same.
    let content = NamedContent::from(rules(0).content.clone());
    let (wants_checks, topics) = (true, RoomTopics::ALL);
    let config = ClientConfig { wants_checks, topics, ..ClientConfig::default() };
    let mut client = Client::new(config).knowing(content);
    let mut now = 1_000_000;
    let _ = client.connect(now);
    if let Some(welcome) = welcomes().get(usize::from(input.byte())) {
        assert_eq!(client.handle_message(now, welcome), Ok(()), "our own welcome is taken");
    }
    for _ in 0..MESSAGES_MAX {
        if input.is_empty() {
            break;
        }
        now += STEPS[usize::from(input.byte()) % STEPS.len()];
        let message = input.message();
        check_form(message);
        client.handle_time(now);
        let outcome = client.handle_message(now, message);
        while client.poll_transmit().is_some() {}
        while let Some(event) = client.poll_event() {
            check_event(&event);
        }
        if outcome.is_err() {
            break;
        }
    }
}

fn check_form(bytes: &[u8]) {
    if let Ok(ServerMessage::Control(control)) = decode_server(bytes) {
        let again = encode_server_control(&control);
        let decoded = decode_server(&again);
        // Compared as bytes: figures of content may be no numbers, which are never equal.
        let Ok(ServerMessage::Control(decoded)) = decoded else { panic!("{decoded:?}") };
        assert_eq!(encode_server_control(&decoded), again);
    }
}

fn check_event(event: &ClientEvent) {
    if let ClientEvent::Predicted(predicted) = event
        && let Some(ship) = &predicted.ship
    {
        assert!(ship.position.is_finite(), "our ship is at {}", ship.position);
    }
}

fn welcomes() -> &'static [Vec<u8>] {
    static WELCOMES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    WELCOMES.get_or_init(|| {
        let welcome = |index| {
            let rules = rules(index);
            encode_server_control(&ServerControl::Welcome(Box::new(Welcome {
                player: PlayerId(1),
                token: Token([1; 16]),
                input_ticket: InputTicket([2; 16]),
                resumed: false,
                tick_hz: rules.tick_hz,
                room: "main".into(),
                room_name: "Main".into(),
                sector: rules.sector.id.clone(),
                mode: rules.mode.id.clone(),
                content: rules.content_hash,
                newest_request: RequestId(0),
            })))
        };
        (0..SECTORS.len()).map(welcome).collect()
    })
}

/// Updates of the topics of a room, in the order in which a client subscribes to them.
fn updates() -> Vec<Vec<u8>> {
    let (mut roster, mut leaderboard, mut standings) =
        (Board::new(1), Board::new(1), Board::new(1));
    let mut kills = Feed::new(1);
    for player in [PlayerId(1), PlayerId(300)] {
        let key = player_key(player);
        roster.set(&key, &PlayerInfo { player, name: "Ada".into(), is_bot: false }.value());
        leaderboard.set(&key, &LeaderboardLine { player, score: 300, kills: 2 }.value());
        standings.set(&key, &codec::encode(&Standing { place: 12, kills: 1 }));
        kills.push(&codec::encode(&Kill { killer: PlayerId(1), victim: player }));
    }
    let topics: [&dyn Topic; 4] = [&roster, &leaderboard, &kills, &standings];
    let update = |(handle, topic): (Handle, &dyn Topic), told| {
        let mut bytes = vec![topic_lane(handle)];
        topic.write_update(told, None, usize::MAX, &mut bytes);
        bytes
    };
    let all = || Handle::all().zip(topics);
    all()
        .map(|topic| update(topic, Told::Nothing))
        .chain(all().map(|topic| update(topic, Told::All(1))))
        .collect()
}

fn seeds() -> Vec<Vec<u8>> {
    let reply = |outcome| ServerControl::Reply(Reply { id: RequestId(1), outcome });
    let controls = [
        ServerControl::Draining { seconds: 3 },
        ServerControl::SeatWanted { seconds: 30 },
        reply(Outcome::Done(Done::Renamed { name: "Ada".into() })),
        reply(Outcome::Refused(RefusalReason::TooOften { seconds: 9 })),
        ServerControl::SeatKept,
        ServerControl::Unsaved(true),
    ];
    let controls: Vec<_> = controls.iter().map(encode_server_control).collect();
    let of_messages = |first: u8, messages: &[&[u8]]| {
        let mut bytes = vec![first];
        messages.iter().for_each(|message| bytes.extend(pack(&[0], [*message])));
        bytes
    };
    let controls: Vec<&[u8]> = controls.iter().map(Vec::as_slice).collect();
    let updates = updates();
    let updates: Vec<&[u8]> = updates.iter().map(Vec::as_slice).collect();
    let mut seeds = vec![
        of_messages(0, &controls),
        of_messages(255, &[&welcomes()[0]]),
        of_messages(0, &updates),
    ];
    for index in 0..SECTORS.len() {
        let snapshots = some_snapshots(index);
        let messages: Vec<&[u8]> = snapshots.iter().map(Vec::as_slice).collect();
        seeds.push(of_messages(index as u8, &messages));
    }
    seeds
}
