//! Hosts and origins: which web pages may open a socket.
//!
//! A browser lets any page connect to any host and only tells the host which page it was. The game has
//! no cookies that such a page could ride on; still, no foreign page plays in a visitor's name or floods
//! a server on the visitor's own network.
//!
//! Origins are compared as origins, by scheme, host and effective port, never as text
//! ([RFC 6454](https://www.rfc-editor.org/rfc/rfc6454#section-5)).

use std::fmt;
use std::net::Ipv6Addr;

/// The host and port that a client thinks it talks to, lower-case, safe to put into a header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::net::http) struct HostName {
    host: String,
    port: Option<u16>,
}

/// What a browser says of the page that opens a socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// A page without an origin that could be compared: a file, or a frame in a sandbox.
    Null,
    /// A page of a host. Wrapped apps have schemes of their own, as in `capacitor://localhost`.
    Of {
        /// Lower-case.
        scheme: String,
        /// Lower-case.
        host: String,
        /// The effective port; `None` only for a scheme without a default port.
        port: Option<u16>,
    },
}

impl HostName {
    /// The value of a `Host` header, if it is a host with or without a port.
    pub(in crate::net::http) fn parse(text: &str) -> Option<HostName> {
        let (host, port) = split_port(text)?;
        let port = match port {
            Some(port) => Some(port.parse().ok()?),
            None => None,
        };
        Some(HostName { host: canonical_host(host)?, port })
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Origin {
    /// An origin as browsers send it: `https://example.org`, with a port if need be, or `null`.
    pub fn parse(text: &str) -> Option<Origin> {
        if text == "null" {
            return Some(Origin::Null);
        }
        let (scheme, authority) = text.split_once("://")?;
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        let scheme = scheme.to_ascii_lowercase();
        // Pages have no such origin: whoever writes it means another one.
        if !is_scheme || matches!(scheme.as_str(), "ws" | "wss") {
            return None;
        }
        let HostName { host, port } = HostName::parse(authority)?;
        let port = port.or_else(|| default_port(&scheme));
        Some(Origin::Of { scheme, host, port })
    }

    /// Whether this is a page of `host`. `scheme` is that of the address that the client has opened, where it is known.
    pub(in crate::net::http) fn is_of(&self, own: &HostName, own_scheme: Option<&str>) -> bool {
        let Origin::Of { scheme, host, port } = self else { return false };
        // Other schemes' hosts are not in the network.
        let Some(default_port) = default_port(scheme) else { return false };
        own_scheme.is_none_or(|own| own.eq_ignore_ascii_case(scheme))
            && *host == own.host
            // Browsers leave the default port out, in the header and in the origin.
            && *port == Some(own.port.unwrap_or(default_port))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin::Of { scheme, host, port } = self else { return f.write_str("null") };
        write!(f, "{scheme}://{host}")?;
        match port {
            Some(port) if default_port(scheme) != Some(*port) => write!(f, ":{port}"),
            _ => Ok(()),
        }
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Host and port of `host`, `host:port` or `[v6]:port`.
fn split_port(text: &str) -> Option<(&str, Option<&str>)> {
    let host_end = match text.strip_prefix('[') {
        Some(v6) => v6.find(']')? + 2,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, rest) = text.split_at(host_end);
    match rest.strip_prefix(':') {
        Some(port) => Some((host, Some(port))),
        None => rest.is_empty().then_some((host, None)),
    }
}

/// Letters, digits, dots and dashes in lower case, or an IPv6 address in brackets in its one short form.
fn canonical_host(host: &str) -> Option<String> {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().ok().map(|v6| format!("[{v6}]")),
        None => {
            let is_host = (1..=HOST_BYTES_MAX).contains(&host.len())
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
            is_host.then(|| host.to_ascii_lowercase())
        }
    }
}

/// RFC 1035 section 2.3.4.
const HOST_BYTES_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn is_of(origin: &str, host: &str, scheme: Option<&str>) -> bool {
        let host = HostName::parse(host).expect("a host");
        Origin::parse(origin).is_some_and(|origin| origin.is_of(&host, scheme))
    }

    #[test]
    fn a_page_of_the_own_host_is_recognised_with_and_without_default_ports() {
        for (host, origin) in [
            ("example.org", "https://example.org"),
            ("example.org", "http://example.org"),
            ("Example.ORG", "https://example.org"),
            ("example.org:443", "https://example.org"),
            ("example.org", "https://example.org:443"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("[0:0::1]:8080", "http://[::1]:8080"),
        ] {
            assert!(is_of(origin, host, None), "{host} {origin}");
        }
    }

    #[test]
    fn a_page_of_any_other_host_is_foreign() {
        for origin in [
            "https://example.org",
            "https://example.org:8081",
            "https://example.org:8080.evil.net",
            "https://evil.net",
            "https://evil.net#example.org:8080",
            "https://user@example.org:8080",
            "file://example.org:8080",
            "capacitor://example.org:8080",
            "null",
            "",
        ] {
            assert!(!is_of(origin, "example.org:8080", None), "{origin}");
        }
    }

    #[test]
    fn a_scheme_that_is_known_must_be_the_same() {
        assert!(is_of("https://example.org", "example.org", Some("https")));
        assert!(!is_of("http://example.org", "example.org", Some("https")));
        assert!(!is_of("https://example.org", "example.org:80", None), "another effective port");
    }

    #[test]
    fn only_hosts_are_hosts() {
        for text in [
            "", ":80", "a b", "a/b", "a;b", "a:b", "a:70000", "[::1", "[x]", "a:1:2", "user@a",
            "a'",
        ] {
            assert_eq!(HostName::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn configured_origins_have_a_scheme_and_nothing_behind_the_port() {
        for text in ["https://example.org", "http://[::1]:8080", "capacitor://localhost", "null"] {
            assert_eq!(Origin::parse(text).map(|origin| origin.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Origin::parse("HTTPS://A.example:443"), Origin::parse("https://a.example"));
        for text in ["example.org", "https://example.org/", "wss://example.org", "*", "://a", ""] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }
}
