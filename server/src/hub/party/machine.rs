//! Which accounts are in which party, and what each may do. It knows no clock, no store and no connection.
//!
//! A wish is judged first and changes nothing: what comes of it are the changes for the store. Once the store has taken
//! them, they are applied.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};

use driftfield_shared::protocol::{AccountTag, PartyMember, PartyRoom, PartySecret, RefusalReason};

use super::look::Sight;
use crate::limits::{
    PARTIES_MAX, PARTY_AWAY_SECONDS_MAX, PARTY_INVITATION_SECONDS, PARTY_INVITATIONS_MAX,
    PARTY_INVITATIONS_OF_ALL_MAX, PARTY_MEMBERS_MAX, PARTY_SEEN_SECONDS,
};
use crate::store::{AccountId, PartyChange, PartyId, StoredMember, StoredParty, UnixSeconds};

/// All parties.
#[derive(Debug, Default)]
pub struct Company {
    parties: BTreeMap<PartyId, Party>,
    /// The party of each account.
    of: HashMap<AccountId, PartyId>,
    by_secret: HashMap<PartySecret, PartyId>,
    /// The oldest first.
    invitations: VecDeque<Invitation>,
}

/// A party.
#[derive(Clone, Debug)]
pub struct Party {
    /// What lets its holder in.
    pub secret: PartySecret,
    /// One of the members.
    pub leader: AccountId,
    /// In the order in which they came; at least one.
    pub members: Vec<Member>,
}

/// A member of a party.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// The name in the room, or when it was last on-line.
    pub name: String,
    /// When it was last on-line, as the store has it.
    seen: UnixSeconds,
    /// Where it plays; `None`: it is not on-line.
    pub room: Option<PartyRoom>,
}

/// Somebody is asked to join a party, and has not answered.
#[derive(Clone, Debug)]
struct Invitation {
    by: AccountId,
    whom: AccountId,
    party: PartyId,
    ends: UnixSeconds,
}

/// What somebody else has to know of changes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PartyNews {
    /// An account is in a party from now on.
    Joined(PartyId, AccountId),
    /// It is there no more.
    Left(PartyId, AccountId),
}

/// A number and a secret for a party that may come to be. Both are random.
#[derive(Clone, Copy, Debug)]
pub struct Fresh {
    /// The number.
    pub id: PartyId,
    /// The secret.
    pub secret: PartySecret,
}

impl Company {
    /// What the store has. An account that was in two parties, by an error, is in the first alone.
    pub fn new(kept: Vec<StoredParty>) -> Self {
        let mut company = Company::default();
        for StoredParty { id, secret, leader, members } in kept {
            for (index, member) in members.into_iter().enumerate() {
                if company.of.contains_key(&member.account) {
                    continue;
                }
                company.apply(&match index {
                    0 => PartyChange::Open { id, secret, leader: member },
                    _ => PartyChange::Join(id, member),
                });
            }
            if company.of.get(&leader) == Some(&id) {
                company.apply(&PartyChange::Lead(id, leader));
            }
        }
        company
    }

    /// The party of an account.
    pub fn of(&self, account: AccountId) -> Option<(PartyId, &Party)> {
        let id = *self.of.get(&account)?;
        Some((id, self.parties.get(&id)?))
    }

    /// The party of a secret.
    pub fn by_secret(&self, secret: PartySecret) -> Option<(PartyId, &Party)> {
        let id = *self.by_secret.get(&secret)?;
        Some((id, self.parties.get(&id)?))
    }

    /// The party of a number.
    pub fn get(&self, id: PartyId) -> Option<&Party> {
        self.parties.get(&id)
    }

    /// All parties.
    pub fn iter(&self) -> impl Iterator<Item = (PartyId, &Party)> {
        self.parties.iter().map(|(id, party)| (*id, party))
    }

    /// All members of all parties.
    pub fn members(&self) -> impl Iterator<Item = AccountId> {
        self.of.keys().copied()
    }

    /// An account wants to be in a party, whichever. Nothing changes if it is in one.
    ///
    /// # Errors
    /// When there are too many parties.
    pub fn open(
        &self,
        who: StoredMember,
        Fresh { id, secret }: Fresh,
    ) -> Result<Vec<PartyChange>, RefusalReason> {
        if self.of.contains_key(&who.account) {
            return Ok(Vec::new());
        }
        if self.parties.len() >= PARTIES_MAX || self.parties.contains_key(&id) {
            return Err(RefusalReason::Busy);
        }
        Ok(vec![PartyChange::Open { id, secret: secret.0, leader: who }])
    }

