//! Where a connection's key may go: hosts from settings, hosts that callers choose, and what policy templates make of a
//! request. Every host has a back end of its own, so that a key in the wrong place shows.

#![allow(
    clippy::allow_attributes,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict, and its client connects by itself"
)]

mod support;

use async_trait::async_trait;
use backshell::client;
use backshell::node::Node;
use backshell::probing;
use backshell::trial::TrialCertificate;
use backshell::way_out::WayOut;
use backshell_model::{
    Connector, ConnectorSlug, EnvironmentId, HostName, Infrastructure, PackageDigest, PublisherKind, Timestamp, UserId,
    Verdict,
};
use backshell_package::Limits;
use backshell_probe::measure::{NamedResolver, Prober, Trust};
use backshell_store::Publication;
use backshell_upstream::trial::{TrialDialler, TrialMap, TrialResolver};
use backshell_upstream::{Dialled, Dialler, ProbeWay};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ClientConfig;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use support::backend::{Backend, Seen};
use support::{Cell, HOST, KEY, archive, definition, refusal};

/// Two customers' hosts.
const ONE: &str = "one.tenants.example.com";
const TWO: &str = "two.tenants.example.com";
const WHOLE_HOST: &str = "https://@connectionParameters('host')/api";

/// A cell that reaches three hosts, each with its own back end.
struct World {
    cell: Cell,
    one: Backend,
    two: Backend,
}

/// The user who may call, and whose connections others do not see.
struct Alice(String);

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = support::config(folder.path());
        let certificate = TrialCertificate::for_hosts(&[HOST, ONE, TWO]).unwrap();
        let protocols: &[&[u8]] = &[b"http/1.1"];
        let backend = Backend::start(&certificate, protocols).await;
        let (one, two) = (Backend::start(&certificate, protocols).await, Backend::start(&certificate, protocols).await);
        let hosts = [(HOST, backend.address), (ONE, one.address), (TWO, two.address)];
        let mut node = Node::start(&config, certificate.way_out(&hosts).unwrap()).await.unwrap();
        let token = node.first_token().unwrap();
        let cell = Cell { folder, config, node, backend, certificate, token, connection: String::new() };
        Self { cell, one, two }
    }

    /// A world with one published connector.
    async fn with(definition: &Value, properties: &Value) -> Self {
        let world = Self::start().await;
        world.cell.publish(definition, properties).await;
        world
    }

    async fn alice(&self) -> Alice {
        Alice(self.cell.token_for("alice@example.com", &["call", "connections", "connectors"], 600).await.1)
    }

    /// What the API answers.
    async fn api(&self, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(self.cell.api(path))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let body = Full::new(body.to_string().into());
        let (status, _, answer) = refusal(client::send(request.body(body).unwrap()).await.unwrap()).await;
        (status, answer)
    }

    /// Asks for a connection.
    async fn ask(&self, token: &str, settings: Value, secrets: Value) -> (u16, Value) {
        let environment = self.cell.get("/environments").await["items"][0]["id"].clone();
        let asked = json!({"environment": environment, "connector": "trial-service", "name": "trial",
            "settings": settings, "secrets": secrets});
        self.api(token, Method::POST, "/connections", asked).await
    }

    /// Makes a connection and calls through it from now on.
    async fn connect(&mut self, token: &str, settings: Value, secrets: Value) -> Value {
        let (status, connection) = self.ask(token, settings, secrets).await;
        assert_eq!(status, 201, "{connection}");
        connection["id"].as_str().unwrap().clone_into(&mut self.cell.connection);
        connection
    }

    async fn approve(&self, token: &str, root: &str) -> (u16, Value) {
        let path = format!("/connections/{}/hosts/approve", self.cell.connection);
        self.api(token, Method::POST, &path, json!({"root": root})).await
    }

    async fn put(&self, token: &str, what: &str, values: Value) -> (u16, Value) {
        let path = format!("/connections/{}/{what}", self.cell.connection);
        self.api(token, Method::PUT, &path, json!({what: values})).await
    }

    async fn get(&self, token: &str, path: &str) -> Response<Incoming> {
        self.cell.call_as(token, Method::GET, path, "").await
    }

    /// Calls, and expects the gateway's refusal.
    async fn refused(&self, token: &str, path: &str, status: u16, code: &str, reason: &str) {
        let (got, header, body) = refusal(self.get(token, path).await).await;
        assert_eq!((got, header.as_str(), &body["reason"]), (status, code, &json!(reason)), "{path}: {body}");
        assert!(!body["detail"].as_str().unwrap().is_empty());
    }

    /// How many requests the certified host and the two customers' hosts were sent.
    fn counts(&self) -> (usize, usize, usize) {
        (self.cell.backend.seen().len(), self.one.seen().len(), self.two.seen().len())
    }
}

fn parameter(kind: &str, name: &str) -> Value {
    json!({"type": kind, "uiDefinition": {"displayName": name, "description": format!("The {name}."), "tooltip": name,
        "constraints": {"required": "true"}}})
}

fn properties(parameters: &Value, policies: &[Value]) -> Value {
    json!({"properties": {"iconBrandColor": "#1f6f54", "publisher": "Trial", "stackOwner": "Trial", "capabilities": [],
        "connectionParameters": parameters, "policyTemplateInstances": policies}})
}

/// An instance of a policy template; for every operation when none is named.
fn policy(template: &str, parameters: &[(&str, &str)], operations: &[&str]) -> Value {
    let mut values = serde_json::Map::new();
    for (name, value) in parameters {
        let name = if *name == "section" {
            "x-ms-apimTemplate-policySection".to_owned()
        } else {
            format!("x-ms-apimTemplateParameter.{name}")
        };
        values.insert(name, json!(value));
    }
    if !operations.is_empty() {
        values.insert("x-ms-apimTemplate-operationName".to_owned(), json!(operations));
    }
    json!({"templateId": template, "title": template, "parameters": values})
}

