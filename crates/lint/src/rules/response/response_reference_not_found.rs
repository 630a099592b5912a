use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference, Target};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ResponseReferenceNotFound",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `$ref` in place of a response is well formed, and nothing of that name is under `responses`.",
    why: "What the operation takes or returns there is unknown: it can be neither checked nor called as \
           described.",
    fix: "define the name under responses, or correct the reference",
    bad: &[
        Example::Definition(
            r##"
{ "paths": { "/a": { "get": { "responses": { "200": { "$ref": "#/responses/Missing" } } } } } }
                                                              ^^^^^^^^^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "responses": { "Other": { "$ref": "#/responses/Missing" } } }
                                    ^^^^^^^^^^^^^^^^^^^^^
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/a": { "get": { "responses": { "200": { "$ref": "#/responses/ok" } } } } }, "responses": { "ok": {} } }
"##,
    )],
    visits: &[Visit::Reference(check)],
};

fn check(context: &Context<'_>, reference: &Reference<'_>, out: &mut Out<'_>) {
    if reference.target == Target::Response && context.resolve(reference) == Ok(None) {
        let shown = quoted(reference.node.as_str().unwrap_or_default());
        out.at(reference.node, format!("the response {shown} does not exist"));
    }
}
