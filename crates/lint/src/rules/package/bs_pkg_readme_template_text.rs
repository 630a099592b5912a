use crate::Out;
use crate::markdown::sections;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::text_file::TextFile;
use crate::view::Package;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgReadmeTemplateText",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The text of a section of `readme.md` begins with the word `Required.` or `Optional.`, as the explanations in the \
           template do.",
    why: "These sentences tell the author what to write. Left in place they tell users nothing.",
    fix: "replace the template's explanation with your own text, or remove the section if it is optional",
    bad: &[Example::Files {
        files: &[(
            "readme.md",
            r"
# Contoso
## Prerequisites

Required. Say what users need.
^^^^^^^^^
## Frequently Asked Questions
> *Optional.*
   ^^^^^^^^^
",
        )],
        whole: &[],
    }],
    good: &[Example::Files {
        files: &[(
            "readme.md",
            r"
# Contoso
## Prerequisites
Required: an account.
Optional. A second account.
## Limits

None.

Required. No.
",
        )],
        whole: &[],
    }],
    visits: &[Visit::Package(check)],
};

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(readme) = package.read.package.file("readme.md") else { return };
    let readme = TextFile::new(package, readme);
    for section in sections(readme.content()) {
        let text = readme.content().get(section.own.clone()).unwrap_or_default();
        let begin = text.trim_start_matches([' ', '\t', '\r', '\n', '*', '_', '>', '-']);
        for word in ["Required.", "Optional."] {
            if begin.starts_with(word) {
                let start = section.own.start + text.len() - begin.len();
                readme.report(out, start..start + word.len(), "the explanation of the template was left in place");
            }
        }
    }
}
