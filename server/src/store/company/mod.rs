//! What is kept of the company that players are to each other: roles, friends, parties, whom they ignore, what they report,
//! what they are told.
//!
//! ```text
//! hub/moderation, hub/notices, hub/party --Record--> writer --> accounts.role, ignores, parties, reports, requests, notices
//!        ^                                     |
//!        +-- Roles (in memory), StoreHandle <--+
//! ```

mod friends;
mod ignores;
mod notices;
mod parties;
mod reports;
mod requests;
mod roles;

use rusqlite::Connection;

use super::accounts::{self, Account, AccountId};
use super::sanctions::{self, Sanction};
use super::time::UnixSeconds;
use super::{AuditLine, StoreError, StoreHandle, StoredLine, audit, lines};
pub use friends::{FriendChange, Wanted};
pub use ignores::{IgnoreChange, Ignored};
pub use notices::{NoticesRead, StoredNotice};
pub use parties::{PartyChange, PartyId, StoredMember, StoredParty};
pub use reports::{Report, StoredReport};
pub use requests::ExecutedRequest;
pub use roles::Roles;

/// Forgets what is kept of an account that is deleted. Reports stay until they are too old.
pub(super) fn forget(connection: &Connection, account: AccountId) -> rusqlite::Result<()> {
    friends::forget(connection, account)?;
    ignores::forget(connection, account)?;
    requests::forget(connection, account)?;
    parties::forget(connection, account)?;
    notices::forget(connection, account)
}

/// Deletes what is too old or too much, some of it at a time.
pub(super) fn prune(
    connection: &Connection,
    now: UnixSeconds,
    rows_max: u32,
) -> rusqlite::Result<()> {
    reports::prune(connection, now, rows_max)?;
    requests::prune(connection, now, rows_max)?;
    notices::prune(connection, now, rows_max)
}

/// Each of these reads a file, so none is for ticks, and each fails when the database cannot be read.
#[allow(clippy::missing_errors_doc, reason = "it is said once, above")]
impl StoreHandle {
    /// The roles of accounts. It is in memory.
    pub fn roles(&self) -> &Roles {
        &self.0.roles
    }

    /// An account by its number.
    pub fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.read(|connection| accounts::by_id(connection, id))
    }

    /// Accounts of a name, in whatever case, those used last first; at most `count`.
    pub fn accounts_named(&self, name: &str, count: u32) -> Result<Vec<Account>, StoreError> {
        self.read(|connection| accounts::by_name(connection, name, count))
    }

    /// The bans and mutes in force, with their numbers, the newest first.
    pub fn sanctions_in_force(&self) -> Result<Vec<(i64, Sanction)>, StoreError> {
        self.read(sanctions::in_force)
    }

    /// What an account said last where `reader` could read it too: to a room, or to the reader. The oldest first.
    pub fn lines_of(
        &self,
        speaker: AccountId,
        reader: AccountId,
        count: u32,
    ) -> Result<Vec<StoredLine>, StoreError> {
        self.read(|connection| lines::of_speaker(connection, speaker, reader, count))
    }

    /// The newest reports, the oldest of them first.
    pub fn reports(&self, count: u32) -> Result<Vec<StoredReport>, StoreError> {
        self.read(|connection| reports::newest(connection, count))
    }

    /// The newest requests that were executed, the oldest of them first.
    pub fn executed_requests(&self, count: u32) -> Result<Vec<ExecutedRequest>, StoreError> {
        self.read(|connection| requests::newest(connection, count))
    }

    /// The last lines of the audit log, the newest last.
    pub fn audit_lines(&self, count: u32) -> Result<Vec<AuditLine>, StoreError> {
        self.read(|connection| audit::newest(connection, count))
    }

    /// Everyone whom somebody ignores.
    pub fn ignored(&self) -> Result<Vec<(AccountId, Ignored)>, StoreError> {
        self.read(ignores::all)
    }

    /// What an account was told before a notice, and up to where it has read. The oldest notice first.
    pub fn notices_before(
        &self,
        account: AccountId,
        before: u64,
        count: u32,
    ) -> Result<(Vec<StoredNotice>, u64), StoreError> {
        self.read(|connection| {
            let notices = notices::before(connection, account, before, count)?;
            Ok((notices, notices::read_up_to(connection, account)?))
        })
    }

    /// The newest notices of all accounts, the oldest first.
    pub fn newest_notices(&self, count: u32) -> Result<Vec<StoredNotice>, StoreError> {
        self.read(|connection| notices::newest(connection, count))
    }

    /// Everyone who wants to be somebody's friend.
    pub fn friends(&self) -> Result<Vec<Wanted>, StoreError> {
        self.read(friends::all)
    }

    /// All parties.
    pub fn parties(&self) -> Result<Vec<StoredParty>, StoreError> {
        self.read(parties::all)
    }

    /// The key of the short hashes of networks.
    pub fn network_key(&self) -> Result<[u8; 32], StoreError> {
        self.read(|connection| {
            connection
                .query_row("SELECT key FROM keys WHERE name = 'network'", (), |row| row.get(0))
        })
    }
}
