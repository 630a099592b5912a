//! Certificates of the zoo: a root that counts as public, an intermediate, and leaves that are wrong in one way.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CustomExtension,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::time::Duration;

/// The day on which the zoo is visited.
pub(crate) const NOW: (i32, u8, u8) = (2026, 6, 15);
/// The host that leaves are for.
pub(crate) const HOST: &str = "api.zoo.example";
/// The serial number of leaves.
pub(crate) const SERIAL: u64 = 4_711;
/// The serial number of the intermediate.
pub(crate) const INTERMEDIATE: u64 = 4_712;

pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// The moment of the visit, seconds since 1970.
pub(crate) fn now() -> i64 {
    date_time_ymd(NOW.0, NOW.1, NOW.2).unix_timestamp()
}

/// A root and an intermediate below it.
pub(crate) struct Pki {
    pub(crate) root: CertifiedIssuer<'static, KeyPair>,
    pub(crate) intermediate: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate chain, the leaf first, and the key of the leaf.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key() }
    }
}

impl Pki {
    pub(crate) fn new() -> Self {
        Self::with_keys(KeyPair::generate().unwrap(), KeyPair::generate().unwrap())
    }

    /// As [`Pki::new`], with these keys.
    pub(crate) fn with_keys(root: KeyPair, intermediate: KeyPair) -> Self {
        let root = CertifiedIssuer::self_signed(authority("Zoo Root"), root).unwrap();
        let intermediate = CertifiedIssuer::signed_by(authority("Zoo Intermediate"), intermediate, &root).unwrap();
        Self { root, intermediate }
    }

    /// As [`Pki::new`], with an intermediate that may vouch for `permitted` only.
    pub(crate) fn constrained(permitted: &str) -> Self {
        let root = CertifiedIssuer::self_signed(authority("Zoo Root"), KeyPair::generate().unwrap()).unwrap();
        let mut intermediate = authority("Zoo Intermediate");
        intermediate.name_constraints = Some(rcgen::NameConstraints {
            permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName(permitted.to_owned())],
            excluded_subtrees: Vec::new(),
        });
        let intermediate = CertifiedIssuer::signed_by(intermediate, KeyPair::generate().unwrap(), &root).unwrap();
        Self { root, intermediate }
    }

    /// An identity with the leaf that `change` makes of a good one.
    pub(crate) fn identity(&self, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let key = KeyPair::generate().unwrap();
        let leaf = self.leaf(&key, change);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Identity { chain: vec![leaf, self.intermediate.as_ref().der().clone()], key }
    }

    /// The leaf that `change` makes of a good one, for a key that may come from elsewhere.
    pub(crate) fn leaf(
        &self,
        key: &impl PublicKeyData,
        change: impl FnOnce(&mut CertificateParams),
    ) -> CertificateDer<'static> {
        let mut params = good();
        change(&mut params);
        params.signed_by(key, &self.intermediate).unwrap().der().clone()
    }

    /// A revocation list of the intermediate.
    pub(crate) fn revocation_list(&self, revoked: &[u64]) -> Vec<u8> {
        list(&self.intermediate, revoked, 7 * DAY)
    }

    /// The same, which speaks for a week longer.
    pub(crate) fn later_list(&self, revoked: &[u64]) -> Vec<u8> {
        list(&self.intermediate, revoked, 14 * DAY)
    }

    /// A revocation list of the root.
    pub(crate) fn list_of_root(&self, revoked: &[u64]) -> Vec<u8> {
        list(&self.root, revoked, 7 * DAY)
    }
}

fn list(issuer: &CertifiedIssuer<'static, KeyPair>, revoked: &[u64], speaks: Duration) -> Vec<u8> {
    let at = date_time_ymd(NOW.0, NOW.1, NOW.2);
    let revoked = revoked.iter().map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from(*serial),
        revocation_time: at - DAY,
        reason_code: None,
        invalidity_date: None,
    });
    let params = CertificateRevocationListParams {
        this_update: at - DAY,
        next_update: at + speaks,
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(issuer).unwrap().der().to_vec()
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.serial_number = (name == "Zoo Intermediate").then(|| SerialNumber::from(INTERMEDIATE));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A leaf that clears every bar: 90 days of which 60 are left, two logs.
fn good() -> CertificateParams {
    let mut params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    params.distinguished_name = named(HOST).distinguished_name;
    params.serial_number = Some(SerialNumber::from(SERIAL));
    params.not_before = date_time_ymd(NOW.0, NOW.1, NOW.2) - 30 * DAY;
    params.not_after = date_time_ymd(NOW.0, NOW.1, NOW.2) + 60 * DAY;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.custom_extensions = vec![timestamps(2)];
    params
}

/// Signed timestamps of `logs` logs, as a certificate holds them.
pub(crate) fn timestamps(logs: u8) -> CustomExtension {
    let content = timestamp_list(0..logs);
    // An octet string of up to 255 bytes; lengths below 128 stand alone.
    let length = u8::try_from(content.len()).unwrap();
    let mut der = if length < 128 { vec![4, length] } else { vec![4, 0x81, length] };
    der.extend_from_slice(&content);
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 11_129, 2, 4, 2], der)
}

/// Signed timestamps of these logs. The signatures are nobody's: they are counted, not verified.
pub(crate) fn timestamp_list(logs: std::ops::Range<u8>) -> Vec<u8> {
    let mut list = Vec::new();
    for log in logs {
        let mut one = vec![0];
        one.extend_from_slice(&[log; 32]);
        one.extend_from_slice(&[0; 8]);
        // No extensions; SHA-256 with ECDSA, a signature of four bytes.
        one.extend_from_slice(&[0, 0, 4, 3, 0, 4, 1, 2, 3, 4]);
        list.extend_from_slice(&u16::try_from(one.len()).unwrap().to_be_bytes());
        list.extend_from_slice(&one);
    }
    let mut content = u16::try_from(list.len()).unwrap().to_be_bytes().to_vec();
    content.extend_from_slice(&list);
    content
}

/// The TLS feature that demands a stapled answer.
pub(crate) fn must_staple() -> CustomExtension {
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], vec![0x30, 3, 2, 1, 5])
}
