use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SecurityNotApplied",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "There are security definitions, and an operation has no `security` of its own while that of the \
           definition is missing or empty. Where no operation has one, this is reported once; an operation's own \
           empty list says on purpose that it needs none.",
    why: "A security definition does nothing until a requirement names it: the calls go out without a credential.",
    fix: "add \"security\" with the name of the definition, on the definition as a whole or on the operation",
    bad: &[
        Example::Definition(
            r#"
{ "securityDefinitions": { "key": { "type": "basic" } }, "security": [], "paths": { "/items": { "get": {}, "put": {} } } }
  ^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "securityDefinitions": { "key": { "type": "basic" } }, "paths": { "/items": { "get": { "security": [{ "key": [] }] }, "put": {} } } }
                                                                                                                        ^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "securityDefinitions": { "key": { "type": "basic" } }, "security": [{ "key": [] }], "paths": { "/items": { "get": {} } } }
"#,
        ),
        Example::Definition(
            r#"
{ "securityDefinitions": { "key": { "type": "basic" } }, "paths": { "/items": { "get": { "security": [] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "securityDefinitions": {}, "paths": { "/items": { "get": {} } } }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let filled = |name: &str| context.root.get(name).filter(|node| !node.is_empty());
    let Some(definitions) = filled("securityDefinitions") else { return };
    if filled("security").is_some() {
        return;
    }
    let lacks = |operation: &&Operation<'_>| operation.node.get("security").is_none();
    let all = context.operations.len();
    let open = context.operations.iter().filter(lacks).count();
    if open == all && all > 0 {
        out.at_key(definitions, "no operation requires the security that is defined");
    } else {
        for operation in context.operations.iter().filter(lacks) {
            out.at_key(operation.node, "the operation requires none of the security that is defined");
        }
    }
}
