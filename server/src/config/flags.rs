//! The command line.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::Parser;
use driftfield_shared::limits::{TICK_HZ_MAX, TICK_HZ_MIN};

/// Hosts Driftfield: the game, its page and its rooms on one port.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "server", version)]
pub struct Flags {
    /// Where to listen; port 0 takes any free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,

    /// A TOML file with settings; flags win over it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// A folder for what should survive a restart; it is created
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Bots that fill the default room and leave seats to people [default: 12]
    #[arg(long, value_name = "N")]
    pub bots: Option<u16>,

    /// Ticks per second, 10 to 120 [default: 30]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(
        TICK_HZ_MIN as i64..=TICK_HZ_MAX as i64))]
    pub tick_hz: Option<u16>,
}

/// An address and a port; a name such as `localhost` is looked up.
pub(super) fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next())
        .ok_or_else(|| format!("{text:?} is not of the form ADDR:PORT, as in 0.0.0.0:8080"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tick_rate_is_checked_at_once() {
        for rate in ["9", "121", "fast"] {
            assert!(Flags::try_parse_from(["server", "--tick-hz", rate]).is_err(), "{rate}");
        }
        let flags = Flags::try_parse_from(["server", "--tick-hz", "120"]).expect("in range");
        assert_eq!(flags.tick_hz, Some(120));
    }

    #[test]
    fn addresses_and_local_names_can_be_listened_on() {
        for (text, port) in [("0.0.0.0:0", 0), ("[::1]:8080", 8080), ("localhost:80", 80)] {
            assert_eq!(parse_listen(text).map(|address| address.port()), Ok(port));
        }
        assert!(parse_listen("8080").is_err());
    }
}
