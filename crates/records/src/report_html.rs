//! The report as one HTML file: no script, nothing fetched, readable on a telephone, on paper and by a screen reader.

use crate::escape::markup;
use crate::flow_document::FlowView;
use crate::numbers::{bytes, counted, float, grouped};
use crate::place::Knowledge;
use crate::report::{MOST_ROWS, Report};
use crate::wording;
use std::fmt::Write;

const STYLE: &str = include_str!("../data/report.css");

impl Report {
    /// The report as a page.
    pub fn html(&self) -> String {
        let mut page = String::with_capacity(256 * 1024);
        let period = markup(&self.document.period);
        let title = self.organisation.as_deref().map_or_else(
            || "Where calls went".to_owned(),
            |organisation| format!("Where the calls of {} went", markup(organisation)),
        );
        // Writing into a `String` cannot fail.
        let _ = write!(
            page,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{title}: {period}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n\
             <p class=\"kind\">Backshell data flow report</p>\n<h1>{title}</h1>\n<p class=\"period\">{period}</p>\n</header>\n"
        );
        self.figures(&mut page);
        self.map(&mut page);
        self.recipients(&mut page);
        self.refusals(&mut page);
        page.push_str("<section>\n<h2>How to read this</h2>\n");
        for text in wording::ABOUT {
            let _ = writeln!(page, "<p>{}</p>", markup(text));
        }
        for remark in &self.document.remarks {
            let _ = writeln!(page, "<p class=\"remark\">{}.</p>", markup(remark));
        }
        let _ = write!(
            page,
            "</section>\n<footer><p>Made {} from {} of the ledger. <code>backshell ledger verify</code> says whether the ledger \
             still is what was recorded.</p></footer>\n</main>\n</body>\n</html>\n",
            self.document.generated_at,
            counted(self.document.records, "record", "records")
        );
        page
    }

    fn figures(&self, page: &mut String) {
        let (to, from) = self.bytes();
        let calls = self.document.calls();
        page.push_str("<section aria-label=\"Figures\">\n<dl class=\"figures\">\n");
        for (name, value) in [
            ("Calls", grouped(calls)),
            ("Handed to services", bytes(to)),
            ("Came from services", bytes(from)),
            ("With a notice", grouped(self.noticed())),
            ("Refused", grouped(self.refused())),
        ] {
            let _ = writeln!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>");
        }
        page.push_str("</dl>\n");
        if calls > 0 {
            page.push_str("<h2>How well the places are known</h2>\n<ul class=\"shares\">\n");
            for share in self.shares() {
                let percent = 100.0 * float(share.calls) / float(calls);
                let _ = writeln!(
                    page,
                    "<li><span class=\"bar {}\" style=\"--share:{percent:.1}%\"></span><span class=\"name\">{}</span>\
                     <span class=\"value\">{} ({percent:.0} %), {}</span></li>",
                    share.knowledge.as_str(),
                    wording::legend(share.knowledge),
                    counted(share.calls, "call", "calls"),
                    counted(share.recipients as u64, "host", "hosts")
                );
            }
            page.push_str("</ul>\n");
        }
        page.push_str("</section>\n");
    }

    fn map(&self, page: &mut String) {
        page.push_str("<section>\n<h2>Map</h2>\n");
        if self.document.flows.is_empty() {
            page.push_str("<p>No calls were sent in this period.</p>\n</section>\n");
            return;
        }
        let _ = write!(page, "<figure>\n<div class=\"map\">{}</div>\n", self.ways.world("world"));
        if let Some(detail) = self.ways.detail("detail") {
            let _ = writeln!(page, "<div class=\"map\">{detail}</div>");
        }
        page.push_str("<figcaption><ul class=\"legend\">\n");
        page.push_str(
            "<li><svg viewBox=\"0 0 44 14\" aria-hidden=\"true\"><rect x=\"17\" y=\"2\" width=\"10\" height=\"10\" \
             fill=\"#1d2a35\"/></svg>region of a cell, where the gateway processes calls</li>\n",
        );
        for (knowledge, color, dashes) in self.ways.legend() {
            let mark = match knowledge {
                Knowledge::Estimated => format!(
                    "<circle cx=\"37\" cy=\"7\" r=\"5.5\" fill=\"#fff\" stroke=\"{color}\" stroke-width=\"1.6\" \
                     stroke-dasharray=\"3 2.5\"/>"
                ),
                Knowledge::Unknown => format!(
                    "<rect x=\"31\" y=\"2\" width=\"12\" height=\"10\" rx=\"2\" fill=\"#fff\" stroke=\"{color}\" \
                     stroke-dasharray=\"1.5 2\"/>"
                ),
                _ => format!("<circle cx=\"37\" cy=\"7\" r=\"5\" fill=\"{color}\"/>"),
            };
            let _ = writeln!(
                page,
                "<li><svg viewBox=\"0 0 44 14\" aria-hidden=\"true\"><path d=\"M1 7H31\" stroke=\"{color}\" stroke-width=\"3\" \
                 stroke-linecap=\"{}\" stroke-dasharray=\"{dashes}\"/>{mark}</svg>{}</li>",
                if knowledge == Knowledge::Unknown { "round" } else { "butt" },
                wording::legend(knowledge)
            );
        }
        page.push_str(
            "</ul>\n<p>The wider a line, the more calls. A country that is estimated is drawn in its middle, a place that is \
             unknown below the map.</p></figcaption>\n</figure>\n<details>\n<summary>The map in words</summary>\n<ul>\n",
        );
        for sentence in self.ways.sentences().iter().take(MOST_ROWS) {
            let _ = writeln!(page, "<li>{}</li>", markup(sentence));
        }
        page.push_str("</ul>\n</details>\n</section>\n");
    }

