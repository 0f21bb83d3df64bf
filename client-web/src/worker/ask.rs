//! Asks over plain HTTP why the server refused a socket, because a browser does not tell the page.

use super::with_connection;
use crate::net::Refusal;
use crate::request::post;

/// Asks at the address of the socket. The answer comes to the connection with the socket's number: what the server has
/// against it, or `None` when nothing answers.
pub fn ask(socket_url: &str, number: u32) {
    // `ws` becomes `http`, and `wss` `https`.
    let url = socket_url.replacen("ws", "http", 1);
    post(&url, None, move |answer| {
        let refusal = answer.map(|answer| Refusal::of(answer.status, answer.code()));
        with_connection(|connection| connection.handle_answer(number, refusal));
    });
}
