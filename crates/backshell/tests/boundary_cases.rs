//! The worked cases of the decision table, each through the functions that a call goes through: the allowed set of its
//! environment, the cell, the permission, and the placing of the finished request, with evidence out of files in their
//! publishers' formats.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict, and a table is as long as it is"
)]
#![cfg(test)]

use async_trait::async_trait;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use backshell_boundary::evidence::{DomainKey, Kind, Source};
use backshell_boundary::{
    AddressRules, AllowedSet, Answer, CellIdentity, EvidenceBase, Grant, Inventory, Place, ResolveError, Resolved,
    Resolver, Terms, cell_decision, place,
};
use backshell_model::{
    AppName, Boundary, Caller, ConnectionId, Egress, Environment, EnvironmentId, GrantId, HostName, Infrastructure,
    OperationId, Region, Scheme, Scopes, SealedText, ServiceRoot, ShapedRequest, TenantId, Timestamp, TokenId, UserId,
};
use backshell_permission::{Authority, CallTarget, ConnectionFacts, Permitted, World};
use backshell_testkit::{CountryRecord, SeededRandom, aws_ranges, azure_tags, country_database};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Method};
use serde_json::json;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// One line of the table of worked cases.
struct Case {
    number: u32,
    home: &'static str,
    mode: Mode,
    cell: &'static str,
    /// What is said about each address: `R <place>`, `G <country>`, `X`, `N`.
    addresses: &'static [&'static str],
    /// Regions that the service's operator declared.
    declared: &'static [&'static str],
    /// Places that a grant opens.
    granted: &'static [&'static str],
    infrastructure: Infrastructure,
    egress: Egress,
    expected: (&'static str, Answer),
}

#[derive(Clone, Copy)]
enum Mode {
    Region,
    Geography,
    List(&'static [&'static str]),
}

use Answer::{Allow, AllowWithNotice as Notice, Refuse};

const CASE: Case = Case {
    number: 0,
    home: "westus",
    mode: Mode::Geography,
    cell: "",
    addresses: &[],
    declared: &[],
    granted: &[],
    infrastructure: Infrastructure::External,
    egress: Egress::Refuse,
    expected: ("", Refuse),
};

/// The worked cases, in their order; the further ones say what the other egress setting and a missing mapping change.
fn cases() -> Vec<Case> {
    use Mode::{Geography, List, Region as One};
    let westeurope = |number, cell| Case { number, home: "westeurope", cell, ..CASE };
    let uksouth = |number, cell| Case { number, home: "uksouth", cell, ..CASE };
    let germany: &[&str] = &["westeurope", "northeurope", "germanywestcentral", "germanynorth"];
    vec![
        Case {
            number: 1,
            mode: One,
            cell: "westus",
            addresses: &["R westus"],
            declared: &["westus"],
            expected: ("D13", Allow),
            ..CASE
        },
        Case { number: 2, mode: One, cell: "westus", addresses: &["R eastus"], expected: ("D11", Refuse), ..CASE },
        Case {
            number: 3,
            mode: One,
            cell: "centralus",
            addresses: &["R westus"],
            declared: &["westus"],
            expected: ("D04", Refuse),
            ..CASE
        },
        Case { number: 4, cell: "eastus2", addresses: &["R westus3"], expected: ("D14", Allow), ..CASE },
        Case { number: 5, cell: "eastus", addresses: &["R canadacentral"], expected: ("D11", Refuse), ..CASE },
        Case { number: 6, cell: "eastus", addresses: &["R usgovvirginia"], expected: ("D11", Refuse), ..CASE },
        Case {
            addresses: &["R germanywestcentral"],
            declared: &["germanywestcentral"],
            expected: ("D11", Refuse),
            ..westeurope(7, "northeurope")
        },
        Case {
            mode: List(germany),
            addresses: &["R northeurope"],
            expected: ("D14", Allow),
            ..westeurope(8, "germanywestcentral")
        },
        Case {
            addresses: &["R westeurope"],
            declared: &["westeurope"],
            granted: &["westus", "westeurope"],
            expected: ("D04", Refuse),
            ..westeurope(9, "westus")
        },
        Case {
            addresses: &["N"],
            declared: &["eastus"],
            granted: &["eastus"],
            expected: ("D12", Notice),
            ..westeurope(10, "westeurope")
        },
        Case {
            addresses: &["N"],
            declared: &["eastus"],
            granted: &["eastus"],
            infrastructure: Infrastructure::Internal,
            expected: ("D10", Refuse),
            ..westeurope(11, "westeurope")
        },
        Case { mode: One, addresses: &["G GB"], expected: ("D15", Refuse), ..uksouth(12, "uksouth") },
        Case { mode: Geography, addresses: &["G GB"], expected: ("D16", Notice), ..uksouth(13, "ukwest") },
        Case { addresses: &["X"], expected: ("D20", Refuse), ..uksouth(14, "uksouth") },
        // Whether an unknown place is accepted is the egress setting's to say, so the row stays D20.
        Case { addresses: &["X"], egress: Egress::Notice, expected: ("D20", Notice), ..uksouth(14, "uksouth") },
        Case { addresses: &["X"], declared: &["uksouth"], expected: ("D13", Allow), ..uksouth(15, "uksouth") },
        Case {
            number: 16,
            home: "brazilsouth",
            cell: "southcentralus",
            addresses: &["R brazilsouth"],
            expected: ("D04", Refuse),
            ..CASE
        },
        Case {
            number: 17,
            home: "southeastasia",
            cell: "eastasia",
            addresses: &["G SG"],
            expected: ("D16", Notice),
            ..CASE
        },
        Case {
            mode: List(&["northeurope"]),
            addresses: &["N"],
            expected: ("D01", Refuse),
            ..westeurope(18, "northeurope")
        },
        Case {
            number: 19,
            home: "francecentral",
            cell: "francecentral",
            addresses: &["R francecentral", "R eastus"],
            expected: ("D11", Refuse),
            ..CASE
        },
        Case {
            number: 20,
            home: "germanywestcentral",
            mode: One,
            cell: "germanywestcentral",
            addresses: &["R northeurope"],
            declared: &["germanywestcentral"],
            expected: ("D11", Refuse),
            ..CASE
        },
        // The border group of an edge location in Buenos Aires, once mapped to its country and once not.
        Case { number: 21, home: "eastus", cell: "eastus", addresses: &["R AR"], expected: ("D11", Refuse), ..CASE },
        Case { number: 21, home: "eastus", cell: "eastus", addresses: &["X zone"], expected: ("D20", Refuse), ..CASE },
    ]
}

