//! One golden report per cell of the profile table, and the JSON output against the published schema.

use backshell_certify::{Certification, CheckState, EndpointCheck, Request, Update, certify, certify_update, profile};
use backshell_findings::text::TextOptions;
use backshell_findings::{Check, Severity};
use backshell_model::{Infrastructure, PublisherKind, Verdict};
use backshell_package::{Limits, ReadPackage, read_files};
use backshell_probe::hosts::{Endpoint, endpoints};
use backshell_probe::measure::{Lists, unmeasured};
use backshell_probe::verify;
use backshell_testkit::MockClock;
use std::fmt::Write as _;
use std::{io::Write as _, path::Path};

const DEFINITION: &str = r#"{
    "swagger": "2.0",
    "info": { "title": "Contoso Orders", "version": "1.2", "description": "Creates and tracks the orders of a shop.",
        "contact": { "name": "Contoso", "url": "https://contoso.com", "email": "help@contoso.com" } },
    "host": "api.contoso.com",
    "basePath": "/",
    "schemes": ["https"],
    "paths": {
        "/orders/{id}": {
            "get": {
                "operationId": "GetOrder", "summary": "Get order", "description": "Answers one order.",
                "parameters": [
                    { "name": "id", "in": "path", "required": true, "type": "string", "x-ms-summary": "Order id",
                        "description": "The order's number." }
                ],
                "responses": { "200": { "description": "OK" } }
            }
        }
    },
    "x-ms-connector-metadata": [
        { "propertyName": "Privacy Policy", "propertyValue": "https://contoso.com/privacy" },
        { "propertyName": "Website", "propertyValue": "https://contoso.com" },
        { "propertyName": "Categories", "propertyValue": "Commerce" }
    ]
}
"#;
const PROPERTIES: &str = r##"{ "properties": { "publisher": "Contoso", "stackOwner": "Contoso", "iconBrandColor": "#da3b01",
    "connectionParameters": {} } }"##;

fn package(definition: &str) -> ReadPackage {
    let files = [
        ("apiDefinition.swagger.json", definition),
        ("apiProperties.json", PROPERTIES),
        ("readme.md", "# Contoso Orders"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().into()));
    read_files("contoso", files.to_vec(), &Limits::default())
}

fn certified(definition: &str, publisher: PublisherKind, infrastructure: Infrastructure) -> Certification {
    // As `endpoint --offline` gives it: what the package says is judged, and nothing is measured.
    let read = package(definition);
    let (clock, lists) = (MockClock::at(1_800_000_000), Lists::default());
    let judged = |endpoint: &Endpoint| unmeasured(endpoint, &[], &clock, &lists, "nothing is asked");
    let facts: Vec<_> = endpoints(&read.package, None).iter().map(judged).collect();
    let endpoint = EndpointCheck::Verified(verify(&facts));
    certify(&read, &Request { publisher, infrastructure, path: None, endpoint })
}

#[test]
fn one_report_per_cell() {
    for (publisher, infrastructure, _) in profile::TABLE {
        let report = certified(DEFINITION, *publisher, *infrastructure).text(&TextOptions::default());
        insta::assert_snapshot!(format!("{publisher}_{infrastructure}"), report);
    }
}

#[test]
fn an_error_refuses() {
    let broken = DEFINITION.replace("{id}\"", "{id\"");
    let outcome = certified(&broken, PublisherKind::Verified, Infrastructure::External);
    assert_eq!(outcome.verdict, Verdict::Refused);
    assert!(outcome.report.findings.iter().any(|finding| finding.rule == "OperationPathTemplateNotValid"));
    let unreadable = certified("{ \"swagger\": ", PublisherKind::Verified, Infrastructure::External);
    assert_eq!(unreadable.verdict, Verdict::Refused);
    assert_eq!(unreadable.subject.name, "contoso");
}

#[test]
fn the_package_is_held_against_the_kind_of_its_publisher() {
    let mismatches = |publisher| {
        let outcome = certified(DEFINITION, publisher, Infrastructure::External);
        outcome.report.findings.iter().filter(|finding| finding.rule == "BS-PropsPublisherMismatch").count()
    };
    // The owner of the service is a verified publisher itself, and never an independent one.
    assert_eq!(mismatches(PublisherKind::Verified), 0);
    assert_eq!(mismatches(PublisherKind::Independent), 1);
}

