use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationIdSanitized",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An `operationId` holds a character other than ASCII letters, digits and the underscore.",
    why: "Clients make names of functions out of the id and leave such characters out, so the operation goes by \
          another name there, which may be that of a second one.",
    fix: "use letters, digits and underscores only",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "List-Items" } } } }
                                                 ^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "ListItems_V2" } , "put": { "operationId": "" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(id) = operation.id else { return };
    let Some(text) = id.as_str() else { return };
    if text.bytes().all(|byte| is_plain(byte.into())) {
        return;
    }
    let plain: String = text.chars().filter(|character| is_plain(*character)).collect();
    out.at(id, format!("clients shorten the operationId to {}", quoted(&plain)));
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
