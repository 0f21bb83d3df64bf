//! Requests with a body: what is asked for, in JSON within bounds.
//!
//! ```text
//! origin, type, length -> read -> accounts: a secret for a ticket | rooms: a room of one's own -> Answer
//! ```
//!
//! A secret is in the body, because addresses and headers end up in logs. The type `application/json` and the origin are
//! checked, so that no page of another site can send one.

mod accounts;
mod rooms;

use bytes::Bytes;
use driftfield_shared::protocol::AccountSecret;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

pub(super) use accounts::AccountRoute;
pub(super) use rooms::RoomRoute;

use super::handshake::{Origin, Place, check_origin};
use super::{Answer, Refusal, fresh};
use crate::limits::{BODY_BYTES_MAX, REQUEST_TIME_MAX};

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

/// The whole body, within its bounds; `None` for what a browser asks before it sends the request of a page of another origin.
pub(super) async fn read(head: &Parts, body: Incoming) -> Result<Option<Bytes>, Refusal> {
    match head.method {
        Method::POST => {}
        // The origin is checked by now.
        Method::OPTIONS => return Ok(None),
        _ => return Err(Refusal::MethodNotPost),
    }
    let content_type = head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if content_type != Some(b"application/json") {
        return Err(Refusal::NotJson);
    }
    // Two ways to say where a body ends are how requests are smuggled past a proxy.
    if head.headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(Refusal::BodyLength);
    }
    let whole = Limited::new(body, BODY_BYTES_MAX).collect();
    match tokio::time::timeout(REQUEST_TIME_MAX, whole).await {
        Ok(Ok(body)) => Ok(Some(body.to_bytes())),
        Ok(Err(_)) => Err(Refusal::BodyLength),
        Err(_) => Err(Refusal::BodyTimedOut),
    }
}

/// What the body says.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::BodyForm)
}

/// The secret of a text.
pub(super) fn secret_of(text: &str) -> Result<AccountSecret, Refusal> {
    AccountSecret::from_text(text).ok_or(Refusal::BodyForm)
}

/// An answer that says yes, and no more.
pub(super) fn no_content() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// An answer in JSON.
pub(super) fn json(answer: &impl Serialize) -> Result<Answer, Refusal> {
    let json = serde_json::to_string(answer).map_err(|_| Refusal::Internal)?;
    Ok(fresh(StatusCode::OK, "application/json", json))
}
