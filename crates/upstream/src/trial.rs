//! A trial cell's way out: certified names lead to local TLS listeners, after every check has run.
//!
//! Only code can make one (demo, trials, tests). No configuration turns a real cell into a trial cell, because nothing
//! that reads configuration constructs these types.

use crate::dial::{Dialled, Dialler, client_config, connect};
use async_trait::async_trait;
use backshell_boundary::{ResolveError, Resolved, Resolver};
use backshell_model::{EnvironmentId, HostName, HostPort};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// A public address that nobody is sent to: a trial cell's resolver answers it so that the boundary's checks run as they
/// do in a real cell, and its dialler never dials it.
const STAND_IN: IpAddr = IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1));

/// Where certified names lead in a trial cell.
#[derive(Clone, Debug, Default)]
pub struct TrialMap {
    listeners: HashMap<HostPort, SocketAddr>,
}

impl TrialMap {
    /// An empty map: every name is unreachable.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `host:port` lead to `listener`, which must be on a loopback address.
    pub fn insert(&mut self, host: HostName, port: u16, listener: SocketAddr) -> io::Result<()> {
        if !listener.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a trial cell leads to loopback listeners only"));
        }
        self.listeners.insert(HostPort { host, port }, listener);
        Ok(())
    }
}

/// Resolves the names of a [`TrialMap`] and no others.
#[derive(Debug)]
pub struct TrialResolver(Arc<TrialMap>);

impl TrialResolver {
    /// Answers for the names of `map`.
    pub fn new(map: Arc<TrialMap>) -> Self {
        Self(map)
    }
}

#[async_trait]
impl Resolver for TrialResolver {
    async fn resolve(&self, host: &HostName, port: u16) -> Result<Arc<Resolved>, ResolveError> {
        if self.0.listeners.keys().any(|known| known.host == *host && known.port == port) {
            Ok(Arc::new(vec![STAND_IN].into()))
        } else {
            // A trial cell leads nowhere but to its own listeners.
            Err(ResolveError::NoAnswer)
        }
    }
}

/// Dials the listeners of a [`TrialMap`], trusting the given certificates only.
#[derive(Debug)]
pub struct TrialDialler {
    map: Arc<TrialMap>,
    tls: Arc<ClientConfig>,
}

impl TrialDialler {
    /// Dials for the names of `map`; their listeners must present certificates that chain to `authorities` (DER).
    pub fn new(map: Arc<TrialMap>, authorities: &[CertificateDer<'_>]) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority.clone().into_owned())?;
        }
        Ok(Self { map, tls: client_config(roots)? })
    }
}

#[async_trait]
impl Dialler for TrialDialler {
    async fn dial(&self, host: &HostName, port: u16, addresses: &[SocketAddr]) -> io::Result<Dialled> {
        let key = HostPort { host: host.clone(), port };
        let listener = self
            .map
            .listeners
            .get(&key)
            .ok_or_else(|| io::Error::new(io::ErrorKind::AddrNotAvailable, "no trial listener for this host"))?;
        let pinned = addresses.first().copied().unwrap_or(*listener);
        Ok(Dialled { stream: connect(*listener, Duration::from_secs(5)).await?, pinned })
    }

    fn tls(&self, _: EnvironmentId) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }
}
