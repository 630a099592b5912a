//! The flow ledger as a document: text for people, JSON and CSV for programs.

use crate::directory::Directory;
use crate::escape::{spreadsheet, terminal};
use crate::flows::{By, Flow, FlowKey, Flows};
use crate::gather::RecordsError;
use crate::numbers::{bytes, counted, grouped};
use crate::place::Place;
use crate::time::{date, rfc3339};
use crate::wording;
use backshell_model::{Infrastructure, Timestamp};
use serde::Serialize;
use std::fmt::Write;
use utoipa::ToSchema;

/// The flow ledger, with names in place of identifiers. This is the JSON.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlowDocument {
    /// When it was made.
    pub generated_at: String,
    /// Beginning of the period, when one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// End of the period, exclusive, when one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The period for people.
    #[serde(skip)]
    pub period: String,
    /// How callers are told apart: `user`, `app`, `token` or `nobody`.
    pub by: &'static str,
    /// Records of the ledger that were read.
    pub records: u64,
    /// Calls that were allowed and never sent.
    pub not_sent: u64,
    /// What the sums do not hold, in words.
    pub remarks: Vec<String>,
    /// The flows.
    pub flows: Vec<FlowView>,
    /// Calls that were refused: nothing of them left the cell.
    pub refused: Vec<RefusedView>,
}

/// One flow.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlowView {
    /// The environment's identifier.
    pub environment: String,
    /// Its name.
    pub environment_name: String,
    /// Its home region.
    pub home: String,
    /// The region of the cell that made the calls.
    pub cell_region: String,
    /// The program.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub app: String,
    /// The user's pseudonym.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// The token's identifier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub token: String,
    /// The connector's slug.
    pub connector: String,
    /// Its title.
    pub connector_title: String,
    /// Who publishes it; empty when the connector is not known any more.
    pub publisher: String,
    /// `platform`, `verified` or `independent`.
    pub publisher_kind: &'static str,
    /// `internal` or `external`.
    pub infrastructure: &'static str,
    /// Who took the data over.
    pub recipient: String,
    /// The host.
    pub host: String,
    /// The places of the endpoint.
    pub places: Vec<PlaceView>,
    /// How well they are known: `own`, `declared`, `range`, `estimated` or `unknown`.
    pub place_known: &'static str,
    /// The same in a sentence.
    pub statement: String,
    /// The grade of the evidence.
    pub grade: &'static str,
    /// The row of the decision table.
    pub row: String,
    /// The row's reason code.
    pub reason: String,
    /// Whether the calls went on with a notice.
    pub notice: bool,
    /// Whether declaration and range contradicted each other.
    pub conflict: bool,
    /// The grants that they went on with.
    pub grants: Vec<String>,
    /// The transfer bases that those grants record.
    pub bases: Vec<String>,
    /// The evidence for the places, by kind and digest.
    pub evidence: Vec<String>,
    /// Calls that were sent, or may have been.
    pub calls: u64,
    /// Those among them without completion.
    pub unfinished: u64,
    /// Bytes of request bodies.
    pub bytes_to_service: u64,
    /// Bytes of answer bodies.
    pub bytes_from_service: u64,
    /// The first call.
    pub first: String,
    /// The last call.
    pub last: String,
    #[serde(skip)]
    pub(crate) key: FlowKey,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceView {
    /// The region, or the country's two letters.
    pub name: String,
    /// For people.
    pub label: String,
    /// The country's two letters, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The geography, for a region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geography: Option<&'static str>,
    /// `EEA`, `adequate` or `none`: a hint for the reviewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gdpr_area: Option<&'static str>,
}

/// Calls that were refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefusedView {
    /// The connector's slug; empty when none was found.
    pub connector: String,
    /// The refusal code.
    pub code: String,
    /// The finer reason.
    pub reason: String,
    /// How many.
    pub calls: u64,
}

