//! Configuration: `backshell.toml`, and every key also as an environment variable `BACKSHELL_SECTION__KEY`, which wins.
//!
//! Unknown sections and keys are errors that name the nearest known one: a setting that is misspelt must not silently
//! keep its default. This is the only place that reads the environment.

mod organisation;

pub use organisation::Organisation;

use backshell_ledger::Retention;
use serde::Deserialize;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The file that is read when none is named and it exists.
pub const DEFAULT_FILE: &str = "backshell.toml";
const ENVIRONMENT_PREFIX: &str = "BACKSHELL_";

/// Everything an operator can set. Each field has a default that is safe on a laptop.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where data is kept.
    pub data: Data,
    /// The node itself.
    pub cell: Cell,
    /// The gateway listener.
    pub gateway: Gateway,
    /// The control listener: API and health.
    pub console: Console,
    /// The key-encryption key.
    pub vault: Vault,
    /// The ledger.
    pub ledger: Ledger,
    /// The way out.
    pub upstream: Upstream,
    /// The operator's own services.
    pub infrastructure: Infrastructure,
    /// What only the organisation knows.
    pub organisation: Organisation,
    /// What the node sends by itself.
    pub egress: Egress,
    /// How hosts are verified while they are in use.
    pub verification: Verification,
}

/// Where data is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// The data folder; made with mode 0700.
    pub dir: PathBuf,
}

/// The node itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cell {
    /// The node's name, unique among the nodes.
    pub name: String,
    /// The cloud region it runs in.
    pub region: String,
    /// The file with the public key of the operator whose attestation counts. Without one the node attests itself.
    pub operator_key: Option<PathBuf>,
    /// The file with the operator's attestation. Default: `attestation.json` in the data folder.
    pub attestation: Option<PathBuf>,
    /// Where cells of other regions are reached, beyond those that the database knows:
    /// `eastus=https://us1.gateway.example`.
    pub home_cells: Vec<String>,
}

/// The gateway listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gateway {
    /// Address and port.
    pub listen: SocketAddr,
    /// How callers reach it from outside, for example `https://eu1.gateway.example`.
    pub public_url: Option<String>,
    /// PEM file with the certificate chain; with `tls_key` the listener speaks TLS.
    pub tls_certificate: Option<PathBuf>,
    /// PEM file with the private key.
    pub tls_key: Option<PathBuf>,
    /// A trusted proxy in front terminates TLS, so a listener without TLS may leave loopback.
    pub behind_tls_proxy: bool,
    /// Worker threads.
    pub workers: Option<NonZeroUsize>,
    /// Largest request body, bytes.
    pub max_request_body: u64,
    /// How long running calls may go on after the order to stop, seconds.
    pub drain_seconds: u64,
}

/// The control listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Console {
    /// Address and port.
    pub listen: SocketAddr,
    /// How people and programs reach it from outside.
    pub public_url: Option<String>,
    /// A trusted proxy in front terminates TLS, so the listener may leave loopback.
    pub behind_tls_proxy: bool,
}

/// The key-encryption key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vault {
    /// The file that holds it; made with mode 0600 when it does not exist. Default: `master.key` in the data folder.
    pub key_file: Option<PathBuf>,
    /// The environment variable that holds it, instead of a file.
    pub key_variable: Option<String>,
}

/// The ledger.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    /// When a call may be sent.
    pub mode: LedgerMode,
    /// The file of signed checkpoints. Default: `checkpoints.jsonl` in the data folder; better on another disk.
    pub checkpoint_file: Option<PathBuf>,
    /// How long records of calls are kept, days.
    pub retention_days: u32,
    /// How long refusals, calls that went on with a grant, and administrative acts are kept, days.
    pub retention_days_refusals: u32,
}

/// When a call may be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LedgerMode {
    /// After the decision is on disk.
    #[default]
    Strict,
    /// After the decision was handed to the ledger; a crash may lose the last records.
    Relaxed,
}

