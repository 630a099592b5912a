//! What the callers of the ledger hand in. Everything is borrowed: a record is written as JSON once, at the call.
//!
//! None of these types has a place for header values, queries, paths or bodies, and none may be given one.

use backshell_boundary::CellInside;
use backshell_model::{
    AppName, CallId, ConnectionId, ConnectorSlug, EnvironmentId, GrantId, HostName, OperationId, PackageDigest, Region,
    TokenId, UserId,
};
use std::net::SocketAddr;

/// A call that may be sent. [`Ledger::decide`](crate::Ledger::decide) turns it into a [`Receipt`](crate::Receipt).
#[derive(Clone, Debug)]
pub struct DecisionRecord<'a> {
    /// The call.
    pub call: CallId,
    /// Who calls.
    pub who: Who<'a>,
    /// The environment of the connection, with the proof that its records may be kept in this cell.
    pub inside: &'a CellInside,
    /// The connection.
    pub connection: ConnectionId,
    /// The connector.
    pub connector: &'a ConnectorSlug,
    /// The version of the connector that runs.
    pub version: &'a PackageDigest,
    /// The declared operation.
    pub operation: &'a OperationId,
    /// The ids of the permission policies that allowed the call.
    pub policies: Vec<&'a str>,
    /// The home region of the environment.
    pub home: &'a Region,
    /// The cell that executes the call.
    pub cell: CellName<'a>,
    /// What the boundary decided about the destination.
    pub boundary: BoundaryOutcome<'a>,
    /// The host that is called.
    pub host: &'a HostName,
    /// The addresses that were judged; only these are connected to.
    pub addresses: &'a [SocketAddr],
}

/// A call that an identified caller made and that is refused. Recorded as a decision whose outcome is `refused`, with as
/// much as was known when it was refused.
#[derive(Clone, Debug)]
pub struct RefusalRecord<'a> {
    /// The call.
    pub call: CallId,
    /// Who calls.
    pub who: Who<'a>,
    /// The refusal code, for example `permission_denied`.
    pub code: &'a str,
    /// The finer reason, for example the reason code of the boundary's row.
    pub reason: Option<&'a str>,
    /// The cell that refused.
    pub cell: CellName<'a>,
    /// The environment of the connection, with the proof that its records may be kept in this cell. A cell outside the
    /// environment's boundary has none, and its refusal is a record of the cell's own.
    pub inside: Option<&'a CellInside>,
    /// The connection.
    pub connection: Option<ConnectionId>,
    /// The connector.
    pub connector: Option<&'a ConnectorSlug>,
    /// The version of the connector.
    pub version: Option<&'a PackageDigest>,
    /// The declared operation.
    pub operation: Option<&'a OperationId>,
    /// The ids of the permission policies that decided.
    pub policies: Vec<&'a str>,
    /// The home region of the environment.
    pub home: Option<&'a Region>,
    /// What the boundary decided, when it was asked.
    pub boundary: Option<BoundaryOutcome<'a>>,
    /// The host that would have been called.
    pub host: Option<&'a HostName>,
    /// The addresses that were judged.
    pub addresses: &'a [SocketAddr],
}

impl<'a> RefusalRecord<'a> {
    /// A refusal of which nothing more is known than who was refused, where, and with which code.
    pub fn new(call: CallId, who: Who<'a>, cell: CellName<'a>, code: &'a str) -> Self {
        Self {
            call,
            who,
            code,
            reason: None,
            cell,
            inside: None,
            connection: None,
            connector: None,
            version: None,
            operation: None,
            policies: Vec::new(),
            home: None,
            boundary: None,
            host: None,
            addresses: &[],
        }
    }
}

/// Who calls or acts. The user is written as a pseudonym.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The user.
    pub user: &'a UserId,
    /// The program.
    pub app: &'a AppName,
    /// The access token.
    pub token: TokenId,
    /// Who made the token, when that was not the user. Written as a pseudonym.
    pub issued_by: Option<&'a UserId>,
}

impl<'a> From<&'a backshell_model::Caller> for Who<'a> {
    fn from(caller: &'a backshell_model::Caller) -> Self {
        Self {
            user: &caller.user,
            app: &caller.app,
            token: caller.token,
            issued_by: caller.issued_by.as_ref().filter(|issuer| **issuer != caller.user),
        }
    }
}

