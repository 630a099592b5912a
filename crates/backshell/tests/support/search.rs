//! Looks for marks in bytes and files, in every form that a careless program could leave them in.
//!
//! The forms: plain, base64 at its three alignments in both alphabets (so with and without padding), hexadecimal digits
//! and decimal numbers as debug output writes them, percent and JSON escapes, UTF-16; all of them without regard to letter
//! case, and again inside whatever inflates as gzip, zlib or raw deflate from any offset. A mark is also found by either
//! half alone, so that a text that was cut, or that lies across two pages of a database, is found.
//!
//! What it cannot find: encrypted marks (that is the point), marks that were reversed, and compression that the product
//! does not contain (zstd, brotli, lz4).

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use flate2::{Decompress, FlushDecompress};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// Letters and digits at either end of a mark that are looked for by themselves.
const HALF: usize = 12;
/// How much is inflated from one offset.
const INFLATED: usize = 64 * 1024;
/// How often something compressed is looked for inside something compressed.
const DEPTH: usize = 2;

/// A mark that was found where it must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    pub(crate) place: String,
    pub(crate) mark: String,
    pub(crate) form: &'static str,
}

/// Something to look for: begins and ends with 12 letters and digits that occur nowhere else.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Finds marks.
pub(crate) struct Searcher {
    automaton: AhoCorasick,
    /// The mark's name and the form of each pattern.
    patterns: Vec<(String, &'static str)>,
}

impl Searcher {
    pub(crate) fn new(marks: &[Mark]) -> Self {
        let mut needles = Vec::new();
        let mut patterns = Vec::new();
        for mark in marks {
            let bytes = mark.text.as_bytes();
            assert!(bytes.len() >= HALF, "{} is too short to be told from chance", mark.name);
            for part in [bytes, &bytes[..HALF], &bytes[bytes.len() - HALF..]] {
                for (form, needle) in forms(part) {
                    needles.push(needle);
                    patterns.push((mark.name.clone(), form));
                }
            }
        }
        let automaton = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(needles).unwrap();
        Self { automaton, patterns }
    }

    /// Every mark in every form; each once.
    pub(crate) fn bytes(&self, place: &str, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = BTreeSet::new();
        self.look(place, bytes, DEPTH, &mut hits);
        hits.into_iter().collect()
    }

    /// Every mark in every file below `folder`.
    pub(crate) fn folder(&self, folder: &Path) -> Vec<Hit> {
        let mut hits = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                hits.extend(self.folder(&path));
            } else {
                let name = path.display().to_string();
                hits.extend(self.bytes(&name, name.as_bytes()));
                let bytes = std::fs::read(&path).unwrap();
                hits.extend(self.bytes(&name, &bytes));
                if let Some(joined) = without_page_borders(&bytes) {
                    hits.extend(self.bytes(&format!("{name}, pages joined"), &joined));
                }
            }
        }
        hits
    }

    fn plain(&self, place: &str, bytes: &[u8], hits: &mut BTreeSet<Hit>) {
        for found in self.automaton.find_overlapping_iter(bytes) {
            let (mark, form) = &self.patterns[found.pattern().as_usize()];
            hits.insert(Hit { place: place.to_owned(), mark: mark.clone(), form });
        }
    }

    fn look(&self, place: &str, bytes: &[u8], depth: usize, hits: &mut BTreeSet<Hit>) {
        self.plain(place, bytes, hits);
        if depth == 0 {
            return;
        }
        let mut inflate = Inflate::new();
        for at in 0..bytes.len() {
            let rest = &bytes[at..];
            if let Some((kind, inflated)) = inflate.with_header(rest) {
                self.look(&format!("{place}, {kind} at {at}"), inflated, depth - 1, hits);
            }
            if let Some(inflated) = inflate.bare(rest) {
                // Chance makes streams of a few bytes everywhere; looking for more in those would never end.
                self.plain(&format!("{place}, deflate at {at}"), inflated, hits);
            }
        }
    }
}

/// A part of a mark in every form.
fn forms(part: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let each = |write: &dyn Fn(&mut String, u8)| {
        let mut text = String::new();
        for byte in part {
            write(&mut text, *byte);
        }
        text
    };
    let text = String::from_utf8_lossy(part).into_owned();
    let joined = |text: String, border: usize| text[..text.len() - border].to_owned();
    let mut forms = vec![
        ("plain", text.clone()),
        ("percent escapes", utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()),
        ("percent escapes throughout", each(&|text, byte| write!(text, "%{byte:02x}").unwrap())),
        ("JSON string", serde_json::to_string(&text).unwrap().trim_matches('"').to_owned()),
        ("JSON escapes throughout", text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()),
        ("byte escapes throughout", each(&|text, byte| write!(text, "\\x{byte:02x}").unwrap())),
        ("escaped for debugging", text.escape_debug().to_string()),
        ("hexadecimal", each(&|text, byte| write!(text, "{byte:02x}").unwrap())),
        ("hexadecimal with blanks", joined(each(&|text, byte| write!(text, "{byte:02x} ").unwrap()), 1)),
        ("hexadecimal with colons", joined(each(&|text, byte| write!(text, "{byte:02x}:").unwrap()), 1)),
        ("hexadecimal numbers", joined(each(&|text, byte| write!(text, "0x{byte:02x}, ").unwrap()), 2)),
        ("decimal numbers", joined(each(&|text, byte| write!(text, "{byte}, ").unwrap()), 2)),
        ("decimal numbers without blanks", joined(each(&|text, byte| write!(text, "{byte},").unwrap()), 1)),
    ]
    .into_iter()
    .map(|(form, text)| (form, text.into_bytes()))
    .collect::<Vec<_>>();
    for alignment in 0..3 {
        forms.push(("base64", base64_inside(part, alignment, &STANDARD_NO_PAD)));
        forms.push(("base64 for addresses", base64_inside(part, alignment, &URL_SAFE_NO_PAD)));
    }
    forms.push(("UTF-16, little end first", text.encode_utf16().flat_map(u16::to_le_bytes).collect()));
    forms.push(("UTF-16, big end first", text.encode_utf16().flat_map(u16::to_be_bytes).collect()));
    forms
}

