//! What a client tells: its events, and what is wrong with a server's messages.

use std::sync::Arc;

use thiserror::Error;

use super::lanes::{RoomNews, TopicError};
use super::predict::hits::HitOutcome;
use super::predict::prediction::Predicted;
use super::session::NewRules;
use super::view::frame::Frame;
use crate::protocol::{DecodeError, ServerControl, Welcome};
use crate::sim::RulesError;
use crate::snapshot::SnapshotError;
use crate::topics::{Handle, News};
use crate::units::Micros;

/// A message that no server of this version sends.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ClientError {
    /// The bytes are malformed.
    #[error("the server's message cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// The snapshot is malformed.
    #[error("the server's snapshot cannot be read: {0}")]
    Snapshot(#[from] SnapshotError),
    /// There is no such sector or mode in the content that the welcome names.
    #[error("the server's rules cannot be used: {0}")]
    Rules(#[from] RulesError),
    /// The update of a topic is malformed.
    #[error("the server's update of a topic cannot be read: {0}")]
    Topic(#[from] TopicError),
    /// A snapshot arrived before the welcome, or a second welcome arrived.
    #[error("the server's messages are out of order")]
    OutOfOrder,
    /// The server goes on sending although nothing is acknowledged.
    #[error("too many messages wait for the content of the game")]
    TooManyHeldBack,
}

/// Events of a client.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientEvent {
    /// The welcome arrived.
    Welcome(Box<Welcome>),
    /// A snapshot arrived.
    Frame(Arc<Frame>),
    /// The next snapshot and all after it are of an epoch with these rules.
    Epoch(NewRules),
    /// Our own ship moved, by a client tick or by reconciliation.
    Predicted(Predicted),
    /// A control message arrived that is not a welcome. Replies are those to our own requests, each once.
    Control(ServerControl),
    /// A topic of the room told something.
    News(RoomNews),
    /// Another topic that was [subscribed to](super::Client::subscribe) told something.
    Topic(Handle, News),
    /// A command was acknowledged this long after it was given to the socket.
    InputEffect(Micros),
    /// A prediction was off by this many units.
    Corrected(f32),
    /// The server judged a hit that was visible on our screen.
    Hit(HitOutcome),
    /// A desync: the state held here differs from the server's record of it. One line per difference.
    Desync(Vec<String>),
}
