//! The life of a call, top to bottom, in the order in which it travels.
//!
//! ```text
//! request -> identify -> route -> cell -> permission -> templates -> resolve + boundary -> secret -> ledger -> upstream -> response
//!               |          |        |         |            |               |                 |         |         |
//!               v          v        v         v            v               v                 v         v         v
//!            Caller      Route  CellInside Permitted  ShapedRequest      Placed        Credentialed  Receipt  Completion
//! ```
//! Each value can only be made from the ones before it, so a step that is skipped does not compile. The body of the
//! request is not touched before `upstream.send`. Every exit is on record: a refusal as such, a call that was decided by
//! its completion.

use crate::body::{Completion, ResponseBody};
use crate::compiled::{CompiledOperation, CompiledVersion, template_refusal};
use crate::identify;
use crate::pages;
use crate::receive::{self, Address};
use crate::refusal::{Code, Refusal};
use crate::reserve::Reserve;
use crate::respond::{self, Summary};
use crate::settings::Settings;
use crate::snapshot::{Border, Known, Route, Snapshot};
use crate::state::Gateway;
use backshell_auth::Credentialed;
use backshell_boundary::{CellInside, Decision, Grade, Placed, Row, Terms};
use backshell_ledger::{
    BoundaryOutcome, CellName, CompletionRecord, DecisionRecord, Ended, Ledger, LedgerError, Receipt, RefusalRecord,
    Who,
};
use backshell_model::{CallId, Caller, ConnectionId, QueryPair, ServiceRoot, ShapedRequest, Timestamp};
use backshell_permission::{CallTarget, Permitted};
use backshell_templates::{Context, OperationPlan};
use backshell_upstream::{RequestBody, Upstream};
use http::{HeaderMap, Method, Request, Response, request};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// One worker's share of the gateway: its own upstream connections, its own count of running calls.
#[derive(Debug)]
pub(crate) struct Worker {
    gateway: Gateway,
    ledger: Ledger,
    upstream: Upstream,
    call_ids: Reserve,
    running: Arc<AtomicUsize>,
    out_of_time: Arc<AtomicBool>,
}

impl Worker {
    /// To be made on the worker's own runtime.
    pub(crate) fn new(gateway: Gateway) -> Self {
        let ledger = gateway.parts().ledger.on_this_thread();
        let upstream = Upstream::new(Arc::clone(&gateway.parts().dialler), gateway.settings().upstream);
        let call_ids = Reserve::new(Arc::clone(&gateway.parts().random));
        Self { gateway, ledger, upstream, call_ids, running: Arc::default(), out_of_time: Arc::default() }
    }

    pub(crate) fn settings(&self) -> &Settings {
        self.gateway.settings()
    }

    pub(crate) fn sweep(&self) {
        self.upstream.sweep();
    }

    /// From here on calls that end unfinished were given up by the gateway, not by their callers.
    pub(crate) fn give_up(&self) {
        self.out_of_time.store(true, Ordering::Relaxed);
    }

    /// Answers a request, whatever happens to it.
    #[expect(clippy::manual_async_fn, reason = "an async fn moves its arguments once more")]
    pub(crate) fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<ResponseBody>, Infallible>> + Send {
        async move {
            let metrics = self.gateway.metrics();
            let running = metrics.enter(&self.running);
            let mut trace = Trace::new(self.gateway.now(), &self.call_ids);
            let outcome = pin!(self.call(request, &mut trace)).await;
            Ok(match outcome {
                Ok(response) => {
                    metrics.answered(response.status().as_u16());
                    response.map(|body| body.counted(running))
                }
                Err(refusal) => {
                    metrics.refused(refusal.code);
                    // Apart on the heap: a call that is not refused does not carry the room for it.
                    Box::pin(self.record_refusal(&trace, &refusal)).await;
                    refusal.into_response(trace.call)
                }
            })
        }
    }

