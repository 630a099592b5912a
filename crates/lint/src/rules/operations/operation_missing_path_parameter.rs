use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::template;
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;

pub(crate) static RULE: Rule = Rule {
    id: "OperationMissingPathParameter",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A variable of the path has no effective path parameter of exactly that name.",
    why: "Nothing would be put in its place: the call would go to an address with a brace in it.",
    fix: "add a parameter with that name, \"in\": \"path\" and \"required\": true",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items/{id}": { "get": { "parameters": [{ "in": "path", "name": "Id" }] } } } }
                              ^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items/{id}": { "get": {}, "parameters": [{ "in": "path", "name": "id" }] } } }
"#,
        ),
        Example::Definition(
            r##"
{ "paths": { "/items/{id}": { "get": { "parameters": [{ "$ref": "#/parameters/Item" }] } },
    "/notes/{id}": { "get": { "parameters": [{ "$ref": "#/parameters/Circle" }] } } },
  "parameters": { "Item": { "$ref": "#/parameters/Id" }, "Id": { "in": "path", "name": "id" }, "Circle": { "$ref": "#/parameters/Circle" } } }
"##,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    // A reference that leads nowhere is reported as such; what it was meant to declare is not known.
    if operation.has_unknown_parameters || template::check(operation.path).is_err() {
        return;
    }
    let in_path = operation.parameters.iter().filter(|parameter| parameter.location == "path");
    let known: FastSet<&str> = in_path.map(|parameter| parameter.name).collect();
    for variable in template::variables(operation.path).filter(|variable| !known.contains(variable)) {
        let message = format!("the path variable {} has no parameter", quoted(variable));
        out.lacking(variable).at_key(operation.node, message);
    }
}
