//! Path templates of a definition (`/items('{id}')/rows`): what they match, and which of two is more specific.
//!
//! Matching is linear in the length of the path. Everything that routes by a definition does it with this, so that the
//! gateway and a mock never disagree about what a path means.

use memchr::memmem;
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// The most segments of a path or template; real definitions stay below twenty.
pub const MAX_SEGMENTS: usize = 128;
/// The most variables of one segment.
pub const MAX_VARIABLES: usize = 16;

/// What an escape is read as while only characters that stand as written count. No UTF-8 text has this byte.
const ESCAPED: u8 = 0xff;

/// A template that cannot be matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathTemplateError {
    /// It has too many segments.
    #[error("a path has at most {MAX_SEGMENTS} segments; shorten it")]
    TooManySegments,
    /// One of its segments has too many variables.
    #[error("a path segment has at most {MAX_VARIABLES} variables; use fewer")]
    TooManyVariables,
    /// Its plain text is percent-encoded and not UTF-8.
    #[error("the path's text is not UTF-8 once it is decoded; correct its escapes")]
    NotText,
}

/// A path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate(Vec<SegmentTemplate>);

/// One segment: a literal, then variables that each have a literal behind them. Literals are decoded and may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SegmentTemplate {
    prefix: Vec<u8>,
    variables: Vec<(Arc<str>, Vec<u8>)>,
}

/// A path variable's name and its value as it stands in the path, percent-encoded.
pub type PathValue<'p> = (Arc<str>, &'p str);

impl PathTemplate {
    /// Reads a template. The leading slash may be missing; a brace that is not closed is plain text.
    pub fn parse(template: &str) -> Result<Self, PathTemplateError> {
        let segments = split(template).take(MAX_SEGMENTS + 1).map(SegmentTemplate::parse);
        let segments = segments.collect::<Result<Vec<_>, _>>()?;
        if segments.len() > MAX_SEGMENTS { Err(PathTemplateError::TooManySegments) } else { Ok(Self(segments)) }
    }

    /// How many segments a path must have to match.
    pub fn segment_count(&self) -> usize {
        self.0.len()
    }

    /// The values of the variables, in order, when the path matches.
    ///
    /// No variable is empty. A variable takes the shortest text up to the literal behind it, and the last one of a
    /// segment takes the rest; a variable with another one directly behind it takes one byte or one escape. A literal
    /// is found as it is written first, and otherwise also where the path has it percent-encoded (`items(%277%27)`).
    pub fn captures<'p>(&self, path: &SplitPath<'p>) -> Option<Vec<PathValue<'p>>> {
        if self.0.len() != path.0.len() {
            return None;
        }
        let mut values = Vec::new();
        for (template, segment) in self.0.iter().zip(&path.0) {
            template.capture(segment, &mut values)?;
        }
        Some(values)
    }

    /// Sorts templates of the same number of segments: the smallest is the most specific and is to be tried first.
    /// Segment by segment, plain text comes before mixtures, and among those much plain text before little.
    pub fn specificity(&self) -> Vec<usize> {
        self.0.iter().map(SegmentTemplate::generality).collect()
    }

    /// Whether both match the same paths, whatever their variables are called.
    pub fn same_shape(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(one, two)| one.same_shape(two))
    }
}

impl SegmentTemplate {
    fn parse(text: &str) -> Result<Self, PathTemplateError> {
        let literal = |text: &str| match percent_decode_str(text).decode_utf8() {
            Ok(decoded) => Ok(decoded.into_owned().into_bytes()),
            Err(_) => Err(PathTemplateError::NotText),
        };
        let Some((prefix, first, mut rest)) = next_variable(text) else {
            return Ok(Self { prefix: literal(text)?, variables: Vec::new() });
        };
        let (mut name, mut variables) = (first, Vec::new());
        while let Some((behind, next, after)) = next_variable(rest) {
            variables.push((name.into(), literal(behind)?));
            (name, rest) = (next, after);
        }
        variables.push((name.into(), literal(rest)?));
        if variables.len() > MAX_VARIABLES {
            return Err(PathTemplateError::TooManyVariables);
        }
        Ok(Self { prefix: literal(prefix)?, variables })
    }

