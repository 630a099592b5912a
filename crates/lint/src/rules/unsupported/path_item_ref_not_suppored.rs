use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Path};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "PathItemRefNotSuppored",
    group: Group::Unsupported,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A path item has a member `$ref`. The spelling of the id is that of the Swagger Validator.",
    why: "The operations would stand somewhere else, where nobody certifies them.",
    fix: "write the operations out under the path",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "$ref": "items.json" } } }
                                 ^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r##"
{ "paths": { "/items": { "parameters": [{ "$ref": "#/parameters/id" }] } } }
"##,
    )],
    visits: &[Visit::Path(check)],
};

fn check(_: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    if let Some(reference) = path.node.get("$ref") {
        out.at(reference, "a path item cannot be a reference");
    }
}
