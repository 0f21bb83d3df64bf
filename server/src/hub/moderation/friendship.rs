//! Friends, as rooms ask for them.

use std::collections::HashMap;

use driftfield_shared::protocol::{
    AccountTag, Done, FriendLine, FriendState, NoticeEvent, RefusalReason, Talker,
};

use super::finding::present;
use super::players::Subject;
use super::service::{Ending, ModerationService};
use crate::hub::desk::Asker;
use crate::hub::friends::Tie;
use crate::hub::{Directory, To};
use crate::store::{AccountId, Batch, FriendChange, Wanted, unix_seconds};

impl ModerationService {
    /// An account wants to be a friend, or to have nothing more to do with somebody.
    pub(super) async fn befriend(
        &mut self,
        asker: &Asker,
        whom: Subject,
        is_wanted: bool,
    ) -> Result<Ending, RefusalReason> {
        match is_wanted {
            true => self.want_friend(asker, whom).await,
            false => self.part(asker, whom),
        }
    }

    async fn want_friend(&mut self, asker: &Asker, whom: Subject) -> Result<Ending, RefusalReason> {
        let (account, name) = self.known(whom).await?;
        if account == asker.account {
            return Err(RefusalReason::Yourself);
        }
        let wanted =
            Wanted { by: (asker.account, asker.name.clone()), whom: (account, name.clone()) };
        let (state, is_new) = self.friends.want(&wanted)?;
        let befriended = Done::Befriended { whom: talker(account, name), state };
        if !is_new {
            return Ok(Ending::Now(befriended));
        }
        let who = talker(asker.account, asker.name.clone());
        let event = match state {
            FriendState::Friends => NoticeEvent::FriendMade { who },
            _ => NoticeEvent::FriendAsked { who },
        };
        // Whoever is ignored is not told; the question is there when that ends.
        let is_heard = !self.ignores.is_ignoring(account, asker.account);
        let told = is_heard.then_some((To::Account(account), event));
        let batch = Batch::of(FriendChange::Want(wanted, unix_seconds()));
        // Who asks, takes it back and asks again tells nothing new for as long as the first notice is kept.
        let key = format!(
            "{} {}",
            if state == FriendState::Friends { "friend" } else { "asks" },
            asker.account
        );
        let submitted = self.submit_and_tell(batch, told, Some(&key));
        if submitted.is_err() {
            // What cannot be kept is not so; a question that was there is asked again.
            self.friends.part(asker.account, account);
        }
        Ok(Ending::When(submitted?, befriended))
    }

    fn part(&mut self, asker: &Asker, whom: Subject) -> Result<Ending, RefusalReason> {
        let is_it = |tie: &&Tie| match &whom {
            Subject::Seat { account, .. } => *account == Some(tie.account),
            Subject::Account(account) => *account == tie.account,
            Subject::Name(name) => name.to_lowercase() == tie.name.to_lowercase(),
            Subject::Network(_) => false,
        };
        let found = self.friends.of(asker.account).iter().find(is_it).cloned();
        let Tie { account, name, .. } = found.ok_or(RefusalReason::NotInForce)?;
        let change = FriendChange::Part(asker.account, account);
        let submitted = self.submit(Batch::of(change))?;
        self.friends.part(asker.account, account);
        let state = FriendState::Nothing;
        Ok(Ending::When(submitted, Done::Befriended { whom: talker(account, name), state }))
    }

    /// The list of friends of an account, with the room of each, and the requests that it has sent and received.
    pub(super) async fn list_friends(&self, asker: &Asker, rooms: &Directory) -> Done {
        let ties = self.friends.of(asker.account).to_vec();
        let mut places: HashMap<AccountId, String> = HashMap::new();
        if ties.iter().any(|tie| tie.state == FriendState::Friends) {
            for seat in present(rooms, None).await {
                if let Some(account) = seat.account.filter(|_| seat.is_connected) {
                    places.insert(account, seat.room.into());
                }
            }
        }
        let is_shown = |tie: &Tie| {
            tie.state != FriendState::Asking
                || !self.ignores.is_ignoring(asker.account, tie.account)
        };
        let line = |Tie { account, name, state }: Tie| {
            let is_friend = state == FriendState::Friends;
            let room = places.get(&account).filter(|_| is_friend).cloned();
            FriendLine { whom: talker(account, name), state, room }
        };
        Done::Friends { list: ties.into_iter().filter(is_shown).map(line).collect() }
    }
}

fn talker(account: AccountId, name: String) -> Talker {
    Talker { account: AccountTag(account.0), name }
}