/// The way out.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Upstream {
    /// Private certificate authorities, each a PEM file and the environment whose calls trust it:
    /// `/etc/backshell/contoso-ca.pem@env_...`.
    pub environment_authorities: Vec<String>,
    /// The name servers to ask, each an address with or without a port. Empty: those of the system.
    pub name_servers: Vec<String>,
    /// Networks that are refused in addition to the built-in list: the cell's own public addresses, its database.
    pub refused_networks: Vec<String>,
    /// NAT64 prefixes of the cell's own network; the IPv4 address inside is judged.
    pub nat64_prefixes: Vec<String>,
    /// For each connection attempt, milliseconds.
    pub connect_timeout_ms: u64,
    /// For the TLS handshake, milliseconds.
    pub tls_timeout_ms: u64,
    /// From the last byte of a request to the first byte of its answer, milliseconds.
    pub first_byte_timeout_ms: u64,
    /// Between two pieces of an answer, milliseconds.
    pub idle_timeout_ms: u64,
}

/// The operator's own services.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Infrastructure {
    /// Hosts that count as internal, each with the region it runs in: `erp.contoso.example=westeurope`.
    pub internal_hosts: Vec<String>,
    /// Internal services with private addresses, each as `host:port=network@environment`.
    pub private_services: Vec<String>,
}

/// What the node sends by itself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Egress {
    /// Where the addresses are that the node sends to by itself, such as name servers: `10.0.0.53=westeurope`.
    pub places: Vec<String>,
}

/// How hosts are verified while they are in use.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Verification {
    /// Whether the node connects to hosts by itself, to look at certificates and for proofs of ownership.
    pub connect: bool,
    /// Whom hosts may write to about that: an address or a URL, sent in the User-Agent.
    pub contact: Option<String>,
    /// What publication asks of the hosts of a package.
    pub publication: Publication,
    /// Files of names that are blocked, one per line; each blocks what is below it.
    pub blocked_hosts: Vec<PathBuf>,
    /// Files that say when domains were registered, one per line.
    pub registered_hosts: Vec<PathBuf>,
    /// PEM files of intermediate certificates that hosts may have left out.
    pub intermediates: Vec<PathBuf>,
    /// The folder of revocation lists. Default: `revocation-lists` in the data folder.
    pub revocation_lists: Option<PathBuf>,
    /// Whether the node fetches the revocation lists that certificates name, into that folder.
    pub fetch_revocation_lists: bool,
    /// Between two looks at a name, hours.
    pub dns_hours: u32,
    /// Between two looks at a certificate, hours.
    pub certificate_hours: u32,
    /// Between two looks at the place of a host, hours.
    pub place_hours: u32,
    /// Between two looks at whether a host answers, hours.
    pub availability_hours: u32,
}

/// What publication asks of the hosts of a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Publication {
    /// Nothing: the check `endpoint` does not run.
    #[default]
    Off,
    /// They are measured: what fails refuses, what is not measured leaves the verdict incomplete.
    Measure,
    /// As `Measure`, and nothing is published without the check.
    Require,
}

impl Default for Verification {
    fn default() -> Self {
        Self {
            connect: true,
            contact: None,
            publication: Publication::default(),
            blocked_hosts: Vec::new(),
            registered_hosts: Vec::new(),
            intermediates: Vec::new(),
            revocation_lists: None,
            fetch_revocation_lists: true,
            dns_hours: 24,
            certificate_hours: 24,
            place_hours: 24,
            availability_hours: 24,
        }
    }
}

impl Default for Data {
    fn default() -> Self {
        Self { dir: PathBuf::from(".backshell") }
    }
}

impl Default for Cell {
    fn default() -> Self {
        Self {
            name: "cell-1".to_owned(),
            region: "westeurope".to_owned(),
            operator_key: None,
            attestation: None,
            home_cells: Vec::new(),
        }
    }
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8780)),
            public_url: None,
            tls_certificate: None,
            tls_key: None,
            behind_tls_proxy: false,
            workers: None,
            max_request_body: 2 * 1024 * 1024 * 1024,
            drain_seconds: 30,
        }
    }
}

