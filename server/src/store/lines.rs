//! What was said: the history of each place where lines are read.

use std::fmt;

use rusqlite::{Connection, Row};

use super::AccountId;
use super::time::{UnixSeconds, in_words};

/// A line of chat in one place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredLine {
    /// Where it is read.
    pub place: Box<str>,
    /// Its number.
    pub id: u64,
    /// When it was said, in milliseconds since 1970.
    pub at: u64,
    /// Who said it, and the number with which that was asked for.
    pub speaker: (AccountId, u64),
    /// The speaker's name at that time.
    pub name: String,
    /// To whom alone it was said, with the name at that time.
    pub listener: Option<(AccountId, String)>,
    /// What kind of saying it is.
    pub kind: LineKind,
    /// What was said.
    pub body: String,
}

/// What kind of saying a line is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineKind {
    /// A text.
    Text,
    /// What the speaker does.
    Action,
    /// A phrase, by its number.
    Phrase,
    /// A place of the sector: two numbers.
    Ping,
}

impl LineKind {
    const ALL: [LineKind; 4] = [LineKind::Text, LineKind::Action, LineKind::Phrase, LineKind::Ping];

    /// Its word in the database.
    fn label(self) -> &'static str {
        match self {
            LineKind::Text => "text",
            LineKind::Action => "action",
            LineKind::Phrase => "phrase",
            LineKind::Ping => "ping",
        }
    }

    fn from_label(label: &str) -> Self {
        LineKind::ALL.into_iter().find(|kind| kind.label() == label).unwrap_or(LineKind::Text)
    }
}

/// For people: when, who, and what, on one line of text.
impl fmt::Display for StoredLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StoredLine { at, name, kind, body, .. } = self;
        let at = in_words(UnixSeconds::try_from(at / 1_000).unwrap_or(UnixSeconds::MAX));
        let privately = if self.listener.is_some() { " (whispers)" } else { "" };
        match kind {
            LineKind::Text => write!(f, "{at}  {name}{privately}: {body}"),
            LineKind::Action => write!(f, "{at}  * {name}{privately} {body}"),
            LineKind::Phrase => write!(f, "{at}  {name}{privately}: phrase {body}"),
            LineKind::Ping => write!(f, "{at}  {name}{privately}: points at {body}"),
        }
    }
}

impl StoredLine {
    /// Memory that it holds beside itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let listener = self.listener.as_ref().map_or(0, |(_, name)| name.len());
        self.place.len() + self.name.len() + self.body.len() + listener
    }

    /// Writes it to the database, unless it is there.
    pub(super) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut insert = connection.prepare(
            "INSERT INTO lines VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
        )?;
        let (speaker, nonce) = self.speaker;
        let (listener, listener_name) =
            self.listener.as_ref().map(|(id, name)| (*id, name)).unzip();
        insert.execute((
            &*self.place,
            self.id.cast_signed(),
            self.at.cast_signed(),
            speaker.0.cast_signed(),
            nonce.cast_signed(),
            &self.name,
            listener.map(|id| id.0.cast_signed()),
            listener_name,
            self.kind.label(),
            &self.body,
        ))?;
        Ok(())
    }
}

/// At most `count` lines of a place before the line `before`, the oldest first.
pub(super) fn before(
    connection: &Connection,
    place: &str,
    before: u64,
    count: u32,
) -> rusqlite::Result<Vec<StoredLine>> {
    let mut select = connection
        .prepare("SELECT * FROM lines WHERE place = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3")?;
    // Numbers of lines are below 2^63: they count what was said.
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let mut lines =
        select.query_map((place, before, count), line_of)?.collect::<rusqlite::Result<Vec<_>>>()?;
    lines.reverse();
    Ok(lines)
}

/// What an account said last to a room or to `reader`, the oldest first.
pub(super) fn of_speaker(
    connection: &Connection,
    speaker: AccountId,
    reader: AccountId,
    count: u32,
) -> rusqlite::Result<Vec<StoredLine>> {
    let mut select = connection.prepare(
        "SELECT * FROM lines WHERE speaker = ?1 AND (place >= 'room:' AND place < 'room;' OR place = ?2) \
         ORDER BY id DESC LIMIT ?3",
    )?;
    let inbox = format!("inbox:{reader}");
    let rows = select.query_map((speaker.0.cast_signed(), inbox, count), line_of)?;
    let mut lines = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    lines.reverse();
    Ok(lines)
}

/// The newest lines of all places, the oldest first.
pub(super) fn newest(connection: &Connection, count: u32) -> rusqlite::Result<Vec<StoredLine>> {
    let mut select = connection.prepare("SELECT * FROM lines ORDER BY id DESC LIMIT ?1")?;
    let mut lines = select.query_map([count], line_of)?.collect::<rusqlite::Result<Vec<_>>>()?;
    lines.reverse();
    Ok(lines)
}

