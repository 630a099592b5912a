//! The new version against several earlier ones: what the last version took away, and what this one puts back otherwise, is
//! seen from further back only.

use crate::change::{Change, Comparison, Earlier, OperationPlace, Outcome, SuggestedVersion};
use crate::check::Verdict;
use crate::notice::Notice;
use crate::{Options, engine};
use backshell_package::ReadPackage;
use std::collections::{BTreeSet, HashMap};

/// The most earlier versions.
pub const MOST_VERSIONS: usize = 64;

/// How many breaking changes, and how many others, are kept of all comparisons together.
const MOST_CHANGES: usize = 20_000;

/// The most earlier versions that a message names.
const MOST_NAMES: usize = 3;

/// An earlier version.
#[derive(Clone, Copy, Debug)]
pub struct EarlierVersion<'p> {
    /// What was read.
    pub package: &'p ReadPackage,
    /// The path that the user gave for it; `None` where there is no path.
    pub path: Option<&'p str>,
}

/// There are more earlier versions than can be compared at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} earlier versions are given, and at most {MOST_VERSIONS} are compared at once")]
pub struct TooManyVersions(pub usize);

/// Compares `new` with each of the earlier versions and unites the results. The first of them is the one that is replaced:
/// changes that it does not show tell against which version they were found.
///
/// `options.old_path` is not used, since each earlier version has its own. When one of the versions cannot be read, nothing is
/// compared, and the findings of all are told.
pub fn compare_with_all(
    earlier: &[EarlierVersion<'_>],
    new: &ReadPackage,
    options: &Options,
) -> Result<Comparison, TooManyVersions> {
    if earlier.len() > MOST_VERSIONS {
        return Err(TooManyVersions(earlier.len()));
    }
    let mut united = United::default();
    for version in earlier {
        let options = Options { old_path: version.path.map(str::to_owned), ..options.clone() };
        united.add(crate::compare(version.package, new, &options));
    }
    Ok(united.finish())
}

/// The results so far.
#[derive(Default)]
struct United {
    earlier: Vec<Earlier>,
    new_version: Option<String>,
    changes: Vec<Change>,
    breaking: usize,
    /// Where a change stands among the changes, by fingerprint, verdict, and the how manieth of one comparison it is.
    places: HashMap<(String, Verdict, usize), usize>,
    findings: Vec<backshell_findings::Finding>,
    notices: Vec<Notice>,
    suggested: Option<SuggestedVersion>,
    is_full: bool,
}

impl United {
    fn add(&mut self, comparison: Comparison) {
        let index = self.earlier.len();
        self.earlier.extend(comparison.earlier);
        self.new_version = self.new_version.take().or(comparison.new_version);
        for finding in comparison.findings {
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
        for notice in comparison.notices {
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
        }
        let step = |version: &SuggestedVersion| match version {
            SuggestedVersion::Major => 3,
            SuggestedVersion::Minor => 2,
            SuggestedVersion::Patch => 1,
            SuggestedVersion::None => 0,
        };
        self.suggested = self.suggested.into_iter().chain([comparison.suggested_version]).max_by_key(step);
        let mut counts: HashMap<(String, Verdict), usize> = HashMap::new();
        for mut change in comparison.changes {
            let count = counts.entry((change.fingerprint.clone(), change.verdict)).or_default();
            *count += 1;
            let key = (change.fingerprint.clone(), change.verdict, *count);
            if let Some(known) = self.places.get(&key).and_then(|place| self.changes.get_mut(*place)) {
                known.against.push(index);
                unite(known, &change);
            } else if self.kept(change.verdict) >= MOST_CHANGES {
                self.is_full = true;
            } else {
                change.against.push(index);
                self.breaking += usize::from(change.verdict == Verdict::Breaking);
                self.places.insert(key, self.changes.len());
                self.changes.push(change);
            }
        }
    }

    /// How many breaking changes are kept, or how many others.
    fn kept(&self, verdict: Verdict) -> usize {
        if verdict == Verdict::Breaking { self.breaking } else { self.changes.len().saturating_sub(self.breaking) }
    }

    fn finish(mut self) -> Comparison {
        let count = self.earlier.len();
        let suggested_version = self.suggested.unwrap_or(SuggestedVersion::None);
        if !self.findings.is_empty() {
            return Comparison {
                outcome: Outcome::Unreadable,
                suggested_version: SuggestedVersion::None,
                changes: Vec::new(),
                findings: self.findings,
                earlier: self.earlier,
                new_version: self.new_version,
                notices: self.notices,
            };
        }
        for change in &mut self.changes {
            if change.against.len() == count {
                change.against.clear();
            } else if !change.against.contains(&0) {
                let names = change.against.iter().filter_map(|index| self.earlier.get(*index));
                let names: Vec<String> = names.take(MOST_NAMES).map(|earlier| crate::quoted(&earlier.name)).collect();
                let more = match change.against.len().saturating_sub(MOST_NAMES) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                change.message = format!("{} (against {}{more})", change.message, names.join(", "));
            }
        }
        if self.is_full {
            let file = self.earlier.first().map(|earlier| earlier.name.as_str()).unwrap_or_default();
            let message = "there are more changes against the earlier versions than are listed";
            self.changes.push(engine::too_many(message, backshell_findings::Place::file(file)));
        }
        self.changes.sort_by(|one, two| engine::sort_key(one).cmp(&engine::sort_key(two)));
        Comparison {
            outcome: Outcome::of(&self.changes),
            suggested_version,
            changes: self.changes,
            findings: Vec::new(),
            earlier: self.earlier,
            new_version: self.new_version,
            notices: self.notices,
        }
    }
}

/// One change that two comparisons found: it concerns everybody of both. Its places are those of the first.
fn unite(known: &mut Change, other: &Change) {
    if known.operations == other.operations && known.places == other.places {
        return;
    }
    if !known.places.is_empty() || !other.places.is_empty() || known.rests("") != other.rests("") {
        let all = |change: &Change| -> BTreeSet<OperationPlace> {
            let place =
                |operation: &String, rest: &str| OperationPlace { operation: operation.clone(), rest: rest.to_owned() };
            let places = change
                .operations
                .iter()
                .flat_map(|name| change.rests(name).into_iter().map(move |rest| place(name, rest)));
            places.collect()
        };
        known.places = all(known).union(&all(other)).cloned().collect();
    }
    let names: BTreeSet<String> = known.operations.drain(..).chain(other.operations.iter().cloned()).collect();
    known.operations = names.into_iter().collect();
    if known.operations.len() != 1 {
        known.method = None;
        known.path = None;
    }
}

#[cfg(test)]
mod tests;
