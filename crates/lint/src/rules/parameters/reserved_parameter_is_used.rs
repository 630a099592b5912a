use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ReservedParameterIsUsed",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A header parameter is called `Authorization`, `Host`, `Content-Length`, `Connection` or \
           `Transfer-Encoding`, in any case. `Accept` and `Content-Type` are not reserved: the gateway passes on what a \
           client sends in them, and 164 of 1,034 public connectors declare them, so that an error would refuse connectors \
           that work. BS-ProtocolHeaderParameter warns of them. Names in the query are free, `api-version` among them.",
    why: "The gateway sets these headers itself: the credential comes from the connection and never from the \
           caller, and the others say where a message goes and where it ends.",
    fix: "remove the parameter; a credential belongs in the connection parameters of apiProperties.json",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "auth": { "in": "header", "name": "authorization" } } }
                                                    ^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "auth": { "in": "query", "name": "authorization" }, "v": { "in": "header", "name": "x-host" },
    "a": { "in": "header", "name": "Accept" }, "c": { "in": "header", "name": "Content-Type" }, "q": { "in": "query", "name": "api-version" } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

const RESERVED_HEADERS: [&str; 5] = ["authorization", "host", "content-length", "connection", "transfer-encoding"];

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    let reserved = RESERVED_HEADERS.iter().any(|header| header.eq_ignore_ascii_case(parameter.name));
    if reserved && parameter.location == "header" {
        out.at_parameter(parameter, format!("the header {} is reserved", quoted(parameter.name)));
    }
}