    /// The pipeline.
    ///
    /// Longer steps are pinned where they are made: awaited directly, their kilobytes would be moved first.
    #[expect(clippy::manual_async_fn, reason = "an async fn moves its arguments once more")]
    fn call(
        &self,
        request: Request<Incoming>,
        trace: &mut Trace,
    ) -> impl Future<Output = Result<Response<ResponseBody>, Refusal>> + Send {
        async move {
            self.admit()?;
            let snapshot = self
                .gateway
                .snapshot_at(trace.at)
                .map_err(|stale| Refusal::new(Code::StaleState, stale.to_string()))?;
            receive::method(request.method())?;
            let uri = request.uri().clone();

            // What only these steps need ends with the block, here and below: the rest is kept while the call waits.
            let (route, inside, target, permitted, shaped, asked, body) = {
                let (head, body) = request.into_parts();
                let caller = identified(&snapshot, &head, trace)?;
                let address = receive::address(&uri)?;
                let route = self.route(&snapshot, &address, trace)?;
                let inside = self.cell(&route.environment.border, trace)?;
                let target = find(&route, &head.method, &address, trace)?;
                let permitted = permit(&snapshot, &caller, &route, &target, trace)?;
                receive::length(&body, self.settings().max_request_body)?;
                let (shaped, asked) = shape(&permitted, &route, &target, head)?;
                (route, inside, target, permitted, shaped, asked, body)
            };
            let (summary, credentialed) = {
                let placed = pin!(self.place(permitted, inside, shaped, &route, trace)).await?;
                (Summary::of(&placed, &route, &target), self.credential(placed, &route)?)
            };
            let receipt = pin!(self.record_decision(&summary, trace)).await?;

            let body = RequestBody::stream(body, self.settings().max_request_body);
            let completion = self.completion(&summary, &body, trace);
            let mut answer = pin!(self.send(credentialed, receipt, body, completion)).await?;
            if asked.reads_answer {
                // Apart on the heap: most calls do not carry the room for it.
                answer =
                    Box::pin(pages::through_gateway(answer, &asked, &summary, &self.settings().public_url)).await?;
            }
            respond::respond(answer, &asked, &summary, trace.call, self.gateway.metrics())
        }
    }

    /// Too many calls at once are turned away rather than queued: a queue without an end is an outage later.
    fn admit(&self) -> Result<(), Refusal> {
        if self.running.load(Ordering::Relaxed) > self.settings().max_calls_per_worker {
            return Err(Refusal::new(Code::Overloaded, "too many calls are running on this node; try again shortly"));
        }
        Ok(())
    }

    /// The connection that a request names, when this cell holds it. For one that belongs elsewhere all that is known is
    /// its environment's border, which refuses.
    fn route(&self, snapshot: &Snapshot, address: &Address<'_>, trace: &mut Trace) -> Result<Arc<Route>, Refusal> {
        let unknown = || {
            let detail =
                format!("there is no connection `{}` of the connector `{}`", address.connection, address.connector);
            Refusal::new(Code::UnknownConnection, detail)
        };
        match snapshot.connection(address.connection).ok_or_else(unknown)? {
            Known::Here(route) if route.connection.connector == address.connector => {
                trace.route = Some(Arc::clone(route));
                Ok(Arc::clone(route))
            }
            Known::Here(_) => Err(unknown()),
            Known::Elsewhere(border) => {
                trace.elsewhere = Some((address.connection, Arc::clone(border)));
                self.cell(border, trace)?;
                // Attested since the snapshot was made, which then holds too little.
                Err(Refusal::new(Code::StaleState, "this node learns what it may serve; try again shortly"))
            }
        }
    }

    /// May this cell process calls of the environment? Asked before permission and before the body is read.
    fn cell(&self, border: &Border, trace: &mut Trace) -> Result<CellInside, Refusal> {
        let allowed = border.allowed.as_ref().map_err(|error| {
            trace.row = Some((error.row().as_str(), error.reason()));
            Refusal::new(Code::EgressRefused, format!("the environment's boundary cannot be kept: {error}"))
                .reason(error.reason())
        })?;
        let identity = self.settings().cell.identity();
        let inside = backshell_boundary::cell_decision(&identity, trace.at, allowed).map_err(|wrong| {
            trace.row = Some((wrong.row.as_str(), wrong.reason()));
            Refusal {
                home_cell: border.home_cell.clone(),
                ..Refusal::new(Code::WrongCell, wrong.to_string()).reason(wrong.reason())
            }
        })?;
        trace.inside = Some(inside.clone());
        Ok(inside)
    }

