//! Which rooms players have opened, who may open another one, and which of them end. Without a clock and without rooms.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::wish::OwnRoomError;
use crate::store::{AccountId, SanctionTarget};

/// What a host allows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OwnRoomLimits {
    /// Rooms of players at the same time; 0: none.
    pub rooms: usize,
    /// Seats of one of them, house bots included.
    pub seats: u16,
    /// How long a room waits for players before it ends.
    pub empty: Duration,
}

impl Default for OwnRoomLimits {
    fn default() -> Self {
        OwnRoomLimits { rooms: 8, seats: 32, empty: Duration::from_secs(600) }
    }
}

/// The rooms that players have opened. Times are since the start of the server.
#[derive(Debug)]
pub(super) struct Keeper<R> {
    limits: OwnRoomLimits,
    rooms: Vec<Kept<R>>,
    /// When each account last opened one.
    opened: HashMap<AccountId, Duration>,
}

/// A room that a player has opened.
#[derive(Debug)]
pub(super) struct Kept<R> {
    /// Its identifier.
    pub id: String,
    /// Who has opened it.
    pub owner: AccountId,
    /// The network that it is counted to, if that is known.
    network: Option<SanctionTarget>,
    /// What a guest must know; `None`: anybody may enter.
    pub invite: Option<[u8; 16]>,
    /// Guests so far.
    guests: usize,
    empty_since: Option<Duration>,
    is_leaving: bool,
    /// What belongs to it outside.
    pub rest: R,
}

/// What is done with a room after a look at it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// Nothing.
    Stay,
    /// Its bots are sent away: nobody has played for long.
    Leave,
    /// Its bots are called back: somebody has come after all.
    Return,
    /// It ends.
    End,
}

impl<R> Keeper<R> {
    /// A keeper without rooms.
    pub fn new(limits: OwnRoomLimits) -> Self {
        Keeper { limits, rooms: Vec::new(), opened: HashMap::new() }
    }

    /// Whether an account may open a room from this address.
    ///
    /// # Errors
    /// Why not.
    pub fn check(
        &mut self,
        now: Duration,
        owner: AccountId,
        address: Option<IpAddr>,
    ) -> Result<(), OwnRoomError> {
        let network = address.map(SanctionTarget::address);
        let of_network = |room: &&Kept<R>| network.is_some() && room.network == network;
        if self.rooms.iter().any(|room| room.owner == owner)
            || self.rooms.iter().filter(of_network).count() >= ROOMS_PER_NETWORK_MAX
        {
            return Err(OwnRoomError::HasOne);
        }
        if self.rooms.len() >= self.limits.rooms {
            return Err(OwnRoomError::Full);
        }
        self.opened.retain(|_, at| now.saturating_sub(*at) < PAUSE);
        match self.opened.get(&owner) {
            Some(at) => {
                let left = (PAUSE - now.saturating_sub(*at)).as_secs() + 1;
                Err(OwnRoomError::TooSoon { seconds: left as u32 })
            }
            // An attack has as many accounts as it likes, but not as many addresses.
            None if self.opened.len() >= OPENED_MAX => Err(OwnRoomError::Full),
            None => Ok(()),
        }
    }

    /// Takes a room up that was opened at `now`.
    pub fn add(
        &mut self,
        now: Duration,
        id: String,
        owner: AccountId,
        address: Option<IpAddr>,
        invite: Option<[u8; 16]>,
        rest: R,
    ) {
        debug_assert!(self.rooms.iter().all(|room| room.id != id), "identifiers are distinct");
        self.opened.insert(owner, now);
        let network = address.map(SanctionTarget::address);
        let empty_since = Some(now);
        let room =
            Kept { id, owner, network, invite, guests: 0, empty_since, is_leaving: false, rest };
        self.rooms.push(room);
    }

    /// The room with this identifier.
    pub fn find(&mut self, id: &str) -> Option<&mut Kept<R>> {
        self.rooms.iter_mut().find(|room| room.id == id)
    }

    /// The room of an account.
    pub fn of_owner(&self, owner: AccountId) -> Option<&Kept<R>> {
        self.rooms.iter().find(|room| room.owner == owner)
    }

    /// All rooms.
    pub fn iter(&self) -> impl Iterator<Item = &Kept<R>> {
        self.rooms.iter()
    }

    /// Notes how many people and bots have a seat in a room. Returns what is to be done with it.
    pub fn look(&mut self, now: Duration, id: &str, people: u32, bots: u32) -> Step {
        let empty = self.limits.empty;
        let Some(room) = self.find(id) else { return Step::Stay };
        if people > 0 {
            room.empty_since = None;
            return match std::mem::take(&mut room.is_leaving) {
                true => Step::Return,
                false => Step::Stay,
            };
        }
        let since = *room.empty_since.get_or_insert(now);
        let waited = now.saturating_sub(since);
        if waited < empty {
            return Step::Stay;
        }
        if !room.is_leaving {
            room.is_leaving = true;
            return Step::Leave;
        }
        // Bots of players may stay as long as they like elsewhere, but keep no room open.
        let is_over = bots == 0 || waited >= empty + LEAVING_MAX;
        if is_over { Step::End } else { Step::Stay }
    }

    /// Takes a room out.
    pub fn remove(&mut self, id: &str) -> Option<Kept<R>> {
        let index = self.rooms.iter().position(|room| room.id == id)?;
        Some(self.rooms.swap_remove(index))
    }
}

