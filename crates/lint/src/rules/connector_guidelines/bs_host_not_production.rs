use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-HostNotProduction",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The `host` or `basePath` looks like a trial system: one of its parts, between dots, hyphens and slashes \
           and in any letter case, is staging, stage, stg, dev, test, tst, qa, uat, sandbox, sbx, preprod or demo; \
           or the host is a tunnel to somebody's machine (ngrok, loca.lt). The top-level domain `dev` is a domain \
           like others.",
    why: "A trial system is switched off, emptied or rebuilt without notice, and is guarded less well than the \
           real one.",
    fix: "name the production system",
    bad: &[
        Example::Definition(
            r#"
{ "host": "api-staging.contoso.com", "basePath": "/QA/v1" }
          ^^^^^^^^^^^^^^^^^^^^^^^^^              ^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "host": "a1b2.ngrok.io" }
          ^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "host": "latest.contoso.dev", "basePath": "/testing/v1" }
"#,
    )],
    visits: &[Visit::Document(check)],
};

const WORDS: [&str; 12] =
    ["staging", "stage", "stg", "dev", "test", "tst", "qa", "uat", "sandbox", "sbx", "preprod", "demo"];

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let text = |name: &str| context.root.get(name).and_then(|node| Some((node, node.as_str()?)));
    if let Some((node, host)) = text("host") {
        let name = host.split(':').next().unwrap_or_default();
        let below = name.rsplit_once('.').map_or(name, |(below, _)| below);
        if is_tunnel(name) {
            out.at(node, "the host is a tunnel to a machine behind it");
        } else {
            report(node, below, "host", out);
        }
    }
    if let Some((node, path)) = text("basePath") {
        report(node, path, "basePath", out);
    }
}

fn report(node: Node<'_>, text: &str, what: &str, out: &mut Out<'_>) {
    let is_trial = |part: &&str| WORDS.iter().any(|word| word.eq_ignore_ascii_case(part));
    if let Some(part) = text.split(['.', '-', '/']).find(is_trial) {
        out.at(node, format!("the part {} of the {what} names a trial system", quoted(part)));
    }
}

fn is_tunnel(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.split(['.', '-']).any(|part| part == "ngrok") || host == "loca.lt" || host.ends_with(".loca.lt")
}
