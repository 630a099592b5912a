//! The last step before sending: sealed references are opened on the finished request.

use crate::secrets::Secrets;
use backshell_boundary::Placed;
use backshell_model::{
    ConnectionId, Encoding, EnvironmentId, HostName, Piece, QueryPair, Scheme, SealedText, SecretBytes, SecretName,
    ShapedRequest, is_ambiguous_path,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method};
use std::fmt;
use std::net::SocketAddr;
use zeroize::Zeroizing;

/// A request that carries its credential and may be sent, to the addresses that were judged and no others.
/// [`credential`] and [`credential_open`] are its only makers, and take a [`Placed`] for it.
///
/// ```compile_fail,E0308
/// # fn skip(secrets: backshell_auth::Secrets, shaped: backshell_model::ShapedRequest) {
/// // A shaped request alone is not enough: it must have been placed.
/// let credentialed = backshell_auth::credential(shaped, secrets);
/// # }
/// ```
///
/// ```compile_fail,E0451
/// # fn forge(method: http::Method) {
/// let credentialed = backshell_auth::Credentialed { method, ..todo!() };
/// # }
/// ```
pub struct Credentialed {
    method: Method,
    scheme: Scheme,
    host: HostName,
    port: u16,
    addresses: Vec<SocketAddr>,
    path_and_query: PathAndQuery,
    headers: HeaderMap,
    environment: EnvironmentId,
    connection: ConnectionId,
}

impl Credentialed {
    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host: for the `Host` header and for the TLS server name, never for another look-up.
    pub fn host(&self) -> &HostName {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The addresses that were judged.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Path and query as they go onto the wire. May hold secrets: never log it.
    pub fn path_and_query(&self) -> &PathAndQuery {
        &self.path_and_query
    }

    /// The headers; those with secrets are marked sensitive.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The environment of the call; connections are never shared between environments.
    pub fn environment(&self) -> EnvironmentId {
        self.environment
    }

    /// The connection of the call.
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }
}

impl fmt::Debug for Credentialed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentialed({} {}://{}:{})", self.method, self.scheme.as_str(), self.host, self.port)
    }
}

/// The credential cannot be put into the request. No message shows a secret's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// A secret that the request refers to is not there.
    #[error("the connection has no value for `{}`; sign in to it again", .0.as_str())]
    MissingSecret(SecretName),
    /// A secret's value cannot stand where it is needed.
    #[error("the value of `{}` cannot be sent: {}; enter it again", .0.as_str(), .1)]
    UnusableSecret(SecretName, &'static str),
    /// A header, path or query is not valid once it is put together.
    #[error("the request's {0} is not valid")]
    Malformed(&'static str),
}

impl AuthError {
    /// The gateway's error code: the connection has to be signed in to again, or the request is unusable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MissingSecret(_) | Self::UnusableSecret(..) => "connection_unauthenticated",
            Self::Malformed(_) => "bad_request",
        }
    }

    /// The finer reason.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::MissingSecret(_) => "secret_missing",
            Self::UnusableSecret(..) => "secret_unusable",
            Self::Malformed(_) => "request_malformed",
        }
    }
}

/// Whether a secret must be withdrawn from the vault before the request can be sent.
pub fn needs_secrets(request: &ShapedRequest) -> bool {
    request.path.is_sealed()
        || !request.sealed_headers.is_empty()
        || request.query.iter().any(|pair| pair.value.as_ref().is_some_and(SealedText::is_sealed))
}

/// Finishes a request that refers to no secret; one that does is refused as if its secrets were missing.
pub fn credential_open(placed: Placed) -> Result<Credentialed, AuthError> {
    credential(placed, Secrets::new())
}

/// Opens every sealed reference and finishes the request. The secrets end here.
#[expect(clippy::needless_pass_by_value, reason = "secrets are taken so that they are zeroed when the request is done")]
pub fn credential(placed: Placed, secrets: Secrets) -> Result<Credentialed, AuthError> {
    let environment = placed.environment();
    let connection = placed.connection();
    let (_, request, addresses) = placed.into_parts();
    let path_and_query = path_and_query(&request, &secrets)?;
    let mut headers = request.headers;
    for (name, value) in &request.sealed_headers {
        headers.append(name.clone(), header(value, &secrets)?);
    }
    Ok(Credentialed {
        method: request.method,
        scheme: request.root.scheme,
        host: request.root.host,
        port: request.root.port,
        addresses,
        path_and_query,
        headers,
        environment,
        connection,
    })
}

fn header(value: &SealedText, secrets: &Secrets) -> Result<HeaderValue, AuthError> {
    let mut opened = Zeroizing::new(Vec::with_capacity(room(value, secrets)));
    open(value, secrets, &mut opened)?;
    // The value keeps the buffer alive and does not copy it, so that it is zeroed when the request is dropped.
    let mut value = HeaderValue::from_maybe_shared(zeroed_on_drop(opened)).map_err(|_| match first_secret(value) {
        Some(secret) => AuthError::UnusableSecret(secret.clone(), "it has characters that no header can carry"),
        None => AuthError::Malformed("header"),
    })?;
    // Debug output does not show such a value, and HTTP/2 keeps it out of its compression table.
    value.set_sensitive(true);
    Ok(value)
}

