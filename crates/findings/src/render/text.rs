//! The report for people: grouped by file, the source line with a mark under the exact place, and one line of advice.

use super::part::{Part, Section};
use super::sequence::{Form, Running};
use crate::report::RuleCounts;
use crate::{Finding, Place, Report, RuleCount, Severity, SourceLine, Summary};
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};
use unicode_width::UnicodeWidthChar;

/// How the text looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions {
    /// Colour with ANSI escape codes.
    pub color: bool,
}

/// The report as text, ending with a table of rules, where more than one fired, and a summary line.
pub fn render(report: &Report, options: &TextOptions) -> String {
    super::to_string(|out| write(out, report, options))
}

/// Writes what [`render`] returns.
pub fn write(out: &mut dyn Write, report: &Report, options: &TextOptions) -> io::Result<()> {
    running(options).whole(vec![part(report, options)?], out)
}

/// A part of the report: a sorted report of some of the files.
pub fn part(report: &Report, options: &TextOptions) -> io::Result<Part> {
    let paint = Paint { color: options.color };
    let mut part = Part::new(report);
    let write = |finding: &Finding, text: &mut Vec<u8>| write_finding(text, finding, paint);
    part.findings = Section::of(&report.findings, |finding| finding, write)?;
    Ok(part)
}

/// The report as its parts come.
pub fn running(options: &TextOptions) -> Running<'static> {
    Running::new(Text { paint: Paint { color: options.color }, counts: RuleCounts::default() })
}

/// Only how often each rule fired, and the summary line.
pub fn running_summary() -> Running<'static> {
    Running::new(Counted::default())
}

struct Text {
    paint: Paint,
    counts: RuleCounts,
}

impl Form for Text {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, out: &mut dyn Write, section: &Section) -> io::Result<()> {
        self.counts.add(section.fired());
        heading(out, &section.file, self.paint)?;
        section.pieces().try_for_each(|finding| out.write_all(finding))
    }

    fn end(&mut self, out: &mut dyn Write, _: &[Section], summary: Summary) -> io::Result<()> {
        let counts = std::mem::take(&mut self.counts).list();
        if counts.len() > 1 {
            write_table(out, &counts)?;
            writeln!(out)?;
        }
        writeln!(out, "{}", totals(&summary))
    }
}

#[derive(Default)]
struct Counted(RuleCounts);

impl Form for Counted {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, _: &mut dyn Write, section: &Section) -> io::Result<()> {
        self.0.add(section.fired());
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, _: &[Section], summary: Summary) -> io::Result<()> {
        write_table(out, &std::mem::take(&mut self.0).list())?;
        writeln!(out, "\n{}", totals(&summary))
    }
}

/// The sorted findings, grouped by file, without anything after them.
pub fn write_findings(out: &mut dyn Write, sorted: &[Finding], options: &TextOptions) -> io::Result<()> {
    let paint = Paint { color: options.color };
    let mut file = None;
    for finding in sorted {
        if file != Some(&finding.place.file) {
            file = Some(&finding.place.file);
            heading(out, &finding.place.file, paint)?;
        }
        write_finding(out, finding, paint)?;
    }
    Ok(())
}

fn heading(out: &mut dyn Write, file: &str, paint: Paint) -> io::Result<()> {
    writeln!(out, "{}\n", paint.bold(&printable(file)))
}

/// The counts in words.
pub fn totals(summary: &Summary) -> String {
    let accepted = match summary.suppressed {
        0 => String::new(),
        some => format!(" ({some} accepted)"),
    };
    format!(
        "{} checked: {}, {}, {}{accepted}",
        count(summary.files, "file"),
        count(summary.errors, "error"),
        count(summary.warnings, "warning"),
        count(summary.notes, "note"),
    )
}

/// How often each rule fired, one line each.
fn write_table(out: &mut dyn Write, counts: &[RuleCount]) -> io::Result<()> {
    let width = counts.iter().map(|count| count.rule.len()).max().unwrap_or(0).max("rule".len());
    writeln!(out, "{:<width$}  severity  findings  files", "rule")?;
    for RuleCount { rule, severity, findings, files } in counts {
        writeln!(out, "{rule:<width$}  {:<8}  {findings:>8}  {files:>5}", severity.as_str())?;
    }
    Ok(())
}

/// One finding, followed by an empty line.
fn write_finding(out: &mut dyn Write, finding: &Finding, paint: Paint) -> io::Result<()> {
    let severity = paint.severity(finding.severity);
    let message = printable(&finding.message);
    writeln!(out, "  {severity}[{}]: {}", printable(&finding.rule), paint.bold(&message))?;
    let Place { start, pointer, excerpt, .. } = &finding.place;
    let number = excerpt.as_ref().map_or(start.line, |excerpt| excerpt.number).to_string();
    let margin = " ".repeat(number.len());
    let place = format!("{}:{}", start.line, start.column);
    let pointer = if pointer.is_empty() { String::new() } else { format!(" {}", printable(pointer)) };
    writeln!(out, "  {margin}{} {place}{pointer}", paint.frame("-->"))?;
    if let Some(excerpt) = excerpt {
        let (line, blanks, marks) = underline(excerpt);
        let bar = paint.frame("|");
        writeln!(out, "  {} {bar} {line}", paint.frame(&number))?;
        writeln!(out, "  {margin} {bar} {blanks}{}", paint.mark(&marks, finding.severity))?;
    }
    if !finding.help.is_empty() {
        writeln!(out, "  {margin} {} {}", paint.frame("= help:"), printable(&finding.help))?;
    }
    writeln!(out)
}

