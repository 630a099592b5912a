use crate::Out;
use crate::equal;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ArrayDuplicateValue",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two entries of a list that stands for a set are equal as JSON values: `required` and `enum`, the `tags` of \
           an operation, `schemes`, `consumes`, `produces` and `security`. Each one after the first is reported. Lists \
           of parameters have a rule of their own.",
    why: "Readers disagree on what an entry given twice means, and it often stands where another one was meant.",
    fix: "remove the entry, or write the one that was meant",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "Size": { "type": "string", "enum": ["small", "large", "small"] } } }
                                                                          ^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "security": [{ "key": [] }, { "key": [] }], "definitions": { "Size": { "enum": [1, 2, 1.0] } } }
                              ^                                                         ^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "schemes": ["https", "http"], "definitions": { "Size": { "type": "string", "enum": ["small", "Small", "1"], "default": ["a", "a"], "example": { "enum": [1, 1] } } },
  "paths": { "/items": { "get": { "security": [{ "key": [] }, { "key": [], "login": [] }], "parameters": [{ "in": "query", "name": "top" }, { "in": "query", "name": "top" }] } } } }
"#,
    )],
    visits: &[Visit::Document(document), Visit::Operation(operation), Visit::Value(value)],
};

fn document(context: &Context<'_>, out: &mut Out<'_>) {
    for name in ["schemes", "consumes", "produces", "security"] {
        check(context.root.get(name), out);
    }
}

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    for member in operation.node.visible_members() {
        if matches!(member.key, "tags" | "schemes" | "consumes" | "produces" | "security") {
            check(Some(member.value), out);
        }
    }
}

fn value(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    check(value.required, out);
    check(value.one_of, out);
}

fn check(list: Option<Node<'_>>, out: &mut Out<'_>) {
    if let Some(list) = list {
        equal::repeated(list.items(), |entry| out.at(entry, "the entry is already in the list"));
    }
}
