use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference, Target};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ParameterReferenceNotValid",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `$ref` in place of a parameter is not a text of the form `#/parameters/name`: it leads to another \
           file, to another part of the document, or into the middle of a shared object.",
    why: "Only this form means the same to every reader. A reference to another file leads to something that \
           was not submitted and is not certified.",
    fix: "refer to an entry of parameters, as \"#/parameters/Name\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/a": { "parameters": [{ "$ref": "parameters.json#/parameters/A" }] } } }
                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "parameters": [{ "$ref": "#/definitions/A" }] } } }
                                              ^^^^^^^^^^^^^^^^^
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/a": { "parameters": [{ "$ref": "#/parameters/id" }] } }, "parameters": { "id": {} } }
"##,
    )],
    visits: &[Visit::Reference(check)],
};

fn check(context: &Context<'_>, reference: &Reference<'_>, out: &mut Out<'_>) {
    if reference.target != Target::Parameter {
        return;
    }
    if let Err(fault) = context.resolve(reference) {
        out.at(reference.node, fault.message());
    }
}
