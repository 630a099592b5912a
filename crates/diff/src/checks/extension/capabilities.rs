use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::view::{Operation, PackagePair};
use crate::{Out, quoted};
use backshell_package::Swagger;
use backshell_source::Node;
use std::rc::Rc;

pub(crate) static FAMILY: Family =
    Family { checks: &[&TEST_REMOVED, &PICKER_CHANGED], visits: &[Visit::Package(check)] };

static TEST_REMOVED: Check = Check {
    id: "capability-testconnection-removed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "`x-ms-capabilities.testConnection` is gone or names another operation or other parameters; or the operation is \
           gone, is called in another way, or asks for something that a test does not give.",
    why: "New connections are stored without a test, or after a test of something else.",
    instead: "keep an operation without required parameters for the test",
    examples: &[
        Example {
            before: r#"{ "x-ms-capabilities": { "testConnection": { "operationId": "GetMe" } }, "paths": { "/me": { "get": { "operationId": "GetMe", "responses": { "200": { "description": "" } } } } } }"#,
            after: r#"{ "paths": { "/me": { "get": { "operationId": "GetMe", "responses": { "200": { "description": "" } } } } } }"#,
            old: &["/x-ms-capabilities/testConnection"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            before: r#"{ "x-ms-capabilities": { "testConnection": { "operationId": "GetMe" } }, "paths": { "/me": { "get": { "operationId": "GetMe", "responses": { "200": { "description": "" } } } } } }"#,
            after: r#"{ "x-ms-capabilities": { "testConnection": { "operationId": "GetMe", "parameters": { "full": true } } }, "paths": { "/me": { "get": { "operationId": "GetMe", "responses": { "200": { "description": "" } } } } } }"#,
            old: &["/x-ms-capabilities/testConnection"],
            new: &["/x-ms-capabilities/testConnection"],
            reversed: &["capability-testconnection-removed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "x-ms-capabilities": { "testConnection": { "operationId": "GetMe" } }, "paths": { "/me": { "get": { "operationId": "GetMe", "responses": { "200": { "description": "" } } } } } }"#,
            after: r#"{ "x-ms-capabilities": { "testConnection": { "operationId": "GetMe" } }, "paths": {} }"#,
            old: &["/x-ms-capabilities/testConnection"],
            new: &["/x-ms-capabilities/testConnection"],
            also: &["operation-removed"],
            reversed: &["operation-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static PICKER_CHANGED: Check = Check {
    id: "capability-filepicker-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "`x-ms-capabilities.file-picker` is gone, or its operations, their parameters or the paths to its values change; \
           or an operation it names is gone. Titles do not count.",
    why: "The file pickers of saved steps fail, or store values of another kind.",
    instead: "keep the operations and the paths of the file picker",
    examples: &[
        Example {
            before: r#"{ "x-ms-capabilities": { "file-picker": { "open": { "operationId": "ListRoot" }, "value-collection": "value", "value-title": "Name" } }, "paths": { "/root": { "get": { "operationId": "ListRoot", "responses": { "200": { "description": "" } } } } } }"#,
            after: r#"{ "x-ms-capabilities": { "file-picker": { "open": { "operationId": "ListRoot" }, "value-collection": "items", "value-title": "DisplayName" } }, "paths": { "/root": { "get": { "operationId": "ListRoot", "responses": { "200": { "description": "" } } } } } }"#,
            old: &["/x-ms-capabilities/file-picker/value-collection"],
            new: &["/x-ms-capabilities/file-picker/value-collection"],
            reversed: &["capability-filepicker-changed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "x-ms-capabilities": { "file-picker": { "open": { "operationId": "ListRoot" } } }, "paths": { "/root": { "get": { "operationId": "ListRoot", "responses": { "200": { "description": "" } } } } } }"#,
            after: r#"{ "x-ms-capabilities": { "file-picker": { "open": { "operationId": "ListRoot" } } }, "paths": {} }"#,
            old: &["/x-ms-capabilities/file-picker/open"],
            new: &["/x-ms-capabilities/file-picker/open"],
            also: &["operation-removed"],
            reversed: &["operation-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return };
    test_connection(package, (capability(old, "testConnection"), capability(new, "testConnection")), out);
    file_picker(package, (capability(old, "file-picker"), capability(new, "file-picker")), out);
}

fn capability<'d>(swagger: Swagger<'d>, name: &str) -> Option<Node<'d>> {
    swagger.node().get("x-ms-capabilities")?.get_ignore_case(name)
}

fn test_connection<'d>(
    package: &PackagePair<'d>,
    (old, new): (Option<Node<'d>>, Option<Node<'d>>),
    out: &mut Out<'_, 'd>,
) {
    let Some(old) = old else { return };
    let Some(new) = new else {
        out.removed(&TEST_REMOVED, old, "connections are no longer tested").at("capabilities/testConnection");
        return;
    };
    let parameters = |node: Node<'d>| node.get("parameters").filter(|node| !node.is_empty());
    let same_parameters = match (parameters(old), parameters(new)) {
        (Some(one), Some(two)) => one.json_eq(two),
        (one, two) => one.is_none() && two.is_none(),
    };
    let (from, to) = (id(old), id(new));
    let message = if !is_successor(package, from, to) {
        format!("connections are tested with {} now, not with {}", quoted(to), quoted(from))
    } else if !same_parameters {
        "connections are tested with other parameters".to_owned()
    } else if is_missing(package, from, to) {
        format!("the operation {}, which tests connections, does not exist any more", quoted(to))
    } else if is_called_differently(package, to, new) {
        format!("the operation {}, which tests connections, is called in another way", quoted(to))
    } else {
        return;
    };
    let source = crate::fingerprint::whole;
    out.changed(&TEST_REMOVED, old, new, message).at("capabilities/testConnection").values(source(old), source(new));
}

fn file_picker<'d>(package: &PackagePair<'d>, (old, new): (Option<Node<'d>>, Option<Node<'d>>), out: &mut Out<'_, 'd>) {
    let Some(old) = old else { return };
    let Some(new) = new else {
        out.removed(&PICKER_CHANGED, old, "there is no file picker any more").at("capabilities/file-picker");
        return;
    };
    let members = old.members().chain(new.members()).filter(|member| !member.shadowed);
    for key in members.map(|member| member.key).collect::<std::collections::BTreeSet<_>>() {
        let (one, two) = (old.get(key), new.get(key));
        let target = |node: Option<Node<'d>>| node.filter(|node| node.is_object()).map(id).unwrap_or_default();
        let (from, to) = (target(one), target(two));
        let parameters = |node: Option<Node<'d>>| node.and_then(|node| node.get("parameters"));
        let same = match (one, two) {
            _ if key.to_ascii_lowercase().contains("title") => true,
            (Some(one), Some(two)) if one.json_eq(two) => true,
            // The operation has another name, and the picker follows.
            (Some(_), Some(_)) if from != to && is_successor(package, from, to) => {
                let (one, two) = (parameters(one), parameters(two));
                one.zip(two).map_or(one.is_none() && two.is_none(), |(one, two)| one.json_eq(two))
            }
            _ => false,
        };
        let message = if !same {
            format!("the file picker has another {}", quoted(key))
        } else if is_missing(package, from, to) {
            format!("the operation {} of the file picker does not exist any more", quoted(to))
        } else {
            continue;
        };
        let source = |node: Option<Node<'d>>| node.map(Node::source).unwrap_or_default().to_owned();
        out.changed(&PICKER_CHANGED, one.unwrap_or(old), two.unwrap_or(new), message)
            .at(format!("capabilities/file-picker/{key}"))
            .values(source(one), source(two));
    }
}

fn id(node: Node<'_>) -> &str {
    node.get("operationId").and_then(Node::as_str).unwrap_or_default()
}

/// Whether the new id names the operation that the old one named.
fn is_successor(package: &PackagePair<'_>, old: &str, new: &str) -> bool {
    old == new || package.operations.iter().any(|pair| pair.old.id() == Some(old) && pair.new.id() == Some(new))
}

/// Whether the operation was there and is gone.
fn is_missing(package: &PackagePair<'_>, old: &str, new: &str) -> bool {
    !new.is_empty() && package.old.operation(old).is_some() && package.new.operation(new).is_none()
}

/// Whether the test has another address, or lacks something that it did not need before.
fn is_called_differently<'d>(package: &PackagePair<'d>, id: &str, test: Node<'d>) -> bool {
    let Some(pair) = package.operations.iter().find(|pair| pair.new.id() == Some(id)) else { return false };
    let given = |name: &str| test.get("parameters").and_then(|parameters| parameters.get(name)).is_some();
    let lacks = |operation: &Rc<Operation<'d>>| {
        operation
            .parameters
            .iter()
            .any(|parameter| parameter.required && parameter.default().is_none() && !given(parameter.name))
    };
    pair.old.method() != pair.new.method()
        || pair.old.normalised != pair.new.normalised
        || (lacks(&pair.new) && !lacks(&pair.old))
}
