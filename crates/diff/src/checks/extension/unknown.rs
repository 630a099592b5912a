use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::checks::operation::{expiry, family, revision};
use crate::dynamic::{Calls, Role};
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::view::{BodyPair, HeaderPair, OperationPair, PackagePair, ParameterPair, ResponsePair, SecurityPair};
use crate::{Out, annotation, fingerprint, quoted};
use backshell_package::{ParameterLocation, Swagger};
use backshell_source::Node;
use std::collections::HashMap;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family {
    checks: &[&UNKNOWN],
    visits: &[
        Visit::Package(package),
        Visit::Operation(operation),
        Visit::Parameter(parameter),
        Visit::Body(body),
        Visit::Response(response),
        Visit::Header(header),
        Visit::Schema(schema),
        Visit::Security(security),
    ],
};

static UNKNOWN: Check = Check {
    id: "unknown-extension-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "An extension (a key that begins with `x-`) that no other check looks at is new, gone or different; or something in \
           a known extension is, of which nothing that was saved depends.",
    why: "What Backshell does not know it cannot judge. It is listed so that a reader of the changelog can.",
    instead: "nothing needs to be done, unless a client of yours reads the extension",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-contoso-team": "lists", "x-contoso-cost": 1 }"#,
            after: r#"{ "x-contoso-team": "items" , "x-contoso-cost": 1.0 }"#,
            old: &["/x-contoso-team"],
            new: &["/x-contoso-team"],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Definition,
            before: r##"
{ "x-generator": "one", "info": { "title": "Items", "version": "1.0", "x-ms-keywords": ["items"] },
  "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string", "x-contoso-key": true } } } },
  "paths": { "/items": { "x-contoso-controller": "items", "get": { "operationId": "GetItems",
    "parameters": [ { "name": "id", "in": "query", "type": "string", "x-example": "1" } ],
    "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Item" } } } } } } }"##,
            after: r##"
{ "x-generator": "two", "info": { "title": "Items", "version": "1.0" },
  "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string", "x-contoso-key": false } } } },
  "paths": { "/items": { "x-contoso-controller": "lists", "get": { "operationId": "GetItems",
    "parameters": [ { "name": "id", "in": "query", "type": "string", "x-example": "2" } ],
    "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Item" } } } } } } }"##,
            old: &[
                "/x-generator",
                "/info/x-ms-keywords",
                "/paths/~1items/x-contoso-controller",
                "/paths/~1items/get/parameters/0/x-example",
                "/definitions/Item/properties/id/x-contoso-key",
            ],
            new: &[
                "/x-generator",
                "/info",
                "/paths/~1items/x-contoso-controller",
                "/paths/~1items/get/parameters/0/x-example",
                "/definitions/Item/properties/id/x-contoso-key",
            ],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"
{ "name": "list", "in": "query", "type": "string",
  "x-ms-dynamic-values": { "operationId": "SetItem", "value-path": "id", "parameters": {} } }"#,
            after: r#"
{ "name": "list", "in": "query", "type": "string",
  "x-ms-dynamic-values": { "operationId": "SetItem", "value-path": "id" } }"#,
            old: &["/x-ms-dynamic-values"],
            new: &["/x-ms-dynamic-values"],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

/// The extensions that other checks look at.
const KNOWN: [&str; 26] = [
    "x-extensible-enum",
    "x-ms-api-annotation",
    "x-ms-capabilities",
    "x-ms-connector-metadata",
    "x-ms-discriminator-value",
    "x-ms-enum",
    "x-ms-enum-values",
    "x-ms-long-running-operation",
    "x-ms-long-running-operation-options",
    "x-ms-media-kind",
    "x-ms-notification-content",
    "x-ms-notification-url",
    "x-ms-openai-data",
    "x-ms-openai-manifest",
    "x-ms-openai-published-to-copilots",
    "x-ms-pageable",
    "x-ms-parameter-location",
    "x-ms-require-user-confirmation",
    "x-ms-summary",
    "x-ms-trigger",
    "x-ms-trigger-hint",
    "x-ms-trigger-metadata",
    "x-ms-url-encoding",
    "x-ms-visibility",
    "x-nullable",
    "x-sunset",
];

