use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{Operation, OperationPair};
use crate::{Out, quoted};
use backshell_package::{Parameter, ParameterLocation, Visibility};
use backshell_source::Node;
use std::collections::HashMap;

pub(crate) static FAMILY: Family = Family { checks: &[&REQUIRED, &OPTIONAL], visits: &[Visit::Operation(check)] };

static REQUIRED: Check = Check {
    id: "parameter-required-order-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "Parameters that must be given come in another order.",
    why: "Formulas of canvas apps pass them by position, and would pass them for one another.",
    instead: "keep the order, and put new parameters behind",
    examples: &[Example {
        snippet: Snippet::Parameters,
        before: r#"[{"name": "a", "in": "query", "type": "string", "required": true}, {"name": "b", "in": "query", "type": "string", "required": true}]"#,
        after: r#"[{"name": "b", "in": "query", "type": "string", "required": true}, {"name": "a", "in": "query", "type": "string", "required": true}]"#,
        old: &[""],
        new: &[""],
        reversed: &["parameter-required-order-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static OPTIONAL: Check = Check {
    id: "parameter-optional-order-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "Parameters come in another order, those that must be given among themselves do not.",
    why: "What may be left out is passed by name.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            snippet: Snippet::Parameters,
            before: r#"[{"name": "o", "in": "query", "type": "string"}, {"name": "q", "in": "query", "type": "string"}]"#,
            after: r#"[{"name": "q", "in": "query", "type": "string"}, {"name": "o", "in": "query", "type": "string"}]"#,
            old: &[""],
            new: &[""],
            reversed: &["parameter-optional-order-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameters,
            before: r#"[{"name": "o", "in": "query", "type": "string"}, {"name": "a", "in": "query", "type": "string", "required": true}]"#,
            after: r#"[{"name": "a", "in": "query", "type": "string", "required": true}, {"name": "o", "in": "query", "type": "string"}]"#,
            old: &[""],
            new: &[""],
            reversed: &["parameter-optional-order-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let mut kept: Vec<(Parameter<'d>, Parameter<'d>)> = pair.parameters.kept().copied().collect();
    kept.extend(pair.body.0.zip(pair.body.1));
    // What is hidden from makers has no position.
    kept.retain(|(old, new)| [old, new].iter().all(|parameter| parameter.visibility() != Visibility::Internal));
    let (before, after) = (positions(&pair.old), positions(&pair.new));
    kept.sort_by_key(|(old, _)| before.get(&key(old)));
    let is_moved = |kept: &[(Parameter<'d>, Parameter<'d>)]| !kept.is_sorted_by_key(|(_, new)| after.get(&key(new)));
    if !is_moved(&kept) {
        return;
    }
    let mut required = kept.clone();
    required.retain(|(old, new)| old.required && new.required);
    let (check, what, mut order) = if is_moved(&required) {
        (&REQUIRED, "the parameters that must be given", required)
    } else {
        (&OPTIONAL, "the parameters that may be left out", kept)
    };
    let old_names = order.iter().map(|(old, _)| old.name).collect::<Vec<_>>();
    order.sort_by_key(|(_, new)| after.get(&key(new)));
    let new_names = order.iter().map(|(_, new)| new.name).collect::<Vec<_>>();
    let first = new_names.iter().zip(&old_names).find(|(new, old)| new != old).map(|(new, _)| quoted(new));
    let message = format!("{what} come in another order, from {} on", first.unwrap_or_default());
    let entry = out.changed(check, list(&pair.old), list(&pair.new), message).at("parameters");
    entry.values(old_names.join(","), new_names.join(","));
}

fn key<'d>(parameter: &Parameter<'d>) -> (ParameterLocation, &'d str) {
    (parameter.location, parameter.name)
}

fn positions<'d>(operation: &Operation<'d>) -> HashMap<(ParameterLocation, &'d str), usize> {
    operation.parameters.iter().enumerate().map(|(at, parameter)| (key(parameter), at)).collect()
}

/// The list of the operation, else that of its path.
fn list<'d>(operation: &Operation<'d>) -> Node<'d> {
    let own = operation.node().get("parameters");
    own.or_else(|| operation.path_item().node.get("parameters")).unwrap_or(operation.node())
}
