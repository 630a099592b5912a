use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Response};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ResponseMustBeDefaultOrHttpStatusCode",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A member of `responses` that is no extension is neither `default` nor three digits from 100 to 599.",
    why: "No answer ever has such a status: what stands under it describes nothing. Wildcards such as 2XX are \
           OpenAPI 3.",
    fix: "use a status code such as \"200\", or \"default\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "2XX": {}, "600": {} } } } } }
                                                 ^^^^^      ^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "200": {}, "default": {}, "x-note": {} } } } } }
"#,
    )],
    visits: &[Visit::Response(check)],
};

fn check(_: &Context<'_>, response: &Response<'_>, out: &mut Out<'_>) {
    let digits = response.status.len() == 3 && response.status.bytes().all(|byte| byte.is_ascii_digit());
    let in_range = digits && matches!(response.status.as_bytes().first(), Some(b'1'..=b'5'));
    if !in_range && response.status != "default" {
        out.at_key(response.declared, format!("{} is no HTTP status code and not `default`", quoted(response.status)));
    }
}
