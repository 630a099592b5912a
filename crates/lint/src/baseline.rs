//! The baseline: findings that an already published version has. They are accepted, new ones are not, so that an old
//! connector can be updated without mending everything at once.
//!
//! A finding is known again by its [`Identity`](backshell_findings::Identity), and accepted as often as the baseline counts
//! it: a second occurrence at the same place is new. One that weighs more than what was accepted is new as well. The file is
//! JSON with one entry per line, sorted, so that a changed baseline reads well in review.

use crate::identity::{fingerprint, without_lack};
use crate::notices::{BASELINE_ENTRY_STALE, FINDINGS_NOT_LISTED, NOT_ALL_JUDGED};
use backshell_findings::{Finding, Place, Report, Severity, Suppressed, Suppression};
use backshell_source::{Document, Node, Span, Text};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The form of the file. Raised when a reader of the old form would misread the new one.
const VERSION: i64 = 2;
/// The first form did not say how much a finding weighed, nor what was missing.
const WITHOUT_SEVERITY: i64 = 1;
/// So its entries accept this at most: nobody knows whether an error that is there now was one when it was accepted.
const MOST_WITHOUT_SEVERITY: Severity = Severity::Warning;

/// Rules whose findings are never accepted: with them a file was not read as a whole, or not all is judged, or not all is listed
/// that was found, and nobody knows what else is wrong.
const NEVER: &[&str] =
    &["BS-InvalidJson", "BS-PropsInvalidJson", "BS-PkgArchiveUnsafe", FINDINGS_NOT_LISTED.id, NOT_ALL_JUDGED.id];

/// What is accepted, by package.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    file: String,
    text: Option<Text>,
    /// Whether it is of the first form, which did not say how much a finding weighed, nor what was missing.
    is_first_form: bool,
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
    /// The heaviest finding that it accepts.
    severity: Severity,
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
        let Some(version) = version.filter(|version| [WITHOUT_SEVERITY, VERSION].contains(version)) else {
            let at = document.root().get("baseline").unwrap_or(document.root());
            return Err(error(at.span().start, "it is no baseline of a form that this version reads"));
        };
        let packages =
            packages(document, version).map_err(|node| error(node.span().start, "the entry is not complete"))?;
        let is_first_form = version == WITHOUT_SEVERITY;
        Ok(Self { file: file.to_owned(), text: Some(document.source().clone()), is_first_form, packages })
    }

    /// The baseline that accepts these findings; each comes with the name of its package.
    pub fn of<'f>(findings: impl IntoIterator<Item = (&'f str, &'f Finding)>) -> Self {
        let mut baseline = Self::default();
        for (package, finding) in findings {
            let Some((file, place, rule, severity)) = known(finding) else { continue };
            let entry = Entry { file: file.to_owned(), place: place.to_owned(), rule: rule.to_owned(), severity };
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
            for (index, (Entry { file, place, rule, severity }, accepted)) in entries.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                let _ = write!(
                    out,
                    "{comma}\n      {{\"file\": {}, \"place\": {}, \"rule\": {}, \"severity\": \"{severity}\", \
                     \"fingerprint\": {}, \"count\": {}}}",
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
        let left = |(entry, accepted)| (known_by(entry), Left::new(entry, accepted));
        let left: BTreeMap<Known<'_>, Left<'_>> = entries.iter().map(left).collect();
        for finding in findings {
            let Some(wanted) = known(&finding) else {
                report.findings.push(finding);
                continue;
            };
            if take(wanted, &left) {
                report.suppressed.push(Suppressed { finding, because: Suppression::Baseline });
                continue;
            }
            let (file, place, rule, _) = wanted;
            for severity in Severity::ALL.into_iter().rev() {
                if severity > finding.severity
                    && let Some(left) = left.get(&(file, place, rule, severity))
                {
                    left.heavier.set(Some(finding.severity));
                }
            }
            // Each entry of the first form is of one severity.
            let whole = (file, without_lack(place), rule, MOST_WITHOUT_SEVERITY);
            if self.is_first_form
                && whole.1 != place
                && let Some(left) = left.get(&whole)
            {
                left.lacking.set(true);
            }
            report.findings.push(finding);
        }
        report.findings.extend(left.into_values().filter_map(|left| self.stale(&left)));
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

    /// What is to be said about an entry that was not used up.
    fn stale(&self, left: &Left<'_>) -> Option<Finding> {
        let (entry, accepted, count) = (left.entry, left.accepted, left.count.get());
        if count == 0 {
            return None;
        }
        let place = Place::in_text(self.file.as_str(), self.text.as_ref()?, accepted.span, "");
        let message = match (left.heavier.get(), accepted.count.saturating_sub(count)) {
            (Some(heavier), _) => format!(
                "`{}` at `{}` in `{}` is of level {heavier}, and the entry accepts {} at most",
                entry.rule, entry.place, entry.file, entry.severity
            ),
            _ if left.lacking.get() => format!(
                "something is missing for `{}` at `{}` in `{}`, and the entry does not say what was missing",
                entry.rule, entry.place, entry.file
            ),
            (None, 0) => format!("`{}` is mended at `{}` in `{}`", entry.rule, entry.place, entry.file),
            (None, found) => format!(
                "`{}` at `{}` in `{}` is found {found} times, and {} times are accepted",
                entry.rule, entry.place, entry.file, accepted.count
            ),
        };
        Some(BASELINE_ENTRY_STALE.at(place, message))
    }
}

/// What a finding is known by: its file, place, rule and severity.
type Known<'e> = (&'e str, &'e str, &'e str, Severity);