impl FlowDocument {
    /// Puts names to the sums. `now` is the time of the document.
    pub fn new(flows: &Flows, directory: &Directory, now: Timestamp) -> Self {
        let mut views: Vec<FlowView> =
            flows.flows().into_iter().map(|(key, flow)| view(key, flow, directory)).collect();
        // The largest first; equal ones stay in the order of their keys.
        views.sort_by_key(|flow| std::cmp::Reverse(flow.calls));
        let refused = flows.refusals().map(|(connector, code, reason, calls)| RefusedView {
            connector: connector.to_owned(),
            code: code.to_owned(),
            reason: reason.to_owned(),
            calls,
        });
        let mut refused: Vec<RefusedView> = refused.collect();
        refused.sort_by_key(|refused| std::cmp::Reverse(refused.calls));
        let period = flows.period();
        Self {
            generated_at: rfc3339(now),
            from: period.from.map(rfc3339),
            to: period.to.map(rfc3339),
            period: period.text(),
            by: match flows.by() {
                By::User => "user",
                By::App => "app",
                By::Token => "token",
                By::Nobody => "nobody",
            },
            records: flows.totals().records,
            not_sent: flows.totals().not_sent,
            remarks: remarks(flows),
            flows: views,
            refused,
        }
    }

    /// The whole of it as JSON.
    pub fn json(&self) -> Result<String, RecordsError> {
        serde_json::to_string_pretty(self).map_err(|error| RecordsError::Write(error.to_string()))
    }

    /// One line per flow, for spreadsheets and programs.
    pub fn csv(&self) -> Result<String, RecordsError> {
        let failed = |error: &dyn std::fmt::Display| RecordsError::Write(error.to_string());
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record([
            "environment",
            "environment_name",
            "home",
            "cell_region",
            "app",
            "user",
            "token",
            "connector",
            "connector_title",
            "publisher",
            "infrastructure",
            "recipient",
            "host",
            "places",
            "countries",
            "place_known",
            "statement",
            "grade",
            "row",
            "reason",
            "notice",
            "grants",
            "bases",
            "calls",
            "unfinished",
            "bytes_to_service",
            "bytes_from_service",
            "first",
            "last",
        ])
        .map_err(|error| failed(&error))?;
        for flow in &self.flows {
            let places: Vec<&str> = flow.places.iter().map(|place| place.name.as_str()).collect();
            let countries: Vec<&str> = flow.places.iter().filter_map(|place| place.country.as_deref()).collect();
            let numbers =
                [flow.calls, flow.unfinished, flow.bytes_to_service, flow.bytes_from_service].map(|n| n.to_string());
            let [calls, unfinished, to_service, from_service] = &numbers;
            let fields: [&str; 29] = [
                &flow.environment,
                &flow.environment_name,
                &flow.home,
                &flow.cell_region,
                &flow.app,
                &flow.user,
                &flow.token,
                &flow.connector,
                &flow.connector_title,
                &flow.publisher,
                flow.infrastructure,
                &flow.recipient,
                &flow.host,
                &places.join(" "),
                &countries.join(" "),
                flow.place_known,
                &flow.statement,
                flow.grade,
                &flow.row,
                &flow.reason,
                if flow.notice { "yes" } else { "no" },
                &flow.grants.join(" "),
                &flow.bases.join("; "),
                calls,
                unfinished,
                to_service,
                from_service,
                &flow.first,
                &flow.last,
            ];
            out.write_record(fields.map(spreadsheet)).map_err(|error| failed(&error))?;
        }
        let bytes = out.into_inner().map_err(|error| failed(&error))?;
        String::from_utf8(bytes).map_err(|error| failed(&error))
    }

    /// For people, on a terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a `String` cannot fail.
        for flow in &self.flows {
            let _ =
                writeln!(text, "{} ({}) -> {}", terminal(&flow.connector_title), flow.connector, terminal(&flow.host));
            let mut line = |name: &str, value: String| {
                let _ = writeln!(text, "  {name:<12} {}", terminal(&value));
            };
            line("", flow.statement.clone());
            line(
                "environment",
                format!("{}, home {}, executed in {}", flow.environment_name, flow.home, flow.cell_region),
            );
            let who: Vec<&str> = [&flow.app, &flow.user, &flow.token]
                .into_iter()
                .map(String::as_str)
                .filter(|name| !name.is_empty())
                .collect();
            if !who.is_empty() {
                line("who", who.join(", "));
            }
            let notice = if flow.notice { ", with notice" } else { "" };
            line("decided", format!("{} {}, grade {}{notice}", flow.row, flow.reason, flow.grade));
            if !flow.grants.is_empty() {
                let bases = if flow.bases.is_empty() { String::new() } else { format!(" ({})", flow.bases.join("; ")) };
                line("grants", format!("{}{bases}", flow.grants.join(", ")));
            }
            let unfinished = if flow.unfinished == 0 {
                String::new()
            } else {
                format!(", {} without completion", grouped(flow.unfinished))
            };
            line(
                "calls",
                format!(
                    "{}{unfinished}; {} to the service, {} from it",
                    grouped(flow.calls),
                    bytes(flow.bytes_to_service),
                    bytes(flow.bytes_from_service)
                ),
            );
            line("first, last", format!("{}, {}", flow.first, flow.last));
            text.push('\n');
        }
        if self.flows.is_empty() {
            text.push_str("no calls were sent\n\n");
        }
        let _ = writeln!(
            text,
            "{}: {} in {}, from {}",
            self.period,
            counted(self.calls(), "call", "calls"),
            counted(self.flows.len() as u64, "flow", "flows"),
            counted(self.records, "record", "records")
        );
        let refused: u64 = self.refused.iter().map(|refused| refused.calls).sum();
        if refused > 0 {
            let _ = writeln!(
                text,
                "{}; nothing of them left the cell",
                counted(refused, "call was refused", "calls were refused")
            );
        }
        for remark in &self.remarks {
            let _ = writeln!(text, "{remark}");
        }
        text
    }

    /// All calls.
    pub(crate) fn calls(&self) -> u64 {
        self.flows.iter().map(|flow| flow.calls).sum()
    }
}

