//! What the place of an address costs: one look-up among 100,000 published ranges, and the whole decision of a call.
//!
//! The ranges are generated and then read from files in their providers' formats, so that what is measured is what an
//! import leaves behind. The goals: under 2 microseconds for an address, under 5 for the decision.

#![expect(clippy::expect_used, reason = "a benchmark may fail loudly")]

use backshell_boundary::evidence::{Kind, Source};
use backshell_boundary::{
    AllowedSet, Destination, Evidence, EvidenceBase, Grant, Inventory, NoEvidence, Place, Question, judge, regions,
};
use backshell_model::{
    Boundary, Egress, Environment, EnvironmentId, GrantId, HostName, Infrastructure, Random, Region, TenantId,
    Timestamp,
};
use backshell_testkit::{CountryRecord, SeededRandom, aws_ranges, azure_tags, country_database, google_ranges};
use criterion::{Criterion, criterion_group, criterion_main};
use std::cell::Cell;
use std::hint::black_box;
use std::net::IpAddr;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
/// A quarter is IPv6. `cargo test` runs benches once, for their sake of running, with fewer.
const RANGES: usize = if cfg!(debug_assertions) { 2_000 } else { 100_000 };

fn number(random: &SeededRandom) -> u32 {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    u32::from_be_bytes(bytes)
}

/// Ranges between /13 and /28, or /32 and /48, anywhere.
fn prefixes(count: usize, random: &SeededRandom) -> Vec<String> {
    (0..count)
        .map(|index| {
            let bits = number(random);
            if index % 4 == 0 {
                format!("2600:{:x}:{:x}::/{}", bits >> 16, bits & 0xffff, 32 + number(random) % 17)
            } else {
                format!("{}/{}", std::net::Ipv4Addr::from(bits), 13 + number(random) % 16)
            }
        })
        .collect()
}

fn names(provider: &str) -> Vec<&'static str> {
    let cloud = format!("{provider}-public");
    regions().iter().filter(|facts| facts.cloud == cloud).map(|facts| facts.region).collect()
}

/// Two fifths AWS, two fifths Azure, one fifth Google, and a GeoIP database for what is in none of them.
fn base(random: &SeededRandom) -> EvidenceBase {
    let all = prefixes(RANGES, random);
    let (aws, rest) = all.split_at(RANGES * 2 / 5);
    let (azure, google) = rest.split_at(RANGES * 2 / 5);
    let aws_regions = names("aws");
    let aws: Vec<_> = aws
        .iter()
        .zip(aws_regions.iter().cycle())
        .map(|(prefix, region)| (prefix.as_str(), *region, *region, "EC2"))
        .collect();
    let azure_regions = names("azure");
    let tags: Vec<(String, Vec<&str>)> = azure_regions
        .iter()
        .enumerate()
        .map(|(index, region)| {
            let of_region = azure.iter().skip(index).step_by(azure_regions.len()).map(String::as_str).collect();
            (format!("AzureCloud.{region}"), of_region)
        })
        .collect();
    let tags: Vec<_> = tags
        .iter()
        .zip(&azure_regions)
        .map(|((name, prefixes), region)| (name.as_str(), *region, prefixes.as_slice()))
        .collect();
    let google_regions = names("gcp");
    let google: Vec<_> = google
        .iter()
        .zip(google_regions.iter().cycle())
        .map(|(prefix, region)| (prefix.as_str(), Some(*region)))
        .collect();
    let countries: Vec<(String, u8, CountryRecord)> =
        (1..=223_u8).map(|first| (format!("{first}.0.0.0"), 8, CountryRecord::in_country("GB"))).collect();
    let countries: Vec<_> =
        countries.iter().map(|(address, length, record)| (address.as_str(), *length, *record)).collect();
    let files = [
        (Kind::Aws, aws_ranges(NOW.as_secs(), &aws)),
        (Kind::Azure, azure_tags("Public", &tags)),
        (Kind::Gcp, google_ranges(NOW.as_secs(), &google)),
        (Kind::GeoIp, country_database(1_799_900_000, &countries)),
    ];
    let read = |(kind, bytes)| Source::read(kind, bytes, NOW, None).expect("a file in its format");
    EvidenceBase::new(files.into_iter().map(read).collect())
}

fn places(criterion: &mut Criterion) {
    let random = SeededRandom::new(1);
    let base = base(&random);
    let addresses: Vec<IpAddr> = (0..65_536)
        .map(|index| {
            let bits = number(&random);
            if index % 4 == 0 {
                let [one, two, three, four] = bits.to_be_bytes();
                let (high, low) = (u16::from_be_bytes([one, two]), u16::from_be_bytes([three, four]));
                IpAddr::from([0x2600, high, low, 0, 0, 0, 0, 1])
            } else {
                IpAddr::from(bits.to_be_bytes())
            }
        })
        .collect();
    let found = addresses.iter().filter(|address| base.range(**address, NOW).is_some()).count();
    assert!(found > addresses.len() / 100, "the addresses meet the ranges: {found}");
    let next = Cell::new(0_usize);
    let any = || {
        next.set(next.get().wrapping_add(1));
        addresses.get(next.get() % addresses.len()).copied().expect("an address")
    };
    criterion.bench_function("one address among the ranges", |bencher| {
        bencher.iter(|| base.range(black_box(any()), NOW));
    });

    let environment = Environment {
        id: EnvironmentId::generate(NOW, &random),
        tenant: TenantId::generate(NOW, &random),
        name: "bench".to_owned(),
        home: Region::new("westeurope"),
        boundary: Boundary::Geography,
        egress: Egress::Notice,
        created_at: NOW,
    };
    let allowed = AllowedSet::of(&environment).expect("a boundary");
    let grants = [Grant {
        id: GrantId::generate(NOW, &random),
        places: ["eastus", "us-east-1"].iter().filter_map(|name| Place::parse(name)).collect(),
        from: NOW,
        until: NOW.plus_secs(1),
    }];
    let host = HostName::parse("api.contoso.com").expect("a host");
    let inventory = Inventory::default();
    let question = Question {
        allowed: &allowed,
        egress: Egress::Notice,
        infrastructure: Infrastructure::External,
        grants: &grants,
        now: NOW,
    };
    let decide = |evidence: &dyn Evidence, addresses: &[IpAddr]| {
        judge(&question, evidence, &inventory, &Destination { host: &host, chain: &[], addresses })
    };
    criterion.bench_function("the decision without any evidence", |bencher| {
        bencher.iter(|| decide(&NoEvidence, &[black_box(any())]));
    });
    criterion.bench_function("the decision about a host with one address", |bencher| {
        bencher.iter(|| decide(&base, &[black_box(any())]));
    });
    criterion.bench_function("the decision about a host with four addresses", |bencher| {
        bencher.iter(|| decide(&base, &[any(), any(), any(), any()].map(black_box)));
    });
}

criterion_group!(benches, places);
criterion_main!(benches);
