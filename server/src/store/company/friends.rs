//! Who wants to be whose friend.

use rusqlite::Connection;

use crate::store::AccountId;
use crate::store::time::UnixSeconds;

/// An account wants to be a friend of another one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// Who, with the name at that time.
    pub by: (AccountId, String),
    /// Whose friend, with the name at that time.
    pub whom: (AccountId, String),
}

/// A change of that.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FriendChange {
    /// An account wants it, since then.
    Want(Wanted, UnixSeconds),
    /// Neither of two accounts wants it any more.
    Part(AccountId, AccountId),
}

impl FriendChange {
    /// Memory that it holds beside itself, in bytes.
    pub(in crate::store) fn bytes(&self) -> usize {
        match self {
            FriendChange::Want(Wanted { by, whom }, _) => by.1.len() + whom.1.len(),
            FriendChange::Part(..) => 0,
        }
    }

    /// Writes it to the database.
    pub(in crate::store) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        match self {
            FriendChange::Want(Wanted { by, whom }, at) => connection.execute(
                "INSERT OR IGNORE INTO friends VALUES (?1, ?2, ?3, ?4, ?5)",
                (by.0.0.cast_signed(), &by.1, whom.0.0.cast_signed(), &whom.1, at),
            )?,
            FriendChange::Part(one, other) => connection.execute(
                "DELETE FROM friends WHERE (account, friend) IN (VALUES (?1, ?2), (?2, ?1))",
                (one.0.cast_signed(), other.0.cast_signed()),
            )?,
        };
        Ok(())
    }
}

/// Forgets the friends of an account.
pub(in crate::store) fn forget(
    connection: &Connection,
    account: AccountId,
) -> rusqlite::Result<()> {
    let account = [account.0.cast_signed()];
    connection.execute("DELETE FROM friends WHERE account = ?1 OR friend = ?1", account)?;
    Ok(())
}

/// Everyone who wants to be somebody's friend, in the order in which that began.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Wanted>> {
    let mut select =
        connection.prepare("SELECT account, name, friend, friend_name FROM friends ORDER BY at")?;
    let rows = select.query_map((), |row| {
        let (by, whom) = ((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?));
        Ok(Wanted { by, whom })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    #[test]
    fn friends_are_read_back_until_they_part_or_one_is_gone() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        let id = |n: u64| AccountId(u64::MAX - n);
        let named = |n: u64| (id(n), format!("P{n}"));
        let want = |by, whom, at| {
            let wanted = Wanted { by: named(by), whom: named(whom) };
            FriendChange::Want(wanted.clone(), at).apply(&connection).unwrap();
            wanted
        };
        let (second, first) = (want(1, 2, 20), want(2, 1, 10));
        let third = want(3, 1, 30);
        want(1, 2, 40);
        assert_eq!(all(&connection).unwrap(), [first, second, third.clone()]);
        FriendChange::Part(id(2), id(1)).apply(&connection).unwrap();
        assert_eq!(all(&connection).unwrap(), [third]);
        forget(&connection, id(1)).unwrap();
        assert_eq!(all(&connection).unwrap(), []);
    }
}
