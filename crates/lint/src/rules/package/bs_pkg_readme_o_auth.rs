use super::bs_pkg_readme_sections::{CREDENTIALS, title};
use crate::Out;
use crate::markdown::sections;
use crate::rule::{Content, Example, Group, PROPERTIES, Rule, Source, Visit};
use crate::text_file::TextFile;
use crate::view::Package;
use backshell_findings::Severity;
use backshell_model::PublisherKind;
use backshell_package::{ConnectionParameterKind, SecurityKind};

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgReadmeOAuth",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The connector of an independent publisher uses OAuth (a sign-in among its connection parameters, or an `oauth2` \
           security definition), and the section of `readme.md` on credentials, with what stands below it, has fewer than 100 \
           characters. Judged where the kind of publisher is known; a missing section is left to BS-PkgReadmeSections.",
    why: "An independent publisher has no registration at the service that all users share. Each organisation has to register \
           an application of its own, and needs to be told how.",
    fix: "describe step by step how to register an application and where its id and secret go",
    bad: &[Example::Package {
        publisher_kind: Some(PublisherKind::Independent),
        files: &[
            (
                PROPERTIES,
                Content::Text(
                    r#"{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting" } } } }"#,
                ),
            ),
            (
                "readme.md",
                Content::Text(
                    r"
# Contoso
## Obtaining Credentials
   ^^^^^^^^^^^^^^^^^^^^^
Register an application.
## Known Issues and Limitations
A long text about something else: the service answers at most one hundred calls a minute, and then refuses.
",
                ),
            ),
        ],
        whole: &[],
    }],
    good: &[
        Example::Package {
            publisher_kind: Some(PublisherKind::Independent),
            files: &[
                (
                    PROPERTIES,
                    Content::Text(
                        r#"{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting" } } } }"#,
                    ),
                ),
                (
                    "readme.md",
                    Content::Text(
                        r"
# Contoso
## Obtaining Credentials
### Application
Open Settings, then Applications, and add one with the callback address of the gateway.
### Secret
Copy its id and its secret.
## Known Issues and Limitations
",
                    ),
                ),
            ],
            whole: &[],
        },
        Example::Package {
            publisher_kind: Some(PublisherKind::Verified),
            files: &[
                (
                    PROPERTIES,
                    Content::Text(
                        r#"{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting" } } } }"#,
                    ),
                ),
                ("readme.md", Content::Text("## Obtaining Credentials\nSign in.\n")),
            ],
            whole: &[],
        },
        Example::Package {
            publisher_kind: Some(PublisherKind::Independent),
            files: &[
                (
                    PROPERTIES,
                    Content::Text(
                        r#"{ "properties": { "connectionParameters": { "key": { "type": "securestring" } } } }"#,
                    ),
                ),
                ("readme.md", Content::Text("## Obtaining Credentials\nAsk for a key.\n")),
            ],
            whole: &[],
        },
    ],
    visits: &[Visit::Package(check)],
};

const FEWEST: usize = 100;

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    if package.facts.publisher_kind != Some(PublisherKind::Independent) || !uses_oauth(package) {
        return;
    }
    let Some(readme) = package.read.package.file("readme.md") else { return };
    let readme = TextFile::new(package, readme);
    let sections = sections(readme.content());
    let title = title(&sections);
    let others = sections.iter().enumerate().filter(|(index, _)| Some(*index) != title);
    let Some((_, section)) = others.into_iter().find(|(_, section)| section.speaks_of(CREDENTIALS)) else { return };
    let text = readme.content().get(section.body.clone()).unwrap_or_default();
    // A blank between two words each.
    let words = text.split_whitespace();
    let length = words.map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1);
    if length < FEWEST {
        let message = format!("the section on credentials has {length} characters; at least {FEWEST} are asked for");
        readme.report(out, section.place.clone(), message);
    }
}

fn uses_oauth(package: &Package<'_>) -> bool {
    let package = &package.read.package;
    let parameters = package.properties.iter().flat_map(|properties| {
        let of_sets = properties.parameter_sets().into_iter().flat_map(|set| set.parameters);
        properties.connection_parameters().into_iter().chain(of_sets)
    });
    let mut definitions = package.definition.iter().flat_map(|definition| definition.swagger().security_definitions());
    parameters.into_iter().any(|parameter| parameter.kind == ConnectionParameterKind::OAuth)
        || definitions.any(|definition| matches!(definition.kind, SecurityKind::OAuth2 { .. }))
}
