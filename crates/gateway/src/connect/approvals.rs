//! Hosts that were approved just now: what looks at hosts takes them from here and looks at once, beside the calls.

use backshell_model::{Connection, ConnectorSlug, HostPort, ServiceRoot};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// How many hosts wait at most. What finds no room is not lost: the regular round looks at every root that was approved and
/// that nobody has looked at yet.
const MOST: usize = 1_000;

/// Approved hosts that wait to be looked at, each with the connector whose connection it was approved for.
#[derive(Debug, Default)]
pub struct Approvals {
    waiting: Mutex<BTreeSet<(ConnectorSlug, HostPort)>>,
    rang: Notify,
}

impl Approvals {
    /// Everything that was approved since the last time; waits until there is something.
    pub async fn next(&self) -> BTreeSet<(ConnectorSlug, HostPort)> {
        loop {
            let rang = self.rang.notified();
            let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            if !waiting.is_empty() {
                return waiting;
            }
            rang.await;
        }
    }

    /// Announces the hosts of a connection that somebody has approved.
    pub(super) fn announce<'a>(&self, connection: &Connection, roots: impl Iterator<Item = &'a ServiceRoot>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for root in roots {
            if waiting.len() < MOST {
                let host = HostPort { host: root.host.clone(), port: root.port };
                waiting.insert((connection.connector.clone(), host));
            }
        }
        if !waiting.is_empty() {
            self.rang.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::approved_roots;
    use super::*;
    use backshell_model::{
        AuthKind, ConnectionId, ConnectionState, EnvironmentId, HostApproval, PackageDigest, Timestamp, UserId,
    };
    use backshell_testkit::SeededRandom;
    use std::collections::BTreeMap;

    #[tokio::test]
    async fn what_is_approved_is_handed_on_once_and_never_without_end() {
        let (now, random) = (Timestamp::from_secs(1_800_000_000), SeededRandom::new(1));
        let connection = Connection {
            id: ConnectionId::generate(now, &random),
            environment: EnvironmentId::generate(now, &random),
            connector: "contoso-crm".parse().unwrap(),
            version: PackageDigest([7; 32]),
            name: "mine".to_owned(),
            owner: UserId::new("paul").unwrap(),
            auth_kind: AuthKind::None,
            state: ConnectionState::Connected,
            settings: BTreeMap::new(),
            hosts: Vec::new(),
            generation: 1,
            created_at: now,
        };
        let root = |number: usize| ServiceRoot::parse(&format!("https://h{number}.example.com/api")).unwrap();
        let approvals = Approvals::default();
        approvals.announce(&connection, [root(1), root(2), root(1)].iter());
        let hosts = approvals.next().await;
        assert_eq!(
            hosts.iter().map(|(_, at)| at.host.as_str()).collect::<Vec<_>>(),
            ["h1.example.com", "h2.example.com"]
        );
        // What nobody approved is not announced.
        let host = |number, approved_by| HostApproval { root: root(number), approved_by };
        let hosts = vec![host(3, None), host(4, UserId::new("ann").ok())];
        let halfway = Connection { hosts, ..connection.clone() };
        approvals.announce(&halfway, approved_roots(&halfway));
        assert_eq!(
            approvals.next().await.iter().map(|(_, at)| at.host.as_str()).collect::<Vec<_>>(),
            ["h4.example.com"]
        );
        let nothing = tokio::time::timeout(std::time::Duration::from_millis(20), approvals.next()).await;
        assert!(nothing.is_err(), "once");
        approvals.announce(&connection, (0..MOST + 5).map(root).collect::<Vec<_>>().iter());
        assert_eq!(approvals.next().await.len(), MOST);
    }
}
