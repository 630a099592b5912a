-- Who published a connector first, and who made a token. Neither was kept before: those connectors go to the first
-- administrator (`administrator`), and those tokens count as made by their users.
ALTER TABLE connectors ADD COLUMN owner TEXT NOT NULL DEFAULT 'administrator';

ALTER TABLE tokens ADD COLUMN issued_by TEXT NOT NULL DEFAULT '';
UPDATE tokens SET issued_by = user;
