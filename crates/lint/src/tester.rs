//! Runs the examples of every rule: one tester for all, since an example says everything about itself.

use crate::rule::{DEFINITION, PROPERTIES};
use crate::{Content, Example, Facts, Options, Rule, check, rules};
use backshell_findings::Place;
use backshell_package::{Limits, ReadPackage, read_files};
use backshell_source::Position;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

/// A place in the way that marks give it: file, line, first column, the column behind the last; a whole file has line 0.
type Mark = (String, u32, u32, u32);

#[test]
fn bad_examples_are_reported_where_they_are_marked() {
    each_example(
        |rule| rule.bad,
        |marks, rule, number| {
            assert!(!marks.is_empty(), "{}: bad example {number} marks no place", rule.id);
        },
    );
}

#[test]
fn good_examples_are_silent() {
    each_example(
        |rule| rule.good,
        |marks, rule, number| {
            assert!(marks.is_empty(), "{}: good example {number} marks a place", rule.id);
        },
    );
}

#[test]
fn rules_are_declared_in_full() {
    for rule in rules() {
        let id = rule.id;
        for (what, text) in [("what", rule.what), ("why", rule.why), ("fix", rule.fix)] {
            assert!(text.trim().len() > 10, "{id}: `{what}` says nothing");
        }
        assert!(rule.what.ends_with('.') && rule.why.ends_with('.'), "{id}: `what` and `why` are sentences");
        assert!(!rule.fix.ends_with('.') && !rule.fix.contains('\n'), "{id}: `fix` is one line without a full stop");
        assert!(!rule.bad.is_empty() && !rule.good.is_empty(), "{id}: examples are missing");
        assert!(!rule.visits.is_empty(), "{id}: it looks at nothing");
        assert_eq!(rule.since.split('.').count(), 3, "{id}: `since` is no version");
    }
    assert!(rules().is_sorted_by(|a, b| a.id < b.id), "ids are unique and sorted");
}

#[test]
fn findings_begin_where_their_pointers_lead() {
    for rule in rules() {
        for example in rule.bad {
            let read = read_example(example);
            for finding in
                check(&read, &Options { only: Some(vec![rule]), facts: facts(example), ..Options::default() })
            {
                let Place { file, pointer, start, .. } = &finding.place;
                let documents =
                    read.package.definition.iter().map(|definition| (&definition.file, &definition.document));
                let properties = read.package.properties.iter();
                let mut documents =
                    documents.chain(properties.map(|properties| (&properties.file, &properties.document)));
                let Some((_, document)) = documents.find(|(name, _)| ***name == **file) else { continue };
                let spans = document
                    .nodes()
                    .filter(|node| node.pointer() == *pointer)
                    .flat_map(|node| node.key_span().into_iter().chain([node.span()]));
                let mut starts = spans.map(|span| document.source().range(span).0);
                // Layout is a matter of lines, whatever stands in them.
                assert!(
                    starts.any(|place| place == *start) || rule.id == "BS-FileLayout",
                    "{}: {pointer} does not begin at {start:?}",
                    rule.id
                );
            }
        }
    }
}

/// The pointers are a contract of their own, which marks do not show: an entry of a list is marked by its name, and a missing
/// member by what should hold it. Whether one begins where it leads is tested above; whether it leads to the right value, people
/// have to read once: `INSTA_UPDATE=always cargo test -p backshell-lint pointers` writes the list anew.
#[test]
fn bad_examples_are_reported_at_their_pointers() {
    let mut pointers = String::new();
    for rule in rules() {
        for (number, example) in rule.bad.iter().enumerate() {
            let options = Options { only: Some(vec![rule]), facts: facts(example), ..Options::default() };
            for finding in check(&read_example(example), &options) {
                let Place { file, pointer, .. } = &finding.place;
                let file = if **file == *DEFINITION { "" } else { file };
                let _ = writeln!(pointers, "{} {number}: {file}#{pointer}", rule.id);
            }
        }
    }
    insta::assert_snapshot!(pointers);
}

