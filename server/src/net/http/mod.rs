//! Everything the server says over HTTP: the page, the figures, and the way into a room.
//!
//! ```text
//! listener -> answer -> page, content, /healthz, /metrics, /api/rooms, accounts
//!                    \-> /ws: checks, greeting -> 101 -> the socket leaves tokio -> the room's tick thread
//! ```
//!
//! The server keeps no cookies and takes no bodies but those of `bodies`: any other request is its head.

mod bodies;
mod encoding;
mod files;
mod handshake;
mod headers;
mod refusal;
mod serve;
mod visitor;
mod watch;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use driftfield_client_bundle::CONTENT_SECURITY_POLICY;
use driftfield_shared::protocol::AccountTicket;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use tracing::warn;

pub use handshake::Origin;
pub use refusal::Refusal;
pub use serve::serve_socket;
pub use visitor::Visitor;

use super::proxies::TrustedProxies;
use crate::hub::{Accounts, Contents, Directory, Parties, Purses};
use crate::logging::{RefusalLog, Throttle};
use crate::metrics::Metrics;
use crate::own_rooms::OwnRooms;
use crate::room::{Entry, RoomHandle, RoomStatus};
use crate::store::{AccountId, StoreHandle, Trouble};
use bodies::{AccountRoute, RoomRoute};
use handshake::{HostName, Place, check_host, check_size, check_upgrade};

/// What is answered to HTTP requests, for all connections of a server.
#[derive(Debug)]
pub struct Site {
    rooms: Directory,
    own_rooms: OwnRooms,
    parties: Parties,
    purses: Purses,
    contents: Contents,
    store: StoreHandle,
    accounts: Accounts,
    metrics: Metrics,
    settings: SiteSettings,
    is_draining: AtomicBool,
    refusals: RefusalLog,
    foreign_origins: Throttle,
}

/// What the addresses of a site are about.
#[derive(Debug)]
pub struct Subjects {
    /// The rooms that can be entered, the first of them the default one.
    pub rooms: Directory,
    /// The rooms that players have opened.
    pub own_rooms: OwnRooms,
    /// The parties, for those who come by a link.
    pub parties: Parties,
    /// In which room each account plays.
    pub purses: Purses,
    /// The content that rooms play by.
    pub contents: Contents,
}

/// How a site answers.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteSettings {
    /// Origins beside the server's own whose pages may open a socket.
    pub allowed_origins: Vec<Origin>,
    /// Proxies that are believed when they say for whom they speak.
    pub proxies: TrustedProxies,
    /// How long a connection is kept between two requests.
    pub keep_alive: Duration,
}

/// What a request with a body is about.
enum BodyRoute {
    Account(AccountRoute),
    Room(RoomRoute),
}

impl BodyRoute {
    fn of(path: &str) -> Option<Self> {
        let account = AccountRoute::of(path).map(BodyRoute::Account);
        account.or_else(|| RoomRoute::of(path).map(BodyRoute::Room))
    }
}

/// Every answer is whole in memory: the page is embedded, the figures are short.
type Answer = Response<Full<Bytes>>;

impl Site {
    /// A site for these subjects.
    pub fn new(
        subjects: Subjects,
        store: StoreHandle,
        metrics: Metrics,
        settings: SiteSettings,
    ) -> Self {
        let Subjects { rooms, own_rooms, parties, purses, contents } = subjects;
        Self {
            rooms,
            own_rooms,
            parties,
            purses,
            contents,
            accounts: Accounts::new(store.clone()),
            store,
            metrics,
            settings,
            is_draining: AtomicBool::new(false),
            refusals: RefusalLog::default(),
            foreign_origins: Throttle::default(),
        }
    }

    /// The rooms that can be entered.
    pub fn rooms(&self) -> &Directory {
        &self.rooms
    }

    /// The rooms that players have opened.
    pub fn own_rooms(&self) -> &OwnRooms {
        &self.own_rooms
    }

