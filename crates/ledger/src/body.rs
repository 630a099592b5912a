//! The JSON of a record.
//!
//! One record is one JSON object without white space. Its keys stand in the order of the structs below, a key without
//! value is left out, and times are RFC 3339 in UTC with six decimals: one record has one text. `v` counts up when the
//! shape changes; old rows keep their shape, because their hash covers it.

use crate::chain::{self, sha256};
use crate::error::LedgerError;
use crate::record::{ActRecord, BoundaryOutcome, CompletionRecord, DecisionRecord, Outcome, RefusalRecord};
use backshell_boundary::CellInside;
use backshell_model::{CallId, ConnectionId, EnvironmentId, GrantId, PackageDigest, Random, Timestamp, TokenId};
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
struct DecisionBody<'a> {
    v: u8,
    at: At,
    call: Text<CallId>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    user: &'a str,
    app: &'a str,
    token: Text<TokenId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Text<EnvironmentId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<Text<ConnectionId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connector: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Text<&'a PackageDigest>>,
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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    conflict: bool,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    places: &'a [&'a str],
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    evidence: &'a [&'a str],
    #[serde(skip_serializing_if = "<[GrantId]>::is_empty", serialize_with = "texts")]
    grants: &'a [GrantId],
}

/// How a decided call went: `kind` is `completion`.
#[derive(Serialize)]
struct CompletionBody<'a> {
    v: u8,
    at: At,
    call: Text<CallId>,
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
struct ActBody<'a> {
    v: u8,
    at: At,
    act: &'a str,
    subject: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Text<TokenId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whom: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Text<EnvironmentId>>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    policies: &'a [&'a str],
    #[serde(skip_serializing_if = "<[(&str, &str)]>::is_empty", serialize_with = "pairs")]
    details: &'a [(&'a str, &'a str)],
}

/// Refusals of callers who did not prove who they are, counted per minute: `kind` is `refusals`.
#[derive(Serialize)]
struct RefusalsBody<'a> {
    v: u8,
    /// When the minute began.
    at: At,
    code: &'a str,
    count: u64,
}

/// The first record: `kind` is `genesis`.
#[derive(Serialize)]
struct GenesisBody<'a> {
    v: u8,
    at: At,
    nonce: &'a str,
}

/// The pseudonyms of whoever calls or acts.
pub(crate) struct Names {
    /// The user's.
    pub(crate) user: Pseudonym,
    /// That of whoever made the token, when that was not the user.
    pub(crate) issuer: Option<Pseudonym>,
}

/// The row of a call that may be sent.
pub(crate) fn decision(at: Timestamp, record: &DecisionRecord<'_>, who: &Names) -> Result<LedgerRow, LedgerError> {
    let body = DecisionBody {
        v: SHAPE,
        at: At(at),
        call: Text(record.call),
        outcome: Outcome::Allowed.as_str(),
        code: None,
        reason: None,
        user: who.user.as_str(),
        app: record.who.app.as_str(),
        token: Text(record.who.token),
        issued_by: who.issuer.as_ref().map(Pseudonym::as_str),
        environment: Some(Text(record.inside.environment())),
        connection: Some(Text(record.connection)),
        connector: Some(record.connector.as_str()),
        version: Some(Text(record.version)),
        operation: Some(record.operation.as_str()),
        policies: &record.policies,
        home: Some(record.home.as_str()),
        cell: record.cell.name,
        cell_region: record.cell.region.as_str(),
        boundary: Some(boundary(&record.boundary)),
        host: Some(record.host.as_str()),
        addresses: record.addresses,
    };
    row(DECISION, at, Some(record.inside.environment()), &body)
}

/// The row of a call that was refused to an identified caller.
pub(crate) fn refusal(at: Timestamp, record: &RefusalRecord<'_>, who: &Names) -> Result<LedgerRow, LedgerError> {
    let body = DecisionBody {
        v: SHAPE,
        at: At(at),
        call: Text(record.call),
        outcome: Outcome::Refused.as_str(),
        code: Some(record.code),
        reason: record.reason,
        user: who.user.as_str(),
        app: record.who.app.as_str(),
        token: Text(record.who.token),
        issued_by: who.issuer.as_ref().map(Pseudonym::as_str),
        environment: record.inside.map(|inside| Text(inside.environment())),
        connection: record.connection.map(Text),
        connector: record.connector.map(backshell_model::ConnectorSlug::as_str),
        version: record.version.map(Text),
        operation: record.operation.map(backshell_model::OperationId::as_str),
        policies: &record.policies,
        home: record.home.map(backshell_model::Region::as_str),
        cell: record.cell.name,
        cell_region: record.cell.region.as_str(),
        boundary: record.boundary.as_ref().map(boundary),
        host: record.host.map(backshell_model::HostName::as_str),
        addresses: record.addresses,
    };
    row(DECISION, at, record.inside.map(CellInside::environment), &body)
}

