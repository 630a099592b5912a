//! Key files: made on the first start with mode 0600 in a folder with mode 0700, read on every other.

use crate::config::Config;
use crate::whole_file;
use anyhow::{Context, bail};
use backshell_ledger::{PublicKey, generate_signing_key};
use backshell_model::{Random, SecretBytes, hex};
use backshell_vault::KeyEncryptionKey;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest key or certificate file that is read, bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// Makes a folder that only its owner may enter. An existing one is taken as it is, with a warning when others may read it.
pub fn private_folder(folder: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("the folder `{}` cannot be made", folder.display()))?;
    let mode = std::fs::metadata(folder)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(folder = %folder.display(), "others may read the data folder; run `chmod 700` on it");
    }
    Ok(())
}

/// Opens a file that only its owner may read, making it when it does not exist.
pub fn private_file(path: &Path) -> anyhow::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("`{}` cannot be opened", path.display()))
}

/// The key-encryption key: from the environment variable that the configuration names, or from its file. A missing file is
/// made only where `may_make` says that nothing was sealed with another key before.
pub(crate) fn key_encryption_key(
    config: &Config,
    random: &dyn Random,
    may_make: bool,
) -> anyhow::Result<KeyEncryptionKey> {
    if let Some(name) = &config.vault.key_variable {
        let text = crate::config::variable(name)
            .with_context(|| format!("`vault.key_variable` names `{name}`, which is not set"))?;
        return KeyEncryptionKey::from_text(&text)
            .with_context(|| format!("the variable `{name}` holds no usable key"));
    }
    let path = config.vault.key_file.clone().unwrap_or_else(|| config.data.dir.join("master.key"));
    if !may_make && !path.exists() {
        bail!("`{}` is missing, and the secrets in the database need it; put it back from its copy", path.display());
    }
    let bytes = read_or_make(&path, || Ok(KeyEncryptionKey::generate_file(random)))?;
    KeyEncryptionKey::from_file(bytes.expose()).with_context(|| format!("`{}` holds no usable key", path.display()))
}

/// Where signed checkpoints of the ledger are written.
pub fn checkpoint_file(config: &Config) -> PathBuf {
    config.ledger.checkpoint_file.clone().unwrap_or_else(|| config.data.dir.join("checkpoints.jsonl"))
}

/// Where the public half of the checkpoint key is kept, for verification elsewhere.
pub fn checkpoint_public_key_file(config: &Config) -> PathBuf {
    config.data.dir.join("checkpoint.pub")
}

/// The key that signs checkpoints. Its public half is written beside it.
pub(crate) fn checkpoint_key(config: &Config, random: &dyn Random) -> anyhow::Result<SecretBytes> {
    let path = config.data.dir.join("checkpoint.key");
    let key = read_or_make(&path, || Ok(generate_signing_key(random)?))?;
    let public =
        PublicKey::of_signing_key(&key).with_context(|| format!("`{}` holds no usable key", path.display()))?;
    let public_path = checkpoint_public_key_file(config);
    if !public_path.exists() {
        let text = hex(public.as_bytes());
        private_file(&public_path)?.write_all(format!("{text}\n").as_bytes())?;
    }
    Ok(key)
}

/// Reads the public key of checkpoints: 64 hexadecimal digits.
pub fn read_public_key(path: &Path) -> anyhow::Result<PublicKey> {
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let digits: Vec<u8> = text.trim().bytes().collect();
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().filter(|_| pair.len() == 2))
        .collect();
    let bytes = bytes.with_context(|| format!("`{}` is no public key in hexadecimal digits", path.display()))?;
    Ok(PublicKey::from_bytes(&bytes)?)
}

/// How the gateway listener speaks TLS, when a certificate is configured. Offers `h2` and `http/1.1`.
pub(crate) fn server_tls(config: &Config) -> anyhow::Result<Option<Arc<ServerConfig>>> {
    let (Some(certificate), Some(key)) = (&config.gateway.tls_certificate, &config.gateway.tls_key) else {
        return Ok(None);
    };
    let chain = certificates(certificate)?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| format!("`{}` holds no private key", key.display()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut tls = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("`gateway.tls_certificate` and `gateway.tls_key` do not belong together")?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(Arc::new(tls)))
}

/// The certificates of a PEM file; at least one.
pub(crate) fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = read.with_context(|| format!("`{}` holds no certificates in PEM form", path.display()))?;
    if chain.is_empty() {
        bail!("`{}` holds no certificate", path.display());
    }
    Ok(chain)
}

/// Reads a key file; makes it when there is none. The new file is complete on disk before it has its name, so that a
/// crash leaves a whole key or no file.
pub(crate) fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> anyhow::Result<SecretBytes>,
) -> anyhow::Result<SecretBytes> {
    match File::open(path) {
        Ok(file) => {
            let mut bytes = Vec::with_capacity(1024);
            file.take(MAX_FILE)
                .read_to_end(&mut bytes)
                .with_context(|| format!("`{}` cannot be read", path.display()))?;
            Ok(SecretBytes::new(bytes))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                private_folder(folder)?;
            }
            let key = make()?;
            whole_file::write(path, key.expose())?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be read", path.display())),
    }
}