    /// The content that rooms play by.
    pub fn contents(&self) -> &Contents {
        &self.contents
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
        let client = self.settings.proxies.client(peer.ip(), request.headers());
        if !visitor.note_request(client, Instant::now()) {
            return Ok(self.refuse(peer, &Refusal::TooManyRequests, None));
        }
        let on_upgrade = hyper::upgrade::on(&mut request);
        let (head, body) = request.into_parts();
        let forwarded = self.settings.proxies.host(peer.ip(), &head.headers);
        let place = match check_size(&head).and_then(|()| check_host(&head, forwarded)) {
            Ok(place) => place,
            Err(refusal) => return Ok(self.refuse(peer, &refusal, None)),
        };
        if head.uri.path() == "/ws" {
            return Ok(match self.enter(&head, &place, client) {
                Ok((answer, room, entry)) => match visitor.permit_for(client) {
                    Ok(permit) => {
                        // Seats are counted to whoever is behind a trusted proxy, not to the proxy.
                        let client =
                            client.map_or(peer, |client| SocketAddr::new(client, peer.port()));
                        let till = handshake::Till {
                            purses: self.purses.clone(),
                            rooms: self.rooms.clone(),
                            store: self.store.clone(),
                            metrics: self.metrics.clone(),
                        };
                        handshake::hand_over(on_upgrade, (room, entry), till, client, permit);
                        answer
                    }
                    Err(error) => self.refuse(peer, &Refusal::Admission(error), Some(&place.host)),
                },
                Err(refusal) => {
                    if refusal == Refusal::ForeignOrigin {
                        self.explain_foreign_origin(&head, &place);
                    }
                    self.refuse(peer, &refusal, Some(&place.host))
                }
            });
        }
        if let Some(route) = BodyRoute::of(head.uri.path()) {
            return Ok(self.take_body(route, visitor, client, (&head, body), &place).await);
        }
        Ok(match self.read(&head) {
            Ok(mut answer) => {
                add_security_headers(answer.headers_mut(), Some(&place.host));
                answer
            }
            Err(refusal) => self.refuse(peer, &refusal, Some(&place.host)),
        })
    }

    /// How long a connection is kept between two requests.
    pub fn keep_alive(&self) -> Duration {
        self.settings.keep_alive
    }

