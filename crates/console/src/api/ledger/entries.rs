//! `GET /api/v1/ledger/entries`.

use crate::api::Page;
use crate::extract::{Identified, Query, page_size, parse};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectionId, EnvironmentId, hex};
use backshell_permission::{Action, Resource};
use backshell_store::{LedgerRow, Limit};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

/// How many records one request looks through at most; a filter that matches seldom needs several requests.
const MAX_SCAN: usize = 10_000;

/// Which records are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntriesQuery {
    /// Only records of this kind: `decision`, `completion`, `act`, `refusals` or `genesis`.
    #[param(max_length = 64)]
    kind: Option<String>,
    /// Only decisions about, and acts upon, this connection, `con_…`.
    connection: Option<String>,
    /// Only records of this environment, `env_…`.
    environment: Option<String>,
    /// Oldest first, from the record after this number: the `next` of the page before, or 0 to begin with.
    after: Option<i64>,
    /// Newest first, from the record before this number. Without `after` and `before` the newest records are shown.
    before: Option<i64>,
    /// How many entries at most, 1 to 1000; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// A record of the ledger.
#[derive(Serialize, ToSchema)]
pub(crate) struct LedgerEntry {
    /// Its place in the chain.
    seq: i64,
    /// When it was recorded.
    at: String,
    /// What it records.
    kind: String,
    /// The environment it belongs to, if any.
    environment: Option<String>,
    /// The record; absent once its retention has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    record: Option<Box<RawValue>>,
    /// SHA-256 of the record's text.
    body_hash: String,
    /// The hash that chains it to its predecessor.
    hash: String,
}

/// Lists records of the ledger
///
/// Newest first, or oldest first with `after`. A page may hold fewer entries than asked for, even none, while `next` is
/// present: a request looks through at most 10,000 records. `next` goes into `after` when the list is oldest first, and
/// into `before` otherwise. Completions name their call only, so the filter `connection` leaves them out.
#[utoipa::path(
    get,
    path = "/api/v1/ledger/entries",
    tag = "ledger",
    operation_id = "ledger_entries",
    params(EntriesQuery),
    responses(
        (status = 200, description = "Records", body = Page<LedgerEntry>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn entries(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<EntriesQuery>,
) -> Result<Json<Page<LedgerEntry>>, Problem> {
    let environment: Option<EnvironmentId> =
        query.environment.as_deref().map(|environment| parse("environment", environment)).transpose()?;
    let resource = environment.map_or(Resource::Platform, Resource::Environment);
    state.permit(&caller, Action::ReadLedger, &resource)?;
    if query.after.is_some() && query.before.is_some() {
        return Err(Problem::bad_request("`after` and `before` exclude each other"));
    }
    let connection: Option<ConnectionId> =
        query.connection.as_deref().map(|connection| parse("connection", connection)).transpose()?;
    let filter = Filter {
        kind: query.kind.as_deref(),
        connection: connection.map(|connection| connection.to_string()),
        environment: environment.map(|environment| environment.to_string()),
    };
    let size = page_size(query.limit)?;
    let mut place = match query.after {
        Some(after) => Place::After(after.max(0)),
        None => Place::Before(query.before),
    };
    let mut page = Page { items: Vec::new(), next: None };
    let mut scanned = 0;
    loop {
        let rows = match place {
            Place::After(after) => state.store.ledger_rows(after, Limit::MAX).await?,
            Place::Before(before) => state.store.ledger_rows_before(before, Limit::MAX).await?,
        };
        scanned += rows.len();
        let last_part = rows.len() < Limit::MAX.get();
        for row in rows {
            if page.items.len() == size {
                // There is at least this one more to look at.
                page.next = Some(place.to_string());
                return Ok(Json(page));
            }
            place = place.at(row.seq);
            if filter.fits(&row) {
                page.items.push(entry(row)?);
            }
        }
        if last_part {
            return Ok(Json(page));
        }
        if scanned >= MAX_SCAN {
            page.next = Some(place.to_string());
            return Ok(Json(page));
        }
    }
}

/// How far the reading has come, and in which direction it goes.
#[derive(Clone, Copy)]
enum Place {
    After(i64),
    Before(Option<i64>),
}

impl Place {
    const fn at(self, seq: i64) -> Self {
        match self {
            Self::After(_) => Self::After(seq),
            Self::Before(_) => Self::Before(Some(seq)),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::After(seq) | Self::Before(Some(seq)) => write!(f, "{seq}"),
            Self::Before(None) => Ok(()),
        }
    }
}

struct Filter<'q> {
    kind: Option<&'q str>,
    connection: Option<String>,
    environment: Option<String>,
}

impl Filter<'_> {
    fn fits(&self, row: &LedgerRow) -> bool {
        if self.kind.is_some_and(|kind| kind != row.kind) {
            return false;
        }
        if self.environment.is_some() && self.environment != row.environment {
            return false;
        }
        let Some(connection) = self.connection.as_deref() else { return true };
        row.body.as_deref().is_some_and(|body| {
            serde_json::from_str::<About>(body)
                .is_ok_and(|about| [about.connection, about.subject].iter().flatten().any(|id| id == connection))
        })
    }
}

/// What a record is about, as far as the filter asks.
#[derive(Deserialize)]
struct About {
    connection: Option<String>,
    subject: Option<String>,
}

fn entry(row: LedgerRow) -> Result<LedgerEntry, Problem> {
    let record = row.body.map(RawValue::from_string).transpose().map_err(|error| Problem::internal(&error))?;
    Ok(LedgerEntry {
        seq: row.seq,
        at: rfc3339(row.at),
        kind: row.kind.into_owned(),
        environment: row.environment,
        record,
        body_hash: hex(&row.body_hash),
        hash: hex(&row.hash),
    })
}
