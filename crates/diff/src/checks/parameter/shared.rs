use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_value;
use crate::out::{Entry, Scope};
use crate::schema_pair::{Role, SchemaPair};
use crate::view::{BodyPair, Operation, PackagePair, ParameterPair};
use crate::{Out, checks, fingerprint, quoted};
use backshell_package::{Parameter, Swagger};
use backshell_source::Node;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family {
    checks: &[&INLINED, &REMOVED_UNUSED, &CHANGED],
    visits: &[Visit::EveryParameter(check), Visit::Body(check_body), Visit::Package(check_package)],
};

static INLINED: Check = Check {
    id: "parameter-ref-inlined",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A shared parameter is written out where it is used, the reverse, or it is shared under another key.",
    why: "The parameter is the same.",
    instead: "nothing needs to be done",
    is_silent: true,
    examples: &[
        Example {
            snippet: Snippet::Definition,
            before: r##"{ "parameters": {"Limit": {"name": "limit", "in": "query", "type": "integer"}}, "paths": {"/items": {"get": {"operationId": "GetItems", "parameters": [{"$ref": "#/parameters/Limit"}], "responses": {"200": {"description": ""}}}}} }"##,
            after: r#"{ "paths": {"/items": {"get": {"operationId": "GetItems", "parameters": [{"name": "limit", "in": "query", "type": "integer"}], "responses": {"200": {"description": ""}}}}} }"#,
            old: &["/parameters/Limit"],
            new: &["/paths/~1items/get/parameters/0"],
            reversed: &["parameter-ref-inlined"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Definition,
            before: r##"{ "parameters": {"Limit": {"name": "limit", "in": "query", "type": "integer"}}, "paths": {"/items": {"get": {"operationId": "GetItems", "parameters": [{"$ref": "#/parameters/Limit"}], "responses": {"200": {"description": ""}}}}} }"##,
            after: r##"{ "parameters": {"Most": {"name": "limit", "in": "query", "type": "integer"}}, "paths": {"/items": {"get": {"operationId": "GetItems", "parameters": [{"$ref": "#/parameters/Most"}], "responses": {"200": {"description": ""}}}}} }"##,
            old: &["/parameters/Limit"],
            new: &["/parameters/Most"],
            reversed: &["parameter-ref-inlined"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static REMOVED_UNUSED: Check = Check {
    id: "parameter-shared-removed-unused",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A shared parameter that nothing referred to is gone.",
    why: "No operation had it.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "parameters": {"Limit": {"name": "limit", "in": "query", "type": "integer"}, "Spare": {"name": "spare", "in": "query", "type": "integer"}}, "paths": {"/items": {"get": {"operationId": "GetItems", "parameters": [{"$ref": "#/parameters/Limit"}], "responses": {"200": {"description": ""}}}}} }"##,
        after: r##"{ "parameters": {"Limit": {"name": "limit", "in": "query", "type": "integer"}}, "paths": {"/items": {"get": {"operationId": "GetItems", "parameters": [{"$ref": "#/parameters/Limit"}], "responses": {"200": {"description": ""}}}}} }"##,
        old: &["/parameters/Spare"],
        new: &[],
        ..Example::BASE
    }],
    ..Check::BASE
};

static CHANGED: Check = Check {
    id: "parameter-shared-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A shared parameter that several operations refer to differs for all of them. What differs is reported by \
           itself; this change weighs as much as the worst of it, and is not reported for what is compatible.",
    why: "One edit reaches every operation that refers to the parameter, also those that it was not made for.",
    instead: "give the operation that needs another parameter one of its own",
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "parameters": {"Limit": {"name": "limit", "in": "query", "type": "integer"}}, "paths": {"/items": {"get": {"operationId": "GetItems", "parameters": [{"$ref": "#/parameters/Limit"}], "responses": {"200": {"description": ""}}}, "delete": {"operationId": "DeleteItems", "parameters": [{"$ref": "#/parameters/Limit"}], "responses": {"200": {"description": ""}}}}} }"##,
        after: r##"{ "parameters": {"Limit": {"name": "limit", "in": "query", "type": "integer", "required": true}}, "paths": {"/items": {"get": {"operationId": "GetItems", "parameters": [{"$ref": "#/parameters/Limit"}], "responses": {"200": {"description": ""}}}, "delete": {"operationId": "DeleteItems", "parameters": [{"$ref": "#/parameters/Limit"}], "responses": {"200": {"description": ""}}}}} }"##,
        old: &["/parameters/Limit"],
        new: &["/parameters/Limit"],
        also: &["parameter-became-required"],
        reversed: &["parameter-became-optional"],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    compare(pair.old, pair.new, out);
}

fn check_body<'d>(pair: &BodyPair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (pair.old, pair.new) {
        compare(old, new, out);
    }
}

