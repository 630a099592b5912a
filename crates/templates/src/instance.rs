//! One instance of a policy template, with what the rest of the package says about the names in it.

use crate::expression::{self, Call, Function, Part};
use backshell_package::{ConnectionParameter, Policy, PolicySection};
use backshell_source::Node;
use http::HeaderName;
use std::collections::HashMap;

/// Why an instance cannot be executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InstanceError {
    /// It is wrong.
    Invalid(String),
    /// It is of a kind that is not executed yet.
    Unsupported(String),
}

impl InstanceError {
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }
}

/// What is declared about a connection parameter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    /// Its value is never shown.
    pub(crate) secret: bool,
    /// The only values it may have; empty for any.
    pub(crate) allowed: Vec<String>,
}

/// The connection parameters of a package by lower-case name.
pub(crate) type Declarations = HashMap<String, Declared>;

/// Adds parameters to what is declared. A name of several sets is secret if it is so in one, and free if it is so in one.
pub(crate) fn declare(declarations: &mut Declarations, parameters: &[ConnectionParameter<'_>]) {
    for parameter in parameters {
        let allowed: Vec<String> =
            parameter.allowed_values.iter().filter_map(|allowed| scalar(allowed.value)).collect();
        let name = parameter.name.to_ascii_lowercase();
        match declarations.get_mut(&name) {
            None => {
                declarations.insert(name, Declared { secret: parameter.is_secret(), allowed });
            }
            Some(declared) => {
                declared.secret |= parameter.is_secret();
                if declared.allowed.is_empty() || allowed.is_empty() {
                    declared.allowed.clear();
                } else {
                    declared.allowed.extend(allowed);
                }
            }
        }
    }
}

/// A text, number or boolean as text.
fn scalar(node: Node<'_>) -> Option<String> {
    let text = node.as_str().or_else(|| node.number_text());
    text.map(str::to_owned).or_else(|| node.as_bool().map(|value| value.to_string()))
}

/// An instance that is being compiled.
pub(crate) struct Instance<'a> {
    pub(crate) policy: &'a Policy<'a>,
    pub(crate) declarations: &'a Declarations,
}

impl Instance<'_> {
    /// Refuses a section in which the template has no meaning.
    pub(crate) fn acts_on_requests(&self) -> Result<(), InstanceError> {
        match self.policy.section {
            PolicySection::None | PolicySection::Request => Ok(()),
            _ => Err(InstanceError::invalid("this policy template acts on requests; remove the policy section")),
        }
    }

    /// A template parameter as text.
    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        self.policy.parameter(name).and_then(scalar)
    }

    /// A template parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<String, InstanceError> {
        self.optional(name).ok_or_else(|| InstanceError::Invalid(format!("the template parameter `{name}` is missing")))
    }

    /// A template parameter with expressions in it, each of them checked.
    pub(crate) fn expression(&self, name: &str) -> Result<Vec<Part>, InstanceError> {
        let parts =
            expression::parse(&self.required(name)?).map_err(|error| InstanceError::invalid(error.to_string()))?;
        for part in &parts {
            if let Part::Call(call) = part {
                self.check(call)?;
            }
        }
        Ok(parts)
    }

    /// What is declared about the connection parameter that a call reads; `None` for other calls.
    pub(crate) fn declared(&self, call: &Call) -> Option<&Declared> {
        let reads = call.function == Function::ConnectionParameters;
        reads.then(|| self.declarations.get(&call.name.to_ascii_lowercase())).flatten()
    }

    fn check(&self, call: &Call) -> Result<(), InstanceError> {
        let shown: String = call.name.chars().take(60).collect();
        match call.function {
            Function::ConnectionParameters => match self.declared(call) {
                Some(_) => Ok(()),
                None => Err(InstanceError::Invalid(format!(
                    "the connection parameter `{shown}` is not declared; declare it or correct its name"
                ))),
            },
            Function::QueryParameters => Ok(()),
            Function::Headers if HeaderName::try_from(call.name.as_str()).is_ok() => Ok(()),
            Function::Headers => Err(InstanceError::Invalid(format!("`{shown}` is no header name"))),
            Function::EnvironmentVariables => {
                Err(InstanceError::Unsupported("environment variables in policies are not supported yet".to_owned()))
            }
            Function::Body | Function::Item | Function::TriggerBody => Err(InstanceError::Invalid(format!(
                "`@{}` has no meaning in this policy template, which does not read bodies",
                call.function.as_str()
            ))),
        }
    }
}
