use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference, Target};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ParameterReferenceNotFound",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `$ref` in place of a parameter is well formed, and nothing of that name is under `parameters`.",
    why: "What the operation takes or returns there is unknown: it can be neither checked nor called as \
           described.",
    fix: "define the name under parameters, or correct the reference",
    bad: &[Example::Definition(
        r##"
{ "paths": { "/a": { "parameters": [{ "$ref": "#/parameters/Missing" }] } } }
                                              ^^^^^^^^^^^^^^^^^^^^^^
"##,
    )],
    good: &[Example::Definition(
        r##"
{ "paths": { "/a": { "parameters": [{ "$ref": "#/parameters/id" }] } }, "parameters": { "id": {} } }
"##,
    )],
    visits: &[Visit::Reference(check)],
};

fn check(context: &Context<'_>, reference: &Reference<'_>, out: &mut Out<'_>) {
    if reference.target == Target::Parameter && context.resolve(reference) == Ok(None) {
        let shown = quoted(reference.node.as_str().unwrap_or_default());
        out.at(reference.node, format!("the parameter {shown} does not exist"));
    }
}
