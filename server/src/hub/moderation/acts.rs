//! What an act changes: records for the store, and kicks for the rooms.

use driftfield_shared::protocol::{
    Act, CloseReason, Done, Nonce, NoticeEvent, RefusalReason, Role, Term,
};
use ipnet::IpNet;

use super::kicks::{Kick, Kicked};
use super::players::{Person, Target};
use super::powers::Rank;
use crate::hub::desk::{Asker, executed};
use crate::store::{
    AccountChange, AccountId, AuditLine, Batch, Record, Sanction, SanctionKind, SanctionTarget,
    UnixSeconds,
};

/// Who acts.
#[derive(Clone, Debug)]
pub struct Actor {
    /// How far the actor may go.
    pub rank: Rank,
    /// The account; `None`: the host.
    pub account: Option<AccountId>,
    /// For the audit log.
    pub in_words: String,
    /// The one room in which it acts, where it may do so only because it has opened that room: it kicks from there.
    pub only_in: Option<Box<str>>,
    /// The number with which it was asked for; `None`: nobody sends it again.
    pub nonce: Option<Nonce>,
}

impl Actor {
    /// The host.
    pub fn host() -> Actor {
        Actor {
            rank: Rank::Host,
            account: None,
            in_words: "host".to_owned(),
            only_in: None,
            nonce: None,
        }
    }

    /// An account with its role.
    pub fn of(account: AccountId, name: &str, role: Role) -> Actor {
        let in_words = format!("{} {name} ({account})", role.word());
        Actor { rank: Rank::Of(role), account: Some(account), in_words, only_in: None, nonce: None }
    }

    /// Adds to the batch of what the actor did that it was asked for, if it may be asked for again.
    pub fn note_executed(&self, batch: &mut Batch, at: UnixSeconds, done: Done) {
        if let (Some(account), Some(nonce)) = (self.account, self.nonce) {
            batch.push(executed(account, nonce, at, &done));
        }
    }

    /// Whoever asks, with the role of the account; the owner of a room acts there as a helper.
    pub fn asking(asker: &Asker, role: Role) -> Actor {
        let actor = Actor::of(asker.account, &asker.name, role);
        match asker.is_owner && role < Role::Helper {
            false => actor,
            true => Actor {
                rank: Rank::Of(Role::Helper),
                in_words: format!("owner {} ({})", asker.name, asker.account),
                only_in: Some(asker.room.clone()),
                ..actor
            },
        }
    }
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Deed {
    /// What.
    pub act: Act,
    /// Why, made fit to be shown.
    pub note: String,
    /// When.
    pub at: UnixSeconds,
}

/// What follows from it.
#[derive(Debug, Default)]
pub struct Effects {
    /// For the store, together.
    pub batch: Batch,
    /// For the rooms.
    pub kicks: Vec<Kick>,
    /// What the one concerned is told.
    pub told: Option<(AccountId, NoticeEvent)>,
}

impl Deed {
    /// Judges it, and says what follows. `in_force` are all sanctions, `role` that of whom it is about.
    ///
    /// # Errors
    /// When it may not or cannot be done.
    pub fn effects(
        &self,
        actor: &Actor,
        target: &Target,
        role: Role,
        in_force: &[(i64, Sanction)],
    ) -> Result<Effects, RefusalReason> {
        let account = match target {
            Target::Person(person) => person.account,
            Target::Network(..) => None,
        };
        if account.is_some() && account == actor.account {
            return Err(RefusalReason::Yourself);
        }
        actor.rank.judge(self.act, role)?;
        if actor.only_in.is_some() && self.act != Act::Kick {
            return Err(RefusalReason::NotAllowed);
        }
        let mut effects = Effects::default();
        match self.act {
            Act::Mute(term) | Act::Ban(term) => {
                let kind = self.kind();
                let target = sanctioned(target, kind)?;
                let ends = term.0.map(|seconds| self.at + UnixSeconds::from(seconds.max(1)));
                let (reason, made_by) = (self.note.clone(), actor.in_words.clone());
                effects.batch.push(Sanction { kind, target, reason, made_by, made: self.at, ends });
            }
            Act::Unmute | Act::Unban => {
                let (kind, target) = (self.kind(), sanctioned(target, self.kind())?);
                let is_it = |(_, it): &&(i64, Sanction)| it.kind == kind && it.target == target;
                for (id, _) in in_force.iter().filter(is_it) {
                    effects.batch.push(Record::EndSanction { id: *id, at: self.at });
                }
                if effects.batch.is_empty() {
                    return Err(RefusalReason::NotInForce);
                }
            }
            Act::Kick => effects.kicks = self.kicks(person(target)?, actor.only_in.as_deref()),
            Act::SetRole(role) => {
                let id = person(target)?.account.ok_or(RefusalReason::NoAccount)?;
                effects.batch.push(AccountChange::SetRole { id, role });
            }
        }
        effects.told = account.map(|account| (account, self.notice()));
        effects.batch.push(self.audit(actor, target));
        Ok(effects)
    }

