//! Approvals: changes that somebody looked at and accepts, each with the reason, a name and a last day.
//!
//! The file is TOML and read strictly: every mistake is told with its place, and nothing of a file with a mistake counts.
//!
//! ```toml
//! [[approval]]
//! fingerprint = "9f2c1a7b3d4e5f60"        # one change, as the JSON output names it
//! reason = "nobody set it: the service never read it"
//! approver = "dana@contoso.com"
//! expires = 2027-06-30                     # the last day on which the entry holds, in UTC
//!
//! [[approval]]
//! check = "response-property-removed"      # or every change of one check at places that fit a pattern
//! place = "ListItems/responses/200/**"     # `*` within a part, `**` for any number of parts
//! reason = "announced to all customers in May"
//! approver = "dana@contoso.com"
//! date = 2027-01-15                        # optional: the day of the approval
//! expires = 2027-06-30
//! from = "1.4"                             # optional: only for this pair of `info.version`
//! to = "2.0"
//! ```
//!
//! A place is what the JSON output calls `place`: the operation, then names. A change that one shared definition causes in
//! several operations is approved when entries cover its place in each of them (`places`, where the operations reach the
//! definition by different ways). The same holds for several earlier versions.
//!
//! What only lists more for reading is not approved: compatible changes need no approval, and entries that match nothing
//! else are stale.

use crate::annotation::days;
use crate::change::{Change, Comparison};
use crate::check::{Check, Verdict};
use crate::notice::{Notice, NoticeKind};
use crate::{pattern, quoted};
use backshell_findings::{Place, SourceLine};
use backshell_model::Timestamp;
use backshell_source::{Span, Text};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most entries of one file, and its most bytes.
const MOST_ENTRIES: usize = 10_000;
const MOST_BYTES: usize = 8 << 20;
/// The most mistakes that are told at once.
const MOST_PROBLEMS: usize = 100;

const ENTRY_KEYS: &[&str] = &["fingerprint", "check", "place", "reason", "approver", "date", "expires", "from", "to"];

/// The most steps that are taken to find what is approved. Beyond that nothing more is.
const MOST_STEPS: usize = 1_000_000;

const IDENTITY: &str = "it changes who the caller is to the service";
const SECRET: &str = "it shows a secret";
const HOST: &str = "it sends the data of everybody elsewhere";
const SECRET_ELSEWHERE: &str = "it sends secrets elsewhere";
const IN_CLEAR: &str = "it sends secrets in clear text";

/// What no file may approve, since nothing proves who wrote it: the publisher alone must not decide these.
const NEVER: &[(&str, &str)] = &[
    ("auth-none-to-some", IDENTITY),
    ("auth-oauth-url-changed", SECRET_ELSEWHERE),
    ("auth-some-to-none", IDENTITY),
    ("connection-identity-provider-changed", IDENTITY),
    ("connection-oauth-endpoint-changed", SECRET_ELSEWHERE),
    ("connection-parameter-secure-to-plain", SECRET),
    ("policy-secret-forwarded", SECRET),
    ("host-changed", HOST),
    ("host-region-changed", HOST),
    ("policy-host-template-added", HOST),
    ("policy-host-template-changed", HOST),
    ("policy-host-template-removed", HOST),
    ("scheme-https-removed", IN_CLEAR),
    ("undecided", "nobody knows what was not compared"),
];

/// What to do about them.
const REFUSED: &str = "take the change back, or bring it before the reviewers of the catalogue as a new connector";

/// How many changes are searched for a misspelt fingerprint, and how many slips still make it recognisable.
const MOST_NEIGHBOURS: usize = 200;
const MOST_SLIPS: usize = 3;
/// How many earlier versions a message names.
const MOST_VERSIONS: usize = 3;

/// What is approved.
#[derive(Clone, Debug)]
pub struct Approvals {
    file: String,
    text: Text,
    entries: Vec<Entry>,
    by_fingerprint: HashMap<String, Vec<usize>>,
    by_check: HashMap<&'static str, Vec<usize>>,
}

/// Who accepts a change, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Why it is accepted.
    pub reason: String,
    /// Who accepts it.
    pub approver: String,
}

