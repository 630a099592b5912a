use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use backshell_findings::Severity;
use backshell_package::{Problem, ProblemKind};
use backshell_source::ProblemKind as Json;

pub(crate) static RULE: Rule = Rule {
    id: "BS-InvalidJson",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("RFC 8259"),
    what: "`apiDefinition.swagger.json` is not well-formed JSON or not UTF-8; no other rule looks at it then. A byte \
           order mark in front is accepted. An escape that names half a character is a warning.",
    why: "Readers repair broken JSON in different ways, or not at all; what was certified must be what is \
           read.",
    fix: "correct the place, and check the file with a JSON reader",
    bad: &[Example::Definition(
        r#"
{ "swagger": "2.0", }
                  ^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "swagger": "2.0" }
"#,
    )],
    visits: &[Visit::Problem(check)],
};

fn check(problem: &Problem, out: &mut Out<'_>) {
    // Of all files of a package only these two are read as JSON.
    if !is_properties(&problem.file) {
        report(problem, out);
    }
}

/// Reports the problem when it is one of the JSON text itself.
pub(crate) fn report(problem: &Problem, out: &mut Out<'_>) {
    match problem.kind {
        ProblemKind::Json(Json::ByteOrderMark | Json::DuplicateKey) => {}
        ProblemKind::Json(Json::LoneSurrogate) => out.severity(Severity::Warning).problem(problem),
        ProblemKind::Json(_) => out.problem(problem),
        _ => {}
    }
}

/// Whether it is the properties file; a lone file may have something before the usual name.
pub(crate) fn is_properties(file: &str) -> bool {
    file.to_ascii_lowercase().ends_with("apiproperties.json")
}
