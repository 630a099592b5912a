//! Policy templates: how a connector changes the requests to its service and the answers.
//!
//! A package's instances are compiled once, into a plan per operation; instances act in the order of the package. Values
//! with expressions in them read the connection's settings and the call. Secrets are *sealed references* here: a
//! template can move and extend one, and never sees its value.
//!
//! Wherever templates send a request, the boundary judges it afterwards; nothing here is a permission to go there.
//! Templates of the format that are not executed yet are recognised, and the operations they act on are refused.
//!
//! What this crate does not do: it sends nothing, opens no secret and resolves no name.
//!
//! Start reading at [`on_request`], then one file of `templates`, then [`compile`].

mod compile;
mod error;
pub mod expression;
mod instance;
mod run;
mod templates;
mod value;

pub use compile::{HostRoots, OperationPlan, ProblemKind, TemplateProblem, TemplateSet, compile};
pub use error::TemplateError;
pub use run::{on_request, on_response, on_response_body};
pub use templates::updatenextlink::{NextLink, Unreadable};
pub use value::Context;
