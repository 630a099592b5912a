//! What only the organisation knows, as its settings say.

use crate::directory::Directory;
use crate::flows::FlowKey;

/// In which role the organisation runs Backshell (Art. 4(7) and (8)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// For its own purposes.
    Controller,
    /// On behalf of others.
    Processor,
    /// Both.
    Both,
}

/// Texts that hold for a connector, for an environment, or for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scoped(Vec<(Scope, String)>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    All,
    Environment(String),
    Connector(String),
}

/// Why the organisation's settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationError {
    /// An entry does not say what it holds for.
    #[error("`{0}` does not say what it is about; write `*=…`, `env:NAME=…` or `CONNECTOR=…`")]
    NoScope(String),
    /// An entry has no text.
    #[error("`{0}` has no text behind its `=`")]
    NoText(String),
    /// A text is too long.
    #[error("the text for `{0}` is longer than 2000 characters")]
    TooLong(String),
    /// The role is none.
    #[error("`{0}` is no role; write `controller`, `processor` or `both`")]
    NoRole(String),
}

/// The longest text of a setting, characters.
const LONGEST: usize = 2_000;

impl Scoped {
    /// Reads entries of the form `*=TEXT`, `env:NAME=TEXT` or `CONNECTOR=TEXT`. An environment is named by its name or its
    /// identifier, a connector by its slug.
    pub fn parse(entries: &[String]) -> Result<Self, OrganisationError> {
        let parsed = entries.iter().map(|entry| {
            let short = || entry.chars().take(64).collect::<String>();
            let (scope, text) = entry.split_once('=').ok_or_else(|| OrganisationError::NoScope(short()))?;
            let (scope, text) = (scope.trim(), text.trim());
            if scope.is_empty() || scope == "env:" {
                return Err(OrganisationError::NoScope(short()));
            }
            if text.is_empty() {
                return Err(OrganisationError::NoText(short()));
            }
            if text.chars().count() > LONGEST {
                return Err(OrganisationError::TooLong(short()));
            }
            let scope = match scope.strip_prefix("env:") {
                Some(environment) => Scope::Environment(environment.trim().to_owned()),
                None if scope == "*" => Scope::All,
                None => Scope::Connector(scope.to_owned()),
            };
            Ok((scope, text.to_owned()))
        });
        parsed.collect::<Result<_, _>>().map(Self)
    }

    /// The text for a flow: the connector's, else the environment's, else the one for everything.
    pub(crate) fn text(&self, environment: &str, connector: &str, directory: &Directory) -> Option<&str> {
        let name = directory.environment(environment);
        let rank = |scope: &Scope| match scope {
            Scope::Connector(slug) => (slug == connector).then_some(2),
            Scope::Environment(wanted) => (*wanted == environment || *wanted == name).then_some(1),
            Scope::All => Some(0),
        };
        let best = self.0.iter().filter_map(|(scope, text)| Some((rank(scope)?, text))).max_by_key(|(rank, _)| *rank);
        best.map(|(_, text)| text.as_str())
    }

    /// As [`Scoped::text`], for a flow's key.
    pub(crate) fn for_flow(&self, key: &FlowKey, directory: &Directory) -> Option<&str> {
        self.text(&key.environment, &key.connector, directory)
    }
}

/// What the settings say about the organisation. Everything may be missing; it is then shown as to be filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    /// In which role it runs Backshell.
    pub role: Option<Role>,
    /// Its name.
    pub name: Option<String>,
    /// How it is reached.
    pub contact: Option<String>,
    /// Joint controllers.
    pub joint_controllers: Option<String>,
    /// Its representative in the Union.
    pub representative: Option<String>,
    /// Its data protection officer.
    pub dpo: Option<String>,
    /// As a processor: the controllers that it acts for.
    pub controllers: Scoped,
    /// The purposes of the processing.
    pub purposes: Scoped,
    /// The categories of data subjects.
    pub data_subjects: Scoped,
    /// The categories of personal data.
    pub data_categories: Scoped,
    /// The time limits for erasure of the data itself.
    pub erasure: Scoped,
    /// Safeguards of transfers, where no grant records one.
    pub safeguards: Scoped,
    /// Security measures beside those of the product.
    pub security: Option<String>,
}

impl Role {
    /// Reads a setting.
    pub fn parse(text: &str) -> Result<Self, OrganisationError> {
        match text {
            "controller" => Ok(Self::Controller),
            "processor" => Ok(Self::Processor),
            "both" => Ok(Self::Both),
            _ => Err(OrganisationError::NoRole(text.chars().take(64).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::EnvironmentFacts;
    use backshell_model::Region;

    #[test]
    fn the_nearest_text_holds() {
        let entries = ["*=everything", "env:production=production", "crm=customers = people", "env:env_2=second"];
        let scoped = Scoped::parse(&entries.map(str::to_owned)).unwrap();
        let facts = EnvironmentFacts { name: "production".to_owned(), home: Region::new("westeurope") };
        let directory = Directory { environments: [("env_1".to_owned(), facts)].into(), ..Directory::default() };
        let text = |environment, connector| scoped.text(environment, connector, &directory);
        assert_eq!(text("env_1", "crm"), Some("customers = people"));
        assert_eq!(text("env_1", "erp"), Some("production"));
        assert_eq!(text("env_2", "erp"), Some("second"));
        assert_eq!(text("env_3", "erp"), Some("everything"));
        assert_eq!(Scoped::default().text("env_1", "crm", &directory), None);
    }

    #[test]
    fn entries_that_say_nothing_are_refused() {
        let parse = |entry: &str| Scoped::parse(&[entry.to_owned()]);
        for entry in ["purposes", "=text", "env:=text"] {
            assert!(matches!(parse(entry), Err(OrganisationError::NoScope(_))), "{entry}");
        }
        assert!(matches!(parse("crm= "), Err(OrganisationError::NoText(_))));
        assert!(matches!(parse(&format!("crm={}", "x".repeat(2_001))), Err(OrganisationError::TooLong(_))));
        assert!(Role::parse("owner").is_err());
    }
}
