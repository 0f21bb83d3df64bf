-- Version 4: what was said. docs/store.md explains each table.

-- A line, once for each place where it is read.
CREATE TABLE lines (
    place TEXT NOT NULL,
    id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    speaker INTEGER NOT NULL,
    nonce INTEGER NOT NULL,
    name TEXT NOT NULL,
    listener INTEGER,
    listener_name TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'action', 'phrase', 'ping')),
    body TEXT NOT NULL,
    PRIMARY KEY (place, id),
    CHECK ((listener IS NULL) = (listener_name IS NULL))
) STRICT, WITHOUT ROWID;

-- A line that is asked for again is found by its nonce; what is too old, by its time.
CREATE UNIQUE INDEX lines_by_nonce ON lines (speaker, nonce, place);
CREATE INDEX lines_by_id ON lines (id);
