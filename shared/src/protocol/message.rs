//! Whole messages: the lane each begins with, and what is behind it.
//!
//! The two low bits of the first byte name the lane. Input commands and snapshots are bit-packed; a
//! control message follows its first byte in bincode.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{self, DecodeError};
use super::{ClientControl, ServerControl};
use crate::limits::NAME_BYTES_MAX;
use crate::snapshot::{BitReader, BitWriter, KIND_BITS, KIND_CONTROL, KIND_DELTA, KIND_FULL};
use crate::units::{Angle, Controls, Thrust, Tick};

/// The lane of input commands, from client to server.
const KIND_INPUT: u64 = 0;

/// The input command of one tick, with the acknowledgement of what the client has seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InputMessage {
    /// Low bits of the tick that the command is for.
    pub tick_low: u16,
    /// Low bits of the tick of the newest snapshot that was decoded.
    pub ack_low: u16,
    /// What the player asks for.
    pub controls: Controls,
}

impl InputMessage {
    /// A command for `tick` by a client that has seen `ack`.
    pub fn new(tick: Tick, ack: Tick, controls: Controls) -> Self {
        InputMessage { tick_low: tick.0 as u16, ack_low: ack.0 as u16, controls }
    }

    /// The message as bytes: 54 bits in 7 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = BitWriter::default();
        out.write(KIND_INPUT, KIND_BITS);
        out.write(u64::from(self.tick_low), 16);
        out.write(u64::from(self.ack_low), 16);
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
        let thrust = Thrust::from_code(read(Thrust::BITS)? as u8).ok_or(DecodeError::Form)?;
        let boost = read(1)? == 1;
        let fire = read(1)? == 1;
        let aim = Angle::from_steps(read(Angle::BITS)? as u16);
        if !input.is_at_end() {
            return Err(DecodeError::Form);
        }
        Ok(InputMessage { tick_low, ack_low, controls: Controls { thrust, boost, fire, aim } })
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
        _ => {
            let control: ClientControl = decode_control(bytes)?;
            if let ClientControl::Hello(hello) = &control
                && hello.name.len() > NAME_BYTES_MAX
            {
                return Err(DecodeError::NameTooLong(hello.name.len()));
            }
            Ok(ClientMessage::Control(control))
        }
    }
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
