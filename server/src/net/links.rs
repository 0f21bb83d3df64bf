//! Addresses that a person can open to get to this server.

use std::net::{IpAddr, SocketAddr};

/// The links to a server that listens at `address`: its own, or those of this machine and of the network that it is in
/// where it listens everywhere. At least one; the first one opens on this machine.
pub fn links(address: SocketAddr) -> Vec<String> {
    links_of(address, local_addresses())
}

fn links_of(address: SocketAddr, local: Vec<IpAddr>) -> Vec<String> {
    let link = |ip: IpAddr| format!("http://{}/", SocketAddr::new(ip, address.port()));
    if !address.ip().is_unspecified() {
        return vec![link(address.ip())];
    }
    let loopback: IpAddr = match address {
        SocketAddr::V4(_) => [127, 0, 0, 1].into(),
        SocketAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
    };
    let mut links = vec![link(loopback)];
    for ip in local {
        // Elsewhere than on Windows a socket for all of IPv6 takes IPv4, too.
        let is_heard = ip.is_ipv4() == address.is_ipv4() || (ip.is_ipv4() && !cfg!(windows));
        // A link-local address opens only with the name of an interface behind it.
        let is_link_local = match ip {
            IpAddr::V4(ip) => ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unicast_link_local(),
        };
        let link = link(ip);
        if is_heard && !ip.is_loopback() && !is_link_local && !links.contains(&link) {
            links.push(link);
        }
    }
    links.truncate(LINKS_MAX);
    links
}

/// The addresses of this machine's interfaces that are up; none where the system does not tell.
fn local_addresses() -> Vec<IpAddr> {
    let Ok(interfaces) = getifaddrs::getifaddrs() else { return Vec::new() };
    interfaces
        .filter(|interface| interface.flags.contains(getifaddrs::InterfaceFlags::UP))
        .filter_map(|interface| interface.address.ip_addr())
        .collect()
}

/// More are no help: a machine with containers has dozens of networks.
const LINKS_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Vec<String> {
        let local = ["127.0.0.1", "192.168.1.5", "169.254.3.4", "fe80::1", "2001:db8::5"];
        let local = local.map(|ip| ip.parse().expect("an address")).to_vec();
        links_of(address.parse().expect("an address"), local)
    }

    #[test]
    fn a_server_that_listens_everywhere_names_links_that_open() {
        assert_eq!(of("0.0.0.0:8080"), ["http://127.0.0.1:8080/", "http://192.168.1.5:8080/"]);
        let v6 = of("[::]:8080");
        assert_eq!(v6[0], "http://[::1]:8080/");
        assert!(v6.contains(&"http://[2001:db8::5]:8080/".to_owned()), "{v6:?}");
        for link in links("0.0.0.0:8080".parse().expect("an address")) {
            assert!(!link.contains("//0.0.0.0"), "{link}");
        }
    }

    #[test]
    fn a_server_that_listens_at_one_address_names_that_one() {
        assert_eq!(of("192.168.1.5:80"), ["http://192.168.1.5:80/"]);
    }
}
