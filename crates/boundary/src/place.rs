//! Judges the final destination of a request: the host, its addresses, its place.

use crate::address::AddressRules;
use crate::allowed::AllowedSet;
use crate::cell::CellInside;
use crate::decision::{Decision, Grant, Question};
use crate::destination::Destinations;
use crate::endpoint::EndpointPlaces;
use crate::grade::Evidence;
use crate::inventory::Inventory;
use crate::judge::{Destination, judge};
use crate::resolve::{EndpointRefused, MAX_ADDRESSES, ResolveError, Resolved, Resolver, resolve_endpoint_of};
use crate::row::{Answer, Row};
use backshell_model::{
    ConnectionId, Egress, EnvironmentId, HostName, Infrastructure, Piece, Region, Scheme, ServiceRoot, ShapedRequest,
    Timestamp, UrlRefused, is_ambiguous_path,
};
use backshell_permission::Permitted;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

/// What is known about a destination before it is judged; taken from the snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The environment's allowed set.
    pub allowed: &'a AllowedSet,
    /// The environment's egress setting.
    pub egress: Egress,
    /// Service roots that the certified definition names: its host, or constant host templates.
    pub certified: &'a [ServiceRoot],
    /// Service roots that were approved for this connection.
    pub approved: &'a [ServiceRoot],
    /// Where the connector's service runs.
    pub infrastructure: Infrastructure,
    /// The operator's own services.
    pub inventory: &'a Inventory,
    /// Which addresses are refused beyond the built-in list.
    pub addresses: &'a AddressRules,
    /// What is known about places.
    pub evidence: &'a dyn Evidence,
    /// The crossing grants for this connector, version and environment.
    pub grants: &'a [Grant],
    /// The time: evidence ages and grants expire.
    pub now: Timestamp,
}

/// The proof that a request's destination is permitted: the host is a verified one, every address it resolved to is
/// public, and the decision table let it go. [`place`] is its only maker, and takes a [`Permitted`] for it; the vault
/// and the `credential` step ask for it.
///
/// ```compile_fail,E0308
/// # async fn skip(inside: backshell_boundary::CellInside, shaped: backshell_model::ShapedRequest,
/// #     terms: backshell_boundary::Terms<'_>, resolver: &dyn backshell_boundary::Resolver) {
/// // No permission, no place: the first argument must be a `Permitted`.
/// backshell_boundary::place((), inside, shaped, &terms, resolver).await;
/// # }
/// ```
///
/// ```compile_fail,E0451
/// # fn forge(permitted: backshell_permission::Permitted) {
/// let placed = backshell_boundary::Placed { permitted, ..todo!() };
/// # }
/// ```
#[derive(Debug)]
pub struct Placed {
    permitted: Permitted,
    cell: Region,
    request: ShapedRequest,
    addresses: Vec<SocketAddr>,
    resolved: Arc<Resolved>,
    decision: Arc<Decision>,
}

impl Placed {
    /// The permission it rests on.
    pub fn permitted(&self) -> &Permitted {
        &self.permitted
    }

    /// The environment of the call.
    pub fn environment(&self) -> EnvironmentId {
        self.permitted.environment()
    }

    /// The connection of the call.
    pub fn connection(&self) -> ConnectionId {
        self.permitted.connection()
    }

    /// The region of the cell that processes the call.
    pub fn cell(&self) -> &Region {
        &self.cell
    }

    /// The request, its secrets still sealed.
    pub fn request(&self) -> &ShapedRequest {
        &self.request
    }

    /// The addresses that were judged, in the resolver's order, with the port. No other may be connected to.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The names that the look-up led over, in order; empty when the host has its addresses itself.
    pub fn aliases(&self) -> &[Arc<str>] {
        self.resolved.aliases()
    }

    /// What the decision table said, and on what ground.
    pub fn decision(&self) -> &Arc<Decision> {
        &self.decision
    }

    /// Where the endpoint is, as far as it is known.
    pub fn places(&self) -> &EndpointPlaces {
        &self.decision.places
    }

    /// The row of the decision table that decided.
    pub fn row(&self) -> Row {
        self.decision.row
    }

