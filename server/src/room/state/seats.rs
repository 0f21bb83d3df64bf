//! Seats: who is who in a room, whether connected or in the grace period after a lost connection.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use driftfield_shared::limits::{NAME_BYTES_MAX, PLAYERS_PER_ROOM_MAX};
use driftfield_shared::protocol::PlayerInfo;
use driftfield_shared::units::{PlayerId, Tick};
use serde::{Deserialize, Serialize};

use super::command::{Join, Return, TokenHash};
use super::grace::GraceTicks;
use super::holder::Holder;
use super::names::Names;
use super::requests::SeatRequests;
use crate::store::AccountId;
use crate::text::visible;

/// A seat that somebody has.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Seat {
    /// What others may know of it.
    pub info: PlayerInfo,
    /// Since when it has no connection; `None` while it has one.
    pub vacant_since: Option<Tick>,
    token: TokenHash,
    /// Whose it is; `None`: a guest's.
    account: Option<AccountId>,
    /// The token that the present one replaced, until the present one takes the seat back: an answer can get lost, and
    /// the ship must not be lost with it.
    replaced_token: Option<TokenHash>,
    /// Whether it makes room for people.
    is_house_bot: bool,
    /// Which of all seats ever given this is.
    number: u32,
    /// Whom it is counted to: the network that its last connection came from.
    holder: Option<Holder>,
    /// Whether anybody ever played on it.
    is_played: bool,
    /// Since when its present connection plays; `None`: it does not, or there is none.
    playing_since: Option<Tick>,
    /// Ticks for which it outlives a connection. Playing earns them, standing vacant spends them.
    grace: u32,
    /// What was asked for so far.
    requests: SeatRequests,
}

impl Seat {
    /// Whose it is; `None`: a guest's.
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }
}

/// All seats of a room.
#[derive(Clone, Debug, Default)]
pub struct Seats {
    saved: SavedSeats,
    /// The names of all of them.
    names: Names,
}

/// Everything of them that does not follow from the rest.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct SavedSeats {
    grace: GraceTicks,
    seats: Vec<Option<Seat>>,
    /// The search for a free seat begins behind the last one given, so that identifiers are not reused soon.
    next: usize,
    /// Seats given so far.
    given: u32,
}

impl Seats {
    /// The state for a checkpoint.
    pub fn save(&self) -> SavedSeats {
        self.saved.clone()
    }

    /// The same without a copy.
    pub fn saved(&self) -> &SavedSeats {
        &self.saved
    }

    /// The seats of a checkpoint; `None` if they are impossible.
    pub fn resume(saved: SavedSeats) -> Option<Seats> {
        let mut names = Names::default();
        for (index, seat) in saved.seats.iter().enumerate() {
            let Some(Seat { info, .. }) = seat else { continue };
            if info.player.index() != index || info.name.len() > 4 * NAME_BYTES_MAX {
                return None;
            }
            names.insert(&info.name);
        }
        (saved.seats.len() <= PLAYERS_PER_ROOM_MAX).then_some(Seats { saved, names })
    }

    /// Changes the number of seats, and how long they are kept. Vacant seats are kept as long as any. Seats beyond the
    /// number must be free.
    pub fn open(&mut self, count: usize, grace: GraceTicks) {
        debug_assert!(self.iter().all(|seat| seat.info.player.index() < count), "a seat is lost");
        self.saved.grace = grace;
        self.saved.seats.resize(count, None);
        self.saved.seats.iter_mut().flatten().for_each(|seat| seat.grace = grace.most);
    }

    /// Whether no seat is free.
    pub fn is_full(&self) -> bool {
        self.saved.seats.iter().all(Option::is_some)
    }

    /// The seat that has this token.
    pub fn of_token(&self, token: &TokenHash) -> Option<&Seat> {
        self.iter().find(|seat| seat.token == *token)
    }

    /// Of the seats of house bots the one given last.
    pub fn newest_house_bot(&self) -> Option<PlayerId> {
        let bots = self.iter().filter(|seat| seat.is_house_bot);
        bots.max_by_key(|seat| seat.number).map(|seat| seat.info.player)
    }

