//! Who may connect at all: caps on open sockets, for everyone and for each address.
//!
//! accept --> `Admission::admit` --> a permit that travels with the socket --> dropped with it
//!
//! Loopback is exempt from the caps per address: behind a reverse proxy everybody comes from there, and
//! so do load tests. IPv6 is counted by /64, /56 and /48 at once, because whoever has one address there
//! has a whole network of them.

mod arrivals;
mod prefix;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use thiserror::Error;

use crate::limits::HALF_OPEN_DIVISOR;
use arrivals::Arrivals;
use prefix::{Prefix, prefixes};

/// Why a socket is not let in.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AdmissionError {
    /// As many sockets are open as may be.
    #[error("the server has no connection left")]
    Full,
    /// Too many sockets have not said anything yet.
    #[error("too many connections are waiting for their first request")]
    HalfOpenFull,
    /// One network has as many as it may.
    #[error("this address has too many connections")]
    AddressFull,
    /// One network connects again and again.
    #[error("this address connects too often")]
    AddressTooOften,
}

impl AdmissionError {
    /// The value of the `reason` label in the metrics.
    pub fn label(self) -> &'static str {
        match self {
            AdmissionError::Full => "connections_full",
            AdmissionError::HalfOpenFull => "half_open_full",
            AdmissionError::AddressFull => "address_full",
            AdmissionError::AddressTooOften => "address_too_often",
        }
    }
}

/// The caps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AdmissionLimits {
    /// Open sockets in all.
    pub connections: usize,
    /// Open sockets of one IPv4 address or IPv6 /64.
    pub per_address: usize,
}

/// Counts open sockets and hands out permits.
#[derive(Clone, Debug)]
pub struct Admission {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limits: AdmissionLimits,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    open: usize,
    half_open: usize,
    /// Open sockets by prefix; an entry goes with its last socket, so there are at most three a socket.
    by_prefix: HashMap<Prefix, usize>,
    arrivals: Arrivals,
}

impl Admission {
    /// Nobody is connected yet.
    pub fn new(limits: AdmissionLimits) -> Self {
        let counts =
            Counts { open: 0, half_open: 0, by_prefix: HashMap::new(), arrivals: Arrivals::new() };
        Self { shared: Arc::new(Shared { limits, counts: Mutex::new(counts) }) }
    }

    /// Lets a new socket in, or says why not. It counts as half-open until
    /// [`ConnectionPermit::opened`].
    ///
    /// # Errors
    /// When a cap is reached.
    pub fn admit(&self, peer: IpAddr, now: Instant) -> Result<ConnectionPermit, AdmissionError> {
        let limits = self.shared.limits;
        let prefixes = prefixes(peer);
        let mut counts = self.shared.counts();
        if counts.open >= limits.connections {
            return Err(AdmissionError::Full);
        }
        if counts.half_open >= (limits.connections / HALF_OPEN_DIVISOR).max(1) {
            return Err(AdmissionError::HalfOpenFull);
        }
        for (prefix, factor) in &prefixes {
            let open = counts.by_prefix.get(prefix).copied().unwrap_or(0);
            if open >= limits.per_address * factor {
                return Err(AdmissionError::AddressFull);
            }
        }
        for (prefix, factor) in &prefixes {
            if !counts.arrivals.note(*prefix, *factor as u32, now) {
                return Err(AdmissionError::AddressTooOften);
            }
        }
        counts.open += 1;
        counts.half_open += 1;
        for (prefix, _) in &prefixes {
            *counts.by_prefix.entry(*prefix).or_insert(0) += 1;
        }
        drop(counts);
        Ok(ConnectionPermit(Arc::new(Permit {
            shared: self.shared.clone(),
            peer,
            is_half_open: AtomicBool::new(true),
        })))
    }

    /// Sockets that are open now.
    pub fn open(&self) -> usize {
        self.shared.counts().open
    }
}

impl Shared {
    /// Every change of the counts is complete before anything can panic, so a poisoned lock holds
    /// sound counts.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to keep one socket open. Its clones are the same permit; it is given back with the last one.
#[derive(Clone, Debug)]
pub struct ConnectionPermit(Arc<Permit>);

impl ConnectionPermit {
    /// The socket has sent a complete request.
    pub fn opened(&self) {
        self.0.leave_half_open();
    }

