//! Short hashes of networks, so that moderators can act on them without seeing an address.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use driftfield_shared::protocol::NetworkTag;
use ipnet::IpNet;
use sha2::{Digest, Sha256};

use crate::store::SanctionTarget;

/// Networks that were seen lately, by their short hashes.
#[derive(Debug)]
pub struct Networks {
    key: [u8; 32],
    seen: HashMap<NetworkTag, IpNet>,
    /// The order in which they were first seen.
    order: VecDeque<NetworkTag>,
}

impl Networks {
    /// A table without networks. Keep the key secret: with it, short hashes can be turned back into addresses by trying all.
    pub fn new(key: [u8; 32]) -> Self {
        Networks { key, seen: HashMap::new(), order: VecDeque::new() }
    }

    /// The short hash of a network.
    pub fn tag(&self, network: IpNet) -> NetworkTag {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(network.to_string());
        let [a, b, c, d, e, ..]: [u8; 32] = hash.finalize().into();
        NetworkTag(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]))
    }

    /// The network of an address, and its short hash, by which it is found from now on.
    pub fn note(&mut self, address: IpAddr) -> Option<(NetworkTag, IpNet)> {
        let SanctionTarget::Network(network) = SanctionTarget::address(address) else {
            return None;
        };
        let tag = self.tag(network);
        if self.seen.insert(tag, network).is_none() {
            self.order.push_back(tag);
            if self.order.len() > NETWORKS_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.seen.remove(&oldest);
            }
        }
        debug_assert_eq!(self.seen.len(), self.order.len(), "each has its place in the order");
        Some((tag, network))
    }

    /// The network of a short hash, if it was seen lately.
    pub fn find(&self, tag: NetworkTag) -> Option<IpNet> {
        self.seen.get(&tag).copied()
    }
}

/// Networks that are remembered.
const NETWORKS_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_the_hash_of_its_network_which_depends_on_the_key() {
        let mut networks = Networks::new([1; 32]);
        let mut note = |address: &str| networks.note(address.parse().unwrap()).unwrap();
        let (home, network) = note("2001:db8:0:1::5");
        assert_eq!(network.to_string(), "2001:db8:0:1::/64");
        assert_eq!(note("2001:db8:0:1:ffff::1").0, home);
        assert_ne!(note("2001:db8:0:2::5").0, home);
        let (mapped, _) = note("::ffff:192.0.2.1");
        assert_eq!(note("192.0.2.1").0, mapped);
        assert!(home.0 < 1 << 40 && home.to_string().len() == 10);
        assert_eq!(networks.find(home), Some(network));
        let other = Networks::new([2; 32]);
        assert_eq!(other.find(home), None);
        assert_ne!(other.tag(network), home);
    }

    #[test]
    fn the_networks_seen_first_are_forgotten_first() {
        let mut networks = Networks::new([1; 32]);
        let address = |n: u32| IpAddr::V4(n.into());
        let (first, _) = networks.note(address(1)).unwrap();
        for n in 2..=NETWORKS_MAX as u32 + 1 {
            networks.note(address(n));
        }
        assert_eq!(networks.find(first), None);
        assert_eq!(networks.seen.len(), NETWORKS_MAX);
    }
}
