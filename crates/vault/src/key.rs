//! The key-encryption key: the one secret that the operator keeps.

use crate::cipher::Key;
use crate::error::KeyError;
use aws_lc_rs::digest;
use backshell_model::{Random, SecretBytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use zeroize::Zeroizing;

/// The operator's key: 256 bits that wrap the environments' data keys. Zeroed when dropped.
#[derive(Clone)]
pub struct KeyEncryptionKey {
    pub(crate) key: Key,
    id: String,
}

impl KeyEncryptionKey {
    /// Reads the content of a key file: exactly 32 raw bytes, or one line as [`from_text`](Self::from_text) takes it.
    pub fn from_file(content: &[u8]) -> Result<Self, KeyError> {
        match content.try_into() {
            Ok(raw) => Ok(Self::new(Zeroizing::new(raw))),
            Err(_) => Self::from_text(std::str::from_utf8(content).map_err(|_| KeyError)?),
        }
    }

    /// Reads a key as text: 64 hexadecimal digits or 44 characters of base64, with or without a line end.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let mut key = Key::default();
        match text.len() {
            64 => {
                for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    *byte = digits
                        .iter()
                        .try_fold(0, |byte, digit| Some(byte << 4 | hex_value(*digit)?))
                        .ok_or(KeyError)?;
                }
            }
            44 => {
                // The decoder asks for room for whole groups of four characters.
                let mut decoded = Zeroizing::new([0_u8; 33]);
                let length = STANDARD.decode_slice(text, decoded.as_mut_slice()).map_err(|_| KeyError)?;
                let decoded = decoded.get(..length).ok_or(KeyError)?;
                *key = decoded.try_into().map_err(|_| KeyError)?;
            }
            _ => return Err(KeyError),
        }
        Ok(Self::new(key))
    }

    /// The content of a new key file: 64 hexadecimal digits and a line end.
    pub fn generate_file(random: &dyn Random) -> SecretBytes {
        let mut key = Key::default();
        random.fill(key.as_mut_slice());
        let mut content = Vec::with_capacity(65);
        for byte in key.iter() {
            content
                .extend([byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
        }
        content.push(b'\n');
        SecretBytes::new(content)
    }

    fn new(key: Key) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(b"backshell key-encryption key id\0");
        hash.update(key.as_slice());
        let hash = hash.finish();
        let first = hash.as_ref().first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
        let id = format!("{first:016x}");
        Self { key, id }
    }

    /// Names the key without telling it: the first 8 bytes, in hexadecimal, of a SHA-256 hash over a fixed prefix and
    /// the key.
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyEncryptionKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_testkit::SeededRandom;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1b1c1d1e1f";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn every_form_gives_the_same_key() {
        let raw: Vec<u8> = (0..32).collect();
        let id = KeyEncryptionKey::from_file(&raw).unwrap().id().to_owned();
        for text in [HEX, BASE64] {
            for end in ["", "\n", "\r\n"] {
                let text = format!("{text}{end}");
                assert_eq!(KeyEncryptionKey::from_text(&text).unwrap().key.as_slice(), raw, "{text:?}");
                assert_eq!(KeyEncryptionKey::from_file(text.as_bytes()).unwrap().id(), id, "{text:?}");
            }
        }
        // Ids are stored beside every wrapped key, so they must never change.
        assert_eq!(id, "f6f836d382b07730");
    }

    #[test]
    fn everything_else_is_refused() {
        let doubtful = [
            String::new(),
            "0".repeat(32),
            HEX.replacen('0', "", 1),
            format!("{HEX}0"),
            HEX.replacen('0', " ", 1),
            HEX.replacen('0', "+", 1),
            format!("{HEX}\n\n"),
            BASE64.replace('=', ""),
            BASE64.replace("8=", "8-"),
            BASE64.replace("8=", "9="),
        ];
        for text in doubtful {
            assert_eq!(KeyEncryptionKey::from_text(&text).unwrap_err(), KeyError, "{text:?}");
        }
        assert_eq!(KeyEncryptionKey::from_file(&[7; 31]).unwrap_err(), KeyError);
        assert_eq!(KeyEncryptionKey::from_file(&[7; 33]).unwrap_err(), KeyError);
        assert_eq!(KeyEncryptionKey::from_file(&[0xff; 64]).unwrap_err(), KeyError);
    }

    #[test]
    fn a_generated_file_reads_back_and_debug_output_shows_no_key() {
        let file = KeyEncryptionKey::generate_file(&SeededRandom::new(1));
        let key = KeyEncryptionKey::from_file(file.expose()).unwrap();
        let text = std::str::from_utf8(file.expose()).unwrap();
        let shown = format!("{key:?} {key:#?} {file:?}");
        assert!(shown.contains(key.id()), "{shown}");
        assert!(!text.contains(key.id()), "the id is no part of the key");
        assert!(
            !shown.contains(text.get(..16).unwrap()) && !shown.contains(&format!("{:?}", &key.key[..4])),
            "{shown}"
        );
        assert_ne!(KeyEncryptionKey::generate_file(&SeededRandom::new(2)).expose(), file.expose());
    }
}
