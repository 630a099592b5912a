//! Which hosts a package can reach, and where it says so.
//!
//! One file per place that names hosts: [`definition`] (host and schemes, sign-in addresses of the definition),
//! [`policies`] (`dynamichosturl` with its value lists and defaults), [`sign_in`] (authorization, token and refresh
//! addresses, those included that [`providers`] bring along) and [`script`] (addresses in the code). What they find is
//! read by [`shape`], which knows how much of a host a package fixes.

mod definition;
mod policies;
mod providers;
mod script;
pub mod shape;
mod sign_in;

use backshell_findings::Place;
use backshell_model::HostPort;
use backshell_package::{Operation, Origin, Package};
use backshell_source::{Document, Node};
use shape::Written;
use std::collections::BTreeMap;
use std::mem::discriminant;

/// How many hosts of one package are told apart; a hostile one must not fill the memory with them.
pub const MOST_HOSTS: usize = 4_000;
/// How many addresses of one package are read; a hostile one must not keep a processor busy with them.
pub const MOST_ADDRESSES: usize = 100_000;
/// How many places of one host are kept. One of each purpose and scheme always is.
const MOST_PLACES: usize = 64;
/// What is shown in place of the hosts that are not looked at any more.
pub const MORE_HOSTS: &str = "(more hosts)";

/// A host that a package (or the command line) names, with everything that is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// What it is.
    pub target: Target,
    /// How it is shown: `api.example.com`, with the port where it is not 443, `*.example.com`, or the text as written.
    pub shown: String,
    /// Where it is named. Never empty.
    pub uses: Vec<Use>,
}

/// How much of a host is fixed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// One host: the only form that can be measured.
    Host(HostPort),
    /// One label (or several) in front of a fixed suffix.
    Pattern {
        /// The suffix, lower case, without a leading dot.
        suffix: String,
    },
    /// The whole host comes from a value.
    Given(Giver),
    /// The end of the host comes from a value without a closed list, so that it can lead anywhere.
    OpenEnd,
    /// It is no host, for a reason of the canonical form.
    Unusable {
        /// The reason code.
        code: &'static str,
        /// What is wrong with it.
        message: String,
    },
}

/// Whose value decides a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Giver {
    /// A setting of the connection: whoever makes the connection.
    Connection,
    /// The query or a header of each call: whoever calls.
    Caller,
    /// A secret of the connection.
    Secret,
    /// A body, or a value of the deployment.
    Other,
}

/// What a host is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The service, as the definition names it.
    Service,
    /// The service, as a policy template chooses it.
    Policy,
    /// Where a person signs in.
    Authorization,
    /// Where a code becomes a token.
    Token,
    /// Where a token is renewed.
    Refresh,
    /// Named by the code of the package.
    Script,
    /// Given on the command line.
    Given,
}

impl Purpose {
    /// Signing in, from the first page to the renewal.
    pub const SIGN_IN: [Self; 3] = [Self::Authorization, Self::Token, Self::Refresh];

    /// The purpose in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Policy => "policy",
            Self::Authorization => "authorization",
            Self::Token => "token",
            Self::Refresh => "refresh",
            Self::Script => "script",
            Self::Given => "given",
        }
    }

    /// Whether calls of the connector go there, and not only its sign-in.
    pub const fn is_service(self) -> bool {
        matches!(self, Self::Service | Self::Policy | Self::Script | Self::Given)
    }
}

/// One place that names a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What the host is used for.
    pub purpose: Purpose,
    /// How it is reached.
    pub scheme: Written,
    /// The path that a probe asks for: the base path of the service, `/` for others.
    pub path: String,
    /// Where it stands.
    pub place: Place,
}

/// The addresses that were found. Equal hosts are put together at once, so that many addresses of one host take the place of
/// none of another.
#[derive(Debug, Default)]
pub(crate) struct Found {
    hosts: BTreeMap<(Target, String), Vec<Use>>,
    addresses: usize,
    /// Where the first address stands that was not looked at, and why.
    beyond: Option<(Use, String)>,
}

