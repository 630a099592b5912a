//! Walks the whole chain and holds it against the checkpoints.

use crate::chain::{GENESIS, Hash, row_hash, sha256};
use crate::checkpoint::{Checkpoint, CheckpointLine, PublicKey};
use backshell_model::Timestamp;
use backshell_store::{LedgerRepository, LedgerRow, Limit, StoreError};
use std::collections::BTreeMap;
use std::fmt;

/// How many problems a report lists; the rest is counted.
const LISTED: usize = 100;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Names the chain; `None` when there is no record.
    pub chain: Option<Hash>,
    /// How many records were read.
    pub records: u64,
    /// The number of the last record; 0 when there is none.
    pub last_seq: i64,
    /// How many bodies were erased. The chain still proves that the records were there.
    pub erased_bodies: u64,
    /// The time of the youngest record whose body was erased: younger than the retention means that somebody else than
    /// retention erased it.
    pub youngest_erased: Option<Timestamp>,
    /// How many checkpoints agree with the chain.
    pub checkpoints: u64,
    /// The last record that a good checkpoint stands behind. Later ones are protected by the chain alone.
    pub anchored_to: i64,
    /// What is wrong, in the order it was found; at most 100.
    pub problems: Vec<Problem>,
    /// How many problems there are in all.
    pub problem_count: u64,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.problem_count == 0
    }

    /// The first record that is known to be wrong; where only a checkpoint disagrees, the first that may be.
    pub fn first_bad(&self) -> Option<i64> {
        let first = |exact: bool| {
            self.problems
                .iter()
                .filter(|problem| problem.kind.is_exact() == exact)
                .filter_map(|problem| problem.seq)
                .min()
        };
        first(true).or_else(|| first(false))
    }

    fn add(&mut self, kind: ProblemKind, seq: Option<i64>, message: String) {
        self.problem_count += 1;
        if self.problems.len() < LISTED {
            self.problems.push(Problem { kind, seq, message });
        }
    }
}

/// One thing that is wrong with the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What sort of thing.
    pub kind: ProblemKind,
    /// The first record that is wrong, or may be; `None` when the problem is a line of the checkpoint file.
    pub seq: Option<i64>,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        self.kind.help()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The sorts of things that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The first record does not begin a chain.
    Beginning,
    /// Numbers are missing.
    Gap,
    /// A body is not the one that was recorded.
    Body,
    /// A record does not follow its predecessor.
    Link,
    /// The chain ends before a checkpoint.
    RemovedTail,
    /// The chain has another hash where a checkpoint stands.
    Rewritten,
    /// A checkpoint is of another chain.
    OtherChain,
    /// A checkpoint was signed with another key.
    OtherKey,
    /// A checkpoint's signature is wrong.
    Signature,
    /// A line of the checkpoint file holds no checkpoint.
    Line,
}

impl ProblemKind {
    /// Whether such a problem names the very record. A checkpoint only says that something before it is wrong.
    const fn is_exact(self) -> bool {
        !matches!(self, Self::Rewritten | Self::OtherChain)
    }

    /// What to do about it.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Beginning | Self::Gap | Self::Body | Self::Link => {
                "keep a copy of the database as evidence, then compare it with a backup from before the change"
            }
            Self::RemovedTail => {
                "records were removed from the end, or an old backup was restored: keep copies of database and checkpoint \
                 file as evidence, then look for a newer backup"
            }
            Self::Rewritten => {
                "somebody recomputed the chain: keep copies of database and checkpoint file as evidence, and trust only \
                 a backup that agrees with the checkpoint"
            }
            Self::OtherChain => "make sure that database and checkpoint file belong together",
            Self::OtherKey => "verify with the public key whose id the checkpoint names",
            Self::Signature | Self::Line => {
                "the checkpoint file was changed: compare it with the copy that is kept elsewhere"
            }
        }
    }
}

/// Reads every record in pages, recomputes every hash, and holds the chain against every checkpoint. Detects changed
/// bodies, changed, removed, inserted and exchanged records, and, as far as checkpoints reach, a recomputed chain and a
/// removed tail. Fails only when the store cannot be read; everything else is in the report.
pub async fn verify(
    repository: &dyn LedgerRepository,
    checkpoints: &[CheckpointLine],
    key: &PublicKey,
) -> Result<VerifyReport, StoreError> {
    let mut walk = Walk::new(checkpoints, key);
    let mut after = 0;
    loop {
        let rows = repository.ledger_rows(after, Limit::MAX).await?;
        for row in &rows {
            walk.step(row);
        }
        match rows.last() {
            Some(last) if rows.len() == Limit::MAX.get() => after = last.seq,
            _ => break,
        }
    }
    Ok(walk.finish())
}

