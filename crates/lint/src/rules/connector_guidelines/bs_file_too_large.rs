use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-FileTooLarge",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "`apiDefinition.swagger.json` has more than 1,048,576 bytes. It is an error when it would still have more \
           without the white space between its values.",
    why: "The platform imports only definitions below one megabyte; a larger one can be published nowhere.",
    fix: "leave out indentation, write repeated objects once under definitions, and drop what no client needs",
    bad: &[Example::Padded {
        definition: r#"
{ "swagger": "2.0" }
^
"#,
        bytes: 1_048_577,
    }],
    good: &[Example::Padded {
        definition: r#"
{ "swagger": "2.0" }
"#,
        bytes: 1_048_576,
    }],
    visits: &[Visit::Document(check)],
};

const LARGEST: usize = 1_048_576;

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let Some(definition) = &context.package.definition else { return };
    let size = context.package.file(&definition.file).map_or(0, |file| file.bytes.len());
    if size <= LARGEST {
        return;
    }
    let dense = without_white_space(definition.document.text());
    if dense > LARGEST {
        let message = format!("the file has {dense} bytes even without white space; at most {LARGEST} are allowed");
        out.severity(Severity::Error).at(context.root, message);
    } else {
        out.at(context.root, format!("the file has {size} bytes; at most {LARGEST} are allowed"));
    }
}

/// How many bytes of a JSON text are left without the white space between its values.
fn without_white_space(json: &str) -> usize {
    let (mut count, mut in_string, mut escaped) = (0, false, false);
    for byte in json.bytes() {
        count += usize::from(in_string || !byte.is_ascii_whitespace());
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, check};
    use backshell_package::{Limits, read_files};

    #[test]
    fn a_dense_file_over_the_limit_is_an_error() {
        let definition = format!(r#"{{ "info": {{ "description": "{}" }} }}"#, " ".repeat(LARGEST));
        let files = vec![("apiDefinition.swagger.json".to_owned(), definition.into_bytes().into())];
        let options = Options { only: Some(vec![&RULE]), ..Options::default() };
        let findings = check(&read_files("large", files, &Limits::default()), &options);
        assert_eq!(findings.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Error]);
    }

    #[test]
    fn white_space_in_strings_counts() {
        assert_eq!(without_white_space("{ \"a b\" : \"\\\" c\" }\n"), "{\"a b\":\"\\\" c\"}".len());
    }
}
