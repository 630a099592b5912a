//! Evidence files in their publishers' formats: right answers, and damage that is found and named.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]
#![cfg(test)]

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use backshell_boundary::evidence::{Damaged, DomainKey, Kind, Source, claimed_domain};
use backshell_boundary::{EndpointPlaces, Evidence, EvidenceBase, Grade, grade};
use backshell_model::{HostName, Timestamp};
use backshell_testkit::{CountryRecord, aws_ranges, azure_tags, country_database, google_ranges};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;

const NOW_SECS: i64 = 1_800_000_000;
const NOW: Timestamp = Timestamp::from_secs(NOW_SECS);
const DAY: i64 = 86_400;

fn read(kind: Kind, bytes: &[u8]) -> Result<Source, Damaged> {
    Source::read(kind, bytes.to_vec(), NOW, Some(&key(1).1))
}

fn base(files: &[(Kind, Vec<u8>)]) -> EvidenceBase {
    EvidenceBase::new(files.iter().map(|(kind, bytes)| read(*kind, bytes).unwrap()).collect())
}

fn about(base: &EvidenceBase, host: &str, chain: &[&str], addresses: &[&str], at: Timestamp) -> EndpointPlaces {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let chain: Vec<Arc<str>> = chain.iter().map(|name| Arc::from(*name)).collect();
    grade(&base.about(&HostName::parse(host).unwrap(), &chain, &addresses, at))
}

/// Grade and places of one address.
fn at(base: &EvidenceBase, address: &str) -> (Grade, String) {
    let places = about(base, "api.example.com", &[], &[address], NOW);
    let names: Vec<&str> = places.places().map(|place| place.as_str()).collect();
    (places.grade, names.join(","))
}

fn expect(base: &EvidenceBase, cases: &[(&str, Grade, &str)]) {
    for (address, grade, place) in cases {
        assert_eq!(at(base, address), (*grade, (*place).to_owned()), "{address}");
    }
}

fn aws() -> Vec<u8> {
    aws_ranges(
        NOW_SECS - DAY,
        &[
            ("3.0.0.0/15", "ap-southeast-1", "ap-southeast-1", "AMAZON"),
            ("3.0.0.0/15", "ap-southeast-1", "ap-southeast-1", "EC2"),
            ("3.5.0.0/16", "eu-west-1", "eu-west-1", "AMAZON"),
            ("3.5.7.0/24", "GLOBAL", "GLOBAL", "CLOUDFRONT"),
            ("15.177.0.0/18", "GLOBAL", "GLOBAL", "AMAZON"),
            ("15.177.1.0/24", "us-east-1", "us-east-1", "AMAZON"),
            ("15.177.1.0/24", "us-east-1", "us-east-1", "ROUTE53_HEALTHCHECKS"),
            ("64.252.0.0/24", "us-east-1", "us-east-1-bue-1", "EC2"),
            ("64.252.1.0/24", "us-east-1", "us-east-1-zzz-1", "EC2"),
            ("2600:1f18::/33", "us-east-1", "us-east-1", "EC2"),
        ],
    )
}

#[test]
fn aws_ranges_with_edges_and_border_groups() {
    let base = base(&[(Kind::Aws, aws())]);
    expect(
        &base,
        &[
            ("3.1.2.3", Grade::R, "ap-southeast-1"),
            ("3.5.6.1", Grade::R, "eu-west-1"),
            ("3.5.7.1", Grade::X, ""),
            ("15.177.0.1", Grade::X, ""),
            ("15.177.1.1", Grade::X, ""),
            ("64.252.0.9", Grade::R, "AR"),
            ("64.252.1.9", Grade::X, ""),
            ("2600:1f18::1", Grade::R, "us-east-1"),
            ("2600:1f18:8000::1", Grade::N, ""),
            // A customer's own range is in no file.
            ("8.8.8.8", Grade::N, ""),
        ],
    );
    let info = &base.sources()[0];
    assert_eq!((info.name.as_str(), info.dated), ("aws", Timestamp::from_secs(NOW_SECS - DAY)));
    assert_eq!(info.unknown.iter().collect::<Vec<_>>(), [(&"us-east-1-zzz-1".to_owned(), &1)]);
    assert!(info.id.as_str().starts_with("aws:") && info.id.as_str().len() == 4 + 64, "{}", info.id);
}

