//! `backshell endpoint`: endpoint verification.
//!
//! This file is the command line and the order of things; `prober` puts together what measures, `ownership` makes and looks
//! for challenges, `book` keeps them.

mod book;
mod ownership;
mod prober;

use super::ConfigArgs;
use crate::config::Cell;
use crate::probing;
use crate::system::SystemClock;
use crate::terminal::{self, Format};
use backshell_boundary::Place;
use backshell_findings::text::printable;
use backshell_findings::{Report, json};
use backshell_model::PackageDigest;
use backshell_package::{Limits, discover, read};
use backshell_probe::facts::Facts;
use backshell_probe::hosts::{Endpoint, Target, endpoint_of_url, endpoints};
use backshell_probe::measure::{Lists, Plan, Prober, patterns, siblings, unmeasured};
use backshell_probe::{Verification, verify};
use clap::{Args, Subcommand};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many hosts are measured at the same time. One host is never asked more than once a second.
const AT_ONCE: usize = 8;

/// Verify the hosts that a package can reach, or bare URLs
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell endpoint ./my-connector                      every host of a package
  backshell endpoint https://api.example.com/v1          a bare URL
  backshell endpoint ./my-connector --offline            only what needs no network
  backshell endpoint ./my-connector --slow               20 requests over 10 minutes as well
  backshell endpoint ./my-connector --name-server 1.1.1.1 --name-server 9.9.9.9
  backshell endpoint ./my-connector --crl issuer.crl --blocked blocked.txt
  backshell endpoint challenge api.example.com --publisher contoso --connector orders --ownership proofs.json
  backshell endpoint prove --ownership proofs.json       look for what the challenge asked for
  backshell rules EV-06                                  what a bar asks, and why

A probe sends no credential, asks once a second at most, and stops when the host says so (429).
What was not measured is never passed; docs/endpoints.md describes every bar.

Exit status: 0 no host fails a bar, 1 one does, 2 the command could not do its work.")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct EndpointCommand {
    #[command(subcommand)]
    action: Option<Action>,

    /// Package folders, zip archives, definition files, folders of packages; or URLs.
    #[arg(required = true, value_name = "PATH|URL")]
    targets: Vec<String>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Ask nobody: judge what the package says, and call everything else not measured. Options that only matter for asking
    /// hosts cannot be given with it.
    #[arg(long, conflicts_with_all = ["slow", "promise", "name_server", "authority", "intermediate", "crl", "contact"])]
    offline: bool,

    /// Measure availability and latency too: 20 requests over 10 minutes to each host.
    #[arg(long)]
    slow: bool,

    /// Names that are blocked, one per line; each blocks what is below it.
    #[arg(long, value_name = "FILE")]
    blocked: Vec<PathBuf>,

    /// When domains were registered, one per line: `example.com 2024-05-31`.
    #[arg(long, value_name = "FILE")]
    registered: Vec<PathBuf>,

    /// Where the hosts were promised to be: a region (`westeurope`) or a country (`DE`); may be given several times. What is
    /// imported with `backshell residency import` is the evidence.
    #[arg(long, value_name = "PLACE", value_parser = place)]
    promise: Vec<Place>,

    /// Challenges, proofs and consents, as `backshell endpoint challenge` keeps them: without them nobody's control of a
    /// host is measured.
    #[arg(long, value_name = "FILE", requires_all = ["publisher", "connector"])]
    ownership: Option<PathBuf>,

    /// With --ownership: who publishes the connector.
    #[arg(long, value_name = "NAME", requires = "ownership")]
    publisher: Option<String>,

    /// With --ownership: what the connector is called there.
    #[arg(long, value_name = "NAME", requires = "ownership")]
    connector: Option<String>,

    #[command(flatten)]
    way: Way,
}

#[derive(Debug, Subcommand)]
enum Action {
    Challenge(ownership::ChallengeCommand),
    Prove(ownership::ProveCommand),
}

/// How hosts are asked, and what is known about certificates.
#[derive(Debug, Args)]
struct Way {
    /// A name server to ask, an address with or without a port; name two, so that they can agree. Otherwise those of the
    /// configuration, or of the system.
    #[arg(long, value_name = "ADDRESS")]
    name_server: Vec<String>,

    /// Trust the private authorities of this PEM file as well.
    #[arg(long, value_name = "FILE")]
    authority: Vec<PathBuf>,

    /// Intermediate certificates that hosts may have left out, a PEM file. One that is needed is a warning.
    #[arg(long, value_name = "FILE")]
    intermediate: Vec<PathBuf>,

    /// A revocation list, PEM or DER.
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,

    /// Whom hosts may write to about these questions: an address or a URL, sent in the User-Agent.
    #[arg(long, value_name = "CONTACT")]
    contact: Option<String>,

    #[command(flatten)]
    config: ConfigArgs,
}

/// The hosts of one target, judged together.
struct Group {
    endpoints: Vec<Endpoint>,
    files: usize,
    /// The package, and which version of it.
    package: Option<(String, PackageDigest)>,
}