    /// Which kind of sanction it begins or ends.
    fn kind(&self) -> SanctionKind {
        match self.act {
            Act::Mute(_) | Act::Unmute => SanctionKind::Mute,
            _ => SanctionKind::Ban,
        }
    }

    /// As the one concerned is told.
    fn notice(&self) -> NoticeEvent {
        let note = self.note.clone();
        match self.act {
            Act::Mute(term) => NoticeEvent::Muted { term, note },
            Act::Unmute => NoticeEvent::Unmuted,
            Act::Kick => NoticeEvent::Kicked { note },
            Act::Ban(term) => NoticeEvent::Banned { term, note },
            Act::Unban => NoticeEvent::Unbanned,
            Act::SetRole(role) => NoticeEvent::RoleGiven { role },
        }
    }

    fn kicks(&self, person: &Person, only_in: Option<&str>) -> Vec<Kick> {
        let kick = |whom| Kick {
            whom,
            room: only_in.map(Into::into),
            reason: CloseReason::Kicked,
            until: self.at + KICK_SECONDS,
        };
        match person.account {
            Some(account) => vec![kick(Kicked::Account(account))],
            None => {
                let guest = |seat: &super::Present| Kicked::Guest {
                    room: seat.room.clone(),
                    player: seat.player,
                    address: seat.address,
                };
                person.seats.iter().map(guest).map(kick).collect()
            }
        }
    }

    fn audit(&self, actor: &Actor, target: &Target) -> AuditLine {
        let (action, how) = match self.act {
            Act::Mute(term) => ("mute", term.to_string()),
            Act::Unmute => ("unmute", String::new()),
            Act::Kick => ("kick", String::new()),
            Act::Ban(term) => ("ban", term.to_string()),
            Act::Unban => ("unban", String::new()),
            Act::SetRole(role) => ("role", role.word().to_owned()),
        };
        let subject = match target {
            Target::Person(person) => person.in_words(),
            Target::Network(tag, network) => format!("{network} ({tag})"),
        };
        let detail = match (how.is_empty(), self.note.is_empty()) {
            (false, false) => format!("{how}: {}", self.note),
            (true, false) => self.note.clone(),
            (_, true) => how,
        };
        let (actor, action) = (actor.in_words.clone(), action.to_owned());
        AuditLine { at: self.at, actor, action, subject, detail }
    }
}

/// How long something is still so that ends then.
pub fn term_left(ends: Option<UnixSeconds>, now: UnixSeconds) -> Term {
    Term(ends.map(|ends| u32::try_from(ends - now).unwrap_or(0).max(1)))
}

fn person(target: &Target) -> Result<&Person, RefusalReason> {
    match target {
        Target::Person(person) => Ok(person),
        Target::Network(..) => Err(RefusalReason::NotAllowed),
    }
}

/// For whom a sanction is. A guest has no account, and is banned by network, on purpose and not by accident.
fn sanctioned(target: &Target, kind: SanctionKind) -> Result<SanctionTarget, RefusalReason> {
    match target {
        Target::Person(person) => {
            person.account.map(SanctionTarget::Account).ok_or(RefusalReason::NoAccount)
        }
        Target::Network(_, network) => of_network(*network, kind),
    }
}

fn of_network(network: IpNet, kind: SanctionKind) -> Result<SanctionTarget, RefusalReason> {
    match kind {
        SanctionKind::Ban => Ok(SanctionTarget::Network(network)),
        // Speaking takes an account, and a mute is for one.
        SanctionKind::Mute => Err(RefusalReason::NotAllowed),
    }
}

/// How long who was kicked is not let in.
const KICK_SECONDS: UnixSeconds = 60;

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::NetworkTag;

    use super::*;

    const EVE: AccountId = AccountId(9);

    fn eve() -> Target {
        Target::Person(Person { name: "Eve".into(), account: Some(EVE), seats: Vec::new() })
    }

    fn deed(act: Act) -> Deed {
        Deed { act, note: "spam".into(), at: 1_000 }
    }

    fn audit(effects: &Effects) -> String {
        let line = effects.batch.records().iter().find_map(|record| match record {
            Record::Audit(line) => Some(line.to_string()),
            _ => None,
        });
        line.expect("every act is in the log")
    }

