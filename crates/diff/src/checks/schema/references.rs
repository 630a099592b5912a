use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::definitions::Users;
use crate::engine::UNDECIDED;
use crate::references::{Breakage, Broken};
use crate::view::{Operation, PackagePair, Version};
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::BTreeSet;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family { checks: &[&DANGLING, &EXTERNAL], visits: &[Visit::Package(check)] };

static DANGLING: Check = Check {
    id: "schema-ref-dangling",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Something refers to a schema that is not in the file.",
    why: "A definition with such a reference is not loaded at all.",
    instead: "add what is missing, or refer to what is there",
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r#"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "type": "object", "properties": { "p": { } } } } } } } } }"#,
        after: r##"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "type": "object", "properties": { "p": { "$ref": "#/definitions/Gone" } } } } } } } } }"##,
        new: &["/paths/~1a/get/responses/200/schema/properties/p/$ref"],
        reversed: &["undecided"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static EXTERNAL: Check = Check {
    id: "schema-external-ref-added",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Something refers to another file or an address.",
    why: "A connector has to be complete by itself; nothing is fetched for it.",
    instead: "copy the schema into `definitions`",
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r#"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "type": "object", "properties": { "p": { } } } } } } } } }"#,
        after: r#"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "type": "object", "properties": { "p": { "$ref": "https://example.com/item.json" } } } } } } } } }"#,
        new: &["/paths/~1a/get/responses/200/schema/properties/p/$ref"],
        reversed: &["undecided"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    if pair.old.swagger.is_none() || pair.new.swagger.is_none() {
        return;
    }
    let (before, after) = (pair.old.broken(), pair.new.broken());
    if before.is_empty() && after.is_empty() {
        return;
    }
    let texts = |broken: &[Broken<'d>]| broken.iter().map(|reference| reference.text).collect::<BTreeSet<_>>();
    let (known, left) = (texts(before), texts(after));
    for (reference, operations) in concerned(after, &known, &pair.new) {
        let target = quoted(reference.text);
        let (check, message) = match reference.breakage {
            Breakage::External => (&EXTERNAL, format!("{target} is outside the file")),
            Breakage::Missing => (&DANGLING, format!("{target} is referred to, but is not there")),
            Breakage::Circular => (&DANGLING, format!("{target} leads back to itself, and to no schema")),
        };
        let mut entry = out.added(check, reference.node, message);
        for operation in operations {
            let before = pair.operations.iter().find(|pair| Rc::ptr_eq(&pair.new, operation));
            entry = entry.of(before.map_or(operation, |pair| &pair.old));
        }
        entry.at(format!("references/{}", reference.text));
    }
    // What callers had there nobody knows, so that whatever stands there now was compared with nothing.
    for (reference, operations) in concerned(before, &left, &pair.old) {
        let message = format!("{} led to no schema: what stands there now was not compared", quoted(reference.text));
        let mut entry = out.removed(&UNDECIDED, reference.node, message);
        for operation in operations {
            entry = entry.of(operation);
        }
        entry.at(format!("references/{}", reference.text));
    }
}

/// The broken references of one version that are not broken in the other one as well, each with the operations that use it.
fn concerned<'b, 'd, 'v>(
    broken: &'b [Broken<'d>],
    other: &BTreeSet<&str>,
    version: &'v Version<'d>,
) -> Vec<(&'b Broken<'d>, Vec<&'v Rc<Operation<'d>>>)> {
    let definitions = version.definitions();
    let mut users = Users::of(definitions, version);
    let mut found = Vec::new();
    for reference in broken.iter().filter(|reference| !other.contains(reference.text)) {
        let mut numbers = BTreeSet::new();
        for place in reference.others.iter().chain([&reference.node]) {
            match definitions.enclosing(*place) {
                Some(number) => numbers.extend(users.operations(number)),
                None => numbers.extend(operation_around(version, *place)),
            }
        }
        found.push((reference, numbers.into_iter().filter_map(|number| version.operations.get(number)).collect()));
    }
    found
}

/// The number of the operation that a value stands in.
fn operation_around(version: &Version<'_>, place: Node<'_>) -> Option<usize> {
    // Its path is two levels below the root, and it is the third.
    let levels: Vec<Node<'_>> = place.ancestors().collect();
    let around = levels.len().checked_sub(4).and_then(|at| levels.get(at))?;
    version.operations.iter().position(|operation| operation.node().id() == around.id())
}
