//! Everything the server says over HTTP: the page, the figures, and the way into a room.
//!
//! ```text
//! listener -> answer -> page, /healthz, /metrics, /api/rooms
//!                    \-> /ws: checks, greeting -> 101 -> the socket leaves tokio -> the room's tick thread
//! ```
//!
//! The server keeps no cookies and takes no bodies: a request is its head.

mod handshake;
mod origin;
mod page;
mod refusal;
mod upgrade;
mod visitor;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use driftfield_client_bundle::CONTENT_SECURITY_POLICY;
use driftfield_shared::protocol::{Greeting, Offer};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

pub use origin::is_origin;
pub use refusal::Refusal;
pub use visitor::Visitor;

use crate::logging::RefusalLog;
use crate::metrics::Metrics;
use crate::room::{RoomHandle, RoomStatus};
use handshake::{check_host, check_upgrade};
use origin::HostName;

/// What is answered to HTTP requests, for all connections of a server.
#[derive(Debug)]
pub struct Site {
    rooms: Vec<RoomHandle>,
    metrics: Metrics,
    allowed_origins: Vec<String>,
    is_draining: AtomicBool,
    refusals: RefusalLog,
}

/// Every answer is whole in memory: the page is embedded, the figures are short.
type Answer = Response<Full<Bytes>>;

impl Site {
    /// A site for `rooms`, the first of them the default one. `allowed_origins` are lower-case.
    pub fn new(rooms: Vec<RoomHandle>, metrics: Metrics, allowed_origins: Vec<String>) -> Self {
        Self {
            rooms,
            metrics,
            allowed_origins,
            is_draining: AtomicBool::new(false),
            refusals: RefusalLog::default(),
        }
    }

    /// The rooms that can be entered.
    pub fn rooms(&self) -> &[RoomHandle] {
        &self.rooms
    }

    /// From now on nobody is let in any more, and `/healthz` says so.
    pub fn drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Never: what is wrong with a request is its answer.
    pub async fn answer(
        &self,
        visitor: &Visitor,
        mut request: Request<Incoming>,
    ) -> Result<Answer, Infallible> {
        let peer = visitor.peer();
        if !visitor.note_request(Instant::now()) {
            return Ok(self.refuse(peer, &Refusal::TooManyRequests, None));
        }
        let on_upgrade = hyper::upgrade::on(&mut request);
        let (head, _) = request.into_parts();
        let host = match check_host(&head) {
            Ok(host) => host,
            Err(refusal) => return Ok(self.refuse(peer, &refusal, None)),
        };
        if head.uri.path() == "/ws" {
            return Ok(match self.enter(&head, &host) {
                Ok((answer, room, greeting)) => {
                    upgrade::hand_over(on_upgrade, room, greeting, peer, visitor.permit());
                    answer
                }
                Err(refusal) => self.refuse(peer, &refusal, Some(&host)),
            });
        }
        Ok(match self.read(&head) {
            Ok(mut answer) => {
                add_security_headers(answer.headers_mut(), Some(&host));
                answer
            }
            Err(refusal) => self.refuse(peer, &refusal, Some(&host)),
        })
    }

    /// Counts a connection that was refused, for the log too. `reason` is one of our own labels.
    pub fn note_refused(&self, peer: SocketAddr, reason: &'static str) {
        self.metrics.count_refused_connection(reason);
        self.refusals.note(peer, reason);
    }

    /// Logs what was refused since the last time, in one line.
    pub fn report_refused(&self) {
        self.refusals.report();
    }

    /// Everything but the socket.
    fn read(&self, head: &Parts) -> Result<Answer, Refusal> {
        if head.method != Method::GET && head.method != Method::HEAD {
            return Err(Refusal::Method);
        }
        handshake::check_no_body(head)?;
        match head.uri.path() {
            "/healthz" => Ok(self.health()),
            "/metrics" => {
                Ok(fresh(StatusCode::OK, Metrics::CONTENT_TYPE, self.metrics.exposition()))
            }
            "/api/rooms" => {
                let rooms: Vec<RoomStatus> = self.rooms.iter().map(RoomHandle::status).collect();
                let json = serde_json::to_string(&rooms).map_err(|_| Refusal::Internal)?;
                Ok(fresh(StatusCode::OK, "application/json", json))
            }
            path => page::answer(path, &head.headers).ok_or(Refusal::NotFound),
        }
    }

    fn health(&self) -> Answer {
        let (status, text) = if self.is_draining.load(Ordering::Relaxed) {
            (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
        } else {
            (StatusCode::OK, "serving\n")
        };
        fresh(status, TEXT, text)
    }

    /// The answer 101, the room and what the client says to it, if the request may open a socket there.
    fn enter(
        &self,
        head: &Parts,
        host: &HostName,
    ) -> Result<(Answer, RoomHandle, Option<Greeting>), Refusal> {
        let request = check_upgrade(head, host, &self.allowed_origins)?;
        if self.is_draining.load(Ordering::Relaxed) {
            return Err(Refusal::Draining);
        }
        let room = match request.room {
            None => self.rooms.first(),
            Some(id) => self.rooms.iter().find(|room| room.id() == id),
        };
        let room = room.ok_or(Refusal::NoSuchRoom)?.clone();
        let answer = switching_protocols(&request.accept, request.offer.answer());
        let greeting = match request.offer {
            Offer::Greeting(greeting) => Some(greeting),
            Offer::OtherVersion(_) => None,
        };
        Ok((answer, room, greeting))
    }

    /// A sentence, and the end of the connection: after a request that is wrong, whatever follows on it
    /// is not trusted to be a request either.
    fn refuse(&self, peer: SocketAddr, refusal: &Refusal, host: Option<&HostName>) -> Answer {
        if *refusal == Refusal::NotFound {
            // A mistyped address is nobody's fault: counted, not logged.
            self.metrics.count_refused_connection(refusal.label());
        } else {
            self.note_refused(peer, refusal.label());
        }
        let mut answer = fresh(refusal.status(), TEXT, format!("{refusal}\n"));
        let headers = answer.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        for (name, value) in refusal.headers() {
            headers.insert(name, HeaderValue::from_static(value));
        }
        add_security_headers(headers, host);
        answer
    }
}

fn switching_protocols(accept: &str, protocol: Option<String>) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = answer.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(accept) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if let Some(protocol) = protocol.and_then(|protocol| HeaderValue::try_from(protocol).ok()) {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    answer
}

/// An answer that is true only now.
fn fresh(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// On every answer, so that none can be forgotten.
fn add_security_headers(headers: &mut HeaderMap, host: Option<&HostName>) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = host.and_then(|host| HeaderValue::from_str(&policy_for(host)).ok());
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        policy.unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    );
}

/// The page's policy with the socket named by its host: Safari before 15.4 does not count ws and wss
/// under `'self'`.
fn policy_for(host: &HostName) -> String {
    let named = format!("connect-src 'self' ws://{host} wss://{host}");
    CONTENT_SECURITY_POLICY.replace("connect-src 'self'", &named)
}

const TEXT: &str = "text/plain; charset=utf-8";
