//! Whether a text is a regular expression of ECMA-262, which is what `pattern` holds.
//!
//! It is the grammar without the `u` flag, the additions for browsers (annex B) included: what a client's engine takes must
//! not be reported, look-around and back-references least of all. Nothing is matched, so that no pattern is slow here.

use backshell_model::FastSet;
use std::iter::Peekable;
use std::str::Chars;

/// Why `pattern` is no regular expression; `None` when it is one.
pub(crate) fn fault(pattern: &str) -> Option<&'static str> {
    let reader = Reader {
        rest: pattern.chars().peekable(),
        groups: Vec::new(),
        names: FastSet::default(),
        has_repeated_name: false,
        has_alternatives: false,
        named: Vec::new(),
    };
    reader.read().err()
}

/// Reads a pattern once, from left to right.
struct Reader<'p> {
    rest: Peekable<Chars<'p>>,
    /// The groups that are open: whether a quantifier may follow each when it closes.
    groups: Vec<bool>,
    /// The names of groups.
    names: FastSet<String>,
    /// Whether a name occurred twice. In different alternatives it may.
    has_repeated_name: bool,
    has_alternatives: bool,
    /// The names that `\k` refers to.
    named: Vec<Option<String>>,
}

type Read<T> = Result<T, &'static str>;

const OPEN: &str = "a bracket is not closed";

/// A piece of a class.
#[derive(PartialEq, Eq)]
enum ClassAtom {
    /// Its closing bracket.
    End,
    /// Characters that no range can begin or end with, or that are not known.
    Set,
    /// One character.
    One(char),
}

impl Reader<'_> {
    fn read(mut self) -> Read<()> {
        // Whether there is something that a quantifier could repeat.
        let mut is_repeatable = false;
        while let Some(character) = self.rest.next() {
            is_repeatable = match character {
                '|' => {
                    self.has_alternatives = true;
                    false
                }
                '^' | '$' => false,
                '(' => {
                    self.group()?;
                    false
                }
                ')' => self.groups.pop().ok_or("a parenthesis closes nothing")?,
                '[' => {
                    self.class()?;
                    true
                }
                '\\' => self.escape()?,
                '*' | '+' | '?' => {
                    self.quantified(is_repeatable)?;
                    false
                }
                '{' if self.counts()? => {
                    self.quantified(is_repeatable)?;
                    false
                }
                // A brace that begins no count is a brace.
                _ => true,
            };
        }
        if !self.groups.is_empty() {
            return Err("a parenthesis is not closed");
        }
        if self.has_repeated_name && !self.has_alternatives {
            return Err("two groups have the same name");
        }
        // Where no group has a name, `\k` is the letter k.
        let is_known = |name: &Option<String>| name.as_ref().is_some_and(|name| self.names.contains(name));
        if !self.names.is_empty() && !self.named.iter().all(is_known) {
            return Err("a reference names no group");
        }
        Ok(())
    }

    fn quantified(&mut self, is_repeatable: bool) -> Read<()> {
        self.rest.next_if_eq(&'?');
        if is_repeatable { Ok(()) } else { Err("there is nothing to repeat") }
    }

    /// What follows an opening parenthesis up to the content of the group.
    fn group(&mut self) -> Read<()> {
        const UNKNOWN: &str = "a group begins in a way that ECMA-262 does not know";
        if self.rest.next_if_eq(&'?').is_none() {
            self.groups.push(true);
            return Ok(());
        }
        let is_repeatable = match self.rest.next() {
            Some(':' | '=' | '!') => true,
            Some('<') => match self.rest.peek() {
                Some('=' | '!') => {
                    self.rest.next();
                    false
                }
                _ => {
                    let name = self.name().ok_or("the name of a group is malformed")?;
                    self.has_repeated_name |= !self.names.insert(name);
                    true
                }
            },
            Some(flag @ ('i' | 'm' | 's' | '-')) => {
                self.modifiers(flag).ok_or(UNKNOWN)?;
                true
            }
            _ => return Err(UNKNOWN),
        };
        self.groups.push(is_repeatable);
        Ok(())
    }

    /// The rest of `(?ims-ims:`.
    fn modifiers(&mut self, first: char) -> Option<()> {
        let mut seen = vec![first];
        loop {
            match self.rest.next()? {
                ':' => return (seen != ['-']).then_some(()),
                flag @ ('i' | 'm' | 's' | '-') if !seen.contains(&flag) => seen.push(flag),
                _ => return None,
            }
        }
    }

    /// A name and the `>` behind it.
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        loop {
            match self.rest.next()? {
                '>' => return (!name.is_empty()).then_some(name),
                // A name may hold escapes; what they spell is no matter here.
                '\\' => name.push('\\'),
                character if character.is_alphanumeric() || matches!(character, '_' | '$' | '{' | '}') => {
                    if name.is_empty() && character.is_ascii_digit() {
                        return None;
                    }
                    name.push(character);
                }
                character if !character.is_ascii() => name.push(character),
                _ => return None,
            }
        }
    }

    /// What follows a backslash outside a class; whether it can be repeated.
    fn escape(&mut self) -> Read<bool> {
        match self.rest.next() {
            None => Err("the pattern ends in a backslash"),
            Some('b' | 'B') => Ok(false),
            Some('k') => {
                let mut ahead = self.rest.clone();
                let name = if ahead.next() == Some('<') {
                    self.rest.next();
                    self.name_ahead()
                } else {
                    None
                };
                self.named.push(name);
                Ok(true)
            }
            Some('c') => {
                self.rest.next_if(char::is_ascii_alphabetic);
                Ok(true)
            }
            Some(_) => Ok(true),
        }
    }

    /// The name ahead, taken only when there is one: without named groups the text stands for itself.
    fn name_ahead(&mut self) -> Option<String> {
        let before = self.rest.clone();
        let name = self.name();
        if name.is_none() {
            self.rest = before;
        }
        name
    }

    /// The rest of `{2}`, `{2,}` or `{2,5}`; `false` when the brace begins nothing of the kind.
    fn counts(&mut self) -> Read<bool> {
        let mut ahead = self.rest.clone();
        let Some(least) = digits(&mut ahead) else { return Ok(false) };
        let most = if ahead.next_if_eq(&',').is_some() { digits(&mut ahead) } else { Some(least.clone()) };
        if ahead.next() != Some('}') {
            return Ok(false);
        }
        self.rest = ahead;
        match most {
            // Numbers of any length: without leading zeros the longer one is the greater one.
            Some(most) if (least.len(), &least) > (most.len(), &most) => Err("a count goes from more to less"),
            _ => Ok(true),
        }
    }

    /// The rest of a class.
    fn class(&mut self) -> Read<()> {
        self.rest.next_if_eq(&'^');
        loop {
            let first = self.class_atom()?;
            if first == ClassAtom::End {
                return Ok(());
            }
            if self.rest.next_if_eq(&'-').is_none() {
                continue;
            }
            match self.rest.peek() {
                None => return Err(OPEN),
                Some(']') => continue,
                Some(_) => {}
            }
            if let (ClassAtom::One(first), ClassAtom::One(last)) = (first, self.class_atom()?)
                && first > last
            {
                return Err("a range of characters goes backwards");
            }
        }
    }

    /// A member of a class, or its end.
    fn class_atom(&mut self) -> Read<ClassAtom> {
        let character = match self.rest.next().ok_or(OPEN)? {
            ']' => return Ok(ClassAtom::End),
            '\\' => match self.rest.next().ok_or(OPEN)? {
                'd' | 'D' | 's' | 'S' | 'w' | 'W' => return Ok(ClassAtom::Set),
                'b' => '\u{8}',
                't' => '\t',
                'n' => '\n',
                'v' => '\u{b}',
                'f' => '\u{c}',
                'r' => '\r',
                'x' => return Ok(self.hexadecimal(2, 'x')),
                'u' => return Ok(self.hexadecimal(4, 'u')),
                // Octal and control escapes: what they stand for is not worth knowing.
                '0'..='9' | 'c' => {
                    self.rest.next_if(char::is_ascii_alphanumeric);
                    return Ok(ClassAtom::Set);
                }
                other => other,
            },
            character => character,
        };
        Ok(ClassAtom::One(character))
    }

    /// The character of an escape with that many digits; `letter` when the digits are not there.
    fn hexadecimal(&mut self, length: usize, letter: char) -> ClassAtom {
        let digits: String = self.rest.clone().take(length).filter(char::is_ascii_hexdigit).collect();
        if digits.len() < length {
            return ClassAtom::One(letter);
        }
        for _ in 0..length {
            self.rest.next();
        }
        // Half of a character beyond the first plane is none by itself.
        u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).map_or(ClassAtom::Set, ClassAtom::One)
    }
}

