use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastMap;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ParameterRepeated",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector coding standards"),
    what: "The same parameter (not a body) is written out in two or more operations; white space between its \
           members does not matter, their order does. For information; reported once, where it stands first.",
    why: "What stands in many places is corrected in some of them; the shared one is corrected once.",
    fix: "define the parameter once under parameters, and refer to it",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": {
    "get": { "parameters": [{ "in": "query", "name": "top", "type": "integer" }] },
                                                     ^^^^^
    "put": { "parameters": [{"in":"query","name":"top","type":"integer"}] } } } }
"#,
    )],
    good: &[Example::Definition(
        r##"
{ "paths": { "/items": {
    "parameters": [{ "in": "query", "name": "q", "description": "a b" }],
    "get": { "parameters": [{ "in": "query", "name": "q", "description": "a  b" }, { "in": "body", "name": "b" }, { "$ref": "#/parameters/v" }] },
    "put": { "parameters": [{ "in": "query", "name": "q", "description": "a b" }, { "in": "body", "name": "b" }, { "$ref": "#/parameters/v" }] } } },
  "parameters": { "v": { "in": "query", "name": "v" } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

/// A parameter that is written out, where it stands first and in how many operations.
struct Written<'c, 'd> {
    first: &'c Parameter<'d>,
    operations: usize,
    last_operation: u32,
}

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let mut places: FastMap<u64, usize> = FastMap::default();
    // What is repeated mostly is to the letter, and is known by it.
    let mut texts: FastMap<&str, usize> = FastMap::default();
    let mut all: Vec<Written<'_, '_>> = Vec::new();
    for operation in &context.operations {
        let here = operation.node.id();
        for parameter in &operation.own_parameters {
            if parameter.declared != parameter.node || parameter.location == "body" {
                continue;
            }
            let text = parameter.node.source();
            let known = texts.get(text).copied();
            let place = known.unwrap_or_else(|| *places.entry(hash(text)).or_insert(all.len()));
            let Some(written) = all.get_mut(place) else {
                all.push(Written { first: parameter, operations: 1, last_operation: here });
                texts.insert(text, place);
                continue;
            };
            // Two parameters with the same hash are taken for one only if they are.
            if known.is_none() {
                if !same(written.first.node.source(), text) {
                    continue;
                }
                texts.insert(text, place);
            }
            if written.last_operation != here {
                written.operations += 1;
                written.last_operation = here;
            }
        }
    }
    for written in all.iter().filter(|written| written.operations > 1) {
        let (name, operations) = (quoted(written.first.name), written.operations);
        let message = format!("the parameter {name} is written out in {operations} operations");
        out.severity(Severity::Note).at_parameter(written.first, message);
    }
}

fn same(left: &str, right: &str) -> bool {
    dense(left).eq(dense(right))
}

/// A hash over the text without white space between its members. Strings, which are most of it, are taken as they are.
fn hash(value: &str) -> u64 {
    let mut hash = 0;
    let mut rest = value.as_bytes();
    while !rest.is_empty() {
        let (between, string) = rest.split_at(memchr::memchr(b'"', rest).unwrap_or(rest.len()));
        let counted = between.iter().filter(|byte| !byte.is_ascii_whitespace());
        hash = counted.fold(hash, |hash, byte| mix(hash, u64::from(*byte)));
        let (string, after) = string.split_at(end_of_string(string));
        let (words, last) = string.as_chunks::<8>();
        hash = words.iter().fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)));
        hash = mix(hash, last.iter().fold(string.len() as u64, |word, byte| word << 8 | u64::from(*byte)));
        rest = after;
    }
    hash
}

fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Where the string ends that a text begins with, its quotes included.
fn end_of_string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if text.get(at - 1) == Some(&b'"') {
            return at;
        }
        // What is escaped may be a quote.
        at += 1;
    }
    text.len()
}

/// The text of a value without white space between its parts.
fn dense(value: &str) -> impl Iterator<Item = u8> + '_ {
    let (mut in_string, mut escaped) = (false, false);
    value.bytes().filter(move |byte| {
        let counts = in_string || !byte.is_ascii_whitespace();
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ => {}
        }
        counts
    })
}
