use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::media_types::{MediaTypes, takes_content};
use crate::quoted;
use crate::view::OperationPair;

pub(crate) static FAMILY: Family =
    Family { checks: &[&NARROWED, &WIDENED, &DEFAULT_CHANGED], visits: &[Visit::Operation(check)] };

static NARROWED: Check = Check {
    id: "operation-media-consumes-narrowed",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A media type is no longer accepted.",
    why: "Content that saved steps send in it is turned away unread.",
    instead: "keep accepting the media type",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "consumes": ["application/json", "application/xml"], "parameters": [{ "name": "body", "in": "body", "schema": { "type": "object" } }] }"#,
            after: r#"{ "consumes": ["application/json"], "parameters": [{ "name": "body", "in": "body", "schema": { "type": "object" } }] }"#,
            old: &["/consumes/1"],
            reversed: &["operation-media-consumes-widened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Definition,
            before: r#"{ "consumes": ["application/json", "text/csv"], "paths": { "/a": { "post": { "operationId": "A", "responses": {} } } } }"#,
            after: r#"{ "consumes": ["application/json", "text/csv"], "paths": { "/a": { "post": { "operationId": "A", "consumes": ["application/json"], "responses": {} } } } }"#,
            old: &["/consumes/1"],
            reversed: &["operation-media-consumes-widened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static WIDENED: Check = Check {
    id: "operation-media-consumes-widened",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "One more media type is accepted, and all old ones still are.",
    why: "Nothing is refused that was accepted before.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "consumes": ["application/json"] }"#,
        after: r#"{ "consumes": ["application/json", "application/xml"] }"#,
        new: &["/consumes/1"],
        reversed: &["operation-media-consumes-narrowed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static DEFAULT_CHANGED: Check = Check {
    id: "operation-media-consumes-default-changed",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "The same media types are accepted, but another one stands first.",
    why: "The first one is what a body is sent as when nothing else is said.",
    instead: "keep the old first entry first",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "consumes": ["application/json", "application/xml"] }"#,
        after: r#"{ "consumes": ["application/xml", "application/json"] }"#,
        old: &["/consumes/0"],
        new: &["/consumes/0"],
        reversed: &["operation-media-consumes-default-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    if !takes_content(&pair.old) && !takes_content(&pair.new) {
        return;
    }
    let (old, new) = (MediaTypes::consumed(&pair.old), MediaTypes::consumed(&pair.new));
    // Between a body and a form, and between fields and files, the media type follows.
    if old.is_implied_by_form() || new.is_implied_by_form() {
        return;
    }
    let gone = old.not_covered_by(&new);
    for (name, place) in &gone {
        out.removed(&NARROWED, *place, format!("the media type {} is no longer accepted", quoted(name)))
            .at(format!("consumes/{name}"))
            .values(*name, "");
    }
    if !gone.is_empty() {
        return;
    }
    let come = new.not_covered_by(&old);
    for (name, place) in &come {
        out.added(&WIDENED, *place, format!("the media type {} is accepted now", quoted(name)))
            .at(format!("consumes/{name}"))
            .values("", *name);
    }
    let (Some((one, old)), Some((two, new))) = (old.first(), new.first()) else { return };
    if come.is_empty() && one != two {
        let message = format!("the first media type is {} now, not {}", quoted(two), quoted(one));
        out.changed(&DEFAULT_CHANGED, old, new, message).at("consumes").values(one, two);
    }
}