fn compare<'d>(old: Parameter<'d>, new: Parameter<'d>, out: &mut Out<'_, 'd>) {
    let reference = |parameter: Parameter<'d>| parameter.declared_node.get("$ref").and_then(Node::as_str);
    let how = match (reference(old), reference(new)) {
        (Some(_), None) => "is written out now where it is used",
        (None, Some(_)) => "is shared now",
        (Some(one), Some(two)) if one != two && old.node.pointer() != new.node.pointer() => {
            "is shared under another key now"
        }
        _ => return,
    };
    if old.name == new.name && old.required == new.required && same_value(old.node, new.node) {
        out.changed(&INLINED, old.node, new.node, format!("the parameter {} {how}", quoted(new.name)));
    }
}

fn check_package<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) {
        unused(old, new, out);
    }
    for shared in shared(package).into_values().filter(|shared| shared.users.len() > 1) {
        changed(&shared, out);
    }
}

/// Reports shared parameters that are gone and that nothing referred to. Keys do not count: where the new version has one
/// that the old one had not, it may be any of them under another key.
fn unused<'d>(old: Swagger<'d>, new: Swagger<'d>, out: &mut Out<'_, 'd>) {
    let kept: HashSet<&str> = new.parameters().into_iter().map(|(name, _)| name).collect();
    if old.parameters().iter().all(|(name, _)| kept.contains(name)) {
        return;
    }
    let (mut gone, left) = (unreferenced(old), unreferenced(new));
    if gone.len() > MOST_UNUSED {
        return;
    }
    for (_, node) in left {
        match gone.iter().position(|(_, old)| same_value(*old, node)) {
            Some(at) => drop(gone.remove(at)),
            None => return,
        }
    }
    for (name, node) in gone {
        let message = format!("the shared parameter {}, which nothing referred to, is gone", quoted(name));
        out.removed(&REMOVED_UNUSED, node, message);
    }
}

/// The most shared parameters without use that are held against those of the other version.
const MOST_UNUSED: usize = 256;

/// The shared parameters that nothing refers to.
fn unreferenced(swagger: Swagger<'_>) -> Vec<(&str, Node<'_>)> {
    let mut own = swagger.parameters();
    let references = swagger.node().document().nodes().filter(|node| node.key() == Some("$ref"));
    let used: HashSet<u32> = references.filter_map(|node| swagger.resolve_ref(node.as_str()?)).map(Node::id).collect();
    own.retain(|(_, node)| !used.contains(&node.id()));
    own
}

/// A shared parameter that differs, and the operations that refer to it in both versions.
struct Shared<'d> {
    pair: ParameterPair<'d>,
    users: Vec<Rc<Operation<'d>>>,
}

fn shared<'d>(package: &PackagePair<'d>) -> BTreeMap<(u32, u32), Shared<'d>> {
    let mut found: BTreeMap<(u32, u32), Shared<'d>> = BTreeMap::new();
    let is_shared = |parameter: &Parameter<'d>| parameter.declared_node.get("$ref").is_some();
    for operation in &package.operations {
        for (old, new) in operation.parameters.kept().filter(|(old, new)| is_shared(old) && is_shared(new)) {
            if old.node.source() == new.node.source() {
                continue;
            }
            let shared = found.entry((old.node.id(), new.node.id())).or_insert_with(|| Shared {
                pair: ParameterPair { operation: Rc::clone(operation), old: *old, new: *new },
                users: Vec::new(),
            });
            shared.users.push(Rc::clone(&operation.old));
        }
    }
    found
}

/// Reports a shared parameter with the worst verdict of all that the other checks say of it.
fn changed<'d>(shared: &Shared<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (shared.pair.old, shared.pair.new);
    let mut judged = Out::new(out.package(), out.options());
    judged.enter(Scope::Package, "", [old.node, new.node]);
    let items = old.items().zip(new.items());
    let items = items.map(|(old, new)| SchemaPair::new(old, new, Direction::Request, Role::ParameterItems));
    for visit in checks::ALL.iter().flat_map(|family| family.visits) {
        match (visit, &items) {
            (Visit::Parameter(judge) | Visit::EveryParameter(judge), _) => judge(&shared.pair, &mut judged),
            (Visit::Schema(judge), Some(items)) if items.differs() => judge(items, &mut judged),
            _ => {}
        }
    }
    let (mut raws, _) = judged.into_changes();
    raws.retain(|raw| raw.verdict != Verdict::Compatible);
    let Some(worst) = raws.iter().map(|raw| raw.verdict).min() else { return };
    let values = |place: fn(&crate::out::Raw<'d>) -> Option<Node<'d>>| {
        let values = raws.iter().map(|raw| format!("{}={}", raw.check.id, fingerprint::value(place(raw))));
        values.collect::<Vec<_>>().join("\u{1}")
    };
    let (one, two) = (values(|raw| raw.old), values(|raw| raw.new));
    let key = old.node.key().unwrap_or(old.name);
    let count = shared.users.len();
    let message = format!("the shared parameter {} differs for all {count} operations that refer to it", quoted(key));
    let entry = out.changed_as(&CHANGED, worst, (old.node, new.node), message).values(one, two);
    shared.users.iter().fold(entry, Entry::of).at(format!("parameters/shared/{key}"));
}