#[test]
fn azure_tags_of_a_cloud() {
    let public = azure_tags(
        "Public",
        &[
            ("AzureCloud", "", &["20.0.0.0/8", "13.107.200.0/24"]),
            ("ActionGroup", "", &["20.38.98.100/32", "20.200.0.1/32"]),
            ("AzureCloud.westeurope", "westeurope", &["20.38.98.0/24", "2603:1020::/47"]),
            ("AzureCloud.germanywc", "germanywc", &["20.52.0.0/16"]),
            ("AzureCloud.usstagec", "usstagec", &["20.53.0.0/16"]),
            ("AzureFrontDoor.Frontend", "", &["20.52.9.0/24", "13.107.213.0/24"]),
            ("Storage.WestEurope", "westeurope", &["20.60.0.0/24"]),
        ],
    );
    let government =
        azure_tags("AzureGovernment", &[("AzureCloud.usgovvirginia", "usgovvirginia", &["52.227.0.0/16"])]);
    let base = base(&[(Kind::Azure, public), (Kind::Azure, government)]);
    expect(
        &base,
        &[
            // Also in a tag without region, with a longer prefix: the region still counts.
            ("20.38.98.100", Grade::R, "westeurope"),
            ("2603:1020::7", Grade::R, "westeurope"),
            ("20.52.1.1", Grade::R, "germanywestcentral"),
            ("20.52.9.1", Grade::X, ""),
            ("20.53.0.1", Grade::X, ""),
            ("13.107.213.4", Grade::X, ""),
            ("20.200.0.1", Grade::X, ""),
            ("20.60.0.1", Grade::X, ""),
            ("52.227.0.1", Grade::R, "usgovvirginia"),
            ("21.0.0.1", Grade::N, ""),
        ],
    );
    assert_eq!(base.sources()[1].name, "azure-government");
}

#[test]
fn google_ranges_and_its_front_ends() {
    let cloud = google_ranges(
        NOW_SECS,
        &[
            ("34.1.208.0/20", Some("africa-south1")),
            ("34.96.64.0/18", Some("global")),
            ("2600:1900::/28", Some("europe-west3")),
        ],
    );
    let all = google_ranges(NOW_SECS, &[("34.0.0.0/8", None), ("8.8.8.0/24", None)]);
    let base = base(&[(Kind::Gcp, cloud), (Kind::Goog, all)]);
    expect(
        &base,
        &[
            ("34.1.208.9", Grade::R, "africa-south1"),
            ("34.96.64.9", Grade::X, ""),
            ("34.200.0.1", Grade::X, ""),
            ("8.8.8.8", Grade::X, ""),
            ("2600:1900::1", Grade::R, "europe-west3"),
            ("9.9.9.9", Grade::N, ""),
        ],
    );
}

fn geoip() -> Vec<u8> {
    let anycast = CountryRecord { anycast: true, ..CountryRecord::in_country("US") };
    let moved = CountryRecord { country: Some("DE"), registered: Some("US"), anycast: false };
    let held = CountryRecord { country: None, registered: Some("FR"), anycast: false };
    country_database(
        u64::try_from(NOW_SECS - DAY).unwrap(),
        &[
            ("81.0.0.0", 8, CountryRecord::in_country("GB")),
            ("81.2.0.0", 16, moved),
            ("81.3.0.0", 16, held),
            ("1.1.1.0", 24, anycast),
            ("2a02::", 16, CountryRecord::in_country("SE")),
        ],
    )
}

#[test]
fn geoip_countries_count_only_where_nothing_better_speaks() {
    let base = base(&[(Kind::GeoIp, geoip()), (Kind::Aws, aws())]);
    expect(
        &base,
        &[
            ("81.1.1.1", Grade::G, "GB"),
            ("81.2.1.1", Grade::G, "DE"),
            ("81.3.1.1", Grade::N, ""),
            ("1.1.1.1", Grade::X, ""),
            ("2a02::1", Grade::G, "SE"),
            ("3.1.2.3", Grade::R, "ap-southeast-1"),
            ("203.0.113.1", Grade::N, ""),
        ],
    );
    let both = about(&base, "api.example.com", &[], &["3.1.2.3", "81.1.1.1"], NOW);
    assert_eq!((both.grade, both.known.len(), both.estimated.len()), (Grade::G, 1, 1));
    let none = about(&base, "api.example.com", &[], &["3.1.2.3", "81.1.1.1", "203.0.113.1"], NOW);
    assert_eq!(none.grade, Grade::N);
}