#[derive(Clone, Debug)]
struct Entry {
    subject: Subject,
    approval: Approval,
    /// The last day, as written and in days since 1970-01-01.
    expires: (String, i64),
    from: Option<String>,
    to: Option<String>,
    /// Where the entry says what it is about.
    span: Span,
}

#[derive(Clone, Debug)]
enum Subject {
    Fingerprint(String),
    Check { check: &'static Check, place: String },
}

/// What is wrong with an approvals file: everything, in the order of its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ApprovalErrors(pub Vec<ApprovalProblem>);

/// One thing that is wrong with an approvals file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalProblem {
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
    /// Where.
    pub place: Place,
}

/// What was met while the entries were applied.
#[derive(Clone, Debug, Default)]
struct Seen {
    used: Vec<bool>,
    /// Entry, check and why it is refused.
    refused: Vec<(usize, &'static str, &'static str)>,
    /// By entry: the place of the first change of which it covers a part only, as the place of what it leaves open.
    partial: HashMap<usize, String>,
    /// By entry: what the comparison has instead of what the entry names.
    near: HashMap<usize, String>,
    /// By entry: the versions that were compared, where only these keep it from fitting.
    otherwise: HashMap<usize, String>,
    steps: usize,
}

/// Marks the changes that are approved at the time `now`, and adds a notice for each entry that does nothing. What is
/// approved already stays so.
pub fn approve(comparison: &mut Comparison, approvals: &Approvals, now: Timestamp) {
    let mut seen = Seen::default();
    approvals.apply(comparison, now, &mut seen);
    comparison.notices.extend(approvals.notices(&seen, now));
}

// === impl Approvals ===

