//! Whole messages: the lane in their first byte, and the rest.
//!
//! The two low bits of the first byte are the lane. Input commands and snapshots are bit-packed; a control message
//! follows its first byte in the form of [`codec`]. In the lane of topics the other six bits are the subscription, and an update
//! follows.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ClientControl, Request, RequestBody, ServerControl};
use crate::limits::{CLIENT_MESSAGE_BYTES_MAX, NAME_BYTES_MAX, TOPIC_NAME_BYTES_MAX};
use crate::snapshot::{KIND_BITS, KIND_CONTROL, KIND_DELTA, KIND_FULL, KIND_TOPIC};
use crate::topics::Handle;
use crate::units::{Angle, Controls, Thrust, Tick, ViewLag};
use crate::wire::{BitReader, BitWriter};
use crate::wire::{DecodeError, codec};

/// The lane of input commands, from client to server.
const KIND_INPUT: u64 = 0;

/// The input command of one tick, with the acknowledgement of the newest decoded snapshot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InputMessage {
    /// Low bits of the tick that the command is for.
    pub tick_low: u16,
    /// Low bits of the tick of the newest snapshot that was decoded.
    pub ack_low: u16,
    /// How far in the past other ships are shown to the player while this command is given.
    pub view_lag: ViewLag,
    /// The player's controls.
    pub controls: Controls,
}

impl InputMessage {
    /// A command for `tick` by a client whose newest decoded snapshot is `ack`.
    pub fn new(tick: Tick, ack: Tick, view_lag: ViewLag, controls: Controls) -> Self {
        InputMessage { tick_low: tick.0 as u16, ack_low: ack.0 as u16, view_lag, controls }
    }

    /// Encodes the message: 62 bits in 8 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = BitWriter::default();
        out.write(KIND_INPUT, KIND_BITS);
        out.write(u64::from(self.tick_low), 16);
        out.write(u64::from(self.ack_low), 16);
        out.write(u64::from(self.view_lag.0), ViewLag::BITS);
        out.write(u64::from(self.controls.thrust.code()), Thrust::BITS);
        out.write_bool(self.controls.boost);
        out.write_bool(self.controls.fire);
        out.write(u64::from(self.controls.aim.steps()), Angle::BITS);
        debug_assert_eq!(out.len_bits(), 62, "an input command has one length");
        out.finish().to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut input = BitReader::new(bytes);
        let mut read = |bits| input.read(bits).map_err(|_| DecodeError::Form);
        read(KIND_BITS)?;
        let tick_low = read(16)? as u16;
        let ack_low = read(16)? as u16;
        let view_lag = ViewLag(read(ViewLag::BITS)? as u8);
        let thrust = Thrust::from_code(read(Thrust::BITS)? as u8).ok_or(DecodeError::Form)?;
        let boost = read(1)? == 1;
        let fire = read(1)? == 1;
        let aim = Angle::from_steps(read(Angle::BITS)? as u16);
        if !input.is_at_end() {
            return Err(DecodeError::Form);
        }
        let controls = Controls { thrust, boost, fire, aim };
        Ok(InputMessage { tick_low, ack_low, view_lag, controls })
    }
}

/// A message of a client.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientMessage {
    /// An input command.
    Input(InputMessage),
    /// A control message.
    Control(ClientControl),
}

/// Decodes a client's message. Everything that can be wrong with it is found here.
///
/// # Errors
/// When no client of this version would send it.
pub fn decode_client(bytes: &[u8]) -> Result<ClientMessage, DecodeError> {
    match lane(bytes)? {
        KIND_INPUT => InputMessage::decode(bytes).map(ClientMessage::Input),
        _ => {
            let control = decode_control(bytes)?;
            check_texts(&control)?;
            Ok(ClientMessage::Control(control))
        }
    }
}

/// Checks the lengths of a client's texts.
fn check_texts(control: &ClientControl) -> Result<(), DecodeError> {
    match control {
        ClientControl::Subscribe(subscribe) if subscribe.topic.len() > TOPIC_NAME_BYTES_MAX => {
            Err(DecodeError::TopicTooLong(subscribe.topic.len()))
        }
        ClientControl::Request(Request { body: RequestBody::Rename { name }, .. })
            if name.len() > NAME_BYTES_MAX =>
        {
            Err(DecodeError::NameTooLong(name.len()))
        }
        _ => Ok(()),
    }
}

/// Whether an encoded message of a client is an input command, which also goes over a second connection.
pub fn is_input_command(bytes: &[u8]) -> bool {
    lane(bytes) == Ok(KIND_INPUT)
}

