//! The values that a package asks a connection for: checked against the package, under its own names, with its defaults;
//! and where they lead.

use super::ConnectError;
use backshell_auth::{AuthPlan, PlannedParameter, Secrets};
use backshell_model::{AuthKind, ConnectionState, SecretBytes, SecretName, Version};
use backshell_package::{Limits, Package};
use backshell_templates::HostRoots;
use std::collections::BTreeMap;

/// The longest value of a setting, in bytes.
const MAX_SETTING_BYTES: usize = 4_096;
/// The longest secret, in bytes.
pub const MAX_SECRET_BYTES: usize = 16_384;

/// Settings that fit the package, and where they lead.
pub(super) struct Values {
    pub(super) plan: AuthPlan,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) roots: HostRoots,
}

fn read(version: &Version) -> Result<Package, ConnectError> {
    let files = version.files.to_vec();
    let read = backshell_package::read_files(version.connector.as_str(), files, &Limits::default());
    if read.package.definition.is_none() { Err(ConnectError::UnreadablePackage) } else { Ok(read.package) }
}

/// What connections are asked for.
pub(super) fn plan_of(version: &Version) -> Result<AuthPlan, ConnectError> {
    Ok(AuthPlan::compile(&read(version)?)?)
}

/// Checks new settings and says where they lead.
pub(super) fn values_of(version: &Version, given: &BTreeMap<String, String>) -> Result<Values, ConnectError> {
    let package = read(version)?;
    let plan = AuthPlan::compile(&package)?;
    let settings = given_settings(&plan, given)?;
    let roots = backshell_templates::compile(&package).host_roots(&settings)?;
    Ok(Values { plan, settings, roots })
}

/// New settings as [`values_of`] gives them, and whether they lead elsewhere than the old ones.
pub(super) fn moved_values(
    version: &Version,
    given: &BTreeMap<String, String>,
    old: &BTreeMap<String, String>,
) -> Result<(Values, bool), ConnectError> {
    let values = values_of(version, given)?;
    // Where the old settings led nowhere, everything is new.
    let moved = standing(version, old).map_or(true, |(_, roots)| roots != values.roots);
    Ok((values, moved))
}

/// What connections are asked for, and where a connection's settings lead.
pub(super) fn standing(
    version: &Version,
    settings: &BTreeMap<String, String>,
) -> Result<(AuthPlan, HostRoots), ConnectError> {
    let package = read(version)?;
    let roots = backshell_templates::compile(&package).host_roots(settings)?;
    Ok((AuthPlan::compile(&package)?, roots))
}

impl Values {
    pub(super) fn secrets(&self, given: BTreeMap<String, SecretBytes>) -> Result<Secrets, ConnectError> {
        given_secrets(&self.plan, given)
    }

    pub(super) fn state(&self, has_secrets: bool) -> ConnectionState {
        state(&self.plan, has_secrets)
    }
}

/// Whether a connection can be used: a way to authenticate needs its secrets, and so does a required one that only a
/// policy template sends.
pub(super) fn state(plan: &AuthPlan, has_secrets: bool) -> ConnectionState {
    let needs = plan.kind() != AuthKind::None
        || plan.parameters().parameters.iter().any(|parameter| parameter.secret && parameter.required);
    if has_secrets || !needs { ConnectionState::Connected } else { ConnectionState::Unauthenticated }
}

