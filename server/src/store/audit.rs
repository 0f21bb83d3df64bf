//! The audit log: what administrators did, and what the store did by itself that somebody should know.

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, Row};

use super::StoreError;
use super::database::Database;
use super::time::{UnixSeconds, in_words};

/// Something that was done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditLine {
    /// When.
    pub at: UnixSeconds,
    /// Who.
    pub actor: String,
    /// What, in one word.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// Everything else.
    pub detail: String,
}

/// A line of text, whatever its parts contain.
impl fmt::Display for AuditLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AuditLine { at, actor, action, subject, detail } = self;
        let plain = |text: &str| text.replace(char::is_control, " ");
        let parts = [actor, action, subject, detail].map(|part| plain(part));
        write!(f, "{}  {}", in_words(*at), parts.join("  "))
    }
}

impl AuditLine {
    /// Writes it to the database.
    pub(super) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute(
            "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
            (self.at, &self.actor, &self.action, &self.subject, &self.detail),
        )?;
        Ok(())
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<AuditLine> {
        Ok(AuditLine {
            at: row.get(0)?,
            actor: row.get(1)?,
            action: row.get(2)?,
            subject: row.get(3)?,
            detail: row.get(4)?,
        })
    }
}

/// The last lines of a data folder's audit log, the newest last. A server may write to it meanwhile.
///
/// # Errors
/// When the database cannot be read.
pub fn audit(data_dir: &Path, lines: u32) -> Result<Vec<AuditLine>, StoreError> {
    let database = Database::in_folder(data_dir);
    let read = database.reader().and_then(|reader| newest(&reader, lines));
    read.map_err(|error| database.error(error))
}

/// The last lines of the log, the newest last.
pub(super) fn newest(connection: &Connection, lines: u32) -> rusqlite::Result<Vec<AuditLine>> {
    let mut select = connection.prepare(
        "SELECT at, actor, action, subject, detail FROM \
         (SELECT * FROM audit ORDER BY id DESC LIMIT ?1) ORDER BY id",
    )?;
    select.query_map([lines], AuditLine::of)?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Batch;
    use crate::store::tests::Rig;

    #[test]
    fn the_last_lines_are_read_in_their_order_and_each_is_one_line_of_text() {
        let rig = Rig::new("audit");
        let line = |n: i64| {
            let word = |text: &str| text.to_owned();
            let (actor, action, subject) = (word("host"), word("ban"), word("Eve"));
            AuditLine { at: 60 * n, actor, action, subject, detail: format!("for\n{n} s") }
        };
        for n in 0..5 {
            rig.wait_durable(rig.handle().submit(Batch::of(line(n))).unwrap());
        }
        let read = audit(rig.folder.path(), 2).unwrap();
        assert_eq!(read, [line(3), line(4)]);
        assert_eq!(read[1].to_string(), "1970-01-01 00:04 UTC  host  ban  Eve  for 4 s");
    }
}
