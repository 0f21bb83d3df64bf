//! How much of what was written to a socket its peer has not taken yet.

use tokio::net::TcpStream;

/// Bytes in the kernel that the peer has not acknowledged, the end of the stream counting as one.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "the kernel tells it in no other way")]
pub fn unsent_bytes(socket: &TcpStream) -> usize {
    use std::os::fd::AsRawFd;

    let mut bytes: libc::c_int = 0;
    // SAFETY: `tcp(7)`: SIOCOUTQ, which is the same number, writes one int to where the pointer points, which is one; the
    // descriptor is open as long as the socket is borrowed.
    let status = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if status == 0 { usize::try_from(bytes).unwrap_or(0) } else { 0 }
}

/// Other systems do not tell: nothing is waited for.
#[cfg(not(target_os = "linux"))]
pub fn unsent_bytes(_socket: &TcpStream) -> usize {
    0
}
