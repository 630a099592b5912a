//! The configuration file: levels, the publisher's kind and the allow list.
//!
//! It is called `.backshell-lint.toml`. The dot matters: hidden files are no part of a package, so the file may lie in the
//! package's own folder without being published with it, without changing the package's digest, and without any rule
//! wondering about it. Whoever judges a package that is handed in never reads it.
//!
//! This file reads text; finding the file is the command line's work.

use crate::allow::{AllowEntry, Day};
use crate::levels::{Level, Selector};
use backshell_findings::{Place, SourceLine};
use backshell_model::PublisherKind;
use backshell_source::{Span, Text};
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const CONFIG_FILE: &str = ".backshell-lint.toml";

const KEYS: &[&str] = &["publisher", "severity", "allow"];
const ENTRY_KEYS: &[&str] = &["rule", "place", "file", "reason", "expires"];

/// What a configuration file says.
#[derive(Clone, Debug)]
pub struct Config {
    /// The text, for remarks about entries.
    pub text: Text,
    /// The publisher's kind.
    pub publisher: Option<PublisherKind>,
    /// Levels by rule, group, or for all.
    pub levels: Vec<(Selector, Level)>,
    /// Accepted findings.
    pub allow: Vec<AllowEntry>,
}

/// One thing that is wrong with a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
    /// Where.
    pub place: Place,
}

/// Everything that is wrong with a configuration file, in the order of its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(pub Vec<ConfigProblem>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let start = problem.place.start;
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{}:{}: {}", problem.place.file, start.line, start.column, problem.message)?;
            if let Some(SourceLine { text, first_column, .. }) = &problem.place.excerpt {
                let blanks = " ".repeat(start.column.saturating_sub(*first_column) as usize);
                let end = if problem.place.end.line == start.line { problem.place.end.column } else { start.column };
                let marks = "^".repeat(end.saturating_sub(start.column).max(1) as usize);
                write!(f, "\n  | {}\n  | {blanks}{marks}", text.replace('\t', " "))?;
            }
            if !problem.help.is_empty() {
                write!(f, "\n  = help: {}", problem.help)?;
            }
        }
        Ok(())
    }
}

impl Config {
    /// Reads the text of a configuration file; `file` is its path as messages should show it.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigErrors> {
        let source = Text::new(text);
        let mut reader = Reader { file, text: &source, problems: Vec::new() };
        let mut config = Self { text: source.clone(), publisher: None, levels: Vec::new(), allow: Vec::new() };
        match DeTable::parse(text) {
            Ok(table) => reader.config(table.get_ref(), &mut config),
            Err(error) => reader.problem(error.span().unwrap_or_default(), error.message().replace('\n', " "), ""),
        }
        if reader.problems.is_empty() {
            return Ok(config);
        }
        reader.problems.sort_by_key(|problem| problem.place.start);
        Err(ConfigErrors(reader.problems))
    }
}

/// Takes the file apart and collects what is wrong with it.
struct Reader<'a> {
    file: &'a str,
    text: &'a Text,
    problems: Vec<ConfigProblem>,
}

type Value<'v> = Spanned<DeValue<'v>>;