/// Encodes a control message of the client.
pub fn encode_client_control(control: &ClientControl) -> Vec<u8> {
    let bytes = encode_control(control);
    assert!(bytes.len() <= CLIENT_MESSAGE_BYTES_MAX, "no server would take {} bytes", bytes.len());
    bytes
}

/// A message of a server.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerMessage<'a> {
    /// A snapshot for the [`Decoder`](crate::snapshot::Decoder).
    Snapshot(&'a [u8]),
    /// A control message.
    Control(ServerControl),
    /// An update of a topic for the [`Subscriber`](crate::topics::Subscriber), and the subscription that it is for.
    Topic(Handle, &'a [u8]),
}

/// Decodes a server's message, except the content of a snapshot.
///
/// # Errors
/// When no server of this version would send it.
pub fn decode_server(bytes: &[u8]) -> Result<ServerMessage<'_>, DecodeError> {
    match (server_lane(bytes)?, bytes) {
        (KIND_DELTA | KIND_FULL, _) => Ok(ServerMessage::Snapshot(bytes)),
        (KIND_TOPIC, [first, update @ ..]) => {
            let handle = Handle::try_from(first >> KIND_BITS);
            let handle = handle.map_err(|_| DecodeError::UnknownKind(*first))?;
            Ok(ServerMessage::Topic(handle, update))
        }
        _ => Ok(ServerMessage::Control(decode_control(bytes)?)),
    }
}

/// The first byte of a message with an update of a topic. The update follows.
pub fn topic_lane(handle: Handle) -> u8 {
    u8::from(handle) << KIND_BITS | KIND_TOPIC as u8
}

/// Encodes a control message of the server.
pub fn encode_server_control(control: &ServerControl) -> Vec<u8> {
    encode_control(control)
}

/// The lane of a client's message. An unknown lane, or a control byte with other bits set, is refused.
fn lane(bytes: &[u8]) -> Result<u64, DecodeError> {
    match server_lane(bytes)? {
        KIND_TOPIC => Err(DecodeError::UnknownKind(bytes[0])),
        kind => Ok(kind),
    }
}

/// The lane of a server's message. A control byte with other bits set is refused.
fn server_lane(bytes: &[u8]) -> Result<u64, DecodeError> {
    let first = *bytes.first().ok_or(DecodeError::Empty)?;
    match u64::from(first) & ((1 << KIND_BITS) - 1) {
        KIND_CONTROL if u64::from(first) != KIND_CONTROL => Err(DecodeError::UnknownKind(first)),
        kind => Ok(kind),
    }
}

fn encode_control<T: Serialize>(control: &T) -> Vec<u8> {
    let mut bytes = vec![KIND_CONTROL as u8];
    codec::encode_into(control, &mut bytes);
    bytes
}

