//! Names to addresses: questions to the cell's own name servers, with a short memory.
//!
//! Both address families are asked at the same time, and the whole answer is handed on: the boundary judges every address
//! and every name of the alias chain. Names are asked for as they are: no search domains, and no hosts file, which would
//! let whoever can write it send a connector's credential anywhere.

use crate::alias::{BadChain, Step, Walk};
use async_trait::async_trait;
use backshell_boundary::{ResolveError, Resolved, Resolver};
use backshell_model::HostName;
use futures_util::StreamExt;
use hickory_resolver::config::{NameServerConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, DnsHandle, NetError};
use hickory_resolver::proto::op::{DnsRequestOptions, DnsResponse, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{NameServerPool, PoolContext, TlsConfig, system_conf};
use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// The longest time an answer is used again; shorter when one of its records lives shorter.
const MEMORY: Duration = Duration::from_mins(1);
/// The longest time it is remembered that a name has no address, or that one of its families could not be asked for.
const SHORT_MEMORY: Duration = Duration::from_secs(5);
/// How many names are remembered.
const CAPACITY: usize = 4_096;
/// How long one look-up may take, all questions together.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long one question may take: leaves time for the end of an alias chain.
const QUESTION: Duration = Duration::from_secs(4);

/// Asks name servers by DNS, over UDP, and over TCP where an answer is too long for it.
pub struct DnsResolver {
    servers: NameServerPool<TokioRuntimeProvider>,
    memory: Mutex<HashMap<HostName, Remembered>>,
}

/// What a name server says to one question.
enum Answer {
    /// Records, or a part of a chain that leads to them.
    Records(DnsResponse),
    /// There is no such name, or nothing of that kind, and so it stays for `ttl` seconds.
    Nothing { ttl: u32 },
}

struct Remembered {
    until: Instant,
    answer: Result<Arc<Resolved>, ResolveError>,
}

/// Why a resolver cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the name servers cannot be used: {0}")]
pub struct ResolverError(NetError);

impl DnsResolver {
    /// Asks the name servers of the system's configuration (`/etc/resolv.conf`), of which nothing but their addresses is
    /// used. Where it names none, the local host is asked, as the system itself does.
    pub fn system() -> Result<Self, ResolverError> {
        let servers = match system_conf::read_system_conf() {
            Ok((config, _)) => config.name_servers,
            Err(error) => {
                tracing::warn!(%error, "the system names no name servers; asking the local host");
                vec![NameServerConfig::udp_and_tcp(IpAddr::V4(Ipv4Addr::LOCALHOST))]
            }
        };
        Self::new(servers)
    }

    /// The name servers of the system's configuration, for whoever wants to ask each by itself; the local host where it
    /// names none.
    pub fn system_servers() -> Vec<SocketAddr> {
        let configured = system_conf::read_system_conf().map(|(config, _)| config.name_servers).unwrap_or_default();
        let mut servers: Vec<SocketAddr> = Vec::new();
        for server in configured {
            let port = server.connections.first().map_or(53, |connection| connection.port);
            let address = SocketAddr::new(server.ip, port);
            if !servers.contains(&address) {
                servers.push(address);
            }
        }
        if servers.is_empty() {
            servers.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 53)));
        }
        servers
    }

    /// Asks these name servers.
    pub fn with_servers(servers: &[SocketAddr]) -> Result<Self, ResolverError> {
        let servers = servers.iter().map(|server| {
            let mut config = NameServerConfig::udp_and_tcp(server.ip());
            for connection in &mut config.connections {
                connection.port = server.port();
            }
            config
        });
        Self::new(servers.collect())
    }

    fn new(servers: Vec<NameServerConfig>) -> Result<Self, ResolverError> {
        let mut options = ResolverOpts::default();
        options.timeout = QUESTION;
        options.try_tcp_on_error = true;
        let tls = TlsConfig::new().map_err(ResolverError)?;
        let context = Arc::new(PoolContext::new(options, tls));
        let servers = NameServerPool::from_config(servers, context, TokioRuntimeProvider::default());
        Ok(Self { servers, memory: Mutex::default() })
    }

    fn remembered(&self, host: &HostName, now: Instant) -> Option<Result<Arc<Resolved>, ResolveError>> {
        let memory = self.memory.lock().ok()?;
        memory.get(host).filter(|remembered| now < remembered.until).map(|remembered| remembered.answer.clone())
    }

    fn remember(&self, host: &HostName, now: Instant, life: Duration, answer: &Result<Arc<Resolved>, ResolveError>) {
        let Ok(mut memory) = self.memory.lock() else { return };
        if memory.len() >= CAPACITY {
            memory.retain(|_, remembered| now < remembered.until);
        }
        if !life.is_zero() && (memory.len() < CAPACITY || memory.contains_key(host)) {
            memory.insert(host.clone(), Remembered { until: now + life, answer: answer.clone() });
        }
    }

    /// The answer, and how long it may be used.
    async fn look_up(&self, host: &HostName) -> (Result<Arc<Resolved>, ResolveError>, Duration) {
        let families = async { tokio::join!(self.family(host, RecordType::A), self.family(host, RecordType::AAAA)) };
        let Ok(families) = tokio::time::timeout(TIMEOUT, families).await else {
            let message = "the name servers did not answer in time".to_owned();
            return (Err(ResolveError::Failed(message)), Duration::ZERO);
        };
        match families {
            (Err(ResolveError::Chain), _) | (_, Err(ResolveError::Chain)) => (Err(ResolveError::Chain), Duration::ZERO),
            (Ok(v4), Ok(v6)) if v4.addresses.is_empty() && v6.addresses.is_empty() => {
                // As long as the zone says; one that says nothing is asked again (RFC 2308, section 5).
                let ttl = [v4.ttl, v6.ttl].into_iter().map(Option::unwrap_or_default).min().unwrap_or_default();
                (Err(ResolveError::NoAnswer), Duration::from_secs(ttl.into()).min(SHORT_MEMORY))
            }
            (Ok(v4), Ok(v6)) => {
                let found = [&v4, &v6].into_iter().filter(|walk| !walk.addresses.is_empty());
                let ttl = found.filter_map(|walk| walk.ttl).min().unwrap_or_default();
                let life = Duration::from_secs(ttl.into()).min(MEMORY);
                (Ok(Arc::new(joined(v4, v6))), life)
            }
            // What could not be asked for is not connected to either.
            (Ok(known), Err(_)) | (Err(_), Ok(known)) if !known.addresses.is_empty() => {
                let life = Duration::from_secs(known.ttl.unwrap_or_default().into()).min(SHORT_MEMORY);
                (Ok(Arc::new(Resolved::new(known.addresses, known.aliases))), life)
            }
            (Err(error), _) | (_, Err(error)) => (Err(error), Duration::ZERO),
        }
    }

    /// One family of addresses; none is an answer as well.
    async fn family(&self, host: &HostName, family: RecordType) -> Result<Walk, ResolveError> {
        // The final dot says that the name is complete.
        let name = Name::from_ascii(format!("{host}.")).map_err(|error| ResolveError::Failed(error.to_string()))?;
        let mut walk = Walk::new(name, family);
        loop {
            // Ends, because a chain has a last step: each further question is about another alias.
            match self.ask(walk.name().clone(), family).await? {
                Answer::Nothing { ttl } => {
                    walk.live(ttl);
                    return Ok(walk);
                }
                Answer::Records(answer) => match walk.read(&answer) {
                    Ok(Step::Done) => return Ok(walk),
                    Ok(Step::Ask) => {}
                    Err(BadChain) => return Err(ResolveError::Chain),
                },
            }
        }
    }

    /// One question.
    async fn ask(&self, name: Name, family: RecordType) -> Result<Answer, ResolveError> {
        let mut options = DnsRequestOptions::default();
        options.use_edns = true;
        match self.servers.lookup(Query::query(name, family), options).next().await {
            Some(Ok(answer)) => Ok(Answer::Records(answer)),
            Some(Err(NetError::Dns(DnsError::NoRecordsFound(none))))
                if matches!(none.response_code, ResponseCode::NoError | ResponseCode::NXDomain) =>
            {
                Ok(Answer::Nothing { ttl: none.negative_ttl.unwrap_or_default() })
            }
            Some(Err(error)) => Err(ResolveError::Failed(error.to_string())),
            None => Err(ResolveError::Failed("the name servers did not answer".to_owned())),
        }
    }
}

