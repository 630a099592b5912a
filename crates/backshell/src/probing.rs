//! What measures hosts, put together: whom it asks for addresses, how it connects, and whom certificates have to lead to.
//!
//! A running node looks at hosts with it, and so does `backshell endpoint`.

use crate::config::Config;
use crate::keys;
use crate::reach;
use crate::revocation;
use crate::system::{SystemClock, SystemRandom};
use crate::way_out;
use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use backshell_console::HostProbe;
use backshell_model::{HostName, HostPort};
use backshell_probe::facts::{Facts, Standing};
use backshell_probe::hosts::Endpoint;
use backshell_probe::measure::{ListError, Lists, Looked, NamedResolver, Plan, Prober, RealPace, Trust};
use backshell_probe::ownership::Challenge;
use backshell_upstream::{DnsResolver, PinnedDialler, ProbeWay, Records};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The most bytes of a file of the operator.
const MOST_BYTES: u64 = 256 << 20;
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
    prober.lists = lists(config, &[], &[])?;
    prober.plan = Some(Plan::DAILY);
    if prober.resolvers.len() < 2 {
        tracing::warn!(
            "there is one name server only, and two have to agree: EV-03 is not measured; name two in `upstream.name_servers`"
        );
    }
    Ok(Some(prober))
}

/// What the configuration's files and these say about hosts: blocked names, and when domains were registered.
pub(crate) fn lists(config: &Config, blocked: &[PathBuf], registered: &[PathBuf]) -> anyhow::Result<Lists> {
    let mut lists = Lists::default();
    let settings = &config.verification;
    take_in(&settings.blocked_hosts, "verification.blocked_hosts", blocked, |text| lists.block(text))?;
    take_in(&settings.registered_hosts, "verification.registered_hosts", registered, |text| lists.register(text))?;
    Ok(lists)
}

/// Hands the texts of a setting's files, and of those that were given besides, to `take`. A complaint about a file that a
/// setting led to names the setting.
fn take_in(
    configured: &[PathBuf],
    setting: &str,
    given: &[PathBuf],
    mut take: impl FnMut(&str) -> Result<(), ListError>,
) -> anyhow::Result<()> {
    let mut take_file =
        |path: &Path| take(&text_of(path)?).with_context(|| format!("`{}` cannot be used", path.display()));
    for path in configured {
        take_file(path).with_context(|| format!("`{setting}` names a file that cannot be used"))?;
    }
    given.iter().try_for_each(|path| take_file(path))
}

/// A text file of the operator.
fn text_of(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(bytes_of(path)?).with_context(|| format!("`{}` is no text in UTF-8", path.display()))
}

/// A file of the operator, up to a limit.
pub(crate) fn bytes_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let size = std::fs::metadata(path).with_context(|| format!("`{shown}` cannot be read"))?.len();
    ensure!(size <= MOST_BYTES, "`{shown}` is larger than {} MiB", MOST_BYTES >> 20);
    std::fs::read(path).with_context(|| format!("`{shown}` cannot be read"))
}

/// A prober that asks `servers`, or those of the system where there are none.
pub(crate) fn prober(trust: Trust, servers: &[SocketAddr], contact: Option<&str>) -> anyhow::Result<Prober> {
    let contact = contact.map(|contact| format!(" (+{contact})")).unwrap_or_default();
    // The dialler's own trust is not used: a probe writes down what it is shown, and judges it afterwards.
    let dialler = PinnedDialler::new(CONNECT)?;
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

/// The public authorities, and the private ones of the configuration and of these files; the intermediate certificates of the
/// configuration, and the revocation lists of its folder. A host is looked at for nobody's
/// environment in particular, so those of every environment count; each call trusts its own environment's only.
pub(crate) fn trust(config: &Config, more: &[&Path]) -> anyhow::Result<Trust> {
    let mut trust = Trust::public(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for path in more {
        for authority in keys::certificates(path)? {
            trust.add_private(&authority).with_context(|| format!("`{}` cannot be used", path.display()))?;
        }
    }
    for (environment, authorities) in way_out::authorities(&config.upstream.environment_authorities)? {
        for authority in authorities {
            trust.add_private(&authority).with_context(|| way_out::unusable_authorities(environment))?;
        }
    }
    for path in &config.verification.intermediates {
        let certificates = keys::certificates(path).context("`verification.intermediates` cannot be used")?;
        for certificate in certificates {
            trust.add_intermediate(certificate);
        }
    }
    let (lists, problems) = revocation::read_folder(&revocation::folder(config))?;
    ensure!(
        problems.is_empty(),
        "the folder of revocation lists (`verification.revocation_lists`) holds what cannot be used: {}",
        problems.join("; ")
    );
    trust.replace_lists(&lists);
    Ok(trust)
}

/// One resolver for each name server, so that their answers can be held against each other.
fn resolvers(servers: &[SocketAddr]) -> anyhow::Result<Vec<NamedResolver>> {
    let mut servers = if servers.is_empty() { DnsResolver::system_servers() } else { servers.to_vec() };
    // One that is named twice agrees with itself only.
    let mut seen = HashSet::new();
    servers.retain(|server| seen.insert(*server));
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

    async fn measure_before_series(&self, _: &Endpoint, _: &[HostPort]) -> Option<Facts> {
        None
    }

    fn standing(&self, _: &HostName) -> Option<Standing> {
        None
    }
}