/// What is left of an entry while findings are compared with it. The cells let the findings be asked for by what they
/// hold themselves, without a copy of it.
struct Left<'e> {
    entry: &'e Entry,
    accepted: Accepted,
    count: Cell<usize>,
    /// The level of a finding that it would know again and is too light for.
    heavier: Cell<Option<Severity>>,
    /// Whether there is a finding at its place that says what is missing, which the entry does not.
    lacking: Cell<bool>,
}

impl<'e> Left<'e> {
    fn new(entry: &'e Entry, accepted: &Accepted) -> Self {
        let count = Cell::new(accepted.count);
        Self { entry, accepted: *accepted, count, heavier: Cell::default(), lacking: Cell::default() }
    }
}

fn known_by(entry: &Entry) -> Known<'_> {
    (&entry.file, &entry.place, &entry.rule, entry.severity)
}

/// What a finding is known by; `None` when it must not be accepted.
fn known(finding: &Finding) -> Option<Known<'_>> {
    if NEVER.contains(&&*finding.rule) {
        return None;
    }
    let identity = finding.identity.as_ref()?;
    Some((&identity.file, &identity.place, &finding.rule, finding.severity))
}

/// Uses up what accepts the finding: an entry of its own level before a heavier one, which accepts it too.
fn take(wanted: Known<'_>, left: &BTreeMap<Known<'_>, Left<'_>>) -> bool {
    let (file, place, rule, weight) = wanted;
    let accepts = |severity| left.get(&(file, place, rule, severity)).filter(|left| left.count.get() > 0);
    let Some(left) = Severity::ALL.into_iter().rev().filter(|severity| *severity <= weight).find_map(accepts) else {
        return false;
    };
    left.count.set(left.count.get().saturating_sub(1));
    true
}

