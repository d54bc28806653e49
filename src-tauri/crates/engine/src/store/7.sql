-- Schema 7: the rows of a mailbox, newest first, and which mailboxes there are, without looking at all rows.

CREATE INDEX event_mailbox ON event (mailbox) WHERE mailbox IS NOT NULL;
