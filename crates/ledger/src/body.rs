//! The JSON of a record.
//!
//! One record is one JSON object without white space. Its keys stand in the order in which the functions below write
//! them, a key without value is left out, and times are RFC 3339 in UTC with six decimals: one record has one text. `v`
//! counts up when the shape changes; old rows keep their shape, because their hash covers it.

use crate::chain::{self, sha256};
use crate::frames::{Frames, Key};
use crate::object::{Object, Plain};
use crate::record::{ActRecord, BoundaryOutcome, CompletionRecord, DecisionRecord, Outcome, RefusalRecord};
use backshell_boundary::CellInside;
use backshell_model::{CallId, ConnectionId, EnvironmentId, PackageDigest, Random, Timestamp, TokenId};
use backshell_store::{LedgerRow, Pseudonym};
use serde::Serialize;
use serde::ser::Serializer;
use std::cell::RefCell;
use std::fmt::{Display, Write as _};
use std::net::SocketAddr;

const SHAPE: u8 = 1;

/// The kind of a decision.
pub(crate) const DECISION: &str = "decision";

/// The kind of a completion.
pub(crate) const COMPLETION: &str = "completion";

/// How many bytes a decision, and any other body, usually has at most.
const DECISION_LENGTH: usize = 1_024;
const OTHER_LENGTH: usize = 256;

/// A decision, `kind` `decision`: everything is known about a call that may be sent, less about one that is refused.
struct DecisionBody<'a> {
    at: Timestamp,
    call: CallId,
    outcome: Outcome,
    code: Option<&'a str>,
    reason: Option<&'a str>,
    user: &'a Pseudonym,
    app: &'a str,
    token: TokenId,
    issued_by: Option<&'a Pseudonym>,
    environment: Option<EnvironmentId>,
    connection: Option<ConnectionId>,
    connector: Option<&'a str>,
    version: Option<&'a PackageDigest>,
    operation: Option<&'a str>,
    policies: &'a [&'a str],
    home: Option<&'a str>,
    cell: &'a str,
    cell_region: &'a str,
    boundary: Option<&'a BoundaryOutcome<'a>>,
    host: Option<&'a str>,
    addresses: &'a [SocketAddr],
}

impl DecisionBody<'_> {
    /// The row; `frames` remembers what it has in common with others.
    fn row(&self, frames: Option<&Frames>) -> LedgerRow {
        let mut body = begin(self.at, DECISION_LENGTH);
        body.plain("call", self.call);
        match frames {
            Some(frames) => frames.write(|key| self.key(key), || self.members(Object::new(DECISION_LENGTH)), &mut body),
            None => body = self.members(body),
        }
        row(DECISION, self.at, self.environment, body)
    }

    /// Writes every member but the first ones, which are another call's in another call.
    fn members(&self, mut body: Object) -> Object {
        body.text("outcome", self.outcome.as_str());
        body.some_text("code", self.code);
        body.some_text("reason", self.reason);
        body.text("user", self.user.as_str());
        body.text("app", self.app);
        body.plain("token", self.token);
        body.some_text("issued_by", self.issued_by.map(Pseudonym::as_str));
        body.some_plain("environment", self.environment);
        body.some_plain("connection", self.connection);
        body.some_text("connector", self.connector);
        body.some_plain("version", self.version);
        body.some_text("operation", self.operation);
        body.texts("policies", self.policies);
        body.some_text("home", self.home);
        body.text("cell", self.cell);
        body.text("cell_region", self.cell_region);
        if let Some(boundary) = self.boundary {
            body.object("boundary", |object| {
                object.text("row", boundary.row);
                object.text("reason", boundary.reason);
                object.text("grade", boundary.grade);
                object.truth("notice", boundary.notice);
                if boundary.conflict {
                    object.truth("conflict", true);
                }
                object.texts("places", &boundary.places);
                object.texts("evidence", &boundary.evidence);
                object.plains("grants", &boundary.grants);
            });
        }
        body.some_text("host", self.host);
        body.plains("addresses", self.addresses);
        body
    }

    /// Everything that [`members`](Self::members) writes.
    fn key(&self, key: &mut Key) {
        // Taken apart, so that a new part is not forgotten here.
        let Self {
            at: _,
            call: _,
            outcome,
            code,
            reason,
            user,
            app,
            token,
            issued_by,
            environment,
            connection,
            connector,
            version,
            operation,
            policies,
            home,
            cell,
            cell_region,
            boundary,
            host,
            addresses,
        } = self;
        key.part(outcome.as_str());
        key.some(*code);
        key.some(*reason);
        key.part(user.as_str());
        key.part(app);
        key.part(token.to_bytes());
        key.some(issued_by.map(Pseudonym::as_str));
        key.some(environment.map(EnvironmentId::to_bytes));
        key.some(connection.map(ConnectionId::to_bytes));
        key.some(*connector);
        key.some(version.map(|version| version.0));
        key.some(*operation);
        key.parts(policies.iter());
        key.some(*home);
        key.part(cell);
        key.part(cell_region);
        key.some(*host);
        key.parts(addresses.iter().map(octets));
        key.parts(addresses.iter().map(|address| address.port().to_be_bytes()));
        let Some(BoundaryOutcome { row, reason, grade, notice, conflict, places, evidence, grants }) = boundary else {
            return;
        };
        key.part(row);
        key.part(reason);
        key.part(grade);
        key.part([u8::from(*notice), u8::from(*conflict)]);
        key.parts(places.iter());
        key.parts(evidence.iter());
        key.parts(grants.iter().map(|grant| grant.to_bytes()));
    }
}