fn is_unknown(key: &str) -> bool {
    let is_extension = key.get(..2).is_some_and(|front| front.eq_ignore_ascii_case("x-"));
    is_extension && !KNOWN.contains(&key) && !key.starts_with("x-ms-dynamic-")
}

fn package<'d>(pair: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.swagger, pair.new.swagger) else { return };
    nodes(old.node(), new.node(), out);
    if let (Some(old), Some(new)) = (old.info(), new.info()) {
        nodes(old, new, out);
    }
    paths(pair, old, new, out);
}

/// Path items, which are not operations and concern all of theirs.
fn paths<'d>(pair: &PackagePair<'d>, old: Swagger<'d>, new: Swagger<'d>, out: &mut Out<'_, 'd>) {
    let mut operations: HashMap<&str, Vec<&Rc<OperationPair<'d>>>> = HashMap::new();
    for operation in &pair.operations {
        operations.entry(operation.old.path_template()).or_default().push(operation);
    }
    let mut items: Vec<_> = new.paths().collect();
    items.sort_unstable_by_key(|item| item.template);
    for item in old.paths() {
        let found = items.binary_search_by_key(&item.template, |other| other.template);
        let Some(other) = found.ok().and_then(|at| items.get(at)) else { continue };
        for key in keys([item.node], [other.node]) {
            let said = (item.node.get(key), other.node.get(key));
            let Some(message) = difference(key, said.0, said.1) else { continue };
            let places = (said.0.unwrap_or(item.node), said.1.unwrap_or(other.node));
            let mut entry = out.changed(&UNKNOWN, places.0, places.1, message);
            for operation in operations.get(item.template).into_iter().flatten() {
                entry = entry.of(&operation.old);
            }
            entry.at(format!("path/{key}"));
        }
    }
}

fn operation<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    nodes(pair.old.node(), pair.new.node(), out);
    life(pair, out);
}

/// The members of the annotation, and the day, where no other check has anything to say.
fn life<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node(), pair.new.node());
    let expires = expiry::judged(pair, out);
    for (holder, key) in [
        (Some("x-ms-api-annotation"), "family"),
        (Some("x-ms-api-annotation"), "revision"),
        (Some("x-ms-api-annotation"), "replacement"),
        (Some("x-ms-api-annotation"), "expires"),
        (None, "x-sunset"),
    ] {
        let holder = |operation: Node<'d>| holder.map_or(Some(operation), |holder| operation.get(holder));
        let said = |operation: Node<'d>| holder(operation).and_then(|holder| holder.get(key));
        let is_judged = match key {
            "family" => {
                let is_same = annotation::family_or_own(&pair.old) == annotation::family_or_own(&pair.new);
                is_same || family::is_leaving(pair, &out.package().new)
            }
            "revision" => annotation::revision(&pair.new).unwrap_or(1) <= annotation::revision(&pair.old).unwrap_or(1),
            "replacement" => {
                let is_dangling = revision::dangling(&pair.new, &out.package().new).is_some();
                is_dangling || pair.old.is_deprecated() != pair.new.is_deprecated()
            }
            _ => expires.is_some() || pair.old.is_deprecated() != pair.new.is_deprecated(),
        };
        if is_judged {
            continue;
        }
        if let Some(message) = difference(key, said(old), said(new)) {
            let place = |operation: Node<'d>| said(operation).or_else(|| holder(operation)).unwrap_or(operation);
            out.changed(&UNKNOWN, place(old), place(new), message).at(key);
        }
    }
}

fn parameter<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (Shape::of(pair.old.node), Shape::of(pair.new.node));
    // The name that clients keep for a parameter is a matter of its renaming.
    let is_renamed = pair.old.name != pair.new.name || pair.new.location == ParameterLocation::Path;
    shapes(&old, &new, |key| !(is_renamed && key == "x-ms-client-name"), out);
    calls(&old, &new, true, out);
}

fn body<'d>(pair: &BodyPair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (pair.old, pair.new) {
        nodes(old.node, new.node, out);
    }
}

fn response<'d>(pair: &ResponsePair<'d>, out: &mut Out<'_, 'd>) {
    nodes(pair.old.node, pair.new.node, out);
}

