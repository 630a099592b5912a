//! What is said about a rule: the same words on the terminal (`backshell rules ID`) and on its page.

use crate::rule::{DEFINITION, PROPERTIES};
use crate::{Content, Example, Group, Rule};
use backshell_findings::RuleInfo;
use std::borrow::Cow;
use std::fmt::Write as _;

/// The rule for the terminal.
pub fn text(rule: &Rule) -> String {
    let mut out = format!(
        "{}\n{}, {}, since {}, source: {}\n",
        rule.id,
        rule.severity,
        rule.group.as_str(),
        rule.since,
        rule.source.as_str()
    );
    for (title, body) in sections(rule) {
        let _ = write!(out, "\n{title}\n{}", indented(body));
    }
    for (title, examples) in example_lists(rule) {
        let _ = write!(out, "\n{title}\n");
        for (number, example) in examples.iter().enumerate() {
            if number > 0 {
                out.push('\n');
            }
            for (name, content) in files(example) {
                let _ = write!(out, "  {name}\n{}", indented(&indented(&content)));
            }
            for remark in remarks(example) {
                let _ = writeln!(out, "  {remark}");
            }
        }
    }
    out
}

/// The rule's page.
pub fn markdown(rule: &Rule) -> String {
    let mut out = format!(
        "# {}\n\n| severity | group | since | source |\n|---|---|---|---|\n| {} | {} | {} | {} |\n",
        rule.id,
        rule.severity,
        rule.group.as_str(),
        rule.since,
        rule.source.as_str()
    );
    for (title, body) in sections(rule) {
        let _ = write!(out, "\n## {title}\n{}\n", body.trim());
    }
    for (title, examples) in example_lists(rule) {
        let _ = write!(out, "\n## {title}\n");
        for example in examples {
            for (name, content) in files(example) {
                let _ = write!(out, "\n`{name}`\n```text\n{}\n```\n", content.trim_matches('\n'));
            }
            for remark in remarks(example) {
                let _ = writeln!(out, "\n{remark}");
            }
        }
    }
    out
}

/// The page that lists every rule, by group.
pub fn index(rules: &[&Rule]) -> String {
    let mut out = String::from(
        "# Rules\n\nWhat `backshell lint` reports. `backshell rules ID` prints the same pages. Written by `cargo xtask gen` \
         from the rule files.\n",
    );
    for group in Group::ALL {
        let mut of_group = rules.iter().filter(|rule| rule.group == *group).peekable();
        if of_group.peek().is_none() {
            continue;
        }
        let _ = write!(out, "\n## {}\n\n| rule | severity | reports |\n|---|---|---|\n", group.as_str());
        for rule in of_group {
            let what = first_sentence(rule.what).replace('|', "\\|");
            let _ = writeln!(out, "| [{}]({}.md) | {} | {what} |", rule.id, rule.id, rule.severity);
        }
    }
    out
}

/// What outputs say about a rule or notice beside its findings; `None` for an id that neither has.
pub fn info(id: &str) -> Option<RuleInfo> {
    if let Some(rule) = crate::rule(id) {
        let help = format!("{}\nHow to fix it: {}", one_line(rule.why), rule.fix);
        let tags = vec![rule.group.as_str().to_owned(), "connector".to_owned()];
        let (short, full, page) = (first_sentence(rule.what), one_line(rule.what), markdown(rule));
        return Some(RuleInfo { id: rule.id.to_owned(), severity: rule.severity, short, full, help, page, tags });
    }
    let notice = crate::notices::notice(id)?;
    let page =
        format!("# {}\n\n{}\n\n## Why\n{}\n\n## How to fix it\n{}\n", notice.id, notice.what, notice.why, notice.fix);
    Some(RuleInfo {
        id: notice.id.to_owned(),
        severity: notice.severity,
        short: first_sentence(notice.what),
        full: notice.what.to_owned(),
        help: format!("{}\nHow to fix it: {}", notice.why, notice.fix),
        page,
        tags: vec!["settings".to_owned()],
    })
}

