//! Bars about certificates.

use crate::harness::{Setup, Zoo, open, says};
use crate::http::Page;
use crate::openssl;
use crate::pki::{DAY, HOST, HOUR, INTERMEDIATE, Identity, Pki, SERIAL, must_staple, now, timestamp_list, timestamps};
use backshell_model::{HostName, Timestamp};
use backshell_probe::facts::NotMeasured;
use backshell_probe::hosts::endpoint_of_url;
use backshell_probe::measure::{Shown, chain};
use backshell_probe::verify;
use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};
use std::time::Duration;

/// What is open at a server with this identity.
async fn visited(pki: &Pki, identity: Identity) -> Vec<String> {
    open(&Zoo::of(pki).visit(Setup::good(identity).start().await).await)
}

#[tokio::test]
async fn a_good_server_clears_every_bar() {
    let pki = Pki::new();
    assert_eq!(visited(&pki, pki.identity(|_| ())).await, [""; 0]);
}

#[tokio::test]
async fn validity() {
    let pki = Pki::new();
    let today = || date_time_ymd(2026, 6, 15);
    let expired = pki.identity(|leaf| leaf.not_after = today() - HOUR);
    assert_eq!(visited(&pki, expired).await, ["EV-11!"]);
    let early = pki.identity(|leaf| leaf.not_before = today() + DAY);
    assert_eq!(visited(&pki, early).await, ["EV-11!"]);
    let late = pki.identity(|leaf| leaf.not_after = today() + 10 * DAY);
    assert_eq!(visited(&pki, late).await, ["EV-11~"]);
    let ending = pki.identity(|leaf| leaf.not_after = today() + 71 * HOUR);
    assert_eq!(visited(&pki, ending).await, ["EV-11!"]);
    // Certificates of six days are healthy for most of their life.
    let short = pki.identity(|leaf| {
        leaf.not_before = today() - DAY;
        leaf.not_after = today() + 5 * DAY;
    });
    assert_eq!(visited(&pki, short).await, [""; 0]);
}

#[tokio::test]
async fn names() {
    let pki = Pki::new();
    let named = |name: &str| {
        let name = rcgen::SanType::DnsName(name.try_into().unwrap());
        pki.identity(|leaf| leaf.subject_alt_names = vec![name])
    };
    assert_eq!(visited(&pki, named("other.zoo.example")).await, ["EV-12!"]);
    assert_eq!(visited(&pki, named("*.zoo.example")).await, [""; 0]);
    assert_eq!(visited(&pki, named("*.example")).await, ["EV-12!"]);
    let common_name_only = pki.identity(|leaf| leaf.subject_alt_names.clear());
    assert_eq!(visited(&pki, common_name_only).await, ["EV-12!"]);
}

#[tokio::test]
async fn chains() {
    let pki = Pki::new();
    let mut alone = pki.identity(|_| ());
    alone.chain.truncate(1);
    let verification = Zoo::of(&pki).visit(Setup::good(alone.clone()).start().await).await;
    // Without a chain nobody can say who revokes, and which root's logs are asked for.
    assert_eq!(open(&verification), ["EV-10!", "EV-14", "EV-15"]);
    assert!(says(&verification, "EV-10").contains("an intermediate certificate is missing"));
    let mut zoo = Zoo::of(&pki);
    zoo.trust.add_intermediate(pki.intermediate.as_ref().der().clone());
    assert_eq!(open(&zoo.visit(Setup::good(alone).start().await).await), ["EV-10~"]);
    // Another root, with the same name.
    let identity = Pki::new().identity(|_| ());
    assert_eq!(visited(&pki, identity).await, ["EV-10!", "EV-14", "EV-15"]);
}

#[tokio::test]
async fn private_roots_are_added_by_an_administrator() {
    let (public, pki) = (Pki::new(), Pki::new());
    let mut zoo = Zoo::without_lists(&public);
    zoo.trust.add_private(pki.root.as_ref().der()).unwrap();
    zoo.trust.add_list(&pki.revocation_list(&[])).unwrap();
    let verification = zoo.visit(Setup::good(pki.identity(|_| ())).start().await).await;
    assert_eq!(open(&verification), ["EV-15"]);
    assert!(says(&verification, "EV-10").contains("private root"));
}

