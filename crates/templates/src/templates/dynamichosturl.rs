//! `dynamichosturl`: another service root. It replaces scheme, host, port and base path; the operation's path follows.
//!
//! This is the most dangerous template of the format: it decides where a connection's credential goes. Values are
//! checked for their place in the template before they are put in, the finished root is read canonically as a whole,
//! and the boundary then compares it with the roots that are certified or approved. No part may depend on a secret.

use crate::error::TemplateError;
use crate::expression::{Call, Part};
use crate::instance::{Instance, InstanceError};
use crate::value::{Context, Scope, Source, encode_segment};
use backshell_model::{HostName, SealedText, ServiceRoot, ShapedRequest, is_plain_host_value};

/// What a value may be, from its place in the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `{value}/path`: a whole address with its scheme; may carry a path, which is kept.
    Url,
    /// `https://{value}/path`: a whole host.
    Host,
    /// `https://{value}.example.com`: one label or a part of one.
    Label,
    /// `https://mail.example{value}`: the end of the host. Only a closed list may stand there.
    Tail,
    /// `https://example.com:{value}`: a port.
    Port,
}

/// A piece of the host.
#[derive(Debug)]
enum HostPart {
    Literal(String),
    Value { call: Call, shape: Shape, allowed: Vec<String> },
}

/// A compiled instance.
#[derive(Debug)]
pub(crate) struct DynamicHostUrl {
    host: Vec<HostPart>,
    path: Vec<Part>,
    /// What every host ends with, where settings choose single labels and the package the rest.
    suffix: Option<HostName>,
}

/// A root that a template leads to.
pub(crate) struct Lead {
    pub(crate) root: ServiceRoot,
    /// Whether the certified package names it: constants, defaults and closed lists alone.
    pub(crate) certified: bool,
}

