//! Times: reading the ends of a period, and writing times for people and programs. All of it is UTC.

use backshell_model::Timestamp;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The time that a question is about. An end that is missing is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// Its beginning, inclusive.
    pub from: Option<Timestamp>,
    /// Its end, exclusive.
    pub to: Option<Timestamp>,
}

/// Why a text is no end of a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Neither a date nor a time.
    #[error("`{0}` is neither a date (`2026-11-01`) nor a time (`2026-11-01T00:00:00Z`)")]
    NoTime(String),
    /// The end is not after the beginning.
    #[error("the period ends before it begins; exchange the two times")]
    Backwards,
}

impl Period {
    /// Reads the two ends, each a date or a time in RFC 3339. A date as beginning counts from its first moment, a date as
    /// end to its last, both in UTC.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Result<Self, PeriodError> {
        let from = from.map(|text| moment(text).map(|(at, _)| at)).transpose()?;
        let to = to
            .map(|text| moment(text).map(|(at, is_date)| if is_date { at.plus_secs(DAY_SECONDS) } else { at }))
            .transpose()?;
        match (from, to) {
            (Some(from), Some(to)) if to <= from => Err(PeriodError::Backwards),
            _ => Ok(Self { from, to }),
        }
    }

    /// Whether a time lies in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    /// For people: `2026-11-01 to 2026-11-30`, with the last day that belongs to it.
    pub(crate) fn text(&self) -> String {
        let last = self.to.map(|to| date(Timestamp::from_micros(to.as_micros().saturating_sub(1))));
        match (self.from.map(date), last) {
            (None, None) => "all records".to_owned(),
            (Some(from), None) => format!("since {from}"),
            (None, Some(to)) => format!("up to and including {to}"),
            (Some(from), Some(to)) if from == to => from,
            (Some(from), Some(to)) => format!("{from} to {to}"),
        }
    }
}

/// A time, and whether it was written as a date.
fn moment(text: &str) -> Result<(Timestamp, bool), PeriodError> {
    let wrong = || PeriodError::NoTime(text.chars().take(64).collect());
    // A date alone: a time without offset would read as its date, too.
    if text.len() == "2026-11-01".len()
        && let Ok(day) = text.parse::<jiff::civil::Date>()
    {
        let begin = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?;
        return Ok((Timestamp::from_micros(begin.timestamp().as_microsecond()), true));
    }
    let at = text.parse::<jiff::Timestamp>().map_err(|_| wrong())?;
    Ok((Timestamp::from_micros(at.as_microsecond()), false))
}

fn civil(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(at.as_micros().div_euclid(1_000_000)).ok()
}

/// The day: `2026-11-01`.
pub(crate) fn date(at: Timestamp) -> String {
    civil(at).map_or_else(|| at.as_micros().to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}

/// RFC 3339 to the second: `2026-11-01T12:00:00Z`.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    civil(at).map_or_else(|| at.as_micros().to_string(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_mean_whole_days() {
        let period = Period::parse(Some("2026-11-01"), Some("2026-11-30")).unwrap();
        assert_eq!(period.text(), "2026-11-01 to 2026-11-30");
        let at = |text: &str| moment(text).unwrap().0;
        for (text, inside) in [
            ("2026-10-31T23:59:59Z", false),
            ("2026-11-01T00:00:00Z", true),
            ("2026-11-30T23:59:59.999999Z", true),
            ("2026-12-01T00:00:00Z", false),
        ] {
            assert_eq!(period.contains(at(text)), inside, "{text}");
        }
        assert_eq!(Period::parse(Some("2026-11-01"), Some("2026-11-01")).unwrap().text(), "2026-11-01");
        assert!(Period::default().contains(Timestamp::from_micros(i64::MIN)));
        assert_eq!(Period::default().text(), "all records");
    }

    #[test]
    fn times_have_an_offset_and_an_order() {
        let period = Period::parse(Some("2026-11-01T12:00:00+02:00"), None).unwrap();
        assert_eq!(period.from.map(rfc3339).as_deref(), Some("2026-11-01T10:00:00Z"));
        assert_eq!(Period::parse(Some("2026-11-02"), Some("2026-11-01")), Err(PeriodError::Backwards));
        for text in ["", "yesterday", "2026-13-01", "2026-11-01T12:00:00", "99999999999"] {
            assert!(matches!(Period::parse(Some(text), None), Err(PeriodError::NoTime(_))), "{text}");
        }
        assert_eq!(date(Timestamp::from_micros(i64::MAX)), i64::MAX.to_string());
    }
}
