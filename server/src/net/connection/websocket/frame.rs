//! The header of a WebSocket frame ([RFC 6455 section 5.2](https://www.rfc-editor.org/rfc/rfc6455#section-5.2)).
//!
//! ```text
//! byte 0: FIN, three reserved bits, opcode      byte 1: MASK, length up to 125, or 126 or 127
//! 126: two bytes of length follow               127: eight bytes of length follow
//! MASK set: four bytes of masking key           then the payload
//! ```

use std::ops::Range;

pub(super) const FINAL_BIT: u8 = 0x80;
/// Set in the opcodes of pings, pongs and close frames.
pub(super) const CONTROL_BIT: u8 = 0x08;
pub(super) const MASK_BIT: u8 = 0x80;
/// In the second byte: the length is in the next two bytes.
pub(super) const LENGTH_16: u8 = 126;
/// In the second byte: the length is in the next eight bytes.
pub(super) const LENGTH_64: u8 = 127;
pub(super) const MASKING_KEY_BYTES: usize = 4;
/// The longest header that a server sends; its frames are not masked.
pub(super) const SERVER_HEADER_BYTES_MAX: usize = 10;

/// FIN and the opcode of binary data.
const FINAL_BINARY: u8 = 0x82;
/// Longest payload whose length is in the second byte.
const SHORT_MAX: u8 = 125;

/// The place of the payload of a plain frame (final, binary, masked, short) that begins at `at` and ends within the
/// bytes.
pub(super) fn plain_payload(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (first, second) = (*bytes.get(at)?, *bytes.get(at + 1)?);
    let length = second ^ MASK_BIT;
    if first != FINAL_BINARY || length > SHORT_MAX {
        return None;
    }
    let start = at + 2 + MASKING_KEY_BYTES;
    let end = start + usize::from(length);
    (end <= bytes.len()).then_some(start..end)
}

/// The header of a final, unmasked binary frame, and its length.
pub(super) fn message_header(payload_bytes: usize) -> ([u8; SERVER_HEADER_BYTES_MAX], usize) {
    let mut header = [0; SERVER_HEADER_BYTES_MAX];
    header[0] = FINAL_BINARY;
    match payload_bytes {
        0..=125 => {
            header[1] = payload_bytes as u8;
            (header, 2)
        }
        126..=0xffff => {
            header[1] = LENGTH_16;
            header[2..4].copy_from_slice(&(payload_bytes as u16).to_be_bytes());
            (header, 4)
        }
        _ => {
            header[1] = LENGTH_64;
            header[2..].copy_from_slice(&(payload_bytes as u64).to_be_bytes());
            (header, SERVER_HEADER_BYTES_MAX)
        }
    }
}
