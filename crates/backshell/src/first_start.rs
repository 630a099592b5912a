//! The first start: a tenant, an environment at home in this cell's region, and the first administrator with a token.
//!
//! A start that was cut off is done again: each step looks whether it was done, and the token comes last, because it is
//! what says that the first start is over.

use anyhow::Context;
use backshell_boundary::CellIdentity;
use backshell_console::generate_token;
use backshell_gateway::connect::recorded;
use backshell_ledger::{ActRecord, Ledger};
use backshell_model::{
    AccessToken, AppName, Boundary, Clock, Egress, Environment, EnvironmentId, Random, Role, RoleAssignment, Scopes,
    Tenant, TenantId, Timestamp, TokenId, UserId,
};
use backshell_store::{Limit, Store};

/// Who the first administrator is.
pub(crate) const FIRST_USER: &str = "administrator";
/// How long their token is good for, seconds.
const FIRST_TOKEN_SECONDS: i64 = 365 * 24 * 3600;

/// Prepares an empty database. Returns the first administrator's token when this start made it; it is stored as a hash
/// and cannot be shown again.
///
/// It is also the way back when every token has expired or was revoked: nobody could make one then. Whoever can start the
/// node has its database and its keys, so this gives them nothing they do not have. While any token can still be used,
/// none is made, whatever the roles say.
pub(crate) async fn prepare(
    store: &dyn Store,
    ledger: &Ledger,
    clock: &dyn Clock,
    random: &dyn Random,
    cell: &CellIdentity,
) -> anyhow::Result<Option<String>> {
    let now = clock.now();
    if usable_token(store, now).await? {
        return Ok(None);
    }
    let first = FirstStart { store, ledger, random, now };
    let tenant = first.tenant().await.context("the first tenant cannot be made")?;
    first.environment(tenant, cell).await.context("the first environment cannot be made")?;
    let user = UserId::new(FIRST_USER)?;
    first.administrator(&user).await.context("the first administrator cannot be made")?;
    first.token(&user).await.context("the first token cannot be made").map(Some)
}

/// Whether anybody can still prove who they are.
async fn usable_token(store: &dyn Store, now: Timestamp) -> anyhow::Result<bool> {
    let mut after = None;
    loop {
        let tokens = store.tokens(None, after, Limit::MAX).await?;
        if tokens.iter().any(|token| token.revoked_at.is_none() && token.expires_at > now) {
            return Ok(true);
        }
        if tokens.len() < Limit::MAX.get() {
            return Ok(false);
        }
        after = tokens.last().map(|token| token.id);
    }
}

struct FirstStart<'a> {
    store: &'a dyn Store,
    ledger: &'a Ledger,
    random: &'a dyn Random,
    now: Timestamp,
}

