use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::definitions::Definitions;
use crate::subtypes;
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_package::Swagger;
use backshell_source::Node;
use std::collections::HashSet;

pub(crate) static FAMILY: Family = Family { checks: &[&REMOVED_UNUSED, &RENAMED], visits: &[Visit::Package(check)] };

static REMOVED_UNUSED: Check = Check {
    id: "definition-removed-unused",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "A definition is gone that nothing referred to.",
    why: "It was part of no call.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "paths": { "/a": { "post": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Item" } } } } } }, "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string" } } }, "Old": { "type": "object", "properties": { "id": { "type": "string" } } } } }"##,
        after: r##"{ "paths": { "/a": { "post": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Item" } } } } } }, "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string" } } } } }"##,
        old: &["/definitions/Old"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RENAMED: Check = Check {
    id: "definition-renamed",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "A definition has another name, and what refers to it follows.",
    why: "Names of definitions are part of no call.",
    instead: "nothing needs to be done",
    is_silent: true,
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "paths": { "/a": { "post": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Item" } } } } } }, "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string" } } } } }"##,
        after: r##"{ "paths": { "/a": { "post": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Thing" } } } } } }, "definitions": { "Thing": { "type": "object", "properties": { "id": { "type": "string" } } } } }"##,
        old: &["/definitions/Item"],
        new: &["/definitions/Thing"],
        reversed: &["definition-renamed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

/// The most new definitions that are looked at for an old name, and the most that are looked at in all.
const MOST: usize = 64;
const MOST_TRIES: usize = 4_096;

fn check<'d>(pair: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.swagger, pair.new.swagger) else { return };
    let written = |swagger: Swagger<'d>| swagger.node().get("definitions").map(Node::source);
    if written(old) == written(new) {
        return;
    }
    let (old, new) = (pair.old.definitions(), pair.new.definitions());
    let is_gone = |name: &str| new.number(name).is_none();
    if old.list().iter().all(|(name, _)| !is_gone(name)) {
        return;
    }
    let (used, used_now) = (used(old, pair.old.swagger), used(new, pair.new.swagger));
    let split = |definitions: &Definitions<'d>, used: &HashSet<&str>| {
        definitions.list().iter().copied().partition::<Vec<_>, _>(|(name, _)| used.contains(name))
    };
    let ((referred, unused), (referred_now, unused_now)) = (split(old, &used), split(new, &used_now));
    let mut tries = 0;
    let mut is_equal = |old: Node<'d>, new: Node<'d>| {
        tries += 1;
        tries <= MOST_TRIES && same_schema(old, new)
    };
    for (name, node) in removed(unused, unused_now, &mut is_equal) {
        // The name of a kind of object is the value that tells it from others: it does travel.
        if subtypes::value(name, node).is_none() {
            let message = format!("the definition {} is gone; nothing referred to it", quoted(name));
            out.removed(&REMOVED_UNUSED, node, message).at(format!("definitions/{name}"));
        }
    }
    if !out.options().list_silent {
        return;
    }
    let mut added: Vec<_> = referred_now.into_iter().filter(|(name, _)| old.number(name).is_none()).collect();
    added.truncate(MOST);
    for (name, node) in referred.into_iter().filter(|(name, _)| is_gone(name)) {
        if subtypes::value(name, node).is_some() {
            continue;
        }
        if let Some(at) = added.iter().position(|(_, new)| is_equal(node, *new)) {
            let (new_name, new) = added.remove(at);
            let message = format!("the definition {} is called {} now", quoted(name), quoted(new_name));
            out.changed(&RENAMED, node, new, message).at(format!("definitions/{name}")).values(name, new_name);
        }
    }
}

/// Of the definitions that nothing refers to, the ones that are gone. Names do not count: where the new version has one that
/// the old one had not, it may be any of them under another name, and there is no telling.
fn removed<'d>(
    mut old: Vec<(&'d str, Node<'d>)>,
    new: Vec<(&'d str, Node<'d>)>,
    is_equal: &mut impl FnMut(Node<'d>, Node<'d>) -> bool,
) -> Vec<(&'d str, Node<'d>)> {
    if old.len() <= new.len() {
        return Vec::new();
    }
    for (name, node) in new {
        let same = old.iter().position(|(other, old)| *other == name && old.source() == node.source());
        match same.or_else(|| old.iter().position(|(_, old)| is_equal(*old, node))) {
            Some(at) => drop(old.remove(at)),
            None => return Vec::new(),
        }
    }
    old
}

/// The names of the definitions that something else refers to.
fn used<'d>(definitions: &Definitions<'d>, swagger: Option<Swagger<'d>>) -> HashSet<&'d str> {
    let name = |number: usize| definitions.list().get(number).map(|(name, _)| *name);
    let mut used: HashSet<&'d str> = HashSet::new();
    for number in 0..definitions.list().len() {
        let others = definitions.references(number).iter().filter(|reference| reference.target != number);
        used.extend(others.filter_map(|reference| name(reference.target)));
    }
    let members = swagger.map(|swagger| swagger.node().members()).into_iter().flatten();
    let outside: Vec<Node<'d>> =
        members.filter(|member| member.key != "definitions").map(|member| member.value).collect();
    for node in outside {
        used.extend(definitions.references_below(node).iter().filter_map(|reference| name(reference.target)));
    }
    used
}
