//! The commands with which players keep their company bearable, and those of helpers and above.

use driftfield_shared::protocol::{
    AccountTag, Act, Complaint, HubBody, NetworkTag, PartyWish, Role, Term, VoteId, Whom,
};

use super::commands::Command;
use super::draft::{Fault, Meaning, People, To};
use crate::say::{self, Message};

/// All of them, in the order in which they are listed.
pub const COMMANDS: &[Command] = &[
    Command {
        names: &["ignore", "block"],
        help: say::COMMAND_IGNORE,
        read: |people, rest| {
            let ask = |whom| HubBody::Ignore { whom, is_ignored: true };
            about(people, rest, say::COMMAND_IGNORE, ask)
        },
    },
    Command {
        names: &["unignore", "unblock"],
        help: say::COMMAND_UNIGNORE,
        read: |people, rest| {
            let ask = |whom| HubBody::Ignore { whom, is_ignored: false };
            about(people, rest, say::COMMAND_UNIGNORE, ask)
        },
    },
    Command {
        names: &["ignored"],
        help: say::COMMAND_IGNORED,
        read: |_, _| Ok(Meaning::Ask(HubBody::Ignored)),
    },
    Command {
        names: &["friend"],
        help: say::COMMAND_FRIEND,
        read: |people, rest| {
            let ask = |whom| HubBody::Befriend { whom, is_wanted: true };
            about(people, rest, say::COMMAND_FRIEND, ask)
        },
    },
    Command {
        names: &["unfriend"],
        help: say::COMMAND_UNFRIEND,
        read: |people, rest| {
            let ask = |whom| HubBody::Befriend { whom, is_wanted: false };
            about(people, rest, say::COMMAND_UNFRIEND, ask)
        },
    },
    Command {
        names: &["friends"],
        help: say::COMMAND_FRIENDS,
        read: |_, _| Ok(Meaning::Ask(HubBody::Friends)),
    },
    Command {
        names: &["invite"],
        help: say::COMMAND_INVITE,
        read: |people, rest| {
            let ask = |whom| HubBody::Party(PartyWish::Invite(whom));
            about(people, rest, say::COMMAND_INVITE, ask)
        },
    },
    Command {
        names: &["accept"],
        help: say::COMMAND_ACCEPT,
        read: |people, _| answer(people, true),
    },
    Command {
        names: &["decline"],
        help: say::COMMAND_DECLINE,
        read: |people, _| answer(people, false),
    },
    Command {
        names: &["leave"],
        help: say::COMMAND_LEAVE,
        read: |_, _| Ok(Meaning::Ask(HubBody::Party(PartyWish::Leave))),
    },
    Command {
        names: &["report"],
        help: say::COMMAND_REPORT,
        read: |people, rest| {
            let (whom, rest) = whom(people, rest, say::COMMAND_REPORT)?;
            let (word, behind) = word(rest);
            let (complaint, note) = match Complaint::of_word(&word.to_ascii_lowercase()) {
                Some(complaint) => (complaint, behind),
                None => (Complaint::Other, rest),
            };
            let note = note.trim().to_owned();
            Ok(Meaning::Ask(HubBody::Report { whom, complaint, note }))
        },
    },
    Command {
        names: &["votekick"],
        help: say::COMMAND_VOTEKICK,
        read: |people, rest| {
            let (whom, note) = whom(people, rest, say::COMMAND_VOTEKICK)?;
            let note = note.trim().to_owned();
            Ok(Meaning::Ask(HubBody::StartVote { whom, note }))
        },
    },
    Command { names: &["yes"], help: say::COMMAND_YES, read: |people, _| Ok(vote(people, true)) },
    Command { names: &["no"], help: say::COMMAND_NO, read: |people, _| Ok(vote(people, false)) },
    Command {
        names: &["mute"],
        help: say::COMMAND_MUTE,
        read: |people, rest| lasting(people, rest, Act::Mute, say::COMMAND_MUTE),
    },
    Command {
        names: &["unmute"],
        help: say::COMMAND_UNMUTE,
        read: |people, rest| act(people, rest, Act::Unmute, say::COMMAND_UNMUTE),
    },
    Command {
        names: &["kick"],
        help: say::COMMAND_KICK,
        read: |people, rest| act(people, rest, Act::Kick, say::COMMAND_KICK),
    },
    Command {
        names: &["ban"],
        help: say::COMMAND_BAN,
        read: |people, rest| lasting(people, rest, Act::Ban, say::COMMAND_BAN),
    },
    Command {
        names: &["unban"],
        help: say::COMMAND_UNBAN,
        read: |people, rest| act(people, rest, Act::Unban, say::COMMAND_UNBAN),
    },
    Command {
        names: &["who", "whois"],
        help: say::COMMAND_WHO,
        read: |people, rest| about(people, rest, say::COMMAND_WHO, |whom| HubBody::LookUp { whom }),
    },
    Command {
        names: &["role"],
        help: say::COMMAND_ROLE,
        read: |people, rest| {
            let help = say::COMMAND_ROLE;
            let (whom, rest) = whom(people, rest, help)?;
            let role =
                Role::of_word(&rest.trim().to_ascii_lowercase()).ok_or(Fault::Usage(help))?;
            Ok(moderate(whom, Act::SetRole(role), ""))
        },
    },
    Command {
        names: &["announce"],
        help: say::COMMAND_ANNOUNCE,
        read: |_, rest| match rest.trim() {
            "" => Err(Fault::Usage(say::COMMAND_ANNOUNCE)),
            text => Ok(Meaning::Ask(HubBody::Announce { text: text.to_owned() })),
        },
    },
];