#[test]
fn what_cannot_be_judged_to_the_end_is_refused() {
    // So few operations that their number is none too many; what takes long is that their paths are.
    let (mut paths, front) = (String::new(), "/a".repeat(400));
    for number in 0..240 {
        let _ = write!(
            paths,
            r#""{front}/{number}": {{ "get": {{ "operationId": "GetItem{number}", "summary": "Get item {number}",
                "description": "Answers item {number}.", "responses": {{ "200": {{ "description": "OK" }} }} }} }},"#
        );
    }
    let definition = DEFINITION.replacen("\"paths\": {", &format!("\"paths\": {{ {paths}"), 1);
    let outcome = certified(&definition, PublisherKind::Verified, Infrastructure::External);
    let errors = outcome.report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let rules: Vec<_> = errors.map(|finding| &*finding.rule).collect();
    assert_eq!((rules, outcome.verdict), (vec!["BS-NotAllJudged"], Verdict::Refused));
}

#[test]
fn a_package_without_errors_is_incomplete_while_checks_are_missing() {
    let outcome = certified(DEFINITION, PublisherKind::Platform, Infrastructure::Internal);
    assert_eq!(outcome.verdict, Verdict::Incomplete);
}

#[test]
fn an_update_is_held_against_the_versions_in_use() {
    let required = DEFINITION.replace(
        r#""parameters": ["#,
        r#""parameters": [ { "name": "view", "in": "query", "type": "string", "required": true, "x-ms-summary": "View",
            "description": "How much is shown." },"#,
    );
    let (first, next) = (package(DEFINITION), package(&required.replace("1.2", "2.0")));
    let endpoint = EndpointCheck::NotRun("nobody looked".to_owned());
    let request =
        Request { publisher: PublisherKind::Verified, infrastructure: Infrastructure::External, path: None, endpoint };
    let earlier = [package(&required), first.clone()];
    let certified = |earlier: &[ReadPackage], connections_stay| {
        let update = Update { earlier, connections_stay, place_of_host: None };
        certify_update(&next, &request, Some(&update))
    };
    let state = |outcome: &Certification| {
        let found = outcome.checks.iter().find(|outcome| outcome.check == Check::Breaking).unwrap();
        (found.state, found.reason.clone())
    };
    let severity = |outcome: &Certification| {
        let found = outcome.report.findings.iter().find(|finding| finding.rule == "parameter-required-added");
        found.map(|finding| finding.severity)
    };

    let refused = certified(&earlier, false);
    assert_eq!(state(&refused), (CheckState::Failed, "1 breaking change".to_owned()));
    assert_eq!((refused.verdict, severity(&refused)), (Verdict::Refused, Some(Severity::Error)));
    assert_eq!(refused.unbroken, [true, false]);
    let kept = certified(&earlier, true);
    assert_eq!(state(&kept).0, CheckState::Passed);
    assert!(state(&kept).1.ends_with("connections made with an earlier version stay on it"));
    assert_eq!((kept.verdict, severity(&kept)), (Verdict::Incomplete, Some(Severity::Warning)));
    for (earlier, expected) in
        [(&[][..], (CheckState::Passed, &[][..])), (&earlier[..1], (CheckState::Passed, &[true]))]
    {
        let outcome = certified(earlier, false);
        assert_eq!((state(&outcome), &outcome.unbroken[..]), ((expected.0, String::new()), expected.1));
        assert_eq!(severity(&outcome), None);
    }
    let unreadable = certified(&[package("{")], true);
    assert_eq!((state(&unreadable).0, &unreadable.unbroken[..]), (CheckState::NotRun, &[false][..]));
}

#[test]
fn json_keeps_the_contract() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contracts/certify.schema.json");
    let Ok(schema) = std::fs::read(&path) else {
        assert!(!in_ci(), "{} is not here", path.display());
        let _ = writeln!(std::io::stderr(), "skipped: {} is not here", path.display());
        return;
    };
    let validator = jsonschema::draft202012::new(&serde_json::from_slice(&schema).unwrap()).unwrap();
    for definition in [DEFINITION, "{}", "not JSON"] {
        for (publisher, infrastructure, _) in profile::TABLE {
            let text = certified(definition, *publisher, *infrastructure).json("0.1.0");
            let output: serde_json::Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{publisher} x {infrastructure}: {errors:#?}");
        }
    }
    assert!(!validator.is_valid(&serde_json::json!({ "tool": "backshell" })), "the schema test must be able to fail");
}

#[expect(clippy::disallowed_methods, reason = "only the environment says whether this is a CI run")]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}
