use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Package;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgFileNameCase",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "`apiDefinition.swagger.json` or `apiProperties.json` is written in other letter case; or one of these two \
           or `readme.md` is missing, and a JSON or text file beside them has a name that looks like it. The letter case of \
           `readme.md` does not matter.",
    why: "Tools look for the exact name. On systems that tell letter case apart, or with a slip in the name, they find nothing.",
    fix: "rename the file",
    bad: &[Example::Files {
        files: &[("apidefinition.swagger.json", "{}"), ("apiPropertes.json", "{}"), ("readme.txt", "")],
        whole: &["apidefinition.swagger.json", "apiPropertes.json", "readme.txt"],
    }],
    good: &[
        Example::Files {
            files: &[
                (DEFINITION, "{}"),
                (PROPERTIES, "{}"),
                ("README.md", ""),
                ("apiPropertes.json", ""),
                ("readme.txt", ""),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[(DEFINITION, "{}"), ("settings.json", ""), ("docs/apiPropertes.json", ""), ("intro.md", "")],
            whole: &[],
        },
    ],
    visits: &[Visit::Package(check)],
};

/// A mandatory file: its name, what its misspelt forms begin with, and how they may end.
const FILES: [(&str, &str, &[&str]); 3] = [
    (DEFINITION, "apidefinition", &[".json"]),
    (PROPERTIES, "apiproperties", &[".json"]),
    ("readme.md", "readme", &["", ".md", ".markdown", ".txt"]),
];

/// How many letters a misspelt name may be away.
const NEAR: usize = 3;

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    if !package.is_complete() {
        return;
    }
    for (name, stem, endings) in FILES {
        if let Some(file) = package.read.package.file(name) {
            if file.path != name && name != "readme.md" {
                let message = format!("the file {} is not spelt `{name}`", quoted(&file.path));
                out.at_other_file(package.shown(&file.path), message);
            }
            continue;
        }
        for file in package.top_level() {
            let folded = file.path.to_lowercase();
            let (front, ending) = folded.rfind('.').map_or((folded.as_str(), ""), |dot| folded.split_at(dot));
            let is_near = || strsim::osa_distance(&folded, &name.to_lowercase()) <= NEAR;
            // A short name is near to every other short name.
            let looks_like = front.starts_with(stem) || (name != "readme.md" || ending == ".md") && is_near();
            let is_other = FILES.iter().any(|(other, _, _)| other.eq_ignore_ascii_case(&file.path));
            if endings.contains(&ending) && looks_like && !is_other && folded != "intro.md" {
                let message = format!("there is no `{name}`, and {} looks like it", quoted(&file.path));
                out.at_other_file(package.shown(&file.path), message);
            }
        }
    }
}
