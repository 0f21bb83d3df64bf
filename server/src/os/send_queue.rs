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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{ErrorKind, Read};
    use std::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn what_the_peer_does_not_read_is_counted_until_it_does() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        assert_eq!(unsent_bytes(&socket), 0);
        let mut written = 0;
        loop {
            socket.writable().await.unwrap();
            match socket.try_write(&[7; 65_536]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("{error}"),
            }
            // The peer's buffer is full, and so is ours.
            if unsent_bytes(&socket) > 0 && written > 16 << 20 {
                break;
            }
        }
        let unsent = unsent_bytes(&socket);
        assert!(unsent > 0 && unsent <= written, "{unsent} of {written}");
        let mut bytes = vec![0; written];
        peer.read_exact(&mut bytes).unwrap();
        assert!(bytes.iter().all(|byte| *byte == 7));
        while unsent_bytes(&socket) > 0 {
            tokio::task::yield_now().await;
        }
    }
}
