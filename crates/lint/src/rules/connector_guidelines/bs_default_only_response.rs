use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, is_extension};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-DefaultOnlyResponse",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector coding standards"),
    what: "`default` is the only response of an operation; extensions do not count.",
    why: "`default` is what comes when nothing else fits, above all errors: clients learn nothing about the answer \
           of a call that went well.",
    fix: "describe the successful response under its status code, for example \"200\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "default": { "description": "OK" }, "x-note": 1 } } } } }
                                                 ^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "default": {}, "404": {} } }, "put": { "responses": { "200": {} } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let members = operation.responses.into_iter().flat_map(Node::visible_members);
    let mut responses = members.filter(|member| !is_extension(member.key));
    if let (Some(only), None) = (responses.next(), responses.next())
        && only.key == "default"
    {
        out.at_key(only.value, "no response but `default` is described");
    }
}