impl FirstStart<'_> {
    /// The tenant that is there, or a new one.
    async fn tenant(&self) -> anyhow::Result<TenantId> {
        if let Some(known) = self.store.tenants(None, Limit::new(1)).await?.first() {
            return Ok(known.id);
        }
        let id = TenantId::generate(self.now, self.random);
        let tenant = Tenant { id, name: "default".to_owned(), created_at: self.now };
        let subject = id.to_string();
        self.act(ActRecord::done(None, "tenant.create", &subject), self.store.add_tenant(&tenant)).await?;
        Ok(id)
    }

    /// An environment, when there is none yet.
    async fn environment(&self, tenant: TenantId, cell: &CellIdentity) -> anyhow::Result<()> {
        if !self.store.environments(None, Limit::new(1)).await?.is_empty() {
            return Ok(());
        }
        let environment = Environment {
            id: EnvironmentId::generate(self.now, self.random),
            tenant,
            name: "default".to_owned(),
            home: cell.region().clone(),
            boundary: Boundary::Geography,
            egress: Egress::Notice,
            created_at: self.now,
        };
        let subject = environment.id.to_string();
        let record = ActRecord {
            // A cell that nothing vouches for keeps no records of any environment.
            environment: cell.attested_at(self.now).ok().map(|_| environment.id),
            details: vec![
                ("home", environment.home.as_str()),
                ("boundary", environment.boundary.as_str()),
                ("egress", environment.egress.as_str()),
            ],
            ..ActRecord::done(None, "environment.create", &subject)
        };
        self.act(record, self.store.add_environment(&environment)).await
    }

    /// Gives `user` the role, when they do not hold it.
    async fn administrator(&self, user: &UserId) -> anyhow::Result<()> {
        let role = Role::Administrator;
        let record = ActRecord { whom: Some(user), ..ActRecord::done(None, "role.assign", role.as_str()) };
        let assignment = RoleAssignment { user: user.clone(), role };
        self.act(record, async { self.store.assign_role(&assignment).await.map(drop) }).await
    }

    /// A token for everything.
    async fn token(&self, user: &UserId) -> anyhow::Result<String> {
        let (token, hash) = generate_token(self.random);
        let record = AccessToken {
            id: TokenId::generate(self.now, self.random),
            hash,
            user: user.clone(),
            issued_by: user.clone(),
            app: AppName::new("first start")?,
            scopes: Scopes::all(),
            environment: None,
            created_at: self.now,
            expires_at: self.now.plus_secs(FIRST_TOKEN_SECONDS),
            revoked_at: None,
        };
        let subject = record.id.to_string();
        let act = ActRecord { whom: Some(user), ..ActRecord::done(None, "token.create", &subject) };
        self.act(act, self.store.add_token(&record)).await?;
        Ok(String::from_utf8_lossy(token.expose()).into_owned())
    }

    /// Does `work` after `act` is on record.
    async fn act(
        &self,
        act: ActRecord<'_>,
        work: impl Future<Output = Result<(), backshell_store::StoreError>> + Send,
    ) -> anyhow::Result<()> {
        recorded(self.ledger, act, |_: &anyhow::Error| "store", async { Ok(work.await?) }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_ledger::Options;
    use backshell_store::SqliteStore;
    use backshell_testkit::{MockClock, SeededRandom};
    use std::sync::Arc;

    struct Scene {
        store: Arc<SqliteStore>,
        ledger: Ledger,
        clock: Arc<MockClock>,
        random: Arc<SeededRandom>,
    }

    impl Scene {
        async fn new() -> Self {
            let store = Arc::new(SqliteStore::in_memory().await.unwrap());
            let clock = Arc::new(MockClock::at(1_700_000_000));
            let random = Arc::new(SeededRandom::new(1));
            let (rows, names) = (store.clone(), store.clone());
            let ledger = Ledger::start(rows, names, clock.clone(), random.clone(), Options::default()).await.unwrap();
            Self { store, ledger, clock, random }
        }

        async fn prepare(&self) -> Option<String> {
            let region = backshell_model::Region::new("westeurope");
            let cell = CellIdentity::self_attested("cell-1", &region, self.clock.now(), &*self.random);
            prepare(&*self.store, &self.ledger, &*self.clock, &*self.random, &cell).await.unwrap()
        }

        async fn acts(&self) -> Vec<String> {
            use backshell_store::LedgerRepository;
            let rows = self.store.ledger_rows(0, Limit::MAX).await.unwrap();
            let acts = rows.into_iter().filter(|row| row.kind == "act").filter_map(|row| row.body);
            let name = |body: String| body.split("\"act\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            acts.map(name).collect()
        }
    }

    #[tokio::test]
    async fn an_empty_database_is_prepared_once_and_on_record() {
        let scene = Scene::new().await;
        assert!(scene.prepare().await.is_some_and(|token| token.starts_with("bsk_")));
        assert_eq!(scene.acts().await, ["tenant.create", "environment.create", "role.assign", "token.create"]);
        assert_eq!(scene.prepare().await, None);
        assert_eq!(scene.acts().await.len(), 4);
    }

    #[tokio::test]
    async fn a_start_that_was_cut_off_goes_on() {
        use backshell_store::{EnvironmentRepository, TenantRepository};
        let scene = Scene::new().await;
        let now = scene.clock.now();
        let tenant =
            Tenant { id: TenantId::generate(now, &*scene.random), name: "default".to_owned(), created_at: now };
        scene.store.add_tenant(&tenant).await.unwrap();
        assert!(scene.prepare().await.is_some());
        let environments = scene.store.environments(None, Limit::MAX).await.unwrap();
        assert_eq!(environments.iter().map(|one| one.tenant).collect::<Vec<_>>(), [tenant.id]);
        assert_eq!(scene.store.tenants(None, Limit::MAX).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn roles_that_are_gone_make_no_token_but_tokens_that_are_gone_do() {
        use backshell_store::AccessRepository;
        let scene = Scene::new().await;
        let now = scene.clock.now();
        let user = UserId::new("alice").unwrap();
        let token = AccessToken {
            id: TokenId::generate(now, &*scene.random),
            hash: generate_token(&*scene.random).1,
            user: user.clone(),
            issued_by: user,
            app: AppName::new("test").unwrap(),
            scopes: Scopes::NONE,
            environment: None,
            created_at: now,
            expires_at: now.plus_secs(60),
            revoked_at: None,
        };
        scene.store.add_token(&token).await.unwrap();
        assert!(scene.store.roles(None, Limit::MAX).await.unwrap().is_empty());
        assert_eq!(scene.prepare().await, None);
        scene.clock.advance(60);
        assert!(scene.prepare().await.is_some());
    }
}
