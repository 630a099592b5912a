use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections::{self, locus};
use crate::security;
use crate::view::{ConnectionParameterPair, PackagePair};
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::BTreeMap;

pub(crate) static FAMILY: Family =
    Family { checks: &[&ADDED, &REMOVED], visits: &[Visit::ConnectionParameter(check), Visit::Package(check_moved)] };

static ADDED: Check = Check {
    id: "connection-oauth-scopes-added",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Signing in asks for another scope.",
    why: "Users of stored connections must consent again before what needs the scope works.",
    instead: "ask for the scope in a further entry of `connectionParameterSets`, or tell users to sign in again",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "scopes": ["read"] } } }"#,
        after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "scopes": ["write read"] } } }"#,
        old: &["/token/oAuthSettings"],
        new: &["/token/oAuthSettings/scopes/0"],
        reversed: &["connection-oauth-scopes-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "connection-oauth-scopes-removed",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "Signing in no longer asks for a scope.",
    why: "Fewer rights are safer, but operations that need the scope fail for whoever signs in again.",
    instead: "make sure that no operation needs the scope",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "scopes": ["read", "write"] } } }"#,
        after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "scopes": ["read"] } } }"#,
        old: &["/token/oAuthSettings/scopes/1"],
        new: &["/token/oAuthSettings"],
        reversed: &["connection-oauth-scopes-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check_moved<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    connections::visit_moved(package, out, check);
}

fn check<'d>(pair: &ConnectionParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.oauth_settings(), pair.new.oauth_settings()) else { return };
    let (one, two) = (scopes(old), scopes(new));
    let place = |scope: &str| format!("{}/scopes/{scope}", locus(pair.set, pair.old.name));
    for (scope, node) in two.iter().filter(|(scope, _)| !one.contains_key(*scope)) {
        let message = format!("signing in asks for the scope {} now", quoted(scope));
        out.changed(&ADDED, old, *node, message).at(place(scope)).values("", *scope);
    }
    for (scope, node) in one.iter().filter(|(scope, _)| !two.contains_key(*scope)) {
        let message = format!("signing in no longer asks for the scope {}", quoted(scope));
        out.changed(&REMOVED, *node, new, message).at(place(scope)).values(*scope, "");
    }
}

/// The scopes, each with the text it stands in; one text may hold several.
fn scopes(settings: Node<'_>) -> BTreeMap<&str, Node<'_>> {
    let list = settings.get_ignore_case("scopes");
    let texts = list.filter(|list| list.as_str().is_some()).into_iter().chain(list.into_iter().flat_map(Node::items));
    texts.flat_map(|node| security::split(node.as_str().unwrap_or_default()).map(move |scope| (scope, node))).collect()
}
