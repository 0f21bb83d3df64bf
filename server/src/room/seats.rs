//! Seats: who is who in a room, whether connected or in the grace period after a lost connection.

use std::collections::HashSet;

use driftfield_shared::protocol::{PlayerInfo, Token};
use driftfield_shared::units::{PlayerId, Tick};
use serde::{Deserialize, Serialize};

use super::{names, secret};

/// A seat that somebody has.
#[derive(Clone, Debug)]
pub struct Seat {
    /// What others may know of it.
    pub info: PlayerInfo,
    /// Since when it has no connection; `None` while it has one.
    pub vacant_since: Option<Tick>,
    /// Only the hash is kept: what is not there cannot leak.
    token_hash: [u8; 32],
    /// The token that the present one replaced, until somebody plays who must have got that: an answer can get lost, and
    /// the ship must not be lost with it.
    replaced_hash: Option<[u8; 32]>,
    /// When it was taken; `None`: before a restart.
    taken_at: Option<Tick>,
    /// Whether anybody ever played on it.
    is_played: bool,
}

/// Seconds for which a seat outlives its connection at the least, if the room's grace is as long; with each second of play
/// it is a second more. Who just looked in keeps nobody out for long.
const FIRST_GRACE_SECONDS: u32 = 10;

/// A seat in a file: who may come back to it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SavedSeat {
    info: PlayerInfo,
    token_hash: [u8; 32],
}

/// All seats of a room.
#[derive(Clone, Debug)]
pub struct Seats {
    seats: Vec<Option<Seat>>,
    /// The names of all of them.
    names: HashSet<String>,
    /// The search for a free seat begins behind the last one given, so that identifiers are not reused soon.
    next: usize,
}

impl Seats {
    /// `count` free seats.
    pub fn new(count: usize) -> Self {
        Seats { seats: vec![None; count], names: HashSet::new(), next: 0 }
    }

    /// The seats of people, for a file.
    pub fn save(&self) -> Vec<SavedSeat> {
        self.iter()
            .filter(|seat| !seat.info.is_bot)
            .map(|seat| SavedSeat { info: seat.info.clone(), token_hash: seat.token_hash })
            .collect()
    }

    /// Keeps saved seats for their owners from tick `now` on. Those that do not fit are given up.
    pub fn restore(&mut self, saved: Vec<SavedSeat>, now: Tick) {
        for SavedSeat { info, token_hash } in saved {
            if let Some(seat) = self.seats.get_mut(info.player.index()) {
                self.names.insert(info.name.clone());
                let (vacant_since, replaced_hash, taken_at) = (Some(now), None, None);
                let is_played = true;
                *seat = Some(Seat {
                    info,
                    vacant_since,
                    token_hash,
                    replaced_hash,
                    taken_at,
                    is_played,
                });
            }
        }
    }

    /// Whether somebody has the seat.
    pub fn is_taken(&self, player: PlayerId) -> bool {
        self.seats.get(player.index()).is_some_and(Option::is_some)
    }

    /// Everyone with a seat.
    pub fn iter(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().flatten()
    }

    /// Gives a free seat to someone in tick `now`; `None` when there is none.
    pub fn take(
        &mut self,
        name: &str,
        is_bot: bool,
        token: &Token,
        now: Tick,
    ) -> Option<PlayerInfo> {
        let count = self.seats.len();
        let index = (0..count)
            .map(|offset| (self.next + offset) % count)
            .find(|index| self.seats[*index].is_none())?;
        self.next = index + 1;
        let name = names::tidy(name, index, |name| self.names.contains(name));
        let player = PlayerId(u16::try_from(index).ok()?);
        let info = PlayerInfo { player, name, is_bot };
        let token_hash = secret::hash(&token.0);
        let seat = Seat {
            info: info.clone(),
            vacant_since: None,
            token_hash,
            replaced_hash: None,
            taken_at: Some(now),
            is_played: false,
        };
        self.names.insert(info.name.clone());
        self.seats[index] = Some(seat);
        Some(info)
    }

    /// Gives a seat back to the one who has its token, which `next_token` replaces as soon as that is
    /// [`played`](Self::note_played) with.
    pub fn resume(&mut self, token: &Token, next_token: &Token) -> Option<PlayerInfo> {
        let wanted = secret::hash(&token.0);
        let is_wanted =
            |seat: &&mut Seat| seat.token_hash == wanted || seat.replaced_hash == Some(wanted);
        let seat = self.seats.iter_mut().flatten().find(is_wanted)?;
        seat.replaced_hash = Some(wanted);
        seat.token_hash = secret::hash(&next_token.0);
        seat.vacant_since = None;
        Some(seat.info.clone())
    }

    /// Notes that who has the seat plays, and so has its newest token.
    pub fn note_played(&mut self, player: PlayerId) {
        if let Some(Some(seat)) = self.seats.get_mut(player.index()) {
            seat.is_played = true;
            seat.replaced_hash = None;
        }
    }

