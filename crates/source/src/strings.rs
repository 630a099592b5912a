//! The inside of strings and what stands between tokens: finding their end quickly, and decoding escapes.

use wide::u8x16;

/// The first byte at or after `from` that ends the plain part of a string: a quote, a backslash or a control character.
/// The length of `bytes` when there is none.
#[inline]
pub(crate) fn plain_end(bytes: &[u8], from: usize) -> usize {
    let ends = |chunk: u8x16| {
        let control = chunk.min(u8x16::splat(b' ' - 1)).simd_eq(chunk);
        (control | chunk.simd_eq(u8x16::splat(b'"')) | chunk.simd_eq(u8x16::splat(b'\\'))).to_bitmask()
    };
    first_where(bytes, from, ends, |byte| matches!(byte, b'"' | b'\\' | ..b' '))
}

/// The first byte at or after `from` that JSON does not know as white space. The length of `bytes` when there is none.
#[inline]
pub(crate) fn space_end(bytes: &[u8], from: usize) -> usize {
    let ends = |chunk: u8x16| {
        let [blank, line, carriage, tab] = [b' ', b'\n', b'\r', b'\t'].map(|byte| chunk.simd_eq(u8x16::splat(byte)));
        !(blank | line | carriage | tab).to_bitmask() & u32::from(u16::MAX)
    };
    first_where(bytes, from, ends, |byte| !is_space(byte))
}

/// Whether JSON knows a byte as white space.
#[inline]
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The first byte at or after `from` of which `one` is true. Sixteen are looked at in one step, as long as there are so
/// many: `many` has a bit for each of which `one` would be true.
#[inline]
fn first_where(bytes: &[u8], from: usize, many: impl Fn(u8x16) -> u32, one: impl Fn(u8) -> bool) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let hits = many(u8x16::new(*chunk));
        if hits != 0 {
            return at + hits.trailing_zeros() as usize;
        }
        at += 16;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|&byte| one(byte)).unwrap_or(rest.len())
}

/// What an escape stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// A character, and how many bytes the escape takes, the backslash included.
    Char(char, usize),
    /// Half of a surrogate pair, and how many bytes it takes.
    LoneSurrogate(usize),
    /// No escape; so many bytes belong to what should have been one.
    Bad(usize),
}

/// Reads the escape that `bytes` begins with, from the backslash on.
pub(crate) fn escape(bytes: &[u8]) -> Escape {
    let plain = |character| Escape::Char(character, 2);
    match bytes.get(1) {
        Some(b'"') => plain('"'),
        Some(b'\\') => plain('\\'),
        Some(b'/') => plain('/'),
        Some(b'b') => plain('\u{8}'),
        Some(b'f') => plain('\u{c}'),
        Some(b'n') => plain('\n'),
        Some(b'r') => plain('\r'),
        Some(b't') => plain('\t'),
        Some(b'u') => unicode(bytes),
        Some(_) => Escape::Bad(2),
        None => Escape::Bad(1),
    }
}

fn unicode(bytes: &[u8]) -> Escape {
    let Some(first) = unit(bytes, 2) else {
        let digits = bytes.iter().skip(2).take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
        return Escape::Bad(2 + digits);
    };
    if let Some(character) = char::from_u32(first) {
        return Escape::Char(character, 6);
    }
    let second = if bytes.get(6..8) == Some(b"\\u") { unit(bytes, 8) } else { None };
    match (first, second) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            char::from_u32(code).map_or(Escape::LoneSurrogate(6), |character| Escape::Char(character, 12))
        }
        _ => Escape::LoneSurrogate(6),
    }
}

/// The four hexadecimal digits at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |all, &digit| Some(all * 16 + char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_part_ends_where_it_should() {
        for front in 0..20 {
            for special in ["\"", "\\", "\n", "\0", "\u{1f}"] {
                for back in [0, 1, 9] {
                    let text = format!("{}{special}{}", "ø".repeat(front), "\"x\\".repeat(back));
                    assert_eq!(plain_end(text.as_bytes(), 0), front * 2, "{text:?}");
                }
            }
        }
        for front in 0..40 {
            for byte in 0..=u8::MAX {
                let mut bytes = b"x".repeat(front);
                bytes.push(byte);
                let end = if matches!(byte, b'"' | b'\\' | ..b' ') { front } else { front + 4 };
                bytes.extend(b"abc\"");
                assert_eq!(plain_end(&bytes, 0), end, "{front} {byte}");
            }
        }
        for text in ["", "abc", "abcdefgh", "abcdefgh\u{7f}\u{80}\u{e000} !#[]"] {
            assert_eq!(plain_end(text.as_bytes(), 0), text.len(), "{text:?}");
        }
    }

    #[test]
    fn white_space_ends_where_it_should() {
        for front in 0..40 {
            for byte in 0..=u8::MAX {
                let mut bytes = b" \n\r\t".repeat(10).get(..front).unwrap().to_vec();
                bytes.push(byte);
                bytes.extend(b"  x");
                let end = if b" \n\r\t".contains(&byte) { front + 3 } else { front };
                assert_eq!(space_end(&bytes, 0), end, "{front} {byte}");
                assert_eq!(space_end(&bytes, front), end, "{front} {byte}");
            }
            assert_eq!(space_end(&b" ".repeat(front), 0), front);
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(escape(br"\n"), Escape::Char('\n', 2));
        assert_eq!(escape(br"\u00f8x"), Escape::Char('ø', 6));
        assert_eq!(escape(br"\ud83d\ude00"), Escape::Char('\u{1f600}', 12));
        assert_eq!(escape(br"\ud83d\n"), Escape::LoneSurrogate(6));
        assert_eq!(escape(br"\ud83d\ud83d"), Escape::LoneSurrogate(6));
        assert_eq!(escape(br"\ude00\ud83d"), Escape::LoneSurrogate(6));
        assert_eq!(escape(br"\x41"), Escape::Bad(2));
        assert_eq!(escape(br"\u12g4"), Escape::Bad(4));
        assert_eq!(escape(br"\u+123"), Escape::Bad(2));
        assert_eq!(escape(br"\"), Escape::Bad(1));
    }
}
