-- The same message may be told of by a node and be seen in its mailbox.
CREATE INDEX event_uid ON event (account, uid) WHERE uid IS NOT NULL;
