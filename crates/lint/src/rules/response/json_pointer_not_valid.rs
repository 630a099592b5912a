use crate::Out;
use crate::reference::Fault;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "JsonPointerNotValid",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The part of a `$ref` behind `#` is no JSON pointer (RFC 6901): its slash in front is missing, or an \
           escape (`~0`, `~1`, a percent sign with two hexadecimal digits) is malformed.",
    why: "Readers repair such a pointer in different ways and arrive at different objects.",
    fix: "write the pointer as \"#/definitions/Name\", with ~1 for a slash and ~0 for a tilde in a name",
    bad: &[
        Example::Definition(
            r##"
{ "definitions": { "A": { "$ref": "#definitions/B" } } }
                                  ^^^^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "definitions": { "A": { "$ref": "#/definitions/B~2" } } }
                                  ^^^^^^^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "responses": { "A": { "$ref": "#responses/B" } } }
                                ^^^^^^^^^^^^^^
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "definitions": { "A": { "$ref": "#/definitions/B%20C" }, "B C": {}, "Whole": { "$ref": "#" } } }
"##,
    )],
    visits: &[Visit::Reference(check)],
};

fn check(context: &Context<'_>, reference: &Reference<'_>, out: &mut Out<'_>) {
    if context.resolve(reference) == Err(Fault::NotPointer) {
        out.at(reference.node, "what follows `#` is no JSON pointer");
    }
}
