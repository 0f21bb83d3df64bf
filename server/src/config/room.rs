//! A room as it is configured.

use driftfield_shared::limits::PLAYERS_PER_ROOM_MAX;

/// A room to open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoomConfig {
    /// As in `/ws?room=ID`: lower-case letters, digits and dashes, at most 32 of them.
    pub id: String,
    /// What players read.
    pub name: String,
    /// Identifier of the sector in the content.
    pub sector: String,
    /// Identifier of the mode in the content.
    pub mode: String,
    /// Seats, house bots included.
    pub max_players: u16,
    /// House bots that fill the room while there are seats left.
    pub bots: u16,
}

impl RoomConfig {
    /// The first thing that is wrong: a key and the reason.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if !is_room_id(&self.id) {
            return Err((
                "id",
                format!("{:?} is not 1 to {ROOM_ID_BYTES_MAX} of a-z, 0-9 and -", self.id),
            ));
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
                format!("{} is not 1 to {PLAYERS_PER_ROOM_MAX}", self.max_players),
            ));
        }
        if self.bots > self.max_players {
            return Err((
                "bots",
                format!("{} bots have no place in {} seats", self.bots, self.max_players),
            ));
        }
        Ok(())
    }
}

fn is_room_id(id: &str) -> bool {
    (1..=ROOM_ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Long enough for a name, short enough for an address that is read out.
const ROOM_ID_BYTES_MAX: usize = 32;
const ROOM_NAME_CHARS_MAX: usize = 64;
