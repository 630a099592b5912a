//! Zip archives, honest and otherwise. The dishonest ones are put together byte by byte, since no tool makes them.

mod common;

use backshell_package::{Limits, ReadPackage, read_zip};
use common::{DEFINITION, PROPERTIES, codes};
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// One entry of a hand-made archive, stored.
#[derive(Clone)]
struct Entry<'a> {
    name: &'a [u8],
    bytes: &'a [u8],
    /// General purpose flags; bit 0 is encryption, bit 11 says that names are UTF-8.
    flags: u16,
    method: u16,
    /// The Unix mode, type bits included; 0 for none.
    mode: u32,
    /// The name in the local header, where it is another.
    local_name: Option<&'a [u8]>,
}

fn entry<'a>(name: &'a str, bytes: &'a [u8]) -> Entry<'a> {
    Entry { name: name.as_bytes(), bytes, flags: 1 << 11, method: 0, mode: 0, local_name: None }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[expect(clippy::cast_possible_truncation, reason = "the archives of these tests are small")]
fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let start = file.len() as u32;
        let sizes = |into: &mut Vec<u8>, name: &[u8]| {
            into.extend(entry.flags.to_le_bytes());
            into.extend(entry.method.to_le_bytes());
            into.extend([0, 0, 0x21, 0]);
            into.extend(crc32(entry.bytes).to_le_bytes());
            into.extend((entry.bytes.len() as u32).to_le_bytes());
            into.extend((entry.bytes.len() as u32).to_le_bytes());
            into.extend((name.len() as u16).to_le_bytes());
            into.extend([0, 0]);
        };
        let local_name = entry.local_name.unwrap_or(entry.name);
        file.extend(b"PK\x03\x04\x14\0");
        sizes(&mut file, local_name);
        file.extend(local_name);
        file.extend(entry.bytes);
        directory.extend(b"PK\x01\x02\x14\x03\x14\0");
        sizes(&mut directory, entry.name);
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(start.to_le_bytes());
        directory.extend(entry.name);
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend((entries.len() as u16).to_le_bytes());
    file.extend((entries.len() as u16).to_le_bytes());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
fn compressed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .and_then(|()| Ok(writer.write_all(bytes)?))
            .expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

fn read(bytes: Vec<u8>) -> ReadPackage {
    read_zip("shop.zip", bytes.into(), &Limits::default())
}

fn good() -> [Entry<'static>; 2] {
    [entry("apiDefinition.swagger.json", DEFINITION.as_bytes()), entry("apiProperties.json", PROPERTIES.as_bytes())]
}

/// The archive is refused for this reason, names the entry, and gives nothing away.
#[expect(clippy::indexing_slicing, reason = "an index that is not there fails the test")]
fn refused(bytes: Vec<u8>, code: &str, named: &str) {
    let read = read(bytes);
    assert_eq!(codes(&read), [code], "{named:?}: {:?}", read.problems);
    assert!(read.problems[0].message.contains(named), "{}", read.problems[0].message);
    assert!(read.is_refused() && read.has_errors());
    assert!(read.package.files.is_empty() && read.package.definition.is_none());
}

#[test]
fn honest_archives_are_read() {
    let plain = [("apiDefinition.swagger.json", DEFINITION.as_bytes()), ("apiProperties.json", PROPERTIES.as_bytes())];
    let flat = read(compressed(&plain));
    assert_eq!(codes(&flat), [""; 0]);
    assert!(flat.package.definition.is_some() && flat.package.properties.is_some());

    // One folder around everything, and what macOS adds, make no difference: not even to the digest.
    let nested = read(compressed(&[
        ("__MACOSX/._Shop", b"x"),
        ("Shöp 1/apiDefinition.swagger.json", plain[0].1),
        ("Shöp 1/APIPROPERTIES.json", plain[1].1),
        ("Shöp 1/.DS_Store", b"x"),
    ]));
    assert_eq!(codes(&nested), [""; 0]);
    assert_eq!(nested.package.digest(), flat.package.digest());

    let hand_made = read(archive(&good()));
    assert_eq!((codes(&hand_made), hand_made.package.digest()), (vec![], flat.package.digest()));
}

#[test]
fn an_archive_without_a_definition_is_no_crash() {
    assert_eq!(codes(&read(compressed(&[("readme.md", b"hello")]))), ["missing-definition", "missing-properties"]);
    let two = read(compressed(&[("a/apiDefinition.swagger.json", DEFINITION.as_bytes()), ("b/x", b"")]));
    assert_eq!(codes(&two), ["missing-definition", "missing-properties"]);
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in [
        "../apiProperties.json",
        "a/../../x",
        "/etc/passwd",
        "C:/x",
        "c:x",
        "\\\\server\\share\\x",
        "..\\x",
        "a\\..\\..\\x",
        "a//x",
        "./x",
        "x\0.json",
    ] {
        let [definition, properties] = good();
        let read = read(archive(&[definition, properties, entry(name, b"x")]));
        assert!(read.is_refused() && read.package.files.is_empty(), "{name:?}: {:?}", read.problems);
        assert_eq!(codes(&read), ["unsafe-file-name"], "{name:?}: {:?}", read.problems);
    }
}

#[test]
fn links_and_devices_are_refused() {
    let [definition, properties] = good();
    let link = Entry { mode: 0o12_0777, ..entry("icon.png", b"/etc/passwd") };
    refused(archive(&[definition.clone(), properties.clone(), link]), "symbolic-link", "icon.png");
    let device = Entry { mode: 0o2_0666, ..entry("tty", b"") };
    refused(archive(&[definition, properties, device]), "special-file", "tty");
}

#[test]
fn encrypted_and_exotic_entries_are_refused() {
    let [definition, properties] = good();
    let locked = Entry { flags: 1, ..entry("secret.txt", &[0; 20]) };
    refused(archive(&[definition.clone(), properties.clone(), locked]), "encrypted-entry", "secret.txt");
    let exotic = Entry { method: 12, ..entry("x.bz2", b"BZh9") };
    refused(archive(&[definition, properties, exotic]), "unsupported-compression", "x.bz2");
}

#[test]
fn names_given_twice_are_refused() {
    let [definition, properties] = good();
    let again = Entry { bytes: b"{}", ..definition.clone() };
    refused(
        archive(&[definition.clone(), properties.clone(), again]),
        "duplicate-file-name",
        "apiDefinition.swagger.json",
    );
    let shouted = entry("APIDEFINITION.swagger.json", b"{}");
    refused(archive(&[definition, properties, shouted]), "duplicate-file-name", "APIDEFINITION.swagger.json");
}

#[test]
fn headers_that_contradict_each_other_are_refused() {
    let [definition, properties] = good();
    let disguised = Entry { local_name: Some(b"innocent.json"), ..definition };
    let read = read(archive(&[disguised, properties]));
    assert_eq!(codes(&read), ["not-an-archive"]);
    assert!(read.package.files.is_empty());
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![b' '; 12_000_000];
    refused(compressed(&[("big.json", &zeros)]), "archive-bomb", "big.json");
    // Small things may be as empty as they like.
    assert!(!read(compressed(&[("small.txt", &zeros[..1_000_000])])).is_refused());
    // Many entries, each harmless, together too much.
    let noise: Vec<u8> =
        (0..2_000_000_u32).flat_map(|number| (number.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()).collect();
    let names: Vec<String> = (0..8).map(|number| format!("{number}.bin")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), noise.as_slice())).collect();
    let read = read(compressed(&files));
    assert_eq!(codes(&read), ["package-too-large"], "{:?}", read.problems);
}

