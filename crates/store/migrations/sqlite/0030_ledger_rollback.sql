-- A row that does not continue the chain takes its whole transaction back, not its statement alone: before a statement
-- that can be taken back alone touches a page, SQLite puts a copy of the page aside, which was half of what a row cost.
DROP TRIGGER ledger_continues;
CREATE TRIGGER ledger_continues BEFORE INSERT ON ledger
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
BEGIN
    SELECT RAISE(ROLLBACK, 'ledger: sequence');
END;
