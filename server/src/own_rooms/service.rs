//! Opens, watches and ends the rooms of players.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::BASE32_NOPAD;
use tracing::{info, warn};

use super::keeper::{Keeper, OwnRoomLimits, Step};
use super::wish::{OwnRoomError, Wish};
use crate::config::{Config, RoomConfig};
use crate::house_bots::HouseBots;
use crate::hub::Directory;
use crate::limits::OWN_ROOM_PREFIX;
use crate::opener::Opener;
use crate::room::{Door, RoomHandle};
use crate::secret;
use crate::store::{
    AccountId, Batch, OwnRoomChange, StoreError, StoreHandle, StoredRoom, unix_seconds,
};
use crate::text::WordList;

/// The rooms that players have opened. Clones lead to the same ones.
#[derive(Clone, Debug)]
pub struct OwnRooms(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    opener: Opener,
    rooms: Directory,
    store: StoreHandle,
    words: WordList,
    limits: OwnRoomLimits,
    /// The host's rooms that others may be like.
    models: Vec<RoomConfig>,
    keeper: Mutex<Keeper<Running>>,
    start: Instant,
}

/// A room that runs.
#[derive(Debug)]
struct Running {
    handle: RoomHandle,
    bots: Option<HouseBots>,
    bot_count: u16,
}

/// A room of one's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Opened {
    /// As in `/ws?room=ID`.
    pub id: String,
    /// What guests must know; `None`: anybody may enter.
    pub invite: Option<[u8; 16]>,
}

