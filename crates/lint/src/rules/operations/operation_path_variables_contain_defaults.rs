use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::template;
use crate::view::{Context, Path};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationPathVariablesContainDefaults",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A variable of a path template holds an equals sign.",
    why: "Some frameworks write defaults into the template; Swagger does not know them and takes the whole \
           text for the name.",
    fix: "name the variable alone, and give the default in the parameter",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items/{page=1}": {} } }
             ^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items/{page}": {}, "/a=b": {} } }
"#,
    )],
    visits: &[Visit::Path(check)],
};

fn check(_: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    if let Some(variable) = template::variables(path.template).find(|variable| variable.contains('=')) {
        out.at_key(path.node, format!("the path variable {} holds a default", quoted(variable)));
    }
}