fn host_url(template: &str) -> Value {
    policy("dynamichosturl", &[("urlTemplate", template)], &[])
}

/// A connector whose host is a setting, with a key in a header.
fn host_from_settings(template: &str, setting: &str) -> Value {
    let parameters = json!({setting: parameter("string", setting), "api_key": parameter("securestring", "key")});
    properties(&parameters, &[host_url(template)])
}

fn only(seen: Vec<Seen>) -> Seen {
    assert_eq!(seen.len(), 1, "{seen:?}");
    seen.into_iter().next().unwrap()
}

// ---- hosts from settings ---------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_host_from_settings_waits_for_an_administrator() {
    let mut world = World::with(&definition(), &host_from_settings(WHOLE_HOST, "host")).await;
    let Alice(alice) = world.alice().await;
    let connection = world.connect(&alice, json!({"host": ONE}), json!({"api_key": KEY})).await;
    let root = format!("https://{ONE}/api");
    assert_eq!(connection["hosts"], json!([{"root": root, "approved": false, "approved_by": null}]));
    assert_eq!(connection["state"], "connected");

    world.refused(&alice, "/items", 403, "egress_refused", "host_not_approved").await;
    assert_eq!(world.approve(&alice, &root).await.0, 403, "users do not approve their own hosts");
    let administrator = world.cell.token.clone();
    let (status, answer) = world.approve(&administrator, &format!("https://{TWO}/api")).await;
    assert_eq!(status, 404, "only a host that the settings lead to can be approved: {answer}");
    world.refused(&alice, "/items", 403, "egress_refused", "host_not_approved").await;
    assert_eq!(world.counts(), (0, 0, 0));
    assert_eq!(world.cell.node.vault().withdrawals(), 0, "no key leaves the vault for a host that waits");

    let (status, connection) = world.approve(&administrator, &root).await;
    assert_eq!((status, &connection["hosts"][0]["approved_by"]), (200, &json!("administrator")));
    assert_eq!(world.get(&alice, "/items").await.status(), 200);
    let seen = only(world.one.seen());
    assert_eq!(
        (seen.target.as_str(), &seen.headers["x-api-key"], &seen.headers["host"]),
        ("/api/items", &http::HeaderValue::from_static(KEY), &http::HeaderValue::from_static(ONE),)
    );
    assert_eq!(world.counts(), (0, 1, 0));

    // An approval is one connection's: the same host waits again elsewhere.
    world.connect(&alice, json!({"host": ONE}), json!({"api_key": KEY})).await;
    world.refused(&alice, "/items", 403, "egress_refused", "host_not_approved").await;
    // What an administrator connects is approved by making it.
    let connection = world.connect(&administrator, json!({"host": TWO}), json!({"api_key": "other"})).await;
    assert_eq!(connection["hosts"][0]["approved"], true);
    assert_eq!(world.get(&administrator, "/items").await.status(), 200);
    assert_eq!(world.counts(), (0, 1, 1));

    let refused: Vec<Value> = world.cell.ledger("decision").await;
    let refused: Vec<&Value> = refused.iter().filter(|record| record["outcome"] == "refused").collect();
    assert_eq!(refused.len(), 3);
    assert!(refused.iter().all(|record| record["code"] == "egress_refused" && record["host"] == ONE), "{refused:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_host_inherits_neither_approval_nor_key() {
    let mut world = World::with(&definition(), &host_from_settings(WHOLE_HOST, "host")).await;
    let Alice(alice) = world.alice().await;
    let administrator = world.cell.token.clone();
    world.connect(&alice, json!({"host": ONE}), json!({"api_key": KEY})).await;
    world.approve(&administrator, &format!("https://{ONE}/api")).await;
    assert_eq!(world.get(&alice, "/items").await.status(), 200);

    let (status, connection) = world.put(&alice, "settings", json!({"host": TWO})).await;
    assert_eq!((status, &connection["state"]), (200, &json!("unauthenticated")));
    assert_eq!(
        connection["hosts"],
        json!([{"root": format!("https://{TWO}/api"), "approved": false, "approved_by": null}])
    );
    world.refused(&alice, "/items", 403, "egress_refused", "host_not_approved").await;
    assert_eq!(world.approve(&administrator, &format!("https://{TWO}/api")).await.0, 200);
    world.refused(&alice, "/items", 424, "connection_unauthenticated", "secret_missing").await;
    assert_eq!(world.counts(), (0, 1, 0), "the new host got nothing");

    let (status, connection) = world.put(&alice, "secrets", json!({"api_key": "another key"})).await;
    assert_eq!((status, &connection["state"]), (200, &json!("connected")));
    assert_eq!(world.get(&alice, "/items").await.status(), 200);
    assert_eq!(only(world.two.seen()).headers["x-api-key"], "another key");

    // Back again: the first approval and the first key are gone, too.
    world.put(&alice, "settings", json!({"host": ONE})).await;
    world.refused(&alice, "/items", 403, "egress_refused", "host_not_approved").await;
    world.approve(&administrator, &format!("https://{ONE}/api")).await;
    world.refused(&alice, "/items", 424, "connection_unauthenticated", "secret_missing").await;
    assert_eq!(world.counts(), (0, 1, 1));

    // The same settings once more are no change.
    world.put(&alice, "secrets", json!({"api_key": KEY})).await;
    let (_, connection) = world.put(&alice, "settings", json!({"host": ONE.to_uppercase()})).await;
    assert_eq!((&connection["state"], &connection["hosts"][0]["approved"]), (&json!("connected"), &json!(true)));
    assert_eq!(world.get(&alice, "/items").await.status(), 200);
    // An administrator who moves it approves by doing so, and the key is gone all the same.
    world.put(&administrator, "settings", json!({"host": TWO})).await;
    world.refused(&alice, "/items", 424, "connection_unauthenticated", "secret_missing").await;
    assert_eq!(world.counts(), (0, 2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_a_public_service_is_refused_at_once() {
    let mut world = World::with(&definition(), &host_from_settings(WHOLE_HOST, "host")).await;
    let administrator = world.cell.token.clone();
    let key = json!({"api_key": KEY});
    let never = [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "::1",
        "[::ffff:169.254.169.254]",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "localhost.",
        "api.localhost",
        "metadata",
        "metadata.google.internal",
        "instance-data.ec2.internal",
        "printer.local",
        "router.home.arpa",
        "intranet",
        "kubernetes.default.svc",
        "user@one.tenants.example.com",
        "one.tenants.example.com@evil.example.com",
        "https://a:b@one.tenants.example.com",
        "http://one.tenants.example.com",
        "https://one.tenants.example.com",
        "one.tenants.example.com/",
        "one.tenants.example.com:443",
        "ftp://one.tenants.example.com",
        "//one.tenants.example.com",
        "one.tenants.example.com/../..",
        "one.tenants.example.com#x",
        "one.tenants.example.com?x",
        "one.tenants.example.com\\x",
        "one.tenants example.com",
        "one.tenants.example.com.",
        "öne.tenants.example.com",
        "one%2etenants.example.com",
        "one.tenants.example.com:0",
        "one.tenants.example.com:99999",
        "one.tenants.example.com:443x",
        "one..example.com",
        "-one.example.com",
        "one.tenants.example.com\r\nx: y",
        "",
    ];
    for host in never {
        let (status, answer) = world.ask(&administrator, json!({"host": host}), key.clone()).await;
        assert_eq!(status, 400, "{host:?}: {answer}");
        assert!(!answer["detail"].as_str().unwrap().is_empty());
    }
    let connection = world.connect(&administrator, json!({"host": ONE.to_uppercase()}), key).await;
    assert_eq!(connection["hosts"][0]["root"], format!("https://{ONE}/api"), "letter case is no difference");
    for host in never {
        assert_eq!(world.put(&administrator, "settings", json!({"host": host})).await.0, 400, "{host:?}");
    }
    assert_eq!(world.get(&administrator, "/items").await.status(), 200, "a refused change changes nothing");
    assert_eq!(world.counts(), (0, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fixed_suffix_takes_one_label() {
    let template = "https://@connectionParameters('tenant').tenants.example.com/v2";
    let mut world = World::with(&definition(), &host_from_settings(template, "tenant")).await;
    let administrator = world.cell.token.clone();
    for tenant in [
        "a.b",
        "evil.example.com/",
        "evil.example.com#",
        "evil.example.com?",
        "x@evil",
        "a/b",
        "../x",
        "a:8443",
        "a%2eb",
        "xn--a",
        "-a",
        "a-",
        "a b",
        "ä",
        "https://a",
        ".",
        "",
    ] {
        let (status, answer) = world.ask(&administrator, json!({"tenant": tenant}), json!({"api_key": KEY})).await;
        assert_eq!(status, 400, "{tenant:?}: {answer}");
    }
    // What comes out waits for an administrator.
    let Alice(alice) = world.alice().await;
    let connection = world.connect(&alice, json!({"tenant": "One"}), json!({"api_key": KEY})).await;
    assert_eq!(
        connection["hosts"],
        json!([{"root": format!("https://{ONE}/v2"), "approved": false, "approved_by": null}])
    );
    world.refused(&alice, "/items", 403, "egress_refused", "host_not_approved").await;
    world.approve(&administrator, &format!("https://{ONE}/v2")).await;
    assert_eq!(world.get(&alice, "/items").await.status(), 200);
    assert_eq!(only(world.one.seen()).target, "/v2/items");
    assert_eq!(world.counts(), (0, 1, 0));
    // Another name gets neither the key nor the calls of the first.
    let (status, connection) = world.put(&alice, "settings", json!({"tenant": "two"})).await;
    assert_eq!((status, &connection["state"]), (200, &json!("unauthenticated")));
    world.refused(&alice, "/items", 403, "egress_refused", "host_not_approved").await;
    world.approve(&administrator, &format!("https://{TWO}/v2")).await;
    world.refused(&alice, "/items", 424, "connection_unauthenticated", "secret_missing").await;
    assert_eq!(world.counts(), (0, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_ends_the_host_needs_a_closed_list() {
    let template = "https://one@connectionParameters('zone')/v2";
    let mut properties = host_from_settings(template, "zone");
    let mut world = World::start().await;
    let files = |properties: &Value| {
        let texts = [("apiDefinition.swagger.json", definition()), ("apiProperties.json", properties.clone())];
        texts.map(|(name, text)| (name.to_owned(), text.to_string().into_bytes().into())).to_vec()
    };
    publish_uncertified(&world, files(&properties), PublisherKind::Verified).await;
    let administrator = world.cell.token.clone();
    let zone = json!({"zone": ".tenants.example.com"});
    world.connect(&administrator, zone.clone(), json!({"api_key": KEY})).await;
    world.refused(&administrator, "/items", 409, "not_certified", "policy_invalid").await;
    assert_eq!(world.counts(), (0, 0, 0));
    properties["properties"]["connectionParameters"]["zone"]["uiDefinition"]["constraints"]["allowedValues"] =
        json!([{"text": "Tenants", "value": ".tenants.example.com"}]);
    publish_uncertified(&world, files(&properties), PublisherKind::Verified).await;
    world.connect(&administrator, zone, json!({"api_key": KEY})).await;
    assert_eq!(world.get(&administrator, "/items").await.status(), 200);
    assert_eq!(world.counts(), (0, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_list_of_the_certified_package_needs_no_approval() {
    let template = "https://@connectionParameters('tenant').tenants.example.com/v2";
    let mut properties = host_from_settings(template, "tenant");
    properties["properties"]["connectionParameters"]["tenant"]["uiDefinition"]["constraints"]["allowedValues"] =
        json!([{"text": "One", "value": "one"}, {"text": "Two", "value": "two"}]);
    let mut world = World::with(&definition(), &properties).await;
    let Alice(alice) = world.alice().await;
    let (status, answer) = world.ask(&alice, json!({"tenant": "three"}), json!({"api_key": KEY})).await;
    assert_eq!((status, &answer["reason"]), (400, &json!("value_not_allowed")), "{answer}");
    let connection = world.connect(&alice, json!({"tenant": "two"}), json!({"api_key": KEY})).await;
    assert_eq!(connection["hosts"], json!([]));
    assert_eq!(world.get(&alice, "/items").await.status(), 200);
    assert_eq!(world.counts(), (0, 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_never_decides_the_host() {
    let parameters = json!({"host": parameter("securestring", "host"), "api_key": parameter("securestring", "key")});
    let mut world = World::with(&definition(), &properties(&parameters, &[host_url(WHOLE_HOST)])).await;
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({}), json!({"host": ONE, "api_key": KEY})).await;
    world.refused(&administrator, "/items", 409, "not_certified", "policy_invalid").await;
    assert_eq!(world.counts(), (0, 0, 0));
}

// ---- hosts that are approved are verified ----------------------------------------------------------------------------

/// A certificate for both customers' hosts that clears every bar, and the private authority that issued it.
fn identity() -> (TrialCertificate, CertificateDer<'static>) {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Trial Authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut leaf = CertificateParams::new([HOST, ONE, TWO].map(str::to_owned).to_vec()).unwrap();
    leaf.is_ca = IsCa::ExplicitNoCa;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    (TrialCertificate::from_der(leaf.der().clone(), key), authority.as_ref().der().clone())
}

impl World {
    /// A cell whose node looks at hosts, which are local listeners.
    async fn that_looks_at_hosts() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = support::config(folder.path());
        let (certificate, authority) = identity();
        let backend = Backend::start(&certificate, &[b"http/1.1"]).await;
        let one = Backend::start(&certificate, &[b"http/1.1"]).await;
        let two = Backend::start(&certificate, &[b"http/1.1"]).await;
        let mut map = TrialMap::new();
        for (host, listener) in [(HOST, backend.address), (ONE, one.address), (TWO, two.address)] {
            map.insert(HostName::parse(host).unwrap(), 443, listener).unwrap();
        }
        let map = Arc::new(map);
        let resolver = Arc::new(TrialResolver::new(Arc::clone(&map)));
        let named = |name: &str| NamedResolver { name: name.to_owned(), resolver: resolver.clone(), records: None };
        let mut trust = Trust::public([]);
        trust.add_private(&authority).unwrap();
        let prober = Prober {
            way: ProbeWay::new(Arc::new(TrialDialler::new(Arc::clone(&map), &[]).unwrap())),
            resolvers: vec![named("first"), named("second")],
            trust,
            ..probing::of_node(&config).unwrap().unwrap()
        };
        let dialler = Arc::new(TrialDialler::new(map, &[authority]).unwrap());
        let way_out = WayOut { resolver, dialler, system_servers: Vec::new() };
        let mut node = Node::start_with(&config, way_out, Some(prober)).await.unwrap();
        let token = node.first_token().unwrap();
        let cell = Cell { folder, config, node, backend, certificate, token, connection: String::new() };
        Self { cell, one, two }
    }

    /// How every bar came out for a host, once it was looked at.
    async fn bars(&self, host: &str) -> Value {
        for _ in 0..600 {
            let shown = self.cell.get("/connectors/trial-service/verification").await;
            let is_it = |item: &&Value| item["host"] == host && item["check"] == "bars";
            if let Some(found) = shown["items"].as_array().unwrap().iter().find(is_it) {
                return found.clone();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nobody looked at {host}");
    }
}

/// A connector whose host and path are settings: a path at which the back end leads elsewhere fails a bar (EV-17) that no
/// other check looks at.
fn host_and_path_from_settings() -> Value {
    let parameters = json!({"host": parameter("string", "host"), "path": parameter("string", "path"),
        "api_key": parameter("securestring", "key")});
    properties(&parameters, &[host_url("https://@connectionParameters('host')/@connectionParameters('path')")])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_starts_the_verification_and_a_bar_that_fails_holds_calls() {
    let mut world = World::that_looks_at_hosts().await;
    world.cell.publish(&definition(), &host_and_path_from_settings()).await;
    let Alice(alice) = world.alice().await;
    let administrator = world.cell.token.clone();
    world.connect(&alice, json!({"host": TWO, "path": "elsewhere"}), json!({"api_key": KEY})).await;
    assert_eq!(world.approve(&administrator, &format!("https://{TWO}/elsewhere")).await.0, 200);
    let found = world.bars(TWO).await;
    assert_eq!((&found["outcome"], &found["drift"]), (&json!("suspended"), &json!("bar_failed")), "{found}");
    let detail = found["detail"].as_str().unwrap();
    assert!(detail.contains("EV-17") && detail.contains("evil.example.com"), "{detail}");
    let probed = world.two.seen();
    assert!(probed.iter().all(|seen| !seen.headers.contains_key("x-api-key")), "a probe has no key: {probed:?}");
    // The node takes note of it by itself, at once.
    for left in (0..100).rev() {
        let (status, code, body) = refusal(world.get(&alice, "/items").await).await;
        if status == 502 {
            assert_eq!((code.as_str(), &body["reason"]), ("endpoint_blocked", &json!("bar_failed")), "{body}");
            break;
        }
        assert!(left > 0, "{status} {body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let acts = world.cell.ledger("act").await;
    let held = acts.iter().find(|act| act["act"] == "endpoint.suspend" && act["details"]["check"] == "bars");
    let held = held.unwrap_or_else(|| panic!("{acts:#?}"));
    assert_eq!((&held["details"]["host"], &held["details"]["drift"]), (&json!(TWO), &json!("bar_failed")), "{held}");
    let (status, refused) =
        world.ask(&administrator, json!({"host": TWO, "path": "items"}), json!({"api_key": KEY})).await;
    assert_eq!((status, &refused["reason"]), (409, &json!("bar_failed")), "{refused}");

    // What an administrator connects is approved by making it, and looked at all the same.
    world.connect(&administrator, json!({"host": ONE, "path": "items"}), json!({"api_key": KEY})).await;
    let found = world.bars(ONE).await;
    assert_eq!((&found["outcome"], &found["drift"]), (&json!("passed"), &Value::Null), "{found}");
    assert!(found["detail"].as_str().unwrap().contains("bars are cleared"), "{found}");
    assert_eq!(world.get(&administrator, "/items").await.status(), 200);
    world.cell.node.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_looks_at_no_hosts_says_so_of_what_is_approved() {
    let mut world = World::with(&definition(), &host_from_settings(WHOLE_HOST, "host")).await;
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({"host": ONE}), json!({"api_key": KEY})).await;
    let found = world.bars(ONE).await;
    assert_eq!((&found["outcome"], &found["drift"]), (&json!("not_measured"), &Value::Null), "{found}");
    assert!(found["detail"].as_str().unwrap().contains("verification.connect"), "{found}");
    assert_eq!(world.get(&administrator, "/items").await.status(), 200, "what was not measured holds nothing");
    world.cell.node.stop().await.unwrap();
}

// ---- private authorities ---------------------------------------------------------------------------------------------

/// Leads to the local listeners and trusts what the configuration says.
#[derive(Debug)]
struct Configured {
    local: Arc<dyn Dialler>,
    real: Arc<dyn Dialler>,
}

#[async_trait]
impl Dialler for Configured {
    async fn dial(&self, host: &HostName, port: u16, addresses: &[SocketAddr]) -> io::Result<Dialled> {
        self.local.dial(host, port, addresses).await
    }

    fn tls(&self, environment: EnvironmentId) -> Arc<ClientConfig> {
        self.real.tls(environment)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_authority_is_trusted_for_one_environment_only() {
    let cell = Cell::start().await;
    let first = cell.get("/environments").await["items"][0].clone();
    let new = json!({"name": "second", "home": first["home"], "boundary": first["boundary"]});
    let second = cell.post("/environments", new).await;
    let connect = json!({"environment": second["id"], "connector": "trial-service", "name": "second",
        "secrets": {"api_key": KEY}});
    let other = cell.post("/connections", connect).await["id"].as_str().unwrap().to_owned();

    let Cell { folder, mut config, node, backend, certificate, token, connection } = cell;
    node.stop().await.unwrap();
    let file = folder.path().join("authority.pem");
    let der = BASE64.encode(certificate.certificate());
    std::fs::write(&file, format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n")).unwrap();
    config.upstream.name_servers = vec!["127.0.0.1".to_owned()];
    config.upstream.environment_authorities = vec![format!("{}@{}", file.display(), first["id"].as_str().unwrap())];
    let local = certificate.way_out(&[(HOST, backend.address)]).unwrap();
    let real = WayOut::real(&config).unwrap().dialler;
    let dialler = Arc::new(Configured { local: local.dialler, real });
    let node = Node::start(&config, WayOut { dialler, ..local }).await.unwrap();
    let mut cell = Cell { folder, config, node, backend, certificate, token, connection };

    // In turn, so that neither an open connection nor a resumed session of the first serves the second.
    let first = std::mem::replace(&mut cell.connection, other);
    let second = cell.connection.clone();
    for _ in 0..2 {
        cell.connection.clone_from(&first);
        assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200);
        cell.connection.clone_from(&second);
        let (status, code, body) = refusal(cell.call(Method::GET, "/items", "").await).await;
        assert_eq!((status, code.as_str()), (502, "upstream_unreachable"), "{body}");
    }
    assert_eq!(cell.backend.seen().len(), 2, "only the first environment's calls were answered");
    cell.node.stop().await.unwrap();
}

// ---- hosts that a call chooses ---------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_call_chooses_among_approved_hosts_only() {
    for (template, by_header) in
        [("https://@queryParameters('target')/v1", false), ("https://@headers('X-Target')/v1", true)]
    {
        let parameters = json!({"api_key": parameter("securestring", "key")});
        let chosen = policy("dynamichosturl", &[("urlTemplate", template)], &["GetItem"]);
        let mut world = World::with(&definition(), &properties(&parameters, &[chosen])).await;
        let administrator = world.cell.token.clone();
        world.connect(&administrator, json!({}), json!({"api_key": KEY})).await;
        let call = async |world: &World, target: &str| {
            let query = if by_header { String::new() } else { format!("?target={target}") };
            let request = Request::get(world.cell.address(&format!("/items/7{query}")))
                .header("authorization", format!("Bearer {}", world.cell.token));
            let request = if by_header { request.header("x-target", target) } else { request };
            let (status, code, body) =
                refusal(client::send(request.body(Full::default()).unwrap()).await.unwrap()).await;
            (status, code, body["reason"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(call(&world, HOST).await.0, 200, "the certified host may be chosen");
        for other in [ONE, "evil.example.com", "api.trial.example.com.evil.example.com"] {
            let answer = call(&world, other).await;
            assert_eq!(answer, (403, "egress_refused".to_owned(), "host_not_approved".to_owned()), "{other}");
        }
        for nonsense in [
            "127.0.0.1",
            "localhost",
            "metadata.google.internal",
            "a@b.example.com",
            "x/../..",
            "%5B::1%5D",
            "api.trial.example.com:8443",
        ] {
            let (status, code, _) = call(&world, nonsense).await;
            assert_eq!((status, code.as_str()), (400, "bad_request"), "{nonsense}");
        }
        world.refused(&administrator, "/items/7", 400, "bad_request", "template_value").await;
        assert_eq!(world.counts(), (1, 0, 0), "{template}: the key went elsewhere");
    }
}

// ---- what templates make of a request --------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn headers_queries_and_routes_are_set() {
    let parameters = json!({"area": parameter("string", "area"), "api_key": parameter("securestring", "key")});
    let header = |name: &str, value: &str, exists: &str| {
        policy("setheader", &[("name", name), ("value", value), ("existsAction", exists)], &[])
    };
    let query = |name: &str, value: &str, exists: &str| {
        policy("setqueryparameter", &[("name", name), ("value", value), ("existsAction", exists)], &[])
    };
    let policies = [
        header("X-Area", "area @connectionParameters('area')", "override"),
        header("X-Token", "Token @connectionParameters('api_key')", "override"),
        header("X-List", "two", "append"),
        header("X-Kept", "ours", "skip"),
        query("area", "@connectionParameters('area')", "override"),
        query("page", "1", "skip"),
        policy(
            "routerequesttoendpoint",
            &[
                ("newPath", "/v3/@connectionParameters('area')/{id}?depth=@queryParameters('deep','1')"),
                ("httpMethod", "POST"),
            ],
            &["GetItem"],
        ),
        policy(
            "setheader",
            &[("name", "X-Answered"), ("value", "for @connectionParameters('area')"), ("section", "Response")],
            &[],
        ),
    ];
    let mut world = World::with(&definition(), &properties(&parameters, &policies)).await;
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({"area": "south & east/7"}), json!({"api_key": KEY})).await;
    let request = Request::get(world.cell.address("/items/a%2Fb?deep=2&area=forged&page=9&area=again&z"))
        .header("authorization", format!("Bearer {administrator}"))
        .header("x-area", "forged")
        .header("x-token", "forged")
        .header("x-list", "one")
        .header("x-kept", "theirs");
    let response = client::send(request.body(Full::default()).unwrap()).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-answered"]),
        (200, &http::HeaderValue::from_static("for south & east/7"),)
    );
    let seen = only(world.cell.backend.seen());
    assert_eq!(seen.method, Method::POST);
    assert_eq!(seen.target, "/v1/v3/south%20%26%20east%2F7/a%2Fb?depth=2&deep=2&area=south%20%26%20east/7&page=9&z");
    let header = |name: &str| seen.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-area"), "area south & east/7");
    assert_eq!(header("x-token"), format!("Token {KEY}"));
    assert_eq!(
        (header("x-list"), header("x-kept"), header("x-api-key")),
        ("one, two".into(), "theirs".into(), KEY.into())
    );
    let decision = world.cell.ledger("decision").await.remove(0);
    assert!(!decision.to_string().contains(KEY) && !decision.to_string().contains("south"), "{decision}");
}

/// A connector with a policy for the next pages of `Answer` and of `ListItems`, which is sent to the path of `Answer`.
async fn paged() -> World {
    let parameters = json!({"api_key": parameter("securestring", "key")});
    let policies = [
        policy("updatenextlink", &[("nextLinkPropertyName", "@odata.nextLink")], &["Answer", "ListItems"]),
        policy("routerequesttoendpoint", &[("newPath", "/answer")], &["ListItems"]),
    ];
    let mut world = World::with(&definition(), &properties(&parameters, &policies)).await;
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({}), json!({"api_key": KEY})).await;
    world
}

impl World {
    /// Where the next page is that an operation names when the service says that it is at `link`.
    async fn next_page(&self, path: &str, link: &str) -> Value {
        let body = format!("{{ \"@odata.nextLink\": {}, \"value\": [1.50, \"\\u00e9\"] }}", json!(link));
        self.cell.backend.answer_with(http::HeaderMap::new(), body.clone());
        let (head, answer) = self.get(&self.cell.token, path).await.into_parts();
        assert_eq!(head.status, 200);
        let answer = answer.collect().await.unwrap().to_bytes();
        let answer = std::str::from_utf8(&answer).unwrap();
        assert_eq!(head.headers["content-length"], answer.len().to_string().as_str());
        let next = serde_json::from_str::<Value>(answer).unwrap()["@odata.nextLink"].take();
        assert_eq!(answer, body.replace(&json!(link).to_string(), &next.to_string()), "nothing else changes");
        next
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_page_is_fetched_through_the_gateway() {
    let world = paged().await;
    let next = world.next_page("/answer", &format!("https://{HOST}/v1/answer?page=2&x=%20")).await;
    let next = next.as_str().unwrap();
    assert_eq!(next, format!("{}?page=2&x=%20", world.cell.address("/answer")));
    let fetch = async |token: Option<&str>| {
        let request = Request::get(next);
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        client::send(request.body(Full::default()).unwrap()).await.unwrap()
    };
    assert_eq!(fetch(None).await.status(), 401, "the address alone opens nothing");
    assert_eq!(fetch(Some(&world.alice().await.0)).await.status(), 403, "nor does it for others");
    assert_eq!(world.counts(), (1, 0, 0));
    assert_eq!(fetch(Some(&world.cell.token)).await.status(), 200);
    let seen = world.cell.backend.seen();
    assert_eq!(
        (seen[1].target.as_str(), &seen[1].headers["x-api-key"], &seen[1].headers["accept-encoding"]),
        ("/v1/answer?page=2&x=%20", &http::HeaderValue::from_static(KEY), &http::HeaderValue::from_static("identity"))
    );
    let decisions = world.cell.ledger("decision").await;
    assert_eq!(decisions.iter().filter(|record| record["outcome"] == "allowed").count(), 2, "{decisions:#?}");
    // What was sent is on record, not what the service had answered.
    let body = world.get(&world.cell.token, "/answer").await.into_body().collect().await.unwrap().to_bytes();
    let completions = world.cell.ledger_until("completion", 3).await;
    let last = completions.last().unwrap();
    assert_eq!((&last["ended"], &last["bytes_out"]), (&json!("complete"), &json!(body.len())), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn next_pages_lead_to_the_operation_or_nowhere_of_the_service() {
    let world = paged().await;
    // Called by another path than its own, it is still the same operation.
    let routed = world.next_page("/items", "/v1/answer?page=2").await;
    assert_eq!(routed, format!("{}?page=2", world.cell.address("/items")));
    let relative = world.next_page("/answer", "?page=2").await;
    assert_eq!(relative, format!("{}?page=2", world.cell.address("/answer")));
    // To another service: it is not the gateway's, and stays.
    let elsewhere = format!("https://{ONE}/v1/answer");
    assert_eq!(world.next_page("/answer", &elsewhere).await, json!(elsewhere));
    for odd in [format!("http://{HOST}/v1/answer"), format!("https://{HOST}:8443/v1/answer"), "x y".to_owned()] {
        assert_eq!(world.next_page("/answer", &odd).await, Value::Null, "{odd}: it may be the same service");
    }
    // To the service, but to none of its operations.
    for outside in ["/v2/answer", "https://api.trial.example.com/v1/../admin"] {
        assert_eq!(world.next_page("/answer", outside).await, Value::Null, "{outside}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_next_page_cannot_be_read_is_refused() {
    let world = paged().await;
    let administrator = world.cell.token.clone();
    let header = |name: &'static str, value: &'static str| {
        let name = http::HeaderName::from_static(name);
        http::HeaderMap::from_iter([(name, http::HeaderValue::from_static(value))])
    };
    world.cell.backend.answer_with(header("content-encoding", "gzip"), "not really");
    world.refused(&administrator, "/answer", 502, "upstream_unreachable", "answer_encoded").await;
    world.cell.backend.answer_with(http::HeaderMap::new(), vec![b' '; 9 << 20]);
    world.refused(&administrator, "/answer", 502, "upstream_unreachable", "answer_too_large").await;
    // What does not say that it is JSON has no next page, and passes as it is.
    world.cell.backend.answer_with(header("content-type", "text/plain"), "{\"@odata.nextLink\":\"/v1/answer\"}");
    let answer = world.get(&administrator, "/answer").await.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(answer, "{\"@odata.nextLink\":\"/v1/answer\"}");
    world.cell.backend.answer_with(http::HeaderMap::new(), "no JSON");
    world.refused(&administrator, "/answer", 502, "upstream_unreachable", "answer_unreadable").await;
    let completions = world.cell.ledger_until("completion", 4).await;
    let last = completions.last().unwrap();
    assert_eq!((&last["code"], &last["bytes_out"]), (&json!("upstream_unreachable"), &json!(0)), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_a_path_is_encoded_and_cannot_climb() {
    let parameters = json!({"api_key": parameter("securestring", "key")});
    let route =
        policy("routerequesttoendpoint", &[("newPath", "/k/@connectionParameters('api_key')/items")], &["ListItems"]);
    let mut world = World::with(&definition(), &properties(&parameters, &[route])).await;
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({}), json!({"api_key": "a b/c?d#e%2f"})).await;
    assert_eq!(world.get(&administrator, "/items").await.status(), 200);
    assert_eq!(only(world.cell.backend.seen()).target, "/v1/k/a%20b%2Fc%3Fd%23e%252f/items");
    world.put(&administrator, "secrets", json!({"api_key": ".."})).await;
    let (status, code, body) = refusal(world.get(&administrator, "/items").await).await;
    assert!(status >= 400 && !code.is_empty(), "{body}");
    assert!(!body.to_string().contains(".."), "{body}");
    assert_eq!(world.counts(), (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_credentials_go_into_the_authorization_header() {
    let mut definition = definition();
    definition["securityDefinitions"] = json!({"basic": {"type": "basic"}});
    definition["security"] = json!([{"basic": []}]);
    let parameters =
        json!({"username": parameter("string", "user name"), "password": parameter("securestring", "password")});
    let mut world = World::with(&definition, &properties(&parameters, &[])).await;
    let administrator = world.cell.token.clone();
    let connection = world.connect(&administrator, json!({}), json!({"username": "jörg", "password": "p:w €"})).await;
    assert_eq!((&connection["auth_kind"], &connection["settings"]), (&json!("basic"), &json!({})));
    assert_eq!(world.get(&administrator, "/items").await.status(), 200);
    let seen = only(world.cell.backend.seen());
    assert_eq!(seen.headers["authorization"], format!("Basic {}", BASE64.encode("jörg:p:w €")).as_str());
    assert_eq!(seen.headers.get_all("authorization").iter().count(), 1);
    let (status, answer) = world.ask(&administrator, json!({"password": "open"}), json!({"username": "x"})).await;
    assert_eq!((status, &answer["reason"]), (400, &json!("secret_as_setting")), "{answer}");
    assert!(!answer.to_string().contains("open\""), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_query_replaces_what_the_caller_sends() {
    let mut definition = definition();
    definition["securityDefinitions"] = json!({"key": {"type": "apiKey", "in": "query", "name": "api-key"}});
    definition["security"] = json!([{"key": []}]);
    let parameters = json!({"api_key": parameter("securestring", "key")});
    let mut world = World::with(&definition, &properties(&parameters, &[])).await;
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({}), json!({"api_key": "a+b&c=d e"})).await;
    for path in ["/items?a=1&api-key=forged&b", "/items?a=1&api%2Dkey=forged&b&api-key=again", "/items?api-key&a=1&b"] {
        let response = world.get(&administrator, path).await;
        assert_eq!(response.status(), 200);
        let notice = format!("{:?}", response.headers());
        assert!(!notice.contains("a%2Bb"), "{notice}");
    }
    for seen in world.cell.backend.seen() {
        assert_eq!(seen.target, "/v1/items?a=1&b&api-key=a%2Bb%26c%3Dd%20e");
        assert!(!seen.headers.contains_key("authorization"));
    }
    assert_eq!(world.counts(), (3, 0, 0));
}

// ---- what cannot be carried out --------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_not_supported_refuses_the_operations_it_acts_on() {
    let parameters = json!({"api_key": parameter("securestring", "key")});
    let unsupported = policy(
        "setproperty",
        &[
            ("newPropertyParentPathTemplate", "@body()"),
            ("newPropertySubPathTemplate", "a"),
            ("propertyValuePathTemplate", "b"),
        ],
        &["GetItem"],
    );
    let to_caller = policy(
        "setheader",
        &[("name", "X-Key"), ("value", "@connectionParameters('api_key')"), ("section", "Response")],
        &["Echo"],
    );
    let mut world = World::with(&definition(), &properties(&parameters, &[unsupported, to_caller])).await;
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({}), json!({"api_key": KEY})).await;
    world.refused(&administrator, "/items/7", 409, "not_certified", "policy_unsupported").await;
    let (status, code, body) = refusal(world.cell.call(Method::POST, "/echo", "x").await).await;
    assert_eq!((status, code.as_str(), &body["reason"]), (409, "not_certified", &json!("policy_invalid")), "{body}");
    assert_eq!(world.get(&administrator, "/items").await.status(), 200, "the others run");
    assert_eq!(world.counts(), (1, 0, 0));
    let Alice(alice) = world.alice().await;
    let (status, code, _) = refusal(world.get(&alice, "/items/7").await).await;
    assert_eq!((status, code.as_str()), (403, "permission_denied"), "permission comes before the reason why not");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_policy_is_not_published_and_would_not_run() {
    let mut world = World::start().await;
    let parameters = json!({"api_key": parameter("securestring", "key")});
    let unknown = policy("sethost", &[("name", "x")], &["GetItem"]);
    let properties = properties(&parameters, &[unknown]).to_string();
    let (definition, readme) = (definition().to_string(), "# Trial\n".to_owned());
    let files = [("apiDefinition.swagger.json", definition), ("apiProperties.json", properties), ("readme.md", readme)];
    let zip = archive(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let address = world.cell.api("/connectors?publisher=verified&infrastructure=external");
    let refused = client::json(Method::POST, &address, &world.cell.token, Some(("application/zip", zip))).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.starts_with("422 ") && refused.contains("invalid_package"), "{refused}");

    // Past certification, as an older version of it may have let it: the gateway does not rely on it.
    let files: Vec<(String, Arc<[u8]>)> =
        files.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes().into())).collect();
    publish_uncertified(&world, files, PublisherKind::Verified).await;
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({}), json!({"api_key": KEY})).await;
    world.refused(&administrator, "/items/7", 409, "not_certified", "policy_invalid").await;
    assert_eq!(world.get(&administrator, "/items").await.status(), 200);
    assert_eq!(world.counts(), (1, 0, 0));
}

async fn publish_uncertified(world: &World, files: Vec<(String, Arc<[u8]>)>, publisher_kind: PublisherKind) {
    let package = backshell_package::read_files("trial", files.clone(), &Limits::default()).package;
    let digest: PackageDigest = package.digest();
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let publication = Publication {
        connector: Connector {
            slug: "trial-service".parse::<ConnectorSlug>().unwrap(),
            title: "Trial Service".to_owned(),
            publisher: "Trial".to_owned(),
            publisher_kind,
            infrastructure: Infrastructure::External,
            owner: UserId::new("administrator").unwrap(),
            created_at: now,
        },
        digest,
        label: "1.0".to_owned(),
        verdict: Verdict::Incomplete,
        report: "{}".into(),
        files: files.into(),
        published_at: now,
    };
    world.cell.node.store().publish(&publication).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_code_is_refused_where_it_would_run() {
    let mut world = World::start().await;
    let mut properties = properties(&json!({"api_key": parameter("securestring", "key")}), &[]);
    properties["properties"]["scriptOperations"] = json!(["GetItem"]);
    let script = "public class Script : ScriptBase\n{\n    public override async Task<HttpResponseMessage> ExecuteAsync()\n    {\n        return await this.Context.SendAsync(this.Context.Request, this.CancellationToken);\n    }\n}\n";
    let zip = archive(&[
        ("apiDefinition.swagger.json", &definition().to_string()),
        ("apiProperties.json", &properties.to_string()),
        ("script.csx", script),
        ("readme.md", "# Trial\n"),
    ]);
    let address = world.cell.api("/connectors?publisher=verified&infrastructure=external");
    client::json(Method::POST, &address, &world.cell.token, Some(("application/zip", zip))).await.unwrap();
    let administrator = world.cell.token.clone();
    world.connect(&administrator, json!({}), json!({"api_key": KEY})).await;
    let (status, code, body) = refusal(world.get(&administrator, "/items/7").await).await;
    assert_eq!((status, code.as_str()), (501, "custom_code_unsupported"), "{body}");
    assert!(body["detail"].as_str().unwrap().contains("script.csx"), "{body}");
    assert_eq!(world.get(&administrator, "/items").await.status(), 200, "the others run");
    assert_eq!(world.counts(), (1, 0, 0));
    let Alice(alice) = world.alice().await;
    let (status, code, _) = refusal(world.get(&alice, "/items/7").await).await;
    assert_eq!((status, code.as_str()), (403, "permission_denied"));
    let refused = world.cell.ledger("decision").await;
    assert!(refused.iter().any(|record| record["code"] == "custom_code_unsupported"), "{refused:#?}");
}