impl Reader<'_> {
    fn problem(&mut self, range: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let place = Place::in_text(self.file, self.text, span(&range), "");
        self.problems.push(ConfigProblem { message: message.into(), help: help.into(), place });
    }

    fn config(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "publisher" => config.publisher = self.publisher(value),
                "severity" => self.levels(value, &mut config.levels),
                "allow" => self.allow(value, &mut config.allow),
                other => self.unknown_key(key.span(), other, KEYS),
            }
        }
    }

    fn publisher(&mut self, value: &Value<'_>) -> Option<PublisherKind> {
        let word = self.text(value, "publisher")?;
        let kind = PublisherKind::from_word(word);
        if kind.is_none() {
            let message = format!("`{word}` is no kind of publisher");
            self.problem(value.span(), message, "write platform, verified or independent");
        }
        kind
    }

    fn levels(&mut self, value: &Value<'_>, levels: &mut Vec<(Selector, Level)>) {
        let Some(table) = self.table(value, "severity") else { return };
        for (key, value) in table {
            let selector = key.get_ref().parse::<Selector>();
            if let Err(error) = &selector {
                self.problem(key.span(), error.to_string(), "`backshell rules` lists them all");
            }
            let level = self.text(value, key.get_ref()).map(str::parse::<Level>);
            match (selector, level) {
                (_, Some(Err(error))) => self.problem(value.span(), error.to_string(), ""),
                (Ok(selector), Some(Ok(level))) if levels.iter().all(|(earlier, _)| *earlier != selector) => {
                    levels.push((selector, level));
                }
                (Ok(_), Some(Ok(_))) => {
                    self.problem(key.span(), format!("`{}` is set twice", key.get_ref()), "remove one of the two");
                }
                _ => {}
            }
        }
    }

    fn allow(&mut self, value: &Value<'_>, list: &mut Vec<AllowEntry>) {
        let Some(entries) = value.get_ref().as_array() else {
            let message = format!("`allow` is a {} and must be a list of entries", value.get_ref().type_str());
            self.problem(value.span(), message, "write each entry below a line [[allow]]");
            return;
        };
        for entry in entries {
            let Some(table) = self.table(entry, "allow") else { continue };
            list.extend(self.entry(entry.span(), table));
        }
    }

    fn entry(&mut self, range: Range<usize>, table: &DeTable<'_>) -> Option<AllowEntry> {
        let problems = self.problems.len();
        let (mut rule, mut place, mut file, mut reason, mut expires) = (None, None, None, None, None);
        let mut shown = None;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "rule" => {
                    shown = Some(value.span());
                    rule = self.text(value, "rule").and_then(|name| self.rule(value.span(), name));
                }
                "place" => place = self.text(value, "place").and_then(|text| self.place(value.span(), text)),
                "file" => file = self.text(value, "file").map(|text| text.trim_start_matches("./").to_owned()),
                "reason" => reason = self.text(value, "reason").and_then(|text| self.reason(value.span(), text)),
                "expires" => expires = self.day(value),
                other => self.unknown_key(key.span(), other, ENTRY_KEYS),
            }
        }
        for (key, help) in [
            ("rule", "say which rule's findings are accepted"),
            ("place", "give a JSON pointer, which may hold `*` and `**`; `**` alone means everywhere"),
            ("reason", "say why the finding is accepted: whoever reads it next has to judge"),
        ] {
            if !table.iter().any(|(name, _)| name.get_ref() == key) {
                self.problem(range.clone(), format!("the entry has no `{key}`"), help);
            }
        }
        if self.problems.len() > problems {
            return None;
        }
        let span = span(&shown.unwrap_or(range));
        Some(AllowEntry { rule: rule?, place: place?, file, reason: reason?, expires, span })
    }

    fn rule(&mut self, range: Range<usize>, name: &str) -> Option<&'static str> {
        match name.parse() {
            Ok(Selector::Rule(id)) => Some(id),
            Ok(Selector::Group(_) | Selector::All) => {
                let help = "name the rule; a whole group is set under [severity]";
                self.problem(range, format!("`{name}` is no single rule"), help);
                None
            }
            Err(error) => {
                self.problem(range, error.to_string(), "`backshell rules` lists them all");
                None
            }
        }
    }

    fn place(&mut self, range: Range<usize>, text: &str) -> Option<String> {
        if text.is_empty() || text.starts_with('/') || text.starts_with("**") {
            return Some(text.to_owned());
        }
        let help = "it begins with `/`, is empty for the file as a whole, or is `**` for everywhere";
        self.problem(range, format!("`{text}` is no JSON pointer"), help);
        None
    }

    fn reason(&mut self, range: Range<usize>, text: &str) -> Option<String> {
        let reason = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if reason.is_empty() {
            self.problem(range, "the reason is empty", "say why the finding is accepted");
            return None;
        }
        Some(reason)
    }

    fn day(&mut self, value: &Value<'_>) -> Option<Day> {
        let day = value.get_ref().as_datetime().filter(|moment| moment.time.is_none()).and_then(|moment| moment.date);
        if day.is_none() {
            self.problem(value.span(), "`expires` is no day", "write it as 2027-06-30, without quotes");
        }
        day.map(|date| Day { year: date.year, month: date.month, day: date.day })
    }

    fn text<'v>(&mut self, value: &'v Value<'_>, name: &str) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            let message = format!("`{name}` is a {} and must be a text", value.get_ref().type_str());
            self.problem(value.span(), message, "put it in quotes");
        }
        text
    }

    fn table<'v, 't>(&mut self, value: &'v Value<'t>, name: &str) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let message = format!("`{name}` is a {} and must be a table", value.get_ref().type_str());
            self.problem(value.span(), message, "");
        }
        table
    }

    fn unknown_key(&mut self, range: Range<usize>, key: &str, known: &[&str]) {
        let nearest = known.iter().min_by_key(|name| strsim::damerau_levenshtein(name, key));
        let help = nearest.map(|name| format!("did you mean `{name}`?")).unwrap_or_default();
        self.problem(range, format!("the key `{key}` is unknown"), help);
    }
}

