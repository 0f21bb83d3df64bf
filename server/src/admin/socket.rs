//! The socket of the host's commands, in the data folder.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tracing::{debug, warn};

use super::Office;
use super::answer::{Failure, Reply};
use super::line::{Line, read_line};

/// Why there is no socket. The message is for the host.
#[derive(Debug, Error)]
#[error("no `server admin` reaches this server: {} cannot be made: {source}", .path.display())]
pub struct SocketError {
    path: PathBuf,
    source: io::Error,
}

/// A socket that listens. Its file goes when it is dropped.
#[derive(Debug)]
pub struct AdminSocket {
    listener: UnixListener,
    path: PathBuf,
    /// The user who may connect, beside root.
    owner: u32,
}

impl AdminSocket {
    /// Where the socket of a data folder is.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join(FILE_NAME)
    }

    /// Listens in a data folder, which this process must own: a socket that is there already is left over from a server that
    /// was killed. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the system refuses; the path of a socket may have about 100 bytes.
    pub fn open(folder: &Path) -> Result<AdminSocket, SocketError> {
        let path = AdminSocket::path(folder);
        let open = || {
            // Nobody knows it by its name before its mode is right.
            let new = folder.join(NEW_FILE_NAME);
            remove(&new)?;
            let listener = UnixListener::bind(&new)?;
            fs::set_permissions(&new, fs::Permissions::from_mode(MODE))?;
            let owner = fs::metadata(&new)?.uid();
            fs::rename(&new, &path)?;
            Ok(AdminSocket { listener, path: path.clone(), owner })
        };
        open().map_err(|source| SocketError { path: path.clone(), source })
    }

    /// Serves for ever.
    pub async fn serve(self, office: Office) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            // More wait in the system's queue.
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    warn!(%error, "the socket of `server admin` takes no connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let user = stream.peer_cred().map(|peer| peer.uid());
            if !user.is_ok_and(|user| user == self.owner || user == ROOT) {
                warn!("another user tried to open the socket of `server admin`");
                continue;
            }
            let office = office.clone();
            tokio::spawn(async move {
                if let Err(error) = converse(stream, &office).await {
                    debug!(%error, "a connection of `server admin` ended");
                }
                drop(place);
            });
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        // A server that comes after this one removes what is left.
        let _ = remove(&self.path);
    }
}

/// Answers one line after the other.
async fn converse(stream: UnixStream, office: &Office) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    loop {
        let line = tokio::time::timeout(SILENCE_MAX, read_line(&mut reader, LINE_BYTES_MAX));
        let Ok(line) = line.await else { return Ok(()) };
        let (reply, is_last) = match line? {
            Line::End => return Ok(()),
            Line::TooLong => {
                let message = format!("a command has at most {LINE_BYTES_MAX} bytes");
                (Reply::Error(Failure::bad(message)), true)
            }
            Line::Text(text) => match serde_json::from_slice(&text) {
                Ok(command) => (office.execute(command).await, false),
                Err(error) => (Reply::Error(Failure::bad(error.to_string())), false),
            },
        };
        let mut bytes = serde_json::to_vec(&reply)?;
        bytes.push(b'\n');
        let write = tokio::time::timeout(SILENCE_MAX, writer.write_all(&bytes));
        write.await.map_err(|_| io::ErrorKind::TimedOut)??;
        if is_last {
            return Ok(());
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

const FILE_NAME: &str = "admin.sock";
const NEW_FILE_NAME: &str = "admin.sock.new";
/// Only its owner may open it.
const MODE: u32 = 0o600;
const ROOT: u32 = 0;
/// Connections at once: some terminals, and a page's server.
const CONNECTIONS_MAX: usize = 16;
/// Longest line of a command: two texts and what is around them.
pub(super) const LINE_BYTES_MAX: usize = 8_192;
/// A connection without a command for so long is closed.
const SILENCE_MAX: Duration = Duration::from_secs(300);
/// After an error of accepting, as when no file descriptor is free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
