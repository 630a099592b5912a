use crate::Out;
use crate::rule::{Content, DEFINITION, Example, Group, Rule, Source, Visit};
use crate::view::Package;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgIntroMissing",
    group: Group::Package,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector submission archive"),
    what: "A submission archive has no Markdown file at its top: no `intro.md`, and none of another name. A package is a submission \
           archive when it has neither a definition nor a properties file, and at its top a zip archive, or an `intro.md` without a readme.",
    why: "The text becomes the connector's documentation, and the solutions in the archive hold none.",
    fix: "put an intro.md beside the inner archive",
    bad: &[Example::Package {
        publisher_kind: None,
        files: &[
            ("package.zip", Content::Zip(&[("assets/intro.md", Content::Text("# Contoso"))])),
            ("docs/intro.md", Content::Text("# Contoso")),
        ],
        whole: &["intro.md"],
    }],
    good: &[
        Example::Package {
            publisher_kind: None,
            files: &[("package.zip", Content::Zip(&[])), ("Contoso.MD", Content::Text("# Contoso"))],
            whole: &[],
        },
        Example::Package {
            publisher_kind: None,
            files: &[("package.zip", Content::Zip(&[])), (DEFINITION, Content::Text("{}"))],
            whole: &[],
        },
    ],
    visits: &[Visit::Package(check)],
};

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    if package.submission().is_some_and(|submission| submission.texts.is_empty()) {
        out.at_other_file(package.shown("intro.md"), "the submission archive has no `intro.md`");
    }
}
