//! Rotation of the key-encryption key: every data key is wrapped anew, and what they sealed stays as it is.
//!
//! Two things must change together, the wrapped keys in the database and the key that the configuration points to:
//!
//! ```text
//! 1  the new key is on disk beside the old one         master.key.next
//! 2  all data keys are wrapped anew                    one transaction
//! 3  the old key is kept under its own name            master.key.<id>
//! 4  the new key takes the place of the old one        rename
//! ```
//! The database is the witness: cut off before 2, the old key still opens everything and a later rotation goes on with the
//! same new key; cut off after 2, the next start, or rotation, does 3 and 4. A key that is in an environment variable is
//! changed by whoever sets that variable; then there is only step 2.

use crate::config::{self, Config};
use crate::keys;
use crate::node;
use crate::offline::Offline;
use crate::whole_file;
use anyhow::{Context, bail};
use backshell_gateway::connect::recorded;
use backshell_ledger::ActRecord;
use backshell_model::{Random, WrappedDataKey};
use backshell_vault::{KeyEncryptionKey, Vault};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the new key comes from.
#[derive(Clone, Debug)]
pub(crate) enum NewKey {
    /// From randomness.
    Made,
    /// From a file, whose content is copied.
    File(PathBuf),
    /// From an environment variable; for configurations with `vault.key_variable`.
    Variable(String),
}

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rotated {
    /// Names the key that was in force.
    pub(crate) old: String,
    /// Names the key that is.
    pub(crate) new: String,
    /// Data keys that were wrapped anew.
    pub(crate) data_keys: usize,
    /// Where the old key is kept for the backups that were made before; `None` when it was never in a file.
    pub(crate) kept: Option<PathBuf>,
    /// Whether the old wrappings cannot be read from the database's files any more.
    pub(crate) scrubbed: bool,
}

/// Wraps every data key by a new key-encryption key. The act is on record before anything changes.
pub(crate) async fn rotate(config: &Config, offline: &Offline, new: &NewKey) -> anyhow::Result<Rotated> {
    let data_keys = node::data_keys(&*offline.store).await?;
    // What an earlier rotation left undone is done first, so that it is not undone by this one.
    finish(config, &data_keys)?;
    let old = keys::key_encryption_key(config, &*offline.random, false)?;
    let (new, in_files) = match (&config.vault.key_variable, new) {
        (None, NewKey::Variable(_)) => bail!(
            "the key is in a file; `--new-variable` is for configurations with `vault.key_variable`, give `--new-file` or neither"
        ),
        (Some(_), NewKey::Made | NewKey::File(_)) => bail!(
            "the key comes from the variable that `vault.key_variable` names; put the new key into another variable and name \
             it with `--new-variable`"
        ),
        (Some(_), NewKey::Variable(name)) => {
            let text = config::variable(name).with_context(|| format!("the variable `{name}` is not set"))?;
            let key = KeyEncryptionKey::from_text(&text)
                .with_context(|| format!("the variable `{name}` holds no usable key"))?;
            (key, None)
        }
        (None, NewKey::Made) => (next_key(config, &*offline.random, None)?, Some(key_file(config))),
        (None, NewKey::File(path)) if read_key(path)?.id() == old.id() => {
            bail!("`{}` holds the key that is in use, `{}`; nothing was changed", path.display(), old.id())
        }
        (None, NewKey::File(path)) => (next_key(config, &*offline.random, Some(path))?, Some(key_file(config))),
    };
    if new.id() == old.id() {
        bail!("the new key is the key that is in use, `{}`; nothing was changed", old.id());
    }
    let changes = wrap_anew(&data_keys, &old, &new, &offline.random)?;
    let count = changes.len().to_string();
    let mut act = ActRecord::done(None, "vault.rotate", new.id());
    act.details = vec![("old", old.id()), ("data_keys", &count)];
    recorded(&offline.ledger, act, |_: &anyhow::Error| "failed", async {
        offline
            .store
            .rewrap_data_keys(&changes)
            .await
            .context("the data keys cannot be stored; nothing was changed")?;
        if let Some(file) = &in_files {
            put_in_place(file, old.id())?;
        }
        Ok(())
    })
    .await?;
    let scrubbed = offline.store.scrub().await.context("the database's log cannot be emptied")?;
    Ok(Rotated {
        kept: in_files.map(|file| retired(&file, old.id())),
        old: old.id().to_owned(),
        new: new.id().to_owned(),
        data_keys: changes.len(),
        scrubbed,
    })
}

