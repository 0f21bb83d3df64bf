-- Version 10: parties. docs/store.md explains each table.

CREATE TABLE parties (
    -- Random, never given twice.
    id INTEGER PRIMARY KEY,
    -- What lets its holder in.
    secret BLOB NOT NULL UNIQUE CHECK (length(secret) = 16),
    -- One of its members.
    leader INTEGER NOT NULL
) STRICT;

-- An account is in one party at most.
CREATE TABLE party_members (
    account INTEGER PRIMARY KEY,
    party INTEGER NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    joined INTEGER NOT NULL,
    -- When it was last on-line, to the hour.
    seen INTEGER NOT NULL
) STRICT;
CREATE INDEX party_members_of ON party_members (party);
