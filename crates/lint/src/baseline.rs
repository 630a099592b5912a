//! The baseline: findings that an already published version has. They are accepted, new ones are not, so that an old
//! connector can be updated without mending everything at once.
//!
//! A finding is known again by its [`Identity`](backshell_findings::Identity), and accepted as often as the baseline counts
//! it: a second occurrence at the same place is new. The file is JSON with one entry per line, sorted, so that a changed
//! baseline reads well in review.

use crate::identity::fingerprint;
use crate::notices::{BASELINE_ENTRY_STALE, FINDINGS_NOT_LISTED};
use backshell_findings::{Finding, Place, Report, Suppressed, Suppression};
use backshell_source::{Document, Node, Span, Text};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The form of the file. Raised when a reader of the old form would misread the new one.
const VERSION: i64 = 1;

/// Rules whose findings are never accepted: with them a file was not read as a whole, or not all is listed that was found, and
/// nobody knows what else is wrong.
const NEVER: &[&str] = &["BS-InvalidJson", "BS-PropsInvalidJson", "BS-PkgArchiveUnsafe", FINDINGS_NOT_LISTED.id];

/// What is accepted, by package.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    file: String,
    text: Option<Text>,
    packages: BTreeMap<String, Entries>,
}

/// How often each entry is accepted. The fingerprint that the file shows beside them follows from the three: it is written for
/// people and other tools, and is not read back.
type Entries = BTreeMap<Entry, Accepted>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    file: String,
    place: String,
    rule: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Accepted {
    count: usize,
    /// Where the entry stands in the file.
    span: Span,
}

/// Why a baseline cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}; write it anew with --write-baseline")]
pub struct BaselineError {
    file: String,
    line: u32,
    column: u32,
    message: String,
}

