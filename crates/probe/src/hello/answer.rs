//! Reading what a host answers to a ClientHello: a ServerHello, and with TLS 1.2 and older the certificates and the group
//! of the key exchange; or an alert; or something that is no TLS.

use super::read::Reader;
use crate::facts::{LogId, ProtocolVersion};
use std::fmt;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The most bytes that are read of an answer. Certificates are the largest part of it, and 64 KiB hold a dozen.
const MOST_BYTES: usize = 64 * 1024;
/// The most bytes of one record (RFC 5246 section 6.2.3).
const MOST_RECORD: usize = (1 << 14) + 2_048;
/// The most logs that are kept.
const MOST_LOGS: usize = 32;
/// The most certificates that are kept.
const MOST_CERTIFICATES: usize = 16;
/// A ServerHello that asks for another ClientHello is marked by this random (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// What a host answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A ServerHello.
    Spoke(Spoken),
    /// An alert.
    Alert(Alert),
    /// It closed the connection.
    Closed,
    /// Something that is no TLS.
    NotTls,
}

/// What a host would speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The version.
    pub version: ProtocolVersion,
    /// The cipher suite.
    pub suite: u16,
    /// The group of the key exchange, where the host said it in the clear.
    pub group: Option<u16>,
    /// The certificates (DER), which TLS 1.2 and older send in the clear.
    pub certificates: Vec<Vec<u8>>,
    /// Whether the host agreed on a protocol, and on which; TLS 1.3 says it later.
    pub protocol: Option<String>,
    /// The logs of which it sent signed timestamps, each once; TLS 1.3 sends them later.
    pub logs: Vec<LogId>,
}

/// An alert, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert(pub u8);

impl Alert {
    /// The host agrees on no protocol inside (RFC 7301).
    pub const NO_APPLICATION_PROTOCOL: Self = Self(120);
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            0 => "close_notify",
            10 => "unexpected_message",
            40 => "handshake_failure",
            47 => "illegal_parameter",
            50 => "decode_error",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            112 => "unrecognized_name",
            120 => "no_application_protocol",
            other => return write!(f, "alert {other}"),
        };
        write!(f, "alert {name}")
    }
}

/// Reads an answer, up to the limits. Sets no time limit: whoever asks does.
pub async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        match parse(&bytes) {
            Progress::Done(answer) => return Ok(answer),
            Progress::More(so_far) if bytes.len() >= MOST_BYTES => return Ok(so_far.unwrap_or(Answer::NotTls)),
            Progress::More(so_far) => {
                let count = match stream.read(&mut piece).await {
                    Ok(count) => count,
                    // A host that has answered may hang up as it likes.
                    Err(_) if so_far.is_some() => 0,
                    Err(error) if error.kind() == io::ErrorKind::ConnectionReset => 0,
                    Err(error) => return Err(error),
                };
                if count == 0 {
                    return Ok(so_far.unwrap_or(Answer::Closed));
                }
                bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
            }
        }
    }
}

/// How far an answer has come.
enum Progress {
    /// It is complete.
    Done(Answer),
    /// More is needed; what there is so far.
    More(Option<Answer>),
}

/// Reads the records and the handshake messages in them.
fn parse(bytes: &[u8]) -> Progress {
    let mut records = Reader(bytes);
    let mut handshake = Vec::new();
    while !records.is_empty() {
        let mut ahead = records;
        let Some((kind, version)) = ahead.u8().zip(ahead.u16()) else { break };
        if !matches!(kind, 20..=23) || version >> 8 != 3 {
            return Progress::Done(so_far(&handshake).unwrap_or(Answer::NotTls));
        }
        let Some(length) = ahead.u16().map(usize::from) else { break };
        if length > MOST_RECORD {
            return Progress::Done(so_far(&handshake).unwrap_or(Answer::NotTls));
        }
        let Some(body) = ahead.take(length) else { break };
        records = ahead;
        match kind {
            // A warning that the name is not known is followed by a hello all the same.
            21 if body == [1, 112] => {}
            21 => {
                let alert = body.get(1).copied().map_or(Answer::NotTls, |number| Answer::Alert(Alert(number)));
                return Progress::Done(so_far(&handshake).unwrap_or(alert));
            }
            22 => handshake.extend_from_slice(body),
            // What follows in TLS 1.3 is encrypted.
            _ => return Progress::Done(so_far(&handshake).unwrap_or(Answer::NotTls)),
        }
    }
    let Messages { spoken, complete, broken } = messages(&handshake);
    match spoken {
        Some(spoken) if complete || broken => Progress::Done(Answer::Spoke(spoken)),
        None if broken => Progress::Done(Answer::NotTls),
        spoken => Progress::More(spoken.map(Answer::Spoke)),
    }
}

