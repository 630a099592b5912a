//! Everything that this node sends anywhere by itself, or writes, or tells others to use: listed at the start, each with its
//! purpose and the place that the operator declared for it. What would leave the boundaries of the node's environments
//! keeps it from starting.
//!
//! Calls of connectors are not here: their destinations are judged one by one, with evidence, in `boundary`.
//!
//! [`targets`] takes the configuration apart without leaving out a field, so a new setting does not compile until it is said
//! here whether something is sent there.

use crate::config::{
    Cell, Config, Console, Data, Egress, Gateway, Infrastructure, Ledger as LedgerConfig, Upstream, Vault, Verification,
};
use crate::identity;
use crate::keys;
use crate::revocation;
use anyhow::{Context, bail};
use backshell_boundary::{AllowedSet, CellIdentity, cell_decision};
use backshell_console::EgressFacts;
use backshell_model::{Region, Timestamp};
use backshell_store::{Limit, Store};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// What happens at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The node connects to it and sends something.
    Sends,
    /// The node writes a file there.
    Writes,
    /// The node tells others to connect to it and does not do so itself.
    Tells,
}

impl Act {
    /// The word for it in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sends => "sends",
            Self::Writes => "writes",
            Self::Tells => "tells",
        }
    }
}

/// What is known about where an address is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On this machine, as far as its name says. Where a mounted folder really lies cannot be seen from here.
    ThisMachine,
    /// The operator says so, in `egress.places` or beside the address.
    Declared(Region),
    /// Nothing says so.
    Unknown,
}

impl Place {
    /// The word for it in answers.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ThisMachine => "this_machine",
            Self::Declared(_) => "declared",
            Self::Unknown => "unknown",
        }
    }
}

/// One address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The setting that names it, or what does.
    pub setting: &'static str,
    /// What happens there.
    pub act: Act,
    /// The address or path.
    pub address: String,
    /// What for.
    pub purpose: &'static str,
    /// Where it is.
    pub place: Place,
    /// Whether the configuration names it. What the system names is shown; it keeps the node from starting only where an
    /// operator vouches for the cell.
    pub configured: bool,
}

/// Why something may not be sent to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Fine,
    /// Its place is not known, and only the system names it.
    Warn,
    /// Its place is not known.
    Unknown,
    /// Its place is outside the boundary of an environment that this cell serves.
    Outside,
}

impl Verdict {
    /// The word for it in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warn => "place_unknown",
            Self::Unknown => "refused_unknown",
            Self::Outside => "refused_outside",
        }
    }

    /// Whether the node may not start with it.
    pub const fn refuses(self) -> bool {
        matches!(self, Self::Unknown | Self::Outside)
    }
}

/// Which regions the node may send to: those inside the boundary of every environment that it serves, or of the geography
/// while there is none.
#[derive(Clone, Debug)]
pub struct Reach {
    cell: Region,
    served: Vec<AllowedSet>,
    /// An operator vouches for the cell, so that what is not known is not accepted.
    pinned: bool,
}

impl Reach {
    /// Of a cell that serves these environments.
    pub fn new(cell: Region, served: Vec<AllowedSet>, pinned: bool) -> Self {
        Self { cell, served, pinned }
    }

    /// Of `cell`, with the environments in the database that it lies inside of.
    pub async fn of(store: &dyn Store, cell: &CellIdentity, now: Timestamp, pinned: bool) -> anyhow::Result<Self> {
        let (mut served, mut after) = (Vec::new(), None);
        loop {
            let environments = store.environments(after, Limit::MAX).await.context("the database cannot be read")?;
            let Some(last) = environments.last() else { break };
            after = Some(last.id);
            // A boundary that cannot be kept refuses every call of its environment anyway.
            let sets = environments.iter().filter_map(|environment| AllowedSet::of(environment).ok());
            served.extend(sets.filter(|allowed| cell_decision(cell, now, allowed).is_ok()));
        }
        Ok(Self { cell: cell.region().clone(), served, pinned })
    }

    /// Judges a target.
    pub fn verdict(&self, target: &Target) -> Verdict {
        match (&target.place, target.act) {
            (_, Act::Tells) | (Place::ThisMachine, _) => Verdict::Fine,
            (Place::Declared(region), _) => {
                let inside = match self.served.as_slice() {
                    // The first start makes an environment with the boundary `geography`.
                    [] => same_geography(region, &self.cell),
                    served => served.iter().all(|allowed| allowed.contains(region)),
                };
                if inside { Verdict::Fine } else { Verdict::Outside }
            }
            (Place::Unknown, _) if target.configured || self.pinned => Verdict::Unknown,
            (Place::Unknown, _) => Verdict::Warn,
        }
    }
}

