//! The chat on the page: what comes of it, what the player says, and what is shown.
//!
//! ```text
//! Note::Lines, Note::Answer --> Chat (log, outbox) --tell_chat--> ChatModel
//! keys, buttons --talk, wheel, point--> say --PageMessage::Ask--> worker
//! ```

mod company;
mod point;
mod talk;
mod wheel;

use driftfield_shared::netcode::Asked;
use driftfield_shared::protocol::{
    AccountTag, ChatLine, Done, HubBody, LineId, LinesOf, Nonce, Outcome, RefusalReason,
    RequestBody, SayTo, Saying,
};
use driftfield_shared::units::PlayerId;
use glam::Vec2;

use super::Game;
use super::browser::random;
use crate::account::Secret;
use crate::chat::{
    Completion, Fate, LINES_OF, Log, Outbox, Outgoing, Own, Pings, Recall, ShownBody, ShownLine,
    To, insert, is_action, shown, text_of,
};
use crate::net::PageMessage;
use crate::render::{Rgb, rgb_bits, ship_color};
use company::Company;
use point::Finger;
use wheel::Spin;

/// Lines that are shown while the chat is closed, and for how long (milliseconds).
const CLOSED_LINES: usize = 6;
const CLOSED_MS: f64 = 12_000.0;
const FADE_MS: f64 = 900.0;
/// Lines of which is remembered since when they are shown: in a talkative room many more come than are shown.
const FRESH_MAX: usize = 32;

/// What the page knows of the chat.
#[derive(Debug, Default)]
pub struct Chat {
    log: Log,
    outbox: Outbox,
    recall: Recall,
    completion: Completion,
    pub(super) pings: Pings,
    spin: Spin,
    pub(super) finger: Option<Finger>,
    /// The player's account as others see it, once a receipt has told it.
    own: Option<AccountTag>,
    /// What it is the chat of.
    visit: u32,
    room: String,
    secret: Option<Secret>,
    /// The last number of a question, and those without an answer that are not about a line.
    asked: u32,
    questions: Vec<(u32, Question)>,
    /// What the player is told beside that.
    company: Company,
    /// The line behind which the commands are listed.
    help: Option<LineId>,
    /// Lines that are shown while the chat is closed, and since when.
    fresh: Vec<((LineId, u32), f64)>,
    is_changed: bool,
    /// What was typed when the chat was closed.
    typed: String,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Question {
    Older(LinesOf),
    Rename,
    /// What was told before.
    Notices,
    /// Something was read.
    NoticesRead,
    /// The settings that the account keeps.
    Settings,
    /// Something was bought or mounted.
    Outfit,
    /// Whom the player ignores; it is not told.
    Ignored,
    /// Something that the player has commanded.
    Demand,
    /// How it stands with the party; it is not told.
    Party,
    /// With whom the player could play.
    Friends,
}

impl Game {
    /// Asks the worker something. Its answer comes with this number.
    pub(super) fn ask(&mut self, asked: Asked) -> u32 {
        self.chat.asked += 1;
        let number = self.chat.asked;
        self.post(&PageMessage::Ask { number, asked });
        number
    }

    /// The player is in a room. Over a new visit, what had no answer is asked again: with the same nonce it has its effect once.
    pub(super) fn welcome_chat(&mut self) {
        let Some(session) = &self.session else { return };
        let chat = &mut self.chat;
        chat.is_changed = true;
        if std::mem::replace(&mut chat.visit, self.visit) == self.visit {
            return;
        }
        let secret = self.account.told();
        if chat.secret != secret {
            // Another player: nothing of the one before is shown, or said.
            let asked = chat.asked;
            *chat = Chat { asked, secret, visit: self.visit, is_changed: true, ..Chat::default() };
        }
        chat.own = None;
        chat.questions.clear();
        LINES_OF.into_iter().for_each(|of| chat.log.give_up_older(of));
        if chat.room != session.room {
            chat.outbox.leave_room();
            chat.log.leave_room();
            chat.pings = Pings::default();
            chat.room.clone_from(&session.room);
        }
        let pending = chat.outbox.lines().iter().filter(|line| line.fate == Fate::Sending);
        for line in pending.cloned().collect::<Vec<_>>() {
            self.send(&line);
        }
        self.welcome_company();
    }

