//! The command line as people and programs run it: the real binary, its output, its exit status.

#![allow(
    clippy::allow_attributes,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict, and its client connects by itself"
)]

mod support;

use backshell::client;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use support::{Cell, archive, definition, properties};
use tempfile::TempDir;

/// The binary with `arguments` in `folder`, in an environment of its own.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backshell"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

/// What a run left behind.
#[derive(Debug)]
struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Run {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let run = Self {
            status: output.status.code().expect("it ended by itself"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!run.err.contains("panicked"), "{run:#?}");
        run
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// A run that could not do its work, and said so on standard error alone.
    fn is_helpless(&self, words: &[&str]) {
        assert_eq!((self.status, self.out.as_str()), (2, ""), "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "`{word}` is missing: {}", self.err);
        }
    }
}

fn backshell(folder: &Path, arguments: &[&str]) -> Run {
    Run::of(&mut command(folder, arguments))
}

/// Runs while other tasks go on.
async fn beside(mut command: Command) -> Run {
    tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap()
}

fn write_package(folder: &Path, definition: &Value, properties: &Value) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("apiDefinition.swagger.json"), serde_json::to_string_pretty(definition).unwrap()).unwrap();
    fs::write(folder.join("apiProperties.json"), properties.to_string()).unwrap();
    fs::write(folder.join("readme.md"), "# Trial\n").unwrap();
}

/// A definition in which two operations have one name.
fn flawed() -> Value {
    let mut definition = definition();
    definition["paths"]["/echo"]["post"]["operationId"] = "ListItems".into();
    definition
}

#[expect(clippy::disallowed_methods, reason = "only the environment says whether this is a CI run")]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// What lies beside the repository; `None` (with a message) where it does not.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if path.exists() {
        return Some(path.canonicalize().unwrap());
    }
    assert!(!in_ci(), "{} is not here", path.display());
    eprintln!("skipped: {} is not here", path.display());
    None
}

/// Holds the JSON output against the published schema, where that is at hand, and returns its findings.
fn findings(run: &Run) -> Vec<Value> {
    let output = run.json();
    if let Some(path) = shared("contracts/findings.schema.json") {
        let schema = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let mut broken = output.clone();
        broken["findings"] = 7.into();
        assert!(!validator.is_valid(&broken), "the schema must be able to refuse");
    }
    assert_eq!((&output["tool"], &output["version"]), (&json!("backshell"), &json!(env!("CARGO_PKG_VERSION"))));
    output["findings"].as_array().unwrap().clone()
}

fn rules_of<'f>(findings: &'f [Value], severity: &str) -> Vec<&'f str> {
    let wanted = findings.iter().filter(|finding| finding["severity"] == severity);
    wanted.map(|finding| finding["rule"].as_str().unwrap()).collect()
}

// ---- lint ------------------------------------------------------------------------------------------------------------

#[test]
fn lint_reads_a_folder_a_file_a_zip_and_a_folder_of_packages() {
    let folder = tempfile::tempdir().unwrap();
    write_package(&folder.path().join("good"), &definition(), &properties());
    let run = backshell(folder.path(), &["lint", "good", "--format", "json"]);
    assert_eq!(run.status, 0, "{run:#?}");
    assert_eq!(rules_of(&findings(&run), "error"), [""; 0]);
    assert_eq!(run.json()["summary"]["files"], 3);

    write_package(&folder.path().join("many/flawed"), &flawed(), &properties());
    write_package(&folder.path().join("many/good"), &definition(), &properties());
    let zipped = archive(&[
        ("apiDefinition.swagger.json", &serde_json::to_string_pretty(&flawed()).unwrap()),
        ("apiProperties.json", &properties().to_string()),
        ("readme.md", "# Trial\n"),
    ]);
    fs::write(folder.path().join("flawed.zip"), zipped).unwrap();
    let absolute = folder.path().join("many/flawed").display().to_string();
    for (path, file, files) in [
        ("many/flawed", "many/flawed/apiDefinition.swagger.json".to_owned(), 3),
        ("many/flawed/", "many/flawed/apiDefinition.swagger.json".to_owned(), 3),
        ("many/flawed/apiDefinition.swagger.json", "many/flawed/apiDefinition.swagger.json".to_owned(), 1),
        ("flawed.zip", "flawed.zip/apiDefinition.swagger.json".to_owned(), 3),
        ("many", "many/flawed/apiDefinition.swagger.json".to_owned(), 6),
        (absolute.as_str(), format!("{absolute}/apiDefinition.swagger.json"), 3),
    ] {
        let run = backshell(folder.path(), &["lint", path, "--format", "json"]);
        assert_eq!(run.status, 1, "{path}: {run:#?}");
        let findings = findings(&run);
        let twin = findings.iter().find(|finding| finding["rule"] == "OperationIdNotUnique");
        let twin = twin.unwrap_or_else(|| panic!("{path}: {run:#?}"));
        assert_eq!((&twin["file"], &twin["severity"]), (&json!(file), &json!("error")), "{path}");
        assert_eq!(twin["check"], "swagger");
        assert!(twin["pointer"].as_str().unwrap().starts_with("/paths/~1"), "{twin}");
        assert!(twin["line"].as_u64().unwrap() > 1, "{twin}");
        assert_eq!(run.json()["summary"]["files"], files, "{path}");
        let text = backshell(folder.path(), &["lint", path]);
        assert_eq!(text.status, 1);
        assert!(text.out.contains(&file) && text.out.contains("error[OperationIdNotUnique]"), "{}", text.out);
    }
}

