//! Rows to store. A number makes each one different; greater numbers sort later.

use backshell_model::{
    AccessToken, AppName, AuthKind, Boundary, Cell, Connection, ConnectionId, ConnectionState, Connector,
    ConnectorSlug, ConsentId, CrossingGrant, DirectoryEntry, Egress, Environment, EnvironmentId, GrantId, GroupId,
    HostApproval, HostName, Infrastructure, OwnershipConsent, OwnershipProof, PackageDigest, ProofId, PublisherKind,
    Region, Scheme, Scope, SealedSecrets, ServiceRoot, Tenant, TenantId, Timestamp, TokenHash, TokenId, TransferBasis,
    UserId, Verdict, VersionRange, WrappedDataKey,
};
use backshell_store::{LedgerRow, Publication, Store};
use backshell_testkit::SeededRandom;
use std::sync::Arc;

pub(super) fn at(number: u8) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_001 + 1_000_000 * i64::from(number))
}

fn random(number: u8) -> SeededRandom {
    SeededRandom::new(number.into())
}

pub(super) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(super) fn group(name: &str) -> GroupId {
    GroupId::new(name).unwrap()
}

pub(super) fn tenant(number: u8) -> Tenant {
    let id = TenantId::generate(at(number), &random(number));
    Tenant { id, name: format!("Tenant {number}"), created_at: at(number) }
}

pub(super) fn environment(tenant: &Tenant, number: u8) -> Environment {
    Environment {
        id: EnvironmentId::generate(at(number), &random(number)),
        tenant: tenant.id,
        name: format!("Environment {number}"),
        home: Region::new("westeurope"),
        boundary: Boundary::Geography,
        egress: Egress::Notice,
        created_at: at(number),
    }
}

pub(super) fn data_key(environment: &Environment) -> WrappedDataKey {
    WrappedDataKey {
        environment: environment.id,
        key_encryption_key: "0011223344556677".to_owned(),
        wrapped: vec![0, 255, 7],
    }
}

pub(super) fn cell(name: &str) -> Cell {
    Cell {
        name: name.to_owned(),
        region: Region::new("westeurope"),
        gateway_url: format!("https://{name}.gateway.example"),
        seen_at: at(0),
        registered: false,
    }
}

pub(super) fn directory_entry(number: u8) -> DirectoryEntry {
    DirectoryEntry {
        connection: ConnectionId::generate(at(number), &random(number)),
        environment: EnvironmentId::generate(at(number), &random(number)),
        home: Region::new("westus"),
        boundary: Boundary::Geography,
        noted_at: at(number),
    }
}

pub(super) fn publication(slug: &str, number: u8) -> Publication {
    Publication {
        connector: Connector {
            slug: slug.parse().unwrap(),
            title: format!("Title {number}"),
            publisher: "Contoso".to_owned(),
            publisher_kind: PublisherKind::Verified,
            infrastructure: Infrastructure::External,
            owner: user("paul@contoso.example"),
            created_at: at(number),
        },
        digest: PackageDigest([number; 32]),
        label: format!("1.{number}"),
        verdict: Verdict::Incomplete,
        report: "{\"findings\":[]}".into(),
        files: Arc::from([
            ("apiProperties.json".to_owned(), Arc::from([0xff, 0, number])),
            ("apiDefinition.swagger.json".to_owned(), Arc::from([])),
        ]),
        published_at: at(number),
    }
}

pub(super) fn host(name: &str) -> HostApproval {
    let root = ServiceRoot {
        scheme: Scheme::Https,
        host: HostName::parse(name).unwrap(),
        port: 8443,
        base_path: "/v1".into(),
    };
    HostApproval { root, approved_by: None }
}

pub(super) fn connection(environment: &Environment, publication: &Publication, number: u8) -> Connection {
    Connection {
        id: ConnectionId::generate(at(number), &random(number)),
        environment: environment.id,
        connector: publication.connector.slug.clone(),
        version: publication.digest,
        name: format!("Connection {number}"),
        owner: user("alice@contoso.example"),
        auth_kind: AuthKind::ApiKey,
        settings: [("Host \"quoted\"".to_owned(), "ünï\u{0}code".to_owned())].into(),
        hosts: vec![host("one.contoso.example")],
        state: ConnectionState::Connected,
        generation: 1,
        created_at: at(number),
    }
}

