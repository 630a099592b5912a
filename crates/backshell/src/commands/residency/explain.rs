//! `backshell residency explain`: what would be decided about a host, and why.

use super::shown;
use crate::config::Config;
use crate::residency::Folder;
use crate::system::{SystemClock, SystemRandom};
use crate::terminal::{self, Format};
use crate::way_out::WayOut;
use anyhow::{Context, bail};
use backshell_boundary::evidence::{RoundTrips, SourceInfo};
use backshell_boundary::{
    AddressEvidence, AddressRules, AllowedSet, Answer, CellIdentity, Decision, Destination, Estimate, EvidenceBase,
    Grade, Grant, Place, Question, Ranged, Resolved, Row, cell_decision, judge, responsibility,
};
use backshell_model::{
    Boundary, Clock as _, ConnectorSlug, Egress, Environment, EnvironmentId, HostName, Infrastructure, Region,
    TenantId, Timestamp,
};
use backshell_store::{
    ConnectorRepository as _, CrossingGrantRepository as _, EnvironmentRepository as _, Limit, SqliteStore, Store as _,
};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

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

/// For whom it is asked.
struct Asked {
    environment: Environment,
    grants: Vec<Grant>,
    infrastructure: Infrastructure,
}

/// Everything that was looked at, and what it came to.
struct Reasoning {
    host: HostName,
    at: Timestamp,
    environment: Environment,
    cell: Region,
    infrastructure: Infrastructure,
    chain: Vec<Arc<str>>,
    addresses: Vec<(IpAddr, Option<&'static str>, AddressEvidence)>,
    base: EvidenceBase,
    outcome: Outcome,
}

/// The row that decides, and the table's decision when it was asked.
struct Outcome {
    row: Row,
    answer: Answer,
    reason: &'static str,
    detail: Option<String>,
    decision: Option<Decision>,
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
            let answer = resolver.resolve(&host, 443).await;
            answer.with_context(|| format!("`{host}` has no addresses now; name some with `--address`"))?
        } else {
            let aliases = self.alias.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase().into());
            Arc::new(Resolved::new(self.address.iter().copied(), aliases.collect()))
        };
        let (found, chain) = (resolved.addresses(), resolved.aliases());
        let rules = AddressRules::default();
        let addresses: Vec<_> = found
            .iter()
            .map(|address| {
                let refused = rules.verdict(*address).err().map(|refused| refused.why);
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

    async fn asked(&self, config: &Config) -> anyhow::Result<Asked> {
        let told = self.infrastructure.map(|word| match word {
            InfrastructureWord::External => Infrastructure::External,
            InfrastructureWord::Internal => Infrastructure::Internal,
        });
        if let Some(id) = self.environment {
            let path = config.data.dir.join("backshell.db");
            if !path.exists() {
                bail!("there is no database in `{}`; name the right one with `--config`", config.data.dir.display());
            }
            let store = SqliteStore::open(&path).await.context("the database cannot be opened")?;
            let environment = store.environment(id).await.with_context(|| format!("`{id}` cannot be read"))?;
            let Some(slug) = &self.connector else {
                let infrastructure = told.unwrap_or(Infrastructure::External);
                return Ok(Asked { environment, grants: Vec::new(), infrastructure });
            };
            let connector = store.connector(slug).await.with_context(|| format!("`{slug}` cannot be read"))?;
            let number = match self.connector_version {
                Some(number) => Some(number),
                None => newest(&store, slug).await?,
            };
            let number = number.with_context(|| format!("`{slug}` has no published version"))?;
            let grants = grants(&store, id, slug, number).await?;
            return Ok(Asked { environment, grants, infrastructure: told.unwrap_or(connector.infrastructure) });
        }
        Ok(Asked {
            environment: self.given()?,
            grants: Vec::new(),
            infrastructure: told.unwrap_or(Infrastructure::External),
        })
    }

    /// The environment that the command line describes.
    fn given(&self) -> anyhow::Result<Environment> {
        let at = SystemClock.now();
        let home = Region::new(self.home.as_deref().context("name a region with `--home`")?);
        let boundary = match (self.mode, self.region.is_empty()) {
            (Mode::Region, true) => Boundary::Region,
            (Mode::Geography, true) => Boundary::Geography,
            (Mode::List, _) => {
                let others = self.region.iter().map(|name| Region::new(name)).filter(|name| *name != home);
                Boundary::List(std::iter::once(home.clone()).chain(others).collect())
            }
            (Mode::Region | Mode::Geography, false) => bail!("`--region` belongs to `--mode list`"),
        };
        let egress = match self.egress {
            EgressWord::Notice => Egress::Notice,
            EgressWord::Refuse => Egress::Refuse,
        };
        Ok(Environment {
            id: EnvironmentId::generate(at, &SystemRandom),
            tenant: TenantId::generate(at, &SystemRandom),
            name: "as given".to_owned(),
            home,
            boundary,
            egress,
            created_at: at,
        })
    }
}

/// The number of the newest published version.
async fn newest(store: &SqliteStore, slug: &ConnectorSlug) -> anyhow::Result<Option<u32>> {
    let facts =
        store.snapshot_facts(SystemClock.now(), &BTreeSet::new()).await.context("the database cannot be read")?;
    let of_connector = facts.versions.iter().filter(|facts| facts.version.connector == *slug && facts.current);
    Ok(of_connector.map(|facts| facts.version.number).max())
}

/// The grants that a call of this version would use; whether each holds now is the table's to say.
async fn grants(
    store: &SqliteStore,
    environment: EnvironmentId,
    slug: &ConnectorSlug,
    number: u32,
) -> anyhow::Result<Vec<Grant>> {
    let mut grants = Vec::new();
    let mut after = None;
    loop {
        let page = store.crossing_grants(environment, after, Limit::MAX).await.context("the grants cannot be read")?;
        let Some(last) = page.last() else { return Ok(grants) };
        after = Some(last.id);
        for grant in page {
            if grant.connector == *slug && grant.versions.contains(number) && grant.revoked_at.is_none() {
                grants.push(Grant {
                    id: grant.id,
                    places: grant.places.iter().filter_map(|name| Place::parse(name)).collect(),
                    from: grant.created_at,
                    until: grant.expires_at,
                });
            }
        }
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

impl Reasoning {
    fn grade(&self) -> Grade {
        self.outcome.decision.as_ref().map_or(Grade::N, |decision| decision.places.grade)
    }

    fn places(&self) -> Vec<&'static str> {
        let places = self.outcome.decision.iter().flat_map(|decision| decision.places.places());
        places.map(|place| place.as_str()).collect()
    }

    fn source(&self, id: &backshell_boundary::EvidenceId) -> Option<&SourceInfo> {
        self.base.sources().iter().find(|source| source.id == *id)
    }

    /// What is said about the service's place, and no more than was measured.
    fn place_sentence(&self) -> String {
        let places = self.places().join(", ");
        match self.grade() {
            _ if self.outcome.decision.is_none() => "the place was not asked for".to_owned(),
            Grade::Inventory => format!("place {places}, by the operator's inventory"),
            Grade::SR => format!("declared place {places}, and the provider's published range agrees"),
            Grade::S => format!("declared place {places}"),
            Grade::R => {
                format!("place {places}, by the provider's published range; where the service keeps data is not known")
            }
            Grade::G => format!("place estimated: {places}"),
            Grade::X | Grade::N if places.is_empty() => "place unknown".to_owned(),
            Grade::X | Grade::N => format!("place unknown in part; known are {places}"),
        }
    }

    fn statements(&self, about: &AddressEvidence) -> Vec<Value> {
        let mut statements = Vec::new();
        if let Some(range) = &about.range {
            let says = match range.says {
                Ranged::At(place) => place.as_str().to_owned(),
                Ranged::Shared => "shared by many places".to_owned(),
            };
            statements.push(self.statement(&range.evidence, &says, range.stale));
        }
        if let Some(estimate) = &about.estimate {
            let says = match estimate.says {
                Estimate::Country(country) => country.as_str().to_owned(),
                Estimate::Anycast => "shared by many places".to_owned(),
            };
            statements.push(self.statement(&estimate.evidence, &says, estimate.stale));
        }
        statements
    }

    fn statement(&self, id: &backshell_boundary::EvidenceId, says: &str, stale: bool) -> Value {
        let source = self.source(id);
        json!({
            "rank": source.map(|source| source.kind.rank()), "kind": source.map(|source| source.kind.as_str()),
            "evidence": id.as_str(), "says": says, "stale": stale,
            "dated": source.map(|source| shown(source.dated)), "valid_until": source.map(|source| shown(source.until)),
        })
    }

    fn declaration(&self) -> Option<Value> {
        let (info, declaration) = self.base.declaration(&self.host, self.at)?;
        let names = |places: &[backshell_boundary::Place]| -> Vec<&str> {
            places.iter().map(backshell_boundary::Place::as_str).collect()
        };
        let sub_processors: Vec<Value> = declaration
            .sub_processors
            .iter()
            .map(|company| json!({"name": company.name, "purpose": company.purpose, "places": company.places}))
            .collect();
        Some(json!({
            "rank": 1, "evidence": info.id.as_str(), "domain": declaration.domain.as_str(),
            "service": declaration.service, "processing": names(&declaration.says.processing),
            "everywhere": names(&declaration.says.everywhere), "regional_edge": declaration.says.regional_edge,
            "sub_processors": sub_processors, "valid_from": shown(declaration.from),
            "valid_until": shown(declaration.until), "stale": info.is_stale(self.at),
        }))
    }

    fn json(&self) -> Value {
        let outcome = &self.outcome;
        let addresses: Vec<Value> = self
            .addresses
            .iter()
            .map(|(address, refused, about)| {
                json!({"address": address, "refused": refused, "evidence": self.statements(about)})
            })
            .collect();
        let allowed: Vec<&str> = AllowedSet::of(&self.environment)
            .map(|allowed| allowed.regions().iter().map(|facts| facts.region).collect())
            .unwrap_or_default();
        let decision = outcome.decision.as_ref();
        let answers = responsibility(outcome.answer, self.infrastructure);
        json!({
            "tool": "backshell", "version": env!("CARGO_PKG_VERSION"),
            "host": self.host.as_str(), "at": shown(self.at),
            "home": self.environment.home.as_str(), "mode": self.environment.boundary.as_str(),
            "allowed": allowed, "egress": self.environment.egress.as_str(), "cell": self.cell.as_str(),
            "infrastructure": self.infrastructure.as_str(),
            "chain": self.chain.iter().map(|name| &**name).collect::<Vec<&str>>(),
            "addresses": addresses, "declaration": self.declaration(),
            "grade": self.grade().as_str(), "grade_means": self.grade().explanation(),
            "places": self.places(), "place": self.place_sentence(),
            "stale": decision.is_some_and(|decision| decision.places.stale),
            "conflict": decision.is_some_and(|decision| decision.places.conflict),
            "evidence": decision.map(|decision| decision.evidence().iter().map(ToString::to_string).collect::<Vec<_>>()),
            "row": outcome.row.as_str(), "reason": outcome.reason, "answer": word(outcome.answer),
            "detail": outcome.detail,
            "grants": decision.map(|decision| decision.grants.iter().map(ToString::to_string).collect::<Vec<_>>()),
            "responsibility": {
                "until_handover": answers.until_handover, "at_the_service": answers.at_the_service,
                "for_the_answer": answers.for_the_answer,
            },
        })
    }

    fn text(&self) -> anyhow::Result<String> {
        let mut out = String::new();
        let environment = &self.environment;
        writeln!(out, "host         {} ({})", self.host, self.infrastructure)?;
        let mode = environment.boundary.as_str();
        writeln!(out, "environment  home {}, mode {mode}, egress {}", environment.home, environment.egress.as_str())?;
        writeln!(out, "cell         {}", self.cell)?;
        for name in &self.chain {
            writeln!(out, "alias        {name}")?;
        }
        for (address, refused, about) in &self.addresses {
            writeln!(out, "address      {address}")?;
            if let Some(reason) = refused {
                writeln!(out, "             never an endpoint: {reason}")?;
            }
            let statements = self.statements(about);
            if statements.is_empty() {
                writeln!(out, "             no evidence speaks of it")?;
            }
            for statement in statements {
                let text = |name: &str| statement.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
                let rank = statement.get("rank").map_or_else(|| "-".to_owned(), ToString::to_string);
                let stale = if statement.get("stale") == Some(&Value::Bool(true)) { ", too old to count" } else { "" };
                writeln!(
                    out,
                    "             rank {rank}  {}: {} (dated {}{stale})",
                    text("kind"),
                    text("says"),
                    text("dated")
                )?;
            }
        }
        match self.base.declaration(&self.host, self.at) {
            None => writeln!(out, "declaration  none")?,
            Some((info, declaration)) => {
                let stale = if info.is_stale(self.at) { ", does not hold now" } else { "" };
                let places: Vec<&str> =
                    declaration.says.everywhere.iter().map(backshell_boundary::Place::as_str).collect();
                writeln!(
                    out,
                    "declaration  rank 1  {}, signed for {}: {} (until {}{stale})",
                    declaration.service,
                    declaration.domain,
                    places.join(", "),
                    shown(declaration.until)
                )?;
            }
        }
        let outcome = &self.outcome;
        writeln!(out, "place        {}", self.place_sentence())?;
        writeln!(out, "grade        {}: {}", self.grade(), self.grade().explanation())?;
        if let Some(decision) = &outcome.decision {
            if decision.places.conflict {
                writeln!(out, "             the declaration and the published range contradict each other (D08)")?;
            }
            for id in decision.evidence() {
                writeln!(out, "evidence     {id}")?;
            }
            for grant in &decision.grants {
                writeln!(out, "grant        {grant}")?;
            }
        }
        writeln!(out, "decision     {} by row {}: {}", word(outcome.answer), outcome.row, outcome.reason)?;
        if let Some(detail) = &outcome.detail {
            writeln!(out, "             {detail}")?;
        }
        let answers = responsibility(outcome.answer, self.infrastructure);
        writeln!(out, "answers for the data")?;
        writeln!(out, "  until it is handed over  {}", answers.until_handover)?;
        if let Some(who) = answers.at_the_service {
            writeln!(out, "  at the service           {who}")?;
        }
        if let Some(who) = answers.for_the_answer {
            writeln!(out, "  for the answer here      {who}")?;
        }
        Ok(out)
    }
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Allow => "allow",
        Answer::AllowWithNotice => "allow_with_notice",
        Answer::Refuse | Answer::GoOn => "refuse",
    }
}
