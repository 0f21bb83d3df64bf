//! Rooms that players have opened, as the store has them.

use rusqlite::{Connection, OptionalExtension, Row};

use super::accounts::AccountId;
use super::time::UnixSeconds;

/// A room that a player has opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredRoom {
    /// As in `/ws?room=ID`. Random, never given twice.
    pub id: String,
    /// Name shown to players.
    pub name: String,
    /// Identifier of the sector.
    pub sector: String,
    /// Identifier of the mode.
    pub mode: String,
    /// Number of seats.
    pub seats: u16,
    /// Number of house bots.
    pub bots: u16,
    /// Who has opened it.
    pub owner: AccountId,
    /// The owner's name at that time.
    pub owner_name: String,
    /// What a guest must know to enter; `None`: anybody may enter.
    pub invite: Option<[u8; 16]>,
    /// When it was opened.
    pub opened: UnixSeconds,
}

/// A change of these rooms.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OwnRoomChange {
    /// A new room.
    Open(Box<StoredRoom>),
    /// An account may enter from now on.
    Invite {
        /// The room's identifier.
        room: String,
        /// Which account.
        account: AccountId,
    },
    /// The room has ended. Its journal and what was said there are deleted soon.
    End {
        /// The room's identifier.
        room: String,
        /// When.
        at: UnixSeconds,
    },
}

impl OwnRoomChange {
    /// Memory that it holds beside itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            OwnRoomChange::Open(room) => {
                size_of::<StoredRoom>() + room.id.len() + room.name.len() + room.owner_name.len()
            }
            OwnRoomChange::Invite { room, .. } | OwnRoomChange::End { room, .. } => room.len(),
        }
    }

    /// Writes it to the database.
    pub(super) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        match self {
            OwnRoomChange::Open(room) => connection.execute(
                "INSERT INTO own_rooms VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL) \
                 ON CONFLICT DO NOTHING",
                (
                    &room.id,
                    &room.name,
                    &room.sector,
                    &room.mode,
                    room.seats,
                    room.bots,
                    room.owner.0.cast_signed(),
                    &room.owner_name,
                    room.invite,
                    room.opened,
                ),
            )?,
            OwnRoomChange::Invite { room, account } => connection.execute(
                "INSERT INTO own_room_guests SELECT id, ?2 FROM own_rooms \
                 WHERE id = ?1 AND ended IS NULL ON CONFLICT DO NOTHING",
                (room, account.0.cast_signed()),
            )?,
            OwnRoomChange::End { room, at } => connection.execute(
                "UPDATE own_rooms SET ended = coalesce(ended, ?2) WHERE id = ?1",
                (room, at),
            )?,
        };
        Ok(())
    }
}

/// The rooms that have not ended, each with those who may enter it beside its owner, the oldest first.
pub(super) fn open(connection: &Connection) -> rusqlite::Result<Vec<(StoredRoom, Vec<AccountId>)>> {
    let mut select =
        connection.prepare("SELECT * FROM own_rooms WHERE ended IS NULL ORDER BY opened, id")?;
    let rooms = select.query_map((), room_of)?.collect::<rusqlite::Result<Vec<StoredRoom>>>()?;
    let mut guests = connection.prepare("SELECT account FROM own_room_guests WHERE room = ?1")?;
    rooms
        .into_iter()
        .map(|room| {
            let of_room = guests.query_map([&room.id], |row| row.get(0))?;
            let of_room = of_room.collect::<rusqlite::Result<Vec<AccountId>>>()?;
            Ok((room, of_room))
        })
        .collect()
}

