//! The whole server, from a checked configuration to the last goodbye.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use driftfield_shared::content::ContentError;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tracing::warn;

#[cfg(unix)]
use crate::admin::AdminSocket;
use crate::admin::{Office, StopClock};
use crate::config::{Config, ConfigError, RoomConfig};
use crate::house_bots::HouseBots;
use crate::hub::{
    Asks, ChatService, ContentWatch, Contents, Desk, Desks, Directory, HostOrder, HubTopics,
    Ignores, Kicks, Lobby, ModerationService, Notices, NoticesAsk, NoticesService, Parties,
    PartyAsk, PartyService, Plea, Purses, SettingsAsk, SettingsService, What,
};
use crate::limits::{DESCRIPTORS_RESERVED, MEMORY_STORE_BYTES};
use crate::metrics::Metrics;
use crate::net::admission::{Admission, AdmissionLimits};
use crate::net::http::{Site, Subjects};
use crate::net::links::links;
use crate::net::listener;
use crate::net::port;
use crate::opener::{HubServices, OpenError, Opener};
use crate::os::memory;
use crate::own_rooms::OwnRooms;
use crate::room::Door;
use crate::shutdown::{Signals, drain};
use crate::store::data_dir::{DataDir, DataDirError};
use crate::store::{Store, StoreError, StoreSettings};

/// Why the server ended with an error. The message is for the host.
#[derive(Debug, Error)]
pub enum RunError {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The state of these rooms is lost.
    #[error("these rooms could not be saved (see the log for the reason): {}", .0.join(", "))]
    NotSaved(Vec<String>),
    /// What came last is lost.
    #[error(
        "the store could not write what came last (see the log for the reason); nothing of it was confirmed"
    )]
    NotDurable,
}

