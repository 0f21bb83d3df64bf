//! The simple way to fly: one call for one bot and one connection.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use driftfield_shared::protocol::CloseReason;
use driftfield_shared::units::Micros;
use thiserror::Error;
use tungstenite::client::client_with_config;
use tungstenite::handshake::HandshakeError;
use tungstenite::{Error as SocketError, Message, WebSocket};

use super::contents;
use super::disconnect::websocket_config;
use super::server_url::with_greeting;
use super::{Bot, Brain, ConnectError, Disconnect, ServerUrl, stop_at_signals};

/// Longest time for the server to admit us, and longest silence before the connection counts as lost.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// Longest time between two looks at whether to stop.
const STOP_INTERVAL: Duration = Duration::from_millis(100);
/// Time between two looks at whether the content of the game is there.
const CONTENT_INTERVAL: Duration = Duration::from_millis(5);
/// Shortest read timeout: zero would mean to wait for ever.
const WAIT_MIN: Duration = Duration::from_micros(100);
/// Time for the server to close the connection after the bot has left.
const GOODBYE_TIME: Duration = Duration::from_millis(500);

/// Why [`fly`] ended. Each message is a sentence for the user.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum FlyError {
    /// The URL is invalid, or no server answers there.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The connection ended or failed.
    #[error(transparent)]
    Disconnect(#[from] Disconnect),
}

/// Connects to a server and flies there until the connection ends.
///
/// The URL is that of the server's socket, such as `ws://127.0.0.1:8080/ws`, or `ws://127.0.0.1:8080/ws?room=friends`
/// for a room other than the default one. Players see the name; the server shortens one that is too long.
///
/// It returns when the server shuts down. Ctrl-C, SIGTERM and SIGHUP make the bot leave the room; then it returns, too. A
/// second signal ends the program at once: the server then holds the ship for some time, as with every lost connection.
///
/// # Errors
/// When the URL is invalid, no server answers, or the server refuses us or ends the connection for any reason except
/// its own shutdown.
pub fn fly(url: &str, name: &str, brain: impl Brain + 'static) -> Result<(), FlyError> {
    let stop = Arc::default();
    // If the system does not let us catch signals, the first one ends the program.
    let _ = stop_at_signals(&stop);
    let outcome = fly_until(url, name, brain, &stop);
    // Signals end the program again, as they did before.
    stop.store(true, Ordering::Relaxed);
    outcome
}

/// The same for programs that catch signals themselves: the bot leaves once `stop` is set.
///
/// # Errors
/// See [`fly`].
pub fn fly_until(
    url: &str,
    name: &str,
    brain: impl Brain + 'static,
    stop: &AtomicBool,
) -> Result<(), FlyError> {
    let url: ServerUrl = url.parse()?;
    let stream = url.connect()?;
    let mut bot = Bot::new(name.to_owned(), Box::new(brain));
    match fly_over(&url, stream, &mut bot, stop) {
        Disconnect::Closed(CloseReason::ShuttingDown) => Ok(()),
        // Whatever ended the connection, it was asked to end.
        _ if stop.load(Ordering::Relaxed) => Ok(()),
        end => Err(end.into()),
    }
}

/// Flies over an open connection until it ends, or until `stop` is set.
fn fly_over(url: &ServerUrl, stream: TcpStream, bot: &mut Bot, stop: &AtomicBool) -> Disconnect {
    let start = Instant::now();
    let now = || start.elapsed().as_micros() as Micros;
    let mut socket = match shake_hands(url, stream, bot, now()) {
        Ok(socket) => socket,
        Err(end) => return end,
    };
    let mut heard = Instant::now();
    loop {
        if stop.load(Ordering::Relaxed) {
            return leave(&mut socket, bot);
        }
        let wanted = bot.client().wanted_content();
        if let Some(content) = wanted.and_then(|hash| contents::find(url, hash))
            && let Err(error) = bot.handle_content(now(), content)
        {
            return Disconnect::Protocol(error.to_string());
        }
        bot.handle_time(now());
        // A brain reads events from its view; nothing else needs them.
        while bot.poll_event().is_some() {}
        if let Err(end) = write(&mut socket, bot) {
            return end;
        }
        let silence = SILENCE_MAX.saturating_sub(heard.elapsed());
        if silence.is_zero() {
            return Disconnect::Lost(format!("nothing came for {} s", SILENCE_MAX.as_secs()));
        }
        let due = bot.next_time().map(|due| Duration::from_micros(due.saturating_sub(now())));
        let pause = match bot.client().wanted_content() {
            Some(_) => CONTENT_INTERVAL,
            None => STOP_INTERVAL,
        };
        let wait = due.unwrap_or(pause).min(pause).min(silence).clamp(WAIT_MIN, STOP_INTERVAL);
        match read(&mut socket, wait) {
            Ok(Some(message)) => {
                heard = Instant::now();
                if let Err(error) = bot.handle_message(now(), &message) {
                    return Disconnect::Protocol(error.to_string());
                }
            }
            Ok(None) => {}
            Err(end) => return end,
        }
    }
}