/// An address's bytes, and with an IPv6 address what else is part of its text.
fn octets(address: &SocketAddr) -> [u8; 25] {
    let mut bytes = [0; 25];
    let mut put = |at: usize, part: &[u8]| {
        if let Some(place) = bytes.get_mut(at..at + part.len()) {
            place.copy_from_slice(part);
        }
    };
    match address {
        SocketAddr::V4(address) => put(0, &address.ip().octets()),
        SocketAddr::V6(address) => {
            put(0, &address.ip().octets());
            put(16, &address.flowinfo().to_be_bytes());
            put(20, &address.scope_id().to_be_bytes());
            put(24, &[6]);
        }
    }
    bytes
}

/// The pseudonyms of whoever calls or acts.
pub(crate) struct Names {
    /// The user's.
    pub(crate) user: Pseudonym,
    /// That of whoever made the token, when that was not the user.
    pub(crate) issuer: Option<Pseudonym>,
}

/// The row of a call that may be sent.
pub(crate) fn decision(at: Timestamp, record: &DecisionRecord<'_>, who: &Names, frames: &Frames) -> LedgerRow {
    let body = DecisionBody {
        at,
        call: record.call,
        outcome: Outcome::Allowed,
        code: None,
        reason: None,
        user: &who.user,
        app: record.who.app.as_str(),
        token: record.who.token,
        issued_by: who.issuer.as_ref(),
        environment: Some(record.inside.environment()),
        connection: Some(record.connection),
        connector: Some(record.connector.as_str()),
        version: Some(record.version),
        operation: Some(record.operation.as_str()),
        policies: &record.policies,
        home: Some(record.home.as_str()),
        cell: record.cell.name,
        cell_region: record.cell.region.as_str(),
        boundary: Some(&record.boundary),
        host: Some(record.host.as_str()),
        addresses: record.addresses,
    };
    body.row(Some(frames))
}

/// The row of a call that was refused to an identified caller.
pub(crate) fn refusal(at: Timestamp, record: &RefusalRecord<'_>, who: &Names) -> LedgerRow {
    let body = DecisionBody {
        at,
        call: record.call,
        outcome: Outcome::Refused,
        code: Some(record.code),
        reason: record.reason,
        user: &who.user,
        app: record.who.app.as_str(),
        token: record.who.token,
        issued_by: who.issuer.as_ref(),
        environment: record.inside.map(CellInside::environment),
        connection: record.connection,
        connector: record.connector.map(backshell_model::ConnectorSlug::as_str),
        version: record.version,
        operation: record.operation.map(backshell_model::OperationId::as_str),
        policies: &record.policies,
        home: record.home.map(backshell_model::Region::as_str),
        cell: record.cell.name,
        cell_region: record.cell.region.as_str(),
        boundary: record.boundary.as_ref(),
        host: record.host.map(backshell_model::HostName::as_str),
        addresses: record.addresses,
    };
    body.row(None)
}

