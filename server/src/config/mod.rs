//! How this server runs: command-line flags over a TOML file over defaults.
//!
//! [`Flags`] --> file, if one is named --> [`Config`], checked: whoever holds one need not check again.

mod file;
mod flags;
mod room;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use driftfield_shared::content::Content;
use thiserror::Error;

use crate::admission::AdmissionLimits;
use file::ConfigFile;
pub use flags::Flags;
pub use room::RoomConfig;

/// What a file or a flag got wrong.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", .file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or has a key or a type that is not known. The message shows the line.
    #[error("{}: {reason}", .file.display())]
    Form {
        /// Which file.
        file: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A value that cannot be.
    #[error("{origin}: {key}: {reason}")]
    Value {
        /// The file, or "the command line".
        origin: String,
        /// Which key, as in `rooms[1].max_players`.
        key: String,
        /// Why.
        reason: String,
    },
    /// The folder for data cannot be used.
    #[error("--data-dir {}: {source}", .folder.display())]
    DataDir {
        /// Which folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A checked configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where to listen. Port 0: any free one.
    pub listen: SocketAddr,
    /// Where rooms may keep what should survive a restart. Exists and can be written.
    pub data_dir: Option<PathBuf>,
    /// Ticks per second of every room.
    pub tick_hz: u16,
    /// Rooms to open, at least one, with identifiers that differ. The first is the default room.
    pub rooms: Vec<RoomConfig>,
    /// How long a seat outlives its connection.
    pub grace: Duration,
    /// Origins beside the server's own whose pages may open a socket, lower-case, as browsers send them.
    pub allowed_origins: Vec<String>,
    /// Caps on connections.
    pub admission: AdmissionLimits,
    /// How long a shutdown may take.
    pub drain: Duration,
    /// What to call the source of the settings in errors.
    origin: String,
}

impl Config {
    /// Reads the file that the flags name, puts the flags over it and checks everything. Creates the
    /// folder for data.
    ///
    /// # Errors
    /// Each names the file or the flag, the key and the reason.
    pub fn load(flags: &Flags) -> Result<Config, ConfigError> {
        let (file, origin) = match &flags.config {
            Some(path) => (ConfigFile::read(path)?, path.display().to_string()),
            None => (ConfigFile::default(), "the command line".to_owned()),
        };
        let config = file.with_flags(flags).check(origin)?;
        if let Some(folder) = &config.data_dir {
            prepare_data_dir(folder)
                .map_err(|source| ConfigError::DataDir { folder: folder.clone(), source })?;
        }
        Ok(config)
    }

    /// Checks that the rooms' sectors and modes exist.
    ///
    /// # Errors
    /// Names the file, the key and what there is to choose from.
    pub fn check_content(&self, content: &Content) -> Result<(), ConfigError> {
        let error = |n: usize, key: &str, kind: &str, value: &str, known: Vec<&str>| {
            Err(ConfigError::Value {
                origin: self.origin.clone(),
                key: format!("rooms[{n}].{key}"),
                reason: format!("there is no {kind} {value:?}; known are {}", known.join(", ")),
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

/// Creates the folder and writes into it once, so that a wrong path fails now and not with the first
/// thing worth keeping.
fn prepare_data_dir(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".write-test-{}", std::process::id()));
    std::fs::write(&probe, b"driftfield")?;
    std::fs::remove_file(&probe)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    /// A folder of this test's own, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder =
                std::env::temp_dir().join(format!("driftfield-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a temporary folder");
            Self(folder)
        }

        fn file(&self, text: &str) -> PathBuf {
            let path = self.0.join("driftfield.toml");
            std::fs::write(&path, text).expect("a temporary file");
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
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
        let file = folder.file("listen = \"127.0.0.1:9000\"\nbots = 3\ntick_hz = 60\n");
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
            ("max_connections = 0", "max_connections", "at least 1"),
        ] {
            let error = load(&folder.file(text), &[]).expect_err(text).to_string();
            for part in ["driftfield.toml", key, reason] {
                assert!(error.contains(part), "{part:?} is missing in: {error}");
            }
        }
    }

    #[test]
    fn a_data_folder_is_made_and_must_be_writable() {
        let folder = Folder::new("data");
        let file = folder.file("");
        let data = folder.0.join("a/b");
        let config = load(&file, &["--data-dir", data.to_str().expect("plain")]).expect("writable");
        assert!(config.data_dir.is_some_and(|data| data.is_dir()));

        let below_a_file = file.join("data");
        let error = load(&file, &["--data-dir", below_a_file.to_str().expect("plain")]);
        assert!(matches!(error, Err(ConfigError::DataDir { .. })), "{error:?}");
    }

    #[test]
    fn rooms_must_name_content_that_exists() {
        let folder = Folder::new("content");
        let config = load(&folder.file("[[rooms]]\nid = \"a\"\nsector = \"atlantis\""), &[])
            .expect("well-formed");
        let nothing = Content {
            hulls: vec![],
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
