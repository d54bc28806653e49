-- Schema 3: what a person did to items, here or on another device. The newest of an item stands.

CREATE TABLE mark (
    account TEXT NOT NULL,
    service TEXT NOT NULL,
    node    TEXT NOT NULL,
    item    TEXT NOT NULL,
    digest  TEXT NOT NULL,
    deed    TEXT NOT NULL CHECK (deed IN ('read', 'unread', 'dismissed', 'snoozed')),
    until   INTEGER CHECK ((until IS NOT NULL) = (deed = 'snoozed')),
    at      INTEGER NOT NULL,
    untold  INTEGER NOT NULL CHECK (untold IN (0, 1)), -- whether the other devices have still to hear of it
    PRIMARY KEY (account, service, node, item, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX mark_untold ON mark (account, at) WHERE untold = 1;