impl Baseline {
    /// Reads a baseline; `file` is its path as messages should show it.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, BaselineError> {
        let parsed = backshell_source::parse_bytes(bytes, &backshell_source::Limits::default());
        let error = |offset: u32, message: &str| {
            let start = parsed.text.position(offset);
            BaselineError { file: file.to_owned(), line: start.line, column: start.column, message: message.to_owned() }
        };
        let Some(document) = &parsed.document else {
            let problem = parsed.problems.first();
            let message = problem.map_or("it is no JSON", |problem| problem.message.as_str());
            return Err(error(problem.map_or(0, |problem| problem.span.start), message));
        };
        let version = document.root().get("baseline").and_then(Node::as_i64);
        if version != Some(VERSION) {
            let at = document.root().get("baseline").unwrap_or(document.root());
            return Err(error(at.span().start, "it is no baseline of a form that this version reads"));
        }
        let packages = packages(document).map_err(|node| error(node.span().start, "the entry is not complete"))?;
        Ok(Self { file: file.to_owned(), text: Some(document.source().clone()), packages })
    }

    /// The baseline that accepts these findings; each comes with the name of its package.
    pub fn of<'f>(findings: impl IntoIterator<Item = (&'f str, &'f Finding)>) -> Self {
        let mut baseline = Self::default();
        for (package, finding) in findings {
            let Some(entry) = entry(finding) else { continue };
            let entries = baseline.packages.entry(package.to_owned()).or_default();
            entries.entry(entry).or_default().count += 1;
        }
        baseline
    }

    /// How many findings it accepts.
    pub fn len(&self) -> usize {
        self.packages.values().flat_map(BTreeMap::values).map(|accepted| accepted.count).sum()
    }

    /// Whether it accepts nothing.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// The file, with a line end.
    pub fn render(&self) -> String {
        let mut out = format!("{{\n  \"baseline\": {VERSION},\n  \"packages\": {{");
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        for (index, (package, entries)) in self.packages.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(out, "{comma}\n    {}: [", quoted(package));
            for (index, (Entry { file, place, rule }, accepted)) in entries.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                let _ = write!(
                    out,
                    "{comma}\n      {{\"file\": {}, \"place\": {}, \"rule\": {}, \"fingerprint\": {}, \"count\": {}}}",
                    quoted(file),
                    quoted(place),
                    quoted(rule),
                    quoted(&fingerprint(rule, file, place)),
                    accepted.count
                );
            }
            out.push_str("\n    ]");
        }
        out.push_str(if self.packages.is_empty() { "}\n}\n" } else { "\n  }\n}\n" });
        out
    }

    /// Takes the findings of one package that the baseline accepts out of `findings` and into `report.suppressed`, and
    /// tells which entries accept nothing any more. Where the baseline is of one package and `alone` says that one is
    /// checked, their names do not matter: a new version may lie in another folder than the old one.
    pub fn accept(&self, package: &str, alone: bool, findings: Vec<Finding>, report: &mut Report) {
        let Some(entries) = self.entries(package, alone) else {
            report.findings.extend(findings);
            return;
        };
        let mut left: BTreeMap<Entry, usize> =
            entries.iter().map(|(entry, accepted)| (entry.clone(), accepted.count)).collect();
        for finding in findings {
            let accepted = entry(&finding).and_then(|entry| left.get_mut(&entry)).filter(|count| **count > 0);
            match accepted {
                Some(count) => {
                    *count -= 1;
                    report.suppressed.push(Suppressed { finding, because: Suppression::Baseline });
                }
                None => report.findings.push(finding),
            }
        }
        for (entry, count) in left.into_iter().filter(|(_, count)| *count > 0) {
            report.findings.extend(self.stale(&entry, count, entries.get(&entry).copied().unwrap_or_default()));
        }
    }

    /// Whether it has anything about the package; `alone` as for [`Baseline::accept`].
    pub fn is_about(&self, package: &str, alone: bool) -> bool {
        self.entries(package, alone).is_some()
    }

    /// The packages that it has anything about.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.packages.keys().map(String::as_str)
    }

    fn entries(&self, package: &str, alone: bool) -> Option<&Entries> {
        let only = || self.packages.values().next().filter(|_| alone && self.packages.len() == 1);
        self.packages.get(package).or_else(only)
    }

    fn stale(&self, entry: &Entry, left: usize, accepted: Accepted) -> Option<Finding> {
        let place = Place::in_text(self.file.as_str(), self.text.as_ref()?, accepted.span, "");
        let message = match accepted.count - left {
            0 => format!("`{}` is mended at `{}` in `{}`", entry.rule, entry.place, entry.file),
            found => format!(
                "`{}` at `{}` in `{}` is found {found} times, and {} times are accepted",
                entry.rule, entry.place, entry.file, accepted.count
            ),
        };
        Some(BASELINE_ENTRY_STALE.at(place, message))
    }
}

/// What a finding is known by; `None` when it must not be accepted.
fn entry(finding: &Finding) -> Option<Entry> {
    if NEVER.contains(&&*finding.rule) {
        return None;
    }
    let identity = finding.identity.as_ref()?;
    Some(Entry { file: identity.file.to_string(), place: identity.place.clone(), rule: finding.rule.to_string() })
}

