//! The networks that an address belongs to.

use std::net::IpAddr;

use crate::limits::{IPV6_48_FACTOR, IPV6_56_FACTOR};

/// A network: the leading bits of an address, and their number.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Prefix {
    bits: u128,
    length: u8,
}

/// The network by which sockets without a request are counted: the IPv4 address, or the /48 of IPv6. Loopback has
/// one.
pub(super) fn widest(address: IpAddr) -> Prefix {
    match address.to_canonical() {
        IpAddr::V4(address) => Prefix { bits: u128::from(u32::from(address)), length: 32 },
        IpAddr::V6(address) => Prefix { bits: u128::from(address) >> 80, length: 48 },
    }
}

/// The networks by which an address is counted, each with the factor on its limit. None for loopback.
pub(super) fn prefixes(address: IpAddr) -> Vec<(Prefix, usize)> {
    match address.to_canonical() {
        address if address.is_loopback() => Vec::new(),
        IpAddr::V4(address) => {
            vec![(Prefix { bits: u128::from(u32::from(address)), length: 32 }, 1)]
        }
        IpAddr::V6(address) => {
            let bits = u128::from(address);
            let network = |length: u8| Prefix { bits: bits >> (128 - length), length };
            vec![(network(64), 1), (network(56), IPV6_56_FACTOR), (network(48), IPV6_48_FACTOR)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Vec<(Prefix, usize)> {
        prefixes(address.parse().expect("an address"))
    }

    #[test]
    fn neighbours_share_exactly_the_networks_that_they_share() {
        let shared = |a: &str, b: &str| {
            let b = of(b);
            of(a).into_iter().filter(|prefix| b.contains(prefix)).count()
        };
        assert_eq!(shared("2001:db8:0:1::1", "2001:db8:0:1::2"), 3);
        assert_eq!(shared("2001:db8:0:1::1", "2001:db8:0:2::1"), 2);
        assert_eq!(shared("2001:db8:0:1::1", "2001:db8:0:100::1"), 1);
        assert_eq!(shared("2001:db8:0:1::1", "2001:db8:1:1::1"), 0);
        assert_eq!(shared("192.0.2.1", "192.0.2.2"), 0);
    }

    #[test]
    fn an_ipv4_address_is_the_same_through_an_ipv6_socket() {
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert!(of("::ffff:127.0.0.1").is_empty());
    }
}