#[tokio::test]
async fn usage() {
    let pki = Pki::new();
    let authority = pki.identity(|leaf| leaf.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
    assert_eq!(visited(&pki, authority).await, ["EV-10", "EV-13!", "EV-14", "EV-15"]);
    let client = pki.identity(|leaf| leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    assert_eq!(visited(&pki, client).await, ["EV-13!"]);
    let none = pki.identity(|leaf| leaf.extended_key_usages.clear());
    assert_eq!(visited(&pki, none).await, ["EV-13!"]);
    let unknown = pki.identity(|leaf| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
        extension.set_criticality(true);
        leaf.custom_extensions.push(extension);
    });
    assert_eq!(visited(&pki, unknown).await, ["EV-10", "EV-13!", "EV-14", "EV-15"]);
    let constrained = Pki::constrained("elsewhere.example");
    assert_eq!(visited(&constrained, constrained.identity(|_| ())).await, ["EV-10", "EV-13!", "EV-14", "EV-15"]);
}

#[tokio::test]
async fn transparency() {
    let pki = Pki::new();
    let logs = |count: u8| pki.identity(|leaf| leaf.custom_extensions = vec![timestamps(count)]);
    assert_eq!(visited(&pki, logs(1)).await, ["EV-15~"]);
    let none = pki.identity(|leaf| leaf.custom_extensions.clear());
    assert_eq!(visited(&pki, none).await, ["EV-15~"]);
    let long = pki.identity(|leaf| leaf.not_before = date_time_ymd(2025, 12, 1));
    assert_eq!(visited(&pki, long).await, ["EV-15~"]);
}

/// What the certificate lacks may come in the handshake, where TLS 1.2 shows it.
#[tokio::test]
async fn transparency_in_the_handshake() {
    if !openssl::is_there() {
        return;
    }
    let (pki, folder) = (Pki::new(), tempfile::tempdir().unwrap());
    let none = pki.identity(|leaf| leaf.custom_extensions.clear());
    let one = pki.identity(|leaf| leaf.custom_extensions = vec![timestamps(1)]);
    for (identity, logs, expected, said) in [
        (&none, 0..2, &[][..], "2 logs"),
        (&one, 1..2, &[], "2 logs"),
        (&one, 0..1, &["EV-15~"], "1 logs"),
        (&none, 0..1, &["EV-15~"], "1 logs"),
    ] {
        let info = openssl::server_info(folder.path(), 18, &timestamp_list(logs.clone()));
        let server = openssl::server(identity, &["-serverinfo", &info]);
        let verification = Zoo::of(&pki).visit(server.address).await;
        assert_eq!(open(&verification), expected, "{logs:?}: {}", says(&verification, "EV-15"));
        assert!(says(&verification, "EV-15").starts_with(said), "{}", says(&verification, "EV-15"));
    }
    // TLS 1.3 sends them encrypted: they are not seen, and that is said.
    let info = openssl::server_info(folder.path(), 18, &timestamp_list(0..2));
    let server = openssl::server(&none, &["-serverinfo", &info, "-tls1_3"]);
    let verification = Zoo::of(&pki).visit(server.address).await;
    assert_eq!(open(&verification), ["EV-15~"]);
    assert!(
        says(&verification, "EV-15").contains("those of the handshake were not"),
        "{}",
        says(&verification, "EV-15")
    );
}

/// A chain with a hash that can be forged leads to its root all the same; the hash is what is wrong with it.
#[tokio::test]
async fn weak_signatures() {
    if !openssl::is_there() {
        return;
    }
    let pki = Pki::with_keys(openssl::rsa_authority(), openssl::rsa_authority());
    let good = pki.identity(|_| ());
    assert_eq!(visited(&pki, good.clone()).await, [""; 0]);
    for (place, issuer, subject) in
        [(0, pki.intermediate.key(), "api.zoo.example"), (1, pki.root.key(), "Intermediate")]
    {
        let mut weak = good.clone();
        weak.chain[place] = openssl::signed_with_sha_1(&weak.chain[place], issuer);
        let verification = Zoo::of(&pki).visit(Setup::good(weak).start().await).await;
        assert_eq!(open(&verification), ["EV-09!"], "{subject}");
        let said = says(&verification, "EV-09");
        assert!(said.starts_with("SHA-1") && said.contains(subject), "{said}");
    }
}

#[tokio::test]
async fn revocation() {
    let pki = Pki::new();
    let server = || Setup::good(pki.identity(|_| ())).start();
    let verification = Zoo::revoked(&pki).visit(server().await).await;
    assert_eq!(open(&verification), ["EV-14!"]);
    // Nothing is known: recorded, and no verdict.
    let verification = Zoo::without_lists(&pki).visit(server().await).await;
    assert_eq!(open(&verification), ["EV-14"]);
    assert!(says(&verification, "EV-14").contains("revocation not checked"));
    // A list that is out of date says nothing.
    let mut zoo = Zoo::of(&pki);
    zoo.clock = now() + i64::try_from((8 * DAY).as_secs()).unwrap();
    assert_eq!(open(&zoo.visit(server().await).await), ["EV-14"]);
    let demanding = pki.identity(|leaf| leaf.custom_extensions.push(must_staple()));
    let verification = Zoo::of(&pki).visit(Setup::good(demanding).start().await).await;
    assert_eq!(open(&verification), ["EV-14!"]);
    assert!(says(&verification, "EV-14").starts_with("no staple"));
}

/// An authority may be revoked as well: its root's list says so, where it is at hand.
#[tokio::test]
async fn revoked_authorities() {
    let pki = Pki::new();
    let server = Setup::good(pki.identity(|_| ())).start().await;
    let with = |lists: &[Vec<u8>]| {
        let mut zoo = Zoo::without_lists(&pki);
        for list in lists {
            zoo.trust.add_list(list).unwrap();
        }
        zoo
    };
    let (leaves, good, bad) = (pki.revocation_list(&[]), pki.list_of_root(&[]), pki.list_of_root(&[INTERMEDIATE]));
    assert_eq!(open(&with(&[leaves.clone(), good.clone()]).visit(server).await), [""; 0]);
    for lists in [vec![leaves.clone(), bad.clone()], vec![bad.clone()]] {
        let verification = with(&lists).visit(server).await;
        assert_eq!(open(&verification), ["EV-14!"]);
        assert!(says(&verification, "EV-14").starts_with("authority revoked"), "{}", says(&verification, "EV-14"));
    }
    // The root's list alone says nothing about the leaf.
    assert_eq!(open(&with(&[good]).visit(server).await), ["EV-14"]);
    // One that is out of date still proves what it revoked.
    let mut late = with(&[bad]);
    late.clock = now() + i64::try_from((8 * DAY).as_secs()).unwrap();
    assert_eq!(open(&late.visit(server).await), ["EV-14!"]);
}

/// A list that is out of date says that nothing is good, and a newer one counts before it.
#[tokio::test]
async fn lists_that_are_over() {
    let pki = Pki::new();
    let server = Setup::good(pki.identity(|_| ())).start().await;
    let (over, newer) = (pki.revocation_list(&[SERIAL]), pki.later_list(&[]));
    for (lists, expected) in [
        (vec![over.clone()], &["EV-14!"][..]),
        (vec![pki.revocation_list(&[])], &["EV-14"]),
        (vec![over.clone(), newer.clone()], &[]),
        (vec![newer, over], &[]),
    ] {
        let mut zoo = Zoo::without_lists(&pki);
        zoo.clock = now() + i64::try_from((8 * DAY).as_secs()).unwrap();
        for list in &lists {
            zoo.trust.add_list(list).unwrap();
        }
        assert_eq!(open(&zoo.visit(server).await), expected);
    }
}

/// Two authorities may have one name: the list of the other one neither speaks for this one's certificates nor hides its list.
#[tokio::test]
async fn lists_of_namesakes() {
    let (pki, other) = (Pki::new(), Pki::new());
    let server = Setup::good(pki.identity(|_| ())).start().await;
    for (list, expected) in [
        (Some(pki.revocation_list(&[SERIAL])), &["EV-14!"][..]),
        (Some(pki.revocation_list(&[])), &[]),
        (None, &["EV-14"]),
    ] {
        for revoked in [&[][..], &[SERIAL]] {
            let mut zoo = Zoo::without_lists(&pki);
            zoo.trust.add_list(&other.later_list(revoked)).unwrap();
            if let Some(list) = &list {
                zoo.trust.add_list(list).unwrap();
            }
            assert_eq!(open(&zoo.visit(server).await), expected);
        }
    }
}

/// Lists that certificates name are fetched beside the calls; until one is there, nothing is known.
#[tokio::test]
async fn lists_that_certificates_name() {
    let pki = Pki::new();
    let named = pki.identity(|leaf| {
        let uris = vec!["ldap://crl.zoo.example/x".to_owned(), "http://crl.zoo.example/list.crl?a=1".to_owned()];
        leaf.crl_distribution_points = vec![rcgen::CrlDistributionPoint { uris }];
    });
    let server = Setup::good(named.clone()).start().await;
    let endpoint = endpoint_of_url(&format!("https://{HOST}/v1"));
    let leak = |list: Vec<u8>| Page { body: Box::leak(list.into_boxed_slice()), ..Page::good().status(200) };
    let other = Pki::new();
    let forged = {
        let mut list = pki.revocation_list(&[]);
        *list.last_mut().unwrap() ^= 1;
        list
    };
    for (page, says_why) in [
        (leak(pki.revocation_list(&[SERIAL])), ""),
        (leak(pki.list_of_root(&[])), "another issuer"),
        (leak(other.revocation_list(&[])), "not signed by the issuer"),
        (leak(forged), "not signed by the issuer"),
        (leak(b"no list".to_vec()), "no revocation list"),
        (leak(pki.revocation_list(&[])).status(302).with("location", "http://evil.example/"), "answers 302"),
    ] {
        let plain = crate::harness::plain(page).await;
        let prober = Zoo { plain: vec![("crl.zoo.example", plain)], ..Zoo::without_lists(&pki) }.prober(server);
        let measured = async || verify(&[prober.measure(&endpoint, &[]).await]);
        assert_eq!(open(&measured().await), ["EV-14"]);
        let sources: Vec<_> = prober.trust.named_lists().into_iter().collect();
        let [source] = sources.as_slice() else { panic!("{sources:?}") };
        assert_eq!(source.url, "http://crl.zoo.example/list.crl?a=1");
        match prober.fetch_list(source).await {
            Ok((list, until)) => {
                assert_eq!((says_why, until.as_secs()), ("", now() + i64::try_from((7 * DAY).as_secs()).unwrap()));
                assert_eq!(prober.trust.replace_lists(&[list, b"no list".to_vec()]), 1);
                assert_eq!(open(&measured().await), ["EV-14!"]);
            }
            Err(why) => assert!(!says_why.is_empty() && why.contains(says_why), "{why}"),
        }
    }
    // What leads to no trusted root names nothing, and what is not public is not connected to.
    let prober = Zoo::without_lists(&other).prober(server);
    prober.measure(&endpoint, &[]).await;
    assert!(prober.trust.named_lists().is_empty());
    let mut prober = Zoo::without_lists(&pki).prober(server);
    prober.measure(&endpoint, &[]).await;
    prober.resolvers = crate::web::resolvers([Ok(&["93.184.215.14"]), Ok(&["10.0.0.1"])]);
    let why = prober.fetch_list(prober.trust.named_lists().first().unwrap()).await.unwrap_err();
    assert!(why.contains("not connected to"), "{why}");
}

/// Nobody fills the memory for good: the list that was not named for the longest time gives way.
#[test]
fn lists_that_nobody_names_any_more_give_way() {
    let pki = Pki::new();
    let (trust, key) = (Zoo::without_lists(&pki).trust, rcgen::KeyPair::generate().unwrap());
    let see = |uri: &str| {
        let leaf = pki.leaf(&key, |leaf| {
            let uris = vec![format!("http://crl.zoo.example/{uri}")];
            leaf.crl_distribution_points = vec![rcgen::CrlDistributionPoint { uris }];
        });
        let certificates = vec![leaf, pki.intermediate.as_ref().der().clone()];
        let logs = Err(NotMeasured::because("not asked for"));
        let shown = Shown { certificates, staple: Ok(None), possession: Ok(true), logs };
        let (host, at) = (HostName::parse(HOST).unwrap(), Timestamp::from_secs(now()));
        assert!(chain(&shown, &host, at, &trust).unwrap().path.is_ok());
    };
    let is_known = |uri: &str| trust.named_lists().iter().any(|source| source.url.ends_with(uri));
    see("old");
    see("in-use");
    for index in 0..1_000 {
        see(&index.to_string());
        if index == 500 {
            see("in-use");
        }
    }
    assert_eq!(trust.named_lists().len(), 1_000);
    assert_eq!((is_known("/old"), is_known("/in-use"), is_known("/999")), (false, true, true));
}

/// Real OCSP answers, signed by the intermediate, with the time of the machine.
#[tokio::test]
async fn stapled_answers() {
    if !openssl::is_there() {
        return;
    }
    let pki = Pki::new();
    let today = openssl::system_time();
    let identity = |serial: u64| {
        pki.identity(|leaf| {
            leaf.serial_number = Some(serial.into());
            leaf.not_before = date_time_ymd(1970, 1, 2) + Duration::from_secs(today) - 31 * DAY;
            leaf.not_after = date_time_ymd(1970, 1, 2) + Duration::from_secs(today) + 60 * DAY;
            leaf.custom_extensions.push(must_staple());
        })
    };
    for (revoked, later, expected) in
        [(false, Duration::ZERO, &[][..]), (true, Duration::ZERO, &["EV-14!"]), (false, 10 * DAY, &["EV-14!"])]
    {
        let identity = identity(77);
        let staple = openssl::staple(&pki, &identity.chain[0], 77, revoked);
        let server = Setup { staple, ..Setup::good(identity) }.start().await;
        let mut zoo = Zoo::without_lists(&pki);
        zoo.clock = i64::try_from(today + later.as_secs()).unwrap();
        let verification = zoo.visit(server).await;
        assert_eq!(open(&verification), expected, "{}", says(&verification, "EV-14"));
    }
    // Somebody else's signature.
    let (identity, other) = (identity(77), Pki::new());
    let staple = openssl::staple(&other, &identity.chain[0], 77, false);
    let server = Setup { staple, ..Setup::good(identity) }.start().await;
    let mut zoo = Zoo::without_lists(&pki);
    zoo.clock = i64::try_from(today).unwrap();
    let verification = zoo.visit(server).await;
    assert_eq!(open(&verification), ["EV-14!"]);
    assert!(says(&verification, "EV-14").contains("not signed by the issuer"), "{}", says(&verification, "EV-14"));
}
