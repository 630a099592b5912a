use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::definitions::Users;
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_source::Node;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family { checks: &[&UNCHANGED, &INTRODUCED], visits: &[Visit::Package(check)] };

static UNCHANGED: Check = Check {
    id: "schema-cycle-unchanged",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "A schema that contains itself is written in another way, and says the same.",
    why: "What is sent and returned has not changed, on any level.",
    instead: "nothing needs to be done",
    is_silent: true,
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "paths": { "/a": { "post": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Folder" } } } } } }, "definitions": { "Folder": { "type": "object", "properties": { "id": { "type": "string" }, "parent": { "$ref": "#/definitions/Folder" } }, "x-ms-summary": "Folder" } } }"##,
        after: r##"{ "paths": { "/a": { "post": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Folder" } } } } } }, "definitions": { "Folder": { "type": "object", "properties": { "id": { "type": "string" }, "parent": { "$ref": "#/definitions/Folder" } }, "x-ms-summary": "The folder" } } }"##,
        old: &["/definitions/Folder"],
        new: &["/definitions/Folder"],
        also: &["response-summary-changed"],
        reversed: &["schema-cycle-unchanged", "response-summary-changed"],
    }],
    ..Check::BASE
};

static INTRODUCED: Check = Check {
    id: "schema-cycle-introduced",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "A property contains the schema that it is part of, and did not before.",
    why: "Designers show such a schema to some depth only; what lies below can no longer be picked.",
    instead: "end the nesting with a schema of its own that does not lead back",
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "paths": { "/a": { "post": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Folder" } } } } } }, "definitions": { "Folder": { "type": "object", "properties": { "id": { "type": "string" }, "parent": { "type": "object", "properties": { "id": { "type": "string" } } } } } } }"##,
        after: r##"{ "paths": { "/a": { "post": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Folder" } } } } } }, "definitions": { "Folder": { "type": "object", "properties": { "id": { "type": "string" }, "parent": { "$ref": "#/definitions/Folder" } } } } }"##,
        old: &["/definitions/Folder/properties/parent"],
        new: &["/definitions/Folder/properties/parent"],
        also: &[],
        reversed: &["response-property-removed"],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(one), Some(two)) = (pair.old.swagger, pair.new.swagger) else { return };
    if one.node().get("definitions").map(Node::source) == two.node().get("definitions").map(Node::source) {
        return;
    }
    let (old, new) = (pair.old.definitions(), pair.new.definitions());
    let mut users = Users::of(old, &pair.old);
    for (number, (name, new_node)) in new.list().iter().enumerate() {
        let Some(old_number) = old.number(name).filter(|_| new.is_recursive(number)) else { continue };
        let Some((_, old_node)) = old.list().get(old_number) else { continue };
        if old_node.source() == new_node.source() {
            continue;
        }
        let lists_silent = out.options().list_silent && old.is_recursive(old_number);
        if lists_silent && same_schema(*old_node, *new_node) {
            let message = format!("the definition {} contains itself and says the same", quoted(name));
            out.changed(&UNCHANGED, *old_node, *new_node, message).at(format!("definitions/{name}"));
        }
        let circular = new.references(number).iter().filter(|reference| new.is_circular(number, reference.target));
        for reference in circular {
            let pointer = reference.node.pointer();
            // At a branch of `allOf` there is no property that could be flat.
            let way = pointer.strip_prefix(&new_node.pointer()).filter(|way| !way.contains("/allOf/"));
            let Some((way, flat)) = way.and_then(|way| Some((way, below(*old_node, way)?))) else { continue };
            if old.references_below(flat).iter().any(|reference| old.is_circular(old_number, reference.target)) {
                continue;
            }
            let message = format!("{} contains itself here now", quoted(name));
            let mut entry = out.changed(&INTRODUCED, flat, reference.node, message);
            for operation in users.operations(old_number).into_iter().filter_map(|at| pair.old.operations.get(at)) {
                entry = entry.of(&Rc::clone(operation));
            }
            entry.at(format!("definitions/{name}{way}"));
        }
    }
}

/// What stands at the same place of another definition.
fn below<'d>(definition: Node<'d>, way: &str) -> Option<Node<'d>> {
    definition.document().resolve(&format!("{}{way}", definition.pointer()))
}
