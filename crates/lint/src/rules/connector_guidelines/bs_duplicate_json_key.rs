use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use backshell_findings::Severity;
use backshell_package::{Problem, ProblemKind};
use backshell_source::ProblemKind as Json;

pub(crate) static RULE: Rule = Rule {
    id: "BS-DuplicateJsonKey",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("RFC 8259"),
    what: "An object of the definition or of the properties file gives the same name twice. Each repetition is \
           reported.",
    why: "JSON leaves open which of the two counts: one reader certifies the first, another one runs the last.",
    fix: "remove one of the two members",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/a": {}, "/b": {}, "/a": {} } }
                                 ^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/a": { "get": {} }, "/b": { "get": {} } } }
"#,
    )],
    visits: &[Visit::Problem(check)],
};

fn check(problem: &Problem, out: &mut Out<'_>) {
    if problem.kind == ProblemKind::Json(Json::DuplicateKey) {
        out.problem(problem);
    }
}
