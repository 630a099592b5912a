//! What a host speaks: a real handshake first, then questions about what our TLS library does not speak.

use super::certificate;
use super::chain::Shown;
use super::pace::Pace;
use crate::facts::{Alpn, Handshake, Measured, NotMeasured, ProtocolVersion, Tls};
use crate::hello::answer::Alert;
use crate::hello::{Answer, Offer, Spoken, read_answer};
use backshell_boundary::Vetted;
use backshell_model::Random;
use backshell_upstream::ProbeWay;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, Resumption};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::{AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long a handshake, or an answer to a hello, may take.
const LIMIT: Duration = Duration::from_secs(5);
/// Versions that a host is asked about by connections of their own.
const OLD: [ProtocolVersion; 2] = [ProtocolVersion::TLS_1_0, ProtocolVersion::TLS_1_1];
const ALL: [ProtocolVersion; 4] =
    [ProtocolVersion::TLS_1_3, ProtocolVersion::TLS_1_2, ProtocolVersion::TLS_1_1, ProtocolVersion::TLS_1_0];

/// What was seen of one host.
pub(super) struct Seen {
    pub(super) tls: Measured<Tls>,
    pub(super) shown: Measured<Shown>,
    /// The session, for one request; with the protocol inside.
    pub(super) session: Measured<(TlsStream<TcpStream>, bool)>,
    /// Why no connection could be opened at all.
    pub(super) unreachable: Option<String>,
}

impl Seen {
    fn unreachable(reason: &str) -> Self {
        let missing = || NotMeasured::because(reason);
        Self {
            tls: Err(missing()),
            shown: Err(missing()),
            session: Err(missing()),
            unreachable: Some(reason.to_owned()),
        }
    }
}

/// Asks a host, with pauses between connections.
pub(super) struct Asker<'a> {
    pub(super) way: &'a ProbeWay,
    pub(super) to: &'a Vetted,
    pub(super) random: &'a dyn Random,
    pub(super) pace: &'a dyn Pace,
}

