//! The ledger: every credit and every unit of goods, booked double-entry.
//!
//! ```text
//! source:mine --12 ore:iron--> hold:7  --12 ore:iron--> sink:station
//!                              source:station --36 credits--> player:7
//! ```
//!
//! A [`Booking`] only moves: what one party gets, another one gives. So the balances of each asset sum to zero, and what was
//! mined, minted and destroyed is what stands at sources and sinks. Only sources may be below zero. The [`Auditor`] checks that
//! while the server runs.

mod auditor;
mod booking;
mod check;
mod fence;

use std::fmt;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::AccountId;
use super::time::UnixSeconds;
pub(super) use auditor::Auditor;
pub use booking::Booking;
#[cfg(test)]
pub(super) use check::Faults;
pub(super) use check::{check, faults};
pub use fence::Fence;

/// What is counted.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Asset {
    /// Money.
    Credits,
    /// One ore, by its identifier in the content.
    Ore(Arc<str>),
    /// A thing that a dock sells, by its name.
    Item(Arc<str>),
}

/// Who gives or gets.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Party {
    /// Where something comes into being; its balance is what has come from there, below zero.
    Source(&'static str),
    /// Where something ends.
    Sink(&'static str),
    /// A player's purse.
    Player(AccountId),
    /// The hold of a player's ship.
    Hold(AccountId),
    /// The purses of all guests of a room, which are nobody's account.
    Guests(Arc<str>),
    /// The holds of their ships.
    GuestHolds(Arc<str>),
}

/// Its word in the database.
impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Asset::Credits => f.write_str("credits"),
            Asset::Ore(ore) => write!(f, "ore:{ore}"),
            Asset::Item(item) => write!(f, "{ITEM}{item}"),
        }
    }
}

/// Its word in the database.
impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::Source(name) => write!(f, "source:{name}"),
            Party::Sink(name) => write!(f, "sink:{name}"),
            Party::Player(account) => write!(f, "player:{account}"),
            Party::Hold(account) => write!(f, "hold:{account}"),
            Party::Guests(room) => write!(f, "guests:{room}"),
            Party::GuestHolds(room) => write!(f, "guest-holds:{room}"),
        }
    }
}

/// What a party has of an asset, by their words in the database.
pub(super) fn balance(connection: &Connection, party: &str, asset: &str) -> rusqlite::Result<i64> {
    let balance = connection
        .query_row(
            "SELECT amount FROM balances WHERE party = ?1 AND asset = ?2",
            [party, asset],
            |row| row.get(0),
        )
        .optional()?;
    Ok(balance.unwrap_or(0))
}

/// The beginning of an item's word in the database.
const ITEM: &str = "item:";

/// The items that a party has, by name, in alphabetical order.
pub(super) fn items(connection: &Connection, party: &str) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare(
        "SELECT asset FROM balances WHERE party = ?1 AND amount > 0 AND asset GLOB 'item:*' \
         ORDER BY asset",
    )?;
    let names = select.query_map([party], |row| row.get::<_, String>(0))?;
    names.map(|asset| Ok(asset?.trim_start_matches(ITEM).to_owned())).collect()
}

/// Takes everything that an account has to the sink for deleted accounts.
pub(super) fn close_account(
    connection: &Connection,
    account: AccountId,
    now: UnixSeconds,
) -> rusqlite::Result<()> {
    for party in [Party::Player(account), Party::Hold(account)] {
        let mut select = connection
            .prepare("SELECT asset, amount FROM balances WHERE party = ?1 AND amount <> 0")?;
        let rows = select.query_map([party.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows = rows.collect::<rusqlite::Result<Vec<(String, i64)>>>()?;
        if rows.is_empty() {
            continue;
        }
        let booking = booking::insert(connection, now, ("", 0, 0), "account deleted")?;
        for (asset, amount) in rows {
            booking::enter(connection, booking, &asset, &party.to_string(), -amount)?;
            let sink = Party::Sink("deleted").to_string();
            booking::enter(connection, booking, &asset, &sink, amount)?;
        }
    }
    Ok(())
}