fn same_geography(one: &Region, other: &Region) -> bool {
    let facts =
        |region: &Region| backshell_boundary::region(region.as_str()).map(|facts| (facts.cloud, facts.geography));
    facts(one).is_some() && facts(one) == facts(other)
}

/// Everything that the configuration and the system name. `name_servers` are those of the system that the node asks, where
/// the configuration names none.
#[expect(clippy::too_many_lines, reason = "the one place where every setting is looked at")]
pub fn targets(config: &Config, name_servers: &[SocketAddr]) -> anyhow::Result<Vec<Target>> {
    // No `..` here: a new setting has to be looked at. Name it `_` only when nothing is sent, written or told through it.
    let Config {
        data,
        cell,
        gateway,
        console,
        vault,
        ledger,
        upstream,
        infrastructure,
        organisation: _,
        egress,
        verification,
    } = config;
    let Data { dir } = data;
    let Cell { name: _, region: _, operator_key: _, attestation: _, home_cells } = cell;
    let Gateway {
        listen: _,
        public_url: gateway_url,
        tls_certificate: _,
        tls_key: _,
        behind_tls_proxy: _,
        workers: _,
        max_request_body: _,
        drain_seconds: _,
    } = gateway;
    let Console { listen: _, public_url: console_url, behind_tls_proxy: _ } = console;
    let Vault { key_file: _, key_variable: _ } = vault;
    let LedgerConfig { mode: _, checkpoint_file: _, retention_days: _, retention_days_refusals: _ } = ledger;
    let Upstream {
        environment_authorities: _,
        name_servers: configured_servers,
        refused_networks: _,
        nat64_prefixes: _,
        connect_timeout_ms: _,
        tls_timeout_ms: _,
        first_byte_timeout_ms: _,
        idle_timeout_ms: _,
    } = upstream;
    // Destinations of calls, judged for each call.
    let Infrastructure { internal_hosts: _, private_services: _ } = infrastructure;
    let Egress { places } = egress;
    // Looks at hosts carry nothing of an environment: docs/cells.md says what. The contact is a text.
    let Verification {
        connect: _,
        contact: _,
        publication: _,
        blocked_hosts: _,
        registered_hosts: _,
        intermediates: _,
        revocation_lists: _,
        // Certificates say where; what is asked for is the whole list of an authority.
        fetch_revocation_lists: _,
        dns_hours: _,
        certificate_hours: _,
        place_hours: _,
        availability_hours: _,
    } = verification;

    let places = Places::read(places)?;
    let file = |setting, path: &Path, purpose| Target {
        setting,
        act: Act::Writes,
        address: path.display().to_string(),
        purpose,
        place: Place::ThisMachine,
        configured: true,
    };
    let told = |setting, address: &str, purpose, place| Target {
        setting,
        act: Act::Tells,
        address: address.to_owned(),
        purpose,
        place,
        configured: true,
    };
    let mut all = vec![
        file("data.dir", dir, "database with connections, sealed secrets and the ledger; keys"),
        file("verification.revocation_lists", &revocation::folder(config), "revocation lists of authorities"),
        file("ledger.checkpoint_file", &keys::checkpoint_file(config), "signed checkpoints of the ledger"),
        Target {
            setting: "--log",
            act: Act::Writes,
            address: "standard error".to_owned(),
            purpose: "the log, without anything of a call's content",
            place: Place::ThisMachine,
            configured: true,
        },
    ];
    all.extend(gateway_url.iter().map(|url| told("gateway.public_url", url, "callers connect here", Place::Unknown)));
    all.extend(console_url.iter().map(|url| told("console.public_url", url, "people connect here", Place::Unknown)));
    for entry in home_cells {
        let (region, address) = entry.split_once('=').unwrap_or(("", entry));
        let place = Place::Declared(Region::new(region.trim()));
        all.push(told("cell.home_cells", address.trim(), "callers are sent here with calls of other regions", place));
    }
    let servers = |setting, configured| {
        move |address: String| Target {
            setting,
            act: Act::Sends,
            address,
            purpose: "names of services that are called, to learn their addresses",
            place: Place::Unknown,
            configured,
        }
    };
    if configured_servers.is_empty() {
        all.extend(name_servers.iter().map(ToString::to_string).map(servers("/etc/resolv.conf", false)));
    } else {
        all.extend(configured_servers.iter().cloned().map(servers("upstream.name_servers", true)));
    }
    for target in all.iter_mut().filter(|target| target.act == Act::Sends) {
        target.place = places.of(&target.address);
    }
    Ok(all)
}

