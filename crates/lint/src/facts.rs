//! What is known about a package from outside it: some rules compare the package with its publisher's registration and
//! with the connectors that are already published. Rules that need a fact are silent where it is not known.

use backshell_model::PublisherKind;
use std::sync::Arc;

/// What the caller knows about a package that is not written in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The name under which the publisher is registered.
    pub publisher: Option<String>,
    /// What kind of publisher it is.
    pub publisher_kind: Option<PublisherKind>,
    /// The titles of the connectors that are already published, the one that this package updates left out.
    pub other_titles: Arc<[String]>,
}
