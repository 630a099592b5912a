use crate::Out;
use crate::operation_ids::OperationIds;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;
use backshell_package::Origin;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsScriptMismatch",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "`scriptOperations` lists something that is no `operationId` of the definition, letter case counting, or lists operations in a package that has no `script.csx`. A `script.csx` without \
           `scriptOperations` is a warning: it then acts on every operation. An empty list means every operation too, and \
           is taken as meant. Without the package's other files only the ids are judged.",
    why: "The list decides which calls the script takes over. An operation that is missing from it goes to the service \
           without the changes it needs; the gateway runs no scripts, and refuses exactly the listed operations.",
    fix: "list in scriptOperations the operationIds that script.csx handles, and remove the list together with the script",
    bad: &[
        Example::Files {
            files: &[
                (DEFINITION, r#"{ "paths": { "/items": { "get": { "operationId": "ListItems" } } } }"#),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "scriptOperations": ["ListItems", "listItems", "GetItem"] } }
                                                    ^^^^^^^^^^^  ^^^^^^^^^
"#,
                ),
                ("script.csx", ""),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[
                (DEFINITION, r#"{ "paths": { "/items": { "get": { "operationId": "ListItems" } } } }"#),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "scriptOperations": ["ListItems"] } }
                  ^^^^^^^^^^^^^^^^^^
"#,
                ),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[
                (
                    PROPERTIES,
                    r#"
{ "properties": { "script": { "operationIds": ["ListItems"] } } }
  ^^^^^^^^^^^^
"#,
                ),
                ("script.csx", ""),
            ],
            whole: &[],
        },
    ],
    good: &[
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"{ "paths": { "/items": { "get": { "operationId": "ListItems" }, "post": { "operationId": "listItems" } } } }"#,
                ),
                (PROPERTIES, r#"{ "properties": { "scriptOperations": ["ListItems", "listItems"] } }"#),
                ("Script.csx", ""),
            ],
            whole: &[],
        },
        Example::Properties(r#"{ "properties": { "scriptOperations": [] } }"#),
    ],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(properties) = file.properties.node() else { return };
    let list = file.properties.get("scriptOperations");
    // Where files were left out or refused, the script may be among them.
    if file.package.origin != Origin::File && !file.is_refused {
        match (list, &file.package.script) {
            (Some(list), None) if list.items().next().is_some() => {
                out.at(list, "operations are handled by a script, and there is no `script.csx`");
            }
            (None, Some(_)) => {
                let message = "there is a `script.csx`, and nothing says which operations it handles";
                out.severity(Severity::Warning).at(properties, message);
            }
            _ => {}
        }
    }
    let Some((definition, list)) = file.package.definition.as_ref().zip(list) else { return };
    let mut ids = None;
    for node in list.items() {
        let ids = ids.get_or_insert_with(|| OperationIds::of(definition));
        if let Some(fault) = ids.fault(node.as_str().unwrap_or_default()) {
            out.at(node, fault);
        }
    }
}
