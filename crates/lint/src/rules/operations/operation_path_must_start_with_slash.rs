use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Path};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationPathMustStartWithSlash",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A member of `paths` that is no extension does not begin with a slash.",
    why: "The path is put behind host and base path. Without its slash it changes the segment before it.",
    fix: "begin the path with \"/\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "items": {} } }
             ^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": {}, "x-note": {} } }
"#,
    )],
    visits: &[Visit::Path(check)],
};

fn check(_: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    if !path.template.starts_with('/') {
        out.at_key(path.node, format!("the path {} does not begin with a slash", quoted(path.template)));
    }
}
