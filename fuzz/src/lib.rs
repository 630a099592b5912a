//! What the fuzz targets share: walking a document, and mutations that know what a Swagger definition is made of.

use backshell_source::Node;
use serde_json::{Map, Value, json};

/// Words that mean something to a reader of connectors; mutations write them as keys and as values.
const WORDS: &[&str] = &[
    "$ref", "additionalProperties", "allOf", "basePath", "body", "collectionFormat", "consumes", "default", "definitions",
    "deprecated", "description", "discriminator", "enum", "example", "format", "formData", "get", "header", "host", "in",
    "info", "items", "maxLength", "maximum", "minimum", "name", "nullable", "operationId", "parameters", "path", "paths",
    "pattern", "post", "produces", "properties", "query", "readOnly", "required", "responses", "schema", "schemes", "scopes",
    "security", "securityDefinitions", "summary", "swagger", "tags", "title", "type", "x-ms-api-annotation",
    "x-ms-capabilities", "x-ms-connector-metadata", "x-ms-dynamic-list", "x-ms-dynamic-properties", "x-ms-dynamic-schema",
    "x-ms-dynamic-tree", "x-ms-dynamic-values", "x-ms-enum-values", "x-ms-notification-content", "x-ms-notification-url",
    "x-ms-pageable", "x-ms-summary", "x-ms-trigger", "x-ms-visibility",
];

/// Touches every node of a document and asks it everything that it can answer.
pub fn visit(root: Node<'_>) {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        let span = node.span();
        assert!(span.start <= span.end);
        let position = node.document().position(span.start);
        assert!(position.line >= 1 && position.column >= 1);
        let _ = (node.as_str(), node.as_bool(), node.as_f64(), node.as_i64(), node.number_text());
        waiting.extend(node.items());
        waiting.extend(node.members().map(|member| member.value));
    }
}

/// Whether the bytes are rather an `apiProperties.json` than a definition.
pub fn looks_like_properties(bytes: &[u8]) -> bool {
    bytes.windows(16).take(200).any(|window| window.starts_with(b"\"properties\"")) && !contains(bytes, b"\"swagger\"")
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// `text` with its structure changed in one to four places; `None` when it is no JSON or the result is too long.
pub fn mutate(text: &[u8], seed: u32, max_size: usize) -> Option<Vec<u8>> {
    let mut root: Value = serde_json::from_slice(text).ok()?;
    let mut dice = Dice(u64::from(seed) << 1 | 1);
    for _ in 0..=dice.below(3) {
        let donor = pick(&mut root, &mut dice).clone();
        change(pick(&mut root, &mut dice), donor, &mut dice);
    }
    let mutated = if dice.below(4) == 0 { serde_json::to_vec_pretty(&root) } else { serde_json::to_vec(&root) }.ok()?;
    (mutated.len() <= max_size).then_some(mutated)
}

/// A value somewhere in the tree: at each level the walk stops or goes on into a member.
fn pick<'v>(root: &'v mut Value, dice: &mut Dice) -> &'v mut Value {
    let mut at = root;
    for _ in 0..64 {
        let size = match &*at {
            Value::Array(items) => items.len(),
            Value::Object(members) => members.len(),
            _ => 0,
        };
        if size == 0 || dice.below(6) == 0 {
            return at;
        }
        let index = dice.below(size);
        at = match at {
            Value::Array(items) => &mut items[index],
            Value::Object(members) => members.values_mut().nth(index).expect("below the size"),
            _ => return at,
        };
    }
    at
}

fn change(value: &mut Value, donor: Value, dice: &mut Dice) {
    match dice.below(10) {
        0 => *value = json!(null),
        1 => *value = donor,
        2 => *value = json!(dice.word()),
        3 => *value = json!({ "$ref": format!("#/{}/{}", dice.word(), dice.word()) }),
        4 => *value = json!([value.clone(), donor]),
        5 => {
            let odd = json!([0, -1, 1.5, 1e308, u64::MAX, true, "", " ", "\u{0}", "\u{1F600}"]);
            *value = odd.get(dice.below(10)).cloned().unwrap_or_default();
        }
        6 => wrap(value, dice),
        _ => match value {
            Value::Object(members) => change_members(members, donor, dice),
            Value::Array(items) => {
                if items.is_empty() || dice.below(2) == 0 {
                    items.push(donor);
                } else {
                    let index = dice.below(items.len());
                    items.remove(index);
                }
            }
            other => *other = donor,
        },
    }
}

fn change_members(members: &mut Map<String, Value>, donor: Value, dice: &mut Dice) {
    let key = |members: &Map<String, Value>, dice: &mut Dice| members.keys().nth(dice.below(members.len().max(1))).cloned();
    match (dice.below(4), key(members, dice)) {
        (0, Some(key)) => drop(members.shift_remove(&key)),
        (1, Some(key)) => {
            let value = members.shift_remove(&key).unwrap_or_default();
            members.insert(dice.word().to_owned(), value);
        }
        (2, Some(key)) => drop(members.insert(key, donor)),
        _ => drop(members.insert(dice.word().to_owned(), donor)),
    }
}

/// Puts a value below a few levels more.
fn wrap(value: &mut Value, dice: &mut Dice) {
    for _ in 0..=dice.below(12) {
        let inner = value.take();
        *value = if dice.below(2) == 0 { json!([inner]) } else { json!({ (dice.word()): inner }) };
    }
}

/// A small generator of numbers (xorshift64*): the same seed makes the same mutation.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        number as usize % bound.max(1)
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }
}
