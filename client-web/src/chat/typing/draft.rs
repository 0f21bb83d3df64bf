//! What was typed, and what it means: a line to say, or a command.

use driftfield_shared::protocol::{AccountTag, HubBody, Saying, VoteId};

use super::commands::find;
use crate::say::{self, Message};

/// To whom something is said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum To {
    /// To everyone in the room.
    Room,
    /// To everyone in the party.
    Party,
    /// To one player alone: by the account, if that is known, else to whoever has the name in the room.
    One {
        /// The name.
        name: String,
        /// The account.
        account: Option<AccountTag>,
    },
}

/// What was meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// To say something.
    Say(To, Saying),
    /// To ask the hub for something.
    Ask(HubBody),
    /// To read which commands there are.
    Help,
    /// Nothing.
    Nothing,
}

impl Meaning {
    pub(super) fn to_room(saying: Saying) -> Self {
        Meaning::Say(To::Room, saying)
    }
}

/// Why something that was typed is not done.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// There is no such command.
    Unknown(String),
    /// The command is written in another way.
    Usage(Message),
    /// There is nobody of this name.
    NobodyCalled(String),
    /// Nobody has whispered.
    NobodyToAnswer,
    /// Nobody has invited the player into a party.
    NotInvited,
}

impl Fault {
    /// A sentence for the player.
    pub fn text(&self) -> String {
        match self {
            Fault::Unknown(name) => say::chat_unknown(name),
            Fault::Usage(help) => help.text(),
            Fault::NobodyCalled(name) => say::chat_nobody(name),
            Fault::NobodyToAnswer => say::CHAT_NOBODY_TO_ANSWER.text(),
            Fault::NotInvited => say::PARTY_NOT_INVITED.text(),
        }
    }
}

/// Who can be spoken to.
pub trait People {
    /// The one whose name stands at the start of a text, in any case, and what stands behind it. Of several names the
    /// longest is meant.
    fn find<'a>(&self, text: &'a str) -> Option<(To, &'a str)>;
    /// Who has whispered last.
    fn whisperer(&self) -> Option<To>;
    /// The vote that runs in the room.
    fn vote(&self) -> Option<VoteId>;
    /// Who has invited the player into a party last.
    fn inviter(&self) -> Option<AccountTag>;
}

/// Reads what was typed.
///
/// # Errors
/// When it is a command, and cannot be done.
pub fn read(people: &dyn People, typed: &str) -> Result<Meaning, Fault> {
    let typed = typed.trim();
    let Some(rest) = typed.strip_prefix('/') else {
        return Ok(match typed {
            "" => Meaning::Nothing,
            text => Meaning::to_room(Saying::Text(text.to_owned())),
        });
    };
    if rest.starts_with('/') {
        return Ok(Meaning::to_room(Saying::Text(rest.to_owned())));
    }
    let (name, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let command = find(name).ok_or_else(|| Fault::Unknown(format!("/{name}")))?;
    (command.read)(people, rest.trim_start())
}

/// To whom a line goes that is still being typed, if not to everyone in the room.
pub fn target(people: &dyn People, typed: &str) -> Option<To> {
    // A word more, so that a line of which only the name is there counts.
    match read(people, &format!("{typed} .")) {
        Ok(Meaning::Say(to, _)) if to != To::Room => Some(to),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Room;

    fn one(name: &str) -> To {
        To::One { name: name.into(), account: None }
    }

    impl People for Room {
        fn find<'a>(&self, text: &'a str) -> Option<(To, &'a str)> {
            text.strip_prefix("Ada Two").map(|rest| (one("Ada Two"), rest))
        }

        fn whisperer(&self) -> Option<To> {
            Some(one("Bo"))
        }

        fn vote(&self) -> Option<VoteId> {
            None
        }

        fn inviter(&self) -> Option<AccountTag> {
            None
        }
    }

    fn text(to: To, text: &str) -> Result<Meaning, Fault> {
        Ok(Meaning::Say(to, Saying::Text(text.into())))
    }

    #[test]
    fn a_line_is_said_to_everyone_and_two_slashes_say_one() {
        assert_eq!(read(&Room, "  gg  "), text(To::Room, "gg"));
        assert_eq!(read(&Room, "//w is a command"), text(To::Room, "/w is a command"));
        assert_eq!(read(&Room, "   "), Ok(Meaning::Nothing));
        let waves = Saying::Action("waves".into());
        assert_eq!(read(&Room, "/ME  waves"), Ok(Meaning::Say(To::Room, waves)));
        assert_eq!(read(&Room, "/help"), Ok(Meaning::Help));
    }

    #[test]
    fn a_whisper_finds_its_listener_and_an_answer_the_last_whisperer() {
        assert_eq!(read(&Room, "/w Ada Two behind you"), text(one("Ada Two"), "behind you"));
        assert_eq!(read(&Room, "/r on my way"), text(one("Bo"), "on my way"));
        assert_eq!(target(&Room, "/w Ada Two"), Some(one("Ada Two")));
        assert_eq!(target(&Room, "/r "), Some(one("Bo")));
        assert_eq!(read(&Room, "/p left flank"), text(To::Party, "left flank"));
        assert_eq!(target(&Room, "/party"), Some(To::Party));
        assert_eq!(target(&Room, "gg"), None);
    }

    #[test]
    fn what_is_no_command_is_told_and_not_said() {
        assert_eq!(read(&Room, "/wave at all"), Err(Fault::Unknown("/wave".into())));
        assert_eq!(read(&Room, "/"), Err(Fault::Unknown("/".into())));
        assert_eq!(read(&Room, "/w Cy hi"), Err(Fault::NobodyCalled("Cy".into())));
        for line in ["/w", "/w Ada Two", "/r", "/me ", "/party "] {
            assert!(matches!(read(&Room, line), Err(Fault::Usage(_))), "{line}");
        }
        assert!(Fault::Unknown("/wave".into()).text().contains("/wave"));
    }
}
