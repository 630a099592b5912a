//! The ledger as JSON Lines: one object per record, with everything another program needs to verify the chain.

use crate::body::At;
use crate::chain::Hash;
use backshell_store::{LedgerRepository, LedgerRow, Limit, StoreError};
use serde::Serialize;
use serde_json::value::RawValue;
use std::io;

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store could not be read.
    #[error("the ledger cannot be read: {0}")]
    Store(#[from] StoreError),
    /// The output could not be written.
    #[error("the export cannot be written: {0}")]
    Output(#[from] io::Error),
}

#[derive(Serialize)]
struct Line<'a> {
    seq: i64,
    at: At,
    at_micros: i64,
    kind: &'a str,
    environment: Option<&'a str>,
    /// The record's own text, byte for byte; left out after its retention has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
    /// In place of `body` when the stored text is no JSON, which only happens to a ledger that was tampered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_text: Option<&'a str>,
    body_hash: String,
    hash: String,
}

/// One record as a line of JSON, without line feed.
pub fn line(row: &LedgerRow) -> String {
    let text = row.body.as_deref();
    let body = text.and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
    let line = Line {
        seq: row.seq,
        at: At(row.at),
        at_micros: row.at.as_micros(),
        kind: &row.kind,
        environment: row.environment.as_deref(),
        body,
        // A line feed inside the text would break the line; only a serialised string may hold it.
        body_text: if body.is_some() { None } else { text },
        body_hash: Hash(row.body_hash).to_string(),
        hash: Hash(row.hash).to_string(),
    };
    // Every field is a text, a number or checked JSON: there is nothing that could fail to be written.
    serde_json::to_string(&line).unwrap_or_default()
}

/// Writes every record after `after` (0 for all) to `out`, oldest first; how many there were.
pub async fn export(
    repository: &dyn LedgerRepository,
    after: i64,
    out: &mut (dyn io::Write + Send),
) -> Result<u64, ExportError> {
    let mut after = after;
    let mut written = 0;
    loop {
        let rows = repository.ledger_rows(after, Limit::MAX).await?;
        for row in &rows {
            out.write_all(line(row).as_bytes())?;
            out.write_all(b"\n")?;
            written += 1;
        }
        match rows.last() {
            Some(last) if rows.len() == Limit::MAX.get() => after = last.seq,
            _ => break,
        }
    }
    out.flush()?;
    Ok(written)
}

/// The last `count` records (at most 1,000), oldest first.
pub async fn tail(repository: &dyn LedgerRepository, count: usize) -> Result<Vec<LedgerRow>, StoreError> {
    let mut rows = repository.ledger_rows_before(None, Limit::new(count)).await?;
    rows.reverse();
    Ok(rows)
}
