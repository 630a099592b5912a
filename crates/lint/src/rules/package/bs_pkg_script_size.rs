use crate::rule::{Content, DEFINITION, Example, Group, Rule, Source, Visit};
use crate::submission::has_extension;
use crate::view::Package;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgScriptSize",
    group: Group::Package,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector custom code"),
    what: "`script.csx` has more than 1,048,576 bytes, or the package has a further C# file (`.csx` or `.cs`) in any folder.",
    why: "A connector runs one script of limited size. What stands in another file is not compiled with it.",
    fix: "put everything that is needed into one small script.csx",
    bad: &[
        Example::Files {
            files: &[(DEFINITION, "{}"), ("script.csx", ""), ("helpers/Text.cs", ""), ("old.CSX", "")],
            whole: &["helpers/Text.cs", "old.CSX"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[(DEFINITION, Content::Text("{}")), ("script.csx", Content::Blanks(1_048_577))],
            whole: &["script.csx"],
        },
    ],
    good: &[
        Example::Package {
            publisher_kind: None,
            files: &[(DEFINITION, Content::Text("{}")), ("Script.csx", Content::Blanks(1_048_576))],
            whole: &[],
        },
        Example::Files { files: &[(DEFINITION, "{}"), ("Script.cs", ""), ("cs", "")], whole: &[] },
    ],
    visits: &[Visit::Package(check)],
};

const MOST_BYTES: usize = 1_048_576;

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let read = &package.read.package;
    if let Some(script) = read.script.as_ref().filter(|script| script.bytes.len() > MOST_BYTES) {
        let message = format!("the script has {} bytes; {MOST_BYTES} are allowed", script.bytes.len());
        out.at_other_file(package.shown(&script.path), message);
    }
    let is_script = |path: &str| has_extension(path, "csx") || has_extension(path, "cs");
    let scripts = || read.files.iter().filter(|file| is_script(&file.path));
    // The one that counts: `script.csx`, or the first where there is none of that name.
    let Some(counts) = read.script.as_ref().or_else(|| scripts().next()) else { return };
    for file in scripts().filter(|file| file.path != counts.path) {
        let message = format!("the file {} is a further script", quoted(&file.path));
        out.at_other_file(package.shown(&file.path), message);
    }
}
