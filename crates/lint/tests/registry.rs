//! The rules as a set: files, ids, groups and pages belong together, and the table of the requirement knows every id.

use backshell_findings::Severity;
use backshell_lint::{docs, rule, rules};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

#[test]
fn every_rule_lies_in_the_folder_of_its_group_under_its_own_name() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files = 0;
    for group in std::fs::read_dir(&source).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        files += std::fs::read_dir(group.path()).unwrap().count() - 1;
    }
    for rule in rules() {
        let file = source.join(rule.group.as_str().replace('-', "_")).join(format!("{}.rs", snake_case(rule.id)));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(text.contains(&format!("id: \"{}\"", rule.id)), "{} declares another rule", file.display());
    }
    assert_eq!(files, rules().len(), "a rule file is not in the list: run `cargo xtask gen`");
}

#[test]
fn ids_severities_and_groups_are_those_of_the_requirement() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/swagger-rules.tsv");
    let Ok(table) = std::fs::read_to_string(&table) else {
        assert!(!in_ci(), "{} is not here", table.display());
        let _ = writeln!(std::io::stderr(), "skipped: {} is not here", table.display());
        return;
    };
    let rows: BTreeMap<&str, (&str, &str)> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some((cells.next()?, (cells.next()?, cells.next()?)))
        })
        .collect();
    for rule in rules() {
        let expected = (rule.group.as_str(), rule.severity.as_str());
        assert_eq!(rows.get(rule.id), Some(&expected), "{}", rule.id);
    }
}

#[test]
fn the_page_and_the_terminal_say_the_same() {
    for rule in rules() {
        let (text, page) = (docs::text(rule), docs::markdown(rule));
        for said in [rule.id, rule.what, rule.why, rule.fix, rule.severity.as_str(), rule.source.as_str()] {
            assert!(text.contains(said) && page.contains(said), "{}: {said}", rule.id);
        }
    }
    let index = docs::index(rules());
    assert!(rules().iter().all(|rule| index.contains(&format!("({}.md)", rule.id))));
}

#[test]
fn rules_are_found_by_id_in_any_case() {
    let found = rule("bs-invalidjson").unwrap();
    assert_eq!((found.id, found.severity), ("BS-InvalidJson", Severity::Error));
    assert!(rule("NoSuchRule").is_none());
}

fn snake_case(id: &str) -> String {
    let (prefix, words) = id.strip_prefix("BS-").map_or(("", id), |words| ("bs", words));
    words.chars().fold(prefix.to_owned(), |mut name, letter| {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        name
    })
}

#[expect(clippy::disallowed_methods, reason = "only the environment says whether this is a CI run")]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}
