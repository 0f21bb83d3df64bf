//! The configuration: command-line flags override a TOML file, which overrides defaults.
//!
//! [`Flags`] --> file, if one is named --> [`Config`]. A `Config` is checked, so its users need not check again.

mod assets;
mod file;
mod flags;
mod room;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use driftfield_shared::content::{Content, ContentError};
use thiserror::Error;

use crate::net::admission::AdmissionLimits;
use crate::net::http::{Origin, SiteSettings};
use crate::own_rooms::OwnRoomLimits;
use crate::store::JournalLimits;
use crate::text::WordList;
pub use assets::{AssetFolder, Signature, content_with};
use file::ConfigFile;
pub use flags::{Command, DataPlace, Flags, ReplayFlags, StoreCommand};
pub use room::RoomConfig;

/// A mistake in the file or in a flag.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The file is not TOML, or has an unknown key or a wrong type. The message shows the line.
    #[error("{}: {reason}", .file.display())]
    Form {
        /// Which file.
        file: PathBuf,
        /// Line and reason.
        reason: String,
    },
    /// A value is out of range.
    #[error("{origin}: {key}: {reason}")]
    Value {
        /// The file, or "the command line".
        origin: String,
        /// Which key, as in `rooms[1].max_players`.
        key: String,
        /// The reason.
        reason: String,
    },
}

/// A checked configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Address to listen on. Port 0: any free port.
    pub listen: SocketAddr,
    /// Folder in which rooms keep state over a restart. It is opened and tested before the rooms are.
    pub data_dir: Option<PathBuf>,
    /// Folder with a host's own content files, laid over those of this program.
    pub assets: Option<PathBuf>,
    /// Tick rate of every room, in Hz.
    pub tick_hz: u16,
    /// Rooms to open: at least one, with distinct identifiers. The first is the default room.
    pub rooms: Vec<RoomConfig>,
    /// How long a seat outlives its connection.
    pub grace: Duration,
    /// Whether every seat is kept for that long, and not only one that was played on for as long. No file and no flag sets it:
    /// it is for tests, which must not depend on how long a slow machine takes to come back.
    pub is_grace_whole: bool,
    /// The address that players open, if it is not the server's own. It is printed, and is an allowed origin.
    pub public_origin: Option<Origin>,
    /// Settings of HTTP.
    pub site: SiteSettings,
    /// Limits on connections.
    pub admission: AdmissionLimits,
    /// How long a shutdown may take.
    pub drain: Duration,
    /// Bytes of topics per second and client.
    pub topic_bytes_per_second: u32,
    /// The words that readers of chat may have masked.
    pub words: WordList,
    /// The rooms that players may open.
    pub own_rooms: OwnRoomLimits,
    /// How much of the rooms' journals is kept.
    pub journal: JournalLimits,
    /// Name of the settings' source, for errors.
    origin: String,
}

impl Config {
    /// Reads the file that the flags name, applies the flags and checks everything.
    ///
    /// # Errors
    /// Names the file or the flag, the key and the reason.
    pub fn load(flags: &Flags) -> Result<Config, ConfigError> {
        let (file, origin) = match &flags.config {
            Some(path) => (ConfigFile::read(path)?, path.display().to_string()),
            None => (ConfigFile::default(), "the command line".to_owned()),
        };
        file.with_flags(flags).check(origin)
    }

    /// The content that rooms are opened with: that of this program, with the host's own files laid over it.
    ///
    /// # Errors
    /// The first mistake: file, key and reason.
    pub fn content(&self) -> Result<Content, ContentError> {
        content_with(self.assets.as_deref())
    }

    /// The mistake of settings that name no data folder where one is needed.
    fn no_data_dir(&self) -> ConfigError {
        let (origin, key) = (self.origin.clone(), "data_dir".to_owned());
        ConfigError::Value { origin, key, reason: "there is none".to_owned() }
    }

    /// Checks that the rooms' sectors and modes exist.
    ///
    /// # Errors
    /// Names the file, the key and the choices.
    pub fn check_content(&self, content: &Content) -> Result<(), ConfigError> {
        let error = |n: usize, key: &str, kind: &str, value: &str, known: Vec<&str>| {
            Err(ConfigError::Value {
                origin: self.origin.clone(),
                key: format!("rooms[{n}].{key}"),
                reason: format!(
                    "there is no {kind} {value:?}; the choices are {}",
                    known.join(", ")
                ),
            })
        };
        for (n, room) in self.rooms.iter().enumerate() {
            if content.sector(&room.sector).is_none() {
                let known = content.sectors.iter().map(|sector| sector.id.as_str()).collect();
                return error(n, "sector", "sector", &room.sector, known);
            }
            if content.mode(&room.mode).is_none() {
                let known = content.modes.iter().map(|mode| mode.id.as_str()).collect();
                return error(n, "mode", "mode", &room.mode, known);
            }
        }
        Ok(())
    }
}

