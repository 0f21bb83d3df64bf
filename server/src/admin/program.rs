//! The other end of the socket: `server admin ...`.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use super::{AdminCommand, AdminSocket};

/// Why a command did not reach a server. The message is for the host.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// There is no socket.
    #[error("no server runs with the data folder {}: there is no {}", .folder.display(), .socket.display())]
    NoSocket {
        /// The data folder.
        folder: PathBuf,
        /// Where the socket would be.
        socket: PathBuf,
    },
    /// Nobody listens there.
    #[error("no server runs with the data folder {}: the last one did not end in order", .0.display())]
    NobodyListens(PathBuf),
    /// The socket belongs to another user.
    #[error("the server with the data folder {} belongs to another user: run this as that user", .0.display())]
    AnotherUser(PathBuf),
    /// The connection failed.
    #[error("the server did not answer: {0}")]
    NoAnswer(io::Error),
}

/// Asks the server with this data folder. Returns its line of JSON.
///
/// # Errors
/// When no server answers.
pub fn ask(folder: &Path, command: &AdminCommand) -> Result<String, ProgramError> {
    let path = AdminSocket::path(folder);
    let mut stream = UnixStream::connect(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            ProgramError::NoSocket { folder: folder.to_owned(), socket: path.clone() }
        }
        ErrorKind::ConnectionRefused => ProgramError::NobodyListens(folder.to_owned()),
        ErrorKind::PermissionDenied => ProgramError::AnotherUser(folder.to_owned()),
        _ => ProgramError::NoAnswer(error),
    })?;
    let talk = || {
        stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
        stream.set_write_timeout(Some(ANSWER_TIME_MAX))?;
        let mut line = serde_json::to_vec(command)?;
        line.push(b'\n');
        stream.write_all(&line)?;
        let mut answer = String::new();
        match BufReader::new(stream).read_line(&mut answer)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(answer.trim_end().to_owned()),
        }
    };
    talk().map_err(|error: io::Error| match error.kind() {
        // A server closes connections of other users without a word.
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            ProgramError::AnotherUser(folder.to_owned())
        }
        _ => ProgramError::NoAnswer(error),
    })
}

/// Longer than the server takes for the slowest command.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(15);
