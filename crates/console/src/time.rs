//! Times in the API: RFC 3339, UTC.

use backshell_model::Timestamp;

/// `time` as RFC 3339 text in UTC. A time outside the years -9999 to 9999 is shown as the nearest end.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.as_micros())
        .unwrap_or(if time.as_micros() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_expected() {
        assert_eq!(rfc3339(Timestamp::from_secs(1_700_000_000)), "2023-11-14T22:13:20Z");
        assert_eq!(rfc3339(Timestamp::from_micros(1_700_000_000_000_001)), "2023-11-14T22:13:20.000001Z");
        assert!(rfc3339(Timestamp::from_micros(i64::MAX)).starts_with("9999-"));
    }
}
