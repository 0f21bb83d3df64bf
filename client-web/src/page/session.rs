//! State from one welcome to the next.

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::netcode::{Frame, Interpolator, Predicted};
use driftfield_shared::protocol::{LeaderboardLine, Standing, Token, Welcome};
use driftfield_shared::sim::{Rules, RulesError, ShipState};
use driftfield_shared::units::PlayerId;

use crate::players::Players;
use crate::say;

/// One stay in a room.
#[derive(Debug)]
pub struct Session {
    /// The visit that it belongs to: through all of it the worker has one client.
    visit: u32,
    /// Identifier of the room.
    pub room: String,
    /// Name of the room, as shown to players.
    pub room_name: String,
    /// Our seat.
    pub player: PlayerId,
    /// The token that takes it back.
    pub token: Token,
    /// Whether the server has said that the seat, with this token, outlives a crash. Until then the earlier token is kept.
    pub is_seat_kept: bool,
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
    /// Our own rank and kills.
    pub standing: Option<Standing>,
    /// The player who last destroyed us.
    pub killer: Option<PlayerId>,
    /// Credits at the start of the session.
    pub credits_at_start: Option<u32>,
    /// The server will close soon.
    pub is_draining: bool,
    /// The server cannot save at the moment.
    pub is_unsaved: bool,
}

impl Session {
    /// A stay that begins, in a room that plays by this content.
    ///
    /// # Errors
    /// When the content has no such room.
    pub fn new(welcome: Welcome, content: Arc<Content>, visit: u32) -> Result<Self, RulesError> {
        let rules = Rules::new(content, &welcome.sector, &welcome.mode, welcome.tick_hz)?;
        let rules = Arc::new(rules);
        Ok(Session {
            visit,
            room: welcome.room,
            room_name: welcome.room_name,
            player: welcome.player,
            token: welcome.token,
            is_seat_kept: false,
            rules: rules.clone(),
            players: Players::default(),
            interpolator: Interpolator::new(rules),
            frame: None,
            predicted: None,
            board: Vec::new(),
            standing: None,
            killer: None,
            credits_at_start: None,
            is_draining: false,
            is_unsaved: false,
        })
    }

    /// Takes over what was told before the connection was lost. The client's topics go on where they were, so only
    /// changes are told.
    pub fn go_on_from(&mut self, before: Session) {
        if before.visit != self.visit {
            return;
        }
        self.players = before.players;
        self.board = before.board;
        if before.player == self.player {
            self.standing = before.standing;
        }
    }

    /// The room goes on under other content.
    ///
    /// # Errors
    /// When the content has no such room.
    pub fn begin_epoch(&mut self, content: Arc<Content>) -> Result<(), RulesError> {
        let Rules { sector, mode, tick_hz, .. } = &*self.rules;
        let rules = Arc::new(Rules::new(content, &sector.id, &mode.id, *tick_hz)?);
        self.interpolator.begin_epoch(rules.clone());
        self.rules = rules;
        Ok(())
    }

    /// Our own ship as the newest snapshot has it, `None` while it is destroyed.
    pub fn own_ship(&self) -> Option<&ShipState> {
        self.frame.as_ref()?.own_ship()
    }

    /// The name of a player, also of one who has left.
    pub fn name(&self, player: PlayerId) -> String {
        self.players.name(player).map_or_else(|| say::SOMEONE.text(), str::to_owned)
    }

    /// Milliseconds from one tick to the next.
    pub fn tick_ms(&self) -> f64 {
        1e3 / f64::from(self.rules.tick_hz)
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::content::Content;
    use driftfield_shared::protocol::{InputTicket, PlayerInfo, RequestId};

    use super::*;

    fn session(visit: u32, player: u16) -> Session {
        let welcome = Welcome {
            player: PlayerId(player),
            token: Token([1; 16]),
            input_ticket: InputTicket([2; 16]),
            resumed: true,
            tick_hz: 30,
            room: "home".into(),
            room_name: "Home".into(),
            sector: "frontier".into(),
            mode: "frontier".into(),
            content: Content::built_in().unwrap(),
            newest_request: RequestId(0),
        };
        Session::new(welcome, visit).unwrap()
    }

    #[test]
    fn what_topics_told_stays_over_a_lost_connection_and_not_over_a_new_visit() {
        let before = || {
            let mut before = session(1, 3);
            let player = PlayerId(9);
            before.players.insert(PlayerInfo { player, name: "Bo".into(), is_bot: false });
            before.standing = Some(Standing { place: 2, kills: 1 });
            before
        };
        let after = |visit, player| {
            let mut after = session(visit, player);
            after.go_on_from(before());
            (after.players.name(PlayerId(9)).is_some(), after.standing.is_some())
        };
        assert_eq!(after(1, 3), (true, true));
        assert_eq!(after(1, 4), (true, false), "the rank is another seat's");
        assert_eq!(after(2, 3), (false, false), "all of it is told again");
    }
}
