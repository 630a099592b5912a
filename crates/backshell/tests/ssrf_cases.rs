//! Every case of a list of URLs, addresses, look-ups, redirects and template values, through the functions that the
//! gateway itself uses. Look-ups are real ones: a name server on a loopback address answers what the case says.
//!
//! `BACKSHELL_SSRF_CASES` names the list; without it, the shared one beside the repository is used where it exists.

#![allow(
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict, and it is told by the environment which list to read"
)]

mod support;

use backshell_boundary::{AddressRules, Destinations, LinkRefused, Resolver, read_link, resolve_endpoint};
use backshell_model::{HostName, ServiceRoot, UrlRefused, read_url};
use backshell_package::{Limits, read_files};
use backshell_templates::TemplateSet;
use backshell_testkit::hickory_proto::rr::RecordType;
use backshell_testkit::{DnsAnswer, DnsQuestion, DnsServer};
use backshell_upstream::DnsResolver;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{say, skip};

/// The kinds of cases, each of which has to be there.
const KINDS: [&str; 5] = ["addr", "dns", "redirect", "template", "url"];

/// The list's place beside the repository.
const SHARED: &str = "../shared/reference/ssrf-cases.tsv";

/// One line of the list.
#[derive(Debug)]
struct Case {
    id: String,
    kind: String,
    input: String,
    context: String,
    verdict: String,
    reason: String,
    /// What a lenient parser takes for the host.
    lax_host: String,
}

/// What the list says is certified.
#[derive(Debug)]
struct Policy {
    roots: Vec<ServiceRoot>,
    /// The suffixes of certified patterns (`*.suffix`): a package names them as `https://{v}.suffix`.
    suffixes: Vec<String>,
}

/// What came out: the reason code, and for what was allowed the host that will be asked.
struct Outcome {
    reason: String,
    host: Option<String>,
}

impl Outcome {
    fn refused(reason: &str) -> Self {
        Self { reason: reason.to_owned(), host: None }
    }

    fn allowed(host: Option<&HostName>) -> Self {
        Self { reason: "ok".to_owned(), host: host.map(ToString::to_string) }
    }
}

#[tokio::test]
async fn ssrf_cases() {
    let Some(text) = list() else { return };
    let (policy, cases) = read(&text);
    assert!(!cases.is_empty(), "the list has no cases");
    assert_eq!(cases.len(), written(&text), "every line of the list is a case");
    let mut failures = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &cases {
        let outcome = match case.kind.as_str() {
            "url" => url(case, &policy),
            "addr" => addr(case),
            "dns" => dns(case).await,
            "redirect" => redirect(case),
            "template" => template(case),
            other => Outcome::refused(&format!("unknown kind `{other}`")),
        };
        *counts.entry(case.kind.as_str()).or_default() += 1;
        let verdict = if matches!(outcome.reason.as_str(), "ok" | "pinned") { "allow" } else { "refuse" };
        if (verdict, &outcome.reason) != (case.verdict.as_str(), &case.reason) {
            failures.push(format!("{}: {verdict} {}: {case:?}", case.id, outcome.reason));
        }
        // What is allowed is the host that everybody sees there, not one that only we see.
        if let Some(host) = outcome.host.filter(|_| !case.lax_host.is_empty())
            && host != case.lax_host
        {
            failures.push(format!("{}: the host is `{host}`: {case:?}", case.id));
        }
    }
    say(&format!("{} cases: {counts:?}", cases.len()));
    assert_eq!(counts.keys().copied().collect::<Vec<_>>(), KINDS, "every kind of case was gone through");
    assert_eq!(counts.values().sum::<usize>(), cases.len());
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

// ---- the list --------------------------------------------------------------------------------------------------------

/// The list's text. A list that is asked for must be there.
fn list() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match std::env::var_os("BACKSHELL_SSRF_CASES") {
        Some(named) => {
            let named = PathBuf::from(named);
            let path = if named.exists() { named } else { root.join(named) };
            Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display())))
        }
        None => {
            let found = std::fs::read_to_string(root.join(SHARED)).ok();
            if found.is_none() {
                skip(&format!("there is no `{SHARED}`; set BACKSHELL_SSRF_CASES to a list"));
            }
            found
        }
    }
}

