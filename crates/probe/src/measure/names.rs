//! Asking for the addresses of a name, from several resolvers.

use super::pace::Pace;
use crate::facts::{Measured, Names, NotMeasured, ResolverAnswer};
use backshell_boundary::{AddressRules, ResolveError, Resolver};
use backshell_model::{HostName, HostPort};
use backshell_upstream::Records;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a resolver may take.
const LIMIT: Duration = Duration::from_secs(5);

/// A resolver, and how it is shown.
#[derive(Clone, Debug)]
pub struct NamedResolver {
    /// How it is shown.
    pub name: String,
    /// The resolver.
    pub resolver: Arc<dyn Resolver>,
    /// The same, for other records than addresses; without it aliases that lead nowhere and proofs are not seen.
    pub records: Option<Arc<dyn Records>>,
}

/// Asks all resolvers, one after the other.
pub(super) async fn ask(resolvers: &[NamedResolver], host: &HostPort, pace: &dyn Pace) -> Names {
    let mut names = Names { answers: Vec::new(), aliases: Vec::new(), dangling: false, broken: false };
    for NamedResolver { name, resolver, records } in resolvers {
        let started = pace.elapsed();
        let answer = resolver.resolve(&host.host, host.port).await;
        let addresses = match answer {
            Ok(found) => {
                if names.aliases.is_empty() {
                    names.aliases = found.aliases().iter().filter_map(|alias| HostName::parse(alias).ok()).collect();
                }
                Ok(found.addresses().to_vec())
            }
            Err(ResolveError::NoAnswer) => {
                // An alias whose target has nothing: whoever gets the target gets the host.
                if let Some(Ok(Some(alias))) = alias_of(records.as_deref(), &host.host).await {
                    names.aliases = HostName::parse(&alias).into_iter().collect();
                    names.dangling = true;
                }
                Ok(Vec::new())
            }
            Err(ResolveError::Chain) => {
                names.broken = true;
                Ok(Vec::new())
            }
            Err(ResolveError::Failed(reason)) => Err(reason),
        };
        let took = pace.elapsed().saturating_sub(started);
        let late = || format!("no answer within {} seconds", LIMIT.as_secs());
        let addresses = if took > LIMIT { Err(late()) } else { addresses };
        names.answers.push(ResolverAnswer { resolver: name.clone(), addresses, took });
    }
    names
}

async fn alias_of(records: Option<&dyn Records>, host: &HostName) -> Option<Result<Option<String>, ResolveError>> {
    Some(records?.alias(host.as_str()).await)
}

/// Every address of every answer, once.
pub(super) fn addresses(names: &Names) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    for address in names.answers.iter().filter_map(|answer| answer.addresses.as_ref().ok()).flatten() {
        if !addresses.contains(address) {
            addresses.push(*address);
        }
    }
    addresses
}

/// Each address with why it is never an endpoint, if so.
pub(super) fn judged(addresses: &[IpAddr], rules: &AddressRules) -> Measured<Vec<(IpAddr, Option<String>)>> {
    if addresses.is_empty() {
        return Err(NotMeasured::because("the name has no address"));
    }
    let verdict = |address: &IpAddr| rules.verdict(*address).err().map(|refused| refused.why.to_owned());
    Ok(addresses.iter().map(|address| (*address, verdict(address))).collect())
}
