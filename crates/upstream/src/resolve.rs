//! Names to addresses, through the system's resolver, with a short memory.

use async_trait::async_trait;
use backshell_boundary::{ResolveError, Resolver};
use backshell_model::HostName;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// How long an answer is used again. The system's resolver does not say how long an answer lives, so this is short.
const MEMORY: Duration = Duration::from_secs(30);
/// How many names are remembered.
const CAPACITY: usize = 4_096;
/// How long one look-up may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The system's resolver (`getaddrinfo`), both address families. Every address of an answer is handed on: the boundary
/// judges all of them.
#[derive(Debug, Default)]
pub struct SystemResolver {
    memory: Mutex<HashMap<HostName, (Instant, Vec<IpAddr>)>>,
}

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &HostName, port: u16) -> Result<Vec<IpAddr>, ResolveError> {
        let now = Instant::now();
        if let Ok(memory) = self.memory.lock()
            && let Some((at, addresses)) = memory.get(host)
            && now.duration_since(*at) < MEMORY
        {
            return Ok(addresses.clone());
        }
        // The final dot says that the name is complete: the system's search domains are not tried behind it.
        let name = format!("{host}.");
        let lookup = tokio::time::timeout(TIMEOUT, tokio::net::lookup_host((name.as_str(), port)));
        let mut addresses: Vec<IpAddr> = match lookup.await {
            Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
            Ok(Err(error)) => return Err(ResolveError::Failed(error.to_string())),
            Err(_) => return Err(ResolveError::Failed("the name server did not answer in time".to_owned())),
        };
        if addresses.is_empty() {
            return Err(ResolveError::NoAnswer);
        }
        addresses.sort_unstable_by_key(IpAddr::is_ipv6);
        addresses.dedup();
        if let Ok(mut memory) = self.memory.lock() {
            if memory.len() >= CAPACITY {
                memory.retain(|_, (at, _)| now.duration_since(*at) < MEMORY);
            }
            if memory.len() < CAPACITY {
                memory.insert(host.clone(), (now, addresses.clone()));
            }
        }
        Ok(addresses)
    }
}
