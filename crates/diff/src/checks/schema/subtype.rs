use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::definitions::Users;
use crate::subtypes;
use crate::view::PackagePair;
use crate::{Out, quoted};
use std::collections::HashSet;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family { checks: &[&REMOVED], visits: &[Visit::Package(check)] };

static REMOVED: Check = Check {
    id: "request-subtype-removed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A kind of object that could be sent in place of its base is gone.",
    why: "Bodies that name this kind are refused.",
    instead: "keep the kind, even if the service treats it like its base",
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "paths": { "/a": { "post": { "operationId": "A", "parameters": [{ "name": "body", "in": "body", "schema": { "$ref": "#/definitions/Pet" } }], "responses": {  } } } }, "definitions": { "Pet": { "type": "object", "discriminator": "kind", "required": ["kind"], "properties": { "kind": { "type": "string" } } }, "Cat": { "allOf": [{ "$ref": "#/definitions/Pet" }], "properties": { "lives": { "type": "integer" } } } } }"##,
        after: r##"{ "paths": { "/a": { "post": { "operationId": "A", "parameters": [{ "name": "body", "in": "body", "schema": { "$ref": "#/definitions/Pet" } }], "responses": {  } } } }, "definitions": { "Pet": { "type": "object", "discriminator": "kind", "required": ["kind"], "properties": { "kind": { "type": "string" } } } } }"##,
        old: &["/definitions/Cat"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.swagger, pair.new.swagger) else { return };
    let kinds = |swagger: backshell_package::Swagger<'d>| {
        let definitions = swagger.definitions().into_iter();
        definitions.filter_map(|(name, schema)| Some((subtypes::value(name, schema.node())?, name, schema.node())))
    };
    let alive: HashSet<&str> = kinds(new).map(|(value, ..)| value).collect();
    let gone: Vec<_> = kinds(old).filter(|(value, ..)| !alive.contains(value)).collect();
    if gone.is_empty() {
        return;
    }
    let new_names: HashSet<&str> = new.definitions().into_iter().map(|(name, _)| name).collect();
    let definitions = pair.old.definitions();
    let mut users = Users::of(definitions, &pair.old);
    let (sent, _) = users.directions();
    for (value, name, node) in gone {
        let bases = subtypes::bases(node).into_iter().filter_map(|base| definitions.number(base.key()?));
        let lives_on = |base: &usize| {
            let name = definitions.list().get(*base).map(|(name, _)| *name);
            sent.get(*base) == Some(&true) && name.is_some_and(|name| new_names.contains(name))
        };
        let bases: Vec<usize> = bases.filter(lives_on).collect();
        if bases.is_empty() {
            continue;
        }
        let message = format!("the kind of object {} is gone", quoted(value));
        let mut entry = out.removed(&REMOVED, node, message);
        let operations = bases.into_iter().flat_map(|base| users.operations(base));
        for operation in operations.filter_map(|number| pair.old.operations.get(number)) {
            entry = entry.of(&Rc::clone(operation));
        }
        entry.at(format!("definitions/{name}")).values(value, "");
    }
}
