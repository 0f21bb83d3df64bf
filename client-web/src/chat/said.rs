//! What is said, in words: phrases in the reader's language, and masked where he wants that.

use driftfield_shared::protocol::{Phrase, RefusalReason, Saying};

use crate::say::{self, Message};

/// What stands in the place of each masked character.
const MASK: char = '•';

/// The words of a saying. `masked` are the parts that are hidden, from byte to byte; an action follows its speaker's name.
pub fn text_of(saying: &Saying, masked: &[(u16, u16)]) -> String {
    match saying {
        Saying::Text(text) | Saying::Action(text) => mask(text, masked),
        Saying::Phrase(phrase) => saying_of(*phrase).text(),
        Saying::Ping { .. } => say::CHAT_PING.text(),
    }
}

/// Whether a saying goes on behind its speaker's name, as "Ada waves" does.
pub fn is_action(saying: &Saying) -> bool {
    matches!(saying, Saying::Action(_) | Saying::Ping { .. })
}

/// The message of a phrase.
pub fn saying_of(phrase: Phrase) -> Message {
    match phrase {
        Phrase::Hello => say::PHRASE_HELLO,
        Phrase::Yes => say::PHRASE_YES,
        Phrase::No => say::PHRASE_NO,
        Phrase::Help => say::PHRASE_HELP,
        Phrase::Follow => say::PHRASE_FOLLOW,
        Phrase::Thanks => say::PHRASE_THANKS,
        Phrase::Sorry => say::PHRASE_SORRY,
        Phrase::WellPlayed => say::PHRASE_WELL_PLAYED,
    }
}

fn mask(text: &str, masked: &[(u16, u16)]) -> String {
    let is_masked = |at: usize| {
        masked.iter().any(|(start, end)| (usize::from(*start)..usize::from(*end)).contains(&at))
    };
    text.char_indices().map(|(at, letter)| if is_masked(at) { MASK } else { letter }).collect()
}

/// Why something was refused, as a sentence for the player.
pub fn refusal(reason: RefusalReason) -> String {
    match reason {
        RefusalReason::TooOften { seconds } => say::refusal_too_often(seconds),
        RefusalReason::Mute { seconds: 0 } => say::REFUSAL_MUTE_FOR_GOOD.text(),
        RefusalReason::Mute { seconds } => say::refusal_mute(seconds),
        RefusalReason::NoName => say::REFUSAL_NO_NAME.text(),
        RefusalReason::NothingToSay => say::REFUSAL_NOTHING_TO_SAY.text(),
        RefusalReason::LineTooLong => say::REFUSAL_LINE_TOO_LONG.text(),
        RefusalReason::NoAccount => say::REFUSAL_NO_ACCOUNT.text(),
        RefusalReason::NobodyThere => say::REFUSAL_NOBODY_THERE.text(),
        RefusalReason::NotAllowed => say::REFUSAL_NOT_ALLOWED.text(),
        RefusalReason::Outranked => say::REFUSAL_OUTRANKED.text(),
        RefusalReason::NoSuchPlayer => say::REFUSAL_NO_SUCH_PLAYER.text(),
        RefusalReason::Ambiguous => say::REFUSAL_AMBIGUOUS.text(),
        RefusalReason::TermTooLong { seconds } => say::refusal_term_too_long(seconds),
        RefusalReason::NotInForce => say::REFUSAL_NOT_IN_FORCE.text(),
        RefusalReason::Yourself => say::REFUSAL_YOURSELF.text(),
        RefusalReason::ListFull => say::REFUSAL_LIST_FULL.text(),
        RefusalReason::VoteRunning => say::REFUSAL_VOTE_RUNNING.text(),
        RefusalReason::NoVote => say::REFUSAL_NO_VOTE.text(),
        RefusalReason::TooFewVoters { needed } => say::refusal_too_few_voters(needed),
        RefusalReason::AlreadyVoted => say::REFUSAL_ALREADY_VOTED.text(),
        RefusalReason::InParty => say::REFUSAL_IN_PARTY.text(),
        RefusalReason::NoParty => say::REFUSAL_NO_PARTY.text(),
        RefusalReason::PartyFull { max } => say::refusal_party_full(max),
        RefusalReason::NotLeader => say::REFUSAL_NOT_LEADER.text(),
        RefusalReason::NoInvitation => say::REFUSAL_NO_INVITATION.text(),
        RefusalReason::SettingsTooLong => say::REFUSAL_SETTINGS_TOO_LONG.text(),
        RefusalReason::NotDocked => say::REFUSAL_NOT_DOCKED.text(),
        RefusalReason::NotOffered => say::REFUSAL_NOT_OFFERED.text(),
        RefusalReason::NotYet => say::REFUSAL_NOT_YET.text(),
        RefusalReason::NoMount => say::REFUSAL_NO_MOUNT.text(),
        RefusalReason::HoldTooFull => say::REFUSAL_HOLD_TOO_FULL.text(),
        RefusalReason::TooDear => say::REFUSAL_TOO_DEAR.text(),
        RefusalReason::OutOfOrder | RefusalReason::Busy => say::REFUSAL_BUSY.text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_parts_are_hidden_letter_by_letter() {
        let text = Saying::Text("дa darn it".into());
        assert_eq!(text_of(&text, &[(4, 8)]), "дa •••• it");
        assert_eq!(text_of(&text, &[(0, 2), (4, 8)]), "•a •••• it");
        assert_eq!(text_of(&text, &[]), "дa darn it");
    }

    #[test]
    fn each_phrase_has_words_of_its_own() {
        let mut words: Vec<String> =
            Phrase::ALL.iter().map(|phrase| saying_of(*phrase).text()).collect();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), Phrase::ALL.len());
    }
}
