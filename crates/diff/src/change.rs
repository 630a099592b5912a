//! The result of a comparison.

use crate::approvals::Approval;
use crate::callers::Impact;
use crate::check::{Check, Verdict};
use crate::notice::Notice;
use backshell_findings::{Finding, Place};

/// What a comparison found.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The result as a whole.
    pub outcome: Outcome,
    /// What the new version should be called at least.
    pub suggested_version: SuggestedVersion,
    /// The changes: worst first, then by operation, place and check.
    pub changes: Vec<Change>,
    /// What makes a version unreadable; empty unless the outcome says so.
    pub findings: Vec<Finding>,
    /// The earlier versions that the new one was compared with; the first is the one that it replaces.
    pub earlier: Vec<Earlier>,
    /// `info.version` of the new version.
    pub new_version: Option<String>,
    /// What else is to be said: what was not compared, which approvals do nothing.
    pub notices: Vec<Notice>,
}

/// An earlier version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The path that the user gave, else the package's name.
    pub name: String,
    /// Its `info.version`.
    pub version: Option<String>,
}

/// The result as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// At least one change breaks something.
    Breaking,
    /// Nothing breaks for certain.
    Warning,
    /// Nothing saved is affected.
    Compatible,
    /// Nothing that means anything differs.
    Identical,
    /// One of the versions is no usable package; nothing was compared.
    Unreadable,
}

/// Which part of the version number should go up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestedVersion {
    /// The first.
    Major,
    /// The second.
    Minor,
    /// The third.
    Patch,
    /// None needs to.
    None,
}

/// One change, with everybody it concerns.
#[derive(Clone, Debug)]
pub struct Change {
    /// The check that reports it.
    pub check: &'static Check,
    /// How much it weighs; that of the check, unless the check decided otherwise.
    pub verdict: Verdict,
    /// The operations it concerns, by the name that callers know (`method path` where there is none), sorted. Empty when
    /// it concerns the connector as a whole.
    pub operations: Vec<String>,
    /// The method, when it concerns exactly one operation.
    pub method: Option<String>,
    /// The path as written, when it concerns exactly one operation.
    pub path: Option<String>,
    /// What changed, in one sentence without a full stop.
    pub message: String,
    /// What to do instead, in one line.
    pub help: String,
    /// Names the change across unrelated edits: 16 hexadecimal digits of check, operation, place by names and values.
    pub fingerprint: String,
    /// The place by names that went into the fingerprint: `operation/parameter/name/...`.
    pub locus: String,
    /// The place in each operation, sorted, where the operations reach the changed schema by different ways; else empty: then
    /// the place is the same below each of them.
    pub places: Vec<OperationPlace>,
    /// Where it stands in the old version; `None` for an addition.
    pub old: Option<Place>,
    /// Where it stands in the new version; `None` for a removal.
    pub new: Option<Place>,
    /// Who approved it, and why ([`crate::approve`]). It stays in the outcome then, and counts no more in
    /// [`Comparison::unapproved`].
    pub approval: Option<Approval>,
    /// The earlier versions against which it was found, by their place in [`Comparison::earlier`]; empty for all.
    pub against: Vec<usize>,
    /// How many callers it hits; `None` unless somebody told who calls what ([`crate::Callers`]).
    pub impact: Option<Impact>,
    /// For a removal, what is left in the new version of what it was in. `None` until [`Comparison::anchor_removals`].
    pub anchor: Option<Place>,
}

/// A place by names in one operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperationPlace {
    /// The operation.
    pub operation: String,
    /// What follows its name.
    pub rest: String,
}

/// Counts of changes by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Breaking changes.
    pub breaking: usize,
    /// Warnings.
    pub warning: usize,
    /// Compatible changes.
    pub compatible: usize,
    /// Those of the breaking changes and warnings that somebody approved.
    pub approved: usize,
}

impl Comparison {
    /// The outcome without the approved changes; it decides the exit status. [`Comparison::outcome`] and the suggested
    /// version take no notice of approvals: an approved break still breaks, and still asks for its version number.
    pub fn unapproved(&self) -> Outcome {
        match self.outcome {
            Outcome::Unreadable | Outcome::Identical => self.outcome,
            _ => match self.changes.iter().filter(|change| !change.is_approved()).map(|change| change.verdict).min() {
                Some(Verdict::Breaking) => Outcome::Breaking,
                Some(Verdict::Warning) => Outcome::Warning,
                Some(Verdict::Compatible) | None => Outcome::Compatible,
            },
        }
    }

    /// How many changes of each verdict there are.
    pub fn summary(&self) -> Summary {
        let count = |verdict| self.changes.iter().filter(|change| change.verdict == verdict).count();
        Summary {
            breaking: count(Verdict::Breaking),
            warning: count(Verdict::Warning),
            compatible: count(Verdict::Compatible),
            approved: self.changes.iter().filter(|change| change.is_approved()).count(),
        }
    }
}

impl Change {
    /// Whether somebody approved it.
    pub const fn is_approved(&self) -> bool {
        self.approval.is_some()
    }

    /// Its place in every operation that it concerns; of a change of the connector as a whole the only place.
    pub(crate) fn every_place(&self) -> Vec<String> {
        if !self.places.is_empty() {
            return self.places.iter().map(OperationPlace::joined).collect();
        }
        let (operation, rest) = self.operation_and_rest();
        if operation.is_none() {
            return vec![self.locus.clone()];
        }
        let place = |name: &String| OperationPlace { operation: name.clone(), rest: rest.to_owned() }.joined();
        self.operations.iter().map(place).collect()
    }

    /// What follows the name of an operation that it concerns.
    pub(crate) fn rests<'c>(&'c self, operation: &'c str) -> Vec<&'c str> {
        if self.places.is_empty() {
            return vec![self.operation_and_rest().1];
        }
        let first = self.places.partition_point(|place| *place.operation < *operation);
        let places = self.places.get(first..).unwrap_or_default();
        places.iter().take_while(|place| place.operation == operation).map(|place| place.rest.as_str()).collect()
    }

    /// The operation that its place begins with, and the rest of the place. `None` and the whole place for changes of the
    /// connector as a whole.
    pub(crate) fn operation_and_rest(&self) -> (Option<&str>, &str) {
        let split = |name: &str| {
            let rest = self.locus.strip_prefix(name)?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
        };
        // A name may hold slashes itself, so the longest one counts.
        let names = self.operations.iter().filter_map(|name| Some((name.as_str(), split(name)?)));
        names.max_by_key(|(name, _)| name.len()).map_or((None, &self.locus), |(name, rest)| (Some(name), rest))
    }
}

impl OperationPlace {
    fn joined(&self) -> String {
        let Self { operation, rest } = self;
        if rest.is_empty() { operation.clone() } else { format!("{operation}/{rest}") }
    }
}

impl Outcome {
    /// The outcome that the worst of the changes makes.
    pub(crate) fn of(changes: &[Change]) -> Self {
        match changes.iter().map(|change| change.verdict).min() {
            None => Self::Identical,
            Some(Verdict::Breaking) => Self::Breaking,
            Some(Verdict::Warning) => Self::Warning,
            Some(Verdict::Compatible) => Self::Compatible,
        }
    }

    /// The outcome's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Warning => "warning",
            Self::Compatible => "compatible",
            Self::Identical => "identical",
            Self::Unreadable => "unreadable",
        }
    }
}

impl SuggestedVersion {
    /// The part's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Patch => "patch",
            Self::None => "none",
        }
    }
}
