//! What was measured about one host. Plain data: nothing here judges, and nothing here measures.

mod certificate;
mod tls;

pub use certificate::{Certificate, Chain, Key, LogId, PathFailure, Revocation, SignatureHash, Staple, TrustedPath};
pub use tls::{Alpn, Handshake, ProtocolVersion, Tls, every_group, every_suite, group_name, suite_name};

use crate::hosts::Endpoint;
use backshell_model::{HostName, HostPort, Timestamp};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// A measurement, or why there is none.
pub type Measured<T> = Result<T, NotMeasured>;

/// Why something was not measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotMeasured(String);

impl NotMeasured {
    /// Not measured, for this reason: lower case, no full stop.
    pub fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.0
    }
}

/// The reason of what takes minutes and is measured after the rest. It stands in stored reports and is looked for there, so it
/// stays as it is, to the letter.
pub const PENDING: &str = "measured after publication: 20 requests over 10 minutes, and then this report is completed";

impl NotMeasured {
    /// Not measured yet: it takes minutes, and a job measures it after the rest.
    pub fn pending() -> Self {
        Self(PENDING.to_owned())
    }
}

impl fmt::Display for NotMeasured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything that is known about one host when the bars are judged.
#[derive(Clone, Debug)]
pub struct Facts {
    /// When it was measured.
    pub at: Timestamp,
    /// The host, and where it is named.
    pub endpoint: Endpoint,
    /// The other hosts of the package.
    pub siblings: Vec<HostPort>,
    /// The suffixes of the patterns that the package declares: its hosts lie one label below them.
    pub patterns: Vec<HostName>,
    /// What the name servers said.
    pub names: Measured<Names>,
    /// The addresses, each with why it is never an endpoint, if so.
    pub addresses: Measured<Vec<(IpAddr, Option<String>)>>,
    /// Where the host is, and where it was promised to be.
    pub place: Measured<Located>,
    /// What the host speaks.
    pub tls: Measured<Tls>,
    /// The certificates that it sent.
    pub chain: Measured<Chain>,
    /// Its answer to one request.
    pub answer: Measured<Answer>,
    /// Its answers to a series of requests.
    pub series: Measured<Series>,
    /// Who proved to control it.
    pub ownership: Measured<Ownership>,
    /// What the operator's lists say.
    pub standing: Standing,
}

/// What the name servers said about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// What each resolver answered.
    pub answers: Vec<ResolverAnswer>,
    /// The aliases that were followed, in order; the last is the name that has the addresses.
    pub aliases: Vec<HostName>,
    /// Whether the last alias leads to a name that does not exist: whoever registers it takes the host over.
    pub dangling: bool,
    /// Whether the aliases cannot be followed: they loop, are too many, or lead over a name that is never public.
    pub broken: bool,
}

/// The answer of one resolver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolverAnswer {
    /// Which one, for people.
    pub resolver: String,
    /// The addresses, none when the name has none, or why there was no answer.
    pub addresses: Result<Vec<IpAddr>, String>,
    /// How long it took.
    pub took: Duration,
}

/// Where a host is, and where it was promised to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The regions that the evidence names; empty when it names none.
    pub regions: Vec<String>,
    /// The grade of the evidence.
    pub grade: String,
    /// The regions that were promised.
    pub promised: Vec<String>,
}

/// The answer to one request without credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: String,
    /// The status.
    pub status: u16,
    /// `Strict-Transport-Security`, each time it was sent.
    pub hsts: Vec<String>,
    /// `Location` of a status from 300 to 399.
    pub location: Option<String>,
    /// `Upgrade`, if it was sent.
    pub upgrade: Option<String>,
    /// What in headers and the first 64 KiB of the body says more than it should: what it is, never the text itself.
    pub leaks: Vec<String>,
}

/// Answers to requests over a while.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// One entry for each request, in order.
    pub requests: Vec<Sample>,
    /// Over how long they were sent.
    pub over: Duration,
    /// Whether the host asked to stop (status 429).
    pub stopped: bool,
}

/// One request of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The status, or why there was none.
    pub status: Result<u16, String>,
    /// From the start to the end of the TLS handshake; `None` when it was not reached.
    pub connected: Option<Duration>,
    /// From the end of the handshake to the first byte; `None` when there was none.
    pub first_byte: Option<Duration>,
}

/// Who proved to control a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// The publisher proved it.
    Proven {
        /// How: `dns` or `file`.
        method: String,
        /// When the proof was seen last.
        at: Timestamp,
    },
    /// The owner's consent is on file.
    Consent {
        /// Who approved it, and which document.
        reference: String,
    },
    /// Neither.
    Neither,
}

/// What the operator's lists say about a host.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The entry of the blocked list that the host is on, if any.
    pub blocked: Measured<Option<String>>,
    /// The day on which the host's domain was registered, if it is listed.
    pub registered: Measured<Option<Timestamp>>,
}
