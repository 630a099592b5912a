//! Numbers compared by their decimal value, however long they are.

/// Whether two JSON numbers (as written) have the same value: `1`, `1.0` and `10e-1` do.
pub(crate) fn same_value(left: &str, right: &str) -> bool {
    left == right || matches!((Decimal::of(left), Decimal::of(right)), (Some(left), Some(right)) if left == right)
}

/// A number as sign, significant digits without zeros at either end, and the power of ten of the last digit.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// `None` when the exponent does not fit; such numbers are equal only when they are written alike.
    fn of(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0').trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        let dropped = all.len() - all.trim_end_matches('0').len();
        let shift = i64::try_from(dropped).ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let exponent = exponent.parse::<i64>().ok()?.checked_add(shift)?;
        Some(Self { negative, digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        for (left, right) in [
            ("1", "1.0"),
            ("10e-1", "1"),
            ("100", "1e2"),
            ("1E+2", "1e2"),
            ("0", "-0.0e9"),
            ("-1.50", "-15e-1"),
            ("0.10", "1e-1"),
        ] {
            assert!(same_value(left, right), "{left} {right}");
        }
    }

    #[test]
    fn values_do() {
        for (left, right) in [
            ("1", "-1"),
            ("1", "10"),
            ("9007199254740993", "9007199254740992"),
            ("1e400", "1e401"),
            ("1e99999999999999999999", "1e99999999999999999998"),
        ] {
            assert!(!same_value(left, right), "{left} {right}");
        }
        assert!(same_value("1e99999999999999999999", "1e99999999999999999999"));
    }
}
