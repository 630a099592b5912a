//! What is known about places, read from files in the formats their publishers use: one file here per kind.
//!
//! [`Source::read`] reads one file, whole or not at all; [`EvidenceBase`] puts many together and answers for addresses.
//! Nothing here opens a file or asks for the time.

mod aws;
mod azure;
mod base;
mod cdn;
mod damage;
mod declaration;
mod gcp;
mod geoip;
mod prefix;
mod ranges;
mod round_trip;

pub use base::EvidenceBase;
pub use damage::Damaged;
pub use declaration::{Declaration, DeclaredHost, DomainKey, SubProcessor, claimed_domain};
pub use round_trip::RoundTrips;

use crate::endpoint::EvidenceId;
use crate::grade::Ranged;
use backshell_model::{Timestamp, hex};
use geoip::GeoIp;
use ipnet::IpNet;
use prefix::Prefix;
use std::collections::BTreeMap;
use std::fmt;

/// The largest evidence file that is read, bytes. The largest that is published is a GeoIP database of cities with
/// about 70 MB.
pub const MAX_FILE: u64 = 256 * 1024 * 1024;

/// A published time may lie this far in the future: clocks differ.
const AHEAD_SECS: i64 = 86_400;

/// The kinds of evidence that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// AWS `ip-ranges.json`.
    Aws,
    /// Azure service tags of one cloud.
    Azure,
    /// Google `cloud.json`.
    Gcp,
    /// Google `goog.json`.
    Goog,
    /// A GeoIP database in MaxMind DB format.
    GeoIp,
    /// A signed declaration of a service's operator.
    Declaration,
    /// Published ranges of a content delivery network.
    Cdn,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Aws, Self::Azure, Self::Gcp, Self::Goog, Self::GeoIp, Self::Declaration, Self::Cdn];

    /// The word for it on the command line and in evidence ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Gcp => "gcp",
            Self::Goog => "goog",
            Self::GeoIp => "geoip",
            Self::Declaration => "declaration",
            Self::Cdn => "cdn",
        }
    }

    /// The kind that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The rank of trust, 1 to 4; lower is better.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Declaration => 1,
            Self::Aws | Self::Azure | Self::Gcp | Self::Goog | Self::Cdn => 2,
            Self::GeoIp => 4,
        }
    }

    /// How old it may be, days; a declaration says so itself.
    pub const fn limit_days(self) -> Option<i64> {
        match self {
            Self::Aws | Self::Azure | Self::Gcp | Self::Goog | Self::Cdn => Some(14),
            Self::GeoIp => Some(35),
            Self::Declaration => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What identifies one imported file, and how long it may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceInfo {
    /// Its kind.
    pub kind: Kind,
    /// Its name among the imported files; a file of the same name is replaced.
    pub name: String,
    /// Kind and digest, as records name it.
    pub id: EvidenceId,
    /// When it was published, as far as it says so, else when it was imported.
    pub dated: Timestamp,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// When it begins to count.
    pub from: Timestamp,
    /// From then on it is stale.
    pub until: Timestamp,
    /// What is in it, for people.
    pub about: String,
    /// Regions it names that are in no table, with the number of their ranges: addresses there are at no known place.
    pub unknown: BTreeMap<String, usize>,
}

impl SourceInfo {
    /// Whether it is too old, or holds not yet.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now < self.from || self.until <= now
    }
}

/// One imported file.
#[derive(Debug)]
pub struct Source {
    info: SourceInfo,
    dates_itself: bool,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Ranges(Ranges),
    GeoIp(Box<GeoIp>),
    Declaration(Box<Declaration>),
}

impl Source {
    /// Reads a file of the kind it is said to be. `key` is the key of a declaration's domain. The whole file is checked;
    /// what is damaged is not used in part.
    pub fn read(kind: Kind, bytes: Vec<u8>, imported_at: Timestamp, key: Option<&DomainKey>) -> Result<Self, Damaged> {
        if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_FILE) {
            return Err(Damaged::new(kind, "its end", format!("it is longer than {MAX_FILE} bytes")));
        }
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        let digits = hex(digest.as_ref());
        let read = match kind {
            Kind::Aws => aws::read(&bytes),
            Kind::Azure => azure::read(&bytes),
            Kind::Gcp => gcp::read(&bytes),
            Kind::Goog => gcp::read_all(&bytes),
            Kind::Cdn => cdn::read(&bytes),
            Kind::GeoIp => GeoIp::read(bytes),
            Kind::Declaration => declaration::read(&bytes, key),
        }?;
        if let Body::Ranges(ranges) = &read.body
            && ranges.is_empty()
        {
            return Err(Damaged::new(kind, "the file as a whole", "no range stands in it"));
        }
        let dated = read.published.unwrap_or(imported_at);
        if dated > imported_at.plus_secs(AHEAD_SECS) && kind != Kind::Declaration {
            return Err(Damaged::new(kind, "its date", "it was published in the future"));
        }
        if let Body::Declaration(declaration) = &read.body
            && declaration.signed_at.is_some_and(|at| at > imported_at.plus_secs(AHEAD_SECS))
        {
            return Err(Damaged::new(kind, "`iat`", "it was signed in the future"));
        }
        let (from, until) = match &read.body {
            Body::Declaration(declaration) => (declaration.from, declaration.until),
            _ => {
                let days = kind.limit_days().unwrap_or(0);
                (dated.plus_secs(-AHEAD_SECS), dated.plus_secs(days.saturating_mul(86_400)))
            }
        };
        let unknown = match &read.body {
            Body::Ranges(ranges) => ranges.unknown.clone(),
            _ => BTreeMap::new(),
        };
        let id = EvidenceId::new(&format!("{kind}:{digits}"));
        let info =
            SourceInfo { kind, name: read.name, id, dated, imported_at, from, until, about: read.about, unknown };
        Ok(Self { info, dates_itself: read.published.is_some(), body: read.body })
    }

    /// The declaration, when it is one.
    pub fn declaration(&self) -> Option<&Declaration> {
        if let Body::Declaration(declaration) = &self.body { Some(declaration) } else { None }
    }

    /// Gives it another name, for kinds of which there may be several.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.info.name);
        self
    }

    /// Whether the file says itself when it was published.
    pub fn dates_itself(&self) -> bool {
        self.dates_itself
    }

    /// Dates a file that does not say itself when it was published.
    #[must_use]
    pub fn published(mut self, at: Timestamp) -> Self {
        if !self.dates_itself && at <= self.info.imported_at.plus_secs(AHEAD_SECS) {
            let days = self.info.kind.limit_days().unwrap_or(0);
            self.info.dated = at;
            self.info.from = at.plus_secs(-AHEAD_SECS);
            self.info.until = at.plus_secs(days.saturating_mul(86_400));
        }
        self
    }

    /// What identifies it.
    pub fn info(&self) -> &SourceInfo {
        &self.info
    }
}