impl Approvals {
    /// Reads the text of an approvals file; `file` is its path as messages should show it.
    pub fn parse(file: &str, text: &str) -> Result<Self, ApprovalErrors> {
        if text.len() > MOST_BYTES {
            let message = format!("the file has more than {MOST_BYTES} bytes");
            let help = "remove what has expired".to_owned();
            return Err(ApprovalErrors(vec![ApprovalProblem { message, help, place: Place::file(file) }]));
        }
        let source = Text::new(text);
        let mut reader = Reader { file, text: &source, problems: Vec::new() };
        let mut entries = Vec::new();
        match DeTable::parse(text) {
            Ok(table) => entries = reader.entries(table.get_ref()),
            Err(error) => reader.problem(error.span().unwrap_or_default(), error.message().replace('\n', " "), ""),
        }
        let mut problems = reader.problems;
        if !problems.is_empty() {
            problems.sort_by_key(|problem| problem.place.start);
            problems.truncate(MOST_PROBLEMS);
            return Err(ApprovalErrors(problems));
        }
        let (mut by_fingerprint, mut by_check) = (HashMap::new(), HashMap::new());
        for (index, entry) in entries.iter().enumerate() {
            let list: &mut Vec<usize> = match &entry.subject {
                Subject::Fingerprint(fingerprint) => by_fingerprint.entry(fingerprint.clone()).or_default(),
                Subject::Check { check, .. } => by_check.entry(check.id).or_default(),
            };
            list.push(index);
        }
        Ok(Self { file: file.to_owned(), text: source, entries, by_fingerprint, by_check })
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Marks the approved changes of one comparison, and notes in `seen` what was met.
    fn apply(&self, comparison: &mut Comparison, now: Timestamp, seen: &mut Seen) {
        seen.used.resize(self.entries.len(), false);
        let today = day(now);
        let Comparison { changes, earlier, new_version, .. } = comparison;
        let versions: Vec<Option<&str>> = earlier.iter().map(|earlier| earlier.version.as_deref()).collect();
        for change in changes.iter_mut().filter(|change| change.verdict != Verdict::Compatible) {
            let by_fingerprint = self.by_fingerprint.get(&change.fingerprint).map(Vec::as_slice).unwrap_or_default();
            let by_check = self.by_check.get(change.check.id).map(Vec::as_slice).unwrap_or_default();
            let live = by_fingerprint.iter().chain(by_check).filter_map(|index| {
                let entry = self.entries.get(*index)?;
                (today <= entry.expires.1).then_some((*index, entry))
            });
            let live: Vec<(usize, &Entry)> = live.collect();
            if let Some(why) = never(change.check.id) {
                seen.refused.extend(live.iter().map(|(index, _)| (*index, change.check.id, why)));
                continue;
            }
            let is_of_pair = |entry: &Entry| entry.to.is_none() || entry.to == *new_version;
            if seen.steps > MOST_STEPS || live.is_empty() {
                continue;
            }
            let against: Vec<Option<&str>> = if change.against.is_empty() {
                versions.clone()
            } else {
                change.against.iter().filter_map(|index| versions.get(*index).copied()).collect()
            };
            let places = change.every_place();
            let (mut covering, mut open) = (Vec::new(), None);
            for version in &against {
                for place in &places {
                    // All that cover it count as used: which of them was first does not matter.
                    let before = covering.len();
                    let covers = |(_, entry): &&(usize, &Entry)| is_of_pair(entry) && entry.covers(*version, place);
                    covering.extend(live.iter().filter(covers).map(|(at, _)| *at));
                    if covering.len() == before {
                        open.get_or_insert_with(|| place.clone());
                    }
                    seen.steps += live.len();
                }
                if seen.steps > MOST_STEPS {
                    open.get_or_insert_with(|| change.locus.clone());
                    break;
                }
            }
            for index in &covering {
                seen.used.get_mut(*index).into_iter().for_each(|used| *used = true);
            }
            match open {
                // Entries of one check lie beside this change, or cover some of its operations.
                Some(open) => {
                    let fits = |entry: &Entry| entry.covers(entry.from.as_deref(), &open);
                    for (index, _) in live.iter().filter(|(at, entry)| fits(entry) && !covering.contains(at)) {
                        seen.otherwise.entry(*index).or_insert_with(|| compared(&against, new_version.as_deref()));
                    }
                    let list = if covering.is_empty() { &mut seen.near } else { &mut seen.partial };
                    let beside = live.iter().filter(|(_, entry)| !entry.covers(entry.from.as_deref(), &open));
                    let about = if covering.is_empty() { beside.map(|(at, _)| *at).collect() } else { covering };
                    for index in about {
                        list.entry(index).or_insert_with(|| open.clone());
                    }
                }
                None => {
                    let first = covering.first().and_then(|index| self.entries.get(*index));
                    change.approval = change.approval.take().or_else(|| first.map(|entry| entry.approval.clone()));
                }
            }
        }
        self.note_misspelt(changes, seen);
    }

    /// Notes fingerprints that no change has, and that differ from one that some change has by a slip.
    fn note_misspelt(&self, changes: &[Change], seen: &mut Seen) {
        let known: HashSet<&str> = changes.iter().map(|change| change.fingerprint.as_str()).collect();
        for (fingerprint, entries) in &self.by_fingerprint {
            if known.contains(fingerprint.as_str()) {
                continue;
            }
            let distance = |change: &Change| strsim::damerau_levenshtein(&change.fingerprint, fingerprint);
            let counting =
                changes.iter().filter(|change| change.verdict != Verdict::Compatible && !change.is_approved());
            let nearest = counting.take(MOST_NEIGHBOURS).map(|change| (distance(change), change));
            let Some((1..=MOST_SLIPS, nearest)) = nearest.min_by_key(|(distance, _)| *distance) else { continue };
            for index in entries {
                seen.near.entry(*index).or_insert_with(|| nearest.fingerprint.clone());
            }
        }
    }

    /// The remarks about entries that do nothing; in the order of the file.
    fn notices(&self, seen: &Seen, now: Timestamp) -> Vec<Notice> {
        let today = day(now);
        let mut refused: HashMap<usize, (&str, &str)> = HashMap::new();
        for (index, entry) in self.entries.iter().enumerate() {
            if let Subject::Check { check, .. } = &entry.subject
                && let Some(why) = never(check.id)
            {
                refused.insert(index, (check.id, why));
            }
        }
        refused.extend(seen.refused.iter().map(|(index, check, why)| (*index, (*check, *why))));
        let mut notices = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let subject = &entry.subject;
            let (kind, message, help) = if let Some((check, why)) = refused.get(&index) {
                let message = format!(
                    "the approval of {subject} is refused: `{check}` cannot be approved by the publisher alone, because {why}"
                );
                (NoticeKind::ApprovalRefused, message, REFUSED.to_owned())
            } else if seen.steps > MOST_STEPS {
                let message = "there are more entries and changes than can be held against one another".to_owned();
                let help = "nothing more was approved: remove what has expired, and write one entry for many places";
                let place = Place::file(&*self.file);
                notices.push(Notice { kind: NoticeKind::ApprovalCut, message, help: help.to_owned(), place });
                return notices;
            } else if today > entry.expires.1 {
                let message = format!("the approval of {subject} held until {}", entry.expires.0);
                let help = "mend what it excused and remove the entry, or have it approved again with another day";
                (NoticeKind::ApprovalExpired, message, help.to_owned())
            } else if let Some(open) = seen.partial.get(&index) {
                let message =
                    format!("the approval of {subject} covers only a part of a change, which goes on counting");
                let help = format!("approve the other part, too: nothing covers `{open}`; or approve its fingerprint");
                (NoticeKind::ApprovalPartial, message, help)
            } else if seen.used.get(index) == Some(&true) {
                continue;
            } else if let Some(versions) = seen.otherwise.get(&index) {
                let message =
                    format!("the approval of {subject} is for an update{}, and this is one {versions}", entry.pair());
                let help = "raise `info.version`, or mend the versions of the entry".to_owned();
                (NoticeKind::ApprovalOfOtherVersions, message, help)
            } else {
                let message = format!("no change is left that the approval of {subject}{} is about", entry.pair());
                let help = match (subject, seen.near.get(&index)) {
                    (_, None) => "remove the entry: it would hide the next such change".to_owned(),
                    (Subject::Fingerprint(_), Some(near)) => format!("did you mean `{near}`?"),
                    (Subject::Check { .. }, Some(near)) => {
                        format!("such a change is at `{near}`: approve that place, or remove the entry")
                    }
                };
                (NoticeKind::ApprovalStale, message, help)
            };
            notices.push(Notice {
                kind,
                message,
                help,
                place: Place::in_text(&*self.file, &self.text, entry.span, ""),
            });
        }
        notices
    }
}

