//! Who is hit: the operations and parameters that existing connections use, and how many callers each change concerns.
//!
//! The file is JSON Lines, one line for each saved call (a step of a flow, a formula, a tool). It holds names, never values:
//!
//! ```json
//! {"caller":"flow-17","operation":"GetItem","parameters":["id","limit"]}
//! {"caller":"app-3","operation":"SetItem","parameters":["id","body/size/height","body/tags"]}
//! {"caller":"flow-18","operation":"ListItems"}
//! ```
//!
//! `caller` is any name for who calls; several lines of one caller count once. `operation` is the `operationId` (`method path`
//! where there is none). `parameters` lists what the call sets: parameters by name, fields of the body as slash paths that
//! begin with the word `body`, whatever the body is called (list indices may be left out; `/` and `~` in names as `~1` and
//! `~0`). Without `parameters` nobody knows, and the caller counts whenever it might be hit. Other members are passed over.
//!
//! Two questions must not be mixed up: what is removed or narrowed hits who *sets* it; what becomes required, or loses its
//! default, hits who *leaves it out*. What callers read of an answer is not in the file, so that changes of answers concern
//! every caller of the operation at most. Such upper bounds say "up to".

use crate::change::{Change, Comparison};
use crate::check::{Object, Verdict};
use crate::notice::{Notice, NoticeKind};
use crate::quoted;
use crate::schema_path::{Found, follow};
use crate::view::{Operation, Version};
use backshell_package::ReadPackage;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io::{self, BufRead, Read as _};

/// The most bytes of a line, and of all.
const LONGEST_LINE: u64 = 1 << 20;
const MOST_BYTES: u64 = 64 << 20;
/// How many callers are named.
const MOST_NAMES: usize = 20;
/// How many names that nobody knows are told.
const MOST_UNKNOWN: usize = 8;
/// How many names of one operation are looked up for that.
const MOST_LOOKED_AT: usize = 1_000;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The most parameters that are looked at for one comparison. Beyond that whole operations are counted.
const MOST_STEPS: usize = 20_000_000;

/// Keywords that a place may end with, behind the field they belong to.
const KEYWORDS: &[&str] = &[
    "additionalProperties",
    "allOf",
    "allowEmptyValue",
    "bound",
    "bounds",
    "collectionFormat",
    "default",
    "description",
    "discriminator",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "in",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "nullable",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "xml",
];

/// The calls that exist.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    file: String,
    names: Vec<String>,
    calls: HashMap<String, Vec<Call>>,
}

/// A saved call: by whom, and what it sets (`None`: not known).
#[derive(Clone, Debug)]
struct Call {
    caller: u32,
    parameters: Option<Vec<String>>,
}

/// How many callers a change hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// Callers that are hit; at most so many where [`Impact::exact`] is false.
    pub callers: usize,
    /// All callers.
    pub of: usize,
    /// Whether they are hit for certain.
    pub exact: bool,
    /// Whether they are hit because they leave something out, not because they use it.
    pub by_omission: bool,
    /// The first of them, in the order of the file.
    pub names: Vec<String>,
}

/// Why the calls cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CallersError {
    /// A line is not as it should be.
    #[error(
        "{file}:{line}:{column}: {message}; a line is like {{\"caller\":\"flow-17\",\"operation\":\"GetItem\",\"parameters\":[\"id\"]}}"
    )]
    Line {
        /// The file as the user gave it.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// There is too much of it.
    #[error("{file}:{line}: {message}")]
    TooMuch {
        /// The file as the user gave it.
        file: String,
        /// The line, from 1.
        line: usize,
        /// Which limit was reached.
        message: String,
    },
    /// It cannot be read at all.
    #[error("`{file}` cannot be read")]
    Unreadable {
        /// The file as the user gave it.
        file: String,
        /// Why.
        #[source]
        error: io::Error,
    },
}

/// A line of the file.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    caller: Cow<'l, str>,
    #[serde(borrow)]
    operation: Cow<'l, str>,
    parameters: Option<Vec<String>>,
}

// === impl Callers ===

