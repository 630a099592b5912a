//! What the database knows about the names that stand in records: connectors, environments, grants.

use backshell_model::{Infrastructure, PublisherKind, Region};
use std::collections::BTreeMap;

/// A connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorFacts {
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// What sort of publisher that is.
    pub publisher_kind: PublisherKind,
    /// Whether the service behind it is the operator's own.
    pub infrastructure: Infrastructure,
    /// The privacy policy that its definition names.
    pub policy: Option<String>,
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentFacts {
    /// Its name.
    pub name: String,
    /// Its home region.
    pub home: Region,
}

/// A crossing grant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantFacts {
    /// The transfer basis that was recorded.
    pub basis: String,
    /// The purpose that was recorded.
    pub purpose: String,
    /// When it ends, as a date.
    pub until: String,
}

/// Everything that is known about names. What is not in it is shown by its identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// By slug.
    pub connectors: BTreeMap<String, ConnectorFacts>,
    /// By identifier.
    pub environments: BTreeMap<String, EnvironmentFacts>,
    /// By identifier.
    pub grants: BTreeMap<String, GrantFacts>,
    /// When and for which time the declaration behind a piece of evidence was signed, as `signed DATE, valid from DATE to
    /// DATE`, by the evidence's identifier.
    pub signed: BTreeMap<String, String>,
}

impl Directory {
    /// The environment's name, or its identifier.
    pub(crate) fn environment(&self, id: &str) -> String {
        self.environments.get(id).map_or_else(|| id.to_owned(), |facts| facts.name.clone())
    }

    /// The connector's title, or its slug.
    pub(crate) fn title(&self, slug: &str) -> String {
        self.connectors.get(slug).map_or_else(|| slug.to_owned(), |facts| facts.title.clone())
    }

    /// Whether the service is the operator's own.
    pub(crate) fn is_own(&self, slug: &str) -> bool {
        self.connectors.get(slug).is_some_and(|facts| facts.infrastructure == Infrastructure::Internal)
    }

    /// Who takes the data over. The service decides, not the connector: only a verified publisher is known to be the
    /// company behind the service; of others no more is known than the host and who published the connector.
    pub(crate) fn recipient(&self, slug: &str, host: &str) -> String {
        match self.connectors.get(slug) {
            None => format!("the company that runs {host}"),
            Some(facts) if facts.infrastructure == Infrastructure::Internal => "the operator's own service".to_owned(),
            Some(facts) if facts.publisher_kind == PublisherKind::Verified => facts.publisher.clone(),
            Some(facts) => format!("the company that runs {host} (connector published by {})", facts.publisher),
        }
    }
}
