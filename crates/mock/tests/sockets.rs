//! The server over real sockets: HTTP/1.1 and HTTP/2, plain and over TLS, and its end.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use backshell_mock::{Mock, MockOptions};
use backshell_package::Limits;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

async fn start(tls: Option<Arc<ServerConfig>>) -> Running {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backshell/assets/sample");
    let package = backshell_package::read(&folder, &Limits::default()).unwrap().package;
    let mock = Mock::new(&package, MockOptions::default()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let shutdown = async {
            stopped.await.ok();
        };
        mock.serve(listener, tls, shutdown).await
    });
    Running { address, stop, task }
}

#[expect(clippy::disallowed_methods, reason = "the test is the client")]
async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

fn request(address: &str) -> Request<Empty<Bytes>> {
    Request::get(address).header("host", "mock.example").header("x-fieldworks-key", "k").body(Empty::new()).unwrap()
}

async fn over_http1<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> Response<Incoming> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request("/v2/workorders/wo-5")).await.unwrap()
}

async fn over_http2<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, scheme: &str) -> Response<Incoming> {
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = request(&format!("{scheme}://mock.example/v2/workorders"));
    request.headers_mut().remove("host");
    sender.send_request(request).await.unwrap()
}

async fn json(response: Response<Incoming>) -> serde_json::Value {
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

/// A server with a certificate of its own, and a client that trusts it.
fn certified() -> (Arc<ServerConfig>, ClientConfig) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["mock.example".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), client)
}

#[tokio::test]
async fn plain_http1_and_http2_on_one_port() {
    let running = start(None).await;
    let response = over_http1(connect(running.address).await).await;
    assert_eq!((response.status(), response.version()), (StatusCode::OK, Version::HTTP_11));
    assert_eq!(json(response).await["workOrderId"], "wo-5");
    let response = over_http2(connect(running.address).await, "http").await;
    assert_eq!((response.status(), response.version()), (StatusCode::OK, Version::HTTP_2));
    let link = json(response).await["nextLink"].as_str().unwrap().to_owned();
    assert!(link.starts_with("http://mock.example/v2/workorders?"), "{link}");
    running.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), running.task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn tls_negotiates_the_protocol() {
    let (server, client) = certified();
    let running = start(Some(server)).await;
    for (protocol, version) in [("http/1.1", Version::HTTP_11), ("h2", Version::HTTP_2)] {
        let mut client = client.clone();
        client.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let name = ServerName::try_from("mock.example").unwrap();
        let stream = TlsConnector::from(Arc::new(client)).connect(name, connect(running.address).await).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
        if version == Version::HTTP_2 {
            let response = over_http2(stream, "https").await;
            assert_eq!((response.status(), response.version()), (StatusCode::OK, version));
            let link = json(response).await["nextLink"].as_str().unwrap().to_owned();
            assert!(link.starts_with("https://mock.example/v2/workorders?"), "{link}");
        } else {
            let response = over_http1(stream).await;
            assert_eq!((response.status(), response.version()), (StatusCode::OK, version));
        }
    }
    // Whoever speaks plain HTTP to a TLS port is cut off; the next one is served.
    let mut sender =
        hyper::client::conn::http1::handshake(TokioIo::new(connect(running.address).await)).await.unwrap().0;
    assert!(
        tokio::time::timeout(Duration::from_secs(5), sender.send_request(request("/v2/account")))
            .await
            .is_ok_and(|answer| answer.is_err())
    );
    running.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), running.task).await.unwrap().unwrap().unwrap();
}
