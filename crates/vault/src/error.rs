//! What can go wrong in the vault. No message holds key material or a secret.

use backshell_model::{ConnectionId, EnvironmentId};

/// The text or file is no key-encryption key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key-encryption key is 32 raw bytes in a file, or their 64 hexadecimal digits or 44 base64 characters")]
pub struct KeyError;

/// Why the vault did not seal, open or wrap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The data key was wrapped by another key-encryption key than this vault has.
    #[error(
        "the data key of `{environment}` is wrapped by key `{wrapped_by}`, but the configured key is `{configured}`; configure the key that wrapped it"
    )]
    OtherKey {
        /// The environment.
        environment: EnvironmentId,
        /// The identifier of the key that wrapped it.
        wrapped_by: String,
        /// The identifier of the vault's key.
        configured: String,
    },
    /// The wrapped data key was changed, or belongs to another environment.
    #[error("the data key of `{0}` does not open; restore it from a backup")]
    DataKeyRefused(EnvironmentId),
    /// The proof that this cell may keep secrets is about another environment: a fault of the program.
    #[error("this cell may not keep the secrets of `{0}`")]
    OutsideCustody(EnvironmentId),
    /// The environment's data key was never loaded.
    #[error("the data key of `{0}` is not loaded")]
    NoDataKey(EnvironmentId),
    /// Proof of place, binding and sealed secrets are not about one connection and generation: a fault of the program,
    /// or rows that were exchanged.
    #[error("the secrets are not those of the connection `{0}` as it is now")]
    Mismatch(ConnectionId),
    /// The request goes to a host that the secrets were not given for.
    #[error("the secrets of `{0}` were not given for this host; authenticate the connection again")]
    HostNotBound(ConnectionId),
    /// The sealed secrets were changed, moved from another place, or sealed for other hosts, another auth kind or
    /// another generation.
    #[error("the secrets of `{0}` do not open; authenticate the connection again")]
    SecretsRefused(ConnectionId),
    /// The secrets are longer than a connection's may be.
    #[error("the secrets of a connection are at most {} bytes in all", crate::layout::MAX_BYTES)]
    TooLong,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
}
