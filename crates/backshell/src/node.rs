//! A node put together: data folder, database, keys, ledger, gateway and console.
//!
//! The way out ([`WayOut`]) is passed in. `serve` passes the real one; only the demo and the tests, in code, pass a trial
//! cell's.

use crate::config::{Config, LedgerMode, Publication};
use crate::custody;
use crate::drift::{
    AvailabilityRecheck, BarsRecheck, CertificateRecheck, Check, DnsRecheck, DriftJob, OwnershipRecheck, PlaceRecheck,
    ProofJob, Schedule,
};
use crate::egress::{self, Reach};
use crate::first_start;
use crate::identity;
use crate::keys;
use crate::ports::{Jobs, Ports};
use crate::probing::NoProbe;
use crate::reach;
use crate::residency::LiveEvidence;
use crate::retention::RetentionJob;
use crate::revocation::RevocationJob;
use crate::rotation;
use crate::slow_bars::SlowBarsJob;
use crate::system::{SystemClock, SystemRandom};
use crate::way_out::{self, WayOut};
use anyhow::{Context, bail};
use backshell_boundary::{CellIdentity, Inventory, Resolver};
use backshell_console::{
    Console, ConsoleConfig, ConsoleParts, ConsoleState, EgressFacts, HostProbe, NodeFacts, OutsideFacts,
    PublicationCheck,
};
use backshell_gateway::connect::Connections;
use backshell_gateway::{CellSeat, Gateway, Parts, Serving, Settings};
use backshell_ledger::{Checkpoints, Ledger, Mode, Options};
use backshell_model::{Cell, Clock, HostName, Random, Recheck, Region, Timestamp, WrappedDataKey};
use backshell_probe::measure::{Plan, Prober};
use backshell_store::{Limit, SqliteStore, Store, StoreError};
use backshell_upstream::Timeouts;
use backshell_vault::Vault;
use std::fs::{File, TryLockError};
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a start waits for the data folder to be let go.
const ENDING: Duration = Duration::from_secs(1);

/// A node that runs.
pub struct Node {
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    ledger: Ledger,
    gateway: Gateway,
    gateway_url: String,
    cell: Arc<CellSeat>,
    serving: Serving,
    console_address: SocketAddr,
    console: JoinHandle<std::io::Result<()>>,
    background: Vec<JoinHandle<()>>,
    stop: CancellationToken,
    first_token: Option<String>,
    jobs: Jobs,
    _lock: File,
}

impl Node {
    /// Opens the data folder, binds both listeners and serves. The node does not look at hosts by itself.
    pub async fn start(config: &Config, way_out: WayOut) -> anyhow::Result<Self> {
        Self::start_with(config, way_out, None).await
    }

    /// As [`start`](Self::start), with `prober` looking at certificates and for proofs of ownership while the node runs.
    pub async fn start_with(config: &Config, way_out: WayOut, prober: Option<Prober>) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let gateway_listener = bind(config.gateway.listen, "gateway.listen")?;
        let console_listener = bind(config.console.listen, "console.listen")?;
        console_listener.set_nonblocking(true)?;
        let console_listener = tokio::net::TcpListener::from_std(console_listener)?;
        let (gateway_address, console_address) = (gateway_listener.local_addr()?, console_listener.local_addr()?);

