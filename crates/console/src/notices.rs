//! What a certified package will still not do: the operations that the gateway refuses or never reaches, and credentials
//! that are not sent.

use backshell_auth::AuthPlan;
use backshell_gateway::{CompiledVersion, RoutingProblem};
use backshell_package::Package;
use backshell_templates::ProblemKind;
use serde::Serialize;
use utoipa::ToSchema;

/// The most notices that are listed.
const MAX_NOTICES: usize = 1_000;

/// Something that the publisher of a version should know. It does not keep the version from being published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notice {
    /// What it is about: `policy_invalid`, `policy_unsupported` or `policy` for a policy template, `auth` for the way
    /// connections prove themselves, `routing` for operations that are never reached.
    about: &'static str,
    /// What will not be done, and what to do about it.
    message: String,
    /// The operations that are refused for it; empty when none is, or all are.
    operations: Vec<String>,
}

/// Compiles the package as the gateway will, and says what does not come out of it.
pub(crate) fn notices(package: &Package) -> Vec<Notice> {
    let policies = backshell_templates::compile(package);
    let policies = policies.problems().iter().map(|problem| Notice {
        about: match problem.kind {
            ProblemKind::Invalid => "policy_invalid",
            ProblemKind::Unsupported => "policy_unsupported",
            ProblemKind::Warning => "policy",
        },
        message: problem.message.clone(),
        operations: problem.operations.iter().map(ToString::to_string).collect(),
    });
    let auth = match AuthPlan::compile(package) {
        Ok(plan) => plan.problems().to_vec(),
        Err(problem) => vec![problem],
    };
    let plain = |about, message| Notice { about, message, operations: Vec::new() };
    let auth = auth.iter().map(|problem| plain("auth", problem.to_string()));
    let version = CompiledVersion::of_package(package);
    let routing = version.problems().iter().map(|problem: &RoutingProblem| plain("routing", problem.to_string()));
    policies.chain(auth).chain(routing).take(MAX_NOTICES).collect()
}
