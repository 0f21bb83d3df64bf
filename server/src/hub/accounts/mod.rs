//! Accounts for those who come over HTTP: a secret is traded for a ticket, and a ticket for the account.
//!
//! ```text
//! page: secret --POST /api/session--> Accounts::open_session --> ticket, once the account is durable
//! page: ticket in its greeting ------> Accounts::redeem -------> the account, before the room sees the greeting
//! ```
//!
//! The secret is made by the page and known to nobody else: the store has its hash, and nothing has the secret itself.
//! A ticket is good for some minutes and as many greetings as come in that time.

#[cfg(test)]
mod tests;
mod tickets;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use driftfield_shared::protocol::{AccountSecret, AccountTicket};
use thiserror::Error;
use tracing::warn;

use crate::limits::{ACCOUNT_SEEN_SECONDS, TICKET_TIME};
use crate::secret;
use crate::store::{
    Account, AccountChange, AccountId, AccountKind, Batch, Sanction, SecretHash, StoreError,
    StoreHandle, unix_seconds,
};
use tickets::Tickets;

/// The accounts of a server. Clones lead to the same ones.
#[derive(Clone, Debug)]
pub struct Accounts(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: StoreHandle,
    tickets: Mutex<Tickets>,
}

/// What a secret is traded for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Session {
    /// Whose it is.
    pub account: AccountId,
    /// For the greeting.
    pub ticket: AccountTicket,
    /// How long it is good.
    pub expires: Duration,
}

/// Why nothing can be done with a secret. The message is for the player.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AccountError {
    /// The account would not be durable, or cannot be read.
    #[error("accounts cannot be saved at the moment: try the same again in a while")]
    Unavailable,
    /// No account has this secret.
    #[error("there is no account with this secret")]
    NoSuchAccount,
    /// The new secret belongs to another account.
    #[error("the new secret is in use")]
    SecretInUse,
}

impl AccountError {
    /// The value of the `reason` label in the metrics.
    pub fn label(self) -> &'static str {
        match self {
            AccountError::Unavailable => "store_unavailable",
            AccountError::NoSuchAccount => "no_such_account",
            AccountError::SecretInUse => "secret_in_use",
        }
    }
}

impl Accounts {
    /// The accounts of a store.
    pub fn new(store: StoreHandle) -> Self {
        Accounts(Arc::new(Shared { store, tickets: Mutex::default() }))
    }

    /// Whether a secret has an account.
    ///
    /// # Errors
    /// When the accounts cannot be read.
    pub async fn is_known(&self, secret: &AccountSecret) -> Result<bool, AccountError> {
        Ok(self.find(SecretHash::of(secret)).await?.is_some())
    }

    /// The account of a secret, if it has one.
    ///
    /// # Errors
    /// When the accounts cannot be read.
    pub async fn account(&self, secret: &AccountSecret) -> Result<Option<AccountId>, AccountError> {
        Ok(self.find(SecretHash::of(secret)).await?.map(|account| account.id))
    }

    /// A ticket for the account of a secret. The first time that a secret comes, its account is made; it is told when it is
    /// durable.
    ///
    /// # Errors
    /// When the account cannot be read, or not be made durable in time.
    pub async fn open_session(
        &self,
        secret: &AccountSecret,
        kind: AccountKind,
    ) -> Result<Session, AccountError> {
        let hash = SecretHash::of(secret);
        let account = match self.find(hash).await? {
            Some(account) => account,
            None => {
                let id = secret::random().ok_or(AccountError::Unavailable)?;
                let id = AccountId(u64::from_le_bytes(id));
                let at = unix_seconds();
                self.change(AccountChange::Create { id, secret: hash, kind, at }).await?;
                // Another request with the same secret may have been the first.
                self.find(hash).await?.ok_or(AccountError::Unavailable)?
            }
        };
        self.note_seen(&account);
        let ticket = AccountTicket(secret::random().ok_or(AccountError::Unavailable)?);
        self.tickets().issue(ticket, account.id, Instant::now());
        Ok(Session { account: account.id, ticket, expires: TICKET_TIME })
    }

