//! Sums over the calls of a ledger. One call is two records, its decision and its completion; a decision waits for its
//! completion, and only sums stay.

use crate::entry::{self, Completion, Decision, Entry};
use crate::place::{Grade, Knowledge};
use crate::time::Period;
use backshell_model::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// Rows that judged the operator's own service.
const OWN_SERVICE: [&str; 2] = ["D09", "D10"];

/// How finely callers are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// By program and user; users are pseudonyms.
    #[default]
    User,
    /// By program.
    App,
    /// By program and access token.
    Token,
    /// Not at all.
    Nobody,
}

/// How much is kept. What is beyond is added up with less detail, and said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Different flows.
    pub flows: usize,
    /// Decisions that wait for their completion.
    pub open: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { flows: 20_000, open: 100_000 }
    }
}

/// What makes a flow this flow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowKey {
    /// The environment's identifier.
    pub environment: String,
    /// The connector's slug.
    pub connector: String,
    /// The host; empty when hosts are not told apart any more.
    pub host: String,
    /// The program; empty when callers are not told apart.
    pub app: String,
    /// The user's pseudonym; empty when users are not told apart.
    pub user: String,
    /// The token's identifier; empty when tokens are not told apart.
    pub token: String,
    /// The environment's home region.
    pub home: String,
    /// The region of the cell that made the calls.
    pub cell_region: String,
    /// The places of the endpoint: regions, or countries by two letters. Empty when none is known.
    pub places: Vec<String>,
    /// The grade of the evidence for them.
    pub grade: Grade,
    /// The row of the decision table.
    pub row: String,
    /// The row's reason code.
    pub reason: String,
    /// Whether the calls went on with a notice.
    pub notice: bool,
    /// Whether declaration and published range contradicted each other.
    pub conflict: bool,
    /// The grants that the calls went on with.
    pub grants: Vec<String>,
}

impl FlowKey {
    /// How well the place is known.
    pub fn knowledge(&self) -> Knowledge {
        Knowledge::of(self.grade, OWN_SERVICE.contains(&self.row.as_str()), !self.places.is_empty())
    }
}

/// How often and how much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Calls that were sent, or may have been: those without completion count.
    pub calls: u64,
    /// Calls without completion among them: whether and how much was sent is not on record.
    pub unfinished: u64,
    /// Bytes of request bodies that were sent to the service.
    pub bytes_to_service: u64,
    /// Bytes of answer bodies that came from the service.
    pub bytes_from_service: u64,
    /// The first call.
    pub first: Timestamp,
    /// The last call.
    pub last: Timestamp,
    /// The evidence for the places, at most 16 pieces.
    pub evidence: BTreeSet<String>,
}

const MAX_EVIDENCE: usize = 16;
const MAX_REFUSALS: usize = 2_000;

/// What was seen beside the flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records that were read.
    pub records: u64,
    /// Calls that were allowed and never sent: no connection to the service came about.
    pub not_sent: u64,
    /// Calls that were refused; nothing of them left the cell.
    pub refused: u64,
    /// Records of calls in the period whose bodies are erased: their flows are not in the sums.
    pub erased: u64,
    /// Records that do not read.
    pub unreadable: u64,
    /// Completions whose decision is not in the period or is erased.
    pub unmatched: u64,
    /// Calls of callers that are not told apart, because there were more flows than are kept.
    pub merged: u64,
}

/// The sums.
#[derive(Debug)]
pub struct Flows {
    period: Period,
    by: By,
    limits: Limits,
    sums: HashMap<FlowKey, Flow>,
    refusals: BTreeMap<(String, String, String), u64>,
    totals: Totals,
    open: HashMap<String, Waiting>,
    /// In the order of the decisions, so that the oldest goes first.
    order: VecDeque<String>,
    /// The youngest erased record.
    erased_until: Option<Timestamp>,
}

#[derive(Debug)]
struct Waiting {
    key: FlowKey,
    at: Timestamp,
    evidence: Vec<String>,
}

impl Flows {
    /// No sums yet.
    pub fn new(period: Period, by: By, limits: Limits) -> Self {
        Self {
            period,
            by,
            limits,
            sums: HashMap::new(),
            refusals: BTreeMap::new(),
            totals: Totals::default(),
            open: HashMap::new(),
            order: VecDeque::new(),
            erased_until: None,
        }
    }