    fn recipients(&self, page: &mut String) {
        if self.document.flows.is_empty() {
            return;
        }
        page.push_str(
            "<section>\n<h2>Recipients</h2>\n<table>\n<thead><tr><th scope=\"col\">Recipient</th><th scope=\"col\">What \
             happened</th><th scope=\"col\">Decision</th><th scope=\"col\" class=\"number\">Calls</th><th scope=\"col\" \
             class=\"number\">Sent</th><th scope=\"col\" class=\"number\">Received</th><th scope=\"col\">First and \
             last</th></tr></thead>\n<tbody>\n",
        );
        for flow in self.document.flows.iter().take(MOST_ROWS) {
            row(page, flow);
        }
        page.push_str("</tbody>\n</table>\n");
        let more = self.document.flows.len().saturating_sub(MOST_ROWS);
        if more > 0 {
            let _ = writeln!(
                page,
                "<p class=\"remark\">{} not listed here; <code>backshell residency flows</code> lists all.</p>",
                counted(more as u64, "smaller flow is", "smaller flows are")
            );
        }
        page.push_str("</section>\n");
    }

    fn refusals(&self, page: &mut String) {
        if self.document.refused.is_empty() {
            return;
        }
        page.push_str(
            "<section>\n<h2>Refused</h2>\n<p>Nothing of these calls left the cell.</p>\n<table>\n<thead><tr><th \
             scope=\"col\">Connector</th><th scope=\"col\">Code</th><th scope=\"col\">Reason</th><th scope=\"col\" \
             class=\"number\">Calls</th></tr></thead>\n<tbody>\n",
        );
        for refused in self.document.refused.iter().take(MOST_ROWS) {
            let connector = if refused.connector.is_empty() { "none found" } else { &refused.connector };
            let _ = writeln!(
                page,
                "<tr><td data-name=\"Connector\">{}</td><td data-name=\"Code\">{}</td><td data-name=\"Reason\">{}</td>\
                 <td data-name=\"Calls\" class=\"number\">{}</td></tr>",
                markup(connector),
                markup(&refused.code),
                markup(&refused.reason),
                grouped(refused.calls)
            );
        }
        page.push_str("</tbody>\n</table>\n</section>\n");
    }
}

fn row(page: &mut String, flow: &FlowView) {
    let who: Vec<String> = [&flow.app, &flow.user, &flow.token]
        .into_iter()
        .filter(|name| !name.is_empty())
        .map(|name| markup(name))
        .collect();
    let who =
        if who.is_empty() { String::new() } else { format!("<br><span class=\"quiet\">by {}</span>", who.join(", ")) };
    let notice = if flow.notice { " <span class=\"notice\">notice</span>" } else { "" };
    let grants = match (flow.grants.is_empty(), flow.bases.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!("<br>grant {}", markup(&flow.grants.join(", "))),
        (false, false) => {
            format!("<br>grant {}: {}", markup(&flow.grants.join(", ")), markup(&flow.bases.join("; ")))
        }
    };
    let unfinished = if flow.unfinished == 0 {
        String::new()
    } else {
        format!("<br><span class=\"quiet\">{} without completion</span>", grouped(flow.unfinished))
    };
    let days = |time: &str| time.split('T').next().unwrap_or_default().to_owned();
    let (first, last) = (days(&flow.first), days(&flow.last));
    let when = if first == last { first } else { format!("{first}<br>to {last}") };
    let _ = writeln!(
        page,
        "<tr><th scope=\"row\">{}<br><span class=\"quiet\">{}</span>{who}</th><td data-name=\"What happened\"><span class=\"key \
         {}\"></span>{}<br><span class=\"quiet\">{}, home {}, executed in {}</span></td><td data-name=\"Decision\">{} <span \
         class=\"quiet\">{}</span>, grade {}{notice}{grants}</td><td data-name=\"Calls\" class=\"number\">{}{unfinished}</td><td \
         data-name=\"Sent\" class=\"number\">{}</td><td data-name=\"Received\" class=\"number\">{}</td><td data-name=\"First and \
         last\" class=\"when\">{when}</td></tr>",
        markup(&flow.connector_title),
        markup(&flow.host),
        flow.place_known,
        markup(&flow.statement),
        markup(&flow.environment_name),
        markup(&flow.home),
        markup(&flow.cell_region),
        markup(&flow.row),
        markup(&flow.reason),
        flow.grade,
        grouped(flow.calls),
        bytes(flow.bytes_to_service),
        bytes(flow.bytes_from_service),
    );
}
