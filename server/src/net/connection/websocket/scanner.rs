//! Counts WebSocket frames in a stream of bytes, below the WebSocket layer.
//!
//! bytes as they came from the socket --> `FrameScanner::scan` --> frames begun, or a length over the limit
//!
//! A WebSocket library handles pings and empty continuation frames without reporting them. A single socket can keep a
//! core busy with fifteen million of them per second. Counting headers here sees every one. Framing: [RFC 6455
//! section 5.2](https://www.rfc-editor.org/rfc/rfc6455#section-5.2).

use thiserror::Error;

use super::frame::{CONTROL_BIT, FINAL_BIT, LENGTH_16, LENGTH_64, MASK_BIT, MASKING_KEY_BYTES};

/// A frame declares a payload longer than any message may be.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a frame of {0} bytes was declared")]
pub(super) struct FrameTooLong(pub u64);

/// Position of the next byte within a frame. Works for any split of the stream into reads.
#[derive(Debug, Default)]
pub(super) struct FrameScanner {
    next: Next,
    /// Whether more frames of the current message must follow.
    is_in_message: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Next {
    /// FIN, reserved bits and opcode.
    #[default]
    First,
    /// MASK and the 7-bit length.
    Second,
    /// Bytes of a 16- or 64-bit length, most significant first.
    Length { missing: u8, value: u64, masked: bool },
    /// The masking key and the payload, which contain no framing.
    Skip(u64),
}

impl FrameScanner {
    /// Whether all frames and all messages so far are complete.
    pub(super) fn is_between_messages(&self) -> bool {
        matches!(self.next, Next::First) && !self.is_in_message
    }

    /// Scans the next bytes of the stream. Returns the number of frames whose length became known.
    ///
    /// # Errors
    /// As soon as a length above `payload_max` is declared, whether or not its payload ever comes.
    pub(super) fn scan(&mut self, bytes: &[u8], payload_max: u64) -> Result<u32, FrameTooLong> {
        let mut frames = 0;
        let mut rest = bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            self.next = match self.next {
                Next::First => {
                    if byte & CONTROL_BIT == 0 {
                        self.is_in_message = byte & FINAL_BIT == 0;
                    }
                    Next::Second
                }
                Next::Second => {
                    let masked = byte & MASK_BIT != 0;
                    match byte & !MASK_BIT {
                        LENGTH_16 => Next::Length { missing: 2, value: 0, masked },
                        LENGTH_64 => Next::Length { missing: 8, value: 0, masked },
                        length => {
                            frames += 1;
                            after_length(u64::from(length), masked, payload_max)?
                        }
                    }
                }
                Next::Length { missing, value, masked } => {
                    let value = value << 8 | u64::from(byte);
                    if missing > 1 {
                        Next::Length { missing: missing - 1, value, masked }
                    } else {
                        frames += 1;
                        after_length(value, masked, payload_max)?
                    }
                }
                Next::Skip(bytes_left) => {
                    let here = bytes_left.min(rest.len() as u64);
                    rest = &rest[here as usize..];
                    self.next = skip(bytes_left - here);
                    continue;
                }
            };
            rest = tail;
        }
        Ok(frames)
    }
}

fn after_length(length: u64, masked: bool, payload_max: u64) -> Result<Next, FrameTooLong> {
    if length > payload_max {
        return Err(FrameTooLong(length));
    }
    let key = if masked { MASKING_KEY_BYTES as u64 } else { 0 };
    Ok(skip(key.saturating_add(length)))
}

