//! Votes of a room on whether somebody must leave it. It knows no clock, no store and no connection.
//!
//! ```text
//! start(who is active) --> Open --vote, poll--> Passed | Failed --some seconds--> gone
//! ```
//!
//! A vote passes with more than half of the accounts that were active in the room at its start, three at least. It fails
//! when that cannot be reached any more, or its time is up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use driftfield_shared::protocol::{RefusalReason, VoteId, VoteLine, VoteState};
use driftfield_shared::units::PlayerId;

use super::players::Present;
use crate::hub::chat::Moment;
use crate::hub::pace::too_often;
use crate::store::AccountId;

/// The votes of all rooms.
#[derive(Debug, Default)]
pub struct Votes {
    of_room: BTreeMap<Box<str>, Vote>,
    newest: u64,
    /// When an account may begin the next vote.
    starters: BTreeMap<AccountId, Duration>,
    /// When there may be a vote on somebody again.
    suspects: BTreeMap<Suspect, Duration>,
}

/// On whom there is a vote, so that it is not held again and again.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Suspect {
    Account(AccountId),
    Guest(Box<str>, PlayerId),
}

#[derive(Debug)]
struct Vote {
    line: VoteLine,
    whom: Present,
    /// Who may vote, and has voted how.
    voters: BTreeMap<AccountId, Option<bool>>,
    /// When it ends; once it has, when it is shown no more.
    due: Duration,
}

/// Who begins a vote.
#[derive(Clone, Debug)]
pub struct Starter {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
}

/// Something to publish or to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum VoteEvent {
    /// The vote of a room stands like this.
    Stands(Box<str>, VoteLine),
    /// A vote has passed: this player must leave the room.
    Passed(Box<str>, VoteLine, Present),
    /// It is shown no more.
    Over(Box<str>),
}

impl Votes {
    /// Begins a vote in a room. `active` are those who play there; whoever begins it votes for it.
    ///
    /// # Errors
    /// When there can be none now.
    pub fn start(
        &mut self,
        now: Moment,
        room: &str,
        starter: Starter,
        whom: Present,
        active: &BTreeSet<AccountId>,
        note: String,
    ) -> Result<(VoteId, Vec<VoteEvent>), RefusalReason> {
        if whom.account == Some(starter.account) {
            return Err(RefusalReason::Yourself);
        }
        if self.of_room.get(room).is_some_and(|vote| vote.line.state == VoteState::Open) {
            return Err(RefusalReason::VoteRunning);
        }
        let mut voters: BTreeMap<AccountId, Option<bool>> =
            active.iter().map(|account| (*account, None)).collect();
        voters.insert(starter.account, Some(true));
        voters.retain(|account, _| Some(*account) != whom.account);
        if voters.len() < VOTERS_MIN {
            let needed = VOTERS_MIN as u16;
            return Err(RefusalReason::TooFewVoters { needed });
        }
        let suspect = match whom.account {
            Some(account) => Suspect::Account(account),
            None => Suspect::Guest(room.into(), whom.player),
        };
        self.forget_old(now.since_start);
        let waits = [self.starters.get(&starter.account), self.suspects.get(&suspect)];
        if let Some(until) = waits.into_iter().flatten().max() {
            return Err(too_often(*until - now.since_start));
        }
        if self.starters.len().max(self.suspects.len()) >= REMEMBERED_MAX {
            return Err(RefusalReason::Busy);
        }
        self.starters.insert(starter.account, now.since_start + STARTER_PAUSE);
        self.suspects.insert(suspect, now.since_start + SUSPECT_PAUSE);
        // A number that no vote before a restart had.
        self.newest = now.unix_ms.max(self.newest + 1);
        let needed = (voters.len() / 2 + 1).max(VOTERS_MIN);
        let line = VoteLine {
            id: VoteId(self.newest),
            player: whom.player,
            name: whom.name.clone(),
            starter: starter.name,
            note,
            yes: 1,
            no: 0,
            needed: u16::try_from(needed).unwrap_or(u16::MAX),
            ends_at: now.unix_ms + VOTE_TIME.as_millis() as u64,
            state: VoteState::Open,
        };
        let stands = VoteEvent::Stands(room.into(), line.clone());
        let (id, due) = (line.id, now.since_start + VOTE_TIME);
        self.of_room.insert(room.into(), Vote { line, whom, voters, due });
        Ok((id, vec![stands]))
    }

