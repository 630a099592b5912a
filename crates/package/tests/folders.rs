//! Folders, lone files, discovery and the digest.

mod common;

use backshell_package::{Limits, Origin, ProblemKind, ReadError, discover, read, read_file, read_files};
use backshell_source::Position;
use common::{DEFINITION, PROPERTIES, codes, package};
use std::fs;
use std::sync::Arc;

fn limits() -> Limits {
    Limits::default()
}

#[test]
fn a_folder_is_read_whatever_the_letter_case() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("Brønnøysund 1.0 (Demo)");
    fs::create_dir_all(root.join("docs/.git")).unwrap();
    for (path, text) in [
        ("APIdefinition.Swagger.json", DEFINITION),
        ("apiproperties.JSON", PROPERTIES),
        ("Script.CSX", "class Script {}"),
        ("Icon.png", "png"),
        ("README.md", "# Demo"),
        ("intro.md", "# Intro"),
        ("settings.json", "{}"),
        ("docs/note.txt", "x"),
        ("docs/.git/config", "x"),
        (".DS_Store", "x"),
    ] {
        fs::write(root.join(path), text).unwrap();
    }
    let read = read(&root, &limits()).unwrap();
    assert_eq!(codes(&read), [""; 0]);
    let package = read.package;
    assert_eq!((package.name.as_str(), package.origin), ("Brønnøysund 1.0 (Demo)", Origin::Folder));
    assert_eq!(package.definition.as_ref().unwrap().file, "APIdefinition.Swagger.json");
    assert_eq!(package.properties.as_ref().unwrap().file, "apiproperties.JSON");
    assert_eq!(package.script.as_ref().unwrap().text(), "class Script {}");
    assert_eq!(package.readme.as_ref().unwrap().path, "README.md");
    assert!(package.icon.is_some());
    let paths: Vec<_> = package.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "APIdefinition.Swagger.json",
            "Icon.png",
            "README.md",
            "Script.CSX",
            "apiproperties.JSON",
            "docs/note.txt",
            "intro.md",
            "settings.json"
        ]
    );
    assert!(package.file("DOCS/Note.txt").is_some());

    // The same files out of a database are the same package.
    let files = package.files.iter().rev().map(|file| (file.path.to_uppercase(), (*file.bytes).into())).collect();
    assert_eq!(read_files("again", files, &limits()).package.digest(), package.digest());
}

#[test]
fn missing_and_broken_files_are_problems() {
    assert_eq!(codes(&package(&[("apiProperties.json", PROPERTIES)])), ["missing-definition"]);
    assert_eq!(codes(&package(&[("apiDefinition.swagger.json", DEFINITION)])), ["missing-properties"]);
    assert_eq!(codes(&package(&[])), ["missing-definition", "missing-properties"]);

    let read = package(&[
        ("apiDefinition.swagger.json", "{\n  \"a\": 1,\n}"),
        ("apiProperties.json", "\u{feff}{\"a\":1,\"a\":2}"),
    ]);
    assert_eq!(codes(&read), ["trailing-comma", "byte-order-mark", "duplicate-key"]);
    assert!(read.package.definition.is_none() && read.package.properties.is_some());
    assert!(read.has_errors() && !read.is_refused());
    let place = read.problems[0].place("shop/apiDefinition.swagger.json");
    assert_eq!((&*place.file, place.start), ("shop/apiDefinition.swagger.json", Position { line: 2, column: 9 }));
    assert_eq!(
        read.problems[0].to_string(),
        "apiDefinition.swagger.json:2:9: this comma is followed by `}`, not by another value"
    );
    let severities: Vec<_> = read.problems.iter().map(|problem| problem.severity().as_str()).collect();
    assert_eq!(severities, ["error", "note", "warning"]);
}

