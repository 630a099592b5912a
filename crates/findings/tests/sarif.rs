//! The SARIF output against the schema of OASIS.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use backshell_findings::{Check, Finding, Identity, Place, Report, RuleInfo, Severity, Suppressed, Suppression, sarif};
use backshell_source::{Span, Text};
use serde_json::Value;

fn finding(rule: &'static str, severity: Severity, place: Place) -> Finding {
    let identity = Identity {
        file: "apiDefinition.swagger.json".into(),
        place: place.pointer.clone(),
        fingerprint: "9f2c1a7b00000000".to_owned(),
    };
    Finding {
        check: Check::Swagger,
        rule: rule.into(),
        severity,
        message: "something is `wrong`".to_owned(),
        help: "mend it".into(),
        place,
        identity: Some(Box::new(identity)),
    }
}

fn info(id: &str) -> Option<RuleInfo> {
    (id != "Unknown").then(|| RuleInfo {
        id: id.to_owned(),
        severity: Severity::Error,
        short: "Short.".to_owned(),
        full: "Full.".to_owned(),
        help: "Help.".to_owned(),
        page: "# Page".to_owned(),
        tags: vec!["operations".to_owned()],
    })
}

fn report() -> Report {
    let text = Text::new("{\n  \"ä\": 1\n}");
    let place = Place::in_text("my connector/apiDefinition.swagger.json", &text, Span::new(4, 8), "/ä");
    Report {
        findings: vec![
            finding("OperationIdNotUnique", Severity::Error, place.clone()),
            finding("Unknown", Severity::Note, Place::file("readme.md")),
        ],
        suppressed: vec![
            Suppressed {
                finding: finding("BS-HttpsOnly", Severity::Warning, place.clone()),
                because: Suppression::Allowed("the sandbox has no TLS".to_owned()),
            },
            Suppressed {
                finding: finding("OperationIdNotUnique", Severity::Error, place),
                because: Suppression::Baseline,
            },
        ],
        files: 2,
        ..Report::default()
    }
}

fn output(report: &Report) -> Value {
    serde_json::from_str(&sarif::render(report, "0.1.0", &info)).unwrap()
}

#[test]
fn it_is_valid_against_the_official_schema() {
    let validator = jsonschema::validator_for(&backshell_testkit::sarif_schema()).unwrap();
    for report in [report(), Report::default()] {
        let output = output(&report);
        let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut broken = output(&report());
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&broken), "the schema test must be able to fail");
    let mut broken = output(&report());
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
    assert!(!validator.is_valid(&broken), "the schema test must be able to fail");
}

#[test]
fn a_run_that_could_not_be_done_is_no_success() {
    let succeeded = |report: &Report| output(report)["runs"][0]["invocations"][0]["executionSuccessful"].clone();
    assert_eq!(succeeded(&report()), true, "findings are no failure of the run");
    assert_eq!(succeeded(&Report { is_incomplete: true, ..report() }), false);
}

#[test]
fn results_say_rule_place_fingerprint_and_suppression() {
    let output = output(&report());
    let run = &output["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["partialFingerprints"]["backshell/v1"], "9f2c1a7b00000000");
    }
    let [first, second, allowed, accepted] = run["results"].as_array().unwrap().as_slice() else { panic!("{output}") };
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20connector/apiDefinition.swagger.json");
    let region = serde_json::json!({"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 6});
    assert_eq!(place["region"], region, "columns are characters, the end is behind the last");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(first["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "/ä");
    assert!(first.get("suppressions").is_none() && second.get("suppressions").is_none());
    assert_eq!(allowed["suppressions"][0]["justification"], "the sandbox has no TLS");
    assert_eq!(accepted["suppressions"][0]["justification"], "the baseline has it");
    let known = rules.iter().find(|rule| rule["id"] == "OperationIdNotUnique").unwrap();
    assert_eq!(known["help"], serde_json::json!({"text": "Help.", "markdown": "# Page"}));
}
