//! The vault: seals the secrets of connections, and hands them out against a proof of place only.
//!
//! Envelope encryption with AES-256-GCM: the operator's [`KeyEncryptionKey`] wraps one data key per environment, the
//! data key seals the secrets of a connection as one blob. Each ciphertext is bound to where it belongs
//! ([`SecretBinding`]: environment, connection, auth kind, hosts, generation), so that one that was moved to another
//! row, or a connection that was given another host, does not open.
//!
//! # Nonces
//! Nonces are 96 random bits. For these, NIST SP 800-38D (section 8.3) allows 2^32 encryptions under one key; a data key
//! encrypts once per change of a connection's secrets and a key-encryption key once per environment and rotation. An
//! environment that changed a secret every second would come to the bound after 136 years.
//!
//! # No place, no secret
//! A secret is handed out for a call that was permitted and whose destination was judged:
//!
//! ```
//! # use backshell_boundary::Placed;
//! # use backshell_model::SealedSecrets;
//! # use backshell_vault::{SecretBinding, Vault};
//! fn open(vault: &Vault, placed: &Placed, binding: &SecretBinding, sealed: &SealedSecrets) {
//!     let secrets = vault.withdraw(placed, binding, sealed);
//! }
//! ```
//!
//! Without that proof it does not compile:
//!
//! ```compile_fail,E0061
//! # use backshell_model::SealedSecrets;
//! # use backshell_vault::{SecretBinding, Vault};
//! fn open(vault: &Vault, binding: &SecretBinding, sealed: &SealedSecrets) {
//!     let secrets = vault.withdraw(binding, sealed);
//! }
//! ```
//!
//! Nor does it with the permission alone:
//!
//! ```compile_fail,E0308
//! # use backshell_model::SealedSecrets;
//! # use backshell_permission::Permitted;
//! # use backshell_vault::{SecretBinding, Vault};
//! fn open(vault: &Vault, permitted: &Permitted, binding: &SecretBinding, sealed: &SealedSecrets) {
//!     let secrets = vault.withdraw(permitted, binding, sealed);
//! }
//! ```
//!
//! # No custody, no secret
//! Sealing, making a data key and loading one ask for the proof that this cell lies inside the environment's boundary:
//!
//! ```compile_fail,E0061
//! # use backshell_auth::Secrets;
//! # use backshell_vault::{SecretBinding, Vault};
//! fn keep(vault: &Vault, binding: &SecretBinding, secrets: &Secrets) {
//!     let sealed = vault.seal(binding, secrets);
//! }
//! ```
//!
//! What this crate does not do: it stores nothing (the sealed bytes are the store's), reads no file and no environment
//! variable (the binary passes their content in), and never shows a key or a secret in a message or in debug output.
//!
//! Start reading at [`Vault`].

mod binding;
mod cipher;
mod error;
mod key;
mod layout;
mod vault;

pub use binding::SecretBinding;
pub use error::{KeyError, VaultError};
pub use key::KeyEncryptionKey;
pub use vault::Vault;