impl EndpointCommand {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.action {
            Some(Action::Challenge(command)) => return command.run(),
            Some(Action::Prove(command)) => return command.run().await,
            None => {}
        }
        let groups = self.groups()?;
        let config = self.way.config.load()?;
        let lists = probing::lists(&config, &self.blocked, &self.registered)?;
        let plan = self.slow.then_some(Plan::CERTIFICATION);
        let prober = if self.offline {
            None
        } else {
            Some(prober::make(&self.way, &config, lists.clone(), plan, &self.promise)?)
        };
        let hosts: usize = groups.iter().map(|group| group.endpoints.len()).sum();
        let done = AtomicUsize::new(0);
        let mut facts = Vec::new();
        for group in &groups {
            let patterns = patterns(&group.endpoints);
            let measured = measure(group, prober.as_ref(), &lists, (&done, hosts)).await;
            facts.extend(measured.into_iter().map(|facts| Facts { patterns: patterns.clone(), ..facts }));
        }
        self.look_up_owners(&mut facts)?;
        let verification = verify(&facts);
        let failed = verification.has_failures();
        self.print(verification, &facts, &groups)?;
        Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    /// What the targets are: URLs have a scheme, everything else is a path.
    fn groups(&self) -> anyhow::Result<Vec<Group>> {
        let mut groups = Vec::new();
        let urls: Vec<_> = self.targets.iter().filter(|target| target.contains("://")).collect();
        if !urls.is_empty() {
            let endpoints = urls.into_iter().map(|url| endpoint_of_url(url)).collect();
            groups.push(Group { endpoints, files: 0, package: None });
        }
        for path in self.targets.iter().filter(|target| !target.contains("://")) {
            for package in discover(Path::new(path), &Limits::default())? {
                let read = read(&package, &Limits::default())?;
                let shown = package.display().to_string();
                let files = read.package.files.len();
                let endpoints = endpoints(&read.package, Some(&shown));
                groups.push(Group { endpoints, files, package: Some((shown, read.package.digest())) });
            }
        }
        Ok(groups)
    }

    /// What the file of challenges says about the hosts.
    fn look_up_owners(&self, facts: &mut [Facts]) -> anyhow::Result<()> {
        let (Some(path), Some(publisher), Some(connector)) = (&self.ownership, &self.publisher, &self.connector) else {
            return Ok(());
        };
        let book = book::Book::read(path)?;
        for facts in facts {
            if let Target::Host(host) = &facts.endpoint.target {
                facts.ownership = Ok(book.ownership(publisher, connector, &host.host, facts.at));
            }
        }
        Ok(())
    }

    fn print(&self, verification: Verification, facts: &[Facts], groups: &[Group]) -> anyhow::Result<()> {
        match self.format {
            Format::Text => {
                terminal::print(&backshell_probe::text::render(&verification, facts))?;
                self.validity(facts, groups)?.print()
            }
            Format::Json => {
                let files = groups.iter().map(|group| group.files).sum();
                let Verification { bars, findings, .. } = verification;
                let mut report = Report { findings, bars, files, ..Report::default() };
                report.sort();
                let validity = serde_json::to_value(self.validity(facts, groups)?)?;
                terminal::write(|out| {
                    json::write_with(out, &report, ("validity", &validity), env!("CARGO_PKG_VERSION"))
                })
            }
        }
    }

    /// For what the verdicts hold: other versions, other ports and other cells may see something else.
    fn validity(&self, facts: &[Facts], groups: &[Group]) -> anyhow::Result<Validity> {
        let measured = match facts.iter().map(|facts| facts.at).max().filter(|_| !self.offline) {
            None => None,
            Some(at) => {
                let Cell { name, region, .. } = self.way.config.load()?.cell;
                Some(Measured { at: jiff::Timestamp::from_second(at.as_secs())?.to_string(), cell: name, region })
            }
        };
        let packages = groups.iter().filter_map(|group| group.package.as_ref());
        let packages = packages.map(|(path, digest)| Version { path: path.clone(), digest: digest.to_string() });
        Ok(Validity { measured, packages: packages.collect() })
    }
}

/// For what verdicts hold.
#[derive(Serialize)]
struct Validity {
    /// When and from where; `None` when nothing was asked.
    measured: Option<Measured>,
    packages: Vec<Version>,
}

#[derive(Serialize)]
struct Measured {
    at: String,
    cell: String,
    region: String,
}

/// A version of a package.
#[derive(Serialize)]
struct Version {
    path: String,
    digest: String,
}

impl Validity {
    fn print(&self) -> anyhow::Result<()> {
        let Some(Measured { at, cell, region }) = &self.measured else { return Ok(()) };
        terminal::line(&format!(
            "measured {at} by the cell `{cell}` in `{region}`; a verdict holds for this host and port, seen from there"
        ))?;
        for Version { path, digest } in &self.packages {
            terminal::line(&format!("`{}` is {digest}", printable(path)))?;
        }
        Ok(())
    }
}

/// The facts of the hosts of one target, in their order.
async fn measure(
    group: &Group,
    prober: Option<&Prober>,
    lists: &Lists,
    (done, hosts): (&AtomicUsize, usize),
) -> Vec<Facts> {
    let siblings = siblings(&group.endpoints);
    let siblings = &siblings;
    let one = |endpoint: &Endpoint| {
        let endpoint = endpoint.clone();
        async move {
            let number = done.fetch_add(1, Ordering::SeqCst) + 1;
            let Some(prober) = prober else {
                return unmeasured(&endpoint, siblings, &SystemClock, lists, "nothing is asked with --offline");
            };
            if terminal::is_watched() {
                terminal::remark(&format!("measuring {} ({number} of {hosts})", endpoint.shown));
            }
            prober.measure(&endpoint, siblings).await
        }
    };
    let work: Vec<_> = group.endpoints.iter().map(one).collect();
    stream::iter(work).buffered(AT_ONCE).collect().await
}

/// A place that hosts may be promised to be in.
fn place(text: &str) -> Result<Place, String> {
    let unknown = "write a region (`backshell regions` lists them) or the two letters of a country, such as `DE`";
    Place::parse(text).ok_or_else(|| unknown.to_owned())
}
