//! The settings with the account: sent when they were changed here, taken over when they were changed elsewhere.
//!
//! ```text
//! changed here --> unsent, kept by the browser --KeepSettings--> revision
//! in a room anew --Settings--> another revision: taken over; ours are unsent: sent
//! changed in another tab --storage event--> taken over
//! ```

use driftfield_shared::limits::SETTINGS_BYTES_MAX;
use driftfield_shared::netcode::Asked;
use driftfield_shared::protocol::{Done, HubBody, Nonce, Outcome, RefusalReason};

use crate::chat::refusal;
use crate::hud::ToastKind;
use crate::page::browser::{random, storage};
use crate::page::chat::Question;
use crate::page::{Game, start, with_game};
use crate::say;
use crate::settings::{Everything, InAccount, Next};

/// How long a refusal is shown, in milliseconds.
const TOAST_MS: f64 = 6_000.0;
/// What was not taken for the moment is sent again after this, in milliseconds.
const AGAIN_MS: i32 = 2_000;

impl Game {
    /// The player is in a room. Once in a visit the account is asked what it keeps.
    pub(in crate::page) fn welcome_settings(&mut self) {
        if std::mem::replace(&mut self.settings_visit, self.visit) == self.visit {
            return;
        }
        match storage::in_account().is_unsent {
            true => self.send_settings(),
            false => self.ask_settings(HubBody::Settings),
        }
    }

    /// Something was set here.
    pub(in crate::page) fn settings_changed(&mut self) {
        storage::keep_in_account(InAccount { is_unsent: true, ..storage::in_account() });
        self.send_settings();
    }

    /// Another account plays here from now on, and its settings count.
    pub(in crate::page) fn forget_settings_of_account(&self) {
        storage::keep_in_account(InAccount::default());
    }

    /// Another tab may have changed what the browser keeps.
    pub(in crate::page) fn follow_settings(&mut self) {
        let settings = storage::settings();
        if settings != self.settings {
            self.settings = settings;
            self.apply_settings();
        }
        self.show_kept(Everything {
            settings: self.settings.clone(),
            scale: Some(storage::scale()),
            notices: Some(storage::notice_choices()),
            language: storage::language(),
        });
    }

    /// The account's answer.
    pub(in crate::page) fn take_settings(&mut self, number: u32, outcome: Option<Outcome>) {
        let state = storage::in_account();
        match outcome {
            Some(Outcome::Done(Done::Settings { revision, text })) => match state.next(revision) {
                Next::Nothing => {}
                Next::Send => self.send_settings(),
                Next::TakeOver => {
                    self.take_over(Everything::from_text(&text));
                    storage::keep_in_account(InAccount { revision, is_unsent: false });
                }
            },
            Some(Outcome::Done(Done::SettingsKept { revision })) => {
                // If something was changed meanwhile, its own answer is on its way.
                let is_unsent = state.is_unsent && self.settings_asked != number;
                storage::keep_in_account(InAccount { revision, is_unsent });
            }
            // A guest keeps them in the browser.
            Some(Outcome::Refused(RefusalReason::NoAccount)) => {}
            Some(Outcome::Refused(RefusalReason::SettingsTooLong)) => self.tell_too_long(),
            // Another visit sends them.
            Some(Outcome::Done(_)) | None => {}
            Some(Outcome::Refused(_)) => {
                let visit = self.visit;
                start::after(AGAIN_MS, move || {
                    with_game(|game| {
                        if game.visit == visit && game.settings_asked == number {
                            game.settings_visit = 0;
                            game.welcome_settings();
                        }
                    });
                });
            }
        }
    }

    fn send_settings(&mut self) {
        let text = self.everything().to_text();
        if text.len() > SETTINGS_BYTES_MAX {
            return self.tell_too_long();
        }
        self.ask_settings(HubBody::KeepSettings { text });
    }

    fn ask_settings(&mut self, body: HubBody) {
        if self.session.is_none() {
            return;
        }
        self.settings_asked = self.ask(Asked::OfHub(Nonce(random::number()), body));
        self.chat.note_question(self.settings_asked, Question::Settings);
    }

    fn tell_too_long(&mut self) {
        let (now_ms, text) = (self.now_ms(), || refusal(RefusalReason::SettingsTooLong));
        self.toasts.show(now_ms, "settings", ToastKind::Warn, text, TOAST_MS);
    }

    fn everything(&self) -> Everything {
        Everything {
            settings: self.settings.clone(),
            scale: Some(self.model.scale.get_untracked()),
            notices: Some(self.model.notices.choices.get_untracked()),
            language: storage::language(),
        }
    }

    /// What the account keeps is set here, and kept by the browser.
    fn take_over(&mut self, kept: Everything) {
        self.settings = kept.settings.clone();
        storage::keep_settings(&self.settings);
        self.apply_settings();
        if let Some(scale) = kept.scale {
            storage::keep_scale(scale);
        }
        if let Some(choices) = &kept.notices {
            storage::keep_notice_choices(choices);
        }
        self.show_kept(kept);
    }

    /// Shows what is kept apart from the settings.
    fn show_kept(&mut self, kept: Everything) {
        if let Some(scale) = kept.scale
            && scale != self.model.scale.get_untracked()
        {
            self.model.scale.set_changed(scale);
            start::show_scale(scale);
            self.picture.resize();
        }
        if let Some(choices) = kept.notices {
            self.model.notices.choices.set_changed(choices);
        }
        let mut languages = say::LANGUAGES.iter().map(|(tag, _)| *tag);
        let wanted = languages.find(|tag| kept.language.as_deref() == Some(*tag));
        if let Some(tag) = wanted.filter(|tag| say::tag() != *tag) {
            self.speak(tag);
        }
    }
}
