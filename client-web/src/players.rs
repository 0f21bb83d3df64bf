//! Who is in the room, and who was.

use driftfield_shared::protocol::PlayerInfo;
use driftfield_shared::units::PlayerId;

use crate::render::{PlayerLook, Roster};
use crate::sorted_map::SortedMap;

/// The players of a room by their seats. Of those who left, what is known is kept until someone else has the seat: the
/// leaderboard and the kill feed still name them. There are no more entries than seats.
#[derive(Clone, Debug, Default)]
pub struct Players {
    seats: SortedMap<PlayerId, Seat>,
}

#[derive(Clone, Debug)]
struct Seat {
    info: PlayerInfo,
    is_taken: bool,
}

impl Players {
    /// Someone has come, or has changed.
    pub fn insert(&mut self, info: PlayerInfo) {
        self.seats.insert(info.player, Seat { info, is_taken: true });
    }

    /// Someone has left.
    pub fn remove(&mut self, player: PlayerId) {
        if let Some(seat) = self.seats.get_mut(&player) {
            seat.is_taken = false;
        }
    }

    /// The name of a player who is here or was.
    pub fn name(&self, player: PlayerId) -> Option<&str> {
        self.seats.get(&player).map(|seat| seat.info.name.as_str())
    }

    /// Everyone who is here, people before bots.
    pub fn people(&self) -> impl Iterator<Item = (PlayerId, &str)> {
        let here = |is_bot: bool| {
            let seats = self
                .seats
                .iter()
                .filter(move |(_, seat)| seat.is_taken && seat.info.is_bot == is_bot);
            seats.map(|(player, seat)| (*player, seat.info.name.as_str()))
        };
        here(false).chain(here(true))
    }

    /// Who here has this name.
    pub fn called(&self, name: &str) -> Option<PlayerId> {
        self.people().find(|(_, other)| *other == name).map(|(player, _)| player)
    }

    /// Whether a program plays, or played.
    pub fn is_bot(&self, player: PlayerId) -> bool {
        self.seats.get(&player).is_some_and(|seat| seat.info.is_bot)
    }
}

impl Roster for Players {
    fn look(&self, player: PlayerId) -> Option<PlayerLook<'_>> {
        let seat = self.seats.get(&player).filter(|seat| seat.is_taken)?;
        Some(PlayerLook { name: &seat.info.name, is_bot: seat.info.is_bot })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(player: u16, name: &str) -> PlayerInfo {
        PlayerInfo { player: PlayerId(player), name: name.to_owned(), is_bot: true }
    }

    #[test]
    fn whoever_has_left_keeps_the_name_until_the_seat_is_taken_again() {
        let mut players = Players::default();
        players.insert(info(3, "Miner Ada"));
        players.remove(PlayerId(3));
        assert_eq!(players.name(PlayerId(3)), Some("Miner Ada"), "the board still lists it");
        assert!(players.is_bot(PlayerId(3)));
        assert!(players.look(PlayerId(3)).is_none(), "no ship is labelled with it");
        players.insert(info(3, "Bo"));
        assert_eq!(players.name(PlayerId(3)), Some("Bo"));
        assert!(players.look(PlayerId(3)).is_some());
        players.remove(PlayerId(9));
        assert_eq!(players.name(PlayerId(9)), None);
    }
}
