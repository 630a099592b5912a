//! Revocation lists: what is known of each, which ones certificates name, and whether one is what it claims to be.
//!
//! A certificate names addresses of the list of its issuer. Only those of chains that lead to a trusted root are kept, and a
//! list that was fetched counts only when it has the name of that issuer and its signature: what a stranger's host serves must
//! not stand in the way of the lists of others.

use super::TrustError;
use super::fetch::can_be_asked;
use super::staple::{content, elements};
use backshell_model::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use webpki::{ALL_VERIFICATION_ALGS, BorrowedCertRevocationList, CertRevocationList, Error};
use x509_parser::asn1_rs::{FromDer as _, Tag};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::time::ASN1Time;

/// How many lists of one certificate are kept; partitioned ones name one, old ones two.
const MOST_POINTS: usize = 2;
/// The longest address.
const LONGEST_URL: usize = 512;

/// The list of an issuer, where a certificate says that it is. Authorities may have one name and several keys, and one address
/// may be named for several of them: all of it together says which list is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListSource {
    /// Its address: `http`, as the list is signed.
    pub url: String,
    /// Who signs it.
    issuer: Authority,
}

/// Who signs certificates and lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Authority {
    /// The content of its name.
    name: Vec<u8>,
    /// The content of its public key.
    key: Vec<u8>,
}

impl Authority {
    /// Those that signed the certificates of a chain, in its order: the next certificate each, and the root at last. `None`
    /// where one cannot be read.
    pub(super) fn of_chain(chain: &[&[u8]], root: &TrustAnchor<'_>) -> Vec<Option<Self>> {
        let root = Self { name: root.subject.to_vec(), key: root.subject_public_key_info.to_vec() };
        let between = chain.iter().skip(1).map(|issuer| name_and_key(issuer));
        between.chain([Some(root)]).collect()
    }
}

/// A list, and until when it speaks.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) list: CertRevocationList<'static>,
    pub(super) until: Timestamp,
    /// The list as it was written: `webpki` shows nobody what was signed.
    der: Vec<u8>,
}

impl Known {
    pub(super) fn read(der: &[u8]) -> Result<Self, Error> {
        let list = BorrowedCertRevocationList::from_der(der)?.to_owned()?;
        // `webpki` accepts no list without an end.
        let until = list_until(der).unwrap_or(Timestamp::from_secs(0));
        Ok(Self { list: CertRevocationList::Owned(list), until, der: der.to_vec() })
    }

    /// Whether it has the name of one of these authorities and is signed by none of those that have it.
    pub(super) fn is_of_a_namesake(&self, authorities: &[Authority]) -> bool {
        let Some(list) = List::read(&self.der) else { return true };
        let mut namesakes = authorities.iter().filter(|one| one.name == list.issuer).peekable();
        namesakes.peek().is_some() && !namesakes.any(|one| list.is_signed_by(&one.key))
    }
}

/// When the next list follows, after which this one (DER) says nothing any more.
pub fn list_until(der: &[u8]) -> Option<Timestamp> {
    Some(List::read(der)?.until)
}

/// Whether a list (DER) can be used at all. One of version 1, one that only says what is new, one that speaks for other issuers
/// and one with a critical extension that is not understood cannot.
pub fn check_list(der: &[u8]) -> Result<(), TrustError> {
    Known::read(der).map(drop).map_err(TrustError::List)
}

impl ListSource {
    /// The lists that the certificates of a chain name, the host's own first; `issuers` signed them, in the same order.
    pub(super) fn of_chain(chain: &[&[u8]], issuers: &[Option<Authority>]) -> Vec<Self> {
        let signed = chain.iter().zip(issuers).filter_map(|(der, issuer)| Some((der, issuer.as_ref()?)));
        let sources =
            signed.flat_map(|(der, issuer)| named_by(der).into_iter().map(|url| Self { url, issuer: issuer.clone() }));
        sources.collect()
    }

    /// Bytes that no other source has.
    pub fn identity(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [self.url.as_bytes(), &self.issuer.name, &self.issuer.key] {
            bytes.extend_from_slice(&part.len().to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    /// Whether these bytes are the list of the issuer; until when it speaks.
    pub fn accept(&self, der: &[u8]) -> Result<Timestamp, String> {
        let list = List::read(der).ok_or("it is no revocation list")?;
        if list.issuer != self.issuer.name {
            return Err("it is the list of another issuer".to_owned());
        }
        if !list.is_signed_by(&self.issuer.key) {
            return Err("it is not signed by the issuer".to_owned());
        }
        check_list(der).map_err(|error| error.to_string())?;
        Ok(list.until)
    }
}

/// The name and the public key of a certificate.
fn name_and_key(der: &[u8]) -> Option<Authority> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let name = content(certificate.subject().as_raw())?.to_vec();
    Some(Authority { name, key: content(certificate.public_key().raw)?.to_vec() })
}

/// The addresses that a certificate names for the list of its own issuer.
fn named_by(der: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return Vec::new() };
    let points = certificate.extensions().iter().filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::CRLDistributionPoints(points) => Some(points.iter()),
        _ => None,
    });
    let urls = points.flatten().filter_map(|point| match (&point.distribution_point, &point.crl_issuer) {
        // The addresses of one point are alternatives.
        (Some(DistributionPointName::FullName(names)), None) => names.iter().find_map(|name| match name {
            GeneralName::URI(url) if url.len() <= LONGEST_URL && can_be_asked(url) => Some((*url).to_owned()),
            _ => None,
        }),
        _ => None,
    });
    urls.take(MOST_POINTS).collect()
}

/// A list, as far as it is taken apart here; the rest is `webpki`'s.
struct List<'d> {
    signed: &'d [u8],
    algorithm: &'d [u8],
    signature: &'d [u8],
    issuer: &'d [u8],
    until: Timestamp,
}

impl<'d> List<'d> {
    fn read(der: &'d [u8]) -> Option<Self> {
        let parts = elements(content(der)?)?;
        let [(list, signed), (algorithm, _), (signature, _)] = parts.as_slice() else { return None };
        let fields = elements(list.data)?;
        // Optional version, algorithm, issuer, this update, next update.
        let fields = match fields.as_slice() {
            [(first, _), rest @ ..] if first.tag() == Tag::Integer => rest,
            all => all,
        };
        let [_, (issuer, _), _, (_, next), ..] = fields else { return None };
        let (_, next) = ASN1Time::from_der(next).ok()?;
        Some(Self {
            signed,
            algorithm: algorithm.data,
            // A bit string begins with the number of bits that are not used.
            signature: signature.data.get(1..)?,
            issuer: issuer.data,
            until: Timestamp::from_secs(next.timestamp()),
        })
    }

    fn is_signed_by(&self, key: &[u8]) -> bool {
        let Some(parts) = elements(key) else { return false };
        let [(algorithm, _), (bits, _)] = parts.as_slice() else { return false };
        let Some(key) = bits.data.get(1..) else { return false };
        ALL_VERIFICATION_ALGS
            .iter()
            .filter(|one| one.signature_alg_id().as_ref() == self.algorithm)
            .filter(|one| one.public_key_alg_id().as_ref() == algorithm.data)
            .any(|one| one.verify_signature(key, self.signed, self.signature).is_ok())
    }
}

/// The certificates of a chain as bytes.
pub(super) fn bytes<'d>(leaf: &'d CertificateDer<'_>, between: &'d [CertificateDer<'_>]) -> Vec<&'d [u8]> {
    std::iter::once(leaf.as_ref()).chain(between.iter().map(AsRef::as_ref)).collect()
}
