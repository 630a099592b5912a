//! Secrets of a package are in no report and in no baseline.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]

use backshell_findings::Finding;
use backshell_lint::{Baseline, Options, check};
use backshell_package::{Limits, read_files};

const CANARY: &str = "ghp_q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1MPw4Sg6Tj8Uex";

fn lint(files: &[(&str, &str)], options: &Options) -> Vec<Finding> {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().into())).collect();
    check(&read_files("package", files, &Limits::default()), options)
}

/// The places that `rule` reports.
fn places<'f>(findings: &'f [Finding], rule: &str) -> Vec<&'f str> {
    let of_rule = findings.iter().filter(|finding| finding.rule == rule);
    of_rule.map(|finding| finding.identity.as_ref().unwrap().place.as_str()).collect()
}

#[test]
fn no_baseline_repeats_a_secret() {
    let definition = format!(
        r#"{{ "definitions": {{ "A": {{ "type": "integer", "enum": ["{CANARY}", "{CANARY}"],
            "example": [{{ "value": "{CANARY}" }}, {{ "name": "{CANARY}" }}, {{ "x": ["{CANARY}"] }}] }} }} }}"#
    );
    let options = Options { identify: true, ..Options::default() };
    let findings = lint(&[("apiDefinition.swagger.json", &definition)], &options);
    assert_eq!(places(&findings, "BS-SecretInDefinition").len(), 5);
    // Other rules report the same entries.
    assert!(places(&findings, "InvalidEnumValue").contains(&"/definitions/A/enum/0"), "{findings:#?}");
    let baseline = Baseline::of(findings.iter().map(|finding| ("package", finding))).render();
    assert!(baseline.contains("/definitions/A/enum/1") && !baseline.contains("q8Zt3Lw0"), "{baseline}");
}

#[test]
fn no_line_shows_a_secret_that_another_finding_is_about() {
    // With letters of two bytes in front, since columns count letters.
    let definition = format!(
        r#"{{ "definitions": {{ "Ä": {{ "type": "float", "default": "{CANARY}", "enum": ["a", "{CANARY}", "a"] }} }} }}"#
    );
    let properties = format!(
        r#"{{ "properties": {{ "connectionParameters": {{ "apiSecret": {{ "type": "string", "defaultValue": "{CANARY}", "x": 1 }} }}, "clientSecret": {{ "a": "{CANARY}" }}, "more": 1 }} }}"#
    );
    let files = [("apiDefinition.swagger.json", &*definition), ("apiProperties.json", &*properties)];
    let findings = lint(&files, &Options::default());
    let mut shown = 0;
    for finding in &findings {
        let Some(line) = &finding.place.excerpt else { continue };
        assert!(!line.text.contains("q8Zt3Lw0"), "{finding:#?}");
        shown += usize::from(line.text.contains(&format!("\"{}\"", "*".repeat(CANARY.len()))));
        if finding.rule == "JsonValueNotInEnum" {
            let covered = definition.replace(CANARY, &"*".repeat(CANARY.len()));
            assert!(covered.starts_with(&line.text), "{}", line.text);
        }
    }
    assert!(shown > 3, "{findings:#?}");
    assert!(findings.iter().any(|finding| finding.rule == "JsonValueNotInEnum"));
}
