use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections::{self, custom_parameter, locus};
use crate::view::{ConnectionParameterPair, PackagePair};
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::BTreeMap;

pub(crate) static FAMILY: Family = Family {
    checks: &[&PROVIDER, &ENDPOINT, &REDIRECT, &CLIENT],
    visits: &[Visit::ConnectionParameter(check), Visit::Package(check_moved)],
};

static PROVIDER: Check = Check {
    id: "connection-identity-provider-changed",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "`oAuthSettings.identityProvider` names another provider.",
    why: "The tokens of stored connections come from the old one. An update of a published connector must not change it.",
    instead: "offer the other provider as a further entry of `connectionParameterSets`",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "identityProvider": "oauth2" } } }"#,
        after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "identityProvider": "oauth2generic" } } }"#,
        old: &["/token/oAuthSettings/identityProvider"],
        new: &["/token/oAuthSettings/identityProvider"],
        reversed: &["connection-identity-provider-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ENDPOINT: Check = Check {
    id: "connection-oauth-endpoint-changed",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An address, the resource or the tenant that OAuth uses changes: `loginUri`, `tenantId`, `resourceUri`, the \
           authorization, token and refresh addresses and the templates of these.",
    why: "Tokens are asked for, and the secret of the client is sent, somewhere else; stored tokens cannot be renewed there.",
    instead: "keep the addresses, or offer the new ones as a further entry of `connectionParameterSets`",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "customParameters": { "tokenUrl": { "value": "https://a.example/token" } } } } }"#,
        after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "customParameters": { "TokenUrl": { "value": "https://b.example/token" } } } } }"#,
        old: &["/token/oAuthSettings/customParameters/tokenUrl/value"],
        new: &["/token/oAuthSettings/customParameters/TokenUrl/value"],
        reversed: &["connection-oauth-endpoint-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REDIRECT: Check = Check {
    id: "connection-oauth-redirect-changed",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "`redirectMode` or `redirectUrl` changes. Where no mode is given it is `Global`.",
    why: "The registered app must know the new callback address before anybody can sign in, or sign in again.",
    instead: "register the new callback address with the provider before the update",
    examples: &[
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "redirectMode": "Global" } } }"#,
            after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "redirectMode": "GlobalPerConnector" } } }"#,
            old: &["/token/oAuthSettings/redirectMode"],
            new: &["/token/oAuthSettings/redirectMode"],
            reversed: &["connection-oauth-redirect-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "redirectUrl": "https://a.example/redirect" } } }"#,
            after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "redirectUrl": "https://b.example/redirect" } } }"#,
            old: &["/token/oAuthSettings/redirectUrl"],
            new: &["/token/oAuthSettings/redirectUrl"],
            reversed: &["connection-oauth-redirect-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static CLIENT: Check = Check {
    id: "connection-oauth-client-changed",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "`oAuthSettings.clientId` changes.",
    why: "What users consented to for the old app does not hold for the new one.",
    instead: "keep the registered app",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "clientId": "one" } } }"#,
        after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "clientId": "two" } } }"#,
        old: &["/token/oAuthSettings/clientId"],
        new: &["/token/oAuthSettings/clientId"],
        reversed: &["connection-oauth-client-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check_moved<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    connections::visit_moved(package, out, check);
}

fn check<'d>(pair: &ConnectionParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.oauth_settings(), pair.new.oauth_settings()) else { return };
    let member = |node: Node<'d>, name: &str| {
        node.get_ignore_case(name).filter(|node| !node.is_null() && node.as_str() != Some(""))
    };
    let text = |node: Option<Node<'d>>| node.and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
    let (one, two) = (member(old, "identityProvider"), member(new, "identityProvider"));
    if text(one) != text(two) {
        let message = format!("the identity provider is {} now, not {}", shown(two), shown(one));
        out.changed(&PROVIDER, one.unwrap_or(old), two.unwrap_or(new), message);
    }
    for (key, name) in addresses(old).into_iter().chain(addresses(new)).collect::<BTreeMap<_, _>>() {
        let (one, two) = (custom_parameter(old, name), custom_parameter(new, name));
        if !same(one, two) {
            let message = format!("{} is {} now, not {}", quoted(name), shown(two), shown(one));
            out.changed(&ENDPOINT, one.unwrap_or(old), two.unwrap_or(new), message)
                .at(format!("{}/{key}", locus(pair.set, pair.old.name)));
        }
    }
    let mode = |node: Node<'d>| {
        let mode = text(member(node, "redirectMode"));
        if mode.is_empty() { "global".to_owned() } else { mode }
    };
    if mode(old) != mode(new) {
        let (one, two) = (member(old, "redirectMode"), member(new, "redirectMode"));
        let message = format!("the redirect mode is {} now, not {}", quoted(&mode(new)), quoted(&mode(old)));
        out.changed(&REDIRECT, one.unwrap_or(old), two.unwrap_or(new), message).values(mode(old), mode(new));
    }
    let mut simple = |check, name, what| {
        let (one, two) = (member(old, name), member(new, name));
        if !same(one, two) {
            out.changed(check, one.unwrap_or(old), two.unwrap_or(new), format!("{what} is another one"));
        }
    };
    simple(&REDIRECT, "redirectUrl", "the callback address");
    simple(&CLIENT, "clientId", "the registered app");
}

/// The custom parameters that say where tokens come from: name in lower case and as written.
fn addresses(settings: Node<'_>) -> Vec<(String, &str)> {
    let members = settings.get_ignore_case("customParameters").map(Node::members).into_iter().flatten();
    let names = members.filter(|member| !member.shadowed).map(|member| (member.key.to_ascii_lowercase(), member.key));
    let is_address = |key: &str| {
        let is_url = key.contains("url") || key.contains("uri");
        key == "tenantid" || (is_url && !key.contains("redirect"))
    };
    names.filter(|(key, _)| is_address(key)).collect()
}

fn same(one: Option<Node<'_>>, two: Option<Node<'_>>) -> bool {
    match (one, two) {
        (Some(one), Some(two)) => one.json_eq(two),
        (one, two) => one.is_none() && two.is_none(),
    }
}

fn shown(node: Option<Node<'_>>) -> String {
    node.map_or_else(|| "none".to_owned(), |node| quoted(node.as_str().unwrap_or_else(|| node.source())))
}
