use crate::Out;
use crate::operation_ids::OperationIds;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsPolicyOperationNotFound",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The list of operations of a policy, or the one text in its place, names something that is no `operationId` of the definition, \
           letter case counting.",
    why: "The policy never acts on the operation it was meant for, so that a header, a host or a path is not \
           set.",
    fix: "correct the operationId in x-ms-apimTemplate-operationName, or remove it",
    bad: &[Example::Files {
        files: &[
            (DEFINITION, r#"{ "paths": { "/items": { "get": { "operationId": "ListItems" } } } }"#),
            (
                PROPERTIES,
                r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "setheader", "parameters": {
    "x-ms-apimTemplate-operationName": ["ListItems", "GetItem", "listItems"]
                                                     ^^^^^^^^^  ^^^^^^^^^^^
} }, { "templateId": "setheader", "parameters": { "x-ms-apimTemplate-operationName": "GetItem" } }] } }
                                                                                     ^^^^^^^^^
"#,
            ),
        ],
        whole: &[],
    }],
    good: &[Example::Files {
        files: &[
            (DEFINITION, r#"{ "paths": { "/items": { "get": { "operationId": "ListItems" } } } }"#),
            (
                PROPERTIES,
                r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "setheader", "parameters": {
    "x-ms-apimTemplate-operationName": ["ListItems"]
} }, { "templateId": "setheader", "parameters": { "x-ms-apimTemplate-operationName": "ListItems" } }] } }
"#,
            ),
        ],
        whole: &[],
    }],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(definition) = &file.package.definition else { return };
    let mut ids = None;
    for policy in file.properties.policies() {
        let parameters = policy.node.get_ignore_case("parameters");
        let list = parameters.and_then(|parameters| parameters.get_ignore_case("x-ms-apimTemplate-operationName"));
        // One operation may be named by itself, without a list around it.
        let alone = list.filter(|list| list.as_str().is_some());
        for node in list.into_iter().flat_map(Node::items).chain(alone) {
            let ids = ids.get_or_insert_with(|| OperationIds::of(definition));
            if let Some(fault) = ids.fault(node.as_str().unwrap_or_default()) {
                out.at(node, fault);
            }
        }
    }
}
