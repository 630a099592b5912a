use crate::Out;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-TriggerWithoutNotification",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "A trigger whose method is not `get` has no `x-ms-notification-content` on its path item (or on itself), \
           no `x-ms-notification`, and no `pollingtrigger` policy acts on it. A package without a properties \
           file has no policies; a definition file that is checked by itself is not judged.",
    why: "Nothing says how the trigger hears of an event: it is neither notified nor does it ask.",
    fix: "describe what is sent in x-ms-notification-content on the path item, or poll with a pollingtrigger \
           policy",
    bad: &[
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"
{ "paths": { "/hooks": { "post": { "operationId": "OnItem", "x-ms-trigger": "single" } } } }
                                                            ^^^^^^^^^^^^^^
"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "setheader", "parameters": {} }] } }
"#,
                ),
            ],
            whole: &[],
        },
        Example::Definition(
            r#"
{ "paths": { "/hooks": { "post": { "operationId": "OnItem", "x-ms-trigger": "single" } } } }
                                                            ^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Files {
        files: &[
            (
                DEFINITION,
                r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "operationId": "OnHook", "x-ms-trigger": "single" } },
    "/items": { "post": { "operationId": "OnItem", "x-ms-trigger": "batch" },
        "get": { "operationId": "OnOther", "x-ms-trigger": "batch" },
        "put": { "operationId": "OnThird", "x-ms-trigger": "batch", "x-ms-notification": { "operationId": "OnHook" } } } } }
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
    let Some(trigger) = operation.node.get("x-ms-trigger").filter(|_| operation.method != "get") else { return };
    if operation.notification_content().is_none()
        && operation.node.get("x-ms-notification").is_none()
        && operation.is_polled_by_policy(context) == Some(false)
    {
        out.at_key(trigger, "nothing says how the trigger hears of an event");
    }
}