impl Callers {
    /// Reads the calls line by line; `file` is the path as messages should show it.
    pub fn read(file: &str, mut lines: impl BufRead) -> Result<Self, CallersError> {
        let mut callers = Self { file: file.to_owned(), ..Self::default() };
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let (mut line, mut number, mut bytes) = (Vec::new(), 0, 0);
        loop {
            line.clear();
            number += 1;
            let taken = lines.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut line);
            let taken = taken.map_err(|error| CallersError::Unreadable { file: file.to_owned(), error })?;
            let taken = u64::try_from(taken).unwrap_or(u64::MAX);
            bytes += taken;
            for (is_over, what, most) in
                [(taken > LONGEST_LINE, "the line", LONGEST_LINE), (bytes > MOST_BYTES, "the file", MOST_BYTES)]
            {
                if is_over {
                    let message = format!("{what} has more than {most} bytes");
                    return Err(CallersError::TooMuch { file: file.to_owned(), line: number, message });
                }
            }
            if taken == 0 {
                return Ok(callers);
            }
            // A byte order mark is no part of the first line, and counts in its columns.
            let mark: &[u8] = if number == 1 && line.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { b"" };
            let text = line.get(mark.len()..).unwrap_or_default().trim_ascii_end();
            if !text.trim_ascii().is_empty() {
                callers.add(text, &mut numbers).map_err(|(column, message)| CallersError::Line {
                    file: file.to_owned(),
                    line: number,
                    column: column + mark.len(),
                    message,
                })?;
            }
        }
    }

    fn add(&mut self, line: &[u8], numbers: &mut HashMap<String, u32>) -> Result<(), (usize, String)> {
        let line: Line<'_> = serde_json::from_slice(line).map_err(|error| {
            let message = error.to_string();
            // The place is told apart: it is the line of the file that matters.
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
            (error.column().max(1), message.to_owned())
        })?;
        if line.caller.is_empty() || line.operation.is_empty() {
            return Err((1, "`caller` or `operation` is empty".to_owned()));
        }
        let caller = match numbers.get(&*line.caller) {
            Some(caller) => *caller,
            None => {
                let caller = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
                self.names.push(line.caller.clone().into_owned());
                numbers.insert(line.caller.into_owned(), caller);
                caller
            }
        };
        let call = Call { caller, parameters: line.parameters };
        match self.calls.get_mut(&*line.operation) {
            Some(calls) => calls.push(call),
            None => drop(self.calls.insert(line.operation.into_owned(), vec![call])),
        }
        Ok(())
    }

    /// How many callers there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Tells of each breaking change and each warning how many callers it hits.
    pub fn mark(&self, comparison: &mut Comparison) {
        let mut steps = 0;
        // What concerns the connector as a whole hits everybody, or, where nothing breaks, nobody.
        let hits = |change: &&mut Change| match change.verdict {
            Verdict::Breaking => true,
            Verdict::Warning => !change.operations.is_empty(),
            Verdict::Compatible => false,
        };
        for change in comparison.changes.iter_mut().filter(hits) {
            change.impact = Some(self.impact(change, &mut steps));
        }
    }

    /// Tells of operations and parameters that callers are said to use and that none of the earlier versions has: the list
    /// belongs to another connector then, or a name is misspelt, and nobody would be counted as hit.
    pub fn unknown(&self, earlier: &[&ReadPackage]) -> Option<Notice> {
        let versions: Vec<Version<'_>> = earlier.iter().map(|read| Version::new(read, None)).collect();
        let mut known: HashMap<&str, Vec<&Operation<'_>>> = HashMap::new();
        for operation in versions.iter().flat_map(|version| &version.operations) {
            known.entry(&operation.name).or_default().push(operation);
        }
        let mut unknown: BTreeSet<String> = BTreeSet::new();
        for (operation, calls) in &self.calls {
            let Some(operations) = known.get(operation.as_str()) else {
                unknown.insert(quoted(operation));
                continue;
            };
            let names: BTreeSet<&String> = calls.iter().flat_map(|call| call.parameters.iter().flatten()).collect();
            for name in names.into_iter().take(MOST_LOOKED_AT) {
                if !operations.iter().any(|operation| takes(operation, name)) {
                    unknown.insert(format!("{} of {}", quoted(name), quoted(operation)));
                }
            }
        }
        let more = match unknown.len().checked_sub(MOST_UNKNOWN) {
            None | Some(0) => String::new(),
            Some(more) => format!(" and {more} more"),
        };
        let shown: Vec<String> = unknown.into_iter().take(MOST_UNKNOWN).collect();
        (!shown.is_empty()).then(|| Notice {
            kind: NoticeKind::CallersUnknown,
            message: format!("callers use what no earlier version has: {}{more}", shown.join(", ")),
            help: "check the names, and that the list is of this connector: such calls count as not hit".to_owned(),
            place: backshell_findings::Place::file(self.file.as_str()),
        })
    }

    fn impact(&self, change: &Change, steps: &mut usize) -> Impact {
        let by_omission = is_by_omission(change.check.id);
        let of = self.names.len();
        if change.operations.is_empty() {
            let names = self.names.iter().take(MOST_NAMES).cloned().collect();
            return Impact { callers: of, of, exact: true, by_omission: false, names };
        }
        let mut hit: Vec<u32> = Vec::new();
        let (mut exact, mut is_everything) = (true, false);
        for operation in &change.operations {
            let calls = self.calls.get(operation).map(Vec::as_slice).unwrap_or_default();
            if calls.is_empty() {
                continue;
            }
            let places: Vec<Place<'_>> =
                change.rests(operation).into_iter().map(|rest| Place::of(change, rest)).collect();
            is_everything |= places.contains(&Place::Everything);
            for call in calls {
                let parameters = call.parameters.as_deref();
                // Long names take long to compare.
                *steps += 1 + parameters.into_iter().flatten().map(|name| 1 + name.len() / 16).sum::<usize>();
                let answers = places.iter().map(|place| place.hits(parameters, by_omission));
                let answer = if *steps > MOST_STEPS { Some(Answer::Perhaps) } else { answers.max() };
                match answer {
                    None | Some(Answer::No) => continue,
                    Some(Answer::Perhaps) => exact = false,
                    Some(Answer::Yes) => {}
                }
                hit.push(call.caller);
            }
        }
        hit.sort_unstable();
        hit.dedup();
        let name = |caller: &u32| self.names.get(*caller as usize).cloned();
        let names = hit.iter().filter_map(name).take(MOST_NAMES).collect();
        Impact { callers: hit.len(), of, exact, by_omission: by_omission && !is_everything, names }
    }
}

