//! How the command answers. Forms that go file by file are rendered on the core that judged the package; the others are given
//! one report of everything.

use super::{Format, Lint};
use crate::terminal;
use backshell_findings::text::TextOptions;
use backshell_findings::{Part, Report, Summary, github, json, markdown, sarif, text};
use std::io::{self, Write};

/// What is answered about one package.
pub(super) enum Piece {
    /// As it will be written.
    Part(Part),
    /// For a form that sees everything at once.
    Report(Report),
}

impl Piece {
    pub(super) fn summary(&self) -> Summary {
        match self {
            Self::Part(part) => part.summary(),
            Self::Report(report) => report.summary(),
        }
    }
}

impl Lint {
    /// What is answered about a package.
    pub(super) fn piece(&self, mut report: Report) -> io::Result<Piece> {
        report.sort();
        Ok(match self.format {
            Format::Text => Piece::Part(text::part(&report, &text_options())?),
            Format::Json => Piece::Part(json::part(&report)?),
            Format::Sarif | Format::Github | Format::Markdown => Piece::Report(report),
        })
    }

    /// Answers, in the order of files and places.
    pub(super) fn print(&self, pieces: Vec<Piece>) -> anyhow::Result<()> {
        const VERSION: &str = env!("CARGO_PKG_VERSION");
        let (mut parts, mut report) = (Vec::new(), Report::default());
        for piece in pieces {
            match piece {
                Piece::Part(part) => parts.push(part),
                Piece::Report(one) => {
                    report.files += one.files;
                    report.findings.extend(one.findings);
                    report.suppressed.extend(one.suppressed);
                    report.is_incomplete |= one.is_incomplete;
                }
            }
        }
        report.sort();
        match self.format {
            Format::Text if self.summary => terminal::write(|out| text::write_summary(out, parts)),
            Format::Text => {
                let options = text_options();
                let render = |out: &mut dyn Write| text::write_parts(out, parts, &options);
                // What is printable and has no colours need not be searched for them.
                if options.color { terminal::write(render) } else { terminal::write_plain(render) }
            }
            Format::Json => terminal::write_plain(|out| json::write_parts(out, parts, VERSION)),
            Format::Sarif => {
                terminal::write_plain(|out| sarif::write(out, &report, VERSION, &backshell_lint::docs::info))
            }
            Format::Github => terminal::write(|out| github::write(out, &report)),
            Format::Markdown => terminal::write(|out| markdown::write(out, &report)),
        }
    }
}

fn text_options() -> TextOptions {
    TextOptions { color: terminal::shows_color() }
}