pub(super) fn sealed(connection: &Connection) -> SealedSecrets {
    SealedSecrets {
        connection: connection.id,
        generation: connection.generation,
        bytes: Arc::from([connection.generation.to_le_bytes()[0], 0, 255]),
    }
}

pub(super) fn token(name: &str, number: u8) -> AccessToken {
    AccessToken {
        id: TokenId::generate(at(number), &random(number)),
        hash: TokenHash([number; 32]),
        user: user(name),
        issued_by: user("adam@contoso.example"),
        app: AppName::new("Power Flow").unwrap(),
        scopes: [Scope::Call, Scope::Ledger].into_iter().collect(),
        environment: None,
        created_at: at(number),
        expires_at: at(100 + number),
        revoked_at: None,
    }
}

pub(super) fn crossing_grant(environment: EnvironmentId, connector: &ConnectorSlug, number: u8) -> CrossingGrant {
    CrossingGrant {
        id: GrantId::generate(at(number), &random(number)),
        environment,
        connector: connector.clone(),
        versions: VersionRange { from: 1, to: None },
        places: vec!["eastus".to_owned(), "AR".to_owned()],
        purpose: "Orders \"quoted\"".to_owned(),
        basis: TransferBasis::SccModule2,
        reference: "contract 7".to_owned(),
        granted_by: user("adam@contoso.example"),
        created_at: at(number),
        expires_at: at(100 + number),
        revoked_at: None,
    }
}

pub(super) fn ownership_proof(number: u8) -> OwnershipProof {
    OwnershipProof {
        id: ProofId::generate(&random(number)),
        connector: "contoso".parse().unwrap(),
        publisher: user("paul@contoso.example"),
        host: HostName::parse("api.contoso.com").unwrap(),
        answer: [number; 32],
        opened_by: user("adam@contoso.example"),
        opened_at: at(number),
        checks: vec![at(1)],
        proven: None,
        failures: Vec::new(),
        due: None,
        revoked_at: None,
        revision: 0,
    }
}

pub(super) fn ownership_consent(number: u8) -> OwnershipConsent {
    OwnershipConsent {
        id: ConsentId::generate(at(number), &random(number)),
        connector: "contoso".parse().unwrap(),
        publisher: user("paul@contoso.example"),
        host: HostName::parse("api.contoso.com").unwrap(),
        company: "Contoso \"quoted\"".to_owned(),
        approver: "J. Doe, head of platform".to_owned(),
        reference: "letter 7".to_owned(),
        privacy_policy: "https://contoso.com/privacy".to_owned(),
        recorded_by: user("paul"),
        recorded_at: at(number),
        expires_at: at(100 + number),
        revoked_at: None,
    }
}

pub(super) fn ledger_row(seq: i64) -> LedgerRow {
    let number = seq.to_le_bytes()[0];
    LedgerRow {
        seq,
        at: at(number),
        kind: "decision".into(),
        environment: (seq % 2 == 0).then(|| "env_01".to_owned()),
        body: Some(format!("{{\"call\":{seq}}}")),
        body_hash: [number; 32],
        hash: [number.wrapping_add(1); 32],
    }
}

pub(super) fn ledger_rows(seqs: std::ops::RangeInclusive<i64>) -> Vec<LedgerRow> {
    seqs.map(ledger_row).collect()
}

/// A tenant with an environment, and a published connector.
pub(super) async fn grounds(store: &dyn Store) -> (Environment, Publication) {
    let tenant = tenant(1);
    store.add_tenant(&tenant).await.unwrap();
    let environment = environment(&tenant, 1);
    store.add_environment(&environment).await.unwrap();
    let publication = publication("contoso", 1);
    store.publish(&publication).await.unwrap();
    (environment, publication)
}
