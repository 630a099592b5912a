//! Where permitted requests may go: roots, addresses and the decision table, through the real permission.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use async_trait::async_trait;
use backshell_boundary::{
    AddressRules, AllowedSet, CellIdentity, Grade, Inventory, NoEvidence, PlaceRefused, Placed, RefusalCode,
    ResolveError, Resolved, Resolver, Row, Terms, cell_decision, place,
};
use backshell_model::{
    AppName, Boundary, Caller, ConnectionId, Egress, Environment, EnvironmentId, HostName, Infrastructure, OperationId,
    Region, Scheme, Scopes, SealedText, ServiceRoot, ShapedRequest, TenantId, Timestamp, TokenId, UserId,
};
use backshell_permission::{Authority, CallTarget, ConnectionFacts, Permitted, World};
use backshell_testkit::SeededRandom;
use http::{HeaderMap, Method};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const PUBLIC: &str = "93.184.215.14";

fn environment(number: i64, boundary: Boundary) -> Environment {
    let random = SeededRandom::new(1);
    let now = Timestamp::from_secs(1_800_000_000 + number);
    Environment {
        id: EnvironmentId::generate(now, &random),
        tenant: TenantId::generate(now, &random),
        name: "e".to_owned(),
        home: Region::new("westeurope"),
        boundary,
        egress: Egress::Notice,
        created_at: now,
    }
}

fn permitted(environment: EnvironmentId) -> Permitted {
    let random = SeededRandom::new(2);
    let now = Timestamp::from_secs(1_800_000_000);
    let connection = ConnectionId::generate(now, &random);
    let owner = UserId::new("ada@example.com").unwrap();
    let facts = ConnectionFacts { id: connection, environment, owner: owner.clone() };
    let authority = Authority::new(&World { connections: vec![facts], ..World::default() }).unwrap();
    let caller = Caller {
        user: owner,
        app: AppName::new("test").unwrap(),
        token: TokenId::generate(now, &random),
        scopes: Scopes::all(),
        environment: None,
        issued_by: None,
    };
    let operation = OperationId::new("A");
    authority.permit_call(&caller, &CallTarget { connection, environment, operation }).unwrap()
}

fn root(host: &str, port: u16, base_path: &str) -> ServiceRoot {
    ServiceRoot { scheme: Scheme::Https, host: HostName::parse(host).unwrap(), port, base_path: base_path.into() }
}

/// Answers from a list and counts how often it is asked.
#[derive(Debug)]
struct Answers {
    answer: Result<Vec<IpAddr>, ResolveError>,
    asked: AtomicUsize,
}

impl Answers {
    fn of(addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Self { answer: Ok(addresses), asked: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Resolver for Answers {
    async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.answer.clone().map(|addresses| Arc::new(addresses.into()))
    }
}

struct Case {
    boundary: Boundary,
    egress: Egress,
    certified: Vec<ServiceRoot>,
    approved: Vec<ServiceRoot>,
    infrastructure: Infrastructure,
    inventory: Inventory,
    target: ServiceRoot,
    path: &'static str,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            boundary: Boundary::Geography,
            egress: Egress::Notice,
            certified: vec![root("api.example.com", 443, "/v1")],
            approved: Vec::new(),
            infrastructure: Infrastructure::External,
            inventory: Inventory::default(),
            target: root("api.example.com", 443, "/v1"),
            path: "/items",
        }
    }
}

impl Case {
    async fn place(&self, resolver: &dyn Resolver) -> Result<Placed, PlaceRefused> {
        let environment = environment(0, self.boundary.clone());
        let allowed = AllowedSet::of(&environment).unwrap();
        let inside = cell_decision(
            &CellIdentity::self_attested(
                "cell-1",
                &Region::new("westeurope"),
                Timestamp::from_secs(1_800_000_000),
                &SeededRandom::new(9),
            ),
            Timestamp::from_secs(1_800_000_000),
            &allowed,
        )
        .unwrap();
        let terms = Terms {
            allowed: &allowed,
            egress: self.egress,
            certified: &self.certified,
            approved: &self.approved,
            infrastructure: self.infrastructure,
            inventory: &self.inventory,
            addresses: &AddressRules::default(),
            evidence: &NoEvidence,
            grants: &[],
            now: Timestamp::from_secs(1_800_000_000),
        };
        let request = ShapedRequest {
            method: Method::GET,
            root: self.target.clone(),
            path: SealedText::literal(self.path),
            query: Vec::new(),
            headers: HeaderMap::new(),
            sealed_headers: Vec::new(),
        };
        place(permitted(environment.id), inside, request, &terms, resolver).await
    }

