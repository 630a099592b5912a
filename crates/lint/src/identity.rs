//! What stays the same about a finding when the file around it is edited: its rule, its file, and a place in which entries of
//! lists are named by what they hold instead of by their number.
//!
//! A parameter keeps its name when another one is put before it, so `/paths/~1items/get/parameters/[query:status]` stays
//! what it is where `/paths/~1items/get/parameters/1` does not. Messages are no part of it, since they quote what stands
//! elsewhere too; only where a finding is about a file as a whole, what its message names tells it from its neighbours. Where
//! something is missing, the place says what, since that has no place of its own.

use crate::secrets;
use crate::view::ShownPath;
use crate::way::Way;
use aws_lc_rs::digest::{SHA256, digest};
use backshell_findings::{Finding, Identity};
use backshell_model::hex;
use backshell_package::ReadPackage;
use backshell_source::{Document, Kind, Node, escape_token};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

/// Bytes of the digest that a fingerprint shows: enough that two places never share one by chance.
const FINGERPRINT_BYTES: usize = 8;
/// Characters of a value that name an entry.
const LONGEST_NAME: usize = 60;
/// Things in a message that name a finding about a whole file.
const MOST_NAMED: usize = 2;
/// What stands between a place and what it lacks.
const LACKS: &str = "~(";
/// Members that tell one entry of a list from the others, the best first.
const NAMES: &[&str] = &["name", "operationId", "templateId", "id", "propertyName", "title", "value", "$ref", "url"];

