use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::media_types::MediaTypes;
use crate::schema_pair::SchemaPair;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED, &UNUSED], visits: &[Visit::Schema(check)] };

static CHANGED: Check = Check {
    id: "schema-xml-changed",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "How a value is written in XML was changed, and XML is spoken.",
    why: "Elements and attributes have other names or places in the content that travels.",
    instead: "keep the names in XML",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "consumes": ["application/xml"], "parameters": [{ "name": "body", "in": "body", "schema": { "properties": { "p": { "type": "string", "xml": { "name": "one" } } } } }] }"#,
        after: r#"{ "consumes": ["application/xml"], "parameters": [{ "name": "body", "in": "body", "schema": { "properties": { "p": { "type": "string", "xml": { "name": "two" } } } } }] }"#,
        old: &["/parameters/0/schema/properties/p/xml"],
        new: &["/parameters/0/schema/properties/p/xml"],
        reversed: &["schema-xml-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static UNUSED: Check = Check {
    id: "schema-xml-changed-unused",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "How a value would be written in XML was changed, and no XML is spoken.",
    why: "What travels is JSON.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "parameters": [{ "name": "body", "in": "body", "schema": { "properties": { "p": { "type": "string", "xml": { "name": "one" } } } } }] }"#,
        after: r#"{ "parameters": [{ "name": "body", "in": "body", "schema": { "properties": { "p": { "type": "string", "xml": { "name": "two" } } } } }] }"#,
        old: &["/parameters/0/schema/properties/p/xml"],
        new: &["/parameters/0/schema/properties/p/xml"],
        reversed: &["schema-xml-changed-unused"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.get("xml"), pair.new.get("xml"));
    let is_same = match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => old.json_eq(new),
        _ => false,
    };
    if is_same {
        return;
    }
    // Which operations a schema belongs to is not known here; XML in any of them counts.
    let is_request = pair.is_request();
    let speaks_xml = out.package().operations.iter().any(|operation| {
        let types = |operation| {
            if is_request { MediaTypes::consumed(operation) } else { MediaTypes::produced(operation) }
        };
        types(&operation.old).has_xml() || types(&operation.new).has_xml()
    });
    let check = if speaks_xml { &CHANGED } else { &UNUSED };
    let (old, new) = (old.unwrap_or(pair.old.node()), new.unwrap_or(pair.new.node()));
    out.changed(check, old, new, "`xml` was edited").at("xml");
}
