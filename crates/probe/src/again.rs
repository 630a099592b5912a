//! A host looked at again: is it still one that clients accept, is the authority of its certificate the same, does it answer,
//! and not from elsewhere, and is it on a list of the operator.
//!
//! The judgements are the bars', and nothing is judged here a second time. The bar EV-11 asks for 72 hours of validity at
//! certification; while a connector is in use, a certificate that is valid now ends soon and is not refused. Leaf certificates
//! are never compared: they change every few weeks. Compared is who issues them, by organisation where the authority names
//! one, because authorities change their intermediate certificates. What a host was accepted with is no news later.

use crate::facts::{Facts, TrustedPath};
use crate::{State, bar};
use backshell_model::Drift;
use std::fmt::Write as _;

/// The bars about handshake and certificates.
const BARS: [&str; 11] =
    ["EV-06", "EV-07", "EV-08", "EV-09", "EV-10", "EV-11", "EV-12", "EV-13", "EV-14", "EV-15", "EV-18"];
/// The bars about answers.
const AVAILABILITY: &str = "EV-19";
const LATENCY: &str = "EV-20";
/// The bars about what an answer says, in the order in which they are told.
const REDIRECT: &str = "EV-17";
const TRANSPORT: &str = "EV-16";
/// The bar about what the operator's lists say.
const STANDING: &str = "EV-23";
/// How a host answered at the first look.
const SOON: &str = "soon";
const SLOW: &str = "slow";
/// Stands in the baseline between how soon the host answered and the bars about its answer that it did not clear then.
/// Baselines without it are older, and say nothing about those bars.
const OPEN: char = ';';
/// The bar about how long the certificates are valid.
const VALIDITY: &str = "EV-11";

/// What a later look means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// It is as it was, or this is the first time.
    Same {
        /// What later looks are compared with.
        baseline: String,
        /// What was found, in words.
        detail: String,
    },
    /// It changed.
    Changed {
        /// How.
        drift: Drift,
        /// What was found, in words.
        detail: String,
    },
    /// Nobody could look, for this reason.
    NotMeasured(String),
}

/// What the facts about a handshake mean after what was found first, which is the `baseline` of that time.
pub fn handshake(facts: &Facts, baseline: Option<&str>) -> Again {
    let changed = |drift, detail| Again::Changed { drift, detail };
    let (mut invalid, mut weakness, mut left) = (String::new(), String::new(), String::new());
    let (mut ends, mut weak) = (None, Vec::new());
    for id in BARS {
        let Some(bar) = bar(id) else { continue };
        let judged = (bar.judge)(facts);
        if let (VALIDITY, Some(value)) = (id, &judged.value) {
            left.clone_from(value);
        }
        match judged.state {
            State::Warn | State::Fail if id == VALIDITY && is_valid_now(facts) => ends = Some(judged.message),
            State::Fail => say(&mut invalid, id, &judged.message),
            State::Warn => {
                say(&mut weakness, id, &judged.message);
                weak.push(id);
            }
            State::Pass | State::NotMeasured => {}
        }
    }
    if !invalid.is_empty() {
        return changed(Drift::CertificateInvalid, invalid);
    }
    let chain = match (&facts.chain, &facts.tls) {
        (Ok(chain), Ok(_)) => chain,
        (Err(missing), _) | (_, Err(missing)) => return Again::NotMeasured(missing.reason().to_owned()),
    };
    let Ok(path) = &chain.path else {
        return Again::NotMeasured("a signature in the chain uses an algorithm that is not checked".to_owned());
    };
    let issuer = issuer(path);
    let (known_issuer, known_weak) = baseline.and_then(|known| known.rsplit_once('|')).unwrap_or((issuer.as_str(), ""));
    if let Some(message) = ends {
        return changed(Drift::CertificateEnds, message);
    }
    if known_issuer != issuer {
        let detail = format!("the certificate was issued by `{known_issuer}`, and now by `{issuer}`");
        return changed(Drift::CertificateIssuer, detail);
    }
    let is_new = |id: &&str| !known_weak.split(',').any(|known| known == *id);
    if baseline.is_some() && weak.iter().any(is_new) {
        return changed(Drift::CertificateWeak, weakness);
    }
    let detail = format!("issued by `{issuer}`, {left}");
    Again::Same { baseline: format!("{issuer}|{}", weak.join(",")), detail }
}

