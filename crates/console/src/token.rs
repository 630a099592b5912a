//! How access tokens are made. The text of one exists once, in the answer that hands it out.

use backshell_gateway::TOKEN_PREFIX;
use backshell_model::{Random, SecretBytes, TokenHash};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// Makes a token: [`TOKEN_PREFIX`] and 43 characters of base64url over 32 random bytes; with the hash to store.
pub fn generate(random: &dyn Random) -> (SecretBytes, TokenHash) {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    random.fill(bytes.as_mut_slice());
    let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
    let mut token = Zeroizing::new(String::with_capacity(TOKEN_PREFIX.len() + encoded.len()));
    token.push_str(TOKEN_PREFIX);
    token.push_str(&encoded);
    let hash = backshell_gateway::token_hash(&token);
    (SecretBytes::new(token.as_bytes().to_vec()), hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_testkit::SeededRandom;

    #[test]
    fn tokens_have_their_shape_and_differ() {
        let random = SeededRandom::new(7);
        let (first, first_hash) = generate(&random);
        let (second, second_hash) = generate(&random);
        assert_eq!(first.len(), 47);
        assert!(first.expose().starts_with(b"bsk_"));
        assert_ne!(first.expose(), second.expose());
        assert_ne!(first_hash, second_hash);
        assert_eq!(backshell_gateway::token_hash(std::str::from_utf8(first.expose()).unwrap()), first_hash);
    }
}