    /// Whether no complete request has come yet.
    pub fn is_half_open(&self) -> bool {
        self.0.is_half_open.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct Permit {
    shared: Arc<Shared>,
    peer: IpAddr,
    is_half_open: AtomicBool,
}

impl Permit {
    fn leave_half_open(&self) {
        if self.is_half_open.swap(false, Ordering::Relaxed) {
            self.shared.counts().half_open -= 1;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.leave_half_open();
        let mut counts = self.shared.counts();
        counts.open -= 1;
        for (prefix, _) in prefixes(self.peer) {
            if let Some(open) = counts.by_prefix.get_mut(&prefix) {
                *open -= 1;
                if *open == 0 {
                    counts.by_prefix.remove(&prefix);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: AdmissionLimits = AdmissionLimits { connections: 64, per_address: 3 };

    fn admit(admission: &Admission, peer: &str) -> Result<ConnectionPermit, AdmissionError> {
        let permit = admission.admit(peer.parse().expect("an address"), Instant::now())?;
        permit.opened();
        Ok(permit)
    }

    #[test]
    fn an_address_has_its_cap_and_gets_it_back() {
        let admission = Admission::new(LIMITS);
        let mut permits: Vec<_> =
            (0..3).map(|_| admit(&admission, "192.0.2.1").expect("below the cap")).collect();
        assert_eq!(admit(&admission, "192.0.2.1").err(), Some(AdmissionError::AddressFull));
        assert!(admit(&admission, "192.0.2.2").is_ok());
        permits.pop();
        assert!(admit(&admission, "192.0.2.1").is_ok());
    }

    #[test]
    fn a_permit_counts_until_its_last_clone_is_gone() {
        let admission = Admission::new(LIMITS);
        let permit = admit(&admission, "192.0.2.1").expect("free");
        let clone = permit.clone();
        drop(permit);
        assert_eq!(admission.open(), 1);
        drop(clone);
        assert_eq!(admission.open(), 0);
        assert!(admission.shared.counts().by_prefix.is_empty());
    }

    #[test]
    fn a_whole_ipv6_network_cannot_multiply_its_cap() {
        let admission = Admission::new(AdmissionLimits { connections: 1_000, per_address: 3 });
        let permits: Vec<_> = (0..0x300)
            .filter_map(|n| admit(&admission, &format!("2001:db8:1:{n:x}::1")).ok())
            .collect();
        assert_eq!(permits.len(), 3 * 4, "one /48");
    }

    #[test]
    fn loopback_is_only_bound_by_the_cap_for_all() {
        let admission = Admission::new(LIMITS);
        let permits: Vec<_> = (0..LIMITS.connections)
            .map(|_| admit(&admission, "127.0.0.1").expect("exempt"))
            .collect();
        assert_eq!(admit(&admission, "::1").err(), Some(AdmissionError::Full));
        drop(permits);
    }

    #[test]
    fn sockets_that_say_nothing_have_a_smaller_cap() {
        let admission = Admission::new(LIMITS);
        let peer = "127.0.0.1".parse().expect("an address");
        let now = Instant::now();
        let permits: Vec<_> = (0..LIMITS.connections / HALF_OPEN_DIVISOR)
            .map(|_| admission.admit(peer, now).expect("below the cap"))
            .collect();
        assert_eq!(admission.admit(peer, now).err(), Some(AdmissionError::HalfOpenFull));
        permits[0].opened();
        assert!(admission.admit(peer, now).is_ok());
    }

    #[test]
    fn who_connects_and_leaves_again_and_again_is_slowed_down() {
        let admission = Admission::new(LIMITS);
        let peer = "192.0.2.1".parse().expect("an address");
        let start = Instant::now();
        let admitted = |from: Instant, attempts: u64| {
            (0..attempts)
                .filter(|n| admission.admit(peer, from + Duration::from_millis(20 * n)).is_ok())
                .count()
        };
        // 50 a second for a minute: the burst, then the rate.
        let got = admitted(start, 3_000);
        assert!((1_350..1_450).contains(&got), "{got}");
    }
}
