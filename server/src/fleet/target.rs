//! The server that a fleet flies on: a URL, checked, and an address that answers.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::time::Duration;

use driftfield_shared::protocol::Greeting;
use thiserror::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Uri};

/// Time for the first connection, which only tries out whether somebody listens.
const PROBE_TIME_MAX: Duration = Duration::from_secs(5);
/// The port of `ws://` without one.
const PORT_DEFAULT: u16 = 80;

/// Why there is nothing to connect to.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TargetError {
    /// Not a URL of a WebSocket without TLS.
    #[error("`{0}` is not of the form ws://HOST:PORT/ws")]
    Url(String),
    /// TLS is not spoken.
    #[error("bots do not speak TLS: give the ws:// address behind the proxy")]
    Tls,
    /// No address, or nobody answers on any.
    #[error("no server answers at {0}: {1}")]
    Unreachable(String, String),
}

/// Where to connect.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    uri: Uri,
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || TargetError::Url(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| error())?;
        match uri.scheme_str() {
            Some("ws") => {}
            Some("wss") => return Err(TargetError::Tls),
            _ => return Err(error()),
        }
        uri.host().filter(|host| !host.is_empty()).ok_or_else(error)?;
        Ok(Target { uri })
    }
}

impl Target {
    /// The same server's room `id`.
    ///
    /// # Errors
    /// When the identifier cannot stand in a URL.
    pub fn in_room(&self, id: &str) -> Result<Target, TargetError> {
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

    /// An address of the host on which somebody listens.
    ///
    /// # Errors
    /// When there is none, with the reason of the last try.
    pub fn resolve(&self) -> Result<SocketAddr, TargetError> {
        let port = self.uri.port_u16().unwrap_or(PORT_DEFAULT);
        // An IPv6 address stands in brackets in a URL and without them everywhere else.
        let host = self.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let error = |why: String| TargetError::Unreachable(format!("{host}:{port}"), why);
        let addresses = (host, port).to_socket_addrs().map_err(|why| error(why.to_string()))?;
        let mut last = "the host has no address".to_owned();
        // `localhost` may name two addresses of which only one is listened on.
        for address in addresses {
            match TcpStream::connect_timeout(&address, PROBE_TIME_MAX) {
                Ok(_) => return Ok(address),
                Err(why) => last = why.to_string(),
            }
        }
        Err(error(last))
    }

    /// The request that opens a WebSocket, but for its greeting.
    ///
    /// # Errors
    /// When the URL cannot be asked for.
    pub fn request(&self) -> Result<Request, TargetError> {
        let error = |_| TargetError::Url(self.uri.to_string());
        self.uri.clone().into_client_request().map_err(error)
    }
}

/// A request that says this, too.
///
/// # Panics
/// Never: a greeting is made of characters that a header may have.
pub(super) fn with_greeting(mut request: Request, greeting: &Greeting) -> Request {
    let protocols = HeaderValue::try_from(greeting.protocols().join(", "));
    let protocols = protocols.expect("base64 and names are what a header may have");
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocols);
    request
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.uri.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_asked_for_in_the_query() {
        let target: Target = "ws://127.0.0.1:8080/ws".parse().unwrap();
        let room = target.in_room("proving-ground").unwrap();
        assert_eq!(room.to_string(), "ws://127.0.0.1:8080/ws?room=proving-ground");
        let odd = target.in_room("a b&c").unwrap();
        assert_eq!(odd.to_string(), "ws://127.0.0.1:8080/ws?room=a%20b%26c");
        let request = room.request().unwrap();
        assert_eq!(request.headers()["host"], "127.0.0.1:8080");
    }

    #[test]
    fn what_is_no_websocket_address_is_refused_by_name() {
        for text in ["", "127.0.0.1:8080", "http://127.0.0.1/ws", "ws://", "nonsense"] {
            assert_eq!(text.parse::<Target>(), Err(TargetError::Url(text.to_owned())), "{text}");
        }
        assert_eq!("wss://example.org/ws".parse::<Target>(), Err(TargetError::Tls));
    }

    #[test]
    fn a_port_where_nobody_listens_is_named() {
        // Taken and given back at once: nobody else has it now.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let target: Target = format!("ws://{address}/ws").parse().unwrap();
        assert_eq!(target.resolve(), Ok(address));
        drop(listener);
        let error = target.resolve().unwrap_err().to_string();
        assert!(error.contains(&address.to_string()), "{error}");
    }
}