impl DynamicHostUrl {
    pub(crate) fn compile(instance: &Instance<'_>) -> Result<Self, InstanceError> {
        let parts = instance.expression("urlTemplate")?;
        for part in &parts {
            match part {
                Part::Literal(text) => {
                    if text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '?' | '#' | '\\')) {
                        return Err(InstanceError::invalid(
                            "`urlTemplate` has a query, a fragment, a blank or a backslash; remove it",
                        ));
                    }
                }
                Part::Call(call) if instance.declared(call).is_some_and(|declared| declared.secret) => {
                    return Err(InstanceError::Invalid(format!(
                        "the host would depend on the secret `{}`; declare it as `string`",
                        call.name
                    )));
                }
                Part::Call(_) => {}
            }
        }
        let (scheme, parts) = strip_scheme(parts)?;
        let (host, mut path) = split_path(parts);
        if host.is_empty() {
            return Err(InstanceError::invalid("`urlTemplate` names no host"));
        }
        let mut shaped = Vec::with_capacity(host.len());
        let literal = |part: Option<&Part>| match part {
            Some(Part::Literal(text)) => Some(text.clone()),
            _ => None,
        };
        for (index, part) in host.iter().enumerate() {
            let call = match part {
                Part::Literal(text) => {
                    shaped.push(HostPart::Literal(text.clone()));
                    continue;
                }
                Part::Call(call) => call,
            };
            let (before, next) = (index.checked_sub(1).and_then(|before| host.get(before)), host.get(index + 1));
            let (text_before, text_next) = (literal(before), literal(next));
            let followed_by = |mark| text_next.as_deref().is_some_and(|text: &str| text.starts_with(mark));
            let allowed = instance.declared(call).map(|declared| declared.allowed.clone()).unwrap_or_default();
            let is_closed = !allowed.is_empty();
            let value = |shape| HostPart::Value { call: call.clone(), shape, allowed };
            if !scheme && index == 0 && (next.is_none() || matches!(next, Some(Part::Call(_)))) {
                // What follows without a dot or slash of its own continues the path that the value must bring.
                shaped.push(value(Shape::Url));
                let mut rest: Vec<Part> = host.iter().skip(1).cloned().collect();
                rest.append(&mut path);
                path = rest;
                break;
            }
            let shape = match text_before.as_deref() {
                Some(text) if text.ends_with(':') => Shape::Port,
                _ if before.is_none() && (next.is_none() || followed_by(':')) => Shape::Host,
                _ if next.is_none() || followed_by(':') => Shape::Tail,
                _ => Shape::Label,
            };
            if shape == Shape::Tail && !is_closed {
                return Err(InstanceError::Invalid(format!(
                    "the value of `{}` ends the host, so that it could lead anywhere; give it a closed list \
                     (`allowedValues`)",
                    call.name
                )));
            }
            shaped.push(value(shape));
        }
        let suffix = suffix(&shaped);
        let step = Self { host: shaped, path, suffix };
        // A constant root that cannot be read is a mistake of the package, not of a call.
        if step.is_constant() {
            let none = Context::nothing();
            step.root(&Scope { context: &none, request: None })
                .map_err(|error| InstanceError::Invalid(error.detail))?;
        }
        Ok(step)
    }

    pub(crate) fn on_request(&self, context: &Context<'_>, request: &mut ShapedRequest) -> Result<(), TemplateError> {
        request.root = self.root(&Scope { context, request: Some(request) })?;
        Ok(())
    }

    /// Whether the caller of each call has a say in the root.
    pub(crate) fn is_chosen_by_call(&self) -> bool {
        self.calls().any(|call| call.source() == Source::Caller)
    }

    /// The root that a connection's settings lead to. Where a call chooses the end of the path, the root ends before;
    /// where it chooses the host, there is none.
    pub(crate) fn lead(&self, context: &Context<'_>) -> Result<Option<Lead>, TemplateError> {
        let scope = Scope { context, request: None };
        let mut certified = true;
        for part in &self.host {
            if let HostPart::Value { call, allowed, .. } = part {
                if call.source() == Source::Caller {
                    return Ok(None);
                }
                certified &= !allowed.is_empty() || !is_set(context, call);
            }
        }
        let mut text = self.host_text(&scope)?;
        let caller = |part: &Part| matches!(part, Part::Call(call) if call.source() == Source::Caller);
        let fixed: Vec<Part> = self.path.iter().take_while(|part| !caller(part)).cloned().collect();
        append_path(&mut text, &fixed, &scope)?;
        if fixed.len() < self.path.len() {
            // `https://` has two slashes; a third ends the host.
            if let Some((whole, _)) = text.rsplit_once('/').filter(|(whole, _)| whole.matches('/').count() >= 2) {
                text = whole.to_owned();
            }
        }
        Ok(Some(Lead { root: self.finished(&text)?, certified }))
    }

    fn is_constant(&self) -> bool {
        self.calls().next().is_none()
    }

    fn calls(&self) -> impl Iterator<Item = &Call> {
        let host = self.host.iter().filter_map(|part| match part {
            HostPart::Value { call, .. } => Some(call),
            HostPart::Literal(_) => None,
        });
        host.chain(self.path.iter().filter_map(|part| match part {
            Part::Call(call) => Some(call),
            Part::Literal(_) => None,
        }))
    }

    fn root(&self, scope: &Scope<'_>) -> Result<ServiceRoot, TemplateError> {
        let mut text = self.host_text(scope)?;
        append_path(&mut text, &self.path, scope)?;
        self.finished(&text)
    }

    /// Reads the whole address once all values are in it, and looks whether it still has the shape of the template.
    fn finished(&self, text: &str) -> Result<ServiceRoot, TemplateError> {
        let root = ServiceRoot::parse(text)
            .map_err(|error| TemplateError::value(format!("the connector's address cannot be used: {error}")))?;
        match &self.suffix {
            Some(suffix) if !is_below(&root.host, suffix) => Err(TemplateError::value(format!(
                "the connector's address must be a name below `{suffix}` that belongs to the same domain"
            ))),
            _ => Ok(root),
        }
    }

    /// `https://` and the host; behind a whole address also the path it carries.
    fn host_text(&self, scope: &Scope<'_>) -> Result<String, TemplateError> {
        let mut text = "https://".to_owned();
        for part in &self.host {
            match part {
                HostPart::Literal(literal) => text.push_str(literal),
                HostPart::Value { call, shape, allowed } => {
                    let value = plain(call, scope)?.filter(|value| !value.is_empty()).ok_or_else(|| missing(call))?;
                    let closed = !allowed.is_empty() && is_set(scope.context, call);
                    if closed && !allowed.contains(&value) {
                        return Err(unusable(call, "it must be one of the values that the connector lists"));
                    }
                    text.push_str(shape.check(&value).map_err(|problem| unusable(call, problem))?);
                }
            }
        }
        let glued = matches!(self.path.first(), Some(Part::Call(_)));
        let carries_path = text.matches('/').count() > 2;
        match (self.host.as_slice(), glued) {
            ([HostPart::Value { call, .. }], true) if !carries_path => {
                Err(unusable(call, "it must be a whole address with a path"))
            }
            (_, true) => Ok(text),
            (_, false) => Ok(text.trim_end_matches('/').to_owned()),
        }
    }
}

impl Shape {
    /// The value as it goes into the host, or what is wrong with it.
    fn check(self, value: &str) -> Result<&str, &'static str> {
        let name = |value: &str| {
            is_plain_host_value(value)
                && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        };
        match self {
            Self::Label => {
                let label = value.len() <= 63 && name(value) && !value.contains('.');
                let usable = label && !is_disguised(value);
                if usable { Ok(value) } else { Err("it must be one name of letters, digits and hyphens") }
            }
            Self::Tail | Self::Host if name(value) => Ok(value),
            Self::Tail => Err("it must be the end of a host name"),
            Self::Port if value.len() <= 5 && value.bytes().all(|byte| byte.is_ascii_digit()) => Ok(value),
            Self::Port => Err("it must be a port number"),
            Self::Host => Err("it must be a host name alone, such as `erp.contoso.com`"),
            Self::Url => {
                let problem = "it must be an address such as `https://host/path`";
                let rest = strip_https(value).ok_or(problem)?;
                let host = rest.split('/').next().unwrap_or_default();
                let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':'));
                if plain && !rest.contains("://") { Ok(rest) } else { Err(problem) }
            }
        }
    }
}

