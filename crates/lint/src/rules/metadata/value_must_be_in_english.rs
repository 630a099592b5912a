use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ValueMustBeInEnglish",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A title, summary, description or `x-ms-summary` of the connector, an operation, a parameter, a \
           response, a header, a tag or a schema has a letter outside the Latin script. Accents and typographic signs are let \
           through; in the title of the connector any sign that is not ASCII is a warning.",
    why: "The catalogue is in English. Translations are made from it, not in it.",
    fix: "write the text in English",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "title": "Контосо" } }
                     ^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "title": "Contoso™" }, "paths": { "/a": { "get": { "summary": "一覧", "description": "List." } } },
                     ^^^^^^^^^^                                           ^^^^
  "definitions": { "A": { "properties": { "a": { "x-ms-summary": "Имя" } } } } }
                                                                 ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "responses": { "R": { "description": "Done.", "headers": { "X-Left": { "type": "integer", "description": "Осталось" } } } } }
                                                                                                           ^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "info": { "title": "Contoso", "description": "Contoso’s “café” – 20 µm ± 5 °C, 3 μg, Δt…" },
  "definitions": { "名前": { "default": "名前", "enum": ["名前"], "example": "名前", "title": "名前" } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let title = context.root.get("info").and_then(|info| info.get("title"));
    for node in &context.survey().not_ascii {
        let text = node.as_str().unwrap_or_default();
        if let Some(letter) = foreign_letter(text) {
            out.at(*node, format!("the text has the letter `{letter}`, which is not of the Latin script"));
        } else if title == Some(*node) {
            out.severity(Severity::Warning).at(*node, "the title has a sign that is not ASCII");
        }
    }
}

/// The first letter of another script. A single Greek letter is a sign of mathematics or of a unit.
fn foreign_letter(text: &str) -> Option<char> {
    let is_greek = |letter: char| matches!(letter, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}');
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let has_greek_neighbour = before.is_some_and(is_greek) || letters.peek().copied().is_some_and(is_greek);
        if is_foreign(letter) && (!is_greek(letter) || has_greek_neighbour) {
            return Some(letter);
        }
        before = Some(letter);
    }
    None
}

/// Whether a letter belongs to another script than the Latin one. Letters of no script, such as those of units and of
/// mathematics, belong to none.
fn is_foreign(letter: char) -> bool {
    let is_latin_or_common = matches!(
        letter,
        '\0'..='\u{36f}' | '\u{1d00}'..='\u{1eff}' | '\u{2000}'..='\u{2bff}' | '\u{2c60}'..='\u{2c7f}'
            | '\u{a700}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}' | '\u{fb00}'..='\u{fb06}'
            | '\u{ff00}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d7ff}' | '\u{1f000}'..='\u{1faff}'
    );
    !is_latin_or_common && letter.is_alphabetic()
}