    fn generality(&self) -> usize {
        if self.variables.is_empty() {
            return 0;
        }
        usize::MAX - self.prefix.len() - self.variables.iter().map(|(_, literal)| literal.len()).sum::<usize>()
    }

    fn same_shape(&self, other: &Self) -> bool {
        self.prefix == other.prefix
            && self.variables.len() == other.variables.len()
            && self.variables.iter().zip(&other.variables).all(|((_, one), (_, two))| one == two)
    }

    /// Adds the values of the variables; what it added to `values` before it fails is of no use.
    fn capture<'p>(&self, segment: &Segment<'p>, values: &mut Vec<PathValue<'p>>) -> Option<()> {
        let Some(escapes) = &segment.escapes else {
            return self.capture_in(segment.text.as_bytes(), Some, segment.text, values);
        };
        let start = |at: usize| escapes.starts.get(at).copied();
        let before = values.len();
        self.capture_in(&escapes.written, start, segment.text, values).or_else(|| {
            values.truncate(before);
            self.capture_in(&escapes.decoded, start, segment.text, values)
        })
    }

    /// Matches `bytes`, of which the one at an index begins at `start(index)` in `text`.
    ///
    /// The leftmost place for each literal leaves the most to those behind it, so nothing has to be tried again.
    fn capture_in<'p>(
        &self,
        bytes: &[u8],
        start: impl Fn(usize) -> Option<usize>,
        text: &'p str,
        values: &mut Vec<PathValue<'p>>,
    ) -> Option<()> {
        let mut rest = bytes.strip_prefix(self.prefix.as_slice())?;
        let Some(((last, suffix), inner)) = self.variables.split_last() else {
            return rest.is_empty().then_some(());
        };
        let mut take = |name: &Arc<str>, from: usize, to: usize| {
            values.push((Arc::clone(name), text.get(start(from)?..start(to)?)?));
            Some(())
        };
        for (name, literal) in inner {
            let from = bytes.len() - rest.len();
            let length = memmem::find(rest.get(1..)?, literal)? + 1;
            take(name, from, from + length)?;
            rest = rest.get(length + literal.len()..)?;
        }
        let length = rest.strip_suffix(suffix.as_slice()).map(<[u8]>::len).filter(|length| *length > 0)?;
        let from = bytes.len() - rest.len();
        take(last, from, from + length)
    }
}

/// A path, ready to be matched against templates.
#[derive(Clone, Debug)]
pub struct SplitPath<'p>(Vec<Segment<'p>>);

#[derive(Clone, Debug)]
struct Segment<'p> {
    text: &'p str,
    escapes: Option<Escapes>,
}

/// A segment with percent-encoding in it, undone.
#[derive(Clone, Debug)]
struct Escapes {
    /// With [`ESCAPED`] for each escape.
    written: Vec<u8>,
    decoded: Vec<u8>,
    /// Where each byte of the two begins in the text, and the text's end.
    starts: Vec<usize>,
}

impl<'p> SplitPath<'p> {
    /// Splits an encoded path; the leading slash may be missing.
    pub fn new(path: &'p str) -> Self {
        // One segment too many matches nothing, so the rest does not matter.
        Self(split(path).take(MAX_SEGMENTS + 1).map(Segment::new).collect())
    }

    /// How many segments it has.
    pub fn segment_count(&self) -> usize {
        self.0.len()
    }

    /// Takes a path that has no variables off the front. Nothing when this path does not begin with it; one empty
    /// segment, as of the path `/`, when nothing is left.
    pub fn below(&self, root: &PathTemplate) -> Option<Self> {
        let (front, rest) = self.0.split_at_checked(root.0.len())?;
        let mut values = Vec::new();
        for (template, segment) in root.0.iter().zip(front) {
            template.capture(segment, &mut values)?;
        }
        Some(if rest.is_empty() { Self::new("") } else { Self(rest.to_vec()) })
    }
}