/// The entries of a file, or the value that is not as it should be.
fn packages(document: &Document, version: i64) -> Result<BTreeMap<String, Entries>, Node<'_>> {
    let severity = |node: Node<'_>| {
        let word = node.get("severity").and_then(Node::as_str);
        Severity::ALL.into_iter().find(|severity| Some(severity.as_str()) == word)
    };
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
            let severity = if version == WITHOUT_SEVERITY { Some(MOST_WITHOUT_SEVERITY) } else { severity(node) };
            let severity = severity.ok_or(node)?;
            let entry = Entry { file: text("file")?, place: text("place")?, rule: text("rule")?, severity };
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
  \"baseline\": 2,
  \"packages\": {
    \"contoso\": [
      {\"file\": \"apiDefinition.swagger.json\", \"place\": \"/x\", \"rule\": \"A\", \"severity\": \"error\", \"fingerprint\": \"F1\", \"count\": 2},
      {\"file\": \"apiDefinition.swagger.json\", \"place\": \"/x/\\\"ä\\\"\", \"rule\": \"B\", \"severity\": \"error\", \"fingerprint\": \"F2\", \"count\": 1}
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
    fn what_weighs_more_than_what_was_accepted_is_new() {
        let at = |severity| Finding { severity, ..finding("A", "/x") };
        let (error, warning, note) = (at(Severity::Error), at(Severity::Warning), at(Severity::Note));
        let of = |findings: &[Finding]| {
            let text = Baseline::of(findings.iter().map(|finding| ("a", finding))).render();
            Baseline::parse("b.json", text.as_bytes()).unwrap()
        };
        let accepted = |baseline: &Baseline, findings: &[&Finding]| {
            counts(baseline, "a", true, findings.iter().copied().cloned().collect())
        };
        let warned = of(std::slice::from_ref(&warning));
        assert_eq!(accepted(&warned, &[&error]), (1, 0, 1));
        assert_eq!(accepted(&warned, &[&warning]), (0, 1, 0));
        assert_eq!(accepted(&warned, &[&note]), (0, 1, 0));
        // Each takes an entry of its own level, in whatever order they come.
        let both = of(&[error.clone(), note.clone()]);
        assert_eq!(accepted(&both, &[&note, &error]), (0, 2, 0));
        assert_eq!(accepted(&both, &[&note, &note]), (0, 2, 0));
        assert_eq!(accepted(&both, &[&error, &error]), (1, 1, 1));
        let mut report = Report::default();
        warned.accept("a", true, vec![error], &mut report);
        let said =
            "`A` at `/x` in `apiDefinition.swagger.json` is of level error, and the entry accepts warning at most";
        assert!(report.findings.iter().any(|finding| finding.message == said), "{:?}", report.findings);
    }

    #[test]
    fn the_older_form_is_read_and_accepts_no_error() {
        let text = r#"{ "baseline": 1, "packages": { "a": [
            { "file": "apiDefinition.swagger.json", "place": "/x", "rule": "A", "fingerprint": "", "count": 1 } ] } }"#;
        let baseline = Baseline::parse("b.json", text.as_bytes()).unwrap();
        let accepted = |finding: Finding| counts(&baseline, "a", true, vec![finding]);
        assert_eq!(accepted(Finding { severity: Severity::Warning, ..finding("A", "/x") }), (0, 1, 0));
        assert_eq!(accepted(finding("A", "/x")), (1, 0, 1));
        // It does not say what was missing, and what is missing now may be something else.
        let lacking = Finding { severity: Severity::Warning, ..finding("A", "/x~(name)") };
        assert_eq!(accepted(lacking.clone()), (1, 0, 1));
        let mut report = Report::default();
        baseline.accept("a", true, vec![lacking], &mut report);
        let said = report.findings.iter().find(|finding| finding.rule == BASELINE_ENTRY_STALE.id).unwrap();
        let expected = "something is missing for `A` at `/x` in `apiDefinition.swagger.json`, and the entry does not say what was missing";
        assert_eq!(said.message, expected);
    }

    #[test]
    fn what_could_not_be_read_is_never_accepted() {
        for rule in NEVER.iter().copied() {
            let findings = [finding(rule, "")];
            assert!(Baseline::of(findings.iter().map(|finding| ("a", finding))).is_empty());
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, place) in [
            ("{,}", "b.json:1:2: "),
            ("{}", "b.json:1:1: "),
            ("{\"baseline\": 3, \"packages\": {}}", "b.json:1:14: "),
            (
                "{\"baseline\": 2, \"packages\": {\"a\": [\n{\"rule\": \"A\", \"file\": \"\", \"place\": \"\", \"count\": 1}]}}",
                "b.json:2:1: ",
            ),
            ("{\"baseline\": 1, \"packages\": {\"a\": [\n{\"rule\": \"A\"}]}}", "b.json:2:1: "),
        ] {
            let error = Baseline::parse("b.json", text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(place), "{error}");
        }
    }
}