/// What the rule is about, in one sentence, for lists.
pub fn first_sentence(text: &str) -> String {
    let one_line = one_line(text);
    one_line.split_once(". ").map_or_else(|| one_line.clone(), |(first, _)| format!("{first}."))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sections(rule: &Rule) -> [(&'static str, &'static str); 3] {
    [("What it reports", rule.what), ("Why", rule.why), ("How to fix it", rule.fix)]
}

fn example_lists(rule: &Rule) -> [(&'static str, &'static [Example]); 2] {
    [("Reported", rule.bad), ("Not reported", rule.good)]
}

/// The files of an example, with the marks left in: they are what the reader wants to see.
fn files(example: &Example) -> Vec<(&'static str, Cow<'static, str>)> {
    match *example {
        Example::Definition(content) | Example::Padded { definition: content, .. } => {
            vec![(DEFINITION, content.into())]
        }
        Example::Properties(content) => vec![(PROPERTIES, content.into())],
        Example::Files { files, .. } | Example::WithFacts { files, .. } => {
            files.iter().map(|(name, content)| (*name, (*content).into())).collect()
        }
        Example::Package { files, .. } => files.iter().map(|(name, content)| (*name, shown(*content))).collect(),
    }
}

/// The content of a file; in round brackets what it is, when it is no text.
fn shown(content: Content) -> Cow<'static, str> {
    match content {
        Content::Text(text) => text.into(),
        Content::Blanks(count) => format!("({count} blanks)").into(),
        Content::Png { width, height, color: [red, green, blue, opacity], frames } => {
            let opacity = if opacity == u8::MAX { String::new() } else { format!(", opacity {opacity} of 255") };
            let frames = if frames == 1 { String::new() } else { format!(", {frames} frames") };
            format!("(PNG image, {width} x {height} pixels, #{red:02x}{green:02x}{blue:02x}{opacity}{frames})").into()
        }
        Content::Zip(files) => {
            let mut list = String::from("(zip archive)");
            for (name, content) in files {
                let _ = write!(list, "\n{name}\n{}", indented(&shown(*content)).trim_end());
            }
            list.into()
        }
    }
}

/// What stands below the files of an example.
fn remarks(example: &Example) -> impl Iterator<Item = String> {
    whole_files(example).into_iter().chain(padding(example)).chain(facts(example))
}

/// Says which files of an example are reported as a whole, where no mark can show it.
fn whole_files(example: &Example) -> Option<String> {
    match example {
        Example::Files { whole: [first, rest @ ..], .. } | Example::Package { whole: [first, rest @ ..], .. } => {
            let names = rest.iter().fold(format!("`{first}`"), |names, name| format!("{names}, `{name}`"));
            Some(format!("Reported as a whole: {names}."))
        }
        _ => None,
    }
}

/// Says how an example is filled up.
fn padding(example: &Example) -> Option<String> {
    let Example::Padded { bytes, .. } = *example else { return None };
    Some(format!("Filled up with blanks to {bytes} bytes."))
}

/// Says what is known from outside the package in an example.
fn facts(example: &Example) -> Option<String> {
    let (publisher, publisher_kind, other_titles): (_, _, &[_]) = match *example {
        Example::WithFacts { publisher, publisher_kind, other_titles, .. } => (publisher, publisher_kind, other_titles),
        Example::Package { publisher_kind, .. } => (None, publisher_kind, &[]),
        _ => return None,
    };
    let mut known = Vec::new();
    known.extend(publisher.map(|name| format!("the publisher is registered as `{name}`")));
    known.extend(publisher_kind.map(|kind| format!("the publisher is of the kind {kind}")));
    known.extend(other_titles.iter().map(|title| format!("a connector `{title}` is already published")));
    (!known.is_empty()).then(|| format!("Known beside the package: {}.", known.join("; ")))
}

fn indented(text: &str) -> String {
    text.trim_matches('\n').lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "  {line}");
        out
    })
}
