//! `backshell residency explain`: what would be decided about a host, and why.

mod asked;
mod reasoning;

use crate::config::Config;
use crate::reach;
use crate::residency::Folder;
use crate::system::{SystemClock, SystemRandom};
use crate::terminal::{self, Format};
use crate::way_out::WayOut;
use anyhow::{Context, bail};
use asked::{Asked, Reached};
use async_trait::async_trait;
use backshell_boundary::evidence::RoundTrips;
use backshell_boundary::{
    AddressRules, AllowedSet, Answer, CellIdentity, Evidence, EvidenceBase, Inventory, PlaceRefused, RefusalCode,
    ResolveError, Resolved, Resolver, Row, Terms, cell_decision, judge_root,
};
use backshell_model::{
    Clock as _, ConnectionId, ConnectorSlug, HostName, HostPort, Region, Scheme, ServiceRoot, Timestamp,
};
use clap::{Args, ValueEnum};
use reasoning::{Outcome, Reasoning};
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// The port that services are reached at unless they say otherwise.
const HTTPS: u16 = 443;

/// Show what would be decided about a host, with all the reasoning
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell residency explain api.contoso.com --home westeurope --mode geography
  backshell residency explain api.contoso.com --environment Production --connector contoso-crm
  backshell residency explain api.contoso.com --connection con_01hq...    what a call through it is answered
  backshell residency explain api.contoso.com --home uksouth --mode region --egress refuse --format json
  backshell residency explain api.contoso.com --home uksouth --mode geography --address 20.0.113.7    ask no name server

With a connector or a connection, the host must be one that it may reach, as in a call; without one, it counts as certified.

Exit status: 0 the call would go, 1 it would be refused, 2 it could not be said.")]
pub(super) struct Explain {
    /// The host.
    host: String,

    /// The port.
    #[arg(long, value_name = "NUMBER", default_value_t = HTTPS, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,

