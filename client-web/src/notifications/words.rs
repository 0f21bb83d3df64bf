//! What a notice says, in the reader's language.

use driftfield_shared::protocol::{NoticeEvent, Role, Term};

use crate::say;

/// Says when something is, as clocks do where the reader lives; `at` is in milliseconds since 1970.
pub type Clock<'a> = &'a dyn Fn(u64) -> String;

/// A notice as a sentence or two.
pub fn words(event: &NoticeEvent, clock: Clock<'_>) -> String {
    match event {
        NoticeEvent::Announced { text } => say::notice_announced(text),
        NoticeEvent::Restarting { at } => say::notice_restarting(&clock(*at)),
        NoticeEvent::NotRestarting => say::NOTICE_NOT_RESTARTING.text(),
        NoticeEvent::Muted { term, note } => because(
            match term.0 {
                Some(_) => say::notice_muted(&length(*term)),
                None => say::NOTICE_MUTED_FOR_GOOD.text(),
            },
            note,
        ),
        NoticeEvent::Unmuted => say::NOTICE_UNMUTED.text(),
        NoticeEvent::Kicked { note } => because(say::NOTICE_KICKED.text(), note),
        NoticeEvent::Banned { term, note } => because(
            match term.0 {
                Some(_) => say::notice_banned(&length(*term)),
                None => say::NOTICE_BANNED_FOR_GOOD.text(),
            },
            note,
        ),
        NoticeEvent::Unbanned => say::NOTICE_UNBANNED.text(),
        NoticeEvent::RoleGiven { role } => match role {
            Role::Player => say::NOTICE_ROLE_PLAYER.text(),
            Role::Helper => say::NOTICE_ROLE_HELPER.text(),
            Role::Moderator => say::NOTICE_ROLE_MODERATOR.text(),
            Role::Admin => say::NOTICE_ROLE_ADMIN.text(),
        },
        NoticeEvent::VotedOut { note, .. } => because(say::NOTICE_VOTED_OUT.text(), note),
        NoticeEvent::FriendAsked { who } => say::notice_friend_asked(&who.name),
        NoticeEvent::FriendMade { who } => say::notice_friend_made(&who.name),
        NoticeEvent::PartyAsked { who } => say::notice_party_asked(&who.name),
        NoticeEvent::PartyJoined { who } => say::notice_party_joined(&who.name),
        NoticeEvent::PartyRemoved { who } => say::notice_party_removed(&who.name),
        NoticeEvent::PartyLeft { who } => say::notice_party_left(&who.name),
        NoticeEvent::JobDone { what, count } => say::notice_job_done(*count, &named(what)),
        NoticeEvent::Sold { what, count, credits } => {
            say::notice_sold(*count, &named(what), *credits as f64)
        }
        NoticeEvent::RoundStarting { at, .. } => say::notice_round_starting(&clock(*at)),
        NoticeEvent::BountySet { credits } => say::notice_bounty_set(*credits as f64),
        NoticeEvent::BountyPaid { name, credits } => say::notice_bounty_paid(*credits as f64, name),
    }
}

/// The sentence, with the reason behind it if there is one.
fn because(sentence: String, note: &str) -> String {
    match note {
        "" => sentence,
        note => format!("{sentence} {}", say::notice_reason(note)),
    }
}

/// A length of time in the largest unit of which it has a whole number, rounded down.
pub fn length(term: Term) -> String {
    let seconds = term.0.unwrap_or(0);
    match seconds {
        0..120 => say::term_seconds(seconds),
        120..7_200 => say::term_minutes(seconds / 60),
        7_200..172_800 => say::term_hours(seconds / 3_600),
        _ => say::term_days(seconds / 86_400),
    }
}

/// The name of something of the content.
fn named(id: &str) -> String {
    say::name(&format!("ore-{id}"), id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(event: &NoticeEvent) -> String {
        words(event, &|at| format!("at {at}"))
    }

    #[test]
    fn a_notice_says_what_how_long_and_why() {
        let mute = |seconds, note: &str| {
            said(&NoticeEvent::Muted { term: Term(seconds), note: note.into() })
        };
        assert_eq!(mute(Some(600), "spam"), "You may not speak for 10 minutes. Reason: spam");
        assert_eq!(mute(Some(60), ""), "You may not speak for 60 seconds.");
        assert_eq!(mute(Some(7_200), ""), "You may not speak for 2 hours.");
        assert_eq!(mute(Some(259_200), ""), "You may not speak for 3 days.");
        assert_eq!(mute(None, ""), "You may not speak here any more.");
        let restart = said(&NoticeEvent::Restarting { at: 5 });
        assert!(restart.contains("at 5"), "{restart}");
    }
}
