//! Where secrets belong. It stands beside the ciphertext as associated data: under another binding it does not open.

use backshell_model::{AuthKind, Connection, ConnectionId, EnvironmentId, HostPort};
use std::collections::BTreeSet;

/// What the secrets of a connection are bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretBinding {
    /// The environment.
    pub environment: EnvironmentId,
    /// The connection.
    pub connection: ConnectionId,
    /// How the connection proves itself.
    pub auth_kind: AuthKind,
    /// Every host that the secrets may be sent to.
    pub hosts: BTreeSet<HostPort>,
    /// The connection's generation.
    pub generation: u64,
}

impl SecretBinding {
    /// The binding of `connection` as it is, with the hosts that its secrets may be sent to: those that the certified
    /// definition names and those that its settings lead to.
    pub fn of(connection: &Connection, hosts: impl IntoIterator<Item = HostPort>) -> Self {
        Self {
            environment: connection.environment,
            connection: connection.id,
            auth_kind: connection.auth_kind,
            hosts: hosts.into_iter().collect(),
            generation: connection.generation,
        }
    }

    /// The binding as bytes: one text for each binding, because every part has a fixed length or a length before it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend(b"backshell secrets 1\0");
        bytes.extend(self.environment.to_bytes());
        bytes.extend(self.connection.to_bytes());
        bytes.extend(self.generation.to_be_bytes());
        put_text(&mut bytes, self.auth_kind.as_str());
        for HostPort { host, port } in &self.hosts {
            put_text(&mut bytes, host.as_str());
            bytes.extend(port.to_be_bytes());
        }
        bytes
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_be_bytes());
    bytes.extend(text.as_bytes());
}