/// Does what a rotation that was cut off has left to do: when the data keys are wrapped by the key in `….next`, that key
/// takes its place. Whoever opens the vault calls this first.
pub(crate) fn finish(config: &Config, data_keys: &[WrappedDataKey]) -> anyhow::Result<()> {
    let file = key_file(config);
    let next = next(&file);
    if config.vault.key_variable.is_some() || data_keys.is_empty() || !next.exists() {
        return Ok(());
    }
    let new = read_key(&next)?;
    if data_keys.iter().any(|key| key.key_encryption_key != new.id()) {
        tracing::warn!(file = %next.display(), "a rotation of the key was begun and not done; run `backshell vault rotate`");
        return Ok(());
    }
    let old = read_key(&file)?;
    tracing::warn!(old = old.id(), new = new.id(), "a rotation of the key was cut off; it is finished now");
    put_in_place(&file, old.id())
}

fn key_file(config: &Config) -> PathBuf {
    config.vault.key_file.clone().unwrap_or_else(|| config.data.dir.join("master.key"))
}

fn next(file: &Path) -> PathBuf {
    beside(file, "next")
}

fn retired(file: &Path, id: &str) -> PathBuf {
    beside(file, id)
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn read_key(path: &Path) -> anyhow::Result<KeyEncryptionKey> {
    let bytes = keys::read_or_make(path, || bail!("`{}` is missing; put it back from its copy", path.display()))?;
    KeyEncryptionKey::from_file(bytes.expose()).with_context(|| format!("`{}` holds no usable key", path.display()))
}

/// The new key, on disk in `….next`: the one that an earlier rotation left there, a copy of `given`, or a new one.
fn next_key(config: &Config, random: &dyn Random, given: Option<&Path>) -> anyhow::Result<KeyEncryptionKey> {
    let next = next(&key_file(config));
    if let Some(given) = given {
        let key = read_key(given)?;
        if next.exists() && read_key(&next)?.id() != key.id() {
            bail!(
                "`{}` is left from a rotation that was begun with another key; run `backshell vault rotate` without a key to \
                 go on with that one, or remove the file",
                next.display()
            );
        }
    }
    keys::read_or_make(&next, || match given {
        Some(given) => keys::read_or_make(given, || bail!("`{}` is gone", given.display())),
        None => Ok(KeyEncryptionKey::generate_file(random)),
    })?;
    sync_folder(&next)?;
    read_key(&next)
}

/// The data keys as they are and as they will be. Each new wrapping is opened once before it counts.
fn wrap_anew(
    data_keys: &[WrappedDataKey],
    old: &KeyEncryptionKey,
    new: &KeyEncryptionKey,
    random: &Arc<dyn Random>,
) -> anyhow::Result<Vec<(WrappedDataKey, WrappedDataKey)>> {
    let (opens, checks) = (Vault::new(old.clone(), Arc::clone(random)), Vault::new(new.clone(), Arc::clone(random)));
    let wrap = |before: &WrappedDataKey| -> anyhow::Result<_> {
        let after = opens.rewrap(before, new).context("a data key does not open; nothing was changed")?;
        checks.rewrap(&after, new).context("a data key that was wrapped anew does not open; nothing was changed")?;
        Ok((before.clone(), after))
    };
    data_keys.iter().filter(|key| key.key_encryption_key != new.id()).map(wrap).collect()
}

/// Keeps the old key under its own name and lets the new one take its place. Can be repeated.
fn put_in_place(file: &Path, old: &str) -> anyhow::Result<()> {
    let kept = retired(file, old);
    keys::read_or_make(&kept, || keys::read_or_make(file, || bail!("`{}` is missing", file.display())))?;
    sync_folder(file)?;
    let next = next(file);
    std::fs::rename(&next, file)
        .with_context(|| format!("`{}` cannot take the place of `{}`", next.display(), file.display()))?;
    sync_folder(file)
}

/// As [`whole_file::sync_folder`], which here nothing goes on without.
fn sync_folder(file: &Path) -> anyhow::Result<()> {
    whole_file::sync_folder(file).with_context(|| format!("the folder of `{}` cannot be written", file.display()))
}
