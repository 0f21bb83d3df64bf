//! The field of the chat: opened, typed into, and said.

use driftfield_shared::limits::{LINE_BYTES_MAX, LINE_GRAPHEMES_MAX};
use driftfield_shared::protocol::{AccountTag, HubBody, LineId, Saying, VoteId};
use web_sys::HtmlInputElement;

use crate::chat::{Meaning, People, To, read, target};
use crate::hud::{ChatNote, FIELD_ID, Sheet};
use crate::letters::lower;
use crate::page::browser::graphemes;
use crate::page::{Game, start};
use crate::ui::flush;

/// Characters left from which on their number is shown.
const NEARLY_FULL: usize = 40;

/// With fewer lines than these, older ones are asked for as soon as the chat is opened.
const FEW_LINES: usize = 20;

/// What is in the field; `None` while it is closed.
fn field() -> Option<HtmlInputElement> {
    start::element(FIELD_ID).ok()
}

/// Writes into the field, and puts the cursor behind that.
fn write(field: &HtmlInputElement, text: &str) {
    field.set_value(text);
    let end = text.encode_utf16().count() as u32;
    // Fails only for fields without text.
    let _ = field.set_selection_range(end, end);
}

impl Game {
    /// Opens the chat, with `text` in the field, or with what was typed when it was closed. Keys that are held for flight are let
    /// go: their release would go to the field.
    pub fn open_chat(&mut self, text: &str) {
        if self.session.is_none() || self.model.sheet.get_untracked() != Sheet::None {
            return;
        }
        self.release_all();
        self.close_wheel();
        let chat = self.model.chat;
        chat.is_open.set_changed(true);
        self.chat.is_changed = true;
        let now_ms = self.now_ms();
        self.tell_chat(now_ms);
        // Now, and not in a microtask: a phone shows its keyboard only while it handles the tap.
        flush();
        let Some(field) = field() else { return };
        match text {
            "" => {
                field.set_value(&self.chat.typed);
                field.select();
            }
            text => write(&field, text),
        }
        self.note_typed();
        // A list that does not fill its place cannot be scrolled back.
        if self.chat.log.lines().len() < FEW_LINES {
            self.read_older();
        }
    }

    /// Closes the chat.
    pub fn close_chat(&mut self) {
        if !self.model.chat.is_open.get_untracked() {
            return;
        }
        self.chat.typed = field().map(|field| field.value()).unwrap_or_default();
        self.chat.help = None;
        self.model.chat.is_open.set(false);
        self.model.chat.note.set_changed(ChatNote::None);
        self.chat.is_changed = true;
        let now_ms = self.now_ms();
        self.tell_chat(now_ms);
        self.focus_world();
    }

    /// What is in the field has changed.
    pub fn note_typed(&mut self) {
        let Some(field) = field() else { return };
        let note = self.note_on(&field.value());
        self.model.chat.note.set_changed(note);
    }

    fn note_on(&self, typed: &str) -> ChatNote {
        match (self.target(typed), room_left(typed)) {
            (_, Err(count)) => ChatNote::TooLong(count),
            (_, Ok(left)) if left < NEARLY_FULL => ChatNote::Left(left as u32),
            (Some(To::One { name, .. }), _) => ChatNote::To(name),
            (Some(To::Party), _) => ChatNote::ToParty,
            (Some(To::Room) | None, _) => ChatNote::None,
        }
    }

    fn target(&self, typed: &str) -> Option<To> {
        // Most lines are no commands: nothing is read twice for them.
        typed.starts_with('/').then(|| target(self, typed)).flatten()
    }

    /// Says what is in the field, or does what it commands.
    pub fn say_typed(&mut self) {
        let Some(field) = field() else { return };
        let typed = field.value();
        let note = match read(self, &typed) {
            Ok(Meaning::Nothing) => {
                field.set_value("");
                return self.close_chat();
            }
            Ok(Meaning::Help) => {
                self.chat.help = Some(self.chat.log.newest());
                self.chat.recall.note(&typed);
                field.set_value("");
                self.chat_changed();
                ChatNote::None
            }
            Ok(Meaning::Ask(body)) => match too_long_for(&body) {
                Some(count) => ChatNote::TooLong(count),
                None => {
                    self.chat.recall.note(&typed);
                    field.set_value("");
                    self.demand(body);
                    ChatNote::None
                }
            },
            Ok(Meaning::Say(to, saying)) => match too_long(&saying) {
                Some(count) => ChatNote::TooLong(count),
                None if self.say(to, saying) => {
                    self.chat.recall.note(&typed);
                    field.set_value("");
                    return self.close_chat();
                }
                None => ChatNote::Full,
            },
            Err(fault) => ChatNote::Fault(fault),
        };
        self.model.chat.note.set_changed(note);
    }

