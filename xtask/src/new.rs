//! `cargo xtask new rule NAME`: writes the skeleton of a rule file and takes it into the module lists.
//!
//! The skeleton compiles, and its tests fail until texts, examples and the check are written.

use crate::r#gen::{RULES, root, rule_id, write_module_lists};
use anyhow::{Result, bail, ensure};
use std::fs;

/// Folder and name of each group, as `backshell_lint::Group` has them.
const GROUPS: [(&str, &str); 12] = [
    ("operations", "Operations"),
    ("arrays", "Arrays"),
    ("unsupported", "Unsupported"),
    ("parameters", "Parameters"),
    ("properties", "Properties"),
    ("response", "Response"),
    ("security", "Security"),
    ("webhooks", "Webhooks"),
    ("metadata", "Metadata"),
    ("connector_guidelines", "ConnectorGuidelines"),
    ("api_properties", "ApiProperties"),
    ("package", "Package"),
];

/// Runs the command: `rule NAME` or `rule GROUP/NAME`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let [kind, name] = args else { bail!("usage: cargo xtask new rule [GROUP/]NAME") };
    ensure!(kind == "rule", "`{kind}` cannot be made yet; `rule` can");
    let (group, id) = split(name)?;
    let stem = file_stem(id);
    ensure!(rule_id(&stem) == id, "`{id}` is no rule id: write it in PascalCase, with `BS-` in front of one of ours");
    let Some((_, variant)) = GROUPS.iter().find(|(folder, _)| *folder == group) else {
        let known = GROUPS.map(|(folder, _)| folder).join(", ");
        bail!("there is no group `{group}`; the groups are {known}");
    };
    let path = root()?.join(RULES).join(group).join(format!("{stem}.rs"));
    ensure!(!path.exists(), "{} is already there", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, skeleton(id, variant))?;
    write_module_lists()
}

/// The group and the id that `name` stands for.
fn split(name: &str) -> Result<(&str, &str)> {
    if let Some((group, id)) = name.split_once('/') {
        return Ok((group, id));
    }
    match name {
        id if id.starts_with("BS-Props") => Ok(("api_properties", id)),
        id if id.starts_with("BS-Pkg") => Ok(("package", id)),
        id if id.starts_with("BS-") => Ok(("connector_guidelines", id)),
        id => bail!("which group does it belong to? for example: cargo xtask new rule operations/{id}"),
    }
}

fn file_stem(id: &str) -> String {
    let (mut stem, words) = id.strip_prefix("BS-").map_or((String::new(), id), |words| ("bs".to_owned(), words));
    for letter in words.chars() {
        if letter.is_ascii_uppercase() && !stem.is_empty() {
            stem.push('_');
        }
        stem.push(letter.to_ascii_lowercase());
    }
    stem
}

fn skeleton(id: &str, group: &str) -> String {
    let since = env!("CARGO_PKG_VERSION");
    format!(
        r##"use crate::Out;
use crate::rule::{{Example, Group, Rule, Source, Visit}};
use crate::view::{{Context, Operation}};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {{
    id: "{id}",
    group: Group::{group},
    severity: Severity::Error,
    since: "{since}",
    source: Source::SwaggerValidator,
    what: "",
    why: "",
    fix: "",
    bad: &[Example::Definition(
        r#"
{{ "paths": {{ "/items": {{ "get": {{}} }} }} }}
                        ^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{{ "paths": {{ "/items": {{ "get": {{}} }} }} }}
"#,
    )],
    visits: &[Visit::Operation(check)],
}};

fn check(_: &Context<'_>, _: &Operation<'_>, _: &mut Out<'_>) {{}}
"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_belong_together() {
        for id in ["OperationIdRequired", "BS-PropsInvalidJson", "OAuthSecurityRequirementValueMustBeScopeName"] {
            assert_eq!(rule_id(&file_stem(id)), id);
        }
        assert_eq!(split("BS-PkgFileMissing").unwrap().0, "package");
        assert!(split("OperationIdTooLong").is_err());
    }
}
