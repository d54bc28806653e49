-- Schema 1. Times are microseconds since 1970, UTC. Applied by schema.rs; never edited once released.

PRAGMA application_id = 0x4d57524e; -- "MWRN": this file is ours

-- One row per event. Empty text in service, node, item and digest means "none".
CREATE TABLE event (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
    rev          INTEGER NOT NULL UNIQUE,           -- taken anew from `counter` at every change that faces can see
    account      TEXT    NOT NULL,
    service      TEXT    NOT NULL,
    node         TEXT    NOT NULL,
    item         TEXT    NOT NULL,
    digest       TEXT    NOT NULL,
    received_at  INTEGER NOT NULL,
    delayed      INTEGER NOT NULL,
    owed         INTEGER NOT NULL,           -- a desktop face has still to show a popup for it
    read_at      INTEGER,                    -- when a person saw it, here or elsewhere
    gone_at      INTEGER,                    -- when its item was retracted, purged or replaced
    replaced     INTEGER NOT NULL DEFAULT 0, -- its item's id is now used by a newer payload
    kind         TEXT    NOT NULL,
    dialect      TEXT    NOT NULL,
    user         TEXT,
    mailbox      TEXT,
    token        TEXT,
    subid        TEXT,
    sent_at      INTEGER,
    from_name    TEXT,
    from_address TEXT,
    subject      TEXT,
    snippet      TEXT,
    message_id   TEXT,
    unseen       INTEGER,
    uid          INTEGER,
    uidvalidity  INTEGER,
    link         TEXT,
    unread       INTEGER NOT NULL GENERATED ALWAYS AS
                 (read_at IS NULL AND replaced = 0 AND kind IN ('new', 'changed')) VIRTUAL
) STRICT;

-- The same item is one row, however often and by whichever way it arrives. Without an id there is nothing to tell two
-- events apart by, so each is a row.
CREATE UNIQUE INDEX event_identity ON event (account, service, node, item, digest)
    WHERE item <> '' AND kind IN ('new', 'changed');
CREATE INDEX event_unread ON event (account, service, node) WHERE unread = 1;
CREATE INDEX event_owed ON event (seq) WHERE owed = 1;
CREATE INDEX event_message ON event (account, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX event_received ON event (received_at);

CREATE VIRTUAL TABLE search USING fts5 (
    from_name, from_address, subject, snippet, mailbox,
    content = 'event', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2'
);
-- What is deleted leaves no words behind in the index, as `PRAGMA secure_delete` does for the rows themselves.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER event_indexed AFTER INSERT ON event BEGIN
    INSERT INTO search (rowid, from_name, from_address, subject, snippet, mailbox)
    VALUES (new.seq, new.from_name, new.from_address, new.subject, new.snippet, new.mailbox);
END;
CREATE TRIGGER event_unindexed AFTER DELETE ON event BEGIN
    INSERT INTO search (search, rowid, from_name, from_address, subject, snippet, mailbox)
    VALUES ('delete', old.seq, old.from_name, old.from_address, old.subject, old.snippet, old.mailbox);
END;

-- What is left of a row past its keeping time whose item is still published: enough not to take the item for a new one.
CREATE TABLE swept (
    account TEXT    NOT NULL,
    service TEXT    NOT NULL,
    node    TEXT    NOT NULL,
    item    TEXT    NOT NULL,
    digest  TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    seen_at INTEGER NOT NULL, -- when the item last arrived
    PRIMARY KEY (account, service, node, item, digest)
) STRICT, WITHOUT ROWID;

-- Nodes of which everything was seen once, so that what comes now is news.
CREATE TABLE baseline (
    account TEXT NOT NULL,
    service TEXT NOT NULL,
    node    TEXT NOT NULL,
    PRIMARY KEY (account, service, node)
) STRICT, WITHOUT ROWID;

-- Small things to remember, such as a pause.
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    rev INTEGER NOT NULL
) STRICT;
INSERT INTO counter VALUES (1, 0);
