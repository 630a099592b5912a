use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Requirement};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "SecurityRequirementMustHaveValue",
    group: Group::Security,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The value of a security requirement is not a list.",
    why: "The list names the scopes that the call needs; null or a text may be read as none or as all.",
    fix: "give a list: the scopes for oauth2, [] for everything else",
    bad: &[Example::Definition(
        r#"
{ "security": [{ "key": null }] }
                        ^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "security": [{ "key": [] }] }
"#,
    )],
    visits: &[Visit::Security(check)],
};

fn check(_: &Context<'_>, requirement: &Requirement<'_>, out: &mut Out<'_>) {
    if !requirement.value.is_array() {
        out.at(requirement.value, format!("the requirement {} has no list of scopes", quoted(requirement.name)));
    }
}
