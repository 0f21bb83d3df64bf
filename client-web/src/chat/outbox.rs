//! What the player says, until it stands in the log: sending, sent, or refused.
//!
//! ```text
//! push --Sending--> handle_answer --Said--> Sent --its line is in the log--> gone
//!                                \-Refused-> Refused --retry--> Sending
//! ```
//!
//! A line keeps its nonce as long as it is sending, over connections and visits, so that it is said once.

use driftfield_shared::protocol::{
    AccountTag, Done, LineId, Nonce, Outcome, RefusalReason, Saying,
};

use super::To;
use super::log::Log;

/// Lines that may stand here; the oldest refused one makes room.
const LINES_MAX: usize = 16;
/// Lines of which is remembered that the server has confirmed them.
const CONFIRMED_MAX: usize = 64;

/// A line on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Its number among all that the page asks for.
    pub number: u32,
    /// What it is known by.
    pub nonce: Nonce,
    /// To whom it is said.
    pub to: To,
    /// What is said.
    pub saying: Saying,
    /// The newest line when it was said: it is shown behind that.
    pub after: LineId,
    /// What has become of it.
    pub fate: Fate,
}

/// What has become of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// Its answer is awaited.
    Sending,
    /// It is said as this line.
    Sent(LineId),
    /// It was not said.
    Refused(RefusalReason),
    /// The player left the room before the server confirmed it.
    Left,
}

/// The lines on their way.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    lines: Vec<Outgoing>,
    confirmed: Vec<LineId>,
}

impl Outbox {
    /// The player says something. `false`: so much is on its way that this is not taken.
    pub fn push(&mut self, line: Outgoing) -> bool {
        debug_assert_eq!(line.fate, Fate::Sending);
        if self.lines.len() >= LINES_MAX {
            let over = |it: &Outgoing| matches!(it.fate, Fate::Refused(_) | Fate::Left);
            let Some(at) = self.lines.iter().position(over) else { return false };
            self.lines.remove(at);
        }
        self.lines.push(line);
        true
    }

    /// A line is answered. `None`: it could not be asked for.
    pub fn handle_answer(&mut self, number: u32, outcome: Option<Outcome>) {
        let Some(line) = self.lines.iter_mut().find(|line| line.number == number) else { return };
        line.fate = match outcome {
            Some(Outcome::Done(Done::Said { line })) => {
                self.confirmed.push(line);
                if self.confirmed.len() > CONFIRMED_MAX {
                    self.confirmed.remove(0);
                }
                Fate::Sent(line)
            }
            Some(Outcome::Refused(reason)) => Fate::Refused(reason),
            // No server of this version answers otherwise.
            Some(Outcome::Done(_)) | None => Fate::Refused(RefusalReason::Busy),
        };
    }

    /// Forgets what stands in the log.
    pub fn tidy(&mut self, log: &Log) {
        self.lines.retain(|line| match line.fate {
            Fate::Sent(id) => log.find(id).is_none(),
            _ => true,
        });
    }

    /// A refused line is to be said again, under a new number and nonce: refused, it had no effect.
    pub fn retry(
        &mut self,
        number: u32,
        again: u32,
        nonce: Nonce,
        after: LineId,
    ) -> Option<&Outgoing> {
        let at = self.lines.iter().position(|line| line.number == number)?;
        if !matches!(self.lines[at].fate, Fate::Refused(_) | Fate::Left) {
            return None;
        }
        let line = self.lines.remove(at);
        self.lines.push(Outgoing { number: again, nonce, after, fate: Fate::Sending, ..line });
        self.lines.last()
    }

    /// A refused line is not to be shown any more.
    pub fn discard(&mut self, number: u32) {
        self.lines.retain(|line| line.number != number);
    }

    /// The player is in another room. What was meant for the one before is not said here.
    pub fn leave_room(&mut self) {
        for line in &mut self.lines {
            let is_elsewhere = matches!(line.to, To::Party | To::One { account: Some(_), .. });
            if line.fate == Fate::Sending && !is_elsewhere {
                line.fate = Fate::Left;
            }
        }
    }

