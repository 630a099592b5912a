//! Writing a ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2).

use crate::facts::{ProtocolVersion, every_group, every_suite};

/// What a ClientHello offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The versions, in any order. Never empty.
    pub versions: Vec<ProtocolVersion>,
    /// The cipher suites, in the order of preference.
    pub suites: Vec<u16>,
    /// The groups, in the order of preference.
    pub groups: Vec<u16>,
}

/// Offered only to be told whether a host renegotiates safely (RFC 5746).
const EMPTY_RENEGOTIATION_INFO: u16 = 0x00ff;
/// Every signature scheme that occurs (RFC 8446 section 4.2.3), old ones included.
const SIGNATURES: [u16; 16] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
    0x0203, 0x0201,
];

impl Offer {
    /// Everything that we know, for these versions.
    pub fn everything(versions: &[ProtocolVersion]) -> Self {
        let old = |suite: &u16| !(0x1301..=0x1305).contains(suite);
        let has_new = versions.contains(&ProtocolVersion::TLS_1_3);
        let suites = every_suite().filter(|suite| has_new || old(suite)).collect();
        Self { versions: versions.to_vec(), suites, groups: every_group().collect() }
    }

    /// The record that holds the ClientHello. `random` are 64 unpredictable bytes: the client's random and a session id.
    pub fn record(&self, host: &str, random: &[u8; 64]) -> Vec<u8> {
        let (random, session) = random.split_at(32);
        let newest = self.versions.iter().copied().max().unwrap_or(ProtocolVersion::TLS_1_2);
        let mut hello = Writer::default();
        // TLS 1.3 hides behind the number of 1.2 and says so in an extension.
        hello.u16(newest.min(ProtocolVersion::TLS_1_2).0);
        hello.bytes(random);
        hello.nested_u8(|session_id| session_id.bytes(session));
        hello.nested_u16(|suites| {
            self.suites.iter().for_each(|suite| suites.u16(*suite));
            suites.u16(EMPTY_RENEGOTIATION_INFO);
        });
        // No compression.
        hello.bytes(&[1, 0]);
        hello.nested_u16(|extensions| self.extensions(host, newest, extensions));
        let mut message = Writer::default();
        message.u8(1);
        message.nested_u24(|body| body.bytes(&hello.0));
        let mut record = Writer::default();
        record.u8(22);
        // The version of the first record is the oldest that everybody accepts.
        record.u16(ProtocolVersion::TLS_1_0.0);
        record.nested_u16(|body| body.bytes(&message.0));
        record.0
    }

    fn extensions(&self, host: &str, newest: ProtocolVersion, extensions: &mut Writer) {
        extension(extensions, 0, |body| {
            body.nested_u16(|list| {
                list.u8(0);
                list.nested_u16(|name| name.bytes(host.as_bytes()));
            });
        });
        extension(extensions, 10, |body| {
            body.nested_u16(|list| self.groups.iter().for_each(|group| list.u16(*group)));
        });
        extension(extensions, 11, |body| body.bytes(&[1, 0]));
        if newest >= ProtocolVersion::TLS_1_2 {
            extension(extensions, 13, |body| {
                body.nested_u16(|list| SIGNATURES.iter().for_each(|scheme| list.u16(*scheme)));
            });
        }
        extension(extensions, 16, |body| {
            body.nested_u16(|list| {
                for protocol in [&b"h2"[..], b"http/1.1"] {
                    list.nested_u8(|name| name.bytes(protocol));
                }
            });
        });
        // Timestamps of logs, if the host has some to show.
        extension(extensions, 18, |_| ());
        if newest == ProtocolVersion::TLS_1_3 {
            extension(extensions, 43, |body| {
                body.nested_u8(|list| self.versions.iter().for_each(|version| list.u16(version.0)));
            });
            // No key yet: the host has to say which group it wants.
            extension(extensions, 51, |body| body.nested_u16(|_| ()));
        }
    }
}

fn extension(to: &mut Writer, number: u16, body: impl FnOnce(&mut Writer)) {
    to.u16(number);
    to.nested_u16(body);
}

/// Bytes in network order. Lengths that do not fit are cut: nothing that is written here comes near them but a host name,
/// which has 253 bytes at most.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn nested_u8(&mut self, write: impl FnOnce(&mut Self)) {
        let inner = Self::inner(write);
        self.u8(u8::try_from(inner.len()).unwrap_or(u8::MAX));
        self.bytes(&inner);
    }

    fn nested_u16(&mut self, write: impl FnOnce(&mut Self)) {
        let inner = Self::inner(write);
        self.u16(u16::try_from(inner.len()).unwrap_or(u16::MAX));
        self.bytes(&inner);
    }

    fn nested_u24(&mut self, write: impl FnOnce(&mut Self)) {
        let inner = Self::inner(write);
        let length = u32::try_from(inner.len()).unwrap_or(u32::MAX).to_be_bytes();
        self.bytes(length.get(1..).unwrap_or_default());
        self.bytes(&inner);
    }

    fn inner(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut inner = Self::default();
        write(&mut inner);
        inner.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::server::Acceptor;

    /// Another implementation reads what we write.
    #[test]
    fn rustls_understands_the_offer() {
        let versions = [ProtocolVersion::TLS_1_3, ProtocolVersion::TLS_1_2];
        let record = Offer::everything(&versions).record("api.example.com", &[7; 64]);
        let mut acceptor = Acceptor::default();
        acceptor.read_tls(&mut record.as_slice()).unwrap();
        let accepted = acceptor.accept().map_err(|(error, _)| error).unwrap().unwrap();
        let hello = accepted.client_hello();
        assert_eq!(hello.server_name(), Some("api.example.com"));
        assert_eq!(hello.alpn().unwrap().collect::<Vec<_>>(), [&b"h2"[..], b"http/1.1"]);
        let suites: Vec<u16> = hello.cipher_suites().iter().map(|suite| u16::from(*suite)).collect();
        assert!(suites.contains(&0x1301) && suites.contains(&0x000a) && suites.contains(&0xc02f));
    }

    #[test]
    fn old_offers_have_no_new_suites() {
        let offer = Offer::everything(&[ProtocolVersion::TLS_1_0]);
        assert!(!offer.suites.contains(&0x1301));
        let record = offer.record("a.example", &[0; 64]);
        assert_eq!(&record[..3], [22, 3, 1]);
        assert_eq!(&record[9..11], [3, 1]);
    }
}
