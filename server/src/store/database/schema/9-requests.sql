-- Version 9: requests that were executed. docs/store.md explains each table.

-- What a player asked for that must not be done twice, with the number that the client chose for it and what it was told.
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    nonce INTEGER NOT NULL,
    at INTEGER NOT NULL,
    done BLOB NOT NULL,
    UNIQUE (account, nonce)
) STRICT;