/// Runs the examples that `pick` takes, after `look` has seen their marks.
fn each_example(pick: fn(&Rule) -> &'static [Example], look: fn(&BTreeSet<Mark>, &Rule, usize)) {
    let mut failures = String::new();
    for rule in rules() {
        for (number, example) in pick(rule).iter().enumerate() {
            let (_, expected) = unmarked(example);
            look(&expected, rule, number);
            let read = read_example(example);
            let options = Options { only: Some(vec![rule]), facts: facts(example), ..Options::default() };
            let findings = check(&read, &options);
            let found: BTreeSet<Mark> = findings.iter().map(|finding| mark(&finding.place)).collect();
            if found != expected {
                let _ = writeln!(failures, "{}, example {number}: marked {expected:?}, found", rule.id);
                for finding in &findings {
                    let _ = writeln!(failures, "  {:?}: {}", mark(&finding.place), finding.message);
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn read_example(example: &Example) -> ReadPackage {
    let files = unmarked(example).0.into_iter().map(|(name, bytes)| (name, bytes.into()));
    read_files("example", files.collect(), &Limits::default())
}

/// What people are shown of a place.
fn mark(place: &Place) -> Mark {
    let Place { file, start, end, excerpt, .. } = place;
    let (line, columns) = match excerpt {
        Some(shown) => (shown.number, shown.marked.clone()),
        None if *start == Position::default() => return (file.to_string(), 0, 0, 0),
        None => (start.line, start.column..end.column),
    };
    // An empty place, where something is missing, is marked by one character.
    (file.to_string(), line, columns.start, columns.end.max(columns.start + 1))
}

/// The files of an example without their marks, and the marks.
fn unmarked(example: &Example) -> (Vec<(String, Vec<u8>)>, BTreeSet<Mark>) {
    let text = |(name, text): &(&'static str, &'static str)| (*name, Content::Text(text));
    let (files, whole): (Vec<(&str, Content)>, &[&str]) = match *example {
        Example::Definition(content) | Example::Padded { definition: content, .. } => {
            (vec![(DEFINITION, Content::Text(content))], &[])
        }
        Example::Properties(content) => (vec![(PROPERTIES, Content::Text(content))], &[]),
        Example::Files { files, whole } => (files.iter().map(text).collect(), whole),
        Example::WithFacts { files, .. } => (files.iter().map(text).collect(), &[]),
        Example::Package { files, whole, .. } => (files.to_vec(), whole),
    };
    let mut marks: BTreeSet<Mark> = whole.iter().map(|file| ((*file).to_owned(), 0, 0, 0)).collect();
    let mut unmarked = Vec::new();
    for (name, content) in files {
        let Content::Text(text) = content else {
            unmarked.push((name.to_owned(), bytes(content)));
            continue;
        };
        let mut lines = Vec::new();
        let mut number = 0;
        for line in text.trim_start_matches('\n').lines() {
            if line.contains('^') && line.chars().all(|character| matches!(character, ' ' | '^')) {
                marks.extend(runs(line).map(|(start, end)| (name.to_owned(), number, start, end)));
            } else {
                lines.push(line);
                number += 1;
            }
        }
        unmarked.push((name.to_owned(), lines.join("\n").into_bytes()));
    }
    if let Example::Padded { bytes, .. } = *example {
        for (_, text) in &mut unmarked {
            text.resize(bytes, b' ');
        }
    }
    (unmarked, marks)
}

/// What is known beside the files of an example.
fn facts(example: &Example) -> Facts {
    match *example {
        Example::WithFacts { publisher, publisher_kind, other_titles, .. } => Facts {
            publisher: publisher.map(str::to_owned),
            publisher_kind,
            other_titles: other_titles.iter().map(|title| (*title).to_owned()).collect(),
        },
        Example::Package { publisher_kind, .. } => Facts { publisher_kind, ..Facts::default() },
        _ => Facts::default(),
    }
}

/// The runs of `^` in a line: first column, and the column behind the last.
fn runs(line: &str) -> impl Iterator<Item = (u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (column, _) in (1..).zip(line.chars()).filter(|(_, character)| *character == '^') {
        match runs.last_mut() {
            Some((_, end)) if *end == column => *end += 1,
            _ => runs.push((column, column + 1)),
        }
    }
    runs.into_iter()
}

/// The bytes that a content stands for.
fn bytes(content: Content) -> Vec<u8> {
    match content {
        Content::Text(text) => text.as_bytes().to_vec(),
        Content::Blanks(count) => vec![b' '; count],
        Content::Png { width, height, color, frames } => {
            let mut file = Vec::new();
            let mut encoder = png::Encoder::new(&mut file, width, height);
            encoder.set_color(png::ColorType::Rgba);
            if frames > 1 {
                encoder.set_animated(frames, 0).unwrap();
            }
            let pixels = color.repeat((width * height) as usize);
            let mut writer = encoder.write_header().unwrap();
            (0..frames).for_each(|_| writer.write_image_data(&pixels).unwrap());
            writer.finish().unwrap();
            file
        }
        Content::Zip(files) => {
            let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for (name, content) in files {
                writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
                writer.write_all(&bytes(*content)).unwrap();
            }
            writer.finish().unwrap().into_inner()
        }
    }
}
