//! Which lines are shown, and how: those of the log, and the player's own that are still on their way.

use driftfield_shared::protocol::{AccountTag, ChatLine, LineId, Saying};

use super::To;
use super::log::Log;
use super::outbox::{Fate, Outbox, Outgoing};
use super::told::Told;

/// A line as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownLine {
    /// The line's number, or the one that it is shown behind and its own number.
    pub key: (LineId, u32),
    /// What it is.
    pub body: ShownBody,
    /// What has become of it, where it is the player's own.
    pub receipt: Option<Receipt>,
    /// The colour of its speaker's ship, `0xRRGGBB`; `None` where there is none.
    pub color: Option<u32>,
    /// Whether it fades while the chat is closed.
    pub is_old: bool,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq)]
pub enum ShownBody {
    /// Somebody says something.
    Said {
        /// Who; `None`: the player, whose name is not known to the page.
        speaker: String,
        /// Whether the player speaks.
        is_own: bool,
        /// Who else reads it, if it is not said to everyone.
        listener: Option<String>,
        /// Whether the party alone reads it.
        is_party: bool,
        /// What.
        saying: Saying,
        /// The parts that are masked.
        masked: Vec<(u16, u16)>,
    },
    /// The list of commands, for the player alone.
    Help,
    /// What the player alone is told.
    Told(Told),
}

/// What has become of an own line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Receipt {
    /// It is on its way.
    Sending,
    /// It is said, and cannot be lost.
    Sent,
    /// It was not said. It can be tried again by this number.
    Failed(u32, Fate),
}

/// Who the player is.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// The account, once a receipt has told it.
    pub account: Option<AccountTag>,
    /// The name in the room.
    pub name: &'a str,
}

impl Own<'_> {
    fn is(&self, line: &ChatLine) -> bool {
        match self.account {
            Some(account) => line.speaker.account == account,
            None => line.speaker.name == self.name,
        }
    }
}

/// All lines, in the order in which they are shown.
pub fn shown(log: &Log, outbox: &Outbox, own: Own<'_>) -> Vec<ShownLine> {
    let lines = log.lines();
    // A line comes back in its feed before the receipt: then it is shown once, as one that is on its way.
    let mut pending: Vec<&Outgoing> = outbox.lines().iter().collect();
    let mut shown: Vec<ShownLine> = Vec::with_capacity(lines.len() + pending.len());
    for line in lines {
        let is_own = own.is(line);
        let is_party = log.is_of_party(line.id);
        let is_sending = |it: &&Outgoing| {
            it.fate == Fate::Sending
                && it.saying == line.saying
                && it.after < line.id
                && match it.to {
                    To::Room => line.listener.is_none() && !is_party,
                    To::Party => is_party,
                    To::One { .. } => line.listener.is_some(),
                }
        };
        let sending = pending.iter().position(is_sending).filter(|_| is_own);
        let receipt = match sending {
            Some(at) => {
                pending.remove(at);
                Some(Receipt::Sending)
            }
            None => outbox.is_confirmed(line.id).then_some(Receipt::Sent),
        };
        shown.push(ShownLine {
            key: (line.id, 0),
            body: ShownBody::Said {
                speaker: line.speaker.name.clone(),
                is_own,
                listener: line.listener.as_ref().map(|it| it.name.clone()),
                is_party,
                saying: line.saying.clone(),
                masked: line.masked.clone(),
            },
            receipt,
            color: None,
            is_old: false,
        });
    }
    for line in pending {
        let listener = match &line.to {
            To::Room | To::Party => None,
            To::One { name, .. } => Some(name.clone()),
        };
        let receipt = match line.fate {
            Fate::Sending => Receipt::Sending,
            Fate::Sent(_) => Receipt::Sent,
            fate @ (Fate::Refused(_) | Fate::Left) => Receipt::Failed(line.number, fate),
        };
        let body = ShownBody::Said {
            speaker: own.name.to_owned(),
            is_own: true,
            listener,
            is_party: line.to == To::Party,
            saying: line.saying.clone(),
            masked: Vec::new(),
        };
        let (key, receipt) = ((line.after, line.number), Some(receipt));
        insert(&mut shown, ShownLine { key, body, receipt, color: None, is_old: false });
    }
    shown
}

