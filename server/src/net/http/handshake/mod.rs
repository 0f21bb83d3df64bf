//! The checks before a connection becomes a WebSocket.
//!
//! ```text
//! head --size, host, origin--> UpgradeRequest -> 101 --upgrade--> the socket leaves tokio -> the room's tick thread
//! ```
//!
//! All of them come before the answer 101: a proxy in front trusts that answer, and only that, to tell
//! it that what follows is no HTTP any more.
//! [RFC 6455 section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1).

mod origin;
mod upgrade;

use driftfield_shared::protocol::Offer;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Version};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

pub(super) use origin::HostName;
pub use origin::Origin;
pub(super) use upgrade::{Till, hand_over};

use super::Refusal;
use super::headers::members;
use crate::limits::REQUEST_HEAD_BYTES_MAX;
use crate::net::proxies::ForwardedHost;

/// A request that may become a WebSocket.
#[derive(Debug)]
pub(super) struct UpgradeRequest<'a> {
    /// The value of `Sec-WebSocket-Accept`.
    pub(super) accept: String,
    /// The room asked for; `None`: the default room.
    pub(super) room: Option<&'a str>,
    /// What the client speaks, and its greeting.
    pub(super) offer: Offer,
}

/// Where a client thinks that it is, and which origins' pages may open a socket there.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// Host and port of the address that the client has opened.
    pub(super) host: HostName,
    /// Its scheme, where a trusted proxy tells it.
    pub(super) scheme: Option<&'a str>,
}

/// A head of at most [`REQUEST_HEAD_BYTES_MAX`] bytes.
pub(super) fn check_size(head: &Parts) -> Result<(), Refusal> {
    let bytes_of = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
    let bytes: usize = head.headers.iter().map(bytes_of).sum();
    let cookies = head.headers.get_all(header::COOKIE).iter().map(HeaderValue::len).sum::<usize>();
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    match bytes + target {
        0..=REQUEST_HEAD_BYTES_MAX => Ok(()),
        _ if cookies > REQUEST_HEAD_BYTES_MAX / 2 => Err(Refusal::Cookies),
        _ => Err(Refusal::HeadTooLong),
    }
}

/// The one host of a request. A target that is a whole address names it, too, and then that one counts
/// ([RFC 9112 section 3.2.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)); what a trusted proxy has been asked for
/// comes before both.
pub(super) fn check_host<'a>(
    head: &Parts,
    forwarded: ForwardedHost<'a>,
) -> Result<Place<'a>, Refusal> {
    let host = single(&head.headers, &header::HOST).map_err(|_| Refusal::Host)?;
    let mut host = host.and_then(HostName::parse).ok_or(Refusal::Host)?;
    if !head.uri.path().starts_with('/') {
        return Err(Refusal::Target);
    }
    if let Some(authority) = head.uri.authority() {
        if !matches!(head.uri.scheme_str(), Some("http" | "https")) {
            return Err(Refusal::Target);
        }
        host = HostName::parse(authority.as_str()).ok_or(Refusal::Target)?;
    }
    if let Some(forwarded) = forwarded.host {
        host = HostName::parse(forwarded).ok_or(Refusal::Host)?;
    }
    Ok(Place { host, scheme: forwarded.scheme })
}

/// The head must be the whole request: bytes that one side takes for a body and the other for the next
/// request are how requests are smuggled past a proxy.
pub(super) fn check_no_body(head: &Parts) -> Result<(), Refusal> {
    let is_empty = head.headers.get_all(header::CONTENT_LENGTH).iter().all(|length| length == "0");
    if is_empty && !head.headers.contains_key(header::TRANSFER_ENCODING) {
        Ok(())
    } else {
        Err(Refusal::Body)
    }
}

/// Everything that a request for a WebSocket must be.
pub(super) fn check_upgrade<'a>(
    head: &'a Parts,
    place: &Place<'_>,
    allowed_origins: &[Origin],
) -> Result<UpgradeRequest<'a>, Refusal> {
    if head.method != Method::GET {
        return Err(Refusal::Method);
    }
    if head.version != Version::HTTP_11 {
        return Err(Refusal::HttpVersion);
    }
    let headers = &head.headers;
    check_no_body(head)?;
    if !has_token(headers, &header::CONNECTION, "upgrade")
        || !has_token(headers, &header::UPGRADE, "websocket")
    {
        return Err(Refusal::NotAnUpgrade);
    }
    if single(headers, &header::SEC_WEBSOCKET_VERSION)? != Some("13") {
        return Err(Refusal::WebSocketVersion);
    }
    let key = single(headers, &header::SEC_WEBSOCKET_KEY)?.ok_or(Refusal::Key)?;
    if !is_key(key) {
        return Err(Refusal::Key);
    }
    check_origin(headers, place, allowed_origins)?;
    Ok(UpgradeRequest {
        accept: derive_accept_key(key.as_bytes()),
        room: head.uri.query().and_then(room_of),
        offer: Offer::read(members(headers, &header::SEC_WEBSOCKET_PROTOCOL))
            .map_err(Refusal::Greeting)?,
    })
}

