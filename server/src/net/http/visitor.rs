//! Who is at the other end of one HTTP connection.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::watch::Watch;
use crate::net::admission::{AdmissionError, ConnectionPermit};

/// One HTTP connection: its address, its leave to be here and what it is doing.
#[derive(Debug)]
pub struct Visitor {
    peer: SocketAddr,
    permit: ConnectionPermit,
    watch: Arc<Watch>,
}

impl Visitor {
    /// Someone who has just been let in, and is let go after `keep_alive` without a request.
    pub fn new(peer: SocketAddr, permit: ConnectionPermit, keep_alive: Duration) -> Self {
        Self { peer, permit, watch: Arc::new(Watch::new(keep_alive, Instant::now())) }
    }

    /// The address of the connection: a client's, or that of a proxy.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// What the connection is doing.
    pub(super) fn watch(&self) -> Arc<Watch> {
        self.watch.clone()
    }

    /// Waits until the socket must make room for others.
    pub(super) async fn replaced(&self) {
        self.permit.replaced().await;
    }

    /// Leave to keep the socket open, for whoever takes it over. The socket is counted to `client` from now on.
    ///
    /// # Errors
    /// When the client has too many sockets.
    pub(super) fn permit_for(
        &self,
        client: Option<IpAddr>,
    ) -> Result<ConnectionPermit, AdmissionError> {
        self.permit.count_client(client, Instant::now())?;
        Ok(self.permit.clone())
    }

    /// Notes a new account of `client`. False when it is one too many.
    pub(super) fn note_account(&self, client: Option<IpAddr>, now: Instant) -> bool {
        self.permit.count_account(client, now)
    }

    /// Notes a complete request of `client`. False when it is one too many.
    pub(super) fn note_request(&self, client: Option<IpAddr>, now: Instant) -> bool {
        self.permit.opened();
        self.watch.note_request(now);
        self.permit.count_request(client, now)
    }
}