/// Gives an identity to each finding that has none yet.
pub(crate) fn identify(read: &ReadPackage, path: &ShownPath, findings: &mut [Finding]) {
    let package = &read.package;
    let definition = package.definition.as_ref().map(|definition| (&definition.file, &definition.document));
    let properties = package.properties.as_ref().map(|properties| (&properties.file, &properties.document));
    let documents: Vec<(Arc<str>, &'static str, &Document)> = [
        definition.map(|(file, document)| (path.of(package, file), crate::rule::DEFINITION, document)),
        properties.map(|(file, document)| (path.of(package, file), crate::rule::PROPERTIES, document)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut way = Way::default();
    for finding in findings.iter_mut().filter(|finding| finding.identity.is_none()) {
        let known = documents.iter().find(|(shown, ..)| *shown == finding.place.file);
        // A lone definition may have any name; it is the definition all the same.
        let file = known.map(|(_, name, _)| Cow::Borrowed(*name));
        let file = file.unwrap_or_else(|| Cow::Owned(path.inside(&finding.place.file).to_ascii_lowercase()));
        let place = match known {
            _ if finding.place.pointer.is_empty() => named_in(&finding.message),
            Some((_, _, document)) => stable(&mut way, document, &finding.place.pointer),
            None => finding.place.pointer.clone(),
        };
        finding.identity = Some(Box::new(of(&finding.rule, file, place)));
    }
}

/// A place, with what it lacks where that is what the finding is about: `/info~(contact)`. No pointer has a `~` with a bracket
/// behind it, so that nothing else reads like this. Of a name that is long or may not be told the rest is a digest.
pub(crate) fn place_of(named: &str, lacks: Option<&str>) -> String {
    match lacks {
        None => named.to_owned(),
        Some(lacks) => {
            let shown = if may_be_told(lacks) { beginning(lacks) } else { "" };
            // Names may begin alike.
            let rest = if shown.len() < lacks.len() { format!("#{}", short_digest(lacks)) } else { String::new() };
            format!("{named}{LACKS}{}{rest})", escape_token(shown))
        }
    }
}

/// The place by itself, without what it lacks.
pub(crate) fn without_lack(place: &str) -> &str {
    place.rsplit_once(LACKS).map_or(place, |(place, _)| place)
}

/// The identity of a finding of `rule` at a place in which entries of lists are named.
pub(crate) fn of(rule: &str, file: Cow<'static, str>, place: String) -> Identity {
    let fingerprint = fingerprint(rule, &file, &place);
    Identity { file, place, fingerprint }
}

/// The digest of rule, file and place, in hexadecimal digits.
pub(crate) fn fingerprint(rule: &str, file: &str, place: &str) -> String {
    short_digest(&[rule, file, place].join("\0"))
}

fn short_digest(text: &str) -> String {
    let bytes = digest(&SHA256, text.as_bytes());
    hex(bytes.as_ref().get(..FINGERPRINT_BYTES).unwrap_or_default())
}

/// The pointer with entries of lists named. A pointer that leads nowhere stays as it is.
fn stable(way: &mut Way, document: &Document, pointer: &str) -> String {
    document.resolve(pointer).map_or_else(|| pointer.to_owned(), |node| way.to(node).1.to_owned())
}

/// Adds the name of an entry of a list, or its number `index` where it has none.
pub(crate) fn push_entry(place: &mut String, node: Node<'_>, index: usize) {
    let text = |name: &str| node.get(name).and_then(Node::as_str).filter(|text| may_be_told(text));
    let name = match node.kind() {
        Kind::Object => match (text("in"), text("name")) {
            (Some(location), Some(name)) => Some(Cow::Owned([location, name].join(":"))),
            _ => {
                let only = || only_member(node).filter(|name| may_be_told(name));
                NAMES.iter().find_map(|name| text(name)).or_else(only).map(Cow::Borrowed)
            }
        },
        Kind::Array => None,
        _ => Some(node.as_str().unwrap_or_else(|| node.source())).filter(|text| may_be_told(text)).map(Cow::Borrowed),
    };
    let _ = match name {
        Some(name) => write!(place, "[{}]", escape_token(beginning(&name))),
        None => write!(place, "{index}"),
    };
}

/// Whether a text may stand in a baseline, which is handed on and kept: a secret may not, whichever rule reports its place.
fn may_be_told(text: &str) -> bool {
    secrets::shape(text).is_none() && !secrets::is_opaque(text)
}

/// As much of a text as names an entry.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(LONGEST_NAME).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// What a message names, each in brackets: the parts between its backticks.
fn named_in(message: &str) -> String {
    let names = message.split('`').skip(1).step_by(2).take(MOST_NAMED);
    names.map(|name| format!("[{}]", escape_token(beginning(name)))).collect()
}

/// The name of the member of an object that has one: security requirements are such objects.
fn only_member(node: Node<'_>) -> Option<&str> {
    let mut members = node.members();
    let first = members.next()?;
    members.next().is_none().then_some(first.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, pointer: &str) -> String {
        stable(&mut Way::default(), &backshell_source::parse_str(text).document.unwrap(), pointer)
    }

    #[test]
    fn entries_are_named_by_what_they_hold() {
        let text = r##"{ "parameters": [ { "name": "a/b", "in": "query" }, { "$ref": "#/parameters/P" } ],
            "security": [ { "oauth2": [] } ], "required": ["x", 7], "deep": [[{}]] }"##;
        for (pointer, expected) in [
            ("/parameters/0/name", "/parameters/[query:a~1b]/name"),
            ("/parameters/1", "/parameters/[#~1parameters~1P]"),
            ("/security/0/oauth2", "/security/[oauth2]/oauth2"),
            ("/required/0", "/required/[x]"),
            ("/required/1", "/required/[7]"),
            ("/deep/0/0", "/deep/0/0"),
            ("", ""),
            ("/nowhere/0", "/nowhere/0"),
        ] {
            assert_eq!(place(text, pointer), expected);
        }
    }

    #[test]
    fn entries_that_hold_secrets_go_by_their_number() {
        let text = r#"{ "enum": ["a", "ghp_q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1MPw4Sg6Tj8Uex", { "value": "q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1M" },
            { "in": "query", "name": "q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1M", "title": "t" }, { "q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1M": 1 }] }"#;
        for (pointer, expected) in [
            ("/enum/0", "/enum/[a]"),
            ("/enum/1", "/enum/1"),
            ("/enum/2/value", "/enum/[value]/value"),
            ("/enum/3", "/enum/[t]"),
            ("/enum/4", "/enum/4"),
        ] {
            assert_eq!(place(text, pointer), expected);
        }
        let secret = "q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1M";
        assert_eq!(place_of("/a", Some(secret)), format!("/a~(#{})", short_digest(secret)));
    }

    #[test]
    fn what_is_missing_is_told_apart_when_its_name_is_long() {
        assert_eq!(place_of("/a", None), "/a");
        assert_eq!(place_of("/a", Some("b/c")), "/a~(b~1c)");
        let long = "the name of a thing ".repeat(5);
        let [one, other] = ["one", "other"].map(|end| place_of("/a", Some(&format!("{long}{end}"))));
        assert!(one.starts_with("/a~(the name of a thing the name") && one != other, "{one}");
        assert_eq!(without_lack(&one), "/a");
    }

    #[test]
    fn findings_about_a_file_are_told_by_what_they_name() {
        assert_eq!(named_in("the readme has no section `Known Issues/Limits`"), "[Known Issues~1Limits]");
        assert_eq!(named_in("`a` is not `b` and not `c`"), "[a][b]");
        assert_eq!(named_in("there are 7 of them"), "");
    }

    #[test]
    fn the_parts_of_a_fingerprint_do_not_run_together() {
        assert_ne!(fingerprint("a", "bc", ""), fingerprint("ab", "c", ""));
        assert_eq!(fingerprint("a", "b", "c").len(), 2 * FINGERPRINT_BYTES);
    }
}
