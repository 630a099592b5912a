//! Whether the certificates that a host sent lead to a root, and what lists and staples say about them.
//!
//! The path is built by `webpki`, over what was sent and what the operator gave: nothing is fetched here. It is built for a
//! moment at which the leaf is valid, so that an expired certificate is told apart from one that leads nowhere.

use super::revocation::{self, Authority, Known, ListSource};
use super::weak::every_algorithm;
use super::{certificate, staple};
use crate::facts::{Chain, LogId, Measured, NotMeasured, PathFailure, Revocation, TrustedPath};
use backshell_model::{HostName, Timestamp};
use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use webpki::{
    CertRevocationList, EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, RevocationCheckDepth,
    RevocationOptionsBuilder, UnknownStatusPolicy, VerifiedPath, anchor_from_trusted_cert,
};

/// Whom a verification trusts, and what it knows about revocation.
#[derive(Debug)]
pub struct Trust {
    public: Vec<TrustAnchor<'static>>,
    private: Vec<TrustAnchor<'static>>,
    store: Vec<CertificateDer<'static>>,
    /// Revocation lists that were given.
    given: Vec<Known>,
    /// Those of a folder, which is read again while the node runs.
    folder: RwLock<Arc<Vec<Known>>>,
    /// The lists that certificates name, and how many had been named when each was last.
    named: Mutex<BTreeMap<ListSource, u64>>,
}

/// How many lists are remembered that certificates name.
const MOST_NAMED: usize = 1_000;

/// Why something that the operator gave cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A root is no certificate.
    #[error("a root certificate cannot be read: {0}")]
    Root(Error),
    /// A revocation list is none.
    #[error("a revocation list cannot be read: {0}")]
    List(Error),
}

impl Trust {
    /// Trusts these public roots and nothing else.
    pub fn public(roots: impl IntoIterator<Item = TrustAnchor<'static>>) -> Self {
        Self {
            public: roots.into_iter().collect(),
            private: Vec::new(),
            store: Vec::new(),
            given: Vec::new(),
            folder: RwLock::default(),
            named: Mutex::default(),
        }
    }

    /// Trusts a private root as well (DER).
    pub fn add_private(&mut self, root: &CertificateDer<'_>) -> Result<(), TrustError> {
        self.private.push(anchor_from_trusted_cert(root).map_err(TrustError::Root)?.to_owned());
        Ok(())
    }

    /// Knows an intermediate certificate (DER) that hosts may have left out.
    pub fn add_intermediate(&mut self, certificate: CertificateDer<'static>) {
        self.store.push(certificate);
    }

    /// Knows a revocation list (DER).
    pub fn add_list(&mut self, list: &[u8]) -> Result<(), TrustError> {
        self.given.push(Known::read(list).map_err(TrustError::List)?);
        Ok(())
    }

    /// Knows these revocation lists (DER) in place of those that were handed in this way before. What cannot be read is left
    /// out; how many those were.
    pub fn replace_lists(&self, lists: &[Vec<u8>]) -> usize {
        let known: Vec<Known> = lists.iter().filter_map(|list| Known::read(list).ok()).collect();
        let unread = lists.len().saturating_sub(known.len());
        *self.folder.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        unread
    }

    /// The lists that certificates of trusted chains named, as far as they were seen.
    pub fn named_lists(&self) -> BTreeSet<ListSource> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Remembers where lists are. Where there are too many, the one that was not named for the longest time gives way: hosts
    /// in use name theirs daily, and nobody can fill the memory for good.
    fn remember(&self, sources: Vec<ListSource>) {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        for source in sources {
            let order = named.values().max().map_or(0, |last| last.saturating_add(1));
            named.insert(source, order);
            if named.len() > MOST_NAMED
                && let Some(oldest) = named.iter().min_by_key(|(_, order)| **order).map(|(source, _)| source.clone())
            {
                named.remove(&oldest);
            }
        }
    }
}

/// What a host showed in a handshake.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The certificates (DER), the host's own first.
    pub certificates: Vec<CertificateDer<'static>>,
    /// The stapled OCSP answer (DER), if one was sent.
    pub staple: Measured<Option<Vec<u8>>>,
    /// Whether it signed the handshake with the key of its certificate.
    pub possession: Measured<bool>,
    /// The logs of which it sent a timestamp in the handshake.
    pub logs: Measured<BTreeSet<LogId>>,
}