impl Asker<'_> {
    /// Which old versions the host accepts; nothing where it cannot be reached.
    pub(super) async fn old(&self, seen: &mut Seen) {
        if seen.unreachable.is_some() {
            return;
        }
        let mut old = Vec::new();
        for version in OLD {
            let answer = self.hello(&[version]).await;
            if let (Ok(Answer::Spoke(spoken)), Ok(tls)) = (&answer, &mut seen.tls)
                && spoken.version == version
                && matches!(tls.handshake, Handshake::Nothing { .. })
            {
                (tls.handshake, seen.shown) = from_hello(spoken.clone());
            }
            let accepts = answer.map(|answer| matches!(answer, Answer::Spoke(spoken) if spoken.version == version));
            old.push((version, accepts.map_err(NotMeasured::because)));
        }
        if let Ok(tls) = &mut seen.tls {
            tls.old = old;
        }
    }

    /// Whether the host sends timestamps of logs in the handshake; asked where its certificate has too few. TLS 1.2 sends
    /// them in the clear, and our TLS library does not ask for them.
    pub(super) async fn timestamps(&self, seen: &mut Seen) {
        let Ok(shown) = &mut seen.shown else { return };
        let leaf = shown.certificates.first().and_then(|first| certificate::read(first));
        if shown.logs.is_ok() || leaf.is_none_or(|(leaf, _)| leaf.logs.len() >= leaf.wanted_logs()) {
            return;
        }
        shown.logs = match self.hello(&[ProtocolVersion::TLS_1_2]).await {
            Ok(Answer::Spoke(spoken)) if spoken.version == ProtocolVersion::TLS_1_2 => {
                if spoken.certificates.first().map(Vec::as_slice) == shown.certificates.first().map(AsRef::as_ref) {
                    Ok(spoken.logs.into_iter().collect())
                } else {
                    Err(NotMeasured::because("with TLS 1.2 the host shows another certificate"))
                }
            }
            Ok(_) => Err(NotMeasured::because("TLS 1.3 sends them encrypted, and the host speaks no TLS 1.2")),
            Err(failed) => Err(NotMeasured::because(failed)),
        };
    }

    /// A handshake with what a modern client speaks; where it fails, what the host would speak instead.
    pub(super) async fn modern(&self) -> Seen {
        let mut refused_protocols = false;
        for protocols in [&[&b"h2"[..], b"http/1.1"][..], &[]] {
            let stream = match self.way.open(self.to).await {
                Ok(dialled) => dialled.stream,
                Err(error) => return Seen::unreachable(&format!("no connection could be opened: {error}")),
            };
            match handshake(stream, self.to, protocols).await {
                Ok((stream, recorder)) => return finished(stream, &recorder, refused_protocols),
                Err(Failed::Alert(AlertDescription::NoApplicationProtocol)) if !protocols.is_empty() => {
                    refused_protocols = true;
                }
                Err(_) => break,
            }
            self.pace.pause(super::BETWEEN).await;
        }
        self.instead().await
    }

    /// What a host speaks that does not finish a modern handshake.
    async fn instead(&self) -> Seen {
        let mut reason = None;
        let mut unheard = None;
        for versions in [&ALL[..], &[ProtocolVersion::TLS_1_2]] {
            match self.hello(versions).await {
                Ok(Answer::Spoke(spoken)) => {
                    let protocol = spoken.protocol.clone();
                    let (handshake, shown) = from_hello(spoken);
                    let alpn = match protocol {
                        Some(protocol) => Ok(Alpn::Chose(protocol)),
                        None => Err(NotMeasured::because("no modern handshake was finished")),
                    };
                    return Seen {
                        tls: Ok(Tls { handshake, old: Vec::new(), alpn }),
                        shown,
                        session: Err(NotMeasured::because("no modern handshake was finished")),
                        unreachable: None,
                    };
                }
                Ok(Answer::Alert(alert)) => reason = Some(format!("it answers with the {alert}")),
                Ok(Answer::Closed) => reason = Some("it closes the connection".to_owned()),
                Ok(Answer::NotTls) => reason = Some("it answers something else".to_owned()),
                Err(failed) => unheard = Some(failed),
            }
        }
        // Who was not heard to the end has not said that he speaks nothing.
        if let Some(failed) = unheard {
            return Seen::unreachable(&failed);
        }
        let missing = || NotMeasured::because("the host accepts no version of TLS");
        let handshake = Handshake::Nothing { instead: reason.unwrap_or_default() };
        Seen {
            tls: Ok(Tls { handshake, old: Vec::new(), alpn: Err(missing()) }),
            shown: Err(missing()),
            session: Err(missing()),
            unreachable: None,
        }
    }

    /// The answer to a hello that offers everything of these versions, over a connection of its own.
    async fn hello(&self, versions: &[ProtocolVersion]) -> Result<Answer, String> {
        self.pace.pause(super::BETWEEN).await;
        let mut random = [0; 64];
        self.random.fill(&mut random);
        let record = Offer::everything(versions).record(self.to.host().as_str(), &random);
        let ask = async {
            let mut stream = self.way.open(self.to).await?.stream;
            stream.write_all(&record).await?;
            read_answer(&mut stream).await
        };
        match tokio::time::timeout(LIMIT, ask).await {
            Ok(answer) => answer.map_err(|error| format!("the connection failed: {error}")),
            Err(_) => Err("the host did not answer in time".to_owned()),
        }
    }
}

/// The facts of a hello that was answered.
fn from_hello(spoken: Spoken) -> (Handshake, Measured<Shown>) {
    let Spoken { version, suite, group, certificates, logs, .. } = spoken;
    let why = || NotMeasured::because("no handshake was finished");
    let shown = if certificates.is_empty() {
        Err(NotMeasured::because("the host shows its certificate only in a handshake that was not finished"))
    } else {
        let certificates = certificates.into_iter().map(CertificateDer::from).collect();
        let logs = Ok(logs.into_iter().collect());
        Ok(Shown { certificates, staple: Err(why()), possession: Err(why()), logs })
    };
    (Handshake::Chose { version, suite, group, finished: false }, shown)
}

/// The facts of a finished handshake.
fn finished(stream: TlsStream<TcpStream>, recorder: &Recorder, refused_protocols: bool) -> Seen {
    let (_, connection) = stream.get_ref();
    let alpn = match connection.alpn_protocol() {
        _ if refused_protocols => Alpn::Refused,
        Some(protocol) => Alpn::Chose(String::from_utf8_lossy(protocol).into_owned()),
        None => Alpn::Silent,
    };
    let is_http2 = alpn == Alpn::Chose("h2".to_owned());
    let tls = match chosen(connection) {
        Some(handshake) => Ok(Tls { handshake, old: Vec::new(), alpn: Ok(alpn) }),
        None => Err(NotMeasured::because("the handshake did not say what was agreed")),
    };
    let session = if refused_protocols {
        Err(NotMeasured::because("the host agrees on neither HTTP/2 nor HTTP/1.1"))
    } else {
        Ok((stream, is_http2))
    };
    Seen { tls, shown: recorder.shown(), session, unreachable: None }
}

