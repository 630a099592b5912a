use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "TotalOperationsCountExceedsMaxAllowed",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The document has more than 256 operations.",
    why: "The platform does not load a connector with more.",
    fix: "leave out operations that nobody needs, or split the connector",
    bad: &[Example::Definition(
        r#"
{ "paths": {
  ^^^^^^^
    "/1": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/2": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/3": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/4": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/5": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/6": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/7": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/8": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/9": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/10": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/11": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/12": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/13": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/14": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/15": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/16": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/17": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/18": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/19": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/20": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/21": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/22": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/23": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/24": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/25": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/26": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/27": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/28": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/29": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/30": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/31": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/32": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/33": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/34": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/35": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/36": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/37": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {} }
} }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": {
    "/1": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/2": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/3": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/4": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/5": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/6": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/7": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/8": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/9": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/10": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/11": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/12": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/13": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/14": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/15": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/16": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/17": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/18": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/19": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/20": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/21": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/22": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/23": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/24": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/25": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/26": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/27": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/28": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/29": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/30": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/31": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/32": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/33": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/34": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/35": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/36": { "get": {}, "put": {}, "post": {}, "delete": {}, "options": {}, "head": {}, "patch": {} },
    "/37": { "get": {}, "put": {}, "post": {}, "delete": {} }
} }
"#,
    )],
    visits: &[Visit::Document(check)],
};

/// The most operations of a document.
const MOST: usize = 256;

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let operations = context.operations.len();
    if operations > MOST
        && let Some(paths) = context.root.get("paths")
    {
        out.at_key(paths, format!("the connector has {operations} operations; {MOST} are allowed"));
    }
}
