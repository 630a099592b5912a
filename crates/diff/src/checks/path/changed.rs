use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::path_change::{PathChange, variables};
use crate::view::{Operation, OperationPair, PackagePair};
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::HashMap;

pub(crate) static FAMILY: Family = Family {
    checks: &[&METHOD, &PATH, &STATIC, &SLASH, &VARIABLE_ADDED, &RENAMED, &ALIAS, &REORDERED, &AMBIGUOUS],
    visits: &[Visit::Operation(check), Visit::Package(ambiguous)],
};

static METHOD: Check = Check {
    id: "operation-method-changed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An operation has another HTTP method at the same path.",
    why: "Steps that store method and path miss it, and other rules hold for the body.",
    instead: "keep the method, and offer the new one as a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "post": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/get"],
        new: &["/~1items/post"],
        also: &[],
        reversed: &["operation-method-changed"],
    }],
    ..Check::BASE
};

static PATH: Check = Check {
    id: "operation-path-changed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An operation has another path.",
    why: "Steps that store the path call an address that leads nowhere.",
    instead: "keep the path, and offer the new one as a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/shop/items": { "get": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/get"],
        new: &["/~1shop~1items/get"],
        also: &[],
        reversed: &["operation-path-changed"],
    }],
    ..Check::BASE
};

static STATIC: Check = Check {
    id: "path-static-segment-changed",
    object: Object::Path,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A literal part of a path differs, if only in letter case.",
    why: "Stored paths lead nowhere.",
    instead: "keep the path, and offer the new one as a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/items": { "get": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
            after: r#"{ "/Items": { "get": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
            old: &["/~1items"],
            new: &["/~1Items"],
            also: &[],
            reversed: &["path-static-segment-changed"],
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/items/{id}": {
    "get": { "operationId": "GetItem",
      "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }],
      "responses": { "200": { "description": "" } } },
    "delete": { "operationId": "DeleteItem",
      "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }],
      "responses": { "200": { "description": "" } } } } }"#,
            after: r#"
{ "/things/{id}": {
    "get": { "operationId": "GetItem",
      "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }],
      "responses": { "200": { "description": "" } } },
    "delete": { "operationId": "DeleteItem",
      "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }],
      "responses": { "200": { "description": "" } } } } }"#,
            old: &["/~1items~1{id}"],
            new: &["/~1things~1{id}"],
            reversed: &["path-static-segment-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static SLASH: Check = Check {
    id: "path-trailing-slash-changed",
    object: Object::Path,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "A path differs by a slash at its end.",
    why: "Many servers redirect or refuse one of the two; some do not care.",
    instead: "keep the path as it was",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items/": { "get": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items"],
        new: &["/~1items~1"],
        also: &[],
        reversed: &["path-trailing-slash-changed"],
    }],
    ..Check::BASE
};

static VARIABLE_ADDED: Check = Check {
    id: "parameter-path-added",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A path gets another variable.",
    why: "Stored paths lack the segment.",
    instead: "keep the path, and offer the new one as a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItem", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items/{id}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/get"],
        new: &["/~1items~1{id}/get/parameters/0"],
        also: &[],
        reversed: &["operation-path-changed"],
    }],
    ..Check::BASE
};