    #[test]
    fn a_mute_is_kept_with_who_whom_why_and_until_when() {
        let actor = Actor::of(AccountId(1), "Ada", Role::Helper);
        let effects =
            deed(Act::Mute(Term(Some(600)))).effects(&actor, &eve(), Role::Player, &[]).unwrap();
        let Record::Sanction(mute) = &effects.batch.records()[0] else { panic!("a sanction") };
        assert_eq!((mute.kind, mute.ends), (SanctionKind::Mute, Some(1_600)));
        assert_eq!((&mute.target, &mute.reason[..]), (&SanctionTarget::Account(EVE), "spam"));
        let told = NoticeEvent::Muted { term: Term(Some(600)), note: "spam".into() };
        assert_eq!(effects.told, Some((EVE, told)));
        assert_eq!(mute.made_by, "helper Ada (0000000000000001)");
        let line = audit(&effects);
        let words = "helper Ada (0000000000000001)  mute  Eve (0000000000000009)  10m: spam";
        assert!(line.ends_with(words), "{line}");
    }

    #[test]
    fn what_may_not_be_done_has_no_effects() {
        let helper = Actor::of(AccountId(1), "Ada", Role::Helper);
        let refused = |act, target: &Target, role| {
            deed(act).effects(&helper, target, role, &[]).map(drop).unwrap_err()
        };
        assert_eq!(refused(Act::Kick, &eve(), Role::Helper), RefusalReason::Outranked);
        let week = Act::Mute(Term(Some(604_800)));
        let hour = RefusalReason::TermTooLong { seconds: 3_600 };
        assert_eq!(refused(week, &eve(), Role::Player), hour);
        let own = Person { name: "Ada".into(), account: Some(AccountId(1)), seats: Vec::new() };
        assert_eq!(refused(Act::Kick, &Target::Person(own), Role::Helper), RefusalReason::Yourself);
        let host = Actor::host();
        let guest = Person { name: "Guest".into(), account: None, seats: Vec::new() };
        let muted = deed(Act::Mute(Term::FOREVER)).effects(
            &host,
            &Target::Person(guest),
            Role::Player,
            &[],
        );
        assert_eq!(muted.unwrap_err(), RefusalReason::NoAccount);
        let network = Target::Network(NetworkTag(5), "192.0.2.0/24".parse().unwrap());
        let muted = deed(Act::Mute(Term::FOREVER)).effects(&host, &network, Role::Player, &[]);
        assert_eq!(muted.unwrap_err(), RefusalReason::NotAllowed);
    }

    #[test]
    fn the_owner_of_a_room_kicks_from_that_room_and_does_nothing_else() {
        let owner = |role| {
            let (account, name, room) = (AccountId(1), "Ada".to_owned(), "own-room".into());
            Actor::asking(&Asker { account, name, room, is_owner: true }, role)
        };
        let kick = |role| deed(Act::Kick).effects(&owner(role), &eve(), Role::Player, &[]).unwrap();
        let rooms = |effects: &Effects| effects.kicks[0].room.clone();
        assert_eq!(rooms(&kick(Role::Player)).as_deref(), Some("own-room"));
        assert_eq!(rooms(&kick(Role::Moderator)), None, "a moderator has more than that");
        let mute = Act::Mute(Term(Some(60)));
        let muted = deed(mute).effects(&owner(Role::Player), &eve(), Role::Player, &[]);
        assert_eq!(muted.unwrap_err(), RefusalReason::NotAllowed);
        let helper = deed(Act::Kick).effects(&owner(Role::Player), &eve(), Role::Helper, &[]);
        assert_eq!(helper.unwrap_err(), RefusalReason::Outranked);
    }

    #[test]
    fn an_unban_ends_every_ban_of_the_target_and_nothing_else() {
        let sanction = |kind, target| Sanction {
            kind,
            target,
            reason: String::new(),
            made_by: "host".into(),
            made: 0,
            ends: None,
        };
        let account = |id| SanctionTarget::Account(AccountId(id));
        let in_force = [
            (4, sanction(SanctionKind::Ban, account(9))),
            (3, sanction(SanctionKind::Mute, account(9))),
            (2, sanction(SanctionKind::Ban, account(8))),
            (1, sanction(SanctionKind::Ban, account(9))),
        ];
        let unban = |in_force: &[(i64, Sanction)]| {
            deed(Act::Unban).effects(&Actor::host(), &eve(), Role::Player, in_force)
        };
        let effects = unban(&in_force).unwrap();
        let ended = |record: &Record| match record {
            Record::EndSanction { id, at: 1_000 } => Some(*id),
            _ => None,
        };
        let ended: Vec<i64> = effects.batch.records().iter().filter_map(ended).collect();
        assert_eq!(ended, [4, 1]);
        assert_eq!(unban(&in_force[1..3]).unwrap_err(), RefusalReason::NotInForce);
    }
}
