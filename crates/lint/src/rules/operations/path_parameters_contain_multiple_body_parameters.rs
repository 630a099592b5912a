use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Path};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "PathParametersContainMultipleBodyParameters",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The list of parameters of a path item holds more than one in `body`, references followed. Each one after the \
           first is reported.",
    why: "A request has one body; a second parameter has no place to go, in any operation of the path.",
    fix: "make the values properties of one body parameter",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "parameters": [{ "in": "body", "name": "item" }, { "in": "body", "name": "note" }] } } }
                                                                                                  ^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "parameters": [{ "in": "body", "name": "item" }, { "in": "query", "name": "body" }], "post": { "parameters": [{ "in": "body", "name": "item" }] } } } }
"#,
    )],
    visits: &[Visit::Path(check)],
};

fn check(context: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    let Some(list) = path.node.get("parameters") else { return };
    let (parameters, _) = context.parameter_list(Some(list));
    for parameter in parameters.iter().filter(|parameter| parameter.location == "body").skip(1) {
        out.at_parameter(parameter, "the path has more than one body parameter");
    }
}
