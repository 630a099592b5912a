use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::definitions::Users;
use crate::schema_pair::Role;
use crate::schema_pair::SchemaPair;
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_source::Node;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family { checks: &[&BOTH_WAYS], visits: &[Visit::Package(check)] };

static BOTH_WAYS: Check = Check {
    id: "definition-used-both-ways",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A definition that is sent as well as returned was changed in a way that only one of the two stands.",
    why: "What is harmless for those who read the object can be fatal for those who send it, and the reverse.",
    instead: "give bodies and answers definitions of their own before one of them changes",
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "paths": { "/a": { "post": { "operationId": "A", "parameters": [{ "name": "body", "in": "body", "schema": { "$ref": "#/definitions/Item" } }], "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Item" } } } } } }, "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string" } } } } }"##,
        after: r##"{ "paths": { "/a": { "post": { "operationId": "A", "parameters": [{ "name": "body", "in": "body", "schema": { "$ref": "#/definitions/Item" } }], "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Item" } } } } } }, "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] } } }"##,
        old: &["/definitions/Item"],
        new: &["/definitions/Item"],
        also: &["request-property-became-required", "response-property-became-required"],
        reversed: &[
            "definition-used-both-ways",
            "request-property-became-optional",
            "response-property-became-optional",
        ],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.swagger, pair.new.swagger) else { return };
    let news: std::collections::HashMap<_, _> = new.definitions().into_iter().collect();
    let olds = old.definitions().into_iter();
    let edited: Vec<_> = olds
        .filter_map(|(name, old)| Some((name, old.node(), news.get(name)?.node())))
        .filter(|(_, old, new)| old.source() != new.source())
        .collect();
    if edited.is_empty() {
        return;
    }
    let (old, new) = (pair.old.definitions(), pair.new.definitions());
    let (mut users, new_users) = (Users::of(old, &pair.old), Users::of(new, &pair.new));
    let ((sent, returned), (sent_now, returned_now)) = (users.directions(), new_users.directions());
    for (name, one, two) in edited {
        let (Some(number), Some(new_number)) = (old.number(name), new.number(name)) else { continue };
        let reaches = [(&sent, number), (&returned, number), (&sent_now, new_number), (&returned_now, new_number)];
        if !reaches.iter().all(|(reach, number)| reach.get(*number) == Some(&true)) {
            continue;
        }
        let (request, response) = (worst(one, two, Direction::Request, out), worst(one, two, Direction::Response, out));
        let breaks = |verdict| verdict == Some(Verdict::Breaking);
        if breaks(request) == breaks(response) {
            continue;
        }
        let (bad, good) = if breaks(request) { ("sent", "returned") } else { ("returned", "sent") };
        let message = format!("the definition {} breaks where it is {bad}, and not where it is {good}", quoted(name));
        let mut entry = out.changed(&BOTH_WAYS, one, two, message);
        for operation in users.operations(number).into_iter().filter_map(|number| pair.old.operations.get(number)) {
            entry = entry.of(&Rc::clone(operation));
        }
        entry.at(format!("definitions/{name}")).values(bad, good);
    }
}

/// The worst that is said of a pair of schemas in one direction, what is within them not counted.
fn worst<'d>(old: Node<'d>, new: Node<'d>, direction: Direction, out: &Out<'_, 'd>) -> Option<Verdict> {
    let pair = SchemaPair::new(old, new, direction, Role::Property);
    let mut own = Out::new(out.package(), out.options());
    let differs = pair.differs();
    for visit in crate::checks::ALL.iter().flat_map(|family| family.visits) {
        match visit {
            Visit::EverySchema(judge) => judge(&pair, &mut own),
            Visit::Schema(judge) if differs => judge(&pair, &mut own),
            _ => {}
        }
    }
    own.into_changes().0.into_iter().map(|raw| raw.verdict).min()
}
