use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::security;
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_package::{SecurityDefinition, Swagger};
use backshell_source::Node;
use std::collections::{BTreeMap, HashMap};

pub(crate) static FAMILY: Family = Family { checks: &[&ADDED, &REMOVED, &DESCRIBED], visits: &[Visit::Package(check)] };

pub(super) static ADDED: Check = Check {
    id: "auth-scope-added",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A call needs a scope that it did not need. Where the requirements name no scopes, those of the security \
           definition count.",
    why: "Tokens that are stored were given without it, and are refused until each user consents again.",
    instead: "ask for the scope in new operations only, or let the break be approved and users be told",
    examples: &[
        Example {
            before: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "", "write": "" } } }, "security": [{ "o": ["read"] }], "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "", "write": "" } } }, "security": [{ "o": ["read write"] }], "paths": {} }"#,
            new: &["/security/0/o/0"],
            reversed: &["auth-scope-removed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "" } } }, "security": [{ "o": [] }], "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "", "write": "" } } }, "security": [{ "o": [] }], "paths": {} }"#,
            new: &["/securityDefinitions/o/scopes/write"],
            reversed: &["auth-scope-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

pub(super) static REMOVED: Check = Check {
    id: "auth-scope-removed",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "A call does not need a scope any more.",
    why: "Tokens that are stored allow more than is asked for.",
    instead: "nothing needs to be done",
    examples: &[Example {
        before: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "", "write": "" } } }, "security": [{ "o": ["read", "write"] }], "paths": {} }"#,
        after: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "", "write": "" } } }, "security": [{ "o": ["read"] }], "paths": {} }"#,
        old: &["/security/0/o/1"],
        reversed: &["auth-scope-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static DESCRIBED: Check = Check {
    id: "auth-scope-described",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The text that describes a scope changes.",
    why: "It is a label.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        before: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "Read" } } }, "paths": {} }"#,
        after: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": { "read": "Read items" } } }, "paths": {} }"#,
        old: &["/securityDefinitions/o/scopes/read"],
        new: &["/securityDefinitions/o/scopes/read"],
        reversed: &["auth-scope-described"],
        ..Example::BASE
    }],
    ..Check::BASE
};

/// Scopes and where each is asked for.
type Scopes<'d> = BTreeMap<&'d str, Node<'d>>;

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (mut old_asked, mut new_asked) = (asked(package.old.swagger), asked(package.new.swagger));
    for (old, new) in security::pairs(package) {
        if security::kind(&old) != "oauth2" || security::kind(&new) != "oauth2" {
            continue;
        }
        let (old_declared, new_declared) = (declared(&old), declared(&new));
        for (scope, old_node) in &old_declared {
            let Some(new_node) = new_declared.get(scope) else { continue };
            let (one, two) = (old_node.as_str().unwrap_or_default(), new_node.as_str().unwrap_or_default());
            if one != two && old_node.key() == Some(scope) && new_node.key() == Some(scope) {
                let message = format!("the scope {} is described in other words", quoted(scope));
                out.changed(&DESCRIBED, *old_node, *new_node, message)
                    .at(format!("security/{}/scopes/{scope}", old.name));
            }
        }
        let (one, two) = match (old_asked.remove(old.name), new_asked.remove(new.name)) {
            (Some(one), Some(two)) if !one.keys().eq(two.keys()) => (one, two),
            (Some(one), Some(_)) if !one.is_empty() => continue,
            _ => (old_declared, new_declared),
        };
        compare(&one, &two, &format!("security/{}/scopes", old.name), out);
    }
}

fn compare<'d>(old: &Scopes<'d>, new: &Scopes<'d>, locus: &str, out: &mut Out<'_, 'd>) {
    for (scope, node) in new.iter().filter(|(scope, _)| !old.contains_key(*scope)) {
        let message = format!("the scope {} is needed now", quoted(scope));
        out.added(&ADDED, *node, message).at(format!("{locus}/{scope}")).values("", *scope);
    }
    for (scope, node) in old.iter().filter(|(scope, _)| !new.contains_key(*scope)) {
        let message = format!("the scope {} is not needed any more", quoted(scope));
        out.removed(&REMOVED, *node, message).at(format!("{locus}/{scope}")).values(*scope, "");
    }
}

/// The scopes that a definition offers.
fn declared<'d>(definition: &SecurityDefinition<'d>) -> Scopes<'d> {
    let members = definition.node.get("scopes").map(Node::members).into_iter().flatten();
    let members = members.filter(|member| !member.shadowed);
    members.flat_map(|member| security::split(member.key).map(move |scope| (scope, member.value))).collect()
}

/// The scopes that the document's requirements ask of each definition that they name.
fn asked<'d>(swagger: Option<Swagger<'d>>) -> HashMap<&'d str, Scopes<'d>> {
    let mut all: HashMap<&'d str, Scopes<'d>> = HashMap::new();
    let requirements = swagger.and_then(|swagger| swagger.node().get("security")).into_iter().flat_map(Node::items);
    for member in requirements.flat_map(Node::members).filter(|member| !member.shadowed) {
        let scopes = all.entry(member.key).or_default();
        for (item, text) in member.value.items().filter_map(|item| Some((item, item.as_str()?))) {
            scopes.extend(security::split(text).map(|scope| (scope, item)));
        }
    }
    all
}
