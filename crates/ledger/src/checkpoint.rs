//! Signed checkpoints: statements that the chain has a certain hash at a certain record, kept outside the database.
//!
//! The file holds JSON Lines. What is signed is `backshell-ledger-checkpoint-1`, a line feed, and the line's object
//! without its `signature`. Whoever can write the database but not this file cannot rewrite or remove a record that a
//! checkpoint stands behind without being found out. Copy the file to where the database's administrators cannot write.

use crate::body::At;
use crate::chain::{Hash, Head, sha256};
use crate::error::LedgerError;
use crate::options::Checkpoints;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use backshell_model::{CheckpointId, Clock, Random, SecretBytes};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const DOMAIN: &str = "backshell-ledger-checkpoint-1\n";

/// How much of the end of the file is read to find the last checkpoint; a line is about 400 bytes.
const TAIL_BYTES: u64 = 16_384;

/// How long a file that could not be written is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// One checkpoint as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// What is signed.
    #[serde(flatten)]
    pub statement: Statement,
    /// The Ed25519 signature, base64.
    pub signature: String,
}

/// What a checkpoint states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Names the checkpoint.
    pub id: String,
    /// Names the chain: the body hash of its first record, hexadecimal.
    pub chain: String,
    /// The number of the record.
    pub seq: i64,
    /// The record's row hash, hexadecimal.
    pub hash: String,
    /// When the checkpoint was signed, RFC 3339.
    pub at: String,
    /// Names the key: the first 16 hexadecimal digits of the SHA-256 of the public key.
    pub key_id: String,
}

impl Statement {
    fn message(&self) -> Result<Vec<u8>, LedgerError> {
        let json =
            serde_json::to_string(self).map_err(|error| LedgerError::Record { cause: error.to_string().into() })?;
        Ok([DOMAIN.as_bytes(), json.as_bytes()].concat())
    }
}

/// A line of a checkpoint file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointLine {
    /// Its number, from 1.
    pub line: usize,
    /// The checkpoint; `None` when the line holds none.
    pub checkpoint: Option<Checkpoint>,
}

/// Reads the text of a checkpoint file. Empty lines are left out; a line that holds no checkpoint is kept as such, so
/// that [`verify`](crate::verify()) can complain about it.
pub fn parse_checkpoints(text: &str) -> Vec<CheckpointLine> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| CheckpointLine {
            line: index.saturating_add(1),
            checkpoint: serde_json::from_str(line).ok(),
        })
        .collect()
}

/// The key that checkpoints are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Takes the 32 bytes of an Ed25519 public key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LedgerError> {
        if bytes.len() == 32 { Ok(Self(bytes.to_vec())) } else { Err(LedgerError::SigningKey) }
    }

    /// The public half of a signing key (PKCS#8).
    pub fn of_signing_key(signing_key: &SecretBytes) -> Result<Self, LedgerError> {
        Ok(Self(key_pair(signing_key)?.public_key().as_ref().to_vec()))
    }

    /// The 32 bytes of the key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name of the key in checkpoints.
    pub fn id(&self) -> String {
        Hash(sha256(&self.0)).to_string().chars().take(16).collect()
    }

    /// Whether the checkpoint was signed with this key.
    pub fn signed(&self, checkpoint: &Checkpoint) -> bool {
        let Ok(message) = checkpoint.statement.message() else { return false };
        let Ok(signature) = BASE64.decode(&checkpoint.signature) else { return false };
        UnparsedPublicKey::new(&ED25519, &self.0).verify(&message, &signature).is_ok()
    }
}

/// A new Ed25519 signing key, PKCS#8.
pub fn generate_signing_key(random: &dyn Random) -> Result<SecretBytes, LedgerError> {
    let mut seed = Zeroizing::new([0; 32]);
    random.fill(seed.as_mut_slice());
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| LedgerError::SigningKey)?;
    let document = pair.to_pkcs8().map_err(|_| LedgerError::SigningKey)?;
    Ok(SecretBytes::new(document.as_ref().to_vec()))
}

fn key_pair(signing_key: &SecretBytes) -> Result<Ed25519KeyPair, LedgerError> {
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(signing_key.expose()).map_err(|_| LedgerError::SigningKey)
}

/// Signs checkpoints and appends them to the file.
pub(crate) struct Notary {
    path: PathBuf,
    key: Ed25519KeyPair,
    key_id: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    every_records: u64,
    every: Duration,
    /// The record that the last checkpoint of this chain stands at; 0 when there is none.
    signed: i64,
    signed_at: Instant,
    /// When the file last could not be written. It is not tried at every group of records from then on.
    failed_at: Option<Instant>,
}

