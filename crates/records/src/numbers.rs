//! Numbers for people.

/// A count as a number that can be drawn with.
#[expect(clippy::cast_precision_loss, reason = "widths and shares need no more than the first digits")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// Digits in groups of three: `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes with a decimal unit: `12.3 MB`.
pub(crate) fn bytes(count: u64) -> String {
    let mut value = float(count);
    for unit in ["bytes", "kB", "MB", "GB", "TB"] {
        if value < 1_000.0 || unit == "TB" {
            return if unit == "bytes" { format!("{count} bytes") } else { format!("{value:.1} {unit}") };
        }
        value /= 1_000.0;
    }
    format!("{count} bytes")
}

/// `1 call`, `2 calls`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let texts = [0, 7, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "7", "999", "1,000", "1,234,567"]);
        let texts = [0, 999, 1_000, 12_345_678, u64::MAX].map(bytes);
        assert_eq!(texts, ["0 bytes", "999 bytes", "1.0 kB", "12.3 MB", "18446744.1 TB"]);
        assert_eq!((counted(1, "call", "calls"), counted(2, "call", "calls")), ("1 call".into(), "2 calls".into()));
    }
}
