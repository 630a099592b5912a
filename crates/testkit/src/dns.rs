//! A name server on a loopback address that answers what the test says, in real messages over UDP and TCP.

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

/// What a [`DnsServer`] answers to one question.
#[derive(Clone, Debug)]
pub struct DnsAnswer {
    code: ResponseCode,
    answers: Vec<Record>,
    ends: bool,
    absent_ttl: u32,
}

impl DnsAnswer {
    /// Success, with nothing in it so far, and a start of authority: what is not in the answer does not exist.
    pub fn new() -> Self {
        Self { code: ResponseCode::NoError, answers: Vec::new(), ends: true, absent_ttl: 0 }
    }

    /// There is no such name.
    pub fn no_such_name() -> Self {
        Self { code: ResponseCode::NXDomain, ..Self::new() }
    }

    /// The server cannot answer.
    pub fn failure() -> Self {
        Self { code: ResponseCode::ServFail, ends: false, ..Self::new() }
    }

    /// What is not in the answer stays absent for `ttl` seconds (RFC 2308); nothing is said about the future otherwise.
    #[must_use]
    pub fn absent_for(self, ttl: u32) -> Self {
        Self { absent_ttl: ttl, ..self }
    }

    /// With an address of `owner` that lives `ttl` seconds.
    #[must_use]
    pub fn address(self, owner: &str, ttl: u32, address: IpAddr) -> Self {
        let data = match address {
            IpAddr::V4(v4) => RData::A(A(v4)),
            IpAddr::V6(v6) => RData::AAAA(AAAA(v6)),
        };
        self.record(owner, ttl, data)
    }

    /// With `owner` as an alias of `target` that lives `ttl` seconds.
    #[must_use]
    pub fn alias(self, owner: &str, ttl: u32, target: &str) -> Self {
        self.record(owner, ttl, RData::CNAME(CNAME(name(target))))
    }

    /// Any other record.
    #[must_use]
    pub fn record(mut self, owner: &str, ttl: u32, data: RData) -> Self {
        self.answers.push(Record::from_rdata(name(owner), ttl, data));
        self
    }

    /// Without the start of authority: where the answer stops, the asker has to ask on.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.ends = false;
        self
    }
}

impl Default for DnsAnswer {
    fn default() -> Self {
        Self::new()
    }
}

/// The name as DNS has it.
///
/// # Panics
/// When the text is no name.
#[expect(clippy::expect_used, reason = "a test that names no name is wrong")]
fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).expect("a name");
    name.set_fqdn(true);
    name
}

/// A question that was asked: the name in lower case without the final dot, and the type of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsQuestion {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: RecordType,
    /// The message's identifier: the same when a question is sent once more because its answer was slow.
    pub id: u16,
}

type Answers = dyn Fn(&DnsQuestion) -> Option<DnsAnswer> + Send + Sync;

/// The server; it ends when this is dropped.
#[derive(Debug)]
pub struct DnsServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<DnsQuestion>>>,
    _tasks: JoinSet<()>,
}

impl DnsServer {
    /// Answers with what `answers` says; it stays silent on `None`.
    pub async fn start(
        answers: impl Fn(&DnsQuestion) -> Option<DnsAnswer> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let answers: Arc<Answers> = Arc::new(answers);
        let asked = Arc::<Mutex<Vec<DnsQuestion>>>::default();
        // The same port for both: another process may hold it on one of them, so this is tried a few times.
        let mut tries = 0;
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            match TcpListener::bind(udp.local_addr()?).await {
                Ok(tcp) => break (udp, tcp),
                Err(error) if tries >= 20 => return Err(error),
                Err(_) => tries += 1,
            }
        };
        let address = udp.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(serve_udp(udp, Arc::clone(&answers), Arc::clone(&asked)));
        tasks.spawn(serve_tcp(tcp, answers, Arc::clone(&asked)));
        Ok(Self { address, asked, _tasks: tasks })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked so far, in order.
    pub fn asked(&self) -> Vec<DnsQuestion> {
        self.asked.lock().map(|asked| asked.clone()).unwrap_or_default()
    }
}

async fn serve_udp(socket: UdpSocket, answers: Arc<Answers>, asked: Arc<Mutex<Vec<DnsQuestion>>>) {
    let mut buffer = vec![0; 4_096];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        let Some((answer, room)) = respond(buffer.get(..length).unwrap_or_default(), &*answers, &asked) else {
            continue;
        };
        let bytes = match answer.to_vec() {
            Ok(bytes) if bytes.len() <= room => bytes,
            _ => answer.truncate().to_vec().unwrap_or_default(),
        };
        // A lost answer is what UDP may do.
        let _ = socket.send_to(&bytes, from).await;
    }
}

async fn serve_tcp(listener: TcpListener, answers: Arc<Answers>, asked: Arc<Mutex<Vec<DnsQuestion>>>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        connections.spawn(serve_connection(stream, Arc::clone(&answers), Arc::clone(&asked)));
    }
}

async fn serve_connection(mut stream: TcpStream, answers: Arc<Answers>, asked: Arc<Mutex<Vec<DnsQuestion>>>) {
    while let Ok(length) = stream.read_u16().await {
        let mut message = vec![0; usize::from(length)];
        if stream.read_exact(&mut message).await.is_err() {
            return;
        }
        let Some((answer, _)) = respond(&message, &*answers, &asked) else { continue };
        let bytes = answer.to_vec().unwrap_or_default();
        let Ok(length) = u16::try_from(bytes.len()) else { return };
        if stream.write_u16(length).await.is_err() || stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// The answer to a message, and how many bytes of it UDP may carry.
fn respond(bytes: &[u8], answers: &Answers, asked: &Mutex<Vec<DnsQuestion>>) -> Option<(Message, usize)> {
    let request = Message::from_vec(bytes).ok()?;
    let query: &Query = request.queries.first()?;
    let text = query.name().to_ascii().to_ascii_lowercase();
    let question = DnsQuestion {
        name: text.strip_suffix('.').unwrap_or(&text).to_owned(),
        kind: query.query_type(),
        id: request.id,
    };
    asked.lock().ok()?.push(question.clone());
    let answer = answers(&question)?;
    let mut message = Message::new(request.id, MessageType::Response, OpCode::Query);
    message.metadata.response_code = answer.code;
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    message.add_query(query.clone());
    message.add_answers(answer.answers);
    if answer.ends {
        let soa = SOA::new(name("ns.test"), name("host.test"), 1, 60, 60, 60, answer.absent_ttl);
        message.add_authority(Record::from_rdata(name("test"), answer.absent_ttl, RData::SOA(soa)));
    }
    Some((message, usize::from(request.max_payload())))
}
