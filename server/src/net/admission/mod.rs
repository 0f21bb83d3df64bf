//! Admission: limits on open sockets, in total and per address.
//!
//! ```text
//! accept --> `Admission::admit` --> a permit that travels with the socket --> dropped with it
//!                                     \- count_request, count_client: to whom its requests are counted
//! ```
//!
//! Loopback is exempt from the limits per address, since load tests come from there. So is a trusted proxy: its
//! connections are counted to its clients. IPv6 is counted by /64, /56 and /48 at once, because an owner of one IPv6
//! address has a whole network of them.
//!
//! Accepting never waits. When there are too many sockets without a request, the oldest of the busiest network is
//! closed.

mod buckets;
mod half_open;
mod permit;
mod prefix;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use thiserror::Error;

pub use permit::ConnectionPermit;

use super::proxies::TrustedProxies;
use crate::limits::{
    ACCOUNTS_BURST, ACCOUNTS_PER_SECOND, ARRIVALS_BURST_SECONDS, HALF_OPEN_DIVISOR,
    HALF_OPEN_PER_ADDRESS_MAX, REQUESTS_BURST, REQUESTS_PER_SECOND,
};
use buckets::Buckets;
use half_open::HalfOpen;
use prefix::{Prefix, prefixes, widest};

/// Why a socket is refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AdmissionError {
    /// The limit of open sockets is reached.
    #[error("the server has no free connection")]
    Full,
    /// The limit of one network is reached.
    #[error("this address has too many connections")]
    AddressFull,
    /// One network connects too often.
    #[error("this address connects too often")]
    AddressTooOften,
}

impl AdmissionError {
    /// The value of the `reason` label in the metrics.
    pub fn label(self) -> &'static str {
        match self {
            AdmissionError::Full => "connections_full",
            AdmissionError::AddressFull => "address_full",
            AdmissionError::AddressTooOften => "address_too_often",
        }
    }
}

/// The limits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AdmissionLimits {
    /// Open sockets in total, at least 1.
    pub connections: usize,
    /// Open sockets of one IPv4 address or IPv6 /64, at least 1.
    pub per_address: usize,
    /// Sustained new sockets per second of one IPv4 address or IPv6 /64; ten times that at once.
    pub arrivals_per_second: u32,
}

/// Counts open sockets and issues permits.
#[derive(Clone, Debug)]
pub struct Admission {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limits: AdmissionLimits,
    proxies: TrustedProxies,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    open: usize,
    half_open: HalfOpen,
    /// Open sockets by prefix. An entry is removed with its last socket, so there are at most three per socket.
    by_prefix: HashMap<Prefix, usize>,
    arrivals: Buckets,
    requests: Buckets,
    accounts: Buckets,
    /// Number of the next permit.
    number: u64,
}

impl Admission {
    /// With no connection yet.
    pub fn new(limits: AdmissionLimits, proxies: TrustedProxies) -> Self {
        let arrivals = limits.arrivals_per_second;
        let counts = Counts {
            open: 0,
            half_open: HalfOpen::default(),
            by_prefix: HashMap::new(),
            arrivals: Buckets::new(arrivals, arrivals * ARRIVALS_BURST_SECONDS),
            requests: Buckets::new(REQUESTS_PER_SECOND, REQUESTS_BURST),
            accounts: Buckets::new(ACCOUNTS_PER_SECOND, ACCOUNTS_BURST),
            number: 0,
        };
        Self { shared: Arc::new(Shared { limits, proxies, counts: Mutex::new(counts) }) }
    }

