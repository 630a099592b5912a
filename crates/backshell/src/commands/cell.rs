//! `backshell cell`: which node runs where, and who says so.

use super::ConfigArgs;
use crate::config::Config;
use crate::egress::{self, Reach, Verdict};
use crate::identity;
use crate::system::{SystemClock, SystemRandom};
use crate::terminal::{self, Format};
use crate::whole_file;
use anyhow::{Context, bail};
use backshell_boundary::{Attester, CellIdentity, CellKey, OperatorKey, Vouched, generate_cell_key};
use backshell_model::{Clock, Region, SecretBytes, Timestamp};
use backshell_store::SqliteStore;
use backshell_upstream::DnsResolver;
use clap::{Args, Subcommand};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Longest key file that is read, bytes.
const MAX_KEY_FILE: u64 = 64 * 1024;

/// Say which node runs where, and sign that as its operator
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell cell show                                          which cell this node is, and who vouches for that

An operator who runs several nodes signs for each of them, on a machine of their own:
  backshell cell keygen --out operator.key                     once; keep operator.key away from the nodes
  backshell cell key                                           on the node: prints its public key
  backshell cell attest --operator-key operator.key --name eu-1 --region westeurope \\
      --node-key 5c7d... --days 90 --out eu-1.json

The node gets `operator.pub` and `eu-1.json`, named by `cell.operator_key` and `cell.attestation`.")]
pub(super) struct Cell {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an operator's signing key and its public half beside it
    #[command(after_help = "Examples:
  backshell cell keygen --out operator.key")]
    Keygen {
        /// The file to make; the public half gets the ending `.pub`.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print this node's public key; it is made when the node has none yet
    #[command(after_help = "Examples:
  backshell cell key
  backshell cell key --config /etc/backshell.toml")]
    Key {
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Sign, as an operator, that a node runs in a region
    #[command(after_help = "Examples:
  backshell cell attest --operator-key operator.key --name eu-1 --region westeurope --node-key node.pub --out eu-1.json
  backshell cell attest --operator-key operator.key --name eu-1 --region westeurope --node-key 5c7d... --days 30")]
    Attest {
        /// The operator's signing key.
        #[arg(long, value_name = "FILE")]
        operator_key: PathBuf,
        /// The node's public key: 64 hexadecimal digits, or a file that holds them.
        #[arg(long, value_name = "KEY")]
        node_key: String,
        /// The node's name, as in `cell.name`.
        #[arg(long)]
        name: String,
        /// The cloud region it runs in; `backshell regions` lists them.
        #[arg(long)]
        region: String,
        /// For how many days from now on; at most 400.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
        /// Where to write it, instead of to standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List everything that this node sends, writes or tells by itself, and where that is
    #[command(after_help = "Examples:
  backshell cell egress
  backshell cell egress --format json

Calls of connectors are not among it: each has its own decision. Exit status: 0 the node may start with it, 1 it may not.")]
    Egress {
        #[command(flatten)]
        config: ConfigArgs,
        /// How to answer.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show which cell this node is, and who vouches for that
    #[command(after_help = "Examples:
  backshell cell show
  backshell cell show --format json

Exit status: 0 the cell is attested now, 1 it is not (every call would be refused), 2 the files could not be read.")]
    Show {
        #[command(flatten)]
        config: ConfigArgs,
        /// How to answer.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

impl Cell {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.action {
            Action::Keygen { out } => keygen(out),
            Action::Key { config } => {
                let key = identity::node_key(&config.load()?, &SystemRandom)?;
                terminal::line(&key.public().to_string())?;
                Ok(ExitCode::SUCCESS)
            }
            Action::Attest { operator_key, node_key, name, region, days, out } => {
                let now = Timestamp::from_secs(SystemClock.now().as_secs());
                let vouched = Vouched {
                    cell: name.clone(),
                    region: Region::new(region),
                    node_key: public_key(node_key)?,
                    valid_from: now,
                    valid_until: now.plus_secs(i64::from(*days) * 24 * 3600),
                };
                attest(operator_key, &vouched, out.as_deref())
            }
            Action::Egress { config, format } => list_egress(&config.load()?, *format).await,
            Action::Show { config, format } => show(&config.load()?, *format),
        }
    }
}

fn keygen(out: &Path) -> anyhow::Result<ExitCode> {
    if out.exists() {
        bail!("`{}` exists; what it signed would be worth nothing without it, so it is not replaced", out.display());
    }
    let document = generate_cell_key(&SystemRandom)?;
    let key = OperatorKey::from_pkcs8(&document)?;
    whole_file::write(out, document.expose())?;
    let public = out.with_extension("pub");
    identity::write_public(&public, &key.public())?;
    terminal::line(&format!("signing key  {} (keep it away from the nodes)", out.display()))?;
    terminal::line(&format!("public key   {} (for `cell.operator_key` of every node)", public.display()))?;
    terminal::line(&format!("key          {}", key.public()))?;
    Ok(ExitCode::SUCCESS)
}

fn public_key(text: &str) -> anyhow::Result<CellKey> {
    match text.parse() {
        Ok(key) => Ok(key),
        Err(_) => identity::read_key(Path::new(text))
            .context("`--node-key` is neither 64 hexadecimal digits nor a file that holds them"),
    }
}

fn attest(operator_key: &Path, vouched: &Vouched, out: Option<&Path>) -> anyhow::Result<ExitCode> {
    let cannot = || format!("`{}` cannot be used", operator_key.display());
    let mut bytes = Vec::with_capacity(256);
    File::open(operator_key).with_context(cannot)?.take(MAX_KEY_FILE).read_to_end(&mut bytes).with_context(cannot)?;
    let key = OperatorKey::from_pkcs8(&SecretBytes::new(bytes)).with_context(cannot)?;
    let json = format!("{}\n", key.attest(vouched)?.to_json());
    match out {
        None => terminal::print(&json)?,
        Some(path) => {
            std::fs::write(path, json).with_context(|| format!("`{}` cannot be written", path.display()))?;
            let until = identity::written(vouched.valid_until);
            terminal::remark(&format!("{}: {} in {} until {until}", path.display(), vouched.cell, vouched.region));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What `show` answers. Nothing is written, and possession of the node's key is not tried: the running node does that.
struct Shown {
    node_key: Option<CellKey>,
    by: Option<Attester>,
    signer: Option<CellKey>,
    vouched: Option<Vouched>,
    problem: Option<String>,
}

fn look(config: &Config, now: Timestamp) -> anyhow::Result<Shown> {
    let node_key = identity::known_node_key(config);
    let mut shown = Shown { node_key, by: None, signer: None, vouched: None, problem: None };
    let Some((signer, by)) = identity::signer(config)? else {
        shown.problem = Some("the node has not started yet; its first start attests it by itself".to_owned());
        return Ok(shown);
    };
    (shown.signer, shown.by) = (Some(signer), Some(by));
    let read = identity::read_attestation(&identity::attestation_file(config))?;
    let vouched = match read.and_then(|attestation| attestation.verify(&signer)) {
        Ok(vouched) => vouched,
        Err(why) => {
            shown.problem = Some(why.to_string());
            return Ok(shown);
        }
    };
    let problem = if Some(vouched.node_key) != node_key {
        Some("the attestation is for the key of another node")
    } else if vouched.cell != config.cell.name {
        Some("the attestation is for a cell of another name")
    } else if vouched.region.as_str() != config.cell.region {
        Some("the attestation is for another region than the configured one")
    } else if now < vouched.valid_from {
        Some("the attestation is not valid yet")
    } else if now >= vouched.valid_until {
        Some("the attestation has expired")
    } else {
        None
    };
    shown.problem = problem.map(str::to_owned);
    shown.vouched = Some(vouched);
    Ok(shown)
}

fn show(config: &Config, format: Format) -> anyhow::Result<ExitCode> {
    let shown = look(config, SystemClock.now())?;
    let until = shown.vouched.as_ref().map(|vouched| identity::written(vouched.valid_until));
    match format {
        Format::Json => {
            let answer = serde_json::json!({
                "name": config.cell.name,
                "region": config.cell.region,
                "node_key": shown.node_key.map(|key| key.to_string()),
                "attested": shown.problem.is_none(),
                "attested_by": shown.by.map(Attester::as_str),
                "signer": shown.signer.map(|key| key.to_string()),
                "valid_from": shown.vouched.as_ref().map(|vouched| identity::written(vouched.valid_from)),
                "valid_until": until,
                "problem": shown.problem,
            });
            terminal::line(&serde_json::to_string_pretty(&answer)?)?;
        }
        Format::Text => {
            terminal::line(&format!("cell      {} in {}", config.cell.name, config.cell.region))?;
            let key = shown
                .node_key
                .map_or_else(|| "none yet; `backshell cell key` makes it".to_owned(), |key| key.to_string());
            terminal::line(&format!("key       {key}"))?;
            let by = match (shown.by, shown.signer) {
                (Some(Attester::OneSelf), _) => "self-attested: nobody but this node says so".to_owned(),
                (Some(Attester::Operator), Some(signer)) => format!("operator {}", signer.id()),
                _ => "nobody".to_owned(),
            };
            terminal::line(&format!("vouched   {by}"))?;
            if let Some(until) = until {
                terminal::line(&format!("until     {until}"))?;
            }
            if let Some(problem) = &shown.problem {
                terminal::line(&format!("problem   {problem}"))?;
            }
        }
    }
    Ok(if shown.problem.is_none() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What the running node would find. Reads the database, when there is one, for the boundaries of its environments.
async fn list_egress(config: &Config, format: Format) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    let pinned = egress::is_pinned(config)?;
    let region = Region::new(&config.cell.region);
    let database = config.data.dir.join("backshell.db");
    let reach = if database.exists() {
        let store = SqliteStore::open(&database).await.context("the database cannot be opened")?;
        // Boundaries are judged for the configured region, whoever vouches for it.
        let cell = CellIdentity::self_attested(&config.cell.name, &region, now, &SystemRandom);
        Reach::of(&store, &cell, now, pinned).await?
    } else {
        Reach::new(region, Vec::new(), pinned)
    };
    let system = if config.upstream.name_servers.is_empty() { DnsResolver::system_servers() } else { Vec::new() };
    let targets = egress::targets(config, &system)?;
    let judged: Vec<_> = targets.iter().map(|target| (target, reach.verdict(target))).collect();
    match format {
        Format::Json => {
            let list = judged.iter().map(|(target, verdict)| {
                let region = match &target.place {
                    egress::Place::Declared(region) => Some(region.to_string()),
                    egress::Place::ThisMachine | egress::Place::Unknown => None,
                };
                serde_json::json!({
                    "setting": target.setting, "act": target.act.as_str(), "address": target.address,
                    "purpose": target.purpose, "place": target.place.as_str(), "region": region,
                    "verdict": verdict.as_str(),
                })
            });
            terminal::line(&serde_json::to_string_pretty(&list.collect::<Vec<_>>())?)?;
        }
        Format::Text => {
            for (target, verdict) in &judged {
                let place = match &target.place {
                    egress::Place::Declared(region) => region.to_string(),
                    other => other.as_str().replace('_', " "),
                };
                let (act, address, setting) = (target.act.as_str(), &target.address, target.setting);
                terminal::line(&format!("{act:<7} {address}  ({place})\n        {} [{setting}]", target.purpose))?;
                match verdict {
                    Verdict::Fine => {}
                    Verdict::Warn => {
                        terminal::line("        remark: nothing says where that is; declare it in `egress.places`")?;
                    }
                    verdict => terminal::line(&format!("        REFUSED: {}", egress::explain(target, *verdict)))?,
                }
            }
        }
    }
    let refused = judged.iter().any(|(_, verdict)| verdict.refuses());
    Ok(if refused { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