static RENAMED: Check = Check {
    id: "path-variable-renamed",
    object: Object::Path,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A variable of a path, and its parameter, have another name.",
    why: "Steps and formulas pass the value under the old name; steps that store the whole path go on.",
    instead: "keep the name of the variable",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/items/{id}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
            after: r#"{ "/items/{key}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "key", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
            old: &["/~1items~1{id}/get/parameters/0/name"],
            new: &["/~1items~1{key}/get/parameters/0/name"],
            also: &[],
            reversed: &["path-variable-renamed"],
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/items/{id}": {
    "get": { "operationId": "GetItem",
      "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }],
      "responses": { "200": { "description": "" } } },
    "delete": { "operationId": "DeleteItem",
      "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }],
      "responses": { "200": { "description": "" } } } } }"#,
            after: r#"
{ "/items/{key}": {
    "get": { "operationId": "GetItem",
      "parameters": [{ "name": "key", "in": "path", "required": true, "type": "string" }],
      "responses": { "200": { "description": "" } } },
    "delete": { "operationId": "DeleteItem",
      "parameters": [{ "name": "key", "in": "path", "required": true, "type": "string" }],
      "responses": { "200": { "description": "" } } } } }"#,
            old: &["/~1items~1{id}"],
            new: &["/~1items~1{key}"],
            reversed: &["path-variable-renamed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static ALIAS: Check = Check {
    id: "path-variable-renamed-alias-kept",
    object: Object::Path,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A variable of a path has another name, and `x-ms-client-name` still gives the old one.",
    why: "The name that callers use is unchanged.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items/{id}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items/{key}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "key", "in": "path", "required": true, "type": "string", "x-ms-client-name": "id" }], "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items~1{id}/get/parameters/0/name"],
        new: &["/~1items~1{key}/get/parameters/0/name"],
        also: &[],
        reversed: &["path-variable-renamed"],
    }],
    ..Check::BASE
};

static REORDERED: Check = Check {
    id: "path-variables-reordered",
    object: Object::Path,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The variables of a path stand in another order.",
    why: "Steps that store the built path put the values into the wrong places.",
    instead: "keep the order of the variables",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items/{a}/{b}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "a", "in": "path", "required": true, "type": "string" }, { "name": "b", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items/{b}/{a}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "a", "in": "path", "required": true, "type": "string" }, { "name": "b", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items~1{a}~1{b}"],
        new: &["/~1items~1{b}~1{a}"],
        also: &[],
        reversed: &["path-variables-reordered"],
    }],
    ..Check::BASE
};

static AMBIGUOUS: Check = Check {
    id: "path-ambiguous-after-change",
    object: Object::Path,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Two paths of one method have become equal but for the names of their variables.",
    why: "Nothing decides any more which operation a call means.",
    instead: "give the two operations paths that differ in their literal parts",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items/{id}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items/{id}": { "get": { "operationId": "GetItem", "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } }, "/items/{name}": { "get": { "operationId": "FindItem", "parameters": [{ "name": "name", "in": "path", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
        old: &[],
        new: &["/~1items~1{name}/get"],
        also: &[],
        reversed: &["operation-removed"],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (&pair.old, &pair.new);
    let moved = moved(pair, out);
    if old.method() != new.method() {
        let (one, two) = (old.method().as_http(), new.method().as_http());
        let message = format!("the method is {two} now, not {one}");
        out.changed(&METHOD, old.node(), new.node(), message).at("method").values(one, two);
    }
    let (one, two) = (old.path_template(), new.path_template());
    let change = PathChange::between(one, two);
    if matches!(change, PathChange::VariablesRenamed) {
        return renamed(pair, moved, out);
    }
    // The base path and the path together are what is called.
    if change == PathChange::Same || full_path(old) == full_path(new) {
        return;
    }
    let (one_shown, two_shown) = (quoted(one), quoted(two));
    let message = format!("the path is {two_shown} now, not {one_shown}");
    // All operations of a path that moved together are one change, that of the path.
    let all = moved.map_or((old.node(), new.node()), |moved| moved.paths);
    let (check, message) = match change {
        PathChange::Same | PathChange::VariablesRenamed => return,
        PathChange::VariablesReordered => (
            &REORDERED,
            format!("the variables of the path stand in another order: {two_shown} instead of {one_shown}"),
        ),
        PathChange::TrailingSlash => (&SLASH, message),
        PathChange::StaticSegment => (&STATIC, message),
        PathChange::VariableAdded(names) => {
            for name in &names {
                let parameter = new.parameters.iter().find(|parameter| parameter.name == name);
                let place = parameter.map_or(new.node(), |parameter| parameter.declared_node);
                let (old, new) = if moved.is_some_and(|moved| moved.count > 1) { all } else { (old.node(), place) };
                let message = format!("the path has a variable {} more", quoted(name));
                out.changed(&VARIABLE_ADDED, old, new, message).at(format!("path/{name}"));
            }
            return;
        }
        PathChange::Other => (&PATH, message),
    };
    let is_lone = moved.is_none_or(|moved| moved.count == 1);
    let (old, new) = if is_lone && check.object == Object::Operation { (old.node(), new.node()) } else { all };
    out.changed(check, old, new, message).at("path").values(one, two);
}

/// A path that has moved with all its operations.
#[derive(Clone, Copy)]
struct Moved<'d> {
    /// The old one and the new one.
    paths: (Node<'d>, Node<'d>),
    /// How many operations it has.
    count: usize,
}

/// The path of an operation, where all its operations have gone to the same new one, which has no others.
fn moved<'d>(pair: &OperationPair<'d>, out: &Out<'_, 'd>) -> Option<Moved<'d>> {
    let (one, two) = (pair.old.path_template(), pair.new.path_template());
    if one == two {
        return None;
    }
    let count = out.package().path_moves.get(&(one, two)).copied().unwrap_or_default();
    let all = |operation: &Operation<'d>| operation.path_item().operations().count();
    let paths = (pair.old.path_item().declared_node, pair.new.path_item().declared_node);
    (all(&pair.old) == count && all(&pair.new) == count).then_some(Moved { paths, count })
}