    /// Admits a new socket, or says why not. It counts as half-open until [`ConnectionPermit::opened`], and may be
    /// told before that to make room.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn admit(&self, peer: IpAddr, now: Instant) -> Result<ConnectionPermit, AdmissionError> {
        let limits = self.shared.limits;
        let is_proxy = self.shared.proxies.trusts(peer);
        let networks = if is_proxy { Vec::new() } else { prefixes(peer) };
        let mut counts = self.shared.counts();
        if counts.open >= limits.connections {
            return Err(AdmissionError::Full);
        }
        counts.admit(&networks, limits, now)?;
        let network = widest(peer);
        if !networks.is_empty() && counts.half_open.of(network) >= HALF_OPEN_PER_ADDRESS_MAX {
            counts.half_open.replace_oldest_of(network);
        } else if counts.half_open.len() >= (limits.connections / HALF_OPEN_DIVISOR).max(1) {
            counts.half_open.replace_oldest_of_busiest();
        }
        counts.open += 1;
        counts.number += 1;
        let number = counts.number;
        let permit = ConnectionPermit::new(self.shared.clone(), number, peer, !is_proxy);
        counts.half_open.insert(network, number, permit.replaced_signal());
        Ok(permit)
    }

    /// Number of open sockets.
    pub fn open(&self) -> usize {
        self.shared.counts().open
    }
}

impl Shared {
    /// No code panics between two related changes of the counts, so a poisoned lock protects valid counts.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Counts one more open socket to these networks, or says why not.
    fn admit(
        &mut self,
        networks: &[(Prefix, usize)],
        limits: AdmissionLimits,
        now: Instant,
    ) -> Result<(), AdmissionError> {
        for (prefix, factor) in networks {
            let open = self.by_prefix.get(prefix).copied().unwrap_or(0);
            if open >= limits.per_address * factor {
                return Err(AdmissionError::AddressFull);
            }
        }
        if !self.arrivals.note(networks, now) {
            return Err(AdmissionError::AddressTooOften);
        }
        for (prefix, _) in networks {
            *self.by_prefix.entry(*prefix).or_insert(0) += 1;
        }
        Ok(())
    }