/// The row of a completion.
pub(crate) fn completion(at: Timestamp, record: &CompletionRecord) -> Result<LedgerRow, LedgerError> {
    let body = CompletionBody {
        v: SHAPE,
        at: At(at),
        call: Text(record.call),
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
    who: Option<&Names>,
    whom: Option<&Pseudonym>,
) -> Result<LedgerRow, LedgerError> {
    let body = ActBody {
        v: SHAPE,
        at: At(at),
        act: record.act,
        subject: record.subject,
        outcome: record.outcome.as_str(),
        user: who.map(|who| who.user.as_str()),
        app: record.who.map(|who| who.app.as_str()),
        token: record.who.map(|who| Text(who.token)),
        issued_by: who.and_then(|who| who.issuer.as_ref()).map(Pseudonym::as_str),
        whom: whom.map(Pseudonym::as_str),
        environment: record.environment.map(Text),
        policies: &record.policies,
        details: &record.details,
    };
    row("act", at, record.environment, &body)
}

/// The row that counts unauthenticated refusals with one code in the minute that began at `minute`.
pub(crate) fn refusals(minute: Timestamp, code: &str, count: u64) -> Result<LedgerRow, LedgerError> {
    row("refusals", minute, None, &RefusalsBody { v: SHAPE, at: At(minute), code, count })
}

/// The first row of a new chain.
pub(crate) fn genesis(at: Timestamp, random: &dyn Random) -> Result<LedgerRow, LedgerError> {
    let nonce = random_hex(random);
    row(chain::GENESIS, at, None, &GenesisBody { v: SHAPE, at: At(at), nonce: &nonce })
}

/// 128 random bits as 32 hexadecimal digits.
pub(crate) fn random_hex(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// A row that is complete but for its place in the chain.
fn row(
    kind: &'static str,
    at: Timestamp,
    environment: Option<EnvironmentId>,
    body: &impl Serialize,
) -> Result<LedgerRow, LedgerError> {
    let defect = |error: &dyn Display| LedgerError::Record { cause: error.to_string().into() };
    let mut text = Vec::with_capacity(if kind == DECISION { 1_024 } else { 256 });
    serde_json::to_writer(&mut text, body).map_err(|error| defect(&error))?;
    let body = String::from_utf8(text).map_err(|error| defect(&error))?;
    Ok(LedgerRow {
        seq: 0,
        at,
        kind: kind.into(),
        environment: environment.map(|environment| environment.to_string()),
        body_hash: sha256(body.as_bytes()),
        body: Some(body),
        hash: [0; 32],
    })
}

fn boundary<'a>(outcome: &'a BoundaryOutcome<'a>) -> Boundary<'a> {
    Boundary {
        row: outcome.row,
        reason: outcome.reason,
        grade: outcome.grade,
        notice: outcome.notice,
        conflict: outcome.conflict,
        places: &outcome.places,
        evidence: &outcome.evidence,
        grants: &outcome.grants,
    }
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

/// A value that is written as its text form.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn texts<S: Serializer>(values: &[impl Display], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(Text))
}

fn pairs<S: Serializer>(pairs: &[(&str, &str)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (name, value) in pairs {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{CellName, Ended, Who};
    use backshell_boundary::{AllowedSet, CellIdentity, cell_decision};
    use backshell_model::{AppName, Boundary, ConnectorSlug, HostName, OperationId, Region, UserId};
    use backshell_testkit::SeededRandom;

    fn body(row: LedgerRow) -> String {
        assert_eq!(sha256(row.body.clone().unwrap().as_bytes()), row.body_hash);
        row.body.unwrap()
    }

    #[test]
    fn one_record_has_one_text() {
        let random = SeededRandom::new(1);
        let at = Timestamp::from_micros(1_700_000_000_000_010);
        let call = CallId::generate(at, &random);
        let environment = EnvironmentId::generate(at, &random);
        let inside = {
            let home = Region::new("westeurope");
            let allowed = AllowedSet::within(environment, &home, &Boundary::Region).unwrap();
            cell_decision(&CellIdentity::self_attested("c1", &home, at, &random), at, &allowed).unwrap()
        };
        let connection = ConnectionId::generate(at, &random);
        let token = TokenId::generate(at, &random);
        let (user, app) = (UserId::new("alice").unwrap(), AppName::new("cli").unwrap());
        let region = Region::new("westeurope");
        let who = Who { user: &user, app: &app, token, issued_by: None };
        let names = |issuer: Option<&str>| Names { user: Pseudonym::new("usr_1"), issuer: issuer.map(Pseudonym::new) };
        let cell = CellName { name: "c1", region: &region };
        let record = DecisionRecord {
            call,
            who,
            inside: &inside,
            connection,
            connector: &"contoso-crm".parse::<ConnectorSlug>().unwrap(),
            version: &PackageDigest([0xab; 32]),
            operation: &OperationId::new("GetItem"),
            policies: vec!["owner-may-call"],
            home: &region,
            cell,
            boundary: BoundaryOutcome {
                row: "D20",
                reason: "location_unknown",
                grade: "N",
                notice: true,
                ..BoundaryOutcome::default()
            },
            host: &HostName::parse("api.contoso.com").unwrap(),
            addresses: &["203.0.113.7:443".parse().unwrap(), "[2001:db8::1]:443".parse().unwrap()],
        };
        let digest = "ab".repeat(32);
        let decision = decision(at, &record, &names(None)).unwrap();
        assert_eq!(decision.environment, Some(environment.to_string()));
        assert_eq!(
            body(decision),
            format!(
                r#"{{"v":1,"at":"2023-11-14T22:13:20.000010Z","call":"{call}","outcome":"allowed","user":"usr_1","app":"cli","token":"{token}","environment":"{environment}","connection":"{connection}","connector":"contoso-crm","version":"sha256:{digest}","operation":"GetItem","policies":["owner-may-call"],"home":"westeurope","cell":"c1","cell_region":"westeurope","boundary":{{"row":"D20","reason":"location_unknown","grade":"N","notice":true}},"host":"api.contoso.com","addresses":["203.0.113.7:443","[2001:db8::1]:443"]}}"#
            )
        );

        // What is known of the place stands beside the row; a record without it reads as it always did.
        let grant = GrantId::generate(at, &random);
        let granted = DecisionRecord {
            boundary: BoundaryOutcome {
                row: "D12",
                reason: "crossing_granted",
                grade: "R",
                notice: true,
                conflict: true,
                places: vec!["westeurope", "AR"],
                evidence: vec!["aws:1f", "geoip:2e"],
                grants: vec![grant],
            },
            ..record
        };
        let granted = body(super::decision(at, &granted, &names(None)).unwrap());
        let expected = format!(
            r#""boundary":{{"row":"D12","reason":"crossing_granted","grade":"R","notice":true,"conflict":true,"places":["westeurope","AR"],"evidence":["aws:1f","geoip:2e"],"grants":["{grant}"]}},"host""#
        );
        assert!(granted.contains(&expected), "{granted}");

        let refused = RefusalRecord::new(call, who, cell, "unknown_connection");
        assert_eq!(
            body(refusal(at, &refused, &names(None)).unwrap()),
            format!(
                r#"{{"v":1,"at":"2023-11-14T22:13:20.000010Z","call":"{call}","outcome":"refused","code":"unknown_connection","user":"usr_1","app":"cli","token":"{token}","cell":"c1","cell_region":"westeurope"}}"#
            )
        );

        // A token that somebody else made says so.
        let issued = body(refusal(at, &refused, &names(Some("usr_9"))).unwrap());
        assert!(issued.contains(&format!(r#""token":"{token}","issued_by":"usr_9","cell":"c1""#)), "{issued}");

        let completed = CompletionRecord {
            call,
            environment,
            status: Some(200),
            code: None,
            upstream_ms: 12,
            bytes_in: 0,
            bytes_out: 345,
            ended: Ended::Complete,
        };
        assert_eq!(
            body(completion(at, &completed).unwrap()),
            format!(
                r#"{{"v":1,"at":"2023-11-14T22:13:20.000010Z","call":"{call}","ended":"complete","status":200,"upstream_ms":12,"bytes_in":0,"bytes_out":345}}"#
            )
        );

        let mut done = ActRecord::done(None, "environment.created", "env_1");
        done.details = vec![("home", "westeurope")];
        assert_eq!(
            body(act(at, &done, None, Some(&Pseudonym::new("usr_2"))).unwrap()),
            r#"{"v":1,"at":"2023-11-14T22:13:20.000010Z","act":"environment.created","subject":"env_1","outcome":"allowed","whom":"usr_2","details":{"home":"westeurope"}}"#
        );
        assert_eq!(
            body(refusals(Timestamp::from_secs(60), "unauthenticated", 3).unwrap()),
            r#"{"v":1,"at":"1970-01-01T00:01:00.000000Z","code":"unauthenticated","count":3}"#
        );
    }
}
