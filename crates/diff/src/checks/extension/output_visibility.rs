use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;

pub(crate) static FAMILY: Family = Family { checks: &[&INTERNAL], visits: &[Visit::Schema(check)] };

static INTERNAL: Check = Check {
    id: "response-property-visibility-internal",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "An output is hidden from makers now.",
    why: "Steps that refer to it go on working; new steps cannot pick it.",
    instead: "leave the output visible, or say which one to use instead",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "string" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "x-ms-visibility": "internal" } } }"#,
        old: &["/properties/p"],
        new: &["/properties/p/x-ms-visibility"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let is_internal = |text: Option<&str>| text.is_some_and(|text| text.eq_ignore_ascii_case("internal"));
    let key = "x-ms-visibility";
    let Some(new) = pair.new.get(key).filter(|node| is_internal(node.as_str())) else { return };
    if pair.is_response() && !is_internal(pair.old.text(key)) {
        let old = pair.old.get(key).unwrap_or(pair.old.node());
        out.changed(&INTERNAL, old, new, "the output is hidden from makers now");
    }
}
