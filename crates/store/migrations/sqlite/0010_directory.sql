-- Cells that an administrator made known, beside those that announce themselves to this database.
ALTER TABLE cells ADD COLUMN registered INTEGER NOT NULL DEFAULT 0;

-- Connections that belong to other cells: where each is at home, and nothing else.
CREATE TABLE directory (
    connection       TEXT PRIMARY KEY,
    environment      TEXT NOT NULL,
    home             TEXT NOT NULL,
    boundary         TEXT NOT NULL CHECK (boundary IN ('region', 'geography', 'list')),
    -- A JSON array of names, for the boundary `list`.
    boundary_regions TEXT,
    noted_at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
