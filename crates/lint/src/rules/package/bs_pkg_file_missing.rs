use crate::Out;
use crate::out::File;
use crate::rule::{Content, Example, Group, Rule, Source, Visit};
use crate::rule::{DEFINITION, PROPERTIES};
use crate::view::Package;
use backshell_findings::Severity;
use backshell_package::{Origin, Problem, ProblemKind};

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgFileMissing",
    group: Group::Package,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "A package has no `apiDefinition.swagger.json`, no `apiProperties.json` or no `readme.md`. Letter \
           case of the names is ignored. A definition file that is checked by itself is no package, and a submission \
           archive holds other files.",
    why: "The three together are the connector: what it can call, how it signs in, and what its users must \
           know.",
    fix: "add the file to the package",
    bad: &[Example::Files {
        files: &[(DEFINITION, r#"{ "swagger": "2.0" }"#), ("intro.md", "# Contoso")],
        whole: &[PROPERTIES, "readme.md"],
    }],
    good: &[
        Example::Files { files: &[(DEFINITION, "{}"), (PROPERTIES, "{}"), ("README.MD", "# Contoso")], whole: &[] },
        Example::Package {
            publisher_kind: None,
            files: &[("intro.md", Content::Text("# Contoso")), ("package.zip", Content::Zip(&[]))],
            whole: &[],
        },
    ],
    visits: &[Visit::Package(check)],
};

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let read = package.read;
    let is_missing =
        |problem: &&Problem| matches!(problem.kind, ProblemKind::MissingDefinition | ProblemKind::MissingProperties);
    let mut missing = read.problems.iter().filter(is_missing).peekable();
    // Where files were refused, the readme may be among them.
    let has_no_readme =
        || read.package.origin != Origin::File && !read.is_refused() && read.package.file("readme.md").is_none();
    if (missing.peek().is_none() && !has_no_readme()) || package.submission().is_some() {
        return;
    }
    for problem in missing {
        out.in_file(&File::other(package.shown(&problem.file))).problem(problem);
    }
    if has_no_readme() {
        out.at_other_file(package.shown("readme.md"), "the package has no `readme.md`");
    }
}
