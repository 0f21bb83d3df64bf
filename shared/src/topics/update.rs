//! The bytes of an update.
//!
//! ```text
//! u8 flags     bit 0: whole   bit 1: current   bit 2: feed   bit 3: ended
//! ended:       u8 reason
//! whole:       u32 epoch, varint version       \ the version after the update
//! otherwise:   varint rise                     / and how much higher it is than before
//! board:       until the end: varint 4 * length + form, key, and by its form
//!              0 (removed): nothing   1 (whole): varint length, value   2 (delta): mask, bytes, see delta.rs
//! feed:        until the end: varint length, entry; the last one has the version after the update
//! ```

use thiserror::Error;

use super::delta;
use crate::limits::{BOARD_KEYS_MAX, TOPIC_KEY_BYTES_MAX, TOPIC_VALUE_BYTES_MAX};
use crate::wire::{DecodeError, read_varint, take, varint_bytes, write_varint};

const WHOLE: u8 = 1;
const CURRENT: u8 = 2;
const FEED: u8 = 4;
const ENDED: u8 = 8;

/// Why a server ended a subscription.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
pub enum EndReason {
    /// There is no topic of that name.
    #[error("there is no such topic")]
    NoSuchTopic,
    /// The subscriber asked for it.
    #[error("the subscription was ended as asked")]
    Unsubscribed,
}

impl EndReason {
    /// All reasons. On the wire a reason is its place in here.
    pub const ALL: [EndReason; 2] = [EndReason::NoSuchTopic, EndReason::Unsubscribed];
}

/// Why an update cannot be used. No server of this version sends such a one.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum UpdateError {
    /// The bytes do not have the form of an update.
    #[error("the update has an unexpected form: {0}")]
    Form(#[from] DecodeError),
    /// A flag or a reason has no meaning.
    #[error("the update has an unknown flag or reason: {0}")]
    Unknown(u8),
    /// A key is too long.
    #[error("a key of {0} bytes; at most {TOPIC_KEY_BYTES_MAX} are allowed")]
    KeyTooLong(u64),
    /// A value or an entry is too long.
    #[error("a value of {0} bytes; at most {TOPIC_VALUE_BYTES_MAX} are allowed")]
    ValueTooLong(u64),
    /// There is no subscription of that handle.
    #[error("the update is for a subscription that there is not")]
    NotSubscribed,
    /// The first update of a topic is not the whole of it.
    #[error("the update is a change of something that was never told")]
    NothingToChange,
    /// More entries than the version can have risen by.
    #[error("the update has {0} entries, which its version does not allow")]
    TooManyEntries(u64),
    /// A version beyond all numbers.
    #[error("the version of the topic is too high")]
    VersionTooHigh,
    /// A change has no form that there is.
    #[error("a change of the unknown form {0}")]
    UnknownForm(u64),
    /// A change of a value that was never told.
    #[error("the update changes a value that was never told")]
    NoValue,
    /// A change of bytes that the value has not got.
    #[error("the update changes bytes beyond the end of a value")]
    MaskTooLong,
    /// The board has more keys than allowed.
    #[error("the board has more than {BOARD_KEYS_MAX} keys")]
    TooManyKeys,
}

/// The start of an update.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct UpdateHead {
    pub(super) is_feed: bool,
    /// Whether the subscriber has been told everything with this update.
    pub(super) is_current: bool,
    pub(super) start: Start,
}

/// How the version of an update follows the one before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Start {
    /// What was told before is void. The version after this update, in this epoch.
    Whole { epoch: u32, version: u64 },
    /// The version is this much higher after this update.
    Rise(u64),
}

impl UpdateHead {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let flags = flag(self.is_feed, FEED) | flag(self.is_current, CURRENT);
        match self.start {
            Start::Whole { epoch, version } => {
                out.push(flags | WHOLE);
                out.extend(epoch.to_le_bytes());
                write_varint(version, out);
            }
            Start::Rise(rise) => {
                out.push(flags);
                write_varint(rise, out);
            }
        }
    }
}

/// Appends the notice that a subscription has ended, in place of an update.
pub fn write_end(reason: EndReason, out: &mut Vec<u8>) {
    let place = EndReason::ALL.iter().position(|other| *other == reason);
    out.extend([ENDED, place.expect("the list has all reasons") as u8]);
}

/// What a server says of a subscription.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Update<'a> {
    /// Changes or entries.
    News(UpdateHead, &'a [u8]),
    /// There will be no more.
    Ended(EndReason),
}

