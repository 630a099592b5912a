//! The vault itself: data keys in memory, sealing, and withdrawal against a proof of place.

use crate::binding::SecretBinding;
use crate::cipher::{Cipher, Key};
use crate::error::VaultError;
use crate::key::KeyEncryptionKey;
use crate::layout;
use backshell_auth::Secrets;
use backshell_boundary::{CellInside, Placed};
use backshell_model::{EnvironmentId, HostPort, Random, SealedSecrets, WrappedDataKey};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Seals and opens the secrets of connections. One per process; it is shared behind an `Arc`.
pub struct Vault {
    key_encryption_key: KeyEncryptionKey,
    random: Arc<dyn Random>,
    data_keys: RwLock<HashMap<EnvironmentId, Arc<DataKey>>>,
    withdrawals: AtomicU64,
}

/// A data key that is unwrapped when it is first used, and kept.
struct DataKey {
    wrapped: WrappedDataKey,
    key: OnceLock<Cipher>,
}

impl Vault {
    /// A vault without data keys. `random` makes keys and nonces: it must be unpredictable.
    pub fn new(key_encryption_key: KeyEncryptionKey, random: Arc<dyn Random>) -> Self {
        Self { key_encryption_key, random, data_keys: RwLock::default(), withdrawals: AtomicU64::new(0) }
    }

    /// Hands out the secrets of a placed call. Everything must be about one connection as it is now: `placed`, the
    /// binding made from the stored connection, and the sealed secrets; and the request must go to a host that the
    /// secrets were given for.
    pub fn withdraw(
        &self,
        placed: &Placed,
        binding: &SecretBinding,
        sealed: &SealedSecrets,
    ) -> Result<Secrets, VaultError> {
        self.withdrawals.fetch_add(1, Ordering::Relaxed);
        let connection = placed.connection();
        let of_one_connection = placed.environment() == binding.environment
            && connection == binding.connection
            && connection == sealed.connection
            && binding.generation == sealed.generation;
        if !of_one_connection {
            return Err(VaultError::Mismatch(connection));
        }
        let root = &placed.request().root;
        if !binding.hosts.contains(&HostPort { host: root.host.clone(), port: root.port }) {
            return Err(VaultError::HostNotBound(connection));
        }
        let data_key = self.data_key(binding.environment)?;
        let plaintext = data_key
            .unwrapped(&self.key_encryption_key)?
            .open(&binding.to_bytes(), &sealed.bytes)
            .map_err(|_| VaultError::SecretsRefused(connection))?;
        layout::read(&plaintext).ok_or(VaultError::SecretsRefused(connection))
    }

    /// How often secrets were asked for, successfully or not, since the process started. A call that is refused before
    /// its destination was judged leaves it as it is.
    pub fn withdrawals(&self) -> u64 {
        self.withdrawals.load(Ordering::Relaxed)
    }

    /// Seals the secrets of a connection, in a cell that may keep them. They replace all it had.
    pub fn seal(
        &self,
        inside: &CellInside,
        binding: &SecretBinding,
        secrets: &Secrets,
    ) -> Result<SealedSecrets, VaultError> {
        in_custody(inside, binding.environment)?;
        let data_key = self.data_key(binding.environment)?;
        let key = data_key.unwrapped(&self.key_encryption_key)?;
        let mut plaintext = layout::write(secrets)?;
        let bytes =
            key.seal(self.random.as_ref(), &binding.to_bytes(), &mut plaintext).map_err(|_| VaultError::Library)?;
        Ok(SealedSecrets { connection: binding.connection, generation: binding.generation, bytes: bytes.into() })
    }

    /// Makes the data key of the environment whose secrets this cell may keep. It must be stored before anything that it sealed, and
    /// [loaded](Self::load_data_key) before it is used.
    pub fn create_data_key(&self, inside: &CellInside) -> Result<WrappedDataKey, VaultError> {
        let mut key = Key::default();
        self.random.fill(key.as_mut_slice());
        self.wrap(key, inside.environment(), &self.key_encryption_key)
    }

    /// Whether the configured key can unwrap a stored data key. Loads nothing.
    pub fn check_data_key(&self, wrapped: &WrappedDataKey) -> Result<(), VaultError> {
        check_wrapped_by(wrapped, &self.key_encryption_key)
    }