    /// Counts one socket less.
    fn release(&mut self, client: IpAddr) {
        for (prefix, _) in prefixes(client) {
            let Some(open) = self.by_prefix.get_mut(&prefix) else {
                debug_assert!(false, "a socket is released that was never counted");
                continue;
            };
            *open -= 1;
            if *open == 0 {
                self.by_prefix.remove(&prefix);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use super::*;

    const LIMITS: AdmissionLimits =
        AdmissionLimits { connections: 64, per_address: 3, arrivals_per_second: 20 };

    fn admission(limits: AdmissionLimits) -> Admission {
        let networks = vec!["10.0.0.0/8".parse().expect("a network")];
        Admission::new(limits, TrustedProxies { networks, ..TrustedProxies::default() })
    }

    fn is_replaced(permit: &ConnectionPermit) -> bool {
        let replaced = std::pin::pin!(permit.replaced());
        replaced.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    fn admit(admission: &Admission, peer: &str) -> Result<ConnectionPermit, AdmissionError> {
        let permit = admission.admit(peer.parse().expect("an address"), Instant::now())?;
        permit.opened();
        Ok(permit)
    }

    #[test]
    fn an_address_has_its_cap_and_gets_it_back() {
        let admission = super::tests::admission(LIMITS);
        let mut permits: Vec<_> =
            (0..3).map(|_| admit(&admission, "192.0.2.1").expect("below the cap")).collect();
        assert_eq!(admit(&admission, "192.0.2.1").err(), Some(AdmissionError::AddressFull));
        assert!(admit(&admission, "192.0.2.2").is_ok());
        permits.pop();
        assert!(admit(&admission, "192.0.2.1").is_ok());
    }

    #[test]
    fn a_permit_counts_until_its_last_clone_is_gone() {
        let admission = super::tests::admission(LIMITS);
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
        let admission = super::tests::admission(AdmissionLimits { connections: 1_000, ..LIMITS });
        let permits: Vec<_> = (0..0x300)
            .filter_map(|n| admit(&admission, &format!("2001:db8:1:{n:x}::1")).ok())
            .collect();
        assert_eq!(permits.len(), 3 * 4, "one /48");
    }

    #[test]
    fn loopback_is_only_bound_by_the_cap_for_all() {
        let admission = super::tests::admission(LIMITS);
        let permits: Vec<_> = (0..LIMITS.connections)
            .map(|_| admit(&admission, "127.0.0.1").expect("exempt"))
            .collect();
        assert_eq!(admit(&admission, "::1").err(), Some(AdmissionError::Full));
        drop(permits);
    }

    #[test]
    fn at_the_bound_the_oldest_socket_without_a_request_of_the_busiest_address_goes() {
        let admission = super::tests::admission(AdmissionLimits { per_address: 64, ..LIMITS });
        let now = Instant::now();
        let admit = |peer: &str| {
            admission.admit(peer.parse().expect("an address"), now).expect("nobody waits")
        };
        let honest = admit("192.0.2.1");
        let flood: Vec<_> = (0..50).map(|_| admit("198.51.100.1")).collect();
        let newcomer = admit("192.0.2.2");
        let half_open_max = LIMITS.connections / HALF_OPEN_DIVISOR;
        assert!(!is_replaced(&honest) && !is_replaced(&newcomer));
        let replaced: Vec<bool> = flood.iter().map(is_replaced).collect();
        let (gone, kept) = replaced.split_at(50 - (half_open_max - 2));
        assert!(gone.iter().all(|gone| *gone) && kept.iter().all(|gone| !gone), "{replaced:?}");
        assert_eq!(admission.shared.counts().half_open.len(), half_open_max);
        // A request takes a socket off the list, and then nothing replaces it.
        honest.opened();
        drop((flood, newcomer));
        assert_eq!(admission.shared.counts().half_open.len(), 0);
        assert!(!is_replaced(&honest));
    }

    #[test]
    fn one_address_has_a_bound_of_its_own_on_sockets_without_a_request() {
        let limits =
            AdmissionLimits { connections: 10_000, per_address: 1_000, arrivals_per_second: 1_000 };
        let admission = super::tests::admission(limits);
        let admit = |peer: &str| {
            admission.admit(peer.parse().expect("an address"), Instant::now()).expect("let in")
        };
        let honest = admit("192.0.2.1");
        let flood: Vec<_> = (0..500).map(|_| admit("198.51.100.1")).collect();
        let kept = flood.iter().filter(|permit| !is_replaced(permit)).count();
        assert_eq!(kept, HALF_OPEN_PER_ADDRESS_MAX);
        assert!(!is_replaced(&honest));
    }

    #[test]
    fn what_a_trusted_proxy_brings_is_counted_to_its_clients() {
        let admission = super::tests::admission(LIMITS);
        let (proxy, now) = ("10.0.0.1".parse().expect("an address"), Instant::now());
        let enter = |client: &str| {
            let permit = admission.admit(proxy, now).expect("proxies are exempt");
            let client = client.parse().expect("an address");
            permit.count_client(Some(client), now).map(|()| permit)
        };
        let permits: Vec<_> =
            (0..3).map(|_| enter("203.0.113.7").expect("below the cap")).collect();
        assert_eq!(enter("203.0.113.7").err(), Some(AdmissionError::AddressFull));
        assert!(enter("203.0.113.8").is_ok(), "another visitor of the same proxy");
        drop(permits);
        assert!(enter("203.0.113.7").is_ok());
    }

    #[test]
    fn requests_are_counted_by_client_and_not_by_connection() {
        let admission = super::tests::admission(LIMITS);
        let (proxy, now) = ("10.0.0.1".parse().expect("an address"), Instant::now());
        let permit = admission.admit(proxy, now).expect("proxies are exempt");
        let request = |client: &str| permit.count_request(client.parse().ok(), now);
        let served = (0..2 * REQUESTS_BURST).filter(|_| request("203.0.113.7")).count();
        assert_eq!(served, REQUESTS_BURST as usize);
        assert!(request("203.0.113.8"), "another visitor over the same connection");
        let other = admission.admit(proxy, now).expect("proxies are exempt");
        assert!(!other.count_request("203.0.113.7".parse().ok(), now), "a connection more");
    }

    #[test]
    fn an_address_that_connects_and_leaves_again_and_again_is_slowed_down() {
        let admission = super::tests::admission(LIMITS);
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
