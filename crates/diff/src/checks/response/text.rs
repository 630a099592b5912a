use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;
use crate::view::ResponsePair;
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&TEXT, &SUMMARY], visits: &[Visit::Response(response), Visit::Schema(schema)] };

static TEXT: Check = Check {
    id: "response-text-changed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A description or an example of what is returned was edited.",
    why: "It is there to be read by people.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "200": { "description": "The item" } }"#,
            after: r#"{ "200": { "description": "The found item" } }"#,
            old: &["/200/description"],
            new: &["/200/description"],
            reversed: &["response-text-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "description": "Its name" } } }"#,
            after: r#"{ "properties": { "p": { "type": "string" } } }"#,
            old: &["/properties/p/description"],
            new: &["/properties/p"],
            reversed: &["response-text-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static SUMMARY: Check = Check {
    id: "response-summary-changed",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "The label of an output was edited.",
    why: "The token in the designer is called something else; what refers to it does not change.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "string", "x-ms-summary": "Name" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "x-ms-summary": "Full name" } } }"#,
        old: &["/properties/p/x-ms-summary"],
        new: &["/properties/p/x-ms-summary"],
        reversed: &["response-summary-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn response<'d>(pair: &ResponsePair<'d>, out: &mut Out<'_, 'd>) {
    let at = format!("responses/{}", pair.old.status);
    let (old, new) = (pair.old.node, pair.new.node);
    for (check, key) in [(&TEXT, "description"), (&TEXT, "examples"), (&SUMMARY, "x-ms-summary")] {
        report(check, key, (old.get(key), old), (new.get(key), new), &format!("{at}/{key}"), out);
    }
    for ((name, old), (_, new)) in pair.headers.kept() {
        let at = format!("{at}/headers/{}/description", name.to_ascii_lowercase());
        let text = |header: Node<'d>| (header.get("description"), header);
        report(&TEXT, "description", text(*old), text(*new), &at, out);
    }
}

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.is_request() {
        return;
    }
    for (check, key) in [(&TEXT, "description"), (&TEXT, "example"), (&SUMMARY, "x-ms-summary")] {
        let (old, new) = ((pair.old.get(key), pair.old.node()), (pair.new.get(key), pair.new.node()));
        report(check, key, old, new, key, out);
    }
}

/// Reports a text that differs; each side is the text, and what should have had it.
fn report<'d>(
    check: &'static Check,
    key: &str,
    (old, old_holder): (Option<Node<'d>>, Node<'d>),
    (new, new_holder): (Option<Node<'d>>, Node<'d>),
    at: &str,
    out: &mut Out<'_, 'd>,
) {
    let is_same = match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => old.json_eq(new),
        _ => false,
    };
    if !is_same {
        let what = if key == "x-ms-summary" { "the label" } else { key };
        let how = match (old, new) {
            (None, _) => "is new",
            (_, None) => "is gone",
            _ => "was edited",
        };
        out.changed(check, old.unwrap_or(old_holder), new.unwrap_or(new_holder), format!("{what} {how}")).at(at);
    }
}