/// The cell that handles a call.
#[derive(Clone, Copy, Debug)]
pub struct CellName<'a> {
    /// Its name.
    pub name: &'a str,
    /// The region it runs in.
    pub region: &'a Region,
}

/// What the boundary decided about a destination.
#[derive(Clone, Debug, Default)]
pub struct BoundaryOutcome<'a> {
    /// The row of the decision table, for example `D19`.
    pub row: &'a str,
    /// The row's reason code, for example `location_unknown`.
    pub reason: &'a str,
    /// The grade of the evidence for the place, for example `N`.
    pub grade: &'a str,
    /// Whether the call goes on with a notice.
    pub notice: bool,
    /// Whether a declaration and a published range contradict each other; the places are then those of both.
    pub conflict: bool,
    /// Where the endpoint is, as far as it is known: names of regions, or two upper-case letters of a country.
    pub places: Vec<&'a str>,
    /// The evidence for it, by kind and digest.
    pub evidence: Vec<&'a str>,
    /// The crossing grants that let the call go where it goes.
    pub grants: Vec<GrantId>,
}

/// How a call that was decided went. Written by [`Ledger::complete`](crate::Ledger::complete).
#[derive(Clone, Copy, Debug)]
pub struct CompletionRecord {
    /// The call.
    pub call: CallId,
    /// The environment of the connection.
    pub environment: EnvironmentId,
    /// The status that the service answered; `None` when it did not answer.
    pub status: Option<u16>,
    /// The code of the gateway's own answer, when it answered in the service's place.
    pub code: Option<&'static str>,
    /// The address that the request was sent to, where the decision names several.
    pub address: Option<SocketAddr>,
    /// Milliseconds from sending the request to the end of the answer.
    pub upstream_ms: u64,
    /// Bytes of the request's body that were sent to the service.
    pub bytes_in: u64,
    /// Bytes of the answer's body that were passed on to the caller.
    pub bytes_out: u64,
    /// How it ended.
    pub ended: Ended,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// The whole answer was passed on.
    Complete,
    /// The caller went away.
    AbortedByCaller,
    /// The service broke the connection off.
    CutByUpstream,
    /// A time limit ran out.
    Timeout,
    /// Nothing was sent: no connection to the service came about.
    NotSent,
}

impl Ended {
    /// The word for it in the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::AbortedByCaller => "aborted_by_caller",
            Self::CutByUpstream => "cut_by_upstream",
            Self::Timeout => "timeout",
            Self::NotSent => "not_sent",
        }
    }
}

/// An administrative act: somebody changed, or tried to change, what may be called by whom. Written by
/// [`Ledger::act`](crate::Ledger::act).
#[derive(Clone, Debug)]
pub struct ActRecord<'a> {
    /// Who acted; `None` for the system itself.
    pub who: Option<Who<'a>>,
    /// What was done, as noun and verb: `connection.create`.
    pub act: &'a str,
    /// What it was done to: an identifier, a slug, a digest. Never a user name.
    pub subject: &'a str,
    /// The user it was done to, for example the one a connection was shared with. Written as a pseudonym.
    pub whom: Option<&'a UserId>,
    /// The environment it happened in.
    pub environment: Option<EnvironmentId>,
    /// Whether it was done or refused.
    pub outcome: Outcome,
    /// The ids of the permission policies that decided.
    pub policies: Vec<&'a str>,
    /// More about it, as names and values; no secrets, no names of persons.
    pub details: Vec<(&'a str, &'a str)>,
}

impl<'a> ActRecord<'a> {
    /// An act that was done, without further details.
    pub fn done(who: Option<Who<'a>>, act: &'a str, subject: &'a str) -> Self {
        Self {
            who,
            act,
            subject,
            whom: None,
            environment: None,
            outcome: Outcome::Allowed,
            policies: Vec::new(),
            details: Vec::new(),
        }
    }
}

/// Whether something was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was.
    Allowed,
    /// It was not.
    Refused,
}

impl Outcome {
    /// The word for it in the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }
}