/// The digits ahead, without leading zeros; `None` when there is none.
fn digits(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut digits = String::new();
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    (!digits.is_empty()).then(|| digits.trim_start_matches('0').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_take_is_taken() {
        for pattern in [
            "",
            "^[a-z]+$",
            r"^(?=.*\d)(?!.*x)(?<=a)(?<!b).{8,}$",
            r"(a)\1",
            r"(?<year>\d{4})-\k<year>",
            r"\k<year>",
            r"\k",
            "(?:a|b)*?",
            "(?=a)*",
            "a{2,3}?b{2}c{4,}",
            "{a}{,3}x{1",
            "[]",
            "[^]",
            "[-a-]",
            r"[\w-.]",
            r"[\d\]\x41-\u005A]",
            r"[\ud800-\udbff][\udc00-\udfff]",
            r"\p{L}+",
            "]}",
            r"^\d+(\.\d{1,2})?$",
            "(?i:a)(?-m:b)(?i-s:c)",
            "||",
            "(|a)",
            "a{007,10}",
        ] {
            assert_eq!(fault(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn what_engines_refuse_is_refused() {
        for pattern in [
            "(",
            ")",
            "(a",
            "a)",
            "[a",
            "[a-",
            "*a",
            "a**",
            "a|*",
            "^*",
            "(*)",
            "(?<=a)*",
            "{2}",
            "a{3,2}",
            "a{10,9}",
            "[z-a]",
            r"[\u005A-\x41]",
            "\\",
            "(?i)a",
            "(?P<name>a)",
            "(?<1a>b)",
            "(?<>a)",
            r"(?<a>.)\k<b>",
            "(?<a>b)(?<a>c)",
            r"(?<a>.)\k",
            "(?#comment)",
            "(?>a)",
            "a++",
            r"\b+",
        ] {
            assert!(fault(pattern).is_some(), "{pattern}");
        }
    }
}
