//! Retention and erasure in SQLite.
//!
//! Content that is deleted is zeroed in its page (`secure_delete`). That is not enough by itself. When rows come, go or
//! change their size, SQLite moves other rows between pages, and a moved row leaves a copy behind in the unused part of
//! the page it came from; erasing the row later does not reach that copy. So:
//!
//! - a ledger body is overwritten in its place by blanks of the same length, which moves nothing. Its space is given back
//!   later, and only where no row that still has a body is near enough to be moved by it;
//! - a table that names users is written anew as a whole, because pages that a table gives up are zeroed throughout;
//! - older states of pages stay in the write-ahead log until it is emptied: [`RetentionRepository::scrub`].
//!
//! The tests below search the files.

use super::SqliteStore;
use super::column::Columns;
use super::ledger::erase_bodies;
use super::open::BUSY;
use super::statement::{many, one, run};
use crate::StoreError;
use crate::repository::{RetentionRepository, UserTraces};
use async_trait::async_trait;
use backshell_model::{Timestamp, UserId};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::time::{Duration, Instant};

/// How far, in rows, a body must be from a change of size. A change touches the row's page and the two beside it, and a
/// page of 16 KiB holds at most about 160 rows without a body.
const NEIGHBOURHOOD: i64 = 1_000;

/// How long an emptying of the log waits before it is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// How many rows one step of [`RetentionRepository::reclaim`] looks at.
const STEP: i64 = 4_000;

#[async_trait]
impl RetentionRepository for SqliteStore {
    async fn retention_mark(&self, class: &str) -> Result<i64, StoreError> {
        let query = sqlx::query("SELECT seq FROM retention_marks WHERE class = ?1").bind(class);
        one(&self.readers, query).await?.map_or(Ok(0), |row| row.value("seq"))
    }

