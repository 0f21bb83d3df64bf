//! What a player wants a room to be, checked.

use thiserror::Error;

use super::keeper::OwnRoomLimits;
use crate::text::{WordList, cut, visible};

/// What a player wants a room to be, as it came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wish {
    /// Which of the host's rooms it is to be like: the same sector and mode.
    pub like: String,
    /// Its name.
    pub name: String,
    /// The player's name.
    pub owner_name: String,
    /// Number of seats.
    pub seats: u16,
    /// Number of house bots.
    pub bots: u16,
    /// Whether it is entered by invitation only.
    pub is_locked: bool,
}

/// Why a room is not opened, or not entered. The message is for the player.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum OwnRoomError {
    /// The host wants none.
    #[error("this server has no rooms of one's own")]
    None,
    /// The host has no such room, or it is not offered to players.
    #[error("there is no room that it could be like")]
    LikeNothing,
    /// Nothing can be seen in the name, or the host's list has a word of it.
    #[error("that name cannot be used")]
    Name,
    /// Too few or too many.
    #[error("a room has 2 to {max} seats")]
    Seats {
        /// Most seats that the host allows.
        max: u16,
    },
    /// There would be no seat for people.
    #[error("there must be fewer bots than seats")]
    Bots,
    /// The player, or somebody from the same address, has a room already.
    #[error("you have a room already: it ends some minutes after the last player has left")]
    HasOne,
    /// As many rooms as the host allows.
    #[error("there are as many rooms as the host allows: join one, or try again later")]
    Full,
    /// The last one was opened a moment ago.
    #[error("try again in {seconds} s")]
    TooSoon {
        /// Seconds until then.
        seconds: u32,
    },
    /// The room has ended, or there never was one.
    #[error("there is no such room")]
    NoSuchRoom,
    /// The invitation is another room's, or was made up.
    #[error("that invitation is not good for this room")]
    NoInvitation,
    /// As many guests as a room may have.
    #[error("this room has as many guests as it may have")]
    TooManyGuests,
    /// It would not be durable, or the system refuses a thread.
    #[error("no room can be opened at the moment: try again in a while")]
    Unavailable,
}

impl OwnRoomError {
    /// The value of the `reason` label in the metrics, and the code for the page.
    pub fn label(self) -> &'static str {
        match self {
            OwnRoomError::None => "own_rooms_none",
            OwnRoomError::LikeNothing => "own_room_like_nothing",
            OwnRoomError::Name => "own_room_name",
            OwnRoomError::Seats { .. } => "own_room_seats",
            OwnRoomError::Bots => "own_room_bots",
            OwnRoomError::HasOne => "own_room_has_one",
            OwnRoomError::Full => "own_rooms_full",
            OwnRoomError::TooSoon { .. } => "own_room_too_soon",
            OwnRoomError::NoSuchRoom => "own_room_gone",
            OwnRoomError::NoInvitation => "own_room_invitation",
            OwnRoomError::TooManyGuests => "own_room_guests",
            OwnRoomError::Unavailable => "own_room_unavailable",
        }
    }
}

impl Wish {
    /// The same with tidy names.
    ///
    /// # Errors
    /// The first thing that the host's limits do not allow.
    pub(super) fn check(
        self,
        limits: &OwnRoomLimits,
        words: &WordList,
    ) -> Result<Wish, OwnRoomError> {
        if limits.rooms == 0 {
            return Err(OwnRoomError::None);
        }
        if !(SEATS_MIN..=limits.seats).contains(&self.seats) {
            return Err(OwnRoomError::Seats { max: limits.seats });
        }
        if self.bots >= self.seats {
            return Err(OwnRoomError::Bots);
        }
        let tidy = |text: &str, chars_max| {
            let text = cut(&visible(text), chars_max);
            let is_good = !text.is_empty() && words.find(&text).is_empty();
            is_good.then_some(text).ok_or(OwnRoomError::Name)
        };
        let name = tidy(&self.name, NAME_CHARS_MAX)?;
        let owner_name = tidy(&self.owner_name, OWNER_CHARS_MAX)?;
        Ok(Wish { name, owner_name, ..self })
    }
}

/// One is alone by oneself.
const SEATS_MIN: u16 = 2;
/// Short enough for a line of the list on a phone.
const NAME_CHARS_MAX: usize = 32;
/// As long as the name of a player.
const OWNER_CHARS_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Severity;

    fn wish() -> Wish {
        Wish {
            like: "frontier".into(),
            name: " Ada's\u{202e}  room ".into(),
            owner_name: "Ada".into(),
            seats: 8,
            bots: 3,
            is_locked: true,
        }
    }

    #[test]
    fn a_wish_is_tidied_and_kept_within_the_hosts_limits() {
        let words = WordList::new(Severity::default(), &["badword".to_owned()]);
        let limits = OwnRoomLimits { seats: 16, ..OwnRoomLimits::default() };
        let good = wish().check(&limits, &words).unwrap();
        assert_eq!(good.name, "Ada's room");
        let name = |name: &str| Wish { name: name.into(), ..wish() };
        for (wish, error) in [
            (name(" \u{200b} "), OwnRoomError::Name),
            (name("my badword room"), OwnRoomError::Name),
            (Wish { seats: 1, bots: 0, ..wish() }, OwnRoomError::Seats { max: 16 }),
            (Wish { seats: 17, ..wish() }, OwnRoomError::Seats { max: 16 }),
            (Wish { bots: 8, ..wish() }, OwnRoomError::Bots),
        ] {
            assert_eq!(wish.check(&limits, &words), Err(error));
        }
        let none = OwnRoomLimits { rooms: 0, ..limits };
        assert_eq!(wish().check(&none, &words), Err(OwnRoomError::None));
        let long = name(&"Orion".repeat(20)).check(&limits, &words).unwrap();
        assert_eq!(long.name.len(), NAME_CHARS_MAX);
    }
}