#[test]
fn lint_takes_many_paths_and_sorts_what_it_finds() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["c", "a", "b"] {
        write_package(&folder.path().join(name), &flawed(), &properties());
    }
    let run = backshell(folder.path(), &["lint", "c", "a", "b", "--format", "json"]);
    let places: Vec<(String, u64, u64)> = findings(&run)
        .iter()
        .map(|finding| {
            let number = |name: &str| finding[name].as_u64().unwrap();
            (finding["file"].as_str().unwrap().to_owned(), number("line"), number("column"))
        })
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(places.first().unwrap().0.starts_with("a/") && places.last().unwrap().0.starts_with("c/"), "{places:?}");
    let summary = backshell(folder.path(), &["lint", "c", "a", "b", "--summary"]);
    let row: Vec<&str> =
        summary.out.lines().find(|line| line.starts_with("OperationIdNotUnique")).unwrap().split_whitespace().collect();
    assert_eq!(row, ["OperationIdNotUnique", "error", "3", "3"], "{}", summary.out);

    // One path that is not there: the work as a whole could not be done.
    let run = backshell(folder.path(), &["lint", "a", "nowhere"]);
    run.is_helpless(&["`nowhere` does not exist"]);
}

#[test]
fn lint_says_what_it_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::create_dir_all(folder.path().join("other/inside")).unwrap();
    fs::write(folder.path().join("other/inside/notes.txt"), "nothing").unwrap();
    backshell(folder.path(), &["lint", "nowhere"]).is_helpless(&["`nowhere` does not exist", "give the path of"]);
    backshell(folder.path(), &["lint", "empty"])
        .is_helpless(&["`empty` holds no package", "apiDefinition.swagger.json"]);
    backshell(folder.path(), &["lint", "other"]).is_helpless(&["`other` holds no package"]);
    backshell(folder.path(), &["lint", "/dev/null"]).is_helpless(&["neither a file nor a folder"]);
    backshell(folder.path(), &["lint"]).is_helpless(&["PATH", "Usage"]);
    backshell(folder.path(), &["lint", "empty", "--format", "yaml"]).is_helpless(&["yaml", "json"]);
}

#[test]
fn lint_of_what_is_no_json_is_a_finding_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("broken.swagger.json", b"{\"swagger\": \"2.0\",\n \"info\": ]}");
    let garbage: Vec<u8> = (0..4_096_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    write("garbage.swagger.json", &garbage);
    write("nothing.swagger.json", b"");
    write("text.swagger.json", b"swagger: '2.0'\n");
    write("deep.swagger.json", format!("{{\"x\":{}{}}}", "[".repeat(300_000), "]".repeat(300_000)).as_bytes());
    write("open.swagger.json", "[{\"a\":".repeat(200_000).as_bytes());
    for (file, place) in [
        ("broken.swagger.json", Some((2, 9))),
        ("garbage.swagger.json", None),
        ("nothing.swagger.json", Some((1, 1))),
        ("text.swagger.json", Some((1, 1))),
        ("deep.swagger.json", None),
        ("open.swagger.json", None),
    ] {
        let run = backshell(folder.path(), &["lint", file, "--format", "json"]);
        assert_eq!(run.status, 1, "{file}: {run:#?}");
        let findings = findings(&run);
        let invalid = findings.iter().find(|finding| finding["rule"] == "BS-InvalidJson");
        let invalid = invalid.unwrap_or_else(|| panic!("{file}: {findings:#?}"));
        assert_eq!((&invalid["file"], &invalid["severity"]), (&json!(file), &json!("error")));
        assert!(!invalid["help"].as_str().unwrap().is_empty(), "{invalid}");
        if let Some((line, column)) = place {
            assert_eq!((&invalid["line"], &invalid["column"]), (&json!(line), &json!(column)), "{invalid}");
        }
        let text = backshell(folder.path(), &["lint", file]);
        assert_eq!(text.status, 1);
        assert!(text.out.len() < 200_000, "{file}: {} bytes for one bad file", text.out.len());
    }
    // The floor of what is read before a limit answers: 1,024 levels.
    write("levels.swagger.json", format!("{{\"x-x\":{}{}}}", "[".repeat(1_023), "]".repeat(1_023)).as_bytes());
    let run = backshell(folder.path(), &["lint", "levels.swagger.json", "--format", "json"]);
    assert!(!rules_of(&findings(&run), "error").contains(&"BS-InvalidJson"), "{run:#?}");
}