    async fn retain(&self, class: &str, erase: &[i64], mark: i64) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let erased = if erase.is_empty() { 0 } else { erase_bodies(write.sql(), erase).await? };
        advance(write.sql(), class, mark).await?;
        write.commit().await?;
        Ok(erased)
    }

    async fn reclaim(&self, class: &str, to: i64) -> Result<bool, StoreError> {
        let from = self.retention_mark(class).await?;
        // Rows beyond `to` still have their bodies; what is near them waits until they have not.
        let to = to.saturating_sub(NEIGHBOURHOOD);
        if from >= to {
            return Ok(false);
        }
        let end = to.min(from.saturating_add(STEP));
        let mut write = self.write().await?;
        let query = sqlx::query(
            "SELECT seq FROM ledger
             WHERE seq BETWEEN ?1 AND ?2 AND body IS NOT NULL AND substr(body, 1, 1) <> ' ' ORDER BY seq",
        )
        .bind(from.saturating_sub(NEIGHBOURHOOD))
        .bind(end.saturating_add(NEIGHBOURHOOD));
        let bodies = many(write.sql(), query, |row| row.value::<i64>("seq")).await?;
        let mut begin = from.saturating_add(1);
        for body in bodies.into_iter().map(Some).chain([None]) {
            let last = body.map_or(end, |seq| end.min(seq.saturating_sub(NEIGHBOURHOOD + 1)));
            if begin <= last {
                let change =
                    sqlx::query("UPDATE ledger SET body = NULL WHERE seq BETWEEN ?1 AND ?2 AND body IS NOT NULL");
                run(write.sql(), change.bind(begin).bind(last)).await?;
            }
            begin = body.map_or(begin, |seq| begin.max(seq.saturating_add(NEIGHBOURHOOD + 1)));
        }
        advance(write.sql(), class, end).await?;
        write.commit().await?;
        Ok(end < to)
    }

    async fn remove_dead_tokens(&self, user: &UserId, now: Timestamp) -> Result<u64, StoreError> {
        let dead = format!(
            "(user = {0} OR issued_by = {0}) AND (revoked_at IS NOT NULL OR expires_at <= {1})",
            literal(user),
            now.as_micros()
        );
        let mut write = self.write().await?;
        let count = AssertSqlSafe(format!("SELECT count(*) AS dead FROM tokens WHERE {dead}"));
        let row = one(write.sql(), sqlx::query(count)).await?.ok_or(StoreError::Corrupt("tokens"))?;
        let removed = row.count("dead")?;
        if removed > 0 {
            rewrite(write.sql(), "tokens", &format!("NOT ({dead})")).await?;
            // No gateway's snapshot shows these tokens, so the generation stays.
            write.commit().await?;
        }
        Ok(removed)
    }

    async fn traces_of(&self, user: &UserId, now: Timestamp) -> Result<UserTraces, StoreError> {
        let query = sqlx::query(
            "SELECT
                 (SELECT count(*) FROM tokens
                     WHERE (user = ?1 OR issued_by = ?1) AND revoked_at IS NULL AND expires_at > ?2) AS tokens,
                 (SELECT count(*) FROM connections WHERE owner = ?1) AS connections,
                 (SELECT count(*) FROM connectors WHERE owner = ?1) AS connectors,
                 (SELECT count(*) FROM connections, json_each(connections.hosts) AS host
                     WHERE json_extract(host.value, '$.approved_by') = ?1) AS approvals,
                 (SELECT count(*) FROM shares
                     WHERE (grantee_kind = 'user' AND grantee = ?1) OR granted_by = ?1) AS shares,
                 (SELECT count(*) FROM memberships WHERE user = ?1) AS memberships,
                 (SELECT count(*) FROM crossing_grants WHERE granted_by = ?1) AS grants,
                 (SELECT count(*) FROM ownership_proofs WHERE publisher = ?1 OR opened_by = ?1)
                     + (SELECT count(*) FROM ownership_consents WHERE publisher = ?1 OR recorded_by = ?1) AS ownership,
                 (SELECT count(*) FROM roles WHERE user = ?1) AS roles",
        )
        .bind(user.as_str())
        .bind(now.as_micros());
        let row = one(&self.readers, query).await?.ok_or(StoreError::Corrupt("traces"))?;
        Ok(UserTraces {
            tokens: row.count("tokens")?,
            connections: row.count("connections")?,
            connectors: row.count("connectors")?,
            approvals: row.count("approvals")?,
            shares: row.count("shares")?,
            memberships: row.count("memberships")?,
            grants: row.count("grants")?,
            ownership: row.count("ownership")?,
            roles: row.count("roles")?,
        })
    }

    async fn scrub(&self) -> Result<bool, StoreError> {
        let begun = Instant::now();
        loop {
            // Waits, as long as any statement does, until no reader needs the log. A database in memory has none.
            let row = one(&self.writer, sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")).await?;
            let Some(row) = row else { return Ok(true) };
            if row.value::<i64>("busy")? == 0 {
                return Ok(true);
            }
            // Another connection copies the log just now: that alone SQLite does not wait for.
            let copied_elsewhere = row.value::<i64>("log")? < 0;
            if !copied_elsewhere || begun.elapsed() >= BUSY {
                return Ok(false);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Moves a class's mark, never back.
async fn advance(sql: &mut SqliteConnection, class: &str, mark: i64) -> Result<(), StoreError> {
    let change = sqlx::query(
        "INSERT INTO retention_marks (class, seq) VALUES (?1, ?2)
         ON CONFLICT (class) DO UPDATE SET seq = max(seq, excluded.seq)",
    )
    .bind(class)
    .bind(mark);
    run(sql, change).await.map(drop)
}

/// Writes a table anew with the rows that `keep` chooses. Inside a transaction. The rows are put aside in memory.
pub(super) async fn rewrite(sql: &mut SqliteConnection, table: &str, keep: &str) -> Result<(), StoreError> {
    for statement in [
        format!("CREATE TEMP TABLE kept AS SELECT * FROM {table} WHERE {keep}"),
        // Without a condition this gives up the table's pages, all of them.
        format!("DELETE FROM {table}"),
        format!("INSERT INTO {table} SELECT * FROM kept ORDER BY 1"),
        "DROP TABLE kept".to_owned(),
    ] {
        run(&mut *sql, sqlx::query(AssertSqlSafe(statement)).persistent(false)).await?;
    }
    Ok(())
}

/// A user's name as SQL text, for statements that cannot take it as a value.
pub(super) fn literal(user: &UserId) -> String {
    format!("CAST(x'{}' AS TEXT)", user.as_str().bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::{LedgerRepository, LedgerRow, Pseudonym, PseudonymRepository};
    use std::path::Path;

    /// Every file of the database.
    fn bytes(folder: &Path) -> Vec<u8> {
        let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.collect::<Vec<_>>().concat()
    }

    fn contains(bytes: &[u8], text: &str) -> bool {
        memchr::memmem::find(bytes, text.as_bytes()).is_some()
    }

    fn user(number: usize) -> UserId {
        UserId::new(&format!("person-{:08x}-{number}@contoso.example", number.wrapping_mul(0x9e37_79b1))).unwrap()
    }

    #[tokio::test]
    async fn erased_users_are_in_no_file_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("backshell.db")).await.unwrap();
        // Enough for several levels of pages: entries move between pages when pages are split and joined, and each move
        // could leave a copy behind.
        let people = 900;
        let pseudonym = |number: usize| Pseudonym::new(&format!("usr_{:032x}", number.wrapping_mul(0x85eb_ca6b)));
        for number in 0..people {
            store.pseudonym(&user(number), &pseudonym(number)).await.unwrap();
        }
        store.scrub().await.unwrap();
        let before = bytes(folder.path());
        assert!((0..people).all(|number| contains(&before, user(number).as_str())), "the search finds what is there");

        let goes = |number: &usize| number % 50 == 3;
        for number in (0..people).filter(goes) {
            assert!(store.erase_pseudonym(&user(number)).await.unwrap());
        }
        assert!(store.scrub().await.unwrap());
        let after = bytes(folder.path());
        let left = (0..people)
            .filter(goes)
            .filter(|number| contains(&after, user(*number).as_str()) || contains(&after, pseudonym(*number).as_str()));
        assert_eq!(left.collect::<Vec<_>>(), Vec::<usize>::new());
        assert!((0..people).filter(|number| !goes(number)).all(|number| contains(&after, user(number).as_str())));
    }

    #[tokio::test]
    async fn erased_bodies_are_in_no_file_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("backshell.db")).await.unwrap();
        // Longer than a page, too: those bodies go on in pages of their own.
        let text = |seq: i64| {
            format!("mark-{seq:06}-{:x};", seq * 2_654_435_761).repeat(if seq % 50 == 0 { 1_500 } else { 20 })
        };
        let row = |seq: i64| LedgerRow {
            seq,
            at: Timestamp::from_secs(seq),
            kind: "decision".into(),
            environment: None,
            body: Some(text(seq)),
            body_hash: [1; 32],
            hash: [2; 32],
        };
        let mark = |seq: i64| format!("mark-{seq:06}-");
        let last = 600;
        store.append(&(1..=last).map(row).collect::<Vec<_>>()).await.unwrap();
        let erased: Vec<i64> = (1..=last).filter(|seq| seq % 4 != 0 || seq % 100 == 0).collect();
        for part in erased.chunks(70) {
            assert_eq!(store.retain("calls", part, *part.last().unwrap()).await.unwrap(), part.len() as u64);
        }
        while store.reclaim("calls-space", last).await.unwrap() {}
        assert!(store.scrub().await.unwrap());
        let after = bytes(folder.path());
        for seq in 1..=last {
            assert_eq!(contains(&after, &mark(seq)), !erased.contains(&seq), "{seq}");
        }
        // What was left then goes later.
        let rest: Vec<i64> = (1..=last).filter(|seq| !erased.contains(seq)).collect();
        store.retain("audit", &rest, last).await.unwrap();
        assert!(store.scrub().await.unwrap());
        assert!(!contains(&bytes(folder.path()), "mark-"));
    }

    #[tokio::test]
    async fn space_is_given_back_away_from_living_bodies_and_leaves_no_copies_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("backshell.db")).await.unwrap();
        let row = |seq: i64| LedgerRow {
            seq,
            at: Timestamp::from_secs(seq),
            kind: "decision".into(),
            environment: None,
            body: Some(format!("mark-{seq:06};").repeat(60)),
            body_hash: [1; 32],
            hash: [2; 32],
        };
        let last = 12_000;
        store.append(&(1..=last).map(row).collect::<Vec<_>>()).await.unwrap();
        let living = [1, 2_500, 6_000, 6_040, 11_990, last];
        let erased: Vec<i64> = (1..=last).filter(|seq| !living.contains(seq)).collect();
        store.retain("calls", &erased, last).await.unwrap();
        while store.reclaim("calls-space", last).await.unwrap() {}
        let query = sqlx::query("SELECT seq FROM ledger WHERE body IS NOT NULL ORDER BY seq");
        let full = many(&store.readers, query, |row| row.value::<i64>("seq")).await.unwrap();
        let near = |seq: i64| living.iter().any(|one| one.abs_diff(seq) <= NEIGHBOURHOOD.unsigned_abs());
        let expected: Vec<i64> = (1..=last).filter(|seq| near(*seq) || *seq > last - NEIGHBOURHOOD).collect();
        assert_eq!(full, expected);
        let rows = store.ledger_rows(0, crate::Limit::MAX).await.unwrap();
        assert!(rows.iter().all(|row| row.body.is_some() == living.contains(&row.seq)), "either way a body is gone");

        store.retain("audit", &living, last).await.unwrap();
        while store.reclaim("audit-space", last).await.unwrap() {}
        assert!(store.scrub().await.unwrap());
        assert!(!contains(&bytes(folder.path()), "mark-"));
    }

    #[tokio::test]
    async fn dead_tokens_are_in_no_file_any_more() {
        use crate::repository::AccessRepository;
        use backshell_model::{AccessToken, AppName, Scopes, TokenHash, TokenId};
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("backshell.db")).await.unwrap();
        let random = backshell_testkit::SeededRandom::new(1);
        let mut dead = Vec::new();
        for number in 0..600_usize {
            let expires = if number % 2 == 0 { 10 } else { 1_000 };
            let token = AccessToken {
                id: TokenId::generate(Timestamp::from_secs(1), &random),
                hash: TokenHash(std::array::from_fn(|at| if at < 8 { number.to_le_bytes()[at] } else { 7 })),
                user: user(number % 3),
                issued_by: user(number % 3),
                app: AppName::new("test").unwrap(),
                scopes: Scopes::NONE,
                environment: None,
                created_at: Timestamp::from_secs(1),
                expires_at: Timestamp::from_secs(expires),
                revoked_at: None,
            };
            store.add_token(&token).await.unwrap();
            if number % 3 == 0 && number % 2 == 0 {
                dead.push(token.id.to_string());
            }
        }
        assert_eq!(store.remove_dead_tokens(&user(0), Timestamp::from_secs(20)).await, Ok(100));
        assert_eq!(store.remove_dead_tokens(&user(7), Timestamp::from_secs(20)).await, Ok(0));
        store.scrub().await.unwrap();
        let after = bytes(folder.path());
        assert!(contains(&after, user(0).as_str()), "live tokens stay");
        assert!(dead.iter().all(|id| !contains(&after, id)));
        let left = one(&store.readers, sqlx::query("SELECT count(*) AS n FROM tokens")).await.unwrap().unwrap();
        assert_eq!(left.count::<u64>("n"), Ok(500));
        let check = one(&store.readers, sqlx::query("PRAGMA integrity_check")).await.unwrap().unwrap();
        assert_eq!(check.text("integrity_check").unwrap(), "ok");
    }

    #[tokio::test]
    async fn a_reader_keeps_the_log_and_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backshell.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let alice = UserId::new("alice-in-the-log@contoso.example").unwrap();
        store.pseudonym(&alice, &Pseudonym::new("usr_1")).await.unwrap();
        // Whoever waits for a reader waits five seconds; a test need not.
        run(&store.writer, sqlx::query("PRAGMA busy_timeout = 1")).await.ok();
        let mut reading = store.readers.begin().await.unwrap();
        one(&mut *reading, sqlx::query("SELECT * FROM pseudonyms")).await.unwrap();
        store.erase_pseudonym(&alice).await.unwrap();
        assert_eq!(store.scrub().await, Ok(false));
        reading.rollback().await.unwrap();
        assert_eq!(store.scrub().await, Ok(true));
        assert!(!contains(&bytes(folder.path()), alice.as_str()));
    }

    #[tokio::test]
    async fn an_emptying_waits_for_another_copy_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backshell.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let mut reading = store.readers.begin().await.unwrap();
        one(&mut *reading, sqlx::query("SELECT * FROM pseudonyms")).await.unwrap();
        // It copies, and holds the right to, until nobody reads or its time is over.
        let other = std::thread::spawn(move || {
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.busy_timeout(BUSY * 2).unwrap();
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)).unwrap()
        });
        tokio::time::sleep(PAUSE * 10).await;
        let (emptied, ()) = tokio::join!(store.scrub(), async {
            tokio::time::sleep(PAUSE * 10).await;
            reading.rollback().await.unwrap();
        });
        assert_eq!((emptied, other.join().unwrap()), (Ok(true), 0));
    }
}
