//! Whole messages: the lane each begins with, and what is behind it.
//!
//! The two low bits of the first byte name the lane. Input commands and snapshots are bit-packed; a
//! control message follows its first byte in bincode.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{self, DecodeError};
use super::{ClientControl, ServerControl};
use crate::snapshot::{BitReader, BitWriter, KIND_BITS, KIND_CONTROL, KIND_DELTA, KIND_FULL};
use crate::units::{Angle, Controls, Thrust, Tick, ViewLag};

/// The lane of input commands, from client to server.
const KIND_INPUT: u64 = 0;

/// The input command of one tick, with the acknowledgement of what the client has seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InputMessage {
    /// Low bits of the tick that the command is for.
    pub tick_low: u16,
    /// Low bits of the tick of the newest snapshot that was decoded.
    pub ack_low: u16,
    /// How far in the past others are shown to the player while this command is given.
    pub view_lag: ViewLag,
    /// What the player asks for.
    pub controls: Controls,
}

impl InputMessage {
    /// A command for `tick` by a client that has seen `ack`.
    pub fn new(tick: Tick, ack: Tick, view_lag: ViewLag, controls: Controls) -> Self {
        InputMessage { tick_low: tick.0 as u16, ack_low: ack.0 as u16, view_lag, controls }
    }

    /// The message as bytes: 62 bits in 8 bytes.
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

/// What a client sends.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientMessage {
    /// An input command.
    Input(InputMessage),
    /// Everything else.
    Control(ClientControl),
}

/// Takes a client's bytes apart. All that can be wrong with them is found here.
///
/// # Errors
/// What no client of this version sends.
pub fn decode_client(bytes: &[u8]) -> Result<ClientMessage, DecodeError> {
    match lane(bytes)? {
        KIND_INPUT => InputMessage::decode(bytes).map(ClientMessage::Input),
        _ => Ok(ClientMessage::Control(decode_control(bytes)?)),
    }
}

/// Whether a client's message, as it is encoded, is an input command: what goes over a second connection, too.
pub fn is_input_command(bytes: &[u8]) -> bool {
    lane(bytes) == Ok(KIND_INPUT)
}

/// A control message of the client as bytes.
pub fn encode_client_control(control: &ClientControl) -> Vec<u8> {
    encode_control(control)
}

/// What a server sends.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerMessage<'a> {
    /// A snapshot for the [`Decoder`](crate::snapshot::Decoder).
    Snapshot(&'a [u8]),
    /// Everything else.
    Control(ServerControl),
}

/// Takes a server's bytes apart, but for the inside of snapshots.
///
/// # Errors
/// What no server of this version sends.
pub fn decode_server(bytes: &[u8]) -> Result<ServerMessage<'_>, DecodeError> {
    match lane(bytes)? {
        KIND_DELTA | KIND_FULL => Ok(ServerMessage::Snapshot(bytes)),
        _ => Ok(ServerMessage::Control(decode_control(bytes)?)),
    }
}

/// A control message of the server as bytes.
pub fn encode_server_control(control: &ServerControl) -> Vec<u8> {
    encode_control(control)
}

/// The lane of a message, checked: an unknown one, or a control byte with other bits set, is refused.
fn lane(bytes: &[u8]) -> Result<u64, DecodeError> {
    let first = *bytes.first().ok_or(DecodeError::Empty)?;
    match u64::from(first) & ((1 << KIND_BITS) - 1) {
        KIND_CONTROL if u64::from(first) != KIND_CONTROL => Err(DecodeError::UnknownKind(first)),
        kind @ (KIND_DELTA | KIND_FULL | KIND_CONTROL) => Ok(kind),
        _ => Err(DecodeError::UnknownKind(first)),
    }
}

fn encode_control<T: Serialize>(control: &T) -> Vec<u8> {
    let mut bytes = vec![KIND_CONTROL as u8];
    codec::encode_into(control, &mut bytes);
    bytes
}

fn decode_control<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
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
    use crate::protocol::{CloseReason, LeaderboardLine, PlayerInfo};
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
    }

    #[test]
    fn input_commands_are_told_from_all_else() {
        assert!(is_input_command(&input(0x1234, 0x1230, Thrust::NONE, false, true, 7).encode()));
        assert!(!is_input_command(&encode_client_control(&ClientControl::Leave)));
        assert!(!is_input_command(&[]));
    }

    #[test]
    fn control_messages_of_the_server_have_their_golden_bytes() {
        let player = PlayerId(300);
        let cases: [(ServerControl, &[u8]); 5] = [
            (
                ServerControl::PlayerJoined(PlayerInfo {
                    player,
                    name: "Bo".into(),
                    is_bot: false,
                }),
                &[2, 1, 251, 44, 1, 2, b'B', b'o', 0],
            ),
            (ServerControl::PlayerLeft(player), &[2, 2, 251, 44, 1]),
            (ServerControl::Kill { killer: PlayerId(1), victim: player }, &[2, 3, 1, 251, 44, 1]),
            (
                ServerControl::Leaderboard(vec![LeaderboardLine { player, score: 5, kills: 2 }]),
                &[2, 4, 1, 251, 44, 1, 5, 2],
            ),
            (ServerControl::Draining { seconds: 3 }, &[2, 5, 3]),
        ];
        for (control, bytes) in cases {
            assert_eq!(encode_server_control(&control), bytes);
            assert_eq!(decode_server(bytes), Ok(ServerMessage::Control(control)));
        }
    }

    #[test]
    fn each_way_to_be_wrong_has_its_name() {
        let cases: [(Vec<u8>, DecodeError); 8] = [
            (vec![], DecodeError::Empty),
            (vec![3], DecodeError::UnknownKind(3)),
            (vec![6, 1], DecodeError::UnknownKind(6)),
            (vec![0; 7], DecodeError::Form),
            (vec![0; 9], DecodeError::Form),
            // Thrust direction 33.
            (vec![0, 0, 0, 0, 0, 33 << 2, 0, 0], DecodeError::Form),
            (vec![2, 9], DecodeError::Form),
            (vec![2, 0, 0], DecodeError::TrailingBytes(1)),
        ];
        for (bytes, error) in cases {
            assert_eq!(decode_client(&bytes), Err(error), "{bytes:?}");
        }
    }

    #[test]
    fn lengths_that_a_message_only_claims_allocate_nothing() {
        // A leaderboard of 2^64 - 1 lines.
        let lines = [2, 4, 253, 255, 255, 255, 255, 255, 255, 255, 255];
        assert_eq!(decode_server(&lines), Err(DecodeError::Form));
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
