//! The commands that a room executed in successive ticks, as bytes.
//!
//! ```text
//! chunk:  u8, 1 if nothing before it is needed to read it   then ticks
//! tick:   entries, in the order of execution                then 0
//! entry:  1, then a command                                  as `wire::codec` writes it
//!         2, then 8 bytes                                    the hash of the state after the tick
//!         3 + flags + 8 * player                             an input command, then what the flags say:
//!           1: the aim did not turn as before                zigzag steps
//!           2: thrust, boost or trigger changed              u8: thrust, 64 boost, 128 trigger
//!           4: the view lag changed                          u8
//! ```
//!
//! Numbers are `wire`'s varints; `player` is the zigzag distance from the player before. Inputs are nearly all of it,
//! and an aim that goes on turning costs no byte of its own.

use driftfield_shared::limits::PLAYERS_PER_ROOM_MAX;
use driftfield_shared::units::{Controls, PlayerId, Thrust, Tick, ViewLag};
use driftfield_shared::wire::{DecodeError, codec};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::room::state::{InputCommand, RoomCommand};

/// The commands of successive ticks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chunk {
    /// The first tick.
    pub first: Tick,
    /// The last tick.
    pub last: Tick,
    /// What was executed.
    pub bytes: Vec<u8>,
}

/// What was executed in one tick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Executed {
    /// Commands in their order.
    pub commands: Vec<RoomCommand>,
    /// The hash of the state after the tick, if it was taken.
    pub hash: Option<u64>,
}

/// Why a chunk cannot be read.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ChunkError {
    /// It ends early, or holds what no room writes.
    #[error("a journal chunk is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// A value is out of range.
    #[error("a journal chunk holds a value out of range")]
    OutOfRange,
}

const END: u64 = 0;
const COMMAND: u64 = 1;
const HASH: u64 = 2;
const INPUT: u64 = 3;

const AIM: u64 = 1;
const BUTTONS: u64 = 2;
const VIEW_LAG: u64 = 4;
const FLAGS: u64 = 8;

const BOOST: u8 = 64;
const FIRE: u8 = 128;

/// Writes chunks.
#[derive(Debug, Default)]
pub struct ChunkWriter {
    bytes: Vec<u8>,
    first: Option<Tick>,
    last: Tick,
    inputs: Inputs,
}

impl ChunkWriter {
    /// The next chunk is readable without those before it. Call it between two chunks.
    pub fn start_anew(&mut self) {
        debug_assert!(self.bytes.is_empty(), "a chunk is begun");
        self.inputs = Inputs::default();
    }

    /// Adds a command that was executed for the tick that ends next.
    pub fn add(&mut self, command: &RoomCommand) {
        self.begin();
        match command {
            RoomCommand::Input(player, input) => {
                self.inputs.write(*player, *input, &mut self.bytes)
            }
            command => {
                put(&COMMAND, &mut self.bytes);
                put(command, &mut self.bytes);
            }
        }
    }

    /// Ends `tick`, after which the state had this hash.
    pub fn end_tick(&mut self, tick: Tick, hash: Option<u64>) {
        self.begin();
        if let Some(hash) = hash {
            put(&HASH, &mut self.bytes);
            self.bytes.extend_from_slice(&hash.to_le_bytes());
        }
        put(&END, &mut self.bytes);
        self.first.get_or_insert(tick);
        self.last = tick;
    }

    /// Number of whole ticks in the chunk.
    pub fn ticks(&self) -> u32 {
        self.first.map_or(0, |first| self.last.since(first) + 1)
    }

    /// Ends the chunk, if there is a whole tick in it. Call it between two ticks.
    pub fn take(&mut self) -> Option<Chunk> {
        let first = self.first.take()?;
        // The next one is about as long, so it need not grow step by step.
        let next = Vec::with_capacity(self.bytes.len().next_power_of_two());
        Some(Chunk { first, last: self.last, bytes: std::mem::replace(&mut self.bytes, next) })
    }

    fn begin(&mut self) {
        if self.bytes.is_empty() {
            self.bytes.push(self.inputs.is_new().into());
        }
    }
}

