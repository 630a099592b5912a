//! A declaration of a service's operator: where the service processes and keeps data, signed.
//!
//! The file is a JSON Web Signature in compact form (RFC 7515) over a set of claims (RFC 7519), signed with Ed25519
//! (`"alg":"EdDSA"`, RFC 8037) and typed `"typ":"residency+jwt"` so that a token made for another purpose is none. The
//! key is that of the domain in `iss`; whoever imports the declaration says which key that is, as a JSON Web Key. A
//! declaration speaks of hosts at and below its own domain only.
//!
//! ```json
//! {"iss": "contoso.example", "service": "Contoso CRM", "iat": 1766966400, "nbf": 1767225600, "exp": 1798675200,
//!  "hosts": ["api.contoso.example", "*.eu.contoso.example"],
//!  "processing": ["westeurope"], "storage": ["westeurope", "northeurope"], "backups": ["northeurope"],
//!  "edge": {"provider": "a delivery network", "option": "its regional service"},
//!  "sub_processors": [{"name": "Fabrikam", "purpose": "mail", "places": ["DE"]}]}
//! ```

use super::{Damaged, Kind, Read};
use crate::endpoint::Place;
use crate::grade::Declared;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use backshell_model::{HostName, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use std::fmt;
use std::sync::Arc;

/// The longest a declaration may hold: 12 months, and the day of a leap year.
const LONGEST_SECS: i64 = 366 * 86_400;
const MAX_BYTES: usize = 256 * 1024;
const MAX_HOSTS: usize = 1_000;
const MAX_PLACES: usize = 300;

/// The public key of a domain whose operator signs declarations.
#[derive(Clone, PartialEq, Eq)]
pub struct DomainKey([u8; 32]);

impl DomainKey {
    /// Reads a JSON Web Key (`{"kty":"OKP","crv":"Ed25519","x":"…"}`).
    pub fn from_jwk(bytes: &[u8]) -> Result<Self, Damaged> {
        #[derive(Deserialize)]
        struct Jwk {
            kty: String,
            crv: String,
            x: String,
        }
        let jwk: Jwk = serde_json::from_slice(bytes).map_err(|error| Damaged::json(Kind::Declaration, &error))?;
        if (jwk.kty.as_str(), jwk.crv.as_str()) != ("OKP", "Ed25519") {
            return Err(bad("the key", "only Ed25519 keys (`kty` OKP, `crv` Ed25519) are used"));
        }
        let bytes = URL_SAFE_NO_PAD.decode(&jwk.x).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| bad("the key's `x`", "it is not 32 bytes in base64url"))
    }

    /// The key as a JSON Web Key.
    pub fn to_jwk(&self) -> String {
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for DomainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_jwk())
    }
}

/// A declaration whose signature was checked.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The domain whose key signed it.
    pub domain: HostName,
    /// The service, as its operator calls it.
    pub service: String,
    /// The hosts, exactly or as `*.` and a name: one further label.
    pub hosts: Vec<DeclaredHost>,
    /// Where data is processed, kept and backed up.
    pub says: Arc<Declared>,
    /// When it was signed, as it says itself (`iat`); `None` where it does not say.
    pub signed_at: Option<Timestamp>,
    /// When it begins to hold.
    pub from: Timestamp,
    /// From then on it holds no longer.
    pub until: Timestamp,
    /// The `sub_processors` it names. They are shown and not judged.
    pub sub_processors: Vec<SubProcessor>,
}

/// A host of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredHost {
    /// The name, without the star.
    pub name: HostName,
    /// Whether it stands for every name with one further label, and not for itself.
    pub below: bool,
}

/// Whom the service's operator engages further.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubProcessor {
    /// The company.
    pub name: String,
    /// What for.
    #[serde(default)]
    pub purpose: String,
    /// Where, as the declaration writes it.
    #[serde(default)]
    pub places: Vec<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: String,
    #[serde(default)]
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    service: String,
    iat: Option<i64>,
    nbf: i64,
    exp: i64,
    hosts: Vec<String>,
    processing: Vec<String>,
    storage: Vec<String>,
    #[serde(default)]
    backups: Vec<String>,
    edge: Option<Edge>,
    #[serde(default)]
    sub_processors: Vec<SubProcessor>,
}

/// The regional option of a delivery network that stands before the service.
#[derive(Deserialize)]
struct Edge {
    provider: String,
    option: String,
}

/// The domain that a declaration says it is from, before anything of it was checked: to find the key that must have
/// signed it.
pub fn claimed_domain(bytes: &[u8]) -> Result<HostName, Damaged> {
    let (_, claims, _) = parts(bytes)?;
    domain(&claims)
}

pub(super) fn read(bytes: &[u8], key: Option<&DomainKey>) -> Result<Read, Damaged> {
    let (header, claims, signed) = parts(bytes)?;
    if header.alg != "EdDSA" {
        return Err(bad("the header's `alg`", "it is not `EdDSA`"));
    }
    if header.typ != "residency+jwt" {
        return Err(bad("the header's `typ`", "it is not `residency+jwt`, so it was signed for another purpose"));
    }
    if header.crit.is_some() {
        return Err(bad("the header's `crit`", "it demands extensions, and none is known"));
    }
    let key = key.ok_or_else(|| bad("the signature", "the key of its domain is not known; give it with `--key`"))?;
    UnparsedPublicKey::new(&ED25519, &key.0)
        .verify(signed.0, &signed.1)
        .map_err(|_| bad("the signature", "it was not made with the key of its domain"))?;
    declaration(claims).map(Read::declaration)
}

