//! Commands: what the views ask of the page. The page registers one handler at its start, so the views need not know it.

use std::cell::Cell;

use crate::notifications::{Choice, Kind};

use driftfield_shared::netsim::{LinkProfile, LinkProfileError};
use driftfield_shared::protocol::{AccountTag, LineId, VoteId};
use driftfield_shared::sim::Item;
use driftfield_shared::units::Credits;

use crate::input::Action;

/// A page of the account sheet.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum AccountPage {
    /// What an account is, and what can be done with it.
    #[default]
    Overview,
    /// The twelve words.
    Words,
    /// The field for the words of another device.
    Enter,
    /// The question whether to change the words.
    Rotate,
    /// The question whether to delete the account.
    Delete,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Close whatever covers the world.
    Resume,
    /// Open the menu.
    Menu,
    /// Show the keys.
    Help,
    /// Make the interface larger.
    Larger,
    /// Make the interface smaller.
    Smaller,
    /// Open or close the network panel.
    Net,
    /// Give the keyboard focus back to the ship.
    Fly,
    /// Copy the room's address.
    Invite,
    /// Give up the seat.
    Leave,
    /// Return to the start screen.
    Back,
    /// Connect at once.
    TryNow,
    /// Take back the seat that is now flown from another window.
    FlyHere,
    /// Reload the page.
    Reload,
    /// Open the account sheet at this page.
    Account(AccountPage),
    /// Play as the account of the entered words.
    UseWords,
    /// Give the account new words.
    ChangeWords,
    /// Delete the account.
    DeleteAccount,
    /// Show what the player was told.
    Notices,
    /// Tell the player of this kind of thing so loudly.
    ChooseNotices(Kind, Choice),
    /// Show what can be done about a room of one's own.
    OwnRoom,
    /// Open a room as the player wishes.
    OpenRoom,
    /// Copy the link to the own room.
    CopyOwnRoom,
    /// Fly in the own room.
    EnterOwnRoom,
    /// Open or close the shop.
    Shop,
    /// Buy something for this, or mount it.
    Outfit(Item, Credits),
    /// Speak the language of this tag.
    Language(&'static str),
    /// Simulate a bad link between the game and its socket; a perfect one ends the simulation.
    Link(LinkProfile),
    /// Show the settings.
    Settings,
    /// Mask words, or show them.
    Mask,
    /// Reduce motion, or do not.
    Still,
    /// The next key is this action's.
    Bind(Action),
    /// Every action has its usual keys again.
    ResetKeys,
    /// Ask for the name that was typed.
    Rename,
    /// Open the chat.
    OpenChat,
    /// Close it; what was typed stays.
    CloseChat,
    /// Say what was typed, or do what it commands.
    Say,
    /// What is being typed has changed.
    Typed,
    /// Complete the word before the cursor.
    Complete,
    /// Bring the own line before (-1) or after (1) this one back.
    Recall(isize),
    /// Read older lines.
    Older,
    /// Begin a whisper to whoever said this line.
    Whisper(LineId),
    /// Say a refused line again.
    Retry(u32),
    /// Forget a refused line.
    Discard(u32),
    /// Vote in the room's vote.
    Vote(VoteId, bool),
    /// Show the party.
    Party,
    /// Be in a party.
    OpenParty,
    /// Copy the link to the party; with `true` it leads into this room.
    CopyParty(bool),
    /// Give the party another link.
    RenewParty,
    /// Be in the party no more.
    LeaveParty,
    /// Take this member out of the party.
    RemoveMember(AccountTag),
    /// Go to the room of this member.
    JoinMember(AccountTag),
    /// Invite this friend into the party.
    InviteFriend(AccountTag),
    /// Say yes or no to whoever has invited the player.
    AnswerParty(AccountTag, bool),
    /// Do not follow the leader.
    Stay,
    /// Open or close the wheel of phrases.
    Wheel,
    /// Say the phrase at this place of the wheel.
    Phrase(usize),
}

thread_local! {
    static HANDLER: Cell<fn(Command)> = const { Cell::new(|_| {}) };
}

/// Calls `handler` for every command from now on.
pub fn handle_commands(handler: fn(Command)) {
    HANDLER.set(handler);
}

/// Gives the page a command.
pub fn command(wanted: Command) {
    HANDLER.get()(wanted);
}

/// Asks for a bad link, given as the text of a [`LinkProfile`]; an empty text ends the simulation.
///
/// # Errors
/// When the text is no profile.
pub fn set_link(text: &str) -> Result<(), LinkProfileError> {
    command(Command::Link(text.parse()?));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static LAST: Cell<Option<Command>> = const { Cell::new(None) };
    }

    #[test]
    fn a_command_goes_to_the_page_and_is_lost_without_one() {
        command(Command::Menu);
        assert_eq!(LAST.get(), None);
        handle_commands(|wanted| LAST.set(Some(wanted)));
        command(Command::Fly);
        assert_eq!(LAST.get(), Some(Command::Fly));
        assert!(set_link("latency=80").is_err());
        assert_eq!(LAST.get(), Some(Command::Fly), "a text that is no link asks for nothing");
        assert_eq!(set_link(""), Ok(()));
        assert_eq!(LAST.get(), Some(Command::Link(LinkProfile::default())));
    }
}
