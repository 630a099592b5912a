use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::PackagePair;
use backshell_package::{Origin, Properties};
use backshell_source::Node;
use std::collections::BTreeSet;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "script-added-or-changed",
    object: Object::Policy,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The script comes, goes or changes, or handles other operations.",
    why: "Code stands between the step and the service, and what it does cannot be compared.",
    instead: "run the functional tests of all operations that the script handles again",
    examples: &[
        Example {
            snippet: Snippet::Files,
            before: r#"
== apiProperties.json
{ "properties": {  } }
== script.csx
// 1
"#,
            after: r#"
== apiProperties.json
{ "properties": {  } }
== script.csx
// 2
"#,
            old: &["script.csx"],
            new: &["script.csx"],
            reversed: &["script-added-or-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Files,
            before: r#"
== apiProperties.json
{ "properties": {  } }
"#,
            after: r#"
== apiProperties.json
{ "properties": {  } }
== script.csx
// 2
"#,
            new: &["script.csx"],
            reversed: &["script-added-or-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Files,
            before: r#"
== apiProperties.json
{ "properties": { "scriptOperations": ["A"] } }
== script.csx
// 2
"#,
            after: r#"
== apiProperties.json
{ "properties": { "scriptOperations": ["A", "B"] } }
== script.csx
// 2
"#,
            old: &["apiProperties.json#/properties/scriptOperations"],
            new: &["apiProperties.json#/properties/scriptOperations"],
            reversed: &["script-added-or-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (&package.old.read.package, &package.new.read.package);
    // A lone file says nothing about a script beside it.
    let is_known = |package: &backshell_package::Package| package.origin != Origin::File || package.script.is_some();
    if is_known(old) && is_known(new) {
        let (one, two) = (old.script.as_ref(), new.script.as_ref());
        let message = match (one, two) {
            (Some(one), Some(two)) if one.bytes != two.bytes => Some("the script has changed"),
            (None, Some(_)) => Some("there is a script now"),
            (Some(_), None) => Some("the script is gone"),
            _ => None,
        };
        if let Some(message) = message {
            let path = |file: Option<&'d backshell_package::PackageFile>| file.map(|file| file.path.as_str());
            let hash = |file: Option<&backshell_package::PackageFile>| {
                file.map(|file| crate::fingerprint::of(&[&file.text()])).unwrap_or_default()
            };
            out.files(&CHANGED, (path(one), path(two)), message).at("script").values(hash(one), hash(two));
        }
    }
    let Some(properties) = &package.properties else { return };
    let operations = |properties: &'d Properties| -> BTreeSet<String> {
        properties.script_operations().into_iter().map(str::to_ascii_lowercase).collect()
    };
    let (one, two) = (operations(properties.old), operations(properties.new));
    if one != two {
        let place = |properties: &'d Properties| -> Node<'d> {
            let older = || properties.get("script")?.get_ignore_case("operationIds");
            let listed = properties.get("scriptOperations").or_else(older).or_else(|| properties.node());
            listed.unwrap_or(properties.document.root())
        };
        out.changed(&CHANGED, place(properties.old), place(properties.new), "the script handles other operations")
            .at("scriptOperations")
            .values(Vec::from_iter(one).join(","), Vec::from_iter(two).join(","));
    }
}
