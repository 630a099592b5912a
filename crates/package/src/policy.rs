//! Policy template instances: what a connector changes in requests and answers.

use crate::swagger::texts;
use backshell_source::Node;

/// When a policy acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicySection {
    /// Nothing is said; the template decides.
    None,
    /// Before the call to the service.
    Request,
    /// After its answer.
    Response,
    /// When the call failed.
    Failure,
    /// Another word.
    Other,
}

/// An instance of a policy template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy<'d> {
    /// Its place among the instances, from 0. Policies of one section act in this order.
    pub index: usize,
    /// `templateId` in lower case; empty when there is none.
    pub template_id: String,
    /// `title`; empty when there is none.
    pub title: &'d str,
    /// When it acts.
    pub section: PolicySection,
    /// The operations it is limited to, as written. Ask [`Policy::applies_to`], which knows what an empty list means.
    pub operations: Vec<&'d str>,
    /// Its object.
    pub node: Node<'d>,
    /// Whether nothing limits it to some operations.
    everywhere: bool,
}

impl<'d> Policy<'d> {
    pub(crate) fn new(index: usize, node: Node<'d>) -> Self {
        let text = |name: &str| node.get_ignore_case(name).and_then(Node::as_str).unwrap_or_default();
        let setting = |name: &str| node.get_ignore_case("parameters")?.get_ignore_case(name);
        let listed = setting("x-ms-apimTemplate-operationName");
        Self {
            index,
            template_id: text("templateId").to_ascii_lowercase(),
            title: text("title"),
            section: setting("x-ms-apimTemplate-policySection").map_or(PolicySection::None, PolicySection::new),
            operations: listed.and_then(Node::as_str).into_iter().chain(texts(listed)).collect(),
            node,
            everywhere: listed.is_none_or(|listed| listed.is_array() && listed.is_empty()),
        }
    }

    /// Whether it acts on this operation: it names it (letter case ignored), or its list is absent or empty. A list that
    /// holds only what is no operation id names none.
    pub fn applies_to(&self, operation_id: &str) -> bool {
        self.everywhere || self.operations.iter().any(|listed| listed.eq_ignore_ascii_case(operation_id))
    }

    /// Whether it acts on every operation.
    pub fn applies_everywhere(&self) -> bool {
        self.everywhere
    }

    /// The value of a template parameter: the member `x-ms-apimTemplateParameter.<name>` of `parameters`, letter case
    /// ignored.
    pub fn parameter(&self, name: &str) -> Option<Node<'d>> {
        self.node.get_ignore_case("parameters")?.get_ignore_case(&format!("x-ms-apimTemplateParameter.{name}"))
    }

    /// All template parameters with their names as written, without the prefix.
    pub fn parameters(&self) -> Vec<(&'d str, Node<'d>)> {
        const PREFIX: &str = "x-ms-apimTemplateParameter.";
        let members = self.node.get_ignore_case("parameters").map(Node::members).into_iter().flatten();
        members
            .filter(|member| !member.shadowed)
            .filter_map(|member| {
                let (front, name) = member.key.split_at_checked(PREFIX.len())?;
                front.eq_ignore_ascii_case(PREFIX).then_some((name, member.value))
            })
            .collect()
    }
}

impl PolicySection {
    fn new(node: Node<'_>) -> Self {
        match node.as_str().map(str::to_ascii_lowercase).as_deref() {
            Some("") => Self::None,
            Some("request") => Self::Request,
            Some("response") => Self::Response,
            Some("failure") => Self::Failure,
            _ => Self::Other,
        }
    }
}
