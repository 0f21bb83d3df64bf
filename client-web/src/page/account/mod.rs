//! The account of this browser: makes the secret on the first play, trades it for a ticket before the first connection, and
//! does what the account sheet asks for.
//!
//! ```text
//! boot.js --asks, while the module loads---------\
//! join --> Game::is_signed_in --asks, otherwise---+--> Ticket --Credentials--> worker
//! ```
//!
//! For later connections the worker asks by itself. If this first request fails, the worker tries again, and says why it
//! fails.

mod sheet;

use js_sys::Promise;

use super::browser::{address, random, storage};
use super::{Game, start, with_game};
use crate::account::{Secret, WordList};
use crate::net::{Credentials, PageMessage, Ticket};
use crate::page::notices::clock;
use crate::request::{Answer, post, read};
use crate::say;
use crate::sign_in::{SignIn, sign_in};

/// Milliseconds that the first connection waits for the answer.
const SIGN_IN_MS: i32 = 8_000;

/// What the page knows of the account.
#[derive(Debug, Default)]
pub struct Account {
    /// The secret, where the browser does not keep it: then the account lasts as long as the page.
    unkept: Option<Secret>,
    /// The secret that the worker was told.
    told: Option<Secret>,
    /// A ticket for the first connection.
    ticket: Option<Ticket>,
    progress: Progress,
    words_url: String,
    words: Option<WordList>,
}

/// How far the page's own request for a ticket has come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Progress {
    /// There was none.
    #[default]
    NotAsked,
    /// Its answer is awaited.
    Asked,
    /// There was an answer, or none came in time.
    Settled,
}

impl Account {
    /// An account whose words are listed at an address.
    pub fn new(words_url: &str) -> Self {
        Account { words_url: words_url.to_owned(), ..Account::default() }
    }

    /// The secret, made now if there is none; `None` where the browser cannot make one.
    fn secret(&mut self) -> Option<Secret> {
        let known = storage::account().or(self.unkept);
        known.or_else(|| {
            let secret = random::secret()?;
            self.adopt(secret);
            Some(secret)
        })
    }

    /// The secret that the worker was told.
    pub(super) fn told(&self) -> Option<Secret> {
        self.told
    }

    /// This browser plays as the account of `secret` from now on.
    fn adopt(&mut self, secret: Secret) {
        let is_kept = storage::keep_account(&secret);
        self.unkept = (!is_kept).then_some(secret);
        storage::forget_next_account();
        self.ask_again();
    }

    /// The next connection of the page asks the server first.
    pub(super) fn ask_again(&mut self) {
        self.ticket = None;
        self.progress = Progress::NotAsked;
    }

    /// There is no account any more.
    fn forget(&mut self) {
        storage::forget_account();
        storage::forget_next_account();
        self.unkept = None;
        self.ask_again();
    }
}

impl Game {
    /// Reads the answer to the request of `boot.js`.
    pub fn await_early_sign_in(&mut self, asked: &Promise) {
        self.account.progress = Progress::Asked;
        read(asked, |answer| finish_sign_in(SignIn::of(answer)));
        limit_wait();
    }

    /// Whether everything is known that a first connection needs. If not, it is asked for. The start page calls this as soon as
    /// somebody is about to play, so that the answer is there when Play comes up.
    pub(super) fn is_signed_in(&mut self) -> bool {
        if self.account.progress == Progress::NotAsked {
            self.ask_for_ticket();
        }
        self.account.progress == Progress::Settled
    }

    /// What the worker signs in with.
    pub(super) fn credentials(&mut self) -> Option<Credentials> {
        let secret = self.account.secret()?;
        self.account.told = Some(secret);
        let url = address::api_url("session").ok()?;
        Some(Credentials { secret, ticket: self.account.ticket, url })
    }

    /// Another tab may have changed the account: the worker must not sign in as one that is gone.
    pub fn follow_account(&mut self) {
        let kept = storage::account();
        if let Some(secret) = kept.filter(|_| kept != self.account.told) {
            self.tell_account(secret);
        }
    }

    /// The secret of the account, made now if there is none.
    pub(super) fn own_secret(&mut self) -> Option<Secret> {
        self.account.secret()
    }

    fn tell_account(&mut self, secret: Secret) {
        self.account.told = Some(secret);
        self.account.ticket = None;
        self.post(&PageMessage::Account(secret));
    }

    fn ask_for_ticket(&mut self) {
        // Its words were changed, and it is not known whether the server heard of that: first this is settled.
        if let Some((old, next)) = storage::account().zip(storage::next_account()) {
            self.account.progress = Progress::Asked;
            rotate(&old, &next, |answer| {
                with_game(|game| game.settle_rotation(answer));
            });
            return;
        }
        let (Some(secret), Ok(url)) = (self.account.secret(), address::api_url("session")) else {
            self.account.progress = Progress::Settled;
            return;
        };
        self.account.progress = Progress::Asked;
        sign_in(&url, &secret, finish_sign_in);
        limit_wait();
    }

    /// Goes on after a change of the words whose outcome was not known.
    fn settle_rotation(&mut self, answer: Option<Answer>) {
        match Rotated::of(answer.as_ref()) {
            Rotated::Yes => {
                if let Some(next) = storage::next_account() {
                    self.account.adopt(next);
                }
            }
            Rotated::No => storage::forget_next_account(),
            Rotated::Unknown => {
                self.account.progress = Progress::NotAsked;
                self.waiting_name = None;
                start::set_free();
                return start::show_fault(|| say::ACCOUNT_ROTATION_OPEN.text());
            }
        }
        self.ask_for_ticket();
    }
}

/// Takes the answer. If there is no ticket, the worker tries again.
fn finish_sign_in(outcome: SignIn) {
    with_game(|game| {
        match outcome {
            SignIn::Ticket(ticket) => game.account.ticket = Some(ticket),
            SignIn::Banned(ban) => {
                game.account.ask_again();
                game.waiting_name = None;
                start::set_free();
                start::show_fault(move || ban.sentence(&clock));
            }
            SignIn::Refused(_) | SignIn::Unreachable => {}
        }
        if game.account.progress == Progress::Asked {
            game.account.progress = Progress::Settled;
        }
    });
}

/// Nobody waits for an answer for ever.
fn limit_wait() {
    start::after(SIGN_IN_MS, || {
        with_game(|game| {
            if game.account.progress == Progress::Asked {
                game.account.progress = Progress::Settled;
            }
        });
    });
}

/// Asks the server to give an account a new secret.
fn rotate(old: &Secret, new: &Secret, answered: impl FnOnce(Option<Answer>) + 'static) {
    let (old, new) = (old.to_text(), new.to_text());
    let body = format!(r#"{{"secret":"{old}","new_secret":"{new}"}}"#);
    match address::api_url("account/rotate") {
        Ok(url) => post(&url, Some(&body), answered),
        Err(_) => answered(None),
    }
}

/// Whether an account has its new secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Rotated {
    Yes,
    /// The server knows neither secret.
    No,
    /// The answer was lost, or the server could not tell.
    Unknown,
}

impl Rotated {
    fn of(answer: Option<&Answer>) -> Self {
        match answer.map(|answer| answer.status) {
            // The new secret is random: if an account has it already, an earlier request has succeeded.
            Some(204 | 409) => Rotated::Yes,
            Some(404) => Rotated::No,
            _ => Rotated::Unknown,
        }
    }
}
