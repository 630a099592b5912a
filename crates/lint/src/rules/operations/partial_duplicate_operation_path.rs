use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::template;
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastMap;

pub(crate) static RULE: Rule = Rule {
    id: "PartialDuplicateOperationPath",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two operations with the same method have paths with the same number of segments that differ, and in every \
           segment the two are equal (letter case ignored) or one of them is a variable. One finding for each \
           operation, which names some of the others. Paths that are the same but for the names of variables have a \
           rule of their own.",
    why: "An address such as /items/latest fits both, and a gateway that tries the variable first calls the wrong \
          operation.",
    fix: "make the paths differ in a fixed segment, or merge the operations",
    bad: &[Example::Definition(
        r#"
{ "paths": {
    "/items/{id}": { "get": {} },
                     ^^^^^
    "/items/latest": { "get": {}, "put": {} }
                       ^^^^^
} }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items/{id}": { "get": {} }, "/items/{id}/notes": { "get": {} }, "/orders/latest": { "get": {} }, "/items/latest": { "put": {} }, "/items/{key}": { "get": {} }, "/Items('{id}')": { "get": {} }, "/Items(1)": { "get": {} } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

/// How many other paths a finding names.
const NAMED: usize = 3;

/// The number of a segment that is a variable.
const VARIABLE: u32 = 0;

/// An operation and the segments of its folded path, each by its number: equal ones have the same.
type Split<'c, 'd> = (&'c Operation<'d>, &'c [u32]);

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let folded: Vec<_> = context.operations.iter().map(|operation| template::folded(operation.path)).collect();
    let mut numbers: FastMap<&str, u32> = FastMap::from_iter([("{}", VARIABLE)]);
    let mut number = |segment| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(segment).or_insert(next)
    };
    let split: Vec<(_, Vec<u32>)> = context
        .operations
        .iter()
        .zip(&folded)
        .map(|(operation, path)| (operation, path.split('/').map(&mut number).collect()))
        .collect();
    let mut groups: FastMap<(&str, usize), Vec<Split<'_, '_>>> = FastMap::default();
    for (operation, path) in &split {
        groups.entry((operation.method, path.len())).or_default().push((operation, path));
    }
    for (operation, path) in &split {
        let Some(group) = groups.get(&(operation.method, path.len())) else { continue };
        if !context.lookups.segments.take(group.len().saturating_mul(path.len()), operation.node) {
            return;
        }
        let mut similar = group.iter().filter(|(_, other)| overlap(path, other)).map(|(other, _)| other.path);
        let named: Vec<_> = similar.by_ref().take(NAMED).map(quoted).collect();
        if named.is_empty() {
            continue;
        }
        let more = match similar.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        out.at_key(operation.node, format!("an address may fit this path and {}{more}", named.join(", ")));
    }
}

/// Whether two folded templates with the same number of segments differ, and take a common address.
fn overlap(left: &[u32], right: &[u32]) -> bool {
    let mut segments = left.iter().zip(right);
    segments.all(|(left, right)| left == right || *left == VARIABLE || *right == VARIABLE) && left != right
}
