//! Outgoing bytes of one client: whole frames in, as many bytes out as the socket accepts.

use std::io::{self, Write};

use driftfield_shared::limits::OUTBOUND_BYTES_MAX;

use super::frame::message_header;

/// A bounded byte queue. Only whole frames are accepted, so a refusal never tears the stream.
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

    /// Queues an already framed frame, or nothing of it if it does not fit.
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

    /// Writes each payload as one unmasked binary message at once, behind what is queued, and keeps what the socket
    /// does not accept. `frame` is scratch memory, reused from client to client. Control messages wait here for a
    /// moment, in a buffer of their size; a client that keeps up never has a snapshot in here. Returns false if not all
    /// fits.
    pub(super) fn write_messages<'a>(
        &mut self,
        mut payloads: impl Iterator<Item = &'a [u8]>,
        frame: &mut Vec<u8>,
        socket: &mut impl Write,
    ) -> io::Result<bool> {
        if self.len() > KEPT_CAPACITY {
            let has_room = payloads.all(|payload| self.push_message(payload));
            self.write_to(socket)?;
            return Ok(has_room);
        }
        frame.clear();
        frame.extend_from_slice(&self.bytes[self.written..]);
        for payload in payloads {
            let (header, header_bytes) = message_header(payload.len());
            frame.extend_from_slice(&header[..header_bytes]);
            frame.extend_from_slice(payload);
        }
        if frame.len() > OUTBOUND_BYTES_MAX {
            return Ok(false);
        }
        self.clear();
        let written = attempt(socket, frame)?;
        Ok(written == frame.len() || self.push(&frame[written..]))
    }

    /// Tries once to write everything. What the socket does not accept stays.
    pub(super) fn write_to(&mut self, socket: &mut impl Write) -> io::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        self.written += attempt(socket, &self.bytes[self.written..])?;
        if self.is_empty() {
            self.clear();
        }
        Ok(())
    }

    /// Empties the queue. A welcome is a hundred times the size of other control messages, so its memory is not kept.
    fn clear(&mut self) {
        self.bytes.clear();
        self.written = 0;
        if self.bytes.capacity() > KEPT_CAPACITY {
            self.bytes = Vec::new();
        }
    }

    /// Moves the remaining bytes to the front once the written part is larger: each byte moves at most once per byte
    /// written.
    /// once for every byte written.
    fn compact(&mut self) {
        if self.written > self.bytes.len() / 2 {
            self.bytes.drain(..self.written);
            self.written = 0;
        }
    }
}

/// Tries once to write. Returns the number of bytes that the socket accepted.
fn attempt(socket: &mut impl Write, bytes: &[u8]) -> io::Result<usize> {
    match socket.write(bytes) {
        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
        // An interrupted write is tried again with the next flush, a tick later.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) =>
        {
            Ok(0)
        }
        outcome => outcome,
    }
}

/// Room for some control messages: replies, notices. What follows no more than that is written with it in one call.
const KEPT_CAPACITY: usize = 256;

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::Cursor;

    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket};

    use super::*;

    /// Accepts a scripted number of bytes per write; 0 means that it would block.
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
            messages in prop::collection::vec(
                (prop_oneof![0usize..400, 65_400usize..65_700], any::<bool>()),
                1..8,
            ),
            takes in prop::collection::vec(0usize..3_000, 0..40),
        ) {
            let mut outbox = Outbox::default();
            let mut socket = Trickle { takes: takes.into(), taken: Vec::new() };
            let mut frame = Vec::new();
            for (n, (size, is_at_once)) in messages.iter().enumerate() {
                let message = vec![n as u8; *size];
                let has_room = match is_at_once {
                    true => outbox.write_messages([&message[..]].into_iter(), &mut frame, &mut socket),
                    false => Ok(outbox.push_message(&message)),
                };
                prop_assert!(has_room.expect("never an error"));
                outbox.write_to(&mut socket).expect("never an error");
            }
            while !outbox.is_empty() {
                outbox.write_to(&mut socket).expect("never an error");
            }
            let mut reader = WebSocket::from_raw_socket(Cursor::new(socket.taken), Role::Client, None);
            for (n, (size, _)) in messages.iter().enumerate() {
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
    fn a_message_that_the_socket_takes_leaves_nothing_behind() {
        let mut outbox = Outbox::default();
        let written =
            outbox.write_messages([&[7; 300][..]].into_iter(), &mut Vec::new(), &mut io::sink());
        assert!(written.expect("a sink takes all"));
        assert_eq!((outbox.len(), outbox.bytes.capacity()), (0, 0));
    }

    #[test]
    fn a_snapshot_behind_a_notice_goes_out_with_it_and_takes_no_memory() {
        let (mut outbox, mut frame) = (Outbox::default(), Vec::new());
        let mut socket = Trickle { takes: VecDeque::new(), taken: Vec::new() };
        for _ in 0..3 {
            assert!(outbox.push_message(&[1; 30]));
            let capacity = outbox.bytes.capacity();
            let written = outbox.write_messages(
                [&[2; 1_500][..], &[3; 9]].into_iter(),
                &mut frame,
                &mut socket,
            );
            assert!(written.expect("never an error"));
            assert_eq!((outbox.len(), outbox.bytes.capacity()), (0, capacity));
        }
        assert_eq!(socket.taken.len(), 3 * (2 + 30 + 4 + 1_500 + 2 + 9));
    }

    #[test]
    fn the_memory_of_a_welcome_is_given_back() {
        let mut outbox = Outbox::default();
        assert!(outbox.push_message(&[0; 1_000]));
        outbox.write_to(&mut io::sink()).expect("a sink takes all");
        assert!(outbox.bytes.capacity() <= KEPT_CAPACITY);
    }
}
