//! The port of the server, with the socket options that all accepted sockets inherit.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use crate::limits::{ACCEPT_BACKLOG, SEND_BUFFER_BYTES};

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
    // Accepted sockets inherit it. Without, the kernel lets a peer that never reads have megabytes.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_BACKLOG)
}
