//! A connection's secrets as bytes: for each secret, in the order of the names, the length of its name, the name, the
//! length of its value and the value; lengths are 32 bits, big end first.

use crate::error::VaultError;
use backshell_auth::Secrets;
use backshell_model::{SecretBytes, SecretName};
use zeroize::Zeroizing;

/// The most bytes that the secrets of a connection may have, names and lengths included.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// Writes secrets into a buffer that is zeroed when dropped.
pub(crate) fn write(secrets: &Secrets) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let size = secrets.iter().map(|(name, value)| 8 + name.as_str().len() + value.len()).sum();
    if size > MAX_BYTES {
        return Err(VaultError::TooLong);
    }
    // With its final capacity from the start the buffer never moves, so it leaves no copy behind.
    let mut buffer = Zeroizing::new(Vec::with_capacity(size));
    for (name, value) in secrets.iter() {
        for part in [name.as_str().as_bytes(), value.expose()] {
            let length = u32::try_from(part.len()).map_err(|_| VaultError::TooLong)?;
            buffer.extend(length.to_be_bytes());
            buffer.extend_from_slice(part);
        }
    }
    Ok(buffer)
}

/// Reads what [`write()`] wrote; `None` for anything else.
pub(crate) fn read(mut bytes: &[u8]) -> Option<Secrets> {
    let mut secrets = Secrets::new();
    let mut last: Option<SecretName> = None;
    while !bytes.is_empty() {
        let text = std::str::from_utf8(take(&mut bytes)?).ok()?;
        let value = take(&mut bytes)?;
        let name = SecretName::new(text);
        if name.as_str() != text || last.is_some_and(|last| last >= name) {
            return None;
        }
        secrets.insert(name.clone(), SecretBytes::new(value.to_vec()));
        last = Some(name);
    }
    Some(secrets)
}

/// Takes one part from the front.
fn take<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *bytes = rest;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secrets(pairs: &[(&str, &[u8])]) -> Secrets {
        pairs.iter().map(|(name, value)| (SecretName::new(name), SecretBytes::new(value.to_vec()))).collect()
    }

    fn plain(secrets: &Secrets) -> Vec<(String, Vec<u8>)> {
        secrets.iter().map(|(name, value)| (name.as_str().to_owned(), value.expose().to_vec())).collect()
    }

    #[test]
    fn the_layout_stays() {
        let written = write(&secrets(&[("user", b"al"), ("Key", b"")])).unwrap();
        assert_eq!(*written, b"\0\0\0\x03key\0\0\0\0\0\0\0\x04user\0\0\0\x02al");
        assert_eq!(written.capacity(), written.len(), "the buffer was moved");
    }

    #[test]
    fn anything_else_is_refused() {
        for bytes in [
            &b"\0"[..],
            b"\0\0\0\x03key",
            b"\0\0\0\x03key\0\0\0\x01",
            b"\xff\xff\xff\xffkey\0\0\0\0",
            b"\0\0\0\x03Key\0\0\0\0",
            b"\0\0\0\x01\xff\0\0\0\0",
            b"\0\0\0\x01b\0\0\0\0\0\0\0\x01a\0\0\0\0",
            b"\0\0\0\x01a\0\0\0\0\0\0\0\x01a\0\0\0\0",
        ] {
            assert!(read(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn secrets_without_end_are_refused() {
        let most = vec![7; MAX_BYTES - 9];
        assert!(write(&secrets(&[("a", &most)])).is_ok());
        assert_eq!(write(&secrets(&[("ab", &most)])).unwrap_err(), VaultError::TooLong);
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(
            pairs in proptest::collection::btree_map(".{0,12}", proptest::collection::vec(any::<u8>(), 0..40), 0..6)
        ) {
            let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect::<Vec<_>>();
            let secrets = secrets(&pairs);
            prop_assert_eq!(plain(&read(&write(&secrets).unwrap()).unwrap()), plain(&secrets));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Some(secrets) = read(&bytes) {
                prop_assert_eq!(&*write(&secrets).unwrap(), &bytes);
            }
        }
    }
}
