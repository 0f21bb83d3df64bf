//! What the account sheet asks for.

use super::{Rotated, rotate};
use crate::account::WordList;
use crate::hud::{AccountPage, AccountSheet, Sheet};
use crate::page::browser::{address, random, storage};
use crate::page::{Game, start, with_game};
use crate::request::{Answer, get, post};
use crate::say;

impl Game {
    /// Shows a page of the account sheet.
    pub fn show_account(&mut self, page: AccountPage) {
        if self.model.sheet.get_untracked() != Sheet::Account {
            self.show_sheet(Sheet::Account);
        }
        self.model.account.set_changed(AccountSheet { page, ..AccountSheet::default() });
        if page == AccountPage::Words {
            self.with_words(Game::show_words);
        }
    }

    /// Plays as the account of the words that were entered.
    pub fn use_words(&mut self) {
        self.with_words(Game::use_entered_words);
    }

    /// Gives the account new words. The new secret is stored before the server is asked, so that an answer that gets lost
    /// loses nothing.
    pub fn change_words(&mut self) {
        let new = storage::next_account().or_else(random::secret);
        let (Some(old), Some(new)) = (self.account.secret(), new) else { return };
        if !storage::keep_next_account(&new) {
            return self.tell_notice(say::ACCOUNT_NO_STORAGE.text());
        }
        self.set_account_busy();
        rotate(&old, &new, |answer| {
            with_game(|game| game.take_rotation(answer));
        });
    }

    /// Deletes the account on the server, then here.
    pub fn delete_account(&mut self) {
        let (Some(secret), Ok(url)) = (self.account.secret(), address::api_url("account/delete"))
        else {
            return;
        };
        self.set_account_busy();
        let body = format!(r#"{{"secret":"{}"}}"#, secret.to_text());
        post(&url, Some(&body), |answer| {
            with_game(|game| game.take_deletion(answer));
        });
    }

    fn take_rotation(&mut self, answer: Option<Answer>) {
        match Rotated::of(answer.as_ref()) {
            Rotated::Yes => {
                let Some(new) = storage::next_account() else { return };
                self.account.adopt(new);
                self.tell_account(new);
                self.show_account(AccountPage::Words);
                self.tell_notice(say::ACCOUNT_ROTATED.text());
            }
            Rotated::No => {
                storage::forget_next_account();
                self.tell_notice(say::ACCOUNT_UNKNOWN.text());
            }
            Rotated::Unknown => self.tell_notice(say::ACCOUNT_ROTATION_UNSURE.text()),
        }
    }

    fn take_deletion(&mut self, answer: Option<Answer>) {
        if answer.is_none_or(|answer| answer.status != 204) {
            return self.tell_notice(say::ACCOUNT_DELETION_UNSURE.text());
        }
        self.account.forget();
        storage::forget_name();
        self.leave();
        self.forget_settings_of_account();
        start::show_fault(|| say::ACCOUNT_DELETED.text());
    }

    /// Runs `act` once the list of words is there.
    fn with_words(&mut self, act: fn(&mut Game, &WordList)) {
        if let Some(words) = self.account.words.take() {
            act(self, &words);
            self.account.words = Some(words);
            return;
        }
        self.set_account_busy();
        get(&self.account.words_url, move |answer| {
            with_game(|game| {
                let list = answer.filter(|answer| answer.status == 200);
                game.account.words = list.and_then(|answer| WordList::parse(&answer.body));
                match &game.account.words {
                    Some(_) => game.with_words(act),
                    None => game.tell_notice(say::ACCOUNT_NO_LIST.text()),
                }
            });
        });
    }

    fn show_words(&mut self, list: &WordList) {
        let Some(secret) = self.account.secret() else { return };
        let words = list.words_of(&secret).map(str::to_owned).into();
        self.model.account.update(|sheet| {
            // The player may have gone back meanwhile.
            if sheet.page == AccountPage::Words {
                sheet.words = words;
                sheet.is_busy = false;
            }
        });
    }

    fn use_entered_words(&mut self, list: &WordList) {
        let secret = match list.secret_of(&self.model.entered_words.get_untracked()) {
            Ok(secret) => secret,
            Err(error) => return self.tell_notice(error.sentence()),
        };
        self.model.entered_words.set(String::new());
        if self.account.secret() == Some(secret) {
            return self.tell_notice(say::ACCOUNT_SAME.text());
        }
        let name = self.name.clone();
        // The seat belongs to the account that is left.
        self.leave();
        self.account.adopt(secret);
        self.forget_settings_of_account();
        self.join(name);
    }

    fn set_account_busy(&mut self) {
        self.model.account.update(|sheet| {
            sheet.is_busy = true;
            sheet.notice = None;
        });
    }

    fn tell_notice(&mut self, sentence: String) {
        self.model.account.update(|sheet| {
            sheet.is_busy = false;
            sheet.notice = Some(sentence);
        });
    }
}
