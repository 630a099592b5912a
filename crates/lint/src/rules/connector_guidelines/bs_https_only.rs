use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-HttpsOnly",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The scheme `http` is listed in `schemes` of the document or of an operation: an error when it is the \
           only one, a warning beside `https`.",
    why: "Over plain HTTP everybody on the way reads the credential and the data.",
    fix: "list \"https\" alone; a service without TLS cannot be certified",
    bad: &[Example::Definition(
        r#"
{ "schemes": ["http"] }
              ^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "schemes": ["https"] }
"#,
        ),
        Example::Definition(
            r#"
{ "host": "api.contoso.com" }
"#,
        ),
    ],
    visits: &[Visit::Document(document), Visit::Operation(operation)],
};

fn document(context: &Context<'_>, out: &mut Out<'_>) {
    check(context.root, out);
}

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node, out);
}

fn check(holder: Node<'_>, out: &mut Out<'_>) {
    let Some(schemes) = holder.get("schemes") else { return };
    let has = |name: &str| schemes.items().find(|scheme| scheme.as_str() == Some(name));
    if let Some(http) = has("http") {
        if has("https").is_some() {
            out.severity(Severity::Warning).at(http, "plain HTTP is offered beside HTTPS");
        } else {
            out.at(http, "plain HTTP is the only scheme");
        }
    }
}