/// How many lines of the list are cases: all but remarks, empty lines and the one with the names of the columns.
fn written(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count() - 1
}

fn read(text: &str) -> (Policy, Vec<Case>) {
    let mut policy = Policy { roots: Vec::new(), suffixes: Vec::new() };
    let mut columns: Vec<&str> = Vec::new();
    let mut cases = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(remark) = line.strip_prefix('#') {
            if let Some(said) = remark.trim().strip_prefix("Policy under test:") {
                policy = certified(said);
            }
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        if columns.is_empty() {
            columns = fields;
            continue;
        }
        let field = |name: &str| {
            let at = columns.iter().position(|column| *column == name).unwrap_or_else(|| panic!("no column `{name}`"));
            fields.get(at).copied().unwrap_or_default()
        };
        cases.push(Case {
            id: field("id").to_owned(),
            kind: field("kind").to_owned(),
            input: unescaped(field("input")),
            context: unescaped(field("context")),
            verdict: field("verdict").to_owned(),
            reason: field("reason").to_owned(),
            lax_host: field("lax_host").to_owned(),
        });
    }
    assert!(!policy.roots.is_empty(), "the list does not say what is certified");
    (policy, cases)
}

/// Reads `certified hosts a.example and b.example; certified pattern *.c.example`: every word that is a host or a
/// pattern, in the clauses about what is certified.
fn certified(said: &str) -> Policy {
    let words = || said.split(';').filter(|clause| clause.contains("certified")).flat_map(str::split_whitespace);
    let plain = |word: &'_ str| word.trim_matches([',', '.', '(', ')', '`']).to_owned();
    let roots = words().filter_map(|word| ServiceRoot::parse(&format!("https://{}", plain(word))).ok()).collect();
    let suffixes = words().filter_map(|word| Some(plain(word).strip_prefix("*.")?.to_owned())).collect();
    Policy { roots, suffixes }
}

/// Undoes `\t`, `\n`, `\r`, `\\` and `\uXXXX` (UTF-16 units).
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text.chars();
    let mut buffer = [0; 2];
    while let Some(c) = rest.next() {
        if c != '\\' {
            units.extend_from_slice(c.encode_utf16(&mut buffer));
            continue;
        }
        match rest.next().expect("an escape goes on") {
            't' => units.push(u16::from(b'\t')),
            'n' => units.push(u16::from(b'\n')),
            'r' => units.push(u16::from(b'\r')),
            '\\' => units.push(u16::from(b'\\')),
            'u' => {
                let digits: String = rest.by_ref().take(4).collect();
                units.push(u16::from_str_radix(&digits, 16).expect("four hexadecimal digits"));
            }
            other => panic!("`\\{other}` is no escape"),
        }
    }
    String::from_utf16(&units).expect("text")
}

// ---- the kinds -------------------------------------------------------------------------------------------------------

/// A URL as a package or a paging link gives it, of a connector with these certified hosts. A pattern is a host template of
/// its package; what was approved are the hosts to which a connection's setting leads: here, if it can, to the case's own.
fn url(case: &Case, policy: &Policy) -> Outcome {
    let host = read_url(&case.input).map(|url| url.host.to_string()).unwrap_or_default();
    let approved: Vec<ServiceRoot> = policy.suffixes.iter().flat_map(|suffix| approved_below(suffix, &host)).collect();
    let known = Destinations { certified: &policy.roots, approved: &approved };
    match known.read(&case.input) {
        Ok(url) => Outcome::allowed(Some(&url.host)),
        Err(refused) => Outcome::refused(refused.code()),
    }
}

/// What an administrator can approve for a connection whose setting is what stands before the suffix in `host`.
fn approved_below(suffix: &str, host: &str) -> Vec<ServiceRoot> {
    let Some(value) = host.strip_suffix(suffix).and_then(|front| front.strip_suffix('.')) else { return Vec::new() };
    let templates = compiled(&format!("https://{{v}}.{suffix}"), &[]);
    let settings = BTreeMap::from([("v".to_owned(), value.to_owned())]);
    templates.host_roots(&settings).map(|roots| roots.to_approve).unwrap_or_default()
}

fn addr(case: &Case) -> Outcome {
    match AddressRules::default().verdict(case.input.parse().expect("an address")) {
        Ok(()) => Outcome::allowed(None),
        Err(_) => Outcome::refused("addr_refused"),
    }
}

/// Asks a name server that answers what the context says, judges, and looks whether a second answer is ever asked for.
async fn dns(case: &Case) -> Outcome {
    let mut answers = case.context.splitn(2, " THEN ").map(str::to_owned);
    let first = answers.next().unwrap_or_default();
    let second = answers.next();
    let expected: Vec<IpAddr> = addresses(&first);
    let moved = Arc::new(AtomicBool::new(false));
    let (name, now, later, switch) = (case.input.clone(), first, second.clone(), Arc::clone(&moved));
    let server = DnsServer::start(move |question| {
        let said = if switch.load(Ordering::SeqCst) { later.as_deref().unwrap_or(&now) } else { &now };
        answer(&name, said, question)
    })
    .await
    .unwrap();
    let resolver = DnsResolver::with_servers(&[server.address()]).unwrap();
    let host = HostName::parse(&case.input).expect("a host");
    let rules = AddressRules::default();
    let found = match resolve_endpoint(&host, 443, &rules, &resolver).await {
        Ok(found) => found,
        Err(refused) => return Outcome::refused(refused.reason()),
    };
    if found.addresses() != expected {
        return Outcome::refused(&format!("the addresses are {:?}", found.addresses()));
    }
    if second.is_none() {
        return Outcome::allowed(None);
    }
    // From here on the name leads elsewhere. The next call of the same minute must not notice.
    moved.store(true, Ordering::SeqCst);
    let asked = questions(&server);
    let again = resolver.resolve(&host, 443).await.map(|again| again.addresses().to_vec());
    if again.as_deref() != Ok(&expected[..]) || questions(&server) != asked {
        return Outcome::refused("a second answer was asked for");
    }
    Outcome { reason: "pinned".to_owned(), host: None }
}

/// How often the server was asked; a question that is sent once more because its answer was slow is the same question.
fn questions(server: &DnsServer) -> usize {
    server.asked().into_iter().map(|question| question.id).collect::<BTreeSet<_>>().len()
}

fn addresses(said: &str) -> Vec<IpAddr> {
    let records = said.split("; ").filter_map(|record| record.split_once(' '));
    let mut found: Vec<IpAddr> = records
        .filter(|(kind, _)| matches!(*kind, "A" | "AAAA"))
        .map(|(_, data)| data.trim().parse().unwrap())
        .collect();
    found.sort_by_key(IpAddr::is_ipv6);
    found
}

/// What a recursive name server answers when a name has these records.
fn answer(name: &str, said: &str, question: &DnsQuestion) -> Option<DnsAnswer> {
    let mut answer = DnsAnswer::new();
    let mut owner = name.to_owned();
    for record in said.split("; ") {
        match record.split_once(' ').unwrap_or((record, "")) {
            ("NXDOMAIN", _) => return Some(DnsAnswer::no_such_name()),
            ("SERVFAIL", _) => return Some(DnsAnswer::failure()),
            ("TIMEOUT", _) => return None,
            ("NODATA", _) => {}
            ("LOOP", _) => {
                let other = format!("loop.{owner}");
                answer = answer.alias(&owner, 300, &other).alias(&other, 300, &owner);
            }
            ("CNAME", target) => {
                let target = target.trim().trim_end_matches('.');
                answer = answer.alias(&owner, 300, target);
                target.clone_into(&mut owner);
            }
            (kind @ ("A" | "AAAA"), data) => {
                let wanted = if kind == "A" { RecordType::A } else { RecordType::AAAA };
                if question.kind == wanted {
                    answer = answer.address(&owner, 300, data.trim().parse().unwrap());
                }
            }
            (other, _) => panic!("`{other}` is no record of the list"),
        }
    }
    Some(answer)
}

fn redirect(case: &Case) -> Outcome {
    let called = read_url(&case.context).expect("the URL that was called");
    let called = ServiceRoot::parse(&format!("https://{}:{}", called.host, called.port.number().unwrap())).unwrap();
    match read_link(&case.input, &called) {
        Ok(_) => Outcome::allowed(Some(&called.host)),
        Err(refused) => Outcome::refused(LinkRefused::code(refused)),
    }
}

/// A connection whose setting `v` is the input, of a package with the context's host template: `label`, whose host an
/// administrator approves as the settings lead to it, `values=` as the closed list of the package, `hosts=` as the hosts that
/// were approved for the connection.
fn template(case: &Case) -> Outcome {
    let (template, shape) = case.context.split_once(" || ").expect("a template and what its value may be");
    let (kind, list) = shape.split_once('=').unwrap_or((shape, ""));
    let list: Vec<&str> = list.split('|').filter(|one| !one.is_empty()).collect();
    let values = if kind == "values" { &list[..] } else { &[] };
    let templates = compiled(template, values);
    assert!(templates.problems().is_empty(), "{case:?}: {:?}", templates.problems());
    let settings = BTreeMap::from([("v".to_owned(), case.input.clone())]);
    let Ok(roots) = templates.host_roots(&settings) else { return Outcome::refused("template_value") };
    let approved: Vec<ServiceRoot> = match kind {
        "hosts" => list.iter().map(|host| ServiceRoot::parse(&format!("https://{host}")).unwrap()).collect(),
        "label" => roots.to_approve.clone(),
        _ => Vec::new(),
    };
    let known = Destinations { certified: &roots.certified, approved: &approved };
    let all = [&roots.certified[..], &roots.to_approve[..]].concat();
    let [root] = &all[..] else {
        return Outcome::refused("not one host");
    };
    match known.permit(root) {
        Ok(()) => Outcome::allowed(Some(&root.host)),
        Err(UrlRefused::HostNotCertified | UrlRefused::Port) => Outcome::refused("template_value"),
        Err(other) => Outcome::refused(other.code()),
    }
}

fn compiled(template: &str, values: &[&str]) -> TemplateSet {
    let definition = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "api.example.com",
        "paths": {"/items": {"get": {"operationId": "ListItems", "responses": {"200": {"description": "Done."}}}}}});
    let allowed: Vec<_> = values.iter().map(|value| json!({"text": value, "value": value})).collect();
    let constraints = if values.is_empty() { json!({}) } else { json!({"allowedValues": allowed}) };
    let properties = json!({"properties": {
        "connectionParameters": {"v": {"type": "string", "uiDefinition": {"constraints": constraints}}},
        "policyTemplateInstances": [{"templateId": "dynamichosturl", "title": "host", "parameters": {
            "x-ms-apimTemplateParameter.urlTemplate": template.replace("{v}", "@connectionParameters('v')")}}],
    }});
    let files = [("apiDefinition.swagger.json", definition), ("apiProperties.json", properties)];
    let files = files.map(|(name, value)| (name.to_owned(), Arc::from(value.to_string().as_bytes()))).to_vec();
    backshell_templates::compile(&read_files("t", files, &Limits::default()).package)
}