    #[expect(clippy::manual_async_fn, reason = "an async fn moves its arguments once more")]
    fn place(
        &self,
        permitted: Permitted,
        inside: CellInside,
        shaped: ShapedRequest,
        route: &Route,
        trace: &mut Trace,
    ) -> impl Future<Output = Result<Placed, Refusal>> + Send {
        async move {
            let facts = &route.environment;
            let Ok(allowed) = &facts.border.allowed else { return Err(internal()) };
            held(route, &shaped.root).inspect_err(|_| {
                trace.host = Some(shaped.root.host.clone());
                trace.refused_by(Row::D06);
            })?;
            let terms = Terms {
                allowed,
                egress: facts.environment.egress,
                certified: &route.roots.certified,
                approved: &route.approved,
                infrastructure: route.infrastructure,
                inventory: &self.settings().inventory,
                addresses: &self.settings().addresses,
                evidence: &*self.gateway.parts().evidence,
                grants: &route.grants,
                now: trace.at,
            };
            let resolver = &*self.gateway.parts().resolver;
            let placed =
                backshell_boundary::place(permitted, inside, shaped, &terms, resolver).await.map_err(|refused| {
                    trace.host = Some(refused.root.host.clone());
                    trace.row = Some((refused.row.as_str(), refused.reason));
                    trace.decision.clone_from(&refused.decision);
                    trace.addresses.clone_from(&refused.addresses);
                    Refusal::new(respond::place_code(refused.code), refused.to_string()).reason(refused.reason)
                })?;
            if placed.notice() {
                self.gateway.metrics().notice();
            }
            Ok(placed)
        }
    }

    /// Opens the sealed references of the finished request. The vault is asked only where there are any.
    fn credential(&self, placed: Placed, route: &Route) -> Result<Credentialed, Refusal> {
        let sign_in = |text: &str| Refusal::new(Code::ConnectionUnauthenticated, text.to_owned());
        if !backshell_auth::needs_secrets(placed.request()) {
            return backshell_auth::credential_open(placed).map_err(|error| respond::credential_refusal(&error));
        }
        let secrets = route.secrets.as_ref().ok_or_else(|| {
            sign_in("the connection has no secrets; its owner signs it in again").reason("secret_missing")
        })?;
        let opened = self.gateway.parts().vault.withdraw(&placed, &route.binding, secrets).map_err(|error| {
            tracing::error!(%error, connection = %route.connection.id, "a secret cannot be opened");
            sign_in("the connection's secrets cannot be opened; its owner signs it in again")
                .reason("secret_unreadable")
        })?;
        backshell_auth::credential(placed, opened).map_err(|error| respond::credential_refusal(&error))
    }

    async fn record_decision(&self, summary: &Summary<'_>, trace: &mut Trace) -> Result<Receipt, Refusal> {
        let caller = trace.caller.as_ref().ok_or_else(internal)?;
        let inside = trace.inside.as_ref().ok_or_else(internal)?;
        let settings = self.settings();
        let record = DecisionRecord {
            call: trace.call,
            who: Who::from(caller),
            inside,
            connection: summary.route.connection.id,
            connector: &summary.route.connection.connector,
            version: &summary.route.connection.version,
            operation: &summary.operation.id,
            policies: summary.policies.as_str().split(',').collect(),
            home: &summary.route.environment.environment.home,
            cell: CellName { name: &settings.cell_name, region: &settings.cell_region },
            boundary: summary.boundary(),
            host: &summary.host,
            addresses: &summary.addresses,
        };
        let receipt = pin!(self.ledger.decide(&record)).await.map_err(|error| ledger_refusal(&error))?;
        trace.decided = true;
        Ok(receipt)
    }

    fn completion(&self, summary: &Summary<'_>, body: &RequestBody, trace: &Trace) -> Completion {
        let record = CompletionRecord {
            call: trace.call,
            environment: summary.route.connection.environment,
            status: None,
            code: None,
            address: None,
            upstream_ms: 0,
            bytes_in: 0,
            bytes_out: 0,
            ended: Ended::AbortedByCaller,
        };
        let several = summary.addresses.len() > 1;
        Completion::new(self.ledger.clone(), record, body.progress(), several, Arc::clone(&self.out_of_time))
    }

    #[expect(clippy::manual_async_fn, reason = "an async fn moves its arguments once more")]
    fn send(
        &self,
        credentialed: Credentialed,
        receipt: Receipt,
        body: RequestBody,
        mut completion: Completion,
    ) -> impl Future<Output = Result<Response<ResponseBody>, Refusal>> + Send {
        async move {
            match pin!(self.upstream.send(credentialed, receipt, body)).await {
                Ok(answer) => {
                    completion.answered(answer.status().as_u16());
                    Ok(answer.map(|body| ResponseBody::stream(body, completion)))
                }
                Err(error) => {
                    let (refusal, ended) = respond::send_refusal(&error);
                    completion.refused(refusal.code.as_str(), ended);
                    Err(refusal)
                }
            }
        }
    }

