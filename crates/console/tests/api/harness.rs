//! A whole node without sockets, and a client for it.

use axum::Router;
use axum::body::Body;
use backshell_boundary::{CellIdentity, NoEvidence, ResolveError, Resolved, Resolver};
use backshell_console::{
    Authenticator, Console, ConsoleConfig, ConsoleParts, ConsoleState, HostProbe, MetricFamily, MetricKind,
    MetricsSource, NodeFacts, Sample, SnapshotHandle, Stale, Unauthenticated, generate_token,
};
use backshell_gateway::connect::Connections;
use backshell_gateway::{Gateway, Parts, Settings};
use backshell_ledger::{Ledger, Options};
use backshell_model::{
    AccessToken, AppName, Boundary, Caller, Clock, Egress, Environment, EnvironmentId, HostName, HostPort, ProofMethod,
    Random, Region, Role, RoleAssignment, Scope, Scopes, Tenant, TenantId, TokenId, UserId,
};
use backshell_permission::Authority;
use backshell_probe::facts::{Facts, Standing};
use backshell_probe::hosts::Endpoint;
use backshell_probe::measure::Looked;
use backshell_probe::ownership::Challenge;
use backshell_store::{SqliteStore, Store};
use backshell_testkit::{MockClock, SeededRandom};
use backshell_upstream::PinnedDialler;
use backshell_vault::{KeyEncryptionKey, Vault};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower_service::Service;

/// The region that the node runs in.
pub(crate) const CELL: &str = "westeurope";
pub(crate) const NOW: i64 = 1_700_000_000;

pub(crate) const DEFINITION: &[u8] = include_bytes!("../../../backshell/assets/sample/apiDefinition.swagger.json");
pub(crate) const PROPERTIES: &[u8] = include_bytes!("../../../backshell/assets/sample/apiProperties.json");
pub(crate) const README: &[u8] = include_bytes!("../../../backshell/assets/sample/readme.md");
pub(crate) const SLUG: &str = "fieldworks-service-orders";

/// A whole node.
pub(crate) struct Node {
    pub(crate) router: Router,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) environment: EnvironmentId,
    pub(crate) gateway: Gateway,
    pub(crate) admin: String,
    pub(crate) lent: Arc<Lent>,
    pub(crate) probe: Arc<Seeker>,
}

/// What is to be seen of answers, as the test says.
#[derive(Debug, Default)]
pub(crate) struct Seeker {
    /// Texts in the zone; `None` while nobody can look.
    pub(crate) zone: Mutex<Option<Vec<String>>>,
    /// What is measured of every host; `None` while the node does not look at hosts.
    pub(crate) facts: Mutex<Option<Facts>>,
    /// How many hosts are being measured, and how many were at most.
    pub(crate) measuring: Mutex<(usize, usize)>,
}

#[async_trait::async_trait]
impl HostProbe for Seeker {
    async fn look_for(&self, challenge: &Challenge) -> Looked {
        let zone = self.zone.lock().unwrap().clone();
        let seen = zone.as_ref().is_some_and(|texts| texts.iter().any(|text| challenge.is_answered_by(text)));
        Looked {
            seen: seen.then_some(ProofMethod::Dns),
            dns: if seen { "the record is there" } else { "no record" }.to_owned(),
            file: "no file".to_owned(),
            zone_answered: zone.is_some(),
            host_answered: false,
        }
    }