    /// The reason code.
    pub fn reason(&self) -> &'static str {
        self.decision.reason()
    }

    /// Whether the answer must say that the destination is worth a remark.
    pub fn notice(&self) -> bool {
        self.decision.notice()
    }

    /// Ends the proof and hands on what it was about.
    pub fn into_parts(self) -> (Permitted, ShapedRequest, Vec<SocketAddr>) {
        (self.permitted, self.request, self.addresses)
    }
}

/// Which of the gateway's error codes a refusal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// The destination is not one this connection may use, or it lies outside.
    EgressRefused,
    /// The host leads to an address that is never an endpoint.
    EndpointBlocked,
    /// The resolver did not answer.
    UpstreamUnreachable,
    /// Proofs of two different environments met: a fault of the program.
    InternalError,
}

impl RefusalCode {
    /// The code in the gateway's answer.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EgressRefused => "egress_refused",
            Self::EndpointBlocked => "endpoint_blocked",
            Self::UpstreamUnreachable => "upstream_unreachable",
            Self::InternalError => "internal_error",
        }
    }
}

/// The request stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.detail())]
pub struct PlaceRefused {
    /// The gateway's error code.
    pub code: RefusalCode,
    /// The finer reason.
    pub reason: &'static str,
    /// The row of the decision table that refused.
    pub row: Row,
    /// Where the request would have gone.
    pub root: ServiceRoot,
    /// What the decision table said, when it was asked.
    pub decision: Option<Arc<Decision>>,
    /// The addresses that were judged, when it came to that.
    pub addresses: Vec<SocketAddr>,
}

impl PlaceRefused {
    /// A refusal before anything is known of the root's place.
    fn of(root: &ServiceRoot, code: RefusalCode, reason: &'static str, row: Row) -> Self {
        Self { code, reason, row, root: root.clone(), decision: None, addresses: Vec::new() }
    }

    /// What went wrong and what to do next, for the caller.
    fn detail(&self) -> String {
        let root = &self.root;
        match self.reason {
            "host_not_approved" => {
                format!("`{root}` is not approved for this connection; ask an administrator to approve it")
            }
            "port" => format!(
                "`{}` may be reached, but not on port {}; correct the port, or ask an administrator to approve `{root}`",
                root.host, root.port
            ),
            "scheme" => format!("`{root}` is not reached over https"),
            "path_escapes" => {
                "the path has `.` or `..` segments or a backslash, which could lead out of the service".to_owned()
            }
            "internal_outside" => {
                format!("`{}` is not listed as an internal service inside the environment's boundary", root.host)
            }
            "location_unknown" => format!(
                "it is not known where `{}` is, and the environment refuses endpoints outside its boundary",
                root.host
            ),
            "endpoint_outside" => {
                let outside: Vec<&str> =
                    self.decision.iter().flat_map(|said| said.places.places()).map(|at| at.as_str()).collect();
                format!(
                    "`{}` is in {}, not all of which is inside the environment's boundary; an administrator can record a \
                     crossing grant for it",
                    root.host,
                    outside.join(", ")
                )
            }
            "evidence_too_weak" => {
                format!("the place of `{}` is only estimated, and the environment's boundary is one region", root.host)
            }
            "evidence_stale" => {
                format!("what is known about the place of `{}` is too old; an administrator imports it anew", root.host)
            }
            "no_answer" => format!("the name `{}` has no address", root.host),
            "chain" => format!("the alias chain of `{}` cannot be followed", root.host),
            "too_many" => format!("the name `{}` has more than {MAX_ADDRESSES} addresses", root.host),
            "addr_refused" => format!("`{}` leads to addresses that are never an endpoint", root.host),
            "mixed_answers" => format!("one of the addresses of `{}` is never an endpoint", root.host),
            "resolver_failed" => format!("the name `{}` could not be looked up; try again", root.host),
            _ => "the request cannot be placed".to_owned(),
        }
    }
}

