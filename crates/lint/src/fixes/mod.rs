//! Fixes: mechanical changes that mend findings without changing what the connector means.
//!
//! A fix is one file: what it mends, and a function that looks at the place of a finding (or, for what no rule reports, at
//! the document) and asks for [edits](edit::Edits). Edits change bytes in place; everything else of the file stays as it is,
//! its layout, its line ends and its byte order mark included. [`FIXES`] is the list.
//!
//! What is not here: anything that needs a decision. A fix that could be wrong is advice, and advice is printed.

mod duplicate_entries;
mod edit;
mod extension_name;
mod line_ends;
mod path_parameter_encoding;
mod path_parameter_required;
mod trailing_blanks;

use crate::{Options, check};
use backshell_findings::Finding;
use backshell_package::{Limits, ReadPackage};
use backshell_source::{Document, Node, ProblemKind};
use edit::Edits;

/// How often a file is mended and read again. One round mends almost everything; edits that would touch each other wait for
/// the next.
const MOST_ROUNDS: usize = 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A fix.
pub struct Fix {
    /// What it does, in a few words.
    pub what: &'static str,
    /// How it finds what to mend.
    act: Act,
}

/// How a fix finds what to mend.
enum Act {
    /// It is called with the value that a finding of one of these rules points at.
    Findings(&'static [&'static str], fn(Node<'_>, &mut Edits<'_>)),
    /// It looks at the whole definition for what no rule reports, unless this rule is off, to which that belongs.
    Document(&'static str, fn(Node<'_>, &mut Edits<'_>)),
}

/// Every fix.
pub static FIXES: &[Fix] = &[
    path_parameter_required::FIX,
    path_parameter_encoding::FIX,
    duplicate_entries::FIX,
    extension_name::FIX,
    line_ends::FIX,
    trailing_blanks::OF_SUMMARIES,
    trailing_blanks::OF_DESCRIPTIONS,
];

/// The fix for findings of a rule.
pub fn fix_of(rule: &str) -> Option<&'static Fix> {
    FIXES.iter().find(|fix| matches!(fix.act, Act::Findings(rules, _) if rules.contains(&rule)))
}

/// A mended file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedFile {
    /// Its path in the package.
    pub file: String,
    /// Its bytes before.
    pub old: Vec<u8>,
    /// Its bytes now.
    pub new: Vec<u8>,
    /// How many places were changed.
    pub edits: usize,
}

/// Mends what can be mended in the definition of a package. `keep` says which findings are to be mended: those that are
/// accepted are not. `None` when there is nothing to mend, or when the file is not plain UTF-8 JSON: what had to be guessed
/// while reading is not written back.
pub fn mend(read: &ReadPackage, options: &Options, keep: &dyn Fn(Vec<Finding>) -> Vec<Finding>) -> Option<FixedFile> {
    let definition = read.package.definition.as_ref()?;
    let old = read.package.file(&definition.file)?.bytes.to_vec();
    // Rules whose findings nothing mends need not look.
    let rules = options.levels.active(options.only.as_deref().unwrap_or(crate::rules()));
    let only = rules.iter().filter(|rule| fix_of(rule.id).is_some()).copied().collect();
    let options = &Options { only: Some(only), ..options.clone() };
    let mut current = read.clone();
    let mut edits = 0;
    let mut bytes = old.clone();
    for _ in 0..MOST_ROUNDS {
        let definition = current.package.definition.as_ref()?;
        if current.problems.iter().any(|problem| problem.file == definition.file && guessed(problem.kind)) {
            break;
        }
        let mut wanted = Edits::new(&definition.document);
        let shown = crate::view::ShownPath(options.path.clone()).of(&current.package, &definition.file);
        for finding in keep(check(&current, options)).iter().filter(|finding| finding.place.file == shown) {
            let fix = fix_of(&finding.rule);
            let node = fix.and_then(|_| definition.document.resolve(&finding.place.pointer));
            if let (Some(Fix { act: Act::Findings(_, act), .. }), Some(node)) = (fix, node) {
                act(node, &mut wanted);
            }
        }
        for fix in FIXES {
            if let Act::Document(rule, act) = fix.act
                && rules.iter().any(|active| active.id == rule)
            {
                act(definition.document.root(), &mut wanted);
            }
        }
        let (text, made) = wanted.apply();
        // An edit must leave a document; one that does not is a mistake of ours, and the author's file is not to pay for it.
        if made == 0 || parsed(&text).is_none() {
            break;
        }
        edits += made;
        let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { b"" };
        bytes = [mark, text.as_bytes()].concat();
        current = with_definition(&current, &bytes);
    }
    let file = read.package.definition.as_ref()?.file.clone();
    (edits > 0).then_some(FixedFile { file, old, new: bytes, edits })
}

/// The difference that mending makes, as a unified diff.
pub fn diff(shown: &str, fixed: &FixedFile) -> String {
    let (old, new) = (String::from_utf8_lossy(&fixed.old), String::from_utf8_lossy(&fixed.new));
    let (before, after) = (format!("a/{shown}"), format!("b/{shown}"));
    similar::TextDiff::from_lines(&*old, &*new).unified_diff().context_radius(3).header(&before, &after).to_string()
}

/// Whether the text that was read is not what the bytes say.
fn guessed(kind: backshell_package::ProblemKind) -> bool {
    matches!(kind, backshell_package::ProblemKind::Json(kind) if kind != ProblemKind::ByteOrderMark && kind != ProblemKind::DuplicateKey && kind != ProblemKind::LoneSurrogate)
}

fn parsed(text: &str) -> Option<Document> {
    backshell_source::parse_str(text).document
}

/// The package with another definition.
fn with_definition(read: &ReadPackage, bytes: &[u8]) -> ReadPackage {
    let package = &read.package;
    let definition = package.definition.as_ref().map(|definition| definition.file.as_str());
    if package.origin == backshell_package::Origin::File {
        return backshell_package::read_file(&package.name, bytes.into(), &Limits::default());
    }
    let files = package.files.iter().map(|file| {
        let bytes = if Some(file.path.as_str()) == definition { bytes } else { &*file.bytes };
        (file.path.clone(), bytes.into())
    });
    backshell_package::read_files(&package.name, files.collect(), &Limits::default())
}

#[cfg(test)]
mod tests;
