//! What a user gives when making a connection.

use crate::truth;
use backshell_source::Node;

/// The type of a connection parameter, letter case ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionParameterKind<'d> {
    /// `string`
    String,
    /// `securestring`: never shown again.
    SecureString,
    /// `oauthSetting`
    OAuth,
    /// `gatewaySetting`
    Gateway,
    /// `int`
    Int,
    /// `bool`
    Bool,
    /// Another word; empty when there is none.
    Other(&'d str),
}

/// One of the values that a closed list allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowedValue<'d> {
    /// What is stored.
    pub value: Node<'d>,
    /// What is shown; the value itself when nothing else is given and it is text.
    pub text: Option<&'d str>,
}

/// A connection parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionParameter<'d> {
    /// Its name, as written.
    pub name: &'d str,
    /// Its type.
    pub kind: ConnectionParameterKind<'d>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is not shown: its value comes from its default or from signing in.
    pub hidden: bool,
    /// `defaultValue`.
    pub default: Option<Node<'d>>,
    /// The closed list of values; empty when there is none.
    pub allowed_values: Vec<AllowedValue<'d>>,
    /// What it is called in the form.
    pub display_name: Option<&'d str>,
    /// Help for the form.
    pub description: Option<&'d str>,
    /// Its object.
    pub node: Node<'d>,
}

impl<'d> ConnectionParameter<'d> {
    /// The parameters that are the members of `node`, in document order.
    pub(crate) fn all(node: Node<'d>) -> Vec<Self> {
        let members = node.members().filter(|member| !member.shadowed && member.value.is_object());
        members.map(|member| Self::new(member.key, member.value)).collect()
    }

    fn new(name: &'d str, node: Node<'d>) -> Self {
        let interface = node.get_ignore_case("uiDefinition");
        let shown = |name: &str| interface.and_then(|interface| interface.get_ignore_case(name));
        let constraint = |name: &str| shown("constraints").and_then(|constraints| constraints.get_ignore_case(name));
        let flag = |name: &str| constraint(name).and_then(truth).unwrap_or(false);
        let allowed = node.get_ignore_case("allowedValues").or_else(|| constraint("allowedValues"));
        let described = || shown("schema").and_then(|schema| schema.get_ignore_case("description"));
        Self {
            name,
            kind: ConnectionParameterKind::new(node),
            required: flag("required"),
            hidden: flag("hidden"),
            default: node.get_ignore_case("defaultValue"),
            allowed_values: allowed.into_iter().flat_map(Node::items).filter_map(AllowedValue::new).collect(),
            display_name: shown("displayName").and_then(Node::as_str),
            description: shown("description").or_else(described).and_then(Node::as_str),
            node,
        }
    }

    /// Whether its value is filled from the sign-in of an OAuth parameter or configures it: its name is
    /// `<parameter>:<claim>`.
    pub fn is_claim(&self) -> bool {
        self.name.contains(':')
    }

    /// Whether its value must never be shown again.
    pub fn is_secret(&self) -> bool {
        self.kind == ConnectionParameterKind::SecureString
    }

    /// `oAuthSettings`.
    pub fn oauth_settings(&self) -> Option<Node<'d>> {
        self.node.get_ignore_case("oAuthSettings").filter(|node| node.is_object())
    }

    /// A member of `uiDefinition.constraints`.
    pub fn constraint(&self, name: &str) -> Option<Node<'d>> {
        self.node.get_ignore_case("uiDefinition")?.get_ignore_case("constraints")?.get_ignore_case(name)
    }
}

impl<'d> ConnectionParameterKind<'d> {
    fn new(node: Node<'d>) -> Self {
        let word = node.get_ignore_case("type").and_then(Node::as_str).unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
            "string" => Self::String,
            "securestring" => Self::SecureString,
            "oauthsetting" => Self::OAuth,
            "gatewaysetting" => Self::Gateway,
            "int" => Self::Int,
            "bool" => Self::Bool,
            _ => Self::Other(word),
        }
    }
}

impl<'d> AllowedValue<'d> {
    /// `{value, text}`, `{value, uiDefinition: {displayName}}` or a bare value.
    fn new(node: Node<'d>) -> Option<Self> {
        let value = if node.is_object() { node.get_ignore_case("value")? } else { node };
        let named = || node.get_ignore_case("uiDefinition")?.get_ignore_case("displayName");
        let text = node.get_ignore_case("text").or_else(named).unwrap_or(value).as_str();
        Some(Self { value, text })
    }
}

/// One of several ways to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSet<'d> {
    /// Names the set in stored connections.
    pub name: &'d str,
    /// What it is called in the form.
    pub display_name: Option<&'d str>,
    /// The parameters that exist for connections of this set.
    pub parameters: Vec<ConnectionParameter<'d>>,
    /// `metadata.allowSharing`: whether a connection of this set may be shared; `None` when nothing is said.
    pub allow_sharing: Option<bool>,
    /// Its object.
    pub node: Node<'d>,
}

impl<'d> ParameterSet<'d> {
    /// `None` when it has no name.
    pub(crate) fn new(node: Node<'d>) -> Option<Self> {
        let inner = |outer: &str, name: &str| node.get_ignore_case(outer)?.get_ignore_case(name);
        Some(Self {
            name: node.get_ignore_case("name")?.as_str()?,
            display_name: inner("uiDefinition", "displayName").and_then(Node::as_str),
            parameters: node.get_ignore_case("parameters").map(ConnectionParameter::all).unwrap_or_default(),
            allow_sharing: inner("metadata", "allowSharing").and_then(truth),
            node,
        })
    }
}
