//! The settings file, and the check of file and flags together.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use driftfield_shared::limits::{
    TICK_HZ_DEFAULT, TICK_HZ_MAX, TICK_HZ_MIN, TOPIC_BYTES_PER_SECOND, TOPIC_BYTES_PER_SECOND_MAX,
    TOPIC_BYTES_PER_SECOND_MIN,
};
use ipnet::IpNet;
use serde::Deserialize;

use super::flags::parse_listen;
use super::{Config, ConfigError, Flags, RoomConfig};
use crate::limits::{
    ARRIVALS_PER_SECOND_DEFAULT, ARRIVALS_PER_SECOND_MAX, CONNECTIONS_DEFAULT, CONNECTIONS_MAX,
    CONNECTIONS_PER_ADDRESS_DEFAULT, DATABASE_MB_MAX, DRAIN_SECONDS_MAX, GRACE_SECONDS_MAX,
    JOURNAL_DAYS_MAX, KEEP_ALIVE_DEFAULT, KEEP_ALIVE_SECONDS_MAX, OWN_ROOM_MINUTES_MAX,
    OWN_ROOM_SEATS_MAX, OWN_ROOMS_MAX,
};
use crate::net::admission::AdmissionLimits;
use crate::net::http::{Origin, SiteSettings};
use crate::net::proxies::{ProxyHeader, TrustedProxies};
use crate::own_rooms::OwnRoomLimits;
use crate::store::JournalLimits;
use crate::text::{Severity, WordList};

/// The file, key by key. Every missing key has a default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConfigFile {
    listen: String,
    data_dir: Option<PathBuf>,
    assets: Option<PathBuf>,
    /// Default for rooms; a room's own value wins.
    bots: u16,
    tick_hz: u16,
    rooms: Vec<RoomTable>,
    grace_seconds: u32,
    public_origin: Option<String>,
    allowed_origins: Vec<String>,
    trusted_proxies: Vec<String>,
    proxy_header: ProxyHeader,
    max_connections: u64,
    max_connections_per_address: u64,
    arrivals_per_second: u32,
    keep_alive_seconds: u32,
    drain_seconds: u32,
    topic_bytes_per_second: u32,
    chat_filter: Severity,
    chat_words: Vec<String>,
    own_rooms: u32,
    own_room_seats: u32,
    own_room_minutes: u32,
    journal_days: u32,
    database_mb: u64,
}

