//! Signatures that nobody should rely on, checked all the same: a chain that is signed with SHA-1 leads to its root, and
//! what is wrong with it is the signature. Without this, two bars would fail for one reason.
//!
//! Only probes use these. What connects for calls knows none of them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA1_ASN1, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey, VerificationAlgorithm,
};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use std::fmt;
use std::sync::LazyLock;
use webpki::ALL_VERIFICATION_ALGS;

/// Every algorithm that can be checked, good ones first.
pub(super) fn every_algorithm() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static EVERY: LazyLock<Vec<&'static dyn SignatureVerificationAlgorithm>> =
        LazyLock::new(|| ALL_VERIFICATION_ALGS.iter().copied().chain([&RSA_SHA_1 as _, &P256_SHA_1 as _]).collect());
    &EVERY
}

/// `sha1WithRSAEncryption` (RFC 3279, section 2.2.1), with its NULL.
static RSA_SHA_1: Weak = Weak {
    key: alg_id::RSA_ENCRYPTION,
    signature: AlgorithmIdentifier::from_slice(&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5, 5, 0]),
    check: &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
};

/// `ecdsa-with-SHA1` (RFC 3279, section 2.2.3) on P-256.
static P256_SHA_1: Weak = Weak {
    key: alg_id::ECDSA_P256,
    signature: AlgorithmIdentifier::from_slice(&[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1]),
    check: &ECDSA_P256_SHA1_ASN1,
};

struct Weak {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    check: &'static dyn VerificationAlgorithm,
}

impl fmt::Debug for Weak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weak").field("signature", &self.signature).finish_non_exhaustive()
    }
}

impl SignatureVerificationAlgorithm for Weak {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(self.check, public_key).verify(message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}
