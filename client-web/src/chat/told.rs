//! What a player is told beside what others say: what became of his commands, and the room's vote.

use driftfield_shared::protocol::{
    Done, Dossier, FriendLine, FriendState, RefusalReason, Role, Talker, Term, VoteLine, VoteState,
};

use super::said::refusal;
use crate::notifications::length;
use crate::say;

/// Something that the player is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// What he asked for is done.
    Done(Done),
    /// It is not.
    Refused(RefusalReason),
    /// The room's vote, as it stands.
    Vote(VoteLine),
    /// Somebody invites him into a party.
    Invited(Talker),
}

impl Told {
    /// A sentence for the player; empty where there is nothing to say.
    pub fn text(&self) -> String {
        match self {
            Told::Done(done) => done_text(done),
            Told::Refused(reason) => refusal(*reason),
            Told::Vote(vote) => vote_text(vote),
            Told::Invited(who) => say::party_invited(&who.name),
        }
    }
}

fn done_text(done: &Done) -> String {
    match done {
        Done::Ignoring { whom, is_ignored: true } => say::told_ignoring(&whom.name),
        Done::Ignoring { whom, is_ignored: false } => say::told_hearing(&whom.name),
        Done::Ignored { list } if list.is_empty() => say::TOLD_IGNORED_NOBODY.text(),
        Done::Ignored { list } => {
            let names: Vec<&str> = list.iter().map(|whom| whom.name.as_str()).collect();
            say::told_ignored(&names.join(", "))
        }
        Done::Reported => say::TOLD_REPORTED.text(),
        Done::Moderated { name } => say::told_moderated(name),
        Done::Found(dossier) => dossier_text(dossier),
        Done::Announced => say::TOLD_ANNOUNCED.text(),
        Done::Voted { .. } => say::TOLD_VOTED.text(),
        Done::Befriended { whom, state } => match state {
            FriendState::Nothing => say::told_friend_nothing(&whom.name),
            FriendState::Asked | FriendState::Asking => say::told_friend_asked(&whom.name),
            FriendState::Friends => say::told_friend_made(&whom.name),
        },
        Done::Friends { list } if list.is_empty() => say::TOLD_FRIENDS_NONE.text(),
        Done::Friends { list } => {
            let lines: Vec<String> = list.iter().map(friend_text).collect();
            say::told_friends(&lines.join(", "))
        }
        Done::Party { link: Some(_), .. } => say::TOLD_PARTY_IN.text(),
        Done::Party { link: None, .. } => say::TOLD_PARTY_OUT.text(),
        Done::PartyAsked { whom } => say::told_party_asked(&whom.name),
        // No command asks for these.
        Done::Renamed { .. }
        | Done::Said { .. }
        | Done::History { .. }
        | Done::Notices { .. }
        | Done::NoticesRead
        | Done::Settings { .. }
        | Done::SettingsKept { .. }
        | Done::Outfitted { .. } => String::new(),
    }
}

/// A friend in a few words: the name, and where he is, or how it stands.
fn friend_text(FriendLine { whom, state, room }: &FriendLine) -> String {
    let name = &whom.name;
    match (state, room) {
        (FriendState::Friends, Some(room)) => say::friend_in_room(name, room),
        (FriendState::Asking, _) => say::friend_asking(name),
        (FriendState::Asked, _) => say::friend_asked(name),
        (FriendState::Friends | FriendState::Nothing, _) => name.clone(),
    }
}

fn dossier_text(Dossier { name, account, role, network, mute, ban }: &Dossier) -> String {
    let account = account.map_or_else(|| "-".to_owned(), |tag| format!("account:{:016x}", tag.0));
    let network = network.map_or_else(|| "-".to_owned(), |tag| format!("network:{tag}"));
    let mut text = say::told_dossier(name, &role_text(*role), &account, &network);
    let for_good = |term: &Term| term.0.is_none();
    match mute {
        Some(term) if for_good(term) => add(&mut text, say::TOLD_IS_MUTE_FOR_GOOD.text()),
        Some(term) => add(&mut text, say::told_is_mute(&length(*term))),
        None => {}
    }
    match ban {
        Some(term) if for_good(term) => add(&mut text, say::TOLD_IS_BANNED_FOR_GOOD.text()),
        Some(term) => add(&mut text, say::told_is_banned(&length(*term))),
        None => {}
    }
    text
}

fn role_text(role: Role) -> String {
    match role {
        Role::Player => say::ROLE_PLAYER.text(),
        Role::Helper => say::ROLE_HELPER.text(),
        Role::Moderator => say::ROLE_MODERATOR.text(),
        Role::Admin => say::ROLE_ADMIN.text(),
    }
}

/// Puts a sentence behind others.
fn add(text: &mut String, sentence: String) {
    text.push(' ');
    text.push_str(&sentence);
}

fn vote_text(VoteLine { name, starter, note, yes, no, needed, state, .. }: &VoteLine) -> String {
    match state {
        VoteState::Open => {
            let asked = say::vote_open(starter, name);
            let stands = say::vote_stands(*yes, *no, *needed);
            [asked, noted(note), stands].join(" ").replace("  ", " ")
        }
        VoteState::Passed => say::vote_passed(name),
        VoteState::Failed => say::vote_failed(name),
    }
}

/// A note of somebody, if there is one.
fn noted(note: &str) -> String {
    match note {
        "" => String::new(),
        note => say::notice_reason(note),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dossier_says_what_is_in_force_and_how_long() {
        let dossier = |mute, ban| {
            let name = "Eve".to_owned();
            let (account, role, network) = (None, Role::Player, None);
            dossier_text(&Dossier { name, account, role, network, mute, ban })
        };
        assert_eq!(
            dossier(None, None),
            say::told_dossier("Eve", &role_text(Role::Player), "-", "-")
        );
        let both = dossier(Some(Term::FOREVER), Some(Term(Some(7_200))));
        assert!(both.contains(&say::TOLD_IS_MUTE_FOR_GOOD.text()), "{both}");
        assert!(both.ends_with(&say::told_is_banned(&length(Term(Some(7_200))))), "{both}");
    }
}
