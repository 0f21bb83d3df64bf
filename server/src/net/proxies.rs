//! Reverse proxies that are believed when they say for whom they speak.
//!
//! Only the configured header is believed, and only from a trusted peer: a proxy passes other headers on as its client
//! sent them. The list of addresses in it is read from its end, which is what the nearest proxy has added.

use std::net::{IpAddr, SocketAddr};

use hyper::HeaderMap;
use ipnet::IpNet;
use serde::Deserialize;

/// Which header names the client.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, with `X-Forwarded-Host` and `X-Forwarded-Proto`.
    #[default]
    XForwardedFor,
    /// `Forwarded`, [RFC 7239](https://www.rfc-editor.org/rfc/rfc7239).
    Forwarded,
}

/// See the head of this file. By default nobody is trusted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TrustedProxies {
    /// Networks that trusted proxies are in.
    pub networks: Vec<IpNet>,
    /// The header that they set.
    pub header: ProxyHeader,
}

/// What a trusted proxy says the client asked for: values of headers, not checked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct ForwardedHost<'a> {
    pub(super) host: Option<&'a str>,
    pub(super) scheme: Option<&'a str>,
}

impl TrustedProxies {
    /// Whether this address is a trusted proxy's.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The client's own address. `None`: a trusted proxy that names nobody asks for itself.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.trusts(peer) {
            return Some(peer);
        }
        let mut client = None;
        for hop in self.hops(headers).rev() {
            let address = match self.header {
                ProxyHeader::XForwardedFor => address(hop),
                ProxyHeader::Forwarded => parameter(hop, "for").and_then(address),
            };
            // What stands before a hop that nobody can read is not vouched for.
            let Some(address) = address else { break };
            client = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        client
    }

    /// The host and the scheme of the address that the client has opened, if a trusted proxy tells them.
    pub(super) fn host<'a>(&self, peer: IpAddr, headers: &'a HeaderMap) -> ForwardedHost<'a> {
        if !self.trusts(peer) {
            return ForwardedHost::default();
        }
        match self.header {
            ProxyHeader::XForwardedFor => ForwardedHost {
                host: members(headers, "x-forwarded-host").next(),
                scheme: members(headers, "x-forwarded-proto").next(),
            },
            ProxyHeader::Forwarded => {
                let first = members(headers, "forwarded").next();
                ForwardedHost {
                    host: first.and_then(|hop| parameter(hop, "host")),
                    scheme: first.and_then(|hop| parameter(hop, "proto")),
                }
            }
        }
    }

    fn hops<'a>(&self, headers: &'a HeaderMap) -> impl DoubleEndedIterator<Item = &'a str> {
        let name = match self.header {
            ProxyHeader::XForwardedFor => "x-forwarded-for",
            ProxyHeader::Forwarded => "forwarded",
        };
        let hops: Vec<&str> = members(headers, name).collect();
        hops.into_iter()
    }
}

/// The members of a header that is a list, however many lines it is spread over.
fn members<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim)
}

/// A parameter of one element of `Forwarded`, without its quotes.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// An address with or without a port, IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(header: ProxyHeader) -> TrustedProxies {
        let networks = ["10.0.0.0/8", "::1/128"].map(|text| text.parse().expect("a network"));
        TrustedProxies { networks: networks.to_vec(), header }
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let lines = lines
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        lines.collect()
    }

    fn client(header: ProxyHeader, peer: &str, lines: &[(&'static str, &str)]) -> Option<String> {
        let peer = peer.parse().expect("an address");
        let client = proxies(header).client(peer, &headers(lines));
        client.map(|address| address.to_string())
    }

    #[test]
    fn only_a_trusted_peer_speaks_for_others() {
        let lines = [("x-forwarded-for", "203.0.113.7")];
        let of = |peer| client(ProxyHeader::XForwardedFor, peer, &lines);
        assert_eq!(of("10.1.2.3").as_deref(), Some("203.0.113.7"));
        assert_eq!(of("::ffff:10.1.2.3").as_deref(), Some("203.0.113.7"));
        assert_eq!(of("192.0.2.1").as_deref(), Some("192.0.2.1"), "a stranger is itself");
    }

    #[test]
    fn what_a_client_claims_in_front_of_the_list_is_not_believed() {
        for (list, expected) in [
            ("6.6.6.6, 203.0.113.7", Some("203.0.113.7")),
            ("6.6.6.6, 203.0.113.7, 10.9.9.9", Some("203.0.113.7")),
            ("6.6.6.6, unknown, 10.9.9.9", Some("10.9.9.9")),
            ("203.0.113.7:4711", Some("203.0.113.7")),
            ("[2001:db8::7]:4711", Some("2001:db8::7")),
            ("2001:db8::7", Some("2001:db8::7")),
            ("10.9.9.9", Some("10.9.9.9")),
            ("nonsense", None),
            ("", None),
        ] {
            let lines = [("x-forwarded-for", list)];
            let client = client(ProxyHeader::XForwardedFor, "10.0.0.1", &lines);
            assert_eq!(client.as_deref(), expected, "{list:?}");
        }
        // Several lines are one list.
        let lines = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "203.0.113.7")];
        let client = client(ProxyHeader::XForwardedFor, "10.0.0.1", &lines);
        assert_eq!(client.as_deref(), Some("203.0.113.7"));
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_the_configured_one() {
        let lines = [
            ("forwarded", "for=6.6.6.6, For=\"[2001:db8::7]:80\";proto=https;host=a.example"),
            ("x-forwarded-for", "6.6.6.6"),
        ];
        let peer = "10.0.0.1";
        let of = |header| client(header, peer, &lines);
        assert_eq!(of(ProxyHeader::Forwarded).as_deref(), Some("2001:db8::7"));
        assert_eq!(of(ProxyHeader::XForwardedFor).as_deref(), Some("6.6.6.6"));
    }

    #[test]
    fn a_trusted_proxy_tells_what_the_client_has_opened() {
        let x = [("x-forwarded-host", "a.example:8443"), ("x-forwarded-proto", "https")];
        let expected = ForwardedHost { host: Some("a.example:8443"), scheme: Some("https") };
        let peer = "10.0.0.1".parse().expect("an address");
        assert_eq!(proxies(ProxyHeader::XForwardedFor).host(peer, &headers(&x)), expected);
        let standard = [("forwarded", "for=1.2.3.4;host=\"a.example:8443\";proto=https")];
        assert_eq!(proxies(ProxyHeader::Forwarded).host(peer, &headers(&standard)), expected);
        let stranger = "192.0.2.1".parse().expect("an address");
        let x = headers(&x);
        let told = proxies(ProxyHeader::XForwardedFor).host(stranger, &x);
        assert_eq!(told, ForwardedHost::default());
    }
}
