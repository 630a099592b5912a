//! A trial cell in one process: a mock back end with a certificate of its own, under a certified name.

use crate::way_out::WayOut;
use anyhow::Context;
use backshell_model::HostName;
use backshell_upstream::trial::{TrialDialler, TrialMap, TrialResolver};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use std::sync::Arc;

/// A certificate for a trial host, made when it is needed and kept in memory only.
#[derive(Debug)]
pub struct TrialCertificate {
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl TrialCertificate {
    /// A self-signed certificate for `hosts`.
    pub fn for_hosts(hosts: &[&str]) -> anyhow::Result<Self> {
        let mut params = CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>())?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Backshell trial");
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(Self { certificate: certificate.der().clone(), key: PrivatePkcs8KeyDer::from(key.serialize_der()) })
    }

    /// A certificate that was made before, with its key.
    pub fn from_der(certificate: CertificateDer<'static>, key: PrivatePkcs8KeyDer<'static>) -> Self {
        Self { certificate, key }
    }

    /// The certificate, DER.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The private key, PKCS#8.
    pub fn key(&self) -> &PrivatePkcs8KeyDer<'static> {
        &self.key
    }

    /// How a back end speaks TLS with it; `protocols` are offered by ALPN.
    pub fn server(&self, protocols: &[&[u8]]) -> anyhow::Result<Arc<ServerConfig>> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], PrivateKeyDer::Pkcs8(self.key.clone_key()))?;
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Arc::new(config))
    }

    /// The way out of a trial cell in which `host` leads to `listener`.
    pub fn way_out(&self, hosts: &[(&str, SocketAddr)]) -> anyhow::Result<WayOut> {
        let mut map = TrialMap::new();
        for (host, listener) in hosts {
            let name = HostName::parse(host).with_context(|| format!("`{host}` is no host"))?;
            map.insert(name, 443, *listener)?;
        }
        let map = Arc::new(map);
        let dialler = TrialDialler::new(Arc::clone(&map), std::slice::from_ref(&self.certificate))?;
        Ok(WayOut {
            resolver: Arc::new(TrialResolver::new(map)),
            dialler: Arc::new(dialler),
            system_servers: Vec::new(),
        })
    }
}
