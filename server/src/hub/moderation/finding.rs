//! Finds who is meant: asks rooms for their players and the store for accounts.

use std::time::Duration;

use driftfield_shared::protocol::RefusalReason;
use tokio::time::Instant;
use tracing::warn;

use super::HostSubject;
use super::networks::Networks;
use super::players::{Person, Present, Subject, Target, of_name};
use crate::hub::Directory;
use crate::store::{AccountId, SanctionTarget, StoreError, StoreHandle};

/// Everyone who has a seat in these rooms. A room that does not answer in time is left out: it has stopped, or just starts.
pub async fn present(rooms: &Directory, only: Option<&str>) -> Vec<Present> {
    let rooms = rooms.all();
    let asked = rooms.iter().filter(|room| only.is_none_or(|only| room.id() == only));
    let answers: Vec<_> = asked.filter_map(|room| room.list_players()).collect();
    let deadline = Instant::now() + ROOM_TIME_MAX;
    let mut present = Vec::new();
    for answer in answers {
        if let Ok(Ok(players)) = tokio::time::timeout_at(deadline, answer).await {
            present.extend(players);
        }
    }
    present
}

/// Reads the store on a thread that may wait for the disk.
///
/// # Errors
/// When it cannot be read.
pub async fn read<T: Send + 'static>(
    store: &StoreHandle,
    read: impl FnOnce(&StoreHandle) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, RefusalReason> {
    let store = store.clone();
    match tokio::task::spawn_blocking(move || read(&store)).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => {
            warn!(%error, "moderation cannot read the store");
            Err(RefusalReason::Busy)
        }
        // The runtime ends, or reading panicked.
        Err(_) => Err(RefusalReason::Busy),
    }
}

/// Where somebody is looked for.
pub struct Finder<'a> {
    /// In these rooms.
    pub rooms: &'a Directory,
    /// Among these accounts.
    pub store: &'a StoreHandle,
    /// Among these networks.
    pub networks: &'a mut Networks,
}

impl Finder<'_> {
    /// Who a moderator means, from a room.
    ///
    /// # Errors
    /// When nobody is known by that, or more than one.
    pub async fn find(
        &mut self,
        subject: Subject,
        room: Option<&str>,
    ) -> Result<Target, RefusalReason> {
        let only = matches!(subject, Subject::Seat { .. }).then_some(room).flatten();
        let present = present(self.rooms, only).await;
        for address in present.iter().filter_map(|seat| seat.address) {
            self.networks.note(address);
        }
        Ok(Target::Person(match subject {
            Subject::Seat { account: Some(account), name, .. } => {
                Person::of_account(account, Some(name), present)
            }
            Subject::Seat { player, name, account: None } => {
                let is_it = |seat: &Present| seat.player == player && seat.account.is_none();
                Person { name, account: None, seats: present.into_iter().filter(is_it).collect() }
            }
            Subject::Account(account) => self.account(account, present).await?,
            Subject::Name(name) => match of_name(&name, &present)? {
                Some(person) => person,
                None => self.named(name).await?,
            },
            Subject::Network(tag) => {
                let network = match self.networks.find(tag) {
                    Some(network) => Some(network),
                    None => self.banned(tag).await?,
                };
                let network = network.ok_or(RefusalReason::NoSuchPlayer)?;
                return Ok(Target::Network(tag, network));
            }
        }))
    }

    /// Whom the host means.
    ///
    /// # Errors
    /// As [`Finder::find`].
    pub async fn find_for_host(&mut self, subject: HostSubject) -> Result<Target, RefusalReason> {
        match subject {
            HostSubject::Subject(subject) => self.find(subject, None).await,
            HostSubject::Network(network) => match SanctionTarget::network(network) {
                SanctionTarget::Network(network) => {
                    Ok(Target::Network(self.networks.tag(network), network))
                }
                SanctionTarget::Account(_) => Err(RefusalReason::NoSuchPlayer),
            },
        }
    }

    async fn account(
        &self,
        account: AccountId,
        present: Vec<Present>,
    ) -> Result<Person, RefusalReason> {
        if let Some(person) = Some(Person::of_account(account, None, present))
            && !person.seats.is_empty()
        {
            return Ok(person);
        }
        let name = account_name(self.store, account).await?;
        Ok(Person::of_account(account, Some(name), Vec::new()))
    }

    async fn named(&self, name: String) -> Result<Person, RefusalReason> {
        let found = read(self.store, move |store| store.accounts_named(&name, 2)).await?;
        match &found[..] {
            [] => Err(RefusalReason::NoSuchPlayer),
            [account] => Ok(Person::of_account(account.id, Some(account.name.clone()), Vec::new())),
            _ => Err(RefusalReason::Ambiguous),
        }
    }

    /// A network that nobody comes from at the moment, but that is banned.
    async fn banned(
        &self,
        tag: driftfield_shared::protocol::NetworkTag,
    ) -> Result<Option<ipnet::IpNet>, RefusalReason> {
        let list = read(self.store, StoreHandle::sanctions_in_force).await?;
        Ok(list.into_iter().find_map(|(_, sanction)| match sanction.target {
            SanctionTarget::Network(network) if self.networks.tag(network) == tag => Some(network),
            _ => None,
        }))
    }
}

/// The name of an account, if it exists.
///
/// # Errors
/// When it does not, or cannot be read.
pub async fn account_name(store: &StoreHandle, id: AccountId) -> Result<String, RefusalReason> {
    let account = read(store, move |store| store.account(id)).await?;
    account.map(|account| account.name).ok_or(RefusalReason::NoSuchPlayer)
}

/// How long a room may take to say who is there: some ticks of a busy one.
const ROOM_TIME_MAX: Duration = Duration::from_secs(1);
