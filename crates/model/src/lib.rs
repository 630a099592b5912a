//! The nouns of Backshell: identifiers, callers, environments, connectors, connections and the request that travels
//! through the call pipeline.
//!
//! What this crate does not do: no I/O, no serialisation, no decisions. Proof types (`Permitted`, `Placed`,
//! `Credentialed`) live with their only makers; what travels between them as plain data lives here.
//!
//! Start reading at [`shaped`], the request as the pipeline sees it, then [`catalogue`] and [`environment`].

pub mod access;
pub mod caller;
pub mod catalogue;
pub mod connection;
pub mod environment;
pub mod grant;
pub mod hex;
pub mod host;
pub mod id;
pub mod map;
pub mod name;
pub mod owner;
pub mod ownership;
pub mod sealed;
pub mod secret;
pub mod shaped;
pub mod time;
pub mod url;
pub mod verification;

pub use access::{AccessToken, Grantee, Membership, Role, RoleAssignment, Scope, Scopes, Share, TokenHash};
pub use caller::{AppName, Caller, GroupId, UserId};
pub use catalogue::{
    Connector, ConnectorSlug, Infrastructure, PackageDigest, PublisherKind, Verdict, Version, VersionState,
};
pub use connection::{AuthKind, Connection, ConnectionState, HostApproval, OperationId, SealedSecrets, SettingName};
pub use environment::{Boundary, Cell, DirectoryEntry, Egress, Environment, HostPort, Region, Tenant, WrappedDataKey};
pub use grant::{CrossingGrant, TransferBasis, VersionRange};
pub use hex::hex;
pub use host::{HostName, HostNameError, Scheme, ServiceRoot};
pub use id::{CallId, CheckpointId, ConnectionId, ConsentId, EnvironmentId, GrantId, TenantId, TokenId};
pub use map::{FastMap, FastSet};
pub use name::is_display_name;
pub use owner::{is_customer_name, owner};
pub use ownership::{OwnershipConsent, OwnershipProof, ProofId, ProofIdError, ProofMethod};
pub use sealed::{Encoding, Piece, SealedText, SecretName};
pub use secret::SecretBytes;
pub use shaped::{QueryPair, ShapedRequest, is_ambiguous_path};
pub use time::{Clock, Random, TWELVE_MONTHS, Timestamp};
pub use url::{PortText, UrlRefused, UrlText, is_plain_host_value, read_scheme_relative, read_url};
pub use verification::{Drift, Recheck, RecheckOutcome, Suspension, Verification};
