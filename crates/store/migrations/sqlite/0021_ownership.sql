-- Who controls the hosts of connectors: challenges with what was seen of their answers, and consents of owners. A connector
-- need not be published yet, so none of them refers to one. Never deleted: the ledger names them.
CREATE TABLE ownership_proofs (
    id            TEXT PRIMARY KEY,
    connector     TEXT NOT NULL,
    publisher     TEXT NOT NULL,
    host          TEXT NOT NULL,
    -- The SHA-256 of the answer; the answer itself is nowhere.
    answer        BLOB NOT NULL CHECK (length(answer) = 32),
    opened_by     TEXT NOT NULL,
    opened_at     INTEGER NOT NULL,
    -- JSON arrays of times.
    checks        TEXT NOT NULL,
    failures      TEXT NOT NULL,
    proven_method TEXT CHECK (proven_method IN ('dns', 'file')),
    proven_at     INTEGER CHECK ((proven_at IS NULL) = (proven_method IS NULL)),
    due           INTEGER,
    revoked_at    INTEGER,
    revision      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ownership_proofs_by_connector ON ownership_proofs (connector, id);
CREATE INDEX ownership_proofs_by_due ON ownership_proofs (due) WHERE due IS NOT NULL AND revoked_at IS NULL;

CREATE TABLE ownership_consents (
    id             TEXT PRIMARY KEY,
    connector      TEXT NOT NULL,
    publisher      TEXT NOT NULL,
    host           TEXT NOT NULL,
    company        TEXT NOT NULL CHECK (company <> ''),
    approver       TEXT NOT NULL CHECK (approver <> ''),
    reference      TEXT NOT NULL CHECK (reference <> ''),
    privacy_policy TEXT NOT NULL CHECK (privacy_policy <> ''),
    recorded_by    TEXT NOT NULL,
    recorded_at    INTEGER NOT NULL,
    -- At most 12 months, with the day of a leap year, in microseconds.
    expires_at     INTEGER NOT NULL CHECK (expires_at > recorded_at AND expires_at - recorded_at <= 31622400000000),
    revoked_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX ownership_consents_by_connector ON ownership_consents (connector, id);