    /// Adds one record: its kind, its time, its environment and its body, which is gone after retention. Records come in
    /// the order of the ledger. Decisions count by the period; their completions may come after it.
    pub fn add(&mut self, kind: &str, at: Timestamp, environment: Option<&str>, body: Option<&str>) {
        self.totals.records += 1;
        let inside = self.period.contains(at);
        match entry::read(kind, body) {
            Entry::Decision(decision) if inside => self.decide(at, environment, *decision),
            Entry::Completion(completion) => self.complete(&completion, inside),
            Entry::Erased if inside => {
                self.totals.erased += 1;
                self.erased_until = self.erased_until.max(Some(at));
            }
            Entry::Unreadable if inside => self.totals.unreadable += 1,
            _ => {}
        }
    }

    /// Whether decisions still wait for their completions.
    pub fn waits(&self) -> bool {
        !self.open.is_empty()
    }

    /// Counts what still waits as calls without completion. To be called after the last record.
    pub fn finish(&mut self) {
        for waiting in std::mem::take(&mut self.open).into_values() {
            self.count(waiting, None);
        }
        self.order.clear();
    }

    /// The flows, in the order of their keys.
    pub fn flows(&self) -> Vec<(&FlowKey, &Flow)> {
        let mut flows: Vec<_> = self.sums.iter().collect();
        flows.sort_by_key(|(key, _)| *key);
        flows
    }

    /// How often calls were refused, by connector, code and reason; nothing of them left the cell.
    pub fn refusals(&self) -> impl Iterator<Item = (&str, &str, &str, u64)> {
        self.refusals
            .iter()
            .map(|((connector, code, reason), count)| (connector.as_str(), code.as_str(), reason.as_str(), *count))
    }

    /// What was seen beside the flows.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The period that was asked for.
    pub fn period(&self) -> Period {
        self.period
    }

    /// How finely callers are told apart.
    pub fn by(&self) -> By {
        self.by
    }

    /// The time of the youngest record in the period whose body is erased.
    pub fn erased_until(&self) -> Option<Timestamp> {
        self.erased_until
    }

    fn decide(&mut self, at: Timestamp, environment: Option<&str>, decision: Decision<'_>) {
        if decision.outcome != "allowed" {
            self.refuse(&decision);
            return;
        }
        let boundary = decision.boundary;
        let (app, user, token) = match self.by {
            By::User => (decision.app.into_owned(), decision.user.into_owned(), String::new()),
            By::App => (decision.app.into_owned(), String::new(), String::new()),
            By::Token => (decision.app.into_owned(), String::new(), decision.token.into_owned()),
            By::Nobody => Default::default(),
        };
        let text = |text: Option<std::borrow::Cow<'_, str>>| text.map(std::borrow::Cow::into_owned).unwrap_or_default();
        let (mut places, mut grants) = (Vec::new(), Vec::new());
        let (mut row, mut reason, mut evidence) = (String::new(), String::new(), Vec::new());
        let (mut grade, mut notice, mut conflict) = (Grade::N, false, false);
        if let Some(boundary) = boundary {
            (places, grants, evidence) = (boundary.places, boundary.grants, boundary.evidence);
            (row, reason) = (boundary.row.into_owned(), boundary.reason.into_owned());
            (grade, notice, conflict) = (Grade::from_word(&boundary.grade), boundary.notice, boundary.conflict);
        }
        places.sort_unstable();
        places.dedup();
        let key = FlowKey {
            environment: environment.unwrap_or_default().to_owned(),
            connector: text(decision.connector),
            host: text(decision.host),
            app,
            user,
            token,
            home: text(decision.home),
            cell_region: decision.cell_region.into_owned(),
            places,
            grade,
            row,
            reason,
            notice,
            conflict,
            grants,
        };
        while self.open.len() >= self.limits.open.max(1) {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(waiting) = self.open.remove(&oldest) {
                self.count(waiting, None);
            }
        }
        let call = decision.call.into_owned();
        self.order.push_back(call.clone());
        if let Some(earlier) = self.open.insert(call, Waiting { key, at, evidence }) {
            self.count(earlier, None);
        }
        // Calls that are complete leave their names in the queue; they are cleared out before they add up.
        if self.order.len() > self.open.len().saturating_mul(2).saturating_add(1_024) {
            let open = &self.open;
            self.order.retain(|call| open.contains_key(call));
        }
    }

