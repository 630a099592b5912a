use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{PackagePair, Version};
use backshell_source::Node;
use std::collections::BTreeMap;

pub(crate) static FAMILY: Family = Family { checks: &[&REQUIRED], visits: &[Visit::Package(check)] };

static REQUIRED: Check = Check {
    id: "operation-confirmation-required",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "An operation that assistants may call needs a person's consent for each call now \
           (`x-ms-require-user-confirmation`).",
    why: "An assistant that runs without a person stops at this call and waits.",
    instead: "announce it, so that unattended assistants can be changed before",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"
{ "x-ms-openai-data": { "openai-enabled": true, "operations": [
    { "operationId": "SetItem", "x-ms-require-user-confirmation": false } ] } }"#,
            after: r#"
{ "x-ms-openai-data": { "openai-enabled": true, "operations": [
    { "operationId": "SetItem", "x-ms-require-user-confirmation": true } ] } }"#,
            old: &["/x-ms-openai-data/operations/0/x-ms-require-user-confirmation"],
            new: &["/x-ms-openai-data/operations/0/x-ms-require-user-confirmation"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: "{ }",
            after: r#"{ "x-ms-require-user-confirmation": true }"#,
            old: &[""],
            new: &["/x-ms-require-user-confirmation"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

/// A tool that asks: where it says so, or where it could.
struct Tool<'d> {
    asks: bool,
    place: Node<'d>,
}

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (tools(&package.old), tools(&package.new));
    for pair in &package.operations {
        let Some(new) = pair.new.id().and_then(|id| new.get(id)).filter(|tool| tool.asks) else { continue };
        let old = pair.old.id().and_then(|id| old.get(id));
        if old.is_none_or(|old| !old.asks) {
            let message = "assistants need a person's consent for each call now";
            let place = old.map_or(pair.old.node(), |old| old.place);
            out.changed(&REQUIRED, place, new.place, message).of(&pair.old).at("x-ms-require-user-confirmation");
        }
    }
}

/// What is said of operations that assistants may call, by id: of those listed in `x-ms-openai-data` of the document or of any operation,
/// and of those that speak of a confirmation themselves.
fn tools<'d>(version: &Version<'d>) -> BTreeMap<&'d str, Tool<'d>> {
    const KEY: &str = "x-ms-require-user-confirmation";
    let mut tools: BTreeMap<&str, Tool<'d>> = BTreeMap::new();
    let mut add = |id: &'d str, holder: Node<'d>| {
        let said = holder.get(KEY);
        let asks = said.and_then(Node::as_bool) == Some(true);
        let tool = tools.entry(id).or_insert(Tool { asks, place: said.unwrap_or(holder) });
        if asks && !tool.asks {
            *tool = Tool { asks, place: said.unwrap_or(holder) };
        }
    };
    let root = version.swagger.map(backshell_package::Swagger::node);
    let holders = root.into_iter().chain(version.operations.iter().map(|operation| operation.node()));
    for data in holders.filter_map(|holder| holder.get("x-ms-openai-data")) {
        for listed in data.get("operations").into_iter().flat_map(Node::items) {
            if let Some(id) = listed.get("operationId").and_then(Node::as_str) {
                add(id, listed);
            }
        }
    }
    for operation in &version.operations {
        let is_tool = ["x-ms-openai-data", KEY].into_iter().any(|key| operation.node().get(key).is_some());
        if let Some(id) = operation.id().filter(|_| is_tool) {
            add(id, operation.node());
        }
    }
    tools
}
