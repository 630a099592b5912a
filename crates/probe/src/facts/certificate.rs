//! What the certificates of a host say, and whether they lead to a root.

use super::Measured;
use backshell_model::Timestamp;
use std::collections::BTreeSet;

/// Names a log of certificates: the hash of its key (RFC 6962, section 3.2).
pub type LogId = [u8; 32];

/// Certificates that live longer, in seconds, are asked for timestamps of three logs.
const LONG: i64 = 180 * 24 * 3_600;

/// The certificates that a host sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The host's own.
    pub leaf: Certificate,
    /// How many were sent, the host's own included.
    pub sent: usize,
    /// Whether a name of the leaf is the host's.
    pub names_host: bool,
    /// The names of the leaf, as far as they are DNS names.
    pub names: Vec<String>,
    /// Whether they lead to a root, without regard to what day it is.
    pub path: Result<TrustedPath, PathFailure>,
    /// What the stapled OCSP answer says, where one was sent. `Err` where the handshake could not show one.
    pub staple: Measured<Option<Staple>>,
    /// What the revocation lists say that the operator gave or that were fetched: about the leaf, and of the certificates
    /// between leaf and root, as far as the lists of their issuers are at hand, whether one is revoked.
    pub listed: Measured<Revocation>,
    /// Whether the host proved in the handshake that the key of the leaf is its own.
    pub possession: Measured<bool>,
    /// The logs of which a stapled answer that is good holds a signed timestamp.
    pub staple_logs: BTreeSet<LogId>,
    /// The logs of which the host sent a signed timestamp in the handshake (RFC 6962, section 3.3). Asked only where the
    /// leaf has too few.
    pub handshake_logs: Measured<BTreeSet<LogId>>,
}

/// One certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it is for, as one line.
    pub subject: String,
    /// Its public key.
    pub key: Key,
    /// The hash that its signature uses.
    pub signature: SignatureHash,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// Up to when it is valid.
    pub not_after: Timestamp,
    /// Whether it is a certificate authority's.
    pub is_authority: bool,
    /// Whether it may be used by a TLS server; `None` when it does not say for what it may be used.
    pub for_servers: Option<bool>,
    /// Whether it demands a stapled OCSP answer (RFC 7633).
    pub must_staple: bool,
    /// The logs of which it holds a signed timestamp.
    pub logs: BTreeSet<LogId>,
    /// Critical extensions that are not understood.
    pub unknown_critical: Vec<String>,
}

impl Certificate {
    /// For how many seconds it is valid, from beginning to end.
    pub fn lifetime(&self) -> i64 {
        self.not_after.as_secs().saturating_sub(self.not_before.as_secs())
    }

    /// Of how many logs browsers want timestamps.
    pub fn wanted_logs(&self) -> usize {
        if self.lifetime() > LONG { 3 } else { 2 }
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// RSA with this many bits.
    Rsa(usize),
    /// A named curve: `P-256`, `P-384`, or another as it is written.
    Curve(String),
    /// Ed25519.
    Ed25519,
    /// Another algorithm, as its object identifier.
    Other(String),
}

/// The hash that a signature uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureHash {
    /// SHA-256, SHA-384, SHA-512 or the one built into Ed25519.
    Good(String),
    /// MD5, SHA-1, or an algorithm that we do not know.
    Weak(String),
}

/// A way from the leaf to a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedPath {
    /// The root, as one line.
    pub root: String,
    /// Whether the root is one that the operator added, and no public one.
    pub private: bool,
    /// The certificates between leaf and root that the way uses.
    pub intermediates: Vec<Certificate>,
    /// Whether one of them was not sent, and was found in the operator's store.
    pub from_store: bool,
}

/// Why there is no way to a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFailure {
    /// No certificate that was sent, and no root, is the issuer.
    UnknownIssuer,
    /// A signature does not fit.
    BadSignature,
    /// A signature uses an algorithm that is not checked.
    UnsupportedSignature,
    /// A name constraint of an authority does not allow the name.
    NameConstraint,
    /// The leaf may not be used for what it is used for: it is an authority's, or it has a critical extension that is not understood.
    NotForServers,
    /// A certificate between leaf and root may not be one.
    NotAnAuthority,
    /// A certificate cannot be read.
    Malformed,
}

/// What revocation lists say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The list of the issuer does not have it.
    Good,
    /// The list of the issuer has it.
    Revoked,
    /// The list of an issuer further up has a certificate between leaf and root.
    AuthorityRevoked,
}

/// A stapled OCSP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Staple {
    /// Signed by the issuer, fresh, and good.
    Good,
    /// Signed by the issuer, and revoked.
    Revoked,
    /// It cannot be used, for this reason.
    Unusable(String),
}
