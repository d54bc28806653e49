-- Schema 7: the rows of a mailbox, newest first, and which mailboxes there are, without looking at all rows.

CREATE INDEX event_mailbox ON event (mailbox) WHERE mailbox IS NOT NULL;
CREATE INDEX event_folder ON event (account, mailbox) WHERE mailbox IS NOT NULL;

-- Words are indexed once for all rows of a transaction, by write.rs. A trigger does it for each row, and before each further
-- row FTS5 writes what it has, to be able to take a single statement back: a quarter of the time of an arrival.
DROP TRIGGER event_indexed;
-- Counted by write.rs as well: for an insertion with triggers SQLite keeps a copy of every page that it changes.
DROP TRIGGER event_counted;
