//! Proofs of ownership and consents of owners.

use super::samples::{at, ownership_consent, ownership_proof, user};
use super::{bumps, two};
use backshell_model::{HostName, ProofMethod, Recheck, RecheckOutcome, Timestamp, Verification};
use backshell_store::{Conflict, Noun, Store, StoreError};

pub(crate) async fn proofs(store: &dyn Store) {
    // No connector of this name is published: it can be proven before.
    let slug = "contoso".parse().unwrap();
    let mut all = [1, 2, 3].map(ownership_proof);
    all.sort_by_key(|proof| proof.id);
    (all[1].proven, all[1].due) = (Some((ProofMethod::File, at(4))), Some(at(5)));
    for one in &all {
        assert_eq!(bumps(store, store.add_ownership_proof(one)).await, (Ok(()), false), "calls do not depend on it");
        assert_eq!(store.ownership_proof(one.id).await.unwrap(), *one);
    }
    assert_eq!(store.ownership_proofs(&slug, None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.ownership_proofs(&slug, Some(all[1].id), two()).await.unwrap(), all[2..]);
    assert_eq!(store.ownership_proofs(&"other".parse().unwrap(), None, two()).await.unwrap(), []);
    assert_eq!(store.add_ownership_proof(&all[0]).await, Err(Conflict::Exists(Noun::OwnershipProof).into()));
    let unknown = ownership_proof(9);
    assert_eq!(store.ownership_proof(unknown.id).await, Err(StoreError::NotFound(Noun::OwnershipProof)));
    assert_eq!(store.change_ownership_proof(&unknown).await, Err(StoreError::NotFound(Noun::OwnershipProof)));
}

pub(crate) async fn proofs_change_once(store: &dyn Store) {
    let mut proof = ownership_proof(1);
    store.add_ownership_proof(&proof).await.unwrap();
    proof.checks = vec![at(2), at(3)];
    proof.failures = vec![at(3)];
    (proof.proven, proof.due) = (Some((ProofMethod::Dns, at(3))), Some(at(9)));
    assert_eq!(bumps(store, store.change_ownership_proof(&proof)).await, (Ok(()), false));
    let changed = Err(Conflict::Changed(Noun::OwnershipProof).into());
    assert_eq!(store.change_ownership_proof(&proof).await, changed, "two looks at once are two looks");
    proof.revision += 1;
    assert_eq!(store.ownership_proof(proof.id).await.unwrap(), proof);
    proof.revoked_at = Some(at(4));
    store.change_ownership_proof(&proof).await.unwrap();
    proof.revision += 1;
    assert_eq!(store.ownership_proof(proof.id).await.unwrap(), proof);
    proof.revoked_at = None;
    assert_eq!(store.change_ownership_proof(&proof).await, changed, "what was taken back stays so");
}

pub(crate) async fn due_proofs(store: &dyn Store) {
    let [mut soon, mut late, mut never, mut revoked] = [1, 2, 3, 4].map(ownership_proof);
    (soon.due, late.due, never.due) = (Some(at(5)), Some(at(9)), None);
    (revoked.due, revoked.revoked_at) = (Some(at(1)), Some(at(2)));
    for one in [&late, &soon, &never, &revoked] {
        store.add_ownership_proof(one).await.unwrap();
    }
    let due = async |now: Timestamp| store.due_ownership_proofs(now, two()).await.unwrap();
    assert_eq!(due(at(4)).await, []);
    assert_eq!(due(at(5)).await, std::slice::from_ref(&soon));
    assert_eq!(due(at(9)).await, [soon, late]);
}

pub(crate) async fn consents(store: &dyn Store) {
    let slug = "contoso".parse().unwrap();
    let all = [1, 2, 3].map(ownership_consent);
    for one in &all {
        assert_eq!(bumps(store, store.add_ownership_consent(one)).await, (Ok(()), false));
        assert_eq!(store.ownership_consent(one.id).await.unwrap(), *one);
    }
    assert_eq!(store.ownership_consents(&slug, None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.ownership_consents(&slug, Some(all[1].id), two()).await.unwrap(), all[2..]);
    assert_eq!(store.add_ownership_consent(&all[0]).await, Err(Conflict::Exists(Noun::OwnershipConsent).into()));
    assert_eq!(store.revoke_ownership_consent(all[0].id, at(7)).await, Ok(true));
    assert_eq!(store.revoke_ownership_consent(all[0].id, at(8)).await, Ok(false));
    assert_eq!(store.ownership_consent(all[0].id).await.unwrap().revoked_at, Some(at(7)));
    let mut wrong = ownership_consent(9);
    assert_eq!(store.ownership_consent(wrong.id).await, Err(StoreError::NotFound(Noun::OwnershipConsent)));
    let unknown = store.revoke_ownership_consent(wrong.id, at(7)).await;
    assert_eq!(unknown, Err(StoreError::NotFound(Noun::OwnershipConsent)));
    wrong.expires_at = wrong.recorded_at.plus_secs(367 * 86_400);
    assert!(matches!(store.add_ownership_consent(&wrong).await, Err(StoreError::Invalid(_))), "12 months at most");
    let mut wrong = ownership_consent(9);
    wrong.approver.clear();
    assert!(matches!(store.add_ownership_consent(&wrong).await, Err(StoreError::Invalid(_))), "nobody consents");
    let traces = store.traces_of(&user("paul"), at(0)).await.unwrap();
    assert_eq!(traces.ownership, 3, "whoever recorded it is named");
}

/// What is on file about a connector's hosts decides what re-verification makes of them.
pub(crate) async fn files_make_due(store: &dyn Store) {
    let proof = ownership_proof(1);
    let verification = |connector: &str, check| Verification {
        connector: connector.parse().unwrap(),
        host: HostName::parse("api.contoso.com").unwrap(),
        port: 443,
        check,
        outcome: RecheckOutcome::Passed,
        drift: None,
        detail: String::new(),
        baseline: None,
        last_run: at(1),
        due: at(50),
        drifting_since: None,
    };
    let due = async || {
        let found = store.verifications(&proof.connector).await.unwrap();
        found.into_iter().map(|one| (one.check, one.due == at(50))).collect::<Vec<_>>()
    };
    let put = async || {
        store.put_verification(&verification("contoso", Recheck::Ownership), None).await.unwrap();
        store.put_verification(&verification("contoso", Recheck::Dns), None).await.unwrap();
        store.put_verification(&verification("fabrikam", Recheck::Ownership), None).await.unwrap();
    };
    let only_ownership = [(Recheck::Dns, true), (Recheck::Ownership, false)];
    put().await;
    store.add_ownership_proof(&proof).await.unwrap();
    assert_eq!(due().await, only_ownership);
    put().await;
    store.change_ownership_proof(&proof).await.unwrap();
    assert_eq!(due().await, only_ownership);
    let consent = ownership_consent(1);
    put().await;
    store.add_ownership_consent(&consent).await.unwrap();
    assert_eq!(due().await, only_ownership);
    put().await;
    store.revoke_ownership_consent(consent.id, at(7)).await.unwrap();
    assert_eq!(due().await, only_ownership);
    // What fell due while somebody looked stays due; what they saw fall due does not.
    let seen = async || store.verifications(&proof.connector).await.unwrap()[1].due;
    let before = seen().await;
    store.add_ownership_consent(&ownership_consent(2)).await.unwrap();
    store.put_verification(&verification("contoso", Recheck::Ownership), Some(before)).await.unwrap();
    assert_eq!(due().await, only_ownership);
    store.put_verification(&verification("contoso", Recheck::Ownership), Some(seen().await)).await.unwrap();
    assert_eq!(seen().await, at(50));
    let other = store.verifications(&"fabrikam".parse().unwrap()).await.unwrap();
    assert_eq!(other[0].due, at(50), "another connector's stay");
}