#[test]
fn lint_refuses_hostile_archives() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.start_file("apiDefinition.swagger.json", deflated).unwrap();
    let zeroes = vec![b' '; 1 << 20];
    for _ in 0..256 {
        writer.write_all(&zeroes).unwrap();
    }
    let bomb = writer.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20, "a bomb is small: {} bytes", bomb.len());
    let outside = archive(&[("apiDefinition.swagger.json", "{}"), ("../../escaped.txt", "x")]);
    let mut cut = archive(&[("apiDefinition.swagger.json", &definition().to_string())]);
    cut.truncate(cut.len() / 2);
    for (name, bytes, word) in [
        ("bomb.zip", bomb, "expands to more than"),
        ("outside.zip", outside, "leads out of"),
        ("cut.zip", cut, "zip archive"),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let run = backshell(folder.path(), &["lint", name, "--format", "json"]);
        assert_eq!(run.status, 1, "{run:#?}");
        let findings = findings(&run);
        assert_eq!(rules_of(&findings, "error"), ["BS-PkgArchiveUnsafe"], "{name}: {findings:#?}");
        assert!(findings[0]["message"].as_str().unwrap().contains(word), "{findings:#?}");
        let file = findings[0]["file"].as_str().unwrap();
        // What is about the archive as a whole is shown by its own path.
        let is_whole = word == "zip archive";
        assert!(if is_whole { file == name } else { file.starts_with(&format!("{name}/")) }, "{findings:#?}");
        assert_eq!(run.json()["summary"]["files"], 0, "no file of it is read");
    }
    assert!(!folder.path().parent().unwrap().join("escaped.txt").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing was unpacked");
}

/// The greatest amount of memory, in kilobytes, that the command has held at once.
#[cfg(target_os = "linux")]
fn peak_memory(command: &mut Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    // The system keeps the peak itself, and forgets it when the process ends: what is read last is short of it by little.
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = kilobytes.unwrap_or(peak).max(peak);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!(child.wait().unwrap().code(), Some(1), "the definition lacks nearly everything");
    peak
}

/// What the reader promises to read (64 MB, 1,024 levels) must not take more memory than a small machine has.
#[test]
#[cfg(target_os = "linux")]
fn lint_of_a_large_file_takes_a_few_times_its_size() {
    const SIZE: usize = 50 << 20;
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small.json");
    fs::write(&small, "{}").unwrap();
    let lint = |file: &Path| peak_memory(command(folder.path(), &["lint"]).arg(file).args(["--format", "json"]));
    let none = lint(&small);
    assert!(none > 0, "the system tells no peak");
    let long = "x".repeat(SIZE);
    let text = format!(r#"{{ "info": {{ "description": "{long}" }} }}"#);
    let levels = 1_000;
    let deep = format!("{}\"{long}\"{}", "{ \"a\": ".repeat(levels), "}".repeat(levels));
    for (what, content) in [("a text", &text), ("depth", &deep)] {
        let file = folder.path().join("large.swagger.json");
        fs::write(&file, content).unwrap();
        let (size, peak) = (content.len() / 1024, usize::try_from(lint(&file) - none).unwrap());
        assert!(peak < 5 * size, "{what}: {peak} kB for {size} kB, where about three times the size is enough");
    }
}

#[test]
fn lint_of_the_public_connectors() {
    let Some(corpus) = shared("corpus/connectors") else { return };
    let run = backshell(Path::new("/"), &["lint", corpus.to_str().unwrap(), "--format", "json"]);
    assert_eq!(run.status, 1, "{}", run.err);
    let findings = findings(&run);
    assert!(run.json()["summary"]["files"].as_u64().unwrap() >= 580, "{}", run.json()["summary"]);
    let corpus = corpus.display().to_string();
    assert!(findings.iter().all(|finding| finding["file"].as_str().unwrap().starts_with(&corpus)));
    assert_eq!(run.err, "", "progress is for terminals");
}

#[test]
fn what_is_piped_has_no_colours_and_no_foreign_control_characters() {
    let folder = tempfile::tempdir().unwrap();
    write_package(&folder.path().join("flawed"), &flawed(), &properties());
    fs::write(folder.path().join("hostile.swagger.json"), b"{\"swagger\": \x1b[31mred\x1b]0;title\x07 \"2.0\"}")
        .unwrap();
    let visible = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control());
    for arguments in
        [["lint", "flawed"].as_slice(), &["lint", "hostile.swagger.json"], &["rules"], &["regions"], &["--help"]]
    {
        let run = backshell(folder.path(), arguments);
        assert!(visible(&run.out), "{arguments:?}: {:?}", run.out);
    }
    let run = Run::of(command(folder.path(), &["lint", "flawed"]).env("CLICOLOR_FORCE", "1"));
    assert!(run.out.contains('\u{1b}'), "colours exist, so their absence says something");
    backshell(folder.path(), &["lint", "nowhere\u{1b}[31m"]).is_helpless(&["does not exist"]);
}

