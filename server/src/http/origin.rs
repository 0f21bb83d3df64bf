//! Hosts and origins: which web pages may open a socket.
//!
//! A browser lets any page connect to any host and only tells the host which page it was. The game has
//! no cookies that such a page could ride on; still, no foreign page plays in a visitor's name or floods
//! a server on the visitor's own network.

use std::fmt;

/// The host and port that a client thinks it talks to, lower-case, safe to put into a header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct HostName {
    authority: String,
}

impl HostName {
    /// The value of a `Host` header, if it is a host with or without a port.
    pub(super) fn parse(text: &str) -> Option<HostName> {
        let (host, port) = split_port(text)?;
        let is_valid = is_host(host) && port.is_none_or(|port| port.parse::<u16>().is_ok());
        is_valid.then(|| HostName { authority: text.to_ascii_lowercase() })
    }

    /// Whether `origin` is a page of this very host.
    pub(super) fn is_origin_of(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        SCHEMES.iter().any(|(scheme, default_port)| {
            origin.strip_prefix(scheme).is_some_and(|authority| {
                // Browsers leave the default port out, in the header and in the origin.
                let without_default = |authority: &str| {
                    authority.strip_suffix(default_port).unwrap_or(authority).to_owned()
                };
                without_default(authority) == without_default(&self.authority)
            })
        })
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.authority)
    }
}

/// Whether a text is an origin as browsers send it: `https://example.org`, with a port if need be.
pub fn is_origin(text: &str) -> bool {
    SCHEMES.iter().any(|(scheme, _)| text.strip_prefix(scheme).and_then(HostName::parse).is_some())
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

/// Letters, digits, dots and dashes, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            (1..=HOST_BYTES_MAX).contains(&host.len())
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        }
    }
}

const SCHEMES: [(&str, &str); 2] = [("http://", ":80"), ("https://", ":443")];
/// RFC 1035 section 2.3.4.
const HOST_BYTES_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_own_host_is_recognised_with_and_without_default_ports() {
        for (host, origin) in [
            ("example.org", "https://example.org"),
            ("example.org", "http://example.org"),
            ("Example.ORG", "https://example.org"),
            ("example.org:443", "https://example.org"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
        ] {
            let host = HostName::parse(host).expect("a host");
            assert!(host.is_origin_of(origin), "{host} {origin}");
        }
    }

    #[test]
    fn a_page_of_any_other_host_is_foreign() {
        let host = HostName::parse("example.org:8080").expect("a host");
        for origin in [
            "https://example.org",
            "https://example.org:8081",
            "https://example.org:8080.evil.net",
            "https://evil.net",
            "https://evil.net#example.org:8080",
            "https://user@example.org:8080",
            "file://example.org:8080",
            "null",
            "",
        ] {
            assert!(!host.is_origin_of(origin), "{origin}");
        }
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
        assert!(is_origin("https://example.org") && is_origin("http://[::1]:8080"));
        for text in ["example.org", "https://example.org/", "wss://example.org", "*"] {
            assert!(!is_origin(text), "{text}");
        }
    }
}
