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

fn is_integral(value: Node<'_>) -> bool {
    value.number_text().is_some_and(|text| !text.contains(['.', 'e', 'E']))
        || value.as_f64().is_some_and(|number| number.fract() == 0.0)
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
