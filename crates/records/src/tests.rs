//! What is made of a ledger with everything in it.

use crate::samples::{HOSTILE, directory, flows, now, organisation};
use crate::wording::tests::assert_modest;
use crate::{By, FlowDocument, Organisation, Register, RegisterFacts, Report, TO_BE_FILLED_IN};
use backshell_ledger::Retention;

fn document(by: By) -> FlowDocument {
    FlowDocument::new(&flows(by), &directory(), now())
}

fn register(organisation: &Organisation) -> Register {
    let facts = RegisterFacts { organisation, retention: Retention::default(), now: now() };
    Register::new(&flows(By::Nobody), &directory(), facts)
}

fn report() -> Report {
    Report::new(&flows(By::App), &directory(), Some("Example Works"), now())
}

/// The words for a connector's flow.
fn statement(document: &FlowDocument, connector: &str) -> String {
    document.flows.iter().find(|flow| flow.connector == connector).unwrap().statement.clone()
}

#[test]
fn each_sort_of_knowledge_has_its_words() {
    let document = document(By::Nobody);
    for (connector, words) in [
        (
            "crm",
            "handed over to Contoso Ltd, declared place northeurope (North Europe, Ireland) (signed 2026-04-30, valid from 2026-05-04 to 2027-05-03); the \
             provider's published range agrees",
        ),
        (
            "files",
            "handed over to the company that runs files.fabrikam.example (connector published by Ada), place westeurope (West \
             Europe, Netherlands), from the provider's published range of addresses",
        ),
        (
            "mail",
            "handed over to Fabrikam Inc, declared place eastus (East US, United States) (signed; when is with the evidence)",
        ),
        ("tax", "handed over to Tax Ltd, place estimated: United Kingdom, the country of the address"),
        ("cdn", "handed over to Edge Ltd, place unknown: the address is served from many places at once"),
        ("gone", "handed over to the company that runs gone.example, place unknown"),
        ("erp", "passed to the operator's own service in northeurope (North Europe, Ireland), as its inventory says"),
    ] {
        assert_eq!(statement(&document, connector), words);
    }
    let mixed = statement(&document, "mixed");
    assert!(
        mixed.contains("germanywestcentral") && mixed.contains("us-east-1") && mixed.contains("contradict"),
        "{mixed}"
    );
}

#[test]
fn the_flow_ledger_adds_up_in_every_form() {
    let document = document(By::User);
    assert_eq!(document.calls(), 2_997);
    let json: serde_json::Value = serde_json::from_str(&document.json().unwrap()).unwrap();
    let sum =
        |member: &str| json["flows"].as_array().unwrap().iter().map(|flow| flow[member].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("calls"), sum("unfinished")), (2_997, 59));
    assert_eq!(json["from"], "2026-11-01T00:00:00Z");
    assert_eq!(json["to"], "2026-11-29T00:00:00Z");
    assert!(json["flows"][0]["user"].as_str().unwrap().starts_with("usr_"));
    let crm = json["flows"].as_array().unwrap().iter().find(|flow| flow["connector"] == "mail").unwrap();
    assert_eq!((&crm["bases"][0], &crm["places"][0]["country"]), (&"SCC module 2".into(), &"US".into()));

    let csv = document.csv().unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "calls").unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), document.flows.len());
    assert_eq!(rows.iter().map(|row| row[column].parse::<u64>().unwrap()).sum::<u64>(), 2_997);
    for field in rows.iter().flatten() {
        assert!(!field.starts_with(['=', '+', '@', '-']), "a spreadsheet would compute {field}");
    }

    let text = document.text();
    assert!(text.contains("2026-11-01 to 2026-11-28: 2,997 calls"), "{text}");
    assert!(text.contains("1 call was refused; nothing of them left the cell"), "{text}");
    assert!(text.contains("1 record of calls are erased") && text.contains("1 record does not read"), "{text}");
    assert!(!text.contains('\u{1b}'), "a name moves no cursor");
    // Nobody's name and nothing of the payload can be there; users are pseudonyms, and only when asked for.
    let merged = super::tests::document(By::Nobody).text();
    assert!(!merged.contains("usr_") && !merged.contains("who"), "{merged}");
}

