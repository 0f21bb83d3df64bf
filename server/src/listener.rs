//! The port: accepts sockets, admits them, and serves HTTP on each in a task of its own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tracing::{debug, warn};

use crate::admission::{Admission, AdmissionError, ConnectionPermit};
use crate::http::{Site, Visitor};
use crate::limits::{
    ACCEPT_BACKLOG, HTTP_CONNECTION_TIME_MAX, REQUEST_HEAD_BYTES_MAX, REQUEST_TIME_MAX,
};
use crate::logging::{REPORT_INTERVAL, Throttle};

/// Takes the port.
///
/// # Errors
/// When it is taken, or not ours to take.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restarted server gets its port back although old connections linger. Elsewhere than on Unix the
    // option means that several programs may share the port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_BACKLOG)
}

/// Accepts for ever, and logs once a second what was refused.
pub async fn serve(listener: TcpListener, site: Arc<Site>, admission: Admission) {
    let report = async {
        loop {
            tokio::time::sleep(REPORT_INTERVAL).await;
            site.report_refused();
        }
    };
    tokio::join!(accept(listener, site.clone(), admission), report);
}

async fn accept(listener: TcpListener, site: Arc<Site>, admission: Admission) {
    let failures = Throttle::default();
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => match admit(&admission, peer).await {
                Ok(permit) => {
                    let visitor = Visitor::new(peer, permit);
                    tokio::spawn(serve_socket(socket, visitor, site.clone()));
                }
                Err(error) => {
                    site.note_refused(peer, error.label());
                    turn_away(&socket);
                }
            },
            Err(error) => {
                if let Some(count) = failures.note(Instant::now()) {
                    warn!(count, %error, "sockets could not be accepted");
                }
                // Out of descriptors: at once it would only fail again.
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
        // Sockets that wait in a row must not keep the requests of those before them waiting: all of
        // them would count as half-open.
        tokio::task::yield_now().await;
    }
}

/// A permit for a new socket. When everyone comes at once there are more sockets than requests for a
/// moment: that is waited for, and meanwhile the rest waits in the kernel.
async fn admit(
    admission: &Admission,
    peer: SocketAddr,
) -> Result<ConnectionPermit, AdmissionError> {
    let started = Instant::now();
    loop {
        match admission.admit(peer.ip(), Instant::now()) {
            Err(AdmissionError::HalfOpenFull) if started.elapsed() < HALF_OPEN_PATIENCE => {
                tokio::time::sleep(HALF_OPEN_RETRY).await;
            }
            admitted => return admitted,
        }
    }
}

async fn serve_socket(socket: TcpStream, visitor: Visitor, site: Arc<Site>) {
    let peer = visitor.peer();
    // Only a socket that is dead already refuses this.
    let _ = socket.set_nodelay(true);
    let service = service_fn(|request| site.answer(&visitor, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Runs from the start of the connection, and again between two requests.
        .header_read_timeout(REQUEST_TIME_MAX)
        .max_buf_size(REQUEST_HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    match tokio::time::timeout(HTTP_CONNECTION_TIME_MAX, connection).await {
        Ok(Ok(())) => {}
        // Between requests a time-out is only the end of keep-alive.
        Ok(Err(error)) if error.is_timeout() && visitor.is_silent() => {
            site.note_refused(peer, "handshake_timed_out");
        }
        Ok(Err(error)) if error.is_parse() => site.note_refused(peer, "not_http"),
        Ok(Err(error)) => debug!(%peer, %error, "connection ended"),
        Err(_) => debug!(%peer, "connection lived long enough"),
    }
}

/// One attempt to say why; whoever floods the port gets no more of our time.
fn turn_away(socket: &TcpStream) {
    let _ = socket.try_write(FULL_ANSWER.as_bytes());
}

const FULL_ANSWER: &str = "HTTP/1.1 503 Service Unavailable\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 48\r\n\
    Retry-After: 5\r\n\
    Connection: close\r\n\r\n\
    the server has too many connections: come later\n";
const HALF_OPEN_PATIENCE: Duration = Duration::from_secs(1);
const HALF_OPEN_RETRY: Duration = Duration::from_millis(5);
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_one_too_many_is_well_formed() {
        let (head, body) = FULL_ANSWER.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{}", body.len());
    }
}
