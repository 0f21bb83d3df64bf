//! What players are told.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::store::AccountId;
use crate::store::time::UnixSeconds;

/// Something that an account, or everyone, is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredNotice {
    /// Its number.
    pub id: u64,
    /// Who is told; `None`: everyone.
    pub account: Option<AccountId>,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// The sender's name for it: nobody is told twice by the same key.
    pub key: Option<String>,
    /// What, as [`NoticeEvent`](driftfield_shared::protocol::NoticeEvent) writes it.
    pub event: Vec<u8>,
}

/// An account has read what it was told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoticesRead {
    /// Which account.
    pub account: AccountId,
    /// Up to which number.
    pub up_to: u64,
}

impl StoredNotice {
    /// Memory that it holds beside itself, in bytes.
    pub(in crate::store) fn bytes(&self) -> usize {
        self.event.len() + self.key.as_ref().map_or(0, String::len)
    }

    /// Writes it to the database, in place of the oldest one if there are too many for the account. One whose key is there
    /// changes nothing.
    pub(in crate::store) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        let account = self.account.map(|id| id.0.cast_signed());
        connection.execute(
            "INSERT OR IGNORE INTO notices VALUES (?1, ?2, ?3, ?4, ?5)",
            (self.id.cast_signed(), account, self.at.cast_signed(), &self.key, &self.event),
        )?;
        connection.execute(
            "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE account IS ?1 \
             ORDER BY id DESC LIMIT -1 OFFSET ?2)",
            (account, NOTICES_PER_ACCOUNT_MAX),
        )?;
        Ok(())
    }
}

impl NoticesRead {
    /// Writes it to the database. What was read stays read.
    pub(in crate::store) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute(
            "INSERT INTO notices_read VALUES (?1, ?2) \
             ON CONFLICT DO UPDATE SET up_to = max(up_to, excluded.up_to)",
            (self.account.0.cast_signed(), self.up_to.cast_signed()),
        )?;
        Ok(())
    }
}

/// Forgets what an account was told.
pub(in crate::store) fn forget(
    connection: &Connection,
    account: AccountId,
) -> rusqlite::Result<()> {
    let account = [account.0.cast_signed()];
    connection.execute("DELETE FROM notices WHERE account = ?1", account)?;
    connection.execute("DELETE FROM notices_read WHERE account = ?1", account)?;
    Ok(())
}

/// What an account was told before the notice `before`, by itself and with everyone: at most `count`, the oldest first.
pub(super) fn before(
    connection: &Connection,
    account: AccountId,
    before: u64,
    count: u32,
) -> rusqlite::Result<Vec<StoredNotice>> {
    let mut select = connection.prepare(
        "SELECT * FROM (SELECT * FROM notices WHERE account = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3) \
         UNION ALL \
         SELECT * FROM (SELECT * FROM notices WHERE account IS NULL AND id < ?2 ORDER BY id DESC LIMIT ?3) \
         ORDER BY id DESC LIMIT ?3",
    )?;
    // Numbers of notices are below 2^63: they count what was told.
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let rows = select.query_map((account.0.cast_signed(), before, count), notice_of)?;
    let mut notices = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    notices.reverse();
    Ok(notices)
}

/// Up to where an account has read.
pub(super) fn read_up_to(connection: &Connection, account: AccountId) -> rusqlite::Result<u64> {
    let select = "SELECT up_to FROM notices_read WHERE account = ?1";
    let up_to = connection.query_row(select, [account.0.cast_signed()], |row| row.get(0));
    Ok(up_to.optional()?.map_or(0, i64::cast_unsigned))
}

/// The newest notices of all, the oldest first.
pub(super) fn newest(connection: &Connection, count: u32) -> rusqlite::Result<Vec<StoredNotice>> {
    let mut select = connection.prepare("SELECT * FROM notices ORDER BY id DESC LIMIT ?1")?;
    let mut notices =
        select.query_map([count], notice_of)?.collect::<rusqlite::Result<Vec<_>>>()?;
    notices.reverse();
    Ok(notices)
}