fn decode_control<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, DecodeError> {
    match bytes.split_first() {
        Some((first, rest)) if u64::from(*first) == KIND_CONTROL => codec::decode(rest),
        Some((first, _)) => Err(DecodeError::UnknownKind(*first)),
        None => Err(DecodeError::Empty),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::{
        AccountTag, Act, CloseReason, Done, HubBody, HubRequest, LineId, Nonce, Outcome,
        PartySecret, PartyWish, RefusalReason, Reply, RequestId, SayTo, Saying, Term, Whom,
        player_key,
    };
    use crate::sim::ContentHash;
    use crate::topics::{Board, EndReason, Feed, Key, Since, Subscribe, Told, Topic, write_end};
    use crate::units::PlayerId;

    fn input(
        tick: u16,
        ack: u16,
        thrust: Thrust,
        boost: bool,
        fire: bool,
        aim: u16,
    ) -> InputMessage {
        let controls = Controls { thrust, boost, fire, aim: Angle::from_steps(aim) };
        InputMessage { tick_low: tick, ack_low: ack, view_lag: ViewLag(0x5a), controls }
    }

    #[test]
    fn an_input_command_has_its_golden_bytes() {
        // Least significant bit first: 2 lane, 16 tick, 16 ack, 8 view lag, 6 thrust, 1 boost, 1 fire, 12 aim, 2 padding.
        let message = input(0x1234, 0x1230, Thrust::towards(7), true, false, 0xabc);
        assert_eq!(message.encode(), [0xd0, 0x48, 0xc0, 0x48, 0x68, 0x21, 0xf1, 0x2a]);
        assert_eq!(decode_client(&message.encode()), Ok(ClientMessage::Input(message)));
        let idle = input(0, 0, Thrust::NONE, false, false, 0);
        assert_eq!(idle.encode(), [0, 0, 0, 0, 0x68, 1, 0, 0]);
    }

    #[test]
    fn a_goodbye_has_its_golden_bytes() {
        let bytes = [2, 0]; // lane: control; Leave
        assert_eq!(encode_client_control(&ClientControl::Leave), bytes);
        assert_eq!(decode_client(&bytes), Ok(ClientMessage::Control(ClientControl::Leave)));
        for (control, bytes) in [
            (ClientControl::Acknowledge(Tick(300)), [2, 1, 251, 44, 1]),
            (ClientControl::Desync(Tick(300)), [2, 2, 251, 44, 1]),
        ] {
            assert_eq!(encode_client_control(&control), bytes);
            assert_eq!(decode_client(&bytes), Ok(ClientMessage::Control(control)));
        }
    }

    #[test]
    fn input_commands_are_told_from_all_else() {
        assert!(is_input_command(&input(0x1234, 0x1230, Thrust::NONE, false, true, 7).encode()));
        assert!(!is_input_command(&encode_client_control(&ClientControl::Leave)));
        assert!(!is_input_command(&[]));
    }

    #[test]
    fn subscriptions_and_requests_have_their_golden_bytes() {
        let subscribe = Subscribe {
            handle: Handle::try_from(5).unwrap(),
            topic: "standings".into(),
            since: Some(Since { epoch: 0x0102_0304, version: 300 }),
            only: Key::try_from(vec![44, 1]).ok(),
        };
        let plain =
            Subscribe { topic: "kills".into(), since: None, only: None, ..subscribe.clone() };
        let rename = RequestBody::Rename { name: "Bo".into() };
        let (to, saying) = (SayTo::Room, Saying::Text("gg".into()));
        let say =
            HubRequest { id: RequestId(7), nonce: Nonce(9), body: HubBody::Say { to, saying } };
        let act = Act::Mute(Term(Some(600)));
        let moderate =
            HubBody::Moderate { whom: Whom::Name("Eve".into()), act, note: "spam".into() };
        let moderate = HubRequest { body: moderate, ..say.clone() };
        let of_hub = |body| ClientControl::HubRequest(HubRequest { body, ..say.clone() });
        let party = |wish| of_hub(HubBody::Party(wish));
        let (to, saying) = (SayTo::Party, Saying::Text("gg".into()));
        let to_party = of_hub(HubBody::Say { to, saying });
        let yes = PartyWish::Answer { by: AccountTag(5), is_accepted: true };
        let join = PartyWish::Join(PartySecret([0x11; 16]));
        let keep = HubBody::KeepSettings { text: "still=1\n".into() };
        let settings = HubRequest { body: HubBody::Settings, ..say.clone() };
        let keep = HubRequest { body: keep, ..say.clone() };
        let cases: [(ClientControl, &[u8]); 12] = [
            (
                ClientControl::Subscribe(subscribe),
                //     handle  topic                   since: epoch            version      only
                &hex(b"02 03 05 09 7374616e64696e6773 01 fc 04030201 fb 2c01 01 02 2c01"),
            ),
            (ClientControl::Subscribe(plain), &hex(b"02 03 05 05 6b696c6c73 00 00")),
            (ClientControl::Unsubscribe(Handle::try_from(63).unwrap()), &hex(b"02 04 3f")),
            //                                                              id  Rename, name
            (
                ClientControl::Request(Request { id: RequestId(7), body: rename }),
                &hex(b"02 05 07 00 02 426f"),
            ),
            //                                      id nonce Say, to the room, a text
            (ClientControl::HubRequest(say.clone()), &hex(b"02 06 07 09 00 00 00 026767")),
            (to_party, &hex(b"02 06 07 09 00 03 00 026767")),
            //                                    Party, what
            (party(PartyWish::Open), &hex(b"02 06 07 09 0e 01")),
            (party(yes), &hex(b"02 06 07 09 0e 03 05 01")),
            (party(join), &hex(b"02 06 07 09 0e 04 11111111111111111111111111111111")),
            (
                ClientControl::HubRequest(moderate),
                //                  Moderate, a name   mute for 600 s   note
                &hex(b"02 06 07 09 05 01 03457665 00 01 fb5802 04 7370616d"),
            ),
            //                                           id nonce Settings
            (ClientControl::HubRequest(settings), &hex(b"02 06 07 09 0f")),
            //                                       KeepSettings, text
            (ClientControl::HubRequest(keep), &hex(b"02 06 07 09 10 08 7374696c6c3d310a")),
        ];
        for (control, bytes) in cases {
            assert_eq!(encode_client_control(&control), bytes);
            assert_eq!(decode_client(bytes), Ok(ClientMessage::Control(control)));
        }
    }

    /// The bytes of digits with spaces between fields.
    fn hex(digits: &[u8]) -> Vec<u8> {
        let digits: Vec<u8> = digits.iter().copied().filter(|digit| *digit != b' ').collect();
        data_encoding::HEXLOWER.decode(&digits).unwrap()
    }

    #[test]
    fn control_messages_of_the_server_have_their_golden_bytes() {
        let renamed = Done::Renamed { name: "Bo 2".into() };
        let too_often = RefusalReason::TooOften { seconds: 9 };
        let reply = |outcome| ServerControl::Reply(Reply { id: RequestId(7), outcome });
        let said = Done::Said { line: LineId(300) };
        let in_none = Done::Party { own: AccountTag(5), link: None };
        let in_one = Done::Party { own: AccountTag(5), link: Some(PartySecret([0x11; 16])) };
        let in_one_bytes = hex(b"02 05 07 00 0e 05 01 11111111111111111111111111111111");
        let settings = Done::Settings { revision: 300, text: "still=1\n".into() };
        let cases: [(ServerControl, &[u8]); 17] = [
            (ServerControl::Draining { seconds: 3 }, &[2, 1, 3]),
            (ServerControl::SeatWanted { seconds: 30 }, &[2, 2, 30]),
            (ServerControl::StateCheck { tick: Tick(300), hash: 5 }, &[2, 3, 251, 44, 1, 5]),
            (reply(Outcome::Done(renamed)), &[2, 5, 7, 0, 0, 4, b'B', b'o', b' ', b'2']),
            (reply(Outcome::Done(said)), &[2, 5, 7, 0, 1, 251, 44, 1]),
            (reply(Outcome::Done(in_none)), &[2, 5, 7, 0, 14, 5, 0]),
            (reply(Outcome::Done(in_one)), &in_one_bytes),
            (reply(Outcome::Refused(RefusalReason::PartyFull { max: 8 })), &[2, 5, 7, 1, 23, 8]),
            (
                reply(Outcome::Done(settings)),
                &[2, 5, 7, 0, 16, 251, 44, 1, 8, b's', b't', b'i', b'l', b'l', b'=', b'1', b'\n'],
            ),
            (
                reply(Outcome::Done(Done::SettingsKept { revision: 300 })),
                &[2, 5, 7, 0, 17, 251, 44, 1],
            ),
            (reply(Outcome::Refused(RefusalReason::SettingsTooLong)), &[2, 5, 7, 1, 26]),
            (reply(Outcome::Refused(too_often)), &[2, 5, 7, 1, 0, 9]),
            (reply(Outcome::Refused(RefusalReason::OutOfOrder)), &[2, 5, 7, 1, 1]),
            (
                reply(Outcome::Refused(RefusalReason::TermTooLong { seconds: 3_600 })),
                &[2, 5, 7, 1, 13, 251, 16, 14],
            ),
            (ServerControl::SeatKept, &[2, 6]),
            (ServerControl::Unsaved(true), &[2, 7, 1]),
            (
                ServerControl::Epoch { tick: Tick(300), content: ContentHash(5) },
                &[2, 8, 251, 44, 1, 5],
            ),
        ];
        for (control, bytes) in cases {
            assert_eq!(encode_server_control(&control), bytes);
            assert_eq!(decode_server(bytes), Ok(ServerMessage::Control(control)));
        }
    }

    #[test]
    fn updates_of_topics_have_their_golden_bytes() {
        let handle = Handle::try_from(5).unwrap();
        let message = |topic: &dyn Topic, since: Option<u64>| {
            let mut bytes = vec![topic_lane(handle)];
            topic.write_update(
                since.map_or(Told::Nothing, Told::All),
                None,
                usize::MAX,
                &mut bytes,
            );
            let Ok(ServerMessage::Topic(read, update)) = decode_server(&bytes) else { panic!() };
            assert_eq!((read, update), (handle, &bytes[1..]));
            bytes
        };
        let mut board = Board::new(0x0102_0304);
        board.set(&player_key(PlayerId(300)), &[2, b'B', b'o', 0]);
        board.set(&player_key(PlayerId(1)), &[3, b'A', b'd', b'a', 0]);
        //                                  whole, current
        //                                     epoch      version
        //                                                  key      value
        let whole = hex(b"17 03 04030201 02 09 2c01 04 02426f00 09 0100 05 0341646100");
        assert_eq!(message(&board, None), whole);
        board.remove(&player_key(PlayerId(300)));
        //                          current, version + 1, key, gone
        assert_eq!(message(&board, Some(2)), hex(b"17 02 01 08 2c01"));
        board.set(&player_key(PlayerId(1)), &[3, b'I', b'd', b'a', 0]);
        //                          current, version + 1, key, mask: the second byte, which is now I
        assert_eq!(message(&board, Some(3)), hex(b"17 02 01 0a 0100 02 49"));

        let mut feed = Feed::new(0x0102_0304);
        feed.push(&[1, 251, 44, 1]);
        assert_eq!(message(&feed, None), hex(b"17 07 04030201 01 04 01fb2c01"));
        feed.push(&[7, 1]);
        assert_eq!(message(&feed, Some(1)), hex(b"17 06 01 02 0701"));

        let mut end = vec![topic_lane(handle)];
        write_end(EndReason::NoSuchTopic, &mut end);
        assert_eq!(end, hex(b"17 08 00"));
        assert_eq!(decode_client(&whole), Err(DecodeError::UnknownKind(0x17)));
    }

    #[test]
    fn each_way_to_be_wrong_has_its_name() {
        let mut long_topic = vec![2, 3, 0, 65];
        long_topic.extend([b'x'; 65]);
        long_topic.extend([0, 0]);
        let mut long_name = vec![2, 5, 1, 0, 65];
        long_name.extend([b'x'; 65]);
        let cases: [(Vec<u8>, DecodeError); 16] = [
            (long_topic, DecodeError::TopicTooLong(65)),
            (long_name, DecodeError::NameTooLong(65)),
            // A handle beyond 63; a kind of request that there is not.
            (vec![2, 4, 64], DecodeError::Form),
            (vec![2, 5, 1, 1], DecodeError::Form),
            (vec![], DecodeError::Empty),
            (vec![3], DecodeError::UnknownKind(3)),
            (vec![6, 1], DecodeError::UnknownKind(6)),
            (vec![0; 7], DecodeError::Form),
            (vec![0; 9], DecodeError::Form),
            // Thrust direction 33.
            (vec![0, 0, 0, 0, 0, 33 << 2, 0, 0], DecodeError::Form),
            (vec![2, 9], DecodeError::Form),
            // A wish about a party that there is not, half a link, an answer that is neither yes nor no.
            (vec![2, 6, 7, 9, 14, 8], DecodeError::Form),
            (vec![2, 6, 7, 9, 14, 4, 1, 1], DecodeError::Form),
            (vec![2, 6, 7, 9, 14, 3, 5, 2], DecodeError::Form),
            (vec![2, 0, 0], DecodeError::TrailingBytes(1)),
            // Variant 0, tick 5 in two bytes more than it takes.
            (vec![2, 1, 251, 5, 0], DecodeError::NotShortest),
        ];
        for (bytes, error) in cases {
            assert_eq!(decode_client(&bytes), Err(error), "{bytes:?}");
        }
    }

    #[test]
    fn lengths_that_a_message_only_claims_allocate_nothing() {
        // A name of 2^64 - 1 bytes.
        let reply = [2, 5, 7, 0, 0, 253, 255, 255, 255, 255, 255, 255, 255, 255];
        assert_eq!(decode_server(&reply), Err(DecodeError::Form));
    }

    proptest! {
        #[test]
        fn any_input_command_survives_the_wire(
            tick in any::<u16>(), ack in any::<u16>(), thrust in 0..=32_u8,
            boost in any::<bool>(), fire in any::<bool>(), aim in 0..4096_u16,
        ) {
            let thrust = Thrust::from_code(thrust).unwrap();
            let message = input(tick, ack, thrust, boost, fire, aim);
            prop_assert_eq!(decode_client(&message.encode()), Ok(ClientMessage::Input(message)));
        }

        #[test]
        fn any_bytes_are_refused_or_decoded(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = decode_client(&bytes);
            let _ = decode_server(&bytes);
            let mut control = bytes;
            control.insert(0, 2);
            let _ = decode_client(&control);
            let _ = decode_server(&control);
        }
    }

    #[test]
    fn every_close_reason_fits_a_close_frame() {
        // RFC 6455, 5.5: 125 bytes, two of them the code.
        for reason in CloseReason::ALL {
            assert!(reason.to_string().len() <= 123, "{reason}");
        }
    }
}
