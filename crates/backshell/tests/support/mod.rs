//! A whole cell per test: real database, vault, ledger, gateway and API on free ports, and a real back end over TLS.

#![cfg(test)]
// Each test program uses its part of this module.
#![allow(dead_code, unreachable_pub, reason = "each test program uses its part of this module")]
#![allow(clippy::allow_attributes, reason = "an `expect` would be unfulfilled in the programs that use all of it")]

pub mod backend;
pub mod process;

use backend::Backend;
use backshell::client;
use backshell::config::Config;
use backshell::node::Node;
use backshell::trial::TrialCertificate;
use backshell::way_out::WayOut;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;

/// The host that the test connector is certified for.
pub const HOST: &str = "api.trial.example.com";
/// The key of the test connector's service.
pub const KEY: &str = "key-5f0e2c9a7b";

/// The test connector: an API key in a header and one operation for each thing a service can do.
pub fn definition() -> Value {
    let operation = |id: &str| json!({"operationId": id, "summary": id, "description": format!("{id}."), "responses": {"200": {"description": "Done."}}});
    let mut paths = serde_json::Map::new();
    for (path, method, id) in [
        ("/items", "get", "ListItems"),
        ("/items/{id}", "get", "GetItem"),
        ("/echo", "post", "Echo"),
        ("/upload", "post", "Upload"),
        ("/download", "get", "Download"),
        ("/answer", "get", "Answer"),
        ("/slow", "get", "Slow"),
        ("/stall", "get", "Stall"),
        ("/cut", "get", "Cut"),
        ("/created", "post", "Created"),
        ("/elsewhere", "get", "Elsewhere"),
        ("/forged", "get", "Forged"),
    ] {
        let mut declared = operation(id);
        if path.contains("{id}") {
            declared["parameters"] = json!([{"name": "id", "in": "path", "required": true, "type": "string",
                "x-ms-summary": "Id", "description": "The name of the item.", "x-ms-url-encoding": "single"}]);
        }
        paths.insert(path.to_owned(), json!({method: declared}));
    }
    json!({
        "swagger": "2.0",
        "info": {"title": "Trial Service", "version": "1.0",
            "description": "A service that does everything a back end can do to a gateway.",
            "contact": {"name": "Trial", "url": "https://trial.example.com", "email": "trial@example.com"}},
        "host": HOST, "basePath": "/v1", "schemes": ["https"],
        "consumes": ["application/json"], "produces": ["application/json"],
        "securityDefinitions": {"api_key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}},
        "security": [{"api_key": []}],
        "paths": paths,
        "x-ms-connector-metadata": [
            {"propertyName": "Website", "propertyValue": "https://trial.example.com"},
            {"propertyName": "Privacy policy", "propertyValue": "https://trial.example.com/privacy"},
            {"propertyName": "Categories", "propertyValue": "Data"}],
    })
}

/// The test connector's properties.
pub fn properties() -> Value {
    json!({"properties": {
        "iconBrandColor": "#1f6f54", "publisher": "Trial", "stackOwner": "Trial", "capabilities": [],
        "connectionParameters": {"api_key": {"type": "securestring", "uiDefinition": {
            "displayName": "Key", "description": "The key.", "tooltip": "The key", "constraints": {"required": "true"}}}},
        "policyTemplateInstances": [],
    }})
}

/// Packs files into a zip archive.
pub fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A configuration on free ports with its data in `folder`.
pub fn config(folder: &Path) -> Config {
    let mut config = Config::default();
    config.data.dir = folder.join("data");
    config.gateway.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.console.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config
}

/// A cell that runs, with the test connector published and a connection to it.
pub struct Cell {
    pub folder: TempDir,
    pub config: Config,
    pub node: Node,
    pub backend: Backend,
    pub certificate: TrialCertificate,
    pub token: String,
    pub connection: String,
}

impl Cell {
    /// A cell with the defaults.
    pub async fn start() -> Self {
        Self::with(|_| {}, &[b"http/1.1"]).await
    }

    /// A cell whose configuration `adjust` changed and whose back end offers `protocols`.
    pub async fn with(adjust: impl FnOnce(&mut Config), protocols: &[&[u8]]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        adjust(&mut config);
        let certificate = TrialCertificate::for_hosts(&[HOST, "localhost"]).unwrap();
        let backend = Backend::start(&certificate, protocols).await;
        let way_out = certificate.way_out(&[(HOST, backend.address)]).unwrap();
        let mut node = Node::start(&config, way_out).await.unwrap();
        let token = node.first_token().unwrap();
        let mut cell = Self { folder, config, node, backend, certificate, token, connection: String::new() };
        cell.publish(&definition(), &properties()).await;
        cell.connection = cell.connect("trial-service", json!({}), json!({"api_key": KEY})).await;
        cell
    }

    /// Stops the node and starts it again over the same data, with the configuration that `adjust` changed.
    pub async fn restart(self, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut cell = self;
        adjust(&mut cell.config);
        cell.restart_with(|way_out| way_out).await
    }

    /// Stops the node and starts it again over the same data, with the way out that `adjust` makes of its own.
    pub async fn restart_with(self, adjust: impl FnOnce(WayOut) -> WayOut) -> Self {
        let Self { folder, config, node, backend, certificate, token, connection } = self;
        node.stop().await.unwrap();
        let way_out = adjust(certificate.way_out(&[(HOST, backend.address)]).unwrap());
        let node = Node::start(&config, way_out).await.unwrap();
        Self { folder, config, node, backend, certificate, token, connection }
    }

    pub async fn publish(&self, definition: &Value, properties: &Value) -> Value {
        let archive = archive(&[
            ("apiDefinition.swagger.json", &definition.to_string()),
            ("apiProperties.json", &properties.to_string()),
            ("readme.md", "# Trial\n"),
        ]);
        let address = self.api("/connectors?publisher=verified&infrastructure=external");
        client::json(Method::POST, &address, &self.token, Some(("application/zip", archive))).await.unwrap()
    }

    pub async fn connect(&self, connector: &str, settings: Value, secrets: Value) -> String {
        let environment = self.get("/environments").await["items"][0]["id"].clone();
        let connection = self
            .post(
                "/connections",
                json!({"environment": environment, "connector": connector, "name": "trial",
                "settings": settings, "secrets": secrets}),
            )
            .await;
        connection["id"].as_str().unwrap().to_owned()
    }

    /// A token for `user` with `scopes`; its identifier and its text.
    pub async fn token_for(&self, user: &str, scopes: &[&str], seconds: u64) -> (String, String) {
        let made = self
            .post("/tokens", json!({"user": user, "app": "test", "scopes": scopes, "expires_in_seconds": seconds}))
            .await;
        (made["access_token"]["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
    }

    pub fn api(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.node.console_address())
    }

    pub async fn get(&self, path: &str) -> Value {
        client::json(Method::GET, &self.api(path), &self.token, None).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let body = Some(("application/json", body.to_string().into_bytes()));
        client::json(Method::POST, &self.api(path), &self.token, body).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Value {
        client::json(Method::DELETE, &self.api(path), &self.token, None).await.unwrap()
    }

    /// The gateway's address for a path of the connection.
    pub fn address(&self, path: &str) -> String {
        format!("http://{}/apim/trial-service/{}{path}", self.node.gateway_address(), self.connection)
    }

    /// A call with the administrator's token.
    pub async fn call(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Response<Incoming> {
        self.call_as(&self.token, method, path, body).await
    }

    pub async fn call_as(&self, token: &str, method: Method, path: &str, body: impl Into<Bytes>) -> Response<Incoming> {
        let request = Request::builder()
            .method(method)
            .uri(self.address(path))
            .header("authorization", format!("Bearer {token}"))
            .body(Full::new(body.into()))
            .unwrap();
        client::send(request).await.unwrap()
    }

    /// The ledger's records of one kind, oldest first.
    pub async fn ledger(&self, kind: &str) -> Vec<Value> {
        let page = self.get(&format!("/ledger/entries?kind={kind}&after=0&limit=1000")).await;
        page["items"].as_array().unwrap().iter().map(|entry| entry["record"].clone()).collect()
    }

    /// Waits until `count` entries of `kind` are there: completions are written behind the call.
    pub async fn ledger_until(&self, kind: &str, count: usize) -> Vec<Value> {
        for _ in 0..200 {
            let entries = self.ledger(kind).await;
            if entries.len() >= count {
                return entries;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the ledger never had {count} entries of {kind}");
    }
}

/// The status, the refusal code in the header (empty when it is no refusal) and the body as JSON.
pub async fn refusal(response: Response<Incoming>) -> (u16, String, Value) {
    let status = response.status().as_u16();
    let code = response.headers().get("x-backshell-error").map(|code| code.to_str().unwrap().to_owned());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, code.unwrap_or_default(), serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Says what was counted; seen with `--nocapture`, and when the test fails.
#[allow(clippy::print_stdout, reason = "this is how tests say what they counted")]
pub fn say(text: &str) {
    println!("{text}");
}

/// Says why a test is skipped. Where everything must run, in continuous integration, that is a failure.
#[allow(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test that is skipped says so; `CI` is no setting of the product"
)]
pub fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    eprintln!("skipped: {why}");
}
