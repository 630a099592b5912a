//! ARCHITECTURE.md against the table: the picture of the layers and the list of crates.
//!
//! The picture is the code block whose fence says `layers`; its lines are `<layer> <name of the layer> <crates…>`. A crate
//! in the list is
//! ```text
//! - **`name`**: one sentence.
//!   *Invariant:* one more.
//! ```
//! below the heading `### Layer <layer>: …` or `### Development`. Both may go on in indented lines.

use super::{CRATES, Problems};
use std::collections::BTreeMap;

const FILE: &str = "ARCHITECTURE.md";

pub(super) fn check(text: &str, problems: &mut Problems) {
    picture(text, problems);
    list(text, problems);
}

/// Each crate with a layer stands in the picture once, in its layer's line.
fn picture(text: &str, problems: &mut Problems) {
    let mut lines = text.lines().skip_while(|line| line.trim_end() != "```layers").skip(1).peekable();
    if lines.peek().is_none() {
        return problems.add(FILE, "the picture of the layers is missing: a code block that begins with ```layers");
    }
    let mut drawn: BTreeMap<&str, Vec<Option<u8>>> = BTreeMap::new();
    for line in lines.take_while(|line| !line.starts_with("```")) {
        let mut words = line.split_whitespace();
        let layer = words.next().and_then(|word| word.parse().ok());
        for word in words {
            drawn.entry(word).or_default().push(layer);
        }
    }
    for of in CRATES.iter().filter(|of| of.layer.is_some()) {
        match drawn.get(of.name).map(Vec::as_slice) {
            Some([layer]) if *layer == of.layer => {}
            Some([_]) => problems.add(FILE, format!("the picture shows `{}` in another layer than the table", of.name)),
            Some(_) => problems.add(FILE, format!("the picture shows `{}` more than once", of.name)),
            None => problems.add(FILE, format!("the picture does not show `{}`", of.name)),
        }
    }
}

/// A crate as the list has it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Entry {
    line: usize,
    name: String,
    layer: Option<u8>,
    sentence: String,
    invariant: String,
}

fn list(text: &str, problems: &mut Problems) {
    let entries = entries(text);
    for entry in &entries {
        let place = format!("{FILE}:{}", entry.line);
        if entry.sentence.len() < 20 {
            problems.add(&place, format!("`{}` has no sentence that says what it is", entry.name));
        }
        if entry.invariant.len() < 20 {
            problems.add(&place, format!("`{}` has no line `  *Invariant:* …`", entry.name));
        }
        match CRATES.iter().find(|of| of.name == entry.name) {
            Some(of) if of.layer == entry.layer => {}
            Some(_) => problems.add(&place, format!("`{}` stands under another layer than in the table", entry.name)),
            None if entry.name == "xtask" && entry.layer.is_none() => {}
            None => problems.add(&place, format!("there is no crate `{}`", entry.name)),
        }
    }
    for name in CRATES.iter().map(|of| of.name).chain(["xtask"]) {
        match entries.iter().filter(|entry| entry.name == name).count() {
            1 => {}
            0 => problems.add(FILE, format!("`{name}` is not in the list of crates")),
            _ => problems.add(FILE, format!("`{name}` stands in the list of crates more than once")),
        }
    }
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut layer = None;
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(heading) = line.strip_prefix("#") {
            let heading = heading.trim_start_matches('#').trim();
            layer = heading.strip_prefix("Layer ").and_then(|rest| rest.split(':').next()?.trim().parse().ok());
            open = false;
        } else if let Some((name, sentence)) = line.strip_prefix("- **`").and_then(|rest| rest.split_once("`**: ")) {
            let (name, sentence) = (name.to_owned(), sentence.trim().to_owned());
            entries.push(Entry { line: number.saturating_add(1), name, layer, sentence, invariant: String::new() });
            open = true;
        } else if let Some(entry) = entries.last_mut().filter(|_| open && line.starts_with("  ")) {
            if let Some(invariant) = line.trim().strip_prefix("*Invariant:*") {
                invariant.trim().clone_into(&mut entry.invariant);
            }
        } else {
            open = false;
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_sentence_and_an_invariant_under_its_layer() {
        let text = "## Crates\n### Layer 0: foundation\n- **`model`**: the nouns of\n  everything.\n  *Invariant:* no I/O at all.\n\n  \
                    *Invariant:* lost.\n### Development\n- **`testkit`**: a clock.\n";
        let entry = |line, name: &str, layer, sentence: &str, invariant: &str| Entry {
            line,
            name: name.to_owned(),
            layer,
            sentence: sentence.to_owned(),
            invariant: invariant.to_owned(),
        };
        assert_eq!(
            entries(text),
            [entry(3, "model", Some(0), "the nouns of", "no I/O at all."), entry(9, "testkit", None, "a clock.", "")]
        );
    }

    #[test]
    fn a_crate_that_is_missing_or_misplaced_is_a_problem() {
        let complain = |text: &str, about: &str| {
            let mut problems = Problems::default();
            check(text, &mut problems);
            problems.0.iter().any(|problem| problem.message.contains(about))
        };
        let layers = "```layers\n0 foundation model source\n2 decisions findings\n1 reader package package\n```\n";
        assert!(!complain(layers, "shows `model`") && !complain(layers, "not show `model`"));
        assert!(complain(layers, "shows `findings` in another layer"));
        assert!(complain(layers, "shows `package` more than once"));
        assert!(complain(layers, "not show `lint`"));
        assert!(complain("", "picture of the layers is missing"));
        assert!(complain("### Layer 1: x\n- **`model`**: s\n", "`model` stands under another layer"));
        assert!(complain("### Layer 0: x\n- **`model`**: s\n", "`model` has no line `  *Invariant:*"));
        assert!(complain("### Layer 0: x\n- **`modell`**: s\n", "there is no crate `modell`"));
    }
}
