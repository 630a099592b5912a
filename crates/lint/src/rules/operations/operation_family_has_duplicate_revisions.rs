use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{equal, family};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationFamilyHasDuplicateRevisions",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two operations with the same `family` in `x-ms-api-annotation` have the same `revision`. Each one after the \
           first is reported. A missing revision is not compared.",
    why: "The revision is what tells the operations of a family apart; with two of the same nobody knows which is the \
          newer.",
    fix: "give each operation of the family a revision of its own",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/v1/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } } },
    "/v2/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } } } } }
                                                                                        ^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/v1/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 1 } } },
    "/v2/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } } },
    "/v3/items": { "get": { "x-ms-api-annotation": { "family": "ListAllItems", "revision": 2 } }, "put": { "x-ms-api-annotation": { "revision": 2 } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for family in family::families(context) {
        let revisions = family.iter().filter_map(|member| member.annotation.revision);
        equal::repeated(revisions, |revision| out.at(revision, "an earlier operation of the family has this revision"));
    }
}
