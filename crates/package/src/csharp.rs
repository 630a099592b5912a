//! The words of a C# text: enough to see declarations, directives and what stands in strings, and not to take comments
//! and strings for code.

use std::ops::Range;

/// A word or a single sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// Its text.
    pub text: &'t str,
    /// Where it is: byte offsets.
    pub place: Range<usize>,
}

/// A string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// What it says, in order.
    pub parts: Vec<LiteralPart>,
    /// Where it is, quotation marks included: byte offsets.
    pub place: Range<usize>,
}

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralPart {
    /// Text, escapes undone.
    Text(String),
    /// A value that is put in when the program runs.
    Hole,
}

/// Something that is neither a comment nor between words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// A word or a sign.
    Token(Token<'t>),
    /// A string.
    Literal(Literal),
}

/// The tokens of a text in order. Comments, strings, characters and lines of the preprocessor are passed over.
///
/// Strings within the holes of interpolated strings are not told from the end of the string around them; what is
/// misread for that reason ends with the line.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens(Reader { text, at: 0 })
}

/// The tokens and strings of a text in order; as [`tokens`] otherwise.
pub fn pieces(text: &str) -> Pieces<'_> {
    Pieces(Reader { text, at: 0 })
}

/// See [`tokens`].
#[derive(Clone, Debug)]
pub struct Tokens<'t>(Reader<'t>);

/// See [`pieces`].
#[derive(Clone, Debug)]
pub struct Pieces<'t>(Reader<'t>);

#[derive(Clone, Debug)]
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

/// A string as it is written.
struct Written<'t> {
    inner: &'t str,
    place: Range<usize>,
    kind: Kind,
    /// How many braces open a hole; none do in a string that is not interpolated.
    braces: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `"..."`, with escapes.
    Plain,
    /// `@"..."`, in which two quotation marks stand for one.
    Verbatim,
    /// `"""..."""`.
    Raw,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes behind the next `end`, or to the end of the text; says where what was passed over ended.
    fn skip_to(&mut self, end: &str) -> usize {
        let (inner, behind) = match self.rest().find(end) {
            Some(found) => (self.at + found, self.at + found + end.len()),
            None => (self.text.len(), self.text.len()),
        };
        self.at = behind;
        inner
    }

    /// Passes over blanks, comments, characters and lines of the preprocessor; false when something else is next.
    fn skip_gap(&mut self) -> bool {
        let rest = self.rest();
        let trimmed = rest.trim_start();
        if trimmed.len() < rest.len() {
            self.at += rest.len() - trimmed.len();
        } else if rest.starts_with("//") || rest.starts_with('#') {
            self.skip_to("\n");
        } else if rest.starts_with("/*") {
            self.at += 2;
            self.skip_to("*/");
        } else if rest.starts_with('\'') {
            self.at += 1;
            self.quoted('\'');
        } else {
            return false;
        }
        true
    }

    /// Reads a string that begins here.
    fn string(&mut self) -> Option<Written<'t>> {
        let (rest, start) = (self.rest(), self.at);
        let quotes = rest.trim_start_matches(['$', '@']);
        if !quotes.starts_with('"') {
            return None;
        }
        let prefix = rest.get(..rest.len() - quotes.len()).unwrap_or_default();
        let count = quotes.len() - quotes.trim_start_matches('"').len();
        let braces = prefix.matches('$').count();
        let (kind, marks) = if prefix.contains('@') {
            (Kind::Verbatim, 1)
        } else if count >= 3 {
            (Kind::Raw, count)
        } else {
            (Kind::Plain, 1)
        };
        self.at += prefix.len() + marks;
        let inner = self.at;
        let end = match kind {
            Kind::Verbatim => self.skip_verbatim(),
            Kind::Raw => self.skip_to(quotes.get(..count).unwrap_or_default()),
            Kind::Plain => self.quoted('"'),
        };
        let inner = self.text.get(inner..end).unwrap_or_default();
        Some(Written { inner, place: start..self.at, kind, braces })
    }

    /// Goes behind the end of a verbatim string; says where its text ended.
    fn skip_verbatim(&mut self) -> usize {
        while let Some(found) = self.rest().find('"') {
            self.at += found + 1;
            match self.rest().strip_prefix('"') {
                Some(_) => self.at += 1,
                None => return self.at - 1,
            }
        }
        self.at = self.text.len();
        self.at
    }

    /// Goes behind the `end` of a string or character, which does not go beyond its line; says where its text ended.
    fn quoted(&mut self, end: char) -> usize {
        let mut escaped = false;
        for (offset, character) in self.rest().char_indices() {
            if character == '\n' {
                self.at += offset;
                return self.at;
            }
            if character == end && !escaped {
                let inner = self.at + offset;
                self.at = inner + character.len_utf8();
                return inner;
            }
            escaped = character == '\\' && !escaped;
        }
        self.at = self.text.len();
        self.at
    }

    /// Reads a word or a sign; what is no token was passed over before.
    fn token(&mut self) -> Option<Token<'t>> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let in_word = |character: char| character.is_alphanumeric() || character == '_';
        let length = match rest.find(|character| !in_word(character)) {
            Some(0) => first.len_utf8(),
            Some(length) => length,
            None => rest.len(),
        };
        let place = self.at..self.at + length;
        self.at = place.end;
        Some(Token { text: self.text.get(place.clone())?, place })
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        while self.0.skip_gap() || self.0.string().is_some() {}
        self.0.token()
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        while self.0.skip_gap() {}
        match self.0.string() {
            Some(written) => Some(Piece::Literal(Literal { parts: parts(&written), place: written.place })),
            None => self.0.token().map(Piece::Token),
        }
    }
}

