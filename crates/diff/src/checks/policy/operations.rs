use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::policies::{Operations, PolicyChange};
use crate::quoted;
use crate::view::OperationPair;
use crate::view::PackagePair;
use backshell_package::Policy;
use backshell_source::Node;
use std::collections::HashSet;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "policy-operation-list-changed",
    object: Object::Policy,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "A policy covers more or fewer of the operations that exist in both versions, or names an operation that does not exist.",
    why: "The policy acts on other steps than before, or on fewer than it says.",
    instead: "name the same operations as before, each by its `operationId`",
    examples: &[
        Example {
            snippet: Snippet::Files,
            before: r#"
== apiDefinition.swagger.json
{"swagger": "2.0", "info": {"title": "Items", "version": "1.0"}, "paths": {"/geta": {"get": {"operationId": "GetA", "responses": {"200": {"description": ""}}}}, "/getb": {"get": {"operationId": "GetB", "responses": {"200": {"description": ""}}}}}}
== apiProperties.json
{ "properties": { "policyTemplateInstances": [{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["GetA"], "x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}] } }
"#,
            after: r#"
== apiDefinition.swagger.json
{"swagger": "2.0", "info": {"title": "Items", "version": "1.0"}, "paths": {"/geta": {"get": {"operationId": "GetA", "responses": {"200": {"description": ""}}}}, "/getb": {"get": {"operationId": "GetB", "responses": {"200": {"description": ""}}}}}}
== apiProperties.json
{ "properties": { "policyTemplateInstances": [{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["GetA", "GetB"], "x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}] } }
"#,
            old: &[
                "apiProperties.json#/properties/policyTemplateInstances/0/parameters/x-ms-apimTemplate-operationName",
            ],
            new: &[
                "apiProperties.json#/properties/policyTemplateInstances/0/parameters/x-ms-apimTemplate-operationName",
            ],
            reversed: &["policy-operation-list-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Files,
            before: r#"
== apiDefinition.swagger.json
{"swagger": "2.0", "info": {"title": "Items", "version": "1.0"}, "paths": {"/geta": {"get": {"operationId": "GetA", "responses": {"200": {"description": ""}}}}}}
== apiProperties.json
{ "properties": { "policyTemplateInstances": [{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["GetA"], "x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}] } }
"#,
            after: r#"
== apiDefinition.swagger.json
{"swagger": "2.0", "info": {"title": "Items", "version": "1.0"}, "paths": {"/geta": {"get": {"operationId": "GetA", "responses": {"200": {"description": ""}}}}}}
== apiProperties.json
{ "properties": { "policyTemplateInstances": [{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["GetA", "GetC"], "x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}] } }
"#,
            new: &[
                "apiProperties.json#/properties/policyTemplateInstances/0/parameters/x-ms-apimTemplate-operationName/1",
            ],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Files,
            before: r#"
== apiDefinition.swagger.json
{"swagger": "2.0", "info": {"title": "Items", "version": "1.0"}, "paths": {"/geta": {"get": {"operationId": "GetA", "responses": {"200": {"description": ""}}}}, "/getb": {"get": {"operationId": "GetB", "responses": {"200": {"description": ""}}}}}}
== apiProperties.json
{ "properties": { "policyTemplateInstances": [{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["GetA", "GetB"], "x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}] } }
"#,
            after: r#"
== apiDefinition.swagger.json
{"swagger": "2.0", "info": {"title": "Items", "version": "1.0"}, "paths": {"/geta": {"get": {"operationId": "GetA", "responses": {"200": {"description": ""}}}}}}
== apiProperties.json
{ "properties": { "policyTemplateInstances": [{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-operationName": ["GetA", "GetB"], "x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}] } }
"#,
            new: &[
                "apiProperties.json#/properties/policyTemplateInstances/0/parameters/x-ms-apimTemplate-operationName/1",
            ],
            also: &["operation-removed", "version-unchanged-with-break"],
            reversed: &["operation-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let operations = Operations::of(package);
    let ids = |list: &[Rc<crate::view::Operation<'d>>]| -> HashSet<String> {
        list.iter().filter_map(|operation| operation.id()).map(str::to_ascii_lowercase).collect()
    };
    let (old_ids, new_ids) = (ids(&package.old.operations), ids(&package.new.operations));
    let has_definitions = package.old.swagger.is_some() && package.new.swagger.is_some();
    for change in policies::changes(package) {
        coverage(package, &operations, &change, out);
        let Some(new) = change.new.as_ref().filter(|_| has_definitions) else { continue };
        let old = change.old.iter().flat_map(|policy| policy.operations.iter());
        let was_missing: HashSet<String> =
            old.map(|id| id.to_ascii_lowercase()).filter(|id| !old_ids.contains(id)).collect();
        for node in items(new) {
            let id = node.as_str().unwrap_or_default();
            let key = id.to_ascii_lowercase();
            if !new_ids.contains(&key) && !was_missing.contains(&key) {
                let message = format!("the policy {} names {}, which does not exist", change.shown(), quoted(id));
                out.added(&CHANGED, node, message).at(format!("{}/operations/{id}", change.locus())).values("", id);
            }
        }
    }
}

/// Operations of both versions that the policy covers in one of them only.
fn coverage<'d>(
    package: &PackagePair<'d>,
    operations: &Operations<'d>,
    change: &PolicyChange<'d>,
    out: &mut Out<'_, 'd>,
) {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return };
    if old.applies_everywhere() == new.applies_everywhere() && old.operations == new.operations {
        return;
    }
    let covered = |policy: &Policy<'d>,
                   ids: &std::collections::HashMap<String, Rc<OperationPair<'d>>>|
     -> HashSet<u32> {
        let all = package.operations.iter().filter(|_| policy.applies_everywhere()).map(|pair| pair.old.node().id());
        let listed = policy.operations.iter().filter_map(|id| ids.get(&id.to_ascii_lowercase()));
        all.chain(listed.map(|pair| pair.old.node().id())).collect()
    };
    let (one, two) = (covered(old, &operations.old), covered(new, &operations.new));
    let (lost, gained) = (one.difference(&two).count(), two.difference(&one).count());
    if lost == 0 && gained == 0 {
        return;
    }
    let count = |count: usize| if count == 1 { "1 operation".to_owned() } else { format!("{count} operations") };
    let shown = change.shown();
    let message = match (lost, gained) {
        (0, gained) => format!("the policy {shown} acts on {} more", count(gained)),
        (lost, 0) => format!("the policy {shown} acts on {} less", count(lost)),
        (lost, gained) => format!("the policy {shown} acts on {} more and on {} less", count(gained), count(lost)),
    };
    let changed: HashSet<u32> = one.symmetric_difference(&two).copied().collect();
    let mut entry = out.changed(&CHANGED, place(old), place(new), message);
    for pair in package.operations.iter().filter(|pair| changed.contains(&pair.old.node().id())) {
        entry = entry.of(&pair.old);
    }
    entry.at(format!("{}/operations", change.locus()));
}

/// The list of operations.
fn list<'d>(policy: &Policy<'d>) -> Option<Node<'d>> {
    policy.node.get_ignore_case("parameters")?.get_ignore_case("x-ms-apimTemplate-operationName")
}

fn place<'d>(policy: &Policy<'d>) -> Node<'d> {
    list(policy).unwrap_or(policy.node)
}

/// The values that name operations.
fn items<'d>(policy: &Policy<'d>) -> impl Iterator<Item = Node<'d>> {
    let list = list(policy);
    let one = list.filter(|list| list.as_str().is_some());
    one.into_iter().chain(list.into_iter().flat_map(Node::items)).filter(|node| node.as_str().is_some())
}
