//! What can only be said when everything else is known: changes that follow from other changes.

use crate::annotation::revision;
use crate::change::{Change, Comparison};
use crate::check::{Check, Verdict};
use crate::engine::sort_key;
use crate::view::{Operation, Version};
use crate::{fingerprint, quoted};
use backshell_findings::Place;
use backshell_source::Node;

/// The checks that are judged here; declared with the others, in `checks/operation/after_break.rs` and
/// `checks/extension/version.rs`.
const IN_PLACE: &str = "revision-replaces-in-place";
const PREVIEW: &str = "preview-operation-break";
const VERSION: &str = "version-unchanged-with-break";

/// A comparison that is complete but for what follows from it.
struct Aftermath<'c, 'd> {
    /// The old version.
    old: &'c Version<'d>,
    /// The new version.
    new: &'c Version<'d>,
    /// What was found, worst first.
    changes: &'c [Change],
}

/// Adds what follows from breaking changes. Where nothing breaks, nothing follows.
pub(crate) fn complete<'d>(mut comparison: Comparison, old: &Version<'d>, new: &Version<'d>) -> Comparison {
    if comparison.changes.iter().all(|change| change.verdict != Verdict::Breaking) {
        return comparison;
    }
    for judge in [in_place, preview, same_version] {
        let found = judge(&Aftermath { old, new, changes: &comparison.changes });
        comparison.changes.retain(|change| !found.iter().any(|other| says_more(other, change)));
        comparison.changes.extend(found);
    }
    comparison.changes.sort_by(|one, two| sort_key(one).cmp(&sort_key(two)));
    comparison
}

impl<'d> Aftermath<'_, 'd> {
    /// The breaking changes that concern an operation of the old version.
    fn breaks_of(&self, operation: &Operation<'d>) -> impl Iterator<Item = &Change> {
        // What is wrong with the number itself breaks no contract.
        let is_breaking =
            |change: &&Change| change.verdict == Verdict::Breaking && !change.check.id.starts_with("revision-");
        let name = operation.name.clone();
        self.changes.iter().filter(is_breaking).filter(move |change| change.operations.contains(&name))
    }

    /// A change that concerns these operations of the old version, and stands nowhere yet. `locus` is its place by names
    /// below the first of them.
    fn change(
        check: &'static Check,
        operations: &[&Operation<'d>],
        locus: &str,
        values: [&str; 2],
        message: String,
    ) -> Change {
        let mut names: Vec<String> = operations.iter().map(|operation| operation.name.clone()).collect();
        names.sort_unstable();
        let first = names.first().map(String::as_str).unwrap_or_default();
        let only = if let [operation] = operations { Some(operation) } else { None };
        let [old, new] = values;
        Change {
            check,
            verdict: check.verdict,
            fingerprint: fingerprint::of(&[check.id, first, locus, old, new]),
            locus: [first, locus].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"),
            method: only.map(|operation| operation.method().as_str().to_owned()),
            path: only.map(|operation| operation.path_template().to_owned()),
            operations: names,
            message,
            help: check.instead.to_owned(),
            approval: None,
            against: Vec::new(),
            impact: None,
            anchor: None,
            places: Vec::new(),
            old: None,
            new: None,
        }
    }
}

/// Where a value of a version stands: scalars by themselves, anything else by its name.
fn place<'d>(version: &Version<'d>, node: Node<'d>) -> Place {
    let name = node.key_span().filter(|_| node.is_object() || node.is_array());
    let span = name.unwrap_or(node.span());
    Place::in_text(version.file_of(node), node.document().source(), span, node.pointer())
}

/// Whether a change says, of the same place, what another one lists as merely different; or why the name of a revision is
/// not the one it should have.
fn says_more(change: &Change, other: &Change) -> bool {
    match other.check.id {
        "unknown-extension-changed" => change.new == other.new && change.old == other.old,
        "revision-suffix-missing" => change.check.id == IN_PLACE && change.operations == other.operations,
        _ => false,
    }
}

/// Revisions that go up while something breaks.
fn in_place(found: &Aftermath<'_, '_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let Some(check) = crate::check(IN_PLACE) else { return changes };
    for old in &found.old.operations {
        let Some(new) = old.id().and_then(|id| found.new.operation(id)) else { continue };
        let (before, after) = (revision(old).unwrap_or(1), revision(new).unwrap_or(1));
        if after <= before || found.breaks_of(old).next().is_none() {
            continue;
        }
        let message = format!("the revision goes from {before} to {after} while the contract breaks");
        let values = [&*before.to_string(), &*after.to_string()];
        let change = Aftermath::change(check, &[old], "revision/in-place", values, message);
        let old = Some(place(found.old, member(old, "revision")));
        let new = Some(place(found.new, member(new, "revision")));
        changes.push(Change { old, new, ..change });
    }
    changes
}

/// Breaking changes of previews.
fn preview(found: &Aftermath<'_, '_>) -> Vec<Change> {
    let Some(check) = crate::check(PREVIEW) else { return Vec::new() };
    let previews: Vec<_> = found.old.operations.iter().filter(|operation| is_preview(operation)).collect();
    if previews.is_empty() {
        return Vec::new();
    }
    let breaking = found.changes.iter().filter(|change| change.verdict == Verdict::Breaking);
    breaking
        .filter_map(|change| {
            let concerned = previews.iter().filter(|operation| change.operations.contains(&operation.name));
            let concerned: Vec<&Operation<'_>> = concerned.map(|operation| &***operation).collect();
            concerned.first()?;
            let message = format!("this breaks in a preview: {}", change.message);
            let values = [change.check.id, change.fingerprint.as_str()];
            let extra = Aftermath::change(check, &concerned, "preview", values, message);
            Some(Change { old: change.old.clone(), new: change.new.clone(), ..extra })
        })
        .collect()
}

/// A version number that stays while something breaks.
fn same_version(found: &Aftermath<'_, '_>) -> Vec<Change> {
    let Some(check) = crate::check(VERSION) else { return Vec::new() };
    let (Some(old), Some(new)) = (version_of(found.old), version_of(found.new)) else { return Vec::new() };
    if !old.json_eq(new) {
        return Vec::new();
    }
    let shown = quoted(old.as_str().unwrap_or(old.source()));
    let message = format!("the version is still {shown} although the update breaks something");
    let change = Aftermath::change(check, &[], "info/version/unchanged", [old.source(), new.source()], message);
    vec![Change { old: Some(place(found.old, old)), new: Some(place(found.new, new)), ..change }]
}

fn version_of<'d>(version: &Version<'d>) -> Option<Node<'d>> {
    version.swagger?.info()?.get("version")
}

/// Whether the operation itself says so; that of the connector does not count.
fn is_preview(operation: &Operation<'_>) -> bool {
    let status = operation.node().get("x-ms-api-annotation").and_then(|said| said.get("status"));
    status.and_then(Node::as_str).is_some_and(|status| status.eq_ignore_ascii_case("preview"))
}

/// A member of the annotation, else the annotation, else the operation.
fn member<'d>(operation: &Operation<'d>, key: &str) -> Node<'d> {
    let annotation = operation.node().get("x-ms-api-annotation");
    annotation.and_then(|said| said.get(key)).or(annotation).unwrap_or(operation.node())
}
