//! `apiProperties.json`: connection parameters, policies and who stands behind the connector.

use crate::connection_parameter::{ConnectionParameter, ParameterSet};
use crate::policy::Policy;
use crate::swagger::texts;
use backshell_source::{Document, Node};

/// The properties file, read as JSON. Names are matched without regard to ASCII letter case.
#[derive(Clone, Debug)]
pub struct Properties {
    /// Its path in the package.
    pub file: String,
    /// The document.
    pub document: Document,
}

impl Properties {
    /// The object under `properties`.
    pub fn node(&self) -> Option<Node<'_>> {
        self.document.root().get_ignore_case("properties").filter(|node| node.is_object())
    }

    /// A member of the object under `properties`.
    pub fn get(&self, name: &str) -> Option<Node<'_>> {
        self.node()?.get_ignore_case(name)
    }

    /// `connectionParameters`: what a user gives when making a connection. Where there are sets
    /// ([`Properties::parameter_sets`]) they take the place of these.
    pub fn connection_parameters(&self) -> Vec<ConnectionParameter<'_>> {
        self.get("connectionParameters").map(ConnectionParameter::all).unwrap_or_default()
    }

    /// The connection parameter of this name, letter case ignored.
    pub fn connection_parameter(&self, name: &str) -> Option<ConnectionParameter<'_>> {
        let mut parameters = self.connection_parameters();
        let index = parameters.iter().position(|parameter| parameter.name.eq_ignore_ascii_case(name))?;
        Some(parameters.swap_remove(index))
    }

    /// `connectionParameterSets.values`: several ways to connect, of which a user picks one.
    pub fn parameter_sets(&self) -> Vec<ParameterSet<'_>> {
        let values = self.get("connectionParameterSets").and_then(|sets| sets.get_ignore_case("values"));
        values.into_iter().flat_map(Node::items).filter_map(ParameterSet::new).collect()
    }

    /// `policyTemplateInstances`, in order. What is no object is left out, and does not shift the others' index.
    pub fn policies(&self) -> Vec<Policy<'_>> {
        let instances = self.get("policyTemplateInstances").into_iter().flat_map(Node::items).enumerate();
        instances.filter(|(_, node)| node.is_object()).map(|(index, node)| Policy::new(index, node)).collect()
    }

    /// The operations that the script handles, as listed in `scriptOperations` or in the older `script.operationIds`.
    /// With a script, an empty or absent list means all: ask [`Package::needs_script`](crate::Package::needs_script).
    pub fn script_operations(&self) -> Vec<&str> {
        let older = || self.get("script")?.get_ignore_case("operationIds");
        texts(self.get("scriptOperations").or_else(older))
    }

    /// `publisher`.
    pub fn publisher(&self) -> Option<&str> {
        self.get("publisher")?.as_str()
    }

    /// `stackOwner`: who owns the service behind the connector.
    pub fn stack_owner(&self) -> Option<&str> {
        self.get("stackOwner")?.as_str()
    }

    /// `capabilities`, as written.
    pub fn capabilities(&self) -> Vec<&str> {
        texts(self.get("capabilities"))
    }

    /// `iconBrandColor`, as written.
    pub fn icon_brand_color(&self) -> Option<&str> {
        self.get("iconBrandColor")?.as_str()
    }
}
