//! The content that rooms play by: fetched over HTTP, once for each set of figures.
//!
//! ```text
//! first connection --> GET /content, beside the handshake, which takes longer --> known
//! wanted by the client --known--> the client
//!                      \-not----> GET /content/HASH --> known
//! ```

use driftfield_shared::sim::{ContentHash, NamedContent};
use driftfield_shared::units::Micros;

use super::connection::Connection;
use super::with_connection;
use crate::net::{ConnectionState, Why};
use crate::request::get_bytes;

/// What the worker knows of content.
#[derive(Debug, Default)]
pub(super) struct ContentFetch {
    /// The newest that was fetched.
    known: Option<NamedContent>,
    /// What is being fetched.
    asked: Option<Asked>,
}

/// Content that is being fetched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    /// Whatever is current.
    Current,
    /// What has this name.
    Named(ContentHash),
}

impl Connection {
    /// Asks for the current content while the socket opens, if there is none yet.
    pub(super) fn fetch_current_content(&mut self) {
        if self.content.known.is_none() && self.content.asked.is_none() {
            self.fetch_content(Asked::Current);
        }
    }

    /// Gives the client the content that it wants, or fetches it.
    pub(super) fn supply_content(&mut self, now: Micros) {
        let Some(hash) = self.client.wanted_content() else { return };
        match self.content.known.clone().filter(|known| known.hash() == hash) {
            Some(content) => {
                if let Err(error) = self.client.handle_content(now, content) {
                    web_sys::console::error_1(&error.to_string().into());
                    self.end(Why::Lost);
                }
            }
            None if self.content.asked.is_none() => self.fetch_content(Asked::Named(hash)),
            None => {}
        }
    }

    fn fetch_content(&mut self, asked: Asked) {
        self.content.asked = Some(asked);
        get_bytes(&address(&self.url, asked), move |bytes| {
            with_connection(|connection| connection.take_content(asked, bytes));
        });
    }

    fn take_content(&mut self, asked: Asked, bytes: Option<Vec<u8>>) {
        self.content.asked = None;
        let content = bytes.and_then(|bytes| NamedContent::decode(&bytes).ok());
        let is_right = |content: &NamedContent| match asked {
            Asked::Current => true,
            Asked::Named(hash) => content.hash() == hash,
        };
        match content.filter(is_right) {
            Some(content) => self.content.known = Some(content),
            // The next connection asks again.
            // It is asked for by its name, if it is wanted.
            None if asked == Asked::Current => {}
            None => {
                // The next connection asks again.
                if matches!(self.state, ConnectionState::Connecting | ConnectionState::Open) {
                    self.end(Why::Lost);
                }
                return self.schedule();
            }
        }
        let now = self.clock.now();
        self.supply_content(now);
        self.flush(now);
        self.schedule();
    }
}

/// The address of content, beside that of the socket.
fn address(socket_url: &str, asked: Asked) -> String {
    // `ws` becomes `http`, and `wss` `https`.
    let url = socket_url.replacen("ws", "http", 1);
    let path = url.split('?').next().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match asked {
        Asked::Current => format!("{folder}/content"),
        Asked::Named(hash) => format!("{folder}/content/{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_beside_the_socket() {
        let hash = ContentHash(0xabc);
        for (socket, current) in [
            ("ws://127.0.0.1:8080/ws", "http://127.0.0.1:8080/content"),
            ("wss://play.example/game/ws?room=a/b", "https://play.example/game/content"),
        ] {
            assert_eq!(address(socket, Asked::Current), current);
            assert_eq!(address(socket, Asked::Named(hash)), format!("{current}/{hash}"));
        }
    }
}