    /// Puts a refusal on record. A call whose decision is on record already has its completion instead.
    async fn record_refusal(&self, trace: &Trace, refusal: &Refusal) {
        let ledger = &self.ledger;
        let Some(caller) = &trace.caller else {
            ledger.refusal_unauthenticated(refusal.code.as_str());
            return;
        };
        // The ledger that just could not record the decision would only be waited for again.
        if trace.decided || refusal.code == Code::LedgerUnavailable {
            return;
        }
        let settings = self.settings();
        let cell = CellName { name: &settings.cell_name, region: &settings.cell_region };
        // Outside an environment's boundary a refusal is this cell's own record: who was sent where, and by which row.
        // What the environment is and has is not written down here.
        let inside = trace.inside.as_ref();
        let route = trace.route.as_ref().filter(|_| inside.is_some());
        let elsewhere = trace.elsewhere.as_ref().map(|(connection, border)| (*connection, &border.home));
        let elsewhere = elsewhere.or_else(|| {
            let route = trace.route.as_ref()?;
            Some((route.connection.id, &route.environment.environment.home))
        });
        let record = RefusalRecord {
            reason: refusal.reason,
            inside,
            connection: elsewhere.map(|(connection, _)| connection),
            connector: route.map(|route| &route.connection.connector),
            version: route.map(|route| &route.connection.version),
            operation: trace.operation.as_ref(),
            policies: trace.policies.as_deref().map(|policies| policies.split(',').collect()).unwrap_or_default(),
            home: elsewhere.map(|(_, home)| home),
            boundary: trace.boundary(),
            host: trace.host.as_ref(),
            addresses: &trace.addresses,
            ..RefusalRecord::new(trace.call, Who::from(caller), cell, refusal.code.as_str())
        };
        if let Err(error) = ledger.refusal(record).await {
            tracing::error!(%error, call = %trace.call, "a refusal could not be recorded");
        }
    }
}

/// Who calls, by the token in the request.
fn identified(snapshot: &Snapshot, head: &request::Parts, trace: &mut Trace) -> Result<Caller, Refusal> {
    let token = receive::bearer(&head.headers).ok_or_else(|| {
        Refusal::new(Code::Unauthenticated, "send `Authorization: Bearer` with a Backshell access token (`bsk_…`)")
    })?;
    let caller = identify::caller(snapshot, token, trace.at)
        .map_err(|error| Refusal::new(Code::Unauthenticated, format!("{error}; ask for a new one")))?;
    trace.caller = Some(caller.clone());
    Ok(caller)
}

/// The declared operation that a request names.
fn find<'r>(route: &Route, method: &Method, address: &Address<'r>, trace: &mut Trace) -> Result<Target<'r>, Refusal> {
    let version = route.version.as_ref().ok_or_else(|| {
        Refusal::new(Code::NotCertified, "the version this connection is bound to was withdrawn; make a new connection")
            .reason("version_withdrawn")
    })?;
    let found = version.router.find(method, address.path).ok_or_else(|| {
        Refusal::new(Code::UnknownOperation, format!("the connector declares no {method} operation on this path"))
    })?;
    let operation = version.operations.get(found.operation).cloned().ok_or_else(internal)?;
    trace.operation = Some(operation.id.clone());
    Ok(Target { operation, path: found.path, parameters: found.parameters, query: address.query })
}

/// Refuses a host that re-verification found changed or unfit.
fn held(route: &Route, root: &ServiceRoot) -> Result<(), Refusal> {
    let found = route.held.iter().find(|(held, _)| held.host == root.host && held.port == root.port);
    let Some((_, drift)) = found else { return Ok(()) };
    let detail = format!(
        "calls to `{}` are held ({}), because it is not what it was when it was verified or does not clear a bar; an \
         administrator looks at the connector's verification",
        root.host,
        drift.as_str()
    );
    Err(Refusal::new(Code::EndpointBlocked, detail).reason(drift.as_str()))
}

fn permit(
    snapshot: &Snapshot,
    caller: &Caller,
    route: &Route,
    target: &Target<'_>,
    trace: &mut Trace,
) -> Result<Permitted, Refusal> {
    let call = CallTarget {
        connection: route.connection.id,
        environment: route.connection.environment,
        operation: target.operation.id.clone(),
    };
    match snapshot.authority().permit_call(caller, &call) {
        Ok(permitted) => Ok(permitted),
        Err(denied) => {
            trace.policies = Some(denied.reason.as_str().to_owned());
            trace.refused_by(Row::D05);
            Err(Refusal::new(Code::PermissionDenied, denied.to_string()).reason(respond::denied_reason(&denied)))
        }
    }
}