/// Judges the final destination of a permitted request. In this order: the proofs belong together; the path stays
/// below its root; the root is certified or approved; the name resolves to public addresses only, asked once; the
/// decision table lets it go. Costs one look-up and no allocation that grows with the installation.
#[expect(clippy::manual_async_fn, reason = "an async fn moves its arguments once more")]
pub fn place(
    permitted: Permitted,
    inside: CellInside,
    request: ShapedRequest,
    terms: &Terms<'_>,
    resolver: &dyn Resolver,
) -> impl Future<Output = Result<Placed, PlaceRefused>> + Send {
    async move {
        let refuse = |code, reason, row| PlaceRefused::of(&request.root, code, reason, row);
        let environment = permitted.environment();
        if inside.environment() != environment || terms.allowed.environment() != environment {
            return Err(refuse(RefusalCode::InternalError, "environments_differ", Row::D01));
        }
        if escapes(&request) {
            return Err(refuse(RefusalCode::EgressRefused, "path_escapes", Row::D06));
        }
        let Judged { resolved, addresses, decision } = judge_root(&request.root, terms, resolver).await?;
        Ok(Placed { permitted, cell: inside.cell().clone(), request, addresses, resolved, decision })
    }
}

/// A root that a request could go to: what it led to, and what the decision table says. It proves nothing.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the name of the host resolved to.
    pub resolved: Arc<Resolved>,
    /// The addresses that were judged, in the resolver's order, with the port.
    pub addresses: Vec<SocketAddr>,
    /// What the decision table said, and on what ground.
    pub decision: Arc<Decision>,
}

/// Judges where a request would go, without one: what [`place`] asks about its root, in the same order. For whoever
/// explains what calls are answered.
pub async fn judge_root(
    root: &ServiceRoot,
    terms: &Terms<'_>,
    resolver: &dyn Resolver,
) -> Result<Judged, PlaceRefused> {
    let refuse = |code, reason, row| PlaceRefused::of(root, code, reason, row);
    if root.scheme != Scheme::Https {
        return Err(refuse(RefusalCode::EgressRefused, "scheme", Row::D06));
    }
    let known = Destinations { certified: terms.certified, approved: terms.approved };
    if let Err(refused) = known.permit(root) {
        let reason = if refused == UrlRefused::Port { refused.code() } else { "host_not_approved" };
        return Err(refuse(RefusalCode::EgressRefused, reason, Row::D06));
    }
    let environment = terms.allowed.environment();
    let found = resolve_endpoint_of(environment, &root.host, root.port, terms.addresses, resolver).await.map_err(
        |refused| {
            let code = match refused {
                EndpointRefused::Resolve(ResolveError::Failed(_)) => RefusalCode::UpstreamUnreachable,
                _ => RefusalCode::EndpointBlocked,
            };
            refuse(code, refused.reason(), Row::D06)
        },
    )?;
    let decision = Arc::new(judge_place(terms, &root.host, &found));
    let port = root.port;
    let addresses = found.addresses().iter().map(|address| SocketAddr::new(*address, port)).collect();
    if decision.answer == Answer::Refuse {
        let refused = refuse(RefusalCode::EgressRefused, decision.reason(), decision.row);
        return Err(PlaceRefused { decision: Some(decision), addresses, ..refused });
    }
    Ok(Judged { resolved: found, addresses, decision })
}

/// Whether the plain text of the path could lead elsewhere at a server that normalises it. Secrets in a path are looked
/// at when they are opened.
fn escapes(request: &ShapedRequest) -> bool {
    let literals = request.path.pieces().iter().filter_map(|piece| match piece {
        Piece::Literal(text) => Some(text.as_str()),
        Piece::Secret(..) | Piece::Basic { .. } => None,
    });
    literals.chain([&*request.root.base_path]).any(is_ambiguous_path)
}

/// Rows D07 to D20.
fn judge_place(terms: &Terms<'_>, host: &HostName, found: &Resolved) -> Decision {
    let question = Question {
        allowed: terms.allowed,
        egress: terms.egress,
        infrastructure: terms.infrastructure,
        grants: terms.grants,
        now: terms.now,
    };
    let to = Destination { host, chain: found.aliases(), addresses: found.addresses() };
    judge(&question, terms.evidence, terms.inventory, &to)
}
