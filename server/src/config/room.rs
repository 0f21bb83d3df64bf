//! The configuration of a room.

use driftfield_shared::limits::PLAYERS_PER_ROOM_MAX;

use crate::limits::OWN_ROOM_PREFIX;

/// A room to open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoomConfig {
    /// As in `/ws?room=ID`: lower-case letters, digits and dashes, at most 32 of them.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Identifier of the sector in the content.
    pub sector: String,
    /// Identifier of the mode in the content.
    pub mode: String,
    /// Number of seats, house bots included.
    pub max_players: u16,
    /// Number of house bots that fill free seats.
    pub bots: u16,
    /// Whether it is for load tests: the start page does not offer it to people.
    pub for_load: bool,
}

impl RoomConfig {
    /// The first mistake: a key and the reason.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if !is_id(&self.id) {
            return Err((
                "id",
                format!(
                    "{:?} is not 1 to {ROOM_ID_BYTES_MAX} characters of a-z, 0-9 and -",
                    self.id
                ),
            ));
        }
        if self.id.starts_with(OWN_ROOM_PREFIX) {
            let reason = format!("{:?}: {OWN_ROOM_PREFIX} is how rooms of players begin", self.id);
            return Err(("id", reason));
        }
        let name_chars = self.name.chars().count();
        if !(1..=ROOM_NAME_CHARS_MAX).contains(&name_chars)
            || self.name.chars().any(char::is_control)
        {
            return Err(("name", format!("it must have 1 to {ROOM_NAME_CHARS_MAX} characters")));
        }
        if !(1..=PLAYERS_PER_ROOM_MAX).contains(&usize::from(self.max_players)) {
            return Err((
                "max_players",
                format!("{} is not within 1 to {PLAYERS_PER_ROOM_MAX}", self.max_players),
            ));
        }
        if self.bots > self.max_players {
            return Err((
                "bots",
                format!("{} bots do not fit into {} seats", self.bots, self.max_players),
            ));
        }
        Ok(())
    }
}

/// Whether a text may be the identifier of a room or a sector.
pub(super) fn is_id(id: &str) -> bool {
    (1..=ROOM_ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Long enough for a name, and short enough to be read out as part of an address.
const ROOM_ID_BYTES_MAX: usize = 32;
const ROOM_NAME_CHARS_MAX: usize = 64;
