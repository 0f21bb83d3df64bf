//! Who is at the other end of one HTTP connection.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::admission::ConnectionPermit;
use crate::budget::TokenBucket;
use crate::limits::{REQUESTS_BURST, REQUESTS_PER_SECOND};

/// One HTTP connection: its address, its leave to be here and its budget of requests.
#[derive(Debug)]
pub struct Visitor {
    peer: SocketAddr,
    permit: ConnectionPermit,
    requests: Mutex<TokenBucket>,
}

impl Visitor {
    /// Someone who has just been let in.
    pub fn new(peer: SocketAddr, permit: ConnectionPermit) -> Self {
        let requests = Mutex::new(TokenBucket::new(REQUESTS_PER_SECOND, REQUESTS_BURST));
        Self { peer, permit, requests }
    }

    /// Its address.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Whether no complete request has come yet.
    pub fn is_silent(&self) -> bool {
        self.permit.is_half_open()
    }

    /// Leave to keep the socket open, for whoever takes it over.
    pub(super) fn permit(&self) -> ConnectionPermit {
        self.permit.clone()
    }

    /// Notes a complete request. False when it is one too many.
    pub(super) fn note_request(&self, now: Instant) -> bool {
        self.permit.opened();
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.refill(now);
        requests.take(1)
    }
}
