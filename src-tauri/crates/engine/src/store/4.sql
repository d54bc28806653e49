-- Schema 4: messages that a person had moved from here, and rows that came back of those.

ALTER TABLE event ADD COLUMN acted TEXT CHECK (acted IN ('archive', 'delete', 'junk', 'undone'));
