use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections::{self, Credential};
use crate::security::{self, Names};
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_package::{ConnectionParameter, SecurityDefinition};
use backshell_source::Node;
use std::collections::{HashMap, HashSet};

pub(crate) static FAMILY: Family =
    Family { checks: &[&CHANGED, &CHOICE_ADDED, &NONE_TO_SOME, &SOME_TO_NONE], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "auth-kind-changed",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Callers prove themselves in another way: the type of the security definition in force changes, a type is no \
           longer accepted, one more is demanded along with it, or the sign-in of the connection is of another kind.",
    why: "A stored connection holds a credential of the old kind, so every step that uses it stops. An update of a \
          published connector must not do this at all.",
    instead: "offer the new kind as a further entry of `connectionParameterSets`, behind the old one",
    examples: &[
        Example {
            before: r#"{ "securityDefinitions": { "login": { "type": "basic" } }, "security": [{ "login": [] }], "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "login": { "type": "apiKey", "name": "X-Key", "in": "header" } }, "security": [{ "login": [] }], "paths": {} }"#,
            old: &["/securityDefinitions/login/type"],
            new: &["/securityDefinitions/login/type"],
            reversed: &["auth-kind-changed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" }, "login": { "type": "basic" } }, "security": [{ "key": [] }, { "login": [] }], "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" } }, "security": [{ "key": [] }], "paths": {} }"#,
            old: &["/securityDefinitions/login"],
            reversed: &["auth-kind-added-as-choice"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" }, "login": { "type": "basic" } }, "security": [{ "key": [] }], "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" }, "login": { "type": "basic" } }, "security": [{ "key": [], "login": [] }], "paths": {} }"#,
            old: &["/security"],
            new: &["/security"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "identityProvider": "oauth2" } } }"#,
            after: r#"{ "token": { "type": "oauthSetting", "oAuthSettings": { "identityProvider": "aad" } } }"#,
            old: &["/token"],
            new: &["/token"],
            also: &["connection-identity-provider-changed"],
            reversed: &["auth-kind-changed", "connection-identity-provider-changed"],
        },
    ],
    ..Check::BASE
};