/// Any usage will do: what the leaf may be used for is a bar of its own.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

/// The facts about the certificates of `host` at the moment `at`.
pub fn chain(shown: &Shown, host: &HostName, at: Timestamp, trust: &Trust) -> Measured<Chain> {
    let Some((first, rest)) = shown.certificates.split_first() else {
        return Err(NotMeasured::because("the host sent no certificate"));
    };
    let Some((leaf, names)) = certificate::read(first) else {
        return Err(NotMeasured::because("the certificate of the host cannot be read"));
    };
    // A moment at which the leaf is valid: now, where it is.
    let moment = at.max(leaf.not_before).min(leaf.not_after);
    let moment = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(moment.as_secs()).unwrap_or_default()));
    let entity = EndEntityCert::try_from(first);
    let names_host = match (&entity, ServerName::try_from(host.as_str())) {
        (Ok(entity), Ok(name)) => entity.verify_is_valid_for_subject_name(&name).is_ok(),
        // What webpki does not read for its critical extension still has names.
        _ => names.iter().any(|name| matches(name, host.as_str())),
    };
    let path = entity.as_ref().map_err(failure).and_then(|entity| path(entity, first, rest, moment, trust));
    let (path, issuers) = path.map_or_else(|error| (Err(error), Vec::new()), |(path, issuers)| (Ok(path), issuers));
    let listed = match (&entity, &path) {
        (Ok(entity), Ok(_)) => listed(entity, rest, &issuers, moment, at, trust),
        _ => Err(NotMeasured::because("the chain leads to no trusted root")),
    };
    let mut staple_logs = BTreeSet::new();
    let staple = shown.staple.clone().map(|staple| {
        let judged = staple.map(|der| staple::judge(&der, first, rest, &trust.store, at));
        judged.map(|(staple, logs)| {
            staple_logs.extend(logs);
            staple
        })
    });
    let sent = shown.certificates.len();
    let (possession, handshake_logs) = (shown.possession.clone(), shown.logs.clone());
    Ok(Chain { leaf, sent, names_host, names, path, staple, listed, possession, staple_logs, handshake_logs })
}

/// A way to a root, signed well or weakly, and the authorities on it: with what was sent alone, else with the store; public
/// roots first.
fn path(
    entity: &EndEntityCert<'_>,
    leaf: &CertificateDer<'_>,
    sent: &[CertificateDer<'static>],
    moment: UnixTime,
    trust: &Trust,
) -> Result<(TrustedPath, Vec<Authority>), PathFailure> {
    let with_store: Vec<_> = sent.iter().chain(&trust.store).cloned().collect();
    let mut first_failure = None;
    for (between, from_store) in [(sent, false), (with_store.as_slice(), true)] {
        if from_store && trust.store.is_empty() {
            continue;
        }
        for (roots, private) in [(&trust.public, false), (&trust.private, true)] {
            if roots.is_empty() {
                continue;
            }
            match entity.verify_for_usage(every_algorithm(), roots, between, moment, AnyUsage, None, None) {
                Ok(found) => {
                    let between: Vec<_> = found.intermediate_certificates().map(webpki::Cert::der).collect();
                    let chain = revocation::bytes(leaf, &between);
                    let issuers = Authority::of_chain(&chain, found.anchor());
                    trust.remember(ListSource::of_chain(&chain, &issuers));
                    return Ok((described(&found, private, from_store), issuers.into_iter().flatten().collect()));
                }
                Err(error) => {
                    let failed = failure(&error);
                    // Another reason than an unknown issuer says more.
                    if first_failure.is_none_or(|known| known == PathFailure::UnknownIssuer) {
                        first_failure = Some(failed);
                    }
                }
            }
        }
    }
    Err(first_failure.unwrap_or(PathFailure::UnknownIssuer))
}

fn described(found: &VerifiedPath<'_>, private: bool, from_store: bool) -> TrustedPath {
    let intermediates = found.intermediate_certificates().filter_map(|one| Some(certificate::read(&one.der())?.0));
    let root = certificate::name(found.anchor().subject.as_ref());
    TrustedPath { root, private, intermediates: intermediates.collect(), from_store }
}

fn failure(error: &Error) -> PathFailure {
    match error {
        Error::InvalidSignatureForPublicKey | Error::SignatureAlgorithmMismatch => PathFailure::BadSignature,
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            PathFailure::UnsupportedSignature
        }
        Error::NameConstraintViolation | Error::MaximumNameConstraintComparisonsExceeded => PathFailure::NameConstraint,
        Error::CaUsedAsEndEntity | Error::UnsupportedCriticalExtension | Error::EmptyEkuExtension => {
            PathFailure::NotForServers
        }
        Error::EndEntityUsedAsCa | Error::PathLenConstraintViolated => PathFailure::NotAnAuthority,
        Error::UnknownIssuer
        | Error::CertExpired { .. }
        | Error::CertNotValidYet { .. }
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::CertDistrusted => PathFailure::UnknownIssuer,
        _ => PathFailure::Malformed,
    }
}