fn skip(bytes: u64) -> Next {
    if bytes == 0 { Next::First } else { Next::Skip(bytes) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The naive model: it has the whole stream in memory.
    fn frames_of_whole_stream(bytes: &[u8], payload_max: u64) -> Result<u32, FrameTooLong> {
        let mut frames = 0;
        let mut at = 0;
        while at + 2 <= bytes.len() {
            let short = bytes[at + 1] & 0x7f;
            let (length, header) = match short {
                126 if at + 4 <= bytes.len() => {
                    (u64::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]])), 4)
                }
                127 if at + 10 <= bytes.len() => {
                    let eight = bytes[at + 2..at + 10].try_into().expect("eight bytes");
                    (u64::from_be_bytes(eight), 10)
                }
                126 | 127 => break,
                short => (u64::from(short), 2),
            };
            frames += 1;
            if length > payload_max {
                return Err(FrameTooLong(length));
            }
            at += header + if bytes[at + 1] & 0x80 != 0 { 4 } else { 0 } + length as usize;
        }
        Ok(frames)
    }

    fn frame() -> impl Strategy<Value = Vec<u8>> {
        (any::<u8>(), any::<bool>(), 0usize..400, 0u8..3).prop_map(
            |(first, masked, length, form)| {
                let mask = if masked { 0x80 } else { 0 };
                let mut bytes = vec![first];
                match (form, length) {
                    (0, 0..126) => bytes.push(mask | length as u8),
                    (0 | 1, _) => {
                        bytes.push(mask | 126);
                        bytes.extend((length as u16).to_be_bytes());
                    }
                    _ => {
                        bytes.push(mask | 127);
                        bytes.extend((length as u64).to_be_bytes());
                    }
                }
                if masked {
                    bytes.extend([0xa5; 4]);
                }
                bytes.resize(bytes.len() + length, 0xff);
                bytes
            },
        )
    }

    /// Streams of frames with a cut tail, and pure noise.
    fn stream() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            (prop::collection::vec(frame(), 0..20), 0usize..20).prop_map(|(frames, cut)| {
                let mut bytes = frames.concat();
                bytes.truncate(bytes.len().saturating_sub(cut));
                bytes
            }),
            prop::collection::vec(any::<u8>(), 0..300),
        ]
    }

    proptest! {
        #[test]
        fn any_cut_of_a_stream_counts_as_the_naive_parser_does(
            bytes in stream(),
            cuts in prop::collection::vec(1usize..40, 1..30),
            payload_max in prop_oneof![Just(u64::MAX / 2), 0u64..400],
        ) {
            let mut scanner = FrameScanner::default();
            let mut counted = Ok(0);
            let mut rest = bytes.as_slice();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, tail) = rest.split_at((*cut).min(rest.len()));
                rest = tail;
                match scanner.scan(chunk, payload_max) {
                    Ok(frames) => counted = counted.map(|sum: u32| sum + frames),
                    Err(refusal) => {
                        counted = Err(refusal);
                        break;
                    }
                }
            }
            prop_assert_eq!(counted, frames_of_whole_stream(&bytes, payload_max));
        }
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_any_payload() {
        //            fin+binary  mask+127  8 MiB
        let header = [0x82, 0xff, 0, 0, 0, 0, 0, 0x80, 0, 0];
        assert_eq!(FrameScanner::default().scan(&header, 512), Err(FrameTooLong(8 << 20)));
    }

    #[test]
    fn a_message_ends_with_its_final_frame_and_not_with_a_ping_amid_it() {
        let mut scanner = FrameScanner::default();
        let mut is_between = |bytes: &[u8]| {
            scanner.scan(bytes, 512).expect("short frames");
            scanner.is_between_messages()
        };
        assert!(is_between(&[0x82, 0x80, 1, 2, 3, 4]), "a whole message");
        assert!(!is_between(&[0x82]), "a frame that has begun");
        assert!(is_between(&[0x80, 1, 2, 3, 4]));
        assert!(!is_between(&[0x02, 0x80, 1, 2, 3, 4]), "the first part of a message");
        assert!(!is_between(&[0x89, 0x80, 1, 2, 3, 4]), "a ping");
        assert!(is_between(&[0x80, 0x80, 1, 2, 3, 4]), "the last part");
    }

    #[test]
    fn empty_continuations_are_counted_every_one() {
        let flood = [0x00, 0x80, 1, 2, 3, 4].repeat(1_000);
        assert_eq!(FrameScanner::default().scan(&flood, 512), Ok(1_000));
    }
}