    fn refuse(&mut self, decision: &Decision<'_>) {
        self.totals.refused += 1;
        let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or_default().to_owned();
        let key = (text(&decision.connector), text(&decision.code), text(&decision.reason));
        if self.refusals.len() < MAX_REFUSALS || self.refusals.contains_key(&key) {
            *self.refusals.entry(key).or_default() += 1;
        }
    }

    fn complete(&mut self, completion: &Completion<'_>, inside: bool) {
        match self.open.remove(&*completion.call) {
            Some(waiting) => self.count(waiting, Some(completion)),
            None if inside => self.totals.unmatched += 1,
            None => {}
        }
    }

    fn count(&mut self, waiting: Waiting, completion: Option<&Completion<'_>>) {
        if completion.is_some_and(|completion| completion.ended == "not_sent") {
            self.totals.not_sent += 1;
            return;
        }
        let Waiting { mut key, at, evidence } = waiting;
        if !self.sums.contains_key(&key) && self.sums.len() >= self.limits.flows {
            self.totals.merged += 1;
            key = FlowKey { app: String::new(), user: String::new(), token: String::new(), ..key };
            if !self.sums.contains_key(&key) && self.sums.len() >= self.limits.flows.saturating_mul(2) {
                // Recipients without end: still every call is counted, by where it went.
                key = FlowKey { host: String::new(), connector: String::new(), grants: Vec::new(), ..key };
            }
        }
        let flow = self.sums.entry(key).or_insert_with(|| Flow { first: at, last: at, ..Flow::default() });
        flow.calls += 1;
        flow.first = flow.first.min(at);
        flow.last = flow.last.max(at);
        match completion {
            None => flow.unfinished += 1,
            Some(completion) => {
                flow.bytes_to_service = flow.bytes_to_service.saturating_add(completion.bytes_in);
                flow.bytes_from_service = flow.bytes_from_service.saturating_add(completion.bytes_out);
            }
        }
        for piece in evidence {
            if flow.evidence.len() < MAX_EVIDENCE {
                flow.evidence.insert(piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(call: u64, user: &str, connector: &str, boundary: &str) -> String {
        format!(
            r#"{{"v":1,"call":"call_{call}","outcome":"allowed","user":"{user}","app":"cli","token":"tok_1","connector":"{connector}","home":"westeurope","cell_region":"westeurope","boundary":{boundary},"host":"api.{connector}.example"}}"#
        )
    }

    fn completion(call: u64, ended: &str, sent: u64, received: u64) -> String {
        format!(r#"{{"v":1,"call":"call_{call}","ended":"{ended}","bytes_in":{sent},"bytes_out":{received}}}"#)
    }

    const UNKNOWN: &str = r#"{"row":"D20","reason":"location_unknown","grade":"N","notice":true}"#;
    const RANGE: &str = r#"{"row":"D14","reason":"handover_range","grade":"R","notice":false,"places":["westeurope"],"evidence":["azure:1"]}"#;

    struct Ledger(Flows, i64);

    impl Ledger {
        fn new(by: By, limits: Limits) -> Self {
            Self(Flows::new(Period::default(), by, limits), 0)
        }

        fn add(&mut self, kind: &str, body: &str) {
            self.1 += 1;
            self.0.add(kind, Timestamp::from_secs(self.1), Some("env_1"), Some(body));
        }
    }

    #[test]
    fn calls_are_added_up_by_who_where_and_why() {
        let mut ledger = Ledger::new(By::User, Limits::default());
        ledger.add("decision", &decision(1, "usr_a", "crm", RANGE));
        ledger.add("decision", &decision(2, "usr_a", "crm", RANGE));
        ledger.add("completion", &completion(2, "complete", 10, 100));
        ledger.add("completion", &completion(1, "cut_by_upstream", 1, 2));
        ledger.add("decision", &decision(3, "usr_b", "crm", RANGE));
        ledger.add("decision", &decision(4, "usr_a", "crm", UNKNOWN));
        ledger.add("completion", &completion(4, "not_sent", 0, 0));
        ledger.add(
            "decision",
            r#"{"call":"call_5","outcome":"refused","code":"egress_refused","reason":"endpoint_outside"}"#,
        );
        ledger.add("act", "{}");
        ledger.0.finish();
        let flows = ledger.0.flows();
        assert_eq!(flows.len(), 2, "what was not sent is no flow: {flows:?}");
        let (key, flow) = flows[0];
        assert_eq!((key.user.as_str(), key.row.as_str(), key.knowledge()), ("usr_a", "D14", Knowledge::Range));
        assert_eq!((flow.calls, flow.unfinished, flow.bytes_to_service, flow.bytes_from_service), (2, 0, 11, 102));
        assert_eq!((flow.first, flow.last), (Timestamp::from_secs(1), Timestamp::from_secs(2)));
        assert!(flow.evidence.contains("azure:1"));
        assert_eq!((flows[1].1.calls, flows[1].1.unfinished), (1, 1));
        let totals = ledger.0.totals();
        assert_eq!((totals.records, totals.not_sent, totals.refused), (9, 1, 1));
        assert_eq!(ledger.0.refusals().collect::<Vec<_>>(), [("", "egress_refused", "endpoint_outside", 1)]);
    }

    #[test]
    fn old_damaged_and_erased_records_are_read_and_counted() {
        let mut ledger = Ledger::new(By::Nobody, Limits::default());
        ledger.add("decision", r#"{"call":"call_1","outcome":"allowed"}"#);
        ledger.add(
            "decision",
            r#"{"call":"call_2","outcome":"allowed","boundary":{"row":"D77","grade":"Z","later":[1]}}"#,
        );
        ledger.add("decision", r#"{"call":"call_\u0033","outcome":"allowed","connector":"a\"b"}"#);
        ledger.add("completion", r#"{"call":"call_3"}"#);
        ledger.add("decision", "{");
        ledger.add("completion", "[]");
        ledger.add("completion", &completion(99, "complete", 1, 1));
        ledger.0.add("decision", Timestamp::from_secs(50), None, None);
        ledger.0.finish();
        let totals = ledger.0.totals();
        assert_eq!((totals.unreadable, totals.erased, totals.unmatched), (2, 1, 1));
        assert_eq!(ledger.0.erased_until(), Some(Timestamp::from_secs(50)));
        let flows = ledger.0.flows();
        assert_eq!(flows.len(), 3);
        assert!(flows.iter().all(|(key, _)| key.knowledge() == Knowledge::Unknown));
        assert_eq!(flows.iter().map(|(_, flow)| flow.unfinished).sum::<u64>(), 2, "the escaped name is the same call");
    }

    #[test]
    fn the_period_counts_decisions_and_waits_for_their_completions() {
        let period = Period { from: Some(Timestamp::from_secs(2)), to: Some(Timestamp::from_secs(4)) };
        let mut flows = Flows::new(period, By::App, Limits::default());
        let at = Timestamp::from_secs;
        flows.add("decision", at(1), None, Some(&decision(1, "u", "crm", RANGE)));
        flows.add("completion", at(2), None, Some(&completion(1, "complete", 5, 5)));
        flows.add("decision", at(3), None, Some(&decision(2, "u", "crm", RANGE)));
        flows.add("decision", at(4), None, Some(&decision(3, "u", "crm", RANGE)));
        assert!(flows.waits());
        flows.add("completion", at(5), None, Some(&completion(2, "complete", 7, 7)));
        flows.add("completion", at(6), None, Some(&completion(3, "complete", 9, 9)));
        assert!(!flows.waits());
        flows.finish();
        let (key, flow) = flows.flows()[0];
        assert_eq!((flow.calls, flow.unfinished, flow.bytes_to_service), (1, 0, 7));
        assert_eq!((key.user.as_str(), key.app.as_str()), ("", "cli"));
    }

    #[test]
    fn memory_is_bounded_and_no_call_is_lost() {
        let mut ledger = Ledger::new(By::User, Limits { flows: 10, open: 5 });
        for call in 0..1_000 {
            let connector = format!("c{}", call % 40);
            ledger.add("decision", &decision(call, &format!("usr_{call}"), &connector, UNKNOWN));
        }
        assert!(ledger.0.open.len() <= 5 && ledger.0.order.len() <= 2_000);
        ledger.0.finish();
        let flows = ledger.0.flows();
        assert!(flows.len() <= 10 * 2 + 1, "{}", flows.len());
        assert_eq!(flows.iter().map(|(_, flow)| flow.calls).sum::<u64>(), 1_000);
        assert_eq!(ledger.0.totals().merged, 990);
    }
}
