//! How a node reaches services: whom it asks for addresses, and how it connects.

use crate::config::Config;
use crate::keys;
use anyhow::Context;
use backshell_boundary::Resolver;
use backshell_upstream::{Dialler, DnsResolver, PinnedDialler};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The port of name servers (RFC 1035, section 4.2).
const DNS_PORT: u16 = 53;

/// How a node reaches services.
#[derive(Clone, Debug)]
pub struct WayOut {
    /// How names become addresses.
    pub resolver: Arc<dyn Resolver>,
    /// How connections are opened.
    pub dialler: Arc<dyn Dialler>,
    /// The system's name servers, where the resolver asks those.
    pub system_servers: Vec<SocketAddr>,
}

impl WayOut {
    /// The way out of a real cell: the configured name servers or the system's, pinned addresses, public certificate
    /// authorities and those that the configuration adds.
    pub fn real(config: &Config) -> anyhow::Result<Self> {
        let extra = match &config.upstream.extra_authorities {
            Some(path) => keys::certificates(path)?,
            None => Vec::new(),
        };
        let timeout = Duration::from_millis(config.upstream.connect_timeout_ms);
        let dialler =
            PinnedDialler::new(&extra, timeout).context("the extra certificate authorities cannot be used")?;
        let servers = name_servers(&config.upstream.name_servers)?;
        let (resolver, system_servers) = if servers.is_empty() {
            (DnsResolver::system(), DnsResolver::system_servers())
        } else {
            (DnsResolver::with_servers(&servers), Vec::new())
        };
        Ok(Self { resolver: Arc::new(resolver?), dialler: Arc::new(dialler), system_servers })
    }
}

/// Addresses, each with a port or without.
pub(crate) fn name_servers(entries: &[String]) -> anyhow::Result<Vec<SocketAddr>> {
    let read = |entry: &String| {
        let address = entry.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT));
        address.or_else(|_| entry.parse()).with_context(|| {
            format!(
                "`upstream.name_servers` holds `{entry}`; write an address, such as `10.0.0.53` or `10.0.0.53:5353`"
            )
        })
    };
    entries.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers_with_and_without_a_port() {
        let read = |entry: &str| name_servers(&[entry.to_owned()]).map(|servers| servers[0].to_string());
        assert_eq!(read("10.0.0.53").unwrap(), "10.0.0.53:53");
        assert_eq!(read("10.0.0.53:5353").unwrap(), "10.0.0.53:5353");
        assert_eq!(read("2001:4860:4860::8888").unwrap(), "[2001:4860:4860::8888]:53");
        assert_eq!(read("[::1]:5353").unwrap(), "[::1]:5353");
        assert!(read("dns.example").is_err());
    }
}