/// Settings under the package's own names, with its defaults, checked against what it allows.
pub(super) fn given_settings(
    plan: &AuthPlan,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, ConnectError> {
    let mut settings = BTreeMap::new();
    for (name, value) in given {
        let parameter = parameter(plan, name)?;
        let name = parameter.name.clone();
        if parameter.secret {
            return Err(ConnectError::SecretAsSetting { name });
        }
        if value.len() > MAX_SETTING_BYTES || value.chars().any(char::is_control) {
            return Err(ConnectError::UnusableValue { name });
        }
        if !parameter.allowed.is_empty() && !parameter.allowed.contains(value) {
            return Err(ConnectError::NotAllowed { name, allowed: parameter.allowed.clone() });
        }
        if settings.insert(name, value.clone()).is_some() {
            return Err(ConnectError::GivenTwice { name: parameter.name.clone() });
        }
    }
    for parameter in plan.parameters().settings() {
        let has_value = settings.get(&parameter.name).is_some_and(|value| !value.is_empty());
        match &parameter.default {
            _ if has_value => {}
            Some(default) => {
                settings.insert(parameter.name.clone(), default.clone());
            }
            None if parameter.required => return Err(ConnectError::Missing { name: parameter.name.clone() }),
            None => {}
        }
    }
    Ok(settings)
}

/// Secrets by their names, complete.
pub(super) fn given_secrets(plan: &AuthPlan, given: BTreeMap<String, SecretBytes>) -> Result<Secrets, ConnectError> {
    let mut secrets = Secrets::new();
    for (name, value) in given {
        let parameter = parameter(plan, &name)?;
        let name = parameter.name.clone();
        if !parameter.secret {
            return Err(ConnectError::SettingAsSecret { name });
        }
        if value.is_empty() || value.len() > MAX_SECRET_BYTES || value.expose().iter().any(u8::is_ascii_control) {
            return Err(ConnectError::UnusableValue { name });
        }
        let secret = SecretName::new(&name);
        if secrets.get(&secret).is_some() {
            return Err(ConnectError::GivenTwice { name });
        }
        secrets.insert(secret, value);
    }
    let mut wanted = plan.parameters().parameters.iter().filter(|parameter| parameter.secret);
    let missing =
        |parameter: &&PlannedParameter| parameter.required && secrets.get(&SecretName::new(&parameter.name)).is_none();
    if let Some(parameter) = wanted.clone().find(missing) {
        return Err(ConnectError::Missing { name: parameter.name.clone() });
    }
    match wanted.next() {
        // A package may mark its only secret as optional; giving none of it is still no way to authenticate.
        Some(first) if secrets.is_empty() => Err(ConnectError::Missing { name: first.name.clone() }),
        _ => Ok(secrets),
    }
}

fn parameter<'p>(plan: &'p AuthPlan, name: &str) -> Result<&'p PlannedParameter, ConnectError> {
    plan.parameters().get(name).ok_or_else(|| {
        let known: Vec<String> = plan.parameters().parameters.iter().map(|known| known.name.clone()).collect();
        let lower = name.to_ascii_lowercase();
        let like = |known: &str| strsim::jaro_winkler(&lower, &known.to_ascii_lowercase());
        let nearest = known.iter().max_by(|one, other| like(one).total_cmp(&like(other)));
        let nearest = nearest.filter(|known| like(known) > 0.7).cloned();
        ConnectError::UnknownParameter { nearest, known }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn plan() -> AuthPlan {
        let definition = r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "api.contoso.example",
            "paths": {}, "securityDefinitions": {"k": {"type": "apiKey", "in": "header", "name": "X-Key"}}}"#;
        let properties = r#"{"properties": {"connectionParameters": {
            "api_key": {"type": "securestring", "uiDefinition": {"constraints": {"required": "false"}}},
            "Region": {"type": "string", "allowedValues": [{"value": "eu"}, {"value": "us"}],
                "uiDefinition": {"constraints": {"required": "true"}}},
            "tier": {"type": "string", "defaultValue": "free", "uiDefinition": {"constraints": {"required": "true"}}}
        }}}"#;
        let files = [("apiDefinition.swagger.json", definition), ("apiProperties.json", properties)];
        let files = files.map(|(name, text)| (name.to_owned(), Arc::from(text.as_bytes()))).to_vec();
        AuthPlan::compile(&backshell_package::read_files("t", files, &Limits::default()).package).unwrap()
    }

    fn settings(given: &[(&str, &str)]) -> Result<BTreeMap<String, String>, &'static str> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        given_settings(&plan(), &given).map_err(|error| error.code())
    }

    fn secrets(given: &[(&str, &str)]) -> Result<usize, &'static str> {
        let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), SecretBytes::new(value.as_bytes().to_vec()));
        given_secrets(&plan(), given.iter().map(secret).collect())
            .map(|secrets| secrets.len())
            .map_err(|error| error.code())
    }

    #[test]
    fn settings_get_their_own_names_and_defaults() {
        let expected = BTreeMap::from([("Region".to_owned(), "eu".to_owned()), ("tier".to_owned(), "free".to_owned())]);
        assert_eq!(settings(&[("region", "eu")]), Ok(expected.clone()));
        assert_eq!(settings(&[("REGION", "eu"), ("tier", "")]), Ok(expected));
        assert_eq!(settings(&[("Region", "us"), ("tier", "gold")]).unwrap()["tier"], "gold");
    }

    #[test]
    fn settings_that_do_not_fit() {
        for (given, code) in [
            (&[][..], "missing_parameter"),
            (&[("Region", "cn")], "value_not_allowed"),
            (&[("Region", "")], "value_not_allowed"),
            (&[("Region", "eu"), ("region", "us")], "given_twice"),
            (&[("Region", "eu"), ("api_key", "x")], "secret_as_setting"),
            (&[("Region", "eu"), ("colour", "x")], "unknown_parameter"),
            (&[("Region", "eu"), ("tier", "a\u{7f}")], "unusable_value"),
        ] {
            assert_eq!(settings(given), Err(code), "{given:?}");
        }
        let long = "x".repeat(MAX_SETTING_BYTES + 1);
        assert_eq!(settings(&[("Region", "eu"), ("tier", &long)]), Err("unusable_value"));
    }

    #[test]
    fn secrets_that_fit_and_that_do_not() {
        assert_eq!(secrets(&[("API_KEY", "k")]), Ok(1));
        let long = "x".repeat(MAX_SECRET_BYTES + 1);
        for (given, code) in [
            (&[][..], "missing_parameter"),
            (&[("api_key", "")], "unusable_value"),
            (&[("api_key", "k\r\n")], "unusable_value"),
            (&[("api_key", long.as_str())], "unusable_value"),
            (&[("api_key", "k"), ("Api_Key", "k")], "given_twice"),
            (&[("region", "eu")], "setting_as_secret"),
            (&[("apikey", "k")], "unknown_parameter"),
        ] {
            assert_eq!(secrets(given), Err(code), "{given:?}");
        }
    }

    #[test]
    fn the_nearest_name_is_offered_when_it_is_near() {
        let message = |name: &str| parameter(&plan(), name).unwrap_err().to_string();
        assert!(message("apikey").contains("is `api_key` meant?"), "{}", message("apikey"));
        assert!(!message("zzzzzz").contains("meant"), "{}", message("zzzzzz"));
        assert!(message(&"n".repeat(500)).len() < 250);
    }

    #[test]
    fn a_way_to_authenticate_needs_its_secrets() {
        assert_eq!(state(&plan(), false), ConnectionState::Unauthenticated);
        assert_eq!(state(&plan(), true), ConnectionState::Connected);
    }
}
