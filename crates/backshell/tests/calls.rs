//! Calls end to end, over real sockets: a client, the gateway, TLS and a back end.

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
use backshell::way_out::WayOut;
use backshell_boundary::{ResolveError, Resolved, Resolver};
use backshell_model::{EnvironmentId, HostName};
use backshell_upstream::{Dialled, Dialler};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use rustls::ClientConfig;
use serde_json::{Value, json};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use support::{Cell, KEY, refusal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn an_allowed_call_reaches_the_service_with_its_key_and_is_on_record() {
    let cell = Cell::start().await;
    let request = Request::builder()
        .method(Method::POST)
        .uri(cell.address("/echo?a=1&b=%2F"))
        .header("authorization", format!("Bearer {}", cell.token))
        .header("cookie", "session=1")
        .header("x-api-key", "forged")
        .header("x-forwarded-for", "10.0.0.1")
        .header("x-ms-client-request-id", "r-1")
        .header("connection", "x-hop")
        .header("x-hop", "1")
        .body(Full::new(Bytes::from_static(b"{\"n\":1}")))
        .unwrap();
    let response = client::send(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers().get("x-backshell-error").is_none());
    let notice = response.headers()["x-backshell-notice"].to_str().unwrap().to_owned();
    assert!(notice.contains("location_unknown") && notice.contains("grade=N"), "{notice}");
    let call = response.headers()["x-backshell-call-id"].to_str().unwrap().to_owned();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "{\"n\":1}");

    let seen = cell.backend.seen();
    let [seen] = seen.as_slice() else { panic!("one request, not {}", seen.len()) };
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/v1/echo?a=1&b=%2F"));
    assert_eq!(seen.headers["x-api-key"], KEY);
    assert_eq!(seen.headers["x-ms-client-request-id"], "r-1");
    assert_eq!(seen.headers["host"], support::HOST);
    for gone in ["authorization", "cookie", "x-forwarded-for", "x-hop", "connection"] {
        assert!(!seen.headers.contains_key(gone), "{gone} reached the service");
    }
    assert!(!format!("{seen:?}").contains(&cell.token), "the caller's token reached the service");

    let completion = cell.ledger_until("completion", 1).await.remove(0);
    let decision = cell.ledger("decision").await.remove(0);
    assert_eq!(decision["call"], call.as_str());
    assert_eq!(completion["call"], call.as_str());
    assert_eq!((&decision["outcome"], &decision["operation"]), (&json!("allowed"), &json!("Echo")));
    assert_eq!((&completion["status"], &completion["ended"]), (&json!(200), &json!("complete")));
    assert_eq!((&completion["bytes_in"], &completion["bytes_out"]), (&json!(7), &json!(7)));
    assert!(!decision.to_string().contains("administrator"), "users stand in the ledger as pseudonyms: {decision}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_call_touches_neither_vault_nor_service() {
    let cell = Cell::start().await;
    drop(cell.call(Method::GET, "/items", "").await);
    let opened = cell.node.vault().withdrawals();
    assert!(opened > 0, "the counter must count, or the rest of this test says nothing");
    let (_, stranger) = cell.token_for("stranger@example.com", &["call"], 600).await;
    for _ in 0..3 {
        let (status, code, body) = refusal(cell.call_as(&stranger, Method::GET, "/items", "").await).await;
        assert_eq!((status, code.as_str()), (403, "permission_denied"));
        assert_eq!((&body["code"], &body["status"]), (&json!("permission_denied"), &json!(403)));
    }
    assert_eq!(cell.node.vault().withdrawals(), opened);
    assert_eq!(cell.backend.seen().len(), 1);
    let refused: Vec<Value> =
        cell.ledger("decision").await.into_iter().filter(|entry| entry["outcome"] == "refused").collect();
    assert_eq!(refused.len(), 3);
    assert_eq!(refused[0]["code"], "permission_denied");
    let row = &refused[0]["boundary"];
    assert_eq!((&row["row"], &row["reason"]), (&json!("D05"), &json!("not_permitted")), "every answer names its row");
}

/// A host with two addresses, of which the first cannot be reached.
#[derive(Debug)]
struct SecondOfTwo(Arc<dyn Dialler>);

const TWO: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1)), 443),
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8)), 443),
];

#[async_trait]
impl Resolver for SecondOfTwo {
    async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
        Ok(Arc::new(TWO.map(|address| address.ip()).to_vec().into()))
    }
}