/// The printable line, the blanks before the mark, and the mark: as wide on the screen as the place is.
fn underline(excerpt: &SourceLine) -> (String, String, String) {
    let mut line = String::with_capacity(excerpt.text.len());
    let (mut before, mut under) = (0_usize, 0_usize);
    if excerpt.first_column > 1 {
        line.push('…');
        before += 1;
    }
    for (column, character) in (excerpt.first_column..).zip(excerpt.text.chars()) {
        let character = visible(character);
        let width = if character.is_ascii() { 1 } else { character.width().unwrap_or(0) };
        if column < excerpt.marked.start {
            before += width;
        } else if column < excerpt.marked.end {
            under += width;
        }
        line.push(character);
    }
    if excerpt.cut_after {
        line.push('…');
    }
    (line.trim_end().to_owned(), " ".repeat(before), "^".repeat(under.max(1)))
}

/// The text with everything that a terminal would act on made visible: what is printed comes from foreign files. Line ends
/// are made visible too.
pub fn printable(text: &str) -> String {
    // Nearly every text is letters of which each is what it looks like.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    text.chars().map(visible).collect()
}

fn visible(character: char) -> char {
    match character {
        ' '..='~' => character,
        '\t' => ' ',
        // Characters that turn the direction of the text, end its line or hide in it: what is shown must be what is there.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Applies colours, or none.
#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn with(self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    fn frame(self, text: &str) -> String {
        self.with(AnsiColor::Blue.on_default().bold(), text)
    }

    fn severity(self, severity: Severity) -> String {
        self.mark(severity.as_str(), severity)
    }

    fn mark(self, text: &str, severity: Severity) -> String {
        let color = match severity {
            Severity::Error => AnsiColor::Red,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Note => AnsiColor::Cyan,
        };
        self.with(color.on_default().bold(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Check;
    use backshell_source::Position;

    fn finding(text: &str, start: u32, end: u32) -> Finding {
        Finding {
            check: Check::Swagger,
            rule: "OperationIdNotUnique".into(),
            severity: Severity::Error,
            message: "the operationId `Get` occurs twice".to_owned(),
            help: "give every operation a name of its own".into(),
            place: Place {
                file: "a.json".into(),
                pointer: "/paths".to_owned(),
                start: Position { line: 12, column: start },
                end: Position { line: 12, column: end },
                excerpt: Some(SourceLine {
                    number: 12,
                    text: text.to_owned(),
                    first_column: 1,
                    cut_after: false,
                    marked: start..end,
                }),
            },
            identity: None,
        }
    }

    fn report(finding: Finding) -> Report {
        Report { findings: vec![finding], files: 1, ..Report::default() }
    }

    #[test]
    fn the_mark_stands_under_the_place() {
        let text = render(&report(finding("  \"id\": \"Get\"", 9, 14)), &TextOptions::default());
        let expected = concat!(
            "a.json\n\n",
            "  error[OperationIdNotUnique]: the operationId `Get` occurs twice\n",
            "    --> 12:9 /paths\n",
            "  12 |   \"id\": \"Get\"\n",
            "     |         ^^^^^\n",
            "     = help: give every operation a name of its own\n\n",
            "1 file checked: 1 error, 0 warnings, 0 notes\n",
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn wide_characters_move_the_mark() {
        let text = render(&report(finding("\"日本\": 1", 7, 8)), &TextOptions::default());
        assert!(text.contains("  12 | \"日本\": 1\n     |         ^\n"), "{text}");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_not_printed() {
        let mut finding = finding("\u{1b}[2J\u{202e}", 1, 2);
        finding.message = "a\u{1b}]0;b".to_owned();
        finding.place.file = "x\u{7}y".into();
        let text = render(&report(finding), &TextOptions::default());
        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    }

    #[test]
    fn what_is_invisible_or_turns_the_text_is_shown() {
        let hidden = "\u{ad}\u{61c}\u{180e}\u{200b}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{206f}\
                      \u{feff}\u{fff9}\u{fffa}\u{fffb}\u{e0000}\u{e0001}\u{e0020}\u{e007f}";
        for character in hidden.chars() {
            assert_eq!(printable(&format!("a{character}b")), "a\u{fffd}b", "{character:?}");
        }
        let letters = "é \u{ac}\u{ae} \u{61b} \u{2027}\u{202f} \u{2070} \u{fffc} 日本 😀";
        assert_eq!(printable(letters), letters);
    }

    #[test]
    fn colour_only_when_asked() {
        let report = report(finding("x", 1, 2));
        assert!(!render(&report, &TextOptions::default()).contains('\u{1b}'));
        assert!(render(&report, &TextOptions { color: true }).contains("\u{1b}["));
    }
}
