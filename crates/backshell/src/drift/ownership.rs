//! Who owns a host, by what is on file: proofs of the publisher and consents of the owner. Nothing is asked of anybody here;
//! whether an answer is still there is looked for by the job beside this.

use super::{Check, Finding, InUse};
use async_trait::async_trait;
use backshell_console::OnFile;
use backshell_model::{Clock, Connector, Drift, Recheck};
use backshell_probe::ownership::Standing;
use backshell_store::Store;
use std::sync::Arc;

/// Reads what is on file.
#[derive(Debug)]
pub struct OwnershipRecheck {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl OwnershipRecheck {
    /// Reads from `store`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

#[async_trait]
impl Check for OwnershipRecheck {
    fn kind(&self) -> Recheck {
        Recheck::Ownership
    }

    async fn look(&self, connector: &Connector, endpoint: &InUse, _: Option<&str>) -> Finding {
        let Ok(file) = OnFile::read(&*self.store, &connector.slug, &connector.owner).await else {
            return Finding::NotMeasured("what is on file could not be read".to_owned());
        };
        let same = |detail: &str| Finding::Same { baseline: "owned".to_owned(), detail: detail.to_owned() };
        // Every user may read this: it names no person and no document.
        match file.standing(&endpoint.at.host, self.clock.now()) {
            Standing::Proven { method, .. } => same(&format!("the publisher proved control ({})", method.as_str())),
            Standing::Consented { .. } => same("the consent of the owner is on file"),
            Standing::Doubtful { .. } => Finding::Changed {
                drift: Drift::OwnershipDoubtful,
                detail: "the proof of control was not seen again, twice within three days".to_owned(),
            },
            Standing::Lost { why } => Finding::Changed { drift: Drift::OwnershipLost, detail: why },
            Standing::Never => {
                Finding::NotMeasured("nobody proved to control the host, and no consent is on file".to_owned())
            }
        }
    }
}
