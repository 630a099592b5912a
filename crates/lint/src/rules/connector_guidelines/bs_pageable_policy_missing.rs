use crate::Out;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PageablePolicyMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "An operation has `x-ms-pageable`, and no `updatenextlink` policy acts on it. A package without a \
           properties file has no policies; a definition file that is checked by itself is not judged.",
    why: "The link to the next page that a service answers with leads to the service itself, past the gateway: \
           without the policy the next page is asked for without the credential.",
    fix: "add an updatenextlink policy for the operation",
    bad: &[
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"
{ "paths": { "/items": { "get": { "operationId": "ListItems", "x-ms-pageable": { "nextLinkName": "nextLink" } } } } }
                                                              ^^^^^^^^^^^^^^^
"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "updatenextlink", "parameters": { "x-ms-apimTemplate-operationName": ["ListOther"] } }] } }
"#,
                ),
            ],
            whole: &[],
        },
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "operationId": "ListItems", "x-ms-pageable": { "nextLinkName": "nextLink" } } } } }
                                                              ^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"
{ "paths": { "/items": { "get": { "operationId": "ListItems", "x-ms-pageable": { "nextLinkName": "nextLink" } }, "post": {} } } }
"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "updatenextlink", "parameters": { "x-ms-apimTemplate-operationName": ["listitems"] } }] } }
"#,
                ),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"
{ "paths": { "/items": { "get": { "x-ms-pageable": { "nextLinkName": "nextLink" } } } } }
"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "updatenextlink", "parameters": { "x-ms-apimTemplate-operationName": [] } }] } }
"#,
                ),
            ],
            whole: &[],
        },
    ],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if let Some(pageable) = operation.node.get("x-ms-pageable")
        && operation.is_paged_by_policy(context) == Some(false)
    {
        out.severity(Severity::Note).at_key(pageable, "no policy rewrites the link to the next page");
    }
}