#[test]
fn lone_files_stand_for_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let definition = read(&write("anything.json", DEFINITION), &limits()).unwrap();
    assert_eq!((codes(&definition), definition.package.origin), (vec![], Origin::File));
    assert!(definition.package.definition.is_some() && definition.package.properties.is_none());
    let properties = read(&write("03.apiproperties.json", PROPERTIES), &limits()).unwrap();
    assert!(properties.package.definition.is_none() && properties.package.properties.is_some());
    let script = read(&write("script.csx", "class"), &limits()).unwrap();
    assert!(script.package.script.is_some() && script.package.definition.is_none());
    // A definition beside others is still alone when it is what was asked for.
    assert_eq!(definition.package.files.len(), 1);
}

#[test]
fn nothing_to_read_is_an_error_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = read(&folder.path().join("nothing"), &limits()).unwrap_err();
    assert!(matches!(missing, ReadError::NotFound(_)));
    assert!(missing.to_string().contains("give the path of"), "{missing}");
    assert!(matches!(discover(&folder.path().join("nothing"), &limits()), Err(ReadError::NotFound(_))));
    assert!(matches!(discover(folder.path(), &limits()), Err(ReadError::NoPackage(_))));
}

#[cfg(unix)]
#[test]
fn links_are_never_followed() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::create_dir_all(secret.join("apiDefinition.swagger.json.d")).unwrap();
    fs::write(secret.join("apiProperties.json"), PROPERTIES).unwrap();
    let root = folder.path().join("all/package");
    fs::create_dir_all(&root).unwrap();
    fs::write(root.join("apiDefinition.swagger.json"), DEFINITION).unwrap();
    std::os::unix::fs::symlink(secret.join("apiProperties.json"), root.join("apiProperties.json")).unwrap();
    std::os::unix::fs::symlink(&secret, root.join("assets")).unwrap();
    std::os::unix::fs::symlink(&root, root.join("self")).unwrap();
    std::os::unix::fs::symlink(&secret, folder.path().join("all/other")).unwrap();
    let read = read(&root, &limits()).unwrap();
    assert_eq!(codes(&read), ["symbolic-link"; 3]);
    assert!(read.is_refused() && read.package.properties.is_none());
    assert_eq!(read.package.files.len(), 1);
    assert_eq!(discover(&folder.path().join("all"), &limits()).unwrap(), [root]);
}

#[cfg(unix)]
#[test]
fn special_files_and_odd_names_are_problems() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("apiDefinition.swagger.json"), DEFINITION).unwrap();
    fs::write(folder.path().join("apiProperties.json"), PROPERTIES).unwrap();
    fs::write(folder.path().join("a\\b.txt"), "x").unwrap();
    fs::write(folder.path().join("APIPROPERTIES.json"), "{}").unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let read = read(folder.path(), &limits()).unwrap();
    let mut found = codes(&read);
    found.sort_unstable();
    assert_eq!(found, ["duplicate-file-name", "special-file", "unsafe-file-name"]);
}

#[test]
fn limits_hold_for_folders_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b/c");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("x.txt"), "x").unwrap();
    fs::write(folder.path().join("big.txt"), "x".repeat(100)).unwrap();
    let kinds = |limits: Limits| -> Vec<ProblemKind> {
        let problems = read(folder.path(), &limits).unwrap().problems;
        problems.iter().map(|problem| problem.kind).filter(|kind| kind.is_refusal()).collect()
    };
    assert_eq!(kinds(limits()), []);
    assert_eq!(kinds(Limits { max_folder_depth: 2, ..limits() }), [ProblemKind::TooDeep]);
    assert_eq!(kinds(Limits { max_files: 2, ..limits() }), [ProblemKind::TooManyFiles]);
    assert_eq!(kinds(Limits { max_total_bytes: 99, ..limits() }), [ProblemKind::TooLarge]);
    let source = backshell_source::Limits { max_bytes: 99, ..backshell_source::Limits::default() };
    assert_eq!(kinds(Limits { source, ..limits() }), [ProblemKind::TooLarge]);
    let lone = read(&folder.path().join("big.txt"), &Limits { source, ..limits() }).unwrap();
    assert_eq!(codes(&lone), ["package-too-large"]);

    let bytes: Arc<[u8]> = Arc::from(&b"x"[..]);
    let given = |paths: &[&str]| paths.iter().map(|path| ((*path).to_owned(), bytes.clone())).collect::<Vec<_>>();
    for (paths, code) in [(vec!["../x"], "unsafe-file-name"), (vec!["a", "A"], "duplicate-file-name")] {
        let read = read_files("x", given(&paths), &limits());
        assert_eq!((codes(&read), read.is_refused()), (vec![code], true));
    }
    let read = read_files("x", given(&["a", "b", "c"]), &Limits { max_files: 2, ..limits() });
    assert_eq!(codes(&read), ["too-many-files"]);
}

