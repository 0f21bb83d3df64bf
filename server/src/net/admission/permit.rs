//! A permit to keep one socket open.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::Notify;

use super::prefix::{prefixes, widest};
use super::{AdmissionError, Shared};

/// A permit to keep one socket open. Clones are the same permit; it is returned with the last clone.
#[derive(Clone, Debug)]
pub struct ConnectionPermit(Arc<Permit>);

#[derive(Debug)]
struct Permit {
    shared: Arc<Shared>,
    number: u64,
    peer: IpAddr,
    /// The address to which the socket is counted: the peer, or the one client behind a trusted proxy.
    client: OnceLock<IpAddr>,
    is_half_open: AtomicBool,
    replaced: Arc<Notify>,
}

impl ConnectionPermit {
    /// A permit for a socket of `peer`. If `is_counted`, it is already counted to the peer.
    pub(super) fn new(shared: Arc<Shared>, number: u64, peer: IpAddr, is_counted: bool) -> Self {
        ConnectionPermit(Arc::new(Permit {
            shared,
            number,
            peer,
            client: if is_counted { OnceLock::from(peer) } else { OnceLock::new() },
            is_half_open: AtomicBool::new(true),
            replaced: Arc::default(),
        }))
    }

    /// Notes that the socket has sent a complete request.
    pub fn opened(&self) {
        self.0.leave_half_open();
    }

    /// Waits until the socket must make room for others, which can only happen before its first request.
    pub async fn replaced(&self) {
        self.0.replaced.notified().await;
    }

    /// Counts a request to its client; `None`: a trusted proxy's own. Returns false when it is one too many.
    pub fn count_request(&self, client: Option<IpAddr>, now: Instant) -> bool {
        let Some(client) = client else { return true };
        self.0.shared.counts().requests.note(&prefixes(client), now)
    }

    /// Counts a new account to its client; `None`: a trusted proxy's own. Returns false when it is one too many.
    pub fn count_account(&self, client: Option<IpAddr>, now: Instant) -> bool {
        let Some(client) = client else { return true };
        self.0.shared.counts().accounts.note(&prefixes(client), now)
    }

    /// Counts the socket from now on to the client behind a trusted proxy, and to no other.
    ///
    /// # Errors
    /// When the client has too many sockets, or opens them too often.
    pub fn count_client(&self, client: Option<IpAddr>, now: Instant) -> Result<(), AdmissionError> {
        let Some(client) = client.filter(|_| self.0.client.get().is_none()) else { return Ok(()) };
        let mut counts = self.0.shared.counts();
        counts.admit(&prefixes(client), self.0.shared.limits, now)?;
        // The requests of one connection come one after the other, so nothing else sets it meanwhile.
        if self.0.client.set(client).is_err() {
            counts.release(client);
        }
        Ok(())
    }

    /// Tells the socket to make room.
    pub(super) fn replaced_signal(&self) -> Arc<Notify> {
        self.0.replaced.clone()
    }
}

impl Permit {
    fn leave_half_open(&self) {
        if self.is_half_open.swap(false, Ordering::Relaxed) {
            self.shared.counts().half_open.remove(widest(self.peer), self.number);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.leave_half_open();
        let mut counts = self.shared.counts();
        counts.open -= 1;
        if let Some(client) = self.client.get() {
            counts.release(*client);
        }
    }
}
