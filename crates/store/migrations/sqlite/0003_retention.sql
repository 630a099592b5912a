-- How far retention has come in the ledger, one row per class of records: what stands up to `seq` needs no second look.
CREATE TABLE retention_marks (
    class TEXT PRIMARY KEY,
    seq   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A body is erased by blanks of the same length in its place, and by nothing later: a row that changes its size makes
-- SQLite move its neighbours between pages, and a move leaves copies behind that no later erasure would reach.
DROP TRIGGER ledger_body_only_goes;
CREATE TRIGGER ledger_body_only_goes BEFORE UPDATE OF body ON ledger
WHEN NEW.body IS NOT NULL AND (OLD.body IS NULL OR trim(NEW.body) <> '' OR octet_length(NEW.body) <> octet_length(OLD.body))
BEGIN
    SELECT RAISE(ABORT, 'ledger: append-only');
END;