/// Why the server does not start. The message is for the host.
#[derive(Debug, Error)]
pub enum StartError {
    /// The built-in content is invalid: a bug of the build.
    #[error("the game's content: {0}")]
    Content(#[from] ContentError),
    /// A room cannot be opened.
    #[error(transparent)]
    Room(#[from] OpenError),
    /// The configuration names something that does not exist.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The port is not available.
    #[error("cannot listen on {address}: {source}; choose another with --listen ADDR:PORT")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The reason.
        source: io::Error,
    },
    /// The data folder cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system refuses threads, signals or timers.
    #[error("the system refuses a resource that the server needs: {0}")]
    System(#[from] io::Error),
}

/// A server that has its port and its rooms, but accepts no connection yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    admission: Admission,
    site: Arc<Site>,
    hub: HubTopics,
    /// Follows the host's own content files, if there are any.
    content_watch: Option<ContentWatch>,
    chat: (ChatService, Asks<What>),
    moderation: (ModerationService, Asks<Plea>),
    notices: (NoticesService, Asks<NoticesAsk>),
    parties: (PartyService, Asks<PartyAsk>),
    settings: (SettingsService, Asks<SettingsAsk>),
    /// Takes the host's orders.
    orders: mpsc::Receiver<HostOrder>,
    /// Executes the host's commands.
    office: Office,
    /// Where they come from, if there is a data folder.
    #[cfg(unix)]
    admin: Option<AdminSocket>,
    /// Writes what waits when it is dropped.
    store: Store,
    /// They leave their rooms when this is dropped.
    _bots: Vec<HouseBots>,
}

impl Server {
    /// Takes the port and opens the rooms. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the port, the content or a thread is not available.
    pub fn open(config: &Config) -> Result<Server, StartError> {
        // Before the files are read: what is changed meanwhile is seen.
        let content_watch = config.assets.as_deref().map(ContentWatch::new);
        let content = config.content()?;
        config.check_content(&content)?;
        let contents = Contents::new(Arc::new(content).into());
        // The port first: a second server started by mistake ends before it does anything.
        let listen_error = |source| StartError::Listen { address: config.listen, source };
        let listener = port::bind(config.listen).map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let data_dir = config.data_dir.as_deref().map(DataDir::open).transpose()?.map(Arc::new);
        let metrics = Metrics::new();
        let mut kept = StoreSettings { journal: config.journal, ..StoreSettings::default() };
        if data_dir.is_none() {
            kept.journal.database_bytes = MEMORY_STORE_BYTES;
        }
        let store = Store::open(data_dir, kept, metrics.store().clone())?;
        let hub = HubTopics::default();
        let ((chat_desk, sayings), (moderation_desk, pleas)) = (Desk::open(), Desk::open());
        let (notices_desk, notices_asks) = Desk::open();
        let (party_desk, party_asks) = Desk::open();
        let (settings_desk, settings_asks) = Desk::open();
        let desks = Desks {
            chat: chat_desk,
            moderation: moderation_desk,
            notices: notices_desk,
            parties: party_desk,
            settings: settings_desk,
        };
        let notices = Notices::new(store.handle(), metrics.notices().clone());
        let purses = Purses::default();
        let (kicks, ignores) = (Kicks::default(), Ignores::new(store.handle().ignored()?));
        let parties = Parties::new(&store.handle());
        let chat = ChatService::new(
            config.words.clone(),
            store.handle(),
            hub.clone(),
            ignores.clone(),
            parties.clone(),
            metrics.chat().clone(),
        );
        let moderation = ModerationService::new(
            store.handle(),
            hub.clone(),
            kicks.clone(),
            ignores.clone(),
            notices.clone(),
        );
        let party_service = PartyService::new(
            parties.clone(),
            store.handle(),
            hub.clone(),
            notices.clone(),
            ignores,
            metrics.parties().clone(),
        );
        let settings_service = SettingsService::new(store.handle());
        let notices_service = NoticesService::new(notices.clone(), hub.clone());
        let opener = Opener::new(
            config,
            contents.clone(),
            store.handle(),
            HubServices { hub: hub.clone(), desks, kicks: kicks.clone(), purses: purses.clone() },
            metrics.clone(),
        );
        let open = |room: &RoomConfig| opener.open(room, Door::default());
        let rooms = config.rooms.iter().map(open).collect::<Result<Vec<_>, OpenError>>()?;
        let bots = config.rooms.iter().zip(&rooms);
        let bots = bots.map(|(room, handle)| opener.fill(handle, room.bots));
        let bots = bots.filter_map(Result::transpose).collect::<io::Result<Vec<HouseBots>>>()?;
        let admission =
            Admission::new(within_descriptors(config.admission), config.site.proxies.clone());
        let (rooms, settings) = (Directory::new(rooms), config.site.clone());
        let (orders_sender, orders) = mpsc::channel(HOST_ORDERS_MAX);
        let office = Office {
            orders: orders_sender,
            store: store.handle(),
            rooms: rooms.clone(),
            notices: notices.clone(),
            stop: StopClock::default(),
        };
        // A server that nobody can command is better than none.
        #[cfg(unix)]
        let admin = config.data_dir.as_deref().and_then(|folder| {
            AdminSocket::open(folder).inspect_err(|error| warn!("{error}")).ok()
        });
        let own_rooms = OwnRooms::open_all(config, opener, rooms.clone(), store.handle())?;
        let subjects = Subjects { rooms, own_rooms, parties, purses, contents };
        let site = Site::new(subjects, store.handle(), metrics, settings);
        let site = Arc::new(site);
        Ok(Server {
            listener,
            address,
            admission,
            site,
            hub,
            content_watch,
            chat: (chat, sayings),
            moderation: (moderation, pleas),
            notices: (notices_service, notices_asks),
            parties: (party_service, party_asks),
            settings: (settings_service, settings_asks),
            orders,
            office,
            #[cfg(unix)]
            admin,
            store,
            _bots: bots,
        })
    }

    /// The address it listens on. The port is the real one even if 0 was configured.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The rooms, and what HTTP needs.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// Where the host's orders are left.
    pub fn orders(&self) -> mpsc::Sender<HostOrder> {
        self.office.orders.clone()
    }

