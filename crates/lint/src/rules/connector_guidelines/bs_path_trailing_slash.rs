use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Path};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PathTrailingSlash",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector coding standards"),
    what: "A path ends in `/`, the path `/` itself excepted, or has `//` in it. For information.",
    why: "Servers and proxies treat `/items` and `/items/` alike or not, and fold `//` or not: what works in one \
           place fails in another.",
    fix: "write the path without the slash at its end or the empty part",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items/": {}, "/items//open": {} } }
             ^^^^^^^^^      ^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/": {}, "/items": {}, "/items/{id}": {}, "x-//": {} } }
"#,
    )],
    visits: &[Visit::Path(check)],
};

fn check(_: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    if path.template.len() > 1 && path.template.ends_with('/') {
        out.severity(Severity::Note).at_key(path.node, "the path ends in a slash");
    } else if path.template.contains("//") {
        out.severity(Severity::Note).at_key(path.node, "the path has an empty part");
    }
}
