//! The report as Markdown: the same without the drawing; the map in words.

use crate::escape::markdown;
use crate::numbers::{bytes, counted, grouped};
use crate::report::{MOST_ROWS, Report};
use crate::wording;
use std::fmt::Write;

impl Report {
    /// The report as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let (to, from) = self.bytes();
        // Writing into a `String` cannot fail.
        let _ = writeln!(
            text,
            "# {}\n\n{}\n\n| calls | handed to services | came from services | with a notice | refused |\n|---|---|---|---|---|\n\
             | {} | {} | {} | {} | {} |\n",
            self.organisation.as_deref().map_or_else(
                || "Where calls went".to_owned(),
                |organisation| format!("Where the calls of {} went", markdown(organisation))
            ),
            markdown(&self.document.period),
            grouped(self.document.calls()),
            bytes(to),
            bytes(from),
            grouped(self.noticed()),
            grouped(self.refused()),
        );
        if !self.document.flows.is_empty() {
            text.push_str("## How well the places are known\n\n| | calls | hosts |\n|---|---|---|\n");
            for share in self.shares() {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} |",
                    wording::legend(share.knowledge),
                    grouped(share.calls),
                    share.recipients
                );
            }
            text.push_str("\n## Where calls went\n\n");
            for sentence in self.ways.sentences().iter().take(MOST_ROWS) {
                let _ = writeln!(text, "- {}", markdown(sentence));
            }
            text.push_str(
                "\n## Recipients\n\n| recipient | what happened | decision | calls | sent | received | first | last |\n\
                 |---|---|---|---|---|---|---|---|\n",
            );
            for flow in self.document.flows.iter().take(MOST_ROWS) {
                let notice = if flow.notice { ", notice" } else { "" };
                let _ = writeln!(
                    text,
                    "| {}<br>{} | {}<br>{}, home {}, executed in {} | {} {}, grade {}{notice} | {} | {} | {} | {} | {} |",
                    markdown(&flow.connector_title),
                    markdown(&flow.host),
                    markdown(&flow.statement),
                    markdown(&flow.environment_name),
                    markdown(&flow.home),
                    markdown(&flow.cell_region),
                    markdown(&flow.row),
                    markdown(&flow.reason),
                    flow.grade,
                    grouped(flow.calls),
                    bytes(flow.bytes_to_service),
                    bytes(flow.bytes_from_service),
                    flow.first,
                    flow.last,
                );
            }
        }
        if !self.document.refused.is_empty() {
            text.push_str(
                "\n## Refused\n\nNothing of these calls left the cell.\n\n| connector | code | reason | calls |\n|---|---|---|---|\n",
            );
            for refused in self.document.refused.iter().take(MOST_ROWS) {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} | {} |",
                    markdown(&refused.connector),
                    markdown(&refused.code),
                    markdown(&refused.reason),
                    grouped(refused.calls)
                );
            }
        }
        text.push_str("\n## How to read this\n");
        for about in wording::ABOUT {
            let _ = writeln!(text, "\n{about}");
        }
        for remark in &self.document.remarks {
            let _ = writeln!(text, "\n> {}.", markdown(remark));
        }
        let _ = writeln!(
            text,
            "\nMade {} from {} of the ledger. `backshell ledger verify` says whether the ledger still is what was recorded.",
            self.document.generated_at,
            counted(self.document.records, "record", "records")
        );
        text
    }
}
