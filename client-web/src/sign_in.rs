//! Trades the secret of an account for a ticket, from the page or from its worker.

use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;

use crate::account::Secret;
use crate::net::{Ban, Refusal, Ticket};
use crate::request::{Answer, post};

/// How a request for a ticket ended.
#[derive(Clone, Debug, PartialEq)]
pub enum SignIn {
    /// With a ticket.
    Ticket(Ticket),
    /// The server has refused.
    Refused(Refusal),
    /// The player is banned.
    Banned(Ban),
    /// The server cannot be reached.
    Unreachable,
}

/// Asks for a ticket at `url`; calls `done` once.
pub fn sign_in(url: &str, secret: &Secret, done: impl FnOnce(SignIn) + 'static) {
    let body = format!(r#"{{"secret":"{}"}}"#, secret.to_text());
    post(url, Some(&body), move |answer| done(SignIn::of(answer)));
}

impl SignIn {
    /// What an answer means.
    pub fn of(answer: Option<Answer>) -> Self {
        let Some(answer) = answer else { return SignIn::Unreachable };
        match ticket(&answer.body) {
            Some(ticket) if answer.status == 200 => SignIn::Ticket(ticket),
            _ => match Ban::of_code(answer.code()).filter(|_| answer.status == 403) {
                Some(ban) => SignIn::Banned(ban),
                None => SignIn::Refused(Refusal::of(answer.status, answer.code())),
            },
        }
    }
}

/// The ticket in the JSON of an answer.
fn ticket(json: &str) -> Option<Ticket> {
    let answer = JSON::parse(json).ok()?;
    let field = |name: &str| Reflect::get(&answer, &JsValue::from(name)).ok();
    let (text, seconds) = (field("ticket")?.as_string()?, field("expires_seconds")?.as_f64()?);
    Ticket::read(&text, seconds, js_sys::Date::now())
}
