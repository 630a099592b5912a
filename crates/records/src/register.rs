//! The record of processing activities after Art. 30(1) and (2) GDPR, as far as the ledger and the settings fill it.
//!
//! One activity is one connector in one environment. What the gateway knows is filled in: recipients, places, the recorded
//! basis of transfers, erasure times of its own metadata, its security measures. What only the organisation knows comes
//! from its settings, and where they say nothing it stands as to be filled in. Nothing is made up.

use crate::directory::Directory;
use crate::flow_document::FlowDocument;
use crate::flows::{FlowKey, Flows};
use crate::organisation::{Organisation, Role, Scoped};
use crate::place::{Knowledge, Place};
use crate::time::date;
use crate::wording::{self, TO_BE_FILLED_IN};
use backshell_ledger::Retention;
use backshell_model::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What the register needs beside the flows.
#[derive(Clone, Copy, Debug)]
pub struct RegisterFacts<'a> {
    /// The organisation's settings.
    pub organisation: &'a Organisation,
    /// How long the ledger keeps its records.
    pub retention: Retention,
    /// The time of the register.
    pub now: Timestamp,
}

/// The register. This is the JSON.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Register {
    /// When it was made.
    pub generated_at: String,
    /// The time that the calls behind it are of.
    pub period: String,
    /// What is missing, in words.
    pub remarks: Vec<String>,
    /// Art. 30(1): the organisation as controller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<ControllerPart>,
    /// Art. 30(2): the organisation as processor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processor: Option<ProcessorPart>,
}

/// Art. 30(1).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ControllerPart {
    /// (a) name and contact of the controller.
    pub controller: String,
    /// (a) joint controllers.
    pub joint_controllers: String,
    /// (a) the representative.
    pub representative: String,
    /// (a) the data protection officer.
    pub dpo: String,
    /// The activities.
    pub activities: Vec<Activity>,
}

/// Art. 30(2).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProcessorPart {
    /// (a) name and contact of the processor.
    pub processor: String,
    /// (a) the representative.
    pub representative: String,
    /// (a) the data protection officer.
    pub dpo: String,
    /// The activities, each with the controllers that it is done for.
    pub activities: Vec<Activity>,
}

/// One activity: a connector in an environment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Activity {
    /// The environment's name.
    pub environment: String,
    /// The connector's title and slug.
    pub connector: String,
    /// Art. 30(2)(a): on behalf of whom. Absent in the controller's part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// Art. 30(2)(b): the categories of processing. Absent in the controller's part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories_of_processing: Option<String>,
    /// Art. 30(1)(b): purposes. Absent in the processor's part, as are the next three and the times of erasure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purposes: Option<String>,
    /// Art. 30(1)(c): categories of data subjects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_subjects: Option<String>,
    /// Art. 30(1)(c): categories of personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_categories: Option<String>,
    /// Art. 30(1)(d): recipients, with host, what is known of the place, and the privacy policy that the connector names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<String>>,
    /// Art. 30(1)(e), (2)(c): transfers, by country.
    pub transfers: Vec<String>,
    /// Art. 30(1)(f): times of erasure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erasure: Option<Vec<String>>,
    /// Art. 30(1)(g), (2)(d): security measures.
    pub security: Vec<String>,
    /// Calls in the period.
    pub calls: u64,
}

/// What the flows of one activity have in common.
struct Group<'a> {
    key: &'a FlowKey,
    calls: u64,
    recipients: BTreeSet<String>,
    /// By country, or empty where it is not known: the hint and the recorded bases.
    countries: BTreeMap<String, (Option<&'static str>, BTreeSet<String>)>,
    cells: BTreeSet<String>,
    is_own: bool,
}

impl Register {
    /// Makes the register of the flows. Which part it has is said by the organisation's role; without one it has both.
    pub fn new(flows: &Flows, directory: &Directory, facts: RegisterFacts<'_>) -> Self {
        let document = FlowDocument::new(flows, directory, facts.now);
        let organisation = facts.organisation;
        let groups = groups(flows, directory);
        let mut remarks = document.remarks;
        if organisation.role.is_none() {
            remarks.push(format!(
                "in which role the organisation runs Backshell is {TO_BE_FILLED_IN} (`organisation.role`), so both parts are shown"
            ));
        }
        remarks.push(
            "only processing that went through this installation is listed; activities that made no call in the period are not"
                .to_owned(),
        );
        let who = who(organisation);
        let or_fill = |text: &Option<String>| text.clone().unwrap_or_else(|| TO_BE_FILLED_IN.to_owned());
        let is = |role: Role| organisation.role.is_none_or(|mine| mine == role || mine == Role::Both);
        let controller = is(Role::Controller).then(|| ControllerPart {
            controller: who.clone(),
            joint_controllers: or_fill(&organisation.joint_controllers),
            representative: or_fill(&organisation.representative),
            dpo: or_fill(&organisation.dpo),
            activities: groups.values().map(|group| as_controller(group, directory, facts)).collect(),
        });
        let processor = is(Role::Processor).then(|| ProcessorPart {
            processor: who,
            representative: or_fill(&organisation.representative),
            dpo: or_fill(&organisation.dpo),
            activities: groups.values().map(|group| as_processor(group, directory, organisation)).collect(),
        });
        Self { generated_at: date(facts.now), period: document.period, remarks, controller, processor }
    }
}

