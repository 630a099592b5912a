-- Identifiers are text (`env_…`), times are microseconds since 1970 in UTC, words are those of `backshell-model`.

-- One row: how often something changed that gateways keep in memory.
CREATE TABLE snapshot_generation (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL
) STRICT;
INSERT INTO snapshot_generation (one, generation) VALUES (1, 0);

CREATE TABLE tenants (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE environments (
    id               TEXT PRIMARY KEY,
    tenant           TEXT NOT NULL REFERENCES tenants (id),
    name             TEXT NOT NULL,
    home             TEXT NOT NULL,
    boundary         TEXT NOT NULL CHECK (boundary IN ('region', 'geography', 'list')),
    -- A JSON array of region names when the boundary is a list, otherwise null.
    boundary_regions TEXT CHECK ((boundary = 'list') = (boundary_regions IS NOT NULL)),
    egress           TEXT NOT NULL CHECK (egress IN ('notice', 'refuse')),
    created_at       INTEGER NOT NULL,
    UNIQUE (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE data_keys (
    environment        TEXT PRIMARY KEY REFERENCES environments (id),
    key_encryption_key TEXT NOT NULL,
    wrapped            BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cells (
    name        TEXT PRIMARY KEY,
    region      TEXT NOT NULL,
    gateway_url TEXT NOT NULL,
    seen_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE connectors (
    slug           TEXT PRIMARY KEY,
    title          TEXT NOT NULL,
    publisher      TEXT NOT NULL,
    publisher_kind TEXT NOT NULL,
    infrastructure TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    connector    TEXT NOT NULL REFERENCES connectors (slug),
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    number       INTEGER NOT NULL,
    label        TEXT NOT NULL,
    verdict      TEXT NOT NULL,
    report       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('published', 'withdrawn')),
    published_at INTEGER NOT NULL,
    PRIMARY KEY (connector, digest),
    UNIQUE (connector, number)
) STRICT;

CREATE TABLE package_files (
    connector TEXT NOT NULL,
    digest    BLOB NOT NULL,
    position  INTEGER NOT NULL,
    path      TEXT NOT NULL,
    bytes     BLOB NOT NULL,
    PRIMARY KEY (connector, digest, position),
    FOREIGN KEY (connector, digest) REFERENCES versions (connector, digest)
) STRICT;

CREATE TABLE connections (
    id          TEXT PRIMARY KEY,
    environment TEXT NOT NULL REFERENCES environments (id),
    connector   TEXT NOT NULL,
    version     BLOB NOT NULL,
    name        TEXT NOT NULL,
    owner       TEXT NOT NULL,
    auth_kind   TEXT NOT NULL,
    -- A JSON object: parameter name to value.
    settings    TEXT NOT NULL,
    -- A JSON array of service roots, each with its approver or null.
    hosts       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('unauthenticated', 'connected')),
    generation  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    FOREIGN KEY (connector, version) REFERENCES versions (connector, digest)
) STRICT;
CREATE INDEX connections_by_version ON connections (connector, version);
CREATE INDEX connections_by_environment ON connections (environment);
CREATE INDEX connections_by_owner ON connections (owner);

CREATE TABLE sealed_secrets (
    connection TEXT PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    bytes      BLOB NOT NULL
) STRICT;

CREATE TABLE tokens (
    id          TEXT PRIMARY KEY,
    hash        BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    user        TEXT NOT NULL,
    app         TEXT NOT NULL,
    -- Names with spaces between them.
    scopes      TEXT NOT NULL,
    environment TEXT REFERENCES environments (id),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT;
CREATE INDEX tokens_by_user ON tokens (user);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE roles (
    user TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (user, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE memberships (
    member_of TEXT NOT NULL,
    user      TEXT NOT NULL,
    PRIMARY KEY (member_of, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE shares (
    connection   TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    grantee_kind TEXT NOT NULL CHECK (grantee_kind IN ('group', 'user')),
    grantee      TEXT NOT NULL,
    granted_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (connection, grantee_kind, grantee)
) STRICT, WITHOUT ROWID;

CREATE TABLE pseudonyms (
    user      TEXT PRIMARY KEY,
    pseudonym TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
    seq         INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    environment TEXT,
    body        TEXT,
    body_hash   BLOB NOT NULL CHECK (length(body_hash) = 32),
    hash        BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- A row continues the chain or is refused; so is a second row with the same number, also under INSERT OR REPLACE.
CREATE TRIGGER ledger_continues BEFORE INSERT ON ledger
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
BEGIN
    SELECT RAISE(ABORT, 'ledger: sequence');
END;

-- Rows stay, and what the chain covers stays as it is.
CREATE TRIGGER ledger_keeps_rows BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'ledger: append-only');
END;
CREATE TRIGGER ledger_keeps_chain BEFORE UPDATE OF seq, at, kind, environment, body_hash, hash ON ledger
BEGIN
    SELECT RAISE(ABORT, 'ledger: append-only');
END;

-- Retention takes a body away; nothing puts another in its place.
CREATE TRIGGER ledger_body_only_goes BEFORE UPDATE OF body ON ledger WHEN NEW.body IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'ledger: append-only');
END;