        // A configuration that cannot be used is refused before anything is made.
        let cell = announcement(config, gateway_address, clock.now())?;
        let lock = lock_data_folder(&config.data.dir).await?;
        let (store, vault) = open(config, &random).await?;
        let ledger = start_ledger(config, &store, &clock, &random).await?;
        store.announce_cell(&cell).await.context("the cell cannot be announced")?;
        let standing = stand(config, &way_out.system_servers, &*store, &ledger, &*clock, &*random).await?;
        let Standing { identity, first_token, outside, egress } = standing;
        let evidence = LiveEvidence::open(&config.data.dir).context("the imported evidence cannot be read")?;
        let settings = Settings { public_url: cell.gateway_url.clone(), ..settings(config, identity)? };
        let (seat, home_cells) = (Arc::clone(&settings.cell), settings.home_cells.clone());
        let gateway = Gateway::open(Parts {
            settings,
            store: Arc::clone(&store),
            vault: Arc::clone(&vault),
            ledger: ledger.clone(),
            resolver: Arc::clone(&way_out.resolver),
            dialler: way_out.dialler,
            evidence: Arc::clone(&evidence) as _,
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
        })
        .await
        .context("the gateway cannot read the database")?;
        let base = Base { store: &store, ledger: &ledger, clock: &clock };
        let (jobs, probe) = base.jobs(config, way_out.resolver, &evidence, prober)?;
        let ports = Arc::new(Ports::new(gateway.clone(), ledger.clone(), jobs.clone()));
        let connections = Connections::new(
            Arc::clone(&store),
            Arc::clone(&vault),
            ledger.clone(),
            Arc::clone(&clock),
            Arc::clone(&random),
            Arc::clone(&seat),
            home_cells,
        );
        let approvals = connections.approvals();
        let state = ConsoleState::new(ConsoleParts {
            store: Arc::clone(&store),
            ledger: ledger.clone(),
            connections: Arc::new(connections),
            authenticator: Arc::clone(&ports) as _,
            snapshot: Arc::clone(&ports) as _,
            metrics: ports,
            probe,
            node: NodeFacts { cell: Arc::clone(&seat), outside, egress },
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            config: console_config(config)?,
        });

        let stop = CancellationToken::new();
        let tls = keys::server_tls(config)?;
        let workers = config.gateway.workers.unwrap_or_else(default_workers);
        let serving = Serving::start(&gateway, gateway_listener, tls.as_ref(), workers)?;
        let router = Console::router(state);
        let stopped = stop.clone().cancelled_owned();
        let console = tokio::spawn(backshell_console::serve(console_listener, router, stopped));
        let mut background = vec![
            tokio::spawn(gateway.clone().follow(stop.clone())),
            tokio::spawn(evidence.follow(ledger.clone(), stop.clone())),
            tokio::spawn(identity::watch(
                config.clone(),
                Arc::clone(&seat),
                gateway.clone(),
                ledger.clone(),
                (Arc::clone(&clock), random),
                stop.clone(),
            )),
            tokio::spawn(announce(Arc::clone(&store), cell.clone(), clock, stop.clone())),
            tokio::spawn(Arc::clone(&jobs.retention).keep(stop.clone())),
            tokio::spawn(Arc::clone(&jobs.drift).keep(gateway.clone(), stop.clone())),
            tokio::spawn(Arc::clone(&jobs.drift).follow(approvals, gateway.clone(), stop.clone())),
            tokio::spawn(Arc::clone(&jobs.proofs).keep(stop.clone())),
        ];
        background.extend(jobs.slow_bars.clone().map(|job| tokio::spawn(job.keep(stop.clone()))));
        background.extend(jobs.revocation.clone().map(|job| tokio::spawn(job.keep(stop.clone()))));
        Ok(Self {
            store,
            vault,
            ledger,
            gateway,
            gateway_url: cell.gateway_url.clone(),
            cell: seat,
            serving,
            console_address,
            console,
            background,
            stop,
            first_token,
            jobs,
            _lock: lock,
        })
    }

    /// Where the gateway listens.
    pub fn gateway_address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// How callers reach the gateway.
    pub fn gateway_url(&self) -> String {
        self.gateway_url.clone()
    }

    /// Where the console listens.
    pub fn console_address(&self) -> SocketAddr {
        self.console_address
    }

    /// The first administrator's token, when this start made it. Shown once and kept nowhere.
    pub fn first_token(&mut self) -> Option<String> {
        self.first_token.take()
    }

    /// Which cell this node is, and what vouches for that.
    pub fn cell(&self) -> Arc<CellIdentity> {
        Arc::clone(&self.cell.identity())
    }

    /// The gateway, for its counters.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The token store, for its counters.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// The database.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// What runs beside calls, for its counters, and to run it now.
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Takes no new calls, lets running ones end, flushes the ledger with a last checkpoint and closes the database.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        let serving = self.serving;
        tokio::task::spawn_blocking(move || serving.stop()).await.context("the gateway ended abnormally")?;
        self.console.await.context("the console ended abnormally")??;
        for task in self.background {
            task.await.context("a background task ended abnormally")?;
        }
        self.ledger.shutdown().await;
        self.store.close().await;
        Ok(())
    }
}

