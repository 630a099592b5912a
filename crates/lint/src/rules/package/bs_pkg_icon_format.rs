use crate::Out;
use crate::icon;
use crate::rule::{Content, DEFINITION, Example, Group, Rule, Source, Visit};
use crate::view::Package;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgIconFormat",
    group: Group::Package,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "`icon.png` does not begin as a PNG image does, is damaged, or is animated. An image with a side of more than 1,024 \
           pixels is not decoded, so that damage in it is not found.",
    why: "Clients refuse or misdraw an icon that is not what its name says, and a moving picture in a list of connectors \
           disturbs.",
    fix: "save the icon as a still PNG image",
    bad: &[
        Example::Files { files: &[(DEFINITION, "{}"), ("icon.png", "GIF89a")], whole: &["icon.png"] },
        Example::Package {
            publisher_kind: None,
            files: &[
                (DEFINITION, Content::Text("{}")),
                ("icon.png", Content::Png { width: 230, height: 230, color: [31, 111, 84, 255], frames: 2 }),
            ],
            whole: &["icon.png"],
        },
    ],
    good: &[Example::Package {
        publisher_kind: None,
        files: &[
            (DEFINITION, Content::Text("{}")),
            ("Icon.png", Content::Png { width: 230, height: 230, color: [31, 111, 84, 255], frames: 1 }),
            ("docs/icon.png", Content::Text("GIF89a")),
        ],
        whole: &[],
    }],
    visits: &[Visit::Package(check)],
};

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(icon) = &package.read.package.icon else { return };
    let shown = || package.shown(&icon.path);
    // What is in backticks tells the findings of a file apart.
    match icon::header(&icon.bytes) {
        None => out.at_other_file(shown(), "the icon is no `PNG` image"),
        Some(header) if header.is_animated => out.at_other_file(shown(), "the icon is `animated`"),
        Some(_) => {
            if let Err(damage) = icon::corners(&icon.bytes) {
                out.at_other_file(shown(), format!("the icon is `damaged`: {damage}"));
            }
        }
    }
}
