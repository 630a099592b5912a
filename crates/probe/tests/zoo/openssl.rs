//! OpenSSL's command line, for what rustls does not speak and does not make.

use crate::pki::{Identity, Pki};
use rcgen::KeyPair;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// Whether OpenSSL is installed; a test that needs it is skipped otherwise, but not where everything has to run.
#[expect(clippy::disallowed_methods, reason = "CI is known by the environment")]
pub(crate) fn is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !there {
        assert!(std::env::var_os("CI").is_none(), "`openssl` is missing in CI; scripts/setup installs it");
        // Not by a macro: what these print is shown of tests that fail only.
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: no `openssl`; scripts/setup installs it");
    }
    there
}

/// Seconds since 1970 by the clock that OpenSSL reads too.
#[expect(clippy::disallowed_methods, reason = "OpenSSL reads this clock, and its answers carry it")]
pub(crate) fn system_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A server that ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    _folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `openssl s_server` with these arguments; it answers every request with a page about itself.
pub(crate) fn server(identity: &Identity, arguments: &[&str]) -> Server {
    let folder = tempfile::tempdir().unwrap();
    write_identity(folder.path(), identity);
    let mut child = Command::new("openssl")
        .current_dir(folder.path())
        .args([
            "s_server",
            "-accept",
            "127.0.0.1:0",
            "-cert",
            "leaf.pem",
            "-key",
            "key.pem",
            "-cert_chain",
            "chain.pem",
        ])
        .args(["-www", "-naccept", "100"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It says where it listens: `ACCEPT 127.0.0.1:40123`.
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("ACCEPT ")?.parse().ok()).expect("openssl does not listen");
    // What it goes on to say has to be read, or it would wait.
    std::thread::spawn(move || lines.for_each(drop));
    Server { child, address, _folder: folder }
}

fn write_identity(folder: &Path, identity: &Identity) {
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    let (leaf, rest) = identity.chain.split_first().unwrap();
    write("leaf.pem", pem("CERTIFICATE", leaf));
    write("chain.pem", rest.iter().map(|one| pem("CERTIFICATE", one)).collect());
    write("key.pem", pem("PRIVATE KEY", identity.key.secret_der()));
}

/// A file for `-serverinfo`: what a server puts into the extension of this number when it is asked for it.
pub(crate) fn server_info(folder: &Path, extension: u16, content: &[u8]) -> String {
    let mut der = extension.to_be_bytes().to_vec();
    der.extend_from_slice(&u16::try_from(content.len()).unwrap().to_be_bytes());
    der.extend_from_slice(content);
    let path = folder.join("serverinfo.pem");
    std::fs::write(&path, pem("SERVERINFO FOR TIMESTAMPS", &der)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The certificate once more, signed with SHA-1 by the same RSA key that signed it with SHA-256.
pub(crate) fn signed_with_sha_1(certificate: &CertificateDer<'_>, issuer: &KeyPair) -> CertificateDer<'static> {
    // 1.2.840.113549.1.1.11 and .5: the names of the two algorithms differ in their last byte.
    let (good, weak) = ([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11], [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5]);
    let mut der = certificate.to_vec();
    let named: Vec<usize> = der.windows(9).enumerate().filter(|(_, name)| *name == good).map(|(at, _)| at).collect();
    assert_eq!(named.len(), 2, "the algorithm stands in what is signed and behind it");
    for at in named {
        der[at..at + 9].copy_from_slice(&weak);
    }
    // What is signed follows the first four bytes, and says its own length in two.
    let length = usize::from(u16::from_be_bytes([der[6], der[7]])) + 4;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("signed", &der[4..4 + length]);
    write("key.pem", issuer.serialize_pem().as_bytes());
    run(folder.path(), &["dgst", "-sha1", "-sign", "key.pem", "-out", "signature", "signed"]);
    let signature = std::fs::read(folder.path().join("signature")).unwrap();
    let end = der.len() - signature.len();
    der[end..].copy_from_slice(&signature);
    der.into()
}

/// An RSA key of 2048 bits that rcgen signs with.
pub(crate) fn rsa_authority() -> KeyPair {
    let (key, _) = rsa_key(2_048);
    KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(key), &rcgen::PKCS_RSA_SHA256).unwrap()
}

/// An RSA key of any size, PKCS#8, with its public half as rcgen wants it.
pub(crate) fn rsa_key(bits: u32) -> (Vec<u8>, RsaPublicKey) {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run(folder.path(), arguments);
    run(&["genpkey", "-algorithm", "RSA", "-pkeyopt", &format!("rsa_keygen_bits:{bits}"), "-out", "key.pem"]);
    run(&["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"]);
    run(&["rsa", "-in", "key.pem", "-RSAPublicKey_out", "-outform", "DER", "-out", "public.der"]);
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    (read("key.der"), RsaPublicKey(read("public.der")))
}

/// The public half of an RSA key.
pub(crate) struct RsaPublicKey(Vec<u8>);

impl rcgen::PublicKeyData for RsaPublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// A stapled answer about `leaf`, which has this serial number, signed by the intermediate of `pki`; good for a week.
pub(crate) fn staple(pki: &Pki, leaf: &CertificateDer<'_>, serial: u64, revoked: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("issuer.pem", pki.intermediate.as_ref().pem());
    write("issuer.key", pki.intermediate.key().serialize_pem());
    write("leaf.pem", pem("CERTIFICATE", leaf));
    let state = if revoked { "R\t351231000000Z\t260101000000Z" } else { "V\t351231000000Z\t" };
    let digits = format!("{serial:X}");
    let even = if digits.len() % 2 == 0 { digits } else { format!("0{digits}") };
    write("index.txt", format!("{state}\t{even}\tunknown\t/CN=leaf\n"));
    let run = |arguments: &[&str]| run(folder.path(), arguments);
    run(&["ocsp", "-issuer", "issuer.pem", "-serial", &format!("0x{even}"), "-no_nonce", "-reqout", "request.der"]);
    run(&[
        "ocsp",
        "-index",
        "index.txt",
        "-CA",
        "issuer.pem",
        "-rsigner",
        "issuer.pem",
        "-rkey",
        "issuer.key",
        "-reqin",
        "request.der",
        "-respout",
        "response.der",
        "-ndays",
        "7",
    ]);
    std::fs::read(folder.path().join("response.der")).unwrap()
}

fn run(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn pem(kind: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}