/// What every job stands on.
struct Base<'a> {
    store: &'a Arc<dyn Store>,
    ledger: &'a Ledger,
    clock: &'a Arc<dyn Clock>,
}

impl Base<'_> {
    /// The jobs, and what looks at hosts for them and for the API.
    fn jobs(
        &self,
        config: &Config,
        resolver: Arc<dyn Resolver>,
        evidence: &Arc<LiveEvidence>,
        prober: Option<Prober>,
    ) -> anyhow::Result<(Jobs, Arc<dyn HostProbe>)> {
        let (store, clock) = (|| Arc::clone(self.store), || Arc::clone(self.clock));
        let prober = prober.map(Arc::new);
        let slow_bars = prober.clone().map(|prober| {
            Arc::new(SlowBarsJob::new(store(), self.ledger.clone(), clock(), prober, Plan::CERTIFICATION))
        });
        let revocation = prober.clone().map(|prober| Arc::new(RevocationJob::new(prober, config, clock())));
        let probe: Arc<dyn HostProbe> = match &prober {
            Some(prober) => Arc::clone(prober) as _,
            None => Arc::new(NoProbe),
        };
        let checks = checks(config, self, resolver, evidence, (prober, &probe))?;
        let settings = &config.verification;
        let schedule = Schedule::default()
            .every(Recheck::Dns, settings.dns_hours)
            .every(Recheck::Certificate, settings.certificate_hours)
            .every(Recheck::Place, settings.place_hours)
            .every(Recheck::Availability, settings.availability_hours);
        let jobs = Jobs {
            retention: Arc::new(RetentionJob::new(self.ledger.clone(), store(), clock(), config.ledger.retention())),
            drift: Arc::new(DriftJob::new(store(), self.ledger.clone(), clock(), checks, schedule)),
            proofs: Arc::new(ProofJob::new(store(), self.ledger.clone(), clock(), Arc::clone(&probe))),
            slow_bars,
            revocation,
        };
        Ok((jobs, probe))
    }
}

/// What is looked at again while connectors are in use: names and places through the node's own resolver, what is on file
/// about ownership, and certificates and answers where the node connects to hosts by itself. Where it does not, approved hosts
/// are said not to have been measured.
fn checks(
    config: &Config,
    base: &Base<'_>,
    resolver: Arc<dyn Resolver>,
    evidence: &Arc<LiveEvidence>,
    (prober, probe): (Option<Arc<Prober>>, &Arc<dyn HostProbe>),
) -> anyhow::Result<Vec<Arc<dyn Check>>> {
    let (store, clock) = (|| Arc::clone(base.store), || Arc::clone(base.clock));
    // Ownership first: it asks nobody, and what was taken back must not wait for hosts that do not answer.
    let rules = reach::address_rules(config)?;
    let internal = rules.private.clone();
    let mut checks: Vec<Arc<dyn Check>> = vec![
        Arc::new(OwnershipRecheck::new(store(), clock())),
        Arc::new(DnsRecheck::new(Arc::clone(&resolver), rules)),
        Arc::new(PlaceRecheck::new(resolver, Arc::clone(evidence), store(), clock())),
        Arc::new(BarsRecheck::new(Arc::clone(probe), internal)),
    ];
    if let Some(prober) = prober {
        checks.push(Arc::new(CertificateRecheck::new(Arc::clone(&prober))));
        checks.push(Arc::new(AvailabilityRecheck::new(prober)));
    }
    Ok(checks)
}

/// What the node says of itself to the others.
fn announcement(config: &Config, address: SocketAddr, now: Timestamp) -> anyhow::Result<Cell> {
    let region = Region::new(&config.cell.region);
    if backshell_boundary::region(region.as_str()).is_none() {
        bail!("`cell.region` is `{region}`, which is no known cloud region; `backshell regions` lists them");
    }
    let scheme = if config.gateway.tls_certificate.is_some() { "https" } else { "http" };
    let gateway_url = config.gateway.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
    Ok(Cell { name: config.cell.name.clone(), region, gateway_url, seen_at: now, registered: false })
}

