//! `backshell residency explain`: what would be decided about a host, and why.

mod asked;
mod reasoning;

use crate::config::Config;
use crate::reach;
use crate::residency::Folder;
use crate::system::{SystemClock, SystemRandom};
use crate::terminal::{self, Format};
use crate::way_out::WayOut;
use anyhow::Context;
use asked::Asked;
use backshell_boundary::evidence::RoundTrips;
use backshell_boundary::{
    AllowedSet, Answer, CellIdentity, Decision, Destination, EvidenceBase, Question, Resolved, Row, cell_decision,
    judge,
};
use backshell_model::{Clock as _, ConnectorSlug, Environment, EnvironmentId, HostName, Region};
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
  backshell residency explain api.contoso.com --environment env_01hq... --connector contoso-crm
  backshell residency explain api.contoso.com --home uksouth --mode region --egress refuse --format json
  backshell residency explain api.contoso.com --home uksouth --mode geography --address 20.0.113.7    ask no name server

Exit status: 0 the call would go, 1 it would be refused, 2 it could not be said.")]
pub(super) struct Explain {
    /// The host.
    host: String,

    /// An environment of this node's database, for its home, boundary, egress setting and grants.
    #[arg(long, value_name = "ID", conflicts_with_all = ["home", "mode", "region", "egress"])]
    environment: Option<EnvironmentId>,

    /// The connector whose grants count and whose infrastructure is taken, with `--environment`.
    #[arg(long, value_name = "SLUG", requires = "environment")]
    connector: Option<ConnectorSlug>,

    /// The number of the connector's version; the newest published one when left out.
    #[arg(long, value_name = "NUMBER", requires = "connector")]
    connector_version: Option<u32>,

    /// The home region.
    #[arg(long, value_name = "REGION", required_unless_present = "environment")]
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
        let host = HostName::parse(&self.host).with_context(|| format!("`{}` is no host of a service", self.host))?;
        let Asked { environment, grants, infrastructure } = self.asked(config).await?;
        let imported = Folder::in_data_folder(&config.data.dir).load()?;
        for problem in &imported.problems {
            terminal::remark(&format!("not used: {problem}"));
        }
        let base = EvidenceBase::new(imported.sources);
        let resolved = if self.address.is_empty() {
            let resolver = WayOut::real(config)?.resolver;
            let answer = resolver.resolve(&host, HTTPS).await;
            answer.with_context(|| format!("`{host}` has no addresses now; name some with `--address`"))?
        } else {
            let aliases = self.alias.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase().into());
            Arc::new(Resolved::new(self.address.iter().copied(), aliases.collect()))
        };
        let (found, chain) = (resolved.addresses(), resolved.aliases());
        let rules = reach::address_rules(config)?;
        let addresses: Vec<_> = found
            .iter()
            .map(|address| {
                let refused =
                    rules.verdict_for(*address, environment.id, &host, HTTPS).err().map(|refused| refused.why);
                (*address, refused, base.about_address(*address, at))
            })
            .collect();
        let cell = Region::new(self.cell.as_ref().unwrap_or(&config.cell.region));
        let inventory = crate::node::inventory(config)?;
        let refused_address = addresses.iter().any(|(_, refused, _)| refused.is_some());
        let outcome = decide(&environment, &cell, refused_address, |allowed| {
            let question = Question { allowed, egress: environment.egress, infrastructure, grants: &grants, now: at };
            let to = Destination { host: &host, chain, addresses: found };
            match backshell_boundary::region(cell.as_str()) {
                Some(cell) => {
                    let trips = RoundTrips { evidence: &base, cell, measured: &self.round_trip };
                    judge(&question, &trips, &inventory, &to)
                }
                None => judge(&question, &base, &inventory, &to),
            }
        });
        let chain = chain.to_vec();
        Ok(Reasoning { host, at, environment, cell, infrastructure, chain, addresses, base, outcome })
    }
}

/// The rows in their order, each through the function that a call goes through. D05 asks who calls and is left out here.
fn decide(
    environment: &Environment,
    cell: &Region,
    refused_address: bool,
    table: impl FnOnce(&AllowedSet) -> Decision,
) -> Outcome {
    let refused = |row: Row, detail: String| Outcome {
        row,
        answer: Answer::Refuse,
        reason: row.reason(),
        detail: Some(detail),
        decision: None,
    };
    let allowed = match AllowedSet::of(environment) {
        Ok(allowed) => allowed,
        Err(error) => return refused(error.row(), error.to_string()),
    };
    // The question is about regions: for a cell there that is attested.
    let now = SystemClock.now();
    let cell = CellIdentity::self_attested("explain", cell, now, &SystemRandom);
    if let Err(wrong) = cell_decision(&cell, now, &allowed) {
        return refused(wrong.row, wrong.to_string());
    }
    if refused_address {
        return refused(Row::D06, "an address of the host is never an endpoint".to_owned());
    }
    let decision = table(&allowed);
    Outcome {
        row: decision.row,
        answer: decision.answer,
        reason: decision.reason(),
        detail: None,
        decision: Some(decision),
    }
}