    /// An account wants to join this party. It leaves one in which it is alone; nothing changes if it is in this one.
    ///
    /// # Errors
    /// When it is in another party, or this one is gone or full.
    pub fn join(
        &self,
        who: StoredMember,
        party: PartyId,
    ) -> Result<Vec<PartyChange>, RefusalReason> {
        let members = &self.parties.get(&party).ok_or(RefusalReason::NoParty)?.members;
        let account = who.account;
        let mut changes = Vec::new();
        if let Some((own, of_own)) = self.of(account) {
            if own == party {
                return Ok(changes);
            }
            if of_own.members.len() > 1 {
                return Err(RefusalReason::InParty);
            }
            changes.push(PartyChange::Leave(own, account));
        }
        if members.len() >= PARTY_MEMBERS_MAX {
            return Err(RefusalReason::PartyFull { max: PARTY_MEMBERS_MAX as u16 });
        }
        changes.push(PartyChange::Join(party, who));
        Ok(changes)
    }

    /// An account wants to be in its party no more.
    ///
    /// # Errors
    /// When it is in none.
    pub fn leave(&self, account: AccountId) -> Result<Vec<PartyChange>, RefusalReason> {
        let (id, party) = self.of(account).ok_or(RefusalReason::NoParty)?;
        let mut changes = vec![PartyChange::Leave(id, account)];
        if party.leader == account
            && let Some(next) = party.next_leader()
        {
            changes.push(PartyChange::Lead(id, next));
        }
        Ok(changes)
    }

    /// A leader wants to take a member out. The party has the fresh secret then: the member knows the one before.
    ///
    /// # Errors
    /// When the account does not lead a party, or that one is no member.
    pub fn remove(
        &self,
        leader: AccountId,
        member: AccountId,
        secret: PartySecret,
    ) -> Result<Vec<PartyChange>, RefusalReason> {
        let (id, party) = self.led_by(leader)?;
        if leader == member {
            return Err(RefusalReason::Yourself);
        }
        party.member(member).ok_or(RefusalReason::NoSuchPlayer)?;
        Ok(vec![PartyChange::Leave(id, member), PartyChange::Renew(id, secret.0)])
    }

    /// A leader wants another secret for the party.
    ///
    /// # Errors
    /// When the account does not lead a party.
    pub fn renew(
        &self,
        leader: AccountId,
        secret: PartySecret,
    ) -> Result<Vec<PartyChange>, RefusalReason> {
        let (id, _) = self.led_by(leader)?;
        Ok(vec![PartyChange::Renew(id, secret.0)])
    }

    /// An account invites another one into its party. Returns whether that is new.
    ///
    /// # Errors
    /// When it is in none, the party is full, or too many were invited.
    pub fn invite(
        &mut self,
        now: UnixSeconds,
        by: AccountId,
        whom: AccountId,
    ) -> Result<bool, RefusalReason> {
        let (party, of_party) = self.of(by).ok_or(RefusalReason::NoParty)?;
        if by == whom {
            return Err(RefusalReason::Yourself);
        }
        if of_party.member(whom).is_some() {
            return Ok(false);
        }
        if of_party.members.len() >= PARTY_MEMBERS_MAX {
            return Err(RefusalReason::PartyFull { max: PARTY_MEMBERS_MAX as u16 });
        }
        self.expire(now);
        let ends = now + PARTY_INVITATION_SECONDS;
        let same = |it: &Invitation| (it.by, it.whom) == (by, whom);
        if let Some(before) = self.invitations.iter().position(same) {
            let is_new = self.invitations[before].party != party;
            self.invitations.remove(before);
            self.invitations.push_back(Invitation { by, whom, party, ends });
            return Ok(is_new);
        }
        if self.invitations.len() >= PARTY_INVITATIONS_OF_ALL_MAX {
            return Err(RefusalReason::Busy);
        }
        if self.invitations.iter().filter(|it| it.by == by).count() >= PARTY_INVITATIONS_MAX {
            return Err(RefusalReason::ListFull);
        }
        self.invitations.push_back(Invitation { by, whom, party, ends });
        Ok(true)
    }

    /// The party into which an account was invited by this one, if that holds.
    ///
    /// # Errors
    /// When it does not.
    pub fn invited(
        &self,
        now: UnixSeconds,
        by: AccountId,
        whom: AccountId,
    ) -> Result<PartyId, RefusalReason> {
        let found = self.invitations.iter().find(|it| (it.by, it.whom) == (by, whom));
        let found = found.filter(|it| it.ends > now && self.parties.contains_key(&it.party));
        found.map(|it| it.party).ok_or(RefusalReason::NoInvitation)
    }

    /// An invitation is answered, or must not hold any more.
    pub fn forget_invitation(&mut self, by: AccountId, whom: AccountId) {
        self.invitations.retain(|it| (it.by, it.whom) != (by, whom));
    }

