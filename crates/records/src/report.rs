//! The report: figures, a map and tables of where calls went. Made once, shown as HTML, SVG or Markdown.

use crate::directory::Directory;
use crate::flow_document::FlowDocument;
use crate::flows::Flows;
use crate::map::Ways;
use crate::place::Knowledge;
use backshell_model::Timestamp;
use std::collections::BTreeMap;

/// The most flows that a report lists; the others are in the flow ledger.
pub(crate) const MOST_ROWS: usize = 500;

/// A report about one period.
pub struct Report {
    pub(crate) document: FlowDocument,
    pub(crate) ways: Ways,
    /// Whose report it is.
    pub(crate) organisation: Option<String>,
}

/// The calls of one sort of knowledge.
pub(crate) struct Share {
    pub(crate) knowledge: Knowledge,
    pub(crate) calls: u64,
    pub(crate) recipients: usize,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").field("flows", &self.document.flows.len()).finish_non_exhaustive()
    }
}

impl Report {
    /// A report of the flows. `organisation` is shown in the head when it is known.
    pub fn new(flows: &Flows, directory: &Directory, organisation: Option<&str>, now: Timestamp) -> Self {
        let document = FlowDocument::new(flows, directory, now);
        let ways = Ways::of(&document);
        Self { document, ways, organisation: organisation.map(str::to_owned) }
    }

    /// The map alone.
    pub fn svg(&self) -> String {
        self.ways.world("map")
    }

    /// The calls by how well their places are known; only what there is.
    pub(crate) fn shares(&self) -> Vec<Share> {
        let mut shares: BTreeMap<Knowledge, (u64, std::collections::BTreeSet<&str>)> = BTreeMap::new();
        for flow in &self.document.flows {
            let share = shares.entry(flow.key.knowledge()).or_default();
            share.0 += flow.calls;
            share.1.insert(&flow.host);
        }
        let share = |(knowledge, (calls, hosts)): (Knowledge, (u64, std::collections::BTreeSet<&str>))| Share {
            knowledge,
            calls,
            recipients: hosts.len(),
        };
        shares.into_iter().map(share).collect()
    }

    /// Bytes to services and from them.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        self.document.flows.iter().fold((0, 0), |(to, from), flow| {
            (to.saturating_add(flow.bytes_to_service), from.saturating_add(flow.bytes_from_service))
        })
    }

    /// Calls that went on with a notice.
    pub(crate) fn noticed(&self) -> u64 {
        self.document.flows.iter().filter(|flow| flow.notice).map(|flow| flow.calls).sum()
    }

    /// Calls that were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.document.refused.iter().map(|refused| refused.calls).sum()
    }
}
