//! Who controls the hosts of a connector: challenges to prove it, and consents of owners who are not the publisher.
//!
//! A connector need not be published yet: proofs come before the first version. They are for its owner, and before that for
//! whoever asked; if somebody else publishes under the name first, they are worth nothing to them.

pub(crate) mod begin;
pub(crate) mod check;
pub(crate) mod consent;
pub(crate) mod consents;
pub(crate) mod proofs;
pub(crate) mod revoke;
pub(crate) mod withdraw;

use crate::extract::parse;
use crate::ownership::LookError;
use crate::problem::Problem;
use crate::state::ConsoleState;
use crate::time::rfc3339;
use backshell_model::{Caller, Clock, ConnectorSlug, OwnershipConsent, OwnershipProof, ProofMethod, UserId};
use backshell_permission::{Action, Resource};
use backshell_probe::ownership::Challenge;
use backshell_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// A challenge to prove control of a host, and how it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnershipProof)]
pub(crate) struct ProofBody {
    /// Names the challenge, 32 hexadecimal digits; the file of the answer has this name.
    id: String,
    /// The connector that it is for.
    connector: String,
    /// Who has to answer: the owner of the connector, or whoever is going to publish it.
    publisher: String,
    /// The host.
    host: String,
    /// `open` (waits for its answer), `expired` (waited for 7 days), `proven`, `suspect` (not seen again: no new
    /// connections), `lost` (no calls) or `revoked`.
    state: &'static str,
    /// Where the TXT record stands that answers it.
    record: String,
    /// The address of the file that answers it.
    file: String,
    /// How it was proven: `dns` or `file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    method: Option<&'static str>,
    /// When the answer was seen last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    proven_at: Option<String>,
    /// How often it was looked for since and not seen.
    failures: usize,
    /// When the node looks again by itself; absent while nobody has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    due: Option<String>,
    /// Who asked for it.
    opened_by: String,
    /// When it was made.
    opened_at: String,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revoked_at: Option<String>,
}

impl ProofBody {
    fn of(proof: &OwnershipProof, clock: &dyn Clock) -> Self {
        let challenge = Challenge::from(proof);
        let state = challenge.state(clock.now()).as_str();
        Self {
            id: proof.id.to_string(),
            connector: proof.connector.to_string(),
            publisher: proof.publisher.to_string(),
            host: proof.host.to_string(),
            state: if proof.revoked_at.is_some() { "revoked" } else { state },
            record: challenge.record(),
            file: challenge.file(),
            method: proof.proven.map(|(method, _)| ProofMethod::as_str(method)),
            proven_at: proof.proven.map(|(_, at)| rfc3339(at)),
            failures: proof.failures.len(),
            due: proof.due.filter(|_| proof.revoked_at.is_none()).map(rfc3339),
            opened_by: proof.opened_by.to_string(),
            opened_at: rfc3339(proof.opened_at),
            revoked_at: proof.revoked_at.map(rfc3339),
        }
    }
}

/// The owner of a host consents to a connector that somebody else publishes.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnershipConsent)]
pub(crate) struct ConsentBody {
    /// Names the consent, `cst_…`.
    id: String,
    /// The connector.
    connector: String,
    /// Whom it was given to: the owner of the connector, or whoever is going to publish it.
    publisher: String,
    /// The host.
    host: String,
    /// The company that runs the service.
    company: String,
    /// Who consented for it.
    approver: String,
    /// Where that is written down.
    reference: String,
    /// Where the company's privacy policy is.
    privacy_policy: String,
    /// Whether it holds.
    holds: bool,
    /// Who recorded it.
    recorded_by: String,
    /// Since when it holds.
    recorded_at: String,
    /// From then on it holds no longer.
    expires_at: String,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revoked_at: Option<String>,
}

impl ConsentBody {
    fn of(consent: OwnershipConsent, clock: &dyn Clock) -> Self {
        Self {
            id: consent.id.to_string(),
            connector: consent.connector.to_string(),
            publisher: consent.publisher.to_string(),
            host: consent.host.to_string(),
            holds: consent.revoked_at.is_none() && clock.now() < consent.expires_at,
            company: consent.company,
            approver: consent.approver,
            reference: consent.reference,
            privacy_policy: consent.privacy_policy,
            recorded_by: consent.recorded_by.to_string(),
            recorded_at: rfc3339(consent.recorded_at),
            expires_at: rfc3339(consent.expires_at),
            revoked_at: consent.revoked_at.map(rfc3339),
        }
    }
}

/// The owner of a connector; `None` while it is not published.
async fn owner(state: &ConsoleState, slug: &ConnectorSlug) -> Result<Option<UserId>, Problem> {
    match state.store.connector(slug).await {
        Ok(connector) => Ok(Some(connector.owner)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What a proof is done to: the connector, as the property of whoever has to prove.
fn property(slug: &ConnectorSlug, publisher: &UserId) -> Resource {
    Resource::Connector { slug: slug.clone(), owner: publisher.clone() }
}

/// A challenge of this connector. One of another connector is not found here.
async fn proof_of(state: &ConsoleState, connector: &str, id: &str) -> Result<OwnershipProof, Problem> {
    let slug: ConnectorSlug = parse("connector", connector)?;
    let proof = state.store.ownership_proof(parse("proof", id)?).await?;
    if proof.connector == slug { Ok(proof) } else { Err(Problem::not_found("the connector has no such challenge")) }
}

/// Whether the caller may see what is on file of this publisher: the publisher, administrators, and who reads the ledger.
fn may_see(state: &ConsoleState, caller: &Caller, slug: &ConnectorSlug, publisher: &UserId) -> bool {
    let wanted = [(Action::PublishConnector, property(slug, publisher)), (Action::ReadLedger, Resource::Platform)];
    state.permit_any(caller, &wanted).is_ok()
}

impl From<LookError> for Problem {
    fn from(error: LookError) -> Self {
        match error {
            LookError::Refused(refused) => {
                let reason = match refused {
                    backshell_probe::ownership::CheckRefused::TooOften(_) => "checked_too_often",
                    backshell_probe::ownership::CheckRefused::Expired => "challenge_expired",
                };
                Self::conflict(refused.to_string()).reason(reason)
            }
            LookError::Store(error) => error.into(),
            LookError::Ledger(error) => error.into(),
        }
    }
}
