//! Whether a value fits a schema: what decides if an `example` of the definition can be used as an answer.
//!
//! Two things are deliberately not judged: `pattern`, which takes a regular-expression engine of another language, and
//! formats that are not in [`format_fits`].

use crate::schema::{Resolve, Type, View, count, literal, nullable, same, types};
use backshell_source::Node;
use serde_json::Value;

/// Whether `value` fits all of `schemas`.
pub(crate) fn fits<'d>(value: &Value, schemas: &[Node<'d>], resolve: Resolve<'d, '_>) -> bool {
    View::of(schemas, resolve).parts.iter().all(|part| {
        (value.is_null() && nullable(*part)) || (fits_scalar(value, *part) && fits_container(value, *part, resolve))
    })
}

fn fits_scalar(value: &Value, part: Node<'_>) -> bool {
    let types = types(part);
    if !types.is_empty() && !types.iter().any(|kind| kind.admits(value)) {
        return false;
    }
    if let Some(allowed) = part.get("enum")
        && !allowed.items().filter_map(literal).any(|allowed| same(&allowed, value))
    {
        return false;
    }
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|number| fits_number(number, part)),
        Value::String(text) => {
            length_fits(text.chars().count(), part, "minLength", "maxLength")
                && part.get("format").and_then(Node::as_str).is_none_or(|format| format_fits(format, text))
        }
        _ => true,
    }
}

fn fits_number(number: f64, part: Node<'_>) -> bool {
    let bound = |keyword| part.get(keyword).and_then(Node::as_f64);
    let exclusive = |keyword| part.get(keyword).and_then(Node::as_bool) == Some(true);
    let low =
        bound("minimum").is_none_or(|low| if exclusive("exclusiveMinimum") { number > low } else { number >= low });
    let high =
        bound("maximum").is_none_or(|high| if exclusive("exclusiveMaximum") { number < high } else { number <= high });
    let step = bound("multipleOf").is_none_or(|step| step <= 0.0 || (number / step).fract() == 0.0);
    low && high && step
}

fn length_fits(length: usize, part: Node<'_>, minimum: &str, maximum: &str) -> bool {
    let bound = |keyword| part.get(keyword).and_then(Node::as_f64).and_then(count);
    bound(minimum).is_none_or(|minimum| length >= minimum) && bound(maximum).is_none_or(|maximum| length <= maximum)
}

fn fits_container<'d>(value: &Value, part: Node<'d>, resolve: Resolve<'d, '_>) -> bool {
    match value {
        Value::Array(items) => {
            let each = part.get("items").filter(|items| items.is_object());
            let unique = part.get("uniqueItems").and_then(Node::as_bool) == Some(true);
            length_fits(items.len(), part, "minItems", "maxItems")
                && each.is_none_or(|schema| items.iter().all(|item| fits(item, &[schema], resolve)))
                && (!unique || all_differ(items))
        }
        Value::Object(object) => {
            let properties = part.get("properties");
            let additional = part.get("additionalProperties");
            let required = part.get("required").into_iter().flat_map(Node::items).filter_map(Node::as_str);
            length_fits(object.len(), part, "minProperties", "maxProperties")
                && required.into_iter().all(|name| object.contains_key(name))
                && object.iter().all(|(name, value)| {
                    match (properties.and_then(|properties| properties.get(name)), additional) {
                        (Some(schema), _) => fits(value, &[schema], resolve),
                        (None, Some(schema)) if schema.is_object() => fits(value, &[schema], resolve),
                        (None, additional) => additional.and_then(Node::as_bool) != Some(false),
                    }
                })
        }
        _ => true,
    }
}

/// Whether no two values are equal.
pub(crate) fn all_differ(values: &[Value]) -> bool {
    values.iter().enumerate().all(|(index, value)| !values.iter().take(index).any(|earlier| same(earlier, value)))
}

/// Whether `text` is of `format`; a format that is not known takes any text.
pub(crate) fn format_fits(format: &str, text: &str) -> bool {
    match format {
        "date-time" => text.contains(['T', 't']) && text.parse::<jiff::Timestamp>().is_ok(),
        "date" => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        "uuid" | "guid" => is_uuid(text),
        "email" => {
            text.is_ascii()
                && text.split_once('@').is_some_and(|(local, host)| {
                    !local.is_empty() && host.contains('.') && !host.contains(['@', ' ', ',']) && !host.ends_with('.')
                })
                && !text.contains([' ', '<', '>'])
        }
        "uri" | "url" => {
            text.split_once(':').is_some_and(|(scheme, rest)| {
                scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
                    && !rest.is_empty()
            }) && !text.contains(|sign: char| !sign.is_ascii_graphic() || "\"<>\\^`{|}[]%#".contains(sign))
        }
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        "hostname" => {
            !text.is_empty()
                && text.split('.').all(|label| {
                    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                })
        }
        "byte" => base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).is_ok(),
        _ => true,
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether `text`, a value of a query, header, path or form, reads as `kind`.
pub(crate) fn text_is(kind: Type, text: &str) -> bool {
    match kind {
        Type::Boolean => matches!(text, "true" | "false" | "True" | "False"),
        Type::Integer => text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok(),
        Type::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        Type::Null | Type::String | Type::Array | Type::Object => true,
    }
}
