//! The settings on the page: applied, kept, and changed; `account` has them come along to another browser.

mod account;

use driftfield_shared::protocol::{Done, Outcome, RefusalReason};
use web_sys::HtmlInputElement;

use crate::chat::refusal;
use crate::format::player_name;
use crate::hud::{NAME_ID, Rebinding, Sheet};
use crate::input::{Action, Key, KeyFault, Keymap};
use crate::page::browser::storage;
use crate::page::{Game, start};
use crate::say;

impl Game {
    /// Does as is set.
    pub(in crate::page) fn apply_settings(&mut self) {
        let is_still = self.is_still();
        let model = self.model;
        model.chat.is_masked.set_changed(!self.settings.is_unmasked);
        model.is_still.set_changed(is_still);
        model.keymap.set_changed(self.settings.keys.clone());
        start::show_still(self.settings.is_still);
    }

    fn keep_settings(&mut self) {
        storage::keep_settings(&self.settings);
        self.apply_settings();
        self.settings_changed();
    }

    /// Whether motion is reduced: as is set, or else as the system asks for.
    pub(in crate::page) fn is_still(&self) -> bool {
        let asked = || self.reduced_motion.as_ref().is_some_and(|query| query.matches());
        self.settings.is_still.unwrap_or_else(asked)
    }

    /// Shows the settings.
    pub fn show_settings(&mut self) {
        let model = self.model;
        model.renamed.set_changed(String::new());
        if let Some(session) = &self.session {
            model.name.set_changed(session.name(session.player));
        }
        self.show_sheet(Sheet::Settings);
    }

    /// Masks words, or shows them.
    pub fn toggle_mask(&mut self) {
        self.settings.is_unmasked = !self.settings.is_unmasked;
        self.keep_settings();
    }

    /// Reduces motion, or does not.
    pub fn toggle_still(&mut self) {
        self.settings.is_still = Some(!self.is_still());
        self.keep_settings();
    }

    /// The next key is this action's.
    pub fn await_key(&mut self, action: Action) {
        self.model.rebinding.set(Rebinding::Awaiting(action));
    }

    /// Takes a key, if one is awaited. Returns whether it was.
    pub fn take_key(&mut self, key: Key<'_>) -> bool {
        let Rebinding::Awaiting(action) = self.model.rebinding.get_untracked() else {
            return false;
        };
        let state = match self.settings.keys.choose(action, key) {
            Ok(()) => Rebinding::None,
            Err(_) if matches!(key.key, "Escape" | "Esc") => Rebinding::None,
            Err(KeyFault::Taken(other)) => Rebinding::Taken(other),
            Err(KeyFault::Unusable) => Rebinding::Unusable,
        };
        self.model.rebinding.set(state);
        self.keep_settings();
        true
    }

    /// Every action has its usual keys again.
    pub fn reset_keys(&mut self) {
        self.settings.keys = Keymap::default();
        self.model.rebinding.set(Rebinding::None);
        self.keep_settings();
    }

    /// Asks for the name that stands in the field.
    pub fn rename(&mut self) {
        let Ok(field) = start::element::<HtmlInputElement>(NAME_ID) else { return };
        match player_name(&field.value()) {
            name if name.is_empty() => self.model.renamed.set(refusal(RefusalReason::NoName)),
            name => {
                self.model.renamed.set_changed(String::new());
                self.ask_rename(name);
            }
        }
    }

    pub(in crate::page) fn take_rename(&mut self, outcome: Option<Outcome>) {
        let sentence = match outcome {
            Some(Outcome::Done(Done::Renamed { name })) => {
                storage::keep_name(&name);
                let sentence = say::settings_renamed(&name);
                self.model.name.set_changed(name.clone());
                self.name = name;
                sentence
            }
            Some(Outcome::Refused(reason)) => refusal(reason),
            Some(Outcome::Done(_)) | None => refusal(RefusalReason::Busy),
        };
        self.model.renamed.set_changed(sentence);
    }
}
