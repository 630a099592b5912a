//! The expressions of policy templates: text with `@function('name','default')` in it.
//!
//! Grammar: `expr := "@" ident "(" [arg ("," arg)*] ")"`, `arg := "'" [^']* "'"`, blanks around arguments; `@{expr}` wraps
//! one without its `@`. After the body functions a path follows (`.name`, `['name']`, `[0]`); after any other function
//! the text goes on. An `@` that begins no call is text, so mail addresses and `@odata.nextLink` stay what they are; a
//! call of a function that does not exist is an error.

/// What an expression asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// A parameter of the connection.
    ConnectionParameters,
    /// A query parameter of the call.
    QueryParameters,
    /// A header of the call.
    Headers,
    /// The body.
    Body,
    /// The current element of a collection.
    Item,
    /// The answer of the last poll.
    TriggerBody,
    /// A value of the deployment.
    EnvironmentVariables,
}

impl Function {
    /// Names compare without regard to case; `header` is an older spelling of `headers`.
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "connectionparameters" => Self::ConnectionParameters,
            "queryparameters" => Self::QueryParameters,
            "headers" | "header" => Self::Headers,
            "body" => Self::Body,
            "item" => Self::Item,
            "triggerbody" => Self::TriggerBody,
            "environmentvariables" => Self::EnvironmentVariables,
            _ => return None,
        })
    }

    /// The name as templates write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionParameters => "connectionParameters",
            Self::QueryParameters => "queryParameters",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Item => "item",
            Self::TriggerBody => "triggerBody",
            Self::EnvironmentVariables => "environmentVariables",
        }
    }

    const fn has_path(self) -> bool {
        matches!(self, Self::Body | Self::Item | Self::TriggerBody)
    }
}

/// One expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What it asks for.
    pub function: Function,
    /// The first argument; empty for the body functions.
    pub name: String,
    /// The second argument: what to use when there is no value.
    pub default: Option<String>,
    /// The path behind a body function, as it is written.
    pub path: String,
}

/// A part of a parameter value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Literal(String),
    /// An expression.
    Call(Call),
}

/// Why a parameter value cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// No such function.
    #[error(
        "`@{0}` is no function; the functions are @connectionParameters, @queryParameters, @headers, @body and @item"
    )]
    UnknownFunction(String),
    /// The arguments are not quoted texts separated by commas.
    #[error("the arguments of `@{0}` must be texts in single quotes, separated by commas, and end with `)`")]
    Arguments(String),
    /// Too many or too few arguments.
    #[error("`@{0}` takes a name and, where wanted, a default")]
    Count(String),
}

/// Reads a parameter value.
pub fn parse(text: &str) -> Result<Vec<Part>, ExpressionError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('@') {
        if let Some((call, behind)) = call(after)? {
            literal(&mut parts, before);
            parts.push(Part::Call(call));
            rest = behind;
        } else {
            literal(&mut parts, before);
            literal(&mut parts, "@");
            rest = after;
        }
    }
    literal(&mut parts, rest);
    Ok(parts)
}

fn literal(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Literal(last)) => last.push_str(text),
        _ => parts.push(Part::Literal(text.to_owned())),
    }
}

/// Reads a call behind its `@`; `None` when none begins here.
fn call(text: &str) -> Result<Option<(Call, &str)>, ExpressionError> {
    let (inner, wrapped) = match text.strip_prefix('{') {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let end =
        inner.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(inner.len());
    let Some((ident, behind)) = inner.split_at_checked(end) else { return Ok(None) };
    let Some(behind) = behind.strip_prefix('(').filter(|_| !ident.is_empty()) else { return Ok(None) };
    let shown = || ident.chars().take(40).collect::<String>();
    let function = Function::named(ident).ok_or_else(|| ExpressionError::UnknownFunction(shown()))?;
    let (arguments, mut behind) = arguments(behind).ok_or_else(|| ExpressionError::Arguments(shown()))?;
    let mut path = String::new();
    if function.has_path() {
        while let Some((step, next)) = path_step(behind) {
            path.push_str(step);
            behind = next;
        }
    }
    if wrapped {
        behind = behind.strip_prefix('}').ok_or_else(|| ExpressionError::Arguments(shown()))?;
    }
    let mut arguments = arguments.into_iter();
    let (name, default) = (arguments.next(), arguments.next());
    if arguments.next().is_some() || name.is_none() != function.has_path() {
        return Err(ExpressionError::Count(shown()));
    }
    Ok(Some((Call { function, name: name.unwrap_or_default(), default, path }, behind)))
}

/// Reads arguments up to the closing parenthesis.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let mut arguments = Vec::new();
    let mut rest = text.trim_start();
    if let Some(behind) = rest.strip_prefix(')') {
        return Some((arguments, behind));
    }
    loop {
        // Environment variables are documented with double quotes, everything else with single ones.
        let quote = if rest.starts_with('"') { '"' } else { '\'' };
        let (argument, behind) = rest.strip_prefix(quote)?.split_once(quote)?;
        arguments.push(argument.to_owned());
        let behind = behind.trim_start();
        if let Some(behind) = behind.strip_prefix(')') {
            return Some((arguments, behind));
        }
        rest = behind.strip_prefix(',')?.trim_start();
    }
}