    /// Counts a connection that has ended without a byte: a browser's spare socket, or a probe of some monitoring. Nothing is
    /// wrong with it.
    pub(super) fn note_unused(&self) {
        self.metrics.count_unused_connection();
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

    /// Answers a request with a body.
    async fn take_body(
        &self,
        route: BodyRoute,
        visitor: &Visitor,
        client: Option<IpAddr>,
        (head, body): (&Parts, Incoming),
        place: &Place<'_>,
    ) -> Answer {
        let (peer, allowed) = (visitor.peer(), &self.settings.allowed_origins);
        let origin = match bodies::foreign_origin(head, place, allowed) {
            Ok(origin) => origin,
            Err(refusal) => return self.refuse(peer, &refusal, Some(&place.host)),
        };
        let outcome = match self.is_draining.load(Ordering::Relaxed) {
            true => Err(Refusal::Draining),
            false => match self.check_ban(None, client) {
                Err(banned) => Err(banned),
                Ok(()) => match bodies::read(head, body).await {
                    Err(refusal) => Err(refusal),
                    Ok(None) => Ok(bodies::no_content()),
                    Ok(Some(body)) => match route {
                        BodyRoute::Account(route) => {
                            route.answer(&self.accounts, visitor, client, &body).await
                        }
                        BodyRoute::Room(route) => {
                            let (rooms, accounts) = (&self.own_rooms, &self.accounts);
                            let parties = &self.parties;
                            route.answer(rooms, parties, accounts, client, &body).await
                        }
                    },
                },
            },
        };
        let mut answer = outcome.map_or_else(
            |refusal| self.refuse(peer, &refusal, Some(&place.host)),
            |mut answer| {
                add_security_headers(answer.headers_mut(), Some(&place.host));
                answer
            },
        );
        bodies::allow_origin(answer.headers_mut(), origin);
        answer
    }

    /// Everything but the socket and what has a body.
    fn read(&self, head: &Parts) -> Result<Answer, Refusal> {
        if head.method != Method::GET && head.method != Method::HEAD {
            return Err(Refusal::Method);
        }
        handshake::check_no_body(head)?;
        match head.uri.path() {
            "/healthz" => Ok(self.health()),
            "/metrics" => {
                self.store.report();
                Ok(fresh(StatusCode::OK, Metrics::CONTENT_TYPE, self.metrics.exposition()))
            }
            "/api/rooms" => {
                let rooms = self.rooms.all();
                let rooms: Vec<RoomStatus> = rooms.iter().map(RoomHandle::status).collect();
                let json = serde_json::to_string(&rooms).map_err(|_| Refusal::Internal)?;
                Ok(fresh(StatusCode::OK, "application/json", json))
            }
            path => files::answer(path, &head.headers, &self.contents).ok_or(Refusal::NotFound),
        }
    }

    fn health(&self) -> Answer {
        if self.is_draining.load(Ordering::Relaxed) {
            return fresh(StatusCode::SERVICE_UNAVAILABLE, TEXT, "draining\n");
        }
        let health = self.rooms.health();
        // Play goes on without a disk, so this server is still serving.
        let status = self.store.status();
        let store = match (status.failure(), status.trouble()) {
            (Some((failure, lasting)), _) => {
                format!("store: {failure}, for {} s: nothing is confirmed\n", lasting.as_secs())
            }
            (None, Some(Trouble::Failing(failure))) => {
                format!("store: {failure} now and then\n")
            }
            (None, Some(Trouble::Slow)) => {
                format!("store: slow, {:.1} s behind\n", status.lag().as_secs_f32())
            }
            (None, None) => String::new(),
        };
        let content = self.contents.problem().map_or_else(String::new, |problem| {
            format!("content: {problem}; the content before it goes on\n")
        });
        match health.is_serving() {
            true => fresh(StatusCode::OK, TEXT, format!("serving\n{health}{store}{content}")),
            false => fresh(
                StatusCode::SERVICE_UNAVAILABLE,
                TEXT,
                format!("not all rooms are open\n{health}{store}{content}"),
            ),
        }
    }

    /// Whether somebody may not come in.
    fn check_ban(
        &self,
        account: Option<AccountId>,
        address: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        self.store.sanctions().ban(account, address).map_or(Ok(()), |ban| Err(Refusal::Banned(ban)))
    }

    /// The answer 101, the room and what the connection is for, if the request may open a socket there.
    fn enter(
        &self,
        head: &Parts,
        place: &Place<'_>,
        client: Option<IpAddr>,
    ) -> Result<(Answer, RoomHandle, Entry), Refusal> {
        let request = match check_upgrade(head, place, &self.settings.allowed_origins) {
            // A browser does not tell its page why a socket was refused, so the page asks without one: it is told what a
            // socket would have been refused for, and only then that it is none.
            Err(refusal @ (Refusal::Method | Refusal::NotAnUpgrade)) => {
                handshake::check_origin(&head.headers, place, &self.settings.allowed_origins)?;
                self.check_ban(None, client)?;
                self.find_room(head.uri.query().and_then(handshake::room_of))?;
                return Err(refusal);
            }
            outcome => outcome?,
        };
        self.check_ban(None, client)?;
        let room = self.find_room(request.room)?;
        let answer = switching_protocols(&request.accept, request.offer.answer());
        let redeem = |ticket: &AccountTicket| self.accounts.redeem(ticket, Instant::now());
        let entry = room.door().judge(Entry::of(request.offer, redeem));
        self.check_ban(entry.account(), None)?;
        Ok((answer, room, entry))
    }

    /// Tells the host, once a second at the most, why a page was refused and what to do if it is the host's own.
    fn explain_foreign_origin(&self, head: &Parts, place: &Place<'_>) {
        let Some(count) = self.foreign_origins.note(Instant::now()) else { return };
        let text =
            head.headers.get(header::ORIGIN).map_or("", |value| value.to_str().unwrap_or(""));
        // What cannot be read as an origin is shown escaped, and not all of it.
        let origin = match Origin::parse(text) {
            Some(origin) => origin.to_string(),
            None => text.escape_default().take(ORIGIN_CHARS_SHOWN_MAX).collect(),
        };
        let host = &place.host;
        warn!(
            count, %origin, %host,
            "a page of another origin was refused a socket: the page is of {origin}, but the server was asked for as {host}. \
             If the page is yours, set allowed_origins = [\"{origin}\"], or let the proxy send X-Forwarded-Host and list its \
             address in trusted_proxies"
        );
    }

    /// The room with this identifier, or the default one, if anybody may enter now.
    fn find_room(&self, id: Option<&str>) -> Result<RoomHandle, Refusal> {
        if self.is_draining.load(Ordering::Relaxed) {
            return Err(Refusal::Draining);
        }
        self.rooms.find(id).ok_or(Refusal::NoSuchRoom)
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
        if let Ok(code) = HeaderValue::from_str(&refusal.code()) {
            headers.insert(REFUSAL, code);
        }
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

/// Longer than any honest origin that cannot be read.
const ORIGIN_CHARS_SHOWN_MAX: usize = 100;
/// Why a request was refused, for a page that has words of its own.
const REFUSAL: HeaderName = HeaderName::from_static("driftfield-refusal");
const TEXT: &str = "text/plain; charset=utf-8";