/// Asks something about one player. What stands behind the name does not count.
fn about(
    people: &dyn People,
    rest: &str,
    help: Message,
    ask: impl FnOnce(Whom) -> HubBody,
) -> Result<Meaning, Fault> {
    let (whom, _) = whom(people, rest, help)?;
    Ok(Meaning::Ask(ask(whom)))
}

/// Says yes or no to whoever has invited the player last.
fn answer(people: &dyn People, is_accepted: bool) -> Result<Meaning, Fault> {
    let by = people.inviter().ok_or(Fault::NotInvited)?;
    Ok(Meaning::Ask(HubBody::Party(PartyWish::Answer { by, is_accepted })))
}

fn vote(people: &dyn People, yes: bool) -> Meaning {
    // Where there is no vote, the server says so.
    let vote = people.vote().unwrap_or(VoteId(0));
    Meaning::Ask(HubBody::Vote { vote, yes })
}

/// An act on somebody, and why.
fn act(people: &dyn People, rest: &str, act: Act, help: Message) -> Result<Meaning, Fault> {
    let (whom, note) = whom(people, rest, help)?;
    Ok(moderate(whom, act, note))
}

/// The same with a time.
fn lasting(
    people: &dyn People,
    rest: &str,
    act: fn(Term) -> Act,
    help: Message,
) -> Result<Meaning, Fault> {
    let (whom, rest) = whom(people, rest, help)?;
    let (time, note) = word(rest);
    let term = time.parse().map_err(|_| Fault::Usage(help))?;
    Ok(moderate(whom, act(term), note))
}

fn moderate(whom: Whom, act: Act, note: &str) -> Meaning {
    Meaning::Ask(HubBody::Moderate { whom, act, note: note.trim().to_owned() })
}

