//! A TCP proxy that can be cut, between a page and the server.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How long a new connection waits before it is refused.
const REFUSAL_DELAY: Duration = Duration::from_millis(500);

/// Forwards connections to a server until it is told to drop them.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    cut: watch::Sender<u32>,
    hold: watch::Sender<bool>,
    refusal: watch::Sender<bool>,
}

impl Proxy {
    /// Starts forwarding to `server`.
    pub async fn start(server: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cut, cuts) = watch::channel(0);
        let (hold, holds) = watch::channel(false);
        let (refusal, refusals) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut inner, _)) = listener.accept().await {
                let (mut cuts, mut holds) = (cuts.clone(), holds.clone());
                let mut refusals = refusals.clone();
                cuts.mark_unchanged();
                tokio::spawn(async move {
                    let forwarding = refusals.wait_for(|is_refused| !is_refused);
                    if tokio::time::timeout(REFUSAL_DELAY, forwarding).await.is_err() {
                        return;
                    }
                    let Ok(mut outer) = TcpStream::connect(server).await else { return };
                    let copy = copy_bidirectional(&mut inner, &mut outer);
                    tokio::pin!(copy);
                    loop {
                        let is_held = *holds.borrow_and_update();
                        tokio::select! {
                            _ = &mut copy, if !is_held => break,
                            _ = cuts.changed() => break,
                            _ = holds.changed() => {}
                        }
                    }
                });
            }
        });
        Proxy { address, cut, hold, refusal }
    }

    /// Forwards nothing while that is so, and drops nothing.
    pub fn hold(&self, is_held: bool) {
        self.hold.send_replace(is_held);
    }

    /// Drops new connections after [`REFUSAL_DELAY`] while that is so. Those that wait when it ends are forwarded.
    pub fn refuse(&self, is_refused: bool) {
        self.refusal.send_replace(is_refused);
    }

    /// Drops every connection without a goodbye. New ones are forwarded.
    pub fn cut(&self) {
        self.cut.send_modify(|count| *count += 1);
    }
}
