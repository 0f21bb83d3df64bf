//! Whether a database is sound: its pages, the histories of its rooms, its books.

use std::fmt;
use std::path::Path;

use rusqlite::Connection;

use super::Database;
use crate::store::{StoreError, history, ledger};

/// What was looked at, and what is wrong with it.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Version of the schema.
    pub schema: u32,
    /// Accounts.
    pub accounts: i64,
    /// Checkpoints of rooms.
    pub checkpoints: i64,
    /// Chunks of journals.
    pub chunks: i64,
    /// Bookings.
    pub bookings: i64,
    /// A sentence for each fault, at most a hundred.
    pub faults: Vec<String>,
}

impl CheckReport {
    /// Notes a fault, if there are not too many already.
    pub(in crate::store) fn note(&mut self, fault: String) {
        if self.faults.len() < FAULTS_TOLD_MAX {
            self.faults.push(fault);
        }
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CheckReport { schema, accounts, checkpoints, chunks, bookings, faults } = self;
        writeln!(
            f,
            "schema {schema}: {accounts} accounts, {checkpoints} checkpoints, {chunks} chunks of journals, {bookings} bookings"
        )?;
        faults.iter().try_for_each(|fault| writeln!(f, "{fault}"))?;
        match faults.len() {
            0 => write!(f, "everything is sound"),
            FAULTS_TOLD_MAX.. => write!(f, "more than {FAULTS_TOLD_MAX} faults"),
            count => write!(f, "{count} faults"),
        }
    }
}

/// Checks the database of a data folder. A server may write to it meanwhile: what is checked is the state of one moment.
///
/// # Errors
/// When it cannot be read at all.
pub fn check(data_dir: &Path) -> Result<CheckReport, StoreError> {
    let database = Database::in_folder(data_dir);
    let outcome = database.reader().and_then(|reader| check_all(&reader));
    outcome.map_err(|error| database.error(error))
}

fn check_all(connection: &Connection) -> rusqlite::Result<CheckReport> {
    let transaction = connection.unchecked_transaction()?;
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        transaction.query_row(&sql, (), |row| row.get::<_, i64>(0))
    };
    let mut report = CheckReport {
        schema: transaction.pragma_query_value(None, "user_version", |row| row.get(0))?,
        accounts: count("accounts")?,
        checkpoints: count("checkpoints")?,
        chunks: count("journal")?,
        bookings: count("bookings")?,
        faults: Vec::new(),
    };
    let pages = format!("PRAGMA integrity_check({FAULTS_TOLD_MAX})");
    let mut select = transaction.prepare(&pages)?;
    for line in select.query_map((), |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            report.note(line);
        }
    }
    history::check(&transaction, &mut report)?;
    ledger::check(&transaction, &mut report)?;
    Ok(report)
}

/// Faults that are told: whoever has more needs a backup, not a longer list.
pub const FAULTS_TOLD_MAX: usize = 100;