    /// Takes a vote.
    ///
    /// # Errors
    /// When it does not count.
    pub fn vote(
        &mut self,
        now: Moment,
        room: &str,
        voter: AccountId,
        id: VoteId,
        yes: bool,
    ) -> Result<Vec<VoteEvent>, RefusalReason> {
        let running = self.of_room.get_mut(room).filter(|vote| {
            vote.line.id == id && vote.line.state == VoteState::Open && now.since_start < vote.due
        });
        let vote = running.ok_or(RefusalReason::NoVote)?;
        let voted = vote.voters.get_mut(&voter).ok_or(RefusalReason::NoVote)?;
        if voted.is_some() {
            return Err(RefusalReason::AlreadyVoted);
        }
        *voted = Some(yes);
        let count = |wanted| vote.voters.values().filter(|voted| **voted == Some(wanted)).count();
        vote.line.yes = u16::try_from(count(true)).unwrap_or(u16::MAX);
        vote.line.no = u16::try_from(count(false)).unwrap_or(u16::MAX);
        let open = vote.voters.values().filter(|voted| voted.is_none()).count();
        if vote.line.yes >= vote.line.needed {
            return Ok(vote.end(now.since_start, room, VoteState::Passed));
        }
        if usize::from(vote.line.yes) + open < usize::from(vote.line.needed) {
            return Ok(vote.end(now.since_start, room, VoteState::Failed));
        }
        Ok(vec![VoteEvent::Stands(room.into(), vote.line.clone())])
    }

    /// When something is due next.
    pub fn due(&self) -> Option<Duration> {
        self.of_room.values().map(|vote| vote.due).min()
    }

    /// Ends votes whose time is up, and forgets those that were shown long enough.
    pub fn poll(&mut self, now: Duration) -> Vec<VoteEvent> {
        let mut events = Vec::new();
        self.of_room.retain(|room, vote| {
            if vote.due > now {
                return true;
            }
            if vote.line.state == VoteState::Open {
                events.extend(vote.end(now, room, VoteState::Failed));
                return true;
            }
            events.push(VoteEvent::Over(room.clone()));
            false
        });
        events
    }

    fn forget_old(&mut self, now: Duration) {
        self.starters.retain(|_, until| *until > now);
        self.suspects.retain(|_, until| *until > now);
    }
}

impl Vote {
    fn end(&mut self, now: Duration, room: &str, state: VoteState) -> Vec<VoteEvent> {
        debug_assert_eq!(self.line.state, VoteState::Open, "a vote ends once");
        self.line.state = state;
        self.due = now + SHOWN_TIME;
        let mut events = vec![VoteEvent::Stands(room.into(), self.line.clone())];
        if state == VoteState::Passed {
            events.push(VoteEvent::Passed(room.into(), self.line.clone(), self.whom.clone()));
        }
        events
    }
}