    /// A connection of this node's database: for its environment, connector and version, and the hosts that were approved for it.
    #[arg(long, value_name = "ID", conflicts_with_all = ["environment", "connector", "connector_version",
        "infrastructure", "home", "mode", "region", "egress"])]
    connection: Option<ConnectionId>,

    /// An environment of this node's database, by name or identifier, for its home, boundary, egress setting and grants.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["home", "mode", "region", "egress"])]
    environment: Option<String>,

    /// The connector whose hosts and grants count and whose infrastructure is taken, with `--environment`.
    #[arg(long, value_name = "SLUG", requires = "environment")]
    connector: Option<ConnectorSlug>,

    /// The number of the connector's version; the newest published one when left out.
    #[arg(long, value_name = "NUMBER", requires = "connector")]
    connector_version: Option<u32>,

    /// The home region.
    #[arg(long, value_name = "REGION", required_unless_present_any = ["environment", "connection"])]
    home: Option<String>,

    /// How far data may travel.
    #[arg(long, value_enum, default_value_t = Mode::Geography)]
    mode: Mode,

    /// A region of the mode `list`; may be given several times. Home is one of them by itself.
    #[arg(long = "region", value_name = "REGION")]
    region: Vec<String>,

    /// What the environment does about endpoints that are not known to be inside.
    #[arg(long, value_enum, default_value_t = EgressWord::Notice)]
    egress: EgressWord,

    /// The region of the cell that would process the call; this node's when there is none.
    #[arg(long, value_name = "REGION")]
    cell: Option<String>,

    /// Whose infrastructure the service runs on; the connector's, else external, when left out.
    #[arg(long, value_enum)]
    infrastructure: Option<InfrastructureWord>,

    /// An address to take in place of asking the name server; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<IpAddr>,

    /// An alias on the way to the addresses, with `--address`; may be given several times.
    #[arg(long, value_name = "NAME", requires = "address")]
    alias: Vec<String>,

    /// A round trip that the cell measured, in milliseconds; may be given several times. It can only lower a grade.
    #[arg(long, value_name = "ADDRESS=MS", value_parser = round_trip)]
    round_trip: Vec<(IpAddr, Duration)>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn round_trip(text: &str) -> Result<(IpAddr, Duration), String> {
    let (address, milliseconds) = text.split_once('=').ok_or("write ADDRESS=MS, such as 20.0.113.7=12.5")?;
    let address = address.parse().map_err(|_| format!("`{address}` is no address"))?;
    let milliseconds: f64 = milliseconds.parse().map_err(|_| format!("`{milliseconds}` is no number"))?;
    let trip =
        Duration::try_from_secs_f64(milliseconds / 1_000.0).map_err(|_| format!("`{milliseconds}` is no time"))?;
    Ok((address, trip))
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    Region,
    Geography,
    List,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EgressWord {
    Notice,
    Refuse,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum InfrastructureWord {
    External,
    Internal,
}

impl Explain {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let reasoning = self.reason(config).await?;
        match self.format {
            Format::Json => terminal::line(&serde_json::to_string_pretty(&reasoning.json())?)?,
            Format::Text => terminal::print(&reasoning.text()?)?,
        }
        Ok(if reasoning.outcome.answer == Answer::Refuse { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    async fn reason(&self, config: &Config) -> anyhow::Result<Reasoning> {
        let at = SystemClock.now();
        if self.host.contains("://") {
            bail!(
                "`{}` is a URL; give the host alone, such as `api.contoso.com`, and its port with `--port`",
                self.host
            );
        }
        let host = HostName::parse(&self.host).with_context(|| format!("`{}` is no host of a service", self.host))?;
        let asked = self.asked(config).await?;
        let imported = Folder::in_data_folder(&config.data.dir).load()?;
        for problem in &imported.problems {
            terminal::remark(&format!("not used: {problem}"));
        }
        let base = EvidenceBase::new(imported.sources);
        let resolver = self.resolver(config, &host).await?;
        let nothing = Resolved::default();
        let resolved = resolver.0.as_deref().unwrap_or(&nothing);
        let rules = reach::address_rules(config)?;
        let verdict = |address: IpAddr| rules.verdict_for(address, asked.environment.id, &host, self.port);
        let addresses = resolved.addresses().iter().map(|address| {
            let refused = verdict(*address).err().map(|refused| refused.why);
            (*address, refused, base.about_address(*address, at))
        });
        let addresses: Vec<_> = addresses.collect();
        let cell = Region::new(self.cell.as_ref().unwrap_or(&config.cell.region));
        let inventory = crate::node::inventory(config)?;
        let trips = backshell_boundary::region(cell.as_str()).map(|cell| RoundTrips {
            evidence: &base,
            cell,
            measured: &self.round_trip,
        });
        let evidence = trips.as_ref().map_or(&base as &dyn Evidence, |trips| trips);
        let given = Given { inventory: &inventory, addresses: &rules, evidence, at };
        let outcome = decide(&asked, &cell, &HostPort { host: host.clone(), port: self.port }, &given, &resolver).await;
        let (chain, certification_asked) = (resolved.aliases().to_vec(), asked.reached.is_some());
        let Asked { environment, infrastructure, .. } = asked;
        Ok(Reasoning {
            host,
            at,
            environment,
            cell,
            infrastructure,
            certification_asked,
            chain,
            addresses,
            base,
            outcome,
        })
    }

    /// What the name resolves to: asked once, for what is shown and for what is decided.
    async fn resolver(&self, config: &Config, host: &HostName) -> anyhow::Result<Answered> {
        if self.address.is_empty() {
            let answer = WayOut::real(config)?.resolver.resolve(host, self.port).await;
            if let Err(ResolveError::Failed(why)) = &answer {
                bail!("`{host}` could not be looked up ({why}); try again, or name addresses with `--address`");
            }
            return Ok(Answered(answer));
        }
        let aliases = self.alias.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase().into());
        Ok(Answered(Ok(Arc::new(Resolved::new(self.address.iter().copied(), aliases.collect())))))
    }
}

/// An answer that was given before.
#[derive(Debug)]
struct Answered(Result<Arc<Resolved>, ResolveError>);

#[async_trait]
impl Resolver for Answered {
    async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
        self.0.clone()
    }
}

/// What a node knows beside what it is asked about.
struct Given<'a> {
    inventory: &'a Inventory,
    addresses: &'a AddressRules,
    evidence: &'a dyn Evidence,
    at: Timestamp,
}

/// The rows in their order, each through the function that a call goes through. D05 asks who calls and is left out here.
async fn decide(asked: &Asked, cell: &Region, to: &HostPort, given: &Given<'_>, resolver: &dyn Resolver) -> Outcome {
    let refused = |row: Row, detail: String| Outcome {
        row,
        answer: Answer::Refuse,
        code: None,
        reason: row.reason(),
        detail: Some(detail),
        decision: None,
    };
    let allowed = match AllowedSet::of(&asked.environment) {
        Ok(allowed) => allowed,
        Err(error) => return refused(error.row(), error.to_string()),
    };
    // The question is about regions: for a cell there that is attested.
    let identity = CellIdentity::self_attested("explain", cell, given.at, &SystemRandom);
    if let Err(wrong) = cell_decision(&identity, given.at, &allowed) {
        return refused(wrong.row, wrong.to_string());
    }
    let HostPort { host, port } = to;
    let any = ServiceRoot { scheme: Scheme::Https, host: host.clone(), port: *port, base_path: "".into() };
    let taken = Reached { certified: vec![any.clone()], ..Reached::default() };
    let reached = asked.reached.as_ref().unwrap_or(&taken);
    if let Some((_, drift)) = reached.held.iter().find(|(held, _)| held == to) {
        let detail = format!("calls to `{host}` are held; the connector's verification says what was found");
        let code = Some(RefusalCode::EndpointBlocked);
        return Outcome { code, reason: drift.as_str(), ..refused(Row::D06, detail) };
    }
    let mut known = reached.certified.iter().chain(&reached.approved);
    let root = known.find(|root| root.host == *host && root.port == *port).unwrap_or(&any);
    let terms = Terms {
        allowed: &allowed,
        egress: asked.environment.egress,
        certified: &reached.certified,
        approved: &reached.approved,
        infrastructure: asked.infrastructure,
        inventory: given.inventory,
        addresses: given.addresses,
        evidence: given.evidence,
        grants: &asked.grants,
        now: given.at,
    };
    match judge_root(root, &terms, resolver).await {
        Ok(judged) => Outcome {
            row: judged.decision.row,
            answer: judged.decision.answer,
            code: None,
            reason: judged.decision.reason(),
            detail: None,
            decision: Some(judged.decision),
        },
        Err(stays) => {
            let detail = stays.to_string();
            let PlaceRefused { code, reason, row, decision, .. } = stays;
            Outcome { code: Some(code), reason, decision, ..refused(row, detail) }
        }
    }
}