fn so_far(handshake: &[u8]) -> Option<Answer> {
    messages(handshake).spoken.map(Answer::Spoke)
}

struct Messages {
    spoken: Option<Spoken>,
    /// Whether the host has said everything that it says in the clear.
    complete: bool,
    /// Whether a message cannot be read.
    broken: bool,
}

fn messages(handshake: &[u8]) -> Messages {
    let mut reader = Reader(handshake);
    let mut found = Messages { spoken: None, complete: false, broken: false };
    loop {
        let mut ahead = reader;
        let Some((kind, body)) = ahead.u8().and_then(|kind| Some((kind, ahead.nested_u24()?))) else { return found };
        reader = ahead;
        let read = match (kind, &mut found.spoken) {
            (2, spoken @ None) => server_hello(body).map(|hello| {
                found.complete = hello.version >= ProtocolVersion::TLS_1_3;
                *spoken = Some(hello);
            }),
            (11, Some(spoken)) => certificates(body).map(|certificates| spoken.certificates = certificates),
            (12, Some(spoken)) => {
                // Of a key exchange without named curve there is nothing to be read.
                spoken.group = named_curve(body).filter(|_| uses_curves(spoken.suite));
                Some(())
            }
            (14, Some(_)) => {
                found.complete = true;
                Some(())
            }
            (_, Some(_)) => Some(()),
            (_, None) => None,
        };
        if read.is_none() {
            found.broken = true;
        }
        if found.complete || found.broken {
            return found;
        }
    }
}

fn server_hello(mut body: Reader<'_>) -> Option<Spoken> {
    let mut version = ProtocolVersion(body.u16()?);
    let random = body.take(32)?;
    body.nested_u8()?;
    let suite = body.u16()?;
    body.u8()?;
    let (mut group, mut protocol, mut logs) = (None, None, Vec::new());
    if !body.is_empty() {
        let mut extensions = body.nested_u16()?;
        while !extensions.is_empty() {
            let number = extensions.u16()?;
            let mut extension = extensions.nested_u16()?;
            match number {
                16 => {
                    let name = extension.nested_u16()?.nested_u8()?;
                    protocol = Some(String::from_utf8_lossy(name.0).into_owned());
                }
                // A list that cannot be read is none, and no reason not to read the rest.
                18 => logs = timestamps(extension.0).unwrap_or_default(),
                43 => version = ProtocolVersion(extension.u16()?),
                // The group alone in a request for another hello, in front of a key otherwise.
                51 => group = Some(extension.u16()?),
                _ => {}
            }
        }
    }
    if random == RETRY {
        version = version.max(ProtocolVersion::TLS_1_3);
    }
    Some(Spoken { version, suite, group, certificates: Vec::new(), protocol, logs })
}

/// The logs of a list of signed timestamps (RFC 6962, section 3.3): of each its version and the log's name are read.
pub(crate) fn timestamps(list: &[u8]) -> Option<Vec<LogId>> {
    let mut list = Reader(list).nested_u16()?;
    let mut logs = Vec::new();
    while !list.is_empty() && logs.len() < MOST_LOGS {
        let mut timestamp = list.nested_u16()?;
        let is_known = timestamp.u8()? == 0;
        let log = timestamp.take(32)?.try_into().ok()?;
        if is_known && !logs.contains(&log) {
            logs.push(log);
        }
    }
    Some(logs)
}

fn certificates(mut body: Reader<'_>) -> Option<Vec<Vec<u8>>> {
    let mut list = body.nested_u24()?;
    let mut certificates = Vec::new();
    while !list.is_empty() && certificates.len() < MOST_CERTIFICATES {
        certificates.push(list.nested_u24()?.0.to_vec());
    }
    Some(certificates)
}

/// The curve of a ServerKeyExchange (RFC 8422 section 5.4).
fn named_curve(mut body: Reader<'_>) -> Option<u16> {
    (body.u8()? == 3).then(|| body.u16())?
}

