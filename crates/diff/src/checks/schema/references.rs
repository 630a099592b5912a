use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::references::{Breakage, broken};
use crate::view::PackagePair;
use crate::{Out, quoted};
use std::collections::BTreeSet;

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
    for reference in found.iter().filter(|reference| !known.contains(reference.text)) {
        let target = quoted(reference.text);
        let (check, message) = match reference.breakage {
            Breakage::External => (&EXTERNAL, format!("{target} is outside the file")),
            Breakage::Missing => (&DANGLING, format!("{target} is referred to, but is not there")),
        };
        out.added(check, reference.node, message).at(format!("references/{}", reference.text));
    }
}
