//! One record of the ledger, as far as it tells of a flow. Members that are not known here do not matter, and members that
//! are missing are not known: records of every shape read.

use serde::Deserialize;
use std::borrow::Cow;

/// What a record is about.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    /// A call was decided.
    Decision(Box<Decision<'a>>),
    /// A decided call ended.
    Completion(Completion<'a>),
    /// A record of a call whose body is gone.
    Erased,
    /// A record of a call that does not read.
    Unreadable,
    /// Something else.
    Other,
}

/// A decision.
#[derive(Debug, Deserialize)]
pub(crate) struct Decision<'a> {
    #[serde(borrow)]
    pub(crate) call: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) outcome: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) code: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) user: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) app: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) token: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) connector: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) connection: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) operation: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) home: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) cell_region: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) boundary: Option<Boundary<'a>>,
    #[serde(borrow, default)]
    pub(crate) host: Option<Cow<'a, str>>,
}

/// What the boundary decided.
#[derive(Debug, Deserialize)]
pub(crate) struct Boundary<'a> {
    #[serde(borrow, default)]
    pub(crate) row: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) reason: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) grade: Cow<'a, str>,
    #[serde(default)]
    pub(crate) notice: bool,
    #[serde(default)]
    pub(crate) conflict: bool,
    #[serde(default)]
    pub(crate) places: Vec<String>,
    #[serde(default)]
    pub(crate) evidence: Vec<String>,
    #[serde(default)]
    pub(crate) grants: Vec<String>,
}

/// How a call went.
#[derive(Debug, Deserialize)]
pub(crate) struct Completion<'a> {
    #[serde(borrow)]
    pub(crate) call: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) ended: Cow<'a, str>,
    #[serde(default)]
    pub(crate) bytes_in: u64,
    #[serde(default)]
    pub(crate) bytes_out: u64,
}

/// Reads a record.
pub(crate) fn read<'a>(kind: &str, body: Option<&'a str>) -> Entry<'a> {
    match (kind, body) {
        ("decision" | "completion", None) => Entry::Erased,
        ("decision", Some(body)) => {
            serde_json::from_str(body).map_or(Entry::Unreadable, |decision| Entry::Decision(Box::new(decision)))
        }
        ("completion", Some(body)) => serde_json::from_str(body).map_or(Entry::Unreadable, Entry::Completion),
        _ => Entry::Other,
    }
}
