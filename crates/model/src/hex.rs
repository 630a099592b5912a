//! Bytes as text.

/// Bytes as lower-case hexadecimal digits, two each (RFC 4648, section 8, in lower case).
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble });
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0x0f));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_two_digits() {
        assert_eq!(hex(&[0, 1, 0xab, 0xff]), "0001abff");
        let all: Vec<u8> = (0..=u8::MAX).collect();
        assert_eq!(hex(&all), all.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        assert_eq!(hex(&[]), "");
    }
}
