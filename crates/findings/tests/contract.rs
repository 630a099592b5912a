//! The JSON output against the published schema.

use backshell_findings::{Check, Finding, Place, Report, Severity, json};
use std::{io::Write as _, path::Path};

/// The schema of the contract, or `None` (with a message) where the contracts are not beside the repository.
fn schema(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contracts").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            assert!(!in_ci(), "{} cannot be read: {error}", path.display());
            let _ = writeln!(std::io::stderr(), "skipped: {} is not here", path.display());
            None
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "only the environment says whether this is a CI run")]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}

#[test]
fn json_keeps_the_contract() {
    let Some(schema) = schema("findings.schema.json") else { return };
    let mut report = Report { files: 2, ..Report::default() };
    for (file, check, severity) in [
        ("b.json", Check::Swagger, Severity::Error),
        ("a.json", Check::Malware, Severity::Warning),
        ("a.json", Check::Endpoint, Severity::Note),
    ] {
        report.findings.push(Finding {
            check,
            rule: "BS-Example".into(),
            severity,
            message: format!("an example of {severity}"),
            help: "".into(),
            place: Place::file(file),
            identity: None,
        });
    }
    report.sort();
    let output: serde_json::Value = serde_json::from_str(&json::render(&report, "0.1.0")).unwrap();
    let validator = jsonschema::draft202012::new(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(
        output["summary"],
        serde_json::json!({"files": 2, "errors": 1, "warnings": 1, "notes": 1, "suppressed": 0})
    );
    assert_eq!(output["findings"][2]["file"], "b.json");
    assert_eq!(output["findings"][2]["end_column"], 1);

    let mut broken = output.clone();
    broken["findings"][0]["line"] = 0.into();
    assert!(!validator.is_valid(&broken), "the schema test must be able to fail");
}
