use crate::annotation::{replacement, revision};
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{Operation, PackagePair, Version};
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&LOWERED, &SUFFIX, &DANGLING], visits: &[Visit::Package(check)] };

static LOWERED: Check = Check {
    id: "revision-lowered",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The revision of an operation is lower than before. One that is not said is 1.",
    why: "Clients recommend the highest revision of a family; they may send users to an older operation now.",
    instead: "keep the revision",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "operationId": "SetItem_V2", "x-ms-api-annotation": { "family": "SetItem", "revision": 2 } }"#,
        after: r#"{ "operationId": "SetItem_V2", "x-ms-api-annotation": { "family": "SetItem", "revision": 1 } }"#,
        old: &["/x-ms-api-annotation/revision"],
        new: &["/x-ms-api-annotation/revision"],
        reversed: &["unknown-extension-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static SUFFIX: Check = Check {
    id: "revision-suffix-missing",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The `operationId` of an operation whose revision is 2 or more does not end in `_V` and that number, and the \
           revision or the id is new. The `v` may be small.",
    why: "The id is what a saved step keeps of the operation: by its end everybody sees which revision the step was made \
          with.",
    instead: "end the operationId of the new revision with _V and its number, and leave the old operation as it is",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-api-annotation": { "family": "SetItem", "revision": 1 } }"#,
            after: r#"{ "x-ms-api-annotation": { "family": "SetItem", "revision": 2 } }"#,
            old: &["/operationId"],
            new: &["/operationId"],
            also: &["unknown-extension-changed"],
            reversed: &["revision-lowered"],
        },
        Example {
            snippet: Snippet::Paths,
            before: "{}",
            after: r#"
{ "/items": { "get": { "operationId": "GetItemsNew", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
            new: &["/~1items/get/operationId"],
            also: &["operation-added"],
            reversed: &["operation-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static DANGLING: Check = Check {
    id: "revision-replacement-dangling",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The replacement that an operation names in `x-ms-api-annotation` is not in the definition; or the operation that \
           names one is not deprecated. A replacement in another connector is not looked for.",
    why: "Clients send users to the replacement: to nothing, or away from an operation that is still meant to be used.",
    instead: "name an operation that exists, and only where the operation itself is deprecated",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"
{ "deprecated": true,
  "x-ms-api-annotation": { "family": "SetItem", "replacement": { "operationId": "SetItem" } } }"#,
            after: r#"
{ "deprecated": true,
  "x-ms-api-annotation": { "family": "SetItem", "replacement": { "operationId": "SetItem_V2" } } }"#,
            old: &["/x-ms-api-annotation/replacement/operationId"],
            new: &["/x-ms-api-annotation/replacement/operationId"],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "deprecated": true }"#,
            after: r#"
{ "deprecated": true,
  "x-ms-api-annotation": { "replacement": { "api": "items", "operationId": "SetItem_V2" } } }"#,
            old: &[""],
            new: &["/x-ms-api-annotation/replacement/operationId"],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-api-annotation": { "family": "SetItem" } }"#,
            after: r#"
{ "x-ms-api-annotation": { "family": "SetItem", "replacement": { "operationId": "SetItem" } } }"#,
            old: &[""],
            new: &["/x-ms-api-annotation/replacement"],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for pair in &package.operations {
        let (old, new) = (revision(&pair.old).unwrap_or(1), revision(&pair.new).unwrap_or(1));
        if new < old && pair.old.id() == pair.new.id() {
            let message = format!("the revision goes from {old} to {new}");
            let places = (member(&pair.old, "revision"), member(&pair.new, "revision"));
            out.changed(&LOWERED, places.0, places.1, message).of(&pair.old).at("revision");
        }
        let id = |operation: &Operation<'d>| operation.node().get("operationId").unwrap_or(operation.node());
        let lacked = pair.old.id() == pair.new.id() && (old == new || lacks_suffix(&pair.old).is_some());
        if let Some(number) = lacks_suffix(&pair.new).filter(|_| !lacked) {
            let message = suffix_message(number);
            out.changed(&SUFFIX, id(&pair.old), id(&pair.new), message).of(&pair.old).at("operationId/suffix");
        }
        if let Some(problem) = dangling(&pair.new, &package.new)
            && dangling(&pair.old, &package.old).is_none_or(|earlier| earlier.message != problem.message)
        {
            let earlier = replacement(&pair.old).filter(|_| problem.is_missing);
            let earlier = earlier.unwrap_or_else(|| member(&pair.old, "replacement"));
            out.changed(&DANGLING, earlier, problem.place, problem.message).of(&pair.old).at("replacement");
        }
    }
    for operation in &package.added {
        if let Some(number) = lacks_suffix(operation) {
            let place = operation.node().get("operationId").unwrap_or(operation.node());
            out.added(&SUFFIX, place, suffix_message(number)).of(operation).at("operationId/suffix");
        }
        if let Some(problem) = dangling(operation, &package.new) {
            out.added(&DANGLING, problem.place, problem.message).of(operation).at("replacement");
        }
    }
}

/// The revision that the id of an operation should end with and does not.
fn lacks_suffix(operation: &Operation<'_>) -> Option<i64> {
    let number = revision(operation).filter(|number| *number >= 2)?;
    let before = operation.id()?.strip_suffix(&number.to_string());
    let ends = before.is_some_and(|before| before.ends_with("_V") || before.ends_with("_v"));
    (!ends).then_some(number)
}

fn suffix_message(number: i64) -> String {
    format!("the operationId of revision {number} does not end in `_V{number}`")
}

/// What is wrong with a replacement.
pub(crate) struct Dangling<'d> {
    message: String,
    place: Node<'d>,
    is_missing: bool,
}

/// What is wrong with the replacement that an operation names.
pub(crate) fn dangling<'d>(operation: &Operation<'d>, version: &Version<'d>) -> Option<Dangling<'d>> {
    let place = operation.node().get("x-ms-api-annotation")?.get("replacement")?;
    if !operation.is_deprecated() {
        let message = "the operation names a replacement and is not deprecated".to_owned();
        return Some(Dangling { message, place, is_missing: false });
    }
    let named = replacement(operation)?;
    let id = named.as_str().filter(|id| !id.is_empty())?;
    let api = place.get("api").and_then(Node::as_str).unwrap_or_default();
    if version.operation(id).is_some() || is_another(api, version) {
        return None;
    }
    let message = format!("the replacement {} is not in the definition", quoted(id));
    Some(Dangling { message, place: named, is_missing: true })
}

/// Whether a replacement is looked for in another connector: its name and the title have nothing to do with each other.
fn is_another(api: &str, version: &Version<'_>) -> bool {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let title = plain(version.swagger.and_then(backshell_package::Swagger::title).unwrap_or_default());
    let api = plain(api);
    let api = api.strip_prefix("shared").unwrap_or(&api);
    !api.is_empty() && !title.contains(api) && (title.is_empty() || !api.contains(&title))
}

/// A member of the annotation, else the operation.
fn member<'d>(operation: &Operation<'d>, key: &str) -> Node<'d> {
    let annotation = operation.node().get("x-ms-api-annotation");
    annotation.and_then(|annotation| annotation.get(key)).unwrap_or(operation.node())
}