    /// The lines, in the order in which they were said.
    pub fn lines(&self) -> &[Outgoing] {
        &self.lines
    }

    /// The account that spoke the confirmed lines.
    pub fn speaker(&self, log: &Log) -> Option<AccountTag> {
        self.confirmed.iter().rev().find_map(|id| Some(log.find(*id)?.speaker.account))
    }

    /// Whether the server has confirmed that this line of the player is said.
    pub fn is_confirmed(&self, id: LineId) -> bool {
        self.confirmed.contains(&id)
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::LinesOf;

    use super::*;
    use crate::chat::log::tests::line;

    fn outgoing(number: u32) -> Outgoing {
        Outgoing {
            number,
            nonce: Nonce(number.into()),
            to: To::Room,
            saying: Saying::Text("gg".into()),
            after: LineId(0),
            fate: Fate::Sending,
        }
    }

    fn said(id: u64) -> Option<Outcome> {
        Some(Outcome::Done(Done::Said { line: LineId(id) }))
    }

    #[test]
    fn a_line_stands_here_until_it_stands_in_the_log() {
        let (mut outbox, mut log) = (Outbox::default(), Log::default());
        assert!(outbox.push(outgoing(1)));
        outbox.tidy(&log);
        assert_eq!(outbox.lines()[0].fate, Fate::Sending);
        outbox.handle_answer(1, said(7));
        outbox.tidy(&log);
        assert_eq!(outbox.lines()[0].fate, Fate::Sent(LineId(7)), "its line has not come yet");
        log.add(LinesOf::Room, vec![line(7, 1, None)], false);
        outbox.tidy(&log);
        assert_eq!(outbox.lines(), []);
        assert!(outbox.is_confirmed(LineId(7)) && !outbox.is_confirmed(LineId(8)));
    }

    #[test]
    fn a_refused_line_can_be_said_again_and_one_that_is_sending_can_not() {
        let mut outbox = Outbox::default();
        outbox.push(outgoing(1));
        assert_eq!(outbox.retry(1, 2, Nonce(2), LineId(5)), None, "it would be said twice");
        let reason = RefusalReason::TooOften { seconds: 3 };
        outbox.handle_answer(1, Some(Outcome::Refused(reason)));
        assert_eq!(outbox.lines()[0].fate, Fate::Refused(reason));
        let again = outbox.retry(1, 2, Nonce(2), LineId(5)).cloned().unwrap();
        assert_eq!((again.number, again.fate, again.after), (2, Fate::Sending, LineId(5)));
        outbox.handle_answer(1, said(9));
        assert_eq!(outbox.lines()[0].fate, Fate::Sending, "that was the answer to the first try");
        outbox.discard(2);
        assert_eq!(outbox.lines(), []);
    }

    #[test]
    fn no_more_stand_here_than_fit_and_those_under_way_stay() {
        let mut outbox = Outbox::default();
        let taken = (1..=100).filter(|number| outbox.push(outgoing(*number))).count();
        assert_eq!(taken, LINES_MAX);
        outbox.handle_answer(3, None);
        assert!(outbox.push(outgoing(101)));
        assert!(outbox.lines().iter().all(|line| line.number != 3));
    }

    #[test]
    fn what_was_meant_for_a_room_is_not_said_in_another_one() {
        let mut outbox = Outbox::default();
        outbox.push(outgoing(1));
        let account = Some(AccountTag(4));
        let to = To::One { name: "Bo".into(), account };
        outbox.push(Outgoing { to, ..outgoing(2) });
        outbox.push(Outgoing { to: To::Party, ..outgoing(3) });
        outbox.leave_room();
        let fates: Vec<Fate> = outbox.lines().iter().map(|line| line.fate).collect();
        assert_eq!(fates, [Fate::Left, Fate::Sending, Fate::Sending]);
    }
}
