//! Connections that are used again.
//!
//! A connection keeps the decision it was opened under: it is shared within one environment only, only for the host and
//! port it was opened for (HTTP/2 coalescing is off), only while the address it was pinned to is still among the pinned
//! ones, and lives ten minutes at most.

use crate::body::RequestBody;
use crate::http1::Http1;
use backshell_model::{EnvironmentId, FastMap, HostName, Scheme};
use hyper::client::conn::{http1, http2};
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// How old a connection may grow: the residency rules bound how long a decision about an address holds.
const MAX_AGE: Duration = Duration::from_mins(10);
/// How long a connection may wait for its next call. Shorter than most services' own limit, so that they rarely close first.
const MAX_IDLE: Duration = Duration::from_secs(50);
/// How many idle connections are kept for one key.
const MAX_IDLE_PER_KEY: usize = 256;
/// How many calls share one HTTP/2 connection; beyond that another one is opened. Services commonly allow 100 streams.
const MAX_STREAMS: usize = 100;

/// Who may share a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) environment: EnvironmentId,
    pub(crate) scheme: Scheme,
    pub(crate) host: HostName,
    pub(crate) port: u16,
}

/// What a connection was opened with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) pinned: SocketAddr,
    pub(crate) opened: Instant,
}

struct Idle {
    connection: Box<Http1>,
    origin: Origin,
    since: Instant,
}

struct Shared {
    sender: http2::SendRequest<RequestBody>,
    origin: Origin,
    /// Each call on the connection holds one more reference.
    streams: Arc<()>,
}

impl Shared {
    fn is_fresh(&self, now: Instant) -> bool {
        !self.sender.is_closed() && now - self.origin.opened < MAX_AGE
    }

    fn lend(&self) -> Sender {
        Sender::Http2(self.sender.clone(), Stream { peer: self.origin.pinned, _counted: Arc::clone(&self.streams) })
    }
}

/// One call's part in a shared connection.
pub(crate) struct Stream {
    pub(crate) peer: SocketAddr,
    _counted: Arc<()>,
}

#[derive(Default)]
struct Entry {
    idle: Vec<Idle>,
    shared: Vec<Shared>,
}

impl Entry {
    /// A shared connection that takes another call.
    fn vacant(&self, addresses: &[SocketAddr]) -> Option<&Shared> {
        self.shared.iter().find(|shared| {
            Arc::strong_count(&shared.streams) <= MAX_STREAMS && addresses.contains(&shared.origin.pinned)
        })
    }
}

/// The connections of one worker.
#[derive(Default)]
pub(crate) struct Pool(Mutex<FastMap<Key, Entry>>);

/// A connection that can take a request now.
pub(crate) enum Sender {
    Http1(Box<Http1>, Origin),
    Http2(http2::SendRequest<RequestBody>, Stream),
}

impl Pool {
    /// A connection for `key` whose pinned address is still among `addresses`.
    pub(crate) fn checkout(&self, key: &Key, addresses: &[SocketAddr]) -> Option<Sender> {
        let now = Instant::now();
        let fresh = |origin: &Origin| now - origin.opened < MAX_AGE && addresses.contains(&origin.pinned);
        let mut entries = self.0.lock().ok()?;
        let entry = entries.get_mut(key)?;
        entry.shared.retain(|shared| shared.is_fresh(now));
        if let Some(shared) = entry.vacant(addresses) {
            return Some(shared.lend());
        }
        while let Some(idle) = entry.idle.pop() {
            if fresh(&idle.origin) && now - idle.since < MAX_IDLE {
                return Some(Sender::Http1(idle.connection, idle.origin));
            }
        }
        None
    }

    /// Lends an HTTP/2 connection that was just opened, and keeps it for everyone who may share it, unless others that
    /// were opened at the same time have room left.
    pub(crate) fn share(&self, key: Key, sender: http2::SendRequest<RequestBody>, origin: Origin) -> Sender {
        let shared = Shared { sender, origin, streams: Arc::default() };
        let lent = shared.lend();
        if let Ok(mut entries) = self.0.lock() {
            let entry = entries.entry(key).or_default();
            if entry.vacant(&[origin.pinned]).is_none() {
                entry.shared.push(shared);
            }
        }
        lent
    }

