//! The content that servers name, fetched once for all bots of the process.
//!
//! ```text
//! bot wants HASH --> find --known--> content
//!                        \--not--> a thread: GET /content/HASH --> known to all
//! ```

use std::io::{self, Read, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use driftfield_shared::limits::CONTENT_BYTES_MAX;
use driftfield_shared::sim::{ContentBytesError, ContentHash, NamedContent};
use thiserror::Error;

use super::{ConnectError, ServerUrl};

/// Longest silence of a server that is asked for content.
const SILENCE_MAX: Duration = Duration::from_secs(5);
/// Time until content that could not be fetched is asked for again.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// Longest head of an answer, in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Sets of content that are remembered.
const KNOWN_MAX: usize = 16;

/// What is known, and what is being asked for. The newest last.
static CONTENTS: Mutex<Vec<(ContentHash, Option<NamedContent>)>> = Mutex::new(Vec::new());

/// Why a server's content could not be fetched.
#[derive(Debug, Error)]
pub(crate) enum FetchError {
    /// No server answers.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The connection failed.
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    /// The answer is not content.
    #[error("the server answers `{0}`")]
    Answer(String),
    /// What came is not usable.
    #[error(transparent)]
    Content(#[from] ContentBytesError),
    /// What came is other content than was asked for.
    #[error("the server sent content {0}")]
    OtherContent(ContentHash),
}

/// The content of this name, if it is here. Otherwise it is fetched meanwhile: ask again a few milliseconds later.
pub(crate) fn find(url: &ServerUrl, hash: ContentHash) -> Option<NamedContent> {
    let mut contents = contents();
    if let Some((_, content)) = contents.iter().find(|(known, _)| *known == hash) {
        return content.clone();
    }
    if contents.len() == KNOWN_MAX {
        contents.remove(0);
    }
    contents.push((hash, None));
    drop(contents);
    let url = url.clone();
    // Whoever asks goes on asking, so an outcome that is lost is asked for again.
    let asking = thread::Builder::new().name("content".to_owned()).spawn(move || {
        let outcome = fetch(&url, hash);
        if let Err(error) = &outcome {
            eprintln!("cannot fetch content {hash}: {error}");
            thread::sleep(RETRY_PAUSE);
        }
        settle(hash, outcome.ok());
    });
    if asking.is_err() {
        settle(hash, None);
    }
    None
}

/// Notes what came of asking for content: without it, the next one who wants it asks again.
fn settle(hash: ContentHash, content: Option<NamedContent>) {
    let mut contents = contents();
    contents.retain(|(known, _)| *known != hash);
    contents.extend(content.map(|content| (hash, Some(content))));
}

/// Fetches content.
fn fetch(url: &ServerUrl, hash: ContentHash) -> Result<NamedContent, FetchError> {
    let mut stream = url.connect()?;
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    stream.set_write_timeout(Some(SILENCE_MAX))?;
    let (host, path) = (url.authority(), url.content_path(hash));
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take((HEAD_BYTES_MAX + CONTENT_BYTES_MAX) as u64).read_to_end(&mut answer)?;
    let content = NamedContent::decode(body(&answer)?)?;
    match content.hash() == hash {
        true => Ok(content),
        false => Err(FetchError::OtherContent(content.hash())),
    }
}

/// The body of an answer that is what was asked for.
fn body(answer: &[u8]) -> Result<&[u8], FetchError> {
    let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let error = || FetchError::Answer(String::from_utf8_lossy(line).into_owned());
    if !line.starts_with(b"HTTP/1.1 200") {
        return Err(error());
    }
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or_else(error)?;
    Ok(&answer[end + 4..])
}

/// No code panics between two related changes.
fn contents() -> MutexGuard<'static, Vec<(ContentHash, Option<NamedContent>)>> {
    CONTENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers one request with these bytes, and tells the request.
    fn served(answer: Vec<u8>) -> (ServerUrl, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/game/ws?room=x", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut request, mut byte) = (Vec::new(), [0]);
            while !request.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            stream.write_all(&answer).unwrap();
            String::from_utf8(request).unwrap()
        });
        (url.parse().unwrap(), server)
    }

    fn ok(body: &[u8]) -> Vec<u8> {
        [b"HTTP/1.1 200 OK\r\ncontent-type: x\r\n\r\n", body].concat()
    }

    #[test]
    fn content_is_fetched_beside_the_socket_once_and_checked() {
        let content = NamedContent::built_in().unwrap();
        let (url, server) = served(ok(&content.encode()));
        while find(&url, content.hash()).is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        let request = server.join().unwrap();
        assert!(
            request.starts_with(&format!("GET /game/content/{} ", content.hash())),
            "{request}"
        );
        // Nobody would answer a second time.
        assert_eq!(find(&url, content.hash()), Some(content));
    }

    #[test]
    fn what_is_not_the_content_asked_for_is_refused_with_a_reason() {
        let content = NamedContent::built_in().unwrap();
        let other = ContentHash(content.hash().0 ^ 1);
        for (answer, reason) in [
            (ok(&content.encode()), "the server sent content"),
            (ok(b"{}"), "cannot be read"),
            (b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec(), "answers `HTTP/1.1 404 Not Found`"),
            (Vec::new(), "answers ``"),
        ] {
            let (url, server) = served(answer);
            let error = fetch(&url, other).unwrap_err().to_string();
            server.join().unwrap();
            assert!(error.contains(reason), "{error}");
        }
    }
}
