use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::texts::{Words, word_of};
use crate::view::{Context, Operation};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ValueContainsRestrictedWords",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The title holds the word `api` or `connector`, or the description one of `power apps`, `power \
           automate` and `logic apps`, as whole words and in any case. In the summary or description of an \
           operation the product names are a warning.",
    why: "Every entry of the catalogue is a connector and has an API, so these words tell nothing; product \
           names belong to their owner and may suggest who published the connector.",
    fix: "say it without the word",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "title": "Contoso API" } }
                     ^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "description": "Orders for Power Automate." }, "paths": { "/a": { "get": { "summary": "List (Logic Apps)" } } } }
                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^                                           ^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "info": { "title": "Rapid Capital", "description": "Sets the power, applies the logic." } }
"#,
    )],
    visits: &[Visit::Info(info), Visit::Operation(operation)],
};

const IN_TITLE: Words = Words::new(&["api", "connector"], &[b"api", b"con"]);
const IN_DESCRIPTION: Words = Words::new(&["power apps", "power automate", "logic apps"], &[b"owe", b"ogi"]);

fn info(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    check(info.get("title"), &IN_TITLE, "title", out);
    check(info.get("description"), &IN_DESCRIPTION, "description", out);
}

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let mut out = out.severity(Severity::Warning);
    check(operation.node.get("summary"), &IN_DESCRIPTION, "summary", &mut out);
    check(operation.node.get("description"), &IN_DESCRIPTION, "description", &mut out);
}

fn check(text: Option<Node<'_>>, words: &Words, what: &str, out: &mut Out<'_>) {
    let Some((node, text)) = text.and_then(|node| Some((node, node.as_str()?))) else { return };
    if words.first_in(text).is_none() {
        return;
    }
    for word in words.words {
        if word_of(text, &[word]).is_some() {
            out.at(node, format!("the {what} holds the restricted word `{word}`"));
        }
    }
}
