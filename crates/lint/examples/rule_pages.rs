//! Writes the page of every rule, and the index, into a folder. `cargo xtask gen` runs it.

use backshell_lint::{docs, rules};
use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: rule_pages FOLDER")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("README.md"), docs::index(rules()))?;
    for rule in rules() {
        fs::write(folder.join(format!("{}.md", rule.id)), docs::markdown(rule))?;
    }
    Ok(())
}