#[test]
fn delivery_networks_by_range_and_by_name() {
    let lists: [&[u8]; 3] = [
        b"# Cloudflare\n104.16.0.0/13\n2400:cb00::/32 # remark\n\n",
        br#"{"addresses":["104.16.0.0/13"],"ipv6_addresses":["2400:cb00::/32"]}"#,
        br#"{"result":{"ipv4_cidrs":["104.16.0.0/13"],"ipv6_cidrs":["2400:cb00::/32"]},"success":true}"#,
    ];
    for list in lists {
        let base = base(&[(Kind::Cdn, list.to_vec()), (Kind::Aws, aws())]);
        expect(
            &base,
            &[("104.17.0.1", Grade::X, ""), ("2400:cb00::1", Grade::X, ""), ("3.1.2.3", Grade::R, "ap-southeast-1")],
        );
        // The name leads into a delivery network, whatever the lists say of its address.
        let edge = about(&base, "api.example.com", &["d1.cloudfront.net"], &["3.1.2.3"], NOW);
        assert_eq!((edge.grade, edge.known.len()), (Grade::X, 0));
        assert!(edge.evidence.iter().any(|id| id.as_str() == "zone:cloudfront.net"));
    }
}

#[test]
fn evidence_ages() {
    let files = [(Kind::Aws, aws()), (Kind::GeoIp, geoip())];
    let base = base(&files);
    let asked = |address, days| {
        let places = about(&base, "api.example.com", &[], &[address], NOW.plus_secs(days * DAY));
        (places.grade, places.stale)
    };
    // Published a day before now: 14 days for ranges, 35 for the database.
    assert_eq!(asked("3.1.2.3", 12), (Grade::R, false));
    assert_eq!(asked("3.1.2.3", 13), (Grade::N, true));
    assert_eq!(asked("81.1.1.1", 33), (Grade::G, false));
    assert_eq!(asked("81.1.1.1", 34), (Grade::N, true));
    assert_eq!(asked("203.0.113.1", 90), (Grade::N, false));
    assert_eq!(asked("3.1.2.3", -3), (Grade::N, true), "a file from the future is no better than an old one");
    let ahead = aws_ranges(NOW_SECS + 2 * DAY, &[("3.0.0.0/15", "eu-west-1", "eu-west-1", "EC2")]);
    assert_eq!(read(Kind::Aws, &ahead).unwrap_err().place, "its date");
}

fn key(seed: u8) -> (Ed25519KeyPair, DomainKey) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig"}).to_string();
    let key = DomainKey::from_jwk(jwk.as_bytes()).unwrap();
    (pair, key)
}

fn sign(header: &Value, claims: &Value, seed: u8) -> Vec<u8> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = key(seed).0.sign(signed.as_bytes());
    format!("{signed}.{}\n", URL_SAFE_NO_PAD.encode(signature.as_ref())).into_bytes()
}

fn claims() -> Value {
    json!({
        "iss": "contoso.com", "service": "Contoso CRM", "nbf": NOW_SECS - DAY, "exp": NOW_SECS + 90 * DAY,
        "hosts": ["api.contoso.com", "*.eu.contoso.com"],
        "processing": ["eu-west-1"], "storage": ["eu-west-1", "westeurope"], "backups": ["DE"],
        "sub_processors": [{"name": "Fabrikam", "purpose": "mail", "places": ["DE"]}],
    })
}

fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "residency+jwt"})
}

#[test]
fn a_declaration_counts_for_its_hosts_while_it_holds() {
    let base = base(&[(Kind::Declaration, sign(&header(), &claims(), 1)), (Kind::Aws, aws()), (Kind::GeoIp, geoip())]);
    let asked = |host, address, days| {
        let places = about(&base, host, &[], &[address], NOW.plus_secs(days * DAY));
        let names: Vec<&str> = places.places().map(|place| place.as_str()).collect();
        (places.grade, names.join(","), places.conflict, places.stale)
    };
    let declared = "eu-west-1,westeurope,DE".to_owned();
    assert_eq!(asked("api.contoso.com", "3.5.6.1", 0), (Grade::SR, declared.clone(), false, false));
    assert_eq!(asked("api.contoso.com", "203.0.113.1", 0), (Grade::S, declared.clone(), false, false));
    assert_eq!(asked("x.eu.contoso.com", "203.0.113.1", 0).0, Grade::S);
    for other in ["eu.contoso.com", "y.x.eu.contoso.com", "contoso.com", "www.contoso.com"] {
        assert_eq!(asked(other, "203.0.113.1", 0).0, Grade::N, "{other}");
    }
    // The published range says otherwise: both count.
    let conflict = asked("api.contoso.com", "3.1.2.3", 0);
    assert_eq!(conflict, (Grade::R, format!("{declared},ap-southeast-1"), true, false));
    // Over: a published range stands by itself, and nothing weaker takes its place.
    assert_eq!(asked("api.contoso.com", "203.0.113.1", 90), (Grade::N, String::new(), false, true));
    assert_eq!(asked("api.contoso.com", "81.1.1.1", 34), (Grade::S, declared, false, false));
    let (info, declaration) = base.declaration(&HostName::parse("api.contoso.com").unwrap(), NOW).unwrap();
    assert_eq!(info.name, "contoso.com");
    assert_eq!((declaration.service.as_str(), declaration.sub_processors.len()), ("Contoso CRM", 1));
}

