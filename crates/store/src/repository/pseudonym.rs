//! Pseudonyms: the names under which users stand in the ledger.

use crate::StoreError;
use async_trait::async_trait;
use backshell_model::UserId;
use std::{fmt, sync::Arc};

/// A random name that stands for a user in the ledger. Without its row in this database it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(Arc<str>);

impl Pseudonym {
    /// Takes a text that the caller made from randomness.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which user stands behind which pseudonym; erasing a row makes the ledger's entries anonymous without touching them.
#[async_trait]
pub trait PseudonymRepository: Send + Sync {
    /// The user's pseudonym; `proposed` becomes it when there is none yet. `Conflict` when `proposed` is taken.
    async fn pseudonym(&self, user: &UserId, proposed: &Pseudonym) -> Result<Pseudonym, StoreError>;

    /// The pseudonym that the user has, if any.
    async fn known_pseudonym(&self, user: &UserId) -> Result<Option<Pseudonym>, StoreError>;

    /// The user behind a pseudonym; `None` when it was erased or never existed.
    async fn user_behind(&self, pseudonym: &Pseudonym) -> Result<Option<UserId>, StoreError>;

    /// Erases the link between a user and their pseudonym, for good; whether there was one. The user gets a new
    /// pseudonym when they call again.
    async fn erase_pseudonym(&self, user: &UserId) -> Result<bool, StoreError>;
}