fn path_and_query(request: &ShapedRequest, secrets: &Secrets) -> Result<PathAndQuery, AuthError> {
    let of_pair = |QueryPair { name, value }: &QueryPair| {
        let value = value.as_ref().map_or(0, |value| room(value, secrets));
        value.saturating_add(name.len()).saturating_add(2)
    };
    let path = request.root.base_path.len().saturating_add(room(&request.path, secrets));
    let length = request.query.iter().map(of_pair).fold(path, usize::saturating_add);
    let mut target = Zeroizing::new(Vec::with_capacity(length));
    extend(&mut target, request.root.base_path.as_bytes());
    let path_start = target.len();
    open(&request.path, secrets, &mut target)?;
    if let Some(secret) = first_secret(&request.path) {
        let path = target.get(path_start..).and_then(|path| std::str::from_utf8(path).ok()).unwrap_or_default();
        if is_ambiguous_path(path) {
            return Err(AuthError::UnusableSecret(secret.clone(), "it would lead out of the service's path"));
        }
    }
    for (index, QueryPair { name, value }) in request.query.iter().enumerate() {
        extend(&mut target, if index == 0 { b"?" } else { b"&" });
        extend(&mut target, name.as_bytes());
        if let Some(value) = value {
            extend(&mut target, b"=");
            open(value, secrets, &mut target)?;
        }
    }
    if target.first() != Some(&b'/') {
        return Err(AuthError::Malformed("path"));
    }
    PathAndQuery::from_maybe_shared(zeroed_on_drop(target)).map_err(|_| AuthError::Malformed("path or query"))
}

fn zeroed_on_drop(buffer: Zeroizing<Vec<u8>>) -> Bytes {
    struct Owner(Zeroizing<Vec<u8>>);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    Bytes::from_owner(Owner(buffer))
}

/// The first secret that a text needs.
fn first_secret(text: &SealedText) -> Option<&SecretName> {
    text.pieces().iter().find_map(|piece| match piece {
        Piece::Literal(_) => None,
        Piece::Secret(name, _) => Some(name),
        Piece::Basic { user, password } => first_secret(password).or_else(|| first_secret(user)),
    })
}

/// How many bytes the text with its secrets has at most. All of a buffer is zeroed in the end, so it is not larger than that.
fn room(text: &SealedText, secrets: &Secrets) -> usize {
    let of_piece = |piece: &Piece| match piece {
        Piece::Literal(literal) => literal.len(),
        Piece::Secret(name, encoding) => {
            let length = secrets.get(name).map_or(0, SecretBytes::len);
            match encoding {
                Encoding::Verbatim => length,
                Encoding::Percent => length.saturating_mul(3),
            }
        }
        // Base64 makes four bytes of three.
        Piece::Basic { user, password } => pair_room(user, password, secrets).div_ceil(3).saturating_mul(4),
    };
    text.pieces().iter().map(of_piece).fold(0, usize::saturating_add)
}

/// The same of a user's name and password with the colon between them.
fn pair_room(user: &SealedText, password: &SealedText, secrets: &Secrets) -> usize {
    room(user, secrets).saturating_add(1).saturating_add(room(password, secrets))
}

/// Writes the text with its secrets to the end of `out`.
fn open(text: &SealedText, secrets: &Secrets, out: &mut Zeroizing<Vec<u8>>) -> Result<(), AuthError> {
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => extend(out, literal.as_bytes()),
            Piece::Secret(name, encoding) => {
                let value = secrets.get(name).ok_or_else(|| AuthError::MissingSecret(name.clone()))?.expose();
                if value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
                    return Err(AuthError::UnusableSecret(name.clone(), "it has a line break or a null character"));
                }
                match encoding {
                    Encoding::Verbatim => extend(out, value),
                    Encoding::Percent => percent_encode(value, out),
                }
            }
            Piece::Basic { user, password } => {
                let mut pair = Zeroizing::new(Vec::with_capacity(pair_room(user, password, secrets)));
                open(user, secrets, &mut pair)?;
                if pair.contains(&b':') {
                    return Err(match first_secret(user) {
                        Some(name) => AuthError::UnusableSecret(name.clone(), "a user name cannot have a colon"),
                        None => AuthError::Malformed("user name"),
                    });
                }
                extend(&mut pair, b":");
                open(password, secrets, &mut pair)?;
                extend(out, Zeroizing::new(STANDARD.encode(&*pair)).as_bytes());
            }
        }
    }
    Ok(())
}

/// Appends without leaving a copy behind: a vector that grows frees its old buffer unzeroed, so it is replaced here.
fn extend(out: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let needed = out.len().saturating_add(bytes.len());
    if needed > out.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.saturating_mul(2)));
        larger.extend_from_slice(out);
        *out = larger;
    }
    out.extend_from_slice(bytes);
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn percent_encode(value: &[u8], out: &mut Zeroizing<Vec<u8>>) {
    const HEX: [u8; 16] = *b"0123456789ABCDEF";
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
    for &byte in value {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            extend(out, &[byte]);
        } else {
            extend(out, &[b'%', digit(byte >> 4), digit(byte & 0x0f)]);
        }
    }
}
