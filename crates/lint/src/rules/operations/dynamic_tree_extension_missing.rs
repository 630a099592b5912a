use crate::Out;
use crate::dynamic::{Call, Kind};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DynamicTreeExtensionMissing",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`x-ms-dynamic-values` has the capability `file-picker`, and no `x-ms-dynamic-tree` stands beside it.",
    why: "Newer clients draw the tree from `x-ms-dynamic-tree` and do not know the older capability; there the \
           user has to type what could be picked.",
    fix: "add x-ms-dynamic-tree beside it",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "file": { "in": "query", "name": "file", "x-ms-dynamic-values": { "capability": "file-picker" } } } }
                                                                                                  ^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": {
    "file": { "in": "query", "name": "file", "x-ms-dynamic-values": { "capability": "file-picker" },
        "x-ms-dynamic-tree": { "open": { "operationId": "GetRoot" } } },
    "size": { "in": "query", "name": "size", "x-ms-dynamic-values": { "operationId": "GetSizes" } } } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

fn check(_: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    for call in Call::all(extension).filter(|call| call.kind == Kind::Values) {
        let capability = call.node.get("capability").filter(|node| node.as_str() == Some("file-picker"));
        if let Some(capability) = capability.filter(|_| call.holder.get(Kind::Tree.as_str()).is_none()) {
            out.at(capability, "there is no x-ms-dynamic-tree beside the file picker");
        }
    }
}