/// The characters that `part` alone decides, when `alignment` bytes modulo 3 stand before it.
fn base64_inside(part: &[u8], alignment: usize, alphabet: &impl Engine) -> Vec<u8> {
    let padded = [&vec![0; alignment], part].concat();
    let encoded = alphabet.encode(&padded).into_bytes();
    let first = (alignment * 8).div_ceil(6);
    encoded[first..padded.len() * 8 / 6].to_vec()
}

/// The content of a SQLite file or write-ahead log as if its pages had no borders: what is too long for a page goes on
/// behind the first four bytes of another, which is the next one in a young database.
fn without_page_borders(bytes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize, length: usize| {
        bytes
            .get(at..at + length)?
            .iter()
            .try_fold(0_usize, |number, byte| number.checked_mul(256)?.checked_add(usize::from(*byte)))
    };
    let (first, page, header) = if bytes.starts_with(b"SQLite format 3\0") {
        (0, number(16, 2)?, 0)
    } else if matches!(number(0, 4)?, 0x377f_0682 | 0x377f_0683) {
        (32, number(8, 4)?, 24)
    } else {
        return None;
    };
    assert!(page >= 512, "a page size of {page}");
    Some(bytes[first..].chunks(page + header).filter_map(|page| page.get(header + 4..)).flatten().copied().collect())
}

/// Inflates what stands at the beginning of some bytes, as far as that goes.
struct Inflate {
    bare: Decompress,
    zlib: Decompress,
    gzip: Decompress,
    out: Vec<u8>,
}

impl Inflate {
    fn new() -> Self {
        Self {
            bare: Decompress::new(false),
            zlib: Decompress::new(true),
            gzip: Decompress::new(false),
            out: vec![0; INFLATED],
        }
    }

    /// As gzip or zlib, which say what they are.
    fn with_header(&mut self, bytes: &[u8]) -> Option<(&'static str, &[u8])> {
        let (kind, length) = match *bytes.first_chunk::<10>()? {
            [0x1f, 0x8b, 8, flags, ..] => {
                let body = after_gzip_header(bytes, flags)?;
                self.gzip.reset(false);
                ("gzip", run(&mut self.gzip, body, &mut self.out))
            }
            [method, check, ..]
                if method & 15 == 8 && method >> 4 <= 7 && u16::from_be_bytes([method, check]) % 31 == 0 =>
            {
                self.zlib.reset(true);
                ("zlib", run(&mut self.zlib, bytes, &mut self.out))
            }
            _ => return None,
        };
        (length > 0).then(|| (kind, &self.out[..length]))
    }

    /// As deflate without a header, which any bytes could be.
    fn bare(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        // The first block is compressed, with codes of either sort; a stored one is plain to see.
        if !matches!(bytes.first()? >> 1 & 3, 1 | 2) {
            return None;
        }
        self.bare.reset(false);
        let length = run(&mut self.bare, bytes, &mut self.out);
        (length >= HALF).then(|| &self.out[..length])
    }
}

/// How many bytes came out before the end or the first fault. Begins with little, because most attempts end soon.
fn run(stream: &mut Decompress, bytes: &[u8], out: &mut [u8]) -> usize {
    for (input, output) in [(512, 512), (INFLATED, INFLATED)] {
        let (read, written) = (stream.total_in() as usize, stream.total_out() as usize);
        let end = bytes.len().min(input);
        let Some(rest) = bytes.get(read..end) else { break };
        let result = stream.decompress(rest, &mut out[written..output], FlushDecompress::None);
        if !matches!(result, Ok(flate2::Status::Ok | flate2::Status::BufError)) {
            break;
        }
    }
    stream.total_out() as usize
}

/// RFC 1952: the optional fields of the header are skipped.
fn after_gzip_header(bytes: &[u8], flags: u8) -> Option<&[u8]> {
    let mut rest = bytes.get(10..)?;
    if flags & 4 != 0 {
        let length = usize::from(u16::from_le_bytes(*rest.first_chunk()?));
        rest = rest.get(2 + length..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}