/// What the facts about a few answers mean after what was found first. A host that was slow from the beginning is no news, and
/// neither is one whose first page led elsewhere from the beginning: what is asked for here is that page, and not what calls ask
/// for. What the operator's lists say counts whatever was found first.
pub fn answers(facts: &Facts, baseline: Option<&str>) -> Again {
    let changed = |drift, detail| Again::Changed { drift, detail };
    let judged = |id: &str| bar(id).map(|bar| (bar.judge)(facts));
    let (Some(standing), Some(redirect), Some(transport)) = (judged(STANDING), judged(REDIRECT), judged(TRANSPORT))
    else {
        return Again::NotMeasured("nobody judges hosts".to_owned());
    };
    if standing.state == State::Fail {
        return changed(Drift::BarFailed, format!("{STANDING}: {}", standing.message));
    }
    let (Some(available), Some(soon)) = (judged(AVAILABILITY), judged(LATENCY)) else {
        return Again::NotMeasured("nobody judges answers".to_owned());
    };
    let known = baseline.map(|known| known.split_once(OPEN).unwrap_or((known, "")));
    let is_new = |id: &str| {
        let open = baseline.and_then(|known| Some(known.split_once(OPEN)?.1));
        open.is_some_and(|open| !open.split(' ').any(|known| known == id))
    };
    if redirect.state == State::Fail && is_new(REDIRECT) {
        return changed(Drift::BarFailed, format!("{REDIRECT}: {}", redirect.message));
    }
    match available.state {
        State::NotMeasured => return Again::NotMeasured(available.message),
        State::Warn | State::Fail => {
            let detail = format!("{AVAILABILITY}: {} ({})", available.message, available.value.unwrap_or_default());
            return changed(Drift::EndpointUnavailable, detail);
        }
        State::Pass => {}
    }
    let is_slow = matches!(soon.state, State::Warn | State::Fail);
    let value = soon.value.unwrap_or_default();
    if is_slow && known.is_some_and(|(pace, _)| pace == SOON) {
        return changed(Drift::EndpointSlow, format!("{LATENCY}: {} ({value})", soon.message));
    }
    if transport.state == State::Warn && is_new(TRANSPORT) {
        return changed(Drift::CertificateWeak, format!("{TRANSPORT}: {}", transport.message));
    }
    if let Some(baseline) = baseline.filter(|known| known.contains(OPEN)) {
        return Again::Same { baseline: baseline.to_owned(), detail: value };
    }
    let pace = known.map_or(if is_slow { SLOW } else { SOON }, |(pace, _)| pace);
    let open = [(REDIRECT, redirect.state == State::Fail), (TRANSPORT, transport.state == State::Warn)];
    let open: Vec<&str> = open.into_iter().filter(|(_, is_open)| *is_open).map(|(id, _)| id).collect();
    Again::Same { baseline: format!("{pace}{OPEN}{}", open.join(" ")), detail: value }
}

fn say(text: &mut String, id: &str, message: &str) {
    let between = if text.is_empty() { "" } else { "; " };
    // Writing into a text does not fail.
    let _ = write!(text, "{between}{id}: {message}");
}

fn is_valid_now(facts: &Facts) -> bool {
    facts.chain.as_ref().is_ok_and(|chain| {
        let between = chain.path.as_ref().map(|path| path.intermediates.as_slice()).unwrap_or_default();
        let mut all = std::iter::once(&chain.leaf).chain(between);
        all.all(|one| one.not_before <= facts.at && facts.at < one.not_after)
    })
}

/// Who issued the certificate: the organisation of the issuer, or its whole name where it names none.
fn issuer(path: &TrustedPath) -> String {
    let name = path.intermediates.first().map_or(path.root.as_str(), |issuer| issuer.subject.as_str());
    organisation(name).unwrap_or_else(|| name.to_owned())
}

