//! Looks for the answers of proofs again: every two weeks, and daily while one is not seen. A proof is looked for whether or
//! not connections use its hosts, because the next version of its connector rests on it, too.

use crate::rounds::rounds;
use backshell_console::{HostProbe, LookError, look_again};
use backshell_ledger::Ledger;
use backshell_model::Clock;
use backshell_store::{Conflict, Limit, Store, StoreError};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the job looks whether something is due.
const TICK: Duration = Duration::from_mins(1);
/// How many proofs are looked for in one round; the rest waits for the next one.
const ROUND: usize = 50;

/// What the job did since the node started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProofCounts {
    /// Looks that saw the answer.
    pub seen: u64,
    /// Looks that found it gone.
    pub gone: u64,
    /// Looks that could not be made.
    pub not_measured: u64,
}

/// Looks for proofs again.
pub struct ProofJob {
    store: Arc<dyn Store>,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    probe: Arc<dyn HostProbe>,
    counts: [AtomicU64; 3],
}

impl fmt::Debug for ProofJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofJob").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl ProofJob {
    /// Looks through `probe`.
    pub fn new(store: Arc<dyn Store>, ledger: Ledger, clock: Arc<dyn Clock>, probe: Arc<dyn HostProbe>) -> Self {
        Self { store, ledger, clock, probe, counts: Default::default() }
    }

    /// What was done so far.
    pub fn counts(&self) -> ProofCounts {
        let [seen, gone, not_measured] = &self.counts;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        ProofCounts { seen: read(seen), gone: read(gone), not_measured: read(not_measured) }
    }

    /// Runs until `stop`: every minute what is due.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let complaint = "proofs of ownership could not be looked for";
        rounds(TICK, stop, complaint, || async { self.run().await.map(drop) }).await;
    }

    /// Looks for what is due; how many looks were made.
    pub async fn run(&self) -> Result<usize, StoreError> {
        let mut looks = 0_usize;
        for proof in self.store.due_ownership_proofs(self.clock.now(), Limit::new(ROUND)).await? {
            let (id, failures) = (proof.id, proof.failures.len());
            let look = look_again(&*self.store, &self.ledger, &*self.clock, &*self.probe, proof, None).await;
            let [seen, gone, not_measured] = &self.counts;
            let count = match look {
                Ok(look) if look.looked.seen.is_some() => seen,
                Ok(look) if look.proof.failures.len() > failures => gone,
                Ok(_) => not_measured,
                // Somebody looked just now, or took it back.
                Err(LookError::Refused(_) | LookError::Store(StoreError::Conflict(Conflict::Changed(_)))) => continue,
                Err(LookError::Store(error)) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, proof = %id, "a proof was looked for in vain");
                    not_measured
                }
            };
            count.fetch_add(1, Ordering::Relaxed);
            looks = looks.saturating_add(1);
        }
        Ok(looks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::testing::{DAY, Grounds};
    use crate::drift::{DriftJob, OwnershipRecheck, Schedule};
    use async_trait::async_trait;
    use backshell_model::{
        ConsentId, Drift, HostName, HostPort, OwnershipConsent, PublisherKind, RecheckOutcome, Timestamp, UserId,
    };
    use backshell_probe::facts::{Facts, Standing};
    use backshell_probe::hosts::Endpoint;
    use backshell_probe::measure::Looked;
    use backshell_probe::ownership::{Challenge, Method};
    use backshell_store::{OwnershipRepository as _, VerificationRepository as _};
    use backshell_testkit::SeededRandom;
    use std::sync::Mutex;

    /// Whether the record is there; `None` while nobody can look.
    #[derive(Debug)]
    struct Zone(Mutex<Option<bool>>);

    #[async_trait]
    impl HostProbe for Zone {
        async fn look_for(&self, _: &Challenge) -> Looked {
            let is_there = *self.0.lock().unwrap();
            Looked {
                seen: (is_there == Some(true)).then_some(Method::Dns),
                dns: String::new(),
                file: String::new(),
                zone_answered: is_there.is_some(),
                host_answered: false,
            }
        }

        async fn measure(&self, _: &Endpoint, _: &[HostPort]) -> Option<Facts> {
            None
        }

        async fn measure_before_series(&self, _: &Endpoint, _: &[HostPort]) -> Option<Facts> {
            None
        }

        fn standing(&self, _: &HostName) -> Option<Standing> {
            None
        }
    }

    struct Scene {
        grounds: Grounds,
        zone: Arc<Zone>,
        proofs: ProofJob,
        drift: DriftJob,
    }

    impl Scene {
        async fn of(publisher: PublisherKind) -> Self {
            let grounds = Grounds::of(publisher).await;
            let zone = Arc::new(Zone(Mutex::new(Some(true))));
            let (store, clock, ledger) =
                (|| grounds.store.clone(), || grounds.clock.clone(), || grounds.ledger.clone());
            let proofs = ProofJob::new(store(), ledger(), clock(), zone.clone());
            let check = Arc::new(OwnershipRecheck::new(store(), clock()));
            let drift = DriftJob::new(store(), ledger(), clock(), vec![check], Schedule::default());
            Self { grounds, zone, proofs, drift }
        }

        fn host() -> HostName {
            HostName::parse("contoso.com").unwrap()
        }

        /// Proves the domain for the connector's owner.
        async fn prove(&self) {
            let Grounds { store, clock, ledger, connector } = &self.grounds;
            let owner = &connector.owner;
            let (challenge, _) = Challenge::open(
                owner.as_str(),
                &Self::host(),
                connector.slug.as_str(),
                clock.now(),
                &SeededRandom::new(1),
            );
            let kept = challenge.to_keep(connector.slug.clone(), owner.clone(), owner.clone());
            store.add_ownership_proof(&kept).await.unwrap();
            look_again(&**store, ledger, &**clock, &*self.zone, kept, None).await.unwrap();
        }

        fn record(&self, is_there: Option<bool>) {
            *self.zone.0.lock().unwrap() = is_there;
        }

        /// A day later: proofs, then hosts. How many proofs were looked for, and how the host stands.
        async fn tomorrow(&self) -> (usize, RecheckOutcome, Option<Drift>) {
            self.grounds.clock.advance(DAY);
            let looks = self.proofs.run().await.unwrap();
            let (outcome, drift) = self.stands().await;
            (looks, outcome, drift)
        }

        async fn stands(&self) -> (RecheckOutcome, Option<Drift>) {
            let (connector, endpoint) = self.grounds.endpoint();
            self.drift.run([(connector.clone(), endpoint)]).await.unwrap();
            let found = self.grounds.store.verifications(&connector).await.unwrap().remove(0);
            (found.outcome, found.drift)
        }
    }

    #[tokio::test]
    async fn a_proof_that_is_gone_restricts_and_then_holds_until_it_is_back() {
        use RecheckOutcome::{NotMeasured, Passed, Restricted, Suspended};
        let scene = Scene::of(PublisherKind::Verified).await;
        assert_eq!(scene.stands().await, (NotMeasured, None), "what nobody proved is neither passed nor lost");
        scene.prove().await;
        assert_eq!(scene.stands().await, (Passed, None), "what is on file counts at once");
        for _ in 0..13 {
            assert_eq!(scene.tomorrow().await, (0, Passed, None));
        }
        scene.record(Some(false));
        assert_eq!(scene.tomorrow().await, (1, Passed, None), "once is no reason");
        scene.record(None);
        assert_eq!(scene.tomorrow().await, (1, Passed, None), "nor is a look that cannot be made");
        scene.record(Some(false));
        for _ in 0..12 {
            assert_eq!(scene.tomorrow().await, (1, Restricted, Some(Drift::OwnershipDoubtful)));
        }
        assert_eq!(scene.tomorrow().await, (1, Suspended, Some(Drift::OwnershipLost)), "two weeks after the first");
        scene.record(Some(true));
        assert_eq!(scene.tomorrow().await, (1, Passed, None));
        assert_eq!(scene.proofs.counts(), ProofCounts { seen: 1, gone: 14, not_measured: 1 });
        let acts = scene.grounds.acts().await.join(" ");
        assert_eq!(
            acts,
            "ownership.proven ownership.doubtful endpoint.restrict ownership.lost endpoint.suspend ownership.proven \
             endpoint.resume"
        );
    }

    #[tokio::test]
    async fn the_operators_own_connectors_are_warned_about() {
        let scene = Scene::of(PublisherKind::Platform).await;
        scene.prove().await;
        scene.record(None);
        scene.grounds.clock.advance(31 * DAY);
        assert_eq!(scene.stands().await, (RecheckOutcome::Warned, Some(Drift::OwnershipLost)), "a proof grows old");
    }

    #[tokio::test]
    async fn a_consent_counts_until_it_ends() {
        use RecheckOutcome::{Passed, Suspended};
        let scene = Scene::of(PublisherKind::Independent).await;
        let Grounds { store, clock, connector, .. } = &scene.grounds;
        let consent = |days| OwnershipConsent {
            id: ConsentId::generate(clock.now(), &SeededRandom::new(days)),
            connector: connector.slug.clone(),
            publisher: connector.owner.clone(),
            host: HostName::parse("api.contoso.com").unwrap(),
            company: "Contoso".to_owned(),
            approver: "J. Doe".to_owned(),
            reference: "letter".to_owned(),
            privacy_policy: "https://contoso.com/privacy".to_owned(),
            recorded_by: UserId::new("adam").unwrap(),
            recorded_at: clock.now(),
            expires_at: Timestamp::from_secs(1_800_000_000 + i64::try_from(days).unwrap() * DAY),
            revoked_at: None,
        };
        // One that was given to somebody else is none.
        let elsewhere = OwnershipConsent { publisher: UserId::new("eve").unwrap(), ..consent(1) };
        store.add_ownership_consent(&elsewhere).await.unwrap();
        assert_eq!(scene.stands().await.0, RecheckOutcome::NotMeasured);
        store.add_ownership_consent(&consent(2)).await.unwrap();
        assert_eq!(scene.stands().await, (Passed, None));
        assert_eq!(scene.tomorrow().await, (0, Passed, None));
        assert_eq!(scene.tomorrow().await, (0, Suspended, Some(Drift::OwnershipLost)));
        let found = store.verifications(&connector.slug).await.unwrap().remove(0);
        assert!(!found.detail.contains("Doe") && !found.detail.contains("letter"), "{}", found.detail);
        let renewed = consent(9);
        store.add_ownership_consent(&renewed).await.unwrap();
        assert_eq!(scene.stands().await, (Passed, None));
        store.revoke_ownership_consent(renewed.id, clock.now()).await.unwrap();
        assert_eq!(scene.stands().await, (Suspended, Some(Drift::OwnershipLost)));
    }
}
