use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Requirement};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "SecurityRequirementMustBeDefined",
    group: Group::Security,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `security` list, of the document or of an operation, names something that is not under \
           `securityDefinitions`.",
    why: "How such a call is credentialed is not said, and a client may send it without any credential.",
    fix: "add the name to securityDefinitions, or correct it",
    bad: &[Example::Definition(
        r#"
{ "security": [{ "key": [] }] }
                 ^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "security": [{ "key": [] }], "securityDefinitions": { "key": { "type": "basic" } } }
"#,
    )],
    visits: &[Visit::Security(check)],
};

fn check(_: &Context<'_>, requirement: &Requirement<'_>, out: &mut Out<'_>) {
    if requirement.definition.is_none() {
        out.at_key(requirement.value, format!("the security definition {} does not exist", quoted(requirement.name)));
    }
}
