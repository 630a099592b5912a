//! Ownership of hosts on a server: what is on file, and one look for the answer of a challenge.
//!
//! A look is counted before it is made, judged by the state machine of `probe`, and on record where it changes how the
//! challenge stands. The API and the node's own schedule both look this way.

use crate::ports::HostProbe;
use backshell_ledger::{ActRecord, Ledger, LedgerError, Who};
use backshell_model::{Clock, ConnectorSlug, HostName, OwnershipProof, Timestamp, UserId};
use backshell_probe::measure::Looked;
use backshell_probe::ownership::{Challenge, CheckRefused, Consent, Standing, State, standing};
use backshell_store::{Limit, Store, StoreError};

/// What is on file about who controls the hosts of one connector.
#[derive(Clone, Debug, Default)]
pub struct OnFile {
    proofs: Vec<(Challenge, bool)>,
    consents: Vec<Consent>,
}

impl OnFile {
    /// Reads what counts for this publisher, who is the connector's owner once it is published.
    pub async fn read(store: &dyn Store, connector: &ConnectorSlug, publisher: &UserId) -> Result<Self, StoreError> {
        let mut file = Self::default();
        let mut after = None;
        loop {
            let page = store.ownership_proofs(connector, after, Limit::MAX).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let own = page.iter().filter(|proof| proof.publisher == *publisher);
            file.proofs.extend(own.map(|proof| (Challenge::from(proof), proof.revoked_at.is_some())));
        }
        let mut after = None;
        loop {
            let page = store.ownership_consents(connector, after, Limit::MAX).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let own = page.iter().filter(|consent| consent.publisher == *publisher);
            file.consents.extend(own.map(Consent::from));
        }
        Ok(file)
    }

    /// How many challenges wait for their answer or had one, and were not taken back.
    pub(crate) fn live(&self, now: Timestamp) -> usize {
        let live = |(proof, revoked): &&(Challenge, bool)| !revoked && proof.state(now) != State::Expired;
        self.proofs.iter().filter(live).count()
    }

    /// How a host stands.
    pub fn standing(&self, host: &HostName, now: Timestamp) -> Standing {
        standing(self.proofs.iter().map(|(proof, revoked)| (proof, *revoked)), &self.consents, host, now)
    }
}

/// Why nobody looked, or what was seen is not kept.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// Nobody may look now.
    #[error(transparent)]
    Refused(#[from] CheckRefused),
    /// The database failed, or somebody else looked or took the challenge back at the same time.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was seen cannot be recorded, so it does not count.
    #[error("what was seen could not be recorded, so it does not count: {0}")]
    Ledger(#[from] LedgerError),
}

/// What came of a look.
#[derive(Debug)]
pub struct Seen {
    /// The challenge, as it is kept now.
    pub proof: OwnershipProof,
    /// How it stood after the look before.
    pub before: State,
    /// How it stands.
    pub after: State,
    /// What was seen where.
    pub looked: Looked,
}

/// Looks for the answer of `proof` once, on behalf of `who`, or of the node itself.
pub async fn look_again(
    store: &dyn Store,
    ledger: &Ledger,
    clock: &dyn Clock,
    probe: &dyn HostProbe,
    mut proof: OwnershipProof,
    who: Option<Who<'_>>,
) -> Result<Seen, LookError> {
    let now = clock.now();
    let mut challenge = Challenge::from(&proof);
    // Time alone can lose a proof: what counts as news is measured from the look before.
    let before = challenge.state(challenge.checks.last().copied().unwrap_or(challenge.opened_at));
    challenge.begin_check(now)?;
    challenge.note_in(&mut proof, now);
    // The look counts whatever comes of it, and of two at the same time only one is made.
    store.change_ownership_proof(&proof).await?;
    proof.revision = proof.revision.saturating_add(1);
    let looked = probe.look_for(&challenge).await;
    let now = clock.now();
    let after = looked.note_in(&mut challenge, now);
    challenge.note_in(&mut proof, now);
    if after != before {
        let id = proof.id.to_string();
        let act = match after {
            State::Proven => "ownership.proven",
            State::Suspect => "ownership.doubtful",
            State::Lost => "ownership.lost",
            State::Open | State::Expired => "ownership.unanswered",
        };
        let mut record = ActRecord::done(who, act, &id);
        record.details = vec![("connector", proof.connector.as_str()), ("host", proof.host.as_str())];
        record.details.extend(looked.seen.map(|method| ("method", method.as_str())));
        match ledger.act(record).await {
            Ok(()) => {}
            // What is lost is lost whether or not that can be recorded; what is proven is not.
            Err(error) if after != State::Proven => tracing::error!(%error, act, "a lost proof is not on record"),
            Err(error) => return Err(error.into()),
        }
    }
    store.change_ownership_proof(&proof).await?;
    proof.revision = proof.revision.saturating_add(1);
    Ok(Seen { proof, before, after, looked })
}