    async fn answer(&self, addresses: &[&str]) -> (String, &'static str, bool) {
        match self.place(&Answers::of(addresses)).await {
            Ok(placed) => (placed.row().to_string(), placed.reason(), placed.notice()),
            Err(refused) => (refused.code.as_str().to_owned(), refused.reason, false),
        }
    }
}

#[tokio::test]
async fn a_certified_root_is_placed_and_its_addresses_pinned() {
    let resolver = Answers::of(&[PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", PUBLIC]);
    let placed = Case::default().place(&resolver).await.unwrap();
    let expected: Vec<SocketAddr> =
        vec!["93.184.215.14:443".parse().unwrap(), "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443".parse().unwrap()];
    assert_eq!(placed.addresses(), expected);
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    assert_eq!((placed.places().grade, placed.places().known.len()), (Grade::N, 0));
    assert_eq!(placed.cell().as_str(), "westeurope");
}

#[tokio::test]
async fn only_certified_and_approved_roots_are_reached() {
    for (host, port, base_path, reason) in [
        ("api.example.com", 443, "/v1", None),
        ("api.example.com", 443, "/v1/deeper", None),
        ("api.example.com", 443, "/v10", Some("host_not_approved")),
        ("api.example.com", 443, "", Some("host_not_approved")),
        ("api.example.com", 8443, "/v1", Some("port")),
        ("evil.example.com", 443, "/v1", Some("host_not_approved")),
        ("evil.example.com", 8443, "/v1", Some("host_not_approved")),
        ("example.com", 443, "/v1", Some("host_not_approved")),
        ("other.example.com", 8443, "/anything", None),
        ("other.example.com", 443, "/anything", Some("port")),
    ] {
        let case = Case {
            approved: vec![root("other.example.com", 8443, "")],
            target: root(host, port, base_path),
            ..Case::default()
        };
        let resolver = Answers::of(&[PUBLIC]);
        let placed = case.place(&resolver).await;
        assert_eq!(placed.as_ref().err().map(|refused| refused.reason), reason, "{host}:{port}{base_path}");
        if let Err(refused) = placed {
            assert_eq!(refused.code, RefusalCode::EgressRefused);
            assert_eq!(refused.to_string().contains("port"), reason == Some("port"), "{refused}");
            assert_eq!(
                resolver.asked.load(Ordering::SeqCst),
                0,
                "no name is looked up for a host that is not approved"
            );
        }
    }
    let plain = ServiceRoot { scheme: Scheme::Http, ..root("api.example.com", 80, "/v1") };
    let case = Case { certified: vec![plain.clone()], target: plain, ..Case::default() };
    assert_eq!(case.answer(&[PUBLIC]).await, ("egress_refused".to_owned(), "scheme", false));
}

#[tokio::test]
async fn paths_do_not_lead_out() {
    for path in ["/..", "/a/../b", "/%2e%2e/b", "/.%2E", "/a/..;x/b", "/a\\..\\b"] {
        let case = Case { path, ..Case::default() };
        assert_eq!(case.answer(&[PUBLIC]).await.1, "path_escapes", "{path}");
    }
    for path in ["/a..b", "/...", "/a/%2f/b"] {
        let case = Case { path, ..Case::default() };
        assert_eq!(case.answer(&[PUBLIC]).await.1, "location_unknown", "{path}");
    }
}

#[tokio::test]
async fn one_bad_address_refuses_the_name() {
    let case = Case::default();
    let many: Vec<String> = (0..17).map(|last| format!("93.184.215.{last}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (addresses, reason) in [
        (&[][..], "no_answer"),
        (&["169.254.169.254"], "addr_refused"),
        (&["10.0.0.1", "::1"], "addr_refused"),
        (&[PUBLIC, "10.0.0.5"], "mixed_answers"),
        (&[PUBLIC, "::1"], "mixed_answers"),
        (&many, "too_many"),
    ] {
        assert_eq!(case.answer(addresses).await, ("endpoint_blocked".to_owned(), reason, false), "{addresses:?}");
    }
    assert_eq!(case.answer(many.get(1..).unwrap()).await.1, "location_unknown");
    for (error, code, reason) in [
        (ResolveError::NoAnswer, RefusalCode::EndpointBlocked, "no_answer"),
        (ResolveError::Chain, RefusalCode::EndpointBlocked, "chain"),
        (ResolveError::Failed("timeout".to_owned()), RefusalCode::UpstreamUnreachable, "resolver_failed"),
    ] {
        let resolver = Answers { answer: Err(error), asked: AtomicUsize::new(0) };
        let refused = case.place(&resolver).await.unwrap_err();
        assert_eq!((refused.code, refused.reason, refused.row), (code, reason, Row::D06));
    }
}

#[tokio::test]
async fn an_unknown_place_is_a_notice_or_a_refusal() {
    let list = || Boundary::List(vec![Region::new("westeurope")]);
    for (boundary, row) in [(Boundary::Region, "D18"), (Boundary::Geography, "D20"), (list(), "D20")] {
        let case = Case { boundary: boundary.clone(), ..Case::default() };
        assert_eq!(case.answer(&[PUBLIC]).await, (row.to_owned(), "location_unknown", true));
        let case = Case { boundary, egress: Egress::Refuse, ..Case::default() };
        let refused = case.place(&Answers::of(&[PUBLIC])).await.unwrap_err();
        assert_eq!((refused.code, refused.row.as_str()), (RefusalCode::EgressRefused, row));
        assert_eq!(refused.reason, "location_unknown");
    }
}

#[tokio::test]
async fn internal_services_are_where_the_inventory_says() {
    let host = HostName::parse("api.example.com").unwrap();
    for egress in [Egress::Notice, Egress::Refuse] {
        for (region, expected) in [
            (None, ("egress_refused", "internal_outside")),
            (Some("westus"), ("egress_refused", "internal_outside")),
            (Some("northeurope"), ("D09", "internal_inside")),
        ] {
            let inventory = region.map(|region| (host.clone(), Region::new(region))).into_iter().collect();
            let case = Case { infrastructure: Infrastructure::Internal, inventory, egress, ..Case::default() };
            let (code, reason, notice) = case.answer(&[PUBLIC]).await;
            assert_eq!((code.as_str(), reason, notice), (expected.0, expected.1, false), "{egress:?} {region:?}");
        }
    }
}

#[tokio::test]
async fn proofs_of_different_environments_do_not_combine() {
    let ours = environment(0, Boundary::Geography);
    let theirs = environment(1, Boundary::Geography);
    let (our_set, their_set) = (AllowedSet::of(&ours).unwrap(), AllowedSet::of(&theirs).unwrap());
    let cell = Region::new("westeurope");
    for (inside_of, terms_of) in [(&their_set, &our_set), (&our_set, &their_set)] {
        let case = Case::default();
        let request = ShapedRequest {
            method: Method::GET,
            root: case.target.clone(),
            path: SealedText::literal("/"),
            query: Vec::new(),
            headers: HeaderMap::new(),
            sealed_headers: Vec::new(),
        };
        let terms = Terms {
            allowed: terms_of,
            egress: Egress::Notice,
            certified: &case.certified,
            approved: &[],
            infrastructure: Infrastructure::External,
            inventory: &Inventory::default(),
            addresses: &AddressRules::default(),
            evidence: &NoEvidence,
            grants: &[],
            now: Timestamp::from_secs(1_800_000_000),
        };
        let inside = cell_decision(
            &CellIdentity::self_attested("cell-1", &cell, Timestamp::from_secs(1_800_000_000), &SeededRandom::new(9)),
            Timestamp::from_secs(1_800_000_000),
            inside_of,
        )
        .unwrap();
        let refused = place(permitted(ours.id), inside, request, &terms, &Answers::of(&[PUBLIC])).await.unwrap_err();
        assert_eq!((refused.code, refused.reason), (RefusalCode::InternalError, "environments_differ"));
    }
}