    /// Whether somebody has the seat.
    pub fn is_taken(&self, player: PlayerId) -> bool {
        self.saved.seats.get(player.index()).is_some_and(Option::is_some)
    }

    /// Who has a seat, if anybody has.
    pub fn get(&self, player: PlayerId) -> Option<&Seat> {
        self.saved.seats.get(player.index())?.as_ref()
    }

    /// To which account a seat belongs; `None`: to a guest, or to nobody.
    pub fn account_of(&self, player: PlayerId) -> Option<AccountId> {
        self.get(player)?.account
    }

    /// Everyone with a seat.
    pub fn iter(&self) -> impl Iterator<Item = &Seat> {
        self.saved.seats.iter().flatten()
    }

    /// Gives a free seat to someone; `None` when there is none.
    pub fn take(&mut self, join: &Join) -> Option<PlayerInfo> {
        let SavedSeats { seats, next, given, grace } = &mut self.saved;
        let count = seats.len();
        let index = (0..count)
            .map(|offset| (*next + offset) % count)
            .find(|index| seats[*index].is_none())?;
        *next = index + 1;
        *given = given.wrapping_add(1);
        let name = self.names.choose(&join.name, index, join.is_bot);
        let player = PlayerId(u16::try_from(index).ok()?);
        let info = PlayerInfo { player, name, is_bot: join.is_bot };
        self.names.insert(&info.name);
        seats[index] = Some(Seat {
            info: info.clone(),
            vacant_since: None,
            token: join.token,
            account: join.account,
            replaced_token: None,
            is_house_bot: join.is_house_bot,
            number: *given,
            holder: join.holder,
            is_played: false,
            playing_since: None,
            grace: grace.first,
            requests: SeatRequests::default(),
        });
        Some(info)
    }

    /// Calls a player by another name. Returns how the player is called now; `None` if nothing of the name can be seen,
    /// or nobody has the seat.
    pub fn rename(&mut self, player: PlayerId, asked: &str) -> Option<PlayerInfo> {
        let Seats { saved, names } = self;
        let seat = saved.seats.get_mut(player.index())?.as_mut()?;
        if visible(asked).is_empty() {
            return None;
        }
        // The own name is not taken for oneself.
        names.remove(&seat.info.name);
        seat.info.name = names.choose(asked, player.index(), seat.info.is_bot);
        names.insert(&seat.info.name);
        Some(seat.info.clone())
    }

    /// The requests of a seat; `None` if nobody has it.
    pub fn requests(&self, player: PlayerId) -> Option<&SeatRequests> {
        let seat = self.saved.seats.get(player.index())?.as_ref()?;
        Some(&seat.requests)
    }

    /// The same, to be changed.
    pub fn requests_mut(&mut self, player: PlayerId) -> Option<&mut SeatRequests> {
        Some(&mut self.get_mut(player)?.requests)
    }

    /// Gives a seat back to its account, or to whoever has its token, which is good until the next one
    /// takes the seat back. A guest's seat becomes that of the account that comes back to it. Returns
    /// whether there is such a seat.
    pub fn resume_seat(&mut self, back: &Return, now: Tick) -> bool {
        let grace = self.saved.grace;
        let Some(player) = self.claimed(back) else { return false };
        let Some(seat) = self.get_mut(player) else { return false };
        // The token that was shown, if any, is good until the next one is shown.
        seat.replaced_token = back.token.or(Some(seat.token));
        seat.token = back.next_token;
        seat.account = seat.account.or(back.account);
        // Taken over from another window: that one's play counts.
        seat.stop_playing(now, grace);
        if let Some(since) = seat.vacant_since.take() {
            seat.grace = seat.grace.saturating_sub(now.since(since)).max(grace.later);
        }
        seat.holder = back.holder;
        true
    }

    /// The seat that somebody takes back: the account's before the token's. A token alone gives no right to the seat of
    /// another account.
    fn claimed(&self, Return { token, account, .. }: &Return) -> Option<PlayerId> {
        let is_accounts = |seat: &&Seat| account.is_some() && seat.account == *account;
        let has_token = |seat: &&Seat| {
            let is_shown =
                token.is_some() && [Some(seat.token), seat.replaced_token].contains(token);
            is_shown && (account.is_none() || seat.account.is_none())
        };
        let seat = self.iter().find(is_accounts).or_else(|| self.iter().find(has_token))?;
        Some(seat.info.player)
    }