/// Whether a suite exchanges keys with elliptic curves.
fn uses_curves(suite: u16) -> bool {
    (0xc000..0xc100).contains(&suite) && !(0xc09c..=0xc0a3).contains(&suite) || matches!(suite, 0xcca8 | 0xcca9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut record = vec![kind, 3, 3];
        record.extend_from_slice(&u16::try_from(body.len()).unwrap().to_be_bytes());
        record.extend_from_slice(body);
        record
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![kind, 0];
        message.extend_from_slice(&u16::try_from(body.len()).unwrap().to_be_bytes());
        message.extend_from_slice(body);
        message
    }

    fn hello(version: u16, random: [u8; 32], suite: u16, extensions: &[u8]) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend_from_slice(&random);
        body.push(0);
        body.extend_from_slice(&suite.to_be_bytes());
        body.push(0);
        body.extend_from_slice(&u16::try_from(extensions.len()).unwrap().to_be_bytes());
        body.extend_from_slice(extensions);
        message(2, &body)
    }

    async fn answer(bytes: &[u8]) -> Answer {
        read_answer(&mut &*bytes).await.unwrap()
    }

    #[tokio::test]
    async fn a_request_for_another_hello_names_the_group() {
        let extensions = [0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 0x19];
        let bytes = record(22, &hello(0x0303, RETRY, 0x1301, &extensions));
        let Answer::Spoke(spoken) = answer(&bytes).await else { panic!("no hello") };
        assert_eq!((spoken.version, spoken.suite, spoken.group), (ProtocolVersion::TLS_1_3, 0x1301, Some(0x19)));
    }

    #[tokio::test]
    async fn old_versions_show_certificates_and_curve() {
        let mut messages = hello(0x0301, [1; 32], 0xc013, &[]);
        messages.extend(message(11, &[0, 0, 6, 0, 0, 3, 9, 8, 7]));
        messages.extend(message(12, &[3, 0, 0x17, 1, 4]));
        messages.extend(message(14, &[]));
        // Messages may be cut anywhere, and several may share a record.
        let bytes: Vec<u8> = messages.chunks(7).flat_map(|piece| record(22, piece)).collect();
        let expected = Spoken {
            version: ProtocolVersion::TLS_1_0,
            suite: 0xc013,
            group: Some(0x17),
            certificates: vec![vec![9, 8, 7]],
            protocol: None,
            logs: Vec::new(),
        };
        assert_eq!(answer(&bytes).await, Answer::Spoke(expected));
    }

    #[tokio::test]
    async fn timestamps_name_their_logs() {
        let timestamp = |version: u8, log: u8| [&[0, 35, version][..], &[log; 32], &[9, 9]].concat();
        let list = [timestamp(0, 1), timestamp(0, 2), timestamp(0, 1), timestamp(1, 3)].concat();
        let with =
            |list: &[u8], said: u8| [&[0, 18, 0, u8::try_from(list.len() + 2).unwrap(), 0, said][..], list].concat();
        let logs = async |extension: Vec<u8>| {
            let bytes = record(22, &hello(0x0303, [1; 32], 0xc02f, &extension));
            let Answer::Spoke(spoken) = answer(&bytes).await else { panic!("no hello") };
            spoken.logs
        };
        let length = u8::try_from(list.len()).unwrap();
        assert_eq!(logs(with(&list, length)).await, [[1; 32], [2; 32]]);
        assert_eq!(logs(with(&list, length + 1)).await, [[0; 32]; 0]);
        assert_eq!(logs(with(&[], 0)).await, [[0; 32]; 0]);
    }

    #[tokio::test]
    async fn alerts_and_other_answers() {
        assert_eq!(answer(&record(21, &[2, 70])).await, Answer::Alert(Alert(70)));
        assert_eq!(answer(b"HTTP/1.1 400 Bad Request\r\n\r\n").await, Answer::NotTls);
        assert_eq!(answer(b"").await, Answer::Closed);
        assert_eq!(answer(&record(22, &message(11, &[0, 0, 0]))).await, Answer::NotTls);
        assert_eq!(answer(&[22, 3, 3, 0xff, 0xff, 1]).await, Answer::NotTls);
    }

    #[tokio::test]
    async fn an_endless_answer_ends() {
        let endless = record(22, &hello(0x0303, [1; 32], 0x2f, &[]))
            .into_iter()
            .chain(std::iter::repeat_with(|| record(22, &message(99, &[0; 1_000]))).take(1_000).flatten());
        let bytes: Vec<u8> = endless.collect();
        assert!(matches!(answer(&bytes).await, Answer::Spoke(_)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 20u8..24, cut: bool) {
            let bytes = if cut { bytes } else { record(kind, &bytes) };
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _ = runtime.block_on(answer(&bytes));
        }
    }
}
