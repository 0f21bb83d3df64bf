//! What a player is told beside what others say: votes, and what became of his commands. It stands among the lines of chat.

use driftfield_shared::netcode::Asked;
use driftfield_shared::protocol::{
    Done, HubBody, LineId, Nonce, Outcome, RefusalReason, VoteId, VoteLine, VoteState,
};

use super::Question;
use crate::chat::{ShownBody, ShownLine, Told, insert};
use crate::page::Game;
use crate::page::browser::random;

/// What is kept of it; the oldest goes first.
const TOLD_MAX: usize = 50;
/// How much longer a vote is shown than a line (milliseconds), so that it is there until it ends.
const VOTE_MS: f64 = 18_000.0;

/// What the player is told.
#[derive(Debug, Default)]
pub struct Company {
    /// Each behind a line, with a number of its own.
    told: Vec<(LineId, u32, Told)>,
}

impl Company {
    /// The vote that runs.
    pub fn vote(&self) -> Option<VoteId> {
        self.told.iter().rev().find_map(|(.., told)| match told {
            Told::Vote(vote) if vote.state == VoteState::Open => Some(vote.id),
            _ => None,
        })
    }

    /// Puts it among the lines.
    pub fn show(&self, lines: &mut Vec<ShownLine>) {
        for (after, number, told) in &self.told {
            let (key, body) = ((*after, *number), ShownBody::Told(told.clone()));
            insert(lines, ShownLine { key, body, receipt: None, color: None, is_old: false });
        }
    }
}

impl Game {
    /// A new visit begins: asks whom the player ignores.
    pub(super) fn welcome_company(&mut self) {
        self.question(HubBody::Ignored, Question::Ignored);
    }

    /// Asks for what the player has commanded.
    pub(in crate::page) fn demand(&mut self, body: HubBody) {
        self.question(body, Question::Demand);
    }

    /// The player votes.
    pub fn vote(&mut self, vote: VoteId, yes: bool) {
        self.demand(HubBody::Vote { vote, yes });
    }

    pub(in crate::page) fn question(&mut self, body: HubBody, question: Question) {
        let number = self.ask(Asked::OfHub(Nonce(random::number()), body));
        self.chat.questions.push((number, question));
    }

    /// An answer has come that is about no line.
    pub(super) fn take_company_answer(&mut self, question: Question, outcome: Option<Outcome>) {
        match (question, outcome) {
            (Question::Ignored, Some(Outcome::Done(Done::Ignored { list }))) => {
                self.chat.log.ignore(list.into_iter().map(|whom| whom.account).collect());
            }
            (Question::Party, Some(Outcome::Done(Done::Party { own, link }))) => {
                self.take_party_answer(own, link);
            }
            (Question::Friends, Some(Outcome::Done(Done::Friends { list }))) => {
                self.take_friends(list);
            }
            (Question::Demand, Some(Outcome::Done(done))) => {
                if let Done::Party { own, link } = &done {
                    match (self.take_party_answer(*own, *link), link) {
                        (true, Some(_)) => self.bring_to_party(),
                        (true, None) => {}
                        (false, _) => return,
                    }
                }
                if let Done::Ignoring { whom, is_ignored } = &done {
                    self.chat.log.set_ignored(whom.account, *is_ignored);
                }
                self.tell(Told::Done(done), 0.0);
            }
            (Question::Demand, Some(Outcome::Refused(reason))) => {
                self.tell(Told::Refused(reason), 0.0);
            }
            (Question::Demand, None) => self.tell(Told::Refused(RefusalReason::Busy), 0.0),
            _ => {}
        }
    }

    /// The room's vote has changed.
    pub(in crate::page) fn take_vote(&mut self, vote: Option<VoteLine>) {
        let Some(vote) = vote else { return };
        let told = &mut self.chat.company.told;
        let same = told.iter_mut().find_map(|(after, number, told)| match told {
            Told::Vote(before) if before.id == vote.id => Some((*after, *number, before)),
            _ => None,
        });
        match same {
            Some((after, number, before)) => {
                let is_over = vote.state != VoteState::Open;
                *before = vote;
                if is_over {
                    let now_ms = self.now_ms();
                    let fresh = &mut self.chat.fresh;
                    fresh.retain(|(key, _)| *key != (after, number));
                    fresh.push(((after, number), now_ms));
                }
            }
            None if vote.state == VoteState::Open => self.tell(Told::Vote(vote), VOTE_MS),
            None => {}
        }
        self.chat_changed();
    }

    /// Tells the player something, so much longer than a line is shown.
    pub(in crate::page) fn tell(&mut self, told: Told, longer_ms: f64) {
        if told.text().is_empty() {
            return;
        }
        self.chat.asked += 1;
        let (after, number) = (self.chat.log.newest(), self.chat.asked);
        let all = &mut self.chat.company.told;
        all.push((after, number, told));
        if all.len() > TOLD_MAX {
            all.remove(0);
        }
        let now_ms = self.now_ms();
        self.chat.fresh.push(((after, number), now_ms + longer_ms));
        self.chat.is_changed = true;
    }
}
