use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;
use crate::view::{OperationPair, PackagePair};
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::BTreeSet;

pub(crate) static FAMILY: Family = Family {
    checks: &[&LIST, &KEYS],
    visits: &[Visit::Package(package), Visit::Operation(operation), Visit::EverySchema(schema)],
};

static LIST: Check = Check {
    id: "schema-required-reordered",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "A list whose order means nothing is written in another order.",
    why: "These lists are sets.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "a": { "type": "string" }, "b": { "type": "string" } }, "required": ["a", "b"] }"#,
            after: r#"{ "properties": { "a": { "type": "string" }, "b": { "type": "string" } }, "required": ["b", "a"] }"#,
            old: &["/required"],
            new: &["/required"],
            reversed: &["schema-required-reordered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "string", "enum": ["a", "b"] }"#,
            after: r#"{ "type": "string", "enum": ["b", "a"] }"#,
            old: &["/enum"],
            new: &["/enum"],
            reversed: &["schema-required-reordered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "produces": ["application/json", "application/xml"] }"#,
            after: r#"{ "produces": ["application/xml", "application/json"] }"#,
            old: &["/produces"],
            new: &["/produces"],
            reversed: &["schema-required-reordered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Definition,
            before: r#"{ "schemes": ["https", "http"], "paths": {} }"#,
            after: r#"{ "schemes": ["http", "https"], "paths": {} }"#,
            old: &["/schemes"],
            new: &["/schemes"],
            reversed: &["schema-required-reordered"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static KEYS: Check = Check {
    id: "schema-properties-reordered",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "Properties or definitions are written in another order.",
    why: "Objects have no order.",
    instead: "nothing needs to be done",
    is_silent: true,
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
            after: r#"{ "properties": { "b": { "type": "string" }, "a": { "type": "string" } } }"#,
            old: &["/properties"],
            new: &["/properties"],
            reversed: &["schema-properties-reordered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Definition,
            before: r#"{ "paths": {}, "definitions": { "A": { "type": "string" }, "B": { "type": "string" } } }"#,
            after: r#"{ "paths": {}, "definitions": { "B": { "type": "string" }, "A": { "type": "string" } } }"#,
            old: &["/definitions"],
            new: &["/definitions"],
            reversed: &["schema-properties-reordered"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn package<'d>(pair: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.swagger, pair.new.swagger) else { return };
    for key in ["schemes", "consumes", "produces", "tags"] {
        list(key, (old.node(), new.node()), key, out);
    }
    keys("definitions", (old.node(), new.node()), out);
}

fn operation<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    // Tags of operations have a check of their own.
    for key in ["schemes", "consumes", "produces"] {
        list(key, (pair.old.node(), pair.new.node()), key, out);
    }
}

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.old.parts().len() != pair.new.parts().len() {
        return;
    }
    for (number, (old, new)) in pair.old.parts().iter().zip(pair.new.parts()).enumerate() {
        let at = if number == 0 { String::new() } else { format!("allOf/{number}/") };
        for key in ["required", "enum"] {
            list(key, (*old, *new), &format!("{at}{key}"), out);
        }
        keys("properties", (*old, *new), out);
    }
}

/// Reports a list that has the same values in another order. That the first media type is another one is more than that.
fn list<'d>(key: &str, (old, new): (Node<'d>, Node<'d>), at: &str, out: &mut Out<'_, 'd>) {
    let values = |node: Node<'d>| node.get(key).map(|list| list.items().map(Node::source).collect::<Vec<_>>());
    let (Some(one), Some(two)) = (values(old), values(new)) else { return };
    let leads = key == "consumes" && one.first() != two.first();
    if !leads && is_reordered(&one, &two) {
        let (old, new) = (old.get(key).unwrap_or(old), new.get(key).unwrap_or(new));
        out.changed(&LIST, old, new, format!("{} is written in another order", quoted(key))).at(at);
    }
}

/// Reports an object that has the same keys in another order.
fn keys<'d>(key: &str, (old, new): (Node<'d>, Node<'d>), out: &mut Out<'_, 'd>) {
    if !out.options().list_silent {
        return;
    }
    let (Some(old), Some(new)) = (old.get(key), new.get(key)) else { return };
    let names = |node: Node<'d>| node.members().map(|member| member.key).collect::<Vec<_>>();
    if is_reordered(&names(old), &names(new)) {
        out.changed(&KEYS, old, new, format!("{} are written in another order", quoted(key))).at(key);
    }
}

fn is_reordered(one: &[&str], two: &[&str]) -> bool {
    let set = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<BTreeSet<_>>();
    one != two && one.len() == two.len() && set(one) == set(two)
}