    /// Gives an account a new secret. The old one, and all tickets, are worth nothing from then on.
    ///
    /// # Errors
    /// When there is no such account, or the change cannot be made durable in time.
    pub async fn rotate(
        &self,
        old: &AccountSecret,
        new: &AccountSecret,
    ) -> Result<(), AccountError> {
        let (old, new) = (SecretHash::of(old), SecretHash::of(new));
        let (before, taken) = (self.find(old).await?, self.find(new).await?);
        let account = match (before, taken) {
            (Some(before), None) => before,
            (Some(_), Some(_)) => return Err(AccountError::SecretInUse),
            // The answer to an earlier request with these secrets may have been lost.
            (None, Some(_)) => return Ok(()),
            (None, None) => return Err(AccountError::NoSuchAccount),
        };
        self.change_and_revoke(AccountChange::Rotate { old, new }, account.id).await?;
        match self.find(new).await? {
            Some(now) if now.id == account.id => Ok(()),
            Some(_) => Err(AccountError::SecretInUse),
            None => Err(AccountError::NoSuchAccount),
        }
    }

    /// Deletes an account. Also succeeds when there is none: the answer to an earlier request may have been lost.
    ///
    /// # Errors
    /// When the change cannot be made durable in time.
    pub async fn delete(&self, secret: &AccountSecret) -> Result<(), AccountError> {
        let hash = SecretHash::of(secret);
        let Some(account) = self.find(hash).await? else { return Ok(()) };
        self.change_and_revoke(AccountChange::Delete { secret: hash }, account.id).await
    }

    /// The ban of an account, if there is one.
    pub fn ban(&self, account: AccountId) -> Option<Arc<Sanction>> {
        self.0.store.sanctions().ban(Some(account), None)
    }

    /// The account of a ticket, if it is still good.
    pub fn redeem(&self, ticket: &AccountTicket, now: Instant) -> Option<AccountId> {
        self.tickets().find(ticket, now)
    }

    /// Writes when an account was last used, now and then.
    fn note_seen(&self, account: &Account) {
        let at = unix_seconds();
        if at.saturating_sub(account.last_seen) >= ACCOUNT_SEEN_SECONDS {
            let seen = AccountChange::Seen { id: account.id, at };
            // When the store is full, the time is not worth waiting for.
            let _ = self.0.store.submit(Batch::of(seen));
        }
    }

    /// Makes a change and waits until it is durable.
    async fn change(&self, change: AccountChange) -> Result<(), AccountError> {
        let store = &self.0.store;
        let submission = store.submit(Batch::of(change)).map_err(|_| AccountError::Unavailable)?;
        match store.status().wait_within(submission, DURABLE_TIME_MAX).await {
            true => Ok(()),
            false => Err(AccountError::Unavailable),
        }
    }

    /// The same for a change after which no ticket of the account is good any more.
    async fn change_and_revoke(
        &self,
        change: AccountChange,
        account: AccountId,
    ) -> Result<(), AccountError> {
        // At once, because the change may be done although it cannot be confirmed.
        self.tickets().revoke(account);
        let outcome = self.change(change).await;
        // Until now the old secret was good for another one.
        self.tickets().revoke(account);
        outcome
    }

    /// Reads on a thread that may wait for the disk.
    async fn find(&self, secret: SecretHash) -> Result<Option<Account>, AccountError> {
        let store = self.0.store.clone();
        let read = tokio::task::spawn_blocking(move || store.find_account(secret));
        match read.await {
            Ok(Ok(account)) => Ok(account),
            Ok(Err(error)) => {
                note_unreadable(&error);
                Err(AccountError::Unavailable)
            }
            // The runtime ends, or reading panicked.
            Err(_) => Err(AccountError::Unavailable),
        }
    }

    /// No code panics while it holds the lock.
    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        self.0.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note_unreadable(error: &StoreError) {
    warn!(%error, "an account cannot be read");
}

/// How long an answer waits until its change is durable: ten commits. A disk that is slower is told as one that fails.
const DURABLE_TIME_MAX: Duration = Duration::from_secs(1);