impl<'p> Segment<'p> {
    fn new(text: &'p str) -> Self {
        Self { text, escapes: text.contains('%').then(|| Escapes::of(text)) }
    }
}

impl Escapes {
    fn of(text: &str) -> Self {
        let mut escapes = Self { written: Vec::new(), decoded: Vec::new(), starts: Vec::new() };
        let mut rest = text.as_bytes();
        while let Some((byte, behind)) = rest.split_first() {
            escapes.starts.push(text.len() - rest.len());
            let digit =
                |at: usize| char::from(*behind.get(at)?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            match (byte, digit(0), digit(1)) {
                (b'%', Some(high), Some(low)) => {
                    escapes.written.push(ESCAPED);
                    escapes.decoded.push(high << 4 | low);
                    rest = behind.get(2..).unwrap_or_default();
                }
                _ => {
                    escapes.written.push(*byte);
                    escapes.decoded.push(*byte);
                    rest = behind;
                }
            }
        }
        escapes.starts.push(text.len());
        escapes
    }
}

fn split(path: &str) -> std::str::Split<'_, char> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

/// The first `{variable}` of a template: what stands before it, its name, what follows.
pub fn next_variable(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn captures(template: &str, path: &str) -> Option<Vec<String>> {
        let template = PathTemplate::parse(template).unwrap();
        let values = template.captures(&SplitPath::new(path))?;
        Some(values.iter().map(|(name, value)| format!("{name}={value}")).collect())
    }

    #[test]
    fn what_templates_match() {
        for (template, path, expected) in [
            ("/items/{id}", "/items/7", Some(vec!["id=7"])),
            ("items/{id}", "items/a%2Fb", Some(vec!["id=a%2Fb"])),
            ("/items/{id}", "/items/", None),
            ("/items/{id}", "/items/7/", None),
            ("/", "", Some(vec![])),
            ("/items('{id}')", "/items('7')", Some(vec!["id=7"])),
            ("/items('{id}')", "/items(%277%27)", Some(vec!["id=7"])),
            ("/items('{id}')", "/items('')')", Some(vec!["id=')"])),
            ("/items('{id}')", "/items('')", None),
            ("/range({a},{b})", "/range(1,2,3)", Some(vec!["a=1", "b=2,3"])),
            // A comma as data, then one that was encoded without need.
            ("/range({a},{b})", "/range(1%2C2,3)", Some(vec!["a=1%2C2", "b=3"])),
            ("/range({a},{b})", "/range(1%2C2)", Some(vec!["a=1", "b=2"])),
            ("/{name}.{kind}", "/a.tar.gz", Some(vec!["name=a", "kind=tar.gz"])),
            // No part of an escape is a literal.
            ("/{a}2{b}", "/x%2Fy", None),
            ("/{a}2{b}", "/x%2F2y", Some(vec!["a=x%2F", "b=y"])),
            ("/{a}{b}", "/xyz", Some(vec!["a=x", "b=yz"])),
            ("/{a}{b}", "/%41z", Some(vec!["a=%41", "b=z"])),
            ("/{a}{b}", "/x", None),
            ("/a b/{x}", "/a%20b/1", Some(vec!["x=1"])),
            ("/a%20b{x}", "/%61%20b%e9", Some(vec!["x=%e9"])),
            ("/é{x}", "/%C3%A9%C3%A8", Some(vec!["x=%C3%A8"])),
            ("/{x}-", "/a--", Some(vec!["x=a-"])),
            ("/{x}aa", "/xaaa", Some(vec!["x=xa"])),
            ("/{open", "/{open", Some(vec![])),
            ("/%", "/%", Some(vec![])),
            ("/a{x}", "/é", None),
            ("/{x}{y}", "/é", None),
        ] {
            let expected = expected.map(|values| values.into_iter().map(str::to_owned).collect());
            assert_eq!(captures(template, path), expected, "{template} with {path}");
        }
    }

    #[test]
    fn limits() {
        let many = "{x}-".repeat(MAX_VARIABLES + 1);
        assert_eq!(PathTemplate::parse(&many), Err(PathTemplateError::TooManyVariables));
        assert!(PathTemplate::parse(&format!("/{}/{{x}}", "{x}-".repeat(MAX_VARIABLES))).is_ok());
        assert_eq!(PathTemplate::parse("/%ff{x}"), Err(PathTemplateError::NotText));
        let deep = "/a".repeat(MAX_SEGMENTS + 1);
        assert_eq!(PathTemplate::parse(&deep), Err(PathTemplateError::TooManySegments));
        let deepest = PathTemplate::parse(&"/{x}".repeat(MAX_SEGMENTS)).unwrap();
        assert_eq!(deepest.captures(&SplitPath::new(&deep)), None);
        assert_eq!(deepest.captures(&SplitPath::new(&"/a".repeat(MAX_SEGMENTS))).unwrap().len(), MAX_SEGMENTS);
    }

    #[test]
    fn hostile_paths_take_linear_time() {
        let template = PathTemplate::parse(&"{x}aa".repeat(MAX_VARIABLES)).unwrap();
        for path in ["a".repeat(16_000) + "b", "%61".repeat(5_000) + "b"] {
            let path = SplitPath::new(&path);
            let started = std::time::Instant::now();
            for _ in 0..100 {
                assert_eq!(template.captures(&path), None);
            }
            // The matcher before this one would not have come to an end.
            assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
        }
    }

    #[test]
    fn roots_come_off_the_front() {
        let root = PathTemplate::parse("/v 2").unwrap();
        let below = |path| SplitPath::new(path).below(&root).map(|rest| rest.segment_count());
        assert_eq!(below("/v%202/a/b"), Some(2));
        assert_eq!(below("/v%202"), Some(1));
        assert_eq!(below("/v2/a"), None);
    }

    /// A matcher that tries every place of every literal, to compare with.
    fn reference(parts: &[(bool, String)], text: &str, values: &mut Vec<String>) -> bool {
        match parts {
            [] => text.is_empty(),
            [(false, literal), rest @ ..] => {
                text.strip_prefix(literal.as_str()).is_some_and(|tail| reference(rest, tail, values))
            }
            [(true, _), rest @ ..] => {
                for end in 1..=text.len() {
                    let (value, tail) = text.split_at(end);
                    values.push(value.to_owned());
                    if reference(rest, tail, values) {
                        return true;
                    }
                    values.pop();
                }
                false
            }
        }
    }

    proptest! {
        #[test]
        fn matches_what_a_search_of_all_places_finds(
            parts in prop::collection::vec((any::<bool>(), "[ab]{1,2}"), 1..6),
            text in "[ab]{0,9}",
        ) {
            let template: String =
                parts.iter().map(|(variable, text)| if *variable { format!("{{{text}}}") } else { text.clone() }).collect();
            let mut expected = Vec::new();
            let expected = reference(&parts, &text, &mut expected).then_some(expected);
            let template = PathTemplate::parse(&template).unwrap();
            let found = template.captures(&SplitPath::new(&text));
            let found = found.map(|values| values.iter().map(|(_, value)| (*value).to_owned()).collect());
            prop_assert_eq!(&found, &expected);
            // The same text, wholly encoded.
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let found = template.captures(&SplitPath::new(&encoded));
            let decoded = |value: &str| percent_decode_str(value).decode_utf8().unwrap().into_owned();
            let found = found.map(|values| values.iter().map(|(_, value)| decoded(value)).collect());
            prop_assert_eq!(&found, &expected);
        }

        #[test]
        fn never_panics(template in "[{}a%/4é]{0,12}", path in "[{}a%/4é]{0,12}") {
            if let Ok(template) = PathTemplate::parse(&template) {
                let _ = template.captures(&SplitPath::new(&path));
            }
        }
    }
}
