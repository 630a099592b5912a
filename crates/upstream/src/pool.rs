//! Connections that are used again.
//!
//! A connection keeps the decision it was opened under: it is shared within one environment only, only for the host and
//! port it was opened for (HTTP/2 coalescing is off), only while the address it was pinned to is still among the pinned
//! ones, and lives ten minutes at most.

use crate::body::RequestBody;
use backshell_model::{EnvironmentId, HostName, Scheme};
use hyper::client::conn::{http1, http2};
use std::collections::HashMap;
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
/// How long a connection that just ended its answer may take to be ready again.
const SETTLE: Duration = Duration::from_millis(20);

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
    sender: http1::SendRequest<RequestBody>,
    origin: Origin,
    since: Instant,
}

#[derive(Default)]
struct Entry {
    idle: Vec<Idle>,
    shared: Option<(http2::SendRequest<RequestBody>, Origin)>,
}

/// The connections of one worker.
#[derive(Default)]
pub(crate) struct Pool(Mutex<HashMap<Key, Entry>>);

/// A connection that can take a request now.
pub(crate) enum Sender {
    Http1(http1::SendRequest<RequestBody>, Origin),
    Http2(http2::SendRequest<RequestBody>),
}

impl Pool {
    /// A connection for `key` whose pinned address is still among `addresses`.
    pub(crate) async fn checkout(&self, key: &Key, addresses: &[SocketAddr]) -> Option<Sender> {
        loop {
            match self.take(key, addresses)? {
                Sender::Http1(mut sender, origin) => {
                    if sender.is_ready() || matches!(tokio::time::timeout(SETTLE, sender.ready()).await, Ok(Ok(()))) {
                        return Some(Sender::Http1(sender, origin));
                    }
                }
                shared @ Sender::Http2(_) => return Some(shared),
            }
        }
    }

    fn take(&self, key: &Key, addresses: &[SocketAddr]) -> Option<Sender> {
        let now = Instant::now();
        let fresh = |origin: &Origin| now - origin.opened < MAX_AGE && addresses.contains(&origin.pinned);
        let mut entries = self.0.lock().ok()?;
        let entry = entries.get_mut(key)?;
        if let Some((sender, origin)) = &entry.shared {
            if !sender.is_closed() && fresh(origin) {
                return Some(Sender::Http2(sender.clone()));
            }
            entry.shared = None;
        }
        while let Some(idle) = entry.idle.pop() {
            if !idle.sender.is_closed() && fresh(&idle.origin) && now - idle.since < MAX_IDLE {
                return Some(Sender::Http1(idle.sender, idle.origin));
            }
        }
        None
    }

    /// Keeps an HTTP/2 connection for everyone who may share it.
    pub(crate) fn share(&self, key: Key, sender: http2::SendRequest<RequestBody>, origin: Origin) {
        if let Ok(mut entries) = self.0.lock() {
            entries.entry(key).or_default().shared = Some((sender, origin));
        }
    }

    fn give_back(&self, key: Key, sender: http1::SendRequest<RequestBody>, origin: Origin) {
        let since = Instant::now();
        if sender.is_closed() || since - origin.opened >= MAX_AGE {
            return;
        }
        if let Ok(mut entries) = self.0.lock() {
            let entry = entries.entry(key).or_default();
            if entry.idle.len() < MAX_IDLE_PER_KEY {
                entry.idle.push(Idle { sender, origin, since });
            }
        }
    }

    /// Forgets what has waited too long. Called now and then, so that unused hosts do not keep sockets open.
    pub(crate) fn sweep(&self) {
        let now = Instant::now();
        if let Ok(mut entries) = self.0.lock() {
            entries.retain(|_, entry| {
                entry.idle.retain(|idle| !idle.sender.is_closed() && now - idle.since < MAX_IDLE);
                if entry.shared.as_ref().is_some_and(|(sender, origin)| {
                    sender.is_closed() || now - origin.opened >= MAX_AGE
                }) {
                    entry.shared = None;
                }
                !entry.idle.is_empty() || entry.shared.is_some()
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
    /// An HTTP/1.1 connection is lent to one call at a time.
    Http1 { pool: Arc<Pool>, key: Key, sender: http1::SendRequest<RequestBody>, origin: Origin },
    /// An HTTP/2 connection stays where it is; the sender keeps it alive.
    Http2 { _sender: http2::SendRequest<RequestBody> },
}

impl Lease {
    pub(crate) fn give_back(self) {
        if let Self::Http1 { pool, key, sender, origin } = self {
            pool.give_back(key, sender, origin);
        }
    }
}
