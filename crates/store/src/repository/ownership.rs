//! Who controls the hosts of connectors: challenges, proofs and consents.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{ConnectorSlug, ConsentId, OwnershipConsent, OwnershipProof, ProofId, Timestamp};

/// Proofs of ownership and consents of owners. They are taken back and never deleted, because the ledger names them.
///
/// With each of these writes, what re-verification knows about the ownership of the connector's hosts falls due.
#[async_trait]
pub trait OwnershipRepository: Send + Sync {
    /// Adds a challenge.
    async fn add_ownership_proof(&self, proof: &OwnershipProof) -> Result<(), StoreError>;

    /// Replaces what is kept of a challenge and counts its revision up. Only what was seen and when (`checks`, `proven`,
    /// `failures`, `due`) and whether it was taken back are written; the rest never changes. `Changed` when `proof` is not
    /// of the revision that the database holds, or was taken back there.
    async fn change_ownership_proof(&self, proof: &OwnershipProof) -> Result<(), StoreError>;

    /// One challenge.
    async fn ownership_proof(&self, id: ProofId) -> Result<OwnershipProof, StoreError>;

    /// The challenges for a connector in the order of their identifiers, also those that hold no longer.
    async fn ownership_proofs(
        &self,
        connector: &ConnectorSlug,
        after: Option<ProofId>,
        limit: Limit,
    ) -> Result<Vec<OwnershipProof>, StoreError>;

    /// What is due to be looked for again at `now`, the longest due first.
    async fn due_ownership_proofs(&self, now: Timestamp, limit: Limit) -> Result<Vec<OwnershipProof>, StoreError>;

    /// Adds a consent. `Invalid` when it says nothing where it has to, or would hold for nothing or for more than 366 days.
    async fn add_ownership_consent(&self, consent: &OwnershipConsent) -> Result<(), StoreError>;

    /// Takes a consent back; false when that was done before.
    async fn revoke_ownership_consent(&self, id: ConsentId, at: Timestamp) -> Result<bool, StoreError>;

    /// One consent.
    async fn ownership_consent(&self, id: ConsentId) -> Result<OwnershipConsent, StoreError>;

    /// The consents for a connector in the order of their identifiers, also those that hold no longer.
    async fn ownership_consents(
        &self,
        connector: &ConnectorSlug,
        after: Option<ConsentId>,
        limit: Limit,
    ) -> Result<Vec<OwnershipConsent>, StoreError>;
}