/// What a reader returns.
struct Read {
    published: Option<Timestamp>,
    name: String,
    about: String,
    body: Body,
}

impl Read {
    fn ranges(published: Option<Timestamp>, name: &str, ranges: Ranges) -> Self {
        let count = ranges.decisive.len().saturating_add(ranges.rest.len());
        Self { published, name: name.to_owned(), about: format!("{count} ranges"), body: Body::Ranges(ranges) }
    }

    fn geoip(built: Timestamp, geoip: GeoIp, about: String) -> Self {
        Self { published: Some(built), name: "geoip".to_owned(), about, body: Body::GeoIp(Box::new(geoip)) }
    }

    fn declaration(declaration: Declaration) -> Self {
        Self {
            published: Some(declaration.from),
            name: declaration.domain.to_string(),
            about: format!("{} of {}, {} hosts", declaration.service, declaration.domain, declaration.hosts.len()),
            body: Body::Declaration(Box::new(declaration)),
        }
    }
}

/// The ranges of one file.
#[derive(Debug, Default)]
struct Ranges {
    /// Longest prefix decides.
    decisive: Vec<(IpNet, Ranged)>,
    /// Shared by many places; counts only for addresses in no other range.
    rest: Vec<IpNet>,
    unknown: BTreeMap<String, usize>,
}

impl Ranges {
    /// Adds a range. What is at a place in no table is at no known place.
    fn add<'n>(&mut self, prefix: Prefix, says: Option<Ranged>, name: impl FnOnce() -> &'n str) {
        self.decisive.push((prefix.0, says.unwrap_or(Ranged::Shared)));
        if says.is_none() {
            let name: String = name().chars().take(60).collect();
            let count = self.unknown.entry(name).or_default();
            *count = count.saturating_add(1);
        }
    }

    fn add_shared(&mut self, prefix: Prefix) {
        self.rest.push(prefix.0);
    }

    fn is_empty(&self) -> bool {
        self.decisive.is_empty() && self.rest.is_empty()
    }
}

/// The time that a token says, in units of which there are `per_second`.
fn published_secs(kind: Kind, field: &str, token: &str, per_second: i64) -> Result<Timestamp, Damaged> {
    let number: Option<i64> = token.parse().ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| {
        let shown: String = token.chars().take(40).collect();
        Damaged::new(kind, format!("`{field}`"), format!("`{shown}` is no time"))
    })?;
    Ok(Timestamp::from_secs(number.checked_div(per_second).unwrap_or(0)))
}