#[async_trait]
impl Dialler for SecondOfTwo {
    async fn dial(&self, host: &HostName, port: u16, addresses: &[SocketAddr]) -> io::Result<Dialled> {
        self.0.dial(host, port, &addresses[1..]).await
    }

    fn tls(&self, environment: EnvironmentId) -> Arc<ClientConfig> {
        self.0.tls(environment)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_addresses_the_one_that_was_called_is_on_record() {
    for protocol in [b"http/1.1".as_slice(), b"h2"] {
        let cell = Cell::with(|_| {}, &[protocol]).await;
        drop(cell.call(Method::GET, "/items", "").await);
        let one = cell.ledger_until("completion", 1).await.remove(0);
        assert_eq!(one.get("address"), None, "the decision names the only one: {one}");
        let cell = cell
            .restart_with(|way_out| WayOut {
                resolver: Arc::new(SecondOfTwo(Arc::clone(&way_out.dialler))),
                dialler: Arc::new(SecondOfTwo(way_out.dialler)),
                system_servers: Vec::new(),
            })
            .await;
        for call in 2..4 {
            assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200);
            let completion = cell.ledger_until("completion", call).await.pop().unwrap();
            assert_eq!(completion["address"], json!(TWO[1].to_string()), "{protocol:?} {call}");
        }
        assert_eq!(cell.ledger("decision").await.pop().unwrap()["addresses"], json!(TWO.map(|a| a.to_string())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_manages_but_does_not_call_through_other_peoples_connections() {
    let mut cell = Cell::start().await;
    let administrator = cell.token.clone();
    let (_, alice) = cell.token_for("alice@example.com", &["call", "connections", "connectors"], 600).await;
    cell.token = alice.clone();
    cell.connection = cell.connect("trial-service", json!({}), json!({"api_key": KEY})).await;
    assert_eq!(cell.call_as(&alice, Method::GET, "/items", "").await.status(), 200);
    let (_, code, _) = refusal(cell.call_as(&administrator, Method::GET, "/items", "").await).await;
    assert_eq!(code, "permission_denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_with_people_and_groups_count_and_end() {
    let cell = Cell::start().await;
    let (_, bob) = cell.token_for("bob@example.com", &["call"], 600).await;
    let status = async |expected: u16| {
        let status = cell.call_as(&bob, Method::GET, "/items", "").await.status().as_u16();
        assert_eq!(status, expected);
    };
    status(403).await;
    let shares = format!("/connections/{}/shares", cell.connection);
    cell.post(&shares, json!({"kind": "user", "name": "bob@example.com"})).await;
    status(200).await;
    cell.delete(&format!("{shares}/user/bob@example.com")).await;
    status(403).await;
    cell.post(&shares, json!({"kind": "group", "name": "field"})).await;
    status(403).await;
    let member = cell.api("/groups/field/members/bob@example.com");
    client::json(Method::PUT, &member, &cell.token, None).await.unwrap();
    status(200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_checked_before_anything_else() {
    let cell = Cell::start().await;
    for token in ["bsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "nothing", "bsk_"] {
        let (status, code, _) = refusal(cell.call_as(token, Method::GET, "/items", "").await).await;
        assert_eq!((status, code.as_str()), (401, "unauthenticated"), "{token}");
    }
    let (id, token) = cell.token_for("administrator", &["call"], 600).await;
    assert_eq!(cell.call_as(&token, Method::GET, "/items", "").await.status(), 200);
    cell.delete(&format!("/tokens/{id}")).await;
    assert_eq!(cell.call_as(&token, Method::GET, "/items", "").await.status(), 401);

    let (_, narrow) = cell.token_for("administrator", &["ledger"], 600).await;
    let (_, code, body) = refusal(cell.call_as(&narrow, Method::GET, "/items", "").await).await;
    assert_eq!((code.as_str(), &body["reason"]), ("permission_denied", &json!("scope_missing")));

    let (_, brief) = cell.token_for("administrator", &["call"], 1).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(cell.call_as(&brief, Method::GET, "/items", "").await.status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_declared_operations_exist() {
    let cell = Cell::start().await;
    for (method, path) in [
        (Method::GET, "/admin"),
        (Method::DELETE, "/items"),
        (Method::GET, "/items/7/parts"),
        (Method::GET, "/v1/v1/items"),
        (Method::GET, ""),
    ] {
        let (status, code, _) = refusal(cell.call(method.clone(), path, "").await).await;
        assert_eq!((status, code.as_str()), (404, "unknown_operation"), "{method} {path}");
    }
    let (status, code, _) = refusal(cell.call(Method::GET, "/items/%2e%2e/admin", "").await).await;
    assert_eq!((status, code.as_str()), (400, "bad_request"));
    assert_eq!(cell.call(Method::GET, "/v1/items/7", "").await.status(), 200);
    assert_eq!(cell.call(Method::GET, "/items/a%2Fb", "").await.status(), 200);
    let targets: Vec<String> = cell.backend.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets, ["/v1/items/7", "/v1/items/a%2Fb"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_connector_or_connection_is_unknown() {
    let cell = Cell::start().await;
    for address in [
        cell.address("/items").replace("trial-service", "other-service"),
        cell.address("/items").replace(&cell.connection, "con_01hq3w5x4e0000000000000000"),
    ] {
        let request = Request::get(address).header("authorization", format!("Bearer {}", cell.token));
        let response = client::send(request.body(Full::default()).unwrap()).await.unwrap();
        let (status, code, _) = refusal(response).await;
        assert_eq!((status, code.as_str()), (404, "unknown_connection"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_outside_the_boundary_answers_before_the_body_is_read() {
    let cell = Cell::with(|config| config.cell.region = "westeurope".to_owned(), &[b"http/1.1"]).await;
    let home = cell.node.gateway_url();
    let opened = cell.node.vault().withdrawals();
    let cell = cell
        .restart(|config| {
            config.cell.region = "eastus".to_owned();
            config.cell.name = "cell-us".to_owned();
        })
        .await;
    let mut stream = TcpStream::connect(cell.node.gateway_address()).await.unwrap();
    // The head announces a body that never comes: an answer can only come from somebody who does not wait for it.
    let head = format!(
        "POST /apim/trial-service/{}/echo HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {}\r\nexpect: 100-continue\r\ncontent-length: 1000000\r\n\r\n",
        cell.connection, cell.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the gateway waits for the body");
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 421 "), "nobody is told to send the body: {answer}");
    assert!(answer.contains("x-backshell-error: wrong_cell"), "{answer}");
    assert!(answer.contains(&home), "the answer names the home cell: {answer}");
    assert!(cell.backend.seen().is_empty());
    assert!(cell.node.vault().withdrawals() <= opened);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_of_the_same_geography_may_serve() {
    let cell = Cell::with(|config| config.cell.region = "westeurope".to_owned(), &[b"http/1.1"]).await;
    let cell = cell.restart(|config| config.cell.region = "northeurope".to_owned()).await;
    assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_end_that_is_down_is_unreachable() {
    let cell = Cell::start().await;
    let Cell { folder: _folder, node, backend, token, connection, .. } = cell;
    drop(backend);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let address = format!("http://{}/apim/trial-service/{connection}/items", node.gateway_address());
    let request = Request::get(address).header("authorization", format!("Bearer {token}"));
    let response = client::send(request.body(Full::default()).unwrap()).await.unwrap();
    let (status, code, body) = refusal(response).await;
    assert_eq!((status, code.as_str(), &body["reason"]), (502, "upstream_unreachable", &json!("connect")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_back_end_times_out() {
    let cell = Cell::with(|config| config.upstream.first_byte_timeout_ms = 300, &[b"http/1.1"]).await;
    let (status, code, _) = refusal(cell.call(Method::GET, "/slow", "").await).await;
    assert_eq!((status, code.as_str()), (504, "upstream_timeout"));
    let completion = cell.ledger_until("completion", 1).await.remove(0);
    assert_eq!((&completion["ended"], &completion["code"]), (&json!("timeout"), &json!("upstream_timeout")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_breaks_off_for_the_caller_too() {
    for (path, ended) in [("/cut", "cut_by_upstream"), ("/stall", "timeout")] {
        let cell = Cell::with(|config| config.upstream.idle_timeout_ms = 300, &[b"http/1.1"]).await;
        let response = cell.call(Method::GET, path, "").await;
        assert_eq!(response.status(), 200);
        assert!(response.into_body().collect().await.is_err(), "{path}: half an answer must not look whole");
        let completion = cell.ledger_until("completion", 1).await.remove(0);
        assert_eq!(completion["ended"], ended, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_goes_away_is_on_record() {
    let cell = Cell::start().await;
    let mut stream = TcpStream::connect(cell.node.gateway_address()).await.unwrap();
    let head = format!(
        "GET /apim/trial-service/{}/slow HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {}\r\n\r\n",
        cell.connection, cell.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    while cell.backend.seen().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(stream);
    let completion = cell.ledger_until("completion", 1).await.remove(0);
    assert_eq!(completion["ended"], "aborted_by_caller");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused() {
    let cell = Cell::with(|config| config.gateway.max_request_body = 1_000, &[b"http/1.1"]).await;
    let (status, code, _) = refusal(cell.call(Method::POST, "/echo", vec![b'x'; 2_000]).await).await;
    assert_eq!((status, code.as_str()), (413, "body_too_large"));
    assert_eq!(cell.call(Method::POST, "/echo", vec![b'x'; 1_000]).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_lead_through_the_gateway_or_nowhere() {
    let cell = Cell::start().await;
    let created = cell.call(Method::POST, "/created", "{}").await;
    assert_eq!(created.status(), 201);
    let expected = format!("/apim/trial-service/{}/items/7?x=1", cell.connection);
    assert_eq!(created.headers()["location"], expected.as_str());
    let (status, code, body) = refusal(cell.call(Method::GET, "/elsewhere", "").await).await;
    assert_eq!((status, code.as_str(), &body["reason"]), (502, "endpoint_blocked", &json!("redirect_host")));
    assert!(!body.to_string().contains("evil.example.com"), "the refusal shows where to");
    let refused = cell.ledger_until("completion", 2).await.remove(1);
    assert_eq!((&refused["status"], &refused["code"]), (&json!(302), &json!("endpoint_blocked")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_cannot_speak_in_the_gateways_name() {
    let cell = Cell::start().await;
    let response = cell.call(Method::GET, "/forged", "").await;
    let headers = response.headers();
    assert_eq!(headers["x-answer"], "kept");
    assert!(headers["x-backshell-call-id"].to_str().unwrap().starts_with("call_"));
    for gone in ["x-backshell-error", "set-cookie", "x-hop"] {
        assert!(!headers.contains_key(gone), "{gone} came through");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_the_service_are_used_again() {
    let cell = Cell::start().await;
    for _ in 0..20 {
        let response = cell.call(Method::GET, "/items", "").await;
        response.into_body().collect().await.unwrap();
    }
    assert_eq!(cell.backend.seen().len(), 20);
    let workers = std::thread::available_parallelism().unwrap().get() as u64;
    assert!(cell.backend.connections() <= workers, "{} connections for 20 calls in turn", cell.backend.connections());
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_to_the_service() {
    let cell = Cell::with(|_| {}, &[b"h2"]).await;
    let response = cell.call(Method::POST, "/echo", "two").await;
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "two");
    assert_eq!(cell.backend.seen()[0].version, http::Version::HTTP_2);
    assert_eq!(cell.backend.seen()[0].headers["x-api-key"], KEY);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_and_health_show_what_happened() {
    let cell = Cell::start().await;
    drop(cell.call(Method::GET, "/items", "").await);
    drop(cell.call(Method::GET, "/nothing", "").await);
    let plain = async |path: &str| {
        let uri = format!("http://{}{path}", cell.node.console_address());
        let response = client::send(Request::get(uri).body(Full::default()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
    };
    assert_eq!(plain("/healthz").await.0, 200);
    assert_eq!(plain("/readyz").await.0, 200);
    let (_, metrics) = plain("/metrics").await;
    assert!(metrics.contains("backshell_calls_answered_total{class=\"2xx\"} 1"), "{metrics}");
    assert!(metrics.contains("backshell_calls_refused_total{code=\"unknown_operation\"} 1"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_secrets_were_sealed_with_is_never_replaced() {
    let Cell { folder: _folder, config, node, backend, certificate, .. } = Cell::start().await;
    node.stop().await.unwrap();
    let key = config.data.dir.join("master.key");
    let original = std::fs::read(&key).unwrap();
    let start = async || {
        let way_out = certificate.way_out(&[(support::HOST, backend.address)]).unwrap();
        backshell::node::Node::start(&config, way_out).await.map(drop).map_err(|error| format!("{error:#}"))
    };
    std::fs::remove_file(&key).unwrap();
    assert!(start().await.unwrap_err().contains("put it back from its copy"));
    assert!(!key.exists(), "a new key was made in its place");
    std::fs::write(&key, [7; 32]).unwrap();
    assert!(start().await.unwrap_err().contains("another key-encryption key"));
    std::fs::write(&key, original).unwrap();
    assert!(start().await.is_ok());
}
