//! The words of a C# text: enough to see declarations and directives, and not to take comments and strings for code.

use std::ops::Range;

/// A word or a single sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    /// Its text.
    pub(crate) text: &'t str,
    /// Where it is: byte offsets.
    pub(crate) place: Range<usize>,
}

/// The tokens of a text in order. Comments, strings, characters and lines of the preprocessor are passed over.
///
/// Strings within the holes of interpolated strings are not told from the end of the string around them; what is
/// misread for that reason ends with the line.
pub(crate) fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// See [`tokens`].
#[derive(Clone)]
pub(crate) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes behind the next `end`, or to the end of the text.
    fn skip_to(&mut self, end: &str) {
        self.at = self.rest().find(end).map_or(self.text.len(), |found| self.at + found + end.len());
    }

    /// Passes over everything that is no token; false when a token begins here or the text ends.
    fn skip(&mut self) -> bool {
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
            return self.skip_string();
        }
        true
    }

    /// Passes over a string that begins here.
    fn skip_string(&mut self) -> bool {
        let rest = self.rest();
        let quotes = rest.trim_start_matches(['$', '@']);
        if !quotes.starts_with('"') {
            return false;
        }
        let prefix = rest.len() - quotes.len();
        let is_verbatim = rest.get(..prefix).is_some_and(|prefix| prefix.contains('@'));
        let count = quotes.len() - quotes.trim_start_matches('"').len();
        if is_verbatim {
            self.at += prefix + 1;
            // Two quotation marks stand for one.
            while let Some(found) = self.rest().find('"') {
                self.at += found + 1;
                match self.rest().strip_prefix('"') {
                    Some(_) => self.at += 1,
                    None => return true,
                }
            }
            self.at = self.text.len();
        } else if count >= 3 {
            let end = quotes.get(..count).unwrap_or_default();
            self.at += prefix + count;
            self.skip_to(end);
        } else {
            self.at += prefix + 1;
            self.quoted('"');
        }
        true
    }

    /// Goes behind the `end` of a string or character, which does not go beyond its line.
    fn quoted(&mut self, end: char) {
        let mut escaped = false;
        for (offset, character) in self.rest().char_indices() {
            if character == '\n' {
                self.at += offset;
                return;
            }
            if character == end && !escaped {
                self.at += offset + character.len_utf8();
                return;
            }
            escaped = character == '\\' && !escaped;
        }
        self.at = self.text.len();
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        while self.skip() {}
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
        for text in ["\"", "'", "/*", "@\"", "\"\"\"", "$", "@", "'\\", "/", "é'é", "\"\"", "$@$\"\"\"\""] {
            assert!(tokens(text).count() < 5, "{text}");
        }
    }
}
