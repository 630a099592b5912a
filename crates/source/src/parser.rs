//! The reader: a state machine over the bytes, with the open containers on a stack of its own.
//!
//! The fast path is `Parser::run` and what it calls down to `string`; everything that explains a mistake is in the
//! second half and runs only when there is one. After some mistakes (a comma too many or too few, a control character,
//! odd white space) it is plain how to go on, and the reader does so to find the next; after others it stops.

use crate::document::{Document, LargeObject, RawNode, Tree, decoded, flags, index_entry, index_hash, index_node};
use crate::encoding::Decoded;
use crate::hints;
use crate::name::{name_bit, name_hash, name_tag};
use crate::pointer::escape_token;
use crate::problem::{ProblemKind, SyntaxProblem, quote};
use crate::strings::{Escape, escape, is_space, plain_end, space_end};
use crate::text::{Span, Text, offset_of};
use crate::{Limits, Parsed};
use std::fmt::Write as _;

/// After so many fatal problems the text is given up.
const MOST_FATAL: usize = 20;
/// So many problems of each kind beside a document are listed.
const MOST_HARMLESS: usize = 200;
/// Objects with more members get a name index.
const SMALL: usize = 24;

/// Reads a decoded text.
pub(crate) fn read(decoded: Decoded, limits: &Limits) -> Parsed {
    let Decoded { text, problems } = decoded;
    let mut parser = Parser::new(&text, limits, problems);
    let stopped = parser.run().is_err();
    let Parser { nodes, decoded, mut large, index, mut problems, repeated_names, lone_surrogates, .. } = parser;
    let fatal = stopped || problems.iter().any(|problem| problem.kind.is_fatal());
    problems.sort_by_key(|problem| problem.span);
    // Which is the last is known only now: names are compared when their object ends, after those of the objects in it.
    for (kind, tally) in [(ProblemKind::DuplicateKey, repeated_names), (ProblemKind::LoneSurrogate, lone_surrogates)] {
        if let Some(last) = problems.iter_mut().rfind(|problem| problem.kind == kind) {
            last.left_out = tally.left_out;
        }
    }
    let document = (!fatal && !nodes.is_empty()).then(|| {
        large.sort_unstable_by_key(|large| large.node);
        Document::new(text.clone(), Tree { nodes, decoded, large, index })
    });
    Parsed { text, document, problems }
}

/// The reader cannot go on; why is among the problems.
struct Stop;

type Step<T> = Result<T, Stop>;

/// What is expected next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The document, the value of a member, or an item after a comma.
    Value,
    /// An item or the end of an array that has just begun.
    FirstItem,
    /// A name after a comma.
    Name,
    /// A name or the end of an object that has just begun.
    FirstName,
    /// A comma or the end of the container; at the root, the end of the text.
    Comma,
}

/// An open container.
#[derive(Clone, Copy)]
struct Frame {
    node: u32,
    /// Where its names begin in `Parser::names`.
    names: usize,
    object: bool,
}

/// The name that waits for its value. All zero when there is none.
#[derive(Clone, Copy, Default)]
struct Name {
    start: u32,
    end: u32,
    flags: u8,
}

struct Parser<'t> {
    source: &'t Text,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Where the last token ended, and where the last comma stood.
    token_end: usize,
    comma: usize,
    max_depth: usize,
    max_nodes: usize,
    name: Name,
    frames: Vec<Frame>,
    /// Hash and node of each member of each open object.
    names: Vec<u64>,
    nodes: Vec<RawNode>,
    decoded: Vec<(u32, Box<str>)>,
    large: Vec<LargeObject>,
    index: Vec<u64>,
    problems: Vec<SyntaxProblem>,
    fatal: usize,
    repeated_names: Tally,
    lone_surrogates: Tally,
}

/// How many problems of one kind there are beside a document.
#[derive(Clone, Copy, Default)]
struct Tally {
    listed: usize,
    left_out: u32,
}

impl Tally {
    /// Whether one more is listed. One that is not is counted.
    fn has_room(&mut self) -> bool {
        let has_room = self.listed < MOST_HARMLESS;
        self.left_out = self.left_out.saturating_add(u32::from(!has_room));
        has_room
    }
}

impl<'t> Parser<'t> {
    fn new(source: &'t Text, limits: &Limits, problems: Vec<SyntaxProblem>) -> Self {
        let text = source.as_str();
        Self {
            source,
            text,
            bytes: text.as_bytes(),
            at: 0,
            token_end: 0,
            comma: 0,
            max_depth: limits.max_depth,
            max_nodes: limits.max_nodes.min(u32::MAX as usize - 1),
            name: Name::default(),
            frames: Vec::new(),
            names: Vec::new(),
            nodes: Vec::with_capacity(room_for_nodes(text.len())),
            decoded: Vec::new(),
            large: Vec::new(),
            index: Vec::new(),
            problems,
            fatal: 0,
            repeated_names: Tally::default(),
            lone_surrogates: Tally::default(),
        }
    }

