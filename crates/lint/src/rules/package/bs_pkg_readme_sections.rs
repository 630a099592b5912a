use crate::Out;
use crate::markdown::{Section, sections};
use crate::rule::{Content, Example, Group, Rule, Source, Visit};
use crate::text_file::TextFile;
use crate::view::Package;
use backshell_findings::Severity;
use backshell_model::PublisherKind;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgReadmeSections",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "`readme.md` lacks a title or one of the sections on the publisher, prerequisites, supported operations, obtaining \
           credentials, and known issues and limitations; for a verified publisher (where that is known) also deployment \
           instructions. A section is known by a word in its heading, of whatever rank: `publisher`, `prerequisite`, \
           `operation` (or `action` or `trigger`), `credential` (or `authentication`), `known issue` or `limitation`, \
           `deploy`. A line that begins with `Publisher` is enough for the publisher. The title is a heading of the first rank, \
           or the first heading, that does not begin like one of the sections.",
    why: "The text is all the documentation that users get. Reviewers look for these sections by name.",
    fix: "add the section under its usual heading",
    bad: &[
        Example::Files {
            files: &[(
                "readme.md",
                "# Contoso Operations\n\nPublisher: Contoso\n\n## Prerequisites\n\n## Obtaining Credentials\n\n```\n# Known issues\n```\n",
            )],
            whole: &["readme.md"],
        },
        Example::Package {
            publisher_kind: Some(PublisherKind::Verified),
            files: &[(
                "README.md",
                Content::Text(
                    "# Contoso\n## Publisher\n## Pre-requisites\n## Supported actions\n## Authentication\n## Known limitations\n",
                ),
            )],
            whole: &["README.md"],
        },
    ],
    good: &[
        Example::Package {
            publisher_kind: Some(PublisherKind::Independent),
            files: &[(
                "README.md",
                Content::Text(
                    "Contoso\n=======\n**Publisher**: Contoso\n### Pre-requisites\n**Supported triggers:**\n## Authentication\n## Limitations\n",
                ),
            )],
            whole: &[],
        },
        Example::Files { files: &[("intro.md", "# Contoso\n")], whole: &[] },
    ],
    visits: &[Visit::Package(check)],
};

/// The sections: the name in messages, and the words by which a heading is known.
const SECTIONS: [(&str, &[&str]); 6] = [
    ("Publisher", &["publisher"]),
    ("Prerequisites", &["prerequisite", "pre-requisite"]),
    ("Supported Operations", &["operation", "action", "trigger"]),
    ("Obtaining Credentials", CREDENTIALS),
    ("Known Issues and Limitations", &["known issue", "limitation"]),
    ("Deployment Instructions", &["deploy"]),
];

/// The words by which the heading of the section on credentials is known.
pub(super) const CREDENTIALS: &[&str] = &["credential", "authentication"];

/// How the headings of sections begin.
const BEGINNINGS: [&str; 7] = [
    "publisher",
    "prerequisite",
    "pre-requisite",
    "supported operations",
    "obtaining credentials",
    "known issues",
    "deployment instructions",
];

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(readme) = package.read.package.file("readme.md") else { return };
    let readme = TextFile::new(package, readme);
    let sections = sections(readme.content());
    let title = title(&sections);
    if title.is_none() {
        readme.report_whole(out, "the readme has no title");
    }
    let is_verified = package.facts.publisher_kind == Some(PublisherKind::Verified);
    for (name, words) in SECTIONS {
        let others = sections.iter().enumerate().filter(|(index, _)| Some(*index) != title);
        let is_there = others.into_iter().any(|(_, section)| section.speaks_of(words))
            || name == "Publisher" && readme.content().lines().any(is_publisher_line);
        if !is_there && (is_verified || name != "Deployment Instructions") {
            readme.report_whole(out, format!("the readme has no section `{name}`"));
        }
    }
}

/// Which of the sections has the title of the whole text as its heading.
pub(super) fn title(sections: &[Section<'_>]) -> Option<usize> {
    let is_section = |title: &str| {
        let begins = |start: &str| title.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start));
        BEGINNINGS.iter().any(|start| begins(start))
    };
    let can_be = |(index, section): &(usize, &Section<'_>)| {
        (*index == 0 || section.level == 1) && !section.title.is_empty() && !is_section(section.title)
    };
    sections.iter().enumerate().find(can_be).map(|(index, _)| index)
}

fn is_publisher_line(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\t', '*', '_', '-', '#', '>', '|']);
    text.get(.."publisher".len()).is_some_and(|front| front.eq_ignore_ascii_case("publisher"))
}