fn header<'d>(pair: &HeaderPair<'d>, out: &mut Out<'_, 'd>) {
    nodes(pair.old.1, pair.new.1, out);
}

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    shapes(&pair.old, &pair.new, |_| true, out);
    calls(&pair.old, &pair.new, pair.is_request(), out);
}

fn security<'d>(pair: &SecurityPair<'d>, out: &mut Out<'_, 'd>) {
    nodes(pair.old.node, pair.new.node, out);
}

fn nodes<'d>(old: Node<'d>, new: Node<'d>, out: &mut Out<'_, 'd>) {
    for key in keys([old], [new]) {
        let (one, two) = (old.get(key), new.get(key));
        if let Some(message) = difference(key, one, two) {
            out.changed(&UNKNOWN, one.unwrap_or(old), two.unwrap_or(new), message)
                .values(text(key, one), text(key, two));
        }
    }
}

fn shapes<'d>(old: &Shape<'d>, new: &Shape<'d>, counts: impl Fn(&str) -> bool, out: &mut Out<'_, 'd>) {
    for key in keys(old.parts().iter().copied(), new.parts().iter().copied()) {
        let (one, two) = (old.get(key), new.get(key));
        if let Some(message) = difference(key, one, two).filter(|_| counts(key)) {
            let places = (one.unwrap_or(old.node()), two.unwrap_or(new.node()));
            out.changed(&UNKNOWN, places.0, places.1, message).values(text(key, one), text(key, two));
        }
    }
}

/// Calls that differ in something that no check of theirs has anything to say about.
fn calls<'d>(old: &Shape<'d>, new: &Shape<'d>, is_request: bool, out: &mut Out<'_, 'd>) {
    let package = out.package();
    let calls = Calls::of(old, new, is_request);
    for pair in &calls.pairs {
        let moves = [Role::Collection, Role::Value, Role::Title].into_iter().any(|role| pair.moves(role));
        let is_judged = moves
            || pair.new.is_dangling(&package.new)
            || pair.broken(&package.old, &package.new).is_some()
            || !pair.new_defects(&package.old, &package.new).is_empty();
        if !is_judged && (pair.old.kind != pair.new.kind || !pair.old.node.json_eq(pair.new.node)) {
            let message = format!("`{}` is different now", pair.new.kind.as_str());
            out.changed(&UNKNOWN, pair.old.node, pair.new.node, message)
                .values(fingerprint::whole(pair.old.node), fingerprint::whole(pair.new.node));
        }
    }
    // A second extension beside one that stays.
    let is_paired = |node: Node<'d>| calls.pairs.iter().any(|pair| pair.new.node == node);
    for call in calls.new.iter().filter(|call| !is_paired(call.node)) {
        if calls.pairs.iter().any(|pair| pair.new.kind.is_choice() == call.kind.is_choice()) {
            let message = format!("`{}` is new beside another extension of its kind", call.kind.as_str());
            out.changed(&UNKNOWN, old.node(), call.node, message);
        }
    }
}

/// The unknown extensions of all nodes, each once, in order of name.
fn keys<'d>(old: impl IntoIterator<Item = Node<'d>>, new: impl IntoIterator<Item = Node<'d>>) -> Vec<&'d str> {
    let members = old.into_iter().chain(new).flat_map(Node::members);
    let mut keys: Vec<_> = members.map(|member| member.key).filter(|key| is_unknown(key)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What to say of a key that differs.
fn difference(key: &str, old: Option<Node<'_>>, new: Option<Node<'_>>) -> Option<String> {
    match (old, new) {
        (None, None) => None,
        (Some(old), Some(new)) => {
            (!old.json_eq(new) && !refers(old) && !refers(new)).then(|| format!("{} is different now", quoted(key)))
        }
        (None, Some(_)) => Some(format!("{} is new", quoted(key))),
        (Some(_), None) => Some(format!("{} is gone", quoted(key))),
    }
}

/// Whether a value refers to other parts of the definition: then it can be written in many ways, and nobody says what they
/// mean in there.
fn refers(node: Node<'_>) -> bool {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if node.get("$ref").is_some() {
            return true;
        }
        waiting.extend(node.items().chain(node.members().map(|member| member.value)));
    }
    false
}

fn text(key: &str, node: Option<Node<'_>>) -> String {
    node.map(|node| format!("{key}={}", fingerprint::whole(node))).unwrap_or_default()
}