    /// Lines came.
    pub(super) fn take_lines(
        &mut self,
        of: LinesOf,
        lines: Vec<ChatLine>,
        has_gap: bool,
        is_live: bool,
    ) {
        let now_ms = self.now_ms();
        let is_live = is_live && (of != LinesOf::Party || !self.party.book.is_new(now_ms));
        let heard: Vec<ChatLine> = lines
            .iter()
            .filter(|line| is_live && !self.chat.log.is_ignored(line))
            .cloned()
            .collect();
        for line in &heard {
            self.chat.fresh.push(((line.id, 0), now_ms));
            self.hear(now_ms, line);
        }
        self.chat.log.add(of, lines, has_gap);
        self.chat_changed();
    }

    /// A line was said just now.
    fn hear(&mut self, now_ms: f64, line: &ChatLine) {
        let Some(session) = &self.session else { return };
        let name = &line.speaker.name;
        let masked = match self.model.chat.is_masked.get_untracked() {
            true => &line.masked[..],
            false => &[],
        };
        if self.chat.own != Some(line.speaker.account) {
            let gap = if is_action(&line.saying) { " " } else { ": " };
            let spoken = format!("{name}{gap}{}", text_of(&line.saying, masked));
            self.model.chat.spoken.set(spoken);
        }
        if let Saying::Ping { x, y } = line.saying {
            let color = session.color_of(name).unwrap_or([1.0; 3]);
            self.chat.pings.add(now_ms, Vec2::new(x as f32, y as f32), name, color);
        }
    }

    /// A question is answered.
    pub(super) fn take_answer(&mut self, number: u32, outcome: Option<Outcome>) {
        let at = self.chat.questions.iter().position(|(asked, _)| *asked == number);
        let question = at.map(|at| self.chat.questions.swap_remove(at).1);
        match (question, outcome) {
            (Some(Question::Older(of)), Some(Outcome::Done(Done::History { lines, is_start }))) => {
                self.chat.log.add_older(of, lines, is_start);
            }
            (Some(Question::Older(of)), _) => self.chat.log.give_up_older(of),
            (Some(Question::Rename), outcome) => self.take_rename(outcome),
            (Some(Question::Settings), outcome) => return self.take_settings(number, outcome),
            (Some(Question::Outfit), outcome) => return self.take_outfit(outcome),
            (
                Some(Question::Notices),
                Some(Outcome::Done(Done::Notices { list, read_up_to, .. })),
            ) => {
                return self.take_notice_history(list, read_up_to);
            }
            // A guest has none, and what was read here counts as read here.
            (Some(Question::Notices | Question::NoticesRead), _) => return,
            (Some(question), outcome) => self.take_company_answer(question, outcome),
            (None, outcome) => {
                self.chat.outbox.handle_answer(number, outcome);
                let now_ms = self.now_ms();
                // A line that is refused is to be seen, however long that took.
                self.chat.fresh.iter_mut().filter(|((_, it), _)| *it == number).for_each(|it| {
                    it.1 = now_ms;
                });
            }
        }
        self.chat_changed();
    }

    /// Something of the chat is shown differently from now on.
    pub(super) fn chat_changed(&mut self) {
        self.chat.is_changed = true;
        self.chat.outbox.tidy(&self.chat.log);
        let chat = &mut self.chat;
        chat.own = chat.own.or_else(|| chat.outbox.speaker(&chat.log));
        let now_ms = self.now_ms();
        self.tell_chat(now_ms);
    }

    /// Says something; `false`: too much is on its way.
    fn say(&mut self, to: To, saying: Saying) -> bool {
        self.chat.asked += 1;
        let line = Outgoing {
            number: self.chat.asked,
            nonce: Nonce(random::number()),
            to,
            saying,
            after: self.chat.log.newest(),
            fate: Fate::Sending,
        };
        if !self.chat.outbox.push(line.clone()) {
            return false;
        }
        let now_ms = self.now_ms();
        self.chat.fresh.push(((line.after, line.number), now_ms));
        self.send(&line);
        self.chat_changed();
        true
    }

