-- Version 2: the ledger. docs/store.md explains each table.

-- One transfer of money or goods. The journal tells why.
CREATE TABLE bookings (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    room TEXT NOT NULL,
    tick INTEGER NOT NULL,
    purpose TEXT NOT NULL
) STRICT;

-- Its sides. The amounts of one booking sum to zero for each asset.
CREATE TABLE entries (
    booking INTEGER NOT NULL REFERENCES bookings (id),
    asset TEXT NOT NULL,
    party TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (booking, asset, party)
) STRICT, WITHOUT ROWID;

-- The sum of the entries of each party. Only a source may be below zero.
CREATE TABLE balances (
    party TEXT NOT NULL,
    asset TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0 OR party GLOB 'source:*'),
    PRIMARY KEY (party, asset)
) STRICT, WITHOUT ROWID;
