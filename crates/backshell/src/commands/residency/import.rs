//! `backshell residency import`: takes a file of evidence into the data folder.

use super::{age, day, shown};
use crate::config::Config;
use crate::keys;
use crate::residency::Folder;
use crate::residency::folder::{day_in_name, read_file, state};
use crate::system::SystemClock;
use crate::terminal::{self, Format};
use anyhow::{Context, bail};
use backshell_boundary::evidence::{DomainKey, Kind, MAX_FILE, Source, claimed_domain};
use backshell_model::{Clock as _, Timestamp};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Largest key file, bytes.
const MAX_KEY: u64 = 64 * 1024;

/// Check a file of evidence and take it into use
#[derive(Debug, Args)]
#[command(after_help = "Kinds:
  aws          AWS ip-ranges.json
  azure        Azure ServiceTags_Public_<date>.json, also of the clouds for governments and China
  gcp          Google cloud.json: addresses of its customers
  goog         Google goog.json: every address of Google
  geoip        a GeoIP database of countries or cities in MaxMind DB format (.mmdb)
  declaration  a service operator's signed declaration of the places of its service
  cdn          ranges that a content delivery network publishes: one per line, or its JSON

Examples:
  backshell residency import aws ip-ranges.json
  backshell residency import azure ServiceTags_Public_20261116.json
  backshell residency import cdn ips-v4.txt --name cloudflare-v4 --published 2026-11-16
  backshell residency import declaration contoso.jws --key contoso.com.jwk    the key of the domain, the first time

Files of AWS and Google say when they were published, and so does a GeoIP database; Azure says the day in the name of the
file. Of others, and of an Azure file under another name, say it with --published: the limit counts from that day.

The file is checked as a whole and replaces an earlier one of its name only when nothing is wrong with it. Files of
ranges count for 14 days, a GeoIP database for 35, a declaration until it ends.

Exit status: 0 imported and fresh, 1 imported, but too old to count, 2 not imported.")]
pub(super) struct Import {
    /// What the file is.
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: Kind,

    /// The file, as its publisher wrote it.
    file: PathBuf,

    /// A name for it among the imports, for kinds of which there may be several.
    #[arg(long)]
    name: Option<String>,

    /// The public key of the declaration's domain, a JSON Web Key. You vouch for it being that domain's key.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// The day on which its publisher published the file, where it does not say so itself: `2026-11-16`.
    #[arg(long, value_name = "DATE", value_parser = published)]
    published: Option<Timestamp>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn published(text: &str) -> Result<Timestamp, String> {
    let day = text.parse::<jiff::civil::Date>().and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC));
    let day = day.map_err(|_| "write a day, such as 2026-11-16".to_owned())?;
    Ok(Timestamp::from_secs(day.timestamp().as_second()))
}

fn kind(word: &str) -> Result<Kind, String> {
    let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    Kind::from_word(word).ok_or_else(|| format!("it is none of {}", words.join(", ")))
}

impl Import {
    pub(super) fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        keys::private_folder(&config.data.dir)?;
        let folder = Folder::in_data_folder(&config.data.dir);
        let bytes = read_file(&self.file, MAX_FILE)?;
        let key = self.key(&folder, &bytes)?;
        let mut source = Source::read(self.kind, bytes.clone(), now, key.as_ref()).with_context(|| {
            format!("`{}` is not imported; what was there before stays in use", self.file.display())
        })?;
        let published = self.published_day(&source, now)?;
        if let Some(published) = published {
            source = source.published(published);
        }
        match (&self.name, self.kind) {
            (Some(name), Kind::Cdn) => source = source.named(&format!("cdn-{name}")),
            (None, _) => {}
            (Some(_), kind) => {
                bail!("`--name` is for `cdn`; there is one import of `{kind}` for each publisher or domain")
            }
        }
        folder.keep(&source, &bytes, published, key.as_ref())?;
        let info = source.info();
        let stale = info.is_stale(now);
        match self.format {
            Format::Json => terminal::line(&serde_json::to_string_pretty(&super::list::entry(info, now))?)?,
            Format::Text => {
                terminal::line(&format!("imported {} ({}), {}", info.name, info.about, age(info.dated, now)))?;
                terminal::line(&format!("evidence {}", info.id))?;
                terminal::line(&format!("{}; counts until {}", state(info, now), shown(info.until)))?;
                for (name, count) in &info.unknown {
                    terminal::line(&format!(
                        "`{name}` is no known place; its {count} ranges are taken as shared by many places"
                    ))?;
                }
            }
        }
        if stale {
            terminal::remark("it does not count now; import one that is current");
        }
        Ok(if stale { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    /// The day of a file that does not say it itself. Without one, its age would count from its import, and an old file would
    /// count as a new one.
    fn published_day(&self, source: &Source, now: Timestamp) -> anyhow::Result<Option<Timestamp>> {
        let file = self.file.display();
        if source.dates_itself() {
            if self.published.is_some() {
                bail!("`{file}` says itself when it was published; leave out `--published`");
            }
            return Ok(None);
        }
        let named = day_in_name(&self.file).filter(|_| self.kind == Kind::Azure);
        let published = match (named, self.published) {
            (Some(named), Some(told)) if named != told => {
                bail!("the name of `{file}` says {}, and `--published` {}", day(named), day(told))
            }
            (named, told) => named.or(told).with_context(|| {
                format!(
                    "`{file}` does not say when it was published; say it with `--published`, for example \
                     `--published 2026-11-16`"
                )
            })?,
        };
        if published > now {
            bail!("`{file}` cannot have been published on {}, which is in the future", day(published));
        }
        Ok(Some(published))
    }

    /// The key that a declaration must be signed with: the one that is given, or the one its domain had before.
    fn key(&self, folder: &Folder, bytes: &[u8]) -> anyhow::Result<Option<DomainKey>> {
        match (&self.key, self.kind) {
            (Some(path), Kind::Declaration) => {
                let key = DomainKey::from_jwk(&read_file(path, MAX_KEY)?);
                Ok(Some(key.with_context(|| format!("`{}` holds no usable key", path.display()))?))
            }
            (None, Kind::Declaration) => folder.key_of(claimed_domain(bytes)?.as_str()),
            (Some(_), _) => bail!("`--key` is for `declaration`"),
            (None, _) => Ok(None),
        }
    }
}