/// The database, and the vault with the key that what it holds is sealed with.
async fn open(config: &Config, random: &Arc<dyn Random>) -> anyhow::Result<(Arc<dyn Store>, Arc<Vault>)> {
    let path = config.data.dir.join("backshell.db");
    let store = SqliteStore::open(&path).await.context("the database cannot be opened")?;
    let data_keys = data_keys(&store).await?;
    rotation::finish(config, &data_keys)?;
    let key = keys::key_encryption_key(config, &**random, data_keys.is_empty())?;
    let vault = Vault::new(key, Arc::clone(random));
    for data_key in &data_keys {
        vault.check_data_key(data_key).context("the secrets in the database need another key-encryption key")?;
    }
    Ok((Arc::new(store), Arc::new(vault)))
}

/// What a node stands on once its database and ledger are open.
struct Standing {
    /// Which cell it is.
    identity: CellIdentity,
    /// The first administrator's token, when it was made now.
    first_token: Option<String>,
    /// What the database holds that this cell may not keep.
    outside: Vec<OutsideFacts>,
    /// What the node sends by itself.
    egress: Vec<EgressFacts>,
}

/// Says on record who vouches for the cell, prepares an empty database and looks through one that is not.
async fn stand(
    config: &Config,
    system_servers: &[SocketAddr],
    store: &dyn Store,
    ledger: &Ledger,
    clock: &dyn Clock,
    random: &dyn Random,
) -> anyhow::Result<Standing> {
    let identity = identity::establish(config, clock.now(), random)?;
    if let Err(why) = identity.attested_at(clock.now()) {
        tracing::error!(%why, "the cell is not attested: every call is refused");
    }
    identity::record(ledger, &identity, clock.now()).await?;
    for environment in way_out::unknown_environments(&config.upstream.environment_authorities, store).await? {
        tracing::warn!(%environment, "`upstream.environment_authorities` names an environment that is not there");
    }
    // Before the first token is made: it is shown once, by a start that comes to its end.
    let reach = Reach::of(store, &identity, clock.now(), egress::is_pinned(config)?).await?;
    let egress = egress::check(config, system_servers, &reach)?;
    let first_token = first_start::prepare(store, ledger, clock, random, &identity).await?;
    let outside = custody::review(store, ledger, &identity, clock.now()).await?;
    Ok(Standing { identity, first_token, outside, egress })
}

/// The wrapped data keys in the database: what the key-encryption key must open.
pub(crate) async fn data_keys(store: &dyn Store) -> anyhow::Result<Vec<WrappedDataKey>> {
    let mut keys = Vec::new();
    let mut after = None;
    loop {
        let environments = store.environments(after, Limit::MAX).await.context("the database cannot be read")?;
        let Some(last) = environments.last() else { return Ok(keys) };
        after = Some(last.id);
        for environment in &environments {
            match store.data_key(environment.id).await {
                Ok(key) => keys.push(key),
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error).context("the database cannot be read"),
            }
        }
    }
}