/// The whole labels behind the last value, where every value that settings give is a label, or a part of one, and the
/// package says the rest. Nothing where the caller of each call chooses, and nothing across a public suffix, below which
/// names belong to anyone.
fn suffix(host: &[HostPart]) -> Option<HostName> {
    let is_label = |part: &HostPart| match part {
        HostPart::Literal(_) => true,
        HostPart::Value { call, shape, .. } => *shape == Shape::Label && call.source() == Source::Connection,
    };
    let has_values = host.iter().any(|part| matches!(part, HostPart::Value { .. }));
    let Some(HostPart::Literal(end)) = host.last().filter(|_| has_values && host.iter().all(is_label)) else {
        return None;
    };
    let name = end.split(':').next().unwrap_or_default();
    let suffix = HostName::parse(name.split_once('.')?.1).ok()?;
    suffix.registrable_domain().is_some().then_some(suffix)
}

/// Whether the host lies below the suffix and belongs to the same domain: names that are public suffixes themselves are
/// somebody else's.
fn is_below(host: &HostName, suffix: &HostName) -> bool {
    let front = host.as_str().strip_suffix(suffix.as_str()).and_then(|front| front.strip_suffix('.'));
    front.is_some_and(|front| !front.is_empty() && !front.split('.').any(is_disguised))
        && host.registrable_domain() == suffix.registrable_domain()
}

/// An A-label (RFC 5891, section 4.2.3.1) shows as something else than it is; who needs one names it in the package.
fn is_disguised(label: &str) -> bool {
    label.as_bytes().get(2..4) == Some(b"--")
}

/// What follows `https://`, whose letter case does not matter.
fn strip_https(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked("https://".len())?;
    scheme.eq_ignore_ascii_case("https://").then_some(rest)
}

fn append_path(text: &mut String, parts: &[Part], scope: &Scope<'_>) -> Result<(), TemplateError> {
    for part in parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Call(call) => {
                let value = plain(call, scope)?.ok_or_else(|| missing(call))?;
                // A setting may hold several segments; what a call brings is one.
                match call.source() {
                    Source::Caller => text.push_str(&encoded(&value)?),
                    Source::Connection => {
                        let segments = value.split('/').map(encoded).collect::<Result<Vec<_>, _>>()?;
                        text.push_str(&segments.join("/"));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Whether the connection has a value of its own, so that no default of the package is used.
fn is_set(context: &Context<'_>, call: &Call) -> bool {
    context.settings.keys().any(|name| name.eq_ignore_ascii_case(&call.name))
}

fn plain(call: &Call, scope: &Scope<'_>) -> Result<Option<String>, TemplateError> {
    match scope.value(call)? {
        None => Ok(None),
        Some(value) => match value.as_literal() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(TemplateError::invalid(format!("the host would depend on the secret in `{}`", call.name))),
        },
    }
}

fn encoded(text: &str) -> Result<String, TemplateError> {
    let encoded = encode_segment(&SealedText::literal(text))?;
    Ok(encoded.as_literal().unwrap_or_default().to_owned())
}

fn missing(call: &Call) -> TemplateError {
    match call.source() {
        Source::Caller => TemplateError::caller_value_missing(&call.name),
        Source::Connection => TemplateError::setting_missing(&call.name),
    }
}

fn unusable(call: &Call, problem: &str) -> TemplateError {
    TemplateError::value(format!("the value of `{}` cannot be a part of a host: {problem}", call.name))
}

/// Takes `https://` off the front. A template without a scheme gets `https`, also when a value brings its own.
fn strip_scheme(mut parts: Vec<Part>) -> Result<(bool, Vec<Part>), InstanceError> {
    let Some(Part::Literal(first)) = parts.first_mut() else { return Ok((false, parts)) };
    match strip_https(first) {
        Some(rest) => {
            *first = rest.to_owned();
            if first.is_empty() {
                parts.remove(0);
            }
            Ok((true, parts))
        }
        None if first.contains("://") => Err(InstanceError::invalid("`urlTemplate` must begin with `https://`")),
        None => Ok((true, parts)),
    }
}

/// Splits at the first slash of the template's own text.
fn split_path(parts: Vec<Part>) -> (Vec<Part>, Vec<Part>) {
    let (mut host, mut path) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Literal(text) if path.is_empty() => match text.find('/').and_then(|at| text.split_at_checked(at)) {
                Some((before, behind)) => {
                    if !before.is_empty() {
                        host.push(Part::Literal(before.to_owned()));
                    }
                    path.push(Part::Literal(behind.to_owned()));
                }
                None => host.push(Part::Literal(text)),
            },
            Part::Call(_) if path.is_empty() => host.push(part),
            Part::Literal(_) | Part::Call(_) => path.push(part),
        }
    }
    (host, path)
}
