//! The Rust files: house rules that are about text, and how long the files are.

use super::{CRATES, Problems, read};
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Something that only some crates may do outside tests.
struct Reserved {
    /// How it looks in the source.
    looks: &'static [&'static str],
    /// What to do instead.
    instead: &'static str,
    /// Who may do it, and why.
    allowed: &'static [(&'static str, &'static str)],
    /// Whether it concerns layers 0 to 2 only.
    lower_layers_only: bool,
}

const RESERVED: [Reserved; 3] = [
    Reserved {
        looks: &["std::fs", "tokio::fs", "fs::"],
        instead: "files are read by `package` and the binary; take bytes",
        allowed: &[
            ("package", "reads connector packages"),
            ("backshell", "reads the configuration and what the command line names"),
            ("ledger", "appends checkpoints to a file that whoever administers the database need not be able to write"),
            ("store", "makes the database's folder and file its owner's alone"),
            ("testkit", "reads schemas out of the sources of crates"),
        ],
        lower_layers_only: false,
    },
    Reserved {
        looks: &["hyper::client", "hyper_util::client"],
        instead: "outward connections are opened by `upstream`, after a proof of place",
        allowed: &[
            ("upstream", "sends the calls"),
            ("backshell", "`backshell call` talks to a gateway, as any caller does"),
        ],
        lower_layers_only: false,
    },
    Reserved {
        looks: &["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "ToSocketAddrs"],
        instead: "layers 0 to 2 open no socket; take what came through one",
        allowed: &[],
        lower_layers_only: true,
    },
];

/// Checks every Rust file; returns them with their lengths.
pub(super) fn check(root: &Path, problems: &mut Problems) -> Result<Vec<(usize, PathBuf)>> {
    let mut lengths = Vec::new();
    let mut used = BTreeSet::new();
    let crates = CRATES.iter().map(|of| (of.name, root.join("crates").join(of.name)));
    for (name, folder) in crates.chain([("xtask", root.join("xtask"))]) {
        let files = rust_files(&folder)?;
        let texts = files.iter().map(|file| Ok((file.as_path(), read(file)?))).collect::<Result<Vec<_>>>()?;
        let tests = test_modules(&texts);
        crate_doc(&folder, &texts, root, problems);
        for (file, text) in &texts {
            let path = file.strip_prefix(root).unwrap_or(file);
            lengths.push((text.lines().count(), path.to_owned()));
            everywhere(path, text, problems);
            let is_test = !file.starts_with(folder.join("src")) || tests.iter().any(|test| file.starts_with(test));
            if !is_test && name != "xtask" {
                reserved(name, path, text, &mut used, problems);
            }
        }
    }
    for (index, rule) in RESERVED.iter().enumerate() {
        for (name, _) in rule.allowed.iter().filter(|(name, _)| !used.contains(&(index, *name))) {
            let message =
                format!("`{name}` does not need its exception for `{}` any more; remove it", rule.looks.join("`, `"));
            problems.add("xtask/src/tidy/sources.rs", message);
        }
    }
    Ok(lengths)
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut ahead = vec![folder.to_owned()];
    while let Some(folder) = ahead.pop() {
        let listing = std::fs::read_dir(&folder).with_context(|| format!("`{}` cannot be read", folder.display()))?;
        for entry in listing {
            let path = entry?.path();
            if path.is_dir() {
                ahead.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The root file says what the crate is.
fn crate_doc(folder: &Path, texts: &[(&Path, String)], root: &Path, problems: &mut Problems) {
    for file in ["src/lib.rs", "src/main.rs"].map(|file| folder.join(file)) {
        let Some((_, text)) = texts.iter().find(|(path, _)| *path == file) else { continue };
        let place = file.strip_prefix(root).unwrap_or(&file).display();
        let doc = text.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>();
        if doc.len() < 3 || doc.iter().any(|line| line.contains("(skeleton)")) {
            problems.add(place, "the crate doc is missing: what it does, what it does not do, where to start reading");
        }
    }
}

/// What holds in every file, tests included.
fn everywhere(path: &Path, text: &str, problems: &mut Problems) {
    let lines = text.lines().collect::<Vec<_>>();
    for (index, line) in lines.iter().enumerate() {
        let place = || format!("{}:{}", path.display(), index.saturating_add(1));
        let line = line.trim_start();
        if line.starts_with("#[should_panic") {
            problems.add(place(), "no `should_panic`: call what fails and look at its error");
        }
        if line.starts_with("#[ignore") {
            problems.add(place(), "no ignored tests: assert what happens today, with a note");
        }
        if line.starts_with("#[expect(") || line.starts_with("#![expect(") {
            let attribute = lines.iter().skip(index).take(12);
            let end = attribute.clone().position(|line| line.trim_end().ends_with(")]")).unwrap_or(0);
            if !attribute.take(end.saturating_add(1)).any(|line| line.contains("reason = \"")) {
                problems.add(place(), "an expected lint needs its `reason`");
            }
        }
    }
}

/// What only some crates may do outside tests.
fn reserved(
    name: &'static str,
    path: &Path,
    text: &str,
    used: &mut BTreeSet<(usize, &'static str)>,
    problems: &mut Problems,
) {
    let layer = CRATES.iter().find(|of| of.name == name).and_then(|of| of.layer);
    for (number, line) in without_tests(text).enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for (index, rule) in RESERVED.iter().enumerate() {
            if rule.lower_layers_only && layer.is_none_or(|layer| layer > 2) {
                continue;
            }
            let Some(look) = rule.looks.iter().find(|look| holds(code, look)) else { continue };
            if rule.allowed.iter().any(|(allowed, _)| *allowed == name) {
                used.insert((index, name));
            } else {
                let place = format!("{}:{}", path.display(), number.saturating_add(1));
                problems.add(place, format!("`{look}`: {}", rule.instead));
            }
        }
    }
}

/// Whether `code` holds `look` as whole words.
fn holds(code: &str, look: &str) -> bool {
    let word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(look).any(|(at, found)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        let after = code.get(at.saturating_add(found.len())..).and_then(|after| after.chars().next());
        !before.is_some_and(word) && (look.ends_with(':') || !after.is_some_and(word))
    })
}

/// The lines before the test module, which stands last in its file.
fn without_tests(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().collect::<Vec<_>>();
    let is_test = |index: usize| {
        lines.get(index).is_some_and(|line| *line == "#[cfg(test)]")
            && lines.get(index.saturating_add(1)).is_some_and(|line| {
                line.strip_prefix("pub(crate) ").unwrap_or(line).starts_with("mod ") && line.ends_with('{')
            })
    };
    let end = (0..lines.len()).find(|index| is_test(*index)).unwrap_or(lines.len());
    lines.into_iter().take(end)
}

/// Files and folders of modules that are compiled for tests only: `#[cfg(test)] mod name;`.
fn test_modules(texts: &[(&Path, String)]) -> Vec<PathBuf> {
    let mut modules = Vec::new();
    for (file, text) in texts {
        let is_root = file.file_stem().is_some_and(|stem| stem == "lib" || stem == "main" || stem == "mod");
        let folder = if is_root { file.parent().map(Path::to_owned) } else { Some(file.with_extension("")) };
        let Some(folder) = folder else { continue };
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(next) = lines.peek().filter(|_| line.trim() == "#[cfg(test)]") else { continue };
            let Some(name) = next.strip_suffix(';').and_then(|next| next.rsplit_once("mod ")).map(|(_, name)| name)
            else {
                continue;
            };
            modules.push(folder.join(name).with_extension("rs"));
            modules.push(folder.join(name));
        }
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(holds("use std::fs::File;", "std::fs"));
        assert!(holds("let text = fs::read(path)?;", "fs::"));
        assert!(!holds("let x = offs::read();", "fs::"));
        assert!(!holds("use std::fsx;", "std::fs"));
        assert!(holds("TcpStream::connect", "TcpStream"));
    }

    #[test]
    fn tests_are_left_out() {
        let text = "fn a() {}\n#[cfg(test)]\nuse x;\n#[cfg(test)]\npub(crate) mod tests {\n    use std::fs;\n}\n";
        assert_eq!(without_tests(text).count(), 3);
        let files = [(Path::new("src/lib.rs"), "#[cfg(test)]\npub(crate) mod testing;\nmod real;\n".to_owned())];
        assert_eq!(test_modules(&files), [PathBuf::from("src/testing.rs"), PathBuf::from("src/testing")]);
        let files = [(Path::new("src/engine.rs"), "#[cfg(test)]\nmod tests;\n".to_owned())];
        assert!(test_modules(&files).contains(&PathBuf::from("src/engine/tests.rs")));
    }

    #[test]
    fn every_house_rule_complains() {
        let complaints = |text: &str| {
            let mut problems = Problems::default();
            everywhere(Path::new("x.rs"), text, &mut problems);
            problems.0.len()
        };
        // Put together, so that this file keeps the rules itself.
        let attribute = |name: &str| format!("    #[{name}]\n    fn test() {{}}\n");
        assert_eq!(complaints(&attribute("should_panic")), 1);
        assert_eq!(complaints(&attribute("ignore")), 1);
        assert_eq!(complaints(&attribute("expect(dead_code)")), 1);
        assert_eq!(complaints(&attribute("expect(dead_code, reason = \"so\")")), 0);
        assert_eq!(complaints(&attribute("expect(\n    dead_code,\n    reason = \"so\"\n)")), 0);
        let mut problems = Problems::default();
        reserved(
            "model",
            Path::new("x.rs"),
            "use std::fs;\nuse std::net::TcpStream;\n",
            &mut BTreeSet::new(),
            &mut problems,
        );
        assert_eq!(problems.0.len(), 2);
    }
}
