use crate::Out;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_package::Origin;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SecurityDefinitionsSeveral",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "There is more than one security definition, and the properties have no `connectionParameterSets`. A \
           definition file that is checked by itself is not judged.",
    why: "A connection holds one kind of credential; only parameter sets let the user choose between several.",
    fix: "keep one security definition, or describe the choice with connectionParameterSets",
    bad: &[Example::Definition(
        r#"
{ "securityDefinitions": { "key": { "type": "basic" }, "sso": { "type": "oauth2" } } }
                                                       ^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "securityDefinitions": { "key": { "type": "basic" } } }
"#,
        ),
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"
{ "securityDefinitions": { "key": { "type": "basic" }, "sso": { "type": "oauth2" } } }
"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "connectionParameterSets": { "values": [] } } }
"#,
                ),
            ],
            whole: &[],
        },
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let members = context.root.get("securityDefinitions").into_iter().flat_map(Node::visible_members);
    let Some(second) = members.filter(|member| !crate::view::is_extension(member.key)).nth(1) else {
        return;
    };
    let has_sets =
        context.package.properties.as_ref().is_some_and(|file| file.get("connectionParameterSets").is_some());
    if !has_sets && context.package.origin != Origin::File {
        out.at_key(second.value, "a connection can use only one security definition");
    }
}
