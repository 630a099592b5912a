//! Writes small databases in MaxMind DB format (version 2.0), for tests of whatever reads them.

use std::collections::HashMap;
use std::net::IpAddr;

/// What a record says about a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CountryRecord {
    /// `country.iso_code`.
    pub country: Option<&'static str>,
    /// `registered_country.iso_code`.
    pub registered: Option<&'static str>,
    /// `traits.is_anycast`.
    pub anycast: bool,
}

impl CountryRecord {
    /// A range in a country, held by somebody there.
    pub const fn in_country(code: &'static str) -> Self {
        Self { country: Some(code), registered: Some(code), anycast: false }
    }

    fn encode(self, out: &mut Vec<u8>) {
        let nested = [("country", self.country), ("registered_country", self.registered)];
        let present = nested.iter().filter(|(_, code)| code.is_some()).count();
        map(out, present + usize::from(self.anycast));
        for (name, code) in nested {
            let Some(code) = code else { continue };
            text(out, name);
            map(out, 1);
            text(out, "iso_code");
            text(out, code);
        }
        if self.anycast {
            text(out, "traits");
            map(out, 1);
            text(out, "is_anycast");
            // Booleans are extended type 14, with the value in place of the size.
            out.extend([1, 14 - 7]);
        }
    }
}

/// A database of countries for IPv4 and IPv6.
///
/// `networks` are addresses with a prefix length; of ranges that lie in each other the longer one counts.
pub fn country_database(built: u64, networks: &[(&str, u8, CountryRecord)]) -> Vec<u8> {
    let mut networks: Vec<(u128, u8, CountryRecord)> = networks
        .iter()
        .filter_map(|(address, length, record)| match address.parse().ok()? {
            // IPv4 lies below 96 zero bits.
            IpAddr::V4(address) => Some((u128::from(u32::from(address)), length + 96, *record)),
            IpAddr::V6(address) => Some((u128::from(address), *length, *record)),
        })
        .collect();
    networks.sort_by_key(|(_, length, _)| *length);
    let mut tree = Tree { nodes: vec![[Record::Empty; 2]] };
    let mut data = Vec::new();
    let mut offsets = HashMap::new();
    for (address, length, record) in networks {
        let offset = *offsets.entry(record).or_insert_with(|| {
            let offset = data.len();
            record.encode(&mut data);
            offset
        });
        tree.insert(address, length, Record::Data(offset));
    }
    let mut file = tree.encode();
    file.extend([0; 16]);
    file.extend(data);
    metadata(&mut file, built, tree.nodes.len());
    file
}

#[derive(Clone, Copy)]
enum Record {
    Empty,
    Node(usize),
    Data(usize),
}

struct Tree {
    nodes: Vec<[Record; 2]>,
}

impl Tree {
    fn insert(&mut self, address: u128, length: u8, value: Record) {
        let mut node = 0;
        for depth in 0..length {
            let side = usize::from(address >> (127 - depth) & 1 == 1);
            let Some(record) = self.nodes.get(node).and_then(|node| node.get(side)).copied() else { return };
            if depth + 1 == length {
                self.set(node, side, value);
                return;
            }
            node = match record {
                Record::Node(next) => next,
                // A shorter range lies here: it goes on in both halves of what is below.
                above => {
                    let next = self.nodes.len();
                    self.nodes.push([above; 2]);
                    self.set(node, side, Record::Node(next));
                    next
                }
            };
        }
    }

    fn set(&mut self, node: usize, side: usize, value: Record) {
        if let Some(record) = self.nodes.get_mut(node).and_then(|node| node.get_mut(side)) {
            *record = value;
        }
    }

    /// Records of 24 bits.
    fn encode(&self) -> Vec<u8> {
        let count = self.nodes.len();
        let number = |record: &Record| match record {
            Record::Empty => count,
            Record::Node(node) => *node,
            Record::Data(offset) => count + 16 + offset,
        };
        let low = |number: usize| number.to_be_bytes().into_iter().skip(size_of::<usize>() - 3);
        self.nodes.iter().flatten().flat_map(|record| low(number(record))).collect()
    }
}

fn metadata(out: &mut Vec<u8>, built: u64, nodes: usize) {
    out.extend(b"\xab\xcd\xefMaxMind.com");
    map(out, 9);
    for (name, value) in [("binary_format_major_version", 2), ("binary_format_minor_version", 0)] {
        text(out, name);
        unsigned(out, 5, value);
    }
    text(out, "build_epoch");
    unsigned(out, 9, built);
    text(out, "database_type");
    text(out, "GeoLite2-Country");
    text(out, "description");
    map(out, 1);
    text(out, "en");
    text(out, "made by a test");
    text(out, "ip_version");
    unsigned(out, 5, 6);
    text(out, "languages");
    out.extend([1, 11 - 7]);
    text(out, "en");
    text(out, "node_count");
    unsigned(out, 6, nodes as u64);
    text(out, "record_size");
    unsigned(out, 5, 24);
}

#[expect(clippy::cast_possible_truncation, reason = "tests write short texts and small maps")]
fn control(out: &mut Vec<u8>, kind: u8, size: usize) {
    let short = if size < 29 { size as u8 } else { 29 };
    if kind < 8 {
        out.push(kind << 5 | short);
    } else {
        out.extend([short, kind - 7]);
    }
    if size >= 29 {
        out.push((size - 29) as u8);
    }
}

fn map(out: &mut Vec<u8>, entries: usize) {
    control(out, 7, entries);
}

fn text(out: &mut Vec<u8>, value: &str) {
    control(out, 2, value.len());
    out.extend(value.as_bytes());
}

fn unsigned(out: &mut Vec<u8>, kind: u8, value: u64) {
    let bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    control(out, kind, bytes.len());
    out.extend(bytes);
}
