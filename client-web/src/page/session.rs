//! What is known from one welcome to the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftfield_shared::netcode::{Frame, Interpolator, Predicted};
use driftfield_shared::protocol::{LeaderboardLine, PlayerInfo, Welcome};
use driftfield_shared::sim::{Rules, RulesError, ShipState};
use driftfield_shared::units::PlayerId;

use crate::render::{PlayerLook, Roster};

/// One stay in a room.
#[derive(Debug)]
pub struct Session {
    /// What the server greeted us with, but for the tables that `rules` holds.
    pub room: String,
    /// The room, as players read it.
    pub room_name: String,
    /// Our seat.
    pub player: PlayerId,
    /// The figures of the room.
    pub rules: Arc<Rules>,
    /// Everyone in the room.
    pub players: Players,
    /// Frames on their way to the screen.
    pub interpolator: Interpolator,
    /// The newest snapshot.
    pub frame: Option<Frame>,
    /// Our own ship at the newest client tick.
    pub predicted: Option<Predicted>,
    /// The best players.
    pub board: Vec<LeaderboardLine>,
    /// Who destroyed us last.
    pub killer: Option<PlayerId>,
    /// Credits that we came with.
    pub credits_at_start: Option<u32>,
    /// The server will close soon.
    pub is_draining: bool,
}

impl Session {
    /// A stay that begins.
    ///
    /// # Errors
    /// When the rules cannot be played by.
    pub fn new(welcome: Welcome) -> Result<Self, RulesError> {
        let content = Arc::new(welcome.content);
        let rules = Rules::new(content, &welcome.sector, &welcome.mode, welcome.tick_hz)?;
        let players = welcome.players.into_iter().map(|info| (info.player, info)).collect();
        let rules = Arc::new(rules);
        Ok(Session {
            room: welcome.room,
            room_name: welcome.room_name,
            player: welcome.player,
            rules: rules.clone(),
            players: Players(players),
            interpolator: Interpolator::new(rules),
            frame: None,
            predicted: None,
            board: Vec::new(),
            killer: None,
            credits_at_start: None,
            is_draining: false,
        })
    }

    /// Our own ship as the newest snapshot has it, `None` while it is destroyed.
    pub fn own_ship(&self) -> Option<&ShipState> {
        self.frame.as_ref()?.own_ship()
    }

    /// The name of a player.
    pub fn name(&self, player: PlayerId) -> String {
        self.players.0.get(&player).map_or_else(|| "someone".to_owned(), |info| info.name.clone())
    }

    /// Milliseconds from one tick to the next.
    pub fn tick_ms(&self) -> f64 {
        1e3 / f64::from(self.rules.tick_hz)
    }
}

/// Who is in the room.
#[derive(Debug)]
pub struct Players(pub BTreeMap<PlayerId, PlayerInfo>);

impl Roster for Players {
    fn look(&self, player: PlayerId) -> Option<PlayerLook<'_>> {
        let info = self.0.get(&player)?;
        Some(PlayerLook { name: &info.name, is_bot: info.is_bot })
    }
}
