//! Submission archives: what is handed in for certification instead of the connector's own files.
//!
//! Such an archive holds a text for the reviewers and one inner archive, in that a folder, and in the folder the solutions
//! (archives again) that contain the connector and a flow that uses it. The archives within are opened in memory, with the
//! limits of a package, and share one budget of expanded bytes.

use crate::rule::{DEFINITION, PROPERTIES};
use crate::view::Package;
use backshell_package::{Limits, PackageFile, Problem, read_nested};

/// How many solutions are opened. Three are the most that a sound archive has.
const MOST_SOLUTIONS: usize = 8;

/// A submission archive.
pub(crate) struct Submission<'p> {
    /// The Markdown files at its top.
    pub(crate) texts: Vec<&'p PackageFile>,
    /// The archives at its top.
    pub(crate) archives: Vec<&'p PackageFile>,
    /// The first of these, opened, or why it could not be; `None` when there is none.
    pub(crate) inner: Option<Result<Inner, String>>,
}

/// The inner archive.
pub(crate) struct Inner {
    /// Its path in the submission archive.
    pub(crate) path: String,
    /// The folders at its top.
    pub(crate) folders: Vec<String>,
    /// The first folder within the first folder.
    pub(crate) nested: Option<String>,
    /// How many archives the first folder has.
    pub(crate) archives: usize,
    /// These, as far as they were opened.
    pub(crate) solutions: Vec<Solution>,
}

/// A solution.
pub(crate) struct Solution {
    /// Its path in the submission archive.
    pub(crate) path: String,
    /// What it holds, or why it could not be opened.
    pub(crate) content: Result<Components, String>,
}

/// What a solution holds.
pub(crate) struct Components {
    /// The names of the files and folders at its top.
    pub(crate) names: Vec<String>,
    /// Whether its customizations name a connector.
    pub(crate) has_connector: bool,
    /// Whether they name flows.
    pub(crate) has_workflows: bool,
    /// Whether they name an AI plug-in.
    pub(crate) has_plugin: bool,
}

impl<'p> Submission<'p> {
    /// Opens the submission archive that a package is: it has archives or an `intro.md` without a readme at its top, and
    /// neither of the files that make a connector.
    pub(crate) fn open(package: &Package<'p>) -> Option<Self> {
        let files = || package.top_level();
        let archives: Vec<_> = files().filter(|file| has_extension(&file.path, "zip")).collect();
        let has = |name: &str| files().any(|file| file.path.eq_ignore_ascii_case(name));
        let is_handed_in = !archives.is_empty() || has("intro.md") && !has("readme.md");
        if !is_handed_in || !package.is_complete() || has(DEFINITION) || has(PROPERTIES) {
            return None;
        }
        let texts = files().filter(|file| has_extension(&file.path, "md")).collect();
        Some(Self { texts, inner: archives.first().map(|first| Inner::open(first)), archives })
    }

    /// The inner archive, if it could be opened.
    pub(crate) fn opened(&self) -> Option<&Inner> {
        self.inner.as_ref()?.as_ref().ok()
    }

    /// The solutions that could be opened.
    pub(crate) fn components(&self) -> impl Iterator<Item = &Components> {
        let solutions = self.opened().into_iter().flat_map(|inner| &inner.solutions);
        solutions.filter_map(|solution| solution.content.as_ref().ok())
    }
}

impl Inner {
    fn open(archive: &PackageFile) -> Result<Self, String> {
        let mut limits = Limits::default();
        let files = nested(archive, &mut limits)?;
        let mut folders: Vec<String> = Vec::new();
        let mut inner =
            Self { path: archive.path.clone(), folders: Vec::new(), nested: None, archives: 0, solutions: Vec::new() };
        for file in &files {
            let Some((folder, name)) = file.path.split_once('/') else { continue };
            if !folders.iter().any(|known| known == folder) {
                folders.push(folder.to_owned());
            }
            if folders.first().is_none_or(|first| first != folder) {
                continue;
            }
            if let Some((deeper, _)) = name.split_once('/') {
                inner.nested.get_or_insert_with(|| format!("{folder}/{deeper}"));
            } else if has_extension(name, "zip") {
                inner.archives += 1;
                if inner.solutions.len() < MOST_SOLUTIONS {
                    let content = nested(file, &mut limits).map(|files| Components::of(&files));
                    inner.solutions.push(Solution { path: format!("{}/{}", archive.path, file.path), content });
                }
            }
        }
        inner.folders = folders;
        Ok(inner)
    }
}

impl Components {
    fn of(files: &[PackageFile]) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in files.iter().filter_map(|file| file.path.split('/').next()) {
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        }
        let customizations = files.iter().find(|file| file.path.eq_ignore_ascii_case("customizations.xml"));
        let text = customizations.map(PackageFile::text).unwrap_or_default();
        Self {
            names,
            has_connector: has_element(&text, "Connector"),
            has_workflows: has_element(&text, "Workflows"),
            has_plugin: has_element(&text, "aicopilot_aiplugin"),
        }
    }

    /// Whether a file or folder of this name is at its top, letter case ignored.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// The files of an archive within the archive. What it expands to is taken from the limits.
fn nested(archive: &PackageFile, limits: &mut Limits) -> Result<Vec<PackageFile>, String> {
    let said = |problems: Vec<Problem>| problems.into_iter().next().map(|problem| problem.message).unwrap_or_default();
    let files = read_nested(&archive.path, &archive.bytes, limits).map_err(said)?;
    let expanded = files.iter().map(|file| file.bytes.len() as u64).sum();
    limits.max_expanded_bytes = limits.max_expanded_bytes.saturating_sub(expanded);
    Ok(files)
}

/// Whether the first element of this name in an XML text says something: it has an attribute or a content. Exported
/// solutions list every kind of component, most of them as empty elements.
fn has_element(xml: &str, name: &str) -> bool {
    let says_something = |at: usize| {
        let rest = xml.get(at..)?.strip_prefix('<')?.strip_prefix(name)?;
        rest.starts_with([' ', '\t', '\r', '\n', '/', '>']).then_some(())?;
        let (tag, content) = rest.split_once('>').unwrap_or((rest, "</"));
        let has_attributes = !tag.trim_end_matches('/').trim().is_empty();
        Some(has_attributes || !(tag.ends_with('/') || content.trim_start().starts_with("</")))
    };
    xml.match_indices('<').find_map(|(at, _)| says_something(at)).unwrap_or(false)
}

/// Whether a file name ends in a dot and this extension, letter case ignored.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_elements_say_nothing() {
        for (xml, expected) in [
            ("<a><Workflows></Workflows></a>", false),
            ("<a><Workflows />", false),
            ("<a><Workflows>\r\n  </Workflows>", false),
            ("<a><Workflows><Workflow /></Workflows>", true),
            ("<a><Workflows x=\"1\" />", true),
            ("<WorkflowsOfOthers><b/></WorkflowsOfOthers>", false),
            ("Workflows", false),
        ] {
            assert_eq!(has_element(xml, "Workflows"), expected, "{xml}");
        }
    }
}
