//! Opening one connection: to a pinned address, with TLS checked against the host.

use async_trait::async_trait;
use backshell_model::{EnvironmentId, HostName};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// An open connection and the pinned address it was opened for.
#[derive(Debug)]
pub struct Dialled {
    /// The connection.
    pub stream: TcpStream,
    /// Which of the pinned addresses was chosen.
    pub pinned: SocketAddr,
}

/// Opens TCP connections and knows which certificate authorities to trust. Injected, so that a trial cell can map
/// certified names to local listeners after every check has run.
#[async_trait]
pub trait Dialler: Send + Sync + std::fmt::Debug {
    /// Connects to one of `addresses`, which the boundary pinned for `host`.
    async fn dial(&self, host: &HostName, port: u16, addresses: &[SocketAddr]) -> io::Result<Dialled>;

    /// How TLS is spoken for calls of `environment`, and whom it trusts. Offers `h2` and `http/1.1`.
    fn tls(&self, environment: EnvironmentId) -> Arc<ClientConfig>;
}

/// The dialler of a real cell: pinned addresses only, in the order they were answered.
///
/// Private certificate authorities are one environment's: whoever administers an environment decides whom its calls trust,
/// and an authority that can name any host must not do so for the calls of others.
#[derive(Debug)]
pub struct PinnedDialler {
    tls: Arc<ClientConfig>,
    private: BTreeMap<EnvironmentId, Arc<ClientConfig>>,
    timeout: Duration,
}

impl PinnedDialler {
    /// Trusts Mozilla's root program. `timeout` bounds each connection attempt.
    pub fn new(timeout: Duration) -> Result<Self, rustls::Error> {
        Ok(Self { tls: client_config(public_roots())?, private: BTreeMap::new(), timeout })
    }

    /// Trusts, for calls of `environment` and no other, these private certificate authorities (DER) as well. They take the
    /// place of those that were given for it before.
    pub fn trusting(
        mut self,
        environment: EnvironmentId,
        authorities: &[CertificateDer<'_>],
    ) -> Result<Self, rustls::Error> {
        let mut roots = public_roots();
        for authority in authorities {
            roots.add(authority.clone().into_owned())?;
        }
        // A configuration of its own has sessions of its own, too: none is resumed for another environment.
        self.private.insert(environment, client_config(roots)?);
        Ok(self)
    }
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

#[async_trait]
impl Dialler for PinnedDialler {
    async fn dial(&self, _host: &HostName, _port: u16, addresses: &[SocketAddr]) -> io::Result<Dialled> {
        let mut last = io::Error::new(io::ErrorKind::AddrNotAvailable, "the host has no address");
        for address in addresses {
            match connect(*address, self.timeout).await {
                Ok(stream) => return Ok(Dialled { stream, pinned: *address }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn tls(&self, environment: EnvironmentId) -> Arc<ClientConfig> {
        Arc::clone(self.private.get(&environment).unwrap_or(&self.tls))
    }
}

/// The one place where an outward TCP connection is opened.
#[expect(clippy::disallowed_methods, reason = "this is the place that the ban points to")]
pub(crate) async fn connect(address: SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
    let stream = tokio::time::timeout(timeout, TcpStream::connect(address))
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the service did not accept the connection in time"))??;
    if stream.peer_addr()? != address {
        return Err(io::Error::other("the connection does not end where it was pinned to"));
    }
    stream.set_nodelay(true)?;
    Ok(stream)
}

pub(crate) fn client_config(roots: RootCertStore) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
