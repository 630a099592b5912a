//! The folder of revocation lists: what the operator puts there, and what a job fetches into it.
//!
//! Certificates that hosts show name the lists of their issuers. The job fetches those, beside the calls and through the same
//! rules for addresses, daily. No authority learns from it which certificate is asked about.

use crate::config::Config;
use crate::probing::bytes_of;
use crate::rounds::rounds;
use crate::whole_file;
use anyhow::{Context as _, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use backshell_model::{Clock, Timestamp, hex};
use backshell_probe::measure::{ListSource, Prober, check_list, list_until};
use futures_util::{StreamExt as _, stream};
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;

/// How often the job looks whether a list is due.
const TICK: Duration = Duration::from_mins(5);
/// How many lists are fetched at once.
const AT_ONCE: usize = 4;
/// When a list is fetched again, and when one that could not be fetched is tried again, seconds.
const DAILY: i64 = 24 * 3_600;
const AGAIN: i64 = 3_600;
/// For how long a list that is over is kept, seconds: what it revoked stays revoked.
const KEPT: i64 = 7 * 24 * 3_600;
/// The most files of the folder, and the most bytes of the operator's.
const MOST_FILES: usize = 2_000;
const MOST_BYTES: usize = 512 << 20;
/// The most bytes of what the job fetches.
const MOST_FETCHED: usize = 128 << 20;
/// How files are called that the job made: the hash of address, issuer and key follows.
const FETCHED: &str = "fetched-";
/// How they end, and those of the operator.
const ENDINGS: [&str; 3] = ["crl", "pem", "der"];

/// Where revocation lists are kept.
pub(crate) fn folder(config: &Config) -> PathBuf {
    config.verification.revocation_lists.clone().unwrap_or_else(|| config.data.dir.join("revocation-lists"))
}

/// The lists of a folder (DER), and what of the operator's files cannot be used. No folder, no lists. The limits refuse what the
/// operator put there; of what the job fetched as much is read as there is room for.
pub(crate) fn read_folder(folder: &Path) -> anyhow::Result<(Vec<Vec<u8>>, Vec<String>)> {
    let shown = folder.display();
    let (fetched, own): (Vec<File>, Vec<File>) = files(folder)?.into_iter().partition(|file| file.is_fetched);
    ensure!(own.len() <= MOST_FILES, "the folder of revocation lists `{shown}` has more than {MOST_FILES} files");
    let (mut lists, mut problems, mut total) = (Vec::new(), Vec::new(), 0_usize);
    for file in &own {
        match lists_of(&file.path) {
            Ok(read) => {
                total = read.iter().fold(total, |total, list| total.saturating_add(list.len()));
                ensure!(
                    total <= MOST_BYTES,
                    "the revocation lists in `{shown}` have more than {} MiB",
                    MOST_BYTES >> 20
                );
                lists.extend(read);
            }
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    let (mut room, mut left_out) = (MOST_FETCHED, 0_usize);
    for (index, file) in fetched.iter().enumerate() {
        let length = usize::try_from(file.length).unwrap_or(usize::MAX);
        if length > room || own.len().saturating_add(index) >= MOST_FILES {
            left_out = left_out.saturating_add(1);
            continue;
        }
        match lists_of(&file.path) {
            Ok(read) => {
                room = read.iter().fold(room, |room, list| room.saturating_sub(list.len()));
                lists.extend(read);
            }
            // What the job wrote it can fetch again.
            Err(error) => tracing::warn!("`{}` is not used: {error:#}", file.path.display()),
        }
    }
    if left_out > 0 {
        tracing::warn!(left_out, "there is no room for all of the revocation lists that were fetched into `{shown}`");
    }
    Ok((lists, problems))
}

/// The lists of a file, DER or PEM.
pub(crate) fn lists_of(path: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let bytes = bytes_of(path)?;
    let shown = path.display();
    let lists = if bytes.first() == Some(&0x30) {
        vec![bytes]
    } else {
        let lists = CertificateRevocationListDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
        let lists = lists.map_err(|_| anyhow::anyhow!("`{shown}` is no revocation list, neither DER nor PEM"))?;
        lists.into_iter().map(|list| list.as_ref().to_vec()).collect()
    };
    ensure!(!lists.is_empty(), "`{shown}` holds no revocation list");
    for list in &lists {
        check_list(list).with_context(|| format!("`{shown}` cannot be used"))?;
    }
    Ok(lists)
}

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct File {
    path: PathBuf,
    is_fetched: bool,
    length: u64,
    modified: Option<SystemTime>,
}

/// The files of the folder that may hold lists, by name.
fn files(folder: &Path) -> anyhow::Result<Vec<File>> {
    let shown = folder.display();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("the folder of revocation lists `{shown}` cannot be read"))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("the folder of revocation lists `{shown}` cannot be read"))?;
        let path = entry.path();
        let is_list = path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end.eq_ignore_ascii_case(known)));
        let Ok(about) = fs::metadata(&path) else { continue };
        if !is_list || !about.is_file() {
            continue;
        }
        let is_fetched = entry.file_name().to_string_lossy().starts_with(FETCHED);
        files.push(File { path, is_fetched, length: about.len(), modified: about.modified().ok() });
    }
    files.sort();
    Ok(files)
}