#[test]
fn a_reader_who_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut definition = definition();
    for number in 0..2_000 {
        definition["paths"][format!("/more/{number}")] = json!({"get": {"responses": {}}});
    }
    for name in ["long", "longer", "many/a", "many/b", "many/c"] {
        write_package(&folder.path().join(name), &definition, &properties());
    }
    for (arguments, status) in [
        (["lint", "long"].as_slice(), 1),
        (&["lint", "long", "--format", "json"], 1),
        (&["lint", "long", "longer", "many"], 1),
        (&["lint", "long", "longer", "many", "--format", "json"], 1),
        (&["lint", "long", "many", "--format", "sarif"], 1),
    ] {
        let mut child =
            command(folder.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

// ---- rules, regions, completions, help -------------------------------------------------------------------------------

#[test]
fn rules_are_listed_and_explained() {
    let here = Path::new("/");
    let list = backshell(here, &["rules"]);
    assert_eq!(list.status, 0);
    assert!(list.out.lines().any(|line| line.starts_with("OperationIdNotUnique ")), "{}", list.out);
    let all = backshell(here, &["rules", "--format", "json"]).json();
    let all = all.as_array().unwrap();
    let of = |check: &str| all.iter().filter(|rule| rule["check"] == check).count();
    let counts = format!("{} rules of `lint`, {} checks of `diff`", of("swagger"), of("breaking"));
    assert!(of("swagger") >= 284 && of("breaking") >= 335, "{counts}");
    assert!(list.out.contains(&counts), "{counts}: {}", list.out);
    for rule in all {
        let id = rule["id"].as_str().unwrap();
        let one = backshell(here, &["rules", &id.to_lowercase()]);
        assert_eq!(one.status, 0, "{id}");
        assert!(one.out.contains(id) && one.out.lines().count() > 5, "{}", one.out);
    }
    for far in ["nope", "approvals", "", "日本"] {
        let run = backshell(here, &["rules", far]);
        run.is_helpless(&[&format!("no rule `{far}`"), "`backshell rules` lists all ids"]);
        assert!(!run.err.contains("did you mean"), "{far}: {}", run.err);
    }
    for (near, meant) in [
        ("OperationIdNotUniqe", "OperationIdNotUnique"),
        ("bs-allowentryunsued", "BS-AllowEntryUnused"),
        ("operation-remved", "operation-removed"),
        ("EV-6", "EV-06"),
    ] {
        backshell(here, &["rules", near]).is_helpless(&[&format!("did you mean `{meant}`?"), "lists all ids"]);
    }
}

#[test]
fn regions_are_listed() {
    let all = backshell(Path::new("/"), &["regions"]);
    assert!(all.status == 0 && all.out.lines().any(|line| line.starts_with("westeurope ")), "{}", all.out);
    let europe = backshell(Path::new("/"), &["regions", "--geography", "europe", "--format", "json"]).json();
    let europe = europe.as_array().unwrap();
    assert!(europe.iter().any(|region| region["region"] == "northeurope"));
    assert!(europe.iter().all(|region| region["geography"] == "Europe") && europe.len() < all.out.lines().count());
}

#[test]
fn completions_are_scripts() {
    for shell in ["bash", "zsh", "fish"] {
        let run = backshell(Path::new("/"), &["completions", shell]);
        assert_eq!(run.status, 0);
        for word in ["lint", "ledger", "--help"] {
            assert!(run.out.contains(word.trim_start_matches("--")), "{shell} completes `{word}`");
        }
    }
    let script = backshell(Path::new("/"), &["completions", "bash"]).out;
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success());
    backshell(Path::new("/"), &["completions", "cobol"]).is_helpless(&["cobol", "bash"]);
}

/// The commands of a help text.
fn commands(help: &str) -> Vec<String> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = list.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_help_with_examples() {
    let folder = tempfile::tempdir().unwrap();
    let mut waiting = vec![Vec::new()];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let run = backshell(folder.path(), &arguments);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{arguments:?}");
        let line = format!("  backshell {}", path.join(" "));
        assert!(run.out.contains("Examples:") && run.out.contains(line.trim_end()), "{arguments:?}: {}", run.out);
        seen += 1;
        for name in commands(&run.out) {
            waiting.push([path.as_slice(), &[name]].concat());
        }
    }
    assert!(seen >= 31, "the program, its commands, and those of `ledger`, `cell`, `vault` and `residency`: {seen}");
    assert!(backshell(folder.path(), &["--version"]).out.starts_with("backshell 0."));
    backshell(folder.path(), &["lnit"]).is_helpless(&["lnit", "lint"]);
    backshell(folder.path(), &["--log", "loud=very=much", "rules"]).is_helpless(&["--log"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing of this leaves a trace");
}

// ---- serve -----------------------------------------------------------------------------------------------------------

/// A command that stays: ended when it is dropped, whatever happens.
struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn serve(folder: &Path) -> Self {
        Self::start(&mut serve(folder))
    }

    /// The next lines up to one that begins with `beginning`, and what follows that beginning.
    fn until(&mut self, beginning: &str) -> String {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                let mut err = String::new();
                self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
                panic!("it ended before `{beginning}` came: {err}");
            }
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Sends SIGTERM; the status, and what was printed after the last line that was asked for.
    fn terminate(mut self) -> (Option<i32>, String) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// `serve` on free ports with its data in `folder`.
fn serve(folder: &Path) -> Command {
    let mut command = command(folder, &["serve"]);
    command.env("BACKSHELL_GATEWAY__LISTEN", "127.0.0.1:0").env("BACKSHELL_CONSOLE__LISTEN", "127.0.0.1:0");
    command
}

#[test]
fn serve_refuses_a_configuration_that_it_does_not_understand() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| fs::write(folder.path().join("backshell.toml"), text).unwrap();
    write("[gateway]\nlistn = \"127.0.0.1:0\"\n");
    backshell(folder.path(), &["serve"])
        .is_helpless(&["`gateway.listn` in backshell.toml", "did you mean `gateway.listen`"]);
    write("[gatway]\nlisten = \"127.0.0.1:0\"\n");
    backshell(folder.path(), &["serve"]).is_helpless(&["did you mean `gateway`"]);
    write("[gateway\n");
    backshell(folder.path(), &["serve"]).is_helpless(&["backshell.toml", "line 1"]);
    write("[gateway]\nlisten = 8780\n");
    backshell(folder.path(), &["serve"]).is_helpless(&["backshell.toml", "listen"]);
    write("[cell]\nregion = \"atlantis\"\n");
    Run::of(&mut serve(folder.path())).is_helpless(&["atlantis", "backshell regions"]);
    write("[gateway]\nlisten = \"0.0.0.0:0\"\n");
    backshell(folder.path(), &["serve"]).is_helpless(&["without TLS", "gateway.tls_certificate"]);
    fs::remove_file(folder.path().join("backshell.toml")).unwrap();
    Run::of(command(folder.path(), &["serve"]).env("BACKSHELL_GATEWAY__LISTN", "x"))
        .is_helpless(&["BACKSHELL_GATEWAY__LISTEN"]);
    backshell(folder.path(), &["serve", "--config", "nowhere.toml"]).is_helpless(&["`nowhere.toml` cannot be read"]);
    backshell(folder.path(), &["serve", "--config", "."]).is_helpless(&["`.` cannot be read"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was begun");
}

#[test]
fn serve_says_which_port_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (variable, setting) in
        [("BACKSHELL_GATEWAY__LISTEN", "`gateway.listen`"), ("BACKSHELL_CONSOLE__LISTEN", "`console.listen`")]
    {
        let run = Run::of(serve(folder.path()).env(variable, &address));
        run.is_helpless(&[&address, setting, variable]);
    }
    assert!(!folder.path().join(".backshell").exists(), "ports come before data");
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_shows_the_first_token_once_and_keeps_its_files_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Running::serve(folder.path());
    assert!(first.until("gateway  ").starts_with("http://127.0.0.1:"));
    let console = first.until("console  ");
    let token = first.until("  bsk_");
    let token = format!("bsk_{token}");
    let me = client::json(Method::GET, &format!("{console}/api/v1/whoami"), &token, None).await.unwrap();
    assert_eq!(me["user"], "administrator", "{me}");

    // Nobody else may use the folder while it runs.
    let second = beside(serve(folder.path())).await;
    second.is_helpless(&["data folder", "in use by another process"]);

    let data = folder.path().join(".backshell");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let bytes = fs::read(&path).unwrap();
        let holds = bytes.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(!holds, "{} holds the token", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    for name in ["backshell.db", "master.key", "checkpoint.key", "lock"] {
        assert!(names.iter().any(|known| known == name), "{name} of {names:?}");
    }

    assert_eq!(first.terminate().0, Some(0));
    let mut again = Running::serve(folder.path());
    let console = again.until("console  ");
    let me = client::json(Method::GET, &format!("{console}/api/v1/whoami"), &token, None).await.unwrap();
    assert_eq!(me["user"], "administrator", "the token outlives the restart: {me}");
    let (status, rest) = again.terminate();
    assert_eq!(status, Some(0));
    assert!(!rest.contains("bsk_") && !rest.contains("token"), "{rest}");
}

// ---- mock and demo ---------------------------------------------------------------------------------------------------

/// The status and body of a GET.
async fn get(address: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = Request::get(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client::send(request.body(Full::default()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn mock_answers_by_the_definition_and_demands_the_credential() {
    let folder = tempfile::tempdir().unwrap();
    write_package(&folder.path().join("trial"), &definition(), &properties());
    let mut mock = Running::start(&mut command(folder.path(), &["mock", "trial", "--listen", "127.0.0.1:0"]));
    let address = mock.until("trial answers on ");
    assert_eq!(get(&format!("{address}/v1/items"), &[]).await.0, 401);
    assert_eq!(get(&format!("{address}/v1/items"), &[("x-api-key", "any")]).await.0, 200);
    assert_eq!(get(&format!("{address}/v1/nothing"), &[("x-api-key", "any")]).await.0, 404);
    assert_eq!(mock.terminate().0, Some(0));

    fs::write(folder.path().join("key.txt"), "the key\n").unwrap();
    let arguments =
        ["mock", "trial/apiDefinition.swagger.json", "--listen", "127.0.0.1:0", "--credential-file", "key.txt"];
    let mut mock = Running::start(&mut command(folder.path(), &arguments));
    let address = mock.until("apiDefinition.swagger.json answers on ");
    assert_eq!(get(&format!("{address}/v1/items"), &[("x-api-key", "any")]).await.0, 401);
    assert_eq!(get(&format!("{address}/v1/items"), &[("x-api-key", "the key")]).await.0, 200);
    drop(mock);

    let elsewhere = beside(command(folder.path(), &["mock", "trial", "--listen", "0.0.0.0:0"])).await;
    elsewhere.is_helpless(&["loopback"]);
    let nothing = beside(command(folder.path(), &["mock", "nowhere"])).await;
    nothing.is_helpless(&["`nowhere` does not exist"]);
    let taken = address.trim_start_matches("http://");
    let listener = std::net::TcpListener::bind(taken).unwrap();
    let busy = beside(command(folder.path(), &["mock", "trial", "--listen", taken])).await;
    busy.is_helpless(&[taken, "--listen"]);
    drop(listener);
}

#[test]
fn the_demo_shows_a_call_a_refusal_and_their_records() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--once", "--gateway", "127.0.0.1:0", "--console", "127.0.0.1:0", "--data", "kept"];
    let run = backshell(folder.path(), &arguments);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{run:#?}");
    for words in ["200 OK", "403 Forbidden", "permission_denied", "verdict", "sealed in the vault", "location_unknown"]
    {
        assert!(run.out.contains(words), "`{words}` is missing: {}", run.out);
    }
    let records = |kind: &str, words: &str| {
        run.out.lines().any(|line| line.split_whitespace().nth(1) == Some(kind) && line.contains(words))
    };
    assert!(records("decision", "outcome=allowed"), "{}", run.out);
    assert!(records("decision", "outcome=refused"), "{}", run.out);
    assert!(records("completion", "status=200"), "{}", run.out);
    assert!(!run.out.contains('\u{1b}') && !run.out.contains("bsk_"), "{}", run.out);

    fs::write(folder.path().join("kept.toml"), "[data]\ndir = \"kept\"\n").unwrap();
    let verified = backshell(folder.path(), &["ledger", "--config", "kept.toml", "verify"]);
    assert_eq!(verified.status, 0, "{verified:#?}");
    backshell(folder.path(), &arguments).is_helpless(&["already holds a database"]);
}

// ---- call ------------------------------------------------------------------------------------------------------------

/// `call` with the cell's connection.
fn call(cell: &Cell, token: &str, arguments: &[&str]) -> Command {
    let mut command = command(cell.folder.path(), &["call", &cell.connection]);
    command.args(arguments).env("BACKSHELL_TOKEN", token);
    command.env("BACKSHELL_CONSOLE", format!("http://{}", cell.node.console_address()));
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn call_makes_one_call() {
    let cell = Cell::start().await;
    let run = beside(call(&cell, &cell.token, &["GetItem", "-p", "id=a/b c", "--include"])).await;
    assert_eq!((run.status, run.out.as_str()), (0, "{\"ok\":true}"), "{run:#?}");
    assert!(run.err.contains("200 OK") && run.err.contains("x-backshell-call-id: call_"), "{}", run.err);
    assert_eq!(cell.backend.seen().last().unwrap().target, "/v1/items/a%2Fb%20c");

    fs::write(cell.folder.path().join("body.json"), "{\"n\":1}").unwrap();
    let run = beside(call(&cell, &cell.token, &["Echo", "--body", "body.json"])).await;
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "{\"n\":1}", ""));
    assert_eq!(cell.backend.seen().last().unwrap().headers["content-type"], "application/json");
    let mut piped = call(&cell, &cell.token, &["Echo", "--body", "-", "--content-type", "text/plain"]);
    piped.stdin(fs::File::open(cell.folder.path().join("body.json")).unwrap());
    assert_eq!(beside(piped).await.out, "{\"n\":1}");
    assert_eq!(cell.backend.seen().last().unwrap().headers["content-type"], "text/plain");

    let mut unread =
        call(&cell, &cell.token, &["ListItems"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(unread.stdout.take());
    let unread = tokio::task::spawn_blocking(move || unread.wait_with_output().unwrap()).await.unwrap();
    assert_eq!((unread.status.code(), unread.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn call_that_cannot_be_made_says_why() {
    let cell = Cell::start().await;
    for (arguments, words) in [
        (["NoSuch"].as_slice(), ["`NoSuch`", "trial-service"].as_slice()),
        (&["GetItem"], &["`id`", "-p id="]),
        (&["ListItems", "-p", "colour=red"], &["no parameter `colour`"]),
        (&["GetItem", "-p", "id"], &["`-p id` has no `=`"]),
        (&["Echo", "--body", "nowhere.json"], &["`nowhere.json` cannot be read"]),
        (&[], &["OPERATION"]),
    ] {
        beside(call(&cell, &cell.token, arguments)).await.is_helpless(words);
    }
    beside(call(&cell, "bsk_wrong", &["ListItems"])).await.is_helpless(&["401", "unauthenticated"]);
    let mut other = call(&cell, &cell.token, &["ListItems"]);
    beside({
        other.env("BACKSHELL_CONSOLE", "http://127.0.0.1:9");
        other
    })
    .await
    .is_helpless(&["127.0.0.1:9", "backshell serve"]);
    let mut nobody = call(&cell, &cell.token, &["ListItems"]);
    nobody.env_remove("BACKSHELL_TOKEN");
    beside(nobody).await.is_helpless(&["--token"]);
    let (_, stranger) = cell.token_for("stranger@example.com", &["call", "connections", "connectors"], 600).await;
    let run = beside(call(&cell, &stranger, &["ListItems"])).await;
    run.is_helpless(&["permission_denied"]);
    assert!(!run.err.contains(&stranger), "{}", run.err);
    assert!(cell.backend.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn call_that_is_refused_has_status_1() {
    let cell = Cell::start().await;
    let (_, reader) = cell.token_for("administrator", &["connections", "connectors", "admin"], 600).await;
    let run = beside(call(&cell, &reader, &["ListItems", "--include"])).await;
    assert_eq!(run.status, 1, "{run:#?}");
    assert_eq!(run.json()["code"], "permission_denied");
    assert!(run.err.contains("x-backshell-error: permission_denied"), "{}", run.err);
    assert!(cell.backend.seen().is_empty());
}

// ---- ledger ----------------------------------------------------------------------------------------------------------

/// A stopped cell with a few records; its folder, and the configuration that names it.
async fn records() -> (TempDir, PathBuf) {
    let cell = Cell::start().await;
    let (_, alice) = cell.token_for("alice@example.com", &["call"], 600).await;
    cell.post(
        &format!("/connections/{}/shares", cell.connection),
        json!({"kind": "user", "name": "alice@example.com"}),
    )
    .await;
    for _ in 0..3 {
        assert_eq!(cell.call_as(&alice, Method::GET, "/items", "").await.status(), 200);
    }
    cell.ledger_until("completion", 3).await;
    let Cell { folder, config, node, .. } = cell;
    node.stop().await.unwrap();
    configure(folder.path(), &config.data.dir);
    (folder, config.data.dir)
}

/// Writes a configuration that names the data folder.
fn configure(folder: &Path, data: &Path) {
    fs::write(folder.join("backshell.toml"), format!("[data]\ndir = '{}'\n", data.display())).unwrap();
}

fn ledger(folder: &Path, arguments: &[&str]) -> Run {
    backshell(folder, &[&["ledger"], arguments].concat())
}

/// Opens the database as somebody would who has it in hand.
async fn database(data: &Path) -> SqliteConnection {
    let mut connection =
        SqliteConnection::connect(&format!("sqlite://{}", data.join("backshell.db").display())).await.unwrap();
    for trigger in
        ["DROP TRIGGER ledger_keeps_rows", "DROP TRIGGER ledger_keeps_chain", "DROP TRIGGER ledger_body_only_goes"]
    {
        sqlx::query(trigger).execute(&mut connection).await.unwrap();
    }
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn ledger_reads_beside_a_running_node() {
    let cell = Cell::start().await;
    drop(cell.call(Method::GET, "/items", "").await);
    cell.ledger_until("completion", 1).await;
    configure(cell.folder.path(), &cell.config.data.dir);
    for arguments in [["ledger", "verify"].as_slice(), &["ledger", "tail"], &["ledger", "export"]] {
        let run = beside(command(cell.folder.path(), arguments)).await;
        assert_eq!(run.status, 0, "{run:#?}");
    }
    assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200, "the node goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn ledger_is_verified_exported_and_shown() {
    let (folder, _) = records().await;
    let run = ledger(folder.path(), &["verify"]);
    assert_eq!(run.status, 0, "{run:#?}");
    assert!(run.out.contains("the ledger is intact"), "{}", run.out);
    let report = ledger(folder.path(), &["verify", "--format", "json"]).json();
    assert_eq!((&report["intact"], &report["first_bad"]), (&json!(true), &Value::Null));
    assert_eq!(report["anchored_to"], report["last_seq"], "the last checkpoint is of the stop: {report}");

    let export = ledger(folder.path(), &["export"]);
    let rows: Vec<Value> = export.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<u64> = rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=report["records"].as_u64().unwrap()).collect::<Vec<_>>());
    assert!(!export.out.contains("alice") && !export.out.contains("bsk_"), "users are pseudonyms");
    assert_eq!(rows.iter().filter(|row| row["kind"] == "decision").count(), 3);
    let later = ledger(folder.path(), &["export", "--after", "5"]);
    assert_eq!(later.out.lines().collect::<Vec<_>>(), export.out.lines().skip(5).collect::<Vec<_>>());
    let tail = ledger(folder.path(), &["tail", "-n", "2"]);
    assert_eq!(tail.out.lines().collect::<Vec<_>>(), export.out.lines().skip(rows.len() - 2).collect::<Vec<_>>());

    let mut unread =
        command(folder.path(), &["ledger", "export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(unread.stdout.take());
    let unread = unread.wait_with_output().unwrap();
    assert_eq!((unread.status.code(), unread.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn ledger_that_was_changed_does_not_hold() {
    let (folder, data) = records().await;
    let mut database = database(&data).await;
    let changed = sqlx::query(
        "UPDATE ledger SET body = replace(body, 'allowed', 'refused') WHERE seq = \
        (SELECT min(seq) FROM ledger WHERE kind = 'decision')",
    );
    assert_eq!(changed.execute(&mut database).await.unwrap().rows_affected(), 1);
    let seq: i64 = sqlx::query_scalar("SELECT min(seq) FROM ledger WHERE kind = 'decision'")
        .fetch_one(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
    let run = ledger(folder.path(), &["verify"]);
    assert_eq!(run.status, 1, "{run:#?}");
    assert!(run.out.contains(&format!("record {seq}: ")) && run.out.contains("does NOT hold"), "{}", run.out);
    let report = ledger(folder.path(), &["verify", "--format", "json"]);
    assert_eq!(report.status, 1);
    assert_eq!((&report.json()["intact"], &report.json()["first_bad"]), (&json!(false), &json!(seq)));
}

#[tokio::test(flavor = "multi_thread")]
async fn ledger_that_lost_its_end_or_a_record_does_not_hold() {
    for (statement, missing_from_end) in [
        ("DELETE FROM ledger WHERE seq > (SELECT max(seq) - 2 FROM ledger)", true),
        ("DELETE FROM ledger WHERE seq = (SELECT max(seq) - 2 FROM ledger)", false),
    ] {
        let (folder, data) = records().await;
        let mut database = database(&data).await;
        let last: i64 = sqlx::query_scalar("SELECT max(seq) FROM ledger").fetch_one(&mut database).await.unwrap();
        sqlx::query(statement).execute(&mut database).await.unwrap();
        database.close().await.unwrap();
        let run = ledger(folder.path(), &["verify", "--format", "json"]);
        assert_eq!(run.status, 1, "{run:#?}");
        let first = if missing_from_end { last - 1 } else { last - 2 };
        assert_eq!(run.json()["first_bad"], first, "{}", run.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ledger_checkpoints_that_were_changed_do_not_hold() {
    let (folder, data) = records().await;
    let file = data.join("checkpoints.jsonl");
    let whole = fs::read_to_string(&file).unwrap();
    let last: Value = serde_json::from_str(whole.lines().last().unwrap()).unwrap();
    let hash = last["hash"].as_str().unwrap();
    let other: String = hash.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect();
    fs::write(&file, whole.replace(hash, &other)).unwrap();
    let run = ledger(folder.path(), &["verify"]);
    assert_eq!(run.status, 1, "{run:#?}");
    assert!(run.out.contains("signature") && run.out.contains("does NOT hold"), "{}", run.out);
    fs::write(&file, format!("{whole}no checkpoint\n")).unwrap();
    assert_eq!(ledger(folder.path(), &["verify"]).status, 1);
    fs::write(&file, &whole).unwrap();
    assert_eq!(ledger(folder.path(), &["verify"]).status, 0);

    fs::remove_file(&file).unwrap();
    ledger(folder.path(), &["verify"]).is_helpless(&["checkpoints", "cannot be read"]);
    fs::write(folder.path().join("other.pub"), "no key").unwrap();
    fs::write(&file, &whole).unwrap();
    ledger(folder.path(), &["verify", "--public-key", "other.pub"]).is_helpless(&["other.pub"]);
    let empty = tempfile::tempdir().unwrap();
    ledger(empty.path(), &["verify"]).is_helpless(&["there is no database", "--config"]);
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

// ---- Cells -----------------------------------------------------------------------------------------------------------

#[test]
fn an_operator_signs_for_a_node_and_the_node_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| Run::of(&mut command(folder.path(), arguments));
    let made = run(&["cell", "keygen", "--out", "operator.key"]);
    assert_eq!(made.status, 0, "{made:#?}");
    let mode = fs::metadata(folder.path().join("operator.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = run(&["cell", "keygen", "--out", "operator.key"]);
    assert!(again.status == 2 && again.err.contains("not replaced"), "{again:#?}");

    let key = run(&["cell", "key"]);
    assert_eq!((key.status, key.out.trim().len()), (0, 64), "{key:#?}");
    assert_eq!(run(&["cell", "key"]).out, key.out, "a node keeps its key");
    let shown = run(&["cell", "show"]);
    assert!(shown.status == 1 && shown.out.contains("has not started yet"), "{shown:#?}");

    fs::write(
        folder.path().join("backshell.toml"),
        "[cell]\nname = \"eu-1\"\noperator_key = \"operator.pub\"\nattestation = \"eu-1.json\"\n",
    )
    .unwrap();
    let shown = run(&["cell", "show", "--format", "json"]);
    assert_eq!((shown.status, &shown.json()["problem"]), (1, &json!("there is no attestation")));
    let attest = |region: &str, node_key: &str| {
        run(&[
            "cell",
            "attest",
            "--operator-key",
            "operator.key",
            "--name",
            "eu-1",
            "--region",
            region,
            "--node-key",
            node_key,
            "--days",
            "30",
            "--out",
            "eu-1.json",
        ])
    };
    assert_eq!(attest("northeurope", key.out.trim()).status, 0);
    let shown = run(&["cell", "show"]);
    assert!(shown.status == 1 && shown.out.contains("another region"), "{shown:#?}");
    assert_eq!(attest("westeurope", ".backshell/node.pub").status, 0);
    let shown = run(&["cell", "show", "--format", "json"]).json();
    assert_eq!((&shown["attested"], &shown["attested_by"]), (&json!(true), &json!("operator")));
    let wrong = attest("europe", key.out.trim());
    assert!(wrong.status == 2 && wrong.err.contains("no known cloud region"), "{wrong:#?}");
    let wrong = attest("westeurope", "nonsense");
    assert!(wrong.status == 2 && wrong.err.contains("--node-key"), "{wrong:#?}");
}
