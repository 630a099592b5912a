//! How rows are chained.
//!
//! ```text
//! body hash = SHA-256(body)
//! row hash  = SHA-256("backshell-ledger-row-1\n" · chain · seq · at · kind · environment · previous row hash · body hash)
//! chain     = body hash of row 1, whose body holds 128 random bits
//! ```
//! Numbers are 64 bits, big end first (`at` in microseconds since 1970); texts stand behind their length, 32 bits, and the
//! environment behind one byte that says whether there is one. The predecessor of row 1 counts as 32 zero bytes.
//!
//! The row hash covers the body through its hash only. A body can therefore be erased when its retention ends, and the
//! chain still proves that there was a record of this kind, at this time and place in the order.

use aws_lc_rs::digest::{SHA256, digest};
use backshell_store::LedgerRow;
use std::fmt;

const ROW_DOMAIN: &[u8] = b"backshell-ledger-row-1\n";

/// The kind of row 1.
pub(crate) const GENESIS: &str = "genesis";

/// A SHA-256 value; shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *to = *from;
    }
    hash
}

/// The end of a chain: what the next row follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    /// Names the chain: the body hash of its first row.
    pub(crate) chain: [u8; 32],
    /// The number of the last row.
    pub(crate) seq: i64,
    /// The hash of the last row.
    pub(crate) hash: [u8; 32],
}

impl Head {
    /// Before the first row of the chain whose genesis body hashes to `chain`.
    pub(crate) fn before_genesis(chain: [u8; 32]) -> Self {
        Self { chain, seq: 0, hash: [0; 32] }
    }

    /// The head after `row`, as the row says.
    pub(crate) fn after(self, row: &LedgerRow) -> Self {
        Self { chain: self.chain, seq: row.seq, hash: row.hash }
    }
}

/// Numbers the rows and chains them, in place. `scratch` only saves allocations.
pub(crate) fn link(head: Head, rows: &mut [LedgerRow], scratch: &mut Vec<u8>) -> Head {
    let mut head = head;
    for row in rows {
        row.seq = head.seq.saturating_add(1);
        row.hash = row_hash(&head.chain, &head.hash, row, scratch);
        head = head.after(row);
    }
    head
}

/// The hash that chains `row` to the row with the hash `previous`.
pub(crate) fn row_hash(chain: &[u8; 32], previous: &[u8; 32], row: &LedgerRow, scratch: &mut Vec<u8>) -> [u8; 32] {
    let text = |buffer: &mut Vec<u8>, text: &str| {
        buffer.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        buffer.extend_from_slice(text.as_bytes());
    };
    scratch.clear();
    scratch.extend_from_slice(ROW_DOMAIN);
    scratch.extend_from_slice(chain);
    scratch.extend_from_slice(&row.seq.to_be_bytes());
    scratch.extend_from_slice(&row.at.as_micros().to_be_bytes());
    text(scratch, &row.kind);
    match &row.environment {
        None => scratch.push(0),
        Some(environment) => {
            scratch.push(1);
            text(scratch, environment);
        }
    }
    scratch.extend_from_slice(previous);
    scratch.extend_from_slice(&row.body_hash);
    sha256(scratch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::Timestamp;

    fn row() -> LedgerRow {
        LedgerRow {
            seq: 7,
            at: Timestamp::from_secs(1),
            kind: "act".into(),
            environment: None,
            body: None,
            body_hash: [1; 32],
            hash: [0; 32],
        }
    }

    #[test]
    fn every_part_of_a_row_changes_its_hash() {
        let hash =
            |chain: u8, previous: u8, row: &LedgerRow| row_hash(&[chain; 32], &[previous; 32], row, &mut Vec::new());
        let mut hashes = vec![hash(0, 0, &row()), hash(1, 0, &row()), hash(0, 1, &row())];
        hashes.push(hash(0, 0, &LedgerRow { seq: 8, ..row() }));
        hashes.push(hash(0, 0, &LedgerRow { at: Timestamp::from_secs(2), ..row() }));
        hashes.push(hash(0, 0, &LedgerRow { kind: "acts".into(), ..row() }));
        hashes.push(hash(0, 0, &LedgerRow { environment: Some(String::new()), ..row() }));
        hashes.push(hash(0, 0, &LedgerRow { environment: Some("env".to_owned()), ..row() }));
        hashes.push(hash(0, 0, &LedgerRow { body_hash: [2; 32], ..row() }));
        let all = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }

    #[test]
    fn the_documented_layout_is_the_layout() {
        // Put together by hand from the crate's documentation, so that another program can verify the chain.
        let mut bytes = b"backshell-ledger-row-1\n".to_vec();
        bytes.extend([9; 32]);
        bytes.extend(7_i64.to_be_bytes());
        bytes.extend(1_000_000_i64.to_be_bytes());
        bytes.extend(3_u32.to_be_bytes());
        bytes.extend(b"act");
        bytes.push(1);
        bytes.extend(3_u32.to_be_bytes());
        bytes.extend(b"env");
        bytes.extend([8; 32]);
        bytes.extend([1; 32]);
        let row = LedgerRow { environment: Some("env".to_owned()), ..row() };
        assert_eq!(row_hash(&[9; 32], &[8; 32], &row, &mut Vec::new()), sha256(&bytes));
    }

    #[test]
    fn the_body_itself_is_not_part_of_the_hash() {
        let with = LedgerRow { body: Some("{}".to_owned()), ..row() };
        let hash = |row: &LedgerRow| row_hash(&[0; 32], &[0; 32], row, &mut Vec::new());
        assert_eq!(hash(&with), hash(&row()));
    }
}
