//! Step two: who is calling. A token is looked up by its hash in the snapshot; no database is asked.

use crate::snapshot::Snapshot;
use backshell_model::{Caller, Timestamp, TokenHash};
use subtle::ConstantTimeEq;

/// What every Backshell access token begins with.
pub const TOKEN_PREFIX: &str = "bsk_";

/// The token proves nothing: it is unknown, expired or revoked. Which of these is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is unknown, expired or revoked")]
pub struct Unauthenticated;

/// The hash under which a token is stored: SHA-256 of its text.
pub fn token_hash(token: &str) -> TokenHash {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let mut hash = [0_u8; 32];
    for (byte, from) in hash.iter_mut().zip(digest.as_ref()) {
        *byte = *from;
    }
    TokenHash(hash)
}

/// Who presents `bearer`, the text after `Bearer `.
pub(crate) fn caller(snapshot: &Snapshot, bearer: &str, now: Timestamp) -> Result<Caller, Unauthenticated> {
    if !bearer.starts_with(TOKEN_PREFIX) || bearer.len() > 256 {
        return Err(Unauthenticated);
    }
    let hash = token_hash(bearer);
    // The map is keyed by a hash of a 256-bit random value: where it misses tells nothing about a valid token. The
    // comparison of the hit is constant-time all the same, so that this does not depend on the map.
    let token = snapshot.token(&hash).ok_or(Unauthenticated)?;
    let equal: bool = token.hash.0.ct_eq(&hash.0).into();
    if !equal || token.revoked_at.is_some() || token.expires_at <= now {
        return Err(Unauthenticated);
    }
    Ok(Caller {
        user: token.user.clone(),
        app: token.app.clone(),
        token: token.id,
        scopes: token.scopes,
        environment: token.environment,
        issued_by: (token.issued_by != token.user).then(|| token.issued_by.clone()),
    })
}
