use crate::keywords::ObjectKind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::usage::VISIBILITIES;
use crate::view::{Context, Extension};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-VisibilityValue",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The `x-ms-visibility` of an operation, parameter or schema is not `important`, `advanced` or `internal`. \
           The three words in other letter case are understood and reported all the same; an empty text or null \
           means normal and is reported for information only.",
    why: "A word that no client knows hides nothing: what was meant to be internal is shown to everybody.",
    fix: "write important, advanced or internal, or remove the member",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-visibility": "Internal" }, "p": { "in": "query", "name": "p", "x-ms-visibility": "" } }, "definitions": { "Item": { "x-ms-visibility": "hidden" } } }
                                                                        ^^^^^^^^^^                                                          ^^                                                    ^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "x-ms-visibility": "advanced", "properties": { "x-ms-visibility": { "type": "string" } }, "example": { "x-ms-visibility": "none" } } }, "info": { "x-ms-visibility": "none" } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

fn check(_: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    let is_judged = matches!(extension.holder, ObjectKind::Operation | ObjectKind::Parameter | ObjectKind::Schema);
    if extension.name != "x-ms-visibility" || !is_judged {
        return;
    }
    let node = extension.node;
    match node.as_str() {
        Some(word) if VISIBILITIES.contains(&word) => {}
        Some("") => out.severity(Severity::Note).at(node, "an empty visibility means normal"),
        Some(word) => match VISIBILITIES.iter().find(|known| known.eq_ignore_ascii_case(word)) {
            Some(known) => {
                out.help(format!("write {known}")).at(node, format!("{} is written `{known}`", quoted(word)));
            }
            None => out.at(node, format!("{} is no visibility", quoted(word))),
        },
        None if node.is_null() => out.severity(Severity::Note).at(node, "a visibility of null means normal"),
        None => out.at(node, "the visibility is no text"),
    }
}