#[test]
fn discovery_finds_packages_archives_and_lone_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for path in ["certified/One", "certified/Two/nested", "independent/Three", ".hidden", "empty/deeper"] {
        fs::create_dir_all(root.join(path)).unwrap();
    }
    for path in [
        "certified/One/apiDefinition.swagger.json",
        "certified/Two/APIPROPERTIES.JSON",
        "certified/Two/nested/apiDefinition.swagger.json",
        "independent/Three/apidefinition.swagger.json",
        "independent/four.zip",
        "old.swagger.json",
        ".hidden/apiDefinition.swagger.json",
        "notes.json",
    ] {
        fs::write(root.join(path), "{}").unwrap();
    }
    let found = discover(root, &limits()).unwrap();
    let expected = ["certified/One", "certified/Two", "independent/Three", "independent/four.zip", "old.swagger.json"];
    assert_eq!(found, expected.map(|path| root.join(path)));
    assert_eq!(discover(&root.join("certified/One"), &limits()).unwrap(), [root.join("certified/One")]);
    assert_eq!(discover(&root.join("notes.json"), &limits()).unwrap(), [root.join("notes.json")]);
}

/// Computed with Python's hashlib over the documented layout; changing it orphans every published version.
#[test]
fn the_digest_is_fixed() {
    let digest = |files: &[(&str, &str)]| package(files).package.digest().to_string();
    assert_eq!(digest(&[]), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(
        digest(&[("B.txt", "two"), ("a.txt", "one")]),
        "sha256:9d54622517bf0386d9d2b71b87b07f1090207d21c95b81cd3395e59b7deab84c"
    );
    assert_eq!(
        digest(&[("A.TXT", "one"), ("b.txt", "two")]),
        "sha256:9d54622517bf0386d9d2b71b87b07f1090207d21c95b81cd3395e59b7deab84c"
    );
    assert_ne!(digest(&[("a.txt", "one"), ("b.txt", "two ")]), digest(&[("a.txt", "one"), ("b.txt", "two")]));
    assert_ne!(digest(&[("a.txt", "onetwo"), ("b.txt", "")]), digest(&[("a.txt", "one"), ("b.txt", "two")]));
}

#[test]
fn a_file_that_is_handed_over_is_read_as_one_that_lies_somewhere() {
    let limits = Limits::default();
    let lone = read_file("-", b"{\"swagger\": \"2.0\"}".as_slice().into(), &limits);
    assert_eq!((lone.package.origin, lone.package.files.len(), lone.problems.len()), (Origin::File, 1, 0));
    assert!(lone.package.definition.is_some(), "it needs no name of a definition");
    let archive = read_file("-", b"PK\x05\x06".as_slice().into(), &limits);
    assert!(archive.package.origin == Origin::Zip && archive.is_refused());
    let small = Limits { source: backshell_source::Limits { max_bytes: 4, ..limits.source }, ..limits };
    let large = read_file("-", b"12345".as_slice().into(), &small);
    assert!(large.problems.iter().any(|problem| problem.kind == ProblemKind::TooLarge));
}
