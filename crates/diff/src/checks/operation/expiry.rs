use crate::Out;
use crate::annotation::{NOTICE_DAYS, day, expiry};
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::quoted;
use crate::view::OperationPair;
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&NOTICE, &MALFORMED, &EARLIER, &LATER, &DELETED], visits: &[Visit::Operation(check)] };

static NOTICE: Check = Check {
    id: "operation-deprecated-notice-too-short",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The day on which a deprecated operation will go (`x-sunset` or `expires`) is announced for the first time, and \
           it is nearer than the notice period of 30 days, unless another period is agreed. Without the time of the \
           comparison this is not looked at.",
    why: "The publisher owes its users that much time to change what calls the operation.",
    instead: "announce a day after the notice period",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: "{}",
        after: r#"{ "deprecated": true, "x-sunset": "2026-01-20" }"#,
        old: &[""],
        new: &["/x-sunset"],
        also: &["operation-deprecated-no-successor"],
        reversed: &["operation-reactivated"],
    }],
    ..Check::BASE
};

static MALFORMED: Check = Check {
    id: "operation-deprecation-date-malformed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The day on which a deprecated operation will go (`x-sunset` or `expires`) is no ISO date.",
    why: "Nobody can tell how much time is left, and no notice period can be checked.",
    instead: "write the day as year, month and day, for example 2027-06-30",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "deprecated": true, "x-sunset": "2027-06-30" }"#,
            after: r#"{ "deprecated": true, "x-sunset": "30.6.2027" }"#,
            old: &["/x-sunset"],
            new: &["/x-sunset"],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-api-annotation": { "family": "SetItem" } }"#,
            after: r#"{ "deprecated": true, "x-ms-api-annotation": { "family": "SetItem", "expires": "soon" } }"#,
            old: &[""],
            new: &["/x-ms-api-annotation/expires"],
            also: &["operation-deprecated-no-successor"],
            reversed: &["operation-reactivated"],
        },
    ],
    ..Check::BASE
};

static EARLIER: Check = Check {
    id: "operation-expiry-moved-earlier",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "The day on which a deprecated operation will go is earlier than was announced.",
    why: "Whoever planned to change by the announced day is late now.",
    instead: "keep the announced day",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "deprecated": true, "x-ms-api-annotation": { "family": "SetItem", "expires": "2027-06-30" } }"#,
        after: r#"{ "deprecated": true, "x-ms-api-annotation": { "family": "SetItem", "expires": "2027-03-31" } }"#,
        old: &["/x-ms-api-annotation/expires"],
        new: &["/x-ms-api-annotation/expires"],
        reversed: &["operation-expiry-moved-later"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static LATER: Check = Check {
    id: "operation-expiry-moved-later",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The day on which a deprecated operation will go is later than was announced.",
    why: "There is only more time than before.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "deprecated": true, "x-sunset": "2027-06-30" }"#,
        after: r#"{ "deprecated": true, "x-sunset": "2027-12-31T00:00:00Z" }"#,
        old: &["/x-sunset"],
        new: &["/x-sunset"],
        reversed: &["operation-expiry-moved-earlier"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static DELETED: Check = Check {
    id: "operation-expiry-deleted",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "An operation stays deprecated, and the day on which it will go is not said any more.",
    why: "Callers lose the date that they plan with.",
    instead: "keep the announced day, or move it to a later one",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "deprecated": true, "x-sunset": "2027-06-30" }"#,
        after: r#"{ "deprecated": true }"#,
        old: &["/x-sunset"],
        new: &[""],
        reversed: &["unknown-extension-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

/// What became of the day on which a deprecated operation will go. `None` when it is the same, or when no check of this
/// file looks at it.
fn judge<'d>(
    (was_deprecated, old): (bool, Option<Node<'d>>),
    new: Option<Node<'d>>,
    today: Option<i64>,
    notice: u32,
) -> Option<&'static Check> {
    let (old_day, new_day) = (old.and_then(day), new.and_then(day));
    match (old.filter(|_| was_deprecated), new) {
        (old, Some(new)) if new_day.is_none() => old.is_none_or(|old| !old.json_eq(new)).then_some(&MALFORMED),
        (Some(_), None) => old_day.map(|_| &DELETED),
        (Some(_), Some(_)) if old_day.is_some() => match new_day.cmp(&old_day) {
            std::cmp::Ordering::Less => Some(&EARLIER),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(&LATER),
        },
        _ => {
            let left = new_day.zip(today).map(|(day, today)| day.saturating_sub(today));
            left.is_some_and(|left| left < i64::from(notice)).then_some(&NOTICE)
        }
    }
}

/// What is said of the day by the checks of this file.
pub(crate) fn judged<'d>(pair: &OperationPair<'d>, out: &Out<'_, 'd>) -> Option<&'static Check> {
    let today = out.options().now.map(|now| now.as_secs().div_euclid(86_400));
    let notice = out.options().notice_days.unwrap_or(NOTICE_DAYS);
    let old = (pair.old.is_deprecated(), expiry(&pair.old));
    if pair.new.is_deprecated() { judge(old, expiry(&pair.new), today, notice) } else { None }
}

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let Some(check) = judged(pair, out) else { return };
    let (old, new) = (expiry(&pair.old), expiry(&pair.new));
    let shown = |node: Option<Node<'d>>| quoted(node.map_or("", |node| node.as_str().unwrap_or(node.source())));
    let message = match check.id {
        id if id == NOTICE.id => format!("the announced last day {} is nearer than the notice period", shown(new)),
        id if id == MALFORMED.id => format!("the announced last day {} is no date", shown(new)),
        id if id == DELETED.id => format!("the last day {} is not announced any more", shown(old)),
        _ => format!("the announced last day moves from {} to {}", shown(old), shown(new)),
    };
    let places = (old.unwrap_or(pair.old.node()), new.unwrap_or(pair.new.node()));
    out.changed(check, places.0, places.1, message).at("expires");
}
