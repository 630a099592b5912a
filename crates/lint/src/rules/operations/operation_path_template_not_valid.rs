use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::template::{self, Fault};
use crate::view::{Context, Path};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationPathTemplateNotValid",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The braces of a path template are unbalanced, nested or empty, or a variable spans a slash. Several \
           variables in one segment are allowed.",
    why: "Such a template cannot be matched against an address: the operation could not be called.",
    fix: "write each variable as {name}, with a name and within one segment",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items/{id": {} } }
             ^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items/{}": {} } }
             ^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items/{{id}}": {} } }
             ^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items({id})/{from}-{to}": {} } }
"#,
    )],
    visits: &[Visit::Path(check)],
};

fn check(_: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    let message = match template::check(path.template) {
        Ok(()) => return,
        Err(Fault::Unbalanced) => "a brace of the path has no partner",
        Err(Fault::Nested) => "the path has braces within braces",
        Err(Fault::Empty) => "a variable of the path has no name",
        Err(Fault::SpansSlash) => "a variable of the path spans a slash",
    };
    out.at_key(path.node, message);
}
