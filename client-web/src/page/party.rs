//! The player's party on the page: joined by a link, kept together, shown.
//!
//! ```text
//! address with a link --join--> welcome_party --Ask::Party(Join)--> take_party_answer --bring--> the leader's room
//! Note::Party --> Book --follow--> tell_party: the countdown --> go_to
//! ```

use driftfield_shared::protocol::{
    AccountTag, FriendLine, FriendState, HubBody, NoticeEvent, PartyMember, PartySecret, PartyWish,
    Talker, Whom,
};

use super::Game;
use super::browser::address;
use super::chat::Question;
use crate::account::Secret;
use crate::chat::Told;
use crate::hud::{FollowNotice, MemberLine, PartySheet, Sheet};
use crate::party::{Book, Mate};
use crate::render::{rgb_bits, ship_color};
use crate::say;

/// How much longer an invitation is shown than a line (milliseconds).
const INVITED_MS: f64 = 18_000.0;

/// What the page knows of the party.
#[derive(Debug, Default)]
pub struct Party {
    pub(super) book: Book,
    visit: u32,
    secret: Option<Secret>,
    /// The link that the player came with.
    joining: Option<PartySecret>,
    friends: Vec<FriendLine>,
    /// The others in this room.
    mates: Vec<Mate>,
    inviter: Option<AccountTag>,
}

impl Party {
    /// The others in this room, for marks.
    pub(super) fn mates(&self) -> &[Mate] {
        &self.mates
    }

    /// Who has invited the player last, and has no answer.
    pub(super) fn inviter(&self) -> Option<AccountTag> {
        self.inviter
    }
}

impl Game {
    /// The player enters a room: a link to a party in the address is used there.
    pub(super) fn note_party_link(&mut self) {
        if let Some(secret) = address::party() {
            self.party.joining = Some(secret);
        }
    }

    /// The player is in a room.
    pub(super) fn welcome_party(&mut self) {
        let secret = self.account.told();
        if self.party.secret != secret {
            // Another player.
            let joining = self.party.joining;
            self.party = Party { secret, joining, ..Party::default() };
        }
        if std::mem::replace(&mut self.party.visit, self.visit) != self.visit {
            self.question(HubBody::Party(PartyWish::Look), Question::Party);
        }
        self.use_party_link();
        self.look_party();
    }

    /// Joins the party whose link the player came with.
    pub(super) fn use_party_link(&mut self) {
        if let Some(secret) = self.party.joining.take() {
            self.wish_party(PartyWish::Join(secret));
        }
    }

    /// The server has said how it stands with the party. Returns whether that is another one than before.
    pub(super) fn take_party_answer(&mut self, own: AccountTag, link: Option<PartySecret>) -> bool {
        let now_ms = self.now_ms();
        let is_other = self.party.book.answer(now_ms, own, link);
        self.look_party();
        is_other
    }

    /// The player has joined a party, and goes to where its leader is.
    pub(super) fn bring_to_party(&mut self) {
        self.party.book.bring();
        self.look_party();
    }

    /// The party has changed.
    pub(super) fn take_party(&mut self, members: Vec<PartyMember>) {
        let Some(session) = &self.session else { return };
        let (room, now_ms) = (session.room.clone(), self.now_ms());
        let was_in = self.party.book.members().is_empty();
        self.party.book.take(now_ms, &room, members);
        // Whoever was taken out, or taken in elsewhere, does not know the link.
        if was_in != self.party.book.members().is_empty() {
            self.question(HubBody::Party(PartyWish::Look), Question::Party);
        }
        self.tell_party(now_ms);
    }

    fn look_party(&mut self) {
        let Some(session) = &self.session else { return };
        let (room, now_ms) = (session.room.clone(), self.now_ms());
        self.party.book.look(now_ms, &room);
        self.tell_party(now_ms);
    }

    /// Somebody invites the player.
    pub(super) fn take_party_notice(&mut self, event: &NoticeEvent) {
        if let NoticeEvent::PartyAsked { who } = event {
            let now_ms = self.now_ms();
            self.party.book.ask(now_ms, who.clone());
            self.tell(Told::Invited(who.clone()), INVITED_MS);
            self.chat_changed();
            self.tell_party(now_ms);
        }
    }

