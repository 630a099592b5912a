//! A GeoIP database in MaxMind DB format: the country of an address as a registry-level guess.
//!
//! `country` is read and never `registered_country`, which is the seat of whoever holds the range. The file is checked
//! whole when it is imported: tree, separator and every record, within bounds that the file's size gives.

use super::{Damaged, Kind, Read};
use crate::country::CountryCode;
use crate::grade::Estimate;
use backshell_model::Timestamp;
use maxminddb::{MaxMindDbError, Reader, WithinOptions};
use serde::Deserialize;
use std::fmt;
use std::net::IpAddr;

/// How many records are looked at to see whether the database has countries at all.
const LOOKED_AT: usize = 4_096;

/// A database, ready to be asked.
pub(super) struct GeoIp {
    reader: Reader<Vec<u8>>,
    shape: Shape,
}

/// Where the country stands in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `country.iso_code`, `traits.is_anycast`: MaxMind and who follows it.
    Nested,
    /// `country_code`: other vendors.
    FlatCode,
    /// `country`, a text: other vendors.
    FlatCountry,
}

#[derive(Deserialize)]
struct Nested<'a> {
    #[serde(borrow)]
    country: Option<Country<'a>>,
    traits: Option<Traits>,
}

#[derive(Deserialize)]
struct Country<'a> {
    iso_code: Option<&'a str>,
}

#[derive(Deserialize)]
struct Traits {
    is_anycast: Option<bool>,
}

#[derive(Deserialize)]
struct FlatCode<'a> {
    country_code: Option<&'a str>,
}

#[derive(Deserialize)]
struct FlatCountry<'a> {
    country: Option<&'a str>,
}

impl GeoIp {
    pub(super) fn read(bytes: Vec<u8>) -> Result<Read, Damaged> {
        let reader = Reader::from_source(bytes).map_err(|error| damaged(&error))?;
        reader.verify().map_err(|error| damaged(&error))?;
        let built = i64::try_from(reader.metadata().build_epoch)
            .map_err(|_| Damaged::new(Kind::GeoIp, "`build_epoch`", "the time is out of range"))?;
        let about = format!("{}, {} nodes", reader.metadata().database_type, reader.metadata().node_count);
        let shape = Shape::of(&reader).ok_or_else(|| {
            let message = "no record has a country; a database of countries or cities is needed";
            Damaged::new(Kind::GeoIp, "the data section", message)
        })?;
        Ok(Read::geoip(Timestamp::from_secs(built), Self { reader, shape }, about))
    }

    /// What the database says about an address. A record that cannot be read says nothing.
    pub(super) fn find(&self, address: IpAddr) -> Option<Estimate> {
        let found = self.reader.lookup(address.to_canonical()).ok()?;
        let code = match self.shape {
            Shape::Nested => {
                let record: Nested<'_> = found.decode().ok()??;
                if record.traits.and_then(|traits| traits.is_anycast) == Some(true) {
                    return Some(Estimate::Anycast);
                }
                record.country?.iso_code?
            }
            Shape::FlatCode => found.decode::<FlatCode<'_>>().ok()??.country_code?,
            Shape::FlatCountry => found.decode::<FlatCountry<'_>>().ok()??.country?,
        };
        CountryCode::parse(code).map(Estimate::Country)
    }
}

impl Shape {
    /// The first shape in which one of the first records has a country.
    fn of(reader: &Reader<Vec<u8>>) -> Option<Self> {
        let options = WithinOptions::default();
        for found in reader.networks(options).ok()?.take(LOOKED_AT) {
            let Ok(found) = found else { continue };
            if let Ok(Some(Nested { country: Some(Country { iso_code: Some(_) }), .. })) = found.decode() {
                return Some(Self::Nested);
            }
            if let Ok(Some(FlatCode { country_code: Some(_) })) = found.decode() {
                return Some(Self::FlatCode);
            }
            if let Ok(Some(FlatCountry { country: Some(_) })) = found.decode() {
                return Some(Self::FlatCountry);
            }
        }
        None
    }
}

impl fmt::Debug for GeoIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeoIp").field("shape", &self.shape).finish_non_exhaustive()
    }
}

fn damaged(error: &MaxMindDbError) -> Damaged {
    let (place, message) = match error {
        MaxMindDbError::InvalidDatabase { message, offset } => (offset.map(|at| format!("byte {at}")), message.clone()),
        MaxMindDbError::Decoding { message, offset, path }
        | MaxMindDbError::ResourceLimit { message, offset, path } => {
            let at = offset.map(|at| format!("byte {at} of its section"));
            (at.or_else(|| path.as_ref().map(|path| format!("`{path}`"))), message.clone())
        }
        other => (None, other.to_string()),
    };
    Damaged::new(Kind::GeoIp, place.unwrap_or_else(|| "the file as a whole".to_owned()), message)
}
