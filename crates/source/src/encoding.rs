//! From bytes to text.

use crate::Limits;
use crate::problem::{ProblemKind, SyntaxProblem};
use crate::text::{Span, Text, offset_of};
use bytes::Bytes;
use bytestring::ByteString;

/// A text and what had to be said about its bytes.
pub(crate) struct Decoded {
    pub(crate) text: Text,
    pub(crate) problems: Vec<SyntaxProblem>,
}

/// Refuses what has more bytes than the limit, or than offsets can count.
pub(crate) fn check_size(bytes: usize, limits: &Limits) -> Result<(), SyntaxProblem> {
    let most = limits.max_bytes.min(u32::MAX as usize);
    if bytes > most {
        let message = format!("the file has {bytes} bytes, more than the limit of {most}");
        return Err(whole(ProblemKind::TooLarge, message, "split the file, or raise the limit"));
    }
    Ok(())
}

/// Decodes UTF-8, with or without a byte order mark, else Windows-1252; refuses UTF-16 and UTF-32. A text that is UTF-8
/// shares the bytes.
pub(crate) fn decode(bytes: Bytes) -> Result<Decoded, SyntaxProblem> {
    if let Some(name) = wide_encoding(&bytes) {
        let message = format!("the file is {name}, and JSON files are UTF-8");
        return Err(whole(ProblemKind::WideEncoding, message, "save the file as UTF-8 without a byte order mark"));
    }
    let mut problems = Vec::new();
    let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        None => bytes,
        Some(rest) => {
            let rest = bytes.slice_ref(rest);
            let message = "the file begins with a UTF-8 byte order mark, which some readers refuse".to_owned();
            problems.push(whole(
                ProblemKind::ByteOrderMark,
                message,
                "save the file as UTF-8 without a byte order mark",
            ));
            rest
        }
    };
    let text = match ByteString::try_from(bytes.clone()) {
        Ok(text) => Text::new(text),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let byte = bytes.get(good.len()).copied().unwrap_or_default();
            let text: String = bytes.iter().map(|&byte| windows_1252(byte)).collect();
            // Every byte before the bad one became one character, which is not always one byte.
            let start = good.iter().map(|&byte| windows_1252(byte).len_utf8()).sum();
            let end = start + windows_1252(byte).len_utf8();
            let message = format!(
                "the file is not UTF-8: byte 0x{byte:02X} at offset {}; it was read as Windows-1252, where this byte is `{}`",
                good.len(),
                windows_1252(byte)
            );
            problems.push(SyntaxProblem {
                kind: ProblemKind::NotUtf8,
                span: Span::new(offset_of(start), offset_of(end)),
                message,
                help: "save the file as UTF-8 and check the letters that are not ASCII".to_owned(),
                pointer: String::new(),
                left_out: 0,
            });
            Text::new(text)
        }
    };
    if text.as_str().len() > u32::MAX as usize {
        return Err(whole(ProblemKind::TooLarge, "the file is too large to be decoded".to_owned(), "split the file"));
    }
    Ok(Decoded { text, problems })
}

fn whole(kind: ProblemKind, message: String, help: &str) -> SyntaxProblem {
    SyntaxProblem { kind, span: Span::default(), message, help: help.to_owned(), pointer: String::new(), left_out: 0 }
}

/// The name of a wide encoding, told by its byte order mark or by where the NULs of its first characters stand: a JSON
/// text begins with ASCII (RFC 4627, section 3).
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [(1..), 0, 0, 0, ..] => Some("UTF-32 (little endian)"),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, (1..), ..] => Some("UTF-32 (big endian)"),
        [0xff, 0xfe, ..] | [(1..), 0, (1..), 0, ..] => Some("UTF-16 (little endian)"),
        [0xfe, 0xff, ..] | [0, (1..), 0, (1..), ..] => Some("UTF-16 (big endian)"),
        _ => None,
    }
}

/// A byte in Windows-1252 as the WHATWG reads it: the five unused bytes are C1 control characters.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(bytes: &[u8]) -> (String, Vec<ProblemKind>) {
        match decode(Bytes::copy_from_slice(bytes)) {
            Ok(decoded) => {
                (decoded.text.as_str().to_owned(), decoded.problems.iter().map(|problem| problem.kind).collect())
            }
            Err(problem) => (String::new(), vec![problem.kind]),
        }
    }

    #[test]
    fn byte_order_marks_are_passed_over() {
        assert_eq!(kinds(b"\xef\xbb\xbf{}"), ("{}".to_owned(), vec![ProblemKind::ByteOrderMark]));
        assert_eq!(kinds(b"{}"), ("{}".to_owned(), vec![]));
    }

    #[test]
    fn a_text_shares_the_bytes_that_were_read() {
        for (mark, text) in [("", "{\"a\": 1}"), ("\u{feff}", "{\"a\": 1}")] {
            let bytes = Bytes::from(format!("{mark}{text}"));
            let document = crate::parse(bytes.clone(), &Limits::default()).document.unwrap();
            assert_eq!(document.text(), text);
            assert_eq!(document.text().as_ptr(), bytes.slice(mark.len()..).as_ptr());
            let column = document.resolve("/a").unwrap().start().column;
            assert_eq!(column, 7, "places are counted from behind the mark");
        }
    }

    #[test]
    fn other_bytes_are_windows_1252() {
        let bytes = "\"ø\"".as_bytes().iter().chain(b"\x80\xf8\x81").copied().collect::<Vec<_>>();
        let decoded = decode(bytes.into()).unwrap();
        assert_eq!(decoded.text.as_str(), "\"Ã¸\"€ø\u{81}");
        let problem = &decoded.problems[0];
        assert_eq!(problem.kind, ProblemKind::NotUtf8);
        assert_eq!(decoded.text.get(problem.span), Some("€"));
        assert!(problem.message.contains("0x80 at offset 4"), "{}", problem.message);
    }

    #[test]
    fn wide_encodings_are_named() {
        for (bytes, name) in [
            (&b"\xff\xfe{\0}\0"[..], "UTF-16 (little endian)"),
            (b"\xfe\xff\0{\0}", "UTF-16 (big endian)"),
            (b"{\0}\0", "UTF-16 (little endian)"),
            (b"\0{\0}", "UTF-16 (big endian)"),
            (b"\xff\xfe\0\0{\0\0\0", "UTF-32 (little endian)"),
            (b"{\0\0\0}\0\0\0", "UTF-32 (little endian)"),
            (b"\0\0\xfe\xff\0\0\0{", "UTF-32 (big endian)"),
        ] {
            let problem = decode(Bytes::from_static(bytes)).err().unwrap();
            assert_eq!(problem.kind, ProblemKind::WideEncoding);
            assert!(problem.message.contains(name), "{}", problem.message);
        }
        assert_eq!(kinds(b"{}\0\0").1, vec![], "a NUL elsewhere is the reader's business");
    }

    #[test]
    fn large_files_are_refused() {
        let limits = Limits { max_bytes: 4, ..Limits::default() };
        assert!(crate::parse_bytes(b"1234", &limits).document.is_some());
        for parsed in [crate::parse_bytes(b"12345", &limits), crate::parse(Bytes::from_static(b"12345"), &limits)] {
            assert_eq!(parsed.problems[0].kind, ProblemKind::TooLarge);
            assert!(parsed.document.is_none() && parsed.text.as_str().is_empty());
        }
    }
}
