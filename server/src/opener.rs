//! Opens rooms and fills them with bots, at the start of the server and while it runs.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io;
use std::sync::Arc;

use driftfield_shared::sim::{Rules, RulesError};
use thiserror::Error;
use tracing::info;

use crate::config::{Config, RoomConfig};
use crate::house_bots::HouseBots;
use crate::hub::{Contents, Desks, HubTopics, Kicks, Purses};
use crate::metrics::Metrics;
use crate::room::{self, Cores, Door, RoomHandle, RoomSettings};
use crate::store::StoreHandle;

/// Why a room cannot be opened. The message is for the host.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Its rules cannot be made from the content.
    #[error("the rules of a room: {0}")]
    Rules(#[from] RulesError),
    /// The system refuses a thread.
    #[error("the system refuses a resource that a room needs: {0}")]
    System(#[from] io::Error),
}

/// What all rooms of a server have in common.
#[derive(Clone, Debug)]
pub struct Opener {
    contents: Contents,
    store: StoreHandle,
    services: HubServices,
    cores: Cores,
    metrics: Metrics,
    tick_hz: u16,
    grace_seconds: f32,
    is_grace_whole: bool,
    topic_bytes_per_second: u32,
}

/// What rooms have in common in the hub.
#[derive(Clone, Debug, Default)]
pub struct HubServices {
    /// The topics of the hub.
    pub hub: HubTopics,
    /// Where requests to the hub go.
    pub desks: Desks,
    /// Who was sent out of which room.
    pub kicks: Kicks,
    /// In which room each account plays.
    pub purses: Purses,
}

impl Opener {
    /// Opens rooms as `config` says, which play by `contents`.
    pub fn new(
        config: &Config,
        contents: Contents,
        store: StoreHandle,
        services: HubServices,
        metrics: Metrics,
    ) -> Self {
        Opener {
            contents,
            store,
            services,
            cores: Cores::of_machine(),
            metrics,
            tick_hz: config.tick_hz,
            grace_seconds: config.grace.as_secs_f32(),
            is_grace_whole: config.is_grace_whole,
            topic_bytes_per_second: config.topic_bytes_per_second,
        }
    }

    /// Opens a room. It goes on from its journal, if the store has one.
    ///
    /// # Errors
    /// When the content has no such sector or mode, or the system refuses a thread.
    pub fn open(&self, room: &RoomConfig, door: Door) -> Result<RoomHandle, OpenError> {
        let content = self.contents.current().named.clone();
        let rules = Rules::new(content, &room.sector, &room.mode, self.tick_hz)?;
        let settings = RoomSettings {
            id: room.id.clone(),
            name: room.name.clone(),
            rules: Arc::new(rules),
            max_players: u32::from(room.max_players),
            door,
            for_load: room.for_load,
            grace_seconds: self.grace_seconds,
            is_grace_whole: self.is_grace_whole,
            // A seed that differs at every start. It is not secret.
            seed: RandomState::new().hash_one(&room.id),
            store: Some(self.store.clone()),
            topic_bytes_per_second: self.topic_bytes_per_second,
            hub: self.services.hub.clone(),
            desks: self.services.desks.clone(),
            kicks: self.services.kicks.clone(),
            purses: self.services.purses.clone(),
            cores: self.cores.clone(),
        };
        info!(room = room.id, sector = room.sector, mode = room.mode, "open");
        Ok(room::open(settings, self.metrics.clone())?)
    }

    /// Fills a room with up to `count` bots. `None` if it is to have none.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn fill(&self, room: &RoomHandle, count: u16) -> io::Result<Option<HouseBots>> {
        if count == 0 {
            return Ok(None);
        }
        let seed = RandomState::new().hash_one("bots");
        let (store, contents) = (Some(self.store.clone()), self.contents.clone());
        HouseBots::start(room.clone(), store, contents, count.into(), seed).map(Some)
    }

    /// Forgets what is known of a room that has ended.
    pub fn forget(&self, room: &str) {
        self.metrics.forget_room(room);
    }
}