fn view(key: &FlowKey, flow: &Flow, directory: &Directory) -> FlowView {
    let facts = directory.connectors.get(&key.connector);
    let evidence: Vec<&str> = flow.evidence.iter().map(String::as_str).collect();
    let places = key.places.iter().map(|name| {
        let place = Place::named(name);
        PlaceView {
            name: place.name,
            label: place.label,
            country: place.country,
            geography: place.geography,
            gdpr_area: place.gdpr_area,
        }
    });
    let bases = key.grants.iter().filter_map(|grant| directory.grants.get(grant)).map(|grant| grant.basis.clone());
    FlowView {
        environment: key.environment.clone(),
        environment_name: directory.environment(&key.environment),
        home: key.home.clone(),
        cell_region: key.cell_region.clone(),
        app: key.app.clone(),
        user: key.user.clone(),
        token: key.token.clone(),
        connector: key.connector.clone(),
        connector_title: directory.title(&key.connector),
        publisher: facts.map(|facts| facts.publisher.clone()).unwrap_or_default(),
        publisher_kind: facts.map_or("", |facts| facts.publisher_kind.as_str()),
        infrastructure: facts.map_or("", |facts| match facts.infrastructure {
            Infrastructure::Internal => "internal",
            Infrastructure::External => "external",
        }),
        recipient: directory.recipient(&key.connector, &key.host),
        host: key.host.clone(),
        places: places.collect(),
        place_known: key.knowledge().as_str(),
        statement: wording::handover(key, &evidence, directory),
        grade: key.grade.as_str(),
        row: key.row.clone(),
        reason: key.reason.clone(),
        notice: key.notice,
        conflict: key.conflict,
        grants: key.grants.clone(),
        bases: bases.collect(),
        evidence: flow.evidence.iter().cloned().collect(),
        calls: flow.calls,
        unfinished: flow.unfinished,
        bytes_to_service: flow.bytes_to_service,
        bytes_from_service: flow.bytes_from_service,
        first: rfc3339(flow.first),
        last: rfc3339(flow.last),
        key: key.clone(),
    }
}

/// What the sums do not hold.
fn remarks(flows: &Flows) -> Vec<String> {
    let totals = flows.totals();
    let mut remarks = Vec::new();
    if totals.erased > 0 {
        let until = flows.erased_until().map(date).unwrap_or_default();
        remarks.push(format!(
            "{} of calls are erased, the youngest of {until}: what they said is not in the sums",
            counted(totals.erased, "record", "records")
        ));
    }
    if totals.unmatched > 0 {
        remarks.push(format!(
            "{} without a decision in this period: their bytes are not in the sums",
            counted(totals.unmatched, "completion is", "completions are")
        ));
    }
    if totals.not_sent > 0 {
        remarks.push(format!(
            "{} allowed and never sent, because no connection to the service came about",
            counted(totals.not_sent, "call was", "calls were")
        ));
    }
    if totals.unreadable > 0 {
        remarks.push(format!(
            "{} not read; run `backshell ledger verify`",
            counted(totals.unreadable, "record does", "records do")
        ));
    }
    if totals.merged > 0 {
        remarks.push(format!(
            "there were more flows than are told apart: {} added up without saying who made them",
            counted(totals.merged, "call is", "calls are")
        ));
    }
    remarks
}
