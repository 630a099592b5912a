//! The gateway of one process: what its workers share, and the snapshot that is swapped when the store changes.

use crate::compiled::CompiledVersion;
use crate::identify::{self, Unauthenticated};
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::snapshot::{Snapshot, View};
use arc_swap::ArcSwap;
use backshell_boundary::{AllowedSet, CellInside, Evidence, Resolver, cell_decision};
use backshell_ledger::Ledger;
use backshell_model::{Caller, Clock, EnvironmentId, PackageDigest, Random, Timestamp};
use backshell_permission::PermissionError;
use backshell_store::{Store, StoreError, VersionFacts};
use backshell_upstream::Dialler;
use backshell_vault::Vault;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the store is asked whether something changed. Revocations take effect within this time and a reload.
const POLL: Duration = Duration::from_secs(1);
/// A snapshot that could not be confirmed for this long refuses calls, microseconds.
const STALE_AFTER: i64 = 30 * 1_000_000;

/// What the snapshot says could not be confirmed against the store lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this node could not confirm its state against the database")]
pub struct Stale;

/// Why the snapshot could not be made anew.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The store failed.
    #[error("the store cannot be read: {0}")]
    Store(#[from] StoreError),
    /// The policies failed.
    #[error(transparent)]
    Permission(#[from] PermissionError),
}

/// What a gateway is made of. The resolver and the dialler are injected: a real cell's, or a trial cell's.
pub struct Parts {
    /// What the operator decided.
    pub settings: Settings,
    /// The database.
    pub store: Arc<dyn Store>,
    /// The token store.
    pub vault: Arc<Vault>,
    /// The record of calls.
    pub ledger: Ledger,
    /// How names become addresses.
    pub resolver: Arc<dyn Resolver>,
    /// How connections are opened.
    pub dialler: Arc<dyn Dialler>,
    /// What is known about the places of endpoints.
    pub evidence: Arc<dyn Evidence>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

/// The gateway of one process. Cheap to clone; every clone is the same gateway.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    parts: Parts,
    snapshot: ArcSwap<Snapshot>,
    /// When the snapshot was last known to be what the store says, microseconds since the epoch.
    confirmed: AtomicI64,
    refreshing: tokio::sync::Mutex<()>,
    /// Compiled versions outlive snapshots: packages are immutable.
    compiled: Mutex<HashMap<PackageDigest, Arc<CompiledVersion>>>,
    metrics: Metrics,
}

impl Gateway {
    /// Reads the store for the first time.
    pub async fn open(parts: Parts) -> Result<Self, RefreshError> {
        let identity = parts.settings.cell.identity();
        let view = View { cell: &identity, now: parts.clock.now(), others: &[] };
        let empty = Snapshot::new(backshell_store::SnapshotFacts::default(), view, |_| None)?;
        drop(identity);
        let gateway = Self(Arc::new(Shared {
            parts,
            snapshot: ArcSwap::from_pointee(empty),
            confirmed: AtomicI64::new(i64::MIN),
            refreshing: tokio::sync::Mutex::new(()),
            compiled: Mutex::new(HashMap::new()),
            metrics: Metrics::default(),
        }));
        gateway.reload().await?;
        Ok(gateway)
    }

    /// Asks the store every second whether something changed, until `stop`.
    pub async fn follow(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(POLL) => {}
            }
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "the snapshot could not be confirmed");
            }
        }
    }

    /// Makes sure that the snapshot shows every write that was answered before this call.
    pub async fn refresh(&self) -> Result<(), RefreshError> {
        let _turn = self.0.refreshing.lock().await;
        let asked = self.now();
        if self.0.parts.store.generation().await? == self.0.snapshot.load().generation() {
            self.0.confirmed.store(asked.as_micros(), Ordering::Release);
            return Ok(());
        }
        self.load(asked).await
    }

    /// Reads the store again, whether or not it changed: after this node's identity as a cell did.
    pub async fn reload(&self) -> Result<(), RefreshError> {
        let _turn = self.0.refreshing.lock().await;
        self.load(self.now()).await
    }

    async fn load(&self, asked: Timestamp) -> Result<(), RefreshError> {
        let known: BTreeSet<PackageDigest> = self.compiled().keys().copied().collect();
        let facts = self.0.parts.store.snapshot_facts(asked, &known).await?;
        let settings = &self.0.parts.settings;
        let identity = settings.cell.identity();
        // Keys of environments that this cell lies outside of stay where they are.
        let inside = facts
            .environments
            .iter()
            .filter_map(|environment| cell_decision(&identity, asked, &AllowedSet::of(environment).ok()?).ok());
        let inside: HashMap<EnvironmentId, CellInside> = inside.map(|inside| (inside.environment(), inside)).collect();
        self.0.parts.vault.keep_data_keys(|environment| inside.contains_key(&environment));
        for key in &facts.data_keys {
            let Some(inside) = inside.get(&key.environment) else { continue };
            if let Err(error) = self.0.parts.vault.load_data_key(inside, key) {
                // Its connections will be refused; everybody else's go on.
                tracing::error!(%error, environment = %key.environment, "a data key cannot be opened");
            }
        }
        let mut used = HashMap::new();
        let view = View { cell: &identity, now: asked, others: &settings.home_cells };
        let snapshot = Snapshot::new(facts, view, |facts| {
            let version = self.compile(facts)?;
            used.insert(facts.version.digest, Arc::clone(&version));
            Some(version)
        })?;
        *self.compiled() = used;
        self.0.snapshot.store(Arc::new(snapshot));
        self.0.confirmed.store(asked.as_micros(), Ordering::Release);
        Ok(())
    }

    fn compile(&self, facts: &VersionFacts) -> Option<Arc<CompiledVersion>> {
        if let Some(known) = self.compiled().get(&facts.version.digest) {
            return Some(Arc::clone(known));
        }
        let files = facts.files.as_ref()?;
        Some(Arc::new(CompiledVersion::compile(&facts.version, files)))
    }

    fn compiled(&self) -> std::sync::MutexGuard<'_, HashMap<PackageDigest, Arc<CompiledVersion>>> {
        self.0.compiled.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What is known now; an error when it could not be confirmed for 30 seconds.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, Stale> {
        self.snapshot_at(self.now())
    }

    /// What is known `now`, which the caller has looked up already.
    pub(crate) fn snapshot_at(&self, now: Timestamp) -> Result<Arc<Snapshot>, Stale> {
        let confirmed = self.0.confirmed.load(Ordering::Acquire);
        if now.as_micros().saturating_sub(confirmed) > STALE_AFTER {
            return Err(Stale);
        }
        Ok(self.0.snapshot.load_full())
    }

    /// Who presents `bearer`, the text after `Bearer `.
    pub fn identify(&self, bearer: &str) -> Result<Caller, Unauthenticated> {
        identify::caller(&self.0.snapshot.load(), bearer, self.now())
    }

    /// What was counted.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0.parts
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.0.parts.settings).finish_non_exhaustive()
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("settings", &self.settings).finish_non_exhaustive()
    }
}
