//! The statement by which an operator vouches for a node: this key runs in this region, from then until then.
//!
//! It is a small JSON document with an Ed25519 signature. What is signed is `backshell-cell-attestation-1`, a line feed,
//! and the `statement` object as it is written here (members in this order, no spaces). The node proves at its start that
//! it has the key that the statement names, so a statement that was copied to another machine attests nothing there.
//!
//! A node that has no operator's statement makes one for itself. That proves nothing to anybody and is never called more
//! than self-attested; it says that whoever started the node told it where it runs.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use backshell_model::{Random, Region, SecretBytes, Timestamp, hex, is_display_name};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What every statement begins with, and what its signature covers first.
const FORMAT: &str = "backshell-cell-attestation-1";
/// What a node signs to show that it has its key.
const POSSESSION: &[u8] = b"backshell-cell-possession-1\n";
/// Longest document that is read, bytes.
pub const MAX_ATTESTATION_BYTES: usize = 16 * 1024;
/// Longest time that a statement may be good for, seconds: 400 days.
pub const MAX_ATTESTED_SECONDS: i64 = 400 * 24 * 3600;

/// An Ed25519 public key: a node's or an operator's. Written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellKey([u8; 32]);

/// The text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public key is 64 hexadecimal digits")]
pub struct CellKeyError;

impl CellKey {
    /// A short name of the key for people: the first 16 hexadecimal digits of its SHA-256.
    pub fn id(&self) -> String {
        hex(digest(&SHA256, &self.0).as_ref()).chars().take(16).collect()
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }

    fn of(pair: &Ed25519KeyPair) -> Self {
        let mut key = [0; 32];
        key.iter_mut().zip(pair.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        Self(key)
    }
}

impl FromStr for CellKey {
    type Err = CellKeyError;

    fn from_str(text: &str) -> Result<Self, CellKeyError> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digits: Option<Vec<u8>> = text.bytes().take(65).map(digit).collect();
        let digits = digits.filter(|digits| digits.len() == 64).ok_or(CellKeyError)?;
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0, |byte, digit| byte << 4 | digit);
        }
        Ok(Self(key))
    }
}

impl fmt::Display for CellKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for CellKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CellKey({self})")
    }
}

/// A file holds no signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no Ed25519 signing key in PKCS#8 form; make one with `backshell cell keygen`")]
pub struct SigningKeyError;

/// A new Ed25519 signing key, PKCS#8. `random` must be unpredictable.
pub fn generate_cell_key(random: &dyn Random) -> Result<SecretBytes, SigningKeyError> {
    let mut seed = [0; 32];
    random.fill(&mut seed);
    let seed = SecretBytes::new(seed.to_vec());
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| SigningKeyError)?;
    let document = pair.to_pkcs8().map_err(|_| SigningKeyError)?;
    Ok(SecretBytes::new(document.as_ref().to_vec()))
}

macro_rules! signing_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(Ed25519KeyPair);

        impl $name {
            /// Reads a key in PKCS#8 form.
            pub fn from_pkcs8(document: &SecretBytes) -> Result<Self, SigningKeyError> {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(document.expose()).map(Self).map_err(|_| SigningKeyError)
            }

            /// The public half.
            pub fn public(&self) -> CellKey {
                CellKey::of(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.public())
            }
        }
    };
}

signing_key!(
    /// The key that an operator signs attestations with. It belongs where no node is.
    OperatorKey
);
signing_key!(
    /// The key that a node is known by. The node gives it to nobody.
    NodeKey
);

impl NodeKey {
    /// Whether this is the private half of `public`: it signs something new, and the signature is checked.
    pub(crate) fn proves(&self, public: &CellKey, random: &dyn Random) -> bool {
        let mut challenge = [0; 32];
        random.fill(&mut challenge);
        let message = [POSSESSION, challenge.as_slice()].concat();
        public.verifies(&message, self.0.sign(&message).as_ref())
    }
}

/// What an operator states about a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The node's name.
    pub cell: String,
    /// The region it runs in; a name from the table of regions.
    pub region: Region,
    /// The public half of its key.
    pub node_key: CellKey,
    /// From when on, whole seconds.
    pub valid_from: Timestamp,
    /// Until when; at most [`MAX_ATTESTED_SECONDS`] later.
    pub valid_until: Timestamp,
}

/// What cannot be stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttestError {
    /// The name is no name.
    #[error("a cell's name is 1 to 128 characters without control characters or white space at the ends")]
    Name,
    /// The region is in no table.
    #[error("the region is no known cloud region; `backshell regions` lists them")]
    Region,
    /// The end is not after the beginning, or too far from it.
    #[error("an attestation is good for at least a second and at most 400 days")]
    Validity,
}

/// A signed statement, as it is stored and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// What is signed.
    pub statement: CellStatement,
    /// The operator's Ed25519 signature, base64.
    pub signature: String,
}

