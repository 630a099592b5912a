//! Which operations of a connector its connections use. A comparison of versions asks that, to say whom a break hits; the
//! ledger knows operations, and never what a call says.

use crate::entry::{self, Entry};
use crate::gather::RecordsError;
use backshell_model::ConnectorSlug;
use backshell_store::{Limit, Store};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The most pairs of connection and operation that are kept.
const MOST: usize = 1_000_000;

/// Connections and the operations that they called, each pair once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pairs: BTreeSet<(String, String)>,
    is_cut: bool,
}

/// A line of the answer, as `backshell diff --callers` reads it.
#[derive(Serialize)]
struct Line<'a> {
    caller: &'a str,
    operation: &'a str,
}

/// Reads the ledger once and collects the calls of `connector` that were allowed. Records whose bodies are erased say nothing
/// any more.
pub async fn uses(store: &dyn Store, connector: &ConnectorSlug) -> Result<Uses, RecordsError> {
    let mut uses = Uses::default();
    let mut after = 0;
    loop {
        let rows = store.ledger_rows(after, Limit::MAX).await?;
        for row in &rows {
            uses.add(&row.kind, row.body.as_deref(), connector);
        }
        match rows.last() {
            Some(last) if rows.len() == Limit::MAX.get() => after = last.seq,
            _ => return Ok(uses),
        }
    }
}

impl Uses {
    fn add(&mut self, kind: &str, body: Option<&str>, connector: &ConnectorSlug) {
        let Entry::Decision(decision) = entry::read(kind, body) else { return };
        let is_it = decision.outcome == "allowed" && decision.connector.as_deref() == Some(connector.as_str());
        let (true, Some(connection), Some(operation)) = (is_it, decision.connection, decision.operation) else {
            return;
        };
        if self.pairs.len() < MOST {
            self.pairs.insert((connection.into_owned(), operation.into_owned()));
        } else {
            self.is_cut = true;
        }
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Whether there were more pairs than are kept.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Writes the pairs as JSON Lines, sorted: `{"caller":"con_...","operation":"ListItems"}`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (caller, operation) in &self.pairs {
            serde_json::to_writer(&mut *out, &Line { caller, operation })?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_calls_of_the_connector_count_once() {
        let connector: ConnectorSlug = "orders".parse().unwrap();
        let mut uses = Uses::default();
        let body = |outcome: &str, connector: &str, operation: &str| {
            format!(
                r#"{{"call":"call_1","outcome":"{outcome}","connector":"{connector}","connection":"con_1","operation":"{operation}"}}"#
            )
        };
        for body in [
            body("allowed", "orders", "List"),
            body("allowed", "orders", "List"),
            body("allowed", "orders", "Get"),
            body("refused", "orders", "Delete"),
            body("allowed", "other", "List"),
            r#"{"call":"call_1","outcome":"refused"}"#.to_owned(),
            "no JSON".to_owned(),
        ] {
            uses.add("decision", Some(&body), &connector);
        }
        uses.add("decision", None, &connector);
        let mut out = Vec::new();
        uses.write(&mut out).unwrap();
        let expected = "{\"caller\":\"con_1\",\"operation\":\"Get\"}\n{\"caller\":\"con_1\",\"operation\":\"List\"}\n";
        assert_eq!((String::from_utf8(out).unwrap().as_str(), uses.len(), uses.is_cut()), (expected, 2, false));
    }
}
