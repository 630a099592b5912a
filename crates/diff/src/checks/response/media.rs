use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::media_types::{Content, MediaTypes};
use crate::quoted;
use crate::view::OperationPair;

pub(crate) static FAMILY: Family =
    Family { checks: &[&NARROWED, &WIDENED, &SWITCH], visits: &[Visit::Operation(check)] };

static NARROWED: Check = Check {
    id: "operation-media-produces-narrowed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A media type is no longer given back.",
    why: "A step that was made for this format is handed something else, or nothing.",
    instead: "keep giving back the media type",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "produces": ["application/json", "application/xml"] }"#,
        after: r#"{ "produces": ["application/json"] }"#,
        old: &["/produces/1"],
        reversed: &["operation-media-produces-widened"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static WIDENED: Check = Check {
    id: "operation-media-produces-widened",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "One more media type can be given back.",
    why: "A step that does not ask for a certain one may get what it cannot read.",
    instead: "give back the new media type only where it is asked for",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "produces": ["application/json"] }"#,
        after: r#"{ "produces": ["application/json", "application/xml"] }"#,
        new: &["/produces/1"],
        reversed: &["operation-media-produces-narrowed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static SWITCH: Check = Check {
    id: "operation-media-produces-binary-switch",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "JSON was given back and now it is text or a file, or the reverse.",
    why: "References into the body find nothing: a text or a file has no properties.",
    instead: "give back the other kind of content from an operation of its own",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "produces": ["application/json"] }"#,
        after: r#"{ "produces": ["application/octet-stream"] }"#,
        old: &["/produces"],
        new: &["/produces"],
        reversed: &["operation-media-produces-binary-switch"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (MediaTypes::produced(&pair.old), MediaTypes::produced(&pair.new));
    if let (Some(Content::Json), Some(Content::Raw)) | (Some(Content::Raw), Some(Content::Json)) =
        (old.content(), new.content())
    {
        let (one, two) = (old.names(), new.names());
        let message = format!("{} is given back now, not {}", quoted(&two), quoted(&one));
        out.changed(&SWITCH, old.place(), new.place(), message).at("produces").values(one, two);
        return;
    }
    for (name, place) in old.not_covered_by(&new) {
        out.removed(&NARROWED, place, format!("the media type {} is no longer given back", quoted(name)))
            .at(format!("produces/{name}"))
            .values(name, "");
    }
    for (name, place) in new.not_covered_by(&old) {
        out.added(&WIDENED, place, format!("the media type {} may be given back now", quoted(name)))
            .at(format!("produces/{name}"))
            .values("", name);
    }
}
