//! What the player is told beside the game: kept, counted, shown, heard, and told by the browser where the player wants that.

use driftfield_shared::netcode::Asked;
use driftfield_shared::protocol::{HubBody, Nonce, Notice, NoticeEvent, NoticeId};
use js_sys::Date;

use super::Game;
use super::browser::{outside, random, storage, tone};
use super::chat::Question;
use crate::account::Secret;
use crate::hud::{NoticeLine, Sheet, ToastKind};
use crate::notifications::{Book, Choice, Kind, Level, words};
use crate::say;

/// How long a notice is shown, in milliseconds: long enough to be read between two shots.
const TOAST_MS: f64 = 6_000.0;
/// With more notices than these at once, only their number is shown.
const TOASTS_AT_ONCE: usize = 2;

/// What the page knows of notices.
#[derive(Debug, Default)]
pub struct Notices {
    book: Book,
    visit: u32,
    secret: Option<Secret>,
}

impl Game {
    /// The player is in a room. What was told before, and how far that was read, is asked for once in a visit.
    pub(super) fn welcome_notices(&mut self) {
        let secret = self.account.told();
        if self.notices.secret != secret {
            // Another player.
            self.notices = Notices { secret, ..Notices::default() };
            self.tell_notices();
        }
        if std::mem::replace(&mut self.notices.visit, self.visit) != self.visit {
            let body = HubBody::Notices { before: NoticeId(u64::MAX) };
            let number = self.ask(Asked::OfHub(Nonce(random::number()), body));
            self.chat.note_question(number, Question::Notices);
        }
    }

    /// Notices came, just now or from before.
    pub(super) fn take_notices(&mut self, notices: Vec<Notice>, is_live: bool) {
        let choices = self.model.notices.choices.get_untracked();
        let new = self.notices.book.add(notices);
        if is_live {
            new.iter().for_each(|notice| self.take_party_notice(&notice.event));
        }
        let loud: Vec<(Kind, NoticeEvent)> = new
            .iter()
            .filter(|_| is_live)
            .map(|notice| (Kind::of(&notice.event), notice.event.clone()))
            .collect();
        if loud.iter().any(|(kind, _)| choices.of(*kind).level == Level::Sound) {
            tone::play();
        }
        let shown: Vec<&(Kind, NoticeEvent)> =
            loud.iter().filter(|(kind, _)| choices.of(*kind).level >= Level::Toast).collect();
        let now_ms = self.now_ms();
        match shown.len() {
            0 => {}
            1..=TOASTS_AT_ONCE => {
                for (kind, event) in shown {
                    let look = match kind {
                        Kind::Host | Kind::Moderation => ToastKind::Warn,
                        _ => ToastKind::Plain,
                    };
                    let event = event.clone();
                    let text = move || words(&event, &clock);
                    self.toasts.show(now_ms, kind.name(), look, text, TOAST_MS);
                }
            }
            many => {
                let text = move || say::notices_unread(many as u32);
                self.toasts.show(now_ms, "notices", ToastKind::Plain, text, TOAST_MS);
            }
        }
        for (kind, event) in loud.iter().filter(|(kind, _)| choices.of(*kind).is_outside) {
            outside::show(&words(event, &clock), kind.name());
        }
        self.tell_notices();
    }

    /// What was told before is here, and how far that was read.
    pub(super) fn take_notice_history(&mut self, notices: Vec<Notice>, read_up_to: NoticeId) {
        self.notices.book.add(notices);
        self.notices.book.read(read_up_to);
        self.tell_notices();
    }

    /// Shows what the player was told. From then on it is read.
    pub fn show_notices(&mut self) {
        self.tell_notices();
        self.show_sheet(Sheet::Notices);
        self.model.notices.fault.set_changed(None);
        if let Some(up_to) = self.notices.book.unread_up_to() {
            self.notices.book.read(up_to);
            let body = HubBody::NoticesRead { up_to };
            let number = self.ask(Asked::OfHub(Nonce(random::number()), body));
            self.chat.note_question(number, Question::NoticesRead);
        }
        let unread = self.notices.book.unread() as u32;
        self.model.notices.unread.set_changed(unread);
    }

    /// The player chooses how loudly to be told of a kind.
    pub fn choose_notices(&mut self, kind: Kind, choice: Choice) {
        let mut choices = self.model.notices.choices.get_untracked();
        let is_asked = choice.is_outside && !choices.of(kind).is_outside;
        choices.set(kind, choice);
        self.model.notices.choices.set_changed(choices);
        storage::keep_notice_choices(&choices);
        self.settings_changed();
        self.model.notices.fault.set_changed(None);
        if is_asked {
            let (fault, choices) = (self.model.notices.fault, self.model.notices.choices);
            // A browser asks its user only now, when the player has wished for it.
            outside::ask(move |is_allowed| {
                if is_allowed {
                    return;
                }
                fault.set_changed(Some(say::NOTICES_OUTSIDE_DENIED));
                let mut kept = choices.get_untracked();
                kept.set(kind, Choice { is_outside: false, ..kept.of(kind) });
                choices.set_changed(kept);
                storage::keep_notice_choices(&kept);
            });
        }
    }

    fn tell_notices(&mut self) {
        let choices = self.model.notices.choices.get_untracked();
        let lines = self.notices.book.lines().map(|(notice, is_read)| NoticeLine {
            id: notice.id.0,
            when: clock(notice.at),
            text: words(&notice.event, &clock),
            is_read: is_read || choices.of(Kind::of(&notice.event)).level == Level::Silent,
        });
        let lines: Vec<NoticeLine> = lines.collect();
        let is_open = self.model.sheet.get_untracked() == Sheet::Notices;
        let unread = lines.iter().filter(|line| !line.is_read).count();
        // Until the server has said how far was read, nothing is counted.
        let unread = unread.min(self.notices.book.unread()) as u32;
        self.model.notices.lines.set_changed(lines);
        self.model.notices.unread.set_changed(if is_open { 0 } else { unread });
    }
}

/// The time of day, with the day if it is another one, as it is written in the language of the page.
pub(super) fn clock(at: u64) -> String {
    let (date, now) = (Date::new(&(at as f64).into()), Date::new_0());
    let tag = say::tag();
    let options = js_sys::Object::new();
    // Fails only for a frozen object.
    let _ = js_sys::Reflect::set(&options, &"timeStyle".into(), &"short".into());
    let is_today = date.to_date_string() == now.to_date_string();
    if is_today {
        return date.to_locale_time_string_with_options(&tag, &options).into();
    }
    let _ = js_sys::Reflect::set(&options, &"dateStyle".into(), &"short".into());
    date.to_locale_string(&tag, &options).into()
}