/// Accounts that must be able to vote, and votes that are needed at least: two friends send nobody out.
const VOTERS_MIN: usize = 3;
/// How long a vote runs.
const VOTE_TIME: Duration = Duration::from_secs(30);
/// How long its end is shown.
const SHOWN_TIME: Duration = Duration::from_secs(8);
/// How long nobody begins a second vote.
const STARTER_PAUSE: Duration = Duration::from_secs(300);
/// How long there is no second vote on the same player, from the start of the first: as long as one who was voted out stays
/// away, and longer than who starts waits, so that two who take turns cannot keep a vote running.
const SUSPECT_PAUSE: Duration = Duration::from_secs(900);
/// Starters, and players voted on, that are remembered.
const REMEMBERED_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: AccountId = AccountId(1);
    const EVE: AccountId = AccountId(99);

    fn at(seconds: u64) -> Moment {
        let since_start = Duration::from_secs(seconds);
        Moment { since_start, unix_ms: 1_000_000 + 1_000 * seconds }
    }

    fn eve() -> Present {
        Present {
            room: "a".into(),
            player: PlayerId(4),
            name: "Eve".into(),
            account: Some(EVE),
            address: None,
            is_bot: false,
            is_house_bot: false,
            is_connected: true,
            is_active: true,
        }
    }

    /// Accounts 1 to `count`, of which 1 begins, and Eve.
    fn start(votes: &mut Votes, now: u64, count: u64) -> Result<VoteId, RefusalReason> {
        start_by(votes, now, ADA, count)
    }

    fn start_by(
        votes: &mut Votes,
        now: u64,
        account: AccountId,
        count: u64,
    ) -> Result<VoteId, RefusalReason> {
        let active = (1..=count).map(AccountId).chain([EVE]).collect();
        let starter = Starter { account, name: "Ada".into() };
        let started = votes.start(at(now), "a", starter, eve(), &active, "rams".into());
        started.map(|(id, _)| id)
    }

    fn states(events: &[VoteEvent]) -> Vec<VoteState> {
        let state = |event: &VoteEvent| match event {
            VoteEvent::Stands(_, line) => Some(line.state),
            _ => None,
        };
        events.iter().filter_map(state).collect()
    }

    #[test]
    fn a_vote_passes_with_more_than_half_of_the_active_and_three_at_least() {
        for (count, needed) in [(3, 3), (4, 3), (5, 3), (6, 4), (7, 4), (50, 26)] {
            let mut votes = Votes::default();
            let id = start(&mut votes, 0, count).unwrap();
            let mut yes = 1;
            for voter in 2..=count {
                yes += 1;
                let events = votes.vote(at(1), "a", AccountId(voter), id, true).unwrap();
                if yes == needed {
                    assert_eq!(states(&events), [VoteState::Passed], "{count}");
                    assert!(matches!(&events[1], VoteEvent::Passed(_, _, whom) if *whom == eve()));
                    break;
                }
                assert_eq!(states(&events), [VoteState::Open], "{count}");
            }
            assert_eq!(yes, needed);
            assert_eq!(votes.vote(at(1), "a", AccountId(50), id, true), Err(RefusalReason::NoVote));
        }
    }

    #[test]
    fn two_active_players_are_no_quorum_however_they_vote() {
        let mut votes = Votes::default();
        let refused = Err(RefusalReason::TooFewVoters { needed: 3 });
        assert_eq!(start(&mut votes, 0, 2), refused);
        assert_eq!(start(&mut votes, 0, 2), refused, "and nothing was counted");
        assert!(start(&mut votes, 0, 3).is_ok());
    }

    #[test]
    fn a_vote_fails_when_its_time_is_up_or_it_cannot_pass_any_more() {
        let mut votes = Votes::default();
        let id = start(&mut votes, 0, 4).unwrap();
        assert_eq!(votes.due(), Some(Duration::from_secs(30)));
        assert_eq!(votes.poll(Duration::from_secs(29)), []);
        assert_eq!(states(&votes.poll(Duration::from_secs(30))), [VoteState::Failed]);
        assert_eq!(votes.vote(at(30), "a", AccountId(2), id, true), Err(RefusalReason::NoVote));
        assert_eq!(votes.poll(Duration::from_secs(37)), []);
        assert_eq!(votes.poll(Duration::from_secs(38)), [VoteEvent::Over("a".into())]);
        assert_eq!(votes.due(), None);

        let mut votes = Votes::default();
        let id = start(&mut votes, 0, 4).unwrap();
        let first = votes.vote(at(1), "a", AccountId(2), id, false).unwrap();
        assert_eq!(states(&first), [VoteState::Open]);
        let second = votes.vote(at(1), "a", AccountId(3), id, false).unwrap();
        assert_eq!(states(&second), [VoteState::Failed]);
    }

    #[test]
    fn everyone_votes_once_and_only_who_was_there_and_never_the_one_it_is_about() {
        let mut votes = Votes::default();
        let id = start(&mut votes, 0, 5).unwrap();
        let mut vote = |room, voter, id| votes.vote(at(1), room, AccountId(voter), id, false).err();
        assert_eq!(vote("a", 1, id), Some(RefusalReason::AlreadyVoted), "the starter");
        assert_eq!(vote("a", 2, id), None);
        assert_eq!(vote("a", 2, id), Some(RefusalReason::AlreadyVoted));
        assert_eq!(vote("a", EVE.0, id), Some(RefusalReason::NoVote), "Eve");
        assert_eq!(vote("a", 77, id), Some(RefusalReason::NoVote), "somebody who came later");
        assert_eq!(vote("b", 3, id), Some(RefusalReason::NoVote));
        assert_eq!(vote("a", 3, VoteId(id.0 + 1)), Some(RefusalReason::NoVote));
    }

    #[test]
    fn there_is_one_vote_at_a_time_and_a_pause_for_starters_and_for_the_one_voted_on() {
        let mut votes = Votes::default();
        start(&mut votes, 0, 5).unwrap();
        let by =
            |votes: &mut Votes, now, account| start_by(votes, now, AccountId(account), 5).err();
        assert_eq!(by(&mut votes, 10, 2), Some(RefusalReason::VoteRunning));
        votes.poll(Duration::from_secs(30));
        assert_eq!(by(&mut votes, 31, 2), Some(RefusalReason::TooOften { seconds: 869 }));
        assert_eq!(by(&mut votes, 899, 2), Some(RefusalReason::TooOften { seconds: 1 }));
        assert_eq!(by(&mut votes, 900, 1), None, "both pauses are over");
        votes.poll(Duration::from_secs(930));
        let active = (1..=5).map(AccountId).collect();
        let (starter, other) = (
            Starter { account: ADA, name: "Ada".into() },
            Present { account: Some(AccountId(10)), ..eve() },
        );
        let again = votes.start(at(1_000), "a", starter, other, &active, String::new());
        assert_eq!(again.err(), Some(RefusalReason::TooOften { seconds: 200 }));
    }

    #[test]
    fn a_flood_of_votes_is_bounded() {
        let mut votes = Votes::default();
        let started = (0..50_u64)
            .flat_map(|round| (1..=50).map(move |account| (round, account)))
            .filter(|(round, account)| {
                votes.poll(Duration::from_secs(*round));
                start_by(&mut votes, *round, AccountId(*account), 50).is_ok()
            })
            .count();
        assert_eq!(started, 1, "fifty who try it for fifty seconds get one vote on one player");
    }
}
