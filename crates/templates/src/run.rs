//! Runs the plan of an operation.

use crate::compile::OperationPlan;
use crate::error::TemplateError;
use crate::templates::Step;
use crate::templates::updatenextlink::{self, NextLink, Unreadable, UpdateNextLink};
use crate::value::Context;
use backshell_model::ShapedRequest;
use backshell_permission::Permitted;
use http::HeaderMap;

/// Shapes the request of a permitted call: every step in the order of the package. An operation that a policy problem
/// concerns is refused here.
pub fn on_request(
    permitted: &Permitted,
    plan: &OperationPlan,
    context: &Context<'_>,
    mut request: ShapedRequest,
) -> Result<ShapedRequest, TemplateError> {
    if permitted.operation() != &plan.operation {
        return Err(TemplateError::other_operation());
    }
    if let Some(refusal) = &plan.refusal {
        return Err(refusal.clone());
    }
    for step in &plan.steps {
        step.on_request(context, &mut request)?;
    }
    Ok(request)
}

/// Changes the headers of an answer, whatever its status. Expressions read the call as it came, without credentials.
pub fn on_response(plan: &OperationPlan, context: &Context<'_>, headers: &mut HeaderMap) {
    for step in &plan.steps {
        if let Step::SetResponseHeader(step) = step.as_ref() {
            step.on_response(context, headers);
        }
    }
}

/// Exchanges the addresses of next pages in the body of an answer for what `through` makes of them. `Ok(None)` where the
/// body stays as it is, `Err` where it is no JSON.
pub fn on_response_body(
    plan: &OperationPlan,
    body: &[u8],
    through: impl FnMut(&str) -> NextLink,
) -> Result<Option<Vec<u8>>, Unreadable> {
    let steps: Vec<&UpdateNextLink> = plan.next_links().collect();
    updatenextlink::rewrite(&steps, body, through)
}
