//! What a schema, parameter or header says about a single value: how the old limits relate to the new ones.

use crate::quoted;
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use backshell_source::{Kind, Node};
use std::collections::BTreeSet;

/// How the values that the new version describes relate to those of the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Exactly those.
    Same,
    /// A part of them.
    Narrower,
    /// Those and more.
    Wider,
    /// Some of the old ones are gone and others came.
    Other,
}

/// A keyword that limits values, and how it changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BoundChange<'d> {
    /// The keyword: `maximum`, `minLength`, ...
    pub(crate) keyword: &'static str,
    /// What it limits to in the old version; the schema when it is not there.
    pub(crate) old: Node<'d>,
    /// The same in the new version.
    pub(crate) new: Node<'d>,
    /// Whether it is there in the old version and in the new one.
    pub(crate) present: (bool, bool),
    /// Never [`Fit::Same`].
    pub(crate) fit: Fit,
}

const UPPER: [&str; 4] = ["maximum", "maxLength", "maxItems", "maxProperties"];
const LOWER: [&str; 4] = ["minimum", "minLength", "minItems", "minProperties"];

/// Formats of text that say nothing about which text it is.
const PLAIN: [&str; 2] = ["html", "password"];

/// How the values of a format relate to those of another one of the same type.
pub(crate) fn format_fit(old: Option<&str>, new: Option<&str>) -> Fit {
    let old = old.filter(|format| !PLAIN.contains(format));
    let new = new.filter(|format| !PLAIN.contains(format));
    match (old, new) {
        _ if old == new => Fit::Same,
        (None, _)
        | (Some("int64"), Some("int32"))
        | (Some("double"), Some("float"))
        | (Some("date-time"), Some("date")) => Fit::Narrower,
        (_, None) | (Some("int32"), Some("int64")) | (Some("float"), Some("double")) => Fit::Wider,
        _ => Fit::Other,
    }
}

/// The values that left a list and those that joined it, each once, in the lists' order.
pub(crate) fn list_changes<'d>(old: &[Node<'d>], new: &[Node<'d>]) -> (Vec<Node<'d>>, Vec<Node<'d>>) {
    let only_in = |these: &[Node<'d>], those: &[Node<'d>]| {
        let known: BTreeSet<_> = those.iter().map(|value| canonical(*value)).collect();
        let mut seen = BTreeSet::new();
        let these = these.iter().copied();
        these
            .filter(|value| {
                let key = canonical(*value);
                !known.contains(&key) && seen.insert(key)
            })
            .collect::<Vec<_>>()
    };
    (only_in(old, new), only_in(new, old))
}

/// A spelling that equal scalars share.
fn canonical(value: Node<'_>) -> (Sort, String) {
    match value.kind() {
        Kind::String => (Sort::Text, value.as_str().unwrap_or_default().to_owned()),
        Kind::Number => {
            let text = match (value.as_i64(), value.as_f64()) {
                (Some(number), _) => number.to_string(),
                (None, Some(number)) => number.to_string(),
                (None, None) => value.source().to_owned(),
            };
            (Sort::Number, text)
        }
        _ => (Sort::Other, value.source().to_owned()),
    }
}

/// Texts, numbers and the rest, so that `"1"` and `1` stay apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Text,
    Number,
    Other,
}

/// Values for a message: the first few, and how many more there are.
pub(crate) fn shown(values: &[Node<'_>]) -> String {
    const MOST: usize = 4;
    let text = values.iter().take(MOST).map(|value| value_text(*value)).collect::<Vec<_>>().join(", ");
    let more = values.len().saturating_sub(MOST);
    if more == 0 { text } else { format!("{text} and {more} more") }
}

/// Values for a fingerprint.
pub(crate) fn joined(values: &[Node<'_>]) -> String {
    let mut texts: Vec<String> = values.iter().map(|value| canonical(*value).1).collect();
    texts.sort_unstable();
    texts.join("\u{1}")
}

/// A value for a message: a text without its quotes, anything else as written.
pub(crate) fn value_text(value: Node<'_>) -> String {
    match (value.kind(), value.as_str()) {
        (_, Some("")) => "the empty text".to_owned(),
        (_, Some(text)) => quoted(text),
        (Kind::Object, _) => "an object".to_owned(),
        (Kind::Array, _) => "a list".to_owned(),
        _ => quoted(value.source()),
    }
}

/// All keywords whose limit moved, with the way it moved.
pub(crate) fn bound_changes<'d>(old: &Shape<'d>, new: &Shape<'d>) -> Vec<BoundChange<'d>> {
    let mut changes = Vec::new();
    for keyword in UPPER {
        changes.extend(limit(keyword, old, new, old.upper(keyword), new.upper(keyword), true));
    }
    for keyword in LOWER {
        // A least length or number of zero says nothing.
        let says = |node: &Node<'d>| keyword == "minimum" || node.as_f64().is_some_and(|number| number > 0.0);
        let (one, two) = (old.lower(keyword).filter(says), new.lower(keyword).filter(says));
        changes.extend(limit(keyword, old, new, one, two, false));
    }
    changes.extend(multiple(old, new));
    changes.extend(unique(old, new));
    changes
}

fn limit<'d>(
    keyword: &'static str,
    old: &Shape<'d>,
    new: &Shape<'d>,
    one: Option<Node<'d>>,
    two: Option<Node<'d>>,
    is_upper: bool,
) -> Option<BoundChange<'d>> {
    let fit = match (one, two) {
        (None, None) => return None,
        (None, Some(_)) => Fit::Narrower,
        (Some(_), None) => Fit::Wider,
        (Some(one), Some(two)) => {
            let order = one.as_f64()?.total_cmp(&two.as_f64()?);
            let order = if is_upper { order } else { order.reverse() };
            match order {
                std::cmp::Ordering::Greater => Fit::Narrower,
                std::cmp::Ordering::Less => Fit::Wider,
                std::cmp::Ordering::Equal => return exclusive(keyword, one, two),
            }
        }
    };
    Some(BoundChange {
        keyword,
        old: one.unwrap_or(old.node()),
        new: two.unwrap_or(new.node()),
        present: (one.is_some(), two.is_some()),
        fit,
    })
}