impl Default for Console {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8781)), public_url: None, behind_tls_proxy: false }
    }
}

impl Default for Ledger {
    fn default() -> Self {
        let Retention { calls_days, audit_days } = Retention::default();
        Self {
            mode: LedgerMode::default(),
            checkpoint_file: None,
            retention_days: calls_days,
            retention_days_refusals: audit_days,
        }
    }
}

impl Ledger {
    /// How long bodies of records are kept.
    pub fn retention(&self) -> Retention {
        Retention { calls_days: self.retention_days, audit_days: self.retention_days_refusals }
    }
}

impl Default for Upstream {
    fn default() -> Self {
        Self {
            environment_authorities: Vec::new(),
            name_servers: Vec::new(),
            refused_networks: Vec::new(),
            nat64_prefixes: Vec::new(),
            connect_timeout_ms: 5_000,
            tls_timeout_ms: 5_000,
            first_byte_timeout_ms: 120_000,
            idle_timeout_ms: 120_000,
        }
    }
}

/// What a key's value looks like, for values that come from the environment.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Number,
    Switch,
    List,
}

/// Every section and key. Tests hold that [`Config`] takes each of them and that the page on configuration names it; a
/// field of [`Config`] that is missing here is refused as unknown.
const KEYS: &[(&str, &[(&str, Shape)])] = &[
    ("data", &[("dir", Shape::Text)]),
    (
        "cell",
        &[
            ("name", Shape::Text),
            ("region", Shape::Text),
            ("operator_key", Shape::Text),
            ("attestation", Shape::Text),
            ("home_cells", Shape::List),
        ],
    ),
    (
        "gateway",
        &[
            ("listen", Shape::Text),
            ("public_url", Shape::Text),
            ("tls_certificate", Shape::Text),
            ("tls_key", Shape::Text),
            ("behind_tls_proxy", Shape::Switch),
            ("workers", Shape::Number),
            ("max_request_body", Shape::Number),
            ("drain_seconds", Shape::Number),
        ],
    ),
    ("console", &[("listen", Shape::Text), ("public_url", Shape::Text), ("behind_tls_proxy", Shape::Switch)]),
    ("vault", &[("key_file", Shape::Text), ("key_variable", Shape::Text)]),
    (
        "ledger",
        &[
            ("mode", Shape::Text),
            ("checkpoint_file", Shape::Text),
            ("retention_days", Shape::Number),
            ("retention_days_refusals", Shape::Number),
        ],
    ),
    (
        "upstream",
        &[
            ("environment_authorities", Shape::List),
            ("name_servers", Shape::List),
            ("refused_networks", Shape::List),
            ("nat64_prefixes", Shape::List),
            ("connect_timeout_ms", Shape::Number),
            ("tls_timeout_ms", Shape::Number),
            ("first_byte_timeout_ms", Shape::Number),
            ("idle_timeout_ms", Shape::Number),
        ],
    ),
    ("infrastructure", &[("internal_hosts", Shape::List), ("private_services", Shape::List)]),
    (
        "organisation",
        &[
            ("role", Shape::Text),
            ("name", Shape::Text),
            ("contact", Shape::Text),
            ("joint_controllers", Shape::Text),
            ("representative", Shape::Text),
            ("dpo", Shape::Text),
            ("controllers", Shape::List),
            ("purposes", Shape::List),
            ("data_subjects", Shape::List),
            ("data_categories", Shape::List),
            ("erasure", Shape::List),
            ("safeguards", Shape::List),
            ("security", Shape::Text),
        ],
    ),
    ("egress", &[("places", Shape::List)]),
    (
        "verification",
        &[
            ("connect", Shape::Switch),
            ("contact", Shape::Text),
            ("publication", Shape::Text),
            ("blocked_hosts", Shape::List),
            ("registered_hosts", Shape::List),
            ("intermediates", Shape::List),
            ("revocation_lists", Shape::Text),
            ("fetch_revocation_lists", Shape::Switch),
            ("dns_hours", Shape::Number),
            ("certificate_hours", Shape::Number),
            ("place_hours", Shape::Number),
            ("availability_hours", Shape::Number),
        ],
    ),
];

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration `{path}` cannot be read: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file is no TOML, or a value has the wrong type.
    #[error("the configuration `{origin}` is not valid: {message}")]
    Invalid {
        /// The file or variable.
        origin: String,
        /// What is wrong, with its place.
        message: String,
    },
    /// A section or key that does not exist.
    #[error("`{name}` in {origin} is no setting; did you mean `{nearest}`?")]
    Unknown {
        /// What was written.
        name: String,
        /// The file or variable.
        origin: String,
        /// The known name that is nearest to it.
        nearest: String,
    },
    /// Settings that contradict each other or would not be safe.
    #[error("{0}")]
    Unsafe(String),
}