/// Reads the chunks of one room, one after the other.
#[derive(Debug, Default)]
pub struct ChunkReader {
    inputs: Inputs,
}

impl ChunkReader {
    /// What was executed in each tick of a chunk.
    ///
    /// # Errors
    /// When it is not a chunk.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<Executed>, ChunkError> {
        let mut rest = bytes;
        if take::<u8>(&mut rest)? != 0 {
            self.inputs = Inputs::default();
        }
        let mut ticks = Vec::new();
        while !rest.is_empty() {
            ticks.push(self.read_tick(&mut rest)?);
        }
        Ok(ticks)
    }

    fn read_tick(&mut self, rest: &mut &[u8]) -> Result<Executed, ChunkError> {
        let mut executed = Executed::default();
        loop {
            match take::<u64>(rest)? {
                END => return Ok(executed),
                COMMAND => executed.commands.push(take(rest)?),
                HASH => {
                    let (hash, after) = rest.split_first_chunk().ok_or(DecodeError::Empty)?;
                    executed.hash = Some(u64::from_le_bytes(*hash));
                    *rest = after;
                }
                header => {
                    let (player, input) = self.inputs.read(header - INPUT, rest)?;
                    executed.commands.push(RoomCommand::Input(player, input));
                }
            }
        }
    }
}

/// The last inputs: what the next ones are compared with. The same at both ends.
#[derive(Debug, Default)]
struct Inputs {
    players: Vec<Last>,
    player: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Last {
    input: InputCommand,
    /// Steps by which the aim turned last.
    turn: i16,
}

impl Inputs {
    fn is_new(&self) -> bool {
        self.players.is_empty()
    }

    /// The last input of a player, which becomes that of the next input's neighbour.
    fn go_to(&mut self, player: i64) -> &mut Last {
        let index = player as usize;
        if self.players.len() <= index {
            self.players.resize(index + 1, Last::default());
        }
        self.player = player;
        &mut self.players[index]
    }

    fn write(&mut self, player: PlayerId, input: InputCommand, out: &mut Vec<u8>) {
        let player = i64::from(player.0);
        let distance = zigzag(player - self.player);
        let last = self.go_to(player);
        let InputCommand { controls, view_lag } = input;
        let before = last.input;
        let off = controls.aim.distance_from(before.controls.aim.turned(last.turn));
        let has_new_buttons = buttons(controls) != buttons(before.controls);
        let has_new_lag = view_lag != before.view_lag;
        let flags = u64::from(off != 0) * AIM
            + u64::from(has_new_buttons) * BUTTONS
            + u64::from(has_new_lag) * VIEW_LAG;
        put(&(INPUT + flags + FLAGS * distance), out);
        if off != 0 {
            put(&zigzag(off.into()), out);
        }
        if has_new_buttons {
            out.push(buttons(controls));
        }
        if has_new_lag {
            out.push(view_lag.0);
        }
        *last = Last { input, turn: controls.aim.distance_from(before.controls.aim) };
    }

