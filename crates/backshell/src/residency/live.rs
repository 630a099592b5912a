//! The evidence that calls ask: in memory, made anew when the folder changes.

use super::folder::{Folder, Stamp};
use crate::system::SystemClock;
use arc_swap::ArcSwap;
use backshell_boundary::evidence::SourceInfo;
use backshell_boundary::{Evidence, EvidenceBase, HostEvidence};
use backshell_ledger::{ActRecord, Ledger};
use backshell_model::{Clock as _, HostName, Timestamp};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the folder is looked at.
const POLL: Duration = Duration::from_secs(2);

/// The imported evidence of this node.
#[derive(Debug)]
pub struct LiveEvidence {
    folder: Folder,
    base: ArcSwap<EvidenceBase>,
    /// What the folder was like when it was read first.
    opened: Stamp,
    /// When the evidence was last taken from a folder that had changed, microseconds; 0 before.
    renewed: AtomicI64,
}

impl Evidence for LiveEvidence {
    fn about(&self, host: &HostName, chain: &[Arc<str>], addresses: &[IpAddr], now: Timestamp) -> HostEvidence {
        self.base.load().about(host, chain, addresses, now)
    }
}

impl LiveEvidence {
    /// Reads what is imported into a data folder. A file that cannot be used is logged and missing; an unreadable folder
    /// is an error.
    pub fn open(data: &Path) -> anyhow::Result<Arc<Self>> {
        let folder = Folder::in_data_folder(data);
        let opened = folder.stamp()?;
        let base = ArcSwap::from_pointee(read(&folder)?);
        Ok(Arc::new(Self { folder, base, opened, renewed: AtomicI64::new(0) }))
    }

    /// When other evidence was taken into use, since the node started.
    pub fn renewed_at(&self) -> Option<Timestamp> {
        let at = self.renewed.load(Ordering::Relaxed);
        (at != 0).then(|| Timestamp::from_micros(at))
    }

    /// Takes other evidence into use, from now on; what was used before.
    fn take(&self, base: EvidenceBase, now: Timestamp) -> Arc<EvidenceBase> {
        let before = self.base.swap(Arc::new(base));
        self.renewed.store(now.as_micros(), Ordering::Relaxed);
        before
    }

    /// Puts on record which evidence this node decides with, and makes it anew whenever the folder changes, until `stop`.
    pub async fn follow(self: Arc<Self>, ledger: Ledger, stop: CancellationToken) {
        let mut seen = self.opened.clone();
        record(&ledger, &[], self.base.load().sources()).await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(POLL) => {}
            }
            let of = self.folder.clone();
            let before = seen.clone();
            let looked = tokio::task::spawn_blocking(move || -> anyhow::Result<_> {
                let stamp = of.stamp()?;
                let changed = if stamp == before { None } else { Some(read(&of)?) };
                Ok((stamp, changed))
            });
            match looked.await {
                Ok(Ok((stamp, changed))) => {
                    seen = stamp;
                    if let Some(base) = changed {
                        let before = self.take(base, SystemClock.now());
                        record(&ledger, before.sources(), self.base.load().sources()).await;
                    }
                }
                Ok(Err(error)) => tracing::error!("the imported evidence cannot be read: {error:#}"),
                Err(error) => tracing::error!(%error, "the imported evidence cannot be read"),
            }
        }
    }
}

fn read(folder: &Folder) -> anyhow::Result<EvidenceBase> {
    let imported = folder.load()?;
    for problem in &imported.problems {
        tracing::error!(problem, "evidence about places cannot be used; import it anew");
    }
    Ok(EvidenceBase::new(imported.sources))
}

/// Says in the ledger what was taken into use and what no longer is.
async fn record(ledger: &Ledger, before: &[SourceInfo], after: &[SourceInfo]) {
    let lacks = |list: &[SourceInfo], source: &SourceInfo| list.iter().all(|other| other.id != source.id);
    let loaded = after.iter().filter(|source| lacks(before, source)).map(|source| ("evidence.loaded", source));
    let dropped = before.iter().filter(|source| lacks(after, source)).map(|source| ("evidence.dropped", source));
    for (act, source) in loaded.chain(dropped) {
        let mut record = ActRecord::done(None, act, source.id.as_str());
        record.details = vec![("name", source.name.as_str())];
        if let Err(error) = ledger.act(record).await {
            tracing::error!(%error, evidence = %source.id, "a change of evidence could not be recorded");
        }
    }
}