impl Default for Config {
    fn default() -> Self {
        ConfigFile::default().check("the defaults".to_owned()).expect("the defaults are valid")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser;

    use super::*;
    use crate::store::tests::Folder;

    /// Writes a settings file.
    fn write(folder: &Folder, text: &str) -> PathBuf {
        let path = folder.path().join("driftfield.toml");
        std::fs::write(&path, text).expect("a temporary file");
        path
    }

    fn load(file: &Path, flags: &[&str]) -> Result<Config, ConfigError> {
        let file = file.to_str().expect("a plain path");
        let arguments = ["server", "--config", file].into_iter().chain(flags.iter().copied());
        Config::load(&Flags::try_parse_from(arguments).expect("good flags"))
    }

    #[test]
    fn without_flags_and_file_the_designed_defaults_hold() {
        let config = Config::load(&Flags::try_parse_from(["server"]).expect("no flags")).unwrap();
        assert_eq!(config, Config { origin: "the command line".to_owned(), ..Config::default() });
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.tick_hz, 30);
        assert_eq!(config.grace, Duration::from_secs(120));
        let rooms: Vec<_> = config
            .rooms
            .iter()
            .map(|r| (&*r.id, &*r.sector, &*r.mode, r.max_players, r.bots))
            .collect();
        assert_eq!(
            rooms,
            [
                ("frontier", "frontier", "frontier", 64, 12),
                ("proving-ground", "proving-ground", "proving-ground", 2_000, 0),
                ("proving-ground-open", "proving-ground-open", "proving-ground", 2_000, 0),
            ]
        );
    }

    #[test]
    fn flags_win_over_the_file() {
        let folder = Folder::new("flags");
        let file = write(&folder, "listen = \"127.0.0.1:9000\"\nbots = 3\ntick_hz = 60\n");
        let config = load(&file, &["--bots", "5"]).expect("valid");
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.rooms[0].bots, 5);
        assert_eq!(config.tick_hz, 60);
    }

    #[test]
    fn every_mistake_is_named_with_file_key_and_reason() {
        let folder = Folder::new("mistakes");
        for (text, key, reason) in [
            ("tick_hertz = 30", "tick_hertz", "unknown field"),
            ("tick_hz = 5", "tick_hz", "10 to 120"),
            ("bots = \"many\"", "bots", "invalid type"),
            ("listen = \"nowhere\"", "listen", "ADDR:PORT"),
            ("rooms = []", "rooms", "at least one"),
            ("[[rooms]]\nid = \"Bad Id\"", "rooms[0].id", "a-z"),
            ("[[rooms]]\nid = \"a\"\n[[rooms]]\nid = \"a\"", "rooms[1].id", "twice"),
            ("[[rooms]]\nid = \"a\"\nmax_players = 0", "rooms[0].max_players", "1 to 4096"),
            ("[[rooms]]\nid = \"a\"\ncolour = 1", "colour", "unknown field"),
            ("allowed_origins = [\"example.org\"]", "allowed_origins[0]", "https://"),
            ("drain_seconds = -1", "drain_seconds", "invalid value"),
            ("max_connections = 0", "max_connections", "1 to 1000000"),
            ("max_connections_per_address = 4611686018427387904", "per_address", "1 to 1000000"),
            ("arrivals_per_second = 0", "arrivals_per_second", "1 to 100000"),
            ("keep_alive_seconds = 4000", "keep_alive_seconds", "1 to 3600"),
            ("journal_days = 4000", "journal_days", "0 to 3650"),
            ("topic_bytes_per_second = 9", "topic_bytes_per_second", "256 to 1048576"),
            ("own_rooms = 1000", "own_rooms", "0 to 256"),
            ("own_room_seats = 1", "own_room_seats", "2 to 256"),
            ("[[rooms]]\nid = \"own-1\"", "rooms[0].id", "own-"),
            ("database_mb = 0", "database_mb", "1 to 1048576"),
            ("grace_seconds = 4294967295", "grace_seconds", "0 to 86400"),
            ("drain_seconds = 4294967295", "drain_seconds", "0 to 600"),
            ("public_origin = \"play.example\"", "public_origin", "https://"),
            ("trusted_proxies = [\"10.0.0.0/64\"]", "trusted_proxies[0]", "172.16.0.0/12"),
            ("proxy_header = \"x-real-ip\"", "proxy_header", "x-forwarded-for"),
        ] {
            let error = load(&write(&folder, text), &[]).expect_err(text).to_string();
            for part in ["driftfield.toml", key, reason] {
                assert!(error.contains(part), "{part:?} is missing in: {error}");
            }
        }
    }

    #[test]
    fn proxies_and_wrapped_apps_can_be_let_in_by_name() {
        let folder = Folder::new("proxies");
        let text = "allowed_origins = [\"capacitor://localhost\", \"null\"]\n\
                    public_origin = \"https://play.example:8443\"\n\
                    trusted_proxies = [\"172.16.0.0/12\", \"::1\"]\nproxy_header = \"forwarded\"\n";
        let config = load(&write(&folder, text), &[]).expect("valid");
        let origins: Vec<String> =
            config.site.allowed_origins.iter().map(Origin::to_string).collect();
        assert_eq!(origins, ["capacitor://localhost", "null", "https://play.example:8443"]);
        let proxies = &config.site.proxies;
        for (address, is_trusted) in [("172.20.1.1", true), ("::1", true), ("192.0.2.1", false)] {
            assert_eq!(proxies.trusts(address.parse().expect("an address")), is_trusted);
        }
        assert!(!Config::default().site.proxies.trusts([127, 0, 0, 1].into()), "by default nobody");
    }

    #[test]
    fn rooms_must_name_content_that_exists() {
        let folder = Folder::new("content");
        let config = load(&write(&folder, "[[rooms]]\nid = \"a\"\nsector = \"atlantis\""), &[])
            .expect("well-formed");
        let nothing = Content {
            hulls: vec![],
            parts: Default::default(),
            weapons: vec![],
            ores: vec![],
            asteroid_sizes: vec![],
            sectors: vec![],
            modes: vec![],
        };
        let error = config.check_content(&nothing).expect_err("no such sector").to_string();
        assert!(error.contains("rooms[0].sector") && error.contains("atlantis"), "{error}");
    }
}
