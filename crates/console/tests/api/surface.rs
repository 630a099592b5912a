//! What holds for every endpoint: it is described, it is served, it asks who calls; and what surrounds it.

use crate::harness::{Node, request};
use axum::body::Body;
use backshell_console::{Console, ConsoleConfig};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

fn openapi() -> Value {
    serde_json::to_value(Console::openapi()).unwrap()
}

/// Method and address of every described operation, with the path's parameters filled in.
fn operations() -> Vec<(Method, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in openapi()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if !operation.is_object() {
                continue;
            }
            let address = path
                .replace("{connector}", "contoso")
                .replace("{digest}", &format!("sha256:{}", "0".repeat(64)))
                .replace("{environment}", "env_00000000000000000000000000")
                .replace("{grant}", "grt_00000000000000000000000000")
                .replace("{proof}", &"0".repeat(32))
                .replace("{consent}", "cst_00000000000000000000000000")
                .replace("{connection}", "con_00000000000000000000000000")
                .replace("{token}", "tok_00000000000000000000000000")
                .replace("{role}", "auditor")
                .replace("{group}", "team")
                .replace("{user}", "alice")
                .replace("{kind}", "user")
                .replace("{name}", "alice")
                .replace("{cell}", "us-1");
            assert!(!address.contains('{'), "{address}");
            operations.push((method, address, operation.clone()));
        }
    }
    operations
}

fn endpoint_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for noun in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(noun).unwrap().map(|entry| entry.unwrap().path()) {
            if file.file_name().unwrap() != "mod.rs" {
                files.push(file);
            }
        }
    }
    files
}

#[test]
fn one_file_is_one_described_endpoint() {
    let files = endpoint_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api"));
    let operations = operations();
    assert_eq!(files.len(), operations.len(), "a file is not routed in `api/mod.rs`, or serves two endpoints");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let first = text.lines().next().unwrap();
        let named = |(method, _, operation): &&(Method, String, Value)| {
            let id = operation["operationId"].as_str().unwrap();
            text.contains(&format!("operation_id = \"{id}\"")) && first.contains(method.as_str())
        };
        assert_eq!(operations.iter().filter(named).count(), 1, "{}: {first}", file.display());
    }
}

#[tokio::test]
async fn every_endpoint_is_served_and_asks_who_calls() {
    let node = Node::new().await;
    let operations = operations();
    assert!(operations.len() >= 30);
    for (method, address, operation) in operations {
        for bearer in [
            None,
            Some("Bearer nonsense"),
            Some("Basic YTpi"),
            Some("Bearer bsk_0000000000000000000000000000000000000000000"),
        ] {
            let mut request = Request::builder().method(&method).uri(&address).header(header::HOST, "localhost");
            if let Some(bearer) = bearer {
                request = request.header(header::AUTHORIZATION, bearer);
            }
            let answer = node.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {address}: {}", answer.text);
            assert_eq!(answer.json["code"], "unauthenticated");
            assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer realm=\"backshell\"");
        }
        assert!(operation["responses"]["401"].is_object(), "{method} {address} does not describe 401");
    }
}

/// Nobody without a role and without anything of their own changes or reads what is not everybody's.
#[tokio::test]
async fn a_token_without_scopes_may_do_nothing() {
    let node = Node::new().await;
    let token = node.token("admin@contoso.example", &[], None).await;
    for (method, address, operation) in operations() {
        if address.ends_with("/whoami") {
            continue;
        }
        let body = Body::from("{}");
        let path = address.strip_prefix("/api/v1").unwrap();
        let request = request(method.clone(), &token, path).header(header::CONTENT_TYPE, "application/json");
        let answer = node.send(request.body(body).unwrap()).await;
        // What does not exist and what is malformed may be said first; what filters shows nothing.
        let empty = answer.json["items"].as_array().is_some_and(Vec::is_empty);
        assert!(
            empty || answer.status.is_client_error(),
            "{method} {address} answered {}: {}",
            answer.status,
            answer.text
        );
        let code = answer.status.as_u16().to_string();
        assert!(operation["responses"][&code].is_object(), "{method} {address} does not describe {code}");
    }
    assert!(node.store.environments(None, backshell_store::Limit::MAX).await.unwrap().len() == 1);
}

#[test]
fn the_description_is_complete_and_its_copy_is_fresh() {
    let document = openapi();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    for (method, address, operation) in operations() {
        for member in ["summary", "operationId", "tags"] {
            assert!(!operation[member].is_null(), "{method} {address} has no {member}");
        }
    }
    // Every reference leads somewhere.
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference} leads nowhere");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/openapi.json");
    let mut fresh = serde_json::to_string_pretty(&document).unwrap();
    fresh.push('\n');
    if bless() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == fresh, "docs/api/openapi.json is stale: run the tests with BACKSHELL_BLESS=1");
}

