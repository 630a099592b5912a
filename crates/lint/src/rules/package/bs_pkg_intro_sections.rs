use crate::Out;
use crate::markdown::sections;
use crate::rule::{Content, Example, Group, Rule, Source, Visit};
use crate::text_file::TextFile;
use crate::view::Package;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgIntroSections",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector submission archive"),
    what: "`intro.md` (in a submission archive: its first Markdown file) has fewer than 50 characters, or lacks a heading on \
           prerequisites (`prerequisite`), on how to get credentials (`credential`, `authentication` or `connect to`) or on known \
           issues (`known issue` or `limitation`). Headings of every rank count, letter case ignored.",
    why: "The text is what users read before they make a connection: what they need, where they get it, and what does not work.",
    fix: "add the heading and its text",
    bad: &[
        Example::Files {
            files: &[(
                "intro.md",
                "Contoso keeps orders, and this connector reads and writes them.\n\n## Prerequisites\nAn account.\n## Credentials\nNo known issues.\n",
            )],
            whole: &["intro.md"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                ("package.zip", Content::Zip(&[])),
                ("contoso.md", Content::Text("# Prerequisites\n# Credentials\n# Known issues\n")),
            ],
            whole: &["contoso.md"],
        },
    ],
    good: &[
        Example::Files {
            files: &[(
                "Intro.md",
                "Contoso keeps orders.\n\n## Pre-requisites\n### How to get credentials\n**Known issues and limitations**\n",
            )],
            whole: &[],
        },
        Example::Files { files: &[("contoso.md", "# Contoso")], whole: &[] },
    ],
    visits: &[Visit::Package(check)],
};

const SECTIONS: [(&str, &[&str]); 3] = [
    ("prerequisites", &["prerequisite", "pre-requisite"]),
    ("how to get credentials", &["credential", "authentication", "connect to"]),
    ("known issues", &["known issue", "limitation"]),
];

const FEWEST: usize = 50;

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let of_submission = || package.submission()?.texts.first().copied();
    let Some(intro) = package.read.package.file("intro.md").or_else(of_submission) else { return };
    let intro = TextFile::new(package, intro);
    let length = intro.content().trim().chars().count();
    if length < FEWEST {
        intro.report_whole(out, format!("the text has {length} characters; at least {FEWEST} are asked for"));
    }
    let sections = sections(intro.content());
    for (name, words) in SECTIONS {
        if !sections.iter().any(|section| section.speaks_of(words)) {
            intro.report_whole(out, format!("the text has no heading on `{name}`"));
        }
    }
}
