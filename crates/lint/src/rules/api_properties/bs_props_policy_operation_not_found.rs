use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_package::Operation;
use backshell_source::Node;
use std::collections::HashMap;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsPolicyOperationNotFound",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The list of operations of a policy names something that is no `operationId` of the definition. An id \
           that differs in letter case only is a warning.",
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
    "x-ms-apimTemplate-operationName": ["ListItems", "GetItem"]
                                                     ^^^^^^^^^
} }] } }
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
} }] } }
"#,
            ),
        ],
        whole: &[],
    }],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(definition) = &file.package.definition else { return };
    let ids = definition.swagger().operations().filter_map(Operation::id);
    let known: HashMap<String, &str> = ids.map(|id| (id.to_ascii_lowercase(), id)).collect();
    for policy in file.properties.policies() {
        let parameters = policy.node.get_ignore_case("parameters");
        let list = parameters.and_then(|parameters| parameters.get_ignore_case("x-ms-apimTemplate-operationName"));
        for node in list.into_iter().flat_map(Node::items) {
            let id = node.as_str().unwrap_or_default();
            match known.get(&id.to_ascii_lowercase()) {
                Some(same) if *same == id => {}
                Some(other) => {
                    let message = format!("the operation {} is spelt {} in the definition", quoted(id), quoted(other));
                    out.severity(Severity::Warning).at(node, message);
                }
                None => out.at(node, format!("there is no operation {}", quoted(id))),
            }
        }
    }
}