    /// Completes the word before the cursor.
    pub fn complete(&mut self) {
        let (Some(field), Some(session)) = (field(), &self.session) else { return };
        let typed = field.value();
        let cursor = field.selection_start().ok().flatten().unwrap_or(u32::MAX) as usize;
        let units: Vec<u16> = typed.encode_utf16().collect();
        let (before, behind) = units.split_at(cursor.min(units.len()));
        let (Ok(before), Ok(behind)) = (String::from_utf16(before), String::from_utf16(behind))
        else {
            return;
        };
        let own = session.player;
        let people = session.players.people().filter(|(player, _)| *player != own);
        let names = people.map(|(_, name)| name);
        if let Some(completed) = self.chat.completion.step(&before, names) {
            let end = completed.encode_utf16().count() as u32;
            field.set_value(&format!("{completed}{behind}"));
            let _ = field.set_selection_range(end, end);
        }
        self.note_typed();
    }

    /// Brings an own line back.
    pub fn recall(&mut self, step: isize) {
        let Some(field) = field() else { return };
        let typed = field.value();
        if let Some(line) = self.chat.recall.step(step, &typed) {
            write(&field, line);
        }
        self.note_typed();
    }

    /// Begins a whisper to the other one who speaks or hears in a line.
    pub fn whisper(&mut self, id: LineId) {
        let Some(line) = self.chat.log.find(id) else { return };
        let is_own = self.chat.own == Some(line.speaker.account);
        let other = line.listener.as_ref().filter(|_| is_own).unwrap_or(&line.speaker);
        let text = format!("/w {} ", other.name);
        self.open_chat(&text);
    }
}

impl People for Game {
    fn find<'a>(&self, text: &'a str) -> Option<(To, &'a str)> {
        let session = self.session.as_ref()?;
        let here = session.players.people().map(|(_, name)| name);
        let spoken = self.chat.log.lines();
        let spoken = spoken
            .iter()
            .flat_map(|line| [Some(&line.speaker), line.listener.as_ref()].into_iter().flatten());
        let names = here.chain(spoken.map(|talker| talker.name.as_str()));
        let found = names.filter_map(|name| Some((name, behind(name, text)?)));
        let (name, rest) = found.max_by_key(|(name, _)| name.len())?;
        // Whoever is here is meant before one who had the name earlier.
        let is_here = session.players.called(name).is_some();
        let account = self.chat.log.account_of(name).filter(|_| !is_here);
        Some((To::One { name: name.to_owned(), account }, rest))
    }

    fn whisperer(&self) -> Option<To> {
        let session = self.session.as_ref()?;
        self.chat.log.whisperer(self.chat.own, &session.name(session.player))
    }

    fn vote(&self) -> Option<VoteId> {
        self.chat.company.vote()
    }

    fn inviter(&self) -> Option<AccountTag> {
        self.party.inviter()
    }
}

/// What stands behind a name at the start of a text, in any case.
fn behind<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    let end = text.char_indices().nth(name.chars().count()).map_or(text.len(), |(at, _)| at);
    let (start, rest) = text.split_at(end);
    let is_whole = rest.is_empty() || rest.starts_with(char::is_whitespace);
    (is_whole && lower(start) == lower(name)).then_some(rest)
}

/// How many characters are left in a line, or how many are too many.
fn room_left(text: &str) -> Result<usize, u32> {
    let count = graphemes::count(text);
    match LINE_GRAPHEMES_MAX.checked_sub(count) {
        Some(_) if text.len() > LINE_BYTES_MAX => Err(1),
        Some(left) => Ok(left),
        None => Err((count - LINE_GRAPHEMES_MAX) as u32),
    }
}

/// How many characters of a request are too many, if so.
fn too_long_for(body: &HubBody) -> Option<u32> {
    body.texts().find_map(|text| room_left(text).err())
}

fn too_long(saying: &Saying) -> Option<u32> {
    match saying {
        Saying::Text(text) | Saying::Action(text) => room_left(text).err(),
        Saying::Phrase(_) | Saying::Ping { .. } => None,
    }
}