#[test]
fn only_a_declaration_that_names_the_regional_option_lifts_a_shared_address() {
    let list = (Kind::Cdn, b"104.16.0.0/13".to_vec());
    for (edge, expected) in [
        (Value::Null, Grade::X),
        (json!({"provider": "Cloudflare", "option": " "}), Grade::X),
        (json!({"provider": "Cloudflare", "option": "Regional Services EU"}), Grade::S),
    ] {
        let mut claims = claims();
        claims["edge"] = edge;
        let base = base(&[(Kind::Declaration, sign(&header(), &claims, 1)), list.clone()]);
        assert_eq!(about(&base, "api.contoso.com", &[], &["104.17.0.1"], NOW).grade, expected);
        let by_name = about(&base, "api.contoso.com", &["c.azurefd.net"], &["203.0.113.1"], NOW);
        assert_eq!(by_name.grade, expected);
    }
}

#[test]
fn declarations_that_are_not_what_they_seem() {
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        sign(&header(), &claims, 1)
    };
    let mut other = sign(&header(), &claims(), 1);
    *other.iter_mut().nth_back(3).unwrap() ^= 1;
    for (bytes, place) in [
        (sign(&header(), &claims(), 2), "the signature"),
        (other, "the signature"),
        (sign(&json!({"alg": "none", "typ": "residency+jwt"}), &claims(), 1), "the header's `alg`"),
        (sign(&json!({"alg": "HS256", "typ": "residency+jwt"}), &claims(), 1), "the header's `alg`"),
        (sign(&json!({"alg": "EdDSA", "typ": "JWT"}), &claims(), 1), "the header's `typ`"),
        (sign(&json!({"alg": "EdDSA", "typ": "residency+jwt", "crit": ["b64"]}), &claims(), 1), "the header's `crit`"),
        (with("exp", json!(NOW_SECS + 400 * DAY)), "`nbf` and `exp`"),
        (with("iat", json!(NOW_SECS + 91 * DAY)), "`iat`"),
        (with("iat", json!(NOW_SECS + 2 * DAY)), "`iat`"),
        (with("exp", json!(NOW_SECS - 2 * DAY)), "`nbf` and `exp`"),
        (with("iss", json!("co.uk")), "`iss`"),
        (with("iss", json!("127.0.0.1")), "`iss`"),
        (with("hosts", json!(["api.contoso.com", "api.fabrikam.com"])), "`hosts[1]`"),
        (with("hosts", json!(["evilcontoso.com"])), "`hosts[0]`"),
        (with("hosts", json!([])), "`hosts`"),
        (with("processing", json!(["eu-west-1", "europe"])), "`processing[1]`"),
        (with("processing", json!([])), "`processing`"),
        (with("storage", json!(["*"])), "`storage[0]`"),
        (b"a.b".to_vec(), "the file as a whole"),
        (b"a.b.c.d".to_vec(), "the file as a whole"),
        (b"!.e30.AA".to_vec(), "the header"),
        (vec![b'a'; 300_000], "the file as a whole"),
    ] {
        assert_eq!(read(Kind::Declaration, &bytes).unwrap_err().place, place);
    }
    let signed_at = |bytes: &[u8]| read(Kind::Declaration, bytes).unwrap().declaration().unwrap().signed_at;
    assert_eq!(signed_at(&with("iat", json!(NOW_SECS - 9 * DAY))), Some(NOW.plus_secs(-9 * DAY)));
    assert_eq!(signed_at(&sign(&header(), &claims(), 1)), None, "nothing is said about when it was signed");
    let unknown = Source::read(Kind::Declaration, sign(&header(), &claims(), 1), NOW, None).unwrap_err();
    assert!(unknown.message.contains("--key"), "{unknown}");
    assert_eq!(claimed_domain(&sign(&header(), &claims(), 9)).unwrap().as_str(), "contoso.com");
    for wrong in [r#"{"kty":"RSA","crv":"Ed25519","x":""}"#, r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#, "{"] {
        assert!(DomainKey::from_jwk(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert_eq!(DomainKey::from_jwk(key(1).1.to_jwk().as_bytes()).unwrap(), key(1).1);
}

#[test]
fn damage_is_named_with_its_place() {
    let geoip = geoip();
    let cut = geoip.get(..geoip.len() / 2).unwrap().to_vec();
    let mut looped = geoip.clone();
    // The first record of the tree leads back to its own node.
    looped.get_mut(0..3).unwrap().fill(0);
    for (kind, bytes, place, message) in [
        (Kind::Aws, b"{\"syncToken\":\"1\",\n \"prefixes\":[{\"ip_prefix\":\"3.0.0.0/99\"".to_vec(), "line 2, column 38", "`3.0.0.0/99` is no"),
        (Kind::Aws, b"{\"syncToken\":\"soon\",\"prefixes\":[],\"ipv6_prefixes\":[]}".to_vec(), "`syncToken`", "`soon` is no time"),
        (Kind::Aws, b"{}".to_vec(), "line 1, column 2", "missing field `syncToken`"),
        (Kind::Aws, aws_ranges(NOW_SECS, &[]), "the file as a whole", "no range"),
        (Kind::Aws, b"{\"syncToken\":\"1\",\"prefixes\":[{\"region\":\"a\",\"service\":\"b\",\"network_border_group\":\"c\"}],\"ipv6_prefixes\":[]}".to_vec(), "`prefixes[0]`", "exactly one"),
        (Kind::Azure, azure_tags("Mars", &[]), "`cloud`", "`Mars`"),
        (Kind::Azure, azure_tags("Public", &[("AzureCloud.westus", "westus", &["20.0.0.0/8", "everything"])]), "line 1, column", "`everything`"),
        (Kind::Azure, b"[".to_vec(), "line 1, column 1", ""),
        (Kind::Gcp, google_ranges(NOW_SECS, &[("34.0.0.0/8", None)]), "`prefixes[0]`", "goog.json"),
        (Kind::Goog, google_ranges(NOW_SECS, &[("34.0.0.0/8", Some("global"))]), "`prefixes[0]`", "cloud.json"),
        (Kind::Gcp, b"{\"syncToken\":\"1\",\"prefixes\":[{}]}".to_vec(), "`prefixes[0]`", "exactly one"),
        (Kind::Cdn, b"104.16.0.0/13\nnot a range\n".to_vec(), "line 2", "`not a range`"),
        (Kind::Cdn, b"0.0.0.0/0".to_vec(), "line 1", "`0.0.0.0/0`"),
        (Kind::Cdn, b"{\"addresses\":7}".to_vec(), "the document", "`ipv6_addresses`"),
        (Kind::Cdn, b"{\n".to_vec(), "line 2, column 0", "EOF"),
        (Kind::Cdn, b"104.16.0.0/13\n\xff".to_vec(), "byte 14", "UTF-8"),
        (Kind::GeoIp, cut, "the file as a whole", ""),
        (Kind::GeoIp, b"no database".to_vec(), "the file as a whole", ""),
        (Kind::GeoIp, looped, "", ""),
    ] {
        let damaged = read(kind, &bytes).unwrap_err();
        assert_eq!(damaged.kind, kind);
        assert!(damaged.place.starts_with(place) && damaged.message.contains(message), "{damaged}");
        assert!(!damaged.message.contains(" at line "), "{damaged}");
    }
    let countless = CountryRecord { country: None, registered: Some("FR"), anycast: false };
    let without = country_database(1_700_000_000, &[("81.0.0.0", 8, countless)]);
    assert!(read(Kind::GeoIp, &without).unwrap_err().message.contains("no record has a country"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever bytes change, a file is read whole or refused, and what is read answers.
    #[test]
    fn damaged_files_never_crash(
        which in 0..6_usize,
        cut in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        shorten: bool,
    ) {
        let (kind, mut bytes) = [
            (Kind::Aws, aws()),
            (Kind::Azure, azure_tags("Public", &[("AzureCloud.westus", "westus", &["20.0.0.0/8"])])),
            (Kind::Gcp, google_ranges(NOW_SECS, &[("34.0.0.0/8", Some("global"))])),
            (Kind::GeoIp, geoip()),
            (Kind::Declaration, sign(&header(), &claims(), 1)),
            (Kind::Cdn, b"104.16.0.0/13\n2400:cb00::/32".to_vec()),
        ].into_iter().nth(which).unwrap();
        for (index, value) in changes {
            *index.get_mut(&mut bytes) = value;
        }
        if shorten {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(source) = read(kind, &bytes) {
            let base = EvidenceBase::new(vec![source]);
            for address in ["3.1.2.3", "81.1.1.1", "20.0.0.1", "2a02::1", "::ffff:1.1.1.1"] {
                let _ = about(&base, "api.contoso.com", &[], &[address], NOW);
            }
        }
    }
}
