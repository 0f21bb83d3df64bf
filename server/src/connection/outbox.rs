//! Bytes on their way to one client: whole frames in, as much as the socket takes out.

use std::io::{self, Write};

use driftfield_shared::limits::OUTBOUND_BYTES_MAX;

/// A bounded byte queue. Frames are only ever taken whole, so a refusal never tears the stream.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    written: usize,
}

impl Outbox {
    /// Bytes still to be written.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.written
    }

    /// Whether everything was written.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Queues a frame that is already framed, or nothing of it if it does not fit.
    pub(super) fn push(&mut self, frame: &[u8]) -> bool {
        if self.len() + frame.len() > OUTBOUND_BYTES_MAX {
            return false;
        }
        self.compact();
        self.bytes.extend_from_slice(frame);
        true
    }

    /// Queues `payload` as one unmasked binary message, or nothing of it if it does not fit.
    pub(super) fn push_message(&mut self, payload: &[u8]) -> bool {
        let (header, header_bytes) = message_header(payload.len());
        if self.len() + header_bytes + payload.len() > OUTBOUND_BYTES_MAX {
            return false;
        }
        self.compact();
        self.bytes.reserve(header_bytes + payload.len());
        self.bytes.extend_from_slice(&header[..header_bytes]);
        self.bytes.extend_from_slice(payload);
        true
    }

    /// One attempt to write all of it. What the socket does not take stays.
    pub(super) fn write_to(&mut self, socket: &mut impl Write) -> io::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        match socket.write(&self.bytes[self.written..]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(bytes) => self.written += bytes,
            // An interrupted write is tried again with the next flush, a tick later.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) => {}
            Err(error) => return Err(error),
        }
        if self.is_empty() {
            self.bytes.clear();
            self.written = 0;
            // A welcome is a hundred times a snapshot: its memory is not kept for every client for good.
            if self.bytes.capacity() > KEPT_CAPACITY {
                self.bytes = Vec::new();
            }
        }
        Ok(())
    }

    /// Moves what is left to the front once the written part is the larger one: each byte moves at most
    /// once for every byte written.
    fn compact(&mut self) {
        if self.written > self.bytes.len() / 2 {
            self.bytes.drain(..self.written);
            self.written = 0;
        }
    }
}

/// The header of a final, unmasked binary frame, and how many of its bytes count.
fn message_header(payload_bytes: usize) -> ([u8; HEADER_BYTES_MAX], usize) {
    let mut header = [0; HEADER_BYTES_MAX];
    header[0] = FINAL_BINARY;
    match payload_bytes {
        0..=125 => {
            header[1] = payload_bytes as u8;
            (header, 2)
        }
        126..=0xffff => {
            header[1] = 126;
            header[2..4].copy_from_slice(&(payload_bytes as u16).to_be_bytes());
            (header, 4)
        }
        _ => {
            header[1] = 127;
            header[2..].copy_from_slice(&(payload_bytes as u64).to_be_bytes());
            (header, HEADER_BYTES_MAX)
        }
    }
}

const FINAL_BINARY: u8 = 0x82;
const HEADER_BYTES_MAX: usize = 10;
/// Room for several snapshots.
const KEPT_CAPACITY: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::Cursor;

    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket};

    use super::*;

    /// Takes a scripted number of bytes per write; 0 means that it would block.
    struct Trickle {
        takes: VecDeque<usize>,
        taken: Vec<u8>,
    }

    impl Write for Trickle {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let bytes = match self.takes.pop_front() {
                Some(0) => return Err(io::ErrorKind::WouldBlock.into()),
                Some(take) => &bytes[..take.min(bytes.len())],
                None => bytes,
            };
            self.taken.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn a_socket_that_takes_little_gets_every_message_in_order(
            sizes in prop::collection::vec(prop_oneof![0usize..400, 65_400usize..65_700], 1..8),
            takes in prop::collection::vec(0usize..3_000, 0..40),
        ) {
            let mut outbox = Outbox::default();
            let mut socket = Trickle { takes: takes.into(), taken: Vec::new() };
            for (n, size) in sizes.iter().enumerate() {
                prop_assert!(outbox.push_message(&vec![n as u8; *size]));
                outbox.write_to(&mut socket).expect("never an error");
            }
            while !outbox.is_empty() {
                outbox.write_to(&mut socket).expect("never an error");
            }
            let mut reader = WebSocket::from_raw_socket(Cursor::new(socket.taken), Role::Client, None);
            for (n, size) in sizes.iter().enumerate() {
                let message = reader.read().expect("well-framed");
                prop_assert_eq!(message, Message::binary(vec![n as u8; *size]));
            }
        }
    }

    #[test]
    fn a_full_outbox_refuses_whole_messages_and_keeps_what_it_has() {
        let mut outbox = Outbox::default();
        while outbox.push_message(&[7; 60_000]) {}
        let full = outbox.len();
        assert!(full <= OUTBOUND_BYTES_MAX && full > OUTBOUND_BYTES_MAX - 60_100);
        assert!(!outbox.push_message(&[7; 60_000]));
        assert_eq!(outbox.len(), full);
    }

    #[test]
    fn the_memory_of_a_welcome_is_given_back() {
        let mut outbox = Outbox::default();
        assert!(outbox.push_message(&[0; 200_000]));
        outbox.write_to(&mut io::sink()).expect("a sink takes all");
        assert!(outbox.bytes.capacity() <= KEPT_CAPACITY);
    }
}