/// The part of an attestation that is signed. Its members in this order are part of the format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellStatement {
    /// `backshell-cell-attestation-1`.
    pub format: String,
    /// The node's name.
    pub cell: String,
    /// The region it runs in.
    pub region: String,
    /// The node's public key, 64 hexadecimal digits.
    pub node_key: String,
    /// From when on, RFC 3339.
    pub valid_from: String,
    /// Until when, RFC 3339.
    pub valid_until: String,
    /// The operator's public key, 64 hexadecimal digits.
    pub operator_key: String,
}

impl OperatorKey {
    /// Signs a statement.
    pub fn attest(&self, what: &Vouched) -> Result<Attestation, AttestError> {
        if !is_display_name(&what.cell) {
            return Err(AttestError::Name);
        }
        if crate::regions::region(what.region.as_str()).is_none() {
            return Err(AttestError::Region);
        }
        let written = |at: Timestamp| {
            jiff::Timestamp::from_second(at.as_secs()).map(|at| at.to_string()).map_err(|_| AttestError::Validity)
        };
        let (valid_from, valid_until) = (written(what.valid_from)?, written(what.valid_until)?);
        if !lasts(what.valid_from, what.valid_until) {
            return Err(AttestError::Validity);
        }
        let statement = CellStatement {
            format: FORMAT.to_owned(),
            cell: what.cell.clone(),
            region: what.region.to_string(),
            node_key: what.node_key.to_string(),
            valid_from,
            valid_until,
            operator_key: self.public().to_string(),
        };
        let signature = BASE64.encode(self.0.sign(&statement.message()).as_ref());
        Ok(Attestation { statement, signature })
    }
}

fn lasts(from: Timestamp, until: Timestamp) -> bool {
    (1..=MAX_ATTESTED_SECONDS).contains(&until.as_secs().saturating_sub(from.as_secs()))
}

impl CellStatement {
    fn message(&self) -> Vec<u8> {
        // A struct of texts always serialises.
        let json = serde_json::to_string(self).unwrap_or_default();
        [FORMAT, "\n", &json].concat().into_bytes()
    }
}

impl Attestation {
    /// Reads the document; `None` when it is none, or too long.
    pub fn from_json(text: &[u8]) -> Option<Self> {
        if text.len() > MAX_ATTESTATION_BYTES { None } else { serde_json::from_slice(text).ok() }
    }

    /// The document, with line breaks for people.
    pub fn to_json(&self) -> String {
        // A struct of texts always serialises.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What is stated, once the signature is `signer`'s.
    pub fn verify(&self, signer: &CellKey) -> Result<Vouched, Unattested> {
        let CellStatement { format, cell, region, node_key, valid_from, valid_until, operator_key } = &self.statement;
        if format != FORMAT || !is_display_name(cell) {
            return Err(Unattested::Malformed);
        }
        if operator_key.parse() != Ok(*signer) {
            return Err(Unattested::UnknownSigner);
        }
        let signature = BASE64.decode(&self.signature).map_err(|_| Unattested::Malformed)?;
        if !signer.verifies(&self.statement.message(), &signature) {
            return Err(Unattested::BadSignature);
        }
        let time = |text: &str| {
            let at = text.parse::<jiff::Timestamp>().map_err(|_| Unattested::Malformed)?;
            Ok(Timestamp::from_secs(at.as_second()))
        };
        let vouched = Vouched {
            cell: cell.clone(),
            region: Region::new(region),
            node_key: node_key.parse().map_err(|_| Unattested::Malformed)?,
            valid_from: time(valid_from)?,
            valid_until: time(valid_until)?,
        };
        if lasts(vouched.valid_from, vouched.valid_until) { Ok(vouched) } else { Err(Unattested::Malformed) }
    }
}

/// Why a cell is not attested. Whatever it is, every call is refused with row D02.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unattested {
    /// There is no statement.
    #[error("there is no attestation")]
    Missing,
    /// The document cannot be read, or states what cannot be.
    #[error("the attestation cannot be read")]
    Malformed,
    /// Another key than the operator's signed it.
    #[error("the attestation was signed by somebody else than the configured operator")]
    UnknownSigner,
    /// The signature does not fit what is stated.
    #[error("the signature of the attestation is wrong")]
    BadSignature,
    /// The statement is about another key than this node's.
    #[error("the attestation is for the key of another node")]
    WrongKey,
    /// The statement is about a node of another name.
    #[error("the attestation is for a cell of another name")]
    WrongName,
    /// The statement names another region than the configuration.
    #[error("the attestation is for another region than the configured one")]
    WrongRegion,
    /// The region is in no table.
    #[error("the region is no known cloud region")]
    UnknownRegion,
    /// Its time has not begun.
    #[error("the attestation is not valid yet")]
    NotYetValid,
    /// Its time is over.
    #[error("the attestation has expired")]
    Expired,
}

