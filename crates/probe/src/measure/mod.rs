//! Measuring: names, addresses, TLS, certificates and one request. What comes out are facts, and never a judgement.
//!
//! A probe sends no credential and no data of anybody, asks with GET on the base path, at most once a second, says
//! who asks, and stops when the host asks it to (429). It connects only to addresses that the rules of `boundary` allow,
//! every one of every answer, through [`ProbeWay`].

mod certificate;
mod chain;
mod fetch;
mod leaks;
mod lists;
mod look;
mod names;
mod pace;
mod revocation;
mod series;
mod staple;
mod tls;
mod weak;

pub use chain::{Shown, Trust, TrustError, chain};
pub use lists::{ListError, Lists};
pub use look::Looked;
pub use names::NamedResolver;
pub use pace::{Pace, RealPace};
pub use revocation::{ListSource, check_list, list_until};
pub use series::Plan;

use crate::facts::{Answer, Facts, Located, Measured, NotMeasured, Sample, Series, Standing};
use crate::hosts::{Endpoint, Target};
use backshell_boundary::{AddressRules, Evidence, Place, Vetted, grade, vet};
use backshell_model::{Clock, HostName, HostPort, Random, Timestamp};
use backshell_upstream::{ProbeAnswer, ProbeWay, Question};
use http::header;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tls::Asker;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Between two connections to one host.
const BETWEEN: Duration = Duration::from_secs(1);
/// How long an answer may take, the beginning of its body included.
const ANSWER: Duration = Duration::from_secs(20);
/// How many records of one name are looked at.
const MOST_NAMES: usize = 100;
/// How much of a body is looked at.
const MOST_BODY: usize = 64 * 1024;

/// Measures hosts.
#[derive(Debug)]
pub struct Prober {
    /// How connections are opened.
    pub way: ProbeWay,
    /// Who is asked for addresses; two at least, so that they can agree.
    pub resolvers: Vec<NamedResolver>,
    /// Which addresses are refused beyond the built-in list.
    pub rules: AddressRules,
    /// Whom certificates have to lead to.
    pub trust: Trust,
    /// What the operator knows about names.
    pub lists: Lists,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where unpredictable bytes come from.
    pub random: Arc<dyn Random>,
    /// How time passes.
    pub pace: Arc<dyn Pace>,
    /// Who asks: the product token, with an address for complaints.
    pub agent: String,
    /// How the slow bars are measured; `None`: they are not.
    pub plan: Option<Plan>,
    /// Where hosts were promised to be, and the evidence about it; `None`: places are not measured.
    pub promise: Option<Promise>,
}

/// Where hosts were promised to be.
#[derive(Clone, Debug)]
pub struct Promise {
    /// The places.
    pub places: Vec<Place>,
    /// What is known about where hosts are.
    pub evidence: Arc<dyn Evidence>,
}

impl Promise {
    /// What the evidence says about a host. An estimate of a country is no place: it says nothing about a region.
    fn located(&self, host: &HostName, chain: &[Arc<str>], addresses: &[IpAddr], at: Timestamp) -> Located {
        let places = grade(&self.evidence.about(host, chain, addresses, at));
        let named = |places: &[Place]| places.iter().map(|place| place.as_str().to_owned()).collect();
        Located {
            regions: named(&places.known),
            grade: places.grade.as_str().to_owned(),
            promised: named(&self.places),
        }
    }
}

/// The facts of a host about which nothing is asked, for this reason. What the operator's lists say needs no network.
pub fn unmeasured(endpoint: &Endpoint, siblings: &[HostPort], clock: &dyn Clock, lists: &Lists, reason: &str) -> Facts {
    let missing = || NotMeasured::because(reason);
    Facts {
        at: clock.now(),
        endpoint: endpoint.clone(),
        siblings: siblings.to_vec(),
        patterns: Vec::new(),
        names: Err(missing()),
        addresses: Err(missing()),
        place: Err(missing()),
        tls: Err(missing()),
        chain: Err(missing()),
        answer: Err(missing()),
        series: Err(missing()),
        ownership: Err(missing()),
        standing: match &endpoint.target {
            Target::Host(host) => lists.standing(&host.host),
            _ => Standing { blocked: Err(missing()), registered: Err(missing()) },
        },
    }
}

/// The hosts of a package, each once.
pub fn siblings(endpoints: &[Endpoint]) -> Vec<HostPort> {
    let hosts = endpoints.iter().filter_map(|endpoint| match &endpoint.target {
        Target::Host(host) => Some(host.clone()),
        _ => None,
    });
    hosts.collect()
}