/// One `[[rooms]]` table. Only `id` is required.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoomTable {
    id: String,
    name: Option<String>,
    sector: Option<String>,
    mode: Option<String>,
    max_players: Option<u16>,
    bots: Option<u16>,
    for_load: Option<bool>,
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
            // The other rooms are for load tests.
            for_load: Some(mode != DEFAULT_ID),
        };
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            data_dir: None,
            assets: None,
            bots: 12,
            tick_hz: TICK_HZ_DEFAULT,
            rooms: vec![
                room("frontier", "Frontier", "frontier", 64),
                room("proving-ground", "Proving ground", "proving-ground", 2_000),
                room("proving-ground-open", "Open proving ground", "proving-ground", 2_000),
            ],
            grace_seconds: 120,
            public_origin: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
            max_connections: CONNECTIONS_DEFAULT as u64,
            max_connections_per_address: CONNECTIONS_PER_ADDRESS_DEFAULT as u64,
            arrivals_per_second: ARRIVALS_PER_SECOND_DEFAULT,
            keep_alive_seconds: KEEP_ALIVE_DEFAULT.as_secs() as u32,
            drain_seconds: 3,
            topic_bytes_per_second: TOPIC_BYTES_PER_SECOND,
            chat_filter: Severity::default(),
            chat_words: Vec::new(),
            own_rooms: 8,
            own_room_seats: 32,
            own_room_minutes: 10,
            journal_days: 7,
            database_mb: 2_048,
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
        if let Some(assets) = &flags.assets {
            self.assets = Some(assets.clone());
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
        for (key, value, min, max) in [
            ("tick_hz", self.tick_hz.into(), TICK_HZ_MIN.into(), TICK_HZ_MAX.into()),
            ("grace_seconds", self.grace_seconds.into(), 0, GRACE_SECONDS_MAX.into()),
            ("drain_seconds", self.drain_seconds.into(), 0, DRAIN_SECONDS_MAX.into()),
            (
                "keep_alive_seconds",
                self.keep_alive_seconds.into(),
                1,
                KEEP_ALIVE_SECONDS_MAX.into(),
            ),
            (
                "arrivals_per_second",
                self.arrivals_per_second.into(),
                1,
                ARRIVALS_PER_SECOND_MAX.into(),
            ),
            (
                "topic_bytes_per_second",
                self.topic_bytes_per_second.into(),
                TOPIC_BYTES_PER_SECOND_MIN.into(),
                TOPIC_BYTES_PER_SECOND_MAX.into(),
            ),
            ("own_rooms", self.own_rooms.into(), 0, OWN_ROOMS_MAX),
            ("own_room_seats", self.own_room_seats.into(), 2, OWN_ROOM_SEATS_MAX),
            ("own_room_minutes", self.own_room_minutes.into(), 1, OWN_ROOM_MINUTES_MAX),
            ("journal_days", self.journal_days.into(), 0, JOURNAL_DAYS_MAX.into()),
            ("database_mb", self.database_mb, 1, DATABASE_MB_MAX),
            ("max_connections", self.max_connections, 1, CONNECTIONS_MAX as u64),
            (
                "max_connections_per_address",
                self.max_connections_per_address,
                1,
                CONNECTIONS_MAX as u64,
            ),
        ] {
            if !(min..=max).contains(&value) {
                return Err(error(key.to_owned(), format!("{value} is not within {min} to {max}")));
            }
        }
        let origin_at = |key: String, text: &str| {
            Origin::parse(text).ok_or_else(|| {
                let form =
                    "is not of the form https://example.org[:PORT], capacitor://localhost or null";
                error(key, format!("{text:?} {form}"))
            })
        };
        let public_origin = self.public_origin.as_deref();
        let public_origin =
            public_origin.map(|text| origin_at("public_origin".to_owned(), text)).transpose()?;
        let allowed_origins = self.allowed_origins.iter().enumerate();
        let mut allowed_origins = allowed_origins
            .map(|(n, text)| origin_at(format!("allowed_origins[{n}]"), text))
            .collect::<Result<Vec<Origin>, ConfigError>>()?;
        allowed_origins.extend(public_origin.clone());
        let mut networks: Vec<IpNet> = Vec::new();
        for (n, text) in self.trusted_proxies.iter().enumerate() {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            networks.push(network.map_err(|_| {
                let reason =
                    format!("{text:?} is neither an address nor a network such as 172.16.0.0/12");
                error(format!("trusted_proxies[{n}]"), reason)
            })?);
        }
        let rooms = self.checked_rooms(error)?;
        Ok(Config {
            listen,
            data_dir: self.data_dir,
            assets: self.assets,
            tick_hz: self.tick_hz,
            rooms,
            grace: Duration::from_secs(self.grace_seconds.into()),
            is_grace_whole: false,
            public_origin,
            site: SiteSettings {
                allowed_origins,
                proxies: TrustedProxies { networks, header: self.proxy_header },
                keep_alive: Duration::from_secs(self.keep_alive_seconds.into()),
            },
            // Both are within their ranges, far below the largest `usize`.
            admission: AdmissionLimits {
                connections: self.max_connections as usize,
                per_address: self.max_connections_per_address as usize,
                arrivals_per_second: self.arrivals_per_second,
            },
            drain: Duration::from_secs(self.drain_seconds.into()),
            topic_bytes_per_second: self.topic_bytes_per_second,
            words: WordList::new(self.chat_filter, &self.chat_words),
            // All within their ranges.
            own_rooms: OwnRoomLimits {
                rooms: self.own_rooms as usize,
                seats: self.own_room_seats as u16,
                empty: Duration::from_secs(u64::from(self.own_room_minutes) * 60),
            },
            journal: JournalLimits {
                age: Duration::from_secs(u64::from(self.journal_days) * 86_400),
                database_bytes: self.database_mb << 20,
            },
            origin,
        })
    }

    fn checked_rooms(
        &self,
        error: impl Fn(String, String) -> ConfigError,
    ) -> Result<Vec<RoomConfig>, ConfigError> {
        if self.rooms.is_empty() {
            return Err(error("rooms".to_owned(), "there must be at least one room".to_owned()));
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
                for_load: table.for_load.unwrap_or(false),
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

/// Default sector and mode of a room.
const DEFAULT_ID: &str = "frontier";
const MAX_PLAYERS_DEFAULT: u16 = 64;