    /// Sends a line, for the first time or again.
    fn send(&mut self, line: &Outgoing) {
        let to = match &line.to {
            To::Room => Some(SayTo::Room),
            To::Party => Some(SayTo::Party),
            To::One { account: Some(account), .. } => Some(SayTo::Account(*account)),
            To::One { name, account: None } => self.player_called(name).map(SayTo::Player),
        };
        match to {
            Some(to) => {
                let body = HubBody::Say { to, saying: line.saying.clone() };
                let asked = Asked::OfHub(line.nonce, body);
                self.post(&PageMessage::Ask { number: line.number, asked });
            }
            None => {
                let nobody = Some(Outcome::Refused(RefusalReason::NobodyThere));
                self.chat.outbox.handle_answer(line.number, nobody);
            }
        }
    }

    fn player_called(&self, name: &str) -> Option<PlayerId> {
        self.session.as_ref()?.players.called(name)
    }

    /// A refused line is to be said again.
    pub(super) fn retry(&mut self, number: u32) {
        self.chat.asked += 1;
        let (again, after) = (self.chat.asked, self.chat.log.newest());
        let nonce = Nonce(random::number());
        let line = self.chat.outbox.retry(number, again, nonce, after).cloned();
        if let Some(line) = line {
            let now_ms = self.now_ms();
            self.chat.fresh.push(((after, again), now_ms));
            self.send(&line);
        }
        self.chat_changed();
    }

    /// A refused line is forgotten.
    pub(super) fn discard(&mut self, number: u32) {
        self.chat.outbox.discard(number);
        self.chat_changed();
    }

    /// Older lines are to be read.
    pub(super) fn read_older(&mut self) {
        if self.session.is_none() {
            return;
        }
        for (of, before) in self.chat.log.ask_older() {
            let body = HubBody::History { of, before };
            let number = self.ask(Asked::OfHub(Nonce(random::number()), body));
            self.chat.questions.push((number, Question::Older(of)));
        }
    }

    /// Asks the room for another name.
    pub(super) fn ask_rename(&mut self, name: String) {
        let number = self.ask(Asked::OfRoom(RequestBody::Rename { name }));
        self.chat.questions.push((number, Question::Rename));
    }

    /// Shows the lines, if anything has changed.
    pub(super) fn tell_chat(&mut self, now_ms: f64) {
        let Some(session) = &self.session else { return };
        let (chat, model) = (&mut self.chat, self.model.chat);
        let is_open = model.is_open.get_untracked();
        let had_fresh = !chat.fresh.is_empty();
        chat.fresh.retain(|(_, at_ms)| now_ms - at_ms < CLOSED_MS);
        let over = chat.fresh.len().saturating_sub(FRESH_MAX);
        chat.fresh.drain(..over);
        // Fresh lines fade and go by themselves.
        if !std::mem::take(&mut chat.is_changed) && (is_open || !had_fresh) {
            return;
        }
        let name = session.name(session.player);
        let own = Own { account: chat.own, name: &name };
        let mut lines = shown(&chat.log, &chat.outbox, own);
        chat.company.show(&mut lines);
        if !is_open {
            let since = |line: &ShownLine| chat.fresh.iter().find(|(key, _)| *key == line.key);
            lines.retain(|line| since(line).is_some());
            lines.drain(..lines.len().saturating_sub(CLOSED_LINES));
            for line in &mut lines {
                line.is_old = chat
                    .fresh
                    .iter()
                    .any(|(key, at_ms)| *key == line.key && now_ms - at_ms > CLOSED_MS - FADE_MS);
            }
        }
        for line in &mut lines {
            if let ShownBody::Said { speaker, is_own, listener, .. } = &line.body {
                // Of a whisper the other one's name is shown.
                let named = listener.as_ref().filter(|_| *is_own).unwrap_or(speaker);
                line.color = session.color_of(named).map(rgb_bits);
            }
        }
        if let Some(after) = chat.help.filter(|_| is_open) {
            let (key, body) = ((after, u32::MAX), ShownBody::Help);
            let line = ShownLine { key, body, receipt: None, color: None, is_old: false };
            insert(&mut lines, line);
        }
        model.lines.set_changed(lines);
        model.has_older.set_changed(chat.log.has_older());
    }
}

impl Chat {
    /// Notes what a question is about.
    pub(super) fn note_question(&mut self, number: u32, about: Question) {
        self.questions.push((number, about));
    }
}

impl super::session::Session {
    /// The colour of the ship of whoever has this name.
    fn color_of(&self, name: &str) -> Option<Rgb> {
        let player = self.players.called(name)?;
        Some(match player == self.player {
            true => crate::render::OWN_COLOR,
            false => ship_color(player, self.players.is_bot(player)),
        })
    }
}
