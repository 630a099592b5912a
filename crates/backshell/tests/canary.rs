//! Marked payloads and secrets go through every path, at every log level, and are found nowhere afterwards: not in the
//! data folder, the log, the metrics, the ledger, the listings, nor in what refusals say.
//!
//! Exempt, because they are stored by design and so carry no marks: a connection's name and settings, the names of users
//! and apps, and the files of a package that was published. One such name is marked all the same, as a control: it must be
//! found, or the search looks in the wrong places. A second test plants every form of a mark and demands that each be found.

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
#![cfg(test)]

#[path = "support/search.rs"]
mod search;
mod support;

use backshell::client;
use backshell::system::SystemRandom;
use backshell_model::Random;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use flate2::{Compression, GzBuilder};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use search::{Mark, Searcher};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Cell, archive, definition, properties, say};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload;

/// Characters that are written differently in every escape; all of them may stand in a header.
const AWKWARD: &str = "\"\\/+&%<>~?=";

fn twelve() -> String {
    let mut bytes = [0; 12];
    SystemRandom.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(b"abcdefghijkmnpqrstuvwxyz23456789"[usize::from(byte & 31)])).collect()
}

/// Marks by name, made when they are first asked for.
#[derive(Default)]
struct Marks(Mutex<BTreeMap<String, String>>);

impl Marks {
    fn get(&self, name: &str, make: impl FnOnce() -> String) -> String {
        self.0.lock().unwrap().entry(name.to_owned()).or_insert_with(make).clone()
    }

    /// With characters that need escapes.
    fn awkward(&self, name: &str) -> String {
        self.get(name, || format!("{}{AWKWARD}{}", twelve(), twelve()))
    }

    /// Fit for a path and a host's label.
    fn simple(&self, name: &str) -> String {
        self.get(name, || format!("{}-{}", twelve(), twelve()))
    }

    /// In the shape of an access token.
    fn token(&self, name: &str) -> String {
        self.get(name, || format!("bsk_{}{}{}", twelve(), twelve(), twelve() + "abcdefg"))
    }

    /// A real token, or another text that was made elsewhere.
    fn keep(&self, name: &str, text: &str) {
        self.get(name, || text.to_owned());
    }

    /// What is to be looked for. Every token begins alike, so that part is left out.
    fn all(&self) -> Vec<Mark> {
        let marks = self.0.lock().unwrap();
        let text = |text: &String| text.strip_prefix("bsk_").unwrap_or(text).to_owned();
        marks.iter().map(|(name, mark)| Mark { name: name.clone(), text: text(mark) }).collect()
    }
}

/// Where everything that is logged goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// Libraries that do not know `tracing` log here.
struct Facade(Log);

impl log::Log for Facade {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.0.clone(), "{} {}: {}", record.level(), record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

/// Captures what the whole process logs, as text and as JSON; returns the log and the switch of its level.
fn capture() -> (Log, impl Fn(LevelFilter)) {
    let log = Log::default();
    let (filter, handle) = reload::Layer::new(LevelFilter::TRACE);
    let text =
        tracing_subscriber::fmt::layer().with_ansi(false).with_span_events(FmtSpan::FULL).with_writer(log.clone());
    let json = tracing_subscriber::fmt::layer().json().with_span_events(FmtSpan::FULL).with_writer(log.clone());
    let subscriber = tracing_subscriber::registry().with(filter).with(text).with(json);
    tracing::subscriber::set_global_default(subscriber).unwrap();
    log::set_boxed_logger(Box::new(Facade(log.clone()))).unwrap();
    let switch = move |level: LevelFilter| {
        handle.reload(level).unwrap();
        log::set_max_level(match level {
            LevelFilter::TRACE => log::LevelFilter::Trace,
            LevelFilter::DEBUG => log::LevelFilter::Debug,
            LevelFilter::INFO => log::LevelFilter::Info,
            LevelFilter::WARN => log::LevelFilter::Warn,
            _ => log::LevelFilter::Error,
        });
    };
    (log, switch)
}

/// The connectors beside the first: a password, and a key in the query with a second secret that a policy sends.
fn basic_service() -> (Value, Value) {
    let (mut definition, mut properties) = (definition(), properties());
    definition["info"]["title"] = "Basic Service".into();
    definition["securityDefinitions"] = json!({"basic": {"type": "basic"}});
    definition["security"] = json!([{"basic": []}]);
    let parameter = |kind: &str, name: &str| {
        json!({"type": kind, "uiDefinition": {"displayName": name, "description": name, "tooltip": name,
            "constraints": {"required": "true"}}})
    };
    properties["properties"]["connectionParameters"] =
        json!({"username": parameter("string", "User"), "password": parameter("securestring", "Password")});
    (definition, properties)
}

fn query_service() -> (Value, Value) {
    let (mut definition, mut properties) = basic_service();
    definition["info"]["title"] = "Query Service".into();
    definition["securityDefinitions"] = json!({"api_key": {"type": "apiKey", "in": "query", "name": "key"}});
    definition["security"] = json!([{"api_key": []}]);
    let password = properties["properties"]["connectionParameters"]["password"].clone();
    properties["properties"]["connectionParameters"] = json!({"api_key": password, "extra": password});
    properties["properties"]["policyTemplateInstances"] = json!([{
        "templateId": "setheader", "title": "Extra",
        "parameters": {"x-ms-apimTemplateParameter.name": "X-Extra",
            "x-ms-apimTemplateParameter.value": "extra @connectionParameters('extra')",
            "x-ms-apimTemplateParameter.existsAction": "override",
            "x-ms-apimTemplate-policySection": "Request"}}]);
    (definition, properties)
}

/// A cell, the marks that go into it, and everything that comes out of it.
struct Trial {
    cell: Cell,
    marks: Arc<Marks>,
    /// What refusals and failures said, head and body.
    said: Vec<u8>,
    statuses: BTreeMap<String, u64>,
    environment: String,
    stranger: String,
}

impl Trial {
    async fn start(marks: &Arc<Marks>, protocols: &[&[u8]], name: &str) -> Self {
        let adjust = |config: &mut backshell::config::Config| {
            config.upstream.first_byte_timeout_ms = 300;
            config.upstream.idle_timeout_ms = 300;
            config.gateway.max_request_body = 20_000;
        };
        let cell = Cell::with(adjust, protocols).await;
        marks.keep(&format!("first token {name}"), &cell.token);
        for (definition, properties) in [basic_service(), query_service()] {
            cell.publish(&definition, &properties).await;
        }
        let (_, stranger) = cell.token_for("stranger@example.com", &["call", "connections"], 3_600).await;
        marks.keep(&format!("stranger's token {name}"), &stranger);
        let environment = cell.get("/environments").await["items"][0]["id"].as_str().unwrap().to_owned();
        Self { cell, marks: Arc::clone(marks), said: Vec::new(), statuses: BTreeMap::new(), environment, stranger }
    }

