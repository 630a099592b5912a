use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{OperationPair, PackagePair};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family {
    checks: &[&TO_PREVIEW, &TO_PRODUCTION],
    visits: &[Visit::Package(check_connector), Visit::Operation(check_operation)],
};

static TO_PREVIEW: Check = Check {
    id: "status-production-to-preview",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "`x-ms-api-annotation` says `Preview`, or nothing, where it said `Production`. Operations that say nothing \
           have the status of their connector.",
    why: "Users relied on a promise that is taken back.",
    instead: "leave the status at `Production`",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-api-annotation": { "status": "Production" } }"#,
            after: r#"{ "x-ms-api-annotation": { "status": "Preview" } }"#,
            old: &["/x-ms-api-annotation/status"],
            new: &["/x-ms-api-annotation/status"],
            reversed: &["status-preview-to-production"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "x-ms-api-annotation": { "status": "production" }, "paths": {} }"#,
            after: r#"{ "paths": {} }"#,
            old: &["/x-ms-api-annotation/status"],
            new: &[""],
            reversed: &["status-preview-to-production"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static TO_PRODUCTION: Check = Check {
    id: "status-preview-to-production",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "`x-ms-api-annotation` says `Production` where it said `Preview` or nothing.",
    why: "Users may rely on more than before.",
    instead: "nothing needs to be done",
    examples: &[Example {
        before: r#"{ "info": { "title": "Items", "version": "1.0", "x-ms-api-annotation": { "status": "Preview" } }, "paths": {} }"#,
        after: r#"{ "info": { "title": "Items", "version": "1.0", "x-ms-api-annotation": { "status": "Production" } }, "paths": {} }"#,
        old: &["/info/x-ms-api-annotation/status"],
        new: &["/info/x-ms-api-annotation/status"],
        reversed: &["status-production-to-preview"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check_connector<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return };
    let (old, new) = (old.node(), new.node());
    compare((old, connector(old)), (new, connector(new)), out);
}

fn check_operation<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node(), pair.new.node());
    let (one, two) = (own(old), own(new));
    if one.is_some() || two.is_some() {
        let inherited = |node: Node<'d>| connector(node.document().root());
        compare((old, one.or_else(|| inherited(old))), (new, two.or_else(|| inherited(new))), out);
    }
}

/// The status that an object declares.
fn own(node: Node<'_>) -> Option<Node<'_>> {
    node.get("x-ms-api-annotation")?.get("status").filter(|status| status.as_str().is_some_and(|text| !text.is_empty()))
}

/// The status of the connector, which stands at the top or in `info`.
fn connector(root: Node<'_>) -> Option<Node<'_>> {
    own(root).or_else(|| own(root.get("info")?))
}

fn compare<'d>(
    (old, one): (Node<'d>, Option<Node<'d>>),
    (new, two): (Node<'d>, Option<Node<'d>>),
    out: &mut Out<'_, 'd>,
) {
    let is_production = |status: Option<Node<'d>>| {
        status.and_then(Node::as_str).is_some_and(|status| status.eq_ignore_ascii_case("production"))
    };
    let (check, message) = match (is_production(one), is_production(two)) {
        (true, false) => (&TO_PREVIEW, "the status is `Preview` now, not `Production`"),
        (false, true) => (&TO_PRODUCTION, "the status is `Production` now, not `Preview`"),
        _ => return,
    };
    out.changed(check, one.unwrap_or(old), two.unwrap_or(new), message).at("status");
}