/// The request that the service will get: the caller's as far as it is for the service, with the credential as sealed
/// references, the defaults of internal parameters, and what the policy templates make of it.
fn shape(
    permitted: &Permitted,
    route: &Route,
    target: &Target<'_>,
    head: request::Parts,
) -> Result<(ShapedRequest, Asked), Refusal> {
    // Only now: whoever may not call learns nothing of why a call would not be carried out.
    if let Some(refusal) = &target.operation.refused {
        return Err(refusal.clone());
    }
    let (Some(version), Some(auth)) = (&route.version, route.auth()) else { return Err(internal()) };
    let operation = &target.operation.id;
    let plan = version.templates.operation(operation).ok_or_else(internal)?;
    let mut shaped = ShapedRequest {
        method: head.method,
        root: plan.start_root().clone(),
        path: target.path.into(),
        query: ShapedRequest::split_query(target.query),
        headers: receive::for_service(head.headers, &target.operation.declared_headers),
        sealed_headers: Vec::new(),
    };
    let asked = Asked::of(&shaped, &target.parameters, plan);
    auth.attach(operation, &mut shaped);
    target.operation.fill_defaults(&mut shaped);
    let context = asked.context(route, version);
    let shaped =
        backshell_templates::on_request(permitted, plan, &context, shaped).map_err(|error| template_refusal(&error))?;
    Ok((shaped, asked))
}

/// What policy templates may read of the call as it came.
pub(crate) struct Asked {
    /// Whether a template reads the body of the answer.
    pub(crate) reads_answer: bool,
    /// The path below the connection's address. Kept only where a template reads the body of the answer.
    pub(crate) path: String,
    path_parameters: Vec<(String, String)>,
    /// Kept only where a template acts on the answer.
    query: Vec<QueryPair>,
    headers: HeaderMap,
}

impl Asked {
    fn of(shaped: &ShapedRequest, parameters: &[(Arc<str>, &str)], plan: &OperationPlan) -> Self {
        let (keep, reads_answer) = (plan.acts_on_response(), plan.reads_answers());
        let path = shaped.path.as_literal().filter(|_| reads_answer).map(str::to_owned).unwrap_or_default();
        Self {
            reads_answer,
            path,
            path_parameters: parameters.iter().map(|(name, value)| (name.to_string(), (*value).to_owned())).collect(),
            query: if keep { shaped.query.clone() } else { Vec::new() },
            headers: if keep { shaped.headers.clone() } else { HeaderMap::new() },
        }
    }

    pub(crate) fn context<'a>(&'a self, route: &'a Route, version: &'a CompiledVersion) -> Context<'a> {
        Context {
            settings: &route.connection.settings,
            secrets: &version.secrets,
            path_parameters: &self.path_parameters,
            query: &self.query,
            headers: &self.headers,
        }
    }
}

/// A declared operation and how the request named it.
pub(crate) struct Target<'r> {
    pub(crate) operation: Arc<CompiledOperation>,
    path: &'r str,
    parameters: Vec<(Arc<str>, &'r str)>,
    query: &'r str,
}

fn internal() -> Refusal {
    Refusal::new(Code::InternalError, "something went wrong inside the gateway; report the call id to its operator")
}

fn ledger_refusal(error: &LedgerError) -> Refusal {
    tracing::error!(%error, "a decision could not be recorded");
    Refusal::new(Code::LedgerUnavailable, "the decision could not be recorded, so nothing was sent; try again")
}

/// What is known about a call so far, for its record when it is refused.
struct Trace {
    call: CallId,
    /// When it came: all of it is decided as of one time.
    at: Timestamp,
    caller: Option<Caller>,
    route: Option<Arc<Route>>,
    elsewhere: Option<(ConnectionId, Arc<Border>)>,
    inside: Option<CellInside>,
    operation: Option<backshell_model::OperationId>,
    policies: Option<String>,
    host: Option<backshell_model::HostName>,
    row: Option<(&'static str, &'static str)>,
    decision: Option<Arc<Decision>>,
    addresses: Vec<SocketAddr>,
    decided: bool,
}

impl Trace {
    fn new(at: Timestamp, random: &Reserve) -> Self {
        Self {
            call: CallId::generate(at, random),
            at,
            caller: None,
            route: None,
            elsewhere: None,
            inside: None,
            operation: None,
            policies: None,
            host: None,
            row: None,
            decision: None,
            addresses: Vec::new(),
            decided: false,
        }
    }

    fn refused_by(&mut self, row: Row) {
        self.row = Some((row.as_str(), row.reason()));
    }

    /// What the boundary said: the table's decision, or the row before it that refused.
    fn boundary(&self) -> Option<BoundaryOutcome<'_>> {
        if let Some(decision) = &self.decision {
            return Some(respond::boundary_outcome(decision));
        }
        let (row, reason) = self.row?;
        Some(BoundaryOutcome { row, reason, grade: Grade::N.as_str(), ..BoundaryOutcome::default() })
    }
}
