use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::{Fit, format_fit};
use crate::text_values::{Kinds, Sides};
use crate::view::ParameterPair;
use crate::{Out, quoted};

/// Formats that choose an editor.
const EDITORS: [&str; 5] = ["html", "email", "uri", "date-no-tz", "password"];
/// Of these the ones that any text has.
const PLAIN: [&str; 2] = ["html", "password"];

pub(crate) static FAMILY: Family =
    Family { checks: &[&NARROWED, &WIDENED, &PICKER], visits: &[Visit::Parameter(check)] };

static NARROWED: Check = Check {
    id: "parameter-format-narrowed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter has a format that fewer values, or other ones, fit: a smaller number, another form of text, or \
           a format where there was none.",
    why: "Values that saved steps hold may be out of range or of another form.",
    instead: "keep the format, and take the narrower one in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "format": "int64" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "format": "int32" }"#,
            old: &["/format"],
            new: &["/format"],
            reversed: &["parameter-format-widened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "string" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "string", "format": "date-time" }"#,
            old: &[""],
            new: &["/format"],
            reversed: &["parameter-format-widened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "string", "format": "date" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "string", "format": "date-time" }"#,
            old: &["/format"],
            new: &["/format"],
            reversed: &["parameter-format-narrowed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static WIDENED: Check = Check {
    id: "parameter-format-widened",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter has a format that more values fit, or none at all.",
    why: "Every value that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "format": "int32" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "format": "int64" }"#,
        old: &["/format"],
        new: &["/format"],
        reversed: &["parameter-format-narrowed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static PICKER: Check = Check {
    id: "parameter-format-picker-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A parameter has another format of those that choose an editor and leave the text on the wire alone, or the \
           time zone of its times is no longer said.",
    why: "Makers see another editor; and a time without its zone is another moment.",
    instead: "keep the editor that makers know",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "string", "format": "html" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "string", "format": "email" }"#,
            old: &["/format"],
            new: &["/format"],
            reversed: &["parameter-format-picker-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "string", "format": "date-time" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "string", "format": "date-no-tz" }"#,
            old: &["/format"],
            new: &["/format"],
            reversed: &["parameter-format-picker-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let sides = Sides::of(pair);
    let old = match sides.kinds {
        Kinds::Same => sides.old.text("format"),
        // What a number's format says does not count for text.
        Kinds::ToText => None,
        Kinds::Numbers | Kinds::Different => return,
    };
    let new = sides.new.text("format");
    let Some(check) = judged(old, new) else { return };
    let name = quoted(pair.new.name);
    let message = match (old, new) {
        (Some(old), Some(new)) => {
            format!("the format of the parameter {name} is {} now, not {}", quoted(new), quoted(old))
        }
        (None, Some(new)) => format!("the parameter {name} has the format {} now", quoted(new)),
        (_, None) => format!("the parameter {name} has no format any more"),
    };
    let (old, new) = sides.places("format");
    out.changed(check, old, new, message);
}

/// What the step from one format to another means.
fn judged(old: Option<&str>, new: Option<&str>) -> Option<&'static Check> {
    let is_editor = |format: Option<&str>| format.is_some_and(|format| EDITORS.contains(&format));
    let is_zone =
        matches!((old, new), (Some("date-time"), Some("date-no-tz")) | (Some("date-no-tz"), Some("date-time")));
    if old == new {
        None
    } else if is_zone || (is_editor(old) && is_editor(new)) || new.is_some_and(|format| PLAIN.contains(&format)) {
        Some(&PICKER)
    } else if new.is_none() {
        Some(&WIDENED)
    } else {
        Some(match format_fit(old, new) {
            Fit::Same | Fit::Wider => &WIDENED,
            Fit::Narrower | Fit::Other => &NARROWED,
        })
    }
}
