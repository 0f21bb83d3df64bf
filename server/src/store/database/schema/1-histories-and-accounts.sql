-- Version 1 of the store. docs/store.md explains each table.

-- The last submission that is in the database, and the server start that numbered it. Written in every transaction:
-- after a failed commit it tells whether the transaction is in the file all the same.
CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    start INTEGER NOT NULL,
    submission INTEGER NOT NULL
) STRICT;

-- The whole state of a room between two ticks.
CREATE TABLE checkpoints (
    room TEXT NOT NULL,
    run INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    build INTEGER NOT NULL,
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    seal BLOB NOT NULL CHECK (length(seal) = 32),
    written INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (room, run, tick)
) STRICT;

-- What a room executed in some ticks.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    run INTEGER NOT NULL,
    first_tick INTEGER NOT NULL,
    last_tick INTEGER NOT NULL CHECK (last_tick >= first_tick),
    build INTEGER NOT NULL,
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    written INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (room, run, first_tick)
) STRICT;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'bot', 'house-bot')),
    created INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    name TEXT NOT NULL,
    settings BLOB NOT NULL
) STRICT;

-- Bans and mutes, of an account, of a network, or of both.
CREATE TABLE sanctions (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('ban', 'mute')),
    account INTEGER,
    network TEXT,
    reason TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made INTEGER NOT NULL,
    ends INTEGER,
    CHECK (account IS NOT NULL OR network IS NOT NULL)
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