/// Whom the start of a text means, and what stands behind that. Whoever is not here is meant by the first word.
fn whom<'a>(people: &dyn People, text: &'a str, help: Message) -> Result<(Whom, &'a str), Fault> {
    let number = |tag: &str| u64::from_str_radix(tag, 16).map_err(|_| Fault::Usage(help));
    let (first, rest) = word(text);
    if let Some(tag) = first.strip_prefix("account:") {
        return Ok((Whom::Account(AccountTag(number(tag)?)), rest));
    }
    if let Some(tag) = first.strip_prefix("network:") {
        return Ok((Whom::Network(NetworkTag(number(tag)?)), rest));
    }
    match people.find(text) {
        Some((To::One { account: Some(account), .. }, rest)) => Ok((Whom::Account(account), rest)),
        Some((To::One { name, account: None }, rest)) => Ok((Whom::Name(name), rest)),
        Some((To::Room | To::Party, _)) | None if first.is_empty() => Err(Fault::Usage(help)),
        Some((To::Room | To::Party, _)) | None => Ok((Whom::Name(first.to_owned()), rest)),
    }
}

/// The first word, and what stands behind it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::read;

    struct Room;

    impl People for Room {
        fn find<'a>(&self, text: &'a str) -> Option<(To, &'a str)> {
            let (name, account) = ("Ada Two".to_owned(), None);
            text.strip_prefix("Ada Two").map(|rest| (To::One { name, account }, rest))
        }

        fn whisperer(&self) -> Option<To> {
            None
        }

        fn vote(&self) -> Option<VoteId> {
            Some(VoteId(7))
        }

        fn inviter(&self) -> Option<AccountTag> {
            Some(AccountTag(5))
        }
    }

    fn asked(typed: &str) -> HubBody {
        match read(&Room, typed) {
            Ok(Meaning::Ask(body)) => body,
            other => panic!("{typed}: {other:?}"),
        }
    }

    #[test]
    fn whoever_is_here_is_meant_by_the_whole_name_and_others_by_a_word_or_a_number() {
        let whom = |typed| match asked(typed) {
            HubBody::Moderate { whom, note, .. } => (whom, note),
            other => panic!("{other:?}"),
        };
        let name = |name: &str| Whom::Name(name.into());
        assert_eq!(
            whom("/kick Ada Two  ramming all day"),
            (name("Ada Two"), "ramming all day".into())
        );
        assert_eq!(whom("/kick Gone for good"), (name("Gone"), "for good".into()));
        let account = Whom::Account(AccountTag(255));
        assert_eq!(whom("/unban account:00000000000000ff"), (account, String::new()));
        let network = Whom::Network(NetworkTag(16));
        assert_eq!(whom("/ban network:0000000010 1w"), (network, String::new()));
    }

    #[test]
    fn times_roles_and_complaints_are_read_and_told_when_they_are_none() {
        let ban = Act::Ban(Term(Some(259_200)));
        assert!(matches!(asked("/ban Eve 3d lies"), HubBody::Moderate { act, .. } if act == ban));
        let role = Act::SetRole(Role::Helper);
        assert!(matches!(asked("/role Eve Helper"), HubBody::Moderate { act, .. } if act == role));
        let report = |typed| match asked(typed) {
            HubBody::Report { complaint, note, .. } => (complaint, note),
            other => panic!("{other:?}"),
        };
        assert_eq!(report("/report Eve spam all day"), (Complaint::Spam, "all day".into()));
        assert_eq!(report("/report Eve is rude"), (Complaint::Other, "is rude".into()));
        let befriend = HubBody::Befriend { whom: Whom::Name("Ada Two".into()), is_wanted: true };
        assert_eq!(asked("/friend Ada Two"), befriend);
        let invite = PartyWish::Invite(Whom::Name("Ada Two".into()));
        assert_eq!(asked("/invite Ada Two"), HubBody::Party(invite));
        let accept = PartyWish::Answer { by: AccountTag(5), is_accepted: true };
        assert_eq!(asked("/accept"), HubBody::Party(accept));
        assert_eq!(asked("/yes"), HubBody::Vote { vote: VoteId(7), yes: true });
        for typed in ["/mute Eve", "/mute Eve soon", "/kick", "/role Eve king", "/announce "] {
            assert!(matches!(read(&Room, typed), Err(Fault::Usage(_))), "{typed}");
        }
    }
}
