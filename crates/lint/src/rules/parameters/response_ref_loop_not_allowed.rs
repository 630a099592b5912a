use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ResponseRefLoopNotAllowed",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A shared response, a member of the `responses` of the document, is itself a reference.",
    why: "Readers follow one reference, so what the second one leads to is never found; two that lead to each other \
          have no end.",
    fix: "write the response out, and refer to it where it is used",
    bad: &[Example::Definition(
        r##"
{ "responses": { "Item": { "description": "The item" }, "Other": { "$ref": "#/responses/Item" } } }
                                                                           ^^^^^^^^^^^^^^^^^^
"##,
    )],
    good: &[Example::Definition(
        r##"
{ "responses": { "$ref": { "description": "The item" } },
  "paths": { "/items": { "get": { "responses": { "200": { "$ref": "#/responses/$ref" } } } } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let shared = context.root.get("responses").into_iter().flat_map(Node::visible_members);
    for member in shared {
        if let Some(reference) = member.value.get("$ref") {
            out.at(reference, "a shared response is itself a reference");
        }
    }
}