/// What a string says.
fn parts(written: &Written<'_>) -> Vec<LiteralPart> {
    let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), written.inner);
    while let Some(first) = rest.chars().next() {
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
        match first {
            '\\' if written.kind == Kind::Plain => {
                let (character, behind) = escape(rest);
                text.extend(character);
                rest = behind;
            }
            '"' if written.kind == Kind::Verbatim => {
                rest = rest.strip_prefix('"').unwrap_or(rest);
                text.push('"');
            }
            '{' if written.braces > 0 => match opened(rest, written) {
                Some(behind) => {
                    rest = behind;
                    parts.push(LiteralPart::Text(std::mem::take(&mut text)));
                    parts.push(LiteralPart::Hole);
                }
                None => {
                    rest = doubled(rest, '{', written);
                    text.push('{');
                }
            },
            '}' if written.braces > 0 => {
                rest = doubled(rest, '}', written);
                text.push('}');
            }
            other => text.push(other),
        }
    }
    parts.push(LiteralPart::Text(text));
    parts.retain(|part| *part != LiteralPart::Text(String::new()));
    parts
}

/// What stands behind the hole that a first brace opens; `None` where it opens none.
fn opened<'t>(rest: &'t str, written: &Written<'_>) -> Option<&'t str> {
    let more = rest.len() - rest.trim_start_matches('{').len();
    let opens = match written.kind {
        Kind::Raw => more + 1 == written.braces,
        // Two braces stand for one.
        Kind::Plain | Kind::Verbatim => more == 0,
    };
    if !opens {
        return None;
    }
    let mut depth = 1_usize + more;
    let end = rest.char_indices().skip(more).find(|(_, character)| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    Some(end.map_or("", |(at, _)| rest.get(at + 1..).unwrap_or_default()))
}

/// What stands behind the second of two braces that stand for one.
fn doubled<'t>(rest: &'t str, brace: char, written: &Written<'_>) -> &'t str {
    if written.kind == Kind::Raw { rest } else { rest.strip_prefix(brace).unwrap_or(rest) }
}

/// The character that an escape stands for, read behind its backslash, and what follows.
fn escape(rest: &str) -> (Option<char>, &str) {
    let Some(kind) = rest.chars().next() else { return (None, "") };
    let behind = rest.get(kind.len_utf8()..).unwrap_or_default();
    let most = match kind {
        'u' | 'x' => 4,
        'U' => 8,
        'n' => return (Some('\n'), behind),
        'r' => return (Some('\r'), behind),
        't' => return (Some('\t'), behind),
        '0' => return (Some('\0'), behind),
        other => return (Some(other), behind),
    };
    let digits = behind.chars().take(most).take_while(char::is_ascii_hexdigit).count();
    let (digits, behind) = behind.split_at_checked(digits).unwrap_or(("", behind));
    (u32::from_str_radix(digits, 16).ok().and_then(char::from_u32), behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_is_read() {
        let text = r#"
            // class A
            /* class B */ #region class C
            x = "class \" D" + @"class "" \" + $"class {E}" + """ class " F """ + 'c' + '\'' + $@"
            class G";
            größe_1.Foo();
            "class H
            last"#;
        let read: Vec<&str> = tokens(text).map(|token| token.text).collect();
        assert_eq!(read.join(" "), "x = + + + + + + ; größe_1 . Foo ( ) ; last");
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "using /* x */ System . Net;";
        for token in tokens(text) {
            assert_eq!(text.get(token.place), Some(token.text));
        }
    }

    #[test]
    fn any_text_ends() {
        for text in
            ["\"", "'", "/*", "@\"", "\"\"\"", "$", "@", "'\\", "/", "é'é", "\"\"", "$@$\"\"\"\"", "$\"{", "\"\\u"]
        {
            assert!(tokens(text).count() < 5, "{text}");
            assert!(pieces(text).count() < 6, "{text}");
        }
    }

    /// `<>` for a hole.
    fn strings(text: &str) -> Vec<String> {
        let say = |part: &LiteralPart| match part {
            LiteralPart::Text(text) => text.clone(),
            LiteralPart::Hole => "<>".to_owned(),
        };
        let literals = pieces(text).filter_map(|piece| match piece {
            Piece::Literal(literal) => Some(literal.parts.iter().map(say).collect()),
            Piece::Token(_) => None,
        });
        literals.collect()
    }

    #[test]
    fn strings_say_what_they_mean() {
        let text = r#"
            // "a"
            /* "b" */ x = "c\"\u0064\x65" + @"f""g\h" + $"i{j(1)}k{{l}}" + $@"m{n}""o" + """p "q" {r}""" + $$"""s{t}{{u}}v""";
            '"' "w{0}" $"{x}{y}" $"z{
        "#;
        let expected = ["c\"de", "f\"g\\h", "i<>k{l}", "m<>\"o", "p \"q\" {r}", "s{t}<>v", "w{0}", "<><>", "z<>"];
        assert_eq!(strings(text), expected);
        for piece in pieces(text) {
            let Piece::Literal(literal) = piece else { continue };
            assert!(text.get(literal.place).unwrap().contains('"'));
        }
    }
}