/// Deletes the oldest lines beyond `kept`, some of them at a time.
pub(super) fn prune(connection: &Connection, kept: u64, rows_max: u32) -> rusqlite::Result<()> {
    let kept = i64::try_from(kept).unwrap_or(i64::MAX);
    connection.execute(
        "DELETE FROM lines WHERE id IN (SELECT id FROM lines \
         WHERE id <= (SELECT max(id) FROM lines) - ?1 ORDER BY id LIMIT ?2)",
        (kept, rows_max),
    )?;
    Ok(())
}

fn line_of(row: &Row<'_>) -> rusqlite::Result<StoredLine> {
    let (listener, listener_name): (Option<AccountId>, Option<String>) = (row.get(6)?, row.get(7)?);
    Ok(StoredLine {
        place: row.get::<_, String>(0)?.into(),
        id: row.get::<_, i64>(1)?.cast_unsigned(),
        at: row.get::<_, i64>(2)?.cast_unsigned(),
        speaker: (row.get(3)?, row.get::<_, i64>(4)?.cast_unsigned()),
        name: row.get(5)?,
        listener: listener.zip(listener_name),
        kind: LineKind::from_label(row.get_ref(8)?.as_str()?),
        body: row.get(9)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    fn line(place: &str, id: u64) -> StoredLine {
        StoredLine {
            place: place.into(),
            id,
            at: 1_796_000_000_000 + id,
            speaker: (AccountId(u64::MAX - 1), id * 7),
            name: "Ada".into(),
            listener: None,
            kind: LineKind::Text,
            body: format!("line {id}"),
        }
    }

    fn ids(lines: &[StoredLine]) -> Vec<u64> {
        lines.iter().map(|line| line.id).collect()
    }

    #[test]
    fn lines_are_read_back_page_by_page_and_as_they_were_said() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        for id in 1..=10 {
            line("room:a", id).apply(&connection).unwrap();
        }
        let whisper = StoredLine {
            listener: Some((AccountId(3), "Bo".into())),
            kind: LineKind::Ping,
            body: "-4 7".into(),
            ..line("inbox:3", 11)
        };
        whisper.apply(&connection).unwrap();
        let action = StoredLine { kind: LineKind::Action, ..line("room:b", 12) };
        action.apply(&connection).unwrap();

        let page = |last| before(&connection, "room:a", last, 4).unwrap();
        assert_eq!(ids(&page(u64::MAX)), [7, 8, 9, 10]);
        assert_eq!(ids(&page(7)), [3, 4, 5, 6]);
        assert_eq!(ids(&page(3)), [1, 2]);
        assert_eq!(page(1), []);
        assert_eq!(page(2), [line("room:a", 1)]);
        let newest = newest(&connection, 3).unwrap();
        assert_eq!(newest, [line("room:a", 10), whisper, action]);
    }

    #[test]
    fn a_line_that_is_asked_for_twice_is_kept_once() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        line("room:a", 1).apply(&connection).unwrap();
        let again = StoredLine { id: 2, ..line("room:a", 1) };
        again.apply(&connection).unwrap();
        assert_eq!(ids(&newest(&connection, 9).unwrap()), [1]);
    }

    #[test]
    fn what_somebody_said_is_found_where_the_reader_could_read_it() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        let reader = AccountId(0xabc);
        let inbox = format!("inbox:{reader}");
        for (id, place) in (1..).zip(["room:a", "inbox:0000000000000001", &inbox, "room:b"]) {
            line(place, id).apply(&connection).unwrap();
        }
        let other = StoredLine { speaker: (AccountId(9), 1), ..line("room:a", 5) };
        other.apply(&connection).unwrap();
        let said = |count| of_speaker(&connection, AccountId(u64::MAX - 1), reader, count).unwrap();
        assert_eq!(ids(&said(20)), [1, 3, 4]);
        assert_eq!(ids(&said(2)), [3, 4]);
    }

    #[test]
    fn the_oldest_lines_go_where_there_are_too_many() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        for id in 1..=20 {
            line(if id % 2 == 0 { "a" } else { "b" }, id).apply(&connection).unwrap();
        }
        prune(&connection, 8, 5).unwrap();
        assert_eq!(ids(&newest(&connection, 99).unwrap()), (6..=20).collect::<Vec<_>>());
        prune(&connection, 8, 100).unwrap();
        assert_eq!(ids(&newest(&connection, 99).unwrap()), (13..=20).collect::<Vec<_>>());
    }
}