    fn run(&mut self) -> Step<()> {
        let mut state = State::Value;
        loop {
            self.skip_space();
            let byte = self.bytes.get(self.at).copied();
            state = match (state, byte) {
                (State::Value | State::FirstItem, Some(b'"')) => {
                    self.text_value()?;
                    State::Comma
                }
                (State::Name | State::FirstName, Some(b'"')) => self.member()?,
                (State::Comma, Some(b',')) if !self.frames.is_empty() => {
                    self.pass_comma();
                    if self.in_object() { State::Name } else { State::Value }
                }
                (State::Comma | State::FirstName, Some(b'}')) if self.in_object() => self.close(),
                (State::Comma | State::FirstItem, Some(b']')) if self.in_array() => self.close(),
                (State::Value | State::FirstItem, Some(b'{')) => {
                    self.open(flags::OBJECT)?;
                    State::FirstName
                }
                (State::Value | State::FirstItem, Some(b'[')) => {
                    self.open(flags::ARRAY)?;
                    State::FirstItem
                }
                (State::Value | State::FirstItem, Some(b'-' | b'0'..=b'9')) => {
                    self.number()?;
                    State::Comma
                }
                (State::Value | State::FirstItem, Some(b't')) if self.word("true", flags::BOOL)? => State::Comma,
                (State::Value | State::FirstItem, Some(b'f')) if self.word("false", flags::BOOL)? => State::Comma,
                (State::Value | State::FirstItem, Some(b'n')) if self.word("null", flags::NULL)? => State::Comma,
                (State::Comma, None) if self.frames.is_empty() => return Ok(()),
                _ => self.explain(state)?,
            };
        }
    }

    /// Reads a name with its colon, and of the members of an object the most frequent as a whole: a string and a comma.
    #[inline]
    fn member(&mut self) -> Step<State> {
        let (start, end, escaped) = self.string()?;
        self.name = Name { start, end, flags: if escaped { flags::KEY_ESCAPED } else { 0 } };
        self.colon()?;
        self.skip_space();
        if self.bytes.get(self.at) != Some(&b'"') {
            return Ok(State::Value);
        }
        self.text_value()?;
        if self.bytes.get(self.at) != Some(&b',') {
            return Ok(State::Comma);
        }
        self.pass_comma();
        Ok(State::Name)
    }

    #[inline]
    fn text_value(&mut self) -> Step<()> {
        let (start, end, escaped) = self.string()?;
        self.push(start, end, if escaped { flags::STRING | flags::ESCAPED } else { flags::STRING })?;
        Ok(())
    }

    #[inline]
    fn pass_comma(&mut self) {
        self.comma = self.at;
        self.at += 1;
        self.token_end = self.at;
    }

    #[inline]
    fn skip_space(&mut self) {
        // Mostly there is nothing, or one blank behind a colon, or a line break with much indentation.
        let is_space_at = |at: usize| self.bytes.get(at).is_some_and(|&byte| is_space(byte));
        if is_space_at(self.at) {
            self.at += 1;
            if is_space_at(self.at) {
                self.at = space_end(self.bytes, self.at + 1);
            }
        }
    }

