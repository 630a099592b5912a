//! Reading one certificate: what it says, as facts.

use crate::facts::{Certificate, Key, SignatureHash};
use backshell_model::Timestamp;
use std::collections::BTreeSet;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// The TLS feature extension (RFC 7633), and its value that demands a stapled answer (`status_request`, 5).
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";
const STATUS_REQUEST: u8 = 5;

const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";
/// Curves by their object identifiers.
const CURVES: [(&str, &str); 4] = [
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.10", "secp256k1"),
];
/// Signature algorithms by their object identifiers. RSA-PSS says its hash in its parameters.
const GOOD_SIGNATURES: [(&str, &str); 7] = [
    ("1.2.840.113549.1.1.11", "SHA-256"),
    ("1.2.840.113549.1.1.12", "SHA-384"),
    ("1.2.840.113549.1.1.13", "SHA-512"),
    ("1.2.840.10045.4.3.2", "SHA-256"),
    ("1.2.840.10045.4.3.3", "SHA-384"),
    ("1.2.840.10045.4.3.4", "SHA-512"),
    (ED25519, "Ed25519"),
];
const WEAK_SIGNATURES: [(&str, &str); 5] = [
    ("1.2.840.113549.1.1.4", "MD5"),
    ("1.2.840.113549.1.1.5", "SHA-1"),
    ("1.2.840.113549.1.1.14", "SHA-224"),
    ("1.2.840.10045.4.1", "SHA-1"),
    ("1.2.840.10045.4.3.1", "SHA-224"),
];
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
/// The DER of the hash identifiers that RSA-PSS parameters may hold.
const PSS_HASHES: [(&[u8], &str); 3] = [
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], "SHA-256"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02], "SHA-384"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03], "SHA-512"),
];

/// How many names of a certificate are kept.
const MOST_NAMES: usize = 200;

/// What a certificate says, with its DNS names; `None` when it cannot be read.
pub(super) fn read(der: &[u8]) -> Option<(Certificate, Vec<String>)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let mut facts = Certificate {
        subject: line(&certificate.subject().to_string()),
        key: key(&certificate),
        signature: signature(&certificate),
        not_before: Timestamp::from_secs(certificate.validity().not_before.timestamp()),
        not_after: Timestamp::from_secs(certificate.validity().not_after.timestamp()),
        is_authority: false,
        for_servers: None,
        must_staple: false,
        logs: BTreeSet::new(),
        unknown_critical: Vec::new(),
    };
    let mut names = Vec::new();
    for extension in certificate.extensions() {
        let oid = extension.oid.to_id_string();
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => facts.is_authority = constraints.ca,
            ParsedExtension::ExtendedKeyUsage(usage) => facts.for_servers = Some(usage.server_auth),
            ParsedExtension::SubjectAlternativeName(alternative) => {
                let dns = alternative.general_names.iter().filter_map(|name| match name {
                    x509_parser::extensions::GeneralName::DNSName(name) => Some(line(name)),
                    _ => None,
                });
                names.extend(dns.take(MOST_NAMES));
            }
            ParsedExtension::SCT(timestamps) => {
                facts.logs = timestamps.iter().map(|timestamp| *timestamp.id.key_id).collect();
            }
            _ if oid == TLS_FEATURE => facts.must_staple = demands_staple(extension.value),
            parsed if extension.critical && parsed.unsupported() => facts.unknown_critical.push(oid),
            _ => {}
        }
    }
    Some((facts, names))
}

fn key(certificate: &X509Certificate<'_>) -> Key {
    let info = certificate.public_key();
    let algorithm = info.algorithm.algorithm.to_id_string();
    match info.parsed() {
        Ok(PublicKey::RSA(rsa)) => Key::Rsa(rsa_bits(rsa.modulus)),
        _ if algorithm == EC_PUBLIC_KEY => {
            let curve: Option<Oid<'_>> = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
            let curve = curve.map(|curve| curve.to_id_string()).unwrap_or_default();
            let known = CURVES.iter().find(|(oid, _)| *oid == curve);
            Key::Curve(known.map_or(curve.clone(), |(_, name)| (*name).to_owned()))
        }
        _ if algorithm == ED25519 => Key::Ed25519,
        _ => Key::Other(algorithm),
    }
}

/// The bits of a number in network order, leading zeros apart.
fn rsa_bits(modulus: &[u8]) -> usize {
    let digits = modulus.iter().position(|byte| *byte != 0).and_then(|first| modulus.get(first..)).unwrap_or_default();
    let first = digits.first().map_or(0, |byte| byte.leading_zeros());
    (digits.len() * 8).saturating_sub(usize::try_from(first).unwrap_or_default())
}

fn signature(certificate: &X509Certificate<'_>) -> SignatureHash {
    let algorithm = &certificate.signature_algorithm;
    let oid = algorithm.algorithm.to_id_string();
    let named =
        |list: &[(&str, &str)]| list.iter().find(|(known, _)| *known == oid).map(|(_, name)| (*name).to_owned());
    if let Some(hash) = named(&GOOD_SIGNATURES) {
        return SignatureHash::Good(hash);
    }
    if oid == RSA_PSS {
        // The hash is the first identifier of the parameters; without one it is SHA-1 (RFC 4055 section 3.1).
        let parameters = algorithm.parameters.as_ref().map(|any| any.data).unwrap_or_default();
        let found = PSS_HASHES.iter().find(|(der, _)| parameters.windows(der.len()).any(|window| window == *der));
        return match found {
            Some((_, hash)) => SignatureHash::Good((*hash).to_owned()),
            None => SignatureHash::Weak("SHA-1".to_owned()),
        };
    }
    SignatureHash::Weak(named(&WEAK_SIGNATURES).unwrap_or(oid))
}

/// Whether a TLS feature extension (a sequence of small integers) lists `status_request`.
fn demands_staple(value: &[u8]) -> bool {
    value.get(2..).unwrap_or_default().chunks(3).any(|integer| integer == [2, 1, STATUS_REQUEST])
}

/// One line of printable characters, of bounded length.
fn line(text: &str) -> String {
    text.chars().take(200).map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// A name (the content of its sequence) as one line.
pub(super) fn name(content: &[u8]) -> String {
    // X509Name wants the sequence around it: its tag, and a length of four bytes, which holds for every name.
    let mut sequence = vec![0x30, 0x84];
    sequence.extend_from_slice(&u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes());
    sequence.extend_from_slice(content);
    let read = x509_parser::x509::X509Name::from_der(&sequence);
    read.map_or_else(|_| "a root without a readable name".to_owned(), |(_, name)| line(&name.to_string()))
}
