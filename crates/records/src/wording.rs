//! What the reports say, in one place.
//!
//! Three rules. Of the cell one may say what it does: it processes payload in memory, in its region, and stores none. Of a
//! service one may only say what was handed over, and what is known about where: declared, from a published range,
//! estimated, or unknown. Of the law one may only say what was recorded or published; whether something is lawful is for
//! the reader. `the_words_claim_nothing` in the tests of the whole crate holds the output against this.

use crate::directory::Directory;
use crate::flows::FlowKey;
use crate::place::{Grade, Knowledge, Place};

/// Stands where only the organisation knows.
pub const TO_BE_FILLED_IN: &str = "to be filled in by the controller";

/// What a report is and is not.
pub(crate) const ABOUT: [&str; 4] = [
    "Backshell processes the payload of calls in memory to pass it on, in the region of the cell that is named, and does not \
     store it. What is shown here is metadata from its ledger.",
    "For an external service this shows what was handed over and what was known about the place of its endpoint when it was \
     called. Where the service keeps the data, how long, and to whom it passes it on, only the company that runs it can say.",
    "A place is called declared when the company signed a statement about it, from a published range when a cloud provider \
     lists the address for a region, estimated when no more than the country of the address is known, and unknown \
     otherwise.",
    "Hints about countries and transfers are for the reviewer. They are no legal assessment.",
];

/// How well a place is known, for legends.
pub(crate) const fn legend(knowledge: Knowledge) -> &'static str {
    match knowledge {
        Knowledge::Own => "the operator's own service",
        Knowledge::Declared => "declared place, signed",
        Knowledge::Range => "place from the provider's published range",
        Knowledge::Estimated => "place estimated (country of the address)",
        Knowledge::Unknown => "place unknown",
    }
}

/// Where the endpoint is, in the words that the evidence allows.
pub(crate) fn place(key: &FlowKey, evidence: &[&str], directory: &Directory) -> String {
    let labels: Vec<String> = key.places.iter().map(|name| Place::named(name).label).collect();
    let labels = labels.join(" and ");
    let words = match key.knowledge() {
        Knowledge::Own => format!("the operator's own service in {labels}, as its inventory says"),
        Knowledge::Declared => {
            let signed: Vec<&str> =
                evidence.iter().filter_map(|id| directory.signed.get(*id)).map(String::as_str).collect();
            let signed = match signed.as_slice() {
                [] => "signed; when is with the evidence".to_owned(),
                times => times.join(", "),
            };
            let agrees = if key.grade == Grade::SR { "; the provider's published range agrees" } else { "" };
            format!("declared place {labels} ({signed}){agrees}")
        }
        Knowledge::Range => format!("place {labels}, from the provider's published range of addresses"),
        Knowledge::Estimated => format!("place estimated: {labels}, the country of the address"),
        // The grade is that of the address of which least is known; of others more may be known.
        Knowledge::Unknown if !labels.is_empty() => {
            format!("place unknown for some of its addresses; {labels} for others")
        }
        Knowledge::Unknown if key.grade == Grade::X => {
            "place unknown: the address is served from many places at once".to_owned()
        }
        Knowledge::Unknown => "place unknown".to_owned(),
    };
    if key.conflict {
        format!("{words}; declaration and published range contradict each other, so the places of both are listed")
    } else {
        words
    }
}

/// What happened to the data, as a sentence without full stop.
pub(crate) fn handover(key: &FlowKey, evidence: &[&str], directory: &Directory) -> String {
    let recipient = directory.recipient(&key.connector, &key.host);
    if directory.is_own(&key.connector) {
        format!("passed to {}", place(key, evidence, directory))
    } else {
        format!("handed over to {recipient}, {}", place(key, evidence, directory))
    }
}

/// What a country means for a transfer out of the EEA, as a hint. `area` is the hint of the region or country.
pub(crate) fn transfer(country: &str, area: Option<&str>, basis: &[String]) -> String {
    let recorded = if basis.is_empty() { String::new() } else { format!("; recorded basis: {}", basis.join(", ")) };
    match area {
        Some("EEA") => {
            "inside the EEA, as far as the place is known; onward transfers by the recipient are not visible here"
                .to_owned()
        }
        Some("adequate") => {
            format!("third country covered by an adequacy decision (Art. 45); its scope is to be checked{recorded}")
        }
        Some(_) if country == "US" => format!(
            "third country; covered by an adequacy decision only for recipients on the Data Privacy Framework list, to be \
             checked{}",
            if basis.is_empty() { format!("; safeguards otherwise {TO_BE_FILLED_IN}") } else { recorded }
        ),
        Some(_) => format!(
            "third country without an adequacy decision{}",
            if basis.is_empty() {
                format!("; safeguards (Art. 46) or exception (Art. 49) {TO_BE_FILLED_IN}")
            } else {
                recorded
            }
        ),
        None => format!("whether this is a transfer to a third country is {TO_BE_FILLED_IN}{recorded}"),
    }
}