/// What the revocation lists say about the leaf, and about the certificates between it and the root where the lists of their
/// issuers are at hand. A list that is out of date still proves what it revoked, and says that nothing else is good.
fn listed(
    entity: &EndEntityCert<'_>,
    sent: &[CertificateDer<'static>],
    issuers: &[Authority],
    moment: UnixTime,
    at: Timestamp,
    trust: &Trust,
) -> Measured<Revocation> {
    let folder = Arc::clone(&trust.folder.read().unwrap_or_else(PoisonError::into_inner));
    let mut known: Vec<&Known> = trust.given.iter().chain(folder.iter()).collect();
    if known.is_empty() {
        return Err(NotMeasured::because("no revocation list was given, and no stapled answer was sent"));
    }
    // `webpki` goes by the name alone, and would stumble over the list of another authority that has the same one.
    known.retain(|known| !known.is_of_a_namesake(issuers));
    // The first list of an issuer counts: the newest one.
    known.sort_by_key(|known| std::cmp::Reverse(known.until));
    let all: Vec<&CertRevocationList<'_>> = known.iter().map(|known| &known.list).collect();
    // Lists are held against today, even where the leaf is not valid today.
    let fresh: Vec<&CertRevocationList<'_>> =
        known.iter().filter(|known| known.until > at).map(|known| &known.list).collect();
    let between: Vec<_> = sent.iter().chain(&trust.store).cloned().collect();
    let roots: Vec<_> = trust.public.iter().chain(&trust.private).cloned().collect();
    let ask = |lists: &[&CertRevocationList<'_>], depth: RevocationCheckDepth, policy: UnknownStatusPolicy| {
        let Ok(options) = RevocationOptionsBuilder::new(lists) else { return Err(Error::UnknownRevocationStatus) };
        // Which lists are out of date was decided above.
        let options = options.with_depth(depth).with_status_policy(policy).build();
        entity.verify_for_usage(every_algorithm(), &roots, &between, moment, AnyUsage, Some(options), None).map(drop)
    };
    let of_all = ask(&all, RevocationCheckDepth::EndEntity, UnknownStatusPolicy::Deny);
    if of_all == Err(Error::CertRevoked) {
        return Ok(Revocation::Revoked);
    }
    // Most authorities' lists are not at hand: that nobody knows of a certificate in between says nothing.
    if ask(&all, RevocationCheckDepth::Chain, UnknownStatusPolicy::Allow) == Err(Error::CertRevoked) {
        return Ok(Revocation::AuthorityRevoked);
    }
    // Lists are large, and each question holds their signatures against them.
    let of_fresh = if fresh.len() == all.len() {
        of_all
    } else {
        ask(&fresh, RevocationCheckDepth::EndEntity, UnknownStatusPolicy::Deny)
    };
    match of_fresh {
        Ok(()) => Ok(Revocation::Good),
        Err(Error::UnknownRevocationStatus) if fresh.len() < known.len() => {
            Err(NotMeasured::because("none of the revocation lists is that of the issuer and not out of date"))
        }
        Err(Error::UnknownRevocationStatus) => {
            Err(NotMeasured::because("none of the revocation lists is that of the issuer"))
        }
        Err(error) => Err(NotMeasured::because(format!("the revocation lists cannot be used: {error}"))),
    }
}

/// RFC 9525: a wildcard is the whole leftmost label.
fn matches(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(suffix) => host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(suffix)),
        None => name.eq_ignore_ascii_case(host),
    }
}