    async fn measure(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Option<Facts> {
        {
            let mut measuring = self.measuring.lock().unwrap();
            measuring.0 += 1;
            measuring.1 = measuring.1.max(measuring.0);
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        self.measuring.lock().unwrap().0 -= 1;
        let facts = self.facts.lock().unwrap().clone()?;
        Some(Facts { endpoint: endpoint.clone(), siblings: siblings.to_vec(), ..facts })
    }

    async fn measure_before_series(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Option<Facts> {
        self.measure(endpoint, siblings).await
    }

    fn standing(&self, _: &HostName) -> Option<Standing> {
        None
    }
}

/// What the binary lends the console, with a switch to let the snapshot go stale.
pub(crate) struct Lent {
    gateway: Gateway,
    pub(crate) stale: AtomicBool,
}

impl Authenticator for Lent {
    fn authenticate(&self, bearer: &str) -> Result<Caller, Unauthenticated> {
        self.gateway.identify(bearer).map_err(|_| Unauthenticated)
    }
}

#[async_trait::async_trait]
impl SnapshotHandle for Lent {
    fn authority(&self) -> Result<Arc<Authority>, Stale> {
        if self.stale.load(Ordering::SeqCst) {
            return Err(Stale);
        }
        self.gateway.snapshot().map(|snapshot| Arc::clone(snapshot.authority())).map_err(|_| Stale)
    }

    async fn refresh(&self) -> Result<(), Stale> {
        self.gateway.refresh().await.map_err(|_| Stale)
    }
}

impl MetricsSource for Lent {
    fn families(&self) -> Vec<MetricFamily> {
        vec![MetricFamily {
            name: "backshell_calls_in_flight",
            help: "Calls whose answer has not begun yet.",
            kind: MetricKind::Gauge,
            samples: vec![Sample { suffix: "", labels: Vec::new(), value: 0.0 }],
        }]
    }
}

#[derive(Debug)]
struct NoResolver;

#[async_trait::async_trait]
impl Resolver for NoResolver {
    async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
        Err(ResolveError::NoAnswer)
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    /// The answer's JSON, when it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if status >= 400 {
            assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.text);
            assert_eq!(self.json["status"], status);
            assert_eq!(self.headers["x-backshell-error"], self.json["code"].as_str().unwrap());
        }
        self.json
    }
}

impl Node {
    pub(crate) async fn new() -> Self {
        Self::with_config(ConsoleConfig { allowed_hosts: vec!["console.example".to_owned()], ..Default::default() })
            .await
    }