impl Unattested {
    /// A word for it, for records and programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::UnknownSigner => "unknown_signer",
            Self::BadSignature => "bad_signature",
            Self::WrongKey => "wrong_key",
            Self::WrongName => "wrong_name",
            Self::WrongRegion => "wrong_region",
            Self::UnknownRegion => "unknown_region",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_testkit::SeededRandom;

    fn vouched() -> (OperatorKey, Vouched) {
        let random = SeededRandom::new(3);
        let operator = OperatorKey::from_pkcs8(&generate_cell_key(&random).unwrap()).unwrap();
        let node = NodeKey::from_pkcs8(&generate_cell_key(&random).unwrap()).unwrap();
        let from = Timestamp::from_secs(1_800_000_000);
        let what = Vouched {
            cell: "eu-1".to_owned(),
            region: Region::new("westeurope"),
            node_key: node.public(),
            valid_from: from,
            valid_until: from.plus_secs(90 * 24 * 3600),
        };
        (operator, what)
    }

    #[test]
    fn what_was_signed_is_what_is_read() {
        let (operator, what) = vouched();
        let attestation = operator.attest(&what).unwrap();
        let read = Attestation::from_json(attestation.to_json().as_bytes()).unwrap();
        assert_eq!(read.verify(&operator.public()), Ok(what));
        assert_eq!(read.statement.valid_from, "2027-01-15T08:00:00Z");
        assert_eq!(Attestation::from_json(b"{}"), None);
        let padded = [attestation.to_json().into_bytes(), vec![b' '; MAX_ATTESTATION_BYTES]].concat();
        assert_eq!(Attestation::from_json(&padded), None, "too long");
        let more = attestation.to_json().replacen("\"cell\"", "\"more\": 1, \"cell\"", 1);
        assert_eq!(Attestation::from_json(more.as_bytes()), None, "an unknown member could mean anything");
    }

    #[test]
    fn every_changed_member_breaks_the_signature() {
        let (operator, what) = vouched();
        let signed = operator.attest(&what).unwrap();
        let changes: [fn(&mut CellStatement); 5] = [
            |statement| statement.cell = "eu-2".to_owned(),
            |statement| statement.region = "eastus".to_owned(),
            |statement| statement.node_key = "00".repeat(32),
            |statement| statement.valid_from = "2020-01-01T00:00:00Z".to_owned(),
            |statement| statement.valid_until = "2027-06-15T08:00:00Z".to_owned(),
        ];
        for change in changes {
            let mut changed = signed.clone();
            change(&mut changed.statement);
            assert_ne!(changed, signed);
            assert_eq!(changed.verify(&operator.public()), Err(Unattested::BadSignature), "{changed:?}");
        }
        let mut other = signed.clone();
        other.statement.format = "backshell-cell-attestation-2".to_owned();
        assert_eq!(other.verify(&operator.public()), Err(Unattested::Malformed));
        let stranger = OperatorKey::from_pkcs8(&generate_cell_key(&SeededRandom::new(9)).unwrap()).unwrap();
        assert_eq!(signed.verify(&stranger.public()), Err(Unattested::UnknownSigner));
        // A stranger who writes the operator's name over their own signature.
        let mut forged = stranger.attest(&what).unwrap();
        forged.statement.operator_key = operator.public().to_string();
        assert_eq!(forged.verify(&operator.public()), Err(Unattested::BadSignature));
    }

    #[test]
    fn what_cannot_be_is_not_stated() {
        let (operator, what) = vouched();
        let with = |change: fn(&mut Vouched)| {
            let mut changed = what.clone();
            change(&mut changed);
            operator.attest(&changed).unwrap_err()
        };
        assert_eq!(with(|what| what.cell = " x".to_owned()), AttestError::Name);
        assert_eq!(with(|what| what.region = Region::new("europe")), AttestError::Region);
        assert_eq!(with(|what| what.valid_until = what.valid_from), AttestError::Validity);
        let too_long = |what: &mut Vouched| what.valid_until = what.valid_from.plus_secs(MAX_ATTESTED_SECONDS + 1);
        assert_eq!(with(too_long), AttestError::Validity);
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = vouched().1.node_key;
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!(key.id().len(), 16);
        for text in ["", "0", "zz", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64)] {
            assert_eq!(text.parse::<CellKey>(), Err(CellKeyError), "{text}");
        }
        assert!(OperatorKey::from_pkcs8(&SecretBytes::new(vec![1; 80])).is_err());
    }

    #[test]
    fn only_the_private_half_proves_possession() {
        let random = SeededRandom::new(4);
        let key = || NodeKey::from_pkcs8(&generate_cell_key(&random).unwrap()).unwrap();
        let (one, other) = (key(), key());
        assert!(one.proves(&one.public(), &random));
        assert!(!one.proves(&other.public(), &random));
        assert!(format!("{one:?}").contains(&one.public().to_string()), "debug output shows the public half alone");
    }
}
