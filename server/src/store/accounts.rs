//! Accounts as the store has them: changes in, one account out.
//!
//! An account is a player without a registration. Its secret is made by the player's browser and never stored: only
//! its hash is.

use std::fmt;

use driftfield_shared::protocol::{AccountSecret, Role};
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::company;
use super::ledger;
use super::time::UnixSeconds;

/// A player, whatever room and seat. Random, never given twice.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct AccountId(pub u64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// SQLite's integers have a sign.
impl FromSql for AccountId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(|id| AccountId(id.cast_unsigned()))
    }
}

/// SHA-256 of an account's secret. The secret is 128 random bits, so nothing slower is needed to keep it.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct SecretHash(pub [u8; 32]);

impl SecretHash {
    /// The hash of a secret.
    pub fn of(secret: &AccountSecret) -> SecretHash {
        SecretHash(Sha256::digest(secret.0).into())
    }
}

/// Says nothing: a hash in a log helps nobody.
impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// What kind of player an account is of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum AccountKind {
    /// Somebody with a browser.
    Person,
    /// A program that connects to the server.
    Bot,
    /// A bot inside the server.
    HouseBot,
}

impl AccountKind {
    fn label(self) -> &'static str {
        match self {
            AccountKind::Person => "person",
            AccountKind::Bot => "bot",
            AccountKind::HouseBot => "house-bot",
        }
    }

    fn from_label(label: &str) -> AccountKind {
        match label {
            "bot" => AccountKind::Bot,
            "house-bot" => AccountKind::HouseBot,
            _ => AccountKind::Person,
        }
    }
}

/// An account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// What kind of player it is of.
    pub kind: AccountKind,
    /// When it was made.
    pub created: UnixSeconds,
    /// When it was last used, to an hour or so.
    pub last_seen: UnixSeconds,
    /// The player's name; empty before the first join.
    pub name: String,
    /// The page's settings, as the page writes them.
    pub settings: Vec<u8>,
    /// What it may do.
    pub role: Role,
}

/// What an account owns, and how its ship was fitted last.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StoredPurse {
    /// Credits.
    pub credits: u32,
    /// What was bought, by name.
    pub items: Vec<String>,
    /// What the ship was made of last, likewise.
    pub fit: Vec<String>,
}

/// A change of the accounts. One that finds nothing to change changes nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AccountChange {
    /// A new account, unless the secret has one already.
    Create {
        /// Its number.
        id: AccountId,
        /// Its secret.
        secret: SecretHash,
        /// What kind of player it is of.
        kind: AccountKind,
        /// When.
        at: UnixSeconds,
    },
    /// It is used.
    Seen {
        /// Which account.
        id: AccountId,
        /// When.
        at: UnixSeconds,
    },
    /// A new name.
    Rename {
        /// Which account.
        id: AccountId,
        /// The name.
        name: String,
    },
    /// Other settings.
    Settings {
        /// Which account.
        id: AccountId,
        /// The settings.
        settings: Vec<u8>,
    },
    /// Its ship is made of other things.
    Fit {
        /// Which account.
        id: AccountId,
        /// Their names.
        fit: Vec<String>,
    },
    /// Another role.
    SetRole {
        /// Which account.
        id: AccountId,
        /// The role.
        role: Role,
    },
    /// A new secret, unless another account has it.
    Rotate {
        /// The secret until now.
        old: SecretHash,
        /// The secret from now on.
        new: SecretHash,
    },
    /// The account is gone.
    Delete {
        /// Its secret.
        secret: SecretHash,
    },
}

