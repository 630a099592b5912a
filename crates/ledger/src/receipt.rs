//! The proof that a call is on record.

use backshell_model::{CallId, ConnectionId, EnvironmentId, HostName};

/// Proof that the decision to send one call is in the ledger: flushed to disk in strict mode, handed over in relaxed
/// mode. [`Ledger::decide`](crate::Ledger::decide) is its only maker, and the upstream client takes it by value, so one
/// record allows one exchange.
///
/// ```compile_fail
/// // The fields are private: nobody else can say that a call is on record.
/// fn forge(call: backshell_model::CallId) -> backshell_ledger::Receipt {
///     backshell_ledger::Receipt { call }
/// }
/// ```
#[derive(Debug)]
#[must_use = "a decision on record is followed by the call or by a completion that says it was not sent"]
pub struct Receipt {
    call: CallId,
    environment: EnvironmentId,
    connection: ConnectionId,
    host: HostName,
    seq: Option<i64>,
}

impl Receipt {
    /// Made by [`Ledger::decide`](crate::Ledger::decide) and nowhere else.
    pub(crate) fn new(
        call: CallId,
        environment: EnvironmentId,
        connection: ConnectionId,
        host: HostName,
        seq: Option<i64>,
    ) -> Self {
        Self { call, environment, connection, host, seq }
    }

    /// The call that is on record.
    pub fn call(&self) -> CallId {
        self.call
    }

    /// The environment that is on record.
    pub fn environment(&self) -> EnvironmentId {
        self.environment
    }

    /// The connection that is on record. A request of another connection must not be sent with this receipt.
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// The host that is on record. A request to another host must not be sent with this receipt.
    pub fn host(&self) -> &HostName {
        &self.host
    }

    /// The number of the record in the chain; `None` in relaxed mode, where it is not known yet.
    pub fn seq(&self) -> Option<i64> {
        self.seq
    }
}
