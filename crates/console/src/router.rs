//! Puts the control listener together: the API, health and metrics, and what surrounds every request.

use crate::problem::{Kind, Problem};
use crate::state::ConsoleState;
use crate::{api, guard, health, metrics};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;
use utoipa::openapi::OpenApi;

/// The control listener.
#[derive(Clone, Copy, Debug)]
pub struct Console;

impl Console {
    /// Everything that the control listener answers. Outermost first: security headers, the host check, the time limit.
    pub fn router(state: ConsoleState) -> Router {
        let (endpoints, openapi) = api::endpoints().split_for_parts();
        // The document is the same for every request: it is written once.
        let document = serde_json::to_string(&openapi).unwrap_or_default();
        let describe = move || {
            let document = document.clone();
            async move { ([(header::CONTENT_TYPE, "application/json")], document) }
        };
        let guarded = endpoints
            .route(api::OPENAPI_PATH, get(describe))
            .route("/metrics", get(metrics::metrics))
            .fallback(no_such_address)
            .method_not_allowed_fallback(no_such_method)
            .layer(from_fn_with_state(state.clone(), guard::time_limit))
            .layer(from_fn_with_state(state.clone(), guard::host));
        // Probes come by address and not by name; what they learn is a word.
        Router::new()
            .route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready))
            .merge(guarded)
            .layer(from_fn(guard::security_headers))
            .with_state(state)
    }

    /// The description of the API, OpenAPI 3.1.
    pub fn openapi() -> OpenApi {
        api::endpoints().into_openapi()
    }
}

async fn no_such_address() -> Response {
    Problem::not_found("nothing answers at this address")
        .help(format!("`{}` lists what there is", api::OPENAPI_PATH))
        .into_response()
}

async fn no_such_method() -> Response {
    Problem::new(Kind::MethodNotAllowed, "this address does not know this method")
        .help(format!("`{}` lists what there is", api::OPENAPI_PATH))
        .into_response()
}
