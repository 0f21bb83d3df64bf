-- Version 8: friends. docs/store.md explains each table.

-- An account wants to be a friend of another one. Where both want it, they are friends.
CREATE TABLE friends (
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    friend INTEGER NOT NULL,
    friend_name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account, friend)
) STRICT, WITHOUT ROWID;
CREATE INDEX friends_by_friend ON friends (friend);
