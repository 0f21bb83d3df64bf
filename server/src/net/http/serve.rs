//! One HTTP connection, from its first byte until its socket is gone.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tracing::debug;

use super::watch::{Phase, Watch, WatchedSocket};
use super::{Site, Visitor};
use crate::limits::{ANSWER_STALL_MAX, REQUEST_BUFFER_BYTES_MAX};
use crate::os::send_queue::unsent_bytes;

/// How a connection ended.
enum End {
    /// By itself, or because of an error that hyper has answered.
    Over(hyper::Result<()>),
    /// It had not sent a request, and others needed its place.
    Replaced,
    /// It was in this phase for too long.
    Overdue(Phase),
}

/// Serves HTTP on a socket that was let in. Its permit is given back when the kernel has no bytes of it any more.
pub async fn serve_socket(socket: TcpStream, visitor: Visitor, site: Arc<Site>) {
    // Only a socket that is dead already refuses this.
    let _ = socket.set_nodelay(true);
    let watch = visitor.watch();
    let service = service_fn(|request| site.answer(&visitor, request));
    let mut connection = http1::Builder::new()
        // `Watch` knows better what is late.
        .header_read_timeout(None)
        .max_buf_size(REQUEST_BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(WatchedSocket::new(socket, watch.clone())), service)
        .with_upgrades();
    let mut is_leaving = false;
    let end = loop {
        let deadline = watch.deadline();
        tokio::select! {
            outcome = &mut connection => break End::Over(outcome),
            () = visitor.replaced() => break End::Replaced,
            () = tokio::time::sleep_until(deadline.into()) => {}
        }
        let now = Instant::now();
        if watch.deadline() > now {
            continue;
        }
        match watch.phase() {
            // Between two requests, and so that one that comes in this very moment is still answered.
            Phase::Idle if !is_leaving => {
                is_leaving = true;
                watch.note_leaving(now);
                Pin::new(&mut connection).graceful_shutdown();
            }
            phase => break End::Overdue(phase),
        }
    };
    report(&site, &visitor, &watch, &end, is_leaving);
    // None: it has become a WebSocket.
    let Some(parts) = connection.into_parts() else { return };
    let socket = parts.io.into_inner().into_inner();
    match end {
        End::Overdue(Phase::Answer { .. }) => reset(socket),
        _ => let_go(socket).await,
    }
}

/// Counts and logs how a connection ended, if it is worth it.
fn report(site: &Site, visitor: &Visitor, watch: &Watch, end: &End, is_leaving: bool) {
    let peer = visitor.peer();
    match end {
        End::Replaced => site.note_refused(peer, "half_open_replaced"),
        End::Overdue(Phase::Silent) => site.note_unused(),
        End::Overdue(Phase::Head) if !is_leaving => site.note_refused(peer, "handshake_timed_out"),
        End::Overdue(Phase::Answer { .. }) => site.note_refused(peer, "answer_not_taken"),
        End::Overdue(_) => {}
        End::Over(Err(error)) if error.is_parse_too_large() => {
            site.note_refused(peer, "head_too_long");
        }
        End::Over(Err(error)) if error.is_parse() => site.note_refused(peer, "not_http"),
        End::Over(_) if watch.phase() == Phase::Silent => site.note_unused(),
        End::Over(Err(error)) => debug!(%peer, %error, "connection ended"),
        End::Over(Ok(())) => {}
    }
}

/// Closes a socket when its peer has taken what was sent, and resets it when the peer takes nothing for long: the kernel
/// would keep the bytes for minutes, counted to nobody.
async fn let_go(mut socket: TcpStream) {
    if poll_fn(|context| Pin::new(&mut socket).poll_shutdown(context)).await.is_err() {
        return;
    }
    let (mut left, mut moved) = (usize::MAX, Instant::now());
    loop {
        let unsent = unsent_bytes(&socket);
        // The last byte is the end of the stream itself.
        if unsent <= 1 || matches!(socket.take_error(), Err(_) | Ok(Some(_))) {
            return;
        }
        if unsent < left {
            (left, moved) = (unsent, Instant::now());
        }
        if moved.elapsed() >= ANSWER_STALL_MAX {
            return reset(socket);
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

/// Closes a socket and forgets what it has not sent.
fn reset(socket: TcpStream) {
    // If the system refuses that, the kernel goes on trying for a while.
    let _ = socket.set_zero_linger();
}

/// Time between two looks at a socket that is not empty yet.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpSocket;

    use super::*;
    use crate::config::Config;
    use crate::limits::SEND_BUFFER_BYTES;
    use crate::net::admission::Admission;
    use crate::net::port;
    use crate::net::proxies::TrustedProxies;

    #[tokio::test]
    async fn what_a_peer_does_not_take_is_bounded_and_counted_until_it_is_gone() {
        let listener = port::bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let address = listener.local_addr().expect("bound");
        let client = TcpSocket::new_v4().expect("a socket");
        client.set_recv_buffer_size(4096).expect("a socket");
        let (client, accepted) = tokio::join!(client.connect(address), listener.accept());
        let (mut client, (mut socket, _)) = (client.expect("open"), accepted.expect("a client"));
        let admission = Admission::new(Config::default().admission, TrustedProxies::default());
        let permit = admission.admit(address.ip(), Instant::now()).expect("nobody else is here");
        // As much as the kernel takes without being read.
        let mut queued = 0;
        while let Ok(Ok(bytes)) =
            tokio::time::timeout(Duration::from_millis(200), socket.write(&[7; 4096])).await
        {
            queued += bytes;
        }
        assert!(queued <= 3 * SEND_BUFFER_BYTES as usize, "{queued} bytes in the kernel");
        let task = tokio::spawn(async move {
            let_go(socket).await;
            drop(permit);
        });
        tokio::time::sleep(3 * LOOK_INTERVAL).await;
        assert_eq!(admission.open(), 1, "it holds {queued} bytes of memory");
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.expect("all of it, and the end");
        assert_eq!(received.len(), queued);
        task.await.expect("no panic");
        assert_eq!(admission.open(), 0);
    }
}