/// Why no file may approve changes of this check; `None` where one may.
fn never(id: &str) -> Option<&'static str> {
    let listed = || NEVER.iter().find(|(never, _)| *never == id).map(|(_, why)| *why);
    if id.starts_with("auth-kind-") { Some(IDENTITY) } else { listed() }
}

/// Whether no file may approve changes of this check.
pub(crate) fn is_never(check: &Check) -> bool {
    never(check.id).is_some()
}

/// The versions that were compared, in words.
fn compared(old: &[Option<&str>], new: Option<&str>) -> String {
    let word = |version: Option<&str>| version.map_or_else(|| "no version".to_owned(), quoted);
    let old: Vec<String> = old.iter().take(MOST_VERSIONS).map(|version| word(*version)).collect();
    format!("from {} to {}", old.join(" and "), word(new))
}

/// Days since 1970-01-01, in UTC.
fn day(now: Timestamp) -> i64 {
    now.as_secs().div_euclid(86_400)
}

// === impl Entry ===

impl Entry {
    fn covers(&self, version: Option<&str>, place: &str) -> bool {
        let is_of_version = self.from.is_none() || self.from.as_deref() == version;
        is_of_version
            && match &self.subject {
                Subject::Fingerprint(_) => true,
                Subject::Check { place: pattern, .. } => pattern::fits(pattern, place),
            }
    }

    /// The pair of versions it is limited to, for messages.
    fn pair(&self) -> String {
        let end = |word: &str, version: &Option<String>| {
            version.as_ref().map(|version| format!(" {word} `{version}`")).unwrap_or_default()
        };
        end("from", &self.from) + &end("to", &self.to)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fingerprint(fingerprint) => write!(f, "`{fingerprint}`"),
            Self::Check { check, place } => write!(f, "`{}` at {}", check.id, quoted(place)),
        }
    }
}

