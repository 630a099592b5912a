//! Users as the ledger knows them: a random name each, behind which only the store's mapping sees a person.

use crate::body::random_hex;
use crate::error::LedgerError;
use backshell_model::{FastMap, Random, UserId};
use backshell_store::{Pseudonym, PseudonymRepository};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// How many users are kept in memory. Beyond it the cache starts anew.
const CACHED_USERS: usize = 100_000;

/// The mapping from users to pseudonyms, cached.
pub(crate) struct Pseudonyms {
    repository: Arc<dyn PseudonymRepository>,
    random: Arc<dyn Random>,
    cache: RwLock<FastMap<UserId, Pseudonym>>,
    /// Counts erasures, so that an answer read before one is not cached after it.
    erasures: AtomicU64,
}

impl Pseudonyms {
    pub(crate) fn new(repository: Arc<dyn PseudonymRepository>, random: Arc<dyn Random>) -> Self {
        Self { repository, random, cache: RwLock::default(), erasures: AtomicU64::new(0) }
    }

    /// The user's pseudonym, a new one when there is none. The store is asked once per user.
    pub(crate) async fn of(&self, user: &UserId) -> Result<Pseudonym, LedgerError> {
        if let Some(known) = self.cache.read().unwrap_or_else(PoisonError::into_inner).get(user) {
            return Ok(known.clone());
        }
        // Apart on the heap: it happens once per user, and every call would carry the room for it.
        Box::pin(self.ask(user)).await
    }

    async fn ask(&self, user: &UserId) -> Result<Pseudonym, LedgerError> {
        let erasures = self.erasures.load(Ordering::SeqCst);
        let proposed = Pseudonym::new(&format!("usr_{}", random_hex(self.random.as_ref())));
        let pseudonym =
            self.repository.pseudonym(user, &proposed).await.map_err(|error| LedgerError::unavailable(&error))?;
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        if self.erasures.load(Ordering::SeqCst) == erasures {
            if cache.len() >= CACHED_USERS {
                cache.clear();
            }
            cache.insert(user.clone(), pseudonym.clone());
        }
        Ok(pseudonym)
    }

    /// Erases the mapping; whether there was one.
    pub(crate) async fn erase(&self, user: &UserId) -> Result<bool, LedgerError> {
        let erased = self.repository.erase_pseudonym(user).await.map_err(|error| LedgerError::unavailable(&error))?;
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        self.erasures.fetch_add(1, Ordering::SeqCst);
        cache.remove(user);
        Ok(erased)
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(..)")
    }
}