impl Found {
    /// Takes an address in.
    pub(crate) fn push(&mut self, target: Target, shown: String, at: Use) {
        self.addresses = self.addresses.saturating_add(1);
        if self.is_full() {
            return self.beyond(at, format!("the package names more than {MOST_ADDRESSES} addresses"));
        }
        let (full, key) = (self.hosts.len() >= MOST_HOSTS, (target, shown));
        match self.hosts.get_mut(&key) {
            Some(uses) => keep(uses, at),
            None if full => self.beyond(at, format!("the package names more than {MOST_HOSTS} hosts")),
            None => {
                self.hosts.insert(key, vec![at]);
            }
        }
    }

    /// Whether nothing more is taken in.
    pub(crate) fn is_full(&self) -> bool {
        self.addresses > MOST_ADDRESSES
    }

    /// How many addresses were taken in.
    pub(crate) fn addresses(&self) -> usize {
        self.addresses
    }

    fn beyond(&mut self, at: Use, why: String) {
        self.beyond.get_or_insert((at, why));
    }

    /// The hosts, sorted. What was not looked at stands among them as one that cannot be used: a certificate that left hosts
    /// out would vouch for them all the same.
    fn endpoints(self) -> Vec<Endpoint> {
        let Self { mut hosts, beyond, .. } = self;
        if let Some((at, why)) = beyond {
            let message = format!("{why}, and those beyond were not looked at; name fewer");
            let target = Target::Unusable { code: shape::TOO_MANY, message };
            hosts.insert((target, MORE_HOSTS.to_owned()), vec![at]);
        }
        hosts.into_iter().map(|((target, shown), uses)| Endpoint { target, shown, uses }).collect()
    }
}

/// Keeps a place of a host, unless there are many that say the same.
fn keep(uses: &mut Vec<Use>, at: Use) {
    let says_more = || {
        let same = |kept: &Use| kept.purpose == at.purpose && discriminant(&kept.scheme) == discriminant(&at.scheme);
        !uses.iter().any(same)
    };
    if !uses.contains(&at) && (uses.len() < MOST_PLACES || says_more()) {
        uses.push(at);
    }
}

/// Every host that the package can reach. `path` is the path that the user gave for the package, for the places. Sorted:
/// hosts first, by name.
pub fn endpoints(package: &Package, path: Option<&str>) -> Vec<Endpoint> {
    let mut found = Found::default();
    let files = Files { package, path };
    definition::find(&files, &mut found);
    policies::find(&files, &mut found);
    sign_in::find(&files, &mut found);
    script::find(&files, &mut found);
    found.endpoints()
}

/// The host of a URL of the command line.
pub fn endpoint_of_url(url: &str) -> Endpoint {
    let read = shape::read(&[shape::Piece::Text(url.to_owned())]);
    let shape::Shape { target, shown, scheme, path } = read;
    let place = Place::file(url);
    Endpoint { target, shown, uses: vec![Use { purpose: Purpose::Given, scheme, path, place }] }
}

/// The files of a package, with their names as the user knows them.
pub(crate) struct Files<'p> {
    package: &'p Package,
    path: Option<&'p str>,
}

impl Files<'_> {
    /// Where `node` stands in `file`.
    fn place(&self, file: &str, document: &Document, node: Node<'_>) -> Place {
        Place::in_text(self.shown(file), document.source(), node.span(), node.pointer())
    }

    /// The file as the user knows it.
    fn shown(&self, file: &str) -> String {
        match self.path {
            None => file.to_owned(),
            Some(path) if self.package.origin == Origin::File => path.to_owned(),
            Some(path) => format!("{}/{file}", path.trim_end_matches(['/', std::path::MAIN_SEPARATOR])),
        }
    }
}

/// Whether the package sends every operation elsewhere than the definition's host.
fn is_moved_everywhere(package: &Package) -> bool {
    let Some(properties) = &package.properties else { return false };
    let moving: Vec<_> =
        properties.policies().into_iter().filter(|policy| policies::is_host_template(&policy.template_id)).collect();
    if moving.is_empty() {
        return false;
    }
    let Some(definition) = &package.definition else { return true };
    let mut ids = definition.swagger().operations().map(Operation::id);
    ids.all(|id| moving.iter().any(|policy| policy.applies_everywhere() || id.is_some_and(|id| policy.applies_to(id))))
}

#[cfg(test)]
mod tests;