impl<'a> Update<'a> {
    pub(super) fn read(mut bytes: &'a [u8]) -> Result<Self, UpdateError> {
        let flags = take(&mut bytes, 1)?[0];
        if flags == ENDED {
            let reason = take(&mut bytes, 1)?[0];
            if !bytes.is_empty() {
                return Err(DecodeError::TrailingBytes(bytes.len()).into());
            }
            let reason = EndReason::ALL.get(usize::from(reason)).copied();
            return reason.map(Update::Ended).ok_or(UpdateError::Unknown(flags));
        }
        if flags & !(WHOLE | CURRENT | FEED) != 0 {
            return Err(UpdateError::Unknown(flags));
        }
        let start = match flags & WHOLE != 0 {
            true => {
                let (epoch, rest) = bytes.split_first_chunk().ok_or(DecodeError::Form)?;
                bytes = rest;
                let epoch = u32::from_le_bytes(*epoch);
                Start::Whole { epoch, version: read_varint(&mut bytes)? }
            }
            false => Start::Rise(read_varint(&mut bytes)?),
        };
        let (is_feed, is_current) = (flags & FEED != 0, flags & CURRENT != 0);
        Ok(Update::News(UpdateHead { is_feed, is_current, start }, bytes))
    }
}

/// A key of a board, with what became of its value.
pub(super) type BoardChange<'a> = (&'a [u8], NewValue<'a>);

/// The value of a key after a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NewValue<'a> {
    /// The key is gone.
    None,
    Whole(&'a [u8]),
    /// What differs from the value before.
    Delta(&'a [u8]),
}

const REMOVED: u64 = 0;
const VALUE: u64 = 1;
const DELTA: u64 = 2;
/// Of the number before a key, so many bits are the form.
const FORM_BITS: u32 = 2;

impl NewValue<'_> {
    fn form(self) -> u64 {
        match self {
            NewValue::None => REMOVED,
            NewValue::Whole(_) => VALUE,
            NewValue::Delta(_) => DELTA,
        }
    }
}

pub(super) fn write_change((key, value): BoardChange<'_>, out: &mut Vec<u8>) {
    write_varint((key.len() as u64) << FORM_BITS | value.form(), out);
    out.extend(key);
    match value {
        NewValue::None => {}
        NewValue::Whole(value) => write_entry(value, out),
        NewValue::Delta(delta) => out.extend(delta),
    }
}

/// Bytes that a change takes.
pub(super) fn change_bytes((key, value): BoardChange<'_>) -> usize {
    let value_bytes = match value {
        NewValue::None => 0,
        NewValue::Whole(value) => entry_bytes(value),
        NewValue::Delta(delta) => delta.len(),
    };
    varint_bytes((key.len() as u64) << FORM_BITS) + key.len() + value_bytes
}

/// Reads a change: a key, and its new value unless it is gone. `held` knows the values before.
pub(super) fn read_change<'a, 'b>(
    bytes: &mut &'a [u8],
    held: impl FnOnce(&[u8]) -> Option<&'b [u8]>,
) -> Result<(&'a [u8], Option<Vec<u8>>), UpdateError> {
    let number = read_varint(bytes)?;
    let (length, form) = (number >> FORM_BITS, number & ((1 << FORM_BITS) - 1));
    let length = within(length, TOPIC_KEY_BYTES_MAX).ok_or(UpdateError::KeyTooLong(length))?;
    let key = take(bytes, length)?;
    let value = match form {
        REMOVED => None,
        VALUE => Some(read_entry(bytes)?.to_vec()),
        DELTA => {
            let mut value = held(key).ok_or(UpdateError::NoValue)?.to_vec();
            delta::apply(&mut value, bytes)?;
            Some(value)
        }
        form => return Err(UpdateError::UnknownForm(form)),
    };
    Ok((key, value))
}

pub(super) fn write_entry(entry: &[u8], out: &mut Vec<u8>) {
    write_varint(entry.len() as u64, out);
    out.extend(entry);
}

/// Bytes that an entry takes.
pub(super) fn entry_bytes(entry: &[u8]) -> usize {
    varint_bytes(entry.len() as u64) + entry.len()
}

pub(super) fn read_entry<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], UpdateError> {
    let length = read_varint(bytes)?;
    let length = within(length, TOPIC_VALUE_BYTES_MAX).ok_or(UpdateError::ValueTooLong(length))?;
    Ok(take(bytes, length)?)
}

fn within(length: u64, most: usize) -> Option<usize> {
    usize::try_from(length).ok().filter(|length| *length <= most)
}