/// The row of a completion: how a decided call went.
pub(crate) fn completion(at: Timestamp, record: &CompletionRecord) -> LedgerRow {
    let mut body = begin(at, OTHER_LENGTH);
    body.plain("call", record.call);
    body.text("ended", record.ended.as_str());
    if let Some(status) = record.status {
        body.number("status", status);
    }
    body.some_text("code", record.code);
    body.some_plain("address", record.address);
    body.number("upstream_ms", record.upstream_ms);
    body.number("bytes_in", record.bytes_in);
    body.number("bytes_out", record.bytes_out);
    row(COMPLETION, at, Some(record.environment), body)
}

/// The row of an administrative act.
pub(crate) fn act(at: Timestamp, record: &ActRecord<'_>, who: Option<&Names>, whom: Option<&Pseudonym>) -> LedgerRow {
    const KIND: &str = "act";
    let mut body = begin(at, OTHER_LENGTH);
    body.text("act", record.act);
    body.text("subject", record.subject);
    body.text("outcome", record.outcome.as_str());
    body.some_text("user", who.map(|who| who.user.as_str()));
    body.some_text("app", record.who.map(|who| who.app.as_str()));
    body.some_plain("token", record.who.map(|who| who.token));
    body.some_text("issued_by", who.and_then(|who| who.issuer.as_ref()).map(Pseudonym::as_str));
    body.some_text("whom", whom.map(Pseudonym::as_str));
    body.some_plain("environment", record.environment);
    body.texts("policies", &record.policies);
    if !record.details.is_empty() {
        body.pairs("details", &record.details);
    }
    row(KIND, at, record.environment, body)
}

/// The row that counts unauthenticated refusals with one code in the minute that began at `minute`.
pub(crate) fn refusals(minute: Timestamp, code: &str, count: u64) -> LedgerRow {
    const KIND: &str = "refusals";
    let mut body = begin(minute, OTHER_LENGTH);
    body.text("code", code);
    body.number("count", count);
    row(KIND, minute, None, body)
}

/// The first row of a new chain.
pub(crate) fn genesis(at: Timestamp, random: &dyn Random) -> LedgerRow {
    let mut body = begin(at, OTHER_LENGTH);
    body.plain("nonce", random_hex(random));
    row(chain::GENESIS, at, None, body)
}

