//! The commands that a line may begin with. A new one is an entry of [`COMMANDS`] or of `moderate.rs`, and its help in the files of
//! the languages.

use driftfield_shared::protocol::Saying;

use super::draft::{Fault, Meaning, People, To};
use super::moderate;
use crate::say::{self, Message};

/// A command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// What it is called, without the slash; the first name is the one that is offered.
    pub names: &'static [&'static str],
    /// How it is written, and what it does.
    pub help: Message,
    /// Reads what stands behind its name.
    pub read: fn(&dyn People, &str) -> Result<Meaning, Fault>,
}

/// All commands, in the order in which they are listed.
pub fn all() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().chain(moderate::COMMANDS)
}

/// Those of talk.
const COMMANDS: &[Command] = &[
    Command {
        names: &["w", "whisper", "tell", "msg"],
        help: say::COMMAND_W,
        read: |people, rest| {
            let (to, text) = people.find(rest).ok_or_else(|| nobody(rest))?;
            Ok(Meaning::Say(to, Saying::Text(some(text, say::COMMAND_W)?)))
        },
    },
    Command {
        names: &["r", "reply"],
        help: say::COMMAND_R,
        read: |people, rest| {
            let text = some(rest, say::COMMAND_R)?;
            let to = people.whisperer().ok_or(Fault::NobodyToAnswer)?;
            Ok(Meaning::Say(to, Saying::Text(text)))
        },
    },
    Command {
        names: &["me"],
        help: say::COMMAND_ME,
        read: |_, rest| Ok(Meaning::to_room(Saying::Action(some(rest, say::COMMAND_ME)?))),
    },
    Command {
        names: &["party", "p"],
        help: say::COMMAND_PARTY,
        read: |_, rest| Ok(Meaning::Say(To::Party, Saying::Text(some(rest, say::COMMAND_PARTY)?))),
    },
    Command { names: &["help", "?"], help: say::COMMAND_HELP, read: |_, _| Ok(Meaning::Help) },
];

/// The command of a name, in any case.
pub(super) fn find(name: &str) -> Option<&'static Command> {
    all().find(|command| command.names.iter().any(|it| it.eq_ignore_ascii_case(name)))
}

/// What a command needs to be given, or how it is written.
fn some(text: &str, help: Message) -> Result<String, Fault> {
    match text.trim() {
        "" => Err(Fault::Usage(help)),
        text => Ok(text.to_owned()),
    }
}

fn nobody(rest: &str) -> Fault {
    match rest.split_whitespace().next() {
        Some(name) => Fault::NobodyCalled(name.to_owned()),
        None => Fault::Usage(say::COMMAND_W),
    }
}
