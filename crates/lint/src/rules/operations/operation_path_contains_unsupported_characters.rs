use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Path};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationPathContainsUnsupportedCharacters",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A path template holds an asterisk.",
    why: "Routers read an asterisk as \"anything\": the operation would also take calls that it does not \
           describe.",
    fix: "use a path parameter in place of \"*\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/files/*": {} } }
             ^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/files/{name}": {} } }
"#,
    )],
    visits: &[Visit::Path(check)],
};

fn check(_: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    if path.template.contains('*') {
        out.at_key(path.node, "the path holds an asterisk");
    }
}