    /// Notes that the connection of a seat is gone. Returns whether the seat is kept: nobody comes back to one that
    /// was never played on.
    pub fn vacate(&mut self, player: PlayerId, now: Tick) -> bool {
        let Some(Some(seat)) = self.seats.get_mut(player.index()) else { return false };
        seat.vacant_since = Some(now);
        seat.is_played
    }

    /// Frees a seat.
    pub fn free(&mut self, player: PlayerId) {
        if let Some(seat) = self.seats.get_mut(player.index()).and_then(Option::take) {
            self.names.remove(&seat.info.name);
        }
    }

    /// Seats whose grace period of `ticks` is over, or what of it they have earned in a room of `tick_hz` ticks a second.
    pub fn expired(&self, now: Tick, ticks: u32, tick_hz: u16) -> Vec<PlayerId> {
        let first = FIRST_GRACE_SECONDS * u32::from(tick_hz);
        let grace = |seat: &Seat, since: Tick| {
            let earned = seat.taken_at.map_or(ticks, |taken| first + since.since(taken));
            earned.min(ticks)
        };
        self.iter()
            .filter(|seat| {
                seat.vacant_since.is_some_and(|since| now.since(since) >= grace(seat, since))
            })
            .map(|seat| seat.info.player)
            .collect()
    }

    /// Seats of people and of programs.
    pub fn count(&self) -> (u32, u32) {
        let bots = self.iter().filter(|seat| seat.info.is_bot).count();
        ((self.iter().count() - bots) as u32, bots as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_taken_back_with_its_newest_token_only() {
        let mut seats = Seats::new(4);
        let (first, second) = (Token([1; 16]), Token([2; 16]));
        let info = seats.take("Ada", false, &first, Tick(0)).unwrap();
        seats.note_played(info.player);
        assert!(seats.vacate(info.player, Tick(10)));
        assert_eq!(seats.resume(&second, &second), None);
        assert_eq!(seats.resume(&first, &second), Some(info.clone()));
        seats.note_played(info.player);
        assert_eq!(seats.resume(&first, &second), None);
        assert_eq!(seats.resume(&second, &first), Some(info));
    }

    #[test]
    fn a_token_whose_successor_got_lost_on_the_way_is_still_good() {
        let mut seats = Seats::new(4);
        let tokens = [1, 2, 3, 4].map(|n| Token([n; 16]));
        let info = seats.take("Ada", false, &tokens[0], Tick(0)).unwrap();
        seats.note_played(info.player);
        for lost in &tokens[1..3] {
            assert_eq!(seats.resume(&tokens[0], lost), Some(info.clone()));
        }
        assert_eq!(seats.resume(&tokens[1], &tokens[3]), None, "nobody ever played with that");
        assert_eq!(seats.resume(&tokens[0], &tokens[3]), Some(info.clone()));
        seats.note_played(info.player);
        assert_eq!(seats.resume(&tokens[0], &tokens[1]), None);
        assert_eq!(seats.resume(&tokens[3], &tokens[1]), Some(info));
    }

    #[test]
    fn a_seat_that_was_never_played_on_is_not_kept() {
        let mut seats = Seats::new(1);
        let info = seats.take("Ada", false, &Token([1; 16]), Tick(0)).unwrap();
        assert!(!seats.vacate(info.player, Tick(300)));
    }

    #[test]
    fn who_just_looked_in_keeps_a_seat_for_less_long_than_who_has_played() {
        let mut seats = Seats::new(2);
        let (hz, grace) = (30, 120 * 30);
        let short = seats.take("Ada", false, &Token([1; 16]), Tick(0)).unwrap();
        let long = seats.take("Bob", false, &Token([2; 16]), Tick(0)).unwrap();
        seats.vacate(short.player, Tick(30));
        seats.vacate(long.player, Tick(200 * 30));
        assert!(seats.expired(Tick(30 + 329), grace, hz).is_empty());
        assert_eq!(seats.expired(Tick(30 + 330), grace, hz), [short.player]);
        seats.free(short.player);
        assert!(seats.expired(Tick(200 * 30 + grace - 1), grace, hz).is_empty());
        assert_eq!(seats.expired(Tick(200 * 30 + grace), grace, hz), [long.player]);
    }

    #[test]
    fn a_vacant_seat_expires_after_the_grace_period() {
        let mut seats = Seats::new(2);
        let info = seats.take("Ada", false, &Token([1; 16]), Tick(0)).unwrap();
        seats.vacate(info.player, Tick(10));
        assert!(seats.expired(Tick(39), 30, 30).is_empty());
        assert_eq!(seats.expired(Tick(40), 30, 30), [info.player]);
        seats.free(info.player);
        assert!(seats.expired(Tick(40), 30, 30).is_empty());
        let next = seats.take("Ada", false, &Token([1; 16]), Tick(0)).unwrap();
        assert_eq!(next.name, "Ada", "the name is free again, too");
    }

    #[test]
    fn a_full_room_has_no_seat() {
        let mut seats = Seats::new(1);
        assert!(seats.take("Ada", false, &Token([1; 16]), Tick(0)).is_some());
        assert!(seats.take("Bob", false, &Token([2; 16]), Tick(0)).is_none());
    }
}