impl OwnRooms {
    /// The rooms that players had opened before this start of the server, and those that they will open.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open_all(
        config: &Config,
        opener: Opener,
        rooms: Directory,
        store: StoreHandle,
    ) -> Result<Self, StoreError> {
        let limits = config.own_rooms;
        let own = OwnRooms(Arc::new(Shared {
            opener,
            rooms,
            words: config.words.clone(),
            limits,
            models: config.rooms.iter().filter(|room| !room.for_load).cloned().collect(),
            keeper: Mutex::new(Keeper::new(limits)),
            start: Instant::now(),
            store,
        }));
        for (n, (room, guests)) in own.0.store.own_rooms()?.into_iter().enumerate() {
            let (id, guest_count) = (room.id.clone(), guests.len());
            let is_kept = n < limits.rooms && own.start(room, None, guests);
            match own.keeper().find(&id) {
                Some(kept) if is_kept => kept.restore_guests(guest_count),
                _ => own.note_ended(&id),
            }
        }
        Ok(own)
    }

    /// What the host allows.
    pub fn limits(&self) -> OwnRoomLimits {
        self.0.limits
    }

    /// Opens a room for an account that comes from this address. It is there, and durable, when this returns.
    ///
    /// # Errors
    /// Why there is no such room.
    pub async fn open(
        &self,
        owner: AccountId,
        address: Option<IpAddr>,
        wish: Wish,
    ) -> Result<Opened, OwnRoomError> {
        let wish = wish.check(&self.0.limits, &self.0.words)?;
        let like = self.0.models.iter().find(|room| room.id == wish.like);
        let like = like.ok_or(OwnRoomError::LikeNothing)?;
        let random = secret::random::<5>().zip(secret::random());
        let (name, invite) = random.ok_or(OwnRoomError::Unavailable)?;
        let room = StoredRoom {
            id: format!("{OWN_ROOM_PREFIX}{}", BASE32_NOPAD.encode(&name).to_lowercase()),
            name: wish.name,
            sector: like.sector.clone(),
            mode: like.mode.clone(),
            seats: wish.seats,
            bots: wish.bots,
            owner,
            owner_name: wish.owner_name,
            invite: wish.is_locked.then_some(invite),
            opened: unix_seconds(),
        };
        let opened = Opened { id: room.id.clone(), invite: room.invite };
        self.keeper().check(self.now(), owner, address)?;
        // Open before it is durable, so that of two requests at once the second finds it.
        if !self.start(room.clone(), address, Vec::new()) {
            return Err(OwnRoomError::Unavailable);
        }
        if !self.keep(OwnRoomChange::Open(Box::new(room))).await {
            self.end(&opened.id);
            return Err(OwnRoomError::Unavailable);
        }
        info!(room = opened.id, owner = %owner, "a player has opened a room");
        Ok(opened)
    }

    /// Makes an account a guest of a room that is entered by invitation.
    ///
    /// # Errors
    /// When there is no such room, or the invitation is not good.
    pub async fn enter(
        &self,
        account: AccountId,
        id: &str,
        invite: &[u8; 16],
    ) -> Result<(), OwnRoomError> {
        let door = {
            let mut keeper = self.keeper();
            let room = keeper.find(id).ok_or(OwnRoomError::NoSuchRoom)?;
            let door = room.rest.handle.door().clone();
            if door.admits(Some(account)) {
                return Ok(());
            }
            room.invite(invite)?;
            door
        };
        let change = OwnRoomChange::Invite { room: id.to_owned(), account };
        if !self.keep(change).await {
            return Err(OwnRoomError::Unavailable);
        }
        door.invite(account);
        Ok(())
    }

    /// The room of an account, if it has one.
    pub fn of_owner(&self, owner: AccountId) -> Option<Opened> {
        let keeper = self.keeper();
        keeper.of_owner(owner).map(|room| Opened { id: room.id.clone(), invite: room.invite })
    }

    /// Ends rooms in which nobody plays, for ever.
    pub async fn serve(self) {
        let mut ticker = tokio::time::interval(LOOK_INTERVAL);
        ticker.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticker.tick().await;
            self.look();
        }
    }

    fn look(&self) {
        let handles: Vec<RoomHandle> =
            self.keeper().iter().map(|room| room.rest.handle.clone()).collect();
        for handle in handles {
            let line = handle.status().line;
            let mut keeper = self.keeper();
            let step = keeper.look(self.now(), handle.id(), line.players, line.bots);
            let room = keeper.find(handle.id());
            match (step, room) {
                (Step::Leave, Some(room)) => {
                    // It waits for its thread.
                    let bots = room.rest.bots.take();
                    tokio::task::spawn_blocking(move || drop(bots));
                }
                (Step::Return, Some(room)) => {
                    room.rest.bots = self.call_bots(&handle, room.rest.bot_count);
                }
                (Step::End, _) => {
                    drop(keeper);
                    self.end(handle.id());
                }
                (Step::Stay | Step::Leave | Step::Return, _) => {}
            }
        }
    }

    /// Lets a room run. Returns whether it does.
    fn start(&self, room: StoredRoom, address: Option<IpAddr>, guests: Vec<AccountId>) -> bool {
        let door = match room.invite {
            Some(_) => Door::locked(room.owner, room.owner_name, guests),
            None => Door::open(room.owner, room.owner_name),
        };
        let config = RoomConfig {
            id: room.id,
            name: room.name,
            sector: room.sector,
            mode: room.mode,
            max_players: room.seats,
            bots: room.bots,
            for_load: false,
        };
        let handle = match self.0.opener.open(&config, door) {
            Ok(handle) => handle,
            Err(error) => {
                warn!(room = config.id, %error, "a player's room cannot be opened");
                return false;
            }
        };
        let bots = self.call_bots(&handle, config.bots);
        let running = Running { handle: handle.clone(), bots, bot_count: config.bots };
        self.keeper().add(self.now(), config.id, room.owner, address, room.invite, running);
        self.0.rooms.add(handle);
        true
    }

    fn call_bots(&self, handle: &RoomHandle, count: u16) -> Option<HouseBots> {
        self.0.opener.fill(handle, count).unwrap_or_else(|error| {
            warn!(room = handle.id(), %error, "the bots of a room cannot come");
            None
        })
    }

    /// Ends a room: nobody finds it any more, whoever is just coming is turned away, and what it leaves is deleted.
    fn end(&self, id: &str) {
        let Some(room) = self.keeper().remove(id) else { return };
        self.0.rooms.remove(id);
        let (own, Running { handle, bots, .. }) = (self.clone(), room.rest);
        tokio::task::spawn_blocking(move || {
            drop(bots);
            handle.drain();
            if !handle.wait_closed(Instant::now() + END_TIME_MAX) {
                handle.end_now();
                handle.wait_closed(Instant::now() + END_TIME_MAX);
            }
            // Not before: what the room still writes would stay.
            own.note_ended(handle.id());
            own.0.opener.forget(handle.id());
            info!(room = handle.id(), "a player's room has ended");
        });
    }

    /// Has the store delete what a room leaves. If it cannot take that, the room is there again after the next start, empty, and
    /// ends then.
    fn note_ended(&self, id: &str) {
        let end = OwnRoomChange::End { room: id.to_owned(), at: unix_seconds() };
        if self.0.store.submit(Batch::of(end)).is_err() {
            warn!(room = id, "the end of a player's room could not be saved");
        }
    }

    /// Makes a change. Returns whether it is durable in time.
    async fn keep(&self, change: OwnRoomChange) -> bool {
        let Ok(submission) = self.0.store.submit(Batch::of(change)) else { return false };
        self.0.store.status().wait_within(submission, DURABLE_TIME_MAX).await
    }

    fn now(&self) -> Duration {
        self.0.start.elapsed()
    }

    /// No code panics while it holds the lock.
    fn keeper(&self) -> MutexGuard<'_, Keeper<Running>> {
        self.0.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Time between two looks at the rooms.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How long an answer waits until what it says is durable: ten commits.
const DURABLE_TIME_MAX: Duration = Duration::from_secs(1);
/// How long a room may take to say goodbye, and then to be saved.
const END_TIME_MAX: Duration = Duration::from_secs(10);