/// Deletes what is too old or too much, some of it at a time.
pub(in crate::store) fn prune(
    connection: &Connection,
    now: UnixSeconds,
    rows_max: u32,
) -> rusqlite::Result<()> {
    let oldest = now.saturating_sub(NOTICE_SECONDS_MAX).saturating_mul(1_000);
    connection.execute(
        "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE at < ?1 ORDER BY at LIMIT ?2)",
        (oldest, rows_max),
    )?;
    connection.execute(
        "DELETE FROM notices WHERE id IN (SELECT id FROM notices \
         WHERE id <= (SELECT max(id) FROM notices) - ?1 ORDER BY id LIMIT ?2)",
        (NOTICES_MAX, rows_max),
    )?;
    Ok(())
}

fn notice_of(row: &Row<'_>) -> rusqlite::Result<StoredNotice> {
    Ok(StoredNotice {
        id: row.get::<_, i64>(0)?.cast_unsigned(),
        account: row.get(1)?,
        at: row.get::<_, i64>(2)?.cast_unsigned(),
        key: row.get(3)?,
        event: row.get(4)?,
    })
}

/// Notices of one account that are kept, and of those to everyone.
const NOTICES_PER_ACCOUNT_MAX: u32 = 100;
/// Notices of all accounts that are kept: some 50 MB.
const NOTICES_MAX: i64 = 500_000;
/// How long a notice is kept, in seconds: 30 days.
const NOTICE_SECONDS_MAX: UnixSeconds = 30 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    fn notice(id: u64, account: Option<u64>, key: Option<&str>) -> StoredNotice {
        let (account, key) = (account.map(AccountId), key.map(str::to_owned));
        StoredNotice { id, account, at: 1_000 * id, key, event: vec![id as u8] }
    }

    fn ids(notices: &[StoredNotice]) -> Vec<u64> {
        notices.iter().map(|notice| notice.id).collect()
    }

    #[test]
    fn an_account_reads_its_own_notices_and_those_to_everyone_in_order_and_each_key_once() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        let all = [
            notice(1, Some(7), Some("job")),
            notice(2, None, Some("job")),
            notice(3, Some(8), Some("job")),
            notice(4, Some(7), None),
            notice(5, Some(7), Some("job")),
            notice(6, None, Some("job")),
            notice(7, Some(7), None),
        ];
        all.iter().for_each(|notice| notice.apply(&connection).unwrap());
        let read = |last, count| ids(&before(&connection, AccountId(7), last, count).unwrap());
        assert_eq!(read(u64::MAX, 10), [1, 2, 4, 7]);
        assert_eq!(read(u64::MAX, 2), [4, 7]);
        assert_eq!(read(4, 2), [1, 2]);
        assert_eq!(newest(&connection, 2).unwrap(), [all[3].clone(), all[6].clone()]);

        let ada = AccountId(7);
        assert_eq!(read_up_to(&connection, ada).unwrap(), 0);
        for up_to in [4, 2] {
            NoticesRead { account: ada, up_to }.apply(&connection).unwrap();
        }
        assert_eq!(read_up_to(&connection, ada).unwrap(), 4, "what was read stays read");
        forget(&connection, ada).unwrap();
        assert_eq!((read(u64::MAX, 10), read_up_to(&connection, ada).unwrap()), (vec![2], 0));
    }

    #[test]
    fn an_account_has_a_hundred_notices_and_none_older_than_thirty_days() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        (1..=150).for_each(|id| notice(id, Some(7), None).apply(&connection).unwrap());
        notice(151, Some(8), None).apply(&connection).unwrap();
        let left = || ids(&newest(&connection, 999).unwrap());
        assert_eq!(left(), (51..=151).collect::<Vec<_>>());
        prune(&connection, NOTICE_SECONDS_MAX + 100, 1_000).unwrap();
        assert_eq!(left(), (100..=151).collect::<Vec<_>>());
    }
}
