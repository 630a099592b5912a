use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Path};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;

pub(crate) static RULE: Rule = Rule {
    id: "PathParametersContainDuplicateParameter",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two parameters in the list of a path item have the same name and the same place, references followed. Header \
           names are compared without regard to case.",
    why: "One value in the request of every operation there has two descriptions, and readers do not agree on which \
          one holds.",
    fix: "remove one of the two",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items/{id}": { "parameters": [{ "in": "path", "name": "id" }, { "in": "path", "name": "id", "type": "string" }] } } }
                                                                                                     ^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items/{id}": { "parameters": [{ "in": "path", "name": "id" }, { "in": "query", "name": "id" }, { "in": "query", "name": "ID" }],
    "get": { "parameters": [{ "in": "path", "name": "id" }] } } } }
"#,
    )],
    visits: &[Visit::Path(check)],
};

fn check(context: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    let Some(list) = path.node.get("parameters") else { return };
    let (parameters, _) = context.parameter_list(Some(list));
    let mut seen = FastSet::default();
    for parameter in parameters.iter().filter(|parameter| !parameter.name.is_empty()) {
        if !seen.insert(parameter.input()) {
            let (place, name) = (parameter.location, quoted(parameter.name));
            out.at_parameter(parameter, format!("the {place} parameter {name} is declared twice for the path"));
        }
    }
}
