use crate::Out;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PollingPolicyMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "A trigger with the method `get` has no `x-ms-trigger-metadata`, and no `pollingtrigger` policy acts on \
           it. A package without a properties file has no policies; a definition file that is \
           checked by itself is not judged.",
    why: "A trigger that asks for news has to know what was new the last time. Without either, every poll answers \
           with everything, and flows start again for old items.",
    fix: "add a pollingtrigger policy for the operation; where the service speaks the polling protocol itself, say \
           so in x-ms-trigger-metadata",
    bad: &[
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"
{ "paths": { "/items": { "get": { "operationId": "OnNewItem", "x-ms-trigger": "batch" } } } }
                                                              ^^^^^^^^^^^^^^
"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "PollingTrigger", "parameters": { "x-ms-apimTemplate-operationName": ["onitem"] } }] } }
"#,
                ),
            ],
            whole: &[],
        },
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "operationId": "OnItem", "x-ms-trigger": "batch" } } } }
                                                           ^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Files {
        files: &[
            (
                DEFINITION,
                r#"
{ "paths": { "/items": { "get": { "operationId": "OnItem", "x-ms-trigger": "batch" } },
    "/hooks": { "post": { "operationId": "OnHook", "x-ms-trigger": "single" } },
    "/changes": { "get": { "x-ms-trigger": "batch", "x-ms-trigger-metadata": { "kind": "query", "mode": "polling" } } } } }
"#,
            ),
            (
                PROPERTIES,
                r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "PollingTrigger", "parameters": { "x-ms-apimTemplate-operationName": ["onitem"] } }] } }
"#,
            ),
        ],
        whole: &[],
    }],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(trigger) = operation.node.get("x-ms-trigger").filter(|_| operation.method == "get") else { return };
    if operation.node.get("x-ms-trigger-metadata").is_none() && operation.is_polled_by_policy(context) == Some(false) {
        out.at_key(trigger, "nothing tells the trigger what is new");
    }
}
