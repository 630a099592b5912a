use crate::check::{Check, Direction, Example, Family, Object, Verdict, Visit};
use crate::security;
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&NAME_CHANGED, &LOCATION_CHANGED], visits: &[Visit::Package(check)] };

static NAME_CHANGED: Check = Check {
    id: "auth-apikey-name-changed",
    object: Object::Security,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The API key travels under the name of another header or query parameter.",
    why: "Callers outside the gateway go on sending it under the old name, and what was set up for that name must be \
          set up again.",
    instead: "accept the key under the old name too, and keep that name in the definition",
    examples: &[Example {
        before: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" } }, "paths": {} }"#,
        after: r#"{ "securityDefinitions": { "api_key": { "type": "apiKey", "name": "X-Api-Key", "in": "header" } }, "paths": {} }"#,
        old: &["/securityDefinitions/key/name"],
        new: &["/securityDefinitions/api_key/name"],
        reversed: &["auth-apikey-name-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static LOCATION_CHANGED: Check = Check {
    id: "auth-apikey-location-changed",
    object: Object::Security,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The API key moves from the headers to the query, or from the query to the headers.",
    why: "Callers outside the gateway send it to the wrong place, and a key in the query ends up in the logs of everybody \
          on the way.",
    instead: "accept the key where it was, preferably in a header",
    examples: &[Example {
        before: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "key", "in": "header" } }, "paths": {} }"#,
        after: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "key", "in": "query" } }, "paths": {} }"#,
        old: &["/securityDefinitions/key/in"],
        new: &["/securityDefinitions/key/in"],
        reversed: &["auth-apikey-location-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for (old, new) in security::pairs(package) {
        if security::kind(&old) != "apiKey" || security::kind(&new) != "apiKey" {
            continue;
        }
        let text = |node: Node<'d>, key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default();
        let place = |node: Node<'d>, key: &str| node.get(key).unwrap_or(node);
        let (one, two) = (text(old.node, "name"), text(new.node, "name"));
        let (from, to) = (text(old.node, "in"), text(new.node, "in"));
        let same_name = if to == "header" { one.eq_ignore_ascii_case(two) } else { one == two };
        if !same_name {
            let message = format!("the API key travels as {} now, not as {}", quoted(two), quoted(one));
            let (old_place, new_place) = (place(old.node, "name"), place(new.node, "name"));
            out.changed(&NAME_CHANGED, old_place, new_place, message).at(format!("security/{}/name", old.name));
        }
        if from != to {
            let message = format!("the API key travels in the {} now, not in the {}", quoted(to), quoted(from));
            let (old_place, new_place) = (place(old.node, "in"), place(new.node, "in"));
            out.changed(&LOCATION_CHANGED, old_place, new_place, message).at(format!("security/{}/in", old.name));
        }
    }
}
