//! The first start: a tenant, an environment at home in this cell's region, and the first administrator with a token.

use anyhow::Context;
use backshell_console::generate_token;
use backshell_ledger::{ActRecord, Ledger};
use backshell_model::{
    AccessToken, AppName, Boundary, Clock, Egress, Environment, EnvironmentId, Random, Region, Role, RoleAssignment, Scopes,
    Tenant, TenantId, TokenId, UserId,
};
use backshell_store::{Limit, Store};

/// Who the first administrator is.
pub(crate) const FIRST_USER: &str = "administrator";
/// How long their token is good for, seconds.
const FIRST_TOKEN_SECONDS: i64 = 365 * 24 * 3600;

/// Prepares an empty database. Returns the first administrator's token when this start made it; it is stored as a hash
/// and cannot be shown again.
pub(crate) async fn prepare(
    store: &dyn Store,
    ledger: &Ledger,
    clock: &dyn Clock,
    random: &dyn Random,
    region: &Region,
) -> anyhow::Result<Option<String>> {
    if !store.roles(None, Limit::new(1)).await?.is_empty() {
        return Ok(None);
    }
    let now = clock.now();
    if store.tenants(None, Limit::new(1)).await?.is_empty() {
        let tenant = Tenant { id: TenantId::generate(now, random), name: "default".to_owned(), created_at: now };
        store.add_tenant(&tenant).await.context("the first tenant cannot be made")?;
        let environment = Environment {
            id: EnvironmentId::generate(now, random),
            tenant: tenant.id,
            name: "default".to_owned(),
            home: region.clone(),
            boundary: Boundary::Geography,
            egress: Egress::Notice,
            created_at: now,
        };
        store.add_environment(&environment).await.context("the first environment cannot be made")?;
    }
    let user = UserId::new(FIRST_USER)?;
    let (token, hash) = generate_token(random);
    let record = AccessToken {
        id: TokenId::generate(now, random),
        hash,
        user: user.clone(),
        app: AppName::new("first start")?,
        scopes: Scopes::all(),
        environment: None,
        created_at: now,
        expires_at: now.plus_secs(FIRST_TOKEN_SECONDS),
        revoked_at: None,
    };
    ledger.act(ActRecord { whom: Some(&user), ..ActRecord::done(None, "token.created", &record.id.to_string()) }).await?;
    store.add_token(&record).await.context("the first token cannot be made")?;
    // Last, because it is what says that the first start is over: one that was cut off is done again.
    store.assign_role(&RoleAssignment { user, role: Role::Administrator }).await?;
    Ok(Some(String::from_utf8_lossy(token.expose()).into_owned()))
}