#[test]
fn the_register_fills_in_what_is_known_and_nothing_else() {
    let organisation = organisation();
    let register = register(&organisation);
    let controller = register.controller.as_ref().unwrap();
    assert_eq!(controller.controller, "Example Works; contact: privacy@works.example");
    assert_eq!((controller.dpo.as_str(), controller.representative.as_str()), ("dpo@works.example", TO_BE_FILLED_IN));
    let of = |slug: &str| {
        controller.activities.iter().find(|activity| activity.connector.ends_with(&format!("({slug})"))).unwrap()
    };
    let crm = of("crm");
    assert_eq!((crm.environment.as_str(), crm.calls), ("production", 1_200));
    assert_eq!(crm.purposes.as_deref(), Some("customer care"));
    assert_eq!(crm.data_subjects.as_deref(), Some("customers"));
    assert_eq!(crm.data_categories.as_deref(), Some(TO_BE_FILLED_IN));
    let recipients = crm.recipients.as_ref().unwrap();
    assert!(
        recipients[0].starts_with("Contoso Ltd (api.contoso.example): declared place northeurope"),
        "{recipients:?}"
    );
    assert_eq!(recipients[1], "privacy policy that the connector names: https://contoso.example/privacy");
    assert_eq!(
        crm.transfers,
        [
            "Ireland: inside the EEA, as far as the place is known; onward transfers by the recipient are not visible here"
        ]
    );
    let erasure = crm.erasure.as_ref().unwrap();
    assert!(erasure[0].ends_with("after 90 days") && erasure[1].ends_with("after 400 days"), "{erasure:?}");
    assert!(erasure[3].ends_with(TO_BE_FILLED_IN), "{erasure:?}");
    assert_eq!(of("files").purposes.as_deref(), Some("office work"));
    assert!(
        of("mail").transfers[0].contains("Data Privacy Framework") && of("mail").transfers[0].contains("SCC module 2")
    );
    assert!(of("tax").transfers[0].contains("adequacy decision (Art. 45)"), "{:?}", of("tax").transfers);
    assert!(
        of("old").transfers[0].starts_with("place unknown: whether this is a transfer"),
        "{:?}",
        of("old").transfers
    );
    assert_eq!(of("mixed").transfers.len(), 2, "one for each country");

    let processor = register.processor.as_ref().unwrap();
    assert_eq!(processor.activities.len(), controller.activities.len());
    let on_behalf: Vec<_> = processor
        .activities
        .iter()
        .filter(|one| one.environment == "production")
        .map(|one| one.on_behalf_of.as_deref().unwrap())
        .collect();
    assert!(on_behalf.iter().all(|name| *name == "Example Works Retail"), "{on_behalf:?}");
    assert!(processor.activities[0].purposes.is_none() && processor.activities[0].categories_of_processing.is_some());

    let nobody = super::tests::register(&Organisation::default());
    let markdown = nobody.markdown();
    assert!(markdown.contains("`organisation.role`") || markdown.contains("organisation.role"), "{markdown}");
    assert!(markdown.matches(TO_BE_FILLED_IN).count() > 20);
    assert!(nobody.controller.is_some() && nobody.processor.is_some());
}

#[test]
fn the_register_has_every_form() {
    let register = register(&organisation());
    let csv = register.csv().unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    let articles = |article: &str| rows.iter().filter(|row| &row[0] == article).count();
    assert_eq!((articles("30(1)"), articles("30(2)")), (11, 11));
    let json: serde_json::Value = serde_json::from_str(&register.json().unwrap()).unwrap();
    assert_eq!(json["controller"]["activities"].as_array().unwrap().len(), 11);
    let markdown = register.markdown();
    for heading in [
        "(a) Controller",
        "(b) Purposes",
        "(d) Recipients",
        "(e) Transfers",
        "(f) Times of erasure",
        "(g) Security",
        "(a) On behalf of",
    ] {
        assert!(markdown.contains(heading), "{heading}");
    }
    for line in markdown.lines().filter(|line| line.starts_with("| ")) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 3, "a cell breaks out: {line}");
    }
}

#[test]
fn the_report_is_one_page_that_says_the_same_without_its_map() {
    let report = report();
    let (html, svg, markdown) = (report.html(), report.svg(), report.markdown());
    let page = html.replace("http://www.w3.org/2000/svg", "");
    for foreign in ["<script", "http://", "https://", "url(http", "<img", "<link", "<iframe", "@import"] {
        assert!(!page.contains(foreign), "`{foreign}` is in the page");
    }
    for page in [&html, &svg] {
        assert!(!page.contains(HOSTILE) && !page.contains('\u{1b}'));
        assert_tags_match(page);
    }
    assert!(html.contains("&lt;script&gt;"));
    for words in
        ["2,997", "place unknown", "United Kingdom", "The map in words", "SCC module 2", "Nothing of these calls left"]
    {
        assert!(html.contains(words), "{words}");
    }
    // Every way on the map stands in its text alternative.
    let desc = svg.split("<desc id=\"map-desc\">").nth(1).unwrap().split("</desc>").next().unwrap();
    assert_eq!(svg.matches("marker-end").count(), desc.matches(" calls from ").count(), "{desc}");
    assert!(
        desc.contains("from westeurope (West Europe, Netherlands): place unknown")
            && desc.contains("place estimated (country of the address)"),
        "{desc}"
    );
    assert!(markdown.contains("## Where calls went") && !markdown.contains("<script>"));

    let empty = Report::new(
        &crate::Flows::new(crate::Period::default(), By::App, crate::Limits::default()),
        &directory(),
        None,
        now(),
    );
    assert!(empty.html().contains("No calls were sent") && empty.markdown().contains("all records"));
    assert_tags_match(&empty.svg());
}

#[test]
fn nothing_claims_more_than_was_measured() {
    let (document, organisation, report) = (document(By::User), organisation(), report());
    let register = register(&organisation);
    let empty = super::tests::register(&Organisation::default());
    for text in [
        document.text(),
        document.json().unwrap(),
        document.csv().unwrap(),
        register.json().unwrap(),
        register.csv().unwrap(),
        register.markdown(),
        empty.markdown(),
        report.html(),
        report.svg(),
        report.markdown(),
    ] {
        assert_modest(&text);
    }
}

/// Opening and closing tags pair up. What browsers forgive, an SVG file does not.
fn assert_tags_match(page: &str) {
    const VOID: [&str; 2] = ["meta", "br"];
    let mut open: Vec<&str> = Vec::new();
    let body = page.split_once("<style>").map_or(page, |(_, rest)| rest.split_once("</style>").unwrap().1);
    for part in body.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("a tag does not end: {part}"));
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        if tag.starts_with('/') {
            // The head was cut off above.
            if !["head", "html"].contains(&name) {
                assert_eq!(open.pop(), Some(name), "`</{name}>` closes something else");
            }
        } else if !tag.ends_with('/') && !tag.starts_with('!') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}