/// Reads `.name`, `['name']` or `[0]`.
fn path_step(text: &str) -> Option<(&str, &str)> {
    if let Some(name) = text.strip_prefix('.') {
        let length =
            name.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(name.len());
        return if length == 0 { None } else { text.split_at_checked(length + 1) };
    }
    let inner = text.strip_prefix('[')?;
    let length = match inner.strip_prefix('\'') {
        Some(name) => name.find("']")? + 4,
        None => {
            let digits = inner.find(']')?;
            let all_digits = digits > 0 && inner.chars().take(digits).all(|character| character.is_ascii_digit());
            if all_digits { digits + 2 } else { return None }
        }
    };
    text.split_at_checked(length)
}

/// The names of a path of names alone (`.name`, `['name']`); `None` for a path with a number in it.
pub(crate) fn path_names(path: &str) -> Option<Vec<String>> {
    let (mut names, mut rest) = (Vec::new(), path);
    while !rest.is_empty() {
        let (step, behind) = path_step(rest)?;
        let name = step.strip_prefix('.').or_else(|| step.strip_prefix("['")?.strip_suffix("']"))?;
        names.push(name.to_owned());
        rest = behind;
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Parts in a short notation: `[function name|default|path]` between literals.
    fn shown(text: &str) -> String {
        match parse(text) {
            Err(error) => format!("error: {error}"),
            Ok(parts) => parts
                .into_iter()
                .map(|part| match part {
                    Part::Literal(text) => text,
                    Part::Call(call) => {
                        let default = call.default.map_or_else(|| "-".to_owned(), |default| format!("{default:?}"));
                        format!("[{} {}|{default}|{}]", call.function.as_str(), call.name, call.path)
                    }
                })
                .collect(),
        }
    }

    #[test]
    fn forms_of_the_format() {
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("Bearer @headers('Authorization')", "Bearer [headers Authorization|-|]"),
            ("@ConnectionParameters('n','d')", "[connectionParameters n|\"d\"|]"),
            ("@connectionParameters('n', '')", "[connectionParameters n|\"\"|]"),
            ("@header('test').abc.xyz", "[headers test|-|].abc.xyz"),
            ("@headers('Instance').x.com", "[headers Instance|-|].x.com"),
            (
                "@connectionParameters('a','');@connectionParameters('b','')",
                "[connectionParameters a|\"\"|];[connectionParameters b|\"\"|]",
            ),
            (
                "{@body().firstName} {@body()['@odata.type'][0].x}",
                "{[body |-|.firstName]} {[body |-|['@odata.type'][0].x]}",
            ),
            ("@{triggerBody().value[0].id}", "[triggerBody |-|.value[0].id]"),
            ("@item().x", "[item |-|.x]"),
            ("@odata.nextLink", "@odata.nextLink"),
            ("user@example.com", "user@example.com"),
            ("api@connectionParameters('token:customHost')/", "api[connectionParameters token:customHost|-|]/"),
            ("@@connectionParameters('x')", "@[connectionParameters x|-|]"),
            ("@Request.OriginalHTTPMethod", "@Request.OriginalHTTPMethod"),
            ("@environmentVariables(\"n\")", "[environmentVariables n|-|]"),
            ("@", "@"),
            ("@{", "@{"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("@queryParamters('n')", "`@queryParamters` is no function"),
            ("@connectionParameters(n)", "arguments of `@connectionParameters`"),
            ("@connectionParameters('n'", "arguments of `@connectionParameters`"),
            ("@connectionParameters('n' 'd')", "arguments of `@connectionParameters`"),
            ("@connectionParameters()", "takes a name"),
            ("@connectionParameters('a','b','c')", "takes a name"),
            ("@body('x')", "takes a name"),
            ("@{body().x", "arguments of `@body`"),
        ] {
            assert!(shown(text).contains(expected), "{text}: {}", shown(text));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(@|@\\{|headers|body|x|\\(|\\)|'|,| |\\[|\\]|\\.|0|é|\\}){0,24}") {
            if let Ok(parts) = parse(&text) {
                if parts.iter().all(|part| matches!(part, Part::Literal(_))) {
                    prop_assert_eq!(shown(&text), text);
                }
                for pair in parts.windows(2) {
                    prop_assert!(!matches!(pair, [Part::Literal(_), Part::Literal(_)]));
                }
            }
        }
    }
}
