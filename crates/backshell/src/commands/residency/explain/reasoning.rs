//! What `residency explain` shows: everything that was looked at, for people and for programs.

use super::super::{shown, signed};
use backshell_boundary::evidence::SourceInfo;
use backshell_boundary::{
    AddressEvidence, AllowedSet, Answer, Decision, Estimate, EvidenceBase, EvidenceId, Grade, Place, Ranged,
    RefusalCode, Row, responsibility,
};
use backshell_model::{Environment, HostName, Infrastructure, Region, Timestamp};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

/// Everything that was looked at, and what it came to.
pub(super) struct Reasoning {
    pub(super) host: HostName,
    pub(super) at: Timestamp,
    pub(super) environment: Environment,
    pub(super) cell: Region,
    pub(super) infrastructure: Infrastructure,
    /// Whether the host was held against what a connector may reach.
    pub(super) certification_asked: bool,
    pub(super) chain: Vec<Arc<str>>,
    pub(super) addresses: Vec<(IpAddr, Option<&'static str>, AddressEvidence)>,
    pub(super) base: EvidenceBase,
    pub(super) outcome: Outcome,
}

/// The row that decides, and the table's decision when it was asked.
pub(super) struct Outcome {
    pub(super) row: Row,
    pub(super) answer: Answer,
    /// The gateway's code, where a call would be refused with one of the destination's.
    pub(super) code: Option<RefusalCode>,
    pub(super) reason: &'static str,
    pub(super) detail: Option<String>,
    pub(super) decision: Option<Arc<Decision>>,
}

impl Reasoning {
    fn grade(&self) -> Grade {
        self.outcome.decision.as_ref().map_or(Grade::N, |decision| decision.places.grade)
    }

    fn places(&self) -> Vec<&'static str> {
        let places = self.outcome.decision.iter().flat_map(|decision| decision.places.places());
        places.map(|place| place.as_str()).collect()
    }

    fn source(&self, id: &EvidenceId) -> Option<&SourceInfo> {
        self.base.sources().iter().find(|source| source.id == *id)
    }

    /// When the declaration about the host was signed, in words.
    fn signed(&self) -> String {
        let declaration = self.base.declaration(&self.host, self.at);
        declaration.map_or_else(|| "signed".to_owned(), |(_, declaration)| signed(declaration))
    }

    /// What is said about the service's place, and no more than was measured.
    fn place_sentence(&self) -> String {
        let places = self.places().join(", ");
        match self.grade() {
            _ if self.outcome.decision.is_none() => "the place was not asked for".to_owned(),
            Grade::Inventory => format!("place {places}, by the operator's inventory"),
            _ if self.outcome.decision.as_ref().is_some_and(|decision| decision.places.conflict) => {
                format!("places {places}: what is declared and what is published contradict each other")
            }
            Grade::SR => {
                format!("declared place {places} ({}), and the provider's published range agrees", self.signed())
            }
            Grade::S => format!("declared place {places} ({})", self.signed()),
            Grade::R => {
                format!("place {places}, by the provider's published range; where the service keeps data is not known")
            }
            Grade::G => format!("place estimated: {places}"),
            Grade::X | Grade::N if places.is_empty() => "place unknown".to_owned(),
            Grade::X | Grade::N => format!("place unknown in part; known are {places}"),
        }
    }

    fn statements(&self, about: &AddressEvidence) -> Vec<Value> {
        let mut statements = Vec::new();
        if let Some(range) = &about.range {
            let says = match range.says {
                Ranged::At(place) => place.as_str().to_owned(),
                Ranged::Shared => "shared by many places".to_owned(),
            };
            statements.push(self.statement(&range.evidence, &says, range.stale));
        }
        if let Some(estimate) = &about.estimate {
            let says = match estimate.says {
                Estimate::Country(country) => country.as_str().to_owned(),
                Estimate::Anycast => "shared by many places".to_owned(),
            };
            statements.push(self.statement(&estimate.evidence, &says, estimate.stale));
        }
        statements
    }

    fn statement(&self, id: &EvidenceId, says: &str, stale: bool) -> Value {
        let source = self.source(id);
        json!({
            "rank": source.map(|source| source.kind.rank()), "kind": source.map(|source| source.kind.as_str()),
            "evidence": id.as_str(), "says": says, "stale": stale,
            "dated": source.map(|source| shown(source.dated)), "valid_until": source.map(|source| shown(source.until)),
        })
    }

