use crate::Out;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
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
           case of the names is ignored. A definition file that is checked by itself is no package.",
    why: "The three together are the connector: what it can call, how it signs in, and what its users must \
           know.",
    fix: "add the file to the package",
    bad: &[Example::Files {
        files: &[(DEFINITION, r#"{ "swagger": "2.0" }"#), ("intro.md", "# Contoso")],
        whole: &[PROPERTIES, "readme.md"],
    }],
    good: &[Example::Files {
        files: &[(DEFINITION, "{}"), (PROPERTIES, "{}"), ("README.MD", "# Contoso")],
        whole: &[],
    }],
    visits: &[Visit::Problem(problem), Visit::Package(readme)],
};

fn problem(problem: &Problem, out: &mut Out<'_>) {
    if matches!(problem.kind, ProblemKind::MissingDefinition | ProblemKind::MissingProperties) {
        out.problem(problem);
    }
}

fn readme(package: &Package<'_>, out: &mut Out<'_>) {
    let read = package.read;
    // Where files were refused, the readme may be among them.
    if read.package.origin != Origin::File && !read.is_refused() && read.package.file("readme.md").is_none() {
        out.at_other_file(package.path.of(&read.package, "readme.md"), "the package has no `readme.md`");
    }
}
