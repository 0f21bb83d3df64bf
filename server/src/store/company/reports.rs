//! Reports of players on players.

use rusqlite::{Connection, Row};

use crate::store::AccountId;
use crate::store::time::UnixSeconds;

/// What a player tells moderators.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// When.
    pub at: UnixSeconds,
    /// In which room.
    pub room: Box<str>,
    /// Who tells it, with the name at that time.
    pub reporter: (AccountId, String),
    /// Of whom: the account, if there is one, and the name at that time.
    pub reported: (Option<AccountId>, String),
    /// What it is about, in one word.
    pub complaint: &'static str,
    /// In the reporter's words.
    pub note: String,
    /// What the reported had said last: a line of text each, the oldest first.
    pub lines: String,
}

/// A report as it is read back, for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredReport {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: UnixSeconds,
    /// In which room.
    pub room: String,
    /// Who told it.
    pub reporter: (AccountId, String),
    /// Of whom.
    pub reported: (Option<AccountId>, String),
    /// What it is about.
    pub complaint: String,
    /// In the reporter's words.
    pub note: String,
    /// What the reported had said last.
    pub lines: String,
}

impl Report {
    /// Memory that it holds beside itself, in bytes.
    pub(in crate::store) fn bytes(&self) -> usize {
        let names = self.reporter.1.len() + self.reported.1.len();
        self.room.len() + names + self.note.len() + self.lines.len()
    }

    /// Writes it to the database, in place of the reporter's oldest one if there are too many.
    pub(in crate::store) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        let reporter = self.reporter.0.0.cast_signed();
        connection.execute(
            "INSERT INTO reports (at, room, reporter, reporter_name, reported, reported_name, \
             complaint, note, lines) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                self.at,
                &*self.room,
                reporter,
                &self.reporter.1,
                self.reported.0.map(|id| id.0.cast_signed()),
                &self.reported.1,
                self.complaint,
                &self.note,
                &self.lines,
            ),
        )?;
        connection.execute(
            "DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE reporter = ?1 \
             ORDER BY id DESC LIMIT -1 OFFSET ?2)",
            (reporter, REPORTS_PER_ACCOUNT_MAX),
        )?;
        Ok(())
    }
}

/// The newest reports, the oldest of them first.
pub(super) fn newest(connection: &Connection, count: u32) -> rusqlite::Result<Vec<StoredReport>> {
    let mut select = connection.prepare("SELECT * FROM reports ORDER BY id DESC LIMIT ?1")?;
    let rows = select.query_map([count], report_of)?;
    let mut reports = rows.collect::<rusqlite::Result<Vec<StoredReport>>>()?;
    reports.reverse();
    Ok(reports)
}

/// Deletes reports that are too old or too many, some of them at a time.
pub(in crate::store) fn prune(
    connection: &Connection,
    now: UnixSeconds,
    rows_max: u32,
) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE at < ?1 \
         OR id <= (SELECT max(id) FROM reports) - ?2 ORDER BY id LIMIT ?3)",
        (now.saturating_sub(REPORT_SECONDS_MAX), REPORTS_MAX, rows_max),
    )?;
    Ok(())
}

fn report_of(row: &Row<'_>) -> rusqlite::Result<StoredReport> {
    Ok(StoredReport {
        id: row.get(0)?,
        at: row.get(1)?,
        room: row.get(2)?,
        reporter: (row.get(3)?, row.get(4)?),
        reported: (row.get(5)?, row.get(6)?),
        complaint: row.get(7)?,
        note: row.get(8)?,
        lines: row.get(9)?,
    })
}

/// Reports of one account that are kept.
const REPORTS_PER_ACCOUNT_MAX: u32 = 20;
/// Reports that are kept: with twenty lines each some 100 MB at the very most, and a thousandth of that usually.
const REPORTS_MAX: i64 = 5_000;
/// How long a report is kept, in seconds: 90 days.
const REPORT_SECONDS_MAX: UnixSeconds = 90 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    fn report(reporter: u64, at: UnixSeconds) -> Report {
        Report {
            at,
            room: "frontier".into(),
            reporter: (AccountId(reporter), "Ada".into()),
            reported: (Some(AccountId(u64::MAX)), "Eve".into()),
            complaint: "abuse",
            note: "look".into(),
            lines: "Eve: boo".into(),
        }
    }

    #[test]
    fn a_report_is_read_back_and_one_account_fills_no_more_than_its_share() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        report(1, 5).apply(&connection).unwrap();
        (0..50).for_each(|n| report(2, 10 + n).apply(&connection).unwrap());
        let all = newest(&connection, 99).unwrap();
        assert_eq!(all.len(), 1 + REPORTS_PER_ACCOUNT_MAX as usize);
        assert_eq!((all[0].at, all[1].at, all[20].at), (5, 40, 59));
        assert_eq!(all[0].reported, (Some(AccountId(u64::MAX)), "Eve".to_owned()));
        assert_eq!((&all[0].note[..], &all[0].lines[..]), ("look", "Eve: boo"));
        assert_eq!(newest(&connection, 2).unwrap().len(), 2);
    }

    #[test]
    fn what_is_older_than_ninety_days_goes() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        (1..=10_i64).for_each(|at| report(at.cast_unsigned(), at).apply(&connection).unwrap());
        let left = |now| {
            prune(&connection, now, 3).unwrap();
            newest(&connection, 99).unwrap().len()
        };
        assert_eq!(left(REPORT_SECONDS_MAX + 1), 10);
        assert_eq!(left(REPORT_SECONDS_MAX + 6), 7, "not all at once");
        assert_eq!(left(REPORT_SECONDS_MAX + 6), 5);
        assert_eq!(left(REPORT_SECONDS_MAX + 6), 5);
    }
}
