//! What measures hosts, put together: whom it asks for addresses, how it connects, and whom certificates have to lead to.
//!
//! A running node looks at hosts with it, and so does `backshell endpoint`.

use crate::config::Config;
use crate::keys;
use crate::reach;
use crate::system::{SystemClock, SystemRandom};
use crate::way_out;
use anyhow::Context as _;
use async_trait::async_trait;
use backshell_console::HostProbe;
use backshell_model::HostPort;
use backshell_probe::facts::Facts;
use backshell_probe::hosts::Endpoint;
use backshell_probe::measure::{Lists, Looked, NamedResolver, Plan, Prober, RealPace, Trust};
use backshell_probe::ownership::Challenge;
use backshell_upstream::{DnsResolver, PinnedDialler, ProbeWay, Records};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long one connection attempt may take.
const CONNECT: Duration = Duration::from_secs(5);

/// What a running node looks at hosts with; `None` where the configuration says that it does not connect to hosts by itself.
pub fn of_node(config: &Config) -> anyhow::Result<Option<Prober>> {
    if !config.verification.connect {
        return Ok(None);
    }
    let contact = config.verification.contact.as_deref();
    let servers = way_out::name_servers(&config.upstream.name_servers)?;
    let mut prober = prober(trust(config, &[])?, &servers, contact)?;
    prober.rules = reach::address_rules(config)?;
    prober.plan = Some(Plan::DAILY);
    Ok(Some(prober))
}

/// A prober that asks `servers`, or those of the system where there are none.
pub(crate) fn prober(trust: Trust, servers: &[SocketAddr], contact: Option<&str>) -> anyhow::Result<Prober> {
    let contact = contact.map(|contact| format!(" (+{contact})")).unwrap_or_default();
    // The dialler's own trust is not used: a probe writes down what it is shown, and judges it afterwards.
    let dialler = PinnedDialler::new(&[], CONNECT)?;
    Ok(Prober {
        way: ProbeWay::new(Arc::new(dialler)),
        resolvers: resolvers(servers)?,
        rules: backshell_boundary::AddressRules::default(),
        trust,
        lists: Lists::default(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        pace: Arc::new(RealPace::start()),
        agent: format!("backshell-probe/{}{contact}", env!("CARGO_PKG_VERSION")),
        plan: None,
        promise: None,
    })
}

/// The public authorities, and the private ones of the configuration and of these files.
pub(crate) fn trust(config: &Config, more: &[&Path]) -> anyhow::Result<Trust> {
    let mut trust = Trust::public(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let configured = config.upstream.extra_authorities.as_deref();
    for path in more.iter().copied().chain(configured) {
        for authority in keys::certificates(path)? {
            trust.add_private(&authority).with_context(|| format!("`{}` cannot be used", path.display()))?;
        }
    }
    Ok(trust)
}

/// One resolver for each name server, so that their answers can be held against each other.
fn resolvers(servers: &[SocketAddr]) -> anyhow::Result<Vec<NamedResolver>> {
    let servers = if servers.is_empty() { DnsResolver::system_servers() } else { servers.to_vec() };
    let named = servers.into_iter().map(|server| {
        let resolver = Arc::new(DnsResolver::with_servers(&[server])?);
        let records = Some(Arc::clone(&resolver) as Arc<dyn Records>);
        Ok::<_, anyhow::Error>(NamedResolver { name: server.to_string(), resolver, records })
    });
    named.collect()
}

/// For a node that does not look at hosts: nothing is ever seen or measured, and nothing is ever said to be gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoProbe;

#[async_trait]
impl HostProbe for NoProbe {
    async fn look_for(&self, _: &Challenge) -> Looked {
        let why = || "this node does not look at hosts (`verification.connect`)".to_owned();
        Looked { seen: None, dns: why(), file: why(), zone_answered: false, host_answered: false }
    }

    async fn measure(&self, _: &Endpoint, _: &[HostPort]) -> Option<Facts> {
        None
    }
}