impl Config {
    /// Reads `file`, or [`DEFAULT_FILE`] when it exists and none is named, then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let default = Path::new(DEFAULT_FILE);
        let file = file.or_else(|| default.exists().then_some(default));
        let text = match file {
            Some(path) => Some((
                path.display().to_string(),
                std::fs::read_to_string(path)
                    .map_err(|cause| ConfigError::Unreadable { path: path.to_owned(), cause })?,
            )),
            None => None,
        };
        #[expect(clippy::disallowed_methods, reason = "this is the place that the ban points to")]
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from_parts(text.as_ref().map(|(name, text)| (name.as_str(), text.as_str())), variables)
    }

    /// Puts a configuration together from a file's text and environment variables.
    pub fn from_parts(
        file: Option<(&str, &str)>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = Table::new();
        let mut origin = "the environment".to_owned();
        if let Some((name, text)) = file {
            name.clone_into(&mut origin);
            table = text.parse::<Table>().map_err(|error| ConfigError::Invalid {
                origin: name.to_owned(),
                message: error.to_string().trim_end().to_owned(),
            })?;
            check_names(&table, name)?;
        }
        for (name, value) in variables {
            if let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) {
                merge_variable(&mut table, &name, path, &value)?;
            }
        }
        let config: Self = Value::Table(table).try_into().map_err(|error: toml::de::Error| ConfigError::Invalid {
            origin,
            message: error.to_string().trim_end().to_owned(),
        })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |text: String| Err(ConfigError::Unsafe(text));
        if self.gateway.tls_certificate.is_some() != self.gateway.tls_key.is_some() {
            return refuse("`gateway.tls_certificate` and `gateway.tls_key` are set together or not at all".to_owned());
        }
        let plain = self.gateway.tls_certificate.is_none();
        if plain && !self.gateway.listen.ip().is_loopback() && !self.gateway.behind_tls_proxy {
            return refuse(format!(
                "the gateway would listen on {} without TLS; set `gateway.tls_certificate` and `gateway.tls_key`, listen on \
                 a loopback address, or set `gateway.behind_tls_proxy = true` when a trusted proxy terminates TLS",
                self.gateway.listen
            ));
        }
        if !self.console.listen.ip().is_loopback() && !self.console.behind_tls_proxy {
            return refuse(format!(
                "the console would listen on {} without TLS; listen on a loopback address, or set \
                 `console.behind_tls_proxy = true` when a trusted proxy terminates TLS",
                self.console.listen
            ));
        }
        if self.cell.attestation.is_some() && self.cell.operator_key.is_none() {
            return refuse(
                "`cell.attestation` says nothing without `cell.operator_key`, the public key of the operator who signed it"
                    .to_owned(),
            );
        }
        if self.vault.key_file.is_some() && self.vault.key_variable.is_some() {
            return refuse("`vault.key_file` and `vault.key_variable` exclude each other".to_owned());
        }
        let (shortest, longest) = (Retention::DAYS.start(), Retention::DAYS.end());
        for (key, days) in [
            ("retention_days", self.ledger.retention_days),
            ("retention_days_refusals", self.ledger.retention_days_refusals),
        ] {
            if !Retention::DAYS.contains(&days) {
                return refuse(format!("`ledger.{key}` is {days}; set it to {shortest} to {longest} days"));
            }
        }
        if self.ledger.retention_days_refusals < self.ledger.retention_days {
            return refuse(format!(
                "`ledger.retention_days_refusals` ({}) is less than `ledger.retention_days` ({}): refusals would go before \
                 the calls beside them; set it to at least as many days",
                self.ledger.retention_days_refusals, self.ledger.retention_days
            ));
        }
        let Verification { dns_hours, certificate_hours, place_hours, availability_hours, .. } = self.verification;
        for (key, hours) in [
            ("dns_hours", dns_hours),
            ("certificate_hours", certificate_hours),
            ("place_hours", place_hours),
            ("availability_hours", availability_hours),
        ] {
            if !(1..=MOST_HOURS).contains(&hours) {
                return refuse(format!("`verification.{key}` is {hours}; set it to 1 to {MOST_HOURS} hours"));
            }
        }
        if self.verification.publication == Publication::Require && !self.verification.connect {
            return refuse(
                "`verification.publication` is `require`, and with `verification.connect = false` nothing can be measured: \
                 nothing could be published; set one of them otherwise"
                    .to_owned(),
            );
        }
        if self.verification.contact.as_deref().is_some_and(|contact| !is_contact(contact)) {
            return refuse(
                "`verification.contact` is no address or URL: 1 to 200 printable characters without spaces or brackets"
                    .to_owned(),
            );
        }
        if let Err(error) = self.organisation.read() {
            return refuse(format!("`[organisation]` cannot be used: {error}"));
        }
        Ok(())
    }
}

