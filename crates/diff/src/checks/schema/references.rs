use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::definitions::{Definitions, Users};
use crate::references::{Breakage, broken};
use crate::view::{PackagePair, Version};
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
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.swagger, pair.new.swagger) else { return };
    let found = broken(new.node());
    if found.is_empty() {
        return;
    }
    let known: BTreeSet<&str> = broken(old.node()).into_iter().map(|reference| reference.text).collect();
    let definitions = Definitions::of(new);
    let mut users = Users::of(&definitions, &pair.new);
    for reference in found.iter().filter(|reference| !known.contains(reference.text)) {
        let target = quoted(reference.text);
        let (check, message) = match reference.breakage {
            Breakage::External => (&EXTERNAL, format!("{target} is outside the file")),
            Breakage::Missing => (&DANGLING, format!("{target} is referred to, but is not there")),
        };
        let mut concerned = BTreeSet::new();
        for place in reference.others.iter().chain([&reference.node]) {
            match definitions.enclosing(*place) {
                Some(number) => concerned.extend(users.operations(number)),
                None => concerned.extend(operation_around(&pair.new, *place)),
            }
        }
        let mut entry = out.added(check, reference.node, message);
        for operation in concerned.into_iter().filter_map(|number| pair.new.operations.get(number)) {
            let before = pair.operations.iter().find(|pair| Rc::ptr_eq(&pair.new, operation));
            entry = entry.of(before.map_or(operation, |pair| &pair.old));
        }
        entry.at(format!("references/{}", reference.text));
    }
}

/// The number of the operation that a value stands in.
fn operation_around(version: &Version<'_>, place: Node<'_>) -> Option<usize> {
    // Its path is two levels below the root, and it is the third.
    let levels: Vec<Node<'_>> = place.ancestors().collect();
    let around = levels.len().checked_sub(4).and_then(|at| levels.get(at))?;
    version.operations.iter().position(|operation| operation.node().id() == around.id())
}
