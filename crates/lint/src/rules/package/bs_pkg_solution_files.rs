use crate::Out;
use crate::rule::{Content, Example, Group, Rule, Source, Visit};
use crate::submission::Components;
use crate::view::Package;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgSolutionFiles",
    group: Group::Package,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector submission archive"),
    what: "A solution in a submission archive lacks `[Content_Types].xml`, `customizations.xml` or `solution.xml`; or its \
           customizations name a connector, flows or an AI plug-in and the folders for them (`Connector`; \
           `Workflows`; `aiplugins` and `aipluginoperations`) are missing; or none of the solutions holds a connector alone, \
           or none a connector with flows. An empty element in the customizations names nothing. Letter case of names is ignored. \
           What is wrong with the archives themselves is BS-PkgArchiveStructure.",
    why: "An exported solution always has these parts. One without them was put together by hand, and its import fails.",
    fix: "export the solutions anew, one with the connector alone and one with the connector and a flow that uses it",
    bad: &[
        Example::Package {
            publisher_kind: None,
            files: &[
                ("intro.md", Content::Text("")),
                (
                    "package.zip",
                    Content::Zip(&[
                        (
                            "PkgAssets/connector.zip",
                            Content::Zip(&[
                                ("[Content_Types].xml", Content::Text("")),
                                (
                                    "customizations.xml",
                                    Content::Text("<a><Connectors><Connector>c</Connector></Connectors></a>"),
                                ),
                                ("Connector/c.json", Content::Text("{}")),
                            ]),
                        ),
                        (
                            "PkgAssets/flow.zip",
                            Content::Zip(&[
                                ("[Content_Types].xml", Content::Text("")),
                                ("solution.xml", Content::Text("")),
                                (
                                    "customizations.xml",
                                    Content::Text("<a><Workflows><Workflow/></Workflows><Connector>c</Connector></a>"),
                                ),
                                ("Connector/c.json", Content::Text("{}")),
                            ]),
                        ),
                    ]),
                ),
            ],
            whole: &["package.zip/PkgAssets/connector.zip", "package.zip/PkgAssets/flow.zip"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                ("intro.md", Content::Text("")),
                (
                    "package.zip",
                    Content::Zip(&[(
                        "PkgAssets/connector.zip",
                        Content::Zip(&[
                            ("[Content_Types].xml", Content::Text("")),
                            ("solution.xml", Content::Text("")),
                            ("customizations.xml", Content::Text("<a><Workflows /><Connector>c</Connector></a>")),
                            ("Connector/c.json", Content::Text("{}")),
                        ]),
                    )]),
                ),
            ],
            whole: &["package.zip"],
        },
    ],
    good: &[Example::Package {
        publisher_kind: None,
        files: &[
            ("intro.md", Content::Text("")),
            (
                "package.zip",
                Content::Zip(&[
                    (
                        "PkgAssets/connector.zip",
                        Content::Zip(&[
                            ("[Content_Types].xml", Content::Text("")),
                            ("solution.xml", Content::Text("")),
                            (
                                "customizations.xml",
                                Content::Text("<a><Workflows></Workflows><Connector>c</Connector><Roles /></a>"),
                            ),
                            ("Connector/c.json", Content::Text("{}")),
                        ]),
                    ),
                    (
                        "PkgAssets/flow.zip",
                        Content::Zip(&[
                            ("[Content_Types].xml", Content::Text("")),
                            ("solution.xml", Content::Text("")),
                            (
                                "Customizations.xml",
                                Content::Text("<a><Workflows><Workflow/></Workflows><Connector>c</Connector></a>"),
                            ),
                            ("Connector/c.json", Content::Text("{}")),
                            ("Workflows/f.json", Content::Text("{}")),
                        ]),
                    ),
                    (
                        "PkgAssets/plugin.zip",
                        Content::Zip(&[
                            ("[Content_Types].xml", Content::Text("")),
                            ("solution.xml", Content::Text("")),
                            ("customizations.xml", Content::Text("<a><aicopilot_aiplugin id='1'/></a>")),
                            ("aiplugins/p.xml", Content::Text("")),
                            ("aipluginoperations/o.xml", Content::Text("")),
                        ]),
                    ),
                ]),
            ),
        ],
        whole: &[],
    }],
    visits: &[Visit::Package(check)],
};

const FILES: [&str; 3] = ["[Content_Types].xml", "customizations.xml", "solution.xml"];

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(submission) = package.submission() else { return };
    let Some(inner) = submission.opened() else { return };
    for solution in &inner.solutions {
        let Ok(components) = &solution.content else { continue };
        let mut report = |message: String| out.at_other_file(package.shown(&solution.path), message);
        for name in FILES.iter().filter(|name| !components.has(name)) {
            report(format!("the solution has no `{name}`"));
        }
        for name in missing_folders(components) {
            report(format!("the customizations ask for a folder `{name}`, and the solution has none"));
        }
    }
    if inner.solutions.is_empty() || inner.solutions.iter().any(|solution| solution.content.is_err()) {
        return;
    }
    let has = |with_flows: bool| {
        let fits = |components: &Components| {
            components.has_connector && !components.has_plugin && components.has_workflows == with_flows
        };
        submission.components().any(fits)
    };
    if !has(false) {
        out.at_other_file(package.shown(&inner.path), "no solution holds the connector alone");
    }
    if !has(true) {
        out.at_other_file(package.shown(&inner.path), "no solution holds the connector together with a flow");
    }
}

fn missing_folders(components: &Components) -> impl Iterator<Item = &'static str> {
    let Components { has_connector, has_workflows, has_plugin, .. } = *components;
    let wanted = [
        ("Connector", has_connector),
        ("Workflows", has_workflows),
        ("aiplugins", has_plugin),
        ("aipluginoperations", has_plugin),
    ];
    wanted.into_iter().filter(|(name, is_wanted)| *is_wanted && !components.has(name)).map(|(name, _)| name)
}