/// The suffixes of the patterns that a package declares, as far as what lies below them belongs to one owner.
pub fn patterns(endpoints: &[Endpoint]) -> Vec<HostName> {
    let suffixes = endpoints.iter().filter_map(|endpoint| match &endpoint.target {
        Target::Pattern { suffix } => HostName::parse(suffix).ok(),
        _ => None,
    });
    suffixes.filter(|suffix| suffix.registrable_domain().is_some()).collect()
}

/// Whether the slow bars are measured with the rest.
#[derive(Clone, Copy)]
enum Slow {
    /// By this plan.
    Now(Plan),
    /// Somebody measures them later.
    Later,
    /// Nobody does.
    Never,
}

impl Prober {
    /// The facts of one host, measured here and now by the rules of this prober: every bar but those of ownership can be
    /// judged by them. `siblings` are the hosts of the package; none for a host that no package names.
    pub async fn measure(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Facts {
        self.measure_with(endpoint, siblings, self.plan.map_or(Slow::Never, Slow::Now)).await
    }

    /// The same without the series of requests, which is pending: [`measure_series`](Self::measure_series) follows.
    pub async fn measure_before_series(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Facts {
        self.measure_with(endpoint, siblings, Slow::Later).await
    }

    async fn measure_with(&self, endpoint: &Endpoint, siblings: &[HostPort], slow: Slow) -> Facts {
        let nothing = |reason: &str| unmeasured(endpoint, siblings, &*self.clock, &self.lists, reason);
        let Target::Host(host) = &endpoint.target else {
            return nothing("the host is not known before a connection is made");
        };
        let mut facts = nothing("the name has no address that may be connected to");
        facts.place = Err(NotMeasured::because("no place was promised that the host could be held against"));
        facts.ownership = Err(NotMeasured::because("no proof of ownership was asked for"));
        let names = names::ask(&self.resolvers, host, &*self.pace).await;
        let addresses = names::addresses(&names);
        facts.addresses = names::judged(&addresses, &self.rules);
        if let Some(promise) = self.promise.as_ref().filter(|_| !addresses.is_empty()) {
            let chain: Vec<Arc<str>> = names.aliases.iter().map(|alias| alias.as_str().into()).collect();
            facts.place = Ok(promise.located(&host.host, &chain, &addresses, facts.at));
        }
        let broken = names.broken;
        facts.names = Ok(names);
        if broken {
            return facts;
        }
        // Every address of every answer has to pass, or none is connected to.
        let Ok(vetted) = vet(&host.host, host.port, &addresses, &self.rules) else { return facts };
        self.measure_at(&vetted, &mut facts, slow).await;
        facts
    }

    /// The series of requests of a plan, and nothing else.
    pub async fn measure_series(&self, endpoint: &Endpoint, plan: &Plan) -> Measured<Series> {
        let nothing = unmeasured(endpoint, &[], &*self.clock, &self.lists, "only the series was measured");
        let Target::Host(host) = &endpoint.target else { return nothing.series };
        let vetted = self.vetted(host).await?;
        let question = self.question(&vetted, &nothing);
        Ok(series::run(plan, &self.way, &vetted, &question, &*self.pace).await.0)
    }

    /// What the operator's lists say about a host. Needs no network.
    pub fn standing(&self, host: &HostName) -> Standing {
        self.lists.standing(host)
    }

    /// The facts about handshake and certificates of one host, and no others: nothing is requested of it.
    pub async fn measure_handshake(&self, endpoint: &Endpoint) -> Facts {
        let mut facts = unmeasured(endpoint, &[], &*self.clock, &self.lists, "only the handshake was looked at");
        let Target::Host(host) = &endpoint.target else { return facts };
        let vetted = match self.vetted(host).await {
            Ok(vetted) => vetted,
            Err(missing) => {
                facts.tls = Err(missing.clone());
                facts.chain = Err(missing);
                return facts;
            }
        };
        let asker = Asker { way: &self.way, to: &vetted, random: &*self.random, pace: &*self.pace };
        let mut seen = asker.modern().await;
        seen.session = Err(NotMeasured::because("nothing is requested"));
        asker.old(&mut seen).await;
        let at = facts.at;
        facts.tls = seen.tls;
        facts.chain = seen.shown.and_then(|shown| chain(&shown, vetted.host(), at, &self.trust));
        facts
    }

    /// The facts about a few requests to one host, what its first answer says, and no others. `siblings` are the hosts to which
    /// it may lead.
    pub async fn measure_answers(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Facts {
        let mut facts = unmeasured(endpoint, siblings, &*self.clock, &self.lists, "only answers were looked at");
        let Target::Host(host) = &endpoint.target else { return facts };
        match self.vetted(host).await {
            Ok(vetted) => {
                let question = self.question(&vetted, &facts);
                let (series, first) = series::run(&Plan::DAILY, &self.way, &vetted, &question, &*self.pace).await;
                facts.series = Ok(series);
                facts.answer = first.ok_or_else(|| NotMeasured::because("no request was answered"));
            }
            Err(missing) => facts.series = Err(missing),
        }
        facts
    }

    /// The addresses of a host, where each of them may be connected to.
    async fn vetted(&self, host: &HostPort) -> Measured<Vetted> {
        let names = names::ask(&self.resolvers, host, &*self.pace).await;
        match vet(&host.host, host.port, &names::addresses(&names), &self.rules) {
            Ok(vetted) if !names.broken => Ok(vetted),
            refused => {
                let why =
                    refused.err().map_or("its aliases cannot be followed".to_owned(), |refused| refused.to_string());
                Err(NotMeasured::because(format!("the host is not connected to: {why}")))
            }
        }
    }

    /// What is asked of the host itself. The request comes first, while the session is fresh.
    async fn measure_at(&self, vetted: &Vetted, facts: &mut Facts, slow: Slow) {
        let asker = Asker { way: &self.way, to: vetted, random: &*self.random, pace: &*self.pace };
        let question = self.question(vetted, facts);
        let mut seen = asker.modern().await;
        let session = std::mem::replace(&mut seen.session, Err(NotMeasured::because("it was used")));
        let missing = session.as_ref().err().cloned();
        facts.answer = match session {
            Ok((stream, http2)) => answer(stream, http2, &question).await,
            Err(missing) => Err(missing),
        };
        asker.old(&mut seen).await;
        asker.timestamps(&mut seen).await;
        facts.series = match (seen.unreachable.take(), missing) {
            (Some(reason), _) => {
                let sample = Sample { status: Err(reason), connected: None, first_byte: None };
                Ok(Series { requests: vec![sample], over: Duration::ZERO, stopped: false })
            }
            (None, Some(missing)) => Err(missing),
            (None, None) => self.series(vetted, facts, &question, slow).await,
        };
        let at = facts.at;
        facts.tls = seen.tls;
        facts.chain = seen.shown.and_then(|shown| chain(&shown, vetted.host(), at, &self.trust));
    }

    async fn series(&self, vetted: &Vetted, facts: &Facts, question: &Question, slow: Slow) -> Measured<Series> {
        let plan = match slow {
            Slow::Now(plan) => plan,
            Slow::Later => return Err(NotMeasured::pending()),
            Slow::Never => return Err(NotMeasured::because("it takes 10 minutes; measure it with --slow")),
        };
        if facts.answer.as_ref().is_ok_and(|answer| answer.status == 429) {
            return Err(NotMeasured::because("the host asked to stop (429)"));
        }
        self.pace.pause(BETWEEN).await;
        Ok(series::run(&plan, &self.way, vetted, question, &*self.pace).await.0)
    }

    fn question(&self, vetted: &Vetted, facts: &Facts) -> Question {
        let authority = match vetted.port() {
            443 => vetted.host().to_string(),
            port => format!("{}:{port}", vetted.host()),
        };
        let uses = &facts.endpoint.uses;
        let path = uses.iter().find(|one| one.purpose.is_service()).or_else(|| uses.first());
        let path = path.map_or("/", |one| one.path.as_str()).to_owned();
        Question { authority, path, agent: self.agent.clone() }
    }
}

/// What the head of an answer says.
fn head(answer: &ProbeAnswer) -> Answer {
    let text = |name: header::HeaderName| {
        let values = answer.headers.get_all(name).into_iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).chars().take(2_048).collect::<String>())
    };
    let is_redirect = answer.status.is_redirection();
    Answer {
        version: if answer.version == http::Version::HTTP_2 { "HTTP/2" } else { "HTTP/1.1" }.to_owned(),
        status: answer.status.as_u16(),
        hsts: text(header::STRICT_TRANSPORT_SECURITY).take(8).collect(),
        location: text(header::LOCATION).next().filter(|_| is_redirect),
        upgrade: text(header::UPGRADE).next(),
        leaks: Vec::new(),
    }
}

/// One request, and what its answer says.
async fn answer(stream: TlsStream<TcpStream>, http2: bool, question: &Question) -> Measured<Answer> {
    let ask = async {
        let answer = backshell_upstream::ask(stream, http2, question).await.map_err(|error| error.to_string())?;
        let mut facts = head(&answer);
        let (headers, is_error) = (answer.headers.clone(), answer.status.as_u16() >= 400);
        let body = answer.read(MOST_BODY).await;
        facts.leaks = leaks::find(&headers, &body, is_error);
        Ok::<_, String>(facts)
    };
    match tokio::time::timeout(ANSWER, ask).await {
        Ok(answer) => answer.map_err(NotMeasured::because),
        Err(_) => Err(NotMeasured::because("the host did not answer in time")),
    }
}
