use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections::{self, custom_parameter};
use crate::security;
use crate::view::{ConnectionParameterPair, PackagePair};
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family {
    checks: &[&FLOW_CHANGED, &URL_CHANGED],
    visits: &[Visit::Package(check), Visit::ConnectionParameter(grant)],
};

static FLOW_CHANGED: Check = Check {
    id: "auth-oauth-flow-changed",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "OAuth signs in by another flow, or with another grant type.",
    why: "What stored connections were granted cannot be used or renewed in the other flow.",
    instead: "keep the flow, and offer the other one as a further entry of `connectionParameterSets`",
    examples: &[
        Example {
            before: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a.example/auth", "tokenUrl": "https://a.example/token", "scopes": {} } }, "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": {} } }, "paths": {} }"#,
            old: &["/securityDefinitions/o/flow"],
            new: &["/securityDefinitions/o/flow"],
            reversed: &["auth-oauth-flow-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "identityProvider": "oauth2", "customParameters": { "grantType": { "value": "code" } } } } }"#,
            after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "identityProvider": "oauth2", "customParameters": { "grantType": { "value": "client_credentials" } } } } }"#,
            old: &["/token/oAuthSettings/customParameters/grantType/value"],
            new: &["/token/oAuthSettings/customParameters/grantType/value"],
            reversed: &["auth-oauth-flow-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static URL_CHANGED: Check = Check {
    id: "auth-oauth-url-changed",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An address that users sign in at, or that tokens are fetched or renewed from, changes in the definition.",
    why: "Tokens that are stored cannot be renewed elsewhere, and the client's secret goes to another host.",
    instead: "keep the addresses, and let the old ones forward to where the service is now",
    examples: &[Example {
        before: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/token", "scopes": {} } }, "paths": {} }"#,
        after: r#"{ "securityDefinitions": { "o": { "type": "oauth2", "flow": "application", "tokenUrl": "https://b.example/token", "scopes": {} } }, "paths": {} }"#,
        old: &["/securityDefinitions/o/tokenUrl"],
        new: &["/securityDefinitions/o/tokenUrl"],
        reversed: &["auth-oauth-url-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for (old, new) in security::pairs(package) {
        if security::kind(&old) != "oauth2" || security::kind(&new) != "oauth2" {
            continue;
        }
        let text = |node: Node<'d>, key: &str| node.get(key).and_then(Node::as_str);
        let place = |node: Node<'d>, key: &str| node.get(key).unwrap_or(node);
        let (from, to) = (text(old.node, "flow"), text(new.node, "flow"));
        if from != to {
            let shown = |flow: Option<&str>| flow.map_or_else(|| "none".to_owned(), quoted);
            let message = format!("the OAuth flow is {} now, not {}", shown(to), shown(from));
            let (old_place, new_place) = (place(old.node, "flow"), place(new.node, "flow"));
            out.changed(&FLOW_CHANGED, old_place, new_place, message).at(format!("security/{}/flow", old.name));
        }
        for key in ["authorizationUrl", "tokenUrl", "refreshUrl"] {
            let (one, two) = (text(old.node, key), text(new.node, key));
            // Another flow needs other addresses.
            if one == two || (from != to && (one.is_none() || two.is_none())) {
                continue;
            }
            let message = match (one, two) {
                (Some(one), Some(two)) => format!("`{key}` is {} now, not {}", quoted(two), quoted(one)),
                (None, Some(two)) => format!("`{key}` is {} now and was not given before", quoted(two)),
                (_, None) => format!("`{key}` is not given any more"),
            };
            let (old_place, new_place) = (place(old.node, key), place(new.node, key));
            out.changed(&URL_CHANGED, old_place, new_place, message).at(format!("security/{}/{key}", old.name));
        }
    }
    connections::visit_moved(package, out, grant);
}

fn grant<'d>(pair: &ConnectionParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.oauth_settings(), pair.new.oauth_settings()) else { return };
    let (from, to) = (custom_parameter(old, "grantType"), custom_parameter(new, "grantType"));
    // The code grant is what is used when nothing is said.
    let grant = |node: Option<Node<'d>>| {
        let text = node.and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
        if matches!(text.as_str(), "" | "authorization_code") { "code".to_owned() } else { text }
    };
    let (one, two) = (grant(from), grant(to));
    if one != two {
        let message = format!("the grant type is {} now, not {}", quoted(&two), quoted(&one));
        out.changed(&FLOW_CHANGED, from.unwrap_or(old), to.unwrap_or(new), message)
            .at(format!("connection/{}/{}/grantType", pair.set.unwrap_or_default(), pair.old.name))
            .values(one, two);
    }
}