/// The entries of a file, or the value that is not as it should be.
fn packages(document: &Document) -> Result<BTreeMap<String, Entries>, Node<'_>> {
    let mut packages = BTreeMap::new();
    let root = document.root();
    let all = root.get("packages").filter(|all| all.is_object()).ok_or(root)?;
    for package in all.members() {
        let mut entries = Entries::new();
        if !package.value.is_array() {
            return Err(package.value);
        }
        for node in package.value.items() {
            let text = |name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned).ok_or(node);
            let entry = Entry { file: text("file")?, place: text("place")?, rule: text("rule")? };
            let count = node.get("count").and_then(Node::as_i64).and_then(|count| usize::try_from(count).ok());
            let accepted = entries.entry(entry).or_default();
            accepted.count = accepted.count.saturating_add(count.ok_or(node)?);
            accepted.span = node.get("rule").ok_or(node)?.span();
        }
        packages.insert(package.key.to_owned(), entries);
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_findings::{Check, Identity, Severity};

    fn finding(rule: &'static str, place: &str) -> Finding {
        let file = "apiDefinition.swagger.json";
        let fingerprint = fingerprint(rule, file, place);
        let identity = Identity { file: file.into(), place: place.to_owned(), fingerprint };
        Finding {
            check: Check::Swagger,
            rule: rule.into(),
            severity: Severity::Error,
            message: "m".to_owned(),
            help: "".into(),
            place: Place::file("a/apiDefinition.swagger.json"),
            identity: Some(Box::new(identity)),
        }
    }

    fn counts(baseline: &Baseline, package: &str, alone: bool, findings: Vec<Finding>) -> (usize, usize, usize) {
        let mut report = Report::default();
        baseline.accept(package, alone, findings, &mut report);
        let stale = report.findings.iter().filter(|finding| finding.rule == "BS-BaselineEntryStale").count();
        (report.findings.len() - stale, report.suppressed.len(), stale)
    }

    #[test]
    fn it_comes_back_as_it_was_written() {
        let findings =
            [finding("B", "/x/\"ä\""), finding("A", "/x"), finding("A", "/x"), finding("BS-InvalidJson", "")];
        let baseline = Baseline::of(findings.iter().map(|finding| ("contoso", finding)));
        let text = baseline.render();
        let expected = "{
  \"baseline\": 1,
  \"packages\": {
    \"contoso\": [
      {\"file\": \"apiDefinition.swagger.json\", \"place\": \"/x\", \"rule\": \"A\", \"fingerprint\": \"F1\", \"count\": 2},
      {\"file\": \"apiDefinition.swagger.json\", \"place\": \"/x/\\\"ä\\\"\", \"rule\": \"B\", \"fingerprint\": \"F2\", \"count\": 1}
    ]
  }
}
"
        .replace("F1", &fingerprint("A", "apiDefinition.swagger.json", "/x"))
        .replace("F2", &fingerprint("B", "apiDefinition.swagger.json", "/x/\"ä\""));
        assert_eq!(text, expected);
        let read = Baseline::parse("b.json", text.as_bytes()).unwrap();
        assert_eq!((read.render(), read.len()), (text, 3));
        assert_eq!(Baseline::parse("b", Baseline::default().render().as_bytes()).unwrap().len(), 0);
    }

    #[test]
    fn a_second_occurrence_is_new_and_a_mended_one_is_told() {
        let old = [finding("A", "/x"), finding("B", "/y")];
        let text = Baseline::of(old.iter().map(|finding| ("old", finding))).render();
        let baseline = Baseline::parse("b.json", text.as_bytes()).unwrap();
        assert_eq!(counts(&baseline, "old", false, old.to_vec()), (0, 2, 0));
        assert_eq!(counts(&baseline, "new", true, vec![finding("A", "/x"), finding("A", "/x")]), (1, 1, 1));
        assert_eq!(counts(&baseline, "new", false, old.to_vec()), (2, 0, 0), "a baseline of another package");
    }

    #[test]
    fn what_could_not_be_read_is_never_accepted() {
        let findings = [finding("BS-InvalidJson", "")];
        assert!(Baseline::of(findings.iter().map(|finding| ("a", finding))).is_empty());
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, place) in [
            ("{,}", "b.json:1:2: "),
            ("{}", "b.json:1:1: "),
            ("{\"baseline\": 2, \"packages\": {}}", "b.json:1:14: "),
            ("{\"baseline\": 1, \"packages\": {\"a\": [\n{\"rule\": \"A\"}]}}", "b.json:2:1: "),
        ] {
            let error = Baseline::parse("b.json", text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(place), "{error}");
        }
    }
}