fn chosen(connection: &ClientConnection) -> Option<Handshake> {
    let version = ProtocolVersion(u16::from(connection.protocol_version()?));
    let suite = u16::from(connection.negotiated_cipher_suite()?.suite());
    let group = connection.negotiated_key_exchange_group().map(|group| u16::from(group.name()));
    Some(Handshake::Chose { version, suite, group, finished: true })
}

/// Why a handshake was not finished.
enum Failed {
    /// The host sent this alert.
    Alert(AlertDescription),
    /// Anything else: asked again in another way.
    Other,
}

/// A handshake that accepts every certificate and writes down what it saw: judging is for the bars.
async fn handshake(
    stream: TcpStream,
    to: &Vetted,
    protocols: &[&[u8]],
) -> Result<(TlsStream<TcpStream>, Arc<Recorder>), Failed> {
    let (config, recorder) = recording(protocols).map_err(|_| Failed::Other)?;
    let name = ServerName::try_from(to.host().as_str().to_owned()).map_err(|_| Failed::Other)?;
    let connect = TlsConnector::from(config).connect(name, stream);
    match tokio::time::timeout(LIMIT, connect).await {
        Ok(Ok(stream)) => Ok((stream, recorder)),
        Ok(Err(error)) => Err(failed(&error)),
        Err(_) => Err(Failed::Other),
    }
}

fn failed(error: &io::Error) -> Failed {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::AlertReceived(alert)) => Failed::Alert(*alert),
        _ => Failed::Other,
    }
}

/// Connects for a request of a series: how the certificate looks is judged elsewhere.
pub(super) async fn session(stream: TcpStream, to: &Vetted) -> Result<(TlsStream<TcpStream>, bool), String> {
    let (stream, _) = handshake(stream, to, &[b"h2", b"http/1.1"]).await.map_err(|failed| match failed {
        Failed::Alert(alert) => format!("no TLS session: {}", Alert(alert.into())),
        Failed::Other => "no TLS session".to_owned(),
    })?;
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    Ok((stream, is_http2))
}

fn recording(protocols: &[&[u8]]) -> Result<(Arc<ClientConfig>, Arc<Recorder>), Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let recorder = Arc::new(Recorder::new(&provider));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&recorder) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    config.resumption = Resumption::disabled();
    Ok((Arc::new(config), recorder))
}

/// Accepts every certificate, and keeps it. Used by probes alone: they carry no credential, and what they see is judged
/// afterwards.
#[derive(Debug)]
struct Recorder {
    algorithms: WebPkiSupportedAlgorithms,
    seen: Mutex<Option<Shown>>,
}

impl Recorder {
    fn new(provider: &CryptoProvider) -> Self {
        Self { algorithms: provider.signature_verification_algorithms, seen: Mutex::new(None) }
    }

    fn shown(&self) -> Measured<Shown> {
        let seen = self.seen.lock().ok().and_then(|seen| seen.clone());
        seen.ok_or_else(|| NotMeasured::because("the host sent no certificate"))
    }

    /// Notes whether the signature of the handshake fits. A certificate that cannot be read says nothing about it.
    fn signed(&self, checked: Result<HandshakeSignatureValid, Error>) {
        let possession = match checked {
            Ok(_) => Ok(true),
            Err(Error::InvalidCertificate(CertificateError::BadSignature)) => Ok(false),
            Err(error) => Err(NotMeasured::because(format!("the signature of the handshake was not checked: {error}"))),
        };
        if let Ok(mut seen) = self.seen.lock()
            && let Some(shown) = seen.as_mut()
        {
            shown.possession = possession;
        }
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificates = std::iter::once(end_entity).chain(intermediates).take(16);
        let shown = Shown {
            certificates: certificates.map(|one| one.clone().into_owned()).collect(),
            staple: Ok((!ocsp_response.is_empty()).then(|| ocsp_response.to_vec())),
            possession: Err(NotMeasured::because("the handshake showed no signature")),
            logs: Err(NotMeasured::because("the certificate has enough")),
        };
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some(shown);
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(verify_tls12_signature(message, certificate, signature, &self.algorithms));
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(verify_tls13_signature(message, certificate, signature, &self.algorithms));
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
