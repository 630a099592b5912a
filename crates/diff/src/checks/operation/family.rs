use crate::annotation::{family, family_or_own, revision};
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{Operation, OperationPair, PackagePair, Version};
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::BTreeMap;
use std::rc::Rc;

pub(crate) static FAMILY: Family =
    Family { checks: &[&DUPLICATE, &TOO_MANY, &FAMILY_CHANGED], visits: &[Visit::Package(check)] };

static DUPLICATE: Check = Check {
    id: "revision-duplicate",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Two operations of one family say the same revision in `x-ms-api-annotation`, and did not before. A revision that \
           is not said is not compared.",
    why: "Clients tell the members of a family apart by their revisions; with two alike nobody knows which is newer.",
    instead: "give each operation of the family a revision of its own",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
        after: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } } }"#,
        old: &["/~1v2~1items/get/x-ms-api-annotation/revision"],
        new: &["/~1v2~1items/get/x-ms-api-annotation/revision"],
        also: &["revision-lowered"],
        reversed: &["unknown-extension-changed"],
    }],
    ..Check::BASE
};

static TOO_MANY: Check = Check {
    id: "revision-too-many-active",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "More operations of one family than before, and more than two, are not deprecated; or more than one of these has \
           the status Production. An operation that says no status has that of the connector.",
    why: "A family is one operation in several revisions: the newest and its predecessor may stand side by side, and one of \
          them is the one for everybody.",
    instead: "mark the older operations of the family as deprecated",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
            after: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } },
  "/v3/items": { "get": { "operationId": "GetItems_V3", "x-ms-api-annotation": { "family": "GetItems", "revision": 3 }, "responses": {} } } }"#,
            new: &["/~1v3~1items/get/x-ms-api-annotation/family"],
            also: &["revision-added-beside"],
            reversed: &["operation-removed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "status": "Production" }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
            after: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "status": "Production" }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2, "status": "Production" }, "responses": {} } } }"#,
            old: &["/~1v2~1items/get/x-ms-api-annotation/family"],
            new: &["/~1v2~1items/get/x-ms-api-annotation/family"],
            also: &["status-preview-to-production"],
            reversed: &["status-production-to-preview"],
        },
    ],
    ..Check::BASE
};

static FAMILY_CHANGED: Check = Check {
    id: "revision-family-changed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "An operation leaves its family, by another `family` in `x-ms-api-annotation` or none, while others stay in it.",
    why: "Clients follow the family from an older operation to its successor; that way is cut.",
    instead: "keep the family of the operation",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
        after: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "ListItems", "revision": 2 }, "responses": {} } } }"#,
        old: &["/~1v2~1items/get/x-ms-api-annotation/family"],
        new: &["/~1v2~1items/get/x-ms-api-annotation/family"],
        reversed: &["unknown-extension-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

type Members<'l, 'd> = Vec<&'l Rc<Operation<'d>>>;

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (families(&package.old), families(&package.new));
    for (name, members) in &new {
        let before = old.get(name).map(Vec::as_slice).unwrap_or_default();
        duplicates(package, name, before, members, out);
        too_many(package, name, before, members, out);
    }
    for pair in package.operations.iter().filter(|pair| is_leaving(pair, &package.new)) {
        let (old, new) = (member(&pair.old, "family"), member(&pair.new, "family"));
        let message = "the operation leaves its family, in which others stay";
        out.changed(&FAMILY_CHANGED, old, new, message).of(&pair.old).at("family");
    }
}

/// Whether an operation is not in its old family any more while others are. An operation that names no family is in one of
/// its own name.
pub(crate) fn is_leaving<'d>(pair: &OperationPair<'d>, version: &Version<'d>) -> bool {
    let Some(before) = family(&pair.old).filter(|_| pair.old.id() == pair.new.id()) else { return false };
    let is_out = family_or_own(&pair.new) != Some(before);
    is_out && version.operations.iter().any(|other| family_or_own(other) == Some(before))
}