impl<R> Kept<R> {
    /// Counts a new guest who knows `invite`.
    ///
    /// # Errors
    /// When the invitation is not good, or there are too many guests.
    pub fn invite(&mut self, invite: &[u8; 16]) -> Result<(), OwnRoomError> {
        let Some(own) = &self.invite else { return Ok(()) };
        // Each byte is looked at, whatever the ones before it say.
        let difference = own.iter().zip(invite).fold(0, |sum, (own, told)| sum | (own ^ told));
        if difference != 0 {
            return Err(OwnRoomError::NoInvitation);
        }
        if self.guests >= GUESTS_MAX {
            return Err(OwnRoomError::TooManyGuests);
        }
        self.guests += 1;
        Ok(())
    }

    /// Counts guests of before a restart.
    pub fn restore_guests(&mut self, guests: usize) {
        self.guests = guests;
    }
}

/// Time between two rooms of an account.
const PAUSE: Duration = Duration::from_secs(60);
/// Accounts of which is known when they opened a room.
const OPENED_MAX: usize = 1_000;
/// Rooms that are counted to one network: two players behind one router may each have one.
const ROOMS_PER_NETWORK_MAX: usize = 2;
/// Accounts that one room lets in.
const GUESTS_MAX: usize = 1_000;
/// How long bots may take to leave.
const LEAVING_MAX: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: AccountId = AccountId(1);
    const BO: AccountId = AccountId(2);
    const EVE: AccountId = AccountId(3);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn keeper() -> Keeper<()> {
        Keeper::new(OwnRoomLimits { rooms: 3, ..OwnRoomLimits::default() })
    }

    #[test]
    fn a_room_ends_when_nobody_has_played_for_long_and_its_bots_have_left() {
        let mut keeper = keeper();
        keeper.add(at(0), "r".into(), ADA, None, None, ());
        let mut look = |now, people, bots| keeper.look(at(now), "r", people, bots);
        assert_eq!(look(599, 0, 2), Step::Stay);
        assert_eq!(look(599, 1, 2), Step::Stay);
        assert_eq!(look(9_000, 0, 2), Step::Stay, "the time begins when the last one leaves");
        assert_eq!(look(9_599, 0, 2), Step::Stay);
        assert_eq!(look(9_600, 0, 2), Step::Leave);
        assert_eq!(look(9_601, 0, 1), Step::Stay);
        assert_eq!(look(9_602, 0, 0), Step::End);
    }

    #[test]
    fn somebody_who_comes_at_the_last_moment_finds_the_room_with_its_bots() {
        let mut keeper = keeper();
        keeper.add(at(0), "r".into(), ADA, None, None, ());
        let mut look = |now, people, bots| keeper.look(at(now), "r", people, bots);
        assert_eq!(look(600, 0, 2), Step::Leave);
        assert_eq!(look(601, 1, 2), Step::Return);
        assert_eq!(look(602, 1, 2), Step::Stay);
        assert_eq!(look(603, 0, 2), Step::Stay);
        assert_eq!(look(1_203, 0, 2), Step::Leave);
        assert_eq!(look(1_232, 0, 2), Step::Stay);
        assert_eq!(look(1_233, 0, 2), Step::End, "bots of strangers keep no room open");
    }

    #[test]
    fn an_account_has_one_room_a_network_two_and_a_host_says_how_many_there_are() {
        let mut keeper = keeper();
        let home = Some("198.51.100.7".parse().unwrap());
        let add = |keeper: &mut Keeper<()>, now, id: &str, owner, address| {
            keeper.check(at(now), owner, address)?;
            keeper.add(at(now), id.into(), owner, address, None, ());
            Ok::<(), OwnRoomError>(())
        };
        add(&mut keeper, 0, "a", ADA, home).unwrap();
        assert_eq!(add(&mut keeper, 0, "x", ADA, None), Err(OwnRoomError::HasOne));
        add(&mut keeper, 0, "b", BO, home).unwrap();
        assert_eq!(add(&mut keeper, 0, "x", EVE, home), Err(OwnRoomError::HasOne));
        add(&mut keeper, 0, "c", EVE, None).unwrap();
        assert_eq!(add(&mut keeper, 0, "x", AccountId(4), None), Err(OwnRoomError::Full));
        keeper.remove("a");
        assert_eq!(
            add(&mut keeper, 20, "x", ADA, home),
            Err(OwnRoomError::TooSoon { seconds: 41 })
        );
        add(&mut keeper, 61, "x", ADA, home).unwrap();
        assert_eq!(keeper.of_owner(ADA).map(|room| room.id.as_str()), Some("x"));
    }

    #[test]
    fn only_the_whole_invitation_lets_in() {
        let mut keeper = keeper();
        keeper.add(at(0), "r".into(), ADA, None, Some([7; 16]), ());
        let room = keeper.find("r").unwrap();
        let mut wrong = [7; 16];
        wrong[15] = 8;
        assert_eq!(room.invite(&wrong), Err(OwnRoomError::NoInvitation));
        assert_eq!(room.invite(&[7; 16]), Ok(()));
        room.restore_guests(GUESTS_MAX);
        assert_eq!(room.invite(&[7; 16]), Err(OwnRoomError::TooManyGuests));
    }
}
