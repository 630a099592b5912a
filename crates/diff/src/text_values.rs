//! Parameters that are no bodies: their values travel as text, so that `1` and `"1"` are one value.

use crate::check::Check;
use crate::facets::{Fit, bound_changes};
use crate::shape::Shape;
use crate::view::ParameterPair;
use crate::{Out, quoted};
use backshell_source::{Kind, Node};

/// How the types of two parameters stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// The same, or one of them is not said.
    Same,
    /// Both are numbers.
    Numbers,
    /// What was a number or a boolean is any text now, and written the same.
    ToText,
    /// Different: the type is what changed, and nothing else can be compared.
    Different,
}

/// Two parameters, with how they are to be compared.
pub(crate) struct Sides<'d> {
    /// The old one.
    pub(crate) old: Shape<'d>,
    /// The new one.
    pub(crate) new: Shape<'d>,
    /// How the types stand to each other.
    pub(crate) kinds: Kinds,
}

impl<'d> Sides<'d> {
    /// The two sides of a pair.
    pub(crate) fn of(pair: &ParameterPair<'d>) -> Self {
        let (old, new) = (Shape::of(pair.old.node), Shape::of(pair.new.node));
        let is_number = |kind: &str| matches!(kind, "integer" | "number");
        let kinds = match (old.kind(), new.kind()) {
            (Some(one), Some(two)) if one == two => Kinds::Same,
            (Some(one), Some(two)) if is_number(one) && is_number(two) => Kinds::Numbers,
            (Some(one), Some("string")) if is_number(one) || one == "boolean" => Kinds::ToText,
            (Some(_), Some(_)) => Kinds::Different,
            (None, _) | (_, None) => Kinds::Same,
        };
        Self { old, new, kinds }
    }

    /// A member in both versions, or the parameter that does not have it.
    pub(crate) fn places(&self, key: &str) -> (Node<'d>, Node<'d>) {
        let place = |shape: &Shape<'d>| shape.get(key).unwrap_or_else(|| shape.node());
        (place(&self.old), place(&self.new))
    }
}

/// A value as it travels; equal values share it.
pub(crate) fn spelling(value: Node<'_>) -> String {
    match (value.kind(), value.as_i64(), value.as_f64()) {
        (Kind::String, ..) => value.as_str().unwrap_or_default().to_owned(),
        (Kind::Number, Some(number), _) => number.to_string(),
        (Kind::Number, None, Some(number)) => number.to_string(),
        _ => value.source().to_owned(),
    }
}

/// Reports the bounds that moved: keywords, the check for tighter ones, the check for looser ones.
pub(crate) fn report_bounds<'d>(
    pair: &ParameterPair<'d>,
    out: &mut Out<'_, 'd>,
    families: &[(&[&str], &'static Check, &'static Check)],
) {
    let sides = Sides::of(pair);
    let name = quoted(pair.new.name);
    for change in bound_changes(&sides.old, &sides.new) {
        let is_of_text = matches!(change.keyword, "maxLength" | "minLength");
        let counts = match sides.kinds {
            Kinds::Same | Kinds::Numbers => true,
            // The length of a number had no bounds.
            Kinds::ToText => is_of_text && change.fit == Fit::Narrower,
            Kinds::Different => false,
        };
        let family = families.iter().find(|(keywords, ..)| keywords.contains(&change.keyword));
        let Some((_, tighter, looser)) = family.filter(|_| counts) else { continue };
        let check = if change.fit == Fit::Wider { *looser } else { *tighter };
        out.changed(check, change.old, change.new, format!("parameter {name}: {}", change.message()));
    }
}