impl AccountChange {
    /// Memory that it holds beside itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            AccountChange::Rename { name, .. } => name.len(),
            AccountChange::Settings { settings, .. } => settings.len(),
            AccountChange::Fit { fit, .. } => fit.iter().map(String::len).sum(),
            _ => 0,
        }
    }

    /// Writes it to the database.
    pub(super) fn apply(&self, connection: &Connection, now: UnixSeconds) -> rusqlite::Result<()> {
        match self {
            AccountChange::Create { id, secret, kind, at } => connection.execute(
                "INSERT INTO accounts (id, secret_hash, kind, created, last_seen, name, settings) \
                 VALUES (?1, ?2, ?3, ?4, ?4, '', x'') ON CONFLICT DO NOTHING",
                (id.0.cast_signed(), secret.0, kind.label(), at),
            )?,
            AccountChange::Seen { id, at } => connection.execute(
                "UPDATE accounts SET last_seen = max(last_seen, ?2) WHERE id = ?1",
                (id.0.cast_signed(), at),
            )?,
            AccountChange::Rename { id, name } => connection.execute(
                "UPDATE accounts SET name = ?2 WHERE id = ?1",
                (id.0.cast_signed(), name),
            )?,
            AccountChange::Settings { id, settings } => connection.execute(
                "UPDATE accounts SET settings = ?2 WHERE id = ?1",
                (id.0.cast_signed(), settings),
            )?,
            AccountChange::Fit { id, fit } => connection.execute(
                "UPDATE accounts SET fit = ?2 WHERE id = ?1",
                (id.0.cast_signed(), fit.join(" ")),
            )?,
            AccountChange::SetRole { id, role } => connection.execute(
                "UPDATE accounts SET role = ?2 WHERE id = ?1",
                (id.0.cast_signed(), role.word()),
            )?,
            AccountChange::Rotate { old, new } => connection.execute(
                "UPDATE OR IGNORE accounts SET secret_hash = ?2 WHERE secret_hash = ?1",
                (old.0, new.0),
            )?,
            AccountChange::Delete { secret } => {
                if let Some(account) = find(connection, *secret)? {
                    ledger::close_account(connection, account.id, now)?;
                    company::forget(connection, account.id)?;
                }
                connection.execute("DELETE FROM accounts WHERE secret_hash = ?1", [secret.0])?
            }
        };
        Ok(())
    }
}

/// The account of a secret, if it has one.
pub(super) fn find(
    connection: &Connection,
    secret: SecretHash,
) -> rusqlite::Result<Option<Account>> {
    let select = format!("SELECT {COLUMNS} FROM accounts WHERE secret_hash = ?1");
    connection.query_row(&select, [secret.0], account_of).optional()
}

/// An account by its number.
pub(super) fn by_id(connection: &Connection, id: AccountId) -> rusqlite::Result<Option<Account>> {
    let select = format!("SELECT {COLUMNS} FROM accounts WHERE id = ?1");
    connection.query_row(&select, [id.0.cast_signed()], account_of).optional()
}

/// Accounts of a name, whatever the case of its letters of ASCII, those used last first.
pub(super) fn by_name(
    connection: &Connection,
    name: &str,
    count: u32,
) -> rusqlite::Result<Vec<Account>> {
    let mut select = connection.prepare(&format!(
        "SELECT {COLUMNS} FROM accounts WHERE name = ?1 COLLATE NOCASE AND name <> '' \
         ORDER BY last_seen DESC LIMIT ?2"
    ))?;
    select.query_map((name, count), account_of)?.collect()
}

/// What an account owns wherever it plays, as far as it is durable.
pub(super) fn purse(connection: &Connection, id: AccountId) -> rusqlite::Result<StoredPurse> {
    // One transaction, so that all of it is of the same moment.
    let transaction = connection.unchecked_transaction()?;
    let party = ledger::Party::Player(id).to_string();
    let credits = ledger::balance(&transaction, &party, &ledger::Asset::Credits.to_string())?;
    let fit: Option<String> = transaction
        .query_row("SELECT fit FROM accounts WHERE id = ?1", [id.0.cast_signed()], |row| row.get(0))
        .optional()?;
    Ok(StoredPurse {
        credits: u32::try_from(credits.max(0)).unwrap_or(u32::MAX),
        items: ledger::items(&transaction, &party)?,
        fit: fit.unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
    })
}

fn account_of(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: row.get(0)?,
        kind: AccountKind::from_label(row.get_ref(1)?.as_str()?),
        created: row.get(2)?,
        last_seen: row.get(3)?,
        name: row.get(4)?,
        settings: row.get(5)?,
        role: Role::of_word(row.get_ref(6)?.as_str()?).unwrap_or_default(),
    })
}

/// What [`account_of`] reads.
const COLUMNS: &str = "id, kind, created, last_seen, name, settings, role";
