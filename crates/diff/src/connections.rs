//! How connections are made: the connection parameters of two versions, set by set.

use crate::Out;
use crate::out::Scope;
use crate::pairing::Pairing;
use crate::view::{ConnectionParameterPair, PackagePair, PropertiesPair};
use backshell_package::{ConnectionParameter, ConnectionParameterKind, ParameterSet};
use backshell_source::Node;
use std::collections::HashSet;

/// The parameters of one way to connect, in both versions.
pub(crate) struct Side<'d> {
    /// The name of the set; `None` outside sets.
    pub(crate) set: Option<&'d str>,
    /// The old parameters.
    pub(crate) old: Vec<ConnectionParameter<'d>>,
    /// The new ones.
    pub(crate) new: Vec<ConnectionParameter<'d>>,
    /// Which is which.
    pub(crate) parameters: Pairing<ConnectionParameter<'d>>,
    /// Whether the new ones stand in a set and the old ones in none. Pairs of these are not visited by the engine.
    is_moved: bool,
}

/// Where connections that were made without sets find their parameters.
pub(crate) enum Plain<'d> {
    /// Where they were.
    Kept,
    /// In this set.
    Moved(ParameterSet<'d>),
    /// Nowhere: there are only sets, and none has all the old names.
    Lost,
    /// There were no such connections.
    Unused,
}

/// What has become of the parameters outside sets.
pub(crate) fn plain<'d>(properties: &PropertiesPair<'d>) -> Plain<'d> {
    let (old, new) = (properties.old.connection_parameters(), properties.new.connection_parameters());
    let (had_sets, sets) = (!properties.old.parameter_sets().is_empty(), properties.new.parameter_sets());
    if had_sets && old.is_empty() {
        return Plain::Unused;
    }
    if had_sets || sets.is_empty() || old.is_empty() || holds_all(&old, &new) {
        return Plain::Kept;
    }
    sets.into_iter().find(|set| holds_all(&old, &set.parameters)).map_or(Plain::Lost, Plain::Moved)
}

fn holds_all(old: &[ConnectionParameter<'_>], new: &[ConnectionParameter<'_>]) -> bool {
    let names: HashSet<&str> = new.iter().map(|parameter| parameter.name).collect();
    old.iter().all(|parameter| names.contains(parameter.name))
}

/// Every way to connect that is in both versions.
pub(crate) fn sides<'d>(package: &PackagePair<'d>) -> Vec<Side<'d>> {
    let Some(properties) = &package.properties else { return Vec::new() };
    let (old, new) = (properties.old, properties.new);
    let plain = match plain(properties) {
        Plain::Kept => Some(Side {
            set: None,
            old: old.connection_parameters(),
            new: new.connection_parameters(),
            parameters: properties.parameters.clone(),
            is_moved: false,
        }),
        Plain::Moved(set) => {
            let (old, new) = (old.connection_parameters(), set.parameters);
            let parameters = Pairing::by_key(old.clone(), new.clone(), |parameter| parameter.name);
            Some(Side { set: Some(set.name), old, new, parameters, is_moved: true })
        }
        Plain::Lost | Plain::Unused => None,
    };
    let sets = properties.sets.iter().map(|set| Side {
        set: Some(set.old.name),
        old: set.old.parameters.clone(),
        new: set.new.parameters.clone(),
        parameters: set.parameters.clone(),
        is_moved: false,
    });
    plain.into_iter().chain(sets).collect()
}

/// Calls `check` for the parameters that moved into a set.
pub(crate) fn visit_moved<'d>(
    package: &PackagePair<'d>,
    out: &mut Out<'_, 'd>,
    check: impl Fn(&ConnectionParameterPair<'d>, &mut Out<'_, 'd>),
) {
    for side in sides(package).into_iter().filter(|side| side.is_moved) {
        for (old, new) in side.parameters.kept() {
            let locus = locus(None, old.name);
            out.enter(Scope::Package, &locus, [old.node, new.node]);
            check(&ConnectionParameterPair { set: side.set, old: old.clone(), new: new.clone() }, out);
        }
        out.enter(Scope::Package, "", []);
    }
}

/// The place of a connection parameter by names.
pub(crate) fn locus(set: Option<&str>, name: &str) -> String {
    format!("connection/{}/{name}", set.unwrap_or_default())
}

/// What a connection proves its user with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A sign-in at Microsoft Entra ID (Azure AD).
    AzureAd,
    /// A sign-in anywhere else.
    OAuth,
    /// A secret that the user gives.
    Secret,
}

impl Credential {
    /// What it is called in messages.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AzureAd => "an Azure AD sign-in",
            Self::OAuth => "an OAuth sign-in",
            Self::Secret => "a secret",
        }
    }
}

/// What the connections of these parameters prove their user with, and the parameter that says so.
pub(crate) fn credential<'d>(parameters: &[ConnectionParameter<'d>]) -> Option<(Credential, Node<'d>)> {
    let oauth = parameters.iter().find(|parameter| parameter.kind == ConnectionParameterKind::OAuth).map(|parameter| {
        let provider = parameter.oauth_settings().and_then(|settings| settings.get_ignore_case("identityProvider"));
        let provider = provider.and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
        let is_azure = matches!(provider.as_str(), "aad" | "aadcertificate");
        (if is_azure { Credential::AzureAd } else { Credential::OAuth }, parameter.node)
    });
    let secret = || parameters.iter().find(|parameter| parameter.is_secret());
    oauth.or_else(|| secret().map(|parameter| (Credential::Secret, parameter.node)))
}

/// The value of one of `oAuthSettings.customParameters`; `null` and an empty text count as none.
pub(crate) fn custom_parameter<'d>(settings: Node<'d>, name: &str) -> Option<Node<'d>> {
    let parameter = settings.get_ignore_case("customParameters")?.get_ignore_case(name)?;
    let value = if parameter.is_object() { parameter.get_ignore_case("value")? } else { parameter };
    Some(value).filter(|value| !value.is_null() && value.as_str() != Some(""))
}
