//! The URL of a server, checked, and a connection to it.

use std::net::{TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::time::Duration;

use driftfield_shared::protocol::Greeting;
use driftfield_shared::sim::ContentHash;
use thiserror::Error;
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::client::Request;
use tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tungstenite::http::{HeaderValue, Uri};

/// Timeout of a connection attempt to each address of the host.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// Default port of `ws://`.
const PORT_DEFAULT: u16 = 80;

/// Why no server can be reached.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ConnectError {
    /// Not a WebSocket URL without TLS.
    #[error("`{0}` is not of the form ws://HOST:PORT/ws")]
    Url(String),
    /// TLS is not supported.
    #[error("bots do not speak TLS: give the ws:// address behind the proxy")]
    Tls,
    /// The host has no address, or no server answers at any of them.
    #[error("no server answers at {0}: {1}")]
    Unreachable(String, String),
}

/// The URL of a server's socket, and of one of its rooms: `ws://HOST:PORT/ws?room=ID`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServerUrl {
    uri: Uri,
}

impl FromStr for ServerUrl {
    type Err = ConnectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ConnectError::Url(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| error())?;
        match uri.scheme_str() {
            Some("ws") => {}
            Some("wss") => return Err(ConnectError::Tls),
            _ => return Err(error()),
        }
        uri.host().filter(|host| !host.is_empty()).ok_or_else(error)?;
        Ok(ServerUrl { uri })
    }
}

impl ServerUrl {
    /// The room in the URL; `None` for the server's default room.
    pub fn room(&self) -> Option<&str> {
        self.uri.query()?.split('&').find_map(|pair| pair.strip_prefix("room="))
    }

    /// Host, with its port, and path of the address that gives tickets for accounts: it is beside the socket's.
    #[cfg(feature = "fleet")]
    pub(crate) fn session_address(&self) -> (String, String) {
        let host = self.uri.authority().map_or("", |authority| authority.as_str());
        let folder = self.uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        (host.to_owned(), format!("{folder}/api/session"))
    }

    /// The URL of room `id` on the same server.
    ///
    /// # Errors
    /// When the identifier cannot be part of a URL.
    pub fn in_room(&self, id: &str) -> Result<ServerUrl, ConnectError> {
        let separator = if self.uri.query().is_some() { '&' } else { '?' };
        let mut text = format!("{}{separator}room=", self.uri);
        for byte in id.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    text.push(char::from(byte));
                }
                _ => text.push_str(&format!("%{byte:02X}")),
            }
        }
        text.parse()
    }

    /// Host and port, as in a `Host` header.
    pub(crate) fn authority(&self) -> &str {
        self.uri.authority().map_or("", |authority| authority.as_str())
    }

    /// Where the server has content, beside its socket.
    pub(crate) fn content_path(&self, hash: ContentHash) -> String {
        let folder = self.uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/content/{hash}")
    }

    /// Connects to the first address of the host at which a server listens.
    ///
    /// # Errors
    /// When there is none, with the reason of the last attempt.
    pub fn connect(&self) -> Result<TcpStream, ConnectError> {
        let port = self.uri.port_u16().unwrap_or(PORT_DEFAULT);
        // An IPv6 address has brackets in a URL, and none elsewhere.
        let host = self.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let error = |why: String| ConnectError::Unreachable(format!("{host}:{port}"), why);
        let addresses = (host, port).to_socket_addrs().map_err(|why| error(why.to_string()))?;
        let mut last = "the host has no address".to_owned();
        // `localhost` may have two addresses, of which only one is listened on.
        for address in addresses {
            match TcpStream::connect_timeout(&address, CONNECT_TIME_MAX) {
                Ok(stream) => return Ok(stream),
                Err(why) => last = why.to_string(),
            }
        }
        Err(error(last))
    }

    /// The request that opens a WebSocket, without its greeting.
    ///
    /// # Errors
    /// When the URL is not valid for a request.
    pub fn request(&self) -> Result<Request, ConnectError> {
        let error = |_| ConnectError::Url(self.uri.to_string());
        self.uri.clone().into_client_request().map_err(error)
    }
}

/// The request with a greeting.
///
/// # Panics
/// Never: a greeting consists of characters that are valid in a header.
pub(crate) fn with_greeting(mut request: Request, greeting: &Greeting) -> Request {
    let protocols = HeaderValue::try_from(greeting.protocols().join(", "));
    let protocols = protocols.expect("base64 and names are what a header may have");
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocols);
    request
}

impl std::fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.uri.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_asked_for_in_the_query() {
        let url: ServerUrl = "ws://127.0.0.1:8080/ws".parse().unwrap();
        let room = url.in_room("proving-ground").unwrap();
        assert_eq!(room.to_string(), "ws://127.0.0.1:8080/ws?room=proving-ground");
        assert_eq!((url.room(), room.room()), (None, Some("proving-ground")));
        let odd = url.in_room("a b&c").unwrap();
        assert_eq!(odd.to_string(), "ws://127.0.0.1:8080/ws?room=a%20b%26c");
        let request = room.request().unwrap();
        assert_eq!(request.headers()["host"], "127.0.0.1:8080");
    }

    #[test]
    fn what_is_no_websocket_address_is_refused_by_name() {
        for text in ["", "127.0.0.1:8080", "http://127.0.0.1/ws", "ws://", "nonsense"] {
            assert_eq!(
                text.parse::<ServerUrl>(),
                Err(ConnectError::Url(text.to_owned())),
                "{text}"
            );
        }
        assert_eq!("wss://example.org/ws".parse::<ServerUrl>(), Err(ConnectError::Tls));
    }

    #[test]
    fn a_port_where_nobody_listens_is_named() {
        // Taken and given back at once: nobody else has it now.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url: ServerUrl = format!("ws://{address}/ws").parse().unwrap();
        assert_eq!(url.connect().unwrap().peer_addr().unwrap(), address);
        drop(listener);
        let error = url.connect().unwrap_err().to_string();
        assert!(error.contains(&address.to_string()), "{error}");
    }
}
