-- Version 5: rooms that players have opened. docs/store.md explains each table.

CREATE TABLE own_rooms (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    sector TEXT NOT NULL,
    mode TEXT NOT NULL,
    seats INTEGER NOT NULL,
    bots INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    owner_name TEXT NOT NULL,
    -- NULL: anybody may enter.
    invite BLOB CHECK (invite IS NULL OR length(invite) = 16),
    opened INTEGER NOT NULL,
    -- NULL: it is open. What an ended room leaves is deleted little by little, the row last.
    ended INTEGER
) STRICT, WITHOUT ROWID;

-- Who was let into a room that is entered by invitation.
CREATE TABLE own_room_guests (
    room TEXT NOT NULL REFERENCES own_rooms (id) ON DELETE CASCADE,
    account INTEGER NOT NULL,
    PRIMARY KEY (room, account)
) STRICT, WITHOUT ROWID;
