//! A published connector in a database in memory, and a clock that stands still.

use backshell_ledger::{Ledger, Options};
use backshell_model::{
    Clock as _, Connector, ConnectorSlug, HostName, HostPort, Infrastructure, PackageDigest, PublisherKind, UserId,
    Verdict,
};
use backshell_store::{ConnectorRepository as _, LedgerRepository as _, Limit, Publication, SqliteStore};
use backshell_testkit::{MockClock, SeededRandom};
use std::sync::Arc;

pub(crate) const DAY: i64 = 24 * 3600;

pub(crate) struct Grounds {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) ledger: Ledger,
    pub(crate) connector: Connector,
}

impl Grounds {
    pub(crate) async fn of(publisher_kind: PublisherKind) -> Self {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let clock = Arc::new(MockClock::at(1_800_000_000));
        let random = Arc::new(SeededRandom::new(1));
        let ledger =
            Ledger::start(store.clone(), store.clone(), clock.clone(), random, Options::default()).await.unwrap();
        let connector = Connector {
            slug: "contoso-crm".parse().unwrap(),
            title: "Contoso CRM".to_owned(),
            publisher: "Contoso".to_owned(),
            publisher_kind,
            infrastructure: Infrastructure::External,
            owner: UserId::new("paul").unwrap(),
            created_at: clock.now(),
        };
        let publication = Publication {
            connector: connector.clone(),
            digest: PackageDigest([7; 32]),
            label: "1.0".to_owned(),
            verdict: Verdict::Incomplete,
            report: "{}".into(),
            files: Arc::from([]),
            published_at: clock.now(),
        };
        store.publish(&publication).await.unwrap();
        Self { store, clock, ledger, connector }
    }

    /// The host that connections of the connector lead to.
    pub(crate) fn endpoint(&self) -> (ConnectorSlug, HostPort) {
        (self.connector.slug.clone(), HostPort { host: HostName::parse("api.contoso.com").unwrap(), port: 443 })
    }

    /// The names of the acts on record.
    pub(crate) async fn acts(&self) -> Vec<String> {
        let rows = self.store.ledger_rows(0, Limit::MAX).await.unwrap();
        let acts = rows.into_iter().filter(|row| row.kind == "act").filter_map(|row| row.body);
        acts.map(|body| body.split("\"act\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
    }
}