    /// Serves for ever.
    pub async fn serve(self) {
        let memory = memory::look_after(self.admission.clone());
        let own_rooms = self.site.own_rooms().clone().serve();
        let lobby = Lobby::new(self.hub).serve(self.site.rooms().clone());
        let (contents, rooms) = (self.site.contents().clone(), self.site.rooms().clone());
        let followed = rooms.clone();
        let content = async {
            if let Some(watch) = self.content_watch {
                watch.follow(contents, followed).await;
            }
        };
        let listener = listener::serve(self.listener, self.site, self.admission);
        let (chat, sayings) = self.chat;
        let (moderation, pleas) = self.moderation;
        let moderation = moderation.serve(pleas, self.orders, rooms.clone());
        let (parties, party_asks) = self.parties;
        let parties = parties.serve(party_asks, rooms);
        let (notices, notices_asks) = self.notices;
        let (chat, notices) = (chat.serve(sayings), notices.serve(notices_asks));
        let (settings, settings_asks) = self.settings;
        let company = async {
            tokio::join!(chat, moderation, parties, notices, settings.serve(settings_asks));
        };
        #[cfg(unix)]
        let admin = async {
            if let Some(admin) = self.admin {
                admin.serve(self.office).await;
            }
        };
        #[cfg(not(unix))]
        let admin = async { drop(self.office) };
        tokio::join!(listener, memory, lobby, own_rooms, content, company, admin);
    }
}

/// Runs the server until it is told to end. Returns when its rooms are saved and closed.
///
/// # Errors
/// When it cannot start, or cannot save a room.
pub fn run(config: &Config) -> Result<(), RunError> {
    // Only handshakes and short answers run here, so one thread is enough; rooms have their own threads.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StartError::System)?;
    let outcome = runtime.block_on(async {
        let mut signals = Signals::new().map_err(StartError::System)?;
        let server = Server::open(config)?;
        if driftfield_client_bundle::IS_EMPTY {
            warn!("this build contains no web page: it was built with WEB_CLIENT=skip");
        }
        announce(server.address(), config);
        let (site, store) = (server.site().clone(), server.store.handle());
        let stop = server.office.stop.clone();
        let lost = tokio::select! {
            () = server.serve() => Vec::new(),
            lost = end(&mut signals, &stop, &site, config) => lost,
        };
        // The server is dropped by now, and its store is written as far as that was possible.
        match (store.is_settled(), lost.is_empty()) {
            (_, false) => Err(RunError::NotSaved(lost)),
            (false, _) => Err(RunError::NotDurable),
            (true, true) => Ok(()),
        }
    });
    // Rooms that took too long, and threads that wait for them, end with the process.
    runtime.shutdown_background();
    outcome
}

/// Ends the server at the first signal, or when the host has said. Returns the rooms that are lost.
async fn end(signals: &mut Signals, stop: &StopClock, site: &Site, config: &Config) -> Vec<String> {
    tokio::select! {
        () = signals.next() => {}
        () = stop.reached() => {}
    }
    let lost = drain(site, config.drain, signals).await;
    site.report_refused();
    lost
}

/// Prints the links. Standard output may be closed; that is no reason to end.
fn announce(address: SocketAddr, config: &Config) {
    let mut links = links(address).into_iter();
    let _ = writeln!(io::stdout(), "Driftfield is at {}", links.next().unwrap_or_default());
    for link in links {
        let _ = writeln!(io::stdout(), "  in your network: {link}");
    }
    if let Some(origin) = &config.public_origin {
        let _ = writeln!(io::stdout(), "  for everyone: {origin}/");
    }
    let _ = io::stdout().flush();
}

/// Raises the process's limit of file descriptors to what the connections need, and lowers the number of connections
/// to what the system grants.
fn within_descriptors(wanted: AdmissionLimits) -> AdmissionLimits {
    let needed = wanted.connections + DESCRIPTORS_RESERVED;
    let given = match rlimit::increase_nofile_limit(needed as u64) {
        Ok(given) => usize::try_from(given).unwrap_or(usize::MAX),
        Err(error) => {
            warn!(%error, "cannot read the limit of open files");
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
        "fewer connections than configured, because the system grants no more open files"
    );
    AdmissionLimits { connections, ..wanted }
}

/// Orders of the host that may wait: more than one host types.
const HOST_ORDERS_MAX: usize = 64;
