//! Types, formats, and whether a value fits a type.

use backshell_source::{Kind, Node};

/// Whether it is a type whose values have a form in JSON (`file` has none).
pub(crate) fn is_known(type_name: &str) -> bool {
    matches!(type_name, "string" | "number" | "integer" | "boolean" | "array" | "object")
}

/// Whether `value` is of the type. An integer is a number too; a number without fraction is an integer.
pub(crate) fn fits(value: Node<'_>, type_name: &str) -> bool {
    match value.kind() {
        Kind::Null => false,
        Kind::Bool => type_name == "boolean",
        Kind::String => type_name == "string",
        Kind::Array => type_name == "array",
        Kind::Object => type_name == "object",
        Kind::Number => type_name == "number" || (type_name == "integer" && is_integral(value)),
    }
}

/// Whether a number has no fraction, however large it is: its digits behind the point are zeros, where the exponent moves
/// the point.
fn is_integral(value: Node<'_>) -> bool {
    let Some(text) = value.number_text() else { return false };
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (is_negative, moved) = match exponent.strip_prefix('-') {
        Some(moved) => (true, moved),
        None => (false, exponent.strip_prefix('+').unwrap_or(exponent)),
    };
    // An exponent that is too large for a number moves the point over all digits there are.
    let moved = moved.parse().unwrap_or(usize::MAX);
    let is_sign_or_zero = |byte: u8| matches!(byte, b'0' | b'-');
    if is_negative {
        fraction.bytes().all(is_sign_or_zero) && whole.bytes().rev().take(moved).all(is_sign_or_zero)
    } else {
        fraction.bytes().skip(moved).all(is_sign_or_zero)
    }
}

/// The formats that clients know for a type.
pub(crate) const fn formats(type_name: &str) -> &'static [&'static str] {
    match type_name.as_bytes() {
        b"integer" => &["int32", "int64"],
        b"number" => &["float", "double", "decimal"],
        b"string" => &["byte", "binary", "date", "date-time", "date-no-tz", "password", "email", "html", "uri", "uuid"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_fraction_are_integers() {
        let is_integer = |number: &str| {
            let document = backshell_source::parse_str(number).document.unwrap();
            fits(document.root(), "integer")
        };
        for number in ["0", "-1", "1.0", "1.50e1", "1e400", "-12e+3", "100e-2", "0e-99999999999999999999", "-0.0"] {
            assert!(is_integer(number), "{number}");
        }
        for number in ["1.5", "1.25e1", "1e-1", "10e-2", "1e-99999999999999999999", "0.5"] {
            assert!(!is_integer(number), "{number}");
        }
    }
}
