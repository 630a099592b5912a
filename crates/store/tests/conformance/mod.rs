//! What every database behind `Store` must do. A database's test file gives a [`Home`] and names [`tests`].

pub(crate) mod access;
pub(crate) mod catalogue;
pub(crate) mod concurrency;
pub(crate) mod connections;
pub(crate) mod crossing_grants;
pub(crate) mod durability;
pub(crate) mod facts;
pub(crate) mod ledger;
pub(crate) mod ownership;
pub(crate) mod places;
pub(crate) mod pseudonyms;
pub(crate) mod retention;
mod samples;

use async_trait::async_trait;
use backshell_store::{Limit, Store};
use std::sync::Arc;

/// Where a database lives: empty when it is made.
#[async_trait]
pub(crate) trait Home: Send + Sync {
    /// Opens the database; where it outlives its store, opening again shows the same one.
    async fn open(&self) -> Arc<dyn Store>;
}

/// Every check as a test of its own, each in a new home.
macro_rules! tests {
    ($home:expr) => { $crate::conformance::tests! { @ $home;
        places: tenants, environments, data_keys, rotation, cells, registered_cells, directory, verifications;
        catalogue: publishing, publication_is_idempotent, a_connector_stays_what_it_is, withdrawal, completed_reports,
            catalogue_lists;
        connections: adding, compare_and_set, secrets_follow_the_hosts, removal, filtered_lists;
        crossing_grants: granting, grants_of_nothing, grants_end;
        ownership: proofs, proofs_change_once, due_proofs, consents, files_make_due;
        access: tokens, expiry, roles, the_last_administrator, memberships, shares;
        pseudonyms: giving_and_erasing;
        ledger: appending, gaps_and_repetitions, large_groups, reading, blanking, values_pass_unchanged;
        retention: marks, traces;
        facts: empty, everything, versions_that_matter, known_packages, generation_counts_changes_only;
        concurrency: publishers, two_publishers_of_one_slug, two_administrators, changes_of_one_connection, appenders, readers_beside_a_writer;
        durability: closing;
    } };
    (@ $home:expr; $($module:ident: $($check:ident),+;)+) => { $($(
        #[tokio::test]
        async fn $check() {
            conformance::$module::$check(&*$home.open().await).await;
        }
    )+)+ };
}
pub(crate) use tests;

/// The smallest page, so that every list is read through its keys.
fn two() -> Limit {
    Limit::new(2)
}

/// Whether `action` counts the store's generation up.
async fn bumps<T>(store: &dyn Store, action: impl Future<Output = T>) -> (T, bool) {
    let before = store.generation().await.unwrap();
    let value = action.await;
    let after = store.generation().await.unwrap();
    assert!(after >= before, "the generation went down");
    (value, after > before)
}
