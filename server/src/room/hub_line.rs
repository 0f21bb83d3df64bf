//! A room's line to the hub: what players ask it for, and what it answers.

use std::sync::mpsc::{Receiver, Sender, channel};

use driftfield_shared::limits::NAME_BYTES_MAX;
use driftfield_shared::protocol::{
    AccountTag, HubBody, HubRequest, LinesOf, PartyWish, RefusalReason, SayTo, Whom,
};
use driftfield_shared::units::PlayerId;

use super::RoomSettings;
use super::state::{Seat, Seats};
use crate::hub::{
    Answer, Ask, Asker, HubReply, NoticesAsk, PartyAsk, Place, Plea, SettingsAsk, Subject, Target,
    What,
};
use crate::store::AccountId;

/// A room's line to the hub. At most as many answers are on it as clients may have requests without one.
#[derive(Debug)]
pub struct HubLine {
    answers: Receiver<HubReply>,
    sender: Sender<HubReply>,
}

impl Default for HubLine {
    fn default() -> Self {
        let (sender, answers) = channel();
        HubLine { answers, sender }
    }
}

impl HubLine {
    /// Hands a request on, in the name of its player's account.
    ///
    /// # Errors
    /// When the player has no account, nobody is meant, or too many requests wait.
    pub fn ask(
        &self,
        seats: &Seats,
        settings: &RoomSettings,
        player: PlayerId,
        HubRequest { id, nonce, body }: HubRequest,
    ) -> Result<(), RefusalReason> {
        let name = |player| seats.get(player).map(|seat| seat.info.name.clone());
        let account = seats.account_of(player).ok_or(RefusalReason::NoAccount)?;
        let room: Box<str> = settings.id.as_str().into();
        let is_owner = settings.door.owner() == Some(account);
        let asker =
            Asker { account, name: name(player).unwrap_or_default(), room: room.clone(), is_owner };
        let answer = Answer { room: self.sender.clone(), player, account, id };
        let subject = |whom| subject(seats, whom);
        let plea = match body {
            HubBody::Say { to, saying } => {
                let target = match to {
                    SayTo::Room => Target::Room,
                    SayTo::Player(other) => {
                        let account = seats.account_of(other);
                        let target = account.zip(name(other));
                        let (account, name) = target.ok_or(RefusalReason::NobodyThere)?;
                        Target::Account(account, Some(name))
                    }
                    SayTo::Account(AccountTag(tag)) => Target::Account(AccountId(tag), None),
                    SayTo::Party => {
                        let what = What::SayInParty(saying);
                        return settings.desks.chat.leave(Ask { asker, nonce, what, answer });
                    }
                };
                let what = What::Say(target, saying);
                return settings.desks.chat.leave(Ask { asker, nonce, what, answer });
            }
            HubBody::History { of, before } => {
                let what = match of {
                    LinesOf::Room => What::History(Place::Room(room), before),
                    LinesOf::Inbox => What::History(Place::Inbox(account), before),
                    LinesOf::Party => What::PartyHistory(before),
                };
                return settings.desks.chat.leave(Ask { asker, nonce, what, answer });
            }
            HubBody::Ignore { whom, is_ignored } => Plea::Ignore(subject(whom)?, is_ignored),
            HubBody::Ignored => Plea::Ignored,
            HubBody::Befriend { whom, is_wanted } => Plea::Befriend(subject(whom)?, is_wanted),
            HubBody::Friends => Plea::Friends,
            HubBody::Report { whom, complaint, note } => {
                Plea::Report(subject(whom)?, complaint, note)
            }
            HubBody::Moderate { whom, act, note } => Plea::Moderate(subject(whom)?, act, note),
            HubBody::LookUp { whom } => Plea::LookUp(subject(whom)?),
            HubBody::StartVote { whom, note } => Plea::StartVote(subject(whom)?, note),
            HubBody::Vote { vote, yes } => Plea::Vote(vote, yes),
            HubBody::Announce { text } => Plea::Announce(text),
            HubBody::Notices { before } => {
                let what = NoticesAsk::Before(before);
                return settings.desks.notices.leave(Ask { asker, nonce, what, answer });
            }
            HubBody::NoticesRead { up_to } => {
                let what = NoticesAsk::Read(up_to);
                return settings.desks.notices.leave(Ask { asker, nonce, what, answer });
            }
            HubBody::Party(wish) => {
                let what = party_ask(seats, wish)?;
                return settings.desks.parties.leave(Ask { asker, nonce, what, answer });
            }
            HubBody::Settings => {
                let what = SettingsAsk::Kept;
                return settings.desks.settings.leave(Ask { asker, nonce, what, answer });
            }
            HubBody::KeepSettings { text } => {
                let what = SettingsAsk::Keep(text);
                return settings.desks.settings.leave(Ask { asker, nonce, what, answer });
            }
        };
        settings.desks.moderation.leave(Ask { asker, nonce, what: plea, answer })
    }

    /// The next answer that has come.
    pub fn poll(&self) -> Option<HubReply> {
        self.answers.try_recv().ok()
    }
}

/// A wish about a party, as far as the room knows who is meant.
fn party_ask(seats: &Seats, wish: PartyWish) -> Result<PartyAsk, RefusalReason> {
    let account = |AccountTag(tag)| AccountId(tag);
    Ok(match wish {
        PartyWish::Look => PartyAsk::Look,
        PartyWish::Open => PartyAsk::Open,
        PartyWish::Invite(whom) => PartyAsk::Invite(subject(seats, whom)?),
        PartyWish::Answer { by, is_accepted } => PartyAsk::Answer(account(by), is_accepted),
        PartyWish::Join(secret) => PartyAsk::Join(secret),
        PartyWish::Leave => PartyAsk::Leave,
        PartyWish::Remove(member) => PartyAsk::Remove(account(member)),
        PartyWish::Renew => PartyAsk::Renew,
    })
}

/// Whom a request means, as far as the room knows.
fn subject(seats: &Seats, whom: Whom) -> Result<Subject, RefusalReason> {
    let seat = |seat: &Seat| {
        let (player, name) = (seat.info.player, seat.info.name.clone());
        Subject::Seat { player, name, account: seats.account_of(player) }
    };
    Ok(match whom {
        Whom::Player(player) => seat(seats.get(player).ok_or(RefusalReason::NoSuchPlayer)?),
        Whom::Name(name) if name.len() > NAME_BYTES_MAX => return Err(RefusalReason::NoSuchPlayer),
        Whom::Name(name) => {
            // Names in a room differ, whatever the case of their letters.
            let lower = name.to_lowercase();
            let found = seats.iter().find(|seat| seat.info.name.to_lowercase() == lower);
            found.map_or(Subject::Name(name), seat)
        }
        Whom::Account(AccountTag(tag)) => Subject::Account(AccountId(tag)),
        Whom::Network(tag) => Subject::Network(tag),
    })
}
