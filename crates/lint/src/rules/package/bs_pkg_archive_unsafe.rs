use crate::Out;
use crate::rule::DEFINITION;
use crate::rule::{Example, Group, Rule, Source, Visit};
use backshell_findings::Severity;
use backshell_package::Problem;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgArchiveUnsafe",
    group: Group::Package,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Backshell,
    what: "A file or an archive entry cannot be read safely or not as a whole: its name is absolute, has `..` \
           or a drive letter in it, differs from another one in letter case only; it is a link, a device, \
           encrypted or damaged; or there are more, larger or more deeply nested files than the limits allow \
           (archives: 50 MB expanded, 100-fold compression, 1,000 entries).",
    why: "Such an archive writes outside its folder, fills a disk, or holds something else than what was \
           looked at when it was certified.",
    fix: "make the archive anew from the plain files of the package",
    bad: &[
        Example::Files { files: &[(DEFINITION, "{}"), ("../script.csx", "")], whole: &["../script.csx"] },
        Example::Files { files: &[(DEFINITION, "{}"), ("icon.png", ""), ("ICON.png", "")], whole: &["icon.png"] },
    ],
    good: &[Example::Files { files: &[(DEFINITION, "{}"), ("docs/setup..md", "")], whole: &[] }],
    visits: &[Visit::Problem(check)],
};

fn check(problem: &Problem, out: &mut Out<'_>) {
    if problem.kind.is_refusal() {
        out.problem(problem);
    }
}
