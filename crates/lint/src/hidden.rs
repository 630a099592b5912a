//! What no report shows: secrets that stand on a line which another finding is about.

use backshell_findings::{Finding, SourceLine};
use backshell_source::{Kind, Node, Position};
use std::ops::Range;
use std::sync::Arc;

/// What stands for each hidden character.
const COVER: char = '*';
/// More stretches than this are not told apart: then no line is shown at all.
const MOST: usize = 10_000;

/// Stretches of files, as they were reported.
#[derive(Default)]
pub(crate) struct Hidden(Vec<(Arc<str>, Range<Position>)>);

impl Hidden {
    /// Hides what `node` of `file` holds; its quotes or brackets stay.
    pub(crate) fn add(&mut self, file: &Arc<str>, node: Node<'_>) {
        if self.0.len() > MOST {
            return;
        }
        let mut span = node.span();
        if matches!(node.kind(), Kind::String | Kind::Object | Kind::Array) {
            span.start = span.start.saturating_add(1);
            span.end = span.end.saturating_sub(1).max(span.start);
        }
        let (start, end) = node.document().source().range(span);
        self.0.push((file.clone(), start..end));
    }

    /// Covers the stretches wherever an excerpt shows them.
    pub(crate) fn cover(mut self, findings: &mut [Finding]) {
        if self.0.is_empty() {
            return;
        }
        if self.0.len() > MOST {
            for finding in findings {
                finding.place.excerpt = None;
            }
            return;
        }
        self.0.sort_by(|(file, hidden), (other_file, other)| (file, hidden.start).cmp(&(other_file, other.start)));
        // Stretches within each other become one, so that ends ascend as beginnings do.
        self.0.dedup_by(|(file, hidden), (before_file, before)| {
            let is_within = file == before_file && hidden.start < before.end;
            if is_within {
                before.end = before.end.max(hidden.end);
            }
            is_within
        });
        for finding in findings {
            let Some(line) = &mut finding.place.excerpt else { continue };
            let file = &finding.place.file;
            let begin = Position { line: line.number, column: line.first_column };
            let first = self.0.partition_point(|(of, hidden)| (&**of, hidden.end) <= (&**file, begin));
            let number = line.number;
            let on_line =
                self.0.iter().skip(first).take_while(|(of, hidden)| of == file && hidden.start.line <= number);
            for (_, hidden) in on_line {
                cover(line, hidden);
            }
        }
    }
}

/// Covers the part of a stretch that lies on the line.
fn cover(line: &mut SourceLine, hidden: &Range<Position>) {
    let first = if hidden.start.line < line.number { 0 } else { hidden.start.column };
    let end = if hidden.end.line > line.number { u32::MAX } else { hidden.end.column };
    let columns = line.first_column..;
    line.text = columns
        .zip(line.text.chars())
        .map(|(column, character)| if (first..end).contains(&column) { COVER } else { character })
        .collect();
}
