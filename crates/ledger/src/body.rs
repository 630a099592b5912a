//! The JSON of a record.
//!
//! One record is one JSON object without white space. Its keys stand in the order of the structs below, a key without
//! value is left out, and times are RFC 3339 in UTC with six decimals: one record has one text. `v` counts up when the
//! shape changes; old rows keep their shape, because their hash covers it.

use crate::chain::{self, sha256};
use crate::error::LedgerError;
use crate::record::{ActRecord, BoundaryOutcome, CompletionRecord, DecisionRecord, Outcome, RefusalRecord};
use backshell_model::{CallId, ConnectionId, EnvironmentId, Random, Timestamp, TokenId};
use backshell_store::{LedgerRow, Pseudonym};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::fmt::Display;
use std::net::SocketAddr;

const SHAPE: u8 = 1;

/// The kind of a decision.
pub(crate) const DECISION: &str = "decision";

/// The kind of a completion.
pub(crate) const COMPLETION: &str = "completion";

/// A decision: `kind` is `decision`.
#[derive(Serialize)]
struct Decision<'a> {
    v: u8,
    at: At,
    #[serde(serialize_with = "text")]
    call: CallId,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    user: &'a str,
    app: &'a str,
    #[serde(serialize_with = "text")]
    token: TokenId,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_text")]
    environment: Option<EnvironmentId>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_text")]
    connection: Option<ConnectionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connector: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_text")]
    version: Option<&'a backshell_model::PackageDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a str>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    policies: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    home: Option<&'a str>,
    cell: &'a str,
    cell_region: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    boundary: Option<Boundary<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "<[SocketAddr]>::is_empty")]
    addresses: &'a [SocketAddr],
}

#[derive(Serialize)]
struct Boundary<'a> {
    row: &'a str,
    reason: &'a str,
    grade: &'a str,
    notice: bool,
}

/// How a decided call went: `kind` is `completion`.
#[derive(Serialize)]
struct Completion<'a> {
    v: u8,
    at: At,
    #[serde(serialize_with = "text")]
    call: CallId,
    ended: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    upstream_ms: u64,
    bytes_in: u64,
    bytes_out: u64,
}

/// An administrative act: `kind` is `act`.
#[derive(Serialize)]
struct Act<'a> {
    v: u8,
    at: At,
    act: &'a str,
    subject: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_text")]
    token: Option<TokenId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whom: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_text")]
    environment: Option<EnvironmentId>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    policies: &'a [&'a str],
    #[serde(skip_serializing_if = "<[(&str, &str)]>::is_empty", serialize_with = "pairs")]
    details: &'a [(&'a str, &'a str)],
}

/// Refusals of callers who did not prove who they are, counted per minute: `kind` is `refusals`.
#[derive(Serialize)]
struct Refusals<'a> {
    v: u8,
    /// When the minute began.
    at: At,
    code: &'a str,
    count: u64,
}

/// The first record: `kind` is `genesis`.
#[derive(Serialize)]
struct Genesis<'a> {
    v: u8,
    at: At,
    nonce: &'a str,
}

/// The row of a call that may be sent.
pub(crate) fn decision(at: Timestamp, record: &DecisionRecord<'_>, user: &Pseudonym) -> Result<LedgerRow, LedgerError> {
    let body = Decision {
        v: SHAPE,
        at: At(at),
        call: record.call,
        outcome: Outcome::Allowed.as_str(),
        code: None,
        reason: None,
        user: user.as_str(),
        app: record.who.app.as_str(),
        token: record.who.token,
        environment: Some(record.environment),
        connection: Some(record.connection),
        connector: Some(record.connector.as_str()),
        version: Some(record.version),
        operation: Some(record.operation.as_str()),
        policies: &record.policies,
        home: Some(record.home.as_str()),
        cell: record.cell.name,
        cell_region: record.cell.region.as_str(),
        boundary: Some(boundary(&record.boundary)),
        host: Some(record.host.as_str()),
        addresses: record.addresses,
    };
    row(DECISION, at, Some(record.environment), &body)
}