    /// Notes that who has the seat plays. Returns whether that is news.
    pub fn note_played(&mut self, player: PlayerId, now: Tick) -> bool {
        let Some(seat) = self.get_mut(player).filter(|seat| seat.playing_since.is_none()) else {
            return false;
        };
        seat.playing_since = Some(now);
        seat.is_played = true;
        true
    }

    /// Notes that the connection of a seat is gone. Returns whether the seat is kept: nobody comes back to one that
    /// was never played on, and instead of a house bot another one comes later.
    pub fn vacate(&mut self, player: PlayerId, now: Tick) -> bool {
        let grace = self.saved.grace;
        let Some(seat) = self.get_mut(player) else { return false };
        seat.stop_playing(now, grace);
        seat.vacant_since = Some(now);
        seat.is_played && !seat.is_house_bot
    }

    /// The seat that goes first when a room is full: of the network that has the most seats, the vacant one that was played on
    /// the least. `None` when no network has a vacant seat besides another one.
    pub fn first_to_go(&self) -> Option<PlayerId> {
        let mut counts: BTreeMap<Holder, usize> = BTreeMap::new();
        for holder in self.iter().filter_map(|seat| seat.holder) {
            *counts.entry(holder).or_default() += 1;
        }
        self.iter()
            .filter(|seat| seat.vacant_since.is_some())
            .filter_map(|seat| Some((seat, *counts.get(&seat.holder?)?)))
            .filter(|(_, count)| *count > 1)
            .min_by_key(|(seat, count)| (Reverse(*count), seat.grace, seat.vacant_since))
            .map(|(seat, _)| seat.info.player)
    }

    /// Frees a seat. Returns whether somebody had it.
    pub fn free(&mut self, player: PlayerId) -> bool {
        let seat = self.saved.seats.get_mut(player.index()).and_then(Option::take);
        seat.is_some_and(|seat| {
            self.names.remove(&seat.info.name);
            true
        })
    }

    /// Vacant seats whose grace is over.
    pub fn expired(&self, now: Tick) -> Vec<PlayerId> {
        let is_over =
            |seat: &&Seat| seat.vacant_since.is_some_and(|since| now.since(since) >= seat.grace);
        self.iter().filter(is_over).map(|seat| seat.info.player).collect()
    }

    fn get_mut(&mut self, player: PlayerId) -> Option<&mut Seat> {
        self.saved.seats.get_mut(player.index())?.as_mut()
    }

    /// Seats of people and of programs.
    pub fn count(&self) -> (u32, u32) {
        let bots = self.iter().filter(|seat| seat.info.is_bot).count();
        ((self.iter().count() - bots) as u32, bots as u32)
    }
}