impl Notary {
    /// Opens the file, makes it when there is none, and holds its last checkpoint against the end of the chain.
    pub(crate) fn open(
        options: Checkpoints,
        head: Head,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, LedgerError> {
        let key = key_pair(&options.signing_key)?;
        let key_id = PublicKey::from_bytes(key.public_key().as_ref())?.id();
        let last = recover(&options.path).map_err(|error| file_error(&options.path, &error))?;
        let last = last.filter(|last| last.chain == Hash(head.chain).to_string());
        let behind = last.as_ref().is_some_and(|last| {
            last.seq > head.seq || (last.seq == head.seq && last.hash != Hash(head.hash).to_string())
        });
        if let Some(last) = last.as_ref().filter(|_| behind) {
            // Calls go on: the break is signed into the file and cannot be hidden any more.
            tracing::error!(
                checkpoint = %last.id,
                checkpoint_seq = last.seq,
                ledger_seq = head.seq,
                "the ledger does not reach its last checkpoint: records were removed or rewritten; run `backshell ledger verify`"
            );
        }
        Ok(Self {
            path: options.path,
            key,
            key_id,
            clock,
            random,
            every_records: options.every_records.max(1),
            every: options.every,
            signed: if behind { 0 } else { last.map_or(0, |last| last.seq) },
            signed_at: Instant::now(),
            failed_at: None,
        })
    }

    /// Whether a checkpoint at `head` is due. At the end it is, if there is a record since the last one.
    pub(crate) fn is_due(&self, head: Head, end: bool) -> bool {
        let unsigned = u64::try_from(head.seq.saturating_sub(self.signed)).unwrap_or(0);
        let resting = self.failed_at.is_some_and(|at| at.elapsed() < RETRY);
        let due = unsigned >= self.every_records || self.signed_at.elapsed() >= self.every;
        unsigned > 0 && (end || (due && !resting))
    }

    /// Signs a checkpoint at `head` and appends it to the file; on disk when it returns.
    pub(crate) fn sign(&mut self, head: Head) -> Result<(), LedgerError> {
        let signed = self.try_sign(head);
        let now = Instant::now();
        if signed.is_ok() {
            (self.signed, self.signed_at, self.failed_at) = (head.seq, now, None);
        } else {
            self.failed_at = Some(now);
        }
        signed
    }

    fn try_sign(&self, head: Head) -> Result<(), LedgerError> {
        let now = self.clock.now();
        let statement = Statement {
            id: CheckpointId::generate(now, self.random.as_ref()).to_string(),
            chain: Hash(head.chain).to_string(),
            seq: head.seq,
            hash: Hash(head.hash).to_string(),
            at: At(now).to_string(),
            key_id: self.key_id.clone(),
        };
        let signature = BASE64.encode(self.key.sign(&statement.message()?).as_ref());
        let mut line = serde_json::to_string(&Checkpoint { statement, signature })
            .map_err(|error| LedgerError::Record { cause: error.to_string().into() })?;
        line.push('\n');
        append(&self.path, line.as_bytes()).map_err(|error| file_error(&self.path, &error))
    }
}

fn file_error(path: &Path, error: &io::Error) -> LedgerError {
    LedgerError::CheckpointFile { path: path.display().to_string().into(), cause: error.to_string().into() }
}

/// Opened anew for each checkpoint, so that a file that was moved away for archiving is followed by a new one.
fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file = open(path)?;
    file.seek(SeekFrom::End(0))?;
    file.write_all(line)?;
    file.sync_data()
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let is_new = !path.try_exists()?;
    let file = options.open(path)?;
    if is_new && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        // The file's name must be on disk too.
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}

/// Cuts off a last line that a crash left unfinished, and reads the last checkpoint.
fn recover(path: &Path) -> io::Result<Option<Statement>> {
    let mut file = open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
    if whole < tail.len() {
        let keep = from.saturating_add(u64::try_from(whole).unwrap_or(0));
        tracing::warn!(file = %path.display(), "the last checkpoint was not written to its end and is dropped");
        file.set_len(keep)?;
        file.sync_all()?;
    }
    let text = String::from_utf8_lossy(tail.get(..whole).unwrap_or_default());
    Ok(parse_checkpoints(&text).into_iter().rev().find_map(|line| line.checkpoint).map(|found| found.statement))
}
