use crate::Out;
use crate::rule::{Content, DEFINITION, Example, Group, Rule, Source, Visit};
use crate::view::Package;
use backshell_findings::Severity;
use backshell_model::PublisherKind;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgIconMissing",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The package of a verified publisher has no `icon.png`. Judged where the kind of publisher is known; a submission \
           archive has its icon in the solution.",
    why: "The catalogue shows connectors by their icons. Without one, users see a placeholder.",
    fix: "add the brand's icon as icon.png: a square PNG image, 230 x 230 pixels, on the iconBrandColor",
    bad: &[Example::Package {
        publisher_kind: Some(PublisherKind::Verified),
        files: &[(DEFINITION, Content::Text("{}")), ("icon.jpg", Content::Text(""))],
        whole: &["icon.png"],
    }],
    good: &[
        Example::Package {
            publisher_kind: Some(PublisherKind::Verified),
            files: &[(DEFINITION, Content::Text("{}")), ("Icon.png", Content::Text(""))],
            whole: &[],
        },
        Example::Package {
            publisher_kind: Some(PublisherKind::Independent),
            files: &[(DEFINITION, Content::Text("{}"))],
            whole: &[],
        },
        Example::Files { files: &[(DEFINITION, "{}")], whole: &[] },
    ],
    visits: &[Visit::Package(check)],
};

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let is_verified = package.facts.publisher_kind == Some(PublisherKind::Verified);
    if is_verified && package.is_complete() && package.read.package.icon.is_none() && package.submission().is_none() {
        out.at_other_file(package.shown("icon.png"), "the package has no `icon.png`");
    }
}
