//! The whole server: from a checked configuration to the last goodbye.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use driftfield_shared::content::{Content, ContentError};
use driftfield_shared::sim::{Rules, RulesError};
use thiserror::Error;
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::admission::{Admission, AdmissionLimits};
use crate::config::{Config, ConfigError, RoomConfig};
use crate::fleet::HouseBots;
use crate::http::Site;
use crate::limits::DESCRIPTORS_RESERVED;
use crate::listener;
use crate::memory;
use crate::metrics::Metrics;
use crate::room::{self, Cores, RoomHandle, RoomSettings};
use crate::shutdown::{Signals, drain};

/// Why the server does not start. The message is for the host.
#[derive(Debug, Error)]
pub enum StartError {
    /// The content that the server brings along is broken: a bug of the build.
    #[error("the game's content: {0}")]
    Content(#[from] ContentError),
    /// A room's rules cannot be made of the content.
    #[error("the rules of a room: {0}")]
    Rules(#[from] RulesError),
    /// The configuration asks for what there is not.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The port cannot be had.
    #[error("cannot listen on {address}: {source}; choose another with --listen ADDR:PORT")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The system refuses threads, signals or timers.
    #[error("the system refuses what a server needs: {0}")]
    System(#[from] io::Error),
}

/// A server that has its port and its rooms, but lets nobody in yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    admission: Admission,
    site: Arc<Site>,
    /// They leave their rooms when this is dropped.
    _bots: Vec<HouseBots>,
}

impl Server {
    /// Takes the port and opens the rooms. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the port, the content or a thread cannot be had.
    pub fn open(config: &Config) -> Result<Server, StartError> {
        let content = Arc::new(Content::built_in()?);
        config.check_content(&content)?;
        // The port before the rooms: a second server by mistake ends before it does anything.
        let listen_error = |source| StartError::Listen { address: config.listen, source };
        let listener = listener::bind(config.listen).map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let metrics = Metrics::new();
        let cores = Cores::of_machine();
        let rooms = config
            .rooms
            .iter()
            .map(|room| open_room(room, config, content.clone(), &cores, metrics.clone()))
            .collect::<Result<Vec<RoomHandle>, StartError>>()?;
        let bots = config
            .rooms
            .iter()
            .zip(&rooms)
            .filter(|(room, _)| room.bots > 0)
            .map(|(room, handle)| {
                let seed = RandomState::new().hash_one("bots");
                HouseBots::start(handle.clone(), u32::from(room.bots), seed)
            })
            .collect::<Result<Vec<HouseBots>, io::Error>>()?;
        let admission = Admission::new(within_descriptors(config.admission));
        let site = Arc::new(Site::new(rooms, metrics, config.allowed_origins.clone()));
        Ok(Server { listener, address, admission, site, _bots: bots })
    }

    /// Where it listens; the port is a real one even if 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The rooms and what is said over HTTP.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// Serves for ever.
    pub async fn serve(self) {
        let memory = memory::look_after(self.admission.clone());
        tokio::join!(listener::serve(self.listener, self.site, self.admission), memory);
    }
}

/// Runs the server until it is told to end: returns after the drain, or at once at a second signal.
///
/// # Errors
/// When it cannot start.
pub fn run(config: &Config) -> Result<(), StartError> {
    // All that happens here is handshakes and short answers: one thread has time to spare, and the
    // rooms have theirs.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let mut signals = Signals::new()?;
        let server = Server::open(config)?;
        if driftfield_client_bundle::IS_EMPTY {
            warn!("this build has no page to play on: it was made with WEB_CLIENT=skip");
        }
        announce(server.address());
        let site = server.site().clone();
        tokio::select! {
            () = server.serve() => {}
            () = end(&mut signals, site, config) => {}
        }
        Ok(())
    });
    // Rooms that took too long, and whoever waits for them, end with the process.
    runtime.shutdown_background();
    outcome
}

/// The first signal drains, a second one cuts that short.
async fn end(signals: &mut Signals, site: Arc<Site>, config: &Config) {
    signals.next().await;
    tokio::select! {
        () = drain(site.clone(), config.drain) => {}
        () = signals.next() => warn!("a second signal: ending at once"),
    }
    site.report_refused();
}

/// The one line on standard output. Nobody may be listening there, and that is no reason to end.
fn announce(address: SocketAddr) {
    let _ = writeln!(io::stdout(), "Driftfield is at http://{address}/");
    let _ = io::stdout().flush();
}

fn open_room(
    room: &RoomConfig,
    config: &Config,
    content: Arc<Content>,
    cores: &Cores,
    metrics: Metrics,
) -> Result<RoomHandle, StartError> {
    let rules = Rules::new(content, &room.sector, &room.mode, config.tick_hz)?;
    let settings = RoomSettings {
        id: room.id.clone(),
        name: room.name.clone(),
        rules: Arc::new(rules),
        max_players: u32::from(room.max_players),
        grace_seconds: config.grace.as_secs_f32(),
        // A sector that is different at every start; which one is no secret.
        seed: RandomState::new().hash_one(&room.id),
        data_dir: config.data_dir.clone(),
        cores: cores.clone(),
    };
    info!(room = room.id, sector = room.sector, mode = room.mode, "open");
    Ok(room::open(settings, metrics)?)
}

/// Raises the process's limit of file descriptors to what the connections need, and lowers the
/// connections to what the system gives.
fn within_descriptors(wanted: AdmissionLimits) -> AdmissionLimits {
    let needed = wanted.connections + DESCRIPTORS_RESERVED;
    let given = match rlimit::increase_nofile_limit(needed as u64) {
        Ok(given) => usize::try_from(given).unwrap_or(usize::MAX),
        Err(error) => {
            warn!(%error, "the limit of open files is not known");
            return wanted;
        }
    };
    if given >= needed {
        return wanted;
    }
    let connections = given.saturating_sub(DESCRIPTORS_RESERVED).max(1);
    warn!(
        connections,
        wanted = wanted.connections,
        "fewer connections than configured: the system gives no more open files"
    );
    AdmissionLimits { connections, ..wanted }
}