/// The row of a call that was refused to an identified caller.
pub(crate) fn refusal(at: Timestamp, record: &RefusalRecord<'_>, user: &Pseudonym) -> Result<LedgerRow, LedgerError> {
    let body = Decision {
        v: SHAPE,
        at: At(at),
        call: record.call,
        outcome: Outcome::Refused.as_str(),
        code: Some(record.code),
        reason: record.reason,
        user: user.as_str(),
        app: record.who.app.as_str(),
        token: record.who.token,
        environment: record.environment,
        connection: record.connection,
        connector: record.connector.map(backshell_model::ConnectorSlug::as_str),
        version: record.version,
        operation: record.operation.map(backshell_model::OperationId::as_str),
        policies: &record.policies,
        home: record.home.map(backshell_model::Region::as_str),
        cell: record.cell.name,
        cell_region: record.cell.region.as_str(),
        boundary: record.boundary.as_ref().map(boundary),
        host: record.host.map(backshell_model::HostName::as_str),
        addresses: record.addresses,
    };
    row(DECISION, at, record.environment, &body)
}

/// The row of a completion.
pub(crate) fn completion(at: Timestamp, record: &CompletionRecord) -> Result<LedgerRow, LedgerError> {
    let body = Completion {
        v: SHAPE,
        at: At(at),
        call: record.call,
        ended: record.ended.as_str(),
        status: record.status,
        code: record.code,
        upstream_ms: record.upstream_ms,
        bytes_in: record.bytes_in,
        bytes_out: record.bytes_out,
    };
    row(COMPLETION, at, Some(record.environment), &body)
}

/// The row of an administrative act.
pub(crate) fn act(
    at: Timestamp,
    record: &ActRecord<'_>,
    user: Option<&Pseudonym>,
    whom: Option<&Pseudonym>,
) -> Result<LedgerRow, LedgerError> {
    let body = Act {
        v: SHAPE,
        at: At(at),
        act: record.act,
        subject: record.subject,
        outcome: record.outcome.as_str(),
        user: user.map(Pseudonym::as_str),
        app: record.who.map(|who| who.app.as_str()),
        token: record.who.map(|who| who.token),
        whom: whom.map(Pseudonym::as_str),
        environment: record.environment,
        policies: &record.policies,
        details: &record.details,
    };
    row("act", at, record.environment, &body)
}

/// The row that counts unauthenticated refusals with one code in the minute that began at `minute`.
pub(crate) fn refusals(minute: Timestamp, code: &str, count: u64) -> Result<LedgerRow, LedgerError> {
    row("refusals", minute, None, &Refusals { v: SHAPE, at: At(minute), code, count })
}

/// The first row of a new chain.
pub(crate) fn genesis(at: Timestamp, random: &dyn Random) -> Result<LedgerRow, LedgerError> {
    let nonce = random_hex(random);
    row(chain::GENESIS, at, None, &Genesis { v: SHAPE, at: At(at), nonce: &nonce })
}

/// 128 random bits as 32 hexadecimal digits.
pub(crate) fn random_hex(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// A row that is complete but for its place in the chain.
fn row(
    kind: &str,
    at: Timestamp,
    environment: Option<EnvironmentId>,
    body: &impl Serialize,
) -> Result<LedgerRow, LedgerError> {
    let body = serde_json::to_string(body).map_err(|error| LedgerError::Record { cause: error.to_string().into() })?;
    Ok(LedgerRow {
        seq: 0,
        at,
        kind: kind.to_owned(),
        environment: environment.map(|environment| environment.to_string()),
        body_hash: sha256(body.as_bytes()),
        body: Some(body),
        hash: [0; 32],
    })
}

fn boundary<'a>(outcome: &BoundaryOutcome<'a>) -> Boundary<'a> {
    Boundary { row: outcome.row, reason: outcome.reason, grade: outcome.grade, notice: outcome.notice }
}

/// A time as RFC 3339 in UTC with six decimals.
#[derive(Clone, Copy)]
pub(crate) struct At(pub(crate) Timestamp);

impl Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0.as_micros()) {
            Ok(at) => write!(f, "{at:.6}"),
            // Beyond the year 9999; a number is still a time.
            Err(_) => write!(f, "{}", self.0.as_micros()),
        }
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn some_text<S: Serializer>(value: &Option<impl Display>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

fn pairs<S: Serializer>(pairs: &[(&str, &str)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (name, value) in pairs {
        map.serialize_entry(name, value)?;
    }
    map.end()
}