/// Puts a line behind those with a lower key.
pub fn insert(shown: &mut Vec<ShownLine>, line: ShownLine) {
    let at = shown.partition_point(|other| other.key < line.key);
    shown.insert(at, line);
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::{Done, LinesOf, Nonce, Outcome, RefusalReason};

    use super::*;
    use crate::chat::log::tests::line;

    const OWN: Own<'static> = Own { account: None, name: "Pilot 1" };

    fn say(outbox: &mut Outbox, number: u32, text: &str, after: u64) {
        outbox.push(Outgoing {
            number,
            nonce: Nonce(number.into()),
            to: To::Room,
            saying: Saying::Text(text.into()),
            after: LineId(after),
            fate: Fate::Sending,
        });
    }

    fn receipts(log: &Log, outbox: &Outbox) -> Vec<(u64, Option<Receipt>)> {
        shown(log, outbox, OWN).iter().map(|line| (line.key.0.0, line.receipt)).collect()
    }

    #[test]
    fn an_own_line_is_shown_once_from_sending_to_sent() {
        let (mut log, mut outbox) = (Log::default(), Outbox::default());
        log.add(LinesOf::Room, vec![line(5, 2, None)], false);
        say(&mut outbox, 1, "line 6", 5);
        assert_eq!(receipts(&log, &outbox), [(5, None), (5, Some(Receipt::Sending))]);
        log.add(LinesOf::Room, vec![line(6, 1, None), line(7, 2, None)], false);
        let sending = [(5, None), (6, Some(Receipt::Sending)), (7, None)];
        assert_eq!(receipts(&log, &outbox), sending);
        outbox.handle_answer(1, Some(Outcome::Done(Done::Said { line: LineId(6) })));
        outbox.tidy(&log);
        assert_eq!(receipts(&log, &outbox), [(5, None), (6, Some(Receipt::Sent)), (7, None)]);
    }

    #[test]
    fn the_same_words_to_the_room_and_to_the_party_are_two_lines() {
        let (mut log, mut outbox) = (Log::default(), Outbox::default());
        say(&mut outbox, 1, "line 6", 5);
        log.add(LinesOf::Party, vec![line(6, 1, None)], false);
        assert_eq!(receipts(&log, &outbox), [(5, Some(Receipt::Sending)), (6, None)]);
        let is_party =
            |line: &ShownLine| matches!(line.body, ShownBody::Said { is_party: true, .. });
        let shown: Vec<bool> = shown(&log, &outbox, OWN).iter().map(is_party).collect();
        assert_eq!(shown, [false, true]);
    }

    #[test]
    fn a_refused_line_stays_where_it_was_said() {
        let (mut log, mut outbox) = (Log::default(), Outbox::default());
        log.add(LinesOf::Room, vec![line(5, 2, None)], false);
        say(&mut outbox, 1, "gg", 5);
        log.add(LinesOf::Room, vec![line(6, 2, None)], false);
        let reason = RefusalReason::TooOften { seconds: 2 };
        outbox.handle_answer(1, Some(Outcome::Refused(reason)));
        let failed = Receipt::Failed(1, Fate::Refused(reason));
        assert_eq!(receipts(&log, &outbox), [(5, None), (5, Some(failed)), (6, None)]);
    }

    #[test]
    fn the_same_words_of_another_player_are_not_the_own_line() {
        let (mut log, mut outbox) = (Log::default(), Outbox::default());
        say(&mut outbox, 1, "line 6", 5);
        log.add(LinesOf::Room, vec![line(6, 2, None)], false);
        assert_eq!(receipts(&log, &outbox), [(5, Some(Receipt::Sending)), (6, None)]);
        // Nor are those of a line that was there before.
        say(&mut outbox, 2, "line 8", 8);
        log.add(LinesOf::Room, vec![line(8, 1, None)], false);
        assert_eq!(receipts(&log, &outbox).len(), 4);
    }
}
