//! Visits a server with the real prober, and says which bars it does not clear.

use crate::http::{Handler, Page, always};
use crate::pki::{HOST, Identity, Pki, SERIAL, now};
use async_trait::async_trait;
use backshell_boundary::AddressRules;
use backshell_model::{HostName, HostPort};
use backshell_probe::facts::Ownership;
use backshell_probe::hosts::endpoint_of_url;
use backshell_probe::measure::{Lists, NamedResolver, Pace, Plan, Prober, Promise, Trust};
use backshell_probe::{State, Verification, verify};
use backshell_testkit::{MockClock, SeededRandom};
use backshell_upstream::ProbeWay;
use backshell_upstream::trial::{TrialDialler, TrialMap, TrialResolver};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Time that passes only when somebody pauses, or a server says that it took some.
#[derive(Debug, Default)]
pub(crate) struct FakePace(AtomicU64);

impl FakePace {
    pub(crate) fn pass(&self, duration: Duration) {
        self.0.fetch_add(u64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Pace for FakePace {
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    async fn pause(&self, duration: Duration) {
        self.pass(duration);
    }
}

/// A server, and how it is visited.
pub(crate) struct Zoo {
    pub(crate) trust: Trust,
    pub(crate) clock: i64,
    pub(crate) pace: Arc<FakePace>,
    pub(crate) resolvers: Option<Vec<NamedResolver>>,
    pub(crate) path: &'static str,
    /// Three requests: a handshake costs a test more than it costs a server.
    pub(crate) plan: Plan,
    pub(crate) promise: Option<Promise>,
    /// What is on file about who controls the host; most of the zoo asks nobody.
    pub(crate) ownership: Option<Ownership>,
    /// Plain listeners beside the host: a name, on port 80, and where it leads.
    pub(crate) plain: Vec<(&'static str, SocketAddr)>,
}

impl Zoo {
    /// Trusts the root of `pki` as a public one, and knows that its leaf is not revoked.
    pub(crate) fn of(pki: &Pki) -> Self {
        let mut zoo = Self::without_lists(pki);
        zoo.trust.add_list(&pki.revocation_list(&[])).unwrap();
        zoo
    }

    /// The same, knowing nothing about revocation.
    pub(crate) fn without_lists(pki: &Pki) -> Self {
        let root = webpki::anchor_from_trusted_cert(pki.root.as_ref().der()).unwrap().to_owned();
        Self {
            trust: Trust::public([root]),
            clock: now(),
            pace: Arc::default(),
            resolvers: None,
            path: "/v1",
            plan: Plan::DAILY,
            promise: None,
            ownership: None,
            plain: Vec::new(),
        }
    }

    /// The same, knowing that the leaf is revoked.
    pub(crate) fn revoked(pki: &Pki) -> Self {
        let mut zoo = Self::without_lists(pki);
        zoo.trust.add_list(&pki.revocation_list(&[SERIAL])).unwrap();
        zoo
    }

    /// What the bars say about the server at `listener`.
    pub(crate) async fn visit(self, listener: SocketAddr) -> Verification {
        let (path, ownership) = (self.path, self.ownership.clone());
        let prober = self.prober(listener);
        let endpoint = endpoint_of_url(&format!("https://{HOST}{path}"));
        let siblings = [HostPort { host: HostName::parse(HOST).unwrap(), port: 443 }];
        let mut facts = prober.measure(&endpoint, &siblings).await;
        if let Some(ownership) = ownership {
            facts.ownership = Ok(ownership);
        }
        verify(&[facts])
    }

    /// What measures, with the host leading to `listener`.
    pub(crate) fn prober(self, listener: SocketAddr) -> Prober {
        let mut map = TrialMap::new();
        map.insert(HostName::parse(HOST).unwrap(), 443, listener).unwrap();
        for (name, listener) in &self.plain {
            map.insert(HostName::parse(name).unwrap(), 80, *listener).unwrap();
        }
        let map = Arc::new(map);
        let resolver = |name: &str| NamedResolver {
            name: name.to_owned(),
            resolver: Arc::new(TrialResolver::new(Arc::clone(&map))),
            records: None,
        };
        let mut lists = Lists::default();
        lists.block("evil.example").unwrap();
        lists.register("zoo.example 2001-01-01").unwrap();
        Prober {
            way: ProbeWay::new(Arc::new(TrialDialler::new(Arc::clone(&map), &[]).unwrap())),
            resolvers: self.resolvers.unwrap_or_else(|| vec![resolver("one"), resolver("two")]),
            rules: AddressRules::default(),
            trust: self.trust,
            lists,
            clock: Arc::new(MockClock::at(self.clock)),
            random: Arc::new(SeededRandom::new(1)),
            pace: self.pace,
            agent: "zoo".to_owned(),
            plan: Some(self.plan),
            promise: self.promise,
        }
    }
}

/// Which bars are not cleared: those that fail with `!`, those that warn with `~`, those that were not measured alone. That
/// place and ownership, which most of the zoo asks nobody about, were not measured is left out; how they stand where they were
/// is not.
pub(crate) fn open(verification: &Verification) -> Vec<String> {
    let mut open = Vec::new();
    for outcome in &verification.bars {
        match outcome.state {
            State::NotMeasured if matches!(&*outcome.id, "EV-05" | "EV-21") => {}
            State::Pass => {}
            State::Warn => open.push(format!("{}~", outcome.id)),
            State::Fail => open.push(format!("{}!", outcome.id)),
            State::NotMeasured => open.push(outcome.id.to_string()),
        }
    }
    open
}

/// What a bar says.
pub(crate) fn says(verification: &Verification, id: &str) -> String {
    let outcome = verification.bars.iter().find(|outcome| outcome.id == id).unwrap();
    format!("{}: {}", outcome.value.as_deref().unwrap_or("-"), outcome.message)
}

/// How a server of rustls is set up.
pub(crate) struct Setup {
    pub(crate) identity: Identity,
    pub(crate) versions: &'static [&'static rustls::SupportedProtocolVersion],
    pub(crate) protocols: Vec<&'static [u8]>,
    pub(crate) staple: Vec<u8>,
    pub(crate) handler: Handler,
}

impl Setup {
    /// A server that clears every bar.
    pub(crate) fn good(identity: Identity) -> Self {
        Self {
            identity,
            versions: rustls::ALL_VERSIONS,
            protocols: vec![b"h2", b"http/1.1"],
            staple: Vec::new(),
            handler: always(Page::good()),
        }
    }

    /// The same, answering with `page`.
    pub(crate) fn page(identity: Identity, page: Page) -> Self {
        Self { handler: always(page), ..Self::good(identity) }
    }

    /// Starts it on a loopback address.
    pub(crate) async fn start(self) -> SocketAddr {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        // A resolver, because a server that looks at its certificate would not show some of these.
        let key = provider.key_provider.load_private_key(self.identity.key).unwrap();
        let mut certified = CertifiedKey::new(self.identity.chain, key);
        certified.ocsp = (!self.staple.is_empty()).then_some(self.staple);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(self.versions)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        config.alpn_protocols = self.protocols.iter().map(|protocol| protocol.to_vec()).collect();
        serve(Some(TlsAcceptor::from(Arc::new(config))), self.handler).await
    }
}

/// A server without TLS, which answers every request with `page`.
pub(crate) async fn plain(page: Page) -> SocketAddr {
    serve(None, always(page)).await
}

async fn serve(acceptor: Option<TlsAcceptor>, handler: Handler) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, handler) = (acceptor.clone(), Arc::clone(&handler));
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let answer = handler(&request).answer();
                    async move { Ok::<_, std::convert::Infallible>(answer) }
                });
                let builder = Builder::new(TokioExecutor::new());
                match acceptor {
                    Some(acceptor) => {
                        let Ok(stream) = acceptor.accept(stream).await else { return };
                        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                    }
                    None => {
                        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                    }
                }
            });
        }
    });
    address
}
