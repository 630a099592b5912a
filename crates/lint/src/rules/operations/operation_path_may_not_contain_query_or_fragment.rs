use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Path};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationPathMayNotContainQueryOrFragment",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A path template holds `?` or `#`. Their percent-encoded forms are fine.",
    why: "What follows is no path: a server sees a query or never sees it at all, and two operations that \
           differ only there cannot be told apart by a router.",
    fix: "declare what follows \"?\" as query parameters, and drop what follows \"#\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items?state=open": {} } }
             ^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items/%3Fstate": {} } }
"#,
    )],
    visits: &[Visit::Path(check)],
};

fn check(_: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    if path.template.contains(['?', '#']) {
        out.at_key(path.node, "the path holds a query or a fragment");
    }
}
