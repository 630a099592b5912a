use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-VersionFormat",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector coding standards"),
    what: "`info.version` is not one to four numbers with dots between them. A `v` in front, and a pre-release or \
           build name behind `-` or `+`, are accepted.",
    why: "Versions are compared and shown in order; words cannot be.",
    fix: "write the version as numbers, for example 1.0",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "version": "1.0." } }
                       ^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "version": "first" } }
                       ^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "info": { "version": "v1.0.0-beta.2" } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "version": "2024-03-01" } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "version": "" } }
"#,
        ),
    ],
    visits: &[Visit::Info(check)],
};

fn check(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    let Some(version) = info.get("version") else { return };
    if let Some(text) = version.as_str().filter(|text| !text.is_empty() && !is_version(text)) {
        out.at(version, format!("{} is no version number", quoted(text)));
    }
}

fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, name) = text.split_once(['-', '+']).map_or((text, None), |(numbers, name)| (numbers, Some(name)));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'))
    };
    numbers.split('.').count() <= 4 && numbers.split('.').all(is_number) && name.is_none_or(is_name)
}