/// 128 random bits as 32 hexadecimal digits.
pub(crate) fn random_hex(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// What every body begins with; `length` is how many bytes it will usually have.
fn begin(at: Timestamp, length: usize) -> Object {
    let mut body = Object::new(length);
    body.number("v", SHAPE);
    body.plain("at", At(at));
    body
}

/// A row that is complete but for its place in the chain.
fn row(kind: &'static str, at: Timestamp, environment: Option<EnvironmentId>, body: Object) -> LedgerRow {
    let body = body.finish();
    LedgerRow {
        seq: 0,
        at,
        kind: kind.into(),
        environment: environment.map(EnvironmentId::to_text),
        body_hash: sha256(body.as_bytes()),
        body: Some(body),
        hash: [0; 32],
    }
}

/// A time as RFC 3339 in UTC with six decimals.
#[derive(Clone, Copy)]
pub(crate) struct At(pub(crate) Timestamp);

/// `2023-11-14T22:13:20`, so many bytes long in years of four digits.
const SECOND_LENGTH: usize = 19;

thread_local! {
    /// The last second that was written, since 1970, and its text: a busy thread writes thousands of times in it.
    static LAST: RefCell<(i64, String)> = const { RefCell::new((0, String::new())) };
}

/// Appends the text of a second since 1970; false for years without four digits.
fn append_second(seconds: i64, text: &mut String) -> bool {
    LAST.with_borrow_mut(|(last, known)| {
        if *last != seconds || known.is_empty() {
            *last = seconds;
            known.clear();
            if let Ok(second) = jiff::Timestamp::from_second(seconds) {
                // Writing to a text does not fail.
                let _ = write!(known, "{}", second.strftime("%Y-%m-%dT%H:%M:%S"));
            }
        }
        let is_usual = known.len() == SECOND_LENGTH;
        if is_usual {
            text.push_str(known);
        }
        is_usual
    })
}

impl Plain for At {
    fn append_to(self, text: &mut String) {
        const MICROS: i64 = 1_000_000;
        let micros = self.0.as_micros();
        if append_second(self.0.as_secs(), text) {
            // With a one before them the decimals are all there.
            let mut decimals = itoa::Buffer::new();
            let decimals = decimals.format(MICROS + micros.rem_euclid(MICROS));
            text.push('.');
            text.push_str(decimals.get(1..).unwrap_or_default());
            text.push('Z');
        } else {
            // Beyond the year 9999; a number is still a time.
            text.push_str(itoa::Buffer::new().format(micros));
        }
    }
}

impl Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        self.append_to(&mut text);
        f.write_str(&text)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{CellName, Ended, Who};
    use backshell_boundary::{AllowedSet, CellIdentity, cell_decision};
    use backshell_model::{AppName, Boundary, ConnectorSlug, GrantId, HostName, OperationId, Region, UserId};
    use backshell_testkit::SeededRandom;

    fn body(row: LedgerRow) -> String {
        assert_eq!(sha256(row.body.clone().unwrap().as_bytes()), row.body_hash);
        row.body.unwrap()
    }

    #[test]
    fn times_have_six_decimals_whatever_second_came_before() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_700_000_000_000_010, "2023-11-14T22:13:20.000010Z"),
            (1_700_000_000_999_999, "2023-11-14T22:13:20.999999Z"),
            (1_700_000_001_000_000, "2023-11-14T22:13:21.000000Z"),
            (1_709_251_199_000_100, "2024-02-29T23:59:59.000100Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (253_402_300_799_999_999, "253402300799999999"),
            (i64::MAX, "9223372036854775807"),
        ] {
            assert_eq!(At(Timestamp::from_micros(micros)).to_string(), text);
        }
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
        let frames = Frames::default();
        let decision = decision(at, &record, &names(None), &frames);
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
        let granted = body(super::decision(at, &granted, &names(None), &frames));
        let expected = format!(
            r#""boundary":{{"row":"D12","reason":"crossing_granted","grade":"R","notice":true,"conflict":true,"places":["westeurope","AR"],"evidence":["aws:1f","geoip:2e"],"grants":["{grant}"]}},"host""#
        );
        assert!(granted.contains(&expected), "{granted}");

        let refused = RefusalRecord::new(call, who, cell, "unknown_connection");
        assert_eq!(
            body(refusal(at, &refused, &names(None))),
            format!(
                r#"{{"v":1,"at":"2023-11-14T22:13:20.000010Z","call":"{call}","outcome":"refused","code":"unknown_connection","user":"usr_1","app":"cli","token":"{token}","cell":"c1","cell_region":"westeurope"}}"#
            )
        );

        // A token that somebody else made says so.
        let issued = body(refusal(at, &refused, &names(Some("usr_9"))));
        assert!(issued.contains(&format!(r#""token":"{token}","issued_by":"usr_9","cell":"c1""#)), "{issued}");

        let completed = CompletionRecord {
            call,
            environment,
            status: Some(200),
            code: None,
            address: None,
            upstream_ms: 12,
            bytes_in: 0,
            bytes_out: 345,
            ended: Ended::Complete,
        };
        assert_eq!(
            body(completion(at, &completed)),
            format!(
                r#"{{"v":1,"at":"2023-11-14T22:13:20.000010Z","call":"{call}","ended":"complete","status":200,"upstream_ms":12,"bytes_in":0,"bytes_out":345}}"#
            )
        );
        let chosen = CompletionRecord { address: Some("203.0.113.7:443".parse().unwrap()), ..completed };
        let chosen = body(completion(at, &chosen));
        assert!(chosen.contains(r#""status":200,"address":"203.0.113.7:443","upstream_ms""#), "{chosen}");
    }

    #[test]
    fn what_is_no_call_has_one_text() {
        let at = Timestamp::from_micros(1_700_000_000_000_010);
        let mut done = ActRecord::done(None, "environment.created", "env_1");
        done.details = vec![("home", "westeurope")];
        assert_eq!(
            body(act(at, &done, None, Some(&Pseudonym::new("usr_2")))),
            r#"{"v":1,"at":"2023-11-14T22:13:20.000010Z","act":"environment.created","subject":"env_1","outcome":"allowed","whom":"usr_2","details":{"home":"westeurope"}}"#
        );
        assert_eq!(
            body(refusals(Timestamp::from_secs(60), "unauthenticated", 3)),
            r#"{"v":1,"at":"1970-01-01T00:01:00.000000Z","code":"unauthenticated","count":3}"#
        );
    }

    #[test]
    fn a_record_is_never_taken_for_one_that_is_remembered() {
        let random = SeededRandom::new(2);
        let at = Timestamp::from_secs(1_700_000_000);
        let environment = EnvironmentId::generate(at, &random);
        let region = Region::new("westeurope");
        let allowed = AllowedSet::within(environment, &region, &Boundary::Region).unwrap();
        let inside = cell_decision(&CellIdentity::self_attested("c1", &region, at, &random), at, &allowed).unwrap();
        let (user, app) = (UserId::new("alice").unwrap(), AppName::new("cli").unwrap());
        let who = Who { user: &user, app: &app, token: TokenId::generate(at, &random), issued_by: None };
        let names = |issuer: Option<&str>| Names { user: Pseudonym::new("usr_1"), issuer: issuer.map(Pseudonym::new) };
        let cell = CellName { name: "c1", region: &region };
        let grant = GrantId::generate(at, &random);
        let base = DecisionRecord {
            call: CallId::generate(at, &random),
            who,
            inside: &inside,
            connection: ConnectionId::generate(at, &random),
            connector: &"contoso-crm".parse::<ConnectorSlug>().unwrap(),
            version: &PackageDigest([0xab; 32]),
            operation: &OperationId::new("GetItem"),
            policies: vec!["owner-may-call"],
            home: &region,
            cell,
            boundary: BoundaryOutcome {
                row: "D20",
                reason: "r",
                grade: "N",
                notice: true,
                ..BoundaryOutcome::default()
            },
            host: &HostName::parse("api.contoso.com").unwrap(),
            addresses: &["203.0.113.7:443".parse().unwrap(), "[2001:db8::1]:443".parse().unwrap()],
        };
        let frames = Frames::default();
        let other_region = Region::new("northeurope");
        let differing = [
            base.clone(),
            DecisionRecord { call: CallId::generate(at, &random), ..base.clone() },
            DecisionRecord { connection: ConnectionId::generate(at, &random), ..base.clone() },
            DecisionRecord { connector: &"fabrikam".parse().unwrap(), ..base.clone() },
            DecisionRecord { version: &PackageDigest([0xac; 32]), ..base.clone() },
            DecisionRecord { operation: &OperationId::new("ListItems"), ..base.clone() },
            DecisionRecord { policies: vec!["owner", "may-call"], ..base.clone() },
            DecisionRecord { home: &other_region, ..base.clone() },
            DecisionRecord { cell: CellName { name: "c2", ..cell }, ..base.clone() },
            DecisionRecord { cell: CellName { region: &other_region, ..cell }, ..base.clone() },
            DecisionRecord { host: &HostName::parse("api.fabrikam.com").unwrap(), ..base.clone() },
            DecisionRecord { addresses: &["203.0.113.7:444".parse().unwrap()], ..base.clone() },
            DecisionRecord { addresses: &["203.0.113.8:443".parse().unwrap()], ..base.clone() },
            DecisionRecord { addresses: &[], ..base.clone() },
            DecisionRecord { who: Who { app: &AppName::new("web").unwrap(), ..who }, ..base.clone() },
            DecisionRecord { who: Who { token: TokenId::generate(at, &random), ..who }, ..base.clone() },
            DecisionRecord { boundary: BoundaryOutcome { row: "D19", ..base.boundary.clone() }, ..base.clone() },
            DecisionRecord { boundary: BoundaryOutcome { reason: "x", ..base.boundary.clone() }, ..base.clone() },
            DecisionRecord { boundary: BoundaryOutcome { grade: "R", ..base.boundary.clone() }, ..base.clone() },
            DecisionRecord { boundary: BoundaryOutcome { notice: false, ..base.boundary.clone() }, ..base.clone() },
            DecisionRecord { boundary: BoundaryOutcome { conflict: true, ..base.boundary.clone() }, ..base.clone() },
            DecisionRecord { boundary: BoundaryOutcome { places: vec!["a"], ..base.boundary.clone() }, ..base.clone() },
            DecisionRecord {
                boundary: BoundaryOutcome { evidence: vec!["a"], ..base.boundary.clone() },
                ..base.clone()
            },
            DecisionRecord {
                boundary: BoundaryOutcome { grants: vec![grant], ..base.boundary.clone() },
                ..base.clone()
            },
        ];
        let other_names = Names { user: Pseudonym::new("usr_2"), issuer: None };
        for _ in 0..2 {
            for record in &differing {
                for who in [&names(None), &names(Some("usr_9")), &other_names] {
                    let later = at.plus_secs(1);
                    let remembered = body(super::decision(later, record, who, &frames));
                    assert_eq!(remembered, body(super::decision(later, record, who, &Frames::default())));
                }
            }
        }
    }
}