/// Whether the page that asks, if it is one, may open a socket here.
pub(super) fn check_origin(
    headers: &HeaderMap,
    place: &Place<'_>,
    allowed_origins: &[Origin],
) -> Result<(), Refusal> {
    // No origin means no browser: a program can say what it likes anyway.
    let Some(origin) = single(headers, &header::ORIGIN)? else { return Ok(()) };
    let origin = Origin::parse(origin).ok_or(Refusal::ForeignOrigin)?;
    let is_allowed = allowed_origins.contains(&origin);
    if is_allowed || origin.is_of(&place.host, place.scheme) {
        Ok(())
    } else {
        Err(Refusal::ForeignOrigin)
    }
}

/// The room in a query such as `room=frontier`. Identifiers of rooms need no escapes.
pub(super) fn room_of(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("room="))
}

/// The value of a header that may come once at the most.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(Refusal::Repeated);
    }
    // What is not even text is no value that anyone expects: it fails the check that follows.
    Ok(value.map(|value| value.to_str().unwrap_or("")))
}

/// Whether a header that is a list has this member, in any case.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    members(headers, name).any(|member| member.eq_ignore_ascii_case(token))
}

/// Sixteen bytes in base64: 22 digits, of which the last holds only two bits, and the padding.
fn is_key(key: &str) -> bool {
    let Some((digits, "==")) = key.split_at_checked(22) else {
        return false;
    };
    digits.bytes().all(|digit| digit.is_ascii_alphanumeric() || matches!(digit, b'+' | b'/'))
        && digits.ends_with(['A', 'Q', 'g', 'w'])
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::{DecodeError, Greeting};
    use hyper::Request;

    use super::*;

    const GOOD: [(&str, &str); 5] = [
        ("host", "127.0.0.1:8080"),
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    fn head(edit: impl FnOnce(&mut Parts)) -> Parts {
        let mut request = Request::builder().uri("/ws?room=frontier");
        for (name, value) in GOOD {
            request = request.header(name, value);
        }
        let (mut head, ()) = request.body(()).expect("a request").into_parts();
        edit(&mut head);
        head
    }

    fn refusal(edit: impl FnOnce(&mut Parts)) -> Option<Refusal> {
        let head = head(edit);
        let allowed = ["https://driftfield.example", "capacitor://localhost"];
        let allowed = allowed.map(|origin| Origin::parse(origin).expect("an origin"));
        let place = check_host(&head, ForwardedHost::default());
        place.and_then(|place| check_upgrade(&head, &place, &allowed).map(drop)).err()
    }

    fn set(name: &'static str, value: &'static str) -> impl FnOnce(&mut Parts) {
        move |head| {
            head.headers.insert(name, value.parse().expect("a value"));
        }
    }

    fn add(name: &'static str, value: &'static str) -> impl FnOnce(&mut Parts) {
        move |head| {
            head.headers.append(name, value.parse().expect("a value"));
        }
    }

    fn remove(name: &'static str) -> impl FnOnce(&mut Parts) {
        move |head| {
            head.headers.remove(name);
        }
    }

    #[test]
    fn the_example_of_the_rfc_is_answered_as_the_rfc_says() {
        let head = head(|_| {});
        let place = check_host(&head, ForwardedHost::default()).expect("one host");
        let request = check_upgrade(&head, &place, &[]).expect("a good request");
        assert_eq!(request.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(request.room, Some("frontier"));
    }

    #[test]
    fn every_bad_upgrade_has_its_refusal() {
        assert_eq!(refusal(|head| head.method = Method::POST), Some(Refusal::Method));
        assert_eq!(refusal(|head| head.version = Version::HTTP_10), Some(Refusal::HttpVersion));
        let all = |head: &mut Parts| head.uri = "*".parse().expect("a target");
        assert_eq!(refusal(all), Some(Refusal::Target));
        let tunnel = |head: &mut Parts| head.uri = "evil.net:443".parse().expect("a target");
        assert_eq!(refusal(tunnel), Some(Refusal::Target));
        assert_eq!(refusal(remove("host")), Some(Refusal::Host));
        assert_eq!(refusal(set("host", "")), Some(Refusal::Host));
        assert_eq!(refusal(add("host", "evil.net")), Some(Refusal::Host));
        assert_eq!(refusal(set("content-length", "1")), Some(Refusal::Body));
        assert_eq!(refusal(set("transfer-encoding", "chunked")), Some(Refusal::Body));
        assert_eq!(refusal(remove("upgrade")), Some(Refusal::NotAnUpgrade));
        assert_eq!(refusal(set("upgrade", "h2c")), Some(Refusal::NotAnUpgrade));
        assert_eq!(refusal(set("connection", "close")), Some(Refusal::NotAnUpgrade));
        let version = "sec-websocket-version";
        assert_eq!(refusal(remove(version)), Some(Refusal::WebSocketVersion));
        assert_eq!(refusal(set(version, "8")), Some(Refusal::WebSocketVersion));
        assert_eq!(refusal(add(version, "13")), Some(Refusal::Repeated));
        let key = "sec-websocket-key";
        assert_eq!(refusal(remove(key)), Some(Refusal::Key));
        assert_eq!(refusal(set(key, "c2hvcnQ=")), Some(Refusal::Key));
        assert_eq!(refusal(set(key, "dGhlIHNhbXBsZSBub25jZR==")), Some(Refusal::Key));
        assert_eq!(refusal(set(key, "dGhlIHNhbXBsZSBub25jZ!==")), Some(Refusal::Key));
        assert_eq!(refusal(add(key, "dGhlIHNhbXBsZSBub25jZQ==")), Some(Refusal::Repeated));
        let no_greeting = Some(Refusal::Greeting(DecodeError::NoGreeting));
        assert_eq!(refusal(set("sec-websocket-protocol", "driftfield.10")), no_greeting);
    }

    #[test]
    fn pages_of_the_own_host_and_of_listed_origins_may_connect() {
        for origin in [
            "http://127.0.0.1:8080",
            "https://driftfield.example",
            "https://Driftfield.Example:443",
            "capacitor://localhost",
        ] {
            assert_eq!(refusal(set("origin", origin)), None, "{origin}");
        }
        for origin in ["http://127.0.0.1:8081", "https://evil.net", "null", ""] {
            assert_eq!(refusal(set("origin", origin)), Some(Refusal::ForeignOrigin), "{origin}");
        }
        assert_eq!(refusal(|_| {}), None, "no origin: no browser");
    }

    #[test]
    fn a_page_behind_a_proxy_may_connect_where_the_proxy_tells_its_address() {
        let origin = "https://play.example:8443";
        let head = head(set("origin", origin));
        let check = |forwarded| {
            let place = check_host(&head, forwarded).expect("one host");
            check_upgrade(&head, &place, &[]).map(drop).err()
        };
        assert_eq!(check(ForwardedHost::default()), Some(Refusal::ForeignOrigin));
        let host = Some("play.example:8443");
        assert_eq!(check(ForwardedHost { host, scheme: Some("https") }), None);
        assert_eq!(check(ForwardedHost { host, scheme: None }), None);
        let http = ForwardedHost { host, scheme: Some("http") };
        assert_eq!(check(http), Some(Refusal::ForeignOrigin));
        let no_port = ForwardedHost { host: Some("play.example"), scheme: Some("https") };
        assert_eq!(check(no_port), Some(Refusal::ForeignOrigin));
    }

    #[test]
    fn a_target_that_is_a_whole_address_counts_as_its_host_and_path() {
        let absolute = |head: &mut Parts| {
            head.uri = "http://play.example/ws?room=x".parse().expect("a target");
        };
        let place = check_host(&head(absolute), ForwardedHost::default()).expect("one host");
        assert_eq!(place.host.to_string(), "play.example");
        assert_eq!(refusal(absolute), None);
    }

    #[test]
    fn a_length_of_zero_is_no_body() {
        assert_eq!(refusal(set("content-length", "0")), None);
    }

    #[test]
    fn a_head_that_is_too_long_names_the_cookies_if_they_are_why() {
        let long: &'static str = "x".repeat(REQUEST_HEAD_BYTES_MAX).leak();
        assert_eq!(check_size(&head(set("cookie", long))), Err(Refusal::Cookies));
        assert_eq!(check_size(&head(set("x-other", long))), Err(Refusal::HeadTooLong));
        assert_eq!(check_size(&head(|_| {})), Ok(()));
    }

    #[test]
    fn a_greeting_is_found_over_one_line_or_two() {
        let protocol = "sec-websocket-protocol";
        let greeting = "greeting.AP0IBwYFBAMCAQNBZGEAAAAA";
        let offer = |edit: &dyn Fn(&mut Parts)| {
            let head = head(edit);
            let place = check_host(&head, ForwardedHost::default()).expect("one host");
            check_upgrade(&head, &place, &[]).expect("a good request").offer
        };
        let one = offer(&|head| {
            let value = format!("driftfield.10, {greeting}");
            head.headers.insert(protocol, value.parse().expect("a value"));
        });
        let two = offer(&|head| {
            head.headers.append(protocol, "driftfield.10".parse().expect("a value"));
            head.headers.append(protocol, greeting.parse().expect("a value"));
        });
        assert_eq!(one, two);
        assert!(matches!(one, Offer::Greeting(Greeting::Hello(hello)) if hello.name == "Ada"));
        assert_eq!(offer(&|_| {}), Offer::OtherVersion(None));
    }

    #[test]
    fn the_room_is_found_among_other_parameters() {
        assert_eq!(room_of("a=b&room=x&c"), Some("x"));
        assert_eq!(room_of("rooms=x"), None);
        assert_eq!(room_of(""), None);
    }
}