    /// Makes a stored data key known, in a cell that may keep the environment's secrets. It is unwrapped when it is first needed; whether the configured key can unwrap it
    /// is asked at once. A key that is known is left alone, so this may be called with every snapshot.
    pub fn load_data_key(&self, inside: &CellInside, wrapped: &WrappedDataKey) -> Result<(), VaultError> {
        in_custody(inside, wrapped.environment)?;
        check_wrapped_by(wrapped, &self.key_encryption_key)?;
        let known = |keys: &HashMap<EnvironmentId, Arc<DataKey>>| {
            keys.get(&wrapped.environment).is_some_and(|known| known.wrapped == *wrapped)
        };
        if !known(&self.data_keys.read().unwrap_or_else(PoisonError::into_inner)) {
            let data_key = Arc::new(DataKey { wrapped: wrapped.clone(), key: OnceLock::new() });
            let mut keys = self.data_keys.write().unwrap_or_else(PoisonError::into_inner);
            keys.insert(wrapped.environment, data_key);
        }
        Ok(())
    }

    /// Forgets the data keys of every environment but these: this cell may not keep them any more.
    pub fn keep_data_keys(&self, keep: impl Fn(EnvironmentId) -> bool) {
        let mut keys = self.data_keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|environment, _| keep(*environment));
    }

    /// Wraps a data key for another key-encryption key. What it sealed stays as it is.
    pub fn rewrap(&self, wrapped: &WrappedDataKey, new: &KeyEncryptionKey) -> Result<WrappedDataKey, VaultError> {
        self.wrap(unwrap(wrapped, &self.key_encryption_key)?, wrapped.environment, new)
    }

    fn wrap(
        &self,
        mut key: Key,
        environment: EnvironmentId,
        by: &KeyEncryptionKey,
    ) -> Result<WrappedDataKey, VaultError> {
        let wrapped = Cipher::new(&by.key)
            .and_then(|cipher| cipher.seal(self.random.as_ref(), &wrapping(environment, by), key.as_mut_slice()))
            .map_err(|_| VaultError::Library)?;
        Ok(WrappedDataKey { environment, key_encryption_key: by.id().to_owned(), wrapped })
    }

    fn data_key(&self, environment: EnvironmentId) -> Result<Arc<DataKey>, VaultError> {
        let keys = self.data_keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(&environment).cloned().ok_or(VaultError::NoDataKey(environment))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("key_encryption_key", &self.key_encryption_key)
            .field("withdrawals", &self.withdrawals)
            .finish_non_exhaustive()
    }
}

impl DataKey {
    fn unwrapped(&self, by: &KeyEncryptionKey) -> Result<&Cipher, VaultError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = Cipher::new(&unwrap(&self.wrapped, by)?).map_err(|_| VaultError::Library)?;
        Ok(self.key.get_or_init(|| key))
    }
}

fn unwrap(wrapped: &WrappedDataKey, by: &KeyEncryptionKey) -> Result<Key, VaultError> {
    check_wrapped_by(wrapped, by)?;
    let refused = || VaultError::DataKeyRefused(wrapped.environment);
    let bytes = Cipher::new(&by.key)
        .and_then(|cipher| cipher.open(&wrapping(wrapped.environment, by), &wrapped.wrapped))
        .map_err(|_| refused())?;
    let mut key = Key::default();
    if bytes.len() != key.len() {
        return Err(refused());
    }
    key.copy_from_slice(&bytes);
    Ok(key)
}

/// Custody: the proof must be about the environment.
fn in_custody(inside: &CellInside, environment: EnvironmentId) -> Result<(), VaultError> {
    if inside.environment() == environment { Ok(()) } else { Err(VaultError::OutsideCustody(environment)) }
}

fn check_wrapped_by(wrapped: &WrappedDataKey, by: &KeyEncryptionKey) -> Result<(), VaultError> {
    if wrapped.key_encryption_key == by.id() {
        return Ok(());
    }
    Err(VaultError::OtherKey {
        environment: wrapped.environment,
        wrapped_by: wrapped.key_encryption_key.chars().take(64).collect(),
        configured: by.id().to_owned(),
    })
}

/// What a wrapped data key is bound to.
fn wrapping(environment: EnvironmentId, by: &KeyEncryptionKey) -> Vec<u8> {
    [b"backshell data key 1\0", environment.to_bytes().as_slice(), by.id().as_bytes()].concat()
}
