use crate::Out;
use crate::rule::{Content, DEFINITION, Example, Group, Rule, Source, Visit};
use crate::view::Package;
use backshell_findings::Severity;
use backshell_model::PublisherKind;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgIconForbidden",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The package of an independent publisher has an `icon.png`. Judged where the kind of publisher is known.",
    why: "Connectors of independent publishers share one icon, so that nobody takes them for the work of the company whose \
           service they call. The supplied icon is not shown.",
    fix: "remove icon.png",
    bad: &[Example::Package {
        publisher_kind: Some(PublisherKind::Independent),
        files: &[(DEFINITION, Content::Text("{}")), ("Icon.png", Content::Text(""))],
        whole: &["Icon.png"],
    }],
    good: &[
        Example::Package {
            publisher_kind: Some(PublisherKind::Independent),
            files: &[(DEFINITION, Content::Text("{}")), ("docs/icon.png", Content::Text(""))],
            whole: &[],
        },
        Example::Package {
            publisher_kind: Some(PublisherKind::Verified),
            files: &[(DEFINITION, Content::Text("{}")), ("icon.png", Content::Text(""))],
            whole: &[],
        },
        Example::Files { files: &[(DEFINITION, "{}"), ("icon.png", "")], whole: &[] },
    ],
    visits: &[Visit::Package(check)],
};

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    if package.facts.publisher_kind == Some(PublisherKind::Independent)
        && let Some(icon) = &package.read.package.icon
    {
        let message = "the connector of an independent publisher has an icon of its own";
        out.at_other_file(package.shown(&icon.path), message);
    }
}
