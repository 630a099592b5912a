use super::kind::{NONE_TO_SOME, SOME_TO_NONE};
use super::scopes;
use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::security::{self, Names, Way};
use crate::view::{OperationPair, PackagePair};
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::BTreeSet;

pub(crate) static FAMILY: Family = Family { checks: &[&OVERRIDE_ADDED], visits: &[Visit::Package(check)] };

static OVERRIDE_ADDED: Check = Check {
    id: "auth-operation-override-added",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An operation has requirements of its own that ask for more than those it had, or than the document's.",
    why: "A connection that sufficed for the operation may not be granted what it asks for now.",
    instead: "ask for more in a new operation of the same family only",
    examples: &[
        Example {
            before: r#"{ "securityDefinitions": { "k": { "type": "apiKey", "name": "k", "in": "header" }, "b": { "type": "basic" } }, "security": [{ "k": [] }], "paths": { "/a": { "get": { "operationId": "GetA", "responses": { "200": { "description": "" } } }, "put": { "operationId": "SetA", "security": [{ "b": [] }], "responses": { "200": { "description": "" } } } } } }"#,
            after: r#"{ "securityDefinitions": { "k": { "type": "apiKey", "name": "k", "in": "header" }, "b": { "type": "basic" } }, "security": [{ "k": [] }], "paths": { "/a": { "get": { "operationId": "GetA", "security": [{ "k": [], "b": [] }], "responses": { "200": { "description": "" } } }, "put": { "operationId": "SetA", "security": [{ "b": [] }], "responses": { "200": { "description": "" } } } } } }"#,
            old: &["/paths/~1a/get"],
            new: &["/paths/~1a/get/security"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            before: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "", "write": "" } } }, "security": [{ "o": ["read"] }], "paths": { "/a": { "get": { "operationId": "GetA", "responses": { "200": { "description": "" } } } } } }"#,
            after: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "", "write": "" } } }, "security": [{ "o": ["read"] }], "paths": { "/a": { "get": { "operationId": "GetA", "security": [{ "o": ["read", "write"] }], "responses": { "200": { "description": "" } } } } } }"#,
            old: &["/paths/~1a/get"],
            new: &["/paths/~1a/get/security"],
            reversed: &["auth-scope-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let names = Names::of(package);
    for pair in &package.operations {
        let (old, new) = (pair.old.node().get("security"), pair.new.node().get("security"));
        if old.is_some() || new.is_some() {
            compare(pair, &names, (old, new), out);
        }
    }
}

fn compare<'d>(
    pair: &OperationPair<'d>,
    names: &Names<'d>,
    (old, new): (Option<Node<'d>>, Option<Node<'d>>),
    out: &mut Out<'_, 'd>,
) {
    let (old_ways, new_ways) = (names.old_ways(pair.old.security_node()), names.new_ways(pair.new.security_node()));
    let (old_place, new_place) = (old.unwrap_or(pair.old.node()), new.unwrap_or(pair.new.node()));
    let (check, message) = if new_ways.is_empty() {
        if old_ways.is_empty() {
            return;
        }
        (&SOME_TO_NONE, "callers need not prove themselves any more")
    } else if old_ways.is_empty() && security::holds_secret(&out.package().old) {
        return;
    } else if old_ways.is_empty() && new.is_none() {
        (&NONE_TO_SOME, "callers must prove themselves, which nobody had to before")
    } else if security::is_stricter(&old_ways, &new_ways, old.is_none()) {
        (&OVERRIDE_ADDED, "what callers prove themselves with does not suffice any more")
    } else {
        for (check, scope) in scopes_of(&old_ways, &new_ways) {
            let is_added = check.id == scopes::ADDED.id;
            let message = if is_added {
                format!("the scope {} is needed now", quoted(scope))
            } else {
                format!("the scope {} is not needed any more", quoted(scope))
            };
            let values = if is_added { ("", scope) } else { (scope, "") };
            out.changed(check, old_place, new_place, message)
                .of(&pair.old)
                .at(format!("security/scopes/{scope}"))
                .values(values.0, values.1);
        }
        return;
    };
    out.changed(check, old_place, new_place, message)
        .of(&pair.old)
        .at("security")
        .values(security::words(&old_ways), security::words(&new_ways));
}

/// Scopes that the ways of an operation ask for on one side only, where the definitions they use are the same.
fn scopes_of<'d>(old: &[Way<'d>], new: &[Way<'d>]) -> Vec<(&'static Check, &'d str)> {
    let all = |ways: &[Way<'d>]| -> BTreeSet<&'d str> {
        ways.iter().flat_map(|way| way.values()).flatten().copied().collect()
    };
    let (one, two) = (all(old), all(new));
    let added = two.difference(&one).map(|scope| (&scopes::ADDED, *scope));
    added.chain(one.difference(&two).map(|scope| (&scopes::REMOVED, *scope))).collect()
}
