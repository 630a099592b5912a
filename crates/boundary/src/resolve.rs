//! From a name to the addresses that may be connected to: asked once, every answer judged.

use crate::address::AddressRules;
use async_trait::async_trait;
use backshell_model::{EnvironmentId, HostName, HostNameError};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// A name that resolves to more addresses than this is refused.
pub const MAX_ADDRESSES: usize = 16;
/// A name whose alias chain has more steps than this is refused.
pub const MAX_ALIASES: usize = 8;

/// Finds the addresses of a host. Asked exactly once per placed request; what it answers is what is connected to.
#[async_trait]
pub trait Resolver: Send + Sync + fmt::Debug {
    /// All addresses of `host`, of both families, and the names the way to them led over. `port` is passed on for
    /// resolvers that want it.
    async fn resolve(&self, host: &HostName, port: u16) -> Result<Arc<Resolved>, ResolveError>;
}

/// What a name resolved to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    addresses: Vec<IpAddr>,
    aliases: Vec<Arc<str>>,
}

impl Resolved {
    /// An answer. Of `addresses` (in the order in which they are to be tried) each is kept once, and one more than
    /// [`MAX_ADDRESSES`] at most, which is enough to refuse the answer. `aliases` are the names that alias records (CNAME)
    /// led to, in order, in lower case and without the final dot.
    pub fn new(addresses: impl IntoIterator<Item = IpAddr>, aliases: Vec<Arc<str>>) -> Self {
        let mut distinct = Vec::new();
        for address in addresses {
            if distinct.len() > MAX_ADDRESSES {
                break;
            }
            if !distinct.contains(&address) {
                distinct.push(address);
            }
        }
        Self { addresses: distinct, aliases }
    }

    /// The addresses, in the order in which they are to be tried.
    pub fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }

    /// The names that alias records led to, in order. Empty when the name has its addresses itself.
    pub fn aliases(&self) -> &[Arc<str>] {
        &self.aliases
    }

    /// The name that has the addresses: the last alias, or the name that was asked for.
    pub fn final_name<'a>(&'a self, asked: &'a HostName) -> &'a str {
        self.aliases.last().map_or(asked.as_str(), |name| name)
    }
}

impl From<Vec<IpAddr>> for Resolved {
    fn from(addresses: Vec<IpAddr>) -> Self {
        Self::new(addresses, Vec::new())
    }
}

/// A host's addresses could not be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The name does not exist or has no address.
    #[error("the name has no address")]
    NoAnswer,
    /// The alias chain of the name loops, is too long or leads over a name that is never public.
    #[error("the alias chain of the name cannot be followed")]
    Chain,
    /// The resolver did not answer (in time); the message is for the log.
    #[error("the resolver failed: {0}")]
    Failed(String),
}

/// Why a host cannot be connected to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointRefused {
    /// The resolver says so.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// More than [`MAX_ADDRESSES`] addresses.
    #[error("the name has more than {MAX_ADDRESSES} addresses")]
    TooMany,
    /// No address of the answer may be an endpoint.
    #[error("the name leads to addresses that are never an endpoint")]
    Addresses,
    /// Some addresses of the answer may be an endpoint and some may not.
    #[error("one of the addresses of the name is never an endpoint")]
    Mixed,
}

impl EndpointRefused {
    /// The reason code.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Resolve(ResolveError::NoAnswer) => "no_answer",
            Self::Resolve(ResolveError::Chain) => "chain",
            Self::Resolve(ResolveError::Failed(_)) => "resolver_failed",
            Self::TooMany => "too_many",
            Self::Addresses => "addr_refused",
            Self::Mixed => "mixed_answers",
        }
    }
}

/// Asks `resolver` once for `host` and judges the chain of names and every address of the answer. What it returns is all
/// that may be connected to; there is no second question. Private addresses are never endpoints here.
pub async fn resolve_endpoint(
    host: &HostName,
    port: u16,
    rules: &AddressRules,
    resolver: &dyn Resolver,
) -> Result<Arc<Resolved>, EndpointRefused> {
    judged(host, port, resolver, |address| rules.verdict(address).is_ok()).await
}

/// The same for a request of `environment`, whose internal services may have private addresses.
pub(crate) async fn resolve_endpoint_of(
    environment: EnvironmentId,
    host: &HostName,
    port: u16,
    rules: &AddressRules,
    resolver: &dyn Resolver,
) -> Result<Arc<Resolved>, EndpointRefused> {
    judged(host, port, resolver, |address| rules.verdict_for(address, environment, host, port).is_ok()).await
}

async fn judged(
    host: &HostName,
    port: u16,
    resolver: &dyn Resolver,
    may_be_endpoint: impl Fn(IpAddr) -> bool + Send,
) -> Result<Arc<Resolved>, EndpointRefused> {
    let found = resolver.resolve(host, port).await?;
    if found.aliases.len() > MAX_ALIASES || !found.aliases.iter().all(|name| may_be_alias(name)) {
        return Err(ResolveError::Chain.into());
    }
    if found.addresses.len() > MAX_ADDRESSES {
        return Err(EndpointRefused::TooMany);
    }
    let refused = found.addresses.iter().filter(|address| !may_be_endpoint(**address)).count();
    match refused {
        _ if found.addresses.is_empty() => Err(ResolveError::NoAnswer.into()),
        0 => Ok(found),
        count if count == found.addresses.len() => Err(EndpointRefused::Addresses),
        _ => Err(EndpointRefused::Mixed),
    }
}

/// Whether a public name's alias may be `name` (no final dot): a name such as a host could have, but for underscores,
/// which names that are only aliases do have. Special names and names that read as an address lead inside.
pub fn may_be_alias(name: &str) -> bool {
    match HostName::parse(name) {
        Ok(_) => true,
        Err(HostNameError::Malformed) => HostName::parse(&name.replace('_', "x")).is_ok(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_inside_are_no_aliases() {
        for name in ["app.hosting.example", "d1.cdn.example", "_x.acme.example", "a_b.example", "xn--mller-kva.example"]
        {
            assert!(may_be_alias(name), "{name}");
        }
        for name in
            ["", "localhost", "db.internal", "printer.local", "127.0.0.1", "example.0x7f", "a b.example", "ü.example"]
        {
            assert!(!may_be_alias(name), "{name}");
        }
    }
}