#[tokio::test]
async fn boundary_cases() {
    let cases = cases();
    let mut numbers: Vec<u32> = cases.iter().map(|case| case.number).collect();
    numbers.dedup();
    assert_eq!(numbers, (1..=21).collect::<Vec<u32>>());
    for case in &cases {
        let (row, answer) = case.decide().await;
        assert_eq!((row.as_str(), answer), case.expected, "case {}", case.number);
    }
}

impl Case {
    /// As a call is decided: each step is asked only when those before it let the call go on.
    async fn decide(&self) -> (String, Answer) {
        let environment = self.environment();
        let allowed = match AllowedSet::of(&environment) {
            Ok(allowed) => allowed,
            Err(error) => return (error.row().to_string(), Refuse),
        };
        let cell = CellIdentity::self_attested("cell-1", &Region::new(self.cell), NOW, &SeededRandom::new(9));
        let inside = match cell_decision(&cell, NOW, &allowed) {
            Ok(inside) => inside,
            Err(wrong) => return (wrong.row.to_string(), Refuse),
        };
        let root = ServiceRoot {
            scheme: Scheme::Https,
            host: HostName::parse("api.example.com").unwrap(),
            port: 443,
            base_path: "".into(),
        };
        let request = ShapedRequest {
            method: Method::GET,
            root: root.clone(),
            path: SealedText::literal("/"),
            query: Vec::new(),
            headers: HeaderMap::new(),
            sealed_headers: Vec::new(),
        };
        let evidence = self.evidence();
        let grants: Vec<Grant> = (!self.granted.is_empty())
            .then(|| Grant {
                id: GrantId::generate(NOW, &SeededRandom::new(9)),
                places: self.granted.iter().map(|name| Place::parse(name).unwrap()).collect(),
                from: NOW,
                until: NOW.plus_secs(3_600),
            })
            .into_iter()
            .collect();
        let terms = Terms {
            allowed: &allowed,
            egress: self.egress,
            certified: &[root],
            approved: &[],
            infrastructure: self.infrastructure,
            inventory: &Inventory::default(),
            addresses: &AddressRules::default(),
            evidence: &evidence,
            grants: &grants,
            now: NOW,
        };
        match place(permitted(environment.id), inside, request, &terms, self).await {
            Ok(placed) => {
                let decision = placed.decision();
                assert_eq!(decision.grants.len(), usize::from(decision.row.as_str() == "D12"));
                assert_eq!(placed.notice(), decision.answer == Notice);
                (decision.row.to_string(), decision.answer)
            }
            Err(refused) => {
                assert!(refused.decision.is_some_and(|decision| decision.row == refused.row));
                (refused.row.to_string(), Refuse)
            }
        }
    }

    fn environment(&self) -> Environment {
        let random = SeededRandom::new(1);
        Environment {
            id: EnvironmentId::generate(NOW, &random),
            tenant: TenantId::generate(NOW, &random),
            name: "worked case".to_owned(),
            home: Region::new(self.home),
            boundary: match self.mode {
                Mode::Region => Boundary::Region,
                Mode::Geography => Boundary::Geography,
                Mode::List(names) => Boundary::List(names.iter().map(|name| Region::new(name)).collect()),
            },
            egress: self.egress,
            created_at: NOW,
        }
    }
}