static CHOICE_ADDED: Check = Check {
    id: "auth-kind-added-as-choice",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "Another kind of authentication may be chosen, and the old one is still offered first and as it was.",
    why: "Connections made before stay valid.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            before: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" } }, "security": [{ "key": [] }], "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" }, "login": { "type": "basic" } }, "security": [{ "key": [] }, { "login": [] }], "paths": {} }"#,
            new: &["/security/1"],
            reversed: &["auth-kind-changed"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" } }, "security": [{ "key": [] }, { }], "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "key": { "type": "apiKey", "name": "X-Key", "in": "header" }, "login": { "type": "basic" } }, "security": [{ "key": [] }, { "login": [] }, { }], "paths": {} }"#,
            new: &["/security/1"],
            reversed: &["auth-kind-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Properties,
            before: r#"{ "properties": { "connectionParameters": { "api_key": { "type": "securestring" } } } }"#,
            after: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "key", "parameters": { "api_key": { "type": "securestring" } } }, { "name": "account", "parameters": { "token": { "type": "oauthSetting" } } }] } } }"#,
            new: &["/properties/connectionParameterSets/values/1"],
            reversed: &["connection-set-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

pub(super) static NONE_TO_SOME: Check = Check {
    id: "auth-none-to-some",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Callers must prove themselves where nobody had to.",
    why: "Connections made before hold nothing that could be sent.",
    instead: "keep the operations open, and offer protected ones beside them",
    examples: &[
        Example {
            before: r#"{ "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "login": { "type": "basic" } }, "security": [{ "login": [] }], "paths": {} }"#,
            new: &["/securityDefinitions"],
            reversed: &["auth-some-to-none"],
            ..Example::BASE
        },
        Example {
            before: r#"{ "securityDefinitions": { "login": { "type": "basic" } }, "paths": {} }"#,
            after: r#"{ "securityDefinitions": { "login": { "type": "basic" } }, "security": [{ "login": [] }], "paths": {} }"#,
            new: &["/security"],
            reversed: &["auth-some-to-none"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r"{}",
            after: r#"{ "token": { "type": "oauthSetting" } }"#,
            new: &["/token"],
            also: &["connection-parameter-optional-added"],
            reversed: &["auth-some-to-none", "connection-parameter-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

pub(super) static SOME_TO_NONE: Check = Check {
    id: "auth-some-to-none",
    object: Object::Security,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "Callers need not prove themselves any more.",
    why: "Saved calls go on, but what was protected is open, and reviewers must know it.",
    instead: "say in the submission why no protection is needed, or declare it again",
    examples: &[Example {
        before: r#"{ "securityDefinitions": { "login": { "type": "basic" } }, "security": [{ "login": [] }], "paths": {} }"#,
        after: r#"{ "paths": {} }"#,
        old: &["/securityDefinitions"],
        reversed: &["auth-none-to-some"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    if !definitions(package, out) {
        connection_kinds(package, out);
    }
    choices(package, out);
}

/// What the definitions say. Whether a difference was reported.
fn definitions<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) -> bool {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return false };
    let (old, new) = (old.node(), new.node());
    let (old_kinds, new_kinds) = (security::in_force(&package.old), security::in_force(&package.new));
    let place = |root: Node<'d>| root.get("securityDefinitions").unwrap_or(root);
    match (old_kinds.is_empty(), new_kinds.is_empty()) {
        (true, true) => return false,
        (true, false) => {
            if !security::holds_secret(&package.old) {
                out.added(&NONE_TO_SOME, place(new), "callers must prove themselves, which nobody had to before")
                    .at("security");
            }
            return true;
        }
        (false, true) => {
            out.removed(&SOME_TO_NONE, place(old), "callers need not prove themselves any more").at("security");
            return true;
        }
        (false, false) => {}
    }
    if other_kinds(package, &old_kinds, &new_kinds, out) {
        return true;
    }
    requirements(package, old.get("security"), new.get("security"), out)
}

/// Definitions in force that are of another kind, or whose kind is gone.
fn other_kinds<'d>(
    package: &PackagePair<'d>,
    old: &[SecurityDefinition<'d>],
    new: &[SecurityDefinition<'d>],
    out: &mut Out<'_, 'd>,
) -> bool {
    let pairs = security::pairs(package);
    let successors: HashMap<&str, &SecurityDefinition<'d>> = pairs.iter().map(|(one, two)| (one.name, two)).collect();
    let kinds: HashSet<&str> = new.iter().map(security::kind).collect();
    let mut found = false;
    for definition in old {
        let kind = security::kind(definition);
        match successors.get(definition.name) {
            Some(successor) if security::kind(successor) == kind => continue,
            Some(successor) => {
                let place = |node: Node<'d>| node.get("type").unwrap_or(node);
                let message = format!(
                    "the authentication {} is of the kind {} now, not {}",
                    quoted(definition.name),
                    quoted(security::kind(successor)),
                    quoted(kind)
                );
                out.changed(&CHANGED, place(definition.node), place(successor.node), message)
                    .at(format!("security/{}", definition.name));
            }
            None if kinds.contains(kind) => continue,
            None => {
                let message = format!("the kind of authentication {} is no longer accepted", quoted(kind));
                out.removed(&CHANGED, definition.node, message).at(format!("security/{}", definition.name));
            }
        }
        found = true;
    }
    found
}

/// What the document's `security` says, where the kinds are the same.
fn requirements<'d>(
    package: &PackagePair<'d>,
    old: Option<Node<'d>>,
    new: Option<Node<'d>>,
    out: &mut Out<'_, 'd>,
) -> bool {
    let names = Names::of(package);
    let (old_ways, new_ways) = (names.old_ways(old), names.new_ways(new));
    match (old, new) {
        (_, Some(new)) if old_ways.is_empty() && !new_ways.is_empty() => {
            if security::holds_secret(&package.old) || inherits_nothing(package) {
                return false;
            }
            out.added(&NONE_TO_SOME, new, "callers must prove themselves, which nobody had to before").at("security");
        }
        (Some(old), _) if !old_ways.is_empty() && new_ways.is_empty() => {
            if inherits_nothing(package) {
                return false;
            }
            out.removed(&SOME_TO_NONE, old, "callers need not prove themselves any more").at("security");
        }
        (Some(old), Some(new)) if security::is_stricter(&old_ways, &new_ways, false) => {
            let message = "what callers prove themselves with does not suffice any more";
            let (one, two) = (security::words(&old_ways), security::words(&new_ways));
            out.changed(&CHANGED, old, new, message).at("security").values(one, two);
        }
        (Some(old), Some(new)) => {
            let kinds: HashMap<&str, &str> = security::in_force(&package.new)
                .iter()
                .map(|definition| (definition.name, security::kind(definition)))
                .collect();
            // Also where no credential is needed: the ways say nothing then.
            let known: HashSet<&str> = names.old_names(old).collect();
            let known_kinds: HashSet<&str> = known.iter().filter_map(|name| kinds.get(name)).copied().collect();
            for requirement in new.items() {
                let other = requirement.members().find(|member| !known.contains(member.key));
                let kind = other.and_then(|member| kinds.get(member.key)).filter(|kind| !known_kinds.contains(*kind));
                if let Some(kind) = kind {
                    let message = format!("callers may choose the kind of authentication {} as well", quoted(kind));
                    out.added(&CHOICE_ADDED, requirement, message).at("security").values("", *kind);
                }
            }
            return false;
        }
        _ => return false,
    }
    true
}

/// Whether there are operations in both versions and all of them, in both versions, have requirements of their own.
fn inherits_nothing(package: &PackagePair<'_>) -> bool {
    let has_own = |operation: &crate::view::Operation<'_>| operation.node().get("security").is_some();
    !package.operations.is_empty() && package.operations.iter().all(|pair| has_own(&pair.old) && has_own(&pair.new))
}

/// What the connection parameters say.
fn connection_kinds<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for side in connections::sides(package) {
        let (old, new) = (connections::credential(&side.old), connections::credential(&side.new));
        let locus = format!("connection/{}", side.set.unwrap_or_default());
        match (old, new) {
            (Some((Credential::Secret, _)), None) | (None, Some((Credential::Secret, _)) | None) => {}
            (None, Some((_, new))) => {
                out.added(&NONE_TO_SOME, new, "users must sign in, which nobody had to before").at(locus);
            }
            (Some((_, old)), None) => {
                out.removed(&SOME_TO_NONE, old, "users need not sign in any more").at(locus);
            }
            (Some((one, old)), Some((two, new))) if one != two => {
                let message = format!("connections are made with {} now, not with {}", two.as_str(), one.as_str());
                out.changed(&CHANGED, old, new, message).at(locus).values(one.as_str(), two.as_str());
            }
            (Some(_), Some(_)) => {}
        }
    }
}

/// Sets of another kind behind an unchanged first one.
fn choices<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let Some(properties) = &package.properties else { return };
    let (old, new) = (properties.old.parameter_sets(), properties.new.parameter_sets());
    let Some(first) = new.first() else { return };
    let same = |one: Option<Node<'d>>, two: Option<Node<'d>>| match (one, two) {
        (Some(one), Some(two)) => one.json_eq(two),
        (None, None) => true,
        _ => false,
    };
    let parameters = |set: &backshell_package::ParameterSet<'d>| set.node.get_ignore_case("parameters");
    let (is_kept, old_kinds) = match old.first() {
        Some(old_first) => (
            old_first.name == first.name && same(parameters(old_first), parameters(first)),
            old.iter().map(|set| kind_of(&set.parameters)).collect::<Vec<_>>(),
        ),
        None => {
            let plain = properties.old.get("connectionParameters").filter(|node| !node.is_empty());
            (plain.is_some() && same(plain, parameters(first)), vec![kind_of(&properties.old.connection_parameters())])
        }
    };
    if !is_kept {
        return;
    }
    let known: HashSet<&str> = old.iter().map(|set| set.name).collect();
    for set in new.iter().skip(1).filter(|set| !known.contains(set.name)) {
        let kind = kind_of(&set.parameters);
        if !old_kinds.contains(&kind) {
            let message = format!(
                "connections can also be made with {}",
                kind.map_or("no credential", |(credential, _)| credential.as_str())
            );
            out.added(&CHOICE_ADDED, set.node, message).at(format!("connection/{}", set.name));
        }
    }
}

/// The credential, and whether a name belongs to it: an account with a password is another kind than a key.
fn kind_of(parameters: &[ConnectionParameter<'_>]) -> Option<(Credential, bool)> {
    let (credential, _) = connections::credential(parameters)?;
    let is_name = |parameter: &ConnectionParameter<'_>| {
        let name = parameter.name.to_ascii_lowercase();
        !parameter.is_secret() && name.contains("user")
    };
    Some((credential, credential == Credential::Secret && parameters.iter().any(is_name)))
}
