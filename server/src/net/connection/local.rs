//! A connection without a network, for the house bots.
//!
//! Two bounded channels of whole messages. A bot that stops reading is treated like any slow client.

use std::sync::OnceLock;

use bytes::Bytes;
use driftfield_shared::protocol::CloseReason;
use thiserror::Error;

use super::Disconnect;
use crate::sync::Arc;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};

/// The room's end.
#[derive(Debug)]
pub(super) struct LocalEnd {
    /// `None` once this side has ended the connection.
    to_bot: Option<SyncSender<Bytes>>,
    from_bot: Receiver<Bytes>,
    shared: Arc<Shared>,
    end: Option<Disconnect>,
}

/// The bot's end of an in-process connection.
#[derive(Debug)]
pub struct LocalLink {
    to_room: SyncSender<Bytes>,
    from_room: Receiver<Bytes>,
    shared: Arc<Shared>,
}

/// Why a [`LocalLink`] has ended.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum LinkEnd {
    /// The room closed it for this reason.
    #[error("{0}")]
    Closed(CloseReason),
    /// The room is gone without a reason.
    #[error("the room is gone")]
    Gone,
}

#[derive(Debug, Default)]
struct Shared {
    /// Messages to the bot that it has not received yet.
    waiting: AtomicUsize,
    reason: OnceLock<CloseReason>,
}

pub(super) fn pair() -> (LocalEnd, LocalLink) {
    let (to_bot, from_room) = sync_channel(MESSAGES_WAITING_MAX);
    let (to_room, from_bot) = sync_channel(MESSAGES_WAITING_MAX);
    let shared = Arc::new(Shared::default());
    (
        LocalEnd { to_bot: Some(to_bot), from_bot, shared: shared.clone(), end: None },
        LocalLink { to_room, from_room, shared },
    )
}

impl LocalEnd {
    pub(super) fn receive(&mut self) -> Result<Option<Bytes>, Disconnect> {
        self.check()?;
        match self.from_bot.try_recv() {
            Ok(message) => Ok(Some(message)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(self.end_with(Disconnect::Closed)),
        }
    }

    pub(super) fn send(&mut self, message: &[u8]) -> Result<(), Disconnect> {
        self.check()?;
        // Counted before it is sent, because the bot counts down as soon as it has it.
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let sent = match &self.to_bot {
            Some(to_bot) => to_bot.try_send(Bytes::copy_from_slice(message)),
            None => Ok(()),
        };
        sent.map_err(|error| {
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => {
                    self.close(CloseReason::TooSlow);
                    Disconnect::Refused(CloseReason::TooSlow)
                }
                TrySendError::Disconnected(_) => self.end_with(Disconnect::Closed),
            }
        })
    }

    /// Waiting messages, beyond the few that are always under way when room and bot run on two threads.
    pub(super) fn backlog(&self) -> usize {
        self.shared.waiting.load(Ordering::Relaxed).saturating_sub(MESSAGES_UNDER_WAY)
    }

    pub(super) fn close(&mut self, reason: CloseReason) {
        if self.end.is_none() {
            let _ = self.shared.reason.set(reason);
            self.end_with(Disconnect::Refused(reason));
        }
    }

    pub(super) fn check(&self) -> Result<(), Disconnect> {
        self.end.map_or(Ok(()), Err)
    }

    fn end_with(&mut self, end: Disconnect) -> Disconnect {
        self.to_bot = None;
        self.end = Some(end);
        end
    }
}

impl LocalLink {
    /// Sends the room one message.
    ///
    /// # Errors
    /// When the connection has ended. A room that is behind drops the message, as it would drop a late input command;
    /// that is no error.
    pub fn try_send(&self, message: Vec<u8>) -> Result<(), LinkEnd> {
        match self.to_room.try_send(message.into()) {
            Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
            Err(TrySendError::Disconnected(_)) => Err(self.end()),
        }
    }

    /// The next message of the room; `None` when there is none yet.
    ///
    /// # Errors
    /// When the connection has ended and everything sent before has been received.
    pub fn try_receive(&self) -> Result<Option<Bytes>, LinkEnd> {
        match self.from_room.try_recv() {
            Ok(message) => {
                self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
                Ok(Some(message))
            }
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(self.end()),
        }
    }

    fn end(&self) -> LinkEnd {
        self.shared.reason.get().map_or(LinkEnd::Gone, |reason| LinkEnd::Closed(*reason))
    }
}

/// Messages per direction: two seconds at the usual rate.
const MESSAGES_WAITING_MAX: usize = 64;
/// A snapshot and a few control messages of one tick.
const MESSAGES_UNDER_WAY: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_go_both_ways_in_order() {
        let (mut end, link) = pair();
        for n in 0..3 {
            link.try_send(vec![n]).expect("open");
            end.send(&[10 + n]).expect("open");
        }
        for n in 0..3 {
            assert_eq!(end.receive(), Ok(Some(Bytes::from(vec![n]))));
            assert_eq!(link.try_receive(), Ok(Some(Bytes::from(vec![10 + n]))));
        }
        assert_eq!(end.receive(), Ok(None));
        assert_eq!(link.try_receive(), Ok(None));
    }

    #[test]
    fn a_bot_hears_why_after_all_that_was_said_before() {
        let (mut end, link) = pair();
        end.send(b"last words").expect("open");
        end.close(CloseReason::SeatNeeded);
        end.close(CloseReason::InternalError);
        assert_eq!(end.receive(), Err(Disconnect::Refused(CloseReason::SeatNeeded)));
        assert_eq!(link.try_receive(), Ok(Some(Bytes::from_static(b"last words"))));
        assert_eq!(link.try_receive(), Err(LinkEnd::Closed(CloseReason::SeatNeeded)));
    }

    #[test]
    fn a_bot_that_never_reads_is_congested_and_then_too_slow() {
        let (mut end, link) = pair();
        let refusal = (0..=MESSAGES_WAITING_MAX).find_map(|_| end.send(b"tick").err());
        assert_eq!(refusal, Some(Disconnect::Refused(CloseReason::TooSlow)));
        assert!(end.backlog() > 0);
        drop(link);
    }

    #[test]
    fn a_bot_that_is_dropped_has_closed() {
        let (mut end, link) = pair();
        drop(link);
        assert_eq!(end.receive(), Err(Disconnect::Closed));
        assert_eq!(end.send(b"hello?"), Err(Disconnect::Closed));
    }
}
