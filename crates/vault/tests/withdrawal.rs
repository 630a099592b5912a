//! The vault as the gateway uses it: secrets are sealed for a connection and withdrawn with proofs from their real
//! makers.

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use backshell_auth::Secrets;
    use backshell_boundary::{
        AddressRules, AllowedSet, CellIdentity, CellInside, Inventory, NoEvidence, Placed, ResolveError, Resolved,
        Resolver, Terms, cell_decision, place,
    };
    use backshell_model::{
        AppName, AuthKind, Boundary, Caller, Connection, ConnectionId, ConnectionState, Egress, Environment,
        EnvironmentId, HostName, HostPort, Infrastructure, OperationId, PackageDigest, Region, Scheme, Scopes,
        SealedSecrets, SecretBytes, SecretName, ServiceRoot, ShapedRequest, TenantId, Timestamp, TokenId, UserId,
        WrappedDataKey,
    };
    use backshell_permission::{Authority, CallTarget, ConnectionFacts, World};
    use backshell_testkit::SeededRandom;
    use backshell_vault::{KeyEncryptionKey, SecretBinding, Vault, VaultError};
    use proptest::prelude::*;
    use std::sync::Arc;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const CANARY: &str = "hunter2-canary";

    #[derive(Debug)]
    struct OnePublicAddress;

    #[async_trait]
    impl Resolver for OnePublicAddress {
        async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
            Ok(Arc::new(vec!["93.184.215.14".parse().unwrap()].into()))
        }
    }

    fn environment(seed: u64) -> Environment {
        let random = SeededRandom::new(seed);
        Environment {
            id: EnvironmentId::generate(NOW, &random),
            tenant: TenantId::generate(NOW, &random),
            name: "test".to_owned(),
            home: Region::new("westeurope"),
            boundary: Boundary::Geography,
            egress: Egress::Notice,
            created_at: NOW,
        }
    }

    fn connection(environment: &Environment, seed: u64) -> Connection {
        Connection {
            id: ConnectionId::generate(NOW, &SeededRandom::new(seed)),
            environment: environment.id,
            connector: "contoso".parse().unwrap(),
            version: PackageDigest([1; 32]),
            name: "test".to_owned(),
            owner: UserId::new("alice").unwrap(),
            auth_kind: AuthKind::ApiKey,
            settings: [].into(),
            hosts: Vec::new(),
            state: ConnectionState::Connected,
            generation: 3,
            created_at: NOW,
        }
    }

    fn host(name: &str, port: u16) -> HostPort {
        HostPort { host: HostName::parse(name).unwrap(), port }
    }

    /// The proof for a call through `connection` to `to`, by way of the makers of every step.
    async fn placed(environment: &Environment, connection: &Connection, to: &HostPort) -> Placed {
        let facts = ConnectionFacts { id: connection.id, environment: environment.id, owner: connection.owner.clone() };
        let authority = Authority::new(&World { connections: vec![facts], ..World::default() }).unwrap();
        let caller = Caller {
            user: connection.owner.clone(),
            app: AppName::new("test").unwrap(),
            token: TokenId::generate(NOW, &SeededRandom::new(1)),
            scopes: Scopes::all(),
            environment: None,
            issued_by: None,
        };
        let operation = OperationId::new("GetItem");
        let target = CallTarget { connection: connection.id, environment: environment.id, operation };
        let permitted = authority.permit_call(&caller, &target).unwrap();
        let allowed = AllowedSet::of(environment).unwrap();
        let inside = inside(environment);
        let root = ServiceRoot { scheme: Scheme::Https, host: to.host.clone(), port: to.port, base_path: "/v1".into() };
        let request = ShapedRequest {
            method: http::Method::GET,
            root: root.clone(),
            path: "/items".into(),
            query: Vec::new(),
            headers: http::HeaderMap::new(),
            sealed_headers: Vec::new(),
        };
        let terms = Terms {
            allowed: &allowed,
            egress: environment.egress,
            certified: &[root],
            approved: &[],
            infrastructure: Infrastructure::External,
            inventory: &Inventory::default(),
            addresses: &AddressRules::default(),
            evidence: &NoEvidence,
            grants: &[],
            now: Timestamp::from_secs(1_800_000_000),
        };
        place(permitted, inside, request, &terms, &OnePublicAddress).await.unwrap()
    }

    /// The proof that a cell at the environment's home may keep what belongs to it.
    fn inside(environment: &Environment) -> CellInside {
        let cell = CellIdentity::self_attested("cell-1", &environment.home, NOW, &SeededRandom::new(9));
        cell_decision(&cell, NOW, &AllowedSet::of(environment).unwrap()).unwrap()
    }

    fn key(number: u8) -> KeyEncryptionKey {
        KeyEncryptionKey::from_file(&[number; 32]).unwrap()
    }

    fn vault(key_number: u8) -> Vault {
        Vault::new(key(key_number), Arc::new(SeededRandom::new(7)))
    }

    fn secrets() -> Secrets {
        let secret = |name: &str, value: &str| (SecretName::new(name), SecretBytes::new(value.as_bytes().to_vec()));
        [secret("api_key", CANARY), secret("second", "")].into_iter().collect()
    }

    /// A connection with sealed secrets, in a vault that knows the environment's data key.
    struct Stored {
        vault: Vault,
        environment: Environment,
        connection: Connection,
        data_key: WrappedDataKey,
        binding: SecretBinding,
        sealed: SealedSecrets,
    }

    fn stored() -> Stored {
        let vault = vault(1);
        let environment = environment(1);
        let data_key = vault.create_data_key(&inside(&environment)).unwrap();
        vault.load_data_key(&inside(&environment), &data_key).unwrap();
        let connection = connection(&environment, 1);
        let hosts = [host("one.contoso.example", 443), host("two.contoso.example", 443)];
        let binding = SecretBinding::of(&connection, hosts);
        let sealed = vault.seal(&inside(&environment), &binding, &secrets()).unwrap();
        Stored { vault, environment, connection, data_key, binding, sealed }
    }

    impl Stored {
        async fn placed(&self) -> Placed {
            placed(&self.environment, &self.connection, &host("one.contoso.example", 443)).await
        }
    }

    fn assert_same(found: &Secrets) {
        let plain = |secrets: &Secrets| {
            secrets.iter().map(|(name, value)| (name.clone(), value.expose().to_vec())).collect::<Vec<_>>()
        };
        assert_eq!(plain(found), plain(&secrets()));
    }

    #[tokio::test]
    async fn sealed_secrets_are_withdrawn_and_counted() {
        let it = stored();
        assert!(!it.sealed.bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()));
        let placed = it.placed().await;
        assert_eq!(it.vault.withdrawals(), 0, "nothing before the withdrawal touches the vault");
        assert_same(&it.vault.withdraw(&placed, &it.binding, &it.sealed).unwrap());
        assert_same(&it.vault.withdraw(&placed, &it.binding, &it.sealed).unwrap());
        assert_eq!(it.vault.withdrawals(), 2);
        let again = it.vault.seal(&inside(&it.environment), &it.binding, &secrets()).unwrap();
        assert_ne!(again.bytes, it.sealed.bytes, "a nonce is used once");
    }

    #[tokio::test]
    async fn another_process_opens_what_was_sealed() {
        let it = stored();
        let other = vault(1);
        let unknown = other.withdraw(&it.placed().await, &it.binding, &it.sealed).unwrap_err();
        assert_eq!(unknown, VaultError::NoDataKey(it.environment.id));
        other.load_data_key(&inside(&it.environment), &it.data_key).unwrap();
        other.load_data_key(&inside(&it.environment), &it.data_key).unwrap();
        assert_same(&other.withdraw(&it.placed().await, &it.binding, &it.sealed).unwrap());
    }

    /// A row that was copied over another one: identifiers in the row say the new place, the bytes are of the old.
    #[tokio::test]
    async fn a_moved_ciphertext_does_not_open() {
        let it = stored();
        let refused = VaultError::SecretsRefused(it.connection.id);
        let placed = it.placed().await;
        let changes: [fn(&mut SecretBinding); 5] = [
            |binding| binding.generation += 1,
            |binding| binding.auth_kind = AuthKind::Basic,
            |binding| assert!(binding.hosts.insert(host("three.contoso.example", 443))),
            |binding| assert!(binding.hosts.remove(&host("two.contoso.example", 443))),
            |binding| {
                binding.hosts.remove(&host("two.contoso.example", 443));
                binding.hosts.insert(host("two.contoso.example", 8443));
            },
        ];
        for change in changes {
            let mut binding = it.binding.clone();
            change(&mut binding);
            let moved = SealedSecrets { generation: binding.generation, ..it.sealed.clone() };
            assert_eq!(it.vault.withdraw(&placed, &binding, &moved).unwrap_err(), refused, "{binding:?}");
        }
        // Another connection of the same environment, with the same hosts.
        let other = connection(&it.environment, 2);
        let binding = SecretBinding::of(&other, it.binding.hosts.clone());
        let moved = SealedSecrets { connection: other.id, ..it.sealed.clone() };
        let placed_other = super::tests::placed(&it.environment, &other, &host("one.contoso.example", 443)).await;
        let found = it.vault.withdraw(&placed_other, &binding, &moved).unwrap_err();
        assert_eq!(found, VaultError::SecretsRefused(other.id));
        // The same connection in another environment, with that environment's data key and with the first one's.
        let elsewhere = environment(2);
        let mut moved_connection = it.connection.clone();
        moved_connection.environment = elsewhere.id;
        let binding = SecretBinding::of(&moved_connection, it.binding.hosts.clone());
        let placed = super::tests::placed(&elsewhere, &moved_connection, &host("one.contoso.example", 443)).await;
        let beyond = inside(&elsewhere);
        it.vault.load_data_key(&beyond, &it.vault.create_data_key(&beyond).unwrap()).unwrap();
        assert_eq!(it.vault.withdraw(&placed, &binding, &it.sealed).unwrap_err(), refused);
        it.vault.load_data_key(&beyond, &WrappedDataKey { environment: elsewhere.id, ..it.data_key.clone() }).unwrap();
        let found = it.vault.withdraw(&placed, &binding, &it.sealed).unwrap_err();
        assert_eq!(found, VaultError::DataKeyRefused(elsewhere.id));
    }

    #[tokio::test]
    async fn proof_binding_and_ciphertext_must_be_of_one_connection() {
        let it = stored();
        let other = connection(&it.environment, 2);
        let mismatch = |id| Err(VaultError::Mismatch(id));
        let placed_other = placed(&it.environment, &other, &host("one.contoso.example", 443)).await;
        let found = it.vault.withdraw(&placed_other, &it.binding, &it.sealed).map(drop);
        assert_eq!(found, mismatch(other.id), "a permitted call must not open another connection's secrets");
        let placed = it.placed().await;
        let foreign = SecretBinding { connection: other.id, ..it.binding.clone() };
        assert_eq!(it.vault.withdraw(&placed, &foreign, &it.sealed).map(drop), mismatch(it.connection.id));
        let foreign = SecretBinding { environment: environment(2).id, ..it.binding.clone() };
        assert_eq!(it.vault.withdraw(&placed, &foreign, &it.sealed).map(drop), mismatch(it.connection.id));
        let foreign = SealedSecrets { connection: other.id, ..it.sealed.clone() };
        assert_eq!(it.vault.withdraw(&placed, &it.binding, &foreign).map(drop), mismatch(it.connection.id));
        let stale = SealedSecrets { generation: 2, ..it.sealed.clone() };
        assert_eq!(it.vault.withdraw(&placed, &it.binding, &stale).map(drop), mismatch(it.connection.id));
        assert_same(&it.vault.withdraw(&placed, &it.binding, &it.sealed).unwrap());
    }

    #[tokio::test]
    async fn secrets_go_to_the_hosts_they_were_given_for() {
        let it = stored();
        for elsewhere in [host("three.contoso.example", 443), host("one.contoso.example", 8443)] {
            let placed = placed(&it.environment, &it.connection, &elsewhere).await;
            let found = it.vault.withdraw(&placed, &it.binding, &it.sealed).unwrap_err();
            assert_eq!(found, VaultError::HostNotBound(it.connection.id), "{elsewhere:?}");
        }
    }

    #[tokio::test]
    async fn every_flipped_bit_is_refused() {
        let it = stored();
        let placed = it.placed().await;
        for bit in 0..it.sealed.bytes.len() * 8 {
            let mut bytes = it.sealed.bytes.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let flipped = SealedSecrets { bytes: bytes.into(), ..it.sealed.clone() };
            let found = it.vault.withdraw(&placed, &it.binding, &flipped).unwrap_err();
            assert_eq!(found, VaultError::SecretsRefused(it.connection.id), "bit {bit}");
        }
        for bit in 0..it.data_key.wrapped.len() * 8 {
            let mut flipped = it.data_key.clone();
            flipped.wrapped[bit / 8] ^= 1 << (bit % 8);
            it.vault.load_data_key(&inside(&it.environment), &flipped).unwrap();
            let found = it.vault.withdraw(&placed, &it.binding, &it.sealed).unwrap_err();
            assert_eq!(found, VaultError::DataKeyRefused(it.environment.id), "bit {bit}");
        }
    }

    #[tokio::test]
    async fn the_wrong_key_encryption_key_opens_nothing() {
        let it = stored();
        let stranger = vault(2);
        let found = stranger.load_data_key(&inside(&it.environment), &it.data_key).unwrap_err();
        assert!(matches!(&found, VaultError::OtherKey { configured, .. } if configured == key(2).id()), "{found}");
        // Somebody who can write the database says that the key was wrapped by this vault's.
        let relabelled = WrappedDataKey { key_encryption_key: key(2).id().to_owned(), ..it.data_key.clone() };
        stranger.load_data_key(&inside(&it.environment), &relabelled).unwrap();
        let found = stranger.withdraw(&it.placed().await, &it.binding, &it.sealed).unwrap_err();
        assert_eq!(found, VaultError::DataKeyRefused(it.environment.id));
        assert_eq!(stranger.rewrap(&relabelled, &key(3)).map(drop), Err(VaultError::DataKeyRefused(it.environment.id)));
    }

    #[tokio::test]
    async fn nothing_is_kept_under_the_proof_of_another_environment() {
        let it = stored();
        let other = inside(&environment(2));
        let outside = VaultError::OutsideCustody(it.environment.id);
        assert_eq!(it.vault.seal(&other, &it.binding, &secrets()).map(drop), Err(outside.clone()));
        assert_eq!(vault(1).load_data_key(&other, &it.data_key), Err(outside));
        // What a cell may not keep any more is forgotten.
        assert!(it.vault.withdraw(&it.placed().await, &it.binding, &it.sealed).is_ok());
        it.vault.keep_data_keys(|environment| environment != it.environment.id);
        let gone = it.vault.withdraw(&it.placed().await, &it.binding, &it.sealed).map(drop);
        assert_eq!(gone, Err(VaultError::NoDataKey(it.environment.id)));
    }

    #[tokio::test]
    async fn rotation_changes_the_wrapping_only() {
        let it = stored();
        let rewrapped = it.vault.rewrap(&it.data_key, &key(2)).unwrap();
        assert_eq!((rewrapped.environment, rewrapped.key_encryption_key.as_str()), (it.environment.id, key(2).id()));
        assert_ne!(rewrapped.wrapped, it.data_key.wrapped);
        let next = vault(2);
        next.load_data_key(&inside(&it.environment), &rewrapped).unwrap();
        assert_same(&next.withdraw(&it.placed().await, &it.binding, &it.sealed).unwrap());
        assert!(matches!(it.vault.rewrap(&rewrapped, &key(3)), Err(VaultError::OtherKey { .. })));
    }

    #[tokio::test]
    async fn nothing_shows_a_secret() {
        let it = stored();
        let opened = it.vault.withdraw(&it.placed().await, &it.binding, &it.sealed).unwrap();
        let shown = format!("{opened:?} {:#?} {:?} {:?}", it.vault, it.sealed, it.binding);
        assert!(!shown.contains(CANARY) && !shown.contains(&format!("{:?}", CANARY.as_bytes())), "{shown}");
        // The key-encryption key is thirty-two times the byte 1.
        assert!(!shown.contains("1, 1") && !shown.contains("0101"), "{shown}");
    }

    proptest! {
        #[test]
        fn bindings_that_differ_do_not_open_each_other(
            names in proptest::collection::btree_set("[a-c]{1,2}\\.example", 1..4),
            others in proptest::collection::btree_set("[a-c]{1,2}\\.example", 1..4),
            ports in (443_u16..446, 443_u16..446),
            generations in (0_u64..3, 0_u64..3),
        ) {
            let it = stored();
            let hosts = |names: &std::collections::BTreeSet<String>, port| {
                names.iter().map(|name| host(name, port)).collect::<std::collections::BTreeSet<_>>()
            };
            let common = it.binding.clone();
            let one = SecretBinding { hosts: hosts(&names, ports.0), generation: generations.0, ..common.clone() };
            let two = SecretBinding { hosts: hosts(&others, ports.1), generation: generations.1, ..common };
            let sealed = it.vault.seal(&inside(&it.environment), &one, &secrets()).unwrap();
            let moved = SealedSecrets { generation: two.generation, ..sealed };
            let to = two.hosts.first().unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let placed = runtime.block_on(placed(&it.environment, &it.connection, to));
            prop_assert_eq!(it.vault.withdraw(&placed, &two, &moved).is_ok(), one == two);
        }
    }
}