fn span(range: &Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_findings::Severity;

    fn errors(text: &str) -> String {
        Config::parse(".backshell-lint.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn everything_that_can_be_said() {
        let text = "
publisher = \"verified\"

[severity]
PathRedefined = \"note\"
metadata = \"off\"

[[allow]]
rule = \"bs-httpsonly\"
place = \"/schemes/**\"
file = \"contoso/*.json\"
reason = \"\"\"the sandbox
  has no TLS\"\"\"
expires = 2027-06-30

[[allow]]
rule = \"BS-HostNotPublic\"
place = \"\"
reason = \"test\"
";
        let config = Config::parse("x", text).unwrap();
        assert_eq!(config.publisher, Some(PublisherKind::Verified));
        let mut levels = config.levels.clone();
        levels.sort_by_key(|(selector, _)| *selector);
        assert_eq!(
            levels,
            [
                (Selector::Group(crate::Group::Metadata), Level::Off),
                (Selector::Rule("PathRedefined"), Level::At(Severity::Note))
            ]
        );
        let [first, second] = config.allow.as_slice() else { panic!("{config:?}") };
        assert_eq!((first.rule, first.reason.as_str()), ("BS-HttpsOnly", "the sandbox has no TLS"));
        assert_eq!(first.expires, Some(Day { year: 2027, month: 6, day: 30 }));
        assert!(
            first.holds(Day { year: 2027, month: 6, day: 30 }) && !first.holds(Day { year: 2027, month: 7, day: 1 })
        );
        assert!(first.is_about_file("contoso/apiDefinition.swagger.json") && !first.is_about_file("x/y.json"));
        assert!(second.is_about_file("any/file") && second.expires.is_none());
        assert_eq!(config.text.get(first.span), Some("\"bs-httpsonly\""));
    }

    #[test]
    fn a_file_without_anything_is_fine() {
        assert!(Config::parse("x", "").unwrap().allow.is_empty());
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = "severty = 1\n[severity]\nPathRedifined = \"note\"\nPathRedefined = \"high\"\n[[allow]]\nrule = \"all\"\nplace = \"paths\"\nexpires = \"2027-06-30\"\n";
        let expected = "\
.backshell-lint.toml:1:1: the key `severty` is unknown
  | severty = 1
  | ^^^^^^^
  = help: did you mean `severity`?
.backshell-lint.toml:3:1: there is no rule `PathRedifined`; did you mean `PathRedefined`?
  | PathRedifined = \"note\"
  | ^^^^^^^^^^^^^
  = help: `backshell rules` lists them all
.backshell-lint.toml:4:17: `high` is no level; the levels are error, warning, note and off
  | PathRedefined = \"high\"
  |                 ^^^^^^
.backshell-lint.toml:5:1: the entry has no `reason`
  | [[allow]]
  | ^^^^^^^^^
  = help: say why the finding is accepted: whoever reads it next has to judge
.backshell-lint.toml:6:8: `all` is no single rule
  | rule = \"all\"
  |        ^^^^^
  = help: name the rule; a whole group is set under [severity]
.backshell-lint.toml:7:9: `paths` is no JSON pointer
  | place = \"paths\"
  |         ^^^^^^^
  = help: it begins with `/`, is empty for the file as a whole, or is `**` for everywhere
.backshell-lint.toml:8:11: `expires` is no day
  | expires = \"2027-06-30\"
  |           ^^^^^^^^^^^^
  = help: write it as 2027-06-30, without quotes";
        assert_eq!(errors(text), expected);
    }

    #[test]
    fn what_is_no_toml_has_a_place_too() {
        let error = errors("publisher = \n");
        assert!(error.starts_with(".backshell-lint.toml:1:1"), "{error}");
        assert!(errors("publisher = \"nobody\"").contains("write platform, verified or independent"));
        assert!(errors("allow = 1").contains("[[allow]]"));
        assert!(errors("[severity]\nPathRedefined = \"off\"\npathredefined = \"off\"").contains("set twice"));
    }
}
