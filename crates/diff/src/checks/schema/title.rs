use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Schema(check)] };

static CHANGED: Check = Check {
    id: "schema-title-changed",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The title of a schema was edited.",
    why: "It is a label.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "title": "Item" }"#,
        after: r#"{ "type": "object", "title": "The item" }"#,
        old: &["/title"],
        new: &["/title"],
        reversed: &["schema-title-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.old.text("title") != pair.new.text("title") {
        let (old, new) = (pair.old.get("title"), pair.new.get("title"));
        out.changed(&CHANGED, old.unwrap_or(pair.old.node()), new.unwrap_or(pair.new.node()), "the title was edited");
    }
}
