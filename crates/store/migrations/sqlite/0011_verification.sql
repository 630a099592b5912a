-- What is looked at again while a connector is in use: one row for each host and kind of check.
CREATE TABLE verifications (
    connector      TEXT NOT NULL,
    host           TEXT NOT NULL,
    port           INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    drift          TEXT,
    detail         TEXT NOT NULL,
    baseline       TEXT,
    last_run       INTEGER NOT NULL,
    due            INTEGER NOT NULL,
    drifting_since INTEGER,
    PRIMARY KEY (connector, host, port, kind)
) STRICT, WITHOUT ROWID;