/// Whether the limit itself is allowed.
fn exclusive<'d>(keyword: &str, one: Node<'d>, two: Node<'d>) -> Option<BoundChange<'d>> {
    let keyword = match keyword {
        "maximum" => "exclusiveMaximum",
        "minimum" => "exclusiveMinimum",
        _ => return None,
    };
    let flag = |bound: Node<'d>| bound.parent().and_then(|schema| schema.get(keyword));
    let is_on = |bound| flag(bound).and_then(Node::as_bool) == Some(true);
    let present = (is_on(one), is_on(two));
    let fit = match present {
        (false, true) => Fit::Narrower,
        (true, false) => Fit::Wider,
        _ => return None,
    };
    Some(BoundChange { keyword, old: flag(one).unwrap_or(one), new: flag(two).unwrap_or(two), present, fit })
}

fn multiple<'d>(old: &Shape<'d>, new: &Shape<'d>) -> Option<BoundChange<'d>> {
    let of = |shape: &Shape<'d>| {
        let node = shape.get("multipleOf")?;
        Some((node, node.as_f64().filter(|number| *number > 0.0)?))
    };
    let (one, two) = (of(old), of(new));
    let divides = |small: f64, large: f64| ((large / small).round() - large / small).abs() < 1e-9;
    let fit = match (one, two) {
        (None, None) => return None,
        (None, Some(_)) => Fit::Narrower,
        (Some(_), None) => Fit::Wider,
        (Some((one, _)), Some((two, _))) if one.json_eq(two) => return None,
        (Some((_, one)), Some((_, two))) if divides(one, two) => Fit::Narrower,
        (Some((_, one)), Some((_, two))) if divides(two, one) => Fit::Wider,
        _ => Fit::Other,
    };
    Some(BoundChange {
        keyword: "multipleOf",
        old: one.map_or(old.node(), |(node, _)| node),
        new: two.map_or(new.node(), |(node, _)| node),
        present: (one.is_some(), two.is_some()),
        fit,
    })
}

fn unique<'d>(old: &Shape<'d>, new: &Shape<'d>) -> Option<BoundChange<'d>> {
    let keyword = "uniqueItems";
    let present = (old.is_true(keyword), new.is_true(keyword));
    let fit = match present {
        (false, true) => Fit::Narrower,
        (true, false) => Fit::Wider,
        _ => return None,
    };
    let place = |shape: &Shape<'d>| shape.get(keyword).unwrap_or(shape.node());
    Some(BoundChange { keyword, old: place(old), new: place(new), present, fit })
}

impl BoundChange<'_> {
    /// What happened, in words.
    pub(crate) fn message(&self) -> String {
        let keyword = quoted(self.keyword);
        match self.present {
            (false, true) if self.new.as_bool().is_some() => format!("{keyword} is switched on"),
            (true, false) if self.old.as_bool().is_some() => format!("{keyword} is switched off"),
            (false, true) => format!("{keyword} is new: {}", value_text(self.new)),
            (true, false) => format!("{keyword} is gone; it was {}", value_text(self.old)),
            _ => format!("{keyword} is {} now, not {}", value_text(self.new), value_text(self.old)),
        }
    }
}

/// Whether what the two schemas say of their values is compared: they are of one type, and the values travel.
pub(crate) fn is_judged(pair: &SchemaPair<'_>) -> bool {
    pair.is_comparable() && !(pair.is_request() && pair.is_read_only())
}