    fn in_object(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.object)
    }

    fn in_array(&self) -> bool {
        self.frames.last().is_some_and(|frame| !frame.object)
    }

    /// Adds a value; the waiting name becomes its name.
    #[inline]
    fn push(&mut self, start: u32, end: u32, flags: u8) -> Step<u32> {
        let id = offset_of(self.nodes.len());
        if self.nodes.len() >= self.max_nodes {
            return self.too_many();
        }
        let name = std::mem::take(&mut self.name);
        let parent = self.frames.last().map_or(0, |frame| frame.node);
        let mut tag = 0;
        if name.end != 0 {
            let hash = name_hash(self.name_text(name.start, name.end, name.flags).as_bytes());
            self.names.push(index_entry(hash, id));
            tag = name_tag(hash);
        }
        self.nodes.push(RawNode {
            start,
            end,
            next: id + 1,
            parent,
            key_start: name.start,
            key_end: name.end,
            names: 0,
            tag,
            flags: flags | name.flags,
        });
        self.token_end = end as usize;
        Ok(id)
    }

    fn name_text(&self, start: u32, end: u32, flags: u8) -> &str {
        if flags & flags::KEY_ESCAPED != 0 {
            return decoded(&self.decoded, start).unwrap_or_default();
        }
        self.text.get(start as usize + 1..(end as usize).saturating_sub(1)).unwrap_or_default()
    }

    fn open(&mut self, kind: u8) -> Step<()> {
        if self.frames.len() >= self.max_depth {
            let message = format!("this is nested more than {} levels deep", self.max_depth);
            self.fail(ProblemKind::TooDeep, self.here(1), message, "flatten the structure, or raise the limit");
            return Err(Stop);
        }
        let start = offset_of(self.at);
        let node = self.push(start, start + 1, kind)?;
        self.at += 1;
        self.frames.push(Frame { node, names: self.names.len(), object: kind == flags::OBJECT });
        Ok(())
    }

    /// Ends the innermost container with the bracket at hand.
    fn close(&mut self) -> State {
        self.at += 1;
        self.token_end = self.at;
        if let Some(frame) = self.frames.pop() {
            let next = offset_of(self.nodes.len());
            let end = offset_of(self.at);
            let names = self.names.get(frame.names..).unwrap_or_default();
            let (mut bits, mut marks, mut may_repeat) = (0, 0_u64, false);
            for &name in names {
                bits |= name_bit(index_hash(name));
                // Names that are the same have the same mark, and mostly no two have it.
                let mark = 1 << (name >> (u64::BITS - u64::BITS.ilog2()));
                may_repeat |= marks & mark != 0;
                marks |= mark;
            }
            if let Some(node) = self.nodes.get_mut(frame.node as usize) {
                node.next = next;
                node.end = end;
                node.names = bits;
            }
            if frame.object {
                self.finish_names(frame, may_repeat);
            }
        }
        State::Comma
    }

    /// Finds names given twice in an object that has just ended, and indexes the names of a large one.
    fn finish_names(&mut self, frame: Frame, may_repeat: bool) {
        let names = self.names.get_mut(frame.names..).unwrap_or_default();
        if names.len() <= SMALL {
            let mut rest = if may_repeat { &*names } else { &[] };
            let mut repeated = false;
            while let Some((last, before)) = rest.split_last() {
                repeated |= before.iter().any(|name| name >> 32 == last >> 32);
                rest = before;
            }
            if repeated {
                let mut names = names.to_vec();
                names.sort_unstable();
                self.mark_duplicates(&names);
            }
        } else {
            names.sort_unstable();
            let names = names.to_vec();
            self.mark_duplicates(&names);
            self.large.push(LargeObject { node: frame.node, start: self.index.len(), len: names.len() });
            self.index.extend(names);
            if let Some(node) = self.nodes.get_mut(frame.node as usize) {
                node.flags |= flags::LARGE;
            }
        }
        self.names.truncate(frame.names);
    }

    /// Flags and reports repeated names among members sorted by hash, in the order in which they were first given. Members of
    /// one hash are sorted by name, so that colliding hashes cost no more than a sort.
    fn mark_duplicates(&mut self, names: &[u64]) {
        let mut repeated: Vec<Vec<u32>> = Vec::new();
        for group in names.chunk_by(|one, two| one >> 32 == two >> 32).filter(|group| group.len() > 1) {
            let mut members: Vec<(&str, u32)> = group
                .iter()
                .filter_map(|&entry| {
                    let id = index_node(entry);
                    let node = self.nodes.get(id as usize)?;
                    Some((self.name_text(node.key_start, node.key_end, node.flags), id))
                })
                .collect();
            members.sort_unstable();
            let same = members.chunk_by(|one, two| one.0 == two.0).filter(|same| same.len() > 1);
            repeated.extend(same.map(|same| same.iter().map(|member| member.1).collect()));
        }
        repeated.sort_unstable();
        for ids in repeated {
            self.mark_same(&ids);
        }
    }

    fn mark_same(&mut self, ids: &[u32]) {
        let Some((&first, others)) = ids.split_first() else { return };
        let Some(first_start) = self.nodes.get(first as usize).map(|node| node.key_start) else { return };
        for &id in ids.iter().take(others.len()) {
            if let Some(node) = self.nodes.get_mut(id as usize) {
                node.flags |= flags::SHADOWED;
            }
        }
        for &id in others {
            let Some(node) = self.nodes.get_mut(id as usize) else { continue };
            node.flags |= flags::DUPLICATE;
            let node = *node;
            if !self.repeated_names.has_room() {
                continue;
            }
            let name = self.name_text(node.key_start, node.key_end, node.flags);
            let message = format!(
                "the name `{}` is given twice in one object, first on line {}",
                quote(name),
                self.source.position(first_start).line
            );
            let pointer = self.node_pointer(id);
            self.beside(SyntaxProblem {
                kind: ProblemKind::DuplicateKey,
                span: Span::new(node.key_start, node.key_end),
                message,
                help: "remove one of the two; readers disagree on which one counts (here it is the last)".to_owned(),
                pointer,
                left_out: 0,
            });
        }
    }

    #[inline]
    fn word(&mut self, word: &str, flags: u8) -> Step<bool> {
        let end = self.at + word.len();
        let whole = !self.bytes.get(end).is_some_and(|&byte| is_word(byte));
        if self.bytes.get(self.at..end) != Some(word.as_bytes()) || !whole {
            return Ok(false);
        }
        self.push(offset_of(self.at), offset_of(end), flags)?;
        self.at = end;
        Ok(true)
    }

    #[inline]
    fn digits(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    }

    fn number(&mut self) -> Step<()> {
        let start = self.at;
        let whole = if self.bytes.get(start) == Some(&b'-') { start + 1 } else { start };
        let mut end = self.digits(whole);
        let mut good = end > whole && (self.bytes.get(whole) != Some(&b'0') || end == whole + 1);
        if self.bytes.get(end) == Some(&b'.') {
            let fraction = end + 1;
            end = self.digits(fraction);
            good &= end > fraction;
        }
        if matches!(self.bytes.get(end), Some(b'e' | b'E')) {
            let signed = end + 1;
            let power = if matches!(self.bytes.get(signed), Some(b'+' | b'-')) { signed + 1 } else { signed };
            end = self.digits(power);
            good &= end > power;
        }
        if !good || self.bytes.get(end).is_some_and(|&byte| is_word(byte) || byte == b'.') {
            return self.bad_number();
        }
        self.push(offset_of(start), offset_of(end), flags::NUMBER)?;
        self.at = end;
        Ok(())
    }

    /// Reads the string that begins here: where it begins and ends, quotes included, and whether it holds escapes.
    #[inline]
    fn string(&mut self) -> Step<(u32, u32, bool)> {
        let start = self.at;
        let end = plain_end(self.bytes, start + 1);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            self.token_end = self.at;
            return Ok((offset_of(start), offset_of(self.at), false));
        }
        self.odd_string(start, end)
    }

    /// The rest of a string that holds escapes or something worse; `at` is where its first plain part ends.
    fn odd_string(&mut self, start: usize, mut at: usize) -> Step<(u32, u32, bool)> {
        let mut decoded = self.text.get(start + 1..at).unwrap_or_default().to_owned();
        loop {
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += self.one_escape(at, &mut decoded)?,
                Some(b'\n' | b'\r') | None => return self.unterminated(start, at),
                Some(&byte) => {
                    self.raw_control(at, byte, "write it as an escape or remove it")?;
                    decoded.push(char::from(byte));
                    at += 1;
                }
            }
            let end = plain_end(self.bytes, at);
            decoded.push_str(self.text.get(at..end).unwrap_or_default());
            at = end;
        }
        self.decoded.push((offset_of(start), decoded.into_boxed_str()));
        self.at = at + 1;
        self.token_end = self.at;
        Ok((offset_of(start), offset_of(self.at), true))
    }

    /// Decodes the escape at `at` and returns its length.
    fn one_escape(&mut self, at: usize, decoded: &mut String) -> Step<usize> {
        match escape(self.bytes.get(at..).unwrap_or_default()) {
            Escape::Char(character, len) => {
                decoded.push(character);
                Ok(len)
            }
            Escape::LoneSurrogate(len) => {
                decoded.push(char::REPLACEMENT_CHARACTER);
                let span = Span::new(offset_of(at), offset_of(at + len));
                let message =
                    format!("the escape `{}` is half of a surrogate pair", self.source.get(span).unwrap_or("\\u"));
                if self.lone_surrogates.has_room() {
                    let pointer = self.pointer();
                    let help = "write both halves, or the character itself; here it was read as U+FFFD".to_owned();
                    let kind = ProblemKind::LoneSurrogate;
                    self.beside(SyntaxProblem { kind, span, message, help, pointer, left_out: 0 });
                }
                Ok(len)
            }
            Escape::Bad(len) => {
                // The character after the backslash may have more than one byte.
                let end = self.text.ceil_char_boundary(at + len);
                let span = Span::new(offset_of(at), offset_of(end));
                let shown = self.source.get(span).unwrap_or("\\");
                let message = if shown.starts_with("\\u") {
                    format!("`{}` is no escape: four hexadecimal digits must follow `\\u`", quote(shown))
                } else {
                    format!("`{}` is no escape", quote(shown))
                };
                self.report(ProblemKind::BadEscape, span, message, "write a backslash itself as `\\\\`")?;
                Ok(end - at)
            }
        }
    }

    #[inline]
    fn colon(&mut self) -> Step<()> {
        self.skip_space();
        while self.bytes.get(self.at) != Some(&b':') {
            if !self.skip_oddity()? {
                return self.no_colon();
            }
            self.skip_space();
        }
        self.at += 1;
        self.token_end = self.at;
        Ok(())
    }
}

