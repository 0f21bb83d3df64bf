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

/// A link that carries packets until it is dropped.
#[derive(Debug)]
pub enum Link {
    /// In user space.
    Relay(Relay),
    /// In the kernel, which needs nobody to look after it.
    Netem,
}

/// Why there is no link.
#[derive(Debug, Error)]
pub enum LinkError {
    /// `ip` or `tc` failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// No TUN device.
    #[error("no TUN device: {0} (is there a /dev/net/tun, and the module `tun`?)")]
    Tun(io::Error),
    /// No thread for the relay.
    #[error("the relay cannot be started: {0}")]
    Thread(io::Error),
}

impl Link {
    /// Connects the two namespaces, with the same badness in both directions.
    ///
    /// # Errors
    /// When the system lacks what `via` asks for, or refuses.
    pub fn connect(
        server: &Namespace,
        bots: &Namespace,
        profile: &WireProfile,
        via: Via,
        seed: u64,
    ) -> Result<Self, LinkError> {
        let has_netem = || netem::is_there(server);
        if via == Via::Netem || (via == Via::Auto && has_netem()) {
            connect_netem(server, bots, profile)?;
            return Ok(Link::Netem);
        }
        let server_device = tun(server, "s", SERVER, BOTS)?;
        let bots_device = tun(bots, "b", BOTS, SERVER)?;
        let relay = Relay::start(server_device, bots_device, *profile, seed);
        Ok(Link::Relay(relay.map_err(LinkError::Thread)?))
    }

    /// Ends it, and says what it carried if it counted.
    ///
    /// # Errors
    /// When it had broken before.
    pub fn disconnect(self) -> io::Result<Option<RelayCounts>> {
        match self {
            Link::Relay(relay) => relay.stop().map(Some),
            Link::Netem => Ok(None),
        }
    }
}

/// A TUN device with one address inside a namespace and the other at its far end.
fn tun(
    namespace: &Namespace,
    end: &str,
    address: Ipv4Addr,
    peer: Ipv4Addr,
) -> Result<tun_rs::SyncDevice, LinkError> {
    let name = device(end);
    let device = open_tun(&name).map_err(LinkError::Tun)?;
    run("ip", &["link", "set", "dev", &name, "netns", namespace.name()])?;
    give_address(namespace, &name, address, peer)?;
    Ok(device)
}

fn connect_netem(
    server: &Namespace,
    bots: &Namespace,
    profile: &WireProfile,
) -> Result<(), LinkError> {
    let (s, b) = (device("s"), device("b"));
    let (server_name, bots_name) = (server.name(), bots.name());
    run(
        "ip",
        &["link", "add", &s, "netns", server_name, "type", "veth", "peer", &b, "netns", bots_name],
    )?;
    for (namespace, name, address, peer) in [(server, &s, SERVER, BOTS), (bots, &b, BOTS, SERVER)] {
        // Else a veth passes on what TCP has not cut into packets yet, and loses it as one.
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
    // Only what server and bots say to each other shall use up the link and its chance.
    namespace.ip(&["link", "set", "dev", device, "addrgenmode", "none"])?;
    let (address, peer) = (address.to_string(), peer.to_string());
    namespace.ip(&["address", "add", &address, "peer", &peer, "dev", device])?;
    namespace.ip(&["link", "set", "dev", device, "mtu", MTU_BYTES, "up"])
}

/// A name that two labs at the same time do not share, and that is short enough for a device.
fn device(end: &str) -> String {
    format!("lab{}{end}", process::id())
}

/// Where the server is. From a block that is kept for tests of network devices, RFC 2544.
pub const SERVER: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
/// Where the bots are.
const BOTS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);
/// Largest packet: what nearly every path on the internet carries.
const MTU_BYTES: &str = "1500";
