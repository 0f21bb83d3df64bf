//! One read buffer for all connections of a room.
//!
//! Nearly all that ever arrives is a whole input command in a plain frame: final, binary, masked, short. Such
//! frames are taken apart where they lie, in a buffer that stays in the processor's cache. Whatever else
//! arrives goes the long way through the WebSocket library, which keeps a buffer for each connection.

use std::ops::{Deref, Range};

use bytes::Bytes;

/// See the head of this file. Its content belongs to the connection that was read last.
#[derive(Debug)]
pub struct Inbox {
    buffer: Box<[u8; INBOX_BYTES]>,
    /// Plain frames that have not been taken yet.
    rest: Range<usize>,
}

/// Bytes that are read in one go: some hundred input commands.
const INBOX_BYTES: usize = 4 * 1024;

/// A message, wherever it lies.
#[derive(Debug)]
pub enum Message<'a> {
    /// In the inbox.
    Plain(&'a [u8]),
    /// On its own.
    Owned(Bytes),
}

impl Deref for Message<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Message::Plain(bytes) => bytes,
            Message::Owned(bytes) => bytes,
        }
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Inbox { buffer: Box::new([0; INBOX_BYTES]), rest: 0..0 }
    }
}

impl Inbox {
    /// Forgets what another connection left behind.
    pub fn clear(&mut self) {
        self.rest = 0..0;
    }

    /// Where to read to.
    pub(super) fn buffer(&mut self) -> &mut [u8] {
        &mut self.buffer[..]
    }

    /// Takes in that the first `bytes` of the buffer were read. Returns how many frames they are if those are plain
    /// ones, whole, and nothing else; if not, they stay in the buffer and nobody's.
    pub(super) fn fill(&mut self, bytes: usize) -> Option<u32> {
        let (mut at, mut frames) = (0, 0);
        while at < bytes {
            at = plain_payload(&self.buffer[..bytes], at)?.end;
            frames += 1;
        }
        self.rest = 0..bytes;
        Some(frames)
    }

    /// The next message, unmasked, as its place in the buffer.
    pub(super) fn next(&mut self) -> Option<Range<usize>> {
        let payload = plain_payload(&self.buffer[..self.rest.end], self.rest.start)?;
        self.rest.start = payload.end;
        let (before, rest) = self.buffer.split_at_mut(payload.start);
        let key = &before[payload.start - KEY_BYTES..];
        for (byte, key) in rest[..payload.len()].iter_mut().zip(key.iter().cycle()) {
            *byte ^= key;
        }
        Some(payload)
    }

    /// What lies there.
    pub(super) fn bytes(&self, place: Range<usize>) -> &[u8] {
        &self.buffer[place]
    }
}

/// Where the payload lies of a plain frame that begins at `at` and ends within the bytes.
fn plain_payload(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (first, second) = (*bytes.get(at)?, *bytes.get(at + 1)?);
    let length = second ^ MASK_BIT;
    if first != FINAL_BINARY || length > SHORT_MAX {
        return None;
    }
    let start = at + 2 + KEY_BYTES;
    let end = start + usize::from(length);
    (end <= bytes.len()).then_some(start..end)
}

/// FIN and the opcode of binary data, RFC 6455 section 5.2.
const FINAL_BINARY: u8 = 0x82;
const MASK_BIT: u8 = 0x80;
/// Longest payload whose length is in the second byte.
const SHORT_MAX: u8 = 125;
const KEY_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
    use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

    use super::*;

    fn frame(payload: &[u8], key: [u8; 4]) -> Vec<u8> {
        let header = FrameHeader {
            opcode: OpCode::Data(Data::Binary),
            mask: Some(key),
            ..FrameHeader::default()
        };
        let mut bytes = Vec::new();
        Frame::from_payload(header, payload.to_vec().into()).format(&mut bytes).unwrap();
        bytes
    }

    fn fill(inbox: &mut Inbox, bytes: &[u8]) -> Option<u32> {
        inbox.buffer()[..bytes.len()].copy_from_slice(bytes);
        inbox.fill(bytes.len())
    }

    proptest! {
        #[test]
        fn plain_frames_come_out_as_they_went_in(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..126), 0..20),
            key in any::<[u8; 4]>(),
        ) {
            let bytes: Vec<u8> = payloads.iter().flat_map(|payload| frame(payload, key)).collect();
            let mut inbox = Inbox::default();
            prop_assert_eq!(fill(&mut inbox, &bytes), Some(payloads.len() as u32));
            for payload in &payloads {
                let place = inbox.next().expect("one for each");
                prop_assert_eq!(inbox.bytes(place), payload.as_slice());
            }
            prop_assert_eq!(inbox.next(), None);
        }

        #[test]
        fn any_bytes_are_plain_or_not_but_never_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let mut inbox = Inbox::default();
            let frames = fill(&mut inbox, &bytes);
            prop_assert!(frames.is_some() || inbox.next().is_none());
            while inbox.next().is_some() {}
        }
    }

    #[test]
    fn what_is_not_whole_final_binary_masked_and_short_goes_the_long_way() {
        let mut inbox = Inbox::default();
        let good = frame(b"12345678", [1, 2, 3, 4]);
        for (place, byte) in [(0, 0x02), (0, 0x81), (0, 0x89), (0, 0xc2), (1, 8), (1, 0xfe)] {
            let mut bad = good.clone();
            bad[place] = byte;
            let frames = fill(&mut inbox, &[good.clone(), bad].concat());
            assert_eq!(frames, None, "{byte:#x} at {place}");
        }
        assert_eq!(fill(&mut inbox, &good[..good.len() - 1]), None);
        assert_eq!(fill(&mut inbox, &frame(&[0; 126], [0; 4])), None);
    }

    #[test]
    fn what_one_connection_leaves_behind_the_next_one_does_not_get() {
        let mut inbox = Inbox::default();
        assert_eq!(fill(&mut inbox, &frame(b"mine", [9; 4])), Some(1));
        inbox.clear();
        assert_eq!(inbox.next(), None);
    }
}
