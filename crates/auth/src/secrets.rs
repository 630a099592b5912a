//! The secrets of one connection, in memory for as long as one call needs them.

use backshell_model::{SecretBytes, SecretName};
use std::collections::BTreeMap;

/// Secrets by name: each value is zeroed when dropped, and debug output shows the names alone.
#[derive(Clone, Debug, Default)]
pub struct Secrets(BTreeMap<SecretName, SecretBytes>);

impl Secrets {
    /// No secrets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret or replaces the one of that name.
    pub fn insert(&mut self, name: SecretName, value: SecretBytes) {
        self.0.insert(name, value);
    }

    /// The secret of that name.
    pub fn get(&self, name: &SecretName) -> Option<&SecretBytes> {
        self.0.get(name)
    }

    /// Every secret, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&SecretName, &SecretBytes)> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(SecretName, SecretBytes)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (SecretName, SecretBytes)>>(secrets: I) -> Self {
        Self(secrets.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_value() {
        let secrets = Secrets::from_iter([(SecretName::new("Api_Key"), SecretBytes::new(b"hunter2".to_vec()))]);
        let shown = format!("{secrets:?}");
        assert!(shown.contains("api_key"), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains("104"), "{shown}");
        assert_eq!(secrets.get(&SecretName::new("API_KEY")).map(SecretBytes::expose), Some(&b"hunter2"[..]));
    }
}
