use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference, Target};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ResponseReferenceNotValid",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `$ref` in place of a response is not a text of the form `#/responses/name`: it leads to another \
           file, to another part of the document, or into the middle of a shared object.",
    why: "Only this form means the same to every reader. A reference to another file leads to something that \
           was not submitted and is not certified.",
    fix: "refer to an entry of responses, as \"#/responses/Name\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/a": { "get": { "responses": { "200": { "$ref": "responses.json#/responses/A" } } } } } }
                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "get": { "responses": { "200": { "$ref": "#/definitions/A" } } } } } }
                                                              ^^^^^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r#"
{ "responses": { "Other": { "$ref": 1 } } }
                                    ^
"#,
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
    if reference.target != Target::Response {
        return;
    }
    if let Err(fault) = context.resolve(reference) {
        out.at(reference.node, fault.message());
    }
}
