use crate::rule::{Content, DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::submission::has_extension;
use crate::view::Package;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_package::{Origin, PackageFile};

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgUnexpectedFile",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "A package has another file than `apiDefinition.swagger.json`, `apiProperties.json`, `readme.md`, `intro.md`, \
           `icon.png`, `script.csx` and `settings.json` at its top (letter case ignored), images and Markdown files \
           anywhere. Programs and archives are errors; they are told by their extension and by their first bytes, whatever they \
           are called. The archive in a submission archive is expected.",
    why: "What is in the package is certified, stored and handed on. A program or an archive in it is how malware travels, \
           and other files may say more than the publisher wants.",
    fix: "remove the file from the package",
    bad: &[
        Example::Files {
            files: &[(DEFINITION, "{}"), ("notes.docx", "x"), ("old/apiProperties.json", "{}"), ("setup.EXE", "")],
            whole: &["notes.docx", "old/apiProperties.json", "setup.EXE"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                (DEFINITION, Content::Text("{}")),
                ("backup.zip", Content::Zip(&[])),
                ("picture.png", Content::Text("MZ\u{0}\u{3}")),
            ],
            whole: &["backup.zip", "picture.png"],
        },
    ],
    good: &[
        Example::Files {
            files: &[
                (DEFINITION, "{}"),
                (PROPERTIES, "{}"),
                ("README.MD", "MZ is how programs begin"),
                ("intro.md", ""),
                ("script.csx", ""),
                ("settings.json", "{}"),
                ("docs/setup.md", ""),
                ("docs/screen.JPG", ""),
            ],
            whole: &[],
        },
        Example::Package {
            publisher_kind: None,
            files: &[("intro.md", Content::Text("")), ("package.zip", Content::Zip(&[("a.txt", Content::Text(""))]))],
            whole: &[],
        },
    ],
    visits: &[Visit::Package(check)],
};

const FILES: [&str; 7] = [DEFINITION, PROPERTIES, "readme.md", "intro.md", "icon.png", "script.csx", "settings.json"];

const DOCUMENTS: [&str; 11] = ["md", "markdown", "png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "ico", "tiff"];

const PROGRAMS: [&str; 24] = [
    "exe", "dll", "com", "scr", "msi", "msix", "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf", "hta",
    "lnk", "sh", "so", "dylib", "apk", "deb", "rpm", "app",
];

const ARCHIVES: [&str; 18] = [
    "zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst", "cab", "iso", "img", "dmg", "jar", "war", "nupkg",
    "vsix", "whl",
];

/// How programs begin: Windows (with a NUL after the first letters, to tell it from text), Linux, macOS in both orders and
/// for several processors.
const PROGRAM_STARTS: [&[u8]; 7] = [
    b"MZ\x90\x00",
    b"MZ\x00",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xcf",
    b"\xca\xfe\xba\xbe",
];

/// How archives begin: zip (with files and without), 7-Zip, RAR, gzip, xz, zstd, cabinet.
const ARCHIVE_STARTS: [&[u8]; 8] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"MSCF\x00",
];

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    if package.read.package.origin == Origin::File {
        return;
    }
    for file in &package.read.package.files {
        let name = quoted(&file.path);
        let shown = || package.shown(&file.path);
        let is = |extensions: &[&str]| extensions.iter().any(|extension| has_extension(&file.path, extension));
        let begins = |starts: &[&[u8]]| starts.iter().any(|start| file.bytes.starts_with(start));
        if begins(&PROGRAM_STARTS) || is(&PROGRAMS) {
            out.severity(Severity::Error).at_other_file(shown(), format!("the file {name} is a program"));
        } else if begins(&ARCHIVE_STARTS) || is(&ARCHIVES) {
            if !is_of_submission(package, file) {
                out.severity(Severity::Error).at_other_file(shown(), format!("the file {name} is an archive"));
            }
        } else if !is(&DOCUMENTS) && !FILES.iter().any(|known| known.eq_ignore_ascii_case(&file.path)) {
            out.at_other_file(shown(), format!("the file {name} is not part of a connector"));
        }
    }
}

/// Whether it is the archive that a submission archive must have.
fn is_of_submission(package: &Package<'_>, file: &PackageFile) -> bool {
    let archives = package.submission().map(|submission| submission.archives.as_slice()).unwrap_or_default();
    archives.iter().any(|archive| archive.path == file.path)
}
