//! Limits on values: what the rules on `maxLength`, `minimum` and the like share.

use crate::Out;
use crate::types;
use crate::view::Context;
use backshell_source::{Kind, Node};

/// Reports each number `name` that is no count: negative, or with a fraction.
pub(crate) fn report_if_no_count(name: &str, context: &Context<'_>, out: &mut Out<'_>) {
    for limit in context.survey().limited.iter().filter_map(|object| object.get(name)) {
        let is_negative = || limit.as_f64().is_some_and(|number| number < 0.0);
        if limit.kind() == Kind::Number && (is_negative() || !types::fits(limit, "integer")) {
            out.at(limit, format!("`{name}` is a count, zero or more"));
        }
    }
}

/// Reports each number `low` that is greater than the number `high` beside it.
pub(crate) fn report_if_crossed(low: &str, high: &str, context: &Context<'_>, out: &mut Out<'_>) {
    for object in &context.survey().limited {
        let number = |name: &str| object.get(name).and_then(Node::as_f64);
        if let (Some(least), Some(most)) = (number(low), number(high))
            && least > most
            && let Some(node) = object.get(low)
        {
            out.at(node, format!("`{low}` is greater than `{high}`"));
        }
    }
}

/// Reports each `name` that stands without the limit `other`.
pub(crate) fn report_if_alone(name: &str, other: &str, context: &Context<'_>, out: &mut Out<'_>) {
    for object in &context.survey().limited {
        if let Some(node) = object.get(name)
            && object.get(other).is_none()
        {
            out.at_key(node, format!("`{name}` says something of `{other}`, which is absent"));
        }
    }
}
