use crate::Out;
use crate::reference;
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
           escape (`~0`, `~1`, a percent sign with two hexadecimal digits) is malformed. References that lead out of the \
           document are judged too.",
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
        Example::Definition(
            r#"
{ "definitions": { "A": { "$ref": "other.json#definitions/B" } } }
                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "definitions": { "A": { "$ref": "#/definitions/B%20C" }, "B C": {}, "Whole": { "$ref": "#" }, "File": { "$ref": "other.json" }, "Part": { "$ref": "other.json#/B" } } }
"##,
    )],
    visits: &[Visit::Reference(check)],
};

fn check(_: &Context<'_>, reference: &Reference<'_>, out: &mut Out<'_>) {
    let fragment = reference.node.as_str().and_then(|text| Some(text.split_once('#')?.1));
    if fragment.is_some_and(|fragment| !reference::is_pointer(fragment)) {
        out.at(reference.node, "what follows `#` is no JSON pointer");
    }
}