/// The longest time between two looks at a host, hours: 30 days.
const MOST_HOURS: u32 = 30 * 24;

/// Whether this can stand in a User-Agent.
fn is_contact(text: &str) -> bool {
    (1..=200).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'\\'))
}

/// The value of an environment variable that a setting names; `None` when it is not set or not text.
#[expect(clippy::disallowed_methods, reason = "this module is the place that the ban points to")]
pub(crate) fn variable(name: &str) -> Option<zeroize::Zeroizing<String>> {
    std::env::var(name).ok().map(zeroize::Zeroizing::new)
}

fn check_names(table: &Table, origin: &str) -> Result<(), ConfigError> {
    for (section, value) in table {
        let keys = section_keys(section).ok_or_else(|| unknown(section, origin, KEYS.iter().map(|(name, _)| *name)))?;
        for key in value.as_table().into_iter().flat_map(Table::keys) {
            if !keys.iter().any(|(known, _)| known == key) {
                let name = format!("{section}.{key}");
                let known: Vec<String> = keys.iter().map(|(known, _)| format!("{section}.{known}")).collect();
                return Err(unknown(&name, origin, known.iter().map(String::as_str)));
            }
        }
    }
    Ok(())
}

fn section_keys(section: &str) -> Option<&'static [(&'static str, Shape)]> {
    KEYS.iter().find(|(name, _)| *name == section).map(|(_, keys)| *keys)
}

fn unknown<'k>(name: &str, origin: &str, known: impl Iterator<Item = &'k str>) -> ConfigError {
    let nearest = known.min_by_key(|known| strsim::damerau_levenshtein(known, name)).unwrap_or_default();
    ConfigError::Unknown { name: name.to_owned(), origin: origin.to_owned(), nearest: nearest.to_owned() }
}