/// Deletes what an ended room has left, some rows at a time, and at last the room.
pub(super) fn prune(connection: &Connection, rows_max: u32) -> rusqlite::Result<()> {
    let ended = "SELECT id FROM own_rooms WHERE ended IS NOT NULL LIMIT 1";
    let Some(room) = connection.query_row(ended, (), |row| row.get::<_, String>(0)).optional()?
    else {
        return Ok(());
    };
    let mut deleted = connection.execute(
        "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE room = ?1 LIMIT ?2)",
        (&room, rows_max),
    )?;
    deleted += connection.execute(
        "DELETE FROM checkpoints WHERE rowid IN (SELECT rowid FROM checkpoints WHERE room = ?1 LIMIT ?2)",
        (&room, rows_max),
    )?;
    deleted += connection.execute(
        "DELETE FROM lines WHERE place = ?1 AND id IN \
         (SELECT id FROM lines WHERE place = ?1 ORDER BY id LIMIT ?2)",
        (room_place(&room), rows_max),
    )?;
    if deleted == 0 {
        connection.execute("DELETE FROM own_rooms WHERE id = ?1", [&room])?;
    }
    Ok(())
}

/// The place in `lines` of what is said to everyone in a room.
pub fn room_place(room: &str) -> String {
    format!("room:{room}")
}

fn room_of(row: &Row<'_>) -> rusqlite::Result<StoredRoom> {
    Ok(StoredRoom {
        id: row.get("id")?,
        name: row.get("name")?,
        sector: row.get("sector")?,
        mode: row.get("mode")?,
        seats: row.get("seats")?,
        bots: row.get("bots")?,
        owner: row.get("owner")?,
        owner_name: row.get("owner_name")?,
        invite: row.get("invite")?,
        opened: row.get("opened")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    fn room(id: &str, opened: UnixSeconds, invite: Option<[u8; 16]>) -> StoredRoom {
        StoredRoom {
            id: id.into(),
            name: "Ada's".into(),
            sector: "frontier".into(),
            mode: "frontier".into(),
            seats: 8,
            bots: 2,
            owner: AccountId(u64::MAX - 1),
            owner_name: "Ada".into(),
            invite,
            opened,
        }
    }

    #[test]
    fn rooms_that_have_not_ended_are_there_again_with_their_guests() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        let (one, two) = (room("r-one", 2, Some([7; 16])), room("r-two", 1, None));
        let bo = AccountId(u64::MAX - 2);
        for change in [
            OwnRoomChange::Open(Box::new(one.clone())),
            OwnRoomChange::Open(Box::new(two.clone())),
            OwnRoomChange::Invite { room: "r-one".into(), account: bo },
            OwnRoomChange::Invite { room: "r-one".into(), account: bo },
            OwnRoomChange::Invite { room: "r-none".into(), account: bo },
        ] {
            change.apply(&connection).unwrap();
        }
        let found = open(&connection).unwrap();
        assert_eq!(found, [(two.clone(), vec![]), (one, vec![bo])]);
        let end = OwnRoomChange::End { room: "r-one".into(), at: 9 };
        end.apply(&connection).unwrap();
        assert_eq!(open(&connection).unwrap(), [(two, vec![])]);
    }

    #[test]
    fn what_an_ended_room_leaves_goes_little_by_little_and_nothing_of_others_does() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        for id in ["r-one", "r-two"] {
            OwnRoomChange::Open(Box::new(room(id, 1, None))).apply(&connection).unwrap();
            for tick in 1..=5 {
                let row = "INSERT INTO journal (room, run, first_tick, last_tick, build, chain, \
                           written, bytes) VALUES (?1, 1, ?2, ?2, 0, zeroblob(32), 1, x'')";
                connection.execute(row, (id, tick)).unwrap();
            }
        }
        OwnRoomChange::End { room: "r-one".into(), at: 9 }.apply(&connection).unwrap();
        let count = |table: &str| {
            let select = format!("SELECT count(*) FROM {table}");
            connection.query_row(&select, (), |row| row.get::<_, u32>(0)).unwrap()
        };
        prune(&connection, 3).unwrap();
        assert_eq!((count("journal"), count("own_rooms")), (7, 2));
        prune(&connection, 3).unwrap();
        prune(&connection, 3).unwrap();
        assert_eq!((count("journal"), count("own_rooms")), (5, 1));
        prune(&connection, 3).unwrap();
        assert_eq!((count("journal"), count("own_rooms")), (5, 1));
    }
}