    /// Notes who is on-line, and where. Returns the changes that follow: who was on-line until now, and who has been away for
    /// too long.
    pub fn look(
        &mut self,
        now: UnixSeconds,
        Sight { mut present, silent }: Sight,
    ) -> Vec<PartyChange> {
        let mut changes = Vec::new();
        let mut gone = Vec::new();
        for party in self.parties.values_mut() {
            for member in &mut party.members {
                let was_present = member.room.is_some();
                match present.remove(&member.account) {
                    Some((name, room)) => (member.name, member.room) = (name, Some(room)),
                    None => member.room = member.room.take().filter(|it| silent.contains(&it.id)),
                }
                let is_present = member.room.is_some();
                let since = now.saturating_sub(member.seen);
                if is_present && since >= PARTY_SEEN_SECONDS || was_present && !is_present {
                    changes.push(PartyChange::Seen(member.account, now));
                } else if !is_present && since >= PARTY_AWAY_SECONDS_MAX {
                    gone.push(member.account);
                }
            }
        }
        // One of each party at a time: who leads next depends on who is still there.
        let mut parties: Vec<PartyId> = Vec::new();
        for account in gone {
            if let Some(party) = self.of.get(&account).filter(|party| !parties.contains(party)) {
                parties.push(*party);
                changes.extend(self.leave(account).unwrap_or_default());
            }
        }
        changes
    }

    /// Does what the store has taken.
    pub fn apply(&mut self, change: &PartyChange) -> Option<PartyNews> {
        let news = match change {
            PartyChange::Open { id, secret, leader } => {
                let secret = PartySecret(*secret);
                let party =
                    Party { secret, leader: leader.account, members: vec![Member::new(leader)] };
                self.by_secret.insert(secret, *id);
                self.parties.insert(*id, party);
                let before = self.of.insert(leader.account, *id);
                debug_assert_eq!(before, None, "an account is in one party");
                Some(PartyNews::Joined(*id, leader.account))
            }
            PartyChange::Join(id, member) => {
                let party = self.parties.get_mut(id)?;
                party.members.push(Member::new(member));
                let before = self.of.insert(member.account, *id);
                debug_assert_eq!(before, None, "an account is in one party");
                Some(PartyNews::Joined(*id, member.account))
            }
            PartyChange::Leave(id, account) => {
                let party = self.parties.get_mut(id)?;
                party.members.retain(|member| member.account != *account);
                self.of.remove(account);
                if party.members.is_empty() {
                    self.by_secret.remove(&party.secret);
                    self.parties.remove(id);
                }
                self.invitations.retain(|it| it.by != *account);
                Some(PartyNews::Left(*id, *account))
            }
            PartyChange::Lead(id, account) => {
                self.parties.get_mut(id)?.leader = *account;
                None
            }
            PartyChange::Renew(id, secret) => {
                let party = self.parties.get_mut(id)?;
                self.by_secret.remove(&party.secret);
                party.secret = PartySecret(*secret);
                self.by_secret.insert(party.secret, *id);
                None
            }
            PartyChange::Seen(account, at) => {
                let id = self.of.get(account)?;
                let party = self.parties.get_mut(id)?;
                let member = party.members.iter_mut().find(|it| it.account == *account)?;
                member.seen = *at;
                None
            }
        };
        debug_assert_eq!(self.parties.len(), self.by_secret.len(), "each party has its secret");
        news
    }

    fn led_by(&self, leader: AccountId) -> Result<(PartyId, &Party), RefusalReason> {
        let (id, party) = self.of(leader).ok_or(RefusalReason::NoParty)?;
        if party.leader == leader { Ok((id, party)) } else { Err(RefusalReason::NotLeader) }
    }

    fn expire(&mut self, now: UnixSeconds) {
        self.invitations.retain(|it| it.ends > now);
    }
}

impl Party {
    /// The member with this account.
    pub fn member(&self, account: AccountId) -> Option<&Member> {
        self.members.iter().find(|member| member.account == account)
    }

    /// Whether somebody in it is on-line.
    pub fn is_present(&self) -> bool {
        self.members.iter().any(|member| member.room.is_some())
    }

    /// Who leads after the leader: of those who are on-line the one who came first, else the first of all.
    fn next_leader(&self) -> Option<AccountId> {
        let others = || self.members.iter().filter(|member| member.account != self.leader);
        let next = others().find(|member| member.room.is_some()).or_else(|| others().next());
        next.map(|member| member.account)
    }

    /// Its members as a board has them.
    pub fn lines(&self) -> impl Iterator<Item = PartyMember> {
        self.members.iter().map(|Member { account, name, room, .. }| PartyMember {
            account: AccountTag(account.0),
            name: name.clone(),
            is_leader: *account == self.leader,
            room: room.clone(),
        })
    }
}

impl Member {
    fn new(StoredMember { account, name, seen }: &StoredMember) -> Self {
        Member { account: *account, name: name.clone(), seen: *seen, room: None }
    }
}
