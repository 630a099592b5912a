use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference, Target};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "SchemaReferenceNotFound",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `$ref` in place of a schema is well formed, and nothing of that name is under `definitions`.",
    why: "What the operation takes or returns there is unknown: it can be neither checked nor called as \
           described.",
    fix: "define the name under definitions, or correct the reference",
    bad: &[Example::Definition(
        r##"
{ "definitions": { "A": { "$ref": "#/definitions/Missing" } } }
                                  ^^^^^^^^^^^^^^^^^^^^^^^
"##,
    )],
    good: &[Example::Definition(
        r##"
{ "definitions": { "A": { "$ref": "#/definitions/B~1C" }, "B/C": {} } }
"##,
    )],
    visits: &[Visit::Reference(check)],
};

fn check(context: &Context<'_>, reference: &Reference<'_>, out: &mut Out<'_>) {
    if reference.target == Target::Schema && context.resolve(reference) == Ok(None) {
        let shown = quoted(reference.node.as_str().unwrap_or_default());
        out.at(reference.node, format!("the schema {shown} does not exist"));
    }
}
