//! Whether a host answers, and how soon: a few requests without anything of a caller in them. What the answers mean is `probe`'s
//! to say.

use super::{Check, Finding, InUse};
use async_trait::async_trait;
use backshell_model::{Connector, HostPort, Recheck};
use backshell_probe::again::answers;
use backshell_probe::hosts::endpoint_of_url;
use backshell_probe::measure::Prober;
use std::sync::Arc;

/// Sends requests of its own.
#[derive(Debug)]
pub struct AvailabilityRecheck(Arc<Prober>);

impl AvailabilityRecheck {
    /// Measures with `prober`.
    pub fn new(prober: Arc<Prober>) -> Self {
        Self(prober)
    }
}

#[async_trait]
impl Check for AvailabilityRecheck {
    fn kind(&self) -> Recheck {
        Recheck::Availability
    }

    async fn look(&self, _: &Connector, endpoint: &InUse, baseline: Option<&str>) -> Finding {
        let InUse { at: HostPort { host, port }, siblings, .. } = endpoint;
        let asked = endpoint_of_url(&format!("https://{host}:{port}/"));
        answers(&self.0.measure_answers(&asked, siblings).await, baseline).into()
    }
}
