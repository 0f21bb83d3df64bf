//! A room's line to the hub: what players ask it for, and what it answers.

use std::sync::mpsc::{Receiver, Sender, channel};

use driftfield_shared::protocol::{AccountTag, HubBody, HubRequest, LinesOf, RefusalReason, SayTo};
use driftfield_shared::units::PlayerId;

use super::RoomSettings;
use super::state::Seats;
use crate::hub::{Answer, Ask, Asker, HubReply, Place, Target, What};
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
        let what = match body {
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
                };
                What::Say(target, saying)
            }
            HubBody::History { of, before } => {
                let place = match of {
                    LinesOf::Room => Place::Room(room.clone()),
                    LinesOf::Inbox => Place::Inbox(account),
                };
                What::History(place, before)
            }
            // Nobody has a role yet.
            HubBody::Ignore { .. }
            | HubBody::Ignored
            | HubBody::Report { .. }
            | HubBody::Moderate { .. }
            | HubBody::LookUp { .. }
            | HubBody::Announce { .. }
            | HubBody::StartVote { .. }
            | HubBody::Vote { .. } => return Err(RefusalReason::NotAllowed),
        };
        let asker = Asker { account, name: name(player).unwrap_or_default(), room };
        let answer = Answer { room: self.sender.clone(), player, account, id };
        settings.chat.leave(Ask { asker, nonce, what, answer })
    }

    /// The next answer that has come.
    pub fn poll(&self) -> Option<HubReply> {
        self.answers.try_recv().ok()
    }
}
