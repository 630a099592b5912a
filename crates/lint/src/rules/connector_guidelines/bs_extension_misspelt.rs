use crate::keywords::EXTENSIONS;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ExtensionMisspelt",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Backshell,
    what: "A member that Swagger does not know has nearly the name of an extension that connectors use: up to \
           two letters differ, an `s` stands too many, the name stands with something added to it, or `ms-` is left \
           out of a name that no other tool gives to its extensions. Letter case, blanks and colons do not matter. \
           `--fix` corrects names whose extension is only read by people (`x-ms-summary`, `x-ms-trigger-hint`, \
           `x-ms-connector-metadata`, `x-ms-keywords`). Any other one begins to act once its name is right: an action \
           becomes a trigger, a field is hidden. Whether that is still wanted is for its author to say.",
    why: "A misspelt extension is ignored without a word: an internal field becomes visible, a value is \
           encoded the wrong way.",
    fix: "correct the name of the extension",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-visibilty": "internal" } } }
                                                     ^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-summary title": "Q" } } }
                                                     ^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-summary": "Q", " x-ms-visibility": "internal" } } }
                                                     ^^^^^^^^^^^       ^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-visibility": "internal", "x-ms-client-name": "q", "x-example": 1, "x-enum": [], "x-docs": "", "x-ms-docs-operation-type": "" } } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

/// Names that lie near a known one and are extensions of other tools.
const OTHERS: [&str; 2] = ["x-ms-docs-operation-type", "x-ms-examples"];

/// Extensions that are meant when `ms-` is left out, without what they begin with. The other names are common words, which
/// other tools use too.
const SHORTENED: [&str; 12] = [
    "api-annotation",
    "dynamic-list",
    "dynamic-properties",
    "dynamic-schema",
    "dynamic-tree",
    "dynamic-values",
    "enum-values",
    "notification-content",
    "notification-url",
    "summary",
    "url-encoding",
    "visibility",
];

fn check(context: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    if let Some(meant) = misspelt(context, extension) {
        out.help(format!("write {meant}"))
            .at_key(extension.node, format!("{} is no extension; `{meant}` is", quoted(extension.name)));
    }
}

/// The extension that was meant by one that is not known.
pub(crate) fn misspelt(context: &Context<'_>, extension: &Extension<'_>) -> Option<&'static str> {
    if extension.known || !looks_like_one(extension.name) {
        return None;
    }
    // A document repeats its few names.
    let mut known = context.lookups.meant.borrow_mut();
    if let Some(meant) = known.get(extension.name) {
        return *meant;
    }
    let meant = meant(extension.name);
    known.insert(extension.name.to_owned(), meant);
    meant
}

fn looks_like_one(name: &str) -> bool {
    let name = name.trim_start();
    let starts = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    starts("x-") || starts("x_") || starts("ms-") || starts("x ")
}

/// The extension that was meant, if one is near enough.
fn meant(name: &str) -> Option<&'static str> {
    const FARTHEST: usize = 2;
    let name: String =
        name.chars().filter(|letter| !matches!(letter, ' ' | ':')).flat_map(char::to_lowercase).collect();
    if OTHERS.contains(&name.as_str()) {
        return None;
    }
    let of_name = letters(&name);
    let near = EXTENSIONS
        .iter()
        .filter(|known| known.len().abs_diff(name.len()) <= FARTHEST)
        // An edit takes out one letter and brings in one at most, and measuring the distance takes much longer.
        .filter(|known| (letters(known) ^ of_name).count_ones() as usize <= 2 * FARTHEST)
        .map(|known| (strsim::damerau_levenshtein(&name, &known.to_ascii_lowercase()), *known));
    let nearest = near.filter(|(distance, _)| *distance <= FARTHEST).min();
    let extends = |known: &str| name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
    let extended = || EXTENSIONS.iter().filter(|known| extends(known)).max_by_key(|known| known.len());
    let shortened = || {
        let rest = name.strip_prefix("x-").filter(|rest| SHORTENED.contains(rest))?;
        EXTENSIONS.iter().find(|known| known.strip_prefix("x-ms-") == Some(rest))
    };
    nearest.map(|(_, known)| known).or_else(|| extended().or_else(shortened).copied())
}

/// Which letters occur, one bit each; letters that share a bit make names look nearer than they are.
fn letters(name: &str) -> u64 {
    name.chars().fold(0, |all, letter| all | 1 << (u32::from(letter.to_ascii_lowercase()) % u64::BITS))
}