/// The operator's declarations: address or host, and region.
struct Places(BTreeMap<String, Region>);

impl Places {
    fn read(entries: &[String]) -> anyhow::Result<Self> {
        let read = |entry: &String| {
            let (address, region) = entry
                .rsplit_once('=')
                .with_context(|| format!("`egress.places` holds `{entry}`; write `address=region`"))?;
            let region = region.trim();
            if backshell_boundary::region(region).is_none() {
                bail!(
                    "`egress.places` names `{region}`, which is no known cloud region; `backshell regions` lists them"
                );
            }
            Ok((address.trim().to_ascii_lowercase(), Region::new(region)))
        };
        entries.iter().map(read).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Where an address is: what is declared for it, with its port or without.
    fn of(&self, address: &str) -> Place {
        let address = address.to_ascii_lowercase();
        let ip = address.parse::<IpAddr>().or_else(|_| address.parse::<SocketAddr>().map(|socket| socket.ip())).ok();
        if ip.is_some_and(|ip| ip.is_loopback()) {
            return Place::ThisMachine;
        }
        let bare = ip.map(|ip| ip.to_string());
        let declared = self.0.get(&address).or_else(|| self.0.get(bare.as_ref()?));
        declared.map_or(Place::Unknown, |region| Place::Declared(region.clone()))
    }
}

/// The start-up check: every target with its verdict, or an error that names what may not be sent to.
pub(crate) fn check(config: &Config, name_servers: &[SocketAddr], reach: &Reach) -> anyhow::Result<Vec<EgressFacts>> {
    let targets = targets(config, name_servers)?;
    let mut refused = Vec::new();
    for target in &targets {
        let Target { setting, address, purpose, .. } = target;
        match reach.verdict(target) {
            Verdict::Fine => tracing::info!(setting, address, purpose, place = target.place.as_str(), "egress"),
            Verdict::Warn => tracing::info!(setting, address, purpose, "egress to a place that nothing says"),
            verdict => refused.push(explain(target, verdict)),
        }
    }
    if refused.is_empty() {
        return Ok(targets.iter().map(|target| facts(target, reach.verdict(target))).collect());
    }
    bail!("the node would send something where it may not: {}", refused.join("; "))
}

/// What is wrong with a target, and what to do.
pub fn explain(target: &Target, verdict: Verdict) -> String {
    let Target { setting, address, purpose, place, .. } = target;
    match (verdict, place) {
        (Verdict::Outside, Place::Declared(region)) => format!(
            "`{setting}` names `{address}` ({purpose}) in `{region}`, which is outside the boundary of an environment here; \
             use one inside"
        ),
        _ => format!(
            "`{setting}` names `{address}` ({purpose}), and nothing says where that is; declare it in `egress.places`, such \
             as `{address}=westeurope`, or use a loopback address"
        ),
    }
}

fn facts(target: &Target, verdict: Verdict) -> EgressFacts {
    EgressFacts {
        setting: target.setting,
        act: target.act.as_str(),
        address: target.address.clone(),
        purpose: target.purpose,
        place: target.place.as_str(),
        region: match &target.place {
            Place::Declared(region) => Some(region.to_string()),
            Place::ThisMachine | Place::Unknown => None,
        },
        verdict: verdict.as_str(),
    }
}

/// Whether an operator vouches for the cell.
pub(crate) fn is_pinned(config: &Config) -> anyhow::Result<bool> {
    Ok(matches!(identity::signer(config)?, Some((_, backshell_boundary::Attester::Operator))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::{Boundary, EnvironmentId};
    use backshell_testkit::SeededRandom;

    fn reach(boundary: &Boundary, pinned: bool) -> Reach {
        let environment = EnvironmentId::generate(Timestamp::from_secs(1), &SeededRandom::new(1));
        let home = Region::new("westeurope");
        Reach::new(home.clone(), vec![AllowedSet::within(environment, &home, boundary).unwrap()], pinned)
    }

    fn config(servers: &[&str], places: &[&str]) -> Config {
        let mut config = Config::default();
        config.upstream.name_servers = servers.iter().map(|server| (*server).to_owned()).collect();
        config.egress.places = places.iter().map(|place| (*place).to_owned()).collect();
        config
    }

    /// The verdicts on what is sent.
    fn verdicts(config: &Config, system: &[&str], reach: &Reach) -> Vec<Verdict> {
        let system: Vec<SocketAddr> = system.iter().map(|server| server.parse().unwrap()).collect();
        let targets = targets(config, &system).unwrap();
        targets.iter().filter(|target| target.act == Act::Sends).map(|target| reach.verdict(target)).collect()
    }

    #[test]
    fn places_are_judged_by_every_boundary_of_the_node() {
        use Verdict::{Fine, Outside, Unknown};
        let (wide, narrow) = (reach(&Boundary::Geography, false), reach(&Boundary::Region, false));
        let servers = config(
            &["10.0.0.53", "[2001:db8::53]:5353", "127.0.0.53", "10.0.0.54:53"],
            &["10.0.0.53=northeurope", "2001:DB8::53 = westeurope", "10.0.0.54:53=eastus"],
        );
        assert_eq!(verdicts(&servers, &[], &wide), [Fine, Fine, Fine, Outside]);
        assert_eq!(verdicts(&servers, &[], &narrow), [Outside, Fine, Fine, Outside]);
        assert_eq!(verdicts(&config(&["10.0.0.53"], &[]), &[], &wide), [Unknown]);
        let empty = Reach::new(Region::new("westeurope"), Vec::new(), false);
        assert_eq!(verdicts(&servers, &[], &empty), [Fine, Fine, Fine, Outside], "no environment yet: this geography");
    }

    #[test]
    fn what_the_system_names_is_shown_and_refused_under_an_operator() {
        let system = &["192.0.2.1:53", "127.0.0.53:53"];
        let own = reach(&Boundary::Geography, false);
        assert_eq!(verdicts(&config(&[], &[]), system, &own), [Verdict::Warn, Verdict::Fine]);
        let pinned = reach(&Boundary::Geography, true);
        assert_eq!(verdicts(&config(&[], &[]), system, &pinned), [Verdict::Unknown, Verdict::Fine]);
        let declared = config(&[], &["192.0.2.1=westeurope"]);
        assert_eq!(verdicts(&declared, system, &pinned), [Verdict::Fine, Verdict::Fine]);
    }

    #[test]
    fn the_check_says_what_to_do() {
        let own = reach(&Boundary::Geography, false);
        let message = check(&config(&["10.0.0.53"], &[]), &[], &own).unwrap_err().to_string();
        assert!(
            message.contains("`upstream.name_servers` names `10.0.0.53`") && message.contains("egress.places"),
            "{message}"
        );
        let outside = config(&["10.0.0.53"], &["10.0.0.53=eastus"]);
        let message = check(&outside, &[], &own).unwrap_err().to_string();
        assert!(message.contains("in `eastus`, which is outside"), "{message}");
        for places in [&["10.0.0.53"][..], &["10.0.0.53=europe"]] {
            assert!(targets(&config(&[], places), &[]).is_err(), "{places:?}");
        }
        let facts = check(&config(&["10.0.0.53"], &["10.0.0.53=westeurope"]), &[], &own).unwrap();
        let sent: Vec<_> = facts.iter().filter(|facts| facts.act == "sends").collect();
        assert_eq!((sent.len(), sent[0].region.as_deref(), sent[0].verdict), (1, Some("westeurope"), "ok"));
    }

    /// Whatever a setting can name an address with is in the list once it is set.
    #[test]
    fn every_setting_that_names_an_address_is_listed() {
        let mut config = config(&["10.9.9.1"], &[]);
        config.data.dir = "/address/of/data".into();
        config.ledger.checkpoint_file = Some("/address/of/checkpoints".into());
        config.gateway.public_url = Some("https://gateway.example".to_owned());
        config.console.public_url = Some("https://console.example".to_owned());
        config.cell.home_cells = vec!["eastus=https://us1.gateway.example".to_owned()];
        let listed: Vec<String> = targets(&config, &[]).unwrap().into_iter().map(|target| target.address).collect();
        for address in [
            "/address/of/data",
            "/address/of/checkpoints",
            "https://gateway.example",
            "https://console.example",
            "https://us1.gateway.example",
            "10.9.9.1",
        ] {
            assert!(listed.iter().any(|known| known == address), "{address} is missing: {listed:?}");
        }
    }
}
