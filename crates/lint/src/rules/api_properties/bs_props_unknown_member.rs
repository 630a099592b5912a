use super::bs_props_secret_in_clear::speaks_of_secret;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsUnknownMember",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The object `properties` has a member other than `iconBrandColor`, `publisher`, `stackOwner`, \
           `capabilities`, `connectionParameters`, `connectionParameterSets`, `policyTemplateInstances` and \
           `scriptOperations`, letter for letter.",
    why: "Nobody reads such a member. Mostly it is a connection parameter in the wrong place or a slip of the \
           pen, and what it was meant to do does not happen.",
    fix: "correct the name, move the member to where it belongs, or remove it",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "stackowner": "Contoso", "connectionParameters": {} } }
                  ^^^^^^^^^^^^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "script": { "language": "CSharpScript" } } }
                  ^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "stackOwner": "Contoso", "connectionParameterSets": { "script": {} }, "scriptOperations": [] } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

const MEMBERS: [&str; 8] = [
    "iconBrandColor",
    "publisher",
    "stackOwner",
    "capabilities",
    "connectionParameters",
    "connectionParameterSets",
    "policyTemplateInstances",
    "scriptOperations",
];

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let members = file.properties.node().into_iter().flat_map(backshell_source::Node::visible_members);
    for member in members.filter(|member| !MEMBERS.contains(&member.key)) {
        let message = match MEMBERS.iter().find(|known| known.eq_ignore_ascii_case(member.key)) {
            Some(known) => format!("the member {} is spelt `{known}`", quoted(member.key)),
            None => format!("`properties` has no member {}", quoted(member.key)),
        };
        // A misplaced parameter may have its value with it.
        if speaks_of_secret(member.key) {
            out.at_secret(member.value, message);
        } else {
            out.at_key(member.value, message);
        }
    }
}