struct Walk<'a> {
    report: VerifyReport,
    /// Well-signed checkpoints that the walk has not come to.
    ahead: BTreeMap<i64, Vec<&'a Checkpoint>>,
    chain: [u8; 32],
    previous: [u8; 32],
    scratch: Vec<u8>,
}

impl<'a> Walk<'a> {
    fn new(checkpoints: &'a [CheckpointLine], key: &PublicKey) -> Self {
        let mut report = VerifyReport::default();
        let mut ahead: BTreeMap<i64, Vec<&Checkpoint>> = BTreeMap::new();
        let key_id = key.id();
        for line in checkpoints {
            let number = line.line;
            match &line.checkpoint {
                None => {
                    let message = format!("line {number} of the checkpoint file holds no checkpoint");
                    report.add(ProblemKind::Line, None, message);
                }
                Some(checkpoint) if checkpoint.statement.key_id != key_id => {
                    let message = format!(
                        "the checkpoint in line {number} names the key `{}`, and the given key is `{key_id}`",
                        checkpoint.statement.key_id.chars().take(64).collect::<String>()
                    );
                    report.add(ProblemKind::OtherKey, None, message);
                }
                Some(checkpoint) if !key.signed(checkpoint) => {
                    let message = format!("the signature of the checkpoint in line {number} is wrong");
                    report.add(ProblemKind::Signature, None, message);
                }
                Some(checkpoint) => ahead.entry(checkpoint.statement.seq).or_default().push(checkpoint),
            }
        }
        Self { report, ahead, chain: [0; 32], previous: [0; 32], scratch: Vec::new() }
    }

    fn step(&mut self, row: &LedgerRow) {
        if self.report.records == 0 {
            self.begin(row);
        }
        let expected = self.report.last_seq.saturating_add(1);
        if row.seq != expected {
            let message = format!("record {} follows record {}", row.seq, self.report.last_seq);
            self.report.add(ProblemKind::Gap, Some(expected), message);
        }
        match &row.body {
            Some(body) if sha256(body.as_bytes()) != row.body_hash => {
                let message = format!("the body of record {} is not the one that was recorded", row.seq);
                self.report.add(ProblemKind::Body, Some(row.seq), message);
            }
            Some(_) => {}
            None => {
                self.report.erased_bodies += 1;
                self.report.youngest_erased = self.report.youngest_erased.max(Some(row.at));
            }
        }
        if row_hash(&self.chain, &self.previous, row, &mut self.scratch) != row.hash {
            let message = format!("record {} does not follow its predecessor: one of them was changed", row.seq);
            self.report.add(ProblemKind::Link, Some(row.seq), message);
        }
        self.previous = row.hash;
        self.report.records += 1;
        self.report.last_seq = row.seq;
        for checkpoint in self.ahead.remove(&row.seq).unwrap_or_default() {
            self.compare(row, checkpoint);
        }
    }

    fn begin(&mut self, row: &LedgerRow) {
        self.chain = row.body_hash;
        self.report.chain = Some(Hash(row.body_hash));
        if row.seq != 1 || row.kind != GENESIS {
            let message = format!("the first record is number {} and of the kind `{}`", row.seq, row.kind);
            self.report.add(ProblemKind::Beginning, Some(1), message);
        }
    }

    fn compare(&mut self, row: &LedgerRow, checkpoint: &Checkpoint) {
        let statement = &checkpoint.statement;
        if statement.chain != Hash(self.chain).to_string() {
            let message = format!("the checkpoint `{}` of {} is of another chain", statement.id, statement.at);
            self.report.add(ProblemKind::OtherChain, Some(self.unproven()), message);
        } else if statement.hash == Hash(row.hash).to_string() {
            self.report.checkpoints += 1;
            self.report.anchored_to = row.seq;
        } else {
            let first = self.unproven();
            let message = format!(
                "record {} is not the one that the checkpoint `{}` of {} signed; records {first} to {} may be rewritten",
                row.seq, statement.id, statement.at, row.seq
            );
            self.report.add(ProblemKind::Rewritten, Some(first), message);
        }
    }

    /// The first record that no good checkpoint stands behind so far.
    fn unproven(&self) -> i64 {
        self.report.anchored_to.saturating_add(1)
    }

    fn finish(mut self) -> VerifyReport {
        let last = self.report.last_seq;
        for checkpoint in std::mem::take(&mut self.ahead).into_values().flatten() {
            let statement = &checkpoint.statement;
            let message = format!(
                "the ledger ends at record {last}, and the checkpoint `{}` of {} stands at record {}",
                statement.id, statement.at, statement.seq
            );
            self.report.add(ProblemKind::RemovedTail, Some(last.saturating_add(1)), message);
        }
        self.report
    }
}