/// Fetches lists and reads the folder again when it changes.
#[derive(Debug)]
pub struct RevocationJob {
    prober: Arc<Prober>,
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    /// Whether lists are fetched, or only the folder is read again.
    fetches: bool,
    /// When each list is asked for next.
    asked_after: Mutex<BTreeMap<ListSource, Timestamp>>,
    /// When the folder is cleared next.
    clear_at: AtomicI64,
    /// Held while a list is written: what is there and what is added have to be within the limit together.
    writes: Mutex<()>,
    /// The folder as this job read it. What was read before it began may have changed since.
    seen: Mutex<Option<Vec<File>>>,
}

impl RevocationJob {
    /// Keeps what `prober` knows about revocation.
    pub(crate) fn new(prober: Arc<Prober>, config: &Config, clock: Arc<dyn Clock>) -> Self {
        Self {
            prober,
            folder: folder(config),
            clock,
            fetches: config.verification.fetch_revocation_lists,
            asked_after: Mutex::default(),
            clear_at: AtomicI64::new(0),
            writes: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// Runs until `stop`.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let complaint = "revocation lists could not be kept";
        rounds(TICK, stop, complaint, || async { self.run().await.map(drop) }).await;
    }

    /// Fetches what is due, and takes in what is new in the folder; how many lists were fetched.
    pub async fn run(self: &Arc<Self>) -> anyhow::Result<usize> {
        let mut fetched = 0_usize;
        if self.fetches {
            let due: Vec<_> = self.due().into_iter().map(|source| self.fetch(source)).collect();
            let mut work = stream::iter(due).buffer_unordered(AT_ONCE);
            while let Some(done) = work.next().await {
                fetched = fetched.saturating_add(usize::from(done));
            }
        }
        self.aside(Self::take_in).await??;
        Ok(fetched)
    }

    /// Lists have megabytes: calls do not wait while they are read, held against signatures and written.
    async fn aside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let job = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&job)).await.context("the work on revocation lists ended early")
    }

    /// Removes what is over, and reads the folder again where it changed.
    fn take_in(&self) -> anyhow::Result<()> {
        self.clear();
        let now = files(&self.folder)?;
        if self.seen.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&now) {
            return Ok(());
        }
        let (lists, problems) = read_folder(&self.folder)?;
        for problem in problems {
            tracing::warn!(problem, "a revocation list is not used");
        }
        self.prober.trust.replace_lists(&lists);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(())
    }

    /// The lists that certificates name and that were not asked for lately. An authority may publish one long before the last
    /// one is over: then somebody was revoked.
    fn due(&self) -> Vec<ListSource> {
        let now = self.clock.now();
        let named = self.prober.trust.named_lists();
        let mut asked_after = self.asked_after.lock().unwrap_or_else(PoisonError::into_inner);
        asked_after.retain(|source, _| named.contains(source));
        named.into_iter().filter(|source| asked_after.get(source).is_none_or(|at| *at <= now)).collect()
    }

    async fn fetch(self: &Arc<Self>, source: ListSource) -> bool {
        let fetched = match self.prober.fetch_list(&source).await {
            Ok((_, until)) if until <= self.clock.now() => Err("it is out of date".to_owned()),
            Ok((list, until)) => {
                let path = self.path(&source);
                let written = self.aside(move |job| job.write(&path, &list)).await;
                written.flatten().map(|()| until).map_err(|error| format!("{error:#}"))
            }
            Err(why) => Err(why),
        };
        let now = self.clock.now();
        let (again, is_fetched) = match fetched {
            // One that is over sooner is asked for then.
            Ok(until) => (now.plus_secs(DAILY).min(until), true),
            Err(why) => {
                tracing::warn!(url = source.url, why, "a revocation list could not be fetched");
                (now.plus_secs(AGAIN), false)
            }
        };
        self.asked_after.lock().unwrap_or_else(PoisonError::into_inner).insert(source, again);
        is_fetched
    }

    /// Writes a list, whole or not at all, where there is room for it.
    fn write(&self, path: &Path, list: &[u8]) -> anyhow::Result<()> {
        let _one_by_one = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        // A file that is written again makes the whole folder be read again.
        if fs::read(path).is_ok_and(|known| known == list) {
            return Ok(());
        }
        let others = files(&self.folder)?.into_iter().filter(|file| file.is_fetched && file.path != path);
        let others = others.fold(0, |total: u64, file| total.saturating_add(file.length));
        let total = usize::try_from(others).unwrap_or(usize::MAX).saturating_add(list.len());
        ensure!(total <= MOST_FETCHED, "there is no room for it: {} MiB are kept", MOST_FETCHED >> 20);
        fs::create_dir_all(&self.folder).with_context(|| format!("`{}` cannot be made", self.folder.display()))?;
        whole_file::write(path, list)
    }

    fn path(&self, source: &ListSource) -> PathBuf {
        let name = hex(digest(&SHA256, &source.identity()).as_ref());
        self.folder.join(format!("{FETCHED}{name}.crl"))
    }

    /// Removes lists that the job fetched and that have been over for a while; once an hour.
    fn clear(&self) {
        let now = self.clock.now();
        if now.as_secs() < self.clear_at.load(Ordering::Relaxed) {
            return;
        }
        self.clear_at.store(now.plus_secs(AGAIN).as_secs(), Ordering::Relaxed);
        for file in files(&self.folder).unwrap_or_default().into_iter().filter(|file| file.is_fetched) {
            let until = bytes_of(&file.path).ok().and_then(|list| list_until(&list));
            let is_over = until.is_none_or(|until| until.plus_secs(KEPT) < now);
            if is_over && let Err(error) = fs::remove_file(&file.path) {
                tracing::warn!(%error, "`{}` cannot be removed", file.path.display());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::HostName;
    use backshell_probe::facts::NotMeasured;
    use backshell_probe::measure::{NamedResolver, Shown, Trust, chain};
    use backshell_testkit::MockClock;
    use backshell_upstream::ProbeWay;
    use backshell_upstream::trial::{TrialDialler, TrialMap, TrialResolver};
    use rcgen::{
        BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CrlDistributionPoint,
        IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber, date_time_ymd,
    };
    use std::sync::atomic::AtomicBool;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    fn authority() -> CertifiedIssuer<'static, KeyPair> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::CrlSign, KeyUsagePurpose::KeyCertSign];
        CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap()
    }

    /// A list that speaks until 2030.
    fn list() -> rcgen::CertificateRevocationList {
        list_of(&authority())
    }

    fn list_of(authority: &CertifiedIssuer<'static, KeyPair>) -> rcgen::CertificateRevocationList {
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2030, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(authority).unwrap()
    }

    #[test]
    fn a_folder_is_read_whole_or_says_what_cannot_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let read = || read_folder(folder.path()).unwrap();
        assert_eq!(read_folder(&folder.path().join("none")).unwrap(), (Vec::new(), Vec::new()));
        let list = list();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        write("a.crl", list.der());
        write("b.PEM", list.pem().unwrap().as_bytes());
        write("readme.md", b"not a list");
        write("fetched-00.crl", b"broken");
        assert_eq!(read(), (vec![list.der().to_vec(), list.der().to_vec()], Vec::new()));
        write("c.der", &[0x30, 3, 2, 1, 5]);
        let (lists, problems) = read();
        assert_eq!((lists.len(), problems.len()), (2, 1));
        assert!(problems[0].contains("c.der"), "{problems:?}");
    }

    #[test]
    fn a_list_that_cannot_be_used_is_said() {
        let folder = tempfile::tempdir().unwrap();
        // Version 1: no version, algorithm, nobody's name, from 2026 to 2027; and a signature of no bits.
        let algorithm = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        let (from, to) = ([&[0x17, 13][..], b"260101000000Z"].concat(), [&[0x17, 13][..], b"270101000000Z"].concat());
        let fields = [&algorithm[..], &[0x30, 0], &from, &to].concat();
        let signed = [&[0x30, u8::try_from(fields.len()).unwrap()][..], &fields].concat();
        let all = [&signed[..], &algorithm, &[3, 1, 0]].concat();
        let list = [&[0x30, u8::try_from(all.len()).unwrap()][..], &all].concat();
        assert!(list_until(&list).is_some(), "what it says can be read");
        fs::write(folder.path().join("old.crl"), list).unwrap();
        let (lists, problems) = read_folder(folder.path()).unwrap();
        assert_eq!((lists.len(), problems.len()), (0, 1));
        assert!(problems[0].contains("old.crl` cannot be used"), "{problems:?}");
    }

    /// What the job fetched never stops a node from starting, however much it is.
    #[test]
    fn the_limits_refuse_what_is_the_operators_only() {
        let folder = tempfile::tempdir().unwrap();
        let list = list();
        for index in 0..=MOST_FILES {
            fs::write(folder.path().join(format!("fetched-{index}.crl")), list.der()).unwrap();
        }
        fs::write(folder.path().join("mine.crl"), list.der()).unwrap();
        assert_eq!(read_folder(folder.path()).unwrap().0.len(), MOST_FILES);
        let large = fs::File::create(folder.path().join("fetched-.crl")).unwrap();
        large.set_len(u64::try_from(MOST_FETCHED).unwrap() + 1).unwrap();
        assert_eq!(read_folder(folder.path()).unwrap().0.len(), MOST_FILES - 1, "its place is not given away");
        for index in 0..=MOST_FILES {
            fs::rename(
                folder.path().join(format!("fetched-{index}.crl")),
                folder.path().join(format!("own-{index}.crl")),
            )
            .unwrap();
        }
        assert!(read_folder(folder.path()).unwrap_err().to_string().contains("more than 2000 files"));
    }

    /// An authority that revokes somebody publishes a list long before the last one is over.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_list_is_fetched_again_every_day() {
        let authority = authority();
        let mut leaf = CertificateParams::new(vec!["api.trial.example".to_owned()]).unwrap();
        leaf.crl_distribution_points =
            vec![CrlDistributionPoint { uris: vec!["http://lists.trial.example/list.crl".to_owned()] }];
        let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &authority).unwrap().der().clone();

        let (asked, works) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(true)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (count, answers, list) = (Arc::clone(&asked), Arc::clone(&works), list_of(&authority).der().to_vec());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.read(&mut [0; 4_096]).await;
                let status = if answers.load(Ordering::SeqCst) { "200 OK" } else { "503 Down" };
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", list.len());
                let _ = stream.write_all(&[head.as_bytes(), &list].concat()).await;
            }
        });
        let mut map = TrialMap::new();
        map.insert(HostName::parse("lists.trial.example").unwrap(), 80, address).unwrap();
        let map = Arc::new(map);

        let mut trust = Trust::public([]);
        trust.add_private(authority.as_ref().der()).unwrap();
        let mut prober = crate::probing::prober(trust, &[address], None).unwrap();
        let resolver = Arc::new(TrialResolver::new(Arc::clone(&map)));
        prober.resolvers = vec![NamedResolver { name: "one".to_owned(), resolver, records: None }];
        prober.way = ProbeWay::new(Arc::new(TrialDialler::new(map, &[]).unwrap()));
        let shown = Shown {
            certificates: vec![leaf],
            staple: Ok(None),
            possession: Ok(true),
            logs: Err(NotMeasured::because("not asked for")),
        };
        let clock = Arc::new(MockClock::at(date_time_ymd(2026, 6, 15).unix_timestamp()));
        chain(&shown, &HostName::parse("api.trial.example").unwrap(), clock.now(), &prober.trust).unwrap();

        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.verification.revocation_lists = Some(folder.path().to_owned());
        let job = Arc::new(RevocationJob::new(Arc::new(prober), &config, clock.clone()));
        // Hours that pass, whether the host answers then, how many lists are fetched, and how often the host was asked in all.
        for (hours, answers, fetched, in_all) in [
            (0, true, 1, 1),
            (23, true, 0, 1),
            (2, true, 1, 2),
            (25, false, 0, 3),
            (0, true, 0, 3),
            (1, true, 1, 4),
            (1, true, 0, 4),
        ] {
            clock.advance(hours * 3_600);
            works.store(answers, Ordering::SeqCst);
            assert_eq!(job.run().await.unwrap(), fetched);
            assert_eq!(asked.load(Ordering::SeqCst), in_all);
        }
        assert_eq!(files(folder.path()).unwrap().len(), 1);
    }

    #[test]
    fn a_list_for_which_there_is_no_room_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.verification.revocation_lists = Some(folder.path().to_owned());
        let prober = crate::probing::prober(Trust::public([]), &["127.0.0.1:9".parse().unwrap()], None).unwrap();
        let job = RevocationJob::new(Arc::new(prober), &config, Arc::new(MockClock::at(0)));
        let list = list();
        let large = fs::File::create(folder.path().join("fetched-large.crl")).unwrap();
        large.set_len(u64::try_from(MOST_FETCHED).unwrap()).unwrap();
        let mine = fs::File::create(folder.path().join("mine.crl")).unwrap();
        mine.set_len(u64::try_from(MOST_FETCHED).unwrap()).unwrap();
        let write = || job.write(&folder.path().join("fetched-00.crl"), list.der());
        assert!(write().unwrap_err().to_string().contains("no room"));
        // What the operator put there takes no room of it.
        large.set_len(u64::try_from(MOST_FETCHED - list.der().len()).unwrap()).unwrap();
        write().unwrap();
    }

    #[tokio::test]
    async fn what_is_over_is_removed_and_what_is_the_operators_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let list = list();
        for name in ["mine.crl", "fetched-00.crl"] {
            fs::write(folder.path().join(name), list.der()).unwrap();
        }
        let mut config = Config::default();
        config.verification.revocation_lists = Some(folder.path().to_owned());
        let prober = crate::probing::prober(Trust::public([]), &["127.0.0.1:9".parse().unwrap()], None).unwrap();
        let clock = Arc::new(MockClock::at(date_time_ymd(2029, 12, 31).unix_timestamp()));
        let job = Arc::new(RevocationJob::new(Arc::new(prober), &config, clock.clone()));
        let names = || {
            let names = files(folder.path()).unwrap().into_iter().map(|file| file.path);
            names.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(job.run().await.unwrap(), 0);
        assert_eq!(names(), ["fetched-00.crl", "mine.crl"]);
        clock.advance(9 * 24 * 3_600);
        job.run().await.unwrap();
        assert_eq!(names(), ["mine.crl"]);
    }
}