    pub(crate) async fn with_config(config: ConsoleConfig) -> Self {
        let clock = Arc::new(MockClock::at(NOW));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(1));
        let sqlite = Arc::new(SqliteStore::in_memory().await.unwrap());
        let store: Arc<dyn Store> = sqlite.clone();
        let dyn_clock: Arc<dyn Clock> = clock.clone();
        let options =
            Options { tick: Duration::from_millis(20), patience: Duration::from_secs(5), ..Options::default() };
        let ledger = Ledger::start(sqlite.clone(), sqlite, dyn_clock.clone(), random.clone(), options).await.unwrap();
        let key = KeyEncryptionKey::from_file(KeyEncryptionKey::generate_file(random.as_ref()).expose()).unwrap();
        let vault = Arc::new(Vault::new(key, random.clone()));
        let now = clock.now();
        let tenant =
            Tenant { id: TenantId::generate(now, random.as_ref()), name: "contoso".to_owned(), created_at: now };
        store.add_tenant(&tenant).await.unwrap();
        let environment = Environment {
            id: EnvironmentId::generate(now, random.as_ref()),
            tenant: tenant.id,
            name: "default".to_owned(),
            home: Region::new(CELL),
            boundary: Boundary::Geography,
            egress: Egress::Notice,
            created_at: now,
        };
        store.add_environment(&environment).await.unwrap();
        let admin = UserId::new("admin@contoso.example").unwrap();
        store.assign_role(&RoleAssignment { user: admin, role: Role::Administrator }).await.unwrap();
        let cell = CellIdentity::self_attested("cell-1", &Region::new(CELL), now, random.as_ref());
        let settings = Settings::new(cell);
        let seat = settings.cell.clone();
        let gateway = Gateway::open(Parts {
            settings,
            store: store.clone(),
            vault: vault.clone(),
            ledger: ledger.clone(),
            resolver: Arc::new(NoResolver),
            dialler: Arc::new(PinnedDialler::new(Duration::from_secs(1)).unwrap()),
            evidence: Arc::new(NoEvidence),
            clock: dyn_clock.clone(),
            random: random.clone(),
        })
        .await
        .unwrap();
        let lent = Arc::new(Lent { gateway: gateway.clone(), stale: AtomicBool::new(false) });
        let connections = Connections::new(
            store.clone(),
            vault,
            ledger.clone(),
            dyn_clock.clone(),
            random.clone(),
            seat.clone(),
            Vec::new(),
        );
        let probe = Arc::new(Seeker::default());
        let router = Console::router(ConsoleState::new(ConsoleParts {
            store: store.clone(),
            ledger: ledger.clone(),
            connections: Arc::new(connections),
            authenticator: lent.clone(),
            snapshot: lent.clone(),
            metrics: lent.clone(),
            probe: probe.clone(),
            node: NodeFacts { cell: seat, outside: Vec::new(), egress: Vec::new() },
            clock: dyn_clock,
            random: random.clone(),
            config,
        }));
        let mut node = Self {
            router,
            store,
            ledger,
            clock,
            random,
            environment: environment.id,
            gateway,
            admin: String::new(),
            lent,
            probe,
        };
        node.admin = node.token("admin@contoso.example", &Scope::ALL, None).await;
        node
    }

    /// A token that is put straight into the store.
    pub(crate) async fn token(&self, user: &str, scopes: &[Scope], environment: Option<EnvironmentId>) -> String {
        let (secret, hash) = generate_token(self.random.as_ref());
        let now = self.clock.now();
        let token = AccessToken {
            id: TokenId::generate(now, self.random.as_ref()),
            hash,
            user: UserId::new(user).unwrap(),
            issued_by: UserId::new(user).unwrap(),
            app: AppName::new("test").unwrap(),
            scopes: scopes.iter().copied().collect::<Scopes>(),
            environment,
            created_at: now,
            expires_at: now.plus_secs(3_600),
            revoked_at: None,
        };
        self.store.add_token(&token).await.unwrap();
        self.gateway.refresh().await.unwrap();
        String::from_utf8(secret.expose().to_vec()).unwrap()
    }

    /// A token of somebody without any role.
    pub(crate) async fn user(&self, user: &str) -> String {
        self.token(user, &Scope::ALL, None).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, text, json }
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(request(Method::GET, token, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn delete(&self, token: &str, path: &str) -> Answer {
        self.send(request(Method::DELETE, token, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn json(&self, method: Method, token: &str, path: &str, body: &Value) -> Answer {
        let request = request(method, token, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, token, path, body).await
    }

    pub(crate) async fn put(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.json(Method::PUT, token, path, body).await
    }

    pub(crate) async fn publish(&self, token: &str, query: &str, zip: Vec<u8>) -> Answer {
        let request = request(Method::POST, token, &format!("/connectors?{query}"))
            .header(header::CONTENT_TYPE, "application/zip")
            .body(Body::from(zip))
            .unwrap();
        self.send(request).await
    }

    /// Publishes the sample connector.
    pub(crate) async fn publish_sample(&self) -> Value {
        self.publish(&self.admin, "publisher=verified&infrastructure=external", sample()).await.expect(201)
    }

    /// What a new connection to the sample is asked for.
    pub(crate) fn connection(&self) -> Value {
        json!({
            "environment": self.environment.to_string(),
            "connector": SLUG,
            "name": "Orders",
            "settings": {"subdomain": "northwind"},
            "secrets": {"api_key": "canary-7f3a"},
        })
    }

    /// The bodies of all acts in the ledger, oldest first.
    pub(crate) async fn acts(&self) -> Vec<Value> {
        let rows = self.store.ledger_rows(0, backshell_store::Limit::MAX).await.unwrap();
        let acts = rows.iter().filter(|row| row.kind == "act");
        acts.map(|row| serde_json::from_str(row.body.as_deref().unwrap()).unwrap()).collect()
    }
}

pub(crate) fn request(method: Method, token: &str, path: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header(header::HOST, "localhost:8781")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
}

/// The sample connector, zipped.
pub(crate) fn sample() -> Vec<u8> {
    zip(&[("apiDefinition.swagger.json", DEFINITION), ("apiProperties.json", PROPERTIES), ("readme.md", README)])
}

/// The sample connector with a text of its definition replaced.
pub(crate) fn changed_sample(from: &str, to: &str) -> Vec<u8> {
    let definition = String::from_utf8(DEFINITION.to_vec()).unwrap();
    assert!(definition.contains(from));
    let definition = definition.replace(from, to);
    zip(&[
        ("apiDefinition.swagger.json", definition.as_bytes()),
        ("apiProperties.json", PROPERTIES),
        ("readme.md", README),
    ])
}

pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