// === impl ApprovalErrors ===

impl fmt::Display for ApprovalErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let (start, end) = (problem.place.start, problem.place.end);
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{}:{}: {}", problem.place.file, start.line, start.column, problem.message)?;
            if let Some(SourceLine { text, first_column, .. }) = &problem.place.excerpt {
                let blanks = " ".repeat(start.column.saturating_sub(*first_column) as usize);
                let last = if end.line == start.line { end.column } else { start.column };
                let marks = "^".repeat(last.saturating_sub(start.column).max(1) as usize);
                write!(f, "\n  | {}\n  | {blanks}{marks}", text.replace('\t', " "))?;
            }
            if !problem.help.is_empty() {
                write!(f, "\n  = help: {}", problem.help)?;
            }
        }
        Ok(())
    }
}

// === impl Reader ===

/// Takes the file apart and collects what is wrong with it.
struct Reader<'a> {
    file: &'a str,
    text: &'a Text,
    problems: Vec<ApprovalProblem>,
}

type Value<'v> = Spanned<DeValue<'v>>;

/// What the keys of one entry say.
#[derive(Default)]
struct Fields<'v> {
    fingerprint: Option<(&'v str, Range<usize>)>,
    check: Option<(&'v str, Range<usize>)>,
    place: Option<&'v str>,
    reason: Option<&'v str>,
    approver: Option<&'v str>,
    date: Option<i64>,
    expires: Option<(String, i64)>,
    from: Option<String>,
    to: Option<String>,
}

impl Reader<'_> {
    fn problem(&mut self, range: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        // The text of one problem lies in memory; a file of nothing but mistakes must not multiply.
        if self.problems.len() < MOST_PROBLEMS {
            let place = Place::in_text(self.file, self.text, span(&range), "");
            self.problems.push(ApprovalProblem { message: message.into(), help: help.into(), place });
        }
    }

    fn entries(&mut self, table: &DeTable<'_>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (key, value) in table {
            if key.get_ref() != "approval" {
                self.unknown_key(key.span(), key.get_ref(), &["approval"]);
                continue;
            }
            let Some(list) = value.get_ref().as_array() else {
                self.problem(
                    value.span(),
                    "`approval` is no list of entries",
                    "write each entry below a line [[approval]]",
                );
                continue;
            };
            if list.len() > MOST_ENTRIES {
                let message = format!("there are more than {MOST_ENTRIES} entries");
                self.problem(key.span(), message, "remove what has expired");
                continue;
            }
            for entry in list {
                match entry.get_ref().as_table() {
                    Some(table) => entries.extend(self.entry(entry.span(), table)),
                    None => self.problem(entry.span(), "the entry is no table", "write it below a line [[approval]]"),
                }
            }
        }
        entries
    }

    fn entry(&mut self, range: Range<usize>, table: &DeTable<'_>) -> Option<Entry> {
        let problems = self.problems.len();
        let mut fields = Fields::default();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match name {
                "fingerprint" => fields.fingerprint = self.text(value, name).map(|text| (text, value.span())),
                "check" => fields.check = self.text(value, name).map(|text| (text, value.span())),
                // Empty is the place of a change of the connector as a whole.
                "place" => fields.place = value.get_ref().as_str().or_else(|| self.text(value, name)),
                "reason" => fields.reason = self.text(value, name),
                "approver" => fields.approver = self.text(value, name),
                "date" => fields.date = self.day(value, name).map(|(_, day)| day),
                "expires" => fields.expires = self.day(value, name),
                "from" => fields.from = self.text(value, name).map(str::to_owned),
                "to" => fields.to = self.text(value, name).map(str::to_owned),
                other => self.unknown_key(key.span(), other, ENTRY_KEYS),
            }
        }
        for (key, help) in [
            ("reason", "say why the change is accepted: whoever reads it next has to judge"),
            ("approver", "say who accepts it"),
            ("expires", "give the last day on which it holds, for example 2027-06-30"),
        ] {
            if !table.iter().any(|(name, _)| name.get_ref() == key) {
                self.problem(range.clone(), format!("the entry has no `{key}`"), help);
            }
        }
        if fields.date.zip(fields.expires.as_ref()).is_some_and(|(date, (_, expires))| date > *expires) {
            self.problem(range.clone(), "the entry ends before the day of its approval", "");
        }
        let at = fields.fingerprint.as_ref().or(fields.check.as_ref()).map(|(_, range)| range.clone());
        let subject = self.subject(range.clone(), table, &fields);
        if self.problems.len() > problems || self.problems.len() >= MOST_PROBLEMS {
            return None;
        }
        let Fields { reason, approver, expires, from, to, .. } = fields;
        let approval = Approval { reason: reason?.to_owned(), approver: approver?.to_owned() };
        Some(Entry { subject: subject?, approval, expires: expires?, from, to, span: span(&at.unwrap_or(range)) })
    }

    /// What the entry is about.
    fn subject(&mut self, range: Range<usize>, table: &DeTable<'_>, fields: &Fields<'_>) -> Option<Subject> {
        let says = |key: &str| table.iter().any(|(name, _)| name.get_ref() == key);
        match (says("fingerprint"), says("check"), says("place")) {
            (true, false, false) => {
                let (text, range) = fields.fingerprint.clone()?;
                self.fingerprint(range, text).map(Subject::Fingerprint)
            }
            (false, true, true) => {
                let (id, range) = fields.check.clone()?;
                let check = self.check(range, id)?;
                Some(Subject::Check { check, place: fields.place?.to_owned() })
            }
            (false, true, false) => {
                let help = "give the operation and the names that lead there, as the JSON output's `place` does; `*` and \
                            `**` are allowed";
                self.problem(range, "the entry has no `place`", help);
                None
            }
            _ => {
                let help = "give either a `fingerprint`, or a `check` and a `place`";
                self.problem(range, "the entry does not say what it approves", help);
                None
            }
        }
    }

    fn fingerprint(&mut self, range: Range<usize>, text: &str) -> Option<String> {
        if text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(text.to_ascii_lowercase());
        }
        let help = "copy it from the JSON output: 16 hexadecimal digits";
        self.problem(range, format!("`{text}` is no fingerprint"), help);
        None
    }

    fn check(&mut self, range: Range<usize>, id: &str) -> Option<&'static Check> {
        if id.contains(['*', '?']) || id.eq_ignore_ascii_case("all") {
            self.problem(range, format!("`{id}` would approve several checks"), "write one entry for each check");
            return None;
        }
        let found = crate::check(id);
        if found.is_none() {
            let checks = crate::checks();
            let nearest = checks.iter().min_by_key(|check| strsim::damerau_levenshtein(check.id, id));
            let help = nearest.map(|check| format!("did you mean `{}`?", check.id)).unwrap_or_default();
            self.problem(range, format!("there is no check `{id}`"), help);
        }
        found
    }

    fn day(&mut self, value: &Value<'_>, name: &str) -> Option<(String, i64)> {
        let day = value.get_ref().as_datetime().filter(|moment| moment.time.is_none()).and_then(|moment| moment.date);
        if day.is_none() {
            self.problem(value.span(), format!("`{name}` is no day"), "write it as 2027-06-30, without quotes");
        }
        day.map(|date| (date.to_string(), days(date.year.into(), date.month.into(), date.day.into())))
    }

    /// A text that is not empty.
    fn text<'v>(&mut self, value: &'v Value<'_>, name: &str) -> Option<&'v str> {
        let Some(text) = value.get_ref().as_str() else {
            self.problem(value.span(), format!("`{name}` is no text"), "put it in quotes");
            return None;
        };
        if text.trim().is_empty() {
            self.problem(value.span(), format!("`{name}` is empty"), "");
            return None;
        }
        Some(text)
    }

    fn unknown_key(&mut self, range: Range<usize>, key: &str, known: &[&str]) {
        let nearest = known.iter().min_by_key(|name| strsim::damerau_levenshtein(name, key));
        let help = nearest.map(|name| format!("did you mean `{name}`?")).unwrap_or_default();
        self.problem(range, format!("the key `{key}` is unknown"), help);
    }
}

fn span(range: &Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}

#[cfg(test)]
mod tests;