/// How many values there is room for from the start: indented definitions have one every 35 to 40 bytes. Where documents are
/// many, sizes repeat, so that the allocator can hand out the memory of one to the next.
fn room_for_nodes(bytes: usize) -> usize {
    const LARGE: usize = 1 << 15;
    let usual = bytes / 32 + 4;
    if usual <= LARGE { usual.next_power_of_two() } else { usual }
}

/// Whether a byte can be part of a bare word, so that `nullx` is not `null`.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'+' | b'-')
}

/// What to say about mistakes.
impl Parser<'_> {
    /// The bracket that would close the innermost container, and where that container begins.
    fn innermost(&self) -> Option<(char, &'static str, usize)> {
        let frame = self.frames.last()?;
        let (bracket, noun) = if frame.object { ('}', "object") } else { (']', "array") };
        Some((bracket, noun, self.nodes.get(frame.node as usize)?.start as usize))
    }

    fn line_of(&self, offset: usize) -> u32 {
        self.source.position(offset_of(offset)).line
    }

    fn here(&self, len: usize) -> Span {
        Span::new(offset_of(self.at), offset_of((self.at + len).min(self.bytes.len())))
    }

    fn next_char(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// Called where the next token is not what `state` expects. Reports it, and returns how to go on.
    fn explain(&mut self, state: State) -> Step<State> {
        if self.skip_oddity()? {
            return Ok(state);
        }
        let Some(character) = self.next_char() else { return self.too_short() };
        match state {
            State::Comma if self.frames.is_empty() => self.after_end(character),
            State::Comma => self.no_comma(character),
            State::Value | State::FirstItem => self.no_value(state, character),
            State::Name | State::FirstName => self.no_name(state, character),
        }
    }

    /// Passes over what stands between tokens but must not: odd white space, control characters, comments. Returns
    /// whether there was something.
    fn skip_oddity(&mut self) -> Step<bool> {
        let Some(character) = self.next_char() else { return Ok(false) };
        let rest = self.text.get(self.at..).unwrap_or_default();
        let invisible = |character: char| {
            !character.is_ascii()
                && (character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}'))
        };
        if invisible(character) {
            let len = rest.find(|character| !invisible(character)).unwrap_or(rest.len());
            let message = format!("white space that JSON does not know (U+{:04X}) stands here", u32::from(character));
            let help = "replace it by plain spaces or remove it";
            self.report(ProblemKind::NonAsciiWhitespace, self.here(len), message, help)?;
            self.at += len;
        } else if character.is_control() {
            let code = u32::from(character);
            let (kind, message) = if code == 0 {
                (ProblemKind::Nul, "a NUL character (U+0000) stands here".to_owned())
            } else {
                (ProblemKind::ControlCharacter, format!("a control character (U+{code:04X}) stands here"))
            };
            let len = rest.find(|other| other != character).unwrap_or(rest.len());
            self.report(kind, self.here(len), message, "remove it; the file may be damaged or not be text")?;
            self.at += len;
        } else if rest.starts_with("//") || rest.starts_with("/*") {
            let len = if rest.starts_with("//") { rest.find(['\n', '\r']) } else { rest.find("*/").map(|at| at + 2) };
            let len = len.unwrap_or(rest.len());
            let message = "JSON has no comments".to_owned();
            self.report(ProblemKind::Comment, self.here(len), message, "remove it, or make it a `description`")?;
            self.at += len;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn too_short<T>(&mut self) -> Step<T> {
        let span = Span::new(offset_of(self.token_end), offset_of(self.token_end));
        match self.innermost() {
            None => {
                let message = "the file is empty".to_owned();
                self.fail(
                    ProblemKind::Empty,
                    Span::default(),
                    message,
                    "a JSON file holds at least one value, mostly `{}`",
                );
            }
            Some((bracket, noun, start)) => {
                let more = self.frames.len() - 1;
                let mut message =
                    format!("the file ends, but the {noun} that begins on line {} is not closed", self.line_of(start));
                if more > 0 {
                    let _ = write!(message, ", nor {more} around it");
                }
                let help = format!("add the missing `{bracket}`{}", self.hint());
                self.fail(ProblemKind::Unclosed, span, message, &help);
            }
        }
        Err(Stop)
    }

    fn after_end(&mut self, character: char) -> Step<State> {
        let message = if matches!(character, '}' | ']') {
            format!("`{character}` closes nothing: the document has already ended")
        } else {
            format!("the document has ended, but text follows it: `{}`", self.shown())
        };
        let opened = if matches!(character, '}' | ']' | ',') {
            "a closing bracket before this place is one too many"
        } else {
            "remove what follows, or put both into one object or array"
        };
        let help = format!("{opened}{}", self.hint());
        self.fail(ProblemKind::TextAfterEnd, self.here(character.len_utf8()), message, &help);
        Err(Stop)
    }

    fn no_comma(&mut self, character: char) -> Step<State> {
        let Some((bracket, noun, start)) = self.innermost() else { return Err(Stop) };
        let object = bracket == '}';
        let line = self.line_of(start);
        let begins_next =
            character == '"' || (!object && (matches!(character, '{' | '[' | '-') || character.is_ascii_digit()));
        let after_string = self.token_end.checked_sub(1).and_then(|last| self.bytes.get(last)) == Some(&b'"');
        if begins_next {
            let what = if object { "members" } else { "items" };
            let gap = Span::new(offset_of(self.token_end), offset_of(self.token_end));
            let message = format!("a comma is missing between two {what} of the {noun} that begins on line {line}");
            self.report(ProblemKind::MissingComma, gap, message, "put a comma here")?;
            return Ok(if object { State::Name } else { State::Value });
        }
        let span = self.here(character.len_utf8());
        match character {
            '}' | ']' => self.wrong_bracket(character),
            ':' if !object => {
                let message = format!("a `:` stands in the array that begins on line {line}");
                self.fail(
                    ProblemKind::WrongBracket,
                    span,
                    message,
                    "only objects have names; begin it with `{`, not `[`",
                );
                Err(Stop)
            }
            '{' | '[' => {
                let message = format!("`{character}` follows a value in the object that begins on line {line}");
                let help = format!("put a comma and a name before it, or close the object first{}", self.hint());
                self.fail(ProblemKind::WrongBracket, span, message, &help);
                Err(Stop)
            }
            _ => {
                let message = format!("`{}` follows a value; a comma or `{bracket}` was expected", self.shown());
                let help = if after_string {
                    "when it belongs to the string before it, write the quote within that string as `\\\"`"
                } else {
                    "remove it, or put a comma before it and quotes around it"
                };
                self.fail(ProblemKind::Unexpected, span, message, help);
                Err(Stop)
            }
        }
    }

    fn wrong_bracket(&mut self, character: char) -> Step<State> {
        let Some((bracket, noun, start)) = self.innermost() else { return Err(Stop) };
        let message = format!(
            "`{character}` does not close the {noun} that begins on line {}; `{bracket}` was expected",
            self.line_of(start)
        );
        let help = format!("close that {noun} with `{bracket}` first, or remove this `{character}`{}", self.hint());
        self.fail(ProblemKind::WrongBracket, self.here(1), message, &help);
        Err(Stop)
    }

    /// Reports the comma before a closing bracket, and closes.
    fn trailing_comma(&mut self, bracket: char) -> Step<State> {
        let span = Span::new(offset_of(self.comma), offset_of(self.comma + 1));
        let message = format!("this comma is followed by `{bracket}`, not by another value");
        self.report(ProblemKind::TrailingComma, span, message, "remove the comma")?;
        Ok(self.close())
    }

    fn extra_comma(&mut self, state: State) -> Step<State> {
        let message = "a comma stands where a value should".to_owned();
        self.report(ProblemKind::ExtraComma, self.here(1), message, "remove it, or put the missing value before it")?;
        self.comma = self.at;
        self.at += 1;
        Ok(if state == State::FirstItem { State::Value } else { state })
    }

    fn no_value(&mut self, state: State, character: char) -> Step<State> {
        let of_member = self.name.end != 0;
        let span = self.here(character.len_utf8());
        match character {
            ',' | '}' | ']' if of_member => {
                let name = quote(self.name_text(self.name.start, self.name.end, self.name.flags));
                let gap = Span::new(offset_of(self.token_end), offset_of(self.token_end));
                let message = format!("the member `{name}` has no value");
                self.report(
                    ProblemKind::MissingValue,
                    gap,
                    message,
                    "put a value after the colon, or remove the member",
                )?;
                let end = offset_of(self.token_end);
                self.push(end, end, flags::NULL)?;
                Ok(State::Comma)
            }
            ',' if !self.frames.is_empty() => self.extra_comma(state),
            ']' if state == State::Value && self.in_array() => self.trailing_comma(']'),
            '}' | ']' if !self.frames.is_empty() => self.wrong_bracket(character),
            '\'' | '`' | '‘' | '’' | '“' | '”' | '„' => self.wrong_quotes(character),
            '+' | '.' => self.bad_number(),
            _ if character.is_alphanumeric() || character == '_' => self.bare_word(),
            _ => {
                let message = format!("a value was expected, not `{}`", self.shown());
                self.fail(
                    ProblemKind::Unexpected,
                    span,
                    message,
                    "put an object, an array, a string in double quotes, a number, `true`, `false` or `null` here",
                );
                Err(Stop)
            }
        }
    }

    /// A word that is no value. Words from other languages are passed over, to find the next mistake.
    fn bare_word(&mut self) -> Step<State> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
        let word = rest.get(..len).unwrap_or_default();
        let meant = match word {
            "True" | "TRUE" => Some("`true`"),
            "False" | "FALSE" => Some("`false`"),
            "Null" | "NULL" | "None" | "nil" | "undefined" | "NaN" | "Infinity" => Some("`null`"),
            _ => None,
        };
        let message = format!("`{}` is no JSON value", quote(word));
        let help = meant
            .map_or_else(|| "put double quotes around it if it is text".to_owned(), |word| format!("write {word}"));
        let span = self.here(len);
        if meant.is_none() {
            self.fail(ProblemKind::Unexpected, span, message, &help);
            return Err(Stop);
        }
        self.report(ProblemKind::Unexpected, span, message, &help)?;
        self.push(span.start, span.end, flags::NULL)?;
        self.at += len;
        Ok(State::Comma)
    }

    fn bad_number<T>(&mut self) -> Step<T> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest
            .find(|character: char| !(character.is_alphanumeric() || matches!(character, '+' | '-' | '.' | '_')))
            .unwrap_or(rest.len());
        let shown = rest.get(..len).unwrap_or_default();
        let digits = shown.trim_start_matches(['+', '-']);
        let help = if shown.starts_with('+') {
            "remove the plus sign"
        } else if digits.starts_with("0x") || digits.starts_with("0X") {
            "write the number in decimal"
        } else if digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
            "remove the leading zeros, or put quotes around it if it is text"
        } else if digits.starts_with('.') || digits.ends_with('.') {
            "put a digit on both sides of the decimal point"
        } else {
            "put double quotes around it if it is text"
        };
        let message = format!("`{}` is no JSON number", quote(shown));
        self.fail(ProblemKind::BadNumber, self.here(len), message, help);
        Err(Stop)
    }

    fn no_name(&mut self, state: State, character: char) -> Step<State> {
        let Some((_, _, start)) = self.innermost() else { return Err(Stop) };
        let line = self.line_of(start);
        let span = self.here(character.len_utf8());
        match character {
            '}' if state == State::Name => self.trailing_comma('}'),
            '}' | ']' => self.wrong_bracket(character),
            ',' => self.extra_comma(state),
            '{' | '[' => {
                let message = format!(
                    "`{character}` stands where a name should: the object that begins on line {line} is still open"
                );
                let help = format!("close that object before this place, or give the value a name{}", self.hint());
                self.fail(ProblemKind::WrongBracket, span, message, &help);
                Err(Stop)
            }
            '\'' | '`' | '‘' | '’' | '“' | '”' | '„' => self.wrong_quotes(character),
            _ if character.is_alphanumeric() || matches!(character, '_' | '$') => {
                let message = format!("the name `{}` is not in quotes", self.shown());
                self.fail(ProblemKind::UnquotedName, span, message, "put double quotes around the name");
                Err(Stop)
            }
            _ => {
                let message = format!("a name in double quotes was expected, not `{}`", self.shown());
                self.fail(
                    ProblemKind::Unexpected,
                    span,
                    message,
                    "put a name, a colon and a value here, or close the object",
                );
                Err(Stop)
            }
        }
    }

    fn no_colon<T>(&mut self) -> Step<T> {
        if self.at >= self.bytes.len() {
            return self.too_short();
        }
        let name = quote(self.name_text(self.name.start, self.name.end, self.name.flags));
        let gap = Span::new(offset_of(self.token_end), offset_of(self.token_end));
        let message = format!("no colon follows the name `{name}`, but `{}`", self.shown());
        let help = "put `:` and a value here; for a list of texts use `[` and `]`, not `{` and `}`";
        self.fail(ProblemKind::MissingColon, gap, message, help);
        Err(Stop)
    }

    fn wrong_quotes(&mut self, character: char) -> Step<State> {
        let message = format!("`{character}` is no quote in JSON");
        self.fail(ProblemKind::WrongQuotes, self.here(character.len_utf8()), message, "use double quotes (`\"`)");
        Err(Stop)
    }

    fn unterminated<T>(&mut self, start: usize, at: usize) -> Step<T> {
        let ends = if at < self.bytes.len() { "line" } else { "file" };
        let span = Span::new(offset_of(start), offset_of(at));
        let message = format!("this string is not closed before the end of its {ends}");
        let help = "close it with `\"`; write a line break within a string as `\\n`";
        self.fail(ProblemKind::UnterminatedString, span, message, help);
        Err(Stop)
    }

    fn raw_control(&mut self, at: usize, byte: u8, help: &str) -> Step<()> {
        let span = Span::new(offset_of(at), offset_of(at + 1));
        let (kind, name) = match byte {
            0 => (ProblemKind::Nul, "a NUL character (U+0000)".to_owned()),
            b'\t' => (ProblemKind::ControlCharacter, "a tab (U+0009)".to_owned()),
            _ => (ProblemKind::ControlCharacter, format!("a control character (U+{byte:04X})")),
        };
        let help = if byte == b'\t' { "write it as `\\t` or remove it" } else { help };
        self.report(kind, span, format!("{name} stands within a string"), help)
    }

    fn too_many<T>(&mut self) -> Step<T> {
        let message = format!("the file holds more than {} values", self.max_nodes);
        self.fail(ProblemKind::TooManyValues, self.here(1), message, "split the file, or raise the limit");
        Err(Stop)
    }

    /// The beginning of what stands here, for a message.
    fn shown(&self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.find(|character: char| !character.is_alphanumeric()).unwrap_or(rest.len());
        let end = if len == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { len };
        quote(rest.get(..end).unwrap_or_default())
    }

    /// Where the brackets probably went wrong, as the end of a help text.
    fn hint(&self) -> String {
        hints::first_misplaced_bracket(self.text, self.at).map_or_else(String::new, |place| {
            format!(
                "; judging by the indentation, look at line {}, where `{}` closes what begins on line {}",
                self.line_of(place.close),
                place.bracket,
                self.line_of(place.open)
            )
        })
    }

    /// Records a problem that leaves no document but lets the reader go on.
    fn report(&mut self, kind: ProblemKind, span: Span, message: String, help: &str) -> Step<()> {
        self.fail(kind, span, message, help);
        if self.fatal >= MOST_FATAL { Err(Stop) } else { Ok(()) }
    }

    /// Records a problem that leaves no document.
    fn fail(&mut self, kind: ProblemKind, span: Span, message: String, help: &str) {
        let pointer = self.pointer();
        self.fatal += 1;
        self.problems.push(SyntaxProblem { kind, span, message, help: help.to_owned(), pointer, left_out: 0 });
    }

    /// Records a problem beside a document.
    fn beside(&mut self, problem: SyntaxProblem) {
        let tally = match problem.kind {
            ProblemKind::DuplicateKey => &mut self.repeated_names,
            _ => &mut self.lone_surrogates,
        };
        tally.listed += 1;
        self.problems.push(problem);
    }

    /// The pointer of the place that is being read: the waiting member or the innermost open container.
    fn pointer(&self) -> String {
        let mut pointer = self.frames.last().map_or_else(String::new, |frame| self.node_pointer(frame.node));
        if self.name.end != 0 {
            pointer.push('/');
            pointer.push_str(&escape_token(self.name_text(self.name.start, self.name.end, self.name.flags)));
        }
        pointer
    }

    /// The pointer of a node of the unfinished tree.
    fn node_pointer(&self, id: u32) -> String {
        let mut tokens = Vec::new();
        let mut at = id;
        while at != 0 {
            let Some(node) = self.nodes.get(at as usize) else { break };
            if node.key_end != 0 {
                tokens.push(escape_token(self.name_text(node.key_start, node.key_end, node.flags)).into_owned());
            } else {
                let mut index = 0;
                let mut sibling = node.parent + 1;
                while sibling < at {
                    sibling = self.nodes.get(sibling as usize).map_or(at, |node| node.next);
                    index += 1;
                }
                tokens.push(index.to_string());
            }
            at = node.parent;
        }
        tokens.iter().rev().fold(String::new(), |pointer, token| pointer + "/" + token)
    }
}