#[test]
fn sizes_are_counted_and_not_believed() {
    let mut bytes = compressed(&[("big.json", &vec![b' '; 12_000_000])]);
    // Both headers claim 10 bytes.
    for at in 0..bytes.len() - 4 {
        if bytes[at..].starts_with(&12_000_000_u32.to_le_bytes()) {
            bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
    }
    let read = read(bytes);
    assert!(read.is_refused() && read.package.files.is_empty(), "{:?}", read.problems);
}

#[test]
fn too_many_entries_and_folders_are_refused() {
    let names: Vec<String> = (0..1_001).map(|number| format!("{number}.txt")).collect();
    let entries: Vec<Entry<'_>> = names.iter().map(|name| entry(name, b"")).collect();
    assert!(!read(archive(&entries[..1_000])).is_refused());
    refused(archive(&entries), "too-many-files", "1000");
    let deep = format!("{}x", "a/".repeat(9));
    refused(archive(&[entry(&deep, b"")]), "folders-too-deep", "a/a/");
}

#[test]
fn damaged_archives_are_named() {
    for bytes in [b"PK\x05\x06".to_vec(), b"no archive".to_vec(), Vec::new(), archive(&good())[..100].to_vec()] {
        assert_eq!(codes(&read(bytes)), ["not-an-archive"]);
    }
    let mut bytes = archive(&good());
    let at = bytes.windows(7).position(|window| window == b"swagger").unwrap() + 40;
    bytes[at] ^= 1;
    assert_eq!(codes(&read(bytes)), ["not-an-archive"], "the checksum is wrong");
}
