//! Requests that were executed, so that one that is sent again after a restart has its effect once.

use rusqlite::Connection;

use crate::store::AccountId;
use crate::store::time::UnixSeconds;

/// A request that was executed. It is in the same batch as its effect.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExecutedRequest {
    /// Who asked.
    pub account: AccountId,
    /// The number that the client chose for it.
    pub nonce: u64,
    /// When.
    pub at: UnixSeconds,
    /// What the client is told, as on the wire.
    pub done: Vec<u8>,
}

impl ExecutedRequest {
    /// Writes it to the database.
    pub(in crate::store) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute(
            "INSERT INTO requests (account, nonce, at, done) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO NOTHING",
            (self.account.0.cast_signed(), self.nonce.cast_signed(), self.at, &self.done),
        )?;
        Ok(())
    }
}

/// Forgets what an account asked for.
pub(super) fn forget(connection: &Connection, account: AccountId) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM requests WHERE account = ?1", [account.0.cast_signed()])?;
    Ok(())
}

/// The newest requests, the oldest of them first.
pub(super) fn newest(
    connection: &Connection,
    count: u32,
) -> rusqlite::Result<Vec<ExecutedRequest>> {
    let mut select = connection
        .prepare("SELECT account, nonce, at, done FROM requests ORDER BY id DESC LIMIT ?1")?;
    let rows = select.query_map([count], |row| {
        let nonce = row.get::<_, i64>(1)?.cast_unsigned();
        Ok(ExecutedRequest { account: row.get(0)?, nonce, at: row.get(2)?, done: row.get(3)? })
    })?;
    let mut requests = rows.collect::<rusqlite::Result<Vec<ExecutedRequest>>>()?;
    requests.reverse();
    Ok(requests)
}

/// Deletes requests that are too old or too many, some of them at a time.
pub(super) fn prune(
    connection: &Connection,
    now: UnixSeconds,
    rows_max: u32,
) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE at < ?1 \
         OR id <= (SELECT max(id) FROM requests) - ?2 ORDER BY id LIMIT ?3)",
        (now.saturating_sub(REQUEST_SECONDS_MAX), REQUESTS_MAX, rows_max),
    )?;
    Ok(())
}

/// Requests that are kept: as many as a service remembers while it runs.
const REQUESTS_MAX: i64 = 4_096;
/// How long one is kept, in seconds: a day. A page sends again what it asked for as long as it is open.
const REQUEST_SECONDS_MAX: UnixSeconds = 86_400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    #[test]
    fn requests_are_read_back_in_their_order_until_they_are_too_old_too_many_or_their_accounts_are_gone()
     {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        let request = |account, nonce, at| {
            let done = vec![7; nonce as usize % 5];
            let request = ExecutedRequest { account: AccountId(account), nonce, at, done };
            request.apply(&connection).unwrap();
            request
        };
        let (ada, eve) = (u64::MAX - 1, 9);
        let first = request(ada, u64::MAX, 100);
        let second = request(eve, 2, 200);
        let third = request(ada, 3, 300);
        request(ada, 3, 999);
        let all = || newest(&connection, 10).unwrap();
        assert_eq!(all(), [first, second.clone(), third.clone()], "the same number counts once");
        assert_eq!(newest(&connection, 1).unwrap(), std::slice::from_ref(&third));
        prune(&connection, 100 + REQUEST_SECONDS_MAX + 1, 10).unwrap();
        assert_eq!(all(), [second.clone(), third]);
        forget(&connection, AccountId(ada)).unwrap();
        assert_eq!(all(), [second]);
        for nonce in 0..REQUESTS_MAX.cast_unsigned() + 5 {
            request(eve, 10 + nonce, 400);
        }
        prune(&connection, 400, 1_000).unwrap();
        let kept = newest(&connection, u32::MAX).unwrap();
        assert_eq!(kept.len() as i64, REQUESTS_MAX);
        assert_eq!(kept[0].nonce, 15, "the oldest go first");
    }
}
