use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BasePathNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The member `basePath` is present and is not a text that begins with a slash.",
    why: "The base path stands between the host and the path of every operation. Without its slash it would \
           run into the host name.",
    fix: "begin basePath with \"/\", or leave it out",
    bad: &[
        Example::Definition(
            r#"
{ "basePath": "v1" }
              ^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "basePath": null }
              ^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "basePath": "/v1/" }
"#,
        ),
        Example::Definition(
            r#"
{ "host": "api.contoso.com" }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    if let Some(base) = context.root.get("basePath")
        && !base.as_str().is_some_and(|text| text.starts_with('/'))
    {
        out.at(base, "the base path does not begin with a slash");
    }
}