fn duplicates<'d>(
    package: &PackagePair<'d>,
    name: &str,
    before: &[&Rc<Operation<'d>>],
    members: &[&Rc<Operation<'d>>],
    out: &mut Out<'_, 'd>,
) {
    let with = |members: &[&Rc<Operation<'d>>], number: i64| -> Vec<Rc<Operation<'d>>> {
        members.iter().filter(|member| revision(member) == Some(number)).map(|member| Rc::clone(member)).collect()
    };
    let mut numbers: Vec<i64> = members.iter().filter_map(|member| revision(member)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for number in numbers {
        let (earlier, same) = (with(before, number), with(members, number));
        let is_new = |operation: &&Rc<Operation<'d>>| !earlier.iter().any(|other| other.name == operation.name);
        let (Some(last), Some(other)) = (same.iter().rev().find(is_new).or(same.last()), same.first()) else {
            continue;
        };
        if same.len() < 2 || same.len() <= earlier.len() {
            continue;
        }
        let message = format!("several operations of the family {} have the revision {number} now", quoted(name));
        report(&DUPLICATE, package, last, "revision", message, out, &[other, last]);
    }
}

fn too_many<'d>(
    package: &PackagePair<'d>,
    name: &str,
    before: &[&Rc<Operation<'d>>],
    members: &[&Rc<Operation<'d>>],
    out: &mut Out<'_, 'd>,
) {
    let active = |members: &[&Rc<Operation<'d>>]| -> Vec<Rc<Operation<'d>>> {
        members.iter().filter(|member| !member.is_deprecated()).map(|member| Rc::clone(member)).collect()
    };
    let production = |members: &[Rc<Operation<'d>>]| -> Vec<Rc<Operation<'d>>> {
        members.iter().filter(|member| is_production(member)).cloned().collect()
    };
    let (old_active, new_active) = (active(before), active(members));
    let (old_production, new_production) = (production(&old_active), production(&new_active));
    for (old, new, most, what) in [
        (&old_active, &new_active, 2, "are not deprecated"),
        (&old_production, &new_production, 1, "are in production"),
    ] {
        let is_new = |operation: &&Rc<Operation<'d>>| !old.iter().any(|other| other.name == operation.name);
        let Some(last) = new.iter().rev().find(is_new).or(new.last()) else { continue };
        if new.len() > most && new.len() > old.len() {
            let message = format!("{} operations of the family {} {what} now", new.len(), quoted(name));
            report(&TOO_MANY, package, last, "family", message, out, &[last]);
        }
    }
}

/// Reports what is wrong with a family at one of its members.
fn report<'d>(
    check: &'static Check,
    package: &PackagePair<'d>,
    at: &Rc<Operation<'d>>,
    key: &str,
    message: String,
    out: &mut Out<'_, 'd>,
    concerned: &[&Rc<Operation<'d>>],
) {
    let new = member(at, key);
    let pair = package.operations.iter().find(|pair| Rc::ptr_eq(&pair.new, at));
    let values = message.clone();
    let mut entry = match pair {
        Some(pair) => out.changed(check, member(&pair.old, key), new, message),
        None => out.added(check, new, message),
    };
    for operation in concerned {
        entry = entry.of(operation);
    }
    entry.at(key).values("", values);
}

/// A member of the annotation, else the operation.
fn member<'d>(operation: &Operation<'d>, key: &str) -> Node<'d> {
    let annotation = operation.node().get("x-ms-api-annotation");
    annotation.and_then(|annotation| annotation.get(key)).unwrap_or(operation.node())
}

/// The operations by the family that they are in, in document order.
fn families<'l, 'd>(version: &'l Version<'d>) -> BTreeMap<&'d str, Members<'l, 'd>> {
    let mut families: BTreeMap<&str, Members<'l, 'd>> = BTreeMap::new();
    for operation in &version.operations {
        if let Some(name) = family_or_own(operation) {
            families.entry(name).or_default().push(operation);
        }
    }
    families
}

/// Whether the status, or else that of the connector, is Production.
fn is_production(operation: &Operation<'_>) -> bool {
    let status = |node: Node<'_>| {
        let status = node.get("x-ms-api-annotation")?.get("status")?.as_str()?;
        Some(status.eq_ignore_ascii_case("production"))
    };
    status(operation.node()).or_else(|| operation.swagger().info().and_then(status)).unwrap_or(false)
}
