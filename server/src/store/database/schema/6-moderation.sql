-- Version 6: roles, whom accounts ignore, reports. docs/store.md explains each table.

ALTER TABLE accounts ADD COLUMN role TEXT NOT NULL DEFAULT 'player'
    CHECK (role IN ('player', 'helper', 'moderator', 'admin'));
-- Somebody is found by name, and the few who have a role are read at the start.
CREATE INDEX accounts_by_name ON accounts (name COLLATE NOCASE) WHERE name <> '';
CREATE INDEX accounts_by_role ON accounts (role) WHERE role <> 'player';

-- Secrets of this database, made once.
CREATE TABLE keys (
    name TEXT PRIMARY KEY,
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT, WITHOUT ROWID;
-- Makes short hashes of networks, so that moderators need no addresses.
INSERT INTO keys VALUES ('network', randomblob(32));

CREATE TABLE ignores (
    account INTEGER NOT NULL,
    ignored INTEGER NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account, ignored)
) STRICT, WITHOUT ROWID;

CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    room TEXT NOT NULL,
    reporter INTEGER NOT NULL,
    reporter_name TEXT NOT NULL,
    reported INTEGER,
    reported_name TEXT NOT NULL,
    complaint TEXT NOT NULL,
    note TEXT NOT NULL,
    -- What the reported had said last: a line of text each, the oldest first.
    lines TEXT NOT NULL
) STRICT;
CREATE INDEX reports_by_reporter ON reports (reporter, id);

-- What somebody said last.
CREATE INDEX lines_by_speaker ON lines (speaker, id);
