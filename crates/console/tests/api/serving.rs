//! The listener itself, and requests that take too long.

use crate::harness::{Node, request};
use axum::body::Body;
use backshell_console::{ConsoleConfig, serve};
use http::{Method, header};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

#[tokio::test]
async fn it_answers_over_a_socket_and_stops_when_told() {
    let node = Node::new().await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, node.router.clone(), async { drop(stopped.await) }));
    #[expect(clippy::disallowed_methods, reason = "the test is the client")]
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let text = format!(
        "GET /api/v1/whoami HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        node.admin
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("admin@contoso.example"), "{answer}");
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered() {
    let config = ConsoleConfig { time_limit: Duration::from_millis(50), ..ConsoleConfig::default() };
    let node = Node::with_config(config).await;
    let body = Body::from_stream(futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
    let request = request(Method::POST, &node.admin, "/environments").header(header::CONTENT_TYPE, "application/json");
    let problem = node.send(request.body(body).unwrap()).await.expect(503);
    assert_eq!(problem["code"], "timed_out");
}
