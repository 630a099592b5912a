//! Bars about what a host speaks: versions, cipher suites, key exchange.

use crate::harness::{Setup, Zoo, open, says};
use crate::openssl;
use crate::pki::{Identity, Pki};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// OpenSSL's page asks for no strict transport, which is remarked only.
async fn visited(pki: &Pki, identity: &Identity, arguments: &[&str]) -> backshell_probe::Verification {
    let server = openssl::server(identity, arguments);
    Zoo::of(pki).visit(server.address).await
}

/// A leaf for an RSA key of this many bits, which only OpenSSL uses when there are few.
fn rsa(pki: &Pki, bits: u32) -> Identity {
    let (key, public) = openssl::rsa_key(bits);
    let leaf = pki.leaf(&public, |leaf| leaf.key_usages.push(rcgen::KeyUsagePurpose::KeyEncipherment));
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
    Identity { chain: vec![leaf, pki.intermediate.as_ref().der().clone()], key }
}

/// What is not measured when no modern handshake is finished.
const NO_SESSION: [&str; 6] = ["EV-16", "EV-17", "EV-18", "EV-19", "EV-20", "EV-22"];

static TLS_1_2: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
static TLS_1_3: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

#[tokio::test]
async fn versions_of_rustls() {
    let pki = Pki::new();
    for versions in [TLS_1_2, TLS_1_3] {
        let server = Setup { versions, ..Setup::good(pki.identity(|_| ())) }.start().await;
        assert_eq!(open(&Zoo::of(&pki).visit(server).await), [""; 0], "{versions:?}");
    }
}

#[tokio::test]
async fn old_versions() {
    if !openssl::is_there() {
        return;
    }
    let (pki, weak) = (Pki::new(), ["-cipher", "ALL:@SECLEVEL=0"]);
    let identity = pki.identity(|_| ());
    // Beside good ones.
    let verification = visited(&pki, &identity, &weak).await;
    assert_eq!(open(&verification), ["EV-06~"]);
    assert!(says(&verification, "EV-06").starts_with("TLS 1.3, also TLS 1.0 and TLS 1.1"));
    let verification = visited(&pki, &identity, &[&weak[..], &["-no_tls1"]].concat()).await;
    assert!(says(&verification, "EV-06").starts_with("TLS 1.3, also TLS 1.1:"));
    // Alone.
    for (argument, name) in [("-tls1", "TLS 1.0"), ("-tls1_1", "TLS 1.1")] {
        let verification = visited(&pki, &identity, &[&weak[..], &[argument]].concat()).await;
        let mut expected = vec!["EV-06!", "EV-07", "EV-08"];
        expected.extend(NO_SESSION);
        assert_eq!(open(&verification), expected, "{name}");
        assert!(says(&verification, "EV-06").starts_with(name), "{}", says(&verification, "EV-06"));
    }
}

#[tokio::test]
async fn suites() {
    if !openssl::is_there() {
        return;
    }
    let pki = Pki::new();
    let identity = rsa(&pki, 2_048);
    for (cipher, group_is_seen) in [
        ("ECDHE-RSA-AES128-SHA256", true),
        ("AES128-GCM-SHA256", false),
        ("AES128-SHA", false),
        ("DHE-RSA-AES128-GCM-SHA256", false),
    ] {
        let verification = visited(&pki, &identity, &["-tls1_2", "-cipher", &format!("{cipher}:@SECLEVEL=0")]).await;
        let mut expected = vec!["EV-07!"];
        expected.extend((!group_is_seen).then_some("EV-08"));
        expected.extend(NO_SESSION);
        assert_eq!(open(&verification), expected, "{cipher}: {}", says(&verification, "EV-07"));
    }
    // One good suite is enough.
    let verification =
        visited(&pki, &identity, &["-tls1_2", "-cipher", "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256"]).await;
    assert_eq!(open(&verification), [""; 0]);
}

#[tokio::test]
async fn groups() {
    if !openssl::is_there() {
        return;
    }
    let pki = Pki::new();
    let identity = pki.identity(|_| ());
    for version in ["-tls1_2", "-tls1_3"] {
        let verification = visited(&pki, &identity, &[version, "-groups", "P-521"]).await;
        let mut expected = vec!["EV-08!"];
        expected.extend(NO_SESSION);
        if version == "-tls1_3" {
            // TLS 1.3 shows certificates in a handshake that is finished, and no other.
            expected.splice(1..1, ["EV-09", "EV-10", "EV-11", "EV-12", "EV-13", "EV-14", "EV-15"]);
        }
        assert_eq!(open(&verification), expected, "{version}");
        assert!(says(&verification, "EV-08").starts_with("P-521"), "{}", says(&verification, "EV-08"));
    }
}

#[tokio::test]
async fn weak_keys() {
    if !openssl::is_there() {
        return;
    }
    let pki = Pki::new();
    let verification =
        visited(&pki, &rsa(&pki, 1_024), &["-cipher", "DEFAULT:@SECLEVEL=0", "-no_tls1", "-no_tls1_1"]).await;
    assert_eq!(open(&verification), ["EV-09!"]);
    assert!(says(&verification, "EV-09").starts_with("RSA 1024"));
}

/// A server that is written by hand: what it sends first, whatever it is sent.
async fn answering(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 16];
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(bytes).await;
            // What else was sent is read, so that closing does not take back what was written.
            while matches!(stream.read(&mut hello).await, Ok(1..)) {}
        }
    });
    address
}

#[tokio::test]
async fn what_is_no_tls() {
    let pki = Pki::new();
    let mut expected = vec!["EV-06!", "EV-07", "EV-08", "EV-09", "EV-10", "EV-11", "EV-12", "EV-13", "EV-14", "EV-15"];
    expected.extend(NO_SESSION);
    let verification = Zoo::of(&pki).visit(answering(b"HTTP/1.1 400 Bad Request\r\n\r\n").await).await;
    assert_eq!(open(&verification), expected);
    assert!(says(&verification, "EV-06").contains("it answers something else"));
    // A fatal alert: protocol_version.
    let verification = Zoo::of(&pki).visit(answering(&[21, 3, 1, 0, 2, 2, 70]).await).await;
    assert_eq!(open(&verification), expected);
    assert!(says(&verification, "EV-06").contains("alert protocol_version"));
}

#[tokio::test]
async fn what_takes_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let verification = Zoo::of(&Pki::new()).visit(address).await;
    let failed: Vec<_> = open(&verification).into_iter().filter(|bar| bar.ends_with('!')).collect();
    assert_eq!(failed, ["EV-19!", "EV-20!"]);
    assert!(says(&verification, "EV-19").contains("no connection could be opened"));
}
