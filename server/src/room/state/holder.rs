//! The network to which a seat is counted.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// The network that a player comes from, as a number that does not tell its address: it ends up in the journal. Within
/// one run of the server the same network has the same number.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Holder(u64);

impl Holder {
    /// The network of an address: an IPv4 address, or the first 56 bits of an IPv6 address, which is what a home has.
    /// `key` is that of this run. Loopback is a network like any other: players behind a proxy that does not report
    /// their addresses are counted together.
    pub fn of(address: IpAddr, key: &RandomState) -> Self {
        let network = match address.to_canonical() {
            IpAddr::V6(address) => {
                let bits = u128::from(address) >> IPV6_HOST_BITS << IPV6_HOST_BITS;
                Ipv6Addr::from(bits).into()
            }
            address => address,
        };
        Holder(key.hash_one(network))
    }

    /// A made-up network.
    #[cfg(test)]
    pub fn from_number(number: u64) -> Self {
        Holder(number)
    }
}

const IPV6_HOST_BITS: u32 = 128 - 56;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_home_are_one_holder() {
        let key = RandomState::new();
        let of = |address: &str| Holder::of(address.parse().unwrap(), &key);
        assert_eq!(of("192.0.2.7"), of("::ffff:192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:ff:2::9"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:100::1"));
    }
}
