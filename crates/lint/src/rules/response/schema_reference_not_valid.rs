use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference, Target};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "SchemaReferenceNotValid",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `$ref` in place of a schema is not a text of the form `#/definitions/name`: it leads to another \
           file, to another part of the document, or into the middle of a shared object.",
    why: "Only this form means the same to every reader. A reference to another file leads to something that \
           was not submitted and is not certified.",
    fix: "refer to an entry of definitions, as \"#/definitions/Name\"",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "A": { "$ref": "schemas.json#/definitions/A" } } }
                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "definitions": { "A": { "$ref": "#/definitions/A/properties/id" } } }
                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "definitions": { "A": { "$ref": "#/definitions/B~1C" }, "B/C": {} } }
"##,
    )],
    visits: &[Visit::Reference(check)],
};

fn check(context: &Context<'_>, reference: &Reference<'_>, out: &mut Out<'_>) {
    if reference.target != Target::Schema {
        return;
    }
    if let Err(fault) = context.resolve(reference) {
        out.at(reference.node, fault.message());
    }
}
