//! One read buffer for all connections of a room.
//!
//! Nearly everything that arrives is a whole input command in a plain frame: final, binary, masked, short. Such
//! frames are unmasked in place, in a buffer that stays in the processor's cache. From the first frame of another
//! kind on, the bytes are the "rest", and the WebSocket library reads them from here.

use std::ops::{Deref, Range};

use bytes::Bytes;

use super::frame::{MASKING_KEY_BYTES, plain_payload};

/// The read buffer. Its content belongs to the connection that was read last.
#[derive(Debug)]
pub struct Inbox {
    buffer: Box<[u8; INBOX_BYTES]>,
    /// Whole plain frames that have not been taken yet.
    plain: Range<usize>,
    /// Bytes after them that have not been taken yet.
    rest: Range<usize>,
}

/// Bytes read at once: some hundred input commands.
const INBOX_BYTES: usize = 4 * 1024;

/// A message and where its bytes are.
#[derive(Debug)]
pub enum Message<'a> {
    /// In the inbox.
    Plain(&'a [u8]),
    /// In its own memory.
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
        Inbox { buffer: Box::new([0; INBOX_BYTES]), plain: 0..0, rest: 0..0 }
    }
}

impl Inbox {
    /// Discards what another connection left behind.
    pub fn clear(&mut self) {
        self.plain = 0..0;
        self.rest = 0..0;
    }

    /// The buffer to read into. Its earlier content must have been taken.
    pub(super) fn buffer(&mut self) -> &mut [u8] {
        debug_assert!(self.plain.is_empty() && self.rest.is_empty(), "bytes would be lost");
        &mut self.buffer[..]
    }

    /// Notes that the first `bytes` of the buffer were read, and that a frame begins there. Returns the number of
    /// plain frames at their front.
    pub(super) fn fill(&mut self, bytes: usize) -> u32 {
        let (mut at, mut frames) = (0, 0);
        while let Some(payload) = plain_payload(&self.buffer[..bytes], at) {
            at = payload.end;
            frames += 1;
        }
        self.plain = 0..at;
        self.rest = at..bytes;
        frames
    }

    /// Notes that the first `bytes` of the buffer were read, in the middle of a message: all of them are rest.
    pub(super) fn fill_with_rest(&mut self, bytes: usize) {
        self.plain = 0..0;
        self.rest = 0..bytes;
    }

    /// The next plain message, unmasked, as a range of the buffer.
    pub(super) fn next(&mut self) -> Option<Range<usize>> {
        let payload = plain_payload(&self.buffer[..self.plain.end], self.plain.start)?;
        self.plain.start = payload.end;
        let (before, rest) = self.buffer.split_at_mut(payload.start);
        let key = &before[payload.start - MASKING_KEY_BYTES..];
        for (byte, key) in rest[..payload.len()].iter_mut().zip(key.iter().cycle()) {
            *byte ^= key;
        }
        Some(payload)
    }

    /// The bytes of a range.
    pub(super) fn bytes(&self, place: Range<usize>) -> &[u8] {
        &self.buffer[place]
    }

    /// The rest that has not been taken yet.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.rest.clone()]
    }

    /// Moves as much of the rest into `buffer` as fits, and returns the number of bytes.
    pub(super) fn take_rest(&mut self, buffer: &mut [u8]) -> usize {
        debug_assert!(self.plain.is_empty(), "plain frames come first");
        let bytes = self.rest.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&self.rest()[..bytes]);
        self.rest.start += bytes;
        bytes
    }
}

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

    fn fill(inbox: &mut Inbox, bytes: &[u8]) -> u32 {
        inbox.clear();
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
            prop_assert_eq!(fill(&mut inbox, &bytes), payloads.len() as u32);
            prop_assert!(inbox.rest().is_empty());
            for payload in &payloads {
                let place = inbox.next().expect("one for each");
                prop_assert_eq!(inbox.bytes(place), payload.as_slice());
            }
            prop_assert_eq!(inbox.next(), None);
        }

        #[test]
        fn any_bytes_are_plain_frames_and_a_rest_that_nothing_is_missing_of(
            frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..5),
            noise in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let plain: Vec<u8> = frames.iter().flat_map(|payload| frame(payload, [7; 4])).collect();
            let mut inbox = Inbox::default();
            let count = fill(&mut inbox, &[plain, noise].concat()) as usize;
            prop_assert!(count >= frames.len());
            let taken = std::iter::from_fn(|| inbox.next()).count();
            prop_assert_eq!(taken, count);
            let mut rest = [0; INBOX_BYTES];
            let bytes = inbox.take_rest(&mut rest);
            prop_assert!(inbox.rest().is_empty() && bytes <= 300);
        }
    }

    #[test]
    fn what_is_not_whole_final_binary_masked_and_short_is_left_to_the_library() {
        let mut inbox = Inbox::default();
        let good = frame(b"12345678", [1, 2, 3, 4]);
        for (place, byte) in [(0, 0x02), (0, 0x81), (0, 0x89), (0, 0xc2), (1, 8), (1, 0xfe)] {
            let mut bad = good.clone();
            bad[place] = byte;
            // What follows it stays behind it, whatever it is.
            let rest = [bad, good.clone()].concat();
            let frames = fill(&mut inbox, &[good.clone(), rest.clone()].concat());
            assert_eq!((frames, inbox.rest()), (1, rest.as_slice()), "{byte:#x} at {place}");
        }
        assert_eq!(fill(&mut inbox, &good[..good.len() - 1]), 0);
        assert_eq!(inbox.rest().len(), good.len() - 1);
        assert_eq!(fill(&mut inbox, &frame(&[0; 126], [0; 4])), 0);
    }

    #[test]
    fn what_one_connection_leaves_behind_the_next_one_does_not_get() {
        let mut inbox = Inbox::default();
        assert_eq!(fill(&mut inbox, &[frame(b"mine", [9; 4]), vec![0x82]].concat()), 1);
        inbox.clear();
        assert_eq!(inbox.next(), None);
        assert!(inbox.rest().is_empty());
    }
}