/// The ledger's options and key. Also what `backshell ledger verify` needs to know about the folder.
pub(crate) async fn start_ledger(
    config: &Config,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> anyhow::Result<Ledger> {
    let path = keys::checkpoint_file(config);
    let options = Options {
        mode: match config.ledger.mode {
            LedgerMode::Strict => Mode::Strict,
            LedgerMode::Relaxed => Mode::Relaxed,
        },
        checkpoints: Some(Checkpoints::new(path, keys::checkpoint_key(config, &**random)?)),
        ..Options::default()
    };
    let (rows, pseudonyms) = (Arc::clone(store) as _, Arc::clone(store) as _);
    Ledger::start(rows, pseudonyms, Arc::clone(clock), Arc::clone(random), options)
        .await
        .context("the ledger cannot be started; without it no call is made")
}

fn settings(config: &Config, identity: CellIdentity) -> anyhow::Result<Settings> {
    let milliseconds = Duration::from_millis;
    let home_cells = config.cell.home_cells.iter().map(|entry| home_cell(entry)).collect::<anyhow::Result<_>>()?;
    Ok(Settings {
        inventory: inventory(config)?,
        home_cells,
        addresses: reach::address_rules(config)?,
        max_request_body: config.gateway.max_request_body,
        upstream: Timeouts {
            tls: milliseconds(config.upstream.tls_timeout_ms),
            first_byte: milliseconds(config.upstream.first_byte_timeout_ms),
            idle: milliseconds(config.upstream.idle_timeout_ms),
        },
        drain: Duration::from_secs(config.gateway.drain_seconds),
        ..Settings::new(identity)
    })
}

/// The operator's own services, as the configuration lists them.
pub(crate) fn inventory(config: &Config) -> anyhow::Result<Inventory> {
    config
        .infrastructure
        .internal_hosts
        .iter()
        .map(|entry| {
            let (host, region) = entry
                .split_once('=')
                .with_context(|| format!("`infrastructure.internal_hosts` holds `{entry}`; write `host=region`"))?;
            let host = HostName::parse(host.trim())
                .with_context(|| format!("`infrastructure.internal_hosts` holds `{entry}`"))?;
            let region = region.trim();
            if backshell_boundary::region(region).is_none() {
                bail!("`infrastructure.internal_hosts` names `{region}`, which is no known cloud region");
            }
            Ok((host, Region::new(region)))
        })
        .collect()
}

/// An entry of `cell.home_cells`: a region, and where a cell in it is reached.
fn home_cell(entry: &str) -> anyhow::Result<(Region, String)> {
    let problem = || format!("`cell.home_cells` holds `{entry}`");
    let (region, address) =
        entry.split_once('=').with_context(|| format!("{}; write `region=https://…`", problem()))?;
    let (region, address) = (region.trim(), address.trim());
    if backshell_boundary::region(region).is_none() {
        bail!("{}, which names no known cloud region; `backshell regions` lists them", problem());
    }
    backshell_console::cell_address(address).map_err(anyhow::Error::msg).with_context(problem)?;
    Ok((Region::new(region), address.to_owned()))
}

fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        let variable = setting.replace('.', "__").to_uppercase();
        format!("cannot listen on {address}; stop what uses it, or set `{setting}` (BACKSHELL_{variable}) to another address")
    })
}

/// One process at a time: a second one would answer on the same data under the same cell name, and each would sign
/// checkpoints of what the other wrote. A node that is just ending is waited for, and so is a child process that it had only
/// begun to start: until that is another program, it holds what its parent held.
async fn lock_data_folder(folder: &Path) -> anyhow::Result<File> {
    let give_up = Instant::now() + ENDING;
    loop {
        if let Some(lock) = try_lock_data_folder(folder)? {
            return Ok(lock);
        }
        if Instant::now() >= give_up {
            let folder = folder.display();
            bail!("the data folder `{folder}` is in use by another process; stop it or use another folder");
        }
        tokio::time::sleep(ENDING / 40).await;
    }
}

/// As [`lock_data_folder`]; `None` when another process has it.
pub(crate) fn try_lock_data_folder(folder: &Path) -> anyhow::Result<Option<File>> {
    keys::private_folder(folder)?;
    let path = folder.join("lock");
    let file = keys::private_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("`{}` cannot be locked", path.display())),
    }
}

fn console_config(config: &Config) -> anyhow::Result<ConsoleConfig> {
    Ok(ConsoleConfig {
        allowed_hosts: allowed_hosts(config),
        organisation: config.organisation.read()?,
        retention: config.ledger.retention(),
        publication: match config.verification.publication {
            Publication::Off => PublicationCheck::Off,
            Publication::Measure => PublicationCheck::Measure,
            Publication::Require => PublicationCheck::Require,
        },
        ..ConsoleConfig::default()
    })
}

fn allowed_hosts(config: &Config) -> Vec<String> {
    config
        .console
        .public_url
        .iter()
        .filter_map(|url| url.parse::<http::Uri>().ok()?.host().map(str::to_owned))
        .collect()
}

fn default_workers() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Says every ten seconds that this cell runs.
async fn announce(store: Arc<dyn Store>, mut cell: Cell, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(10)) => {}
        }
        cell.seen_at = clock.now();
        if let Err(error) = store.announce_cell(&cell).await {
            tracing::warn!(%error, "the cell could not be announced");
        }
    }
}