fn shake_hands(
    url: &ServerUrl,
    stream: TcpStream,
    bot: &mut Bot,
    now: Micros,
) -> Result<WebSocket<TcpStream>, Disconnect> {
    // Input commands are small and urgent, and Nagle's algorithm would delay them.
    let set_up = stream
        .set_nodelay(true)
        .and_then(|()| stream.set_read_timeout(Some(SILENCE_MAX)))
        .and_then(|()| stream.set_write_timeout(Some(SILENCE_MAX)));
    set_up.map_err(|error| Disconnect::of_io(&error))?;
    let request = url.request().map_err(|error| Disconnect::NoWebSocket(error.to_string()))?;
    let request = with_greeting(request, &bot.connect(now));
    match client_with_config(request, stream, Some(websocket_config())) {
        Ok((socket, _)) => Ok(socket),
        Err(HandshakeError::Failure(error)) => Err(Disconnect::of_handshake(&error)),
        Err(HandshakeError::Interrupted(_)) => {
            Err(Disconnect::Lost(format!("no answer within {} s", SILENCE_MAX.as_secs())))
        }
    }
}

/// Gives up the seat, so that the server does not hold the ship, and waits a moment until the server has closed the
/// connection.
fn leave(socket: &mut WebSocket<TcpStream>, bot: &mut Bot) -> Disconnect {
    let deadline = Instant::now() + GOODBYE_TIME;
    bot.leave();
    let mut outcome = write(socket, bot);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match outcome {
            Err(end) => return end,
            Ok(()) if left.is_zero() => return Disconnect::Closed(CloseReason::Left),
            Ok(()) => outcome = read(socket, left.max(WAIT_MIN)).map(|_| ()),
        }
    }
}

fn write(socket: &mut WebSocket<TcpStream>, bot: &mut Bot) -> Result<(), Disconnect> {
    while let Some(bytes) = bot.poll_transmit() {
        socket
            .write(Message::Binary(bytes.into()))
            .map_err(|error| Disconnect::of_error(&error))?;
    }
    socket.flush().map_err(|error| Disconnect::of_error(&error))
}

/// Waits for the next binary message; `None` if there is none in time.
fn read(
    socket: &mut WebSocket<TcpStream>,
    wait: Duration,
) -> Result<Option<tungstenite::Bytes>, Disconnect> {
    socket.get_ref().set_read_timeout(Some(wait)).map_err(|error| Disconnect::of_io(&error))?;
    match socket.read() {
        Ok(Message::Binary(bytes)) => Ok(Some(bytes)),
        Ok(Message::Ping(_) | Message::Pong(_)) => Ok(None),
        Ok(Message::Close(frame)) => {
            // The answer to the close frame. It does not matter whether it arrives.
            let _ = socket.flush();
            Err(Disconnect::of_close(frame))
        }
        Ok(Message::Text(_) | Message::Frame(_)) => {
            Err(Disconnect::Protocol("a message that is not binary".to_owned()))
        }
        Err(SocketError::Io(error)) if is_timeout(&error) => Ok(None),
        Err(error) => Err(Disconnect::of_error(&error)),
    }
}

fn is_timeout(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brains::Wander;

    #[test]
    fn what_is_no_server_is_told_in_a_sentence() {
        let error = |url: &str| fly(url, "Ada", Wander::new(1)).unwrap_err().to_string();
        assert_eq!(error("nonsense"), "`nonsense` is not of the form ws://HOST:PORT/ws");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let silent = std::thread::spawn(move || drop(listener.accept()));
        let url = format!("ws://{address}/ws");
        let lost = error(&url);
        assert!(
            lost.starts_with("the connection was lost: ") || lost.contains("WebSocket"),
            "{lost}"
        );
        silent.join().unwrap();
        assert!(error(&url).starts_with(&format!("no server answers at {address}: ")));
    }
}
