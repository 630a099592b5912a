//! The register as JSON, CSV and Markdown.

use crate::escape::{markdown, spreadsheet};
use crate::gather::RecordsError;
use crate::register::{Activity, Register};
use std::fmt::Write;

impl Register {
    /// The whole of it as JSON.
    pub fn json(&self) -> Result<String, RecordsError> {
        serde_json::to_string_pretty(self).map_err(|error| RecordsError::Write(error.to_string()))
    }

    /// One line per activity and article, for spreadsheets. Parts of a field stand behind each other with ` | ` between.
    pub fn csv(&self) -> Result<String, RecordsError> {
        let failed = |error: &dyn std::fmt::Display| RecordsError::Write(error.to_string());
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record([
            "article",
            "environment",
            "connector",
            "name_and_contact",
            "joint_controllers",
            "representative",
            "data_protection_officer",
            "on_behalf_of",
            "categories_of_processing",
            "purposes",
            "categories_of_data_subjects",
            "categories_of_personal_data",
            "recipients",
            "transfers",
            "erasure",
            "security",
            "calls",
        ])
        .map_err(|error| failed(&error))?;
        let mut line = |article: &str, head: [&str; 4], activity: &Activity| {
            let [name, joint, representative, dpo] = head;
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let list = |list: &Option<Vec<String>>| list.as_deref().map(|list| list.join(" | ")).unwrap_or_default();
            let fields = [
                article,
                &activity.environment,
                &activity.connector,
                name,
                joint,
                representative,
                dpo,
                &text(&activity.on_behalf_of),
                &text(&activity.categories_of_processing),
                &text(&activity.purposes),
                &text(&activity.data_subjects),
                &text(&activity.data_categories),
                &list(&activity.recipients),
                &activity.transfers.join(" | "),
                &list(&activity.erasure),
                &activity.security.join(" | "),
                &activity.calls.to_string(),
            ];
            out.write_record(fields.map(spreadsheet))
        };
        if let Some(part) = &self.controller {
            let head = [&*part.controller, &*part.joint_controllers, &*part.representative, &*part.dpo];
            for activity in &part.activities {
                line("30(1)", head, activity).map_err(|error| failed(&error))?;
            }
        }
        if let Some(part) = &self.processor {
            let head = [&*part.processor, "", &*part.representative, &*part.dpo];
            for activity in &part.activities {
                line("30(2)", head, activity).map_err(|error| failed(&error))?;
            }
        }
        let bytes = out.into_inner().map_err(|error| failed(&error))?;
        String::from_utf8(bytes).map_err(|error| failed(&error))
    }

    /// For people, as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "# Record of processing activities\n\nMade on {} from the ledger of Backshell; calls of: {}.\n",
            self.generated_at,
            markdown(&self.period)
        );
        // Writing into a `String` cannot fail.
        for remark in &self.remarks {
            let _ = writeln!(text, "\n> {}", markdown(remark));
        }
        if let Some(part) = &self.controller {
            text.push_str("\n## As controller (Art. 30(1) GDPR)\n\n| | |\n|---|---|\n");
            for (name, value) in [
                ("(a) Controller", &part.controller),
                ("(a) Joint controllers", &part.joint_controllers),
                ("(a) Representative", &part.representative),
                ("(a) Data protection officer", &part.dpo),
            ] {
                let _ = writeln!(text, "| {name} | {} |", markdown(value));
            }
            part.activities.iter().for_each(|activity| activity_table(&mut text, activity));
        }
        if let Some(part) = &self.processor {
            text.push_str("\n## As processor (Art. 30(2) GDPR)\n\n| | |\n|---|---|\n");
            for (name, value) in [
                ("(a) Processor", &part.processor),
                ("(a) Representative", &part.representative),
                ("(a) Data protection officer", &part.dpo),
            ] {
                let _ = writeln!(text, "| {name} | {} |", markdown(value));
            }
            part.activities.iter().for_each(|activity| activity_table(&mut text, activity));
        }
        text
    }
}

fn activity_table(text: &mut String, activity: &Activity) {
    let processor = activity.on_behalf_of.is_some();
    let _ = write!(
        text,
        "\n### {} in {}\n\n| | |\n|---|---|\n",
        markdown(&activity.connector),
        markdown(&activity.environment)
    );
    let mut row = |name: &str, parts: &[String]| {
        let parts: Vec<String> = parts.iter().map(|part| markdown(part)).collect();
        let _ = writeln!(text, "| {name} | {} |", parts.join("<br>"));
    };
    let rows = [
        ("(a) On behalf of", &activity.on_behalf_of),
        ("(b) Categories of processing", &activity.categories_of_processing),
        ("(b) Purposes", &activity.purposes),
        ("(c) Categories of data subjects", &activity.data_subjects),
        ("(c) Categories of personal data", &activity.data_categories),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            row(name, std::slice::from_ref(value));
        }
    }
    if let Some(recipients) = &activity.recipients {
        row("(d) Recipients", recipients);
    }
    row(if processor { "(c) Transfers" } else { "(e) Transfers" }, &activity.transfers);
    if let Some(erasure) = &activity.erasure {
        row("(f) Times of erasure", erasure);
    }
    row(if processor { "(d) Security" } else { "(g) Security" }, &activity.security);
}
