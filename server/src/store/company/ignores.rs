//! Whom accounts ignore.

use rusqlite::Connection;

use crate::store::AccountId;
use crate::store::time::UnixSeconds;

/// Somebody who is ignored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ignored {
    /// The account.
    pub account: AccountId,
    /// Its name when that began.
    pub name: String,
}

/// An account ignores another one, or does so no more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IgnoreChange {
    /// Which account.
    pub account: AccountId,
    /// Whom.
    pub whom: Ignored,
    /// Since when; `None`: no more.
    pub since: Option<UnixSeconds>,
}

impl IgnoreChange {
    /// Writes it to the database.
    pub(in crate::store) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        let (account, ignored) = (self.account.0.cast_signed(), self.whom.account.0.cast_signed());
        match self.since {
            Some(since) => connection.execute(
                "INSERT OR IGNORE INTO ignores VALUES (?1, ?2, ?3, ?4)",
                (account, ignored, &self.whom.name, since),
            )?,
            None => connection.execute(
                "DELETE FROM ignores WHERE account = ?1 AND ignored = ?2",
                (account, ignored),
            )?,
        };
        Ok(())
    }
}

/// Forgets whom an account ignored.
pub(in crate::store) fn forget(
    connection: &Connection,
    account: AccountId,
) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM ignores WHERE account = ?1", [account.0.cast_signed()])?;
    Ok(())
}

/// Everyone whom somebody ignores, by whom, in the order in which that began.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<(AccountId, Ignored)>> {
    let mut select =
        connection.prepare("SELECT account, ignored, name FROM ignores ORDER BY at")?;
    let rows = select.query_map((), |row| {
        Ok((row.get(0)?, Ignored { account: row.get(1)?, name: row.get(2)? }))
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    #[test]
    fn whom_somebody_ignores_is_read_back_until_it_is_taken_back() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        let ada = AccountId(u64::MAX - 1);
        let change = |other, since| {
            let whom = Ignored { account: AccountId(other), name: format!("Eve {other}") };
            let change = IgnoreChange { account: ada, whom: whom.clone(), since };
            change.apply(&connection).unwrap();
            (ada, whom)
        };
        let (second, first) = (change(2, Some(20)), change(3, Some(10)));
        change(2, Some(30));
        assert_eq!(all(&connection).unwrap(), [first, second.clone()]);
        change(3, None);
        assert_eq!(all(&connection).unwrap(), [second]);
        forget(&connection, ada).unwrap();
        assert_eq!(all(&connection).unwrap(), []);
    }
}