    fn give_back(&self, key: Key, mut connection: Box<Http1>, origin: Origin) {
        let since = Instant::now();
        if since - origin.opened >= MAX_AGE || !connection.is_free() {
            return;
        }
        if let Ok(mut entries) = self.0.lock() {
            let entry = entries.entry(key).or_default();
            if entry.idle.len() < MAX_IDLE_PER_KEY {
                entry.idle.push(Idle { connection, origin, since });
            }
        }
    }

    /// Forgets what has waited too long or was closed by its service. Called now and then, so that unused hosts do not
    /// keep sockets open.
    pub(crate) fn sweep(&self) {
        let now = Instant::now();
        if let Ok(mut entries) = self.0.lock() {
            entries.retain(|_, entry| {
                entry.idle.retain_mut(|idle| now - idle.since < MAX_IDLE && idle.connection.is_open());
                entry.shared.retain(|shared| shared.is_fresh(now));
                !entry.idle.is_empty() || !entry.shared.is_empty()
            });
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool(..)")
    }
}

/// The right to give a connection back once its answer has been read to the end. Dropping it closes the connection.
pub(crate) enum Lease {
    /// An HTTP/1.1 connection is lent to one call at a time, which drives it.
    Http1 { pool: Arc<Pool>, key: Key, connection: Box<Http1>, origin: Origin },
    /// An HTTP/1.1 connection whose service answered before it had the whole request: a task of its own goes on sending,
    /// and nobody uses it again.
    Detached { _sender: http1::SendRequest<RequestBody> },
    /// An HTTP/2 connection stays where it is; the sender keeps it alive.
    Http2 { _sender: http2::SendRequest<RequestBody>, _stream: Stream },
}

impl Lease {
    pub(crate) fn give_back(self) {
        if let Self::Http1 { pool, key, connection, origin } = self {
            pool.give_back(key, connection, origin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::Timestamp;
    use backshell_testkit::SeededRandom;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use tokio::io::DuplexStream;

    const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), 443);
    const THERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2)), 443);

    fn key() -> Key {
        let environment = EnvironmentId::generate(Timestamp::from_secs(1_800_000_000), &SeededRandom::new(1));
        Key { environment, scheme: Scheme::Https, host: HostName::parse("api.example.com").unwrap(), port: 443 }
    }

    /// An HTTP/2 connection, open for as long as its other end is kept.
    async fn connection() -> (http2::SendRequest<RequestBody>, DuplexStream) {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(near)).await.unwrap();
        tokio::spawn(connection);
        (sender, far)
    }

    fn origin(pinned: SocketAddr) -> Origin {
        Origin { pinned, opened: Instant::now() }
    }

    #[tokio::test]
    async fn a_connection_with_many_calls_is_not_shared_further() {
        let (pool, key) = (Pool::default(), key());
        let (sender, _far) = connection().await;
        let mut calls = vec![pool.share(key.clone(), sender, origin(HERE))];
        while let Some(call) = pool.checkout(&key, &[HERE]) {
            calls.push(call);
            assert!(calls.len() <= MAX_STREAMS);
        }
        assert_eq!(calls.len(), MAX_STREAMS);
        // Another one takes the next calls; one call that ends makes room again.
        let (sender, _far) = connection().await;
        calls.push(pool.share(key.clone(), sender, origin(HERE)));
        assert!(pool.checkout(&key, &[HERE]).is_some());
        assert!(pool.checkout(&key, &[THERE]).is_none());
        assert_eq!(pool.0.lock().unwrap()[&key].shared.len(), 2);
    }

    #[tokio::test]
    async fn of_connections_opened_at_the_same_time_one_is_kept() {
        let (pool, key) = (Pool::default(), key());
        let mut far_ends = Vec::new();
        for _ in 0..3 {
            let (sender, far) = connection().await;
            far_ends.push(far);
            pool.share(key.clone(), sender, origin(HERE));
        }
        assert_eq!(pool.0.lock().unwrap()[&key].shared.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn no_connection_outlives_its_decision() {
        let (pool, key) = (Pool::default(), key());
        let (sender, _far) = connection().await;
        drop(pool.share(key.clone(), sender, origin(HERE)));
        assert!(pool.checkout(&key, &[HERE]).is_some());
        tokio::time::advance(MAX_AGE).await;
        assert!(pool.checkout(&key, &[HERE]).is_none());
    }
}
