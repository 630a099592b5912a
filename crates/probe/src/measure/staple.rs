//! Reading a stapled OCSP answer (RFC 6960 section 4.2): whose it is, what it says, whether it is fresh, who signed it.
//!
//! DER is taken apart by `asn1-rs`, signatures are checked by `webpki`. An answer counts only when it is about this
//! certificate, of today, and signed by the issuer or by a responder to whom the issuer gave a certificate for that.

use crate::facts::{LogId, Staple};
use crate::hello::answer::timestamps;
use aws_lc_rs::digest;
use backshell_model::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::asn1_rs::{Any, FromDer as _, GeneralizedTime, Tag};
use x509_parser::certificate::X509Certificate;

/// How far clocks may differ, seconds.
const SKEW: i64 = 300;
/// An answer without an end is good for a day.
const WITHOUT_END: i64 = 24 * 3_600;
/// `id-pkix-ocsp-basic`, 1.3.6.1.5.5.7.48.1.1.
const BASIC: [u8; 9] = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// `id-kp-OCSPSigning`, 1.3.6.1.5.5.7.3.9.
const SIGNING: [u8; 8] = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];
/// SHA-1 and SHA-256 as hashes of an issuer's key; here they name a key and protect nothing.
const SHA_1: [u8; 5] = [0x2b, 0x0e, 0x03, 0x02, 0x1a];
const SHA_256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// The timestamps of logs in an answer, 1.3.6.1.4.1.11129.2.4.5.
const TIMESTAMPS: [u8; 10] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x05];
/// More answers in one are not looked at.
const MOST_ANSWERS: usize = 16;

/// What the answer says about `leaf`, and the logs of which a good one holds a timestamp. The issuer is looked for among
/// `sent` and `store`.
pub(super) fn judge(
    der: &[u8],
    leaf: &CertificateDer<'_>,
    sent: &[CertificateDer<'static>],
    store: &[CertificateDer<'static>],
    at: Timestamp,
) -> (Staple, Vec<LogId>) {
    let unusable = |reason: &str| (Staple::Unusable(reason.to_owned()), Vec::new());
    let Some(answer) = Basic::read(der) else { return unusable("it cannot be read") };
    let Ok((_, subject)) = X509Certificate::from_der(leaf) else { return unusable("the certificate cannot be read") };
    let issuer = sent.iter().chain(store).find(|candidate| {
        X509Certificate::from_der(candidate)
            .is_ok_and(|(_, candidate)| candidate.subject().as_raw() == subject.issuer().as_raw())
    });
    let Some(issuer) = issuer else { return unusable("the certificate of the issuer was not sent") };
    if !answer.is_signed_by(issuer, at) {
        return unusable("it is not signed by the issuer");
    }
    let Ok((_, issuer)) = X509Certificate::from_der(issuer) else { return unusable("the issuer cannot be read") };
    let key = issuer.public_key().subject_public_key.data.as_ref();
    let about = answer.answers().into_iter().find(|one| one.is_about(key, subject.raw_serial()));
    let Some(about) = about else { return unusable("it is about another certificate") };
    let now = at.as_secs();
    if about.from > now + SKEW {
        return unusable("it is not valid yet");
    }
    if about.until.unwrap_or(about.from.saturating_add(WITHOUT_END)) < now - SKEW {
        return unusable("it is too old");
    }
    match about.status {
        0 => (Staple::Good, about.logs),
        1 => (Staple::Revoked, Vec::new()),
        _ => unusable("the responder does not know the certificate"),
    }
}

/// A signed answer.
struct Basic<'d> {
    /// What is signed, with its header.
    signed: &'d [u8],
    algorithm: &'d [u8],
    signature: &'d [u8],
    certificates: Vec<&'d [u8]>,
    responses: &'d [u8],
}

/// What it says about one certificate.
struct Single<'d> {
    hash: &'d [u8],
    key_hash: &'d [u8],
    serial: &'d [u8],
    /// 0 good, 1 revoked, 2 unknown.
    status: u32,
    from: i64,
    until: Option<i64>,
    /// The logs of which it holds a signed timestamp.
    logs: Vec<LogId>,
}

/// The elements of a sequence, each with its bytes as they are.
pub(super) fn elements(mut content: &[u8]) -> Option<Vec<(Any<'_>, &[u8])>> {
    let mut found = Vec::new();
    while !content.is_empty() {
        let (rest, any) = Any::from_der(content).ok()?;
        let whole = content.get(..content.len().checked_sub(rest.len())?)?;
        found.push((any, whole));
        content = rest;
    }
    Some(found)
}

/// The content of the one element that `der` is.
pub(super) fn content(der: &[u8]) -> Option<&[u8]> {
    let (rest, any) = Any::from_der(der).ok()?;
    rest.is_empty().then_some(any.data)
}

impl<'d> Basic<'d> {
    fn read(der: &'d [u8]) -> Option<Self> {
        let response = elements(content(der)?)?;
        let [(status, _), (bytes, _)] = response.as_slice() else { return None };
        if status.data != [0] {
            return None;
        }
        let bytes = elements(content(bytes.data)?)?;
        let [(kind, _), (inner, _)] = bytes.as_slice() else { return None };
        if kind.data != BASIC {
            return None;
        }
        let basic = elements(content(inner.data)?)?;
        let [(data, signed), (_, algorithm), (signature, _), rest @ ..] = basic.as_slice() else { return None };
        let list = rest.first().and_then(|(tagged, _)| elements(content(tagged.data)?));
        let certificates = list.unwrap_or_default().into_iter().map(|(_, whole)| whole).collect();
        // Optional version, responder, time, answers.
        let fields = elements(data.data)?;
        let fields = match fields.as_slice() {
            [(first, _), rest @ ..] if first.tag() == Tag(0) && !first.header.is_universal() => rest,
            all => all,
        };
        let [_, _, (responses, _), ..] = fields else { return None };
        Some(Self {
            signed,
            algorithm: content(algorithm)?,
            // A bit string begins with the number of bits that are not used.
            signature: signature.data.get(1..)?,
            certificates,
            responses: responses.data,
        })
    }

