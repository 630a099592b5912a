//! The name again: does it resolve, to addresses that may be an endpoint, and does its alias chain still end where it did?
//!
//! Compared is the zone of the last name of the chain: the name without its first label. New names within that zone are
//! what services do to balance load; another zone is another provider or another owner, and a chain that ends nowhere can be
//! taken over by whoever registers its end.

use super::{Check, Finding};
use async_trait::async_trait;
use backshell_boundary::{AddressRules, PrivateService, ResolveError, Resolver};
use backshell_model::{Connector, Drift, HostPort, Recheck};
use std::net::IpAddr;
use std::sync::Arc;

/// Looks at names through the node's own resolver.
#[derive(Debug)]
pub struct DnsRecheck {
    resolver: Arc<dyn Resolver>,
    rules: AddressRules,
}

impl DnsRecheck {
    /// Asks `resolver`; addresses are judged by `rules`.
    pub fn new(resolver: Arc<dyn Resolver>, rules: AddressRules) -> Self {
        Self { resolver, rules }
    }
}

/// The part of a name that its owner holds: everything but the first label, unless that leaves less than two.
fn zone(name: &str) -> &str {
    match name.split_once('.') {
        Some((_, rest)) if rest.contains('.') => rest,
        _ => name,
    }
}

#[async_trait]
impl Check for DnsRecheck {
    fn kind(&self) -> Recheck {
        Recheck::Dns
    }

    async fn look(&self, _: &Connector, endpoint: &HostPort, baseline: Option<&str>) -> Finding {
        let changed = |drift, detail| Finding::Changed { drift, detail };
        let resolved = match self.resolver.resolve(&endpoint.host, endpoint.port).await {
            Ok(resolved) => resolved,
            Err(ResolveError::Failed(_)) => {
                return Finding::NotMeasured("the name servers did not answer".to_owned());
            }
            Err(error) => return changed(Drift::EndpointGone, error.to_string()),
        };
        // What an environment's entry for an internal service permits is decided for each call of that environment.
        let verdict = |address: IpAddr| {
            let HostPort { host, port } = endpoint;
            let mut entries = self.rules.private.iter().map(PrivateService::environment);
            let lifted = entries.any(|entry| self.rules.verdict_for(address, entry, host, *port).is_ok());
            if lifted { Ok(()) } else { self.rules.verdict(address) }
        };
        if let Some(refused) = resolved.addresses().iter().find_map(|address| verdict(*address).err()) {
            return changed(Drift::AddressRefused, refused.to_string());
        }
        let last = resolved.aliases().last().map_or(endpoint.host.as_str(), |alias| &**alias);
        let detail = format!("{} addresses, the name ends at `{last}`", resolved.addresses().len());
        match baseline {
            Some(before) if zone(before) != zone(last) => {
                changed(Drift::EndpointMoved, format!("the name ended at `{before}` and now ends at `{last}`"))
            }
            Some(before) if before != last => {
                changed(Drift::AliasChanged, format!("the name ended at `{before}` and now ends at `{last}`"))
            }
            _ => Finding::Same { baseline: last.to_owned(), detail },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::zone;

    #[test]
    fn the_zone_is_what_the_owner_holds() {
        for (name, expected) in [
            ("api.contoso.com", "contoso.com"),
            ("lb-7.eu.cdn.example", "eu.cdn.example"),
            ("contoso.com", "contoso.com"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(zone(name), expected);
        }
    }
}