fn renamed<'d>(pair: &OperationPair<'d>, moved: Option<Moved<'d>>, out: &mut Out<'_, 'd>) {
    let (old, new) = (&pair.old, &pair.new);
    let names = variables(old.path_template()).into_iter().zip(variables(new.path_template()));
    for (one, two) in names.filter(|(one, two)| one != two) {
        let parameter = |operation: &Operation<'d>, name: &str| {
            operation.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.node)
        };
        let (old_node, new_node) = (parameter(old, one), parameter(new, two));
        let alias = new_node.and_then(|node| node.get("x-ms-client-name")).and_then(Node::as_str);
        let check = if alias == Some(one) { &ALIAS } else { &RENAMED };
        let place = |node: Option<Node<'d>>, operation: &Operation<'d>| {
            node.and_then(|node| node.get("name")).unwrap_or(operation.node())
        };
        let message = format!("the path variable {} is called {} now", quoted(one), quoted(two));
        let (old, new) = match moved.filter(|moved| moved.count > 1) {
            Some(moved) => moved.paths,
            None => (place(old_node, old), place(new_node, new)),
        };
        out.changed(check, old, new, message).at("path").values(one, two);
    }
}

/// The path from the host on.
fn full_path(operation: &Operation<'_>) -> String {
    let base = operation.swagger().base_path().unwrap_or_default();
    format!("{}{}", base.trim_end_matches('/'), operation.path_template())
}

/// Paths of the new version that cannot be told apart, where the old version had no such pair.
fn ambiguous<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let twins = |operations: &[std::rc::Rc<Operation<'d>>]| {
        let mut counts: HashMap<_, usize> = HashMap::new();
        for operation in operations {
            *counts.entry((operation.method(), operation.normalised.clone())).or_default() += 1;
        }
        counts
    };
    let (old, new) = (twins(&package.old.operations), twins(&package.new.operations));
    let mut first: HashMap<_, &std::rc::Rc<Operation<'d>>> = HashMap::new();
    for operation in &package.new.operations {
        let key = (operation.method(), operation.normalised.clone());
        if new.get(&key).is_none_or(|count| *count < 2) || old.get(&key).is_some_and(|count| *count > 1) {
            continue;
        }
        if let Some(earlier) = first.get(&key).copied() {
            let message = format!(
                "the path {} cannot be told from {}",
                quoted(operation.path_template()),
                quoted(earlier.path_template())
            );
            out.added(&AMBIGUOUS, operation.node(), message).of(operation).of(earlier).at("path/ambiguous");
        } else {
            first.insert(key, operation);
        }
    }
}
