//! AES-256-GCM over boxes of the form version, nonce, ciphertext, tag.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use backshell_model::Random;
use zeroize::Zeroizing;

/// A key, zeroed when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// The first byte of a box; it changes when the layout or the algorithm does.
const VERSION: u8 = 1;
const TAG_LEN: usize = 16;

/// The box was not made by [`Cipher::seal`] with this key and this associated data, or the library failed.
#[derive(Debug)]
pub(crate) struct Refused;

/// A key that is ready to be used; the library zeroes it when it is freed.
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    pub(crate) fn new(key: &Key) -> Result<Self, Refused> {
        UnboundKey::new(&AES_256_GCM, key.as_slice()).map(|key| Self(LessSafeKey::new(key))).map_err(|_| Refused)
    }

    /// Encrypts `plaintext` in place and returns its box. What is left in `plaintext` is ciphertext.
    pub(crate) fn seal(&self, random: &dyn Random, bound_to: &[u8], plaintext: &mut [u8]) -> Result<Vec<u8>, Refused> {
        let mut nonce = [0_u8; NONCE_LEN];
        random.fill(&mut nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), plaintext)
            .map_err(|_| Refused)?;
        Ok([&[VERSION], &nonce[..], plaintext, tag.as_ref()].concat())
    }

    /// Decrypts a box.
    pub(crate) fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let (&version, rest) = sealed.split_first().ok_or(Refused)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Refused)?;
        if version != VERSION || ciphertext.len() < TAG_LEN {
            return Err(Refused);
        }
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound_to), &mut buffer)
            .map_err(|_| Refused)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_testkit::SeededRandom;
    use proptest::prelude::*;

    fn cipher(key: [u8; 32]) -> Cipher {
        Cipher::new(&Key::new(key)).unwrap()
    }

    /// Test case 16 of the GCM specification (McGrew and Viega) in the layout of a box.
    #[test]
    fn opens_a_published_test_vector() {
        let hex = |text: &str| {
            let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
            digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect::<Vec<_>>()
        };
        let key: [u8; 32] = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").try_into().unwrap();
        let sealed = hex(concat!(
            "01",
            "cafebabefacedbaddecaf888",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b",
        ));
        let plaintext = hex(concat!(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        ));
        let bound_to = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        assert_eq!(*cipher(key).open(&bound_to, &sealed).unwrap(), plaintext);
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_nothing_else_does(
            plaintext in proptest::collection::vec(any::<u8>(), 0..200),
            bound_to in proptest::collection::vec(any::<u8>(), 0..40),
            key: [u8; 32],
            seed: u64,
            bit: proptest::sample::Index,
        ) {
            let right = cipher(key);
            let sealed = right.seal(&SeededRandom::new(seed), &bound_to, &mut plaintext.clone()).unwrap();
            prop_assert_eq!(&*right.open(&bound_to, &sealed).unwrap(), &plaintext);

            let bit = bit.index(sealed.len() * 8);
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(right.open(&bound_to, &flipped).is_err());
            let mut other_key = key;
            other_key[bit % 32] ^= 1;
            prop_assert!(cipher(other_key).open(&bound_to, &sealed).is_err());
            let moved = [&bound_to[..], &[0]].concat();
            prop_assert!(right.open(&moved, &sealed).is_err());
            prop_assert!(right.open(&bound_to, &sealed[..bit / 8]).is_err());
        }
    }
}