    fn answers(&self) -> Vec<Single<'d>> {
        let all = elements(self.responses).unwrap_or_default();
        all.into_iter().take(MOST_ANSWERS).filter_map(|(one, _)| Single::read(one.data)).collect()
    }

    /// Whether the issuer signed it, or a responder whom the issuer certified for that.
    fn is_signed_by(&self, issuer: &CertificateDer<'_>, at: Timestamp) -> bool {
        if self.verifies(issuer) {
            return true;
        }
        let Ok(anchor) = anchor_from_trusted_cert(issuer) else { return false };
        let moment = Duration::from_secs(u64::try_from(at.as_secs()).unwrap_or_default());
        self.certificates.iter().map(|der| CertificateDer::from(*der)).any(|responder| {
            let Ok(entity) = EndEntityCert::try_from(&responder) else { return false };
            let usage = KeyUsage::required(&SIGNING);
            let (roots, moment) = (std::slice::from_ref(&anchor), UnixTime::since_unix_epoch(moment));
            entity.verify_for_usage(ALL_VERIFICATION_ALGS, roots, &[], moment, usage, None, None).is_ok()
                && self.verifies(&responder)
        })
    }

    fn verifies(&self, signer: &CertificateDer<'_>) -> bool {
        let Ok(signer) = EndEntityCert::try_from(signer) else { return false };
        ALL_VERIFICATION_ALGS
            .iter()
            .filter(|algorithm| algorithm.signature_alg_id().as_ref() == self.algorithm)
            .any(|algorithm| signer.verify_signature(*algorithm, self.signed, self.signature).is_ok())
    }
}

impl<'d> Single<'d> {
    fn read(der: &'d [u8]) -> Option<Self> {
        let fields = elements(der)?;
        let [(id, _), (status, _), (_, from), rest @ ..] = fields.as_slice() else { return None };
        let id = elements(id.data)?;
        let [(algorithm, _), _, (key_hash, _), (serial, _)] = id.as_slice() else { return None };
        let algorithm = elements(algorithm.data)?;
        let until = rest.first().filter(|(next, _)| next.tag() == Tag(0)).map(|(next, _)| next.data);
        Some(Self {
            hash: algorithm.first()?.0.data,
            key_hash: key_hash.data,
            serial: serial.data,
            status: status.tag().0,
            from: time(from)?,
            until: match until {
                Some(until) => Some(time(until)?),
                None => None,
            },
            logs: rest
                .iter()
                .find(|(next, _)| next.tag() == Tag(1))
                .and_then(|(next, _)| logs(next.data))
                .unwrap_or_default(),
        })
    }

    fn is_about(&self, issuer_key: &[u8], serial: &[u8]) -> bool {
        let algorithm = match self.hash {
            hash if hash == SHA_1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            hash if hash == SHA_256 => &digest::SHA256,
            _ => return false,
        };
        self.serial == serial && self.key_hash == digest::digest(algorithm, issuer_key).as_ref()
    }
}

/// The logs of the timestamps in a list of extensions (RFC 6962, section 3.3): an octet string within an octet string.
fn logs(extensions: &[u8]) -> Option<Vec<LogId>> {
    let all = elements(content(extensions)?)?;
    let fields = all.iter().filter_map(|(extension, _)| elements(extension.data));
    let value = fields.into_iter().find_map(|fields| match fields.as_slice() {
        [(name, _), .., (value, _)] if name.data == TIMESTAMPS => Some(value.data),
        _ => None,
    })?;
    timestamps(content(value)?)
}

fn time(der: &[u8]) -> Option<i64> {
    let (_, time) = GeneralizedTime::from_der(der).ok()?;
    Some(time.utc_datetime().ok()?.unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        let mut der = if length < 128 { vec![tag, length] } else { vec![tag, 0x81, length] };
        der.extend_from_slice(content);
        der
    }

    #[test]
    fn an_answer_may_hold_timestamps_of_logs() {
        let timestamp = |log: u8| [&[0, 33, 0][..], &[log; 32]].concat();
        let list = [&[0, 70][..], &timestamp(1), &timestamp(2)].concat();
        let value = der(4, &der(4, &list));
        let extension = |name: &[u8]| der(0x30, &[der(6, name), value.clone()].concat());
        let other = extension(&[0x2b, 0x06, 0x01]);
        let single = |extensions: &[u8]| {
            let id = der(0x30, &[der(0x30, &der(6, &SHA_1)), der(4, &[1]), der(4, &[2]), der(2, &[3])].concat());
            let from = der(24, b"20260601000000Z");
            [id, vec![0x80, 0], from, der(0xa1, &der(0x30, extensions))].concat()
        };
        let logs = |extensions: &[u8]| Single::read(&single(extensions)).unwrap().logs;
        assert_eq!(logs(&extension(&TIMESTAMPS)), [[1; 32], [2; 32]]);
        assert_eq!(logs(&other), [[0; 32]; 0]);
        assert_eq!(logs(&[]), [[0; 32]; 0]);
    }
}