fn permitted(environment: EnvironmentId) -> Permitted {
    let random = SeededRandom::new(2);
    let connection = ConnectionId::generate(NOW, &random);
    let user = UserId::new("ada@example.com").unwrap();
    let facts = ConnectionFacts { id: connection, environment, owner: user.clone() };
    let authority = Authority::new(&World { connections: vec![facts], ..World::default() }).unwrap();
    let caller = Caller {
        user,
        app: AppName::new("test").unwrap(),
        token: TokenId::generate(NOW, &random),
        scopes: Scopes::all(),
        environment: None,
        issued_by: None,
    };
    let operation = OperationId::new("GetItem");
    authority.permit_call(&caller, &CallTarget { connection, environment, operation }).unwrap()
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case {}", self.number)
    }
}

/// A case is its own name server.
#[async_trait]
impl Resolver for Case {
    async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
        Ok(Arc::new(Resolved::new(self.addresses.iter().map(|said| address(said)), Vec::new())))
    }
}

/// Regions of the cases, each with a range of its own: `20.<position>.0.0/16`.
const AZURE: &[&str] = &[
    "westus",
    "eastus",
    "westus3",
    "canadacentral",
    "germanywestcentral",
    "northeurope",
    "westeurope",
    "brazilsouth",
    "francecentral",
];

/// An address of which the files below say what a case says.
fn address(said: &str) -> IpAddr {
    let text = match said {
        "R usgovvirginia" => "52.227.0.1".to_owned(),
        // A local zone of us-east-1 that is listed, and one that is not.
        "R AR" => "64.252.0.1".to_owned(),
        "X zone" => "64.252.1.1".to_owned(),
        "X" => "104.16.0.1".to_owned(),
        "G GB" => "81.2.69.1".to_owned(),
        "G SG" => "103.6.84.1".to_owned(),
        "N" => "198.41.0.4".to_owned(),
        azure => {
            let name = azure.strip_prefix("R ").unwrap();
            format!("20.{}.0.1", AZURE.iter().position(|region| *region == name).unwrap())
        }
    };
    text.parse().unwrap()
}

impl Case {
    /// The files that are imported, in the formats of their publishers.
    fn evidence(&self) -> EvidenceBase {
        let prefixes: Vec<[String; 1]> = (0..AZURE.len()).map(|position| [format!("20.{position}.0.0/16")]).collect();
        let names: Vec<String> = AZURE.iter().map(|region| format!("AzureCloud.{region}")).collect();
        let lists: Vec<[&str; 1]> = prefixes.iter().map(|[prefix]| [prefix.as_str()]).collect();
        let tags: Vec<(&str, &str, &[&str])> = names
            .iter()
            .zip(AZURE)
            .zip(&lists)
            .map(|((name, region), list)| (name.as_str(), *region, list.as_slice()))
            .collect();
        let aws = [
            ("64.252.0.0/24", "us-east-1", "us-east-1-bue-1", "EC2"),
            ("64.252.1.0/24", "us-east-1", "us-east-1-zzz-1", "EC2"),
        ];
        let countries =
            [("81.2.69.0", 24, CountryRecord::in_country("GB")), ("103.6.84.0", 22, CountryRecord::in_country("SG"))];
        let now = NOW.as_secs();
        let mut files = vec![
            (Kind::Azure, azure_tags("Public", &tags)),
            (
                Kind::Azure,
                azure_tags("AzureGovernment", &[("AzureCloud.usgovvirginia", "usgovvirginia", &["52.227.0.0/16"])]),
            ),
            (Kind::Aws, aws_ranges(now, &aws)),
            (Kind::Cdn, b"# Cloudflare\n104.16.0.0/13\n".to_vec()),
            (Kind::GeoIp, country_database(u64::try_from(now).unwrap(), &countries)),
        ];
        let signer = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        if !self.declared.is_empty() {
            files.push((Kind::Declaration, declaration(&signer, self.declared)));
        }
        let x = URL_SAFE_NO_PAD.encode(signer.public_key().as_ref());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x}).to_string();
        let key = DomainKey::from_jwk(jwk.as_bytes()).unwrap();
        EvidenceBase::new(
            files.into_iter().map(|(kind, bytes)| Source::read(kind, bytes, NOW, Some(&key)).unwrap()).collect(),
        )
    }
}

fn declaration(signer: &Ed25519KeyPair, regions: &[&str]) -> Vec<u8> {
    let claims = json!({
        "iss": "example.com", "service": "Example", "nbf": NOW.as_secs(), "exp": NOW.as_secs() + 86_400,
        "hosts": ["api.example.com"], "processing": regions, "storage": regions,
        "edge": {"provider": "Cloudflare", "option": "regional services"},
    });
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(json!({"alg": "EdDSA", "typ": "residency+jwt"})), part(claims));
    let signature = signer.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())).into_bytes()
}
