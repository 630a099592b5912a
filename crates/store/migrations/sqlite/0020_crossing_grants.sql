-- Recorded permissions to reach places outside an environment's boundary. Never deleted: the ledger names them.
CREATE TABLE crossing_grants (
    id           TEXT PRIMARY KEY,
    environment  TEXT NOT NULL REFERENCES environments (id),
    connector    TEXT NOT NULL REFERENCES connectors (slug),
    version_from INTEGER NOT NULL CHECK (version_from >= 1),
    -- Null: every later version too.
    version_to   INTEGER CHECK (version_to >= version_from),
    -- A JSON array of regions and country codes.
    places       TEXT NOT NULL,
    purpose      TEXT NOT NULL CHECK (purpose <> ''),
    basis        TEXT NOT NULL,
    reference    TEXT NOT NULL,
    granted_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    -- At most 12 months, with the day of a leap year, in microseconds.
    expires_at   INTEGER NOT NULL CHECK (expires_at > created_at AND expires_at - created_at <= 31622400000000),
    revoked_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX crossing_grants_by_environment ON crossing_grants (environment, id);