/// What the product does for the security of processing, as far as it is the same everywhere (Art. 32(1)).
pub(crate) const SECURITY: [&str; 7] = [
    "payload is processed in memory and streamed; none is written to disk, log or queue by the gateway",
    "callers prove who they are with access tokens; only hashes of tokens are stored",
    "each call needs a permission policy that allows it; what none allows is refused",
    "each call runs only in a cell inside the boundary of its environment, and its destination is judged by the addresses that \
     are connected to",
    "secrets of connections are sealed with AES-256-GCM under a data key for each environment, which a key-encryption key \
     wraps",
    "each decision is in an append-only, hash-chained ledger with signed checkpoints before the call is sent",
    "users stand in the ledger as pseudonyms whose assignment can be erased",
];

#[cfg(test)]
pub(crate) mod tests {
    /// What no output may say, in lower case. A denial (`no legal assessment`) is not a claim and is not among them.
    pub(crate) const FORBIDDEN: [&str; 22] = [
        "compliant",
        "compliance",
        "certified gdpr",
        "gdpr certified",
        "gdpr-certified",
        "gdpr does not apply",
        "no data is processed",
        "does not process",
        "never leaves",
        "data stays",
        "stays in region",
        "stays inside",
        "stays within",
        "remains in",
        "data is safe",
        "safe country",
        "guarantee",
        "sub-processor",
        "trustworthy",
        "fully secure",
        "in accordance with the gdpr",
        "lawful transfer",
    ];

    /// Fails when a text claims what nobody measured.
    pub(crate) fn assert_modest(text: &str) {
        let text = text.to_lowercase();
        for claim in FORBIDDEN {
            assert!(!text.contains(claim), "`{claim}` is claimed in: {text}");
        }
    }

    #[test]
    fn the_words_claim_nothing() {
        for text in super::ABOUT.iter().chain(&super::SECURITY) {
            assert_modest(text);
        }
        for knowledge in crate::Knowledge::ALL {
            assert_modest(super::legend(knowledge));
        }
        for (country, area) in
            [("DE", Some("EEA")), ("JP", Some("adequate")), ("US", Some("none")), ("IN", Some("none")), ("", None)]
        {
            assert_modest(&super::transfer(country, area, &[]));
            let with = super::transfer(country, area, &["SCC module 2".to_owned()]);
            assert_modest(&with);
            assert!(area == Some("EEA") || with.contains("recorded basis: SCC module 2"), "{with}");
        }
    }

    #[test]
    fn the_sources_hold_no_claim_either() {
        // Every text that says something about places, hosts, cells or what became of a call stands in one of these files:
        // what commands and the API print, bars and what they find, refusals, reports, and the pages about them. More than
        // is printed is looked at (comments too), and this list itself is not.
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut files = Vec::new();
        for place in [
            "records/src",
            "boundary/src",
            "probe/src",
            "certify/src",
            "gateway/src",
            "upstream/src",
            "console/src",
            "backshell/src/commands/residency",
            "backshell/src/commands/endpoint",
            "backshell/src/commands/cell.rs",
            "backshell/src/drift",
            "backshell/src/residency",
            "backshell/src/egress.rs",
            "backshell/src/identity.rs",
        ] {
            let (before, mut waiting) = (files.len(), vec![root.join(place)]);
            while let Some(path) = waiting.pop() {
                if path.is_dir() {
                    waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                } else {
                    files.push(path);
                }
            }
            assert!(files.len() > before, "there is nothing in `{place}` any more");
        }
        for page in ["residency", "records", "endpoints", "cells", "operations", "refusals"] {
            files.push(root.parent().unwrap().join("docs").join(page).with_extension("md"));
        }
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let shown = text.split("#[cfg(test)]").next().unwrap().to_lowercase();
            for claim in FORBIDDEN {
                let at = shown.find(claim);
                assert!(at.is_none(), "{} claims `{claim}`", file.display());
            }
        }
    }
}