fn who(organisation: &Organisation) -> String {
    let name = organisation.name.as_deref().unwrap_or(TO_BE_FILLED_IN);
    let contact = organisation.contact.as_deref().unwrap_or(TO_BE_FILLED_IN);
    if organisation.name.is_none() && organisation.contact.is_none() {
        TO_BE_FILLED_IN.to_owned()
    } else {
        format!("{name}; contact: {contact}")
    }
}

fn groups<'a>(flows: &'a Flows, directory: &Directory) -> BTreeMap<(String, String), Group<'a>> {
    let mut groups: BTreeMap<(String, String), Group<'a>> = BTreeMap::new();
    for (key, flow) in flows.flows() {
        let group =
            groups.entry((directory.environment(&key.environment), key.connector.clone())).or_insert_with(|| Group {
                key,
                calls: 0,
                recipients: BTreeSet::new(),
                countries: BTreeMap::new(),
                cells: BTreeSet::new(),
                is_own: directory.is_own(&key.connector),
            });
        let evidence: Vec<&str> = flow.evidence.iter().map(String::as_str).collect();
        group.calls += flow.calls;
        group.cells.insert(key.cell_region.clone());
        group.recipients.insert(format!(
            "{} ({}): {}",
            directory.recipient(&key.connector, &key.host),
            key.host,
            wording::place(key, &evidence, directory)
        ));
        let bases = key.grants.iter().filter_map(|grant| directory.grants.get(grant)).map(|grant| grant.basis.clone());
        let bases: Vec<String> = bases.collect();
        let places: Vec<Place> = match key.knowledge() {
            Knowledge::Unknown => Vec::new(),
            _ => key.places.iter().map(|name| Place::named(name)).collect(),
        };
        if places.is_empty() {
            group.countries.entry(String::new()).or_default().1.extend(bases.iter().cloned());
        }
        for place in places {
            let entry = group.countries.entry(place.country.unwrap_or_default()).or_default();
            entry.0 = entry.0.or(place.gdpr_area);
            entry.1.extend(bases.iter().cloned());
        }
    }
    groups
}

fn as_controller(group: &Group<'_>, directory: &Directory, facts: RegisterFacts<'_>) -> Activity {
    let organisation = facts.organisation;
    let text = |scoped: &Scoped| Some(scoped.for_flow(group.key, directory).unwrap_or(TO_BE_FILLED_IN).to_owned());
    let policy = directory.connectors.get(&group.key.connector).and_then(|facts| facts.policy.as_deref());
    let mut recipients: Vec<String> = group.recipients.iter().cloned().collect();
    if let Some(policy) = policy {
        recipients.push(format!("privacy policy that the connector names: {policy}"));
    }
    let Retention { calls_days, audit_days } = facts.retention;
    let erasure = vec![
        format!("metadata of calls in the ledger: after {calls_days} days"),
        format!("metadata of refusals, calls with a grant and administrative acts: after {audit_days} days"),
        "payload: not stored by the gateway".to_owned(),
        format!(
            "the data at the recipient: {}",
            organisation.erasure.for_flow(group.key, directory).unwrap_or(TO_BE_FILLED_IN)
        ),
    ];
    Activity {
        purposes: text(&organisation.purposes),
        data_subjects: text(&organisation.data_subjects),
        data_categories: text(&organisation.data_categories),
        recipients: Some(recipients),
        erasure: Some(erasure),
        ..activity(group, directory, organisation)
    }
}

fn as_processor(group: &Group<'_>, directory: &Directory, organisation: &Organisation) -> Activity {
    let cells: Vec<&str> = group.cells.iter().map(String::as_str).collect();
    Activity {
        on_behalf_of: Some(
            organisation.controllers.for_flow(group.key, directory).unwrap_or(TO_BE_FILLED_IN).to_owned(),
        ),
        categories_of_processing: Some(format!(
            "transmission of calls to the connector's service and of its answers, in memory, in cells in {}; keeping of \
             connection secrets, sealed; keeping of metadata in the ledger",
            cells.join(", ")
        )),
        ..activity(group, directory, organisation)
    }
}

/// What both parts ask for.
fn activity(group: &Group<'_>, directory: &Directory, organisation: &Organisation) -> Activity {
    let safeguards = organisation.safeguards.for_flow(group.key, directory);
    let transfers = group.countries.iter().map(|(country, (area, bases))| {
        let bases: Vec<String> = bases.iter().cloned().chain(safeguards.map(str::to_owned)).collect();
        let name = if country.is_empty() {
            "place unknown".to_owned()
        } else {
            Place::named(country).country_name.unwrap_or_else(|| country.clone())
        };
        let area = if country.is_empty() { None } else { *area };
        format!("{name}: {}", wording::transfer(country, area, &bases))
    });
    let mut security: Vec<String> = wording::SECURITY.iter().map(|&measure| measure.to_owned()).collect();
    security.push(match &organisation.security {
        Some(own) => own.clone(),
        None => format!("measures of the organisation and of the recipient: {TO_BE_FILLED_IN}"),
    });
    if group.is_own {
        security.push("the service behind the connector is the operator's own".to_owned());
    }
    Activity {
        environment: directory.environment(&group.key.environment),
        connector: format!("{} ({})", directory.title(&group.key.connector), group.key.connector),
        on_behalf_of: None,
        categories_of_processing: None,
        purposes: None,
        data_subjects: None,
        data_categories: None,
        recipients: None,
        transfers: transfers.collect(),
        erasure: None,
        security,
        calls: group.calls,
    }
}
