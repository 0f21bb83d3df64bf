//! The command line.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use driftfield_shared::limits::{TICK_HZ_MAX, TICK_HZ_MIN};

use super::{Config, ConfigError};
use crate::admin::AdminCommand;

/// Hosts Driftfield: the game, its page and its rooms on one port.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "server", version, args_conflicts_with_subcommands = true)]
pub struct Flags {
    /// What to do instead of hosting
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Address and port to listen on; port 0 takes any free port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,

    /// A TOML file with settings; flags override it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// A folder for data that survives a restart; created if missing
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// A folder with content files of your own, laid over the built-in ones
    #[arg(long, value_name = "DIR")]
    pub assets: Option<PathBuf>,

    /// Bots that fill the default room and make way for people [default: 12]
    #[arg(long, value_name = "N")]
    pub bots: Option<u16>,

    /// Ticks per second, 10 to 120 [default: 30]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(
        TICK_HZ_MIN as i64..=TICK_HZ_MAX as i64))]
    pub tick_hz: Option<u16>,
}

/// What the program can do beside hosting.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Checks a folder of content files, as --assets would take it
    CheckAssets {
        /// The folder
        dir: PathBuf,
    },
    /// Copies the database, also while a server writes to it
    Backup {
        /// The copy; it must not be there yet
        file: PathBuf,
        /// Which database
        #[command(flatten)]
        place: DataPlace,
    },
    /// Executes a stretch of a room's journal again, and tells whether it came out as it was
    Replay(ReplayFlags),
    /// Gives orders to the server that runs with a data folder
    Admin {
        /// Which server
        #[command(flatten)]
        place: DataPlace,
        /// Print the server's answer as it is, a line of JSON
        #[arg(long)]
        json: bool,
        /// What
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Looks after the database
    #[command(subcommand)]
    Store(StoreCommand),
}

/// What can be done with the database.
#[derive(Clone, Debug, Subcommand)]
pub enum StoreCommand {
    /// Checks pages, histories of rooms and the ledger, also while a server writes to it
    Check {
        /// Which database
        #[command(flatten)]
        place: DataPlace,
    },
    /// Prints the audit log, the newest line last
    Audit {
        /// How many lines
        #[arg(long, value_name = "N", default_value_t = 100)]
        lines: u32,
        /// Which database
        #[command(flatten)]
        place: DataPlace,
    },
}

/// Which stretch of a journal is executed again.
#[derive(Args, Clone, Debug)]
pub struct ReplayFlags {
    /// The data folder, or a file that --export wrote
    pub place: PathBuf,
    /// The room; needed for a data folder
    #[arg(long, value_name = "ID")]
    pub room: Option<String>,
    /// Begin with the last checkpoint before this tick, which may be days ago: 0 is the oldest that is kept [default: the
    /// last one but one]
    #[arg(long, value_name = "TICK")]
    pub from: Option<u32>,
    /// Fail if a state is another one than it was
    #[arg(long)]
    pub verify: bool,
    /// Write the stretch to a file, for a bug report
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

/// Where the data folder is.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct DataPlace {
    /// The data folder
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// A file with settings that names it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl DataPlace {
    /// The data folder.
    ///
    /// # Errors
    /// When the settings cannot be read, or name no data folder.
    pub fn folder(&self) -> Result<PathBuf, ConfigError> {
        let DataPlace { data_dir, config } = self.clone();
        let config = Config::load(&Flags { data_dir, config, ..Flags::default() })?;
        config.data_dir.clone().ok_or_else(|| config.no_data_dir())
    }
}

/// An address and a port. A name such as `localhost` is looked up.
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