impl Seat {
    /// Books the time of play that ends now.
    fn stop_playing(&mut self, now: Tick, grace: GraceTicks) {
        if let Some(since) = self.playing_since.take() {
            self.grace = self.grace.saturating_add(now.since(since)).min(grace.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::Token;

    use super::*;

    const HZ: u32 = 30;

    fn seats(count: usize) -> Seats {
        let mut seats = Seats::default();
        seats.open(count, GraceTicks::new(120.0, 30));
        seats
    }

    fn token(n: u8) -> TokenHash {
        TokenHash::from(&Token([n; 16]))
    }

    fn join(name: &str, n: u8, holder: Option<Holder>) -> Join {
        let (is_bot, is_house_bot, account) = (false, false, None);
        let (name, token, purse) = (name.into(), token(n), None);
        Join { name, is_bot, is_house_bot, account, token, holder, purse }
    }

    /// A person takes a seat with token `n`.
    fn take(seats: &mut Seats, name: &str, n: u8) -> Option<PlayerId> {
        seats.take(&join(name, n, None)).map(|info| info.player)
    }

    /// Whether token `n` takes a seat back, with `next` as the next token.
    fn resumes(seats: &mut Seats, n: u8, next: u8, now: u32) -> bool {
        let (token, next_token) = (Some(token(n)), token(next));
        seats.resume_seat(&Return { token, account: None, next_token, holder: None }, Tick(now))
    }

    #[test]
    fn a_token_is_good_until_its_successor_takes_the_seat_back() {
        let mut seats = seats(4);
        let ada = take(&mut seats, "Ada", 1).unwrap();
        assert!(seats.note_played(ada, Tick(0)));
        assert!(seats.vacate(ada, Tick(10)));
        assert!(!resumes(&mut seats, 2, 2, 20));
        assert!(resumes(&mut seats, 1, 2, 20));
        assert_eq!(seats.of_token(&token(2)).unwrap().info.player, ada);
        assert!(seats.note_played(ada, Tick(20)));
        assert!(resumes(&mut seats, 2, 3, 20));
        assert!(!resumes(&mut seats, 1, 4, 20), "its successor was used");
    }

    #[test]
    fn a_token_whose_successor_got_lost_on_the_way_is_still_good() {
        let mut seats = seats(4);
        let ada = take(&mut seats, "Ada", 1).unwrap();
        seats.note_played(ada, Tick(0));
        assert!(resumes(&mut seats, 1, 2, 20));
        // Also after some play: the word that the successor is safe may have been lost with the server.
        seats.note_played(ada, Tick(20));
        assert!(resumes(&mut seats, 1, 3, 20));
        assert!(!resumes(&mut seats, 2, 4, 20), "it was never confirmed");
        assert!(resumes(&mut seats, 3, 4, 20));
        assert!(!resumes(&mut seats, 1, 5, 20));
    }

    #[test]
    fn a_seat_belongs_to_its_account_which_needs_no_token_and_of_which_there_is_one() {
        let mut seats = seats(4);
        let [ada, bob] = [AccountId(1), AccountId(2)];
        let first = seats.take(&Join { account: Some(ada), ..join("Ada", 1, None) }).unwrap();
        let guest = take(&mut seats, "Eve", 2).unwrap();
        let mut back = |token: Option<TokenHash>, account, next: u8| {
            let next_token = self::token(next);
            let back = Return { token, account, next_token, holder: None };
            let is_back = seats.resume_seat(&back, Tick(1));
            is_back.then(|| seats.of_token(&next_token).unwrap().info.player)
        };
        assert_eq!(back(None, None, 9), None);
        assert_eq!(back(None, Some(bob), 9), None);
        assert_eq!(back(Some(token(1)), Some(bob), 9), None, "it is another account's");
        assert_eq!(back(None, Some(ada), 3), Some(first.player));
        assert_eq!(back(Some(token(2)), Some(bob), 4), Some(guest), "a guest gets an account");
        assert_eq!(back(None, Some(bob), 5), Some(guest));
        assert_eq!(
            back(Some(token(5)), Some(ada), 6),
            Some(first.player),
            "the account's comes first"
        );
    }

    #[test]
    fn a_seat_that_was_never_played_on_or_is_a_house_bots_is_not_kept() {
        let mut seats = seats(2);
        let ada = take(&mut seats, "Ada", 1).unwrap();
        assert!(!seats.vacate(ada, Tick(300)));
        let bot = Join { is_house_bot: true, ..join("Bot", 2, None) };
        let bot = seats.take(&bot).unwrap().player;
        seats.note_played(bot, Tick(0));
        assert!(!seats.vacate(bot, Tick(300)));
    }

    #[test]
    fn who_just_looked_in_keeps_a_seat_for_less_long_than_who_has_played() {
        let mut seats = seats(2);
        let short = take(&mut seats, "Ada", 1).unwrap();
        let long = take(&mut seats, "Bob", 2).unwrap();
        seats.note_played(short, Tick(0));
        seats.note_played(long, Tick(0));
        seats.vacate(short, Tick(HZ));
        seats.vacate(long, Tick(200 * HZ));
        assert!(seats.expired(Tick(HZ + 11 * HZ - 1)).is_empty());
        assert_eq!(seats.expired(Tick(HZ + 11 * HZ)), [short]);
        assert!(seats.free(short) && !seats.free(short));
        let next = seats.take(&join("Ada", 3, None)).unwrap();
        assert_eq!(next.name, "Ada", "the name is free again, too");
        assert!(seats.expired(Tick(320 * HZ - 1)).is_empty());
        assert_eq!(seats.expired(Tick(320 * HZ)), [long]);
    }

    #[test]
    fn a_grace_that_need_not_be_earned_is_as_long_at_every_return() {
        let mut seats = Seats::default();
        seats.open(1, GraceTicks::whole(120.0, 30));
        let ada = take(&mut seats, "Ada", 1).unwrap();
        seats.note_played(ada, Tick(0));
        seats.vacate(ada, Tick(1));
        assert!(seats.expired(Tick(120 * HZ)).is_empty());
        assert!(resumes(&mut seats, 1, 2, 120 * HZ));
        seats.vacate(ada, Tick(120 * HZ));
        assert!(seats.expired(Tick(240 * HZ - 1)).is_empty());
        assert_eq!(seats.expired(Tick(240 * HZ)), [ada]);
    }

    #[test]
    fn one_return_does_not_renew_what_was_spent_of_the_grace() {
        let mut seats = seats(1);
        let ada = take(&mut seats, "Ada", 1).unwrap();
        seats.note_played(ada, Tick(0));
        // 100 s of play make 110 s of grace, of which 90 are spent.
        seats.vacate(ada, Tick(100 * HZ));
        assert!(resumes(&mut seats, 1, 2, 190 * HZ));
        seats.note_played(ada, Tick(190 * HZ));
        seats.vacate(ada, Tick(190 * HZ + 1));
        assert!(seats.expired(Tick(210 * HZ)).is_empty());
        assert_eq!(seats.expired(Tick(211 * HZ)), [ada]);
        // However much is spent, there is time to come back once more.
        assert!(resumes(&mut seats, 2, 3, 210 * HZ));
        seats.vacate(ada, Tick(210 * HZ));
        assert!(seats.expired(Tick(215 * HZ - 1)).is_empty());
        assert_eq!(seats.expired(Tick(215 * HZ)), [ada]);
    }

    #[test]
    fn of_a_full_room_the_vacant_seats_of_who_has_the_most_go_first_the_least_played_before() {
        let mut seats = seats(8);
        let holder = |n| Some(Holder::from_number(n));
        let mut take = |n: u8, holder, played: u32, is_vacant: bool| {
            let player = seats.take(&join("Ada", n, holder)).unwrap().player;
            seats.note_played(player, Tick(0));
            if is_vacant {
                seats.vacate(player, Tick(played));
            }
            player
        };
        let _one_alone = take(0, holder(1), 0, true);
        let _unknown = take(1, None, 0, true);
        let of_two = [take(2, holder(2), 500, true), take(3, holder(2), 0, false)];
        let of_three = [
            take(4, holder(3), 900, true),
            take(5, holder(3), 10, true),
            take(6, holder(3), 0, false),
        ];
        let mut gone = Vec::new();
        while let Some(player) = seats.first_to_go() {
            seats.free(player);
            gone.push(player);
        }
        // With two left of three, it is a tie: who was played on less goes.
        assert_eq!(gone, [of_three[1], of_two[0], of_three[0]]);
    }

    #[test]
    fn a_full_room_has_no_seat() {
        let mut seats = seats(1);
        assert!(take(&mut seats, "Ada", 1).is_some() && seats.is_full());
        assert!(take(&mut seats, "Bob", 2).is_none());
    }

    #[test]
    fn seats_that_are_saved_and_resumed_are_the_same_and_impossible_ones_are_refused() {
        let mut seats = seats(3);
        let ada = take(&mut seats, "Ada", 1).unwrap();
        let mut again = Seats::resume(seats.save()).unwrap();
        let next = again.take(&join("Ada", 2, None)).unwrap();
        assert_eq!(next, seats.take(&join("Ada", 2, None)).unwrap());
        assert_eq!((next.name.as_str(), next.player != ada), ("Ada 2", true));
        let mut saved = seats.save();
        saved.seats.swap(0, 2);
        assert!(Seats::resume(saved).is_none());
    }
}
