//! The settings file, and the check of what it and the flags say together.

use std::path::{Path, PathBuf};
use std::time::Duration;

use driftfield_shared::limits::{TICK_HZ_DEFAULT, TICK_HZ_MAX, TICK_HZ_MIN};
use serde::Deserialize;

use super::flags::parse_listen;
use super::{Config, ConfigError, Flags, RoomConfig};
use crate::admission::AdmissionLimits;
use crate::http::is_origin;
use crate::limits::{CONNECTIONS_DEFAULT, CONNECTIONS_PER_ADDRESS_DEFAULT};

/// The file, key by key. Whatever it does not say has a default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConfigFile {
    listen: String,
    data_dir: Option<PathBuf>,
    /// Of the default room; a room's own figure wins.
    bots: u16,
    tick_hz: u16,
    rooms: Vec<RoomTable>,
    grace_seconds: u32,
    allowed_origins: Vec<String>,
    max_connections: usize,
    max_connections_per_address: usize,
    drain_seconds: u32,
}

/// One `[[rooms]]` table. Only `id` must be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoomTable {
    id: String,
    name: Option<String>,
    sector: Option<String>,
    mode: Option<String>,
    max_players: Option<u16>,
    bots: Option<u16>,
}

impl Default for ConfigFile {
    fn default() -> Self {
        let room = |id: &str, name: &str, mode: &str, max_players| RoomTable {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            sector: Some(id.to_owned()),
            mode: Some(mode.to_owned()),
            max_players: Some(max_players),
            bots: None,
        };
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            data_dir: None,
            bots: 12,
            tick_hz: TICK_HZ_DEFAULT,
            rooms: vec![
                room("frontier", "Frontier", "frontier", 64),
                room("proving-ground", "Proving ground", "proving-ground", 2_000),
                room("proving-ground-open", "Open proving ground", "proving-ground", 2_000),
            ],
            grace_seconds: 120,
            allowed_origins: Vec::new(),
            max_connections: CONNECTIONS_DEFAULT,
            max_connections_per_address: CONNECTIONS_PER_ADDRESS_DEFAULT,
            drain_seconds: 3,
        }
    }
}

impl ConfigFile {
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { file: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|error| ConfigError::Form { file: path.to_owned(), reason: error.to_string() })
    }

    pub(super) fn with_flags(mut self, flags: &Flags) -> Self {
        if let Some(listen) = flags.listen {
            self.listen = listen.to_string();
        }
        if let Some(data_dir) = &flags.data_dir {
            self.data_dir = Some(data_dir.clone());
        }
        if let Some(tick_hz) = flags.tick_hz {
            self.tick_hz = tick_hz;
        }
        if let Some(bots) = flags.bots {
            self.bots = bots;
            if let Some(default_room) = self.rooms.first_mut() {
                default_room.bots = Some(bots);
            }
        }
        self
    }

    pub(super) fn check(self, origin: String) -> Result<Config, ConfigError> {
        let error = |key: String, reason: String| ConfigError::Value {
            origin: origin.clone(),
            key,
            reason,
        };
        let listen = parse_listen(&self.listen).map_err(|why| error("listen".to_owned(), why))?;
        if !(TICK_HZ_MIN..=TICK_HZ_MAX).contains(&self.tick_hz) {
            let reason = format!("{} is not {TICK_HZ_MIN} to {TICK_HZ_MAX}", self.tick_hz);
            return Err(error("tick_hz".to_owned(), reason));
        }
        for (key, value) in [
            ("max_connections", self.max_connections),
            ("max_connections_per_address", self.max_connections_per_address),
        ] {
            if value == 0 {
                return Err(error(key.to_owned(), "it must be at least 1".to_owned()));
            }
        }
        for (n, origin) in self.allowed_origins.iter().enumerate() {
            if !is_origin(origin) {
                let reason = format!("{origin:?} is not of the form https://example.org[:PORT]");
                return Err(error(format!("allowed_origins[{n}]"), reason));
            }
        }
        let rooms = self.checked_rooms(error)?;
        Ok(Config {
            listen,
            data_dir: self.data_dir,
            tick_hz: self.tick_hz,
            rooms,
            grace: Duration::from_secs(self.grace_seconds.into()),
            allowed_origins: self.allowed_origins.iter().map(|o| o.to_ascii_lowercase()).collect(),
            admission: AdmissionLimits {
                connections: self.max_connections,
                per_address: self.max_connections_per_address,
            },
            drain: Duration::from_secs(self.drain_seconds.into()),
            origin,
        })
    }

    fn checked_rooms(
        &self,
        error: impl Fn(String, String) -> ConfigError,
    ) -> Result<Vec<RoomConfig>, ConfigError> {
        if self.rooms.is_empty() {
            return Err(error("rooms".to_owned(), "there must be at least one".to_owned()));
        }
        let mut rooms: Vec<RoomConfig> = Vec::new();
        for (n, table) in self.rooms.iter().enumerate() {
            let max_players = table.max_players.unwrap_or(MAX_PLAYERS_DEFAULT);
            let bots_default = if n == 0 { self.bots } else { 0 };
            let room = RoomConfig {
                id: table.id.clone(),
                name: table.name.clone().unwrap_or_else(|| table.id.clone()),
                sector: table.sector.clone().unwrap_or_else(|| DEFAULT_ID.to_owned()),
                mode: table.mode.clone().unwrap_or_else(|| DEFAULT_ID.to_owned()),
                max_players,
                bots: table.bots.unwrap_or(bots_default),
            };
            room.check().map_err(|(key, reason)| error(format!("rooms[{n}].{key}"), reason))?;
            if rooms.iter().any(|other| other.id == room.id) {
                let reason = format!("{:?} is used twice", room.id);
                return Err(error(format!("rooms[{n}].id"), reason));
            }
            rooms.push(room);
        }
        Ok(rooms)
    }
}

/// Sector and mode of a room that does not say.
const DEFAULT_ID: &str = "frontier";
const MAX_PLAYERS_DEFAULT: u16 = 64;
