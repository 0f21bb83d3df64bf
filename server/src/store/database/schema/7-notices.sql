-- Version 7: what players are told. docs/store.md explains each table.

-- A notice to an account; `NULL`: to everyone.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    account INTEGER,
    at INTEGER NOT NULL,
    -- The sender's name for it: it is told once.
    key TEXT,
    event BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX notices_by_key ON notices (coalesce(account, 0), key) WHERE key IS NOT NULL;
CREATE INDEX notices_by_account ON notices (account, id);
CREATE INDEX notices_by_time ON notices (at);

-- Up to where an account has read them.
CREATE TABLE notices_read (
    account INTEGER PRIMARY KEY,
    up_to INTEGER NOT NULL
) STRICT;
