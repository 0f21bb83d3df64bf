//! From the answer 101 to the room's tick thread.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use driftfield_shared::protocol::CloseReason;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tracing::debug;

use crate::hub::{ClaimError, Directory, Purses};
use crate::limits::REQUEST_TIME_MAX;
use crate::metrics::Metrics;
use crate::net::admission::ConnectionPermit;
use crate::net::connection::Connection;
use crate::net::http::watch::WatchedSocket;
use crate::room::{Entry, JoinError, RoomHandle};
use crate::store::StoreHandle;

/// Waits in the background until the answer 101 is written, then moves the socket out of tokio and into
/// the room, with what the client said in its request.
pub(in crate::net::http) fn hand_over(
    on_upgrade: OnUpgrade,
    (room, entry): (RoomHandle, Entry),
    till: Till,
    peer: SocketAddr,
    permit: ConnectionPermit,
) {
    tokio::spawn(async move {
        match leave_tokio(on_upgrade, peer, permit).await {
            Ok(connection) => match till.bring(&room, entry).await {
                Ok(entry) => join(&room, &till, connection, entry).await,
                Err(error) => {
                    debug!(%peer, %error, room = room.id(), "not let in");
                    let reason = match error {
                        ClaimError::Elsewhere => CloseReason::StillElsewhere,
                        ClaimError::Unreadable => CloseReason::InternalError,
                    };
                    till.turn_away(&room, connection, reason).await;
                }
            },
            // The peer went away in the middle of its own handshake.
            Err(error) => debug!(%peer, %error, "lost during the upgrade"),
        }
    });
}

/// What a connection needs on its way into a room: above all, what its account owns.
#[derive(Clone, Debug)]
pub(in crate::net::http) struct Till {
    pub(in crate::net::http) purses: Purses,
    pub(in crate::net::http) rooms: Directory,
    pub(in crate::net::http) store: StoreHandle,
    pub(in crate::net::http) metrics: Metrics,
}

impl Till {
    /// The entry with what its account owns, which then plays nowhere else.
    async fn bring(&self, room: &RoomHandle, entry: Entry) -> Result<Entry, ClaimError> {
        let Some(account) = entry.account() else { return Ok(entry) };
        let arrival = self.purses.claim(account, room.id(), &self.rooms, &self.store).await?;
        Ok(entry.arriving(arrival))
    }

    /// Closes a connection that the room did not take, from outside a tick thread.
    async fn turn_away(&self, room: &RoomHandle, mut connection: Connection, reason: CloseReason) {
        self.metrics.room(room.id()).count_rejected(reason.label());
        connection.close(reason);
        while !connection.poll_closed(Instant::now()) {
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
    }
}

/// Hands the connection to the room. When everyone comes at once, as after a restart, the mailbox is
/// full for a tick or two: that is waited for, within a bound.
async fn join(room: &RoomHandle, till: &Till, mut connection: Connection, entry: Entry) {
    let mut attempts_left = JOIN_ATTEMPTS_MAX;
    loop {
        let (refused, reason) = match room.join(connection, entry.clone()) {
            Ok(()) => return,
            Err(JoinError::Full(refused)) => (refused, CloseReason::RoomFull),
            Err(JoinError::Closed(refused)) => (refused, CloseReason::ShuttingDown),
            Err(JoinError::Failed(refused)) => (refused, CloseReason::InternalError),
        };
        connection = *refused;
        attempts_left -= 1;
        if attempts_left == 0 || reason != CloseReason::RoomFull {
            if let Some(account) = entry.account().filter(|_| entry.brings_something()) {
                till.purses.gave_up(account, room.id());
            }
            return till.turn_away(room, connection, reason).await;
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
}

#[derive(Debug, Error)]
enum UpgradeError {
    #[error("the answer could not be written in time")]
    TimedOut,
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error("the connection is not a plain socket")]
    NotASocket,
    #[error(transparent)]
    Io(#[from] io::Error),
}

async fn leave_tokio(
    on_upgrade: OnUpgrade,
    peer: SocketAddr,
    permit: ConnectionPermit,
) -> Result<Connection, UpgradeError> {
    let upgraded = tokio::time::timeout(REQUEST_TIME_MAX, on_upgrade)
        .await
        .map_err(|_| UpgradeError::TimedOut)??;
    let parts =
        upgraded.downcast::<TokioIo<WatchedSocket>>().map_err(|_| UpgradeError::NotASocket)?;
    let socket = parts.io.into_inner().into_inner().into_std()?;
    Ok(Connection::from_socket(socket, parts.read_buf, peer, Some(permit))?)
}

/// About a tick.
const RETRY_INTERVAL: Duration = Duration::from_millis(25);
/// A second in all.
const JOIN_ATTEMPTS_MAX: u32 = 40;
