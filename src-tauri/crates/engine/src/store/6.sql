-- Schema 6: what is unread, newest first, and how much of it there is, without looking at all of it.

CREATE INDEX event_newest_unread ON event (seq) WHERE unread = 1;

-- How many rows of a node are unread. Kept by triggers, since it is asked for after each arrival.
CREATE TABLE unread (
    account TEXT    NOT NULL,
    service TEXT    NOT NULL,
    node    TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (account, service, node, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO unread SELECT account, service, node, kind, count(*) FROM event WHERE unread = 1 GROUP BY account, service, node, kind;

CREATE TRIGGER event_counted AFTER INSERT ON event WHEN new.unread BEGIN
    INSERT INTO unread VALUES (new.account, new.service, new.node, new.kind, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER event_recounted AFTER UPDATE OF read_at, replaced ON event WHEN old.unread <> new.unread BEGIN
    INSERT INTO unread VALUES (new.account, new.service, new.node, new.kind, new.unread)
    ON CONFLICT DO UPDATE SET n = n + iif(new.unread, 1, -1);
END;
CREATE TRIGGER event_uncounted AFTER DELETE ON event WHEN old.unread BEGIN
    UPDATE unread SET n = n - 1
    WHERE account = old.account AND service = old.service AND node = old.node AND kind = old.kind;
END;
