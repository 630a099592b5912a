//! A JSON value that fits a schema, the same one each time.
//!
//! What the definition itself offers (`enum`, `example`, `default`) is taken when it fits the schema, since authors'
//! examples often do not; the rest is made from type, format and bounds. Recursion ends at the first property that may
//! be left out. `pattern` is not solved: a text with a pattern and without a usable example will not match it.

use crate::fits::{all_differ, fits};
use crate::schema::{Resolve, Type, View, literal};
use backshell_source::Node;
use serde_json::{Map, Number, Value};

/// Most values that one example is made of; what is optional beyond that is left out.
const MAX_VALUES: usize = 20_000;
/// Deepest nesting of an example.
const MAX_DEPTH: usize = 40;
/// Most items or additional properties that are made because a schema demands a number of them.
const MAX_REPEAT: usize = 64;
/// Longest text that is made because a schema demands a length.
const MAX_TEXT: usize = 10_000;

/// A value that fits `schema`; `name` is what a text without any hint is called after. Where the schema contradicts
/// itself (or demands endless recursion) the value is as near as it gets.
pub(crate) fn example<'d>(schema: Node<'d>, name: &str, resolve: Resolve<'d, '_>) -> Value {
    let mut maker = Maker { resolve, open: Vec::new(), depth: 0, arrays: 0, values: 0 };
    maker.make(&[schema], name, 0).unwrap_or_else(|| match View::of(&[schema], resolve).kind() {
        Some(Type::Array) => Value::Array(Vec::new()),
        _ => Value::Object(Map::new()),
    })
}

struct Maker<'d, 'r> {
    resolve: Resolve<'d, 'r>,
    /// The schema objects that are being made, outermost first.
    open: Vec<Node<'d>>,
    /// How many values are being made, each inside the one before.
    depth: usize,
    /// How many of them are arrays.
    arrays: usize,
    values: usize,
}

