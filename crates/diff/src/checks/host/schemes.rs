use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{OperationPair, PackagePair};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family {
    checks: &[&HTTPS_REMOVED, &HTTP_REMOVED, &HTTP_ADDED],
    visits: &[Visit::Package(check_document), Visit::Operation(check_operation)],
};

static HTTPS_REMOVED: Check = Check {
    id: "scheme-https-removed",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "`https` is no longer among the schemes of the definition, or of an operation. Where no schemes are declared, \
           `https` is.",
    why: "Credentials and data would travel where anybody on the way can read them; the gateway refuses such calls.",
    instead: "declare `https` again",
    examples: &[
        Example {
            before: r#"{ "schemes": ["https"], "paths": {} }"#,
            after: r#"{ "schemes": ["wss"], "paths": {} }"#,
            old: &["/schemes"],
            new: &["/schemes"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r"{}",
            after: r#"{ "schemes": ["http"] }"#,
            old: &[""],
            new: &["/schemes"],
            also: &[],
            reversed: &["scheme-http-removed"],
        },
    ],
    ..Check::BASE
};

static HTTP_REMOVED: Check = Check {
    id: "scheme-http-removed",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "`http` is no longer among the schemes, `https` is.",
    why: "Calls went by `https` already.",
    instead: "nothing needs to be done",
    examples: &[Example {
        before: r#"{ "schemes": ["https", "http"], "paths": {} }"#,
        after: r#"{ "schemes": ["https"], "paths": {} }"#,
        old: &["/schemes"],
        new: &["/schemes"],
        reversed: &["scheme-http-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static HTTP_ADDED: Check = Check {
    id: "scheme-http-added",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "`http` joins the schemes.",
    why: "A client may now choose the way without encryption.",
    instead: "leave `https` as the only scheme",
    examples: &[Example {
        before: r#"{ "paths": {} }"#,
        after: r#"{ "schemes": ["http", "https"], "paths": {} }"#,
        old: &[""],
        new: &["/schemes"],
        reversed: &["scheme-http-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check_document<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return };
    let (old, new) = (old.node(), new.node());
    compare((old, schemes(old.get("schemes"))), (new, schemes(new.get("schemes"))), out);
}

fn check_operation<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node(), pair.new.node());
    if old.get("schemes").is_none() && new.get("schemes").is_none() {
        return;
    }
    let in_force = |node: Node<'d>| schemes(node.get("schemes").or_else(|| node.document().root().get("schemes")));
    compare((old, in_force(old)), (new, in_force(new)), out);
}

/// Whether calls may go by `https`, and whether by `http`.
#[derive(Clone, Copy)]
struct Schemes {
    https: bool,
    http: bool,
}

fn schemes(node: Option<Node<'_>>) -> Schemes {
    let Some(node) = node.filter(|node| !node.is_empty()) else { return Schemes { https: true, http: false } };
    let has = |name: &str| node.items().filter_map(Node::as_str).any(|scheme| scheme.eq_ignore_ascii_case(name));
    Schemes { https: has("https"), http: has("http") }
}

fn compare<'d>((old, one): (Node<'d>, Schemes), (new, two): (Node<'d>, Schemes), out: &mut Out<'_, 'd>) {
    let place = |node: Node<'d>| node.get("schemes").unwrap_or(node);
    let (old, new) = (place(old), place(new));
    if one.https && !two.https {
        out.changed(&HTTPS_REMOVED, old, new, "`https` is no longer among the schemes").at("schemes/https");
    }
    if one.http && !two.http && two.https {
        out.changed(&HTTP_REMOVED, old, new, "`http` is no longer among the schemes").at("schemes/http");
    }
    // Where `https` went for it, that says it all.
    if !one.http && two.http && two.https {
        out.changed(&HTTP_ADDED, old, new, "`http` is among the schemes now").at("schemes/http");
    }
}
