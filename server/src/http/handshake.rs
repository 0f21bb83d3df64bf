//! The checks before a connection becomes a WebSocket.
//!
//! All of them come before the answer 101: a proxy in front trusts that answer, and only that, to tell
//! it that what follows is no HTTP any more.
//! [RFC 6455 section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1).

use driftfield_shared::protocol::Offer;
use hyper::header::{self, HeaderName};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Version};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Refusal;
use super::origin::HostName;

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

/// The one host of a request.
pub(super) fn check_host(head: &Parts) -> Result<HostName, Refusal> {
    if head.uri.authority().is_some() || !head.uri.path().starts_with('/') {
        return Err(Refusal::Target);
    }
    let host = single(&head.headers, &header::HOST).map_err(|_| Refusal::Host)?;
    host.and_then(HostName::parse).ok_or(Refusal::Host)
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
    host: &HostName,
    allowed_origins: &[String],
) -> Result<UpgradeRequest<'a>, Refusal> {
    if head.method != Method::GET {
        return Err(Refusal::Method);
    }
    if head.version != Version::HTTP_11 {
        return Err(Refusal::HttpVersion);
    }
    let headers = &head.headers;
    if headers.contains_key(header::CONTENT_LENGTH)
        || headers.contains_key(header::TRANSFER_ENCODING)
    {
        return Err(Refusal::Body);
    }
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
    // No origin means no browser: a program can say what it likes anyway.
    if let Some(origin) = single(headers, &header::ORIGIN)? {
        let is_allowed = allowed_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin));
        if !is_allowed && !host.is_origin_of(origin) {
            return Err(Refusal::ForeignOrigin);
        }
    }
    Ok(UpgradeRequest {
        accept: derive_accept_key(key.as_bytes()),
        room: head.uri.query().and_then(room_of),
        offer: Offer::read(members(headers, &header::SEC_WEBSOCKET_PROTOCOL))
            .map_err(Refusal::Greeting)?,
    })
}

/// The room in a query such as `room=frontier`. Identifiers of rooms need no escapes.
fn room_of(query: &str) -> Option<&str> {
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

/// The members of a header that is a list, however many lines it is spread over.
fn members<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim)
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
        let allowed = ["https://driftfield.example".to_owned()];
        check_host(&head).and_then(|host| check_upgrade(&head, &host, &allowed).map(drop)).err()
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
        let host = check_host(&head).expect("one host");
        let request = check_upgrade(&head, &host, &[]).expect("a good request");
        assert_eq!(request.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(request.room, Some("frontier"));
    }

    #[test]
    fn every_bad_upgrade_has_its_refusal() {
        assert_eq!(refusal(|head| head.method = Method::POST), Some(Refusal::Method));
        assert_eq!(refusal(|head| head.version = Version::HTTP_10), Some(Refusal::HttpVersion));
        let absolute = |head: &mut Parts| {
            head.uri = "http://evil.net/ws".parse().expect("a target");
        };
        assert_eq!(refusal(absolute), Some(Refusal::Target));
        assert_eq!(refusal(remove("host")), Some(Refusal::Host));
        assert_eq!(refusal(set("host", "")), Some(Refusal::Host));
        assert_eq!(refusal(add("host", "evil.net")), Some(Refusal::Host));
        assert_eq!(refusal(set("content-length", "0")), Some(Refusal::Body));
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
        assert_eq!(refusal(set("sec-websocket-protocol", "driftfield.4")), no_greeting);
    }

    #[test]
    fn pages_of_the_own_host_and_of_listed_origins_may_connect() {
        for origin in ["http://127.0.0.1:8080", "https://driftfield.example"] {
            assert_eq!(refusal(set("origin", origin)), None, "{origin}");
        }
        for origin in ["http://127.0.0.1:8081", "https://evil.net", "null", ""] {
            assert_eq!(refusal(set("origin", origin)), Some(Refusal::ForeignOrigin), "{origin}");
        }
        assert_eq!(refusal(|_| {}), None, "no origin: no browser");
    }

    #[test]
    fn a_greeting_is_found_over_one_line_or_two() {
        let protocol = "sec-websocket-protocol";
        let greeting = "greeting.AP0IBwYFBAMCAQNBZGEAAA";
        let offer = |edit: &dyn Fn(&mut Parts)| {
            let head = head(edit);
            let host = check_host(&head).expect("one host");
            check_upgrade(&head, &host, &[]).expect("a good request").offer
        };
        let one = offer(&|head| {
            let value = format!("driftfield.4, {greeting}");
            head.headers.insert(protocol, value.parse().expect("a value"));
        });
        let two = offer(&|head| {
            head.headers.append(protocol, "driftfield.4".parse().expect("a value"));
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