/// Both families, IPv4 first, and the names of both chains.
fn joined(v4: Walk, v6: Walk) -> Resolved {
    let mut aliases = v4.aliases;
    for alias in v6.aliases {
        if !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    Resolved::new(v4.addresses.into_iter().chain(v6.addresses), aliases)
}

#[async_trait]
impl Resolver for DnsResolver {
    async fn resolve(&self, host: &HostName, _port: u16) -> Result<Arc<Resolved>, ResolveError> {
        let now = Instant::now();
        if let Some(answer) = self.remembered(host, now) {
            return answer;
        }
        let (answer, life) = self.look_up(host).await;
        self.remember(host, now, life, &answer);
        answer
    }
}

impl fmt::Debug for DnsResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DnsResolver").finish_non_exhaustive()
    }
}

/// Records of a name other than its addresses, for what the product asks on its own account.
#[async_trait]
pub trait Records: Send + Sync + fmt::Debug {
    /// The texts at `name` (TXT), each put together from its pieces; none when there are none.
    async fn texts(&self, name: &str) -> Result<Vec<String>, ResolveError>;

    /// The name that `name` is an alias of (CNAME), if it is one. Lower case, without the final dot.
    async fn alias(&self, name: &str) -> Result<Option<String>, ResolveError>;
}

impl DnsResolver {
    /// The answer to one question about a whole name, within the time limit. `None`: there is nothing.
    async fn records(&self, name: &str, kind: RecordType) -> Result<Option<DnsResponse>, ResolveError> {
        let name = Name::from_ascii(format!("{name}.")).map_err(|error| ResolveError::Failed(error.to_string()))?;
        match tokio::time::timeout(TIMEOUT, self.ask(name, kind)).await {
            Ok(Ok(Answer::Records(answer))) => Ok(Some(answer)),
            Ok(Ok(Answer::Nothing { .. })) => Ok(None),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(ResolveError::Failed("the name servers did not answer in time".to_owned())),
        }
    }
}

#[async_trait]
impl Records for DnsResolver {
    async fn texts(&self, name: &str) -> Result<Vec<String>, ResolveError> {
        let Some(answer) = self.records(name, RecordType::TXT).await? else { return Ok(Vec::new()) };
        let texts = answer.answers.iter().filter_map(|record| match &record.data {
            RData::TXT(text) => Some(text.txt_data.iter().flat_map(|piece| piece.iter().copied()).collect::<Vec<u8>>()),
            _ => None,
        });
        Ok(texts.map(|text| String::from_utf8_lossy(&text).into_owned()).collect())
    }

    async fn alias(&self, name: &str) -> Result<Option<String>, ResolveError> {
        let Some(answer) = self.records(name, RecordType::CNAME).await? else { return Ok(None) };
        let alias = answer.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(alias) => Some(alias.0.to_ascii().to_ascii_lowercase()),
            _ => None,
        });
        Ok(alias.map(|alias| alias.strip_suffix('.').unwrap_or(&alias).to_owned()))
    }
}