    /// Takes down what was answered, when that is the gateway's or the API's own word.
    async fn note(&mut self, response: Response<hyper::body::Incoming>) -> u16 {
        let status = response.status().as_u16();
        let own = response.headers().get("x-backshell-error").map(|code| code.to_str().unwrap().to_owned());
        *self.statuses.entry(format!("{status} {}", own.as_deref().unwrap_or("-"))).or_default() += 1;
        let head = format!("{:?}", response.headers());
        // An answer that breaks off is one of the paths.
        let body = response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        if own.is_some() {
            self.said.extend_from_slice(head.as_bytes());
            self.said.extend_from_slice(&body);
        }
        status
    }

    /// A call with marks in its path, query, headers and body.
    async fn call(
        &mut self,
        token: &str,
        connector: &str,
        connection: &str,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> u16 {
        let marks = Arc::clone(&self.marks);
        let query = format!(
            "{}={}&plain={}",
            marks.simple("query name"),
            utf8_percent_encode(&marks.awkward("query value"), NON_ALPHANUMERIC),
            marks.simple("plain query value"),
        );
        let address =
            format!("http://{}/apim/{connector}/{connection}{path}?{query}", self.cell.node.gateway_address());
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("cookie", format!("session={}", marks.awkward("cookie")))
            .header("x-api-key", marks.awkward("forged key"))
            .header("x-custom", marks.awkward("header value"))
            .header("x-forwarded-for", marks.simple("forwarded"))
            .header(
                "x-binary",
                HeaderValue::from_bytes(&[marks.awkward("binary header").as_bytes(), &[0xff, 0xe9]].concat()).unwrap(),
            )
            .body(Full::new(body))
            .unwrap();
        let response = client::send(request).await.unwrap();
        self.note(response).await
    }

    /// A call through the first connection as the administrator.
    async fn plain_call(&mut self, method: Method, path: &str) -> u16 {
        let body = if method == Method::GET { Bytes::new() } else { self.body() };
        let (token, connection) = (self.cell.token.clone(), self.cell.connection.clone());
        self.call(&token, "trial-service", &connection, method, path, body).await
    }

    fn body(&self) -> Bytes {
        let mark = self.marks.awkward("request body");
        json!({"text": mark, "again": [mark, {"bytes": STANDARD.encode(&mark)}]}).to_string().into()
    }

    /// A request to the API, whatever comes of it.
    async fn ask(&mut self, method: Method, path: &str, kind: &str, body: impl Into<Bytes>) -> (u16, Value) {
        let token = self.cell.token.clone();
        self.ask_as(&token, method, path, kind, body).await
    }

    async fn ask_as(
        &mut self,
        token: &str,
        method: Method,
        path: &str,
        kind: &str,
        body: impl Into<Bytes>,
    ) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(self.cell.api(path))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", kind)
            .header("cookie", format!("session={}", self.marks.awkward("cookie")))
            .body(Full::new(body.into()))
            .unwrap();
        let response = client::send(request).await.unwrap();
        let status = response.status();
        *self.statuses.entry(format!("API {}", status.as_u16())).or_default() += 1;
        let body = response.into_body().collect().await.unwrap().to_bytes();
        if !status.is_success() {
            self.said.extend_from_slice(&body);
        }
        (status.as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn json(&mut self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.ask(method, path, "application/json", body.to_string()).await
    }

    /// Everything once. `round` tells apart what must be unique.
    async fn everything(&mut self, round: &str) {
        let connections = self.connections(round).await;
        self.allowed_calls(&connections).await;
        self.refused_calls().await;
        self.failing_services().await;
        self.garbage().await;
        self.publications().await;
        self.bad_input(&connections[0].1).await;
        self.access(round).await;
        // One stays, to be listed.
        for (_, connection) in connections.into_iter().skip(1) {
            let (status, _) = self.json(Method::DELETE, &format!("/connections/{connection}"), Value::Null).await;
            assert_eq!(status, 204);
        }
    }

    /// Makes a connection of each kind; their secrets are marked, and those of the first are replaced.
    async fn connections(&mut self, round: &str) -> Vec<(&'static str, String)> {
        let marks = Arc::clone(&self.marks);
        // Readable by design, and the control of the search.
        let name = marks.simple("control: connection name");
        let secrets = [
            ("trial-service", json!({"api_key": marks.awkward("API key")})),
            ("basic-service", json!({"username": marks.awkward("user name"), "password": marks.awkward("password")})),
            ("query-service", json!({"api_key": marks.awkward("query key"), "extra": marks.awkward("extra secret")})),
        ];
        let mut made = Vec::new();
        for (connector, secrets) in secrets {
            let body = json!({"environment": self.environment, "connector": connector, "name": format!("{name} {round}"),
                "secrets": secrets});
            let (status, connection) = self.json(Method::POST, "/connections", body).await;
            assert_eq!(status, 201, "{connection}");
            made.push((connector, connection["id"].as_str().unwrap().to_owned()));
        }
        let first = made[0].1.clone();
        self.allowed_call("trial-service", &first).await;
        assert_eq!(self.last_seen()["x-api-key"], marks.awkward("API key"));
        let body = json!({"secrets": {"api_key": marks.awkward("second API key")}});
        let (status, _) = self.json(Method::PUT, &format!("/connections/{first}/secrets"), body).await;
        assert_eq!(status, 200);
        let (status, _) =
            self.json(Method::PUT, &format!("/connections/{first}/settings"), json!({"settings": {}})).await;
        assert_eq!(status, 200);
        made
    }

    fn last_seen(&self) -> HeaderMap {
        self.cell.backend.seen().pop().unwrap().headers
    }

    async fn allowed_call(&mut self, connector: &str, connection: &str) {
        let token = self.cell.token.clone();
        let path = format!("/items/{}", self.marks.simple("path value"));
        let status = self.call(&token, connector, connection, Method::GET, &path, Bytes::new()).await;
        assert_eq!(status, 200);
        let seen = self.cell.backend.seen().pop().unwrap();
        assert!(seen.target.contains(&self.marks.simple("path value")), "the marks do not reach the service");
        assert_eq!(seen.headers["x-custom"], self.marks.awkward("header value"), "the marks do not reach the service");
    }

    async fn allowed_calls(&mut self, connections: &[(&'static str, String)]) {
        let marks = Arc::clone(&self.marks);
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-answer", marks.awkward("answered header")),
            ("set-cookie", marks.awkward("answered cookie")),
            (
                "location",
                format!("https://{}.example.com/{}", marks.simple("linked host"), marks.simple("linked path")),
            ),
            ("www-authenticate", format!("Basic realm=\"{}\"", marks.simple("realm"))),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
        }
        let mark = marks.awkward("response body");
        self.cell.backend.answer_with(headers, json!({"text": mark, "hex": hex(mark.as_bytes())}).to_string());
        for (connector, connection) in connections {
            self.allowed_call(connector, connection).await;
            let token = self.cell.token.clone();
            for (method, path) in [
                (Method::POST, "/echo"),
                (Method::GET, "/answer"),
                (Method::POST, "/created"),
                (Method::GET, "/elsewhere"),
                (Method::GET, "/forged"),
            ] {
                let body = if method == Method::POST { self.body() } else { Bytes::new() };
                let status = self.call(&token, connector, connection, method, path, body).await;
                let expected = if path == "/elsewhere" { 502..503 } else { 200..400 };
                assert!(expected.contains(&status), "{path}: {status}");
            }
            // What a caller compressed passes as it is.
            let packed = gzip(marks.awkward("packed body").repeat(8).as_bytes());
            assert_eq!(self.call(&token, connector, connection, Method::POST, "/echo", packed.into()).await, 200);
        }
        let seen = |what: &str| {
            let requests = self.cell.backend.seen();
            requests.iter().any(|seen| format!("{} {:?}", seen.target, seen.headers).contains(what))
        };
        let pair = format!("{}:{}", marks.awkward("user name"), marks.awkward("password"));
        assert!(seen(&STANDARD.encode(pair)), "the password does not reach the service");
        let key = marks.awkward("query key");
        assert!(seen(&format!("key={}", &key[..12])), "the key in the query does not reach the service");
        let extra = marks.awkward("extra secret");
        assert!(seen(&format!("extra {}", &extra[..12])), "the secret of the policy does not reach the service");
    }

    async fn refused_calls(&mut self) {
        let marks = Arc::clone(&self.marks);
        let (stranger, connection, admin) =
            (self.stranger.clone(), self.cell.connection.clone(), self.cell.token.clone());
        let item = format!("/items/{}", marks.simple("path value"));
        let body = self.body();
        for _ in 0..2 {
            assert_eq!(
                self.call(&stranger, "trial-service", &connection, Method::POST, "/echo", body.clone()).await,
                403
            );
            assert_eq!(self.call(&stranger, "trial-service", &connection, Method::GET, &item, Bytes::new()).await, 403);
        }
        // Operations, connections and connectors that do not exist.
        let unknown = format!("/{}/{}", marks.simple("unknown path"), marks.simple("unknown path 2"));
        assert_eq!(self.plain_call(Method::POST, &unknown).await, 404);
        assert_eq!(
            self.plain_call(Method::GET, &format!("/items/%2e%2e/{}", marks.simple("ambiguous path"))).await,
            400
        );
        let long = format!("/items/{}{}", marks.simple("long path"), "x".repeat(20_000));
        assert_eq!(self.plain_call(Method::GET, &long).await, 400);
        for connector in ["trial-service", "no-such-service", "basic-service"] {
            let connection = "con_01hq3w5x4e0000000000000000";
            assert_eq!(self.call(&admin, connector, connection, Method::GET, "/items", Bytes::new()).await, 404);
        }
        // Nobody is known by these.
        for token in [marks.token("unknown token"), marks.simple("no token"), format!("bsk_{}", twelve())] {
            assert_eq!(self.call(&token, "trial-service", &connection, Method::POST, "/echo", body.clone()).await, 401);
            let (status, _) = self.ask_as(&token, Method::GET, "/whoami", "application/json", "").await;
            assert_eq!(status, 401);
        }
        let (id, revoked) = self.cell.token_for("administrator", &["call"], 600).await;
        marks.0.lock().unwrap().insert(format!("revoked token {id}"), revoked.clone());
        self.cell.delete(&format!("/tokens/{id}")).await;
        assert_eq!(self.call(&revoked, "trial-service", &connection, Method::GET, "/items", Bytes::new()).await, 401);
        // A password where a token belongs.
        let pair = STANDARD.encode(format!("user:{}", marks.awkward("misplaced password")));
        for place in [self.cell.address("/items"), self.cell.api("/whoami")] {
            let request = Request::get(place).header("authorization", format!("Basic {pair}"));
            let response = client::send(request.body(Full::default()).unwrap()).await.unwrap();
            assert_eq!(self.note(response).await, 401);
        }
    }

    async fn failing_services(&mut self) {
        assert_eq!(self.plain_call(Method::GET, "/slow").await, 504);
        assert_eq!(self.plain_call(Method::GET, "/cut").await, 200);
        assert_eq!(self.plain_call(Method::GET, "/stall").await, 200);
        // Too large, announced and not.
        let large = Bytes::from(self.marks.awkward("large body").repeat(1_000));
        let (token, connection) = (self.cell.token.clone(), self.cell.connection.clone());
        assert_eq!(self.call(&token, "trial-service", &connection, Method::POST, "/echo", large.clone()).await, 413);
        let head = format!(
            "POST /apim/trial-service/{connection}/echo HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {token}\r\n"
        );
        let chunk = format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n", large.len());
        let chunked = [head.as_bytes(), chunk.as_bytes(), &large, b"\r\n0\r\n\r\n"].concat();
        assert!(self.raw(self.cell.node.gateway_address(), &chunked).await.starts_with("HTTP/1.1 413 "));
        // A caller who goes away in the middle of a body.
        let half = format!("{head}content-length: 10000\r\n\r\n{}", self.marks.awkward("half a body"));
        self.raw(self.cell.node.gateway_address(), half.as_bytes()).await;
    }

    /// What is no HTTP, to both listeners.
    async fn garbage(&mut self) {
        let mark = self.marks.simple("garbage");
        let token = self.marks.token("token in garbage");
        for address in [self.cell.node.gateway_address(), self.cell.node.console_address()] {
            for text in [
                format!(
                    "GET /{mark} HTTP/1.1\r\nhost: x\r\nbad header {mark}\r\nauthorization: Bearer {token}\r\n\r\n"
                ),
                format!("{mark} {token}\r\n\r\n"),
                format!(
                    "POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: {mark}\r\n\r\n"
                ),
                format!("GET / HTTP/1.1\r\nhost: {mark}.example.com\r\nx-long: {}\r\n\r\n", mark.repeat(10_000)),
                format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{mark}{token}{mark}{mark}{mark}"),
                format!("GET / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nupgrade: {mark}\r\n\r\n"),
            ] {
                let answer = self.raw(address, text.as_bytes()).await;
                self.said.extend_from_slice(answer.as_bytes());
            }
        }
    }

    /// Sends bytes, closes that direction, and returns what comes back within a second.
    async fn raw(&self, address: std::net::SocketAddr, bytes: &[u8]) -> String {
        let mut stream = connect(address).await;
        // The other side may have said no before it had read everything.
        drop(stream.write_all(bytes).await);
        drop(stream.shutdown().await);
        let mut answer = Vec::new();
        drop(tokio::time::timeout(Duration::from_secs(1), stream.read_to_end(&mut answer)).await);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Packages that are not published leave nothing behind.
    async fn publications(&mut self) {
        let mark = self.marks.awkward("refused package");
        let said = self.said.len();
        let publish = "/connectors?publisher=verified&infrastructure=external";
        let mut wrong = definition();
        wrong["info"]["description"] = mark.clone().into();
        wrong["paths"]["/items"]["get"]["operationId"] = "GetItem".into();
        let mut scripted = properties();
        scripted["properties"]["publisher"] = mark.clone().into();
        for files in [
            vec![("apiDefinition.swagger.json", wrong.to_string()), ("apiProperties.json", scripted.to_string())],
            vec![("apiDefinition.swagger.json", format!("{{\"swagger\": \"{mark}"))],
            vec![("readme.md", mark.clone())],
        ] {
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let (status, answer) = self.ask(Method::POST, publish, "application/zip", archive(&files)).await;
            assert_eq!(status, 422, "{answer}");
        }
        let (status, _) = self.ask(Method::POST, publish, "application/zip", format!("PK\u{3}\u{4}{mark}")).await;
        assert!((400..500).contains(&status), "{status}");
        let token = self.stranger.clone();
        let (status, _) = self.ask_as(&token, Method::POST, publish, "application/zip", mark.clone()).await;
        assert_eq!(status, 403);
        // The findings tell publishers about their own packages: that is no leak.
        self.said.truncate(said);
    }

    /// Secrets where they do not belong.
    async fn bad_input(&mut self, connection: &str) {
        let secret = self.marks.awkward("misplaced secret");
        let environment = self.environment.clone();
        let new = |connector: &str, settings: Value, secrets: Value| json!({"environment": environment, "connector": connector, "name": "bad", "settings": settings, "secrets": secrets});
        let good = json!({"api_key": "fine"});
        let long = secret.repeat(1_000);
        let bodies = [
            new("trial-service", json!({"api_key": secret}), json!({})),
            new("trial-service", json!({secret.clone(): "x"}), good.clone()),
            new("trial-service", json!({}), json!({secret.clone(): "api_key"})),
            new("trial-service", json!({}), json!({"api_key": [secret]})),
            new("trial-service", json!({}), json!({"api_key": {"value": secret}})),
            new("trial-service", json!({}), json!({"api_key": long})),
            new("trial-service", json!({}), json!({"api_key": format!("{secret}\n")})),
            new("trial-service", json!({}), json!({"api_key": secret, "API_KEY": secret})),
            new("trial-service", json!({}), json!({"api_key": secret, "more": secret})),
            new("trial-service", json!({}), json!([secret])),
            new("trial-service", json!(secret), json!({"api_key": secret})),
            new("basic-service", json!({}), json!({"password": secret})),
            new("basic-service", json!({"password": secret}), json!({"username": secret})),
            new(&secret, json!({}), good.clone()),
            json!({"environment": secret, "connector": "trial-service", "name": "bad", "secrets": good}),
            json!({"environment": environment, "connector": "trial-service", "name": "bad", "secrets": {}, secret.clone(): 1}),
            json!({"environment": environment, "connector": "trial-service", "name": format!("{secret}\n"), "secrets": good}),
            json!(secret),
            json!([secret]),
        ];
        for body in bodies {
            let (status, answer) = self.json(Method::POST, "/connections", body.clone()).await;
            assert!((400..500).contains(&status), "{status} {answer} for {body}");
        }
        let whole = new("trial-service", json!({}), json!({"api_key": secret})).to_string();
        let torn = whole.split_at(whole.find("api_key").unwrap() + 40).0.to_owned();
        for (kind, body) in [("application/json", torn.as_str()), ("text/plain", &whole), ("application/json", &secret)]
        {
            let (status, _) = self.ask(Method::POST, "/connections", kind, body.to_owned()).await;
            assert!((400..500).contains(&status), "{status}");
        }
        let known = format!("/connections/{connection}");
        for (path, body) in [
            (format!("{known}/secrets"), json!({"secrets": {"api_key": 7, "other": secret}})),
            (format!("{known}/secrets"), json!({"secrets": {secret.clone(): secret}})),
            (format!("{known}/secrets"), json!({"secrets": secret})),
            (format!("{known}/secrets"), json!({"secret": {"api_key": secret}})),
            (format!("{known}/settings"), json!({"settings": {"api_key": secret}})),
            (format!("{known}/settings"), json!({"settings": {"subdomain": [secret]}})),
            ("/connections/con_1/secrets".to_owned(), json!({"secrets": {"api_key": secret}})),
            ("/connections/con_01hq3w5x4e0000000000000000/secrets".to_owned(), json!({"secrets": {"api_key": secret}})),
        ] {
            let (status, answer) = self.json(Method::PUT, &path, body.clone()).await;
            assert!((400..500).contains(&status), "{status} {answer} for {body}");
        }
        // Somebody else's connection, with a right secret.
        let stranger = self.stranger.clone();
        let right = json!({"secrets": {"api_key": secret}}).to_string();
        let (status, _) =
            self.ask_as(&stranger, Method::PUT, &format!("{known}/secrets"), "application/json", right).await;
        assert!(matches!(status, 403 | 404), "{status}");
        // An environment that is not this cell's.
        let far = json!({"name": format!("far {}", twelve()), "home": "eastus", "boundary": "region"});
        let (_, far) = self.json(Method::POST, "/environments", far).await;
        let body = json!({"environment": far["id"], "connector": "trial-service", "name": "far", "secrets": {"api_key": secret}});
        assert_eq!(self.json(Method::POST, "/connections", body).await.0, 421);
    }

    async fn access(&mut self, round: &str) {
        let app = self.marks.simple("control: app");
        let body = json!({"app": format!("{app} {round}"), "scopes": ["call", "ledger"], "expires_in_seconds": 600});
        let (status, made) = self.json(Method::POST, "/tokens", body).await;
        assert_eq!(status, 201);
        self.marks.keep(&format!("new token {round}"), made["token"].as_str().unwrap());
        let path = format!("/connections/{}/shares", self.cell.connection);
        let (status, _) = self.json(Method::POST, &path, json!({"kind": "user", "name": "friend@example.com"})).await;
        assert_eq!(status, 201);
        let (status, _) =
            self.ask(Method::DELETE, &format!("{path}/user/friend@example.com"), "application/json", "").await;
        assert_eq!(status, 204);
    }

    /// Everything that can be read, as one text.
    async fn listings(&self) -> Vec<u8> {
        let mut all = Vec::new();
        let connectors = ["trial-service", "basic-service", "query-service"];
        let mut paths: Vec<String> = [
            "/connections?limit=1000",
            "/connectors",
            "/environments?limit=1000",
            "/tokens?limit=1000",
            "/whoami",
            "/cells",
            "/roles",
            "/regions",
            "/tokens?user=stranger@example.com",
            "/openapi.json",
            "/ledger/checkpoint",
        ]
        .map(str::to_owned)
        .to_vec();
        paths.push(format!("/connections/{}", self.cell.connection));
        paths.push(format!("/connections/{}/shares", self.cell.connection));
        for connector in connectors {
            for below in ["", "/operations", "/parameters", "/versions"] {
                paths.push(format!("/connectors/{connector}{below}"));
            }
        }
        for path in paths {
            all.extend(self.cell.get(&path).await.to_string().into_bytes());
        }
        let mut after = "0".to_owned();
        loop {
            let page = self.cell.get(&format!("/ledger/entries?after={after}&limit=1000")).await;
            all.extend(page.to_string().into_bytes());
            let Some(next) = page["next"].as_str() else { break };
            next.clone_into(&mut after);
        }
        for path in ["/metrics", "/healthz", "/readyz"] {
            let uri = format!("http://{}{path}", self.cell.node.console_address());
            let response = client::send(Request::get(uri).body(Full::default()).unwrap()).await.unwrap();
            all.extend(response.into_body().collect().await.unwrap().to_bytes());
        }
        backshell_ledger::export(&**self.cell.node.store() as _, 0, &mut all).await.unwrap();
        all
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a caller's connection to the cell, made by hand to send what no client would"
)]
async fn connect(address: std::net::SocketAddr) -> tokio::net::TcpStream {
    tokio::net::TcpStream::connect(address).await.unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn payloads_and_secrets_are_found_nowhere() {
    let (log, set_level) = capture();
    let marks = Arc::new(Marks::default());
    let mut trial = Trial::start(&marks, &[b"http/1.1"], "1").await;
    let control = twelve();
    let levels = [LevelFilter::ERROR, LevelFilter::WARN, LevelFilter::INFO, LevelFilter::DEBUG, LevelFilter::TRACE];
    for level in levels {
        set_level(level);
        trial.everything(&level.to_string()).await;
        // The filter works, and what passes it is captured.
        tracing::event!(tracing::Level::ERROR, "{control} error at {level}");
        tracing::event!(tracing::Level::TRACE, "{control} trace at {level}");
    }
    // Another cell, HTTP/2 on the way out, still at the highest level.
    let mut second = Trial::start(&marks, &[b"h2"], "2").await;
    second.everything("h2").await;
    let mut shown = second.listings().await;
    shown.extend(trial.listings().await);

    // A cell that is not the environment's, then one whose service is down.
    let Trial { cell, mut said, mut statuses, environment, stranger, .. } = trial;
    let running = Searcher::new(&marks.all()).folder(cell.folder.path());
    let cell = cell.restart(|config| "eastus".clone_into(&mut config.cell.region)).await;
    let mut trial =
        Trial { cell, marks: Arc::clone(&marks), said: Vec::new(), statuses: BTreeMap::new(), environment, stranger };
    let path = format!("/items/{}", marks.simple("path value"));
    assert_eq!(trial.plain_call(Method::GET, &path).await, 421);
    assert_eq!(trial.plain_call(Method::POST, "/echo").await, 421);
    trial.cell = trial.cell.restart(|config| "westeurope".clone_into(&mut config.cell.region)).await;
    // Whoever drops a service's connections takes it down.
    let nowhere = support::backend::Backend::start(&trial.cell.certificate, &[b"http/1.1"]).await;
    drop(std::mem::replace(&mut trial.cell.backend, nowhere));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(trial.plain_call(Method::GET, &path).await, 502);
    assert_eq!(trial.plain_call(Method::POST, "/echo").await, 502);
    shown.extend(trial.listings().await);
    said.extend(&trial.said);
    said.extend(&second.said);
    for (status, count) in trial.statuses.into_iter().chain(second.statuses) {
        *statuses.entry(status).or_default() += count;
    }

    // Stopped in good order: the write-ahead log is folded into the database.
    let Cell { folder, node, .. } = trial.cell;
    node.stop().await.unwrap();
    let Cell { folder: second_folder, node, .. } = second.cell;
    node.stop().await.unwrap();
    let log = log.0.lock().unwrap().clone();
    let lines = String::from_utf8_lossy(&log);
    for level in levels {
        assert!(lines.contains(&format!("{control} error at {level}")), "the log of {level} was not captured");
        let traced = lines.contains(&format!("{control} trace at {level}"));
        assert_eq!(traced, level == LevelFilter::TRACE, "{level} does not filter");
    }
    assert!(lines.contains("a service does not accept connections"), "the gateway's own words are not in the log");

    let began = Instant::now();
    let all = marks.all();
    let searcher = Searcher::new(&all);
    let mut hits = running;
    for folder in [folder.path(), second_folder.path()] {
        hits.extend(searcher.folder(folder));
    }
    hits.extend(searcher.bytes("the log", &log));
    hits.extend(searcher.bytes("metrics, ledger and listings", &shown));
    hits.extend(searcher.bytes("refusals", &said));
    let (controls, leaks): (Vec<_>, Vec<_>) = hits.into_iter().partition(|hit| hit.mark.starts_with("control"));
    say(&format!("{} marks, answers {statuses:?}", all.len()));
    let json = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let targets: BTreeSet<String> =
        json.filter_map(|line| line["target"].as_str()?.split("::").next().map(str::to_owned)).collect();
    say(&format!("logged by {targets:?}"));
    say(&format!(
        "searched {} bytes of log, {} of listings, {} of refusals, and the data folders, in {:.1} s",
        log.len(),
        shown.len(),
        said.len(),
        began.elapsed().as_secs_f64()
    ));
    let found: BTreeSet<_> = controls.iter().map(|hit| (hit.mark.as_str(), hit.place.as_str())).collect();
    let found_in = |mark: &str, place: &str| found.iter().any(|(name, at)| *name == mark && at.contains(place));
    assert!(found_in("control: connection name", "backshell.db"), "{found:?}");
    assert!(found_in("control: app", "backshell.db"), "{found:?}");
    assert!(found_in("control: connection name", "listings"), "{found:?}");
    assert!(found_in("control: app", "ledger"), "{found:?}");
    assert!(leaks.is_empty(), "{} leaks: {:#?}", leaks.len(), leaks.iter().take(50).collect::<Vec<_>>());
}

/// The mark in every form in which a program could leave it behind: what the form is, and bytes that hold it. Written
/// with other means than the search uses, as far as there are any.
fn plants(mark: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = mark.as_bytes();
    let each = |write: fn(u8) -> String| bytes.iter().map(|byte| write(*byte)).collect::<String>();
    let json = json!({"text": mark}).to_string();
    let mut plants: Vec<(String, Vec<u8>)> = [
        ("plain", mark.to_owned()),
        ("upper case", mark.to_uppercase()),
        ("its first 12", mark[..12].to_owned()),
        ("its last 12", mark[mark.len() - 12..].to_owned()),
        ("percent escapes", utf8_percent_encode(mark, NON_ALPHANUMERIC).to_string()),
        ("percent escapes throughout, lower case", each(|byte| format!("%{byte:02x}"))),
        ("percent escapes throughout, upper case", each(|byte| format!("%{byte:02X}"))),
        ("hexadecimal, lower case", each(|byte| format!("{byte:02x}"))),
        ("hexadecimal, upper case", each(|byte| format!("{byte:02X}"))),
        ("hexadecimal with blanks", each(|byte| format!("{byte:02x} "))),
        ("hexadecimal with colons", each(|byte| format!("{byte:02X}:"))),
        ("hexadecimal numbers", format!("{bytes:#04x?}").split_whitespace().collect::<Vec<_>>().join(" ")),
        ("JSON", json.clone()),
        ("JSON in JSON", json!({"text": json}).to_string()),
        ("JSON escapes throughout", each(|byte| format!("\\u{byte:04X}"))),
        ("debug output of text", format!("{mark:?}")),
        ("debug output of bytes", format!("{bytes:?}")),
        ("byte escapes", each(|byte| format!("\\x{byte:02x}"))),
    ]
    .map(|(form, text)| (form.to_owned(), text.into_bytes()))
    .into();
    plants.push(("UTF-16, little end first".to_owned(), mark.encode_utf16().flat_map(u16::to_le_bytes).collect()));
    plants.push(("UTF-16, big end first".to_owned(), mark.encode_utf16().flat_map(u16::to_be_bytes).collect()));
    for (alignment, before) in ["", "1", "12"].into_iter().enumerate() {
        for after in ["", "9", "98"] {
            let text = format!("{before}{mark}{after}");
            for (alphabet, encoded) in [
                ("standard", STANDARD.encode(&text)),
                ("standard, unpadded", STANDARD_NO_PAD.encode(&text)),
                ("for addresses", URL_SAFE.encode(&text)),
                ("for addresses, unpadded", URL_SAFE_NO_PAD.encode(&text)),
            ] {
                let form = format!("base64 {alphabet}, alignment {alignment}, {} behind", after.len());
                plants.push((form, format!("value={encoded};").into_bytes()));
            }
        }
    }
    let text = format!("{}{mark}{}", "some words before it ".repeat(30), " and some behind".repeat(30));
    for (what, content) in [
        ("text", text.clone().into_bytes()),
        ("base64", STANDARD.encode(&text).into_bytes()),
        ("hexadecimal", hex(text.as_bytes()).into_bytes()),
        ("the mark alone", bytes.to_vec()),
    ] {
        for level in [1, 6, 9] {
            for (kind, packed) in packed(&content, Compression::new(level)) {
                plants.push((format!("{kind} of {what}, level {level}"), around(&packed)));
                if kind != "deflate" {
                    plants.push((format!("gzip of {kind} of {what}, level {level}"), around(&gzip(&around(&packed)))));
                }
            }
        }
    }
    let files =
        [("a.txt", "x".repeat(500)), ("b.txt", mark.repeat(20)), ("c.json", each(|byte| format!("\\u{byte:04x}")))];
    let [a, b, c] = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    plants.push(("an archive".to_owned(), archive(&[a, b])));
    plants.push(("an archive of escapes".to_owned(), archive(&[a, c])));
    plants
}

fn packed(content: &[u8], level: Compression) -> [(&'static str, Vec<u8>); 3] {
    let mut zlib = ZlibEncoder::new(Vec::new(), level);
    zlib.write_all(content).unwrap();
    let mut deflate = DeflateEncoder::new(Vec::new(), level);
    deflate.write_all(content).unwrap();
    // With every optional field that a header can have but the checksum.
    let builder = GzBuilder::new().filename("a.log").comment("c").extra(vec![1, 2, 3]);
    let mut gzip = builder.write(Vec::new(), level);
    gzip.write_all(content).unwrap();
    [("zlib", zlib.finish().unwrap()), ("deflate", deflate.finish().unwrap()), ("gzip", gzip.finish().unwrap())]
}

/// At no offset in particular, with something else on both sides.
fn around(bytes: &[u8]) -> Vec<u8> {
    [&b"\0\x01junk\xff before"[..], bytes, b"junk behind"].concat()
}

/// A mark that the border between two pages of a database cuts in its middle.
fn across_pages(mark: &str, log: bool) -> Vec<u8> {
    const PAGE: usize = 4_096;
    let (before, header) = if log { (32, 24) } else { (0, 0) };
    let mut file = vec![0; before];
    if log {
        file[..12].copy_from_slice(&[0x37, 0x7f, 6, 0x82, 0, 0, 0, 0, 0, 0, 0x10, 0]);
    }
    let half = mark.len() / 2;
    for page in 0..3 {
        let mut content = vec![b'.'; PAGE];
        match page {
            0 if !log => {
                content[..16].copy_from_slice(b"SQLite format 3\0");
                content[16..18].copy_from_slice(&[0x10, 0]);
            }
            1 => content[PAGE - half..].copy_from_slice(&mark.as_bytes()[..half]),
            2 => content[4..4 + mark.len() - half].copy_from_slice(&mark.as_bytes()[half..]),
            _ => {}
        }
        file.extend(vec![0xee; header]);
        file.extend(content);
    }
    file
}

#[test]
fn a_planted_mark_is_found_in_every_form() {
    let mark = Marks::default().awkward("planted");
    let searcher = Searcher::new(&[Mark { name: "planted".to_owned(), text: mark.clone() }]);
    let folder = tempfile::tempdir().unwrap();
    // Nothing is found where nothing is: noise, words, and other marks in the same forms.
    let mut noise = vec![0; 300_000];
    SystemRandom.fill(&mut noise);
    std::fs::write(folder.path().join("noise"), &noise).unwrap();
    for (index, (_, bytes)) in plants(&Marks::default().awkward("another")).into_iter().enumerate() {
        std::fs::write(folder.path().join(format!("other-{index}")), bytes).unwrap();
    }
    assert_eq!(searcher.folder(folder.path()), []);

    let mut plants = plants(&mark);
    // Each half is a part of its own in the marks that are looked for; here the cut goes through one of them.
    let short = twelve();
    plants.push(("across the pages of a database".to_owned(), across_pages(&short, false)));
    plants.push(("across the pages of a write-ahead log".to_owned(), across_pages(&short, true)));
    let marks = [mark, short].map(|text| Mark { name: "planted".to_owned(), text });
    let searcher = Searcher::new(&marks);
    for (index, (form, bytes)) in plants.iter().enumerate() {
        let folder = folder.path().join("below").join(index.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("some.log"), bytes).unwrap();
        assert!(!searcher.folder(&folder).is_empty(), "{form} is not found");
        // In the middle of a log, too.
        let line = b"2026-01-01T00:00:00Z  INFO backshell: everything is as it should be\n";
        let log = [line.repeat(20), bytes.clone(), line.repeat(20)].concat();
        let is_file = form.starts_with("across");
        assert!(is_file || !searcher.bytes("the log", &log).is_empty(), "{form} is not found in a log");
    }
    // A file's name is a place as well.
    std::fs::write(folder.path().join(&marks[1].text), "").unwrap();
    assert!(searcher.folder(folder.path()).iter().any(|hit| hit.place.ends_with(&marks[1].text)));
    say(&format!("{} forms planted and found", plants.len()));
}
