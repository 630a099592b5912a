use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "TagRedefined",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two entries of `tags` have the same name. Each one after the first is reported.",
    why: "Operations are grouped by the name of a tag; with two of the same name nobody knows which \
           description counts.",
    fix: "describe each tag once",
    bad: &[Example::Definition(
        r#"
{ "tags": [{ "name": "Items" }, { "name": "Items", "description": "Again." }] }
                                          ^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "tags": [{ "name": "Items" }, { "name": "items" }, { "description": "a" }, {}] }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let mut seen = FastSet::default();
    for name in context.root.get("tags").into_iter().flat_map(Node::items).filter_map(|tag| tag.get("name")) {
        let Some(text) = name.as_str() else { continue };
        if !seen.insert(text) {
            out.at(name, format!("the tag {} is described twice", quoted(text)));
        }
    }
}
