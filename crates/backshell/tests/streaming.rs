//! Bodies of a gigabyte pass in both directions while memory stays small. Alone in its program, because it looks at the
//! memory of the whole process: client, gateway and back end together.

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

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use support::Cell;

const GIGABYTE: u64 = 1_000_000_000 / (64 * 1024) * (64 * 1024);
const PIECE: usize = 64 * 1024;
const ALLOWED_GROWTH: u64 = 64 * 1024 * 1024;

/// Resident memory of this process, bytes.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}

/// Watches resident memory until it is told to stop; its highest value.
struct Watch {
    highest: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Watch {
    fn start() -> Self {
        let (highest, stop) = (Arc::new(AtomicU64::new(resident())), Arc::new(AtomicBool::new(false)));
        let (mark, stopped) = (Arc::clone(&highest), Arc::clone(&stop));
        std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                mark.fetch_max(resident(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self { highest, stop }
    }

    fn highest(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.highest.load(Ordering::Relaxed).max(resident())
    }
}

type Pieces = StreamBody<futures_util::stream::Iter<Box<dyn Iterator<Item = Result<Frame<Bytes>, Infallible>> + Send>>>;

async fn send(cell: &Cell, method: Method, path: &str, bytes: u64) -> Response<Incoming> {
    let stream = tokio::net::TcpStream::connect(cell.node.gateway_address()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let piece = Bytes::from(vec![1_u8; PIECE]);
    let pieces: Box<dyn Iterator<Item = _> + Send> =
        Box::new((0..bytes / PIECE as u64).map(move |_| Ok(Frame::data(piece.clone()))));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "gateway")
        .header("authorization", format!("Bearer {}", cell.token))
        .body(Pieces::new(futures_util::stream::iter(pieces)))
        .unwrap();
    sender.send_request(request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gigabyte_passes_in_each_direction_in_little_memory() {
    let cell = Cell::start().await;
    let path = |rest: &str| format!("/apim/trial-service/{}{rest}", cell.connection);
    // One small exchange each first, so that what is measured is the streaming and not the start.
    assert_eq!(send(&cell, Method::POST, &path("/upload"), PIECE as u64).await.status(), 200);

    let before = resident();
    let watch = Watch::start();
    assert_eq!(send(&cell, Method::POST, &path("/upload"), GIGABYTE).await.status(), 200);
    assert_eq!(cell.backend.uploaded(), GIGABYTE + PIECE as u64);
    let growth = watch.highest().saturating_sub(before);
    assert!(growth < ALLOWED_GROWTH, "memory grew by {growth} bytes on the way up");

    let before = resident();
    let watch = Watch::start();
    let response = send(&cell, Method::GET, &path(&format!("/download?bytes={GIGABYTE}")), 0).await;
    let mut body = response.into_body();
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        received += frame.unwrap().data_ref().map_or(0, Bytes::len) as u64;
    }
    assert_eq!(received, GIGABYTE);
    let growth = watch.highest().saturating_sub(before);
    assert!(growth < ALLOWED_GROWTH, "memory grew by {growth} bytes on the way down");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_does_not_read_holds_the_service_back() {
    let cell = Cell::start().await;
    let path = format!("/apim/trial-service/{}/download?bytes={GIGABYTE}", cell.connection);
    let response = send(&cell, Method::GET, &path, 0).await;
    let before = resident();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let growth = resident().saturating_sub(before);
    assert!(growth < ALLOWED_GROWTH, "memory grew by {growth} bytes for a caller who does not read");
    drop(response);
}