/// The organisation in a name such as `C=US, O=Example, Inc., CN=E5`: up to the next attribute.
fn organisation(name: &str) -> Option<String> {
    let mut parts = name.split(", ").skip_while(|part| !part.starts_with("O="));
    let first = parts.next()?.strip_prefix("O=")?;
    let is_attribute = |part: &&str| {
        part.split_once('=').is_some_and(|(key, _)| key.chars().all(|one| one.is_ascii_alphanumeric() || one == '.'))
    };
    let rest = parts.take_while(|part| !is_attribute(part));
    Some(std::iter::once(first).chain(rest).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::NotMeasured;
    use crate::testing::healthy;
    use std::time::Duration;

    fn again(change: impl Fn(&mut crate::facts::Series), baseline: Option<&str>) -> Again {
        let mut facts = healthy();
        let series = facts.series.as_mut().unwrap();
        series.requests.truncate(3);
        change(series);
        answers(&facts, baseline)
    }

    #[test]
    fn hosts_that_stop_to_answer_or_grow_slow_have_changed() {
        let drift = |again| if let Again::Changed { drift, .. } = again { Some(drift) } else { None };
        let baseline = |again| if let Again::Same { baseline, .. } = again { baseline } else { panic!("{again:?}") };
        let slow = |series: &mut crate::facts::Series| series.requests[0].first_byte = Some(Duration::from_secs(3));
        let failing = |series: &mut crate::facts::Series| series.requests[0].status = Ok(503);
        assert_eq!(baseline(again(|_| (), None)), "soon;");
        assert_eq!(baseline(again(slow, None)), "slow;");
        for known in ["soon", "soon;"] {
            assert_eq!(drift(again(slow, Some(known))), Some(Drift::EndpointSlow));
        }
        for known in ["slow", "slow;"] {
            assert_eq!(baseline(again(slow, Some(known))), "slow;");
            assert_eq!(baseline(again(|_| (), Some(known))), "slow;");
        }
        for known in [None, Some("soon"), Some("soon;"), Some("slow;")] {
            assert_eq!(drift(again(failing, known)), Some(Drift::EndpointUnavailable));
        }
        let mut facts = healthy();
        facts.series = Err(NotMeasured::because("no connection"));
        assert_eq!(answers(&facts, None), Again::NotMeasured("no connection".to_owned()));
    }

    /// How a host with this answer and standing stands after `baseline`.
    fn after(location: Option<&str>, hsts: &str, blocked: bool, baseline: Option<&str>) -> Result<String, Drift> {
        let mut facts = healthy();
        facts.siblings.clear();
        let answer = facts.answer.as_mut().unwrap();
        (answer.location, answer.hsts) = (location.map(str::to_owned), vec![hsts.to_owned()]);
        facts.standing.blocked = Ok(blocked.then(|| "example.com".to_owned()));
        match answers(&facts, baseline) {
            Again::Same { baseline, .. } => Ok(baseline),
            Again::Changed { drift, .. } => Err(drift),
            Again::NotMeasured(reason) => panic!("{reason}"),
        }
    }

    #[test]
    fn a_host_that_begins_to_lead_elsewhere_or_is_listed_has_changed() {
        let (good, away) = ("max-age=31536000", Some("https://evil.example/"));
        assert_eq!(after(None, good, false, None).as_deref(), Ok("soon;"));
        assert_eq!(after(away, good, false, Some("soon;")), Err(Drift::BarFailed));
        assert_eq!(after(Some("http://api.example.com/"), good, false, Some("soon;")), Err(Drift::BarFailed));
        assert_eq!(after(None, "max-age=0", false, Some("soon;")), Err(Drift::CertificateWeak));
        // What was so from the beginning is no news, and what an older baseline does not say is taken in.
        assert_eq!(after(away, "max-age=0", false, None).as_deref(), Ok("soon;EV-17 EV-16"));
        assert_eq!(after(away, "max-age=0", false, Some("slow")).as_deref(), Ok("slow;EV-17 EV-16"));
        assert_eq!(after(away, "max-age=0", false, Some("soon;EV-17 EV-16")).as_deref(), Ok("soon;EV-17 EV-16"));
        assert_eq!(after(away, good, false, Some("soon;EV-16")), Err(Drift::BarFailed));
        for known in [None, Some("soon"), Some("soon;")] {
            assert_eq!(after(None, good, true, known), Err(Drift::BarFailed));
        }
        // The list needs no network.
        let mut facts = healthy();
        facts.series = Err(NotMeasured::because("no connection"));
        facts.standing.blocked = Ok(Some("example.com".to_owned()));
        assert!(matches!(answers(&facts, None), Again::Changed { drift: Drift::BarFailed, .. }));
    }

    #[test]
    fn authorities_are_told_apart_by_organisation() {
        for (name, expected) in [
            ("C=US, O=Let's Encrypt, CN=R11", Some("Let's Encrypt")),
            ("C=US, O=DigiCert, Inc., CN=DigiCert TLS", Some("DigiCert, Inc.")),
            ("CN=Zoo Root", None),
            ("CN=O=Fake", None),
        ] {
            assert_eq!(organisation(name).as_deref(), expected, "{name}");
        }
    }
}
