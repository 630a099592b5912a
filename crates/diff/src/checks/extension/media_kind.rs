use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;
use crate::view::ResponsePair;
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&CHANGED], visits: &[Visit::Response(response), Visit::Schema(schema)] };

static CHANGED: Check = Check {
    id: "response-media-kind-changed",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "The mark that tells apps whether a value is a picture or a sound was set, changed or removed.",
    why: "Apps show the value in another way: as a picture, as a player, or as plain text.",
    instead: "keep the mark",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "format": "byte", "x-ms-media-kind": "image" } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "format": "byte", "x-ms-media-kind": "audio" } } }"#,
            old: &["/properties/p/x-ms-media-kind"],
            new: &["/properties/p/x-ms-media-kind"],
            reversed: &["response-media-kind-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "200": { "description": "", "x-ms-media-kind": "image" } }"#,
            after: r#"{ "200": { "description": "" } }"#,
            old: &["/200/x-ms-media-kind"],
            new: &["/200"],
            reversed: &["response-media-kind-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

const KEY: &str = "x-ms-media-kind";

fn response<'d>(pair: &ResponsePair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node, pair.new.node);
    let at = format!("responses/{}/{KEY}", pair.old.status);
    if pair.is_success {
        report((old.get(KEY), old), (new.get(KEY), new), at, out);
    }
}

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.is_response() {
        let (old, new) = (&pair.old, &pair.new);
        report((old.get(KEY), old.node()), (new.get(KEY), new.node()), KEY.to_owned(), out);
    }
}

/// Reports a kind that differs; each side is the mark, and what should have had it.
fn report<'d>(
    (old, old_holder): (Option<Node<'d>>, Node<'d>),
    (new, new_holder): (Option<Node<'d>>, Node<'d>),
    at: String,
    out: &mut Out<'_, 'd>,
) {
    let kind = |node: Option<Node<'d>>| node.and_then(Node::as_str).map(str::to_ascii_lowercase);
    let (one, two) = (kind(old), kind(new));
    if one != two {
        let shown = |kind: Option<String>| kind.map_or_else(|| "none".to_owned(), |kind| quoted(&kind));
        let message = format!("the kind of media is {} now, not {}", shown(two), shown(one));
        out.changed(&CHANGED, old.unwrap_or(old_holder), new.unwrap_or(new_holder), message).at(at);
    }
}