    fn declaration(&self) -> Option<Value> {
        let (info, declaration) = self.base.declaration(&self.host, self.at)?;
        let names = |places: &[Place]| -> Vec<&str> { places.iter().map(Place::as_str).collect() };
        let sub_processors: Vec<Value> = declaration
            .sub_processors
            .iter()
            .map(|company| json!({"name": company.name, "purpose": company.purpose, "places": company.places}))
            .collect();
        Some(json!({
            "rank": 1, "evidence": info.id.as_str(), "domain": declaration.domain.as_str(),
            "service": declaration.service, "processing": names(&declaration.says.processing),
            "everywhere": names(&declaration.says.everywhere), "regional_edge": declaration.says.regional_edge,
            "sub_processors": sub_processors, "signed_at": declaration.signed_at.map(shown), "valid_from": shown(declaration.from),
            "valid_until": shown(declaration.until), "stale": info.is_stale(self.at),
        }))
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let outcome = &self.outcome;
        let addresses: Vec<Value> = self
            .addresses
            .iter()
            .map(|(address, refused, about)| {
                json!({"address": address, "refused": refused, "evidence": self.statements(about)})
            })
            .collect();
        let allowed: Vec<&str> = AllowedSet::of(&self.environment)
            .map(|allowed| allowed.regions().iter().map(|facts| facts.region).collect())
            .unwrap_or_default();
        let decision = outcome.decision.as_ref();
        let answers = responsibility(outcome.answer, self.infrastructure);
        json!({
            "tool": "backshell", "version": env!("CARGO_PKG_VERSION"),
            "host": self.host.as_str(), "at": shown(self.at),
            "home": self.environment.home.as_str(), "mode": self.environment.boundary.as_str(),
            "allowed": allowed, "egress": self.environment.egress.as_str(), "cell": self.cell.as_str(),
            "infrastructure": self.infrastructure.as_str(), "certification_asked": self.certification_asked,
            "chain": self.chain.iter().map(|name| &**name).collect::<Vec<&str>>(),
            "addresses": addresses, "declaration": self.declaration(),
            "grade": self.grade().as_str(), "grade_means": self.grade().explanation(),
            "places": self.places(), "place": self.place_sentence(),
            "stale": decision.is_some_and(|decision| decision.places.stale),
            "conflict": decision.is_some_and(|decision| decision.places.conflict),
            "evidence": decision.map(|decision| decision.evidence().iter().map(ToString::to_string).collect::<Vec<_>>()),
            "row": outcome.row.as_str(), "reason": outcome.reason, "answer": word(outcome.answer),
            "code": outcome.code.map(RefusalCode::as_str),
            "detail": outcome.detail,
            "grants": decision.map(|decision| decision.grants.iter().map(ToString::to_string).collect::<Vec<_>>()),
            "responsibility": {
                "until_handover": answers.until_handover, "at_the_service": answers.at_the_service,
                "for_the_answer": answers.for_the_answer,
            },
        })
    }

    /// For people.
    pub(super) fn text(&self) -> anyhow::Result<String> {
        let mut out = String::new();
        let environment = &self.environment;
        writeln!(out, "host         {} ({})", self.host, self.infrastructure)?;
        let mode = environment.boundary.as_str();
        writeln!(out, "environment  home {}, mode {mode}, egress {}", environment.home, environment.egress.as_str())?;
        writeln!(out, "cell         {}", self.cell)?;
        if !self.certification_asked {
            writeln!(
                out,
                "             whether a connector may reach the host is not asked; name one with --connector"
            )?;
        }
        for name in &self.chain {
            writeln!(out, "alias        {name}")?;
        }
        for (address, refused, about) in &self.addresses {
            writeln!(out, "address      {address}")?;
            if let Some(reason) = refused {
                writeln!(out, "             never an endpoint: {reason}")?;
            }
            let statements = self.statements(about);
            if statements.is_empty() {
                writeln!(out, "             no evidence speaks of it")?;
            }
            for statement in statements {
                let text = |name: &str| statement.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
                let rank = statement.get("rank").map_or_else(|| "-".to_owned(), ToString::to_string);
                let stale = if statement.get("stale") == Some(&Value::Bool(true)) { ", too old to count" } else { "" };
                writeln!(
                    out,
                    "             rank {rank}  {}: {} (dated {}{stale})",
                    text("kind"),
                    text("says"),
                    text("dated")
                )?;
            }
        }
        match self.base.declaration(&self.host, self.at) {
            None => writeln!(out, "declaration  none")?,
            Some((info, declaration)) => {
                let stale = if info.is_stale(self.at) { ", does not hold now" } else { "" };
                let places: Vec<&str> = declaration.says.everywhere.iter().map(Place::as_str).collect();
                writeln!(
                    out,
                    "declaration  rank 1  {}, for {}: {} ({}, until {}{stale})",
                    declaration.service,
                    declaration.domain,
                    places.join(", "),
                    signed(declaration),
                    shown(declaration.until)
                )?;
            }
        }
        let outcome = &self.outcome;
        writeln!(out, "place        {}", self.place_sentence())?;
        writeln!(out, "grade        {}: {}", self.grade(), self.grade().explanation())?;
        if let Some(decision) = &outcome.decision {
            if decision.places.conflict {
                writeln!(out, "             the declaration and the published range contradict each other (D08)")?;
            }
            for id in decision.evidence() {
                writeln!(out, "evidence     {id}")?;
            }
            for grant in &decision.grants {
                writeln!(out, "grant        {grant}")?;
            }
        }
        writeln!(out, "decision     {} by row {}: {}", word(outcome.answer), outcome.row, outcome.reason)?;
        if let Some(detail) = &outcome.detail {
            writeln!(out, "             {detail}")?;
        }
        let answers = responsibility(outcome.answer, self.infrastructure);
        writeln!(out, "answers for the data")?;
        writeln!(out, "  until it is handed over  {}", answers.until_handover)?;
        if let Some(who) = answers.at_the_service {
            writeln!(out, "  at the service           {who}")?;
        }
        if let Some(who) = answers.for_the_answer {
            writeln!(out, "  for the answer here      {who}")?;
        }
        Ok(out)
    }
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Allow => "allow",
        Answer::AllowWithNotice => "allow_with_notice",
        Answer::Refuse | Answer::GoOn => "refuse",
    }
}