fn merge_variable(table: &mut Table, variable: &str, path: &str, value: &str) -> Result<(), ConfigError> {
    // Variables of this prefix without the double underscore belong to tools around Backshell, not to it.
    let Some((section, key)) = path.split_once("__") else {
        let meant = KEYS.iter().flat_map(|(section, keys)| keys.iter().map(move |(key, _)| (section, key)));
        let meant = meant.filter(|(section, key)| format!("{section}_{key}").eq_ignore_ascii_case(path));
        return match meant.map(|(section, key)| format!("{ENVIRONMENT_PREFIX}{section}__{key}").to_uppercase()).next() {
            None => Ok(()),
            Some(meant) => Err(unknown(variable, "the environment", std::iter::once(meant.as_str()))),
        };
    };
    let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
    let shape = section_keys(&section).and_then(|keys| keys.iter().find(|(known, _)| *known == key));
    let Some((_, shape)) = shape else {
        let known: Vec<String> = KEYS
            .iter()
            .flat_map(|(section, keys)| keys.iter().map(move |(key, _)| format!("{section}__{key}")))
            .map(|name| format!("{ENVIRONMENT_PREFIX}{}", name.to_ascii_uppercase()))
            .collect();
        return Err(unknown(variable, "the environment", known.iter().map(String::as_str)));
    };
    let invalid = |wanted: &str| ConfigError::Invalid {
        origin: variable.to_owned(),
        message: format!("`{}` is no {wanted}", value.chars().take(80).collect::<String>()),
    };
    let value = match shape {
        Shape::Text => Value::String(value.to_owned()),
        Shape::Number => Value::Integer(value.trim().parse().map_err(|_| invalid("whole number"))?),
        Shape::Switch => Value::Boolean(value.trim().parse().map_err(|_| invalid("`true` or `false`"))?),
        Shape::List => Value::Array(
            value
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.into()))
                .collect(),
        ),
    };
    match table.entry(section).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(section) => {
            section.insert(key, value);
            Ok(())
        }
        _ => Err(invalid("setting, because its section is no table in the file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::from_parts(Some(("backshell.toml", text)), variables).map_err(|error| error.to_string())
    }

    #[test]
    fn environment_wins_over_file() {
        let config = from(
            "[cell]\nregion = \"eastus\"\n[gateway]\nworkers = 4",
            &[
                ("BACKSHELL_CELL__REGION", "northeurope"),
                ("BACKSHELL_INFRASTRUCTURE__INTERNAL_HOSTS", "a.example.com, b.example.com"),
                ("BACKSHELL_LEDGER__MODE", "relaxed"),
                ("BACKSHELL_CORPUS", "ignored"),
            ],
        )
        .unwrap();
        assert_eq!(config.cell.region, "northeurope");
        assert_eq!(config.gateway.workers.unwrap().get(), 4);
        assert_eq!(config.infrastructure.internal_hosts, ["a.example.com", "b.example.com"]);
        assert_eq!(config.ledger.mode, LedgerMode::Relaxed);
    }

    #[test]
    fn unknown_names_are_errors_with_the_nearest_known_one() {
        for (text, nearest) in [
            ("[gatway]\nlisten = \"127.0.0.1:1\"", "`gateway`"),
            ("[cell]\nregoin = \"eastus\"", "`cell.region`"),
            // What it was called while it held for the whole node.
            ("[upstream]\nextra_authorities = \"ca.pem\"", "`upstream.environment_authorities`"),
        ] {
            let message = from(text, &[]).unwrap_err();
            assert!(message.contains(nearest), "{message}");
        }
        let message = from("", &[("BACKSHELL_CELL_REGION", "eastus")]).unwrap_err();
        assert!(message.contains("`BACKSHELL_CELL__REGION`"), "{message}");
        let message = from("", &[("BACKSHELL_GATEWAY__LISTN", "x")]).unwrap_err();
        assert!(message.contains("`BACKSHELL_GATEWAY__LISTEN`"), "{message}");
    }

    #[test]
    fn wrong_values_are_errors_with_their_place() {
        let message = from("[gateway]\nlisten = 5", &[]).unwrap_err();
        assert!(message.contains("listen"), "{message}");
        assert!(from("[gateway", &[]).unwrap_err().contains("line 1"));
        assert!(from("", &[("BACKSHELL_GATEWAY__WORKERS", "many")]).unwrap_err().contains("whole number"));
    }

    #[test]
    fn listeners_without_tls_stay_on_loopback() {
        assert!(from("[gateway]\nlisten = \"0.0.0.0:8780\"", &[]).unwrap_err().contains("without TLS"));
        assert!(from("[console]\nlisten = \"0.0.0.0:8781\"", &[]).unwrap_err().contains("without TLS"));
        assert!(from("[gateway]\nlisten = \"0.0.0.0:8780\"\nbehind_tls_proxy = true", &[]).is_ok());
        assert!(from("[gateway]\ntls_key = \"k.pem\"", &[]).unwrap_err().contains("together"));
    }

    #[test]
    fn retention_has_limits() {
        let of = |text: &str| from(&format!("[ledger]\n{text}"), &[]).map(|config| config.ledger.retention());
        assert_eq!(of("").unwrap(), Retention { calls_days: 90, audit_days: 400 });
        assert_eq!(of("retention_days = 30").unwrap().calls_days, 30);
        assert!(of("retention_days = 0").unwrap_err().contains("1 to 3650 days"));
        assert!(of("retention_days_refusals = 3651").unwrap_err().contains("1 to 3650 days"));
        assert!(of("retention_days = 401").unwrap_err().contains("at least as many days"));
        assert!(of("retention_days = -1").is_err());
    }

    #[test]
    fn verification_has_limits() {
        let of = |text: &str| from(&format!("[verification]\n{text}"), &[]).map(|config| config.verification);
        let default = of("").unwrap();
        assert_eq!(
            (default.connect, default.dns_hours, default.certificate_hours, default.place_hours),
            (true, 24, 24, 24)
        );
        assert_eq!(of("dns_hours = 6").unwrap().dns_hours, 6);
        assert_eq!(default.availability_hours, 24);
        assert!(of("availability_hours = 0").unwrap_err().contains("1 to 720 hours"));
        assert!(of("place_hours = 0").unwrap_err().contains("1 to 720 hours"));
        assert!(of("certificate_hours = 721").unwrap_err().contains("1 to 720 hours"));
        assert_eq!(of("publication = \"require\"").unwrap().publication, Publication::Require);
        assert!(of("publication = \"require\"\nconnect = false").unwrap_err().contains("nothing could be published"));
        assert!(of("publication = \"always\"").is_err());
        assert!(of("contact = \"mailto:ops@example.com\"").is_ok());
        assert!(of("contact = \"a b\"").unwrap_err().contains("verification.contact"));
    }

    #[test]
    fn what_the_organisation_says_is_checked() {
        let text = "[organisation]\nname = \"Works\"\nrole = \"processor\"\npurposes = [\"crm=customer care\"]";
        assert_eq!(from(text, &[]).unwrap().organisation.read().unwrap().name.as_deref(), Some("Works"));
        for (text, words) in
            [("purposes = [\"care\"]", "does not say what it is about"), ("role = \"owner\"", "no role")]
        {
            let message = from(&format!("[organisation]\n{text}"), &[]).unwrap_err();
            assert!(message.contains(words) && message.contains("`[organisation]`"), "{message}");
        }
    }

    #[test]
    fn every_key_is_documented() {
        let page = include_str!("../../../docs/configuration.md");
        for (section, keys) in KEYS {
            for (key, _) in *keys {
                assert!(page.contains(&format!("`{section}.{key}`")), "docs/configuration.md lacks `{section}.{key}`");
            }
        }
    }

    #[test]
    fn every_key_can_come_from_the_environment() {
        for (section, keys) in KEYS {
            for (key, shape) in *keys {
                let value = match (*section, *key, shape) {
                    (_, "listen", _) => "127.0.0.1:9000",
                    (_, "mode", _) => "strict",
                    (_, "publication", _) => "measure",
                    (_, "tls_certificate" | "tls_key" | "attestation", _) => continue,
                    ("organisation", "role", _) => "both",
                    ("organisation", _, Shape::List) => "*=text, crm=more text",
                    (_, _, Shape::Text | Shape::List) => "text",
                    (_, "retention_days_refusals", _) => "700",
                    (_, _, Shape::Number) => "7",
                    (_, _, Shape::Switch) => "true",
                };
                let name = format!("BACKSHELL_{section}__{key}").to_uppercase();
                let result = from("", &[(name.as_str(), value)]);
                assert!(result.is_ok(), "{name}: {result:?}");
            }
        }
    }
}
