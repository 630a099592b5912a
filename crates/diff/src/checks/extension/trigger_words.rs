use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::OperationPair;
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&HINT, &METADATA], visits: &[Visit::Operation(check)] };

static HINT: Check = Check {
    id: "trigger-hint-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The hint that says how to make a trigger fire (`x-ms-trigger-hint`) is different.",
    why: "People read it while they test a flow; nothing else does.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "x-ms-trigger": "batch", "x-ms-trigger-hint": "Add an item." }"#,
        after: r#"{ "x-ms-trigger": "batch", "x-ms-trigger-hint": "Add an item to the list." }"#,
        old: &["/x-ms-trigger-hint"],
        new: &["/x-ms-trigger-hint"],
        reversed: &["trigger-hint-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static METADATA: Check = Check {
    id: "trigger-metadata-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "`x-ms-trigger-metadata` says another `kind` or `mode`.",
    why: "The designer keeps the state of a trigger by these words, and may handle that of saved flows differently.",
    instead: "keep kind and mode, or offer a new trigger",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "x-ms-trigger": "batch", "x-ms-trigger-metadata": { "kind": "query", "mode": "polling" } }"#,
        after: r#"{ "x-ms-trigger": "batch", "x-ms-trigger-metadata": { "kind": "query", "mode": "webhook" } }"#,
        old: &["/x-ms-trigger-metadata/mode"],
        new: &["/x-ms-trigger-metadata/mode"],
        reversed: &["trigger-metadata-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node(), pair.new.node());
    let is_same = |old: Option<Node<'d>>, new: Option<Node<'d>>| match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => old.json_eq(new),
        _ => false,
    };
    let key = "x-ms-trigger-hint";
    if !is_same(old.get(key), new.get(key)) {
        let place = |operation: Node<'d>| operation.get(key).unwrap_or(operation);
        out.changed(&HINT, place(old), place(new), "the hint how to make the trigger fire is different").at(key);
    }
    let holder = |operation: Node<'d>| operation.get("x-ms-trigger-metadata");
    for key in ["kind", "mode"] {
        let said = |operation: Node<'d>| holder(operation).and_then(|holder| holder.get(key));
        if !is_same(said(old), said(new)) {
            let place = |operation: Node<'d>| said(operation).or_else(|| holder(operation)).unwrap_or(operation);
            let message = format!("the `{key}` of the trigger's metadata is different");
            out.changed(&METADATA, place(old), place(new), message).at(format!("x-ms-trigger-metadata/{key}"));
        }
    }
}