    /// Shows the party, and follows its leader when it is time.
    pub(super) fn tell_party(&mut self, now_ms: f64) {
        let Some(session) = &self.session else { return };
        let here = &session.room;
        let book = &mut self.party.book;
        let follow = book.follow().map(|follow| FollowNotice {
            name: follow.name.clone(),
            room: room_name(&follow.room.id, &follow.room.name),
            seconds: follow.seconds(now_ms),
        });
        self.model.follow.set_changed(follow);
        self.party.mates = book.mates(here);
        let asked: Vec<(AccountTag, String)> =
            book.asked(now_ms).map(|Talker { account, name }| (*account, name.clone())).collect();
        self.party.inviter = asked.last().map(|(account, _)| *account);
        if self.model.sheet.get_untracked() == Sheet::Party {
            let line = |member: &PartyMember| {
                let is_here = member.room.as_ref().filter(|room| room.id == *here);
                let is_own = Some(member.account) == book.own();
                let color = is_here.map(|room| match is_own {
                    true => crate::render::OWN_COLOR,
                    false => ship_color(room.player, false),
                });
                let place = match &member.room {
                    None => say::PARTY_OFFLINE.text(),
                    Some(_) if is_here.is_some() => say::PARTY_HERE.text(),
                    Some(room) => say::party_in_room(&room_name(&room.id, &room.name)),
                };
                let is_open = |room: &driftfield_shared::protocol::PartyRoom| !room.is_locked;
                MemberLine {
                    account: member.account,
                    name: member.name.clone(),
                    color: color.map(rgb_bits),
                    place,
                    can_join: is_here.is_none() && member.room.as_ref().is_some_and(is_open),
                    is_own,
                    is_leader: member.is_leader,
                }
            };
            // The leader first.
            let by_rank =
                |leads: bool| book.members().iter().filter(move |it| it.is_leader == leads);
            let members: Vec<MemberLine> = by_rank(true).chain(by_rank(false)).map(line).collect();
            let is_member = |account| members.iter().any(|member| member.account == account);
            let friends = self.party.friends.iter().filter_map(|friend| {
                let room = friend.room.as_ref()?;
                let is_free = friend.state == FriendState::Friends;
                let whom = &friend.whom;
                (is_free && !is_member(whom.account)).then(|| {
                    (whom.account, whom.name.clone(), say::party_in_room(&room_name(room, room)))
                })
            });
            let friends = friends.collect();
            let (is_in, is_leader) = (book.link().is_some(), book.is_leader());
            self.model.party.set_changed(PartySheet { is_in, is_leader, members, asked, friends });
        }
        if let Some(room) = self.party.book.poll(now_ms) {
            self.model.follow.set_changed(None);
            address::go(&room);
        }
    }

    /// Shows the party.
    pub fn show_party(&mut self) {
        self.show_sheet(Sheet::Party);
        self.question(HubBody::Friends, Question::Friends);
        let now_ms = self.now_ms();
        self.tell_party(now_ms);
    }

    /// The player's friends are these.
    pub(super) fn take_friends(&mut self, friends: Vec<FriendLine>) {
        self.party.friends = friends;
        let now_ms = self.now_ms();
        self.tell_party(now_ms);
    }

    /// Wishes something of the party.
    pub fn wish_party(&mut self, wish: PartyWish) {
        self.demand(HubBody::Party(wish));
    }

    /// Takes a member out.
    pub fn remove_member(&mut self, member: AccountTag) {
        self.wish_party(PartyWish::Remove(member));
    }

    /// Invites a friend.
    pub fn invite_friend(&mut self, friend: AccountTag) {
        self.wish_party(PartyWish::Invite(Whom::Account(friend)));
        self.party.friends.retain(|it| it.whom.account != friend);
        let now_ms = self.now_ms();
        self.tell_party(now_ms);
    }

    /// Says yes or no to an invitation.
    pub fn answer_party(&mut self, by: AccountTag, is_accepted: bool) {
        self.party.book.answered(by);
        self.wish_party(PartyWish::Answer { by, is_accepted });
        let now_ms = self.now_ms();
        self.tell_party(now_ms);
    }

    /// Goes to the room of a member.
    pub fn join_member(&mut self, account: AccountTag) {
        let member = self.party.book.members().iter().find(|member| member.account == account);
        if let Some(room) = member.and_then(|member| member.room.as_ref()) {
            address::go(&room.id);
        }
    }

    /// Does not follow the leader. Returns whether the player would have.
    pub fn stay(&mut self) -> bool {
        let was_following = self.party.book.stay();
        self.model.follow.set_changed(None);
        was_following
    }

    /// Copies the link to the party, which leads into this room if that is wished.
    pub fn copy_party(&mut self, is_into_room: bool) {
        let (Some(link), Some(session)) = (self.party.book.link(), &self.session) else { return };
        let room = is_into_room.then_some(session.room.as_str());
        if let Ok(link) = address::party_link(link, room) {
            self.copy_link(link);
        }
    }
}

/// The name of a room in the player's language.
fn room_name(id: &str, name: &str) -> String {
    say::name(&format!("room-{id}"), name)
}