fn declaration(claims: Claims) -> Result<Declaration, Damaged> {
    let domain = domain(&claims)?;
    let (from, until) = (Timestamp::from_secs(claims.nbf), Timestamp::from_secs(claims.exp));
    if claims.exp <= claims.nbf || claims.exp.saturating_sub(claims.nbf) > LONGEST_SECS {
        return Err(bad("`nbf` and `exp`", "a declaration holds for more than nothing and at most 12 months"));
    }
    if claims.iat.is_some_and(|signed_at| signed_at > claims.exp) {
        return Err(bad("`iat`", "it was signed after it ended"));
    }
    if claims.hosts.is_empty() || claims.hosts.len() > MAX_HOSTS {
        return Err(bad("`hosts`", format!("1 to {MAX_HOSTS} hosts are needed")));
    }
    let hosts = claims.hosts.iter().enumerate().map(|(index, text)| {
        let (name, below) = text.strip_prefix("*.").map_or((text.as_str(), false), |name| (name, true));
        let name = HostName::parse(name).map_err(|error| bad(format!("`hosts[{index}]`"), error))?;
        let ours =
            name == domain || name.as_str().strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'));
        if !ours {
            let message = format!("`{name}` is not at or below `{domain}`, whose key signed");
            return Err(bad(format!("`hosts[{index}]`"), message));
        }
        Ok(DeclaredHost { name, below })
    });
    let hosts = hosts.collect::<Result<_, _>>()?;
    let processing = places("processing", &claims.processing, true)?;
    let mut everywhere = processing.clone();
    for place in places("storage", &claims.storage, true)?.into_iter().chain(places("backups", &claims.backups, false)?)
    {
        if !everywhere.contains(&place) {
            everywhere.push(place);
        }
    }
    let named = |edge: &Edge| !edge.provider.trim().is_empty() && !edge.option.trim().is_empty();
    let says = Declared {
        processing: processing.into(),
        everywhere: everywhere.into(),
        regional_edge: claims.edge.as_ref().is_some_and(named),
    };
    Ok(Declaration {
        domain,
        service: claims.service.chars().take(200).collect(),
        hosts,
        says: Arc::new(says),
        signed_at: claims.iat.map(Timestamp::from_secs),
        from,
        until,
        sub_processors: claims.sub_processors,
    })
}

fn domain(claims: &Claims) -> Result<HostName, Damaged> {
    let domain = HostName::parse(&claims.iss).map_err(|error| bad("`iss`", error))?;
    // Nobody speaks for all names below `co.uk`.
    if domain.registrable_domain().is_none() {
        return Err(bad("`iss`", format!("`{domain}` is a public suffix and nobody's domain")));
    }
    Ok(domain)
}

fn places(field: &str, names: &[String], needed: bool) -> Result<Vec<Place>, Damaged> {
    if names.len() > MAX_PLACES || (needed && names.is_empty()) {
        return Err(bad(format!("`{field}`"), format!("1 to {MAX_PLACES} places are needed")));
    }
    let mut places = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let place = Place::parse(name).ok_or_else(|| {
            let shown: String = name.chars().take(60).collect();
            bad(format!("`{field}[{index}]`"), format!("`{shown}` is neither a known region nor a country's code"))
        })?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(places)
}

/// Header, claims, and what was signed with its signature.
type Parts<'a> = (Header, Claims, (&'a [u8], Vec<u8>));

fn parts(bytes: &[u8]) -> Result<Parts<'_>, Damaged> {
    let bytes = bytes.trim_ascii();
    if bytes.len() > MAX_BYTES {
        return Err(bad("the file as a whole", format!("it is longer than {MAX_BYTES} bytes")));
    }
    let three = || bad("the file as a whole", "it is no compact signature: three parts, with dots between");
    let mut dots = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at);
    let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else { return Err(three()) };
    let (signed, signature) = bytes.split_at_checked(second).ok_or_else(three)?;
    let (header, claims) = signed.split_at_checked(first).ok_or_else(three)?;
    let decode = |part: &str, bytes: &[u8]| {
        URL_SAFE_NO_PAD.decode(bytes.strip_prefix(b".").unwrap_or(bytes)).map_err(|error| bad(part, error))
    };
    let json = |part: &str, error: serde_json::Error| {
        let inner = Damaged::json(Kind::Declaration, &error);
        bad(format!("{part}, {}", inner.place), inner.message)
    };
    let header = serde_json::from_slice(&decode("the header", header)?).map_err(|error| json("the header", error))?;
    let claims = serde_json::from_slice(&decode("the claims", claims)?).map_err(|error| json("the claims", error))?;
    Ok((header, claims, (signed, decode("the signature", signature)?)))
}

fn bad(place: impl fmt::Display, message: impl fmt::Display) -> Damaged {
    Damaged::new(Kind::Declaration, place, message)
}