/// Whether an operation has what a call is said to set: a parameter, or a field of the body, which may be one that the body's
/// schema leaves open.
fn takes(operation: &Operation<'_>, name: &str) -> bool {
    let field = if name == "body" { Some("") } else { name.strip_prefix("body/") };
    let Some(field) = field else {
        return operation.parameters.iter().any(|parameter| parameter.name == name);
    };
    let Some(body) = operation.body_parameter() else { return false };
    let parts: Vec<&str> = field.split('/').filter(|part| !is_index(part)).collect();
    body.schema().is_none_or(|schema| !matches!(follow(schema.node(), &parts.join("/")), Found::Missing))
}

/// Whether a part of a path stands for an entry of a list.
fn is_index(part: &str) -> bool {
    matches!(part, "[]" | "*") || (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a change hits who leaves something out.
fn is_by_omission(id: &str) -> bool {
    ["became-required", "required-added", "added-required", "lifted-required", "names-unknown", "-default-"]
        .iter()
        .any(|part| id.contains(part))
}

/// Whether a call is hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    No,
    Perhaps,
    Yes,
}

/// What a call must set, or leave out, to be hit.
#[derive(Debug, PartialEq, Eq)]
enum Place<'c> {
    /// Whatever it sets.
    Everything,
    /// Whatever it reads; nobody knows what that is.
    Answer,
    /// A parameter.
    Parameter(&'c str),
    /// A field of the body, by names; no names for the body as a whole. Not exact: or something beside it.
    Body { path: Vec<&'c str>, is_exact: bool },
}

impl<'c> Place<'c> {
    fn of(change: &'c Change, rest: &'c str) -> Self {
        let parts: Vec<&str> = rest.split('/').collect();
        match parts.as_slice() {
            ["responses" | "notification", ..] => Self::Answer,
            ["parameters", name, "in"] if change.check.id == "parameter-location-changed" => Self::Parameter(name),
            ["parameters", "path" | "query" | "header" | "formData", _, ..] => {
                let named = rest.splitn(3, '/').nth(2).unwrap_or_default();
                Self::Parameter(named)
            }
            ["body", ..] if change.check.object == Object::RequestBody => {
                Self::Body { path: Vec::new(), is_exact: true }
            }
            ["body", path @ ..] => Self::body(change, path),
            _ => Self::Everything,
        }
    }

    /// The field that a place in the body is about, without the keyword it may end with.
    fn body(change: &Change, path: &[&'c str]) -> Self {
        let mut path = path.to_vec();
        let places = [&change.old, &change.new].into_iter().flatten();
        let pointers: Vec<&str> = places.map(|place| place.pointer.as_str()).collect();
        let is_field = |name: &str| {
            pointers.iter().any(|pointer| {
                let Some(front) = pointer.strip_suffix(name).and_then(|front| front.strip_suffix('/')) else {
                    return false;
                };
                // `properties` is a keyword and may be a field's name: each keyword has a name behind it.
                front.rsplit('/').take_while(|token| *token == "properties").count() % 2 == 1
            })
        };
        let is_keyword = |name: &str| KEYWORDS.contains(&name) || name.starts_with("x-");
        if path.last().is_some_and(|last| is_keyword(last) && !is_field(last)) {
            path.pop();
        }
        // The field is known for certain, or no name on the way could be anything else.
        if path.last().is_none_or(|last| is_field(last)) {
            return Self::Body { path, is_exact: true };
        }
        match path.iter().position(|name| is_keyword(name)) {
            Some(keyword) => {
                path.truncate(keyword);
                Self::Body { path, is_exact: false }
            }
            None => Self::Body { path, is_exact: true },
        }
    }

    fn hits(&self, parameters: Option<&[String]>, by_omission: bool) -> Answer {
        let Some(parameters) = parameters else {
            return if *self == Self::Everything { Answer::Yes } else { Answer::Perhaps };
        };
        match self {
            Self::Everything => Answer::Yes,
            Self::Answer => Answer::Perhaps,
            Self::Parameter(place) => {
                // Behind the name there may be a keyword, and a name may hold slashes itself.
                let is_set = parameters.iter().any(|name| {
                    place.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                });
                if is_set == by_omission { Answer::No } else { Answer::Yes }
            }
            Self::Body { path, is_exact } => {
                let known = if *is_exact { Answer::Yes } else { Answer::Perhaps };
                let mut sets = Relation::None;
                let mut sets_parent = path.len() < 2;
                for name in parameters {
                    let mut parts = name.split('/');
                    if parts.next() != Some("body") {
                        continue;
                    }
                    let used: Vec<&str> = parts.collect();
                    sets = sets.max(relation(path, &used));
                    let parent = path.split_last().map_or(&[][..], |(_, parent)| parent);
                    sets_parent |= relation(parent, &used) != Relation::None;
                }
                match (by_omission, sets) {
                    (true, _) if !is_exact => Answer::Perhaps,
                    // What is demanded below something optional is demanded of those who set that.
                    (true, Relation::None) => {
                        if sets_parent {
                            Answer::Yes
                        } else {
                            Answer::No
                        }
                    }
                    (true, Relation::Within) | (false, Relation::None) => Answer::No,
                    (_, Relation::Around) => Answer::Perhaps,
                    (false, Relation::Within) => known,
                }
            }
        }
    }
}

/// How what a call sets lies to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    /// Apart.
    None,
    /// It sets something around the place as a whole; whether the place is in it is not known.
    Around,
    /// It sets the place, or something in it.
    Within,
}

/// Compares names part by part. `[]` in the place stands for an index, which may be left out, and `{}` for any name.
fn relation(place: &[&str], used: &[&str]) -> Relation {
    let mut used = used.iter().copied().peekable();
    for part in place {
        match (*part, used.peek().copied()) {
            ("[]", Some(next)) if is_index(next) => drop(used.next()),
            ("[]", _) => {}
            (_, None) => return Relation::Around,
            ("{}", Some(_)) => drop(used.next()),
            (part, Some(next)) if part == next => drop(used.next()),
            _ => return Relation::None,
        }
    }
    Relation::Within
}

// === impl Impact ===

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { callers, of, exact, by_omission, .. } = self;
        let up_to = if *exact || *callers == 0 { "" } else { "up to " };
        let verb = match (callers, by_omission) {
            (0 | 1, false) => "uses it",
            (_, false) => "use it",
            (0 | 1, true) => "leaves it out",
            (_, true) => "leave it out",
        };
        match callers {
            0 => write!(f, "none of {of} callers {verb}"),
            _ => write!(f, "{up_to}{callers} of {of} callers {verb}"),
        }
    }
}

#[cfg(test)]
mod tests;
