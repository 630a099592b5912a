//! The check `endpoint` at publication: the hosts of a package are held against the bars while whoever publishes waits.
//!
//! What can be measured within that time is: everything but the long series of requests, which a job sends afterwards. Its bars
//! are pending until then. What was not measured is never passed.

use crate::ownership::OnFile;
use crate::problem::Problem;
use crate::state::{ConsoleState, MEASURED_AT_ONCE};
use backshell_certify::EndpointCheck;
use backshell_model::{ConnectorSlug, HostName, HostPort, PublisherKind, Timestamp, UserId};
use backshell_package::ReadPackage;
use backshell_probe::facts::{Facts, NotMeasured, Ownership};
use backshell_probe::hosts::{Endpoint, Target, endpoints};
use backshell_probe::measure::{Lists, patterns, siblings, unmeasured};
use backshell_probe::ownership::{Method, Standing};
use backshell_probe::verify;
use futures_util::{StreamExt as _, stream};
use std::time::Duration;

/// What publication asks of the hosts of a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PublicationCheck {
    /// Nothing: the check does not run, and the verdict stays incomplete.
    #[default]
    Off,
    /// Hosts are measured. A bar that fails refuses the version; one that is not measured leaves the verdict incomplete.
    Measure,
    /// Hosts are measured, and a version is published only when the check passed, but for what is measured later.
    Require,
}

/// The bar of ownership.
const OWNERSHIP: &str = "EV-21";

/// Who publishes what.
pub(crate) struct Publishing<'a> {
    /// The connector, as far as it has a name.
    pub(crate) connector: Option<&'a ConnectorSlug>,
    /// Its owner, or whoever is going to be.
    pub(crate) owner: &'a UserId,
    /// What kind of publisher.
    pub(crate) kind: PublisherKind,
}

/// Runs the check, unless the configuration turned it off.
pub(crate) async fn run(
    state: &ConsoleState,
    read: &ReadPackage,
    publishing: &Publishing<'_>,
) -> Result<EndpointCheck, Problem> {
    let config = &state.config;
    if config.publication == PublicationCheck::Off {
        let reason = "publishing does not measure hosts (`verification.publication`); `backshell endpoint` does";
        return Ok(EndpointCheck::NotRun(reason.to_owned()));
    }
    let file = match publishing.connector {
        Some(connector) => OnFile::read(state.store.as_ref(), connector, publishing.owner).await?,
        None => OnFile::default(),
    };
    let endpoints = endpoints(&read.package, None);
    let siblings = siblings(&endpoints);
    // What is not done in time is not measured; an answer with the reason is better than none.
    let deadline = state.clock.now().plus_secs(i64::try_from(in_time(config.time_limit).as_secs()).unwrap_or(0));
    let measure = endpoints.iter().map(|endpoint| measure(state, endpoint, &siblings, deadline));
    let measure: Vec<_> = measure.collect();
    let mut hosts: Vec<Facts> = stream::iter(measure).buffered(MEASURED_AT_ONCE).collect().await;
    let patterns = patterns(&endpoints);
    for facts in &mut hosts {
        facts.patterns.clone_from(&patterns);
        if let Some(owned) = ownership(&file, &facts.endpoint.target, facts.at) {
            facts.ownership = match owned {
                // The platform operator answers for what it publishes; EV-21 is asked of third parties.
                Ownership::Neither if publishing.kind == PublisherKind::Platform => {
                    Err(NotMeasured::because("it is not asked of the platform operator"))
                }
                owned => Ok(owned),
            };
        }
    }
    let mut verification = verify(&hosts);
    if publishing.kind == PublisherKind::Platform {
        verification.missing.retain(|(_, bar)| *bar != OWNERSHIP);
    }
    Ok(EndpointCheck::Verified(verification))
}

/// What is on file about a host, or about the suffix of a pattern: that has to be proven in its zone, because a file speaks for
/// one host, and so does a consent. `None` where there is nothing to prove yet.
fn ownership(file: &OnFile, target: &Target, at: Timestamp) -> Option<Ownership> {
    match target {
        Target::Host(host) => Some(file.standing(&host.host, at).fact()),
        Target::Pattern { suffix } => {
            match file.standing(&HostName::parse(suffix).ok()?, at) {
                proven @ (Standing::Proven { method: Method::Dns, .. }
                | Standing::Doubtful { method: Method::Dns, .. }) => Some(proven.fact()),
                _ => Some(Ownership::Neither),
            }
        }
        _ => None,
    }
}

/// Most of the time that a request may take.
fn in_time(limit: Duration) -> Duration {
    limit.mul_f32(0.75)
}

async fn measure(state: &ConsoleState, endpoint: &Endpoint, siblings: &[HostPort], deadline: Timestamp) -> Facts {
    let missing = |reason: &str| {
        let mut facts = unmeasured(endpoint, siblings, state.clock.as_ref(), &Lists::default(), reason);
        // A blocked host does not escape its list by being slow.
        if let Target::Host(host) = &endpoint.target
            && let Some(standing) = state.probe.standing(&host.host)
        {
            facts.standing = standing;
        }
        facts
    };
    let left = deadline.as_secs().saturating_sub(state.clock.now().as_secs());
    let Ok(left @ 1..) = u64::try_from(left) else {
        return missing("there was no time left; `backshell endpoint` takes as long as it needs");
    };
    let measured = async {
        let _place = state.place_to_measure().await?;
        state.probe.measure_before_series(endpoint, siblings).await
    };
    match tokio::time::timeout(Duration::from_secs(left), measured).await {
        Ok(Some(facts)) => facts,
        Ok(None) => missing("this node does not look at hosts (`verification.connect`)"),
        Err(_) => missing("it was not measured in time; `backshell endpoint` takes as long as it needs"),
    }
}
