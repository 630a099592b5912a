//! The certificate and the handshake again, over connections of the node's own. What they mean is `probe`'s to say.

use super::{Check, Finding, InUse};
use async_trait::async_trait;
use backshell_model::{Connector, HostPort, Recheck};
use backshell_probe::again::handshake;
use backshell_probe::hosts::endpoint_of_url;
use backshell_probe::measure::Prober;
use std::sync::Arc;

/// Looks at certificates over connections of its own.
#[derive(Debug)]
pub struct CertificateRecheck(Arc<Prober>);

impl CertificateRecheck {
    /// Measures with `prober`.
    pub fn new(prober: Arc<Prober>) -> Self {
        Self(prober)
    }
}

#[async_trait]
impl Check for CertificateRecheck {
    fn kind(&self) -> Recheck {
        Recheck::Certificate
    }

    async fn look(&self, _: &Connector, endpoint: &InUse, baseline: Option<&str>) -> Finding {
        let HostPort { host, port } = &endpoint.at;
        let endpoint = endpoint_of_url(&format!("https://{host}:{port}/"));
        handshake(&self.0.measure_handshake(&endpoint).await, baseline).into()
    }
}