impl<'d> Maker<'d, '_> {
    /// `None` where only endless recursion or too much of everything would do.
    fn make(&mut self, schemas: &[Node<'d>], name: &str, variant: usize) -> Option<Value> {
        let view = View::of(schemas, self.resolve);
        self.values += 1;
        if self.values > MAX_VALUES || self.depth >= MAX_DEPTH || view.parts.iter().any(|part| self.open.contains(part))
        {
            return None;
        }
        if let Some(value) = self.offered(&view, schemas, variant) {
            return Some(value);
        }
        let before = self.open.len();
        self.open.extend(&view.parts);
        self.depth += 1;
        let value = match view.kind() {
            Some(Type::Object) => self.object(&view, variant),
            Some(Type::Array) => self.array(&view, name, variant),
            Some(Type::Integer) => Some(self.number(&view, schemas, true, variant)),
            Some(Type::Number) => Some(self.number(&view, schemas, false, variant)),
            Some(Type::Boolean) => Some(Value::Bool(variant.is_multiple_of(2))),
            Some(Type::Null) => Some(Value::Null),
            // Without any type the shape is the service's to choose: an object where a body stands, a text in it.
            None if self.depth == 1 || view.parts.is_empty() => Some(Value::Object(Map::new())),
            Some(Type::String) | None => Some(Value::String(text(&view, name, variant))),
        };
        self.depth -= 1;
        self.open.truncate(before);
        value
    }

    /// A value that the definition itself names.
    fn offered(&self, view: &View<'d>, schemas: &[Node<'d>], variant: usize) -> Option<Value> {
        let usable = |value: &Value| !value.is_null() && fits(value, schemas, self.resolve);
        if let Some(choices) = view.get("enum") {
            let choices: Vec<_> = choices.items().filter_map(literal).filter(|choice| usable(choice)).collect();
            let index = variant.checked_rem(choices.len())?;
            let offered = view.get("example").and_then(literal).filter(|value| variant == 0 && usable(value));
            return offered.or_else(|| choices.into_iter().nth(index));
        }
        ["example", "x-example", "default"].into_iter().find_map(|keyword| {
            let value = view.get(keyword).and_then(literal).filter(usable)?;
            Some(varied(&value, variant).filter(usable).unwrap_or(value))
        })
    }

    fn object(&mut self, view: &View<'d>, variant: usize) -> Option<Value> {
        let mut object = Map::new();
        let required = view.required();
        let names = view.property_names();
        for name in &names {
            match self.make(&view.property(name), name, variant) {
                Some(value) => {
                    object.insert((*name).to_owned(), value);
                }
                None if required.contains(name) => return None,
                None => {}
            }
        }
        let additional = view.additional();
        for name in required.iter().filter(|name| !names.contains(name)) {
            object.insert((*name).to_owned(), self.make_or_name(&additional, name, variant)?);
        }
        let wanted = view.count_at_least("minProperties").max(usize::from(object.is_empty() && !additional.is_empty()));
        let mut index = 0;
        while object.len() < wanted.min(MAX_REPEAT) && !view.closed() {
            index += 1;
            let name = if index == 1 { "key".to_owned() } else { format!("key{index}") };
            match self.make_or_name(&additional, &name, variant) {
                Some(value) => object.insert(name, value),
                None => break,
            };
        }
        let most = view.count_at_most("maxProperties");
        for name in names.iter().rev().filter(|name| !required.contains(name)) {
            if object.len() <= most {
                break;
            }
            object.remove(*name);
        }
        Some(Value::Object(object))
    }

    /// A value of a property that is not declared: free text where nothing is said about such properties.
    fn make_or_name(&mut self, schemas: &[Node<'d>], name: &str, variant: usize) -> Option<Value> {
        if schemas.is_empty() { Some(Value::String(name.to_owned())) } else { self.make(schemas, name, variant) }
    }

    fn array(&mut self, view: &View<'d>, name: &str, variant: usize) -> Option<Value> {
        let least = view.count_at_least("minItems");
        let usual = if self.arrays == 0 { 2 } else { 1 };
        let length = least.max(usual).min(view.count_at_most("maxItems")).min(MAX_REPEAT);
        let each: Vec<_> = view.parts.iter().filter_map(|part| part.get("items")).collect();
        let unique = view.get("uniqueItems").and_then(Node::as_bool) == Some(true);
        let mut items = Vec::new();
        self.arrays += 1;
        for index in 0..length {
            // A list of schemas, one per place, is no Swagger, but some definitions have it.
            let schemas: Vec<_> = each
                .iter()
                .filter_map(|each| if each.is_array() { each.items().nth(index) } else { Some(*each) })
                .collect();
            let item = if schemas.is_empty() && each.iter().all(|each| !each.is_array()) {
                Some(Value::String(name.to_owned()))
            } else {
                self.make(&schemas, name, variant + index)
            };
            match item {
                Some(item) => items.push(item),
                None if items.len() >= least => break,
                None => {
                    self.arrays -= 1;
                    return None;
                }
            }
            if unique && !all_differ(&items) {
                items.pop();
            }
        }
        self.arrays -= 1;
        Some(Value::Array(items))
    }

    fn number(&self, view: &View<'d>, schemas: &[Node<'d>], integer: bool, variant: usize) -> Value {
        let low = view.at_least("minimum");
        let high = view.at_most("maximum");
        let step = view.get("multipleOf").and_then(Node::as_f64).filter(|step| *step > 0.0);
        let start = f64::from(u32::try_from(variant).unwrap_or(0)) + if integer { 1.0 } else { 1.5 };
        let middle = low.zip(high).map(|(low, high)| f64::midpoint(low, high));
        let candidates = [
            Some(start),
            low,
            low.map(|low| low + step.unwrap_or(1.0)),
            middle,
            high,
            high.map(|high| high - step.unwrap_or(1.0)),
            Some(0.0),
        ];
        let numbers = candidates.into_iter().flatten().filter_map(|candidate| {
            let stepped = step.map_or(candidate, |step| (candidate / step).ceil() * step);
            if integer {
                integral(stepped.ceil()).map(Value::from)
            } else {
                Number::from_f64(stepped).map(Value::Number)
            }
        });
        let mut first = None;
        for number in numbers {
            if fits(&number, schemas, self.resolve) {
                return number;
            }
            first.get_or_insert(number);
        }
        first.unwrap_or_else(|| Value::from(1))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn integral(number: f64) -> Option<i64> {
    (number.abs() < 9.0e15).then_some(number as i64)
}

/// Counts on in a text that ends in digits or a number, so that the items of a list differ: `wo-7` becomes `wo-8`.
fn varied(value: &Value, variant: usize) -> Option<Value> {
    if variant == 0 {
        return None;
    }
    match value {
        Value::String(text) => {
            let stem = text.trim_end_matches(|sign: char| sign.is_ascii_digit());
            let number: usize = text.strip_prefix(stem)?.parse().ok()?;
            let digits = text.len() - stem.len();
            Some(Value::String(format!("{stem}{:0digits$}", number.checked_add(variant)?)))
        }
        Value::Number(number) => number.as_i64()?.checked_add(i64::try_from(variant).ok()?).map(Value::from),
        _ => None,
    }
}

fn text(view: &View<'_>, name: &str, variant: usize) -> String {
    let day = 6 + variant % 20;
    let hour = 8 + variant % 10;
    match view.text("format").unwrap_or_default() {
        "date-time" => format!("2024-05-{day:02}T{hour:02}:30:00Z"),
        "date-no-tz" => format!("2024-05-{day:02}T{hour:02}:30:00"),
        "date" => format!("2024-05-{day:02}"),
        "time" => format!("{hour:02}:30:00Z"),
        "duration" => "PT1H".to_owned(),
        "uuid" | "guid" => format!("7b0f3c52-61d4-4e8a-9a57-{:012x}", 0x2038 + variant),
        "email" => format!("person{}@example.com", variant + 1),
        "uri" | "url" => format!("https://example.com/{}", variant + 1),
        "hostname" => "example.com".to_owned(),
        "ipv4" => "192.0.2.1".to_owned(),
        "ipv6" => "2001:db8::1".to_owned(),
        "byte" => "YmFja3NoZWxs".to_owned(),
        "html" => "<p>Text</p>".to_owned(),
        _ => {
            // A bare word is what most patterns take.
            let bare = view.get("pattern").is_some();
            let label = view.text("x-ms-summary").or(view.text("title")).filter(|_| !bare).unwrap_or(name);
            let label = if label.is_empty() { "Text" } else { label };
            let label = if variant == 0 || bare { label.to_owned() } else { format!("{label} {}", variant + 1) };
            let least = view.count_at_least("minLength").min(MAX_TEXT);
            let most = view.count_at_most("maxLength").min(MAX_TEXT);
            let length = label.chars().count().max(least).min(most);
            label.chars().chain(".".chars().cycle()).take(length).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_source::{Document, parse_str};
    use serde_json::json;

    /// The example of the schema `root` of a document; references are JSON pointers behind a `#`.
    fn made(document: &Document) -> Value {
        let resolve = |reference: &str| document.resolve(reference.strip_prefix('#')?);
        let schema = document.root().get("root").unwrap();
        let value = example(schema, "thing", &resolve);
        assert_eq!(value, example(schema, "thing", &resolve));
        value
    }

    fn example_of(text: &str) -> Value {
        made(&parse_str(text).document.unwrap())
    }

    #[test]
    fn recursion_ends_where_something_may_be_left_out() {
        let tree = r##"{"root":{"type":"object","required":["name","children"],"properties":{
            "name":{"type":"string"},"parent":{"$ref":"#/root"},
            "children":{"type":"array","items":{"$ref":"#/root"}}}}}"##;
        assert_eq!(example_of(tree), json!({ "name": "name", "children": [] }));
        // What can never end is an empty object rather than a hang, and a reference to itself is nothing at all.
        let endless = r##"{"root":{"type":"object","required":["next"],"properties":{"next":{"$ref":"#/root"}}}}"##;
        assert_eq!(example_of(endless), json!({}));
        assert_eq!(example_of(r##"{"root":{"$ref":"#/root"}}"##), json!({}));
        // An endless property is left out when it may be, with all that needs it.
        let inner = r##"{"root":{"properties":{"a":{"$ref":"#/x"},"b":{"type":"boolean"}}},
            "x":{"type":"object","required":["x"],"properties":{"x":{"$ref":"#/x"}}}}"##;
        assert_eq!(example_of(inner), json!({ "b": true }));
    }

    #[test]
    fn all_of_is_one_schema() {
        let text = r##"{"root":{"allOf":[{"$ref":"#/base"},{"properties":{"b":{"type":"integer","minimum":7}}}]},
            "base":{"type":"object","required":["a"],"properties":{"a":{"type":"string","maxLength":3},"b":{"type":"integer"}}}}"##;
        assert_eq!(example_of(text), json!({ "a": "a", "b": 7 }));
    }

    #[test]
    fn hints_are_taken_only_when_they_fit() {
        for (schema, expected) in [
            (r#"{"type":"string","example":"blue"}"#, json!("blue")),
            (r#"{"type":"integer","example":"12"}"#, json!(1)),
            (r#"{"type":"string","enum":["a","b"],"example":"b","default":"a"}"#, json!("b")),
            (r#"{"type":"string","enum":["a","b"],"example":"c"}"#, json!("a")),
            (r#"{"type":"string","format":"date-time","example":"yesterday"}"#, json!("2024-05-06T08:30:00Z")),
            (r#"{"type":"number","minimum":2,"exclusiveMinimum":true,"maximum":2.5}"#, json!(2.25)),
            (r#"{"type":"integer","multipleOf":10,"minimum":15}"#, json!(20)),
            (r#"{"type":"string","minLength":7,"maxLength":8}"#, json!("thing..")),
            (r#"{"type":"array","items":{"type":"integer"},"minItems":3,"uniqueItems":true}"#, json!([1, 2, 3])),
            (r#"{"type":"array","items":{"type":"string","example":"wo-09"},"maxItems":2}"#, json!(["wo-09", "wo-10"])),
            (r#"{"type":"object","additionalProperties":{"type":"boolean"}}"#, json!({ "key": true })),
            (r#"{"type":"object","maxProperties":1,"properties":{"a":{"type":"null"},"b":{}}}"#, json!({ "a": null })),
            (r#"{"type":"object","required":["x"]}"#, json!({ "x": "x" })),
            (r#"{"type":["null","boolean"]}"#, json!(true)),
            ("{}", json!({})),
        ] {
            assert_eq!(example_of(&format!(r#"{{"root":{schema}}}"#)), expected, "{schema}");
        }
    }

    #[test]
    fn hostile_schemas_stay_small() {
        // Thirty definitions that each hold the next one ten times over: 10^30 values when written out.
        let level = |index: usize| {
            let next = index + 1;
            let properties: Vec<_> = (0..10).map(|name| format!(r##""p{name}":{{"$ref":"#/d{next}"}}"##)).collect();
            format!(r#""d{index}":{{"type":"object","properties":{{{}}}}}"#, properties.join(","))
        };
        let levels = (0..30).map(level).collect::<Vec<_>>().join(",");
        let text = format!(r##"{{"root":{{"$ref":"#/d0"}},{levels},"d30":{{"type":"string"}}}}"##);
        assert!(example_of(&text).to_string().len() < 1 << 20);
        let deep = "{\"properties\":{\"a\":".repeat(300) + "{}" + &"}}".repeat(300);
        assert!(example_of(&format!(r#"{{"root":{deep}}}"#)).to_string().len() < 1 << 10);
        let many = r#"{"root":{"type":"array","minItems":1e12,"items":{"type":"string","minLength":1e12}}}"#;
        assert!(example_of(many).to_string().len() < 1 << 20);
    }
}
