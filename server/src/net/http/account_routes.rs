//! The addresses of accounts. They are the only ones that take a body.
//!
//! ```text
//! POST /api/session         {"secret": S, may_create?, is_bot?} -> {"ticket", "expires_seconds", "account"}
//! POST /api/account/rotate  {"secret": S, "new_secret": T}      -> 204
//! POST /api/account/delete  {"secret": S}                       -> 204
//! ```
//!
//! A secret is in the body, because addresses and headers end up in logs. The type `application/json` and the origin are
//! checked, so that no page of another site can send one.

use std::net::IpAddr;
use std::time::Instant;

use bytes::Bytes;
use driftfield_shared::protocol::AccountSecret;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::handshake::{Place, check_origin};
use super::origin::Origin;
use super::{Answer, Refusal, Visitor, fresh};
use crate::hub::{AccountError, Accounts};
use crate::limits::{ACCOUNT_BODY_BYTES_MAX, REQUEST_TIME_MAX};
use crate::store::AccountKind;

/// What is done with a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AccountRoute {
    Session,
    Rotate,
    Delete,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretBody {
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionBody {
    secret: String,
    /// Whether an account is made if the secret has none. A page that had one before says no, to hear that it is gone.
    #[serde(default = "yes")]
    may_create: bool,
    /// Whether a program plays; only counts when the account is made.
    #[serde(default)]
    is_bot: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotateBody {
    secret: String,
    new_secret: String,
}

#[derive(Serialize)]
struct SessionAnswer {
    ticket: String,
    expires_seconds: u64,
    account: String,
}

impl AccountRoute {
    /// The route of an address.
    pub(super) fn of(path: &str) -> Option<AccountRoute> {
        match path {
            "/api/session" => Some(AccountRoute::Session),
            "/api/account/rotate" => Some(AccountRoute::Rotate),
            "/api/account/delete" => Some(AccountRoute::Delete),
            _ => None,
        }
    }

    /// Answers a request for it. `client` is to whom a new account is counted.
    pub(super) async fn answer(
        self,
        accounts: &Accounts,
        visitor: &Visitor,
        client: Option<IpAddr>,
        head: &Parts,
        body: Incoming,
    ) -> Result<Answer, Refusal> {
        match head.method {
            Method::POST => {}
            // A browser asks this first for a page of another origin; the origin is checked by now.
            Method::OPTIONS => return Ok(no_content()),
            _ => return Err(Refusal::MethodNotPost),
        }
        let body = read(head, body).await?;
        match self {
            AccountRoute::Session => {
                let SessionBody { secret, may_create, is_bot } = parse(&body)?;
                let secret = secret_of(&secret)?;
                let kind = if is_bot { AccountKind::Bot } else { AccountKind::Person };
                let is_known = accounts.is_known(&secret).await.map_err(Refusal::Account)?;
                if !is_known && !may_create {
                    return Err(Refusal::Account(AccountError::NoSuchAccount));
                }
                if !is_known && !visitor.note_account(client, Instant::now()) {
                    return Err(Refusal::TooManyAccounts);
                }
                let session = accounts.open_session(&secret, kind).await;
                let session = session.map_err(Refusal::Account)?;
                if let Some(ban) = accounts.ban(session.account) {
                    return Err(Refusal::Banned(ban));
                }
                let answer = SessionAnswer {
                    ticket: session.ticket.to_text(),
                    expires_seconds: session.expires.as_secs(),
                    account: session.account.to_string(),
                };
                let json = serde_json::to_string(&answer).map_err(|_| Refusal::Internal)?;
                Ok(fresh(StatusCode::OK, "application/json", json))
            }
            AccountRoute::Rotate => {
                let RotateBody { secret, new_secret } = parse(&body)?;
                let (old, new) = (secret_of(&secret)?, secret_of(&new_secret)?);
                accounts.rotate(&old, &new).await.map_err(Refusal::Account)?;
                Ok(no_content())
            }
            AccountRoute::Delete => {
                let SecretBody { secret } = parse(&body)?;
                accounts.delete(&secret_of(&secret)?).await.map_err(Refusal::Account)?;
                Ok(no_content())
            }
        }
    }
}

/// Checks the origin. Returns it where it is another one than the page's own, so that its page may read the answer.
pub(super) fn foreign_origin(
    head: &Parts,
    place: &Place<'_>,
    allowed: &[Origin],
) -> Result<Option<HeaderValue>, Refusal> {
    check_origin(&head.headers, place, allowed)?;
    let origin = head.headers.get(header::ORIGIN);
    let is_own = |value: &HeaderValue| {
        let origin = value.to_str().ok().and_then(Origin::parse);
        origin.is_some_and(|origin| origin.is_of(&place.host, place.scheme))
    };
    Ok(origin.filter(|origin| !is_own(origin)).cloned())
}

/// Lets the page of an allowed origin read an answer.
pub(super) fn allow_origin(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The whole body, within its bounds.
async fn read(head: &Parts, body: Incoming) -> Result<Bytes, Refusal> {
    let content_type = head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if content_type != Some(b"application/json") {
        return Err(Refusal::NotJson);
    }
    // Two ways to say where a body ends are how requests are smuggled past a proxy.
    if head.headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(Refusal::BodyLength);
    }
    let whole = Limited::new(body, ACCOUNT_BODY_BYTES_MAX).collect();
    match tokio::time::timeout(REQUEST_TIME_MAX, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(Refusal::BodyLength),
        Err(_) => Err(Refusal::BodyTimedOut),
    }
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::BodyForm)
}

fn secret_of(text: &str) -> Result<AccountSecret, Refusal> {
    AccountSecret::from_text(text).ok_or(Refusal::BodyForm)
}

fn no_content() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