#[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests")]
fn bless() -> bool {
    std::env::var_os("BACKSHELL_BLESS").is_some()
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.push(reference.clone());
            }
            members.values().for_each(|member| collect_references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_served_description_is_the_same() {
    let node = Node::new().await;
    let request = Request::get("/api/v1/openapi.json").header(header::HOST, "localhost").body(Body::empty()).unwrap();
    let answer = node.send(request).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(answer.expect(200), openapi());
}

#[tokio::test]
async fn other_hosts_are_refused() {
    let node = Node::new().await;
    for (host, status) in
        [("localhost", 200), ("console.example", 200), ("evil.example", 403), ("169.254.169.254", 403)]
    {
        for path in ["/api/v1/openapi.json", "/metrics"] {
            let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
            let answer = node.send(request).await;
            assert_eq!(answer.status.as_u16(), status, "{host} {path}");
            if status == 403 {
                assert_eq!(answer.json["code"], "host_not_allowed");
            }
        }
    }
    let answer = node.send(Request::get("/metrics").body(Body::empty()).unwrap()).await;
    answer.expect(400);
}

#[tokio::test]
async fn health_readiness_and_metrics() {
    let node = Node::new().await;
    let get = |path: &'static str| {
        let request = Request::get(path).header(header::HOST, "10.0.0.7").body(Body::empty()).unwrap();
        node.send(request)
    };
    assert_eq!(get("/healthz").await.text, "ok\n");
    assert_eq!(
        get("/readyz").await.expect(200),
        json!({"ready": true, "snapshot": "fresh", "ledger": "writable", "cell": "attested"})
    );
    node.lent.stale.store(true, Ordering::SeqCst);
    let answer = get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json["snapshot"], "stale");
    assert_eq!(get("/healthz").await.status, StatusCode::OK);
    let request = Request::get("/metrics").header(header::HOST, "localhost").body(Body::empty()).unwrap();
    let answer = node.send(request).await;
    assert!(answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    assert!(
        answer.text.contains("# TYPE backshell_calls_in_flight gauge\nbackshell_calls_in_flight 0\n"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_stale_picture_decides_nothing() {
    let node = Node::new().await;
    node.lent.stale.store(true, Ordering::SeqCst);
    let answer = node.get(&node.admin, "/connectors").await;
    assert_eq!(answer.headers[header::RETRY_AFTER], "5");
    assert_eq!(answer.expect(503)["code"], "stale_state");
    let body = json!({"name": "b", "home": "westeurope", "boundary": "region"});
    assert_eq!(node.post(&node.admin, "/environments", &body).await.expect(503)["code"], "stale_state");
}

#[tokio::test]
async fn an_act_that_cannot_be_recorded_is_not_done() {
    let node = Node::new().await;
    node.ledger.shutdown().await;
    let body = json!({"name": "b", "home": "westeurope", "boundary": "region"});
    let problem = node.post(&node.admin, "/environments", &body).await.expect(503);
    assert_eq!(problem["code"], "ledger_unavailable");
    assert_eq!(node.store.environments(None, backshell_store::Limit::MAX).await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let node = Node::new().await;
    for answer in
        [node.get(&node.admin, "/whoami").await, node.get("", "/whoami").await, node.get("", "/nowhere").await]
    {
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers[header::X_FRAME_OPTIONS], "DENY");
        assert!(answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods() {
    let node = Node::new().await;
    assert_eq!(node.get(&node.admin, "/nowhere").await.expect(404)["code"], "not_found");
    assert_eq!(node.put(&node.admin, "/whoami", &json!({})).await.expect(405)["code"], "method_not_allowed");
}

#[tokio::test]
async fn bodies_and_queries_are_read_strictly() {
    let node = Node::with_config(ConsoleConfig { max_json_bytes: 200, ..ConsoleConfig::default() }).await;
    let admin = &node.admin;
    let environment = json!({"name": "b", "home": "westeurope", "boundary": "region", "colour": "blue"});
    let problem = node.post(admin, "/environments", &environment).await.expect(400);
    assert!(problem["detail"].as_str().unwrap().contains("colour"), "{problem}");
    let long = json!({"name": "b".repeat(300), "home": "westeurope", "boundary": "region"});
    assert_eq!(node.post(admin, "/environments", &long).await.expect(413)["code"], "body_too_large");
    let send = |kind: &'static str, text: &'static str| {
        let request = request(Method::POST, admin, "/environments").header(header::CONTENT_TYPE, kind);
        node.send(request.body(Body::from(text)).unwrap())
    };
    assert_eq!(send("text/plain", "{}").await.expect(415)["code"], "unsupported_media_type");
    assert_eq!(send("application/json; charset=utf-8", "{").await.expect(400)["code"], "bad_request");
    assert_eq!(node.get(admin, "/connectors?limit=0").await.expect(400)["code"], "bad_request");
    assert_eq!(node.get(admin, "/connectors?limit=1001").await.expect(400)["code"], "bad_request");
    assert_eq!(node.get(admin, "/connectors?colour=blue").await.expect(400)["code"], "bad_request");
    assert_eq!(node.get(admin, "/environments/env_1").await.expect(400)["code"], "bad_request");
    // Streamed without an announced length, it is cut off at the limit all the same.
    let chunks = (0..10).map(|_| Ok::<_, std::io::Error>(bytes::Bytes::from_static(&[b' '; 50])));
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let streamed = request(Method::POST, admin, "/environments").header(header::CONTENT_TYPE, "application/json");
    node.send(streamed.body(body).unwrap()).await.expect(413);
}

#[tokio::test]
async fn an_expired_or_revoked_token_is_nobody() {
    let node = Node::new().await;
    let me = node.get(&node.admin, "/whoami").await.expect(200);
    assert_eq!(me["user"], "admin@contoso.example");
    assert_eq!(me["scopes"].as_array().unwrap().len(), 5);
    assert!(me["may"].as_array().unwrap().contains(&json!("publishConnector")), "{me}");
    node.clock.advance(3_600);
    node.get(&node.admin, "/whoami").await.expect(401);
}
