-- Schema 2: what became of a row's popup, and rows that a person put off.

ALTER TABLE event ADD COLUMN reason TEXT;           -- JSON; none for rows of schema 1
ALTER TABLE event ADD COLUMN snoozed_until INTEGER; -- it owes a popup again then

CREATE INDEX event_snoozed ON event (snoozed_until) WHERE snoozed_until IS NOT NULL;
