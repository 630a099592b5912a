//! The name again: does it resolve, to addresses that may be an endpoint, and does its alias chain still lead to the same
//! owners?
//!
//! Compared are owners: registrable domains, by the public suffix list with its private section, so that two customers of one
//! provider are two owners. Calls are held when the chain ends at another owner, or when a name in it that a provider gave to a
//! customer is not one of the first look: behind such a name everything may be shared by all customers. Another owner on the way
//! to the same end is said, and so is another last name of the same owner, which is what services do to balance load. Names that
//! are no longer on the way are no news. A chain that ends nowhere can be taken over by whoever registers its end.

use super::{Check, Finding, InUse};
use async_trait::async_trait;
use backshell_boundary::{AddressRules, PrivateService, ResolveError, Resolved, Resolver};
use backshell_model::{Connector, Drift, HostName, HostPort, Recheck, is_customer_name, owner};
use std::collections::BTreeSet;
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

/// Stands before each name of a chain that is kept. No name has it; what is kept without is the last name alone, from before
/// chains were kept.
const STEP: char = '>';

/// The names of a chain, as they are kept: the aliases in order, or the host where there are none.
fn kept(host: &HostName, resolved: &Resolved) -> String {
    let aliases = resolved.aliases();
    let names = aliases.iter().map(|alias| &**alias).chain(aliases.is_empty().then_some(host.as_str()));
    names.map(|name| format!("{STEP}{name}")).collect()
}

/// The names of a chain that was kept.
fn names(kept: &str) -> Vec<&str> {
    kept.split(STEP).filter(|name| !name.is_empty()).collect()
}

/// What a chain that was `before` and is `now` means; `None` where it is the same.
fn moved(before: &str, now: &str) -> Option<Drift> {
    let (was, is) = (names(before), names(now));
    let (last, first) = (is.last()?, was.last()?);
    let is_whole = before.starts_with(STEP);
    let has_new = |counts: fn(&str) -> bool| {
        let owners = |names: &[&str]| -> BTreeSet<String> {
            names.iter().filter(|name| counts(name)).map(|name| owner(name).to_owned()).collect()
        };
        is_whole && !owners(&is).is_subset(&owners(&was))
    };
    if owner(first) != owner(last) || has_new(is_customer_name) {
        return Some(Drift::EndpointMoved);
    }
    (first != last || has_new(|_| true)).then_some(Drift::AliasChanged)
}

#[async_trait]
impl Check for DnsRecheck {
    fn kind(&self) -> Recheck {
        Recheck::Dns
    }

    async fn look(&self, _: &Connector, endpoint: &InUse, baseline: Option<&str>) -> Finding {
        let changed = |drift, detail| Finding::Changed { drift, detail };
        let HostPort { host, port } = &endpoint.at;
        let resolved = match self.resolver.resolve(host, *port).await {
            Ok(resolved) => resolved,
            Err(ResolveError::Failed(_)) => {
                return Finding::NotMeasured("the name servers did not answer".to_owned());
            }
            Err(error) => return changed(Drift::EndpointGone, error.to_string()),
        };
        // What an environment's entry for an internal service permits is decided for each call of that environment.
        let verdict = |address: IpAddr| {
            let mut entries = self.rules.private.iter().map(PrivateService::environment);
            let lifted = entries.any(|entry| self.rules.verdict_for(address, entry, host, *port).is_ok());
            if lifted { Ok(()) } else { self.rules.verdict(address) }
        };
        if let Some(refused) = resolved.addresses().iter().find_map(|address| verdict(*address).err()) {
            return changed(Drift::AddressRefused, refused.to_string());
        }
        let now = kept(host, &resolved);
        let shown = |kept: &str| kept.trim_start_matches(STEP).replace(STEP, "` to `");
        if let Some((before, drift)) = baseline.and_then(|before| Some((before, moved(before, &now)?))) {
            let detail = format!("the name led to `{}`, and now leads to `{}`", shown(before), shown(&now));
            return changed(drift, detail);
        }
        let detail = format!("{} addresses, the name leads to `{}`", resolved.addresses().len(), shown(&now));
        // What is kept stays what it was at first: a chain that grew by the owner's own names is no new baseline.
        let baseline = baseline.filter(|before| before.starts_with(STEP)).map_or(now, str::to_owned);
        Finding::Same { baseline, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::moved;
    use backshell_model::Drift;

    #[test]
    fn a_name_of_another_owner_is_another_endpoint() {
        use Drift::{AliasChanged, EndpointMoved};
        for (before, now, expected) in [
            (">api.contoso.com", ">api.contoso.com", None),
            (">lb-1.eu.cdn.example", ">lb-2.us.cdn.example", Some(AliasChanged)),
            (">lb-1.eu.cdn.example", ">lb-1.eu.other.example", Some(EndpointMoved)),
            // Somebody else's resource at the same provider.
            (">app-a.azurewebsites.net", ">app-b.azurewebsites.net", Some(EndpointMoved)),
            (">contoso.github.io", ">mallory.github.io", Some(EndpointMoved)),
            (">d111.cloudfront.net", ">d222.cloudfront.net", Some(EndpointMoved)),
            // The same behind a name that all customers share.
            (
                ">app-a.azurewebsites.net>stamp.hosting.example",
                ">app-b.azurewebsites.net>stamp.hosting.example",
                Some(EndpointMoved),
            ),
            (
                ">app-a.azurewebsites.net>stamp-1.hosting.example",
                ">app-a.azurewebsites.net>stamp-2.hosting.example",
                Some(AliasChanged),
            ),
            (">app-a.azurewebsites.net>stamp.hosting.example", ">stamp.hosting.example", None),
            (
                ">edge.contoso.com>stamp.hosting.example",
                ">app-b.azurewebsites.net>stamp.hosting.example",
                Some(EndpointMoved),
            ),
            // Another owner on the way to the same end.
            (
                ">edge.contoso.com>stamp.hosting.example",
                ">edge.contoso.com>lb.other.example>stamp.hosting.example",
                Some(AliasChanged),
            ),
            (
                ">edge.contoso.com>lb.other.example>stamp.hosting.example",
                ">edge.contoso.com>stamp.hosting.example",
                None,
            ),
            // From before chains were kept: the last name alone.
            ("stamp.hosting.example", ">app-a.azurewebsites.net>stamp.hosting.example", None),
            ("app-a.azurewebsites.net", ">app-b.azurewebsites.net", Some(EndpointMoved)),
        ] {
            assert_eq!(moved(before, now), expected, "{before} {now}");
        }
    }
}
