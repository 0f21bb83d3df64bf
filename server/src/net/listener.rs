//! Accepts sockets on the port and admits them, each into a task of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tracing::warn;

use super::admission::Admission;
use super::http::{Site, Visitor, serve_socket};
use crate::logging::{REPORT_INTERVAL, Throttle};

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
            // Never waits: while it did, everyone else would stand outside.
            Ok((socket, peer)) => match admission.admit(peer.ip(), Instant::now()) {
                Ok(permit) => {
                    let visitor = Visitor::new(peer, permit, site.keep_alive());
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

/// One attempt to say why. A peer that floods the port gets no more of our time.
fn turn_away(socket: &TcpStream) {
    let _ = socket.try_write(FULL_ANSWER.as_bytes());
}

const FULL_ANSWER: &str = "HTTP/1.1 503 Service Unavailable\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 48\r\n\
    Retry-After: 5\r\n\
    Connection: close\r\n\r\n\
    the server has too many connections: come later\n";
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
