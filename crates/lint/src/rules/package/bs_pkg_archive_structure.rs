use crate::rule::{Content, Example, Group, Rule, Source, Visit};
use crate::submission::{Inner, Submission};
use crate::view::Package;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgArchiveStructure",
    group: Group::Package,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector submission archive"),
    what: "A submission archive is not built as it must be. At its top: no folder, one Markdown file (a missing one is \
           BS-PkgIntroMissing) and one zip archive. In that archive: exactly one folder, beside whatever files. In the folder: no \
           folder, and two solution archives, or three when one of them holds an AI plug-in. An archive that cannot be opened safely \
           is reported too. Folders without files are not seen, nor is a single folder around everything.",
    why: "The archive is taken apart by programs that look at these places and nowhere else.",
    fix: "build the archive anew: intro.md and one zip archive, in that one folder, in the folder the exported solutions",
    bad: &[
        Example::Package {
            publisher_kind: None,
            files: &[
                ("a.md", Content::Text("")),
                ("b.md", Content::Text("")),
                (
                    "package.zip",
                    Content::Zip(&[("PkgAssets/connector.zip", Content::Zip(&[("a", Content::Text(""))]))]),
                ),
                ("images/a.png", Content::Text("")),
                ("package2.zip", Content::Zip(&[])),
            ],
            whole: &["b.md", "images/a.png", "package2.zip", "package.zip"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[("intro.md", Content::Text("# Contoso"))],
            whole: &["example"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                ("intro.md", Content::Text("")),
                ("package.zip", Content::Zip(&[("connector.zip", Content::Zip(&[])), ("flow.zip", Content::Zip(&[]))])),
            ],
            whole: &["package.zip"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                ("intro.md", Content::Text("")),
                (
                    "package.zip",
                    Content::Zip(&[
                        ("PkgAssets/connector.zip", Content::Text("no archive")),
                        ("PkgAssets/flow.zip", Content::Zip(&[("a", Content::Text(""))])),
                        ("PkgAssets/deeper/a.txt", Content::Text("")),
                        ("Other/a.txt", Content::Text("")),
                    ]),
                ),
            ],
            whole: &["package.zip", "package.zip/PkgAssets/connector.zip"],
        },
    ],
    good: &[
        Example::Files { files: &[("intro.md", ""), ("readme.md", "")], whole: &[] },
        Example::Package {
            publisher_kind: None,
            files: &[
                ("intro.md", Content::Text("")),
                (
                    "package.zip",
                    Content::Zip(&[
                        ("package.dll", Content::Text("")),
                        ("PkgAssets/input.xml", Content::Text("")),
                        ("PkgAssets/connector.zip", Content::Zip(&[("a", Content::Text(""))])),
                        ("PkgAssets/flow.zip", Content::Zip(&[("a", Content::Text(""))])),
                    ]),
                ),
            ],
            whole: &[],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                ("intro.md", Content::Text("")),
                (
                    "package.zip",
                    Content::Zip(&[
                        ("PkgAssets/connector.zip", Content::Zip(&[("a", Content::Text(""))])),
                        ("PkgAssets/flow.zip", Content::Zip(&[("a", Content::Text(""))])),
                        (
                            "PkgAssets/plugin.zip",
                            Content::Zip(&[(
                                "customizations.xml",
                                Content::Text("<a><aicopilot_aiplugin id='1'/></a>"),
                            )]),
                        ),
                    ]),
                ),
            ],
            whole: &[],
        },
    ],
    visits: &[Visit::Package(check)],
};

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(submission) = package.submission() else { return };
    for text in submission.texts.iter().skip(1) {
        out.at_other_file(package.shown(&text.path), "the submission archive has more than one Markdown file");
    }
    for archive in submission.archives.iter().skip(1) {
        out.at_other_file(package.shown(&archive.path), "the submission archive has more than one archive at its top");
    }
    if let Some(file) = package.read.package.files.iter().find(|file| file.path.contains('/')) {
        out.at_other_file(package.shown(&file.path), "the submission archive has a folder at its top");
    }
    match &submission.inner {
        Some(Ok(inner)) => inside(package, submission, inner, out),
        None => {
            out.at_whole(package, "the submission archive has no archive in it");
        }
        Some(Err(problem)) => {
            let path = submission.archives.first().map(|archive| package.shown(&archive.path)).unwrap_or_default();
            out.at_other_file(path, format!("the inner archive cannot be opened: {problem}"));
        }
    }
}

fn inside(package: &Package<'_>, submission: &Submission<'_>, inner: &Inner, out: &mut Out<'_>) {
    let shown = || package.shown(&inner.path);
    match inner.folders.as_slice() {
        [] => {
            out.at_other_file(shown(), "the inner archive has no folder with the solutions");
            return;
        }
        [_] => {}
        [_, second, ..] => {
            out.at_other_file(shown(), format!("the inner archive has more than one folder: {}", quoted(second)));
        }
    }
    if let Some(nested) = &inner.nested {
        out.at_other_file(shown(), format!("the folder of the solutions has a folder in it: {}", quoted(nested)));
    }
    for solution in &inner.solutions {
        if let Err(problem) = &solution.content {
            out.at_other_file(package.shown(&solution.path), format!("the solution cannot be opened: {problem}"));
        }
    }
    let has_plugin = submission.components().any(|components| components.has_plugin);
    let (expected, names) = if has_plugin { (3, "connector, flow and plug-in") } else { (2, "connector and flow") };
    if inner.archives != expected {
        let message = format!("the inner archive has {} solutions; {expected} are needed: {names}", inner.archives);
        out.at_other_file(shown(), message);
    }
}
