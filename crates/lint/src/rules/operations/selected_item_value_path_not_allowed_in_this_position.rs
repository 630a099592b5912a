use crate::Out;
use crate::dynamic::Kind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SelectedItemValuePathNotAllowedInThisPosition",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "In `x-ms-dynamic-tree`, a `selectedItemValuePath` stands anywhere but on an entry of the `parameters` of \
           `browse`. A parameter that is itself called so is no such place.",
    why: "Only browsing follows a selected item: the tree is opened before anything is selected, so that there the \
           call would be sent without a value.",
    fix: "use \"selectedItemValuePath\" in the parameters of \"browse\" only",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "folder": { "in": "query", "name": "folder", "x-ms-dynamic-tree": {
    "selectedItemValuePath": "id",
    ^^^^^^^^^^^^^^^^^^^^^^^
    "open": { "operationId": "GetRoot", "parameters": { "id": { "selectedItemValuePath": "id" } } },
                                                                ^^^^^^^^^^^^^^^^^^^^^^^
    "browse": { "operationId": "GetFolder", "selectedItemValuePath": "id" } } } } }
                                            ^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "folder": { "in": "query", "name": "folder", "x-ms-dynamic-tree": {
    "open": { "operationId": "GetRoot", "parameters": { "selectedItemValuePath": { "value": { "selectedItemValuePath": "" } } } },
    "browse": { "operationId": "GetFolder", "parameters": { "id": { "selectedItemValuePath": "id" } } } } } } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

fn check(_: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    if Kind::of(extension.name) != Some(Kind::Tree) {
        return;
    }
    judge(extension.node, out);
    for part in extension.node.visible_members() {
        judge(part.value, out);
        if part.key != "browse" {
            let arguments = part.value.get("parameters").into_iter().flat_map(Node::visible_members);
            arguments.for_each(|argument| judge(argument.value, out));
        }
    }
}

fn judge(holder: Node<'_>, out: &mut Out<'_>) {
    if let Some(path) = holder.get("selectedItemValuePath") {
        out.at_key(path, "nothing is selected here");
    }
}