    fn read(
        &mut self,
        header: u64,
        rest: &mut &[u8],
    ) -> Result<(PlayerId, InputCommand), ChunkError> {
        let player = self.player.saturating_add(unzigzag(header / FLAGS));
        if !(0..PLAYERS_PER_ROOM_MAX as i64).contains(&player) {
            return Err(ChunkError::OutOfRange);
        }
        let last = self.go_to(player);
        let before = last.input.controls;
        let mut aim = before.aim.turned(last.turn);
        let mut input = last.input;
        if header & AIM != 0 {
            let off = i16::try_from(unzigzag(take(rest)?)).map_err(|_| ChunkError::OutOfRange)?;
            aim = aim.turned(off);
        }
        if header & BUTTONS != 0 {
            let buttons = take::<u8>(rest)?;
            let thrust = Thrust::from_code(buttons & !(BOOST | FIRE));
            let thrust = thrust.ok_or(ChunkError::OutOfRange)?;
            let (boost, fire) = (buttons & BOOST != 0, buttons & FIRE != 0);
            input.controls = Controls { thrust, boost, fire, aim };
        }
        if header & VIEW_LAG != 0 {
            input.view_lag = ViewLag(take(rest)?);
        }
        input.controls.aim = aim;
        *last = Last { input, turn: aim.distance_from(before.aim) };
        Ok((PlayerId(player as u16), input))
    }
}

fn buttons(controls: Controls) -> u8 {
    controls.thrust.code() + u8::from(controls.boost) * BOOST + u8::from(controls.fire) * FIRE
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    ((value >> 1) as i64) ^ -((value & 1) as i64)
}

fn put<T: Serialize>(value: &T, out: &mut Vec<u8>) {
    codec::encode_into(value, out);
}

fn take<T: DeserializeOwned + Serialize>(rest: &mut &[u8]) -> Result<T, DecodeError> {
    let (value, after) = codec::decode_first(rest)?;
    *rest = after;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use driftfield_shared::units::Angle;
    use proptest::prelude::*;

    use super::*;

    fn inputs() -> impl Strategy<Value = RoomCommand> {
        (
            0..PLAYERS_PER_ROOM_MAX as u16,
            0..=32_u8,
            any::<(bool, bool)>(),
            any::<u16>(),
            any::<u8>(),
        )
            .prop_map(|(player, thrust, (boost, fire), aim, view_lag)| {
                let thrust = Thrust::from_code(thrust).unwrap();
                let controls = Controls { thrust, boost, fire, aim: Angle::from_steps(aim) };
                let input = InputCommand { controls, view_lag: ViewLag(view_lag) };
                RoomCommand::Input(PlayerId(player), input)
            })
    }

    fn commands() -> impl Strategy<Value = RoomCommand> {
        prop_oneof![
            8 => inputs(),
            1 => any::<u16>().prop_map(|player| RoomCommand::Leave(PlayerId(player % 4_096))),
            1 => any::<u16>().prop_map(|player| RoomCommand::Detach(PlayerId(player % 4_096))),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_over_any_number_of_chunks(
            ticks in prop::collection::vec(
                (prop::collection::vec(commands(), 0..12), any::<Option<u64>>(), 0..4_u8),
                1..40,
            ),
        ) {
            let (mut writer, mut reader) = (ChunkWriter::default(), ChunkReader::default());
            let (mut written, mut read) = (Vec::new(), Vec::new());
            for (tick, (commands, hash, then)) in ticks.into_iter().enumerate() {
                commands.iter().for_each(|command| writer.add(command));
                writer.end_tick(Tick(tick as u32 + 1), hash);
                written.push(Executed { commands, hash });
                if then < 2 {
                    let chunk = writer.take().unwrap();
                    prop_assert_eq!(chunk.last, Tick(tick as u32 + 1));
                    let executed = reader.read(&chunk.bytes).unwrap();
                    prop_assert_eq!(executed.len() as u32, chunk.last.since(chunk.first) + 1);
                    read.extend(executed);
                }
                if then == 0 {
                    // Whoever begins to read here needs nothing of what was before.
                    writer.start_anew();
                    reader = ChunkReader::default();
                }
            }
            written.truncate(read.len());
            prop_assert_eq!(read, written);
        }

        #[test]
        fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = ChunkReader::default().read(&bytes);
        }
    }

    #[test]
    fn an_aim_that_goes_on_turning_takes_one_byte_a_tick() {
        let mut writer = ChunkWriter::default();
        let mut bytes = Vec::new();
        for tick in 0..10 {
            let aim = Angle::from_steps(40 * tick);
            let input = InputCommand {
                controls: Controls { aim, ..Controls::default() },
                ..InputCommand::default()
            };
            writer.add(&RoomCommand::Input(PlayerId(3), input));
            writer.end_tick(Tick(tick.into()), None);
            bytes.push(writer.take().unwrap().bytes.len());
        }
        // The input, and the bytes of the chunk and of the end of the tick.
        assert_eq!(bytes[4..], [3; 6]);
    }
}
