//! The link between the two namespaces: the relay's TUN devices, or veth devices with the kernel's netem.

use std::io;
use std::net::Ipv4Addr;
use std::process;

use thiserror::Error;

use crate::flags::Via;
use crate::namespace::{CommandError, Namespace, run};
use crate::netem;
use crate::relay::{Relay, RelayCounts, open_tun};
use crate::wire::WireProfile;

/// A link. It carries packets until it is dropped.
#[derive(Debug)]
pub enum TestNetwork {
    /// In user space.
    Relay(Relay),
    /// In the kernel, which needs no thread here.
    Netem,
}

/// Why the link could not be set up.
#[derive(Debug, Error)]
pub enum TestNetworkError {
    /// `ip` or `tc` failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A TUN device could not be opened.
    #[error("no TUN device: {0} (is there a /dev/net/tun, and the module `tun`?)")]
    Tun(io::Error),
    /// The relay's thread could not be started.
    #[error("the relay cannot be started: {0}")]
    Thread(io::Error),
}

impl TestNetwork {
    /// Connects the two namespaces, with the same profile in both directions.
    ///
    /// # Errors
    /// When the system lacks or refuses what `via` asks for.
    pub fn connect(
        server: &Namespace,
        bots: &Namespace,
        profile: &WireProfile,
        via: Via,
        seed: u64,
    ) -> Result<Self, TestNetworkError> {
        let has_netem = || netem::is_there(server);
        if via == Via::Netem || (via == Via::Auto && has_netem()) {
            connect_netem(server, bots, profile)?;
            return Ok(TestNetwork::Netem);
        }
        let server_device = tun(server, "s", SERVER, BOTS)?;
        let bots_device = tun(bots, "b", BOTS, SERVER)?;
        let relay = Relay::start(server_device, bots_device, *profile, seed);
        Ok(TestNetwork::Relay(relay.map_err(TestNetworkError::Thread)?))
    }

    /// Ends the link, and returns what it carried if it counted.
    ///
    /// # Errors
    /// When it broke earlier.
    pub fn disconnect(self) -> io::Result<Option<RelayCounts>> {
        match self {
            TestNetwork::Relay(relay) => relay.stop().map(Some),
            TestNetwork::Netem => Ok(None),
        }
    }
}

/// Configures a TUN device with one address inside a namespace and the peer's address at its far end.
fn tun(
    namespace: &Namespace,
    end: &str,
    address: Ipv4Addr,
    peer: Ipv4Addr,
) -> Result<tun_rs::SyncDevice, TestNetworkError> {
    let name = device(end);
    let device = open_tun(&name).map_err(TestNetworkError::Tun)?;
    run("ip", &["link", "set", "dev", &name, "netns", namespace.name()])?;
    give_address(namespace, &name, address, peer)?;
    Ok(device)
}

fn connect_netem(
    server: &Namespace,
    bots: &Namespace,
    profile: &WireProfile,
) -> Result<(), TestNetworkError> {
    let (s, b) = (device("s"), device("b"));
    let (server_name, bots_name) = (server.name(), bots.name());
    run(
        "ip",
        &["link", "add", &s, "netns", server_name, "type", "veth", "peer", &b, "netns", bots_name],
    )?;
    for (namespace, name, address, peer) in [(server, &s, SERVER, BOTS), (bots, &b, BOTS, SERVER)] {
        // Otherwise a veth device forwards large unsegmented packets and loses them as a whole.
        namespace.ip(&["link", "set", "dev", name, "gso_max_segs", "1"])?;
        give_address(namespace, name, address, peer)?;
        for qdisc in netem::qdiscs(name, profile) {
            namespace.tc(&qdisc.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
    }
    Ok(())
}

fn give_address(
    namespace: &Namespace,
    device: &str,
    address: Ipv4Addr,
    peer: Ipv4Addr,
) -> Result<(), CommandError> {
    // Only traffic between server and bots may use up the link's rate and its random losses.
    namespace.ip(&["link", "set", "dev", device, "addrgenmode", "none"])?;
    let (address, peer) = (address.to_string(), peer.to_string());
    namespace.ip(&["address", "add", &address, "peer", &peer, "dev", device])?;
    namespace.ip(&["link", "set", "dev", device, "mtu", MTU_BYTES, "up"])
}

/// A device name that is short enough, and unique if two labs run at the same time.
fn device(end: &str) -> String {
    format!("lab{}{end}", process::id())
}

/// Address of the server, from the block reserved for benchmarking network devices (RFC 2544).
pub const SERVER: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
/// Address of the bots, from the same block.
const BOTS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);
/// MTU: nearly every internet path carries packets of this size.
const MTU_BYTES: &str = "1500";
